"""Fronts, archives, tags, searches and lists of links are listings; what carries other stories' cards is not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.model import Verdict
from monitor.reading.articles import read_page
from tests.monitor.reading.pages_of import PROSE, meta, page

SEEN = datetime(2026, 5, 1, tzinfo=UTC)
SITE = meta(og__type="website")
OTHER = "In other news, the fair opened on Saturday with a parade of tractors through the town."


def cards(count: int, tag: str = "div", teaser: str = PROSE[0]) -> str:
    return "".join(
        f"<{tag} class='post'><h2><a href='/2026/04/s{n}'>Headline number {n} about officers</a></h2>"
        f"<time datetime='2026-04-{n % 28 + 1:02d}'>April {n % 28 + 1}</time><p>{teaser} Teaser {n}.</p></{tag}>"
        for n in range(count)
    )


LINKS = "".join(f"<li><a href='/r{n}'>Release number {n} of the year</a></li>" for n in range(60))


def front(**parts: object) -> bytes:
    return page(**{"prose": (), "above": cards(12)} | parts)  # type: ignore[arg-type]


FRONTS = {
    "a blog's home": ("https://x.example/", front(h1="", head=SITE, body_class="home blog")),
    "a category": ("https://x.example/category/border/", front(h1="Border", body_class="archive")),
    "a tag with few stories": ("https://x.example/tag/ice/", front(h1="ICE", above=cards(6), body_class="archive tag")),
    "a section without any metadata": ("https://x.example/politics", front(h1="Politics")),
    "a section with short teasers": (
        "https://x.example/politics",
        front(h1="Politics", above=cards(20, teaser="Yes.")),
    ),
    "a section deep down": ("https://x.example/us/border", front(h1="Border", head=SITE)),
    "a search": ("https://x.example/search?q=ice", front(h1="Results", body_class="search")),
    "a collection": ("https://x.example/hub/ice", front(h1="ICE", ld={"@type": "CollectionPage", "name": "ICE"})),
    "an author's page": (
        "https://x.example/author/ann/",
        front(h1="Ann Example", prose=("Ann covers the border.",), body_class="archive author"),
    ),
    "a list of links": ("https://x.example/releases-of-2026", front(h1="Releases", above=f"<ul>{LINKS}</ul>")),
}


@pytest.mark.parametrize("front", FRONTS)
def test_a_list_of_stories_is_a_listing(front: str) -> None:
    url, body = FRONTS[front]
    reading = read_page(body, url, "text/html", SEEN, ())
    assert reading.verdict in (Verdict.LISTING, Verdict.OTHER), reading
    assert reading.reason


LONG = tuple(f"On day {n} of the operation: {text}" for n in range(4) for text in PROSE)

STORIES = {
    "with other stories' cards below": (
        "https://x.example/2026/04/02/s",
        page(prose=LONG, below=cards(12, teaser=OTHER)),
    ),
    "at the root, with cards": ("https://x.example/", page(prose=LONG, below=cards(12, teaser=OTHER))),
    "at the root by its number": (
        "https://x.example/?p=3",
        page(prose=LONG, head=SITE, below=cards(12, teaser=OTHER), body_class="single"),
    ),
    "in a folder named news": ("https://x.example/news/", page(prose=LONG, below=cards(12, teaser=OTHER))),
    "that lists what happened, linked": (
        "https://x.example/timeline",
        page(
            prose=(*PROSE, *(f"<a href='https://y.example/{n}'>Day {n}</a>: {PROSE[n % 3]}" for n in range(20))),
            below=cards(8, teaser=OTHER),
        ),
    ),
    "declared, in short paragraphs": (
        "https://x.example/news",
        page(
            ld={"@type": "NewsArticle", "headline": "Officers move inland", "datePublished": "2026-04-02"},
            prose=tuple(
                f"The agency told reporter {n} that it would move on, and would say no more." for n in range(9)
            ),
            below=cards(12, teaser=OTHER),
        ),
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_a_story_among_others_cards_is_an_article(story: str) -> None:
    url, body = STORIES[story]
    reading = read_page(body, url, "text/html", SEEN, ())
    assert reading.verdict is Verdict.ARTICLE, reading.reason
