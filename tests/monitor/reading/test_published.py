"""When a story was published: agreement beats any single declaration, and a day is never made a midnight."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.reading.articles import parse
from monitor.reading.declared import gather
from monitor.reading.published import Times, find_times
from tests.monitor.reading.pages_of import meta, page

SEEN = datetime(2026, 5, 1, tzinfo=UTC)


def times(
    body: bytes, url: str = "https://news.example.com/story", seen_at: datetime = SEEN, **options: object
) -> Times:
    tree = parse(body.decode())
    assert tree is not None
    return find_times(tree, gather(tree), url=url, seen_at=seen_at, **options)  # type: ignore[arg-type]


def published(body: bytes, **options: object) -> str:
    found = times(body, **options).published  # type: ignore[arg-type]
    return found.iso() if found is not None else ""


def test_a_moment_keeps_its_seconds_and_a_day_stays_a_day() -> None:
    assert published(page(head=meta(article__published_time="2026-04-02T14:05:06+00:00"))) == "2026-04-02T14:05:06Z"
    assert published(page(head=meta(article__published_time="2026-04-02"))) == "2026-04-02"


@pytest.mark.parametrize("midnight", ["2026-04-02T00:00:00Z", "2026-04-02T00:00:00-04:00", "2026-04-02 00:00:00"])
def test_an_exact_midnight_is_a_day(midnight: str) -> None:
    assert published(page(head=meta(article__published_time=midnight))) == "2026-04-02"


def test_the_day_of_the_address_decides_and_the_declaration_of_that_day_adds_the_time() -> None:
    head = meta(article__published_time="2026-04-09T10:00:00Z")
    ld = {"@type": "NewsArticle", "datePublished": "2026-04-02T15:00:00Z"}
    url = "https://news.example.com/2026/04/02/story"
    assert published(page(head=head, ld=ld), url=url) == "2026-04-02T15:00:00Z"
    assert published(page(head=head), url=url) == "2026-04-02"


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://x.example/2026/4/2/story", "2026-04-02"),
        ("https://x.example/stories/2026/apr/02/story/", "2026-04-02"),
        ("https://x.example/2010/POLITICS/08/13/story/index.html", "2010-08-13"),
        ("https://x.example/politics/2026-04-02/story", "2026-04-02"),
        ("https://x.example/en/20260402-story", "2026-04-02"),
        ("https://x.example/story-04022026/", "2026-04-02"),
        ("https://x.example/2026/04/99/story", ""),
        ("https://x.example/story-20269999", ""),
        ("https://x.example/2031/01/01/story", ""),
    ],
)
def test_days_in_addresses(url: str, day: str) -> None:
    assert published(page(), url=url) == day


def test_where_declarations_disagree_the_date_shown_to_readers_decides() -> None:
    head = meta(article__published_time="2026-03-20T10:00:00Z")
    ld = {"@type": "NewsArticle", "datePublished": "2026-04-02T15:00:00Z"}
    assert published(page(head=head, ld=ld, above="<p>Published April 2, 2026</p>")) == "2026-04-02T15:00:00Z"
    assert published(page(head=head, ld=ld)) == "2026-03-20T10:00:00Z"


@pytest.mark.parametrize(
    ("above", "url"),
    [
        ('<p class="date">April 1, 2026</p>', "https://x.example/story"),
        ("", "https://x.example/2026/04/01/story"),
        ('<time class="published" datetime="2026-04-01T21:30:00-05:00">9:30 PM</time>', "https://x.example/story"),
    ],
)
def test_an_evening_story_is_of_the_day_its_page_shows(above: str, url: str) -> None:
    found = times(page(head=meta(article__published_time="2026-04-02T02:30:00Z"), above=above), url=url)
    assert found.published is not None
    assert found.published.iso() == "2026-04-01"
    assert found.raw == "2026-04-02T02:30:00Z"


@pytest.mark.parametrize(
    ("above", "day"),
    [
        ("<p>Posted on April 2, 2026 by Ann</p>", "2026-04-02"),
        ("<div class='meta'>2 April 2026</div>", "2026-04-02"),
        ("<div><span>Published:</span> <span>Apr 2, 2026</span></div>", "2026-04-02"),
        ("<p>Updated April 9, 2026</p><p>Published April 2, 2026</p>", "2026-04-02"),
        (
            "<figcaption>The bridge on March 3, 2026, before it was closed</figcaption><p>April 2, 2026</p>",
            "2026-04-02",
        ),
        ("<p>Updated April 9, 2026</p>", "2026-04-09"),
    ],
)
def test_a_date_that_is_only_shown_is_found(above: str, day: str) -> None:
    assert published(page(above=above)) == day


@pytest.mark.parametrize(
    ("lang", "shown"),
    [("de", "2. April 2026"), ("de-DE", "02.04.2026"), ("fr", "2 avril 2026"), ("en-GB", "02/04/2026")],
)
def test_dates_in_other_languages_are_read(lang: str, shown: str) -> None:
    assert published(page(lang=lang, above=f"<p class='date'>{shown}</p>")) == "2026-04-02"


def test_slashes_are_american_on_american_pages() -> None:
    assert published(page(above="<p class='date'>04/02/2026</p>", lang="en-US")) == "2026-04-02"


def test_a_date_after_the_capture_is_believed_only_when_two_say_so() -> None:
    later = "2026-07-01T10:00:00Z"
    assert published(page(head=meta(article__published_time=later))) == ""
    ld = {"@type": "NewsArticle", "datePublished": later}
    assert published(page(head=meta(article__published_time=later), ld=ld)) == later
    far = "2031-07-01T10:00:00Z"
    assert (
        published(page(head=meta(article__published_time=far), ld={"@type": "NewsArticle", "datePublished": far})) == ""
    )


def test_the_copyright_year_is_no_date() -> None:
    assert published(page()) == ""


def test_a_change_is_told_apart_and_one_before_the_publication_is_dropped() -> None:
    head = meta(article__published_time="2026-04-02T10:00:00Z", article__modified_time="2026-04-03T11:00:00Z")
    found = times(page(head=head)).modified
    assert found is not None
    assert found.iso() == "2026-04-03T11:00:00Z"
    head = meta(article__published_time="2026-04-02T10:00:00Z", article__modified_time="2025-04-03T11:00:00Z")
    assert times(page(head=head)).modified is None


def test_the_sites_selector_comes_first() -> None:
    head = meta(article__published_time="2026-04-09")
    assert published(page(head=head), selected=("Thu, 04/02/2026",), formats=("%a, %m/%d/%Y",)) == "2026-04-02"


@given(st.text(max_size=120), st.text(max_size=120))
def test_no_declaration_makes_it_raise(declared: str, shown: str) -> None:
    from html import escape

    found = times(
        page(head=meta(article__published_time=escape(declared)), above=f"<p class='date'>{escape(shown)}</p>")
    )
    assert found.published is None or found.published.at.tzinfo is not None
