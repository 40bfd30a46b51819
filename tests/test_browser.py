"""The pages in a real browser: as people use them, with keys alone, narrow, dark, and by axe."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlencode

import pytest
from browsing import CHROMIUM, PAGES, QUESTION, Visitor, in_a_row, needs_browser, needs_build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytestmark = needs_browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(served, bench) -> Iterator[str]:
    with served(bench) as address:
        yield address


@pytest.fixture(scope="module")
def quoting(served, example) -> Iterator[str]:
    """A service that has the text of its document."""
    with served(example) as address:
        yield address


@pytest.fixture
def visit(browser, address) -> Iterator[Visitor]:
    context = browser.new_context(viewport={"width": 1100, "height": 800}, reduced_motion="reduce")
    visitor = Visitor(context.new_page(), address)
    yield visitor
    context.close()
    assert visitor.complaints == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit: Visitor, name: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    visit.page.emulate_media(color_scheme=scheme)
    visit.go(PAGES[name])
    found = Axe().run(visit.page).response["violations"]

    assert [(each["id"], [n["html"] for n in each["nodes"]]) for each in found] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_320_pixels(visit: Visitor, name: str) -> None:
    visit.page.set_viewport_size({"width": 320, "height": 640})
    visit.go(PAGES[name])

    assert visit.overflow() == 0


def test_a_person_asks_and_reads_the_evidence(visit: Visitor) -> None:
    visit.go("/")
    visit.page.get_by_label("Your question").fill("which impacts affect migrant domestic workers?")
    visit.follow(visit.page.get_by_role("button", name="Ask"))

    assert visit.page.locator("#results").is_visible()
    first = visit.page.locator("article").first
    assert "meets" in first.inner_text()
    assert first.locator(".evidence .source").first.inner_text()


def test_an_example_of_the_first_page_leads_to_answers(visit: Visitor) -> None:
    visit.go("/")
    links = visit.page.locator(".examples a")
    for at in range(links.count()):
        visit.go("/")
        visit.follow(visit.page.locator(".examples a").nth(at))

        assert visit.page.locator("article").count() > 0, visit.path


def test_the_only_word_of_a_question_cannot_be_taken_away(visit: Visitor) -> None:
    visit.go("/ask?q=how+many+victims%3F")

    assert visit.page.locator(".chip a.quiet").count() > 0
    assert visit.page.locator(".chip .remove").count() == 0


def test_a_word_that_was_understood_can_be_taken_away(visit: Visitor) -> None:
    visit.go(QUESTION)
    visit.follow(visit.page.get_by_role("link", name="Ask again without “online recruitment”"))

    assert "online" not in visit.page.get_by_label("Your question").input_value()
    assert visit.page.locator("article").count() > 0


def test_an_answer_is_narrowed_and_widened_again(visit: Visitor) -> None:
    visit.go(QUESTION)
    before = visit.page.get_by_role("heading", level=2, name="answers").inner_text()
    facet = visit.page.locator("aside li a").first
    label = facet.inner_text()
    visit.follow(facet)
    narrowed = visit.page.get_by_role("heading", level=2, name="answer").last.inner_text()

    assert 0 < int(narrowed.split()[0]) < int(before.split()[0])
    visit.follow(visit.page.get_by_role("link", name=f"Remove {label}"))
    assert visit.page.get_by_role("heading", level=2, name=before).is_visible()


def test_an_answer_is_asked_with_the_keyboard_alone(visit: Visitor) -> None:
    visit.go("/")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.textContent") == "Skip to the content"
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.type("which reports speak of shelters?")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/ask?q=*")

    assert visit.page.locator("article").count() > 0


def test_pages_work_without_scripts(browser, address) -> None:
    context = browser.new_context(java_script_enabled=False)
    visitor = Visitor(context.new_page(), address)
    visitor.go("/")
    visitor.page.get_by_label("Your question").fill("which resources are for children?")
    visitor.follow(visitor.page.get_by_role("button", name="Ask"))
    shown = visitor.page.locator("article").count()
    context.close()

    assert shown > 0


def test_without_scripts_the_network_is_a_table(browser, address) -> None:
    context = browser.new_context(java_script_enabled=False)
    visitor = Visitor(context.new_page(), address)
    visitor.go("/network?from=increased-poverty")
    pictured = visitor.page.locator(".explorer").is_visible()
    rows = visitor.page.locator("tbody tr").count()
    context.close()

    assert not pictured
    assert rows > 5


@needs_build
def test_nothing_below_the_picture_moves_when_it_comes(visit: Visitor) -> None:
    visit.page.add_init_script(
        """window.moved = 0;
        new PerformanceObserver(list => list.getEntries().forEach(e => { moved += e.value; }))
            .observe({ type: "layout-shift", buffered: true });"""
    )
    visit.go("/network?from=increased-poverty")
    visit.page.wait_for_selector("[data-shown=start]")

    assert visit.page.evaluate("moved") < 0.1


def test_the_quotation_is_shown_where_the_text_is_there(browser, quoting) -> None:
    context = browser.new_context()
    visitor = Visitor(context.new_page(), quoting)
    visitor.go("/ask?q=which+impacts+affect+workers%3F")
    quoted = visitor.page.locator("blockquote").count()
    context.close()

    assert quoted > 0


def test_a_passage_is_read_in_its_text_and_leads_back_to_the_statement(browser, quoting) -> None:
    context = browser.new_context()
    visitor = Visitor(context.new_page(), quoting)
    visitor.go("/id/document/example-brief")
    visitor.follow(visitor.page.get_by_role("link", name="Read the text"))
    marks = visitor.page.locator("mark").all_inner_texts()
    visitor.page.locator(".text sup a").first.click()
    visitor.follow(visitor.page.locator(".notes :target li a").first)
    heading = visitor.page.get_by_role("heading", level=1).inner_text()
    context.close()

    assert "".join(marks).strip()
    assert heading.endswith("(example brief)")
    assert visitor.complaints == []


def test_from_a_thing_to_its_statement_and_back_by_links_alone(visit: Visitor) -> None:
    visit.go("/id/impact/online-recruitment-of-children")
    visit.follow(visit.page.locator(".said p a").first)
    assert visit.path.startswith("/id/statement/")
    about = visit.page.locator(".facts").get_by_role("link")
    visit.follow(about.first)

    assert visit.page.get_by_role("heading", level=1).is_visible()


def test_a_list_is_narrowed_by_its_form(visit: Visitor) -> None:
    visit.go("/browse/responses")
    visit.page.get_by_label("Pillar").select_option("prosecution")
    visit.follow(visit.page.get_by_role("button", name="Apply"))

    assert visit.path == "/browse/responses?pillar=prosecution"
    assert visit.page.locator("article").count() > 0
    assert "belongs to Prosecution" in visit.page.locator("article").first.inner_text()


def test_a_number_of_the_matrix_leads_to_the_things_that_it_counts(visit: Visitor) -> None:
    visit.go("/matrix")
    visit.page.get_by_label("Rows").select_option("type")
    visit.page.get_by_label("Columns").select_option("pillar")
    visit.follow(visit.page.get_by_role("button", name="Count"))
    number = visit.page.locator(".matrix td a").first
    counted = number.inner_text()
    visit.follow(number)

    assert visit.page.get_by_role("heading", name=f"{counted} in all").is_visible()


def test_a_question_is_filled_in_and_answered(visit: Visitor) -> None:
    visit.go("/questions")
    visit.follow(visit.page.get_by_role("link", name="Which impacts affect a group"))
    visit.page.get_by_label("Group").fill("children")
    visit.follow(visit.page.get_by_role("button", name="Answer"))

    assert visit.path == "/questions/impacts-on-group?group=children"
    assert "affects Children" in visit.page.locator("article").first.inner_text()


def test_a_mistake_is_told_beside_its_line(visit: Visitor) -> None:
    visit.go("/validate")
    visit.follow(visit.page.get_by_role("link", name="An example with a mistake"))
    visit.follow(visit.page.get_by_role("button", name="Check"))
    told = visit.page.locator(".source-lines .hit").all_inner_texts()

    assert told[0].startswith("impact:shelters-closed")
    assert any("tip:theme" in each for each in told)
    assert visit.page.locator(".finding").count() > 0


def test_a_file_is_read_into_the_field(visit: Visitor) -> None:
    visit.go("/validate")
    file = {"name": "mine.nt", "mimeType": "text/plain", "buffer": b"<a:a> <a:b> <a:c> ."}
    visit.page.get_by_label("Or take a file").set_input_files(file)
    visit.page.wait_for_function("document.getElementById('data').value !== ''")

    assert visit.page.get_by_label("Your data").input_value() == "<a:a> <a:b> <a:c> ."
    assert visit.page.get_by_label("Format").input_value() == "ntriples"


def test_a_file_is_checked_without_scripts(browser, address) -> None:
    context = browser.new_context(java_script_enabled=False)
    visitor = Visitor(context.new_page(), address)
    visitor.go("/validate")
    file = {"name": "mine.nt", "mimeType": "text/plain", "buffer": b"<a:a> <a:b> "}
    visitor.page.get_by_label("Or take a file").set_input_files(file)
    visitor.follow(visitor.page.get_by_role("button", name="Check"))
    told = visitor.page.get_by_role("alert").inner_text()
    kept = visitor.page.get_by_label("Your data").input_value()
    context.close()

    assert "line 1" in told
    assert kept == "<a:a> <a:b> "


def test_a_finding_leads_to_its_line(visit: Visitor) -> None:
    visit.go("/validate?example=1")
    visit.follow(visit.page.get_by_role("button", name="Check"))
    first = visit.page.get_by_role("link", name="Line ").first
    number = first.inner_text().removeprefix("Line ")
    first.click()

    assert visit.page.locator(":target").get_attribute("value") == number


def test_a_gap_leads_to_the_thing_and_to_its_question(visit: Visitor) -> None:
    visit.go("/gaps?gap=form-not-covered")
    visit.follow(visit.page.get_by_role("link", name="Found by the question").first)

    assert visit.path.startswith("/questions/standard-forms-not-covered")


def test_a_term_is_found_in_its_tree(visit: Visitor) -> None:
    visit.go("/vocabulary")
    visit.follow(visit.page.get_by_role("link", name="Affected groups"))
    visit.follow(visit.page.locator(".tree").get_by_role("link", name="Boys", exact=True))

    assert visit.page.get_by_role("heading", level=1).inner_text() == "Boys"


def test_what_can_be_clicked_is_large_enough(visit: Visitor) -> None:
    visit.page.set_viewport_size({"width": 320, "height": 640})
    visit.go(QUESTION)
    small = visit.page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, .remove, .top a')]
            .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.width < 24 || box.height < 24))
            .map(([text]) => text)"""
    )

    assert small == []


