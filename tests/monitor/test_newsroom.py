"""One pass over what is due: the real archive, a made-up web, a clock that stands."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from db.archive import Archive
from monitor.filer import Filer
from monitor.model import (
    Capture,
    Channel,
    ChannelKind,
    ChannelMemory,
    ChannelReading,
    Outcome,
    Source,
    Trouble,
    TroubleKind,
)
from monitor.newsroom import Budget, Desk, collect
from monitor.ports import Ask, Polled
from monitor.tallies import SourcePass
from monitor.workers import InProcess
from tests.factories import FEED, StoppedClock, capture, channel, lead, reading, source

OFFLINE = Trouble(kind=TroubleKind.UNREACHABLE, reason="example.org: no such host")


def page(title: str, words: str = "Agents were sent to Ohio on Monday, the agency said. ") -> bytes:
    paragraphs = "".join(f"<p>{words * 6}</p>" for _ in range(3))
    return f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{paragraphs}</article>".encode()


class MadeUpWeb:
    """Answers by address; an address without an answer is a broken one. ``asked`` records every request."""

    def __init__(self) -> None:
        self.channels: dict[str, Polled] = {}
        self.pages: dict[str, Capture | Trouble] = {}
        self.found: tuple[Channel, ...] | Trouble = ()
        self.asked: list[str] = []

    async def poll(self, memory: ChannelMemory, auth: str = "") -> Polled:
        self.asked.append(memory.channel.url)
        return self.channels.get(memory.channel.url, Polled(answer=Trouble(kind=TroubleKind.BROKEN, reason="HTTP 500")))

    async def page(self, ask: Ask) -> Capture | Trouble:
        self.asked.append(ask.url)
        return self.pages.get(ask.url, Trouble(kind=TroubleKind.BLOCKED, reason="a bot wall", http_status=403))

    async def discover(self, source: Source) -> tuple[Channel, ...] | Trouble:
        self.asked.append("discovery")
        return self.found

    def announces(self, *leads: Any, url: str = FEED, **over: Any) -> None:
        self.channels[url] = Polled(answer=capture(), reading=reading(*leads, **over), body_hash=str(len(leads)))

    def serves(self, url: str, body: bytes) -> None:
        self.pages[url] = capture(body, url=url, headers=(("content-type", "text/html"),))


class Newsroom:
    """A desk over a real archive."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.web = MadeUpWeb()
        self.clock = StoppedClock()
        self.archive: Archive
        self._thread = ThreadPoolExecutor(1)

    async def open(self) -> None:
        self.archive = self._thread.submit(Archive.open, self.path).result()

    async def close(self) -> None:
        self._thread.submit(self.archive.close).result()
        self._thread.shutdown()

    async def collect(
        self, *sources: Source, force: bool = False, cap: int = 50, rechecks: int = 0
    ) -> dict[str, SourcePass]:
        self._thread.submit(self.archive.sync_sources, sources).result()
        desk = Desk(
            filer=Filer(self.archive, self._thread),
            web=self.web,
            readers=InProcess(),
            clock=self.clock,
            rules=lambda *_: (),
            pages_per_pass=cap,
            rechecks=Budget(rechecks),
            rechecks_per_source=rechecks,
        )
        self.web.asked.clear()
        return {one.source: one for one in await collect(desk, sources, force=force)}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Newsroom]:
    room = Newsroom(tmp_path / "shiftwatch.db")
    await room.open()
    yield room
    await room.close()


async def test_a_lead_is_fetched_read_and_filed_once(room: Newsroom):
    one = lead()
    room.web.announces(one)
    room.web.serves(one.url, page("Agents sent to Ohio"))
    first = (await room.collect(source()))["desk"]
    assert (first.new, first.pages, first.failed) == (1, 1, False)
    assert room.rows("SELECT title, text_from FROM stories") == [("Agents sent to Ohio", "page")]

    room.web.channels[FEED] = Polled(answer=capture(status=304))
    second = (await room.collect(source(), force=True))["desk"]
    assert (second.new, second.pages) == (0, 0)
    assert room.web.asked == [FEED]


