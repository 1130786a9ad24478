"""The made-up web of ``bench.soak``: sources of every temper, each a host of 127.0.0.0/8, under a clock it is handed.

What a source publishes, and when, follows from its number alone, so that the server and whoever checks the archive
afterwards need not talk to each other.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from bench.poll import sentences
from bench.service import host

START = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
LISTED = 20  # entries of a feed
SLOW = 0.1  # real seconds a slow host takes to answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Temper:
    """``share`` of a hundred sources; ``a_day`` stories; looked at ``every`` at first; ``listed`` entries."""

    share: int
    a_day: float
    every: str = "6h"
    listed: int = LISTED
    articles: str = "feed"


TEMPERS = {
    "daily": Temper(share=27, a_day=1),
    "quiet": Temper(share=18, a_day=1 / 7),
    "edits": Temper(share=10, a_day=0.7),  # each entry says something else a day and a half later
    "paged": Temper(share=10, a_day=0.4, articles="page"),
    "failing": Temper(share=8, a_day=0),  # 500, or a page where a feed should be
    "flapping": Temper(share=7, a_day=1),  # six hours of every second day it hangs up
    "busy": Temper(share=5, a_day=6, every="2h"),
    "blocked": Temper(share=5, a_day=0),  # 403 with a bot wall, or 429 with Retry-After
    "empty": Temper(share=4, a_day=0),
    "slow": Temper(share=2, a_day=0.4),
    "gone": Temper(share=2, a_day=0),  # 410
    "huge": Temper(share=2, a_day=1, listed=250),
}
SERVING = frozenset(name for name, temper in TEMPERS.items() if temper.a_day)


def tempers(sources: int) -> list[str]:
    """The temper of each source, every one of them met among the first few."""
    first = list(TEMPERS)
    rest = [name for name, temper in TEMPERS.items() for _ in range(temper.share)]
    random.Random(7).shuffle(rest)
    while len(first) < sources:
        first += rest
    return first[:sources] if sources < 100 else (rest * (sources // len(rest) + 1))[:sources]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """The ``number``-th story of a source; ``edited`` is when it begins to read otherwise, None for never."""

    number: int
    at: datetime
    edited: datetime | None


def published(source: int, name: str, days: float) -> list[Item]:
    """All a source publishes until ``days`` after the start, oldest first, what its first feed lists included."""
    temper = TEMPERS[name]
    if not temper.a_day:
        return []
    dice = random.Random(f"soak {source}")
    back = temper.listed if name == "huge" else 5
    at = START - DAY * back / temper.a_day
    found: list[Item] = []
    while True:
        at += DAY * dice.uniform(0.5, 1.5) / temper.a_day
        if at > START + DAY * days:
            return found
        edited = at + 1.5 * DAY if name == "edits" else None
        found.append(Item(number=len(found), at=at.replace(microsecond=0), edited=edited))


def address(source: int, port: int, number: int) -> str:
    """Where a story stands."""
    return f"http://{host(source)}:{port}/news/{number}"


def serve(port: int, sources: int, days: float, now: Callable[[], datetime]) -> None:
    """Answer until killed; ``now`` tells the simulated time."""
    from aiohttp import web

    names = tempers(sources)
    all_items = [published(number, name, days) for number, name in enumerate(names)]

    async def get_feed(request: web.Request) -> web.StreamResponse:
        number = int(request.match_info["source"])
        name, moment = names[number], now()
        if (answer := _trouble(number, name, moment)) is not None:
            status, kind, body = answer
            headers = {"Content-Type": kind} | ({"Retry-After": "7200"} if status == 429 else {})
            return web.Response(status=status, body=body.encode(), headers=headers)
        if name == "flapping" and down(moment):
            if request.transport is not None:
                request.transport.close()
            return web.Response()
        if name == "slow":
            await asyncio.sleep(SLOW)
        out = [one for one in all_items[number] if one.at <= moment][-TEMPERS[name].listed :]
        edits = sum(one.edited is not None and one.edited <= moment for one in out)
        etag = f'"{out[-1].number if out else 0}-{edits}"'
        headers = {"ETag": etag, "Content-Type": "application/rss+xml; charset=utf-8"}
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=_feed(number, port, name, out, moment), headers=headers)

    async def get_page(request: web.Request) -> web.StreamResponse:
        number = _number(request.host)
        item = int(request.match_info["item"])
        if number >= sources or item >= len(all_items[number]) or all_items[number][item].at > now():
            return web.Response(status=404)
        etag = f'"page-{item}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        body = _page(number, all_items[number][item]).encode()
        return web.Response(body=body, headers={"ETag": etag, "Content-Type": "text/html; charset=utf-8"})

    app = web.Application()
    app.router.add_get("/feed/{source}", get_feed)
    app.router.add_get("/news/{item}", get_page)
    web.run_app(app, host="0.0.0.0", port=port, print=lambda _: None, access_log=None, backlog=4096)


def _number(name: str) -> int:
    """The source whose host this is; see ``bench.service.host``."""
    _, first, second, third = map(int, name.partition(":")[0].split("."))
    return (first - 1) * 62_500 + second * 250 + third - 1


def down(moment: datetime) -> bool:
    """Whether flapping hosts hang up."""
    return (moment - START).days % 2 == 1 and moment.hour < 6


def _trouble(number: int, name: str, moment: datetime) -> tuple[int, str, str] | None:
    odd = number % 2 == 1
    match name:
        case "failing":
            return (500, "text/plain", "oops") if odd else (200, "text/html", "<html><body>Welcome</body></html>")
        case "blocked":
            wall = "<html><title>Just a moment...</title><body>Checking your browser</body></html>"
            return (429, "text/plain", "slow down") if odd else (403, "text/html", wall)
        case "gone":
            return 410, "text/plain", "gone"
        case "empty":
            empty = '<rss version="2.0"><channel><title>Empty</title><link>http://e.example/</link></channel></rss>'
            return 200, "application/rss+xml", empty
    return None


def _text(number: int, name: str, one: Item, moment: datetime) -> str:
    text = sentences(number, one.number)
    if one.edited is not None and one.edited <= moment:
        text += " " + sentences(number, 1_000_000 + one.number)
    return text


def _feed(number: int, port: int, name: str, items: list[Item], moment: datetime) -> bytes:
    entries = "".join(
        f"<item><title>Report {one.number} of source {number}</title><link>{address(number, port, one.number)}</link>"
        f"<guid>{address(number, port, one.number)}</guid><pubDate>{format_datetime(one.at, usegmt=True)}</pubDate>"
        f"<description>&lt;p&gt;{_text(number, name, one, moment)}&lt;/p&gt;</description></item>"
        for one in reversed(items)
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Source {number}</title>'
        f"<link>http://{host(number)}:{port}/</link><description>Made up</description>{entries}</channel></rss>"
    ).encode()


def _page(number: int, one: Item) -> str:
    paragraphs = "".join(f"<p>{sentences(number, 100 * one.number + at)}</p>" for at in range(5))
    title = f"Report {one.number} of source {number}"
    return (
        f'<html lang="en"><head><title>{title}</title><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="{one.at.isoformat()}"></head>'
        f"<body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    )