def clicked(visitor: Visitor, place: dict[str, float]) -> None:
    """Click on a *place* of the picture, when it knows where the page was scrolled to."""
    visitor.page.locator(".canvas").scroll_into_view_if_needed()
    visitor.page.evaluate("new Promise(d => requestAnimationFrame(() => requestAnimationFrame(d)))")
    visitor.page.locator(".canvas").click(position=place)


@needs_build
def test_the_network_grows_where_it_is_clicked_and_its_address_with_it(visit: Visitor) -> None:
    visit.go("/network?from=increased-poverty")
    visit.page.wait_for_selector("[data-shown=start]")
    before = visit.page.evaluate("tipgraphNetwork.nodes().length")
    found = visit.page.evaluate(
        "tipgraphNetwork.nodes('[kind = \"response\"]').map(n => [n.id(), n.renderedPosition()])"
    )
    other, place = found[0]
    clicked(visit, place)
    visit.page.locator(".panel h3 a").wait_for()

    assert visit.page.evaluate("tipgraphNetwork.nodes().length") > before
    assert f"also={other}" in unquote(visit.page.url)
    shared = visit.page.url.removeprefix(visit.address)
    grown = visit.page.evaluate("tipgraphNetwork.nodes().length")
    visit.go(shared)
    visit.page.wait_for_selector("[data-shown=start]")
    assert visit.page.evaluate("tipgraphNetwork.nodes().length") == grown


