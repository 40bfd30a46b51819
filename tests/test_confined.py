"""A document of any format becomes text; one that is hostile is refused, and reaches nothing."""

import os
import subprocess
import sys
from pathlib import Path

import manuscripts as made
import pytest

from tipgraph import confined
from tipgraph.confined import read_document
from tipgraph.errors import BrokenFile, NotInstalled, TooLarge
from tipgraph.manuscripts import MAX_BYTES, Block, manuscript, written
from tipgraph.sections import headings

MAKERS = {".pdf": made.pdf, ".html": made.html, ".md": made.markdown, ".docx": made.word}


def kept(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("ending", MAKERS)
def test_each_format_gives_its_headings_and_its_sentences(tmp_path: Path, ending: str) -> None:
    text = read_document(kept(tmp_path, f"paper{ending}", MAKERS[ending]()))

    assert [h.title for h in headings(text) if h.title in {made.TITLE, made.HEADING}] == [
        made.TITLE,
        made.HEADING,
    ]
    assert made.FIRST in text
    assert made.SECOND in text
    assert made.ITEMS[0] in text


@pytest.mark.parametrize("ending", [".html", ".md", ".docx"])
def test_items_of_lists_are_marked(ending: str) -> None:
    text = manuscript(MAKERS[ending](), ending)

    assert f"- {made.ITEMS[0]}\n\n- {made.ITEMS[1]}\n" in text


def test_the_text_of_a_page_has_no_scripts_styles_and_navigation() -> None:
    text = manuscript(made.html(), ".html")

    assert text == written(
        [
            Block(made.TITLE, 1),
            Block(made.FIRST),
            Block(made.HEADING, 2),
            Block(made.SECOND),
            *(Block(item, item=True) for item in made.ITEMS),
        ]
    )


def test_a_page_may_be_in_the_letters_that_it_names() -> None:
    page = '<meta charset="iso-8859-1"><p>Marché fermé, dit-elle.</p>'.encode("latin-1")

    assert manuscript(page, ".html") == "Marché fermé, dit-elle.\n"


def test_cells_of_a_table_stand_in_one_line() -> None:
    assert "Ports | 12\n" in manuscript(made.word(), ".docx")


def test_a_plain_text_stays_as_it_is(tmp_path: Path) -> None:
    text = "  Ports closed. \r\n\r\nFishers\tleft.  "

    assert read_document(kept(tmp_path, "plain.txt", text.encode())) == text


def test_a_word_that_a_line_of_a_pdf_cuts_is_whole() -> None:
    paper = made.FPDF()
    paper.add_page()
    paper.set_font("helvetica", size=11)
    paper.multi_cell(0, 5, "Many traf-\nficked people wait.")

    assert manuscript(bytes(paper.output()), ".pdf") == "Many trafficked people wait.\n"


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.pdf", made.encrypted_pdf, "encrypted"),
        ("a.pdf", made.scripted_pdf, "scripts"),
        ("a.pdf", lambda: made.pdf()[:300], "cannot be read as a PDF"),
        ("a.pdf", lambda: b"%PDF-1.7\n" + os.urandom(2000), "cannot be read as a PDF"),
        ("a.pdf", lambda: b"\x7fELF\x02\x01\x01\0" + bytes(900), "no document"),
        ("a.docx", made.macros, "macros"),
        ("a.docx", made.entities, "entities"),
        ("a.docx", lambda: made.word()[:2000], "cannot be unpacked"),
        ("a.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999), "encrypted"),
        ("a.docx", lambda: b"just words", "ends in"),
        ("a.txt", lambda: "Häfen".encode("latin-1"), "not UTF-8 at byte 1"),
        ("a.html", lambda: b"<html><script>only()</script></html>", "no text"),
        ("a.exe", lambda: b"words", "ends in"),
        ("a.docx", lambda: b"", "is empty"),
        ("a.txt", lambda: b" \n\t", "is empty"),
        ("a.txt", lambda: "Ports closed.".encode("utf-16"), "UTF-16"),
        ("a.md", lambda: "Ports closed.".encode("utf-32"), "UTF-16"),
        ("a.txt", lambda: b"Ports closed.\r\rBoats left.", "CR alone at character 13"),
        ("a.txt", lambda: b"Ports. " * 900 + b"\0", "control character at character 6300"),
        ("a.txt", lambda: b"Ports \x1b[31m closed.", "control character at character 6"),
        ("a.pdf", made.page_script_pdf, "scripts"),
        ("a.pdf", lambda: made.pdf_of_pages("2 0 R"), "cannot be read as a PDF"),
        ("a.docx", lambda: made.entities("utf-16"), "entities"),
    ],
)
def test_a_hostile_or_broken_file_is_refused_with_what_to_do(
    tmp_path: Path, name: str, data, told: str
) -> None:
    with pytest.raises(BrokenFile, match=told) as error:
        read_document(kept(tmp_path, name, data()))

    assert str(tmp_path / name) in str(error.value)