async def test_what_is_not_due_is_left_alone_until_it_is(room: Newsroom):
    room.web.announces(lead(), total=1)
    await room.collect(source())
    again = (await room.collect(source()))["desk"]
    assert not again.polled
    assert FEED not in room.web.asked
    room.clock.move(timedelta(hours=1))
    assert (await room.collect(source()))["desk"].polled


async def test_a_page_that_cannot_be_had_is_a_story_all_the_same_and_is_had_later(room: Newsroom):
    one = lead()
    room.web.announces(one)
    first = (await room.collect(source()))["desk"]
    assert (first.new, first.stood_in) == (1, 1)
    assert room.rows("SELECT title, text, text_from, page_reason FROM stories") == [
        ("Story 1", "In short.", "lead", "a bot wall")
    ]
    room.web.serves(one.url, page("Agents sent to Ohio"))
    room.web.channels[FEED] = Polled(answer=capture(status=304))
    room.clock.move(timedelta(hours=2))
    second = (await room.collect(source()))["desk"]
    assert (second.new, second.versions) == (0, 1)
    assert room.rows("SELECT title, text_from, version FROM stories") == [("Agents sent to Ohio", "page", 2)]


async def test_the_cap_leaves_the_oldest_for_the_next_pass_and_says_how_many(room: Newsroom):
    leads = [lead(n, position=n) for n in range(5)]
    room.web.announces(*leads)
    for one in leads:
        room.web.serves(one.url, page(one.title, f"Number {one.title} was sent to Ohio by the agency on Monday. "))
    first = (await room.collect(source(), cap=2))["desk"]
    assert (first.new, first.left) == (2, 3)
    assert {url for url in room.web.asked if "story" in url} == {leads[0].url, leads[1].url}
    second = (await room.collect(source(), cap=10))["desk"]
    assert (second.new, second.left) == (3, 0)


async def test_a_channel_that_says_something_new_of_a_known_story_has_its_page_looked_at_again(room: Newsroom):
    one = lead()
    room.web.announces(one)
    room.web.serves(one.url, page("Agents sent to Ohio"))
    await room.collect(source())
    room.web.announces(lead(title="Agents sent to Ohio and Maine"))
    room.web.serves(one.url, page("Agents sent to Ohio and Maine"))
    second = (await room.collect(source(), force=True))["desk"]
    assert (second.new, second.versions) == (0, 1)
    assert room.rows("SELECT count(*) FROM versions") == [(2,)]


async def test_channels_are_alternatives_in_order_of_preference(room: Newsroom):
    second = "https://desk.example.org/news"
    channels = (channel(), channel(url=second, kind=ChannelKind.SITEMAP))
    room.web.announces(lead(), total=1)
    room.web.announces(lead(2), url=second)
    await room.collect(source(channels=channels), force=True)
    assert second not in room.web.asked

    room.web.channels.pop(FEED)
    await room.collect(source(channels=channels), force=True)
    assert room.web.asked[:2] == [FEED, second]


async def test_a_channel_marked_also_is_polled_besides(room: Newsroom):
    second = "https://desk.example.org/politics/feed"
    room.web.announces(lead(), total=1)
    room.web.announces(lead(2), url=second)
    result = (await room.collect(source(channels=(channel(), channel(url=second, also=True)))))["desk"]
    assert [one.outcome for one in result.channels] == [Outcome.CHANGED, Outcome.CHANGED]


async def test_discovery_is_the_last_resort(room: Newsroom):
    found = "https://desk.example.org/found.xml"
    room.web.found = (channel(url=found, discovered=True),)
    room.web.announces(lead(), url=found)
    result = (await room.collect(source()))["desk"]
    assert room.web.asked[:3] == [FEED, "discovery", found]
    assert not result.failed
    room.web.channels[found] = Polled(answer=capture(status=304))
    await room.collect(source(), force=True)
    assert "discovery" not in room.web.asked