@needs_build
def test_a_line_of_the_network_tells_its_evidence(visit: Visitor) -> None:
    visit.go("/network?from=increased-poverty")
    visit.page.wait_for_selector("[data-shown=start]")
    place = visit.page.evaluate("tipgraphNetwork.edges()[0].renderedMidpoint()")
    clicked(visit, place)
    first = visit.page.locator(".panel li a").first
    first.wait_for()

    assert (first.get_attribute("href") or "").startswith("/id/statement/")


@needs_build
def test_the_network_can_be_drawn_whole(visit: Visitor) -> None:
    visit.go("/network")
    visit.follow(visit.page.get_by_role("link", name="The whole network"))
    visit.page.wait_for_selector("[data-shown=whole]")

    assert visit.page.evaluate("tipgraphNetwork.nodes().length") > 300


@pytest.fixture(scope="module")
def large(served, tmp_path_factory) -> Iterator[str]:
    """A service on 1,100 things in a row, each of which leads to the next."""
    with served(in_a_row(tmp_path_factory.mktemp("large"), 1_100)) as address:
        yield address


@pytest.fixture
def walker(browser, large) -> Iterator[Visitor]:
    """Somebody who looks at the whole of a large network."""
    context = browser.new_context(viewport={"width": 1300, "height": 900}, reduced_motion="reduce")
    visitor = Visitor(context.new_page(), large)
    visitor.go("/network?whole=true")
    visitor.page.wait_for_selector("[data-shown=whole]", timeout=120_000)
    yield visitor
    context.close()
    assert visitor.complaints == []