def test_an_archive_that_unpacks_to_too_much_is_refused_unread(tmp_path: Path) -> None:
    bomb = kept(tmp_path, "bomb.docx", made.bomb())

    assert bomb.stat().st_size < 300_000
    with pytest.raises(TooLarge, match="unpacks to 120"):
        read_document(bomb)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.pdf"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)

    with pytest.raises(TooLarge, match="the most that is read"):
        read_document(path)


def test_a_hundred_thousand_pages_are_refused_however_many_it_says(tmp_path: Path) -> None:
    pages = made.pdf_of_pages(" ".join(["3 0 R"] * 100_000))

    assert len(pages) < 1_000_000
    with pytest.raises(TooLarge, match="100,000 pages"):
        read_document(kept(tmp_path, "a.pdf", pages))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_pipe_or_a_device_is_refused_unread(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    (tmp_path / "b.txt").symlink_to("/dev/zero")
    (tmp_path / "c.txt").symlink_to("c.txt")

    for name, told in (("a", "no file"), ("b", "no file"), ("c", "symbolic links")):
        with pytest.raises(BrokenFile, match=told):
            read_document(tmp_path / f"{name}.txt")


def test_line_ends_of_windows_are_read(tmp_path: Path) -> None:
    assert read_document(kept(tmp_path, "a.txt", b"One.\r\n\r\nTwo.\r\n")).count("\r") == 3


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    page = b"<div>" * 3_000 + b"Ports closed." + b"</div>" * 3_000

    with pytest.raises(BrokenFile, match="nested too deeply"):
        read_document(kept(tmp_path, "deep.html", page))


def test_what_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match=r"longer than 0\.01 seconds"):
        read_document(kept(tmp_path, "a.md", made.markdown()), seconds=0.01)


@pytest.mark.parametrize(
    "deed",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "open('/etc/hostname')",
        "open('written', 'w')",
        "import os; os.open('/etc/hostname', os.O_RDONLY)",
        "import os; os.open(os.__file__, os.O_WRONLY)",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
    ],
)
def test_the_process_that_reads_can_reach_nothing_else(tmp_path: Path, deed: str) -> None:
    code = f"import socket, subprocess\nfrom tipgraph.confined import _confine\n_confine()\n{deed}"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )

    assert "PermissionError" in done.stderr
    assert not (tmp_path / "written").exists()


def test_nothing_is_imported_from_where_one_happens_to_be(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "pypdf.py").write_text("raise SystemExit('imported')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert made.SECOND in read_document(kept(tmp_path, "a.pdf", made.pdf()))


def test_a_package_that_is_missing_is_named_with_the_way_to_get_it(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "selectolax.lexbor", None)

    with pytest.raises(NotInstalled, match=r"pip install 'tipgraph\[draft\]'"):
        manuscript(made.html(), ".html")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match="cannot be read"):
        confined.read_document(tmp_path / "none.pdf")
