"""The made-up week: its stories, dated relative to the moment the demonstration is run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from importlib.resources import files
from typing import Any

import tomli

LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_WEEKDAY = re.compile(r"\{day-(\d+)\}")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStory:
    """One story as its site tells it now.

    ``paragraphs`` keep their links as ``[words](story id or address)``. ``at`` is when it was published, ``changed``
    when it was last touched, both UTC. The remaining fields are what the one or other site needs for address and page.
    """

    id: str
    site: str
    at: datetime
    changed: datetime
    title: str
    paragraphs: tuple[str, ...]
    byline: str = ""
    slug: str = ""
    section: str = ""
    author: str = ""
    number: int = 0
    dateline: str = ""
    topic: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The story's address on its site, in the site's own style."""
        day = self.at.strftime("%Y/%m/%d")
        return {
            "cbp": f"/newsroom/{self.section}/{self.slug}",
            "cnn": f"/{day}/{self.section}/{self.slug}",
            "pewresearch": f"/{self.section}/{day}/{self.slug}/",
            "migrationpolicy": f"/{self.section}/{self.slug}",
            "redstate": f"/{self.author}/{day}/{self.slug}-n{self.number}",
            "ahblicklive": f"/story.php?id={self.number}",
        }[self.site]

    @property
    def plain(self) -> tuple[str, ...]:
        """The paragraphs without their links."""
        return tuple(LINK.sub(r"\1", paragraph) for paragraph in self.paragraphs)

    @property
    def lede(self) -> str:
        """The first paragraph, for listings and feeds."""
        return self.plain[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A correction a story gets later: ``old`` becomes ``new``, and a note says so."""

    story: str
    old: str
    new: str
    note: str


def stories(now: datetime) -> tuple[DemoStory, ...]:
    """The week before ``now`` (aware UTC), newest first."""
    told = [_story(number, entry, now) for number, entry in enumerate(_week()["story"], start=251_001)]
    return tuple(sorted(told, key=lambda story: story.at, reverse=True))


def revisions() -> tuple[Revision, ...]:
    """The corrections that follow after the week."""
    return tuple(Revision(**entry) for entry in _week()["revision"])


def _week() -> dict[str, Any]:
    return tomli.loads(files("monitor.demo").joinpath("week.toml").read_text("utf-8"))


def _story(number: int, entry: dict[str, Any], now: datetime) -> DemoStory:
    entry = dict(entry)
    day = now.astimezone(UTC).date() - timedelta(days=entry.pop("day"))
    at = datetime.combine(day, time.fromisoformat(entry.pop("time")), UTC)
    text = _WEEKDAY.sub(lambda m: _DAYS[(now - timedelta(days=int(m[1]))).weekday()], entry.pop("text"))
    return DemoStory(
        **{"number": number, **entry, "tags": tuple(entry.get("tags", ()))},
        at=at,
        changed=at,
        paragraphs=tuple(text.strip().split("\n\n")),
    )