async def test_a_home_page_is_searched_once_a_day_unless_forced(room: Newsroom):
    room.web.channels[FEED] = Polled(answer=Trouble(kind=TroubleKind.BROKEN, reason="it answers nonsense"))
    searches = []
    for hours, force in [(0, False), (12, False), (0, True), (25, False)]:
        room.clock.move(timedelta(hours=hours))
        await room.collect(source(), force=force)
        searches.append("discovery" in room.web.asked)
    assert searches == [True, False, True, True]


async def test_a_source_that_cannot_be_reached_is_not_searched_for_other_channels(room: Newsroom):
    room.web.channels[FEED] = Polled(answer=OFFLINE)
    result = (await room.collect(source()))["desk"]
    assert result.failed
    assert result.unreachable == 1
    assert "discovery" not in room.web.asked
    assert room.rows("SELECT state, reason FROM channels") == [("broken", OFFLINE.reason)]


async def test_one_source_in_trouble_leaves_the_others_alone(room: Newsroom):
    other = source(
        id="wire", domain="wire.example", channels=(channel(source="wire", url="https://wire.example/feed"),)
    )
    room.web.announces(lead(url="https://wire.example/a"), url="https://wire.example/feed")
    room.web.serves("https://wire.example/a", page("Agents sent to Ohio"))
    result = await room.collect(source(), other)
    assert result["desk"].failed
    assert (result["wire"].failed, result["wire"].new) == (False, 1)


async def test_an_empty_answer_is_told_from_an_unchanged_one(room: Newsroom):
    room.web.channels[FEED] = Polled(answer=capture(), reading=ChannelReading())
    result = (await room.collect(source()))["desk"]
    assert result.channels[0].outcome is Outcome.EMPTY
    assert room.rows("SELECT state FROM channels") == [("empty",)]


async def test_looks_at_known_pages_come_after_new_ones_and_within_the_budget(room: Newsroom):
    leads = [lead(number) for number in range(1, 5)]
    room.web.announces(*leads)
    for one in leads:
        room.web.serves(one.url, page("Agents sent to Ohio"))
    await room.collect(source())
    room.clock.move(timedelta(hours=2))
    room.web.announces(*leads, lead(5), lead(6))
    for number in (5, 6):
        room.web.serves(lead(number).url, page("Agents sent to Iowa"))
    starved = (await room.collect(source(), force=True, cap=1, rechecks=9))["desk"]
    assert (starved.pages, starved.left, starved.looks) == (1, 1, 0), "a new story waits: no known one is looked at"
    room.clock.move(timedelta(hours=1))
    looked = (await room.collect(source(), force=True, rechecks=3))["desk"]
    assert (looked.pages, looked.looks) == (1, 3)
    assert room.web.asked.index(lead(6).url) < min(
        map(room.web.asked.index, {one.url for one in leads} & {*room.web.asked})
    )
    assert (await room.collect(source()))["desk"].looks == 0, "no budget, no looks"


async def test_a_known_page_that_becomes_a_wall_keeps_its_story(room: Newsroom):
    one = lead()
    room.web.announces(one)
    room.web.serves(one.url, page("Agents sent to Ohio"))
    await room.collect(source())
    room.clock.move(timedelta(hours=2))
    room.web.serves(one.url, b"<html><head><title>Just a moment...</title></head><body>Checking your browser</body>")
    assert (await room.collect(source(), rechecks=9))["desk"].looks == 1
    assert room.rows("SELECT title, version, text_from FROM stories") == [("Agents sent to Ohio", 1, "page")]
    ((outcome, reason),) = room.rows("SELECT outcome, reason FROM looks")
    assert outcome in ("blocked", "broken")
    assert reason
