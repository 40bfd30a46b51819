"""Documents of each format, made for the tests, and hostile ones."""

import io
import zipfile

import docx
from docx.enum.text import WD_BREAK
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

TITLE = "Harbours after the storm"
FIRST = "Fishers have lost their jobs because ports closed."
SECOND = "Governments should train harbour police to identify victims of trafficking."
HEADING = "What to do"
ITEMS = ("Donors must fund shelters.", "Shelters should stay open.")


def pdf() -> bytes:
    paper = FPDF()
    paper.add_page()
    paper.set_font("helvetica", size=20)
    paper.multi_cell(0, 10, TITLE, new_x="LMARGIN", new_y="NEXT")
    paper.set_font("helvetica", size=11)
    paper.ln(6)
    paper.multi_cell(0, 5, f"{FIRST} " * 3, new_x="LMARGIN", new_y="NEXT")
    paper.ln(6)
    paper.set_font("helvetica", size=16)
    paper.multi_cell(0, 8, HEADING, new_x="LMARGIN", new_y="NEXT")
    paper.set_font("helvetica", size=11)
    paper.ln(6)
    paper.multi_cell(0, 5, SECOND, new_x="LMARGIN", new_y="NEXT")
    paper.add_page()
    paper.multi_cell(0, 5, ITEMS[0], new_x="LMARGIN", new_y="NEXT")
    return bytes(paper.output())


def html() -> bytes:
    items = "".join(f"<li>{item}</li>" for item in ITEMS)
    return f"""<!doctype html><html><head><meta charset="utf-8"><title>{TITLE}</title>
<script>document.write("Never read this.")</script><style>p {{ color: red }}</style></head>
<body><nav>Home · Never read this either.</nav><h1>{TITLE}</h1>
<div>{FIRST}</div><h2>{HEADING}</h2><p>Governments <b>should</b>
 {SECOND.removeprefix("Governments should ")}</p><ul>{items}</ul></body></html>""".encode()


def markdown() -> bytes:
    items = "\n".join(f"* {item}" for item in ITEMS)
    second = SECOND.replace("should", "**should**").replace("police", "[police](https://a.example)")
    return f"# {TITLE}\n\n{FIRST}\n\n{HEADING}\n----------\n\n{second}\n\n{items}\n".encode()


def word() -> bytes:
    document = docx.Document()
    document.add_heading(TITLE, 0)
    document.add_paragraph(FIRST)
    document.add_heading(HEADING, 1)
    paragraph = document.add_paragraph(SECOND[:11])
    paragraph.add_run(SECOND[11:]).bold = True
    for item in ITEMS:
        document.add_paragraph(item, style="List Bullet")
    paragraph.add_run().add_break(WD_BREAK.PAGE)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Ports", "12"
    return _saved(document)


def encrypted_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt("a password that is not told", algorithm="RC4-128")
    return _saved_pdf(writer)


def scripted_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert('hello');")}
    names = {NameObject(key): value for key, value in action.items()}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(names)
    return _saved_pdf(writer)


def page_script_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert('hello');")}
    opened = DictionaryObject({NameObject(key): value for key, value in action.items()})
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): opened})
    return _saved_pdf(writer)


def pdf_of_pages(kids: str) -> bytes:
    """A PDF that says it has one page, and names *kids* as its pages; 2 is their parent, 3 one."""
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count 1 /Kids [{kids}] >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
    )
    data, places = b"%PDF-1.4\n", []
    for number, told in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{told}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 4\n0000000000 65535 f \n{table}trailer << /Size 4 /Root 1 0 R >>\n"
    return data + f"{end}startxref\n{len(data)}\n%%EOF".encode()


def bomb() -> bytes:
    """A DOCX of some kilobytes that unpacks to more than a hundred million bytes."""
    return altered_word({"word/media/image1.xml": b"0" * 120_000_000})


def macros() -> bytes:
    return altered_word({"word/vbaProject.bin": b"Attribute VB_Name"})


def entities(encoding: str = "utf-8") -> bytes:
    """A DOCX whose text asks for a file of the machine."""
    body = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:body><w:p><w:r><w:t>&f; Governments should act.</w:t></w:r></w:p></w:body></w:document>"
    )
    told = body.replace("?>", f' encoding="{encoding}"?>', 1)
    return altered_word({"word/document.xml": told.encode(encoding)})


def altered_word(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word())) as old, zipfile.ZipFile(out, "w", 8) as new:
        for member in old.infolist():
            if member.filename not in parts:
                new.writestr(member, old.read(member))
        for name, data in parts.items():
            new.writestr(name, data)
    return out.getvalue()


def _saved(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _saved_pdf(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