@needs_build
def test_a_thousand_things_are_drawn_apart_and_some_are_named(walker: Visitor) -> None:
    drawn = "tipgraphNetwork.nodes()"
    places = walker.page.evaluate(f"{drawn}.map(n => Object.values(n.position()).map(Math.round))")

    assert len(places) == 1_000
    assert len({tuple(place) for place in places}) > 990
    assert walker.page.locator("#found li").count() == 1_000
    assert 10 < walker.page.evaluate("tipgraphNetwork.nodes('.named').length") < 200
    assert "1,000 of 1,10" in walker.page.locator("main").inner_text()


@needs_build
def test_names_in_a_picture_of_a_thousand_do_not_cover_each_other(walker: Visitor) -> None:
    boxes = walker.page.evaluate(
        """tipgraphNetwork.nodes('.named').map(n =>
            n.renderedBoundingBox({ includeNodes: false, includeOverlays: false }))"""
    )
    slack = 4
    covered = [
        (one, other)
        for at, one in enumerate(boxes)
        for other in boxes[:at]
        if one["x1"] + slack < other["x2"] - slack
        and other["x1"] + slack < one["x2"] - slack
        and one["y1"] + slack < other["y2"] - slack
        and other["y1"] + slack < one["y2"] - slack
    ]

    assert boxes
    assert covered == []


@needs_build
def test_a_thing_of_a_thousand_is_clicked_and_its_evidence_read(walker: Visitor) -> None:
    walker.page.get_by_label("Find in the picture").fill("Matter 500")
    walker.page.get_by_label("Find in the picture").press("Enter")
    place = walker.page.evaluate("tipgraphNetwork.$('node:selected').renderedPosition()")
    walker.page.keyboard.press("Escape")
    clicked(walker, place)
    assert walker.page.locator(".panel h3 a").inner_text() == "Matter 500"
    walker.page.locator(".panel").get_by_role("button", name="leads to Matter 501").click()
    first = walker.page.locator(".panel li a").first

    assert first.get_attribute("href") == "/id/statement/step-500"


@needs_build
def test_a_thing_of_a_thousand_is_reached_with_keys_alone(walker: Visitor) -> None:
    keys = walker.page.keyboard
    walker.page.locator(".canvas").focus()
    keys.press("+")
    keys.press("ArrowLeft")
    keys.press("Tab")
    assert walker.page.evaluate("document.activeElement.id") == "find"
    keys.type("matter 77")
    keys.press("Enter")
    assert walker.page.evaluate("document.activeElement.textContent") == "Matter 77 Impact"
    for _ in range(3):
        keys.press("Tab")
    keys.press("Enter")

    told = walker.page.evaluate("document.activeElement.textContent")
    assert told in {"Matter 76 leads to Matter 77", "Matter 77 leads to Matter 78"}


