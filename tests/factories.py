"""Short ways to make the nouns; every argument may be overridden."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.model import (
    Capture,
    Channel,
    ChannelKind,
    ChannelMemory,
    ChannelReading,
    Lead,
    Source,
    SourceKind,
    WantedPage,
)

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
FEED = "https://desk.example.org/feed"


class StoppedClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> None:
        self.at += by


def channel(**over: Any) -> Channel:
    return Channel(**{"source": "desk", "kind": ChannelKind.FEED, "url": FEED, **over})


def source(**over: Any) -> Source:
    given = {"id": "desk", "name": "The Desk", "domain": "example.org", "kind": SourceKind.OUTLET}
    return Source(**{**given, "channels": (channel(),), **over})


def memory(**over: Any) -> ChannelMemory:
    return ChannelMemory(**{"id": 1, "channel": channel(), **over})


def lead(number: int = 1, **over: Any) -> Lead:
    given = {"url": f"https://desk.example.org/story-{number}", "title": f"Story {number}", "summary": "In short."}
    return Lead(**{**given, **over})


def capture(body: bytes = b"<rss/>", **over: Any) -> Capture:
    url = over.pop("url", FEED)
    given: dict[str, Any] = {"url": url, "final_url": url, "status": 200, "headers": (), "fetched_at": NOW}
    return Capture(**{**given, "body": body, **over})


def reading(*leads: Lead, **over: Any) -> ChannelReading:
    return ChannelReading(**{"leads": leads, "total": len(leads), "seen": b"12345678", **over})


def wanted(**over: Any) -> WantedPage:
    one = lead()
    return WantedPage(**{"address": one.url, "source": "desk", "channel": 1, "lead": one, **over})
