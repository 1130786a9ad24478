"""The title is the story's, worded as readers see it, and never the site's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.reading.articles import parse
from monitor.reading.declared import gather
from monitor.reading.titles import find_title, tidy
from tests.monitor.reading.pages_of import meta, page


def title(body: bytes, **options: object) -> str:
    tree = parse(body.decode())
    assert tree is not None
    return find_title(gather(tree), **options)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "ending",
    [
        " | Example News",
        " - Example News",
        " — Example News",
        " · Example News",
        " » Example News",
        " – news.example.com",
    ],
)
def test_the_sites_name_is_cut_off(ending: str) -> None:
    head = meta(og__site_name="Example News", og__title="Officers move inland" + ending)
    assert title(page(title="Officers move inland" + ending, head=head, h1="")) == "Officers move inland"


def test_a_headlines_own_dash_stays() -> None:
    head = meta(og__site_name="Example News", og__title="Border - what now? - Example News")
    assert title(page(title="Border - what now? - Example News", h1="", head=head)) == "Border - what now?"


def test_a_section_between_headline_and_site_is_cut_off_when_the_heading_shows_where_it_ends() -> None:
    assert title(page(title="Officers move inland | Politics | Example News")) == "Officers move inland"


def test_what_most_declarations_say_wins() -> None:
    head = meta(og__title="Officers move inland", twitter__title="You won't believe this")
    assert title(page(head=head, title="Something for search engines")) == "Officers move inland"


def test_the_heading_is_shown_where_the_declared_title_only_words_it_a_little_differently() -> None:
    head = meta(og__title="Court blocks the detention of teens turning 18")
    assert title(page(head=head, h1="Federal court blocks the detention of immigrant teens turning 18", title="x")) == (
        "Federal court blocks the detention of immigrant teens turning 18"
    )


def test_a_cut_title_is_completed() -> None:
    head = meta(og__title="Officers move inland, and the towns along the river want to know…")
    full = "Officers move inland, and the towns along the river want to know who pays for it"
    assert title(page(head=head, h1=full, title=full)) == full


def test_a_heading_that_is_furniture_is_no_title() -> None:
    body = page(
        h1="Justice News",
        title="Officers Detailed | OPA | Department of Justice",
        head=meta(og__title="Officers Detailed"),
    )
    assert title(body) == "Officers Detailed"


@pytest.mark.parametrize(
    ("name", "h1"),
    [
        ("Annas Blog » Officers move inland", '<h1><a href="/">Annas Blog</a></h1>'),
        ("Officers move inland | Annas Blog", '<div id="masthead"><h1>Annas Blog</h1></div>'),
        ("Officers move inland - Annas Blog", "<h1>Annas Blog</h1>"),
        ("Annas Blog - Officers move inland", "<h1>Annas Blog</h1>"),
    ],
)
def test_a_first_heading_that_is_the_blogs_name_is_no_title(name: str, h1: str) -> None:
    assert title(page(title=name, h1="", above=h1 + "<h2>Officers move inland</h2>")) == "Officers move inland"


def test_a_page_without_any_title_is_called_by_its_second_heading() -> None:
    assert title(page(title="", h1="", above="<h2>Officers move inland</h2>")) == "Officers move inland"


def test_entities_are_decoded_even_when_they_were_encoded_twice() -> None:
    assert (
        title(page(h1="", title="", head=meta(og__title="Caf&amp;amp;eacute; &amp;#8217;raid&amp;#8217;")))
        == "Café ’raid’"
    )


def test_patterns_of_the_site_are_cut() -> None:
    assert title(page(h1="Archived: Officers move", title="x"), strip=(r"^Archived:\s*",)) == "Officers move"


def test_the_channels_title_stands_in_where_the_page_has_none() -> None:
    assert title(page(h1="", title=""), lead_title="What the feed said") == "What the feed said"


@given(st.text(max_size=300))
def test_tidying_is_total_and_idempotent(raw: str) -> None:
    once = tidy(raw)
    assert "\n" not in once
    assert len(once) <= 1_000


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
def test_any_declarations_give_a_title_or_none(a: str, b: str, c: str) -> None:
    from monitor.reading.declared import Declared

    found, signal = find_title(Declared(metas={"og:title": [a], "og:site_name": [b]}, title=c))
    assert bool(found) == bool(signal)