@needs_build
def test_a_query_is_written_run_and_shared(visit: Visitor) -> None:
    visit.go("/editor?example=impacts-in-several-documents")
    visit.page.get_by_role("button", name="Run").click()
    visit.page.wait_for_selector("[data-shown=yes]")
    rows = visit.page.locator("[data-results] tbody tr")
    first = rows.first.locator("a").first
    assert rows.count() > 4
    assert (first.get_attribute("href") or "").startswith("/id/impact/")
    assert "impact:" not in first.inner_text()

    visit.page.locator(".yasqe .CodeMirror-line").first.click()
    visit.page.keyboard.press("Control+a")
    visit.page.keyboard.type("ASK {}")
    visit.page.keyboard.press("Control+Enter")
    visit.page.get_by_text("true", exact=True).wait_for()
    visit.follow(visit.page.get_by_role("link", name="Address of this query"))
    assert visit.path == "/editor?query=ASK+%7B%7D"


def written(visit: Visitor, query: str) -> None:
    """Open the editor with *query*, and run it."""
    visit.go("/editor?" + urlencode({"query": query, "run": "true"}))
    visit.page.wait_for_selector("[data-shown=yes]")


@needs_build
def test_a_mistake_in_a_query_is_told_and_shown_at_its_place(visit: Visitor) -> None:
    written(visit, "SELECT ?x\nWHERE { ?s ?p }")

    assert "line 2, column" in visit.page.locator("[data-results] .notice").inner_text()
    assert visit.page.locator(".CodeMirror .fault").inner_text() == "}"
    visit.page.get_by_role("button", name="Go to line 2, column").click()
    visit.page.keyboard.type(" LIMIT 1")
    assert visit.page.locator(".CodeMirror .fault").count() == 0


@needs_build
def test_a_long_answer_is_cut_and_says_so(visit: Visitor) -> None:
    written(visit, "SELECT * { ?s ?p ?o }")

    assert visit.page.locator("[data-results] tbody tr").count() == 1_000
    assert "there are more" in visit.page.locator("[data-told]").inner_text()
    csv = visit.page.get_by_role("link", name="CSV").get_attribute("href") or ""
    assert csv.endswith("&format=csv")
    # The browser tells of an answer that was not read to its end.
    visit.complaints.remove(f"{visit.address}/sparql")


@needs_build
def test_terms_of_all_kinds_are_shown_as_they_are(visit: Visitor) -> None:
    written(visit, r'SELECT ("a\tb\"c" AS ?x) (1.5 AS ?y) (<mailto:a@b.example> AS ?z) ?n {}')
    cells = visit.page.locator("[data-results] td").all_inner_texts()

    assert visit.page.locator("[data-results] th").all_inner_texts() == ["x", "y", "z", "n"]
    assert cells == ['a b"c', "1.5", "mailto:a@b.example", ""]
    assert visit.page.locator("[data-told]").inner_text() == "Rows: 1"


@needs_build
def test_a_graph_is_shown_and_taken_in_every_format(visit: Visitor) -> None:
    written(visit, "CONSTRUCT { <a:a> <a:b> <a:c> } WHERE {}")

    assert "<a:a> <a:b> <a:c> ." in visit.page.locator("[data-results] pre").inner_text()
    names = visit.page.locator("[data-results] .files a").all_inner_texts()
    assert names == ["Turtle", "JSON-LD", "N-Triples", "RDF/XML"]


@needs_build
@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("a tip:PolicyR", "?s a tip:PolicyResponse"),
        ("tip:addressedI", "?s tip:addressedImpact"),
        ("tip:about ?other. ?oth", "?s tip:about ?other. ?other"),
    ],
)
def test_terms_of_the_graph_are_completed(visit: Visitor, typed: str, whole: str) -> None:
    start = "PREFIX tip: <https://w3id.org/tipgraph/ontology#>\nSELECT * { ?s "
    visit.go("/editor?" + urlencode({"query": start}))
    visit.page.locator(".CodeMirror-line").last.click()
    visit.page.keyboard.press("Control+End")
    visit.page.keyboard.type(typed)
    visit.page.keyboard.press("Control+Space")
    written = "document.querySelector('.CodeMirror').CodeMirror.getValue()"

    visit.page.wait_for_function(
        f"{written}.endsWith({whole!r}) || document.querySelector('.CodeMirror-hint')"
    )
    if visit.page.locator(".CodeMirror-hint").count():
        visit.page.keyboard.press("Enter")
    assert visit.page.evaluate(written).endswith(whole)


