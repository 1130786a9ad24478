"""Writers are people's names, wherever the page tells them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.reading.articles import parse
from monitor.reading.bylines import find_byline
from monitor.reading.declared import gather
from monitor.reading.names import names_in
from tests.monitor.reading.pages_of import meta, page


def byline(body: bytes) -> str:
    tree = parse(body.decode())
    assert tree is not None
    return find_byline(gather(tree))[0]


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("By Ann Example", ["Ann Example"]),
        ("By ANN EXAMPLE and BOB SAMPLE", ["Ann Example", "Bob Sample"]),
        ("Ann Example, Bob Sample, and Cy Third, CNN", ["Ann Example", "Bob Sample", "Cy Third", "CNN"]),
        ("by Ann Example | Staff Writer", ["Ann Example"]),
        ("Ann Example, Jr.", ["Ann Example, Jr"]),
        ("Written by Ann Example on March 3, 2026", ["Ann Example"]),
        ("ann@example.org Ann Example @annex", ["Ann Example"]),
        ("https://www.facebook.com/example", []),
        ("admin", []),
        ("cperez", []),
        ("ann-example", ["Ann Example"]),
        ("Ann Example Associated Press", ["Ann Example"]),
        ("A.C. Example & J. David Sample", ["A.C. Example", "J. David Sample"]),
        ("Gustavo Sagrero Álvarez", ["Gustavo Sagrero Álvarez"]),
        ("Von Miller", ["Von Miller"]),
    ],
)
def test_names_are_cleaned(said: str, names: list[str]) -> None:
    assert names_in([said]) == names


def test_json_ld_tells_the_writers() -> None:
    ld = {"@type": "NewsArticle", "author": [{"@type": "Person", "name": "Ann Example"}, {"name": "Bob Sample"}]}
    assert byline(page(ld=ld)) == "Ann Example; Bob Sample"


def test_references_in_a_graph_are_followed() -> None:
    graph = {
        "@graph": [
            {"@type": "Article", "headline": "x", "author": {"@id": "#ann"}},
            {"@type": "Person", "@id": "#ann", "name": "Ann Example"},
        ]
    }
    assert byline(page(ld=graph)) == "Ann Example"


def test_who_posted_it_gives_way_to_whom_all_the_rest_names() -> None:
    ld = {"@type": "NewsArticle", "author": {"name": "Pat Poster"}}
    head = (
        meta(author="Ann Example", parsely__author="Ann Example") + '<meta name="parsely-author" content="Ann Example">'
    )
    assert byline(page(ld=ld, head=head, above='<p class="byline">By Ann Example</p>')) == "Ann Example"


def test_all_shown_writers_count_where_only_the_first_is_declared() -> None:
    ld = {"@type": "NewsArticle", "author": {"name": "Ann Example"}}
    assert byline(page(ld=ld, above='<p class="byline">By Ann Example , Bob Sample and Cy Third</p>')) == (
        "Ann Example; Bob Sample; Cy Third"
    )


def test_the_outlet_is_not_the_writer_and_an_agency_is_only_for_want_of_one() -> None:
    ld = {"@type": "NewsArticle", "author": {"@type": "Organization", "name": "Example News"}}
    head = meta(og__site_name="Example News")
    assert byline(page(ld=ld, head=head)) == ""
    assert byline(page(ld={"@type": "NewsArticle", "author": "Associated Press"})) == "Associated Press"
    assert byline(page(ld=ld, head=head, above="<p class='byline'>By Ann Example</p>")) == "Ann Example"


@pytest.mark.parametrize(
    "above",
    [
        "<p>By Ann Example</p>",
        "<p><em>Photos and Story by Ann Example</em></p>",
        '<a href="/author/ann-example/">Ann Example</a>',
        '<span class="author-name">Ann Example</span>',
        '<a rel="author" href="/x">Ann Example</a>',
        '<div itemprop="author"><span>Ann Example</span></div>',
        '<div class="meta">March 3, 2026 | By Ann Example | 3 min read</div>',
    ],
)
def test_a_byline_is_found_in_what_is_shown_alone(above: str) -> None:
    assert byline(page(above=above)) == "Ann Example"


def test_comments_and_other_stories_name_nobody() -> None:
    comment = '<div class="comments"><span class="author">Cy Comment</span></div>'
    below = f'{comment}<aside><p class="byline">By Otto Other</p></aside>'
    assert byline(page(below=below)) == ""


def test_a_sentence_that_begins_with_by_is_no_byline() -> None:
    assert byline(page(prose=("By the end, all that remained were empty bottles.",))) == ""


@given(st.text(max_size=400), st.booleans())
def test_names_come_out_of_any_text_without_raising(text: str, visible: bool) -> None:
    for name in names_in([text], visible=visible):
        assert name == name.strip()
        assert 0 < len(name) <= 80
