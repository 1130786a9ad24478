"""Scrapy's spiders on top of a client that is made up: listings page by page, article pages, discovery."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from monitor.model import Capture, ChannelKind, ChannelReading, ListingRules, Trouble, TroubleKind
from monitor.ports import Ask
from monitor.workers import InProcess
from spiders.client import PoliteClient
from spiders.web import Web
from tests.factories import capture, channel, memory, source

NEWS = "https://desk.example.org/news"
RULES = ListingRules(item="article", link="h2 a::attr(href)", next="a.next::attr(href)", pages=3)


class Wire:
    """A client that answers by address and counts what it was asked at the same time."""

    def __init__(self) -> None:
        self.answers: dict[str, Capture | Trouble] = {}
        self.asked: list[str] = []
        self.robots: tuple[str, ...] = ()

    async def fetch(self, ask: Ask) -> Capture | Trouble:
        self.asked.append(ask.url)
        await asyncio.sleep(0)
        return self.answers.get(ask.url, Trouble(kind=TroubleKind.GONE, reason="nothing there (404)", http_status=404))

    async def sitemaps(self, origin: str) -> tuple[str, ...]:
        return self.robots

    def page(self, url: str, html: str) -> None:
        self.answers[url] = capture(html.encode(), url=url, headers=(("content-type", "text/html"),))


def listing(*names: str, following: str = "") -> str:
    items = "".join(f'<article><h2><a href="/{name}">Story {name}</a></h2></article>' for name in names)
    return f"<html><body>{items}<a class=next href='{following}'>more</a></body></html>" if following else items


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def web(wire: Wire) -> AsyncIterator[Web]:
    web = Web(cast(PoliteClient, wire), InProcess())
    yield web
    await web.close()


def news(**over: Any) -> Any:
    return memory(channel=channel(kind=ChannelKind.LISTING, url=NEWS, listing=RULES), **over)


async def test_a_listing_is_followed_page_by_page_up_to_its_count(wire: Wire, web: Web):
    wire.page(NEWS, listing("a", "b", following="/news?page=1"))
    wire.page(f"{NEWS}?page=1", listing("c", following="/news?page=2"))
    wire.page(f"{NEWS}?page=2", listing("d", following="/news?page=3"))
    polled = await web.poll(news())
    assert isinstance(polled.reading, ChannelReading)
    assert [lead.title for lead in polled.reading.leads] == ["Story a", "Story b", "Story c", "Story d"]
    assert [lead.position for lead in polled.reading.leads] == [0, 1, 2, 3]
    assert f"{NEWS}?page=3" not in wire.asked


async def test_a_listing_is_not_followed_to_another_site(wire: Wire, web: Web):
    wire.page(NEWS, listing("a", following="https://elsewhere.example.com/news"))
    await web.poll(news())
    assert wire.asked == [NEWS]


async def test_a_later_page_that_fails_is_said_and_the_earlier_ones_are_kept(wire: Wire, web: Web):
    wire.page(NEWS, listing("a", following="/news?page=1"))
    polled = await web.poll(news())
    assert isinstance(polled.reading, ChannelReading)
    assert len(polled.reading.leads) == 1
    assert polled.partial == "nothing there (404)"


async def test_the_same_first_page_is_not_read_again(wire: Wire, web: Web):
    wire.page(NEWS, listing("a", following="/news?page=1"))
    first = await web.poll(news())
    again = await web.poll(news(body_hash=first.body_hash))
    assert again.reading is None
    assert wire.asked.count(f"{NEWS}?page=1") == 1


async def test_a_listing_that_cannot_be_had_is_trouble(web: Web):
    polled = await web.poll(news())
    assert isinstance(polled.answer, Trouble)
    assert polled.answer.http_status == 404


async def test_pages_come_back_to_whoever_asked_for_them(wire: Wire, web: Web):
    urls = [f"https://desk.example.org/{n}" for n in range(40)]
    for url in urls[:-1]:
        wire.page(url, f"<p>{url}</p>")
    answers = await asyncio.gather(*(web.page(Ask(url=url)) for url in urls))
    assert [answer.url for answer in answers if isinstance(answer, Capture)] == urls[:-1]
    assert isinstance(answers[-1], Trouble)


async def test_discovery_reads_the_home_page_and_robots(wire: Wire, web: Web):
    wire.page("https://www.example.org/", '<link rel=alternate type="application/rss+xml" href="/feed.xml">')
    wire.robots = ("https://www.example.org/sitemap.xml",)
    found = await web.discover(source())
    assert not isinstance(found, Trouble)
    assert [(one.kind, one.url, one.discovered) for one in found] == [
        (ChannelKind.FEED, "https://www.example.org/feed.xml", True),
        (ChannelKind.SITEMAP, "https://www.example.org/sitemap.xml", True),
    ]


async def test_a_home_page_that_cannot_be_had_is_trouble_unless_robots_names_a_sitemap(wire: Wire, web: Web):
    assert isinstance(await web.discover(source()), Trouble)
    wire.robots = ("https://www.example.org/sitemap.xml",)
    assert not isinstance(await web.discover(source()), Trouble)