@needs_build
def test_the_field_for_a_query_is_left_by_tab(visit: Visitor) -> None:
    visit.go("/editor")
    visit.page.locator(".CodeMirror-line").first.click()
    inside = "Boolean(document.activeElement.closest('.CodeMirror'))"
    assert visit.page.evaluate(inside)
    # The second is for the part that scrolls.
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Tab")

    assert not visit.page.evaluate(inside)


@needs_build
def test_a_query_that_is_opened_at_the_endpoint_is_shown_with_its_answer(visit: Visitor) -> None:
    visit.go("/sparql?" + urlencode({"query": "ASK {}"}))
    visit.page.get_by_role("status").get_by_text("true").wait_for()

    assert visit.path.startswith("/editor?query=ASK")


def test_a_query_runs_without_scripts(browser, address) -> None:
    context = browser.new_context(java_script_enabled=False, accept_downloads=True)
    page = context.new_page()
    page.goto(address + "/editor?query=ASK+%7B%7D")
    page.get_by_label("Format").select_option("json")
    with page.expect_request("**/sparql?*") as asked:
        page.get_by_role("button", name="Run").click()
    context.close()

    assert "format=json" in asked.value.url


def test_an_adviser_goes_on_from_recommendations_to_practices(visit: Visitor) -> None:
    visit.go("/ask?q=which+recommendations+are+about+shelters%3F")
    assert visit.page.get_by_text("Asked for: responses, recommended").is_visible()
    visit.follow(visit.page.get_by_role("link", name="practices", exact=True))

    assert visit.page.get_by_text("Asked for: responses, reported as practice").is_visible()
    assert visit.page.locator("article").count() > 0


def test_a_word_that_was_understood_leads_to_its_term(visit: Visitor) -> None:
    visit.go(QUESTION)
    visit.follow(visit.page.locator(".chip").get_by_role("link", name="Children", exact=True))

    assert visit.path == "/concept/children"


def test_citations_are_copied_from_an_answer(visit: Visitor) -> None:
    visit.go("/ask?q=which+reports+speak+of+shelters%3F")
    visit.page.locator(".citing summary").click()
    cited = visit.page.locator(".citing code").inner_text().splitlines()

    assert visit.page.url in cited[0]
    assert any(line.startswith("U.S. Committee for Refugees and Immigrants") for line in cited)


def test_on_a_phone_a_long_answer_is_narrowed_without_reading_it_all(visit: Visitor) -> None:
    from playwright.sync_api import expect

    visit.page.set_viewport_size({"width": 360, "height": 740})
    visit.go(QUESTION)
    visit.page.get_by_role("link", name="Narrow the answer").click()

    expect(visit.page.locator("#narrow")).to_be_in_viewport()
    expect(visit.page.locator("#narrow")).to_be_focused()


def test_the_table_of_an_answer_has_the_width_of_the_page(visit: Visitor) -> None:
    visit.go("/ask?q=shelters&view=table")
    table = visit.page.locator("main table").bounding_box()
    main = visit.page.locator("main").bounding_box()

    assert table is not None
    assert main is not None
    assert table["width"] > 0.85 * main["width"]


def test_a_document_is_entered_at_one_of_its_sections(visit: Visitor) -> None:
    visit.go("/id/document/uscri-far-too-socially-distant")
    sections = visit.page.get_by_role("navigation", name="Sections")
    sections.locator("summary").click()
    titles = sections.get_by_role("link").all_inner_texts()
    assert len(titles) == len(set(titles)) > 10
    link = sections.get_by_role("link").nth(1)
    title = link.inner_text()
    link.click()

    assert visit.page.locator(":target").inner_text() == title


def test_what_is_printed_has_its_address_and_its_documents(visit: Visitor) -> None:
    visit.page.emulate_media(media="print")
    visit.go("/ask?q=which+reports+speak+of+shelters%3F")
    printed = visit.page.locator(".pre.printed").inner_text()

    assert visit.page.url in printed
    assert "(2021)" in printed


def test_a_printed_answer_has_its_question_and_no_controls(visit: Visitor) -> None:
    visit.page.emulate_media(media="print", color_scheme="dark")
    visit.go(QUESTION)

    assert visit.page.get_by_text("which responses address online", exact=False).first.is_visible()
    for hidden in (".ask", "aside", ".chip .remove", ".take", ".top"):
        assert not visit.page.locator(hidden).first.is_visible(), hidden
    paper = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
