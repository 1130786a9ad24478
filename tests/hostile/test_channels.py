"""Channels that lead nowhere, round in circles or on for ever end soon, and say why they bring nothing."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from typing import cast

from multidict import CIMultiDict, CIMultiDictProxy

from monitor import polls
from monitor.model import Capture, ChannelKind, ListingRules, Outcome, Trouble, TroubleKind
from monitor.ports import Ask
from monitor.reading.feeds import read_feed
from monitor.workers import InProcess
from spiders.answers import header_pairs
from spiders.client import PoliteClient
from spiders.pollers import poll
from spiders.web import Web
from tests.factories import capture, channel, memory, source

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOME = "https://desk.example.org"


class Wire:
    """A client that answers by address and counts what it was asked; what it does not know is gone."""

    def __init__(self, bodies: dict[str, str]) -> None:
        self.bodies = bodies
        self.asked: Counter[str] = Counter()

    async def fetch(self, ask: Ask) -> Capture | Trouble:
        self.asked[ask.url] += 1
        if ask.url in self.bodies:
            return capture(self.bodies[ask.url].encode(), url=ask.url, headers=(("content-type", "text/html"),))
        return Trouble(kind=TroubleKind.GONE, reason="nothing there (404)", http_status=404)


def index(*children: str) -> str:
    return "<sitemapindex>" + "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in children) + "</sitemapindex>"


async def sitemap(bodies: dict[str, str]) -> tuple[Outcome, str]:
    polled = await poll(Wire(bodies), InProcess(), memory(channel=channel(kind=ChannelKind.SITEMAP, url=f"{HOME}/m")))
    return polls.outcome_of(polled)


async def test_a_sitemap_index_whose_children_are_dead_or_empty_or_itself_is_not_well():
    assert await sitemap({f"{HOME}/m": index(f"{HOME}/1", f"{HOME}/2")}) == (Outcome.BROKEN, "nothing there (404)")
    outcome, _ = await sitemap({f"{HOME}/m": index(f"{HOME}/1"), f"{HOME}/1": "<urlset></urlset>"})
    assert outcome is Outcome.EMPTY
    outcome, reason = await sitemap({f"{HOME}/m": index(f"{HOME}/m", f"{HOME}/1"), f"{HOME}/1": index(f"{HOME}/m")})
    assert outcome in (Outcome.EMPTY, Outcome.BROKEN)
    assert reason


async def test_a_child_that_fails_is_told_although_the_others_bring_nothing_new():
    one = f"<urlset><url><loc>{HOME}/story</loc></url></urlset>"
    wire = Wire({f"{HOME}/m": index(f"{HOME}/1", f"{HOME}/2"), f"{HOME}/1": one})
    about = channel(kind=ChannelKind.SITEMAP, url=f"{HOME}/m")
    first = polls.judge(
        memory(channel=about), await poll(wire, InProcess(), memory(channel=about)), source(), started=NOW, finished=NOW
    )
    again = await poll(wire, InProcess(), first.memory)
    assert polls.outcome_of(again) == (Outcome.UNCHANGED, "read in part: nothing there (404)")


async def test_a_listing_that_leads_round_in_a_circle_is_read_once():
    rules = ListingRules(item="article", link="a::attr(href)", next="a.next::attr(href)", pages=50)
    ring = [f"{HOME}/news", f"{HOME}/news?page=1", f"{HOME}/news?page=2"]
    wire = Wire(
        {
            here: f"<article><a href='/s{at}'>Agents go to Ohio</a></article><a class=next href='{there}'>more</a>"
            for at, (here, there) in enumerate(zip(ring, [*ring[1:], ring[0]], strict=True))
        }
    )
    web = Web(cast(PoliteClient, wire), InProcess())
    try:
        await web.poll(memory(channel=channel(kind=ChannelKind.LISTING, url=ring[0], listing=rules)))
    finally:
        await web.close()
    assert wire.asked == Counter(ring)


def test_an_entry_of_100_000_links_is_read_in_no_time():
    links = "<link>https://desk.example.org/a</link>" * 100_000
    feed = f"<rss><channel><item><title>Agents are sent to Ohio</title>{links}</item></channel></rss>"
    began = time.process_time()
    reading = read_feed(feed.encode(), f"{HOME}/feed")
    assert time.process_time() - began < 2
    assert [lead.title for lead in reading.leads] == ["Agents are sent to Ohio"]


def test_a_validator_that_cannot_be_sent_back_as_it_came_is_not_kept():
    def kept(**headers: str) -> dict[str, str]:
        return dict(header_pairs(CIMultiDictProxy(CIMultiDict(headers))))

    assert kept(ETag='"v1"') == {"etag": '"v1"'}
    assert kept(ETag='"' + "x" * 5_000 + '"') == {}
    assert kept(ETag='"a\x80b"') == {}
