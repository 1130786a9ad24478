"""What goes into the outbox and comes out: a digest ready to be kept, its letters, how handing one over went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Place(StrEnum):
    """How a digest told of a story: under an event, as changed, in a line of its own, or in a count alone."""

    EVENT = "event"
    CHANGED = "changed"
    STORY = "story"
    COUNTED = "counted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStory:
    """A story a digest tells of, and the version it was in."""

    story: int
    version: int
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEvent:
    """An event a digest tells of: its first story, and what was told, to know later whether that has changed."""

    event: int
    story: int
    told: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One recipient's copy, as it goes over the wire."""

    recipient: str
    message_id: str
    message: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A composed and rendered digest with its letters: kept in one transaction or not at all.

    ``replaces`` are digests nobody has got or can have got, whose content is in this one; ``tells_of`` deliveries whose
    failure it tells of.
    """

    name: str
    slot: datetime | None
    start: datetime
    end: datetime
    composed_at: datetime
    subject: str
    text: str
    html: str
    counts: Mapping[str, int] = field(default_factory=dict)
    stories: tuple[ToldStory, ...] = ()
    events: tuple[ToldEvent, ...] = ()
    letters: tuple[Letter, ...] = ()
    replaces: tuple[int, ...] = ()
    tells_of: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A delivery that waits to be handed over. ``unsure`` counts the times it may have been taken without an answer."""

    id: int
    digest: int
    name: str
    subject: str
    recipient: str
    message_id: str
    message: bytes
    attempts: int
    composed_at: datetime
    unsure: int = 0


class Handed(StrEnum):
    """How handing a letter over ended."""

    SENT = "sent"  # the server answered that it took it
    REFUSED = "refused"  # for good
    LATER = "later"  # not now; it was not taken
    UNSURE = "unsure"  # no answer came after the last byte: it may have been taken
    LOGIN = "login"  # the server does not let us in
    SERVER = "server"  # no server to talk to


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The end of one attempt, with what the server said (one line, no secrets)."""

    outcome: Handed
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRest:
    """A mail server left alone until ``until`` after ``failures`` in a row."""

    failures: int = 0
    until: datetime | None = None
    error: str = ""
