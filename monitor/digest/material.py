"""What a digest is made of, as the archive hands it over: plain rows, moments as ISO text, nothing decided yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.model import Figure
from monitor.query import Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for: stories that match ``query``, came in from ``start`` to ``end`` and were not told by ``name``.

    ``floor`` is how far back the archive looks for stories that were there before ``start``, but not yet coded, or did
    not match yet; ``start`` where looking back is of no use. ``forget`` leaves out what was told before altogether:
    for looking at a past window.
    """

    name: str
    query: Query
    start: datetime
    end: datetime
    floor: datetime
    forget: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRow:
    """A story. ``root`` is the story it counts as one with, itself when it is the first.

    ``rejected``: people have rejected every shift it was read to tell of. ``tags`` are (code, sentence).
    """

    id: int
    root: int
    source: str
    source_name: str
    domain: str
    url: str
    title: str
    kind: str
    published_at: str | None
    first_seen_at: str
    version: int
    lede: str = ""
    rejected: bool = False
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def at(self) -> str:
        """When it came out, as exactly as that is known; first seen where it does not say."""
        return self.published_at or self.first_seen_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A shift of an event as one story tells it, people's judgements applied."""

    event: int
    story: int
    actor: str
    beneficiary: str | None
    resource: str
    quantity_low: int | None
    quantity_high: int | None
    quantity_text: str | None
    approx: bool
    origin: str | None
    destination: str | None
    direction: str
    status: str
    sentence: str
    score: float
    told_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """An event as it stands; ``lifecycle`` is its life so far, each (state, moment)."""

    id: int
    state: str
    lifecycle: tuple[tuple[str, str], ...]
    quantity_low: int | None
    quantity_high: int | None
    first_story: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A story that draws on a release; ``lag`` is seconds from release to story, None when it cannot be told."""

    release: int
    story: int
    lag: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """A known story that reads differently: what it said when it was told of (or before the window), and says now."""

    story: int
    changed_at: str
    old_title: str
    old_text: str
    new_title: str
    new_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldBefore:
    """What was last told of an event, and its first story then; ``there``: the archive still has it by that number."""

    event: int
    there: bool
    story: int | None
    told: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """How a channel of an enabled source stands; ``since`` is the first poll of the trouble it is in, if any."""

    source: str
    source_name: str
    state: str
    reason: str
    rank: int
    also: bool
    last_ok_at: str | None
    since: str | None
    last_poll_at: str | None
    last_new_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """A notice of the window; ``source_name`` is "" when it is about all sources."""

    at: str
    source_name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All of it. ``new`` are the stories to tell of; ``stories`` holds them and every other one that is mentioned."""

    stories: Mapping[int, StoryRow]
    new: frozenset[int] = frozenset()
    revised: tuple[Revised, ...] = ()
    events: Mapping[int, EventRow] = field(default_factory=dict)
    mentions: tuple[Mention, ...] = ()
    drawn: tuple[Drawn, ...] = ()
    figures: tuple[tuple[int, Figure], ...] = ()
    told: tuple[ToldBefore, ...] = ()
    told_stories: frozenset[int] = frozenset()
    channels: tuple[ChannelRow, ...] = ()
    notices: tuple[NoticeRow, ...] = ()
