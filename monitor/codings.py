"""The nouns of coding and its port: what the archive hands out to be coded and grouped, and what it is handed back."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from monitor.model import Figure, Shift, StoryKind, Tag


def moment(text: str) -> datetime:
    """A moment as the archive writes it; a day or a month is its start."""
    return datetime.fromisoformat(text if len(text) > 7 else f"{text}-01").replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A codebook to code with: its whole text, and the hash that every row names."""

    hash: str
    name: str
    version: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCode:
    """A story that waits to be coded, as it reads now; ``asked`` tells whether it was put there again since.

    ``published`` is "" when unknown; ``since`` is when it began to read as it does.
    """

    story: int
    asked: int
    version: int
    title: str
    text: str
    kind: StoryKind
    language: str
    published: str
    first_seen: str
    since: str

    @property
    def told_at(self) -> str:
        """When it came out, or was first seen."""
        return self.published or self.first_seen


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRow:
    """A shift with what the archive keeps beside it."""

    key: str
    place: str
    shift: Shift


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryCoding:
    """What coding a story came to, to be filed as a whole in place of what was known."""

    story: ToCode
    label: str
    reason: str
    tags: Sequence[Tag] = ()
    shifts: Sequence[ShiftRow] = ()
    figures: Sequence[Figure] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """A row that coding anew gains or loses: ``table`` is tags, shifts or figures; or a story's label that changes.

    ``row`` holds JSON-ready values; for a label ``before`` and ``after``.
    """

    story: int
    table: str
    change: str
    row: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How rows differ from those that were there: (id, place in the new ones), places in the new ones, ids."""

    kept: tuple[tuple[int, int], ...]
    gained: tuple[int, ...]
    lost: tuple[int, ...]


def difference(old: Sequence[tuple[int, Hashable]], new: Sequence[Hashable]) -> Difference:
    """What is kept, gained and lost from ``old``, rows (id, what they say), to ``new``; order tells equal ones apart.

    Each old id is in ``kept`` or in ``lost``, each new place in ``kept`` or in ``gained``, once; what is kept says the
    same.
    """
    known: dict[Hashable, list[int]] = {}
    for id_, said in reversed(old):
        known.setdefault(said, []).append(id_)
    kept, gained = [], []
    for place, said in enumerate(new):
        if ids := known.get(said):
            kept.append((ids.pop(), place))
        else:
            gained.append(place)
    left = {id_ for ids in known.values() for id_ in ids}
    return Difference(kept=tuple(kept), gained=tuple(gained), lost=tuple(id_ for id_, _ in old if id_ in left))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A mention of a shift as grouping sees it, people's judgements applied; ``event`` None: in none yet.

    ``rank`` orders mentions of one moment by what they say and where, not by when they were filed.
    """

    id: int
    story: int
    key: str
    place: str
    told_at: str
    source: str
    event: int | None
    reason: str
    rank: tuple[str | int, ...]
    shift: Shift


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """An event to be filed: ``mentions`` are (shift, why it is one), ``lifecycle`` (state, moment)."""

    id: int | None
    actor: str
    resource: str
    direction: str
    destination: str
    quantity_low: int | None
    quantity_high: int | None
    state: str
    lifecycle: Sequence[tuple[str, str]]
    first: Told
    last_at: str
    mentions: Sequence[tuple[Told, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What people decided of some mentions: those that stand alone, and pairs that are one event."""

    alone: frozenset[int]
    together: frozenset[tuple[int, int]]


class CodeTables(Protocol):
    """What coding reads and writes, inside one transaction; db.coding answers and says what each means."""

    def waiting(self, limit: int, *, without: frozenset[int] = frozenset()) -> list[ToCode]: ...

    def waiting_count(self) -> int: ...

    def ask_all(self, codebook: str) -> None: ...

    def keep_codebook(self, book: Book, program: str, at: str) -> None: ...

    def save(self, coding: StoryCoding, codebook: str) -> tuple[int, int]: ...

    def changes(self, coding: StoryCoding) -> list[RowChange]: ...

    def coded(self, stories: Iterable[ToCode]) -> None: ...

    def look_sooner(self, story: int, at: str) -> None: ...

    def stories_from(self, after: int, limit: int) -> list[ToCode]: ...


class EventTables(Protocol):
    """What grouping reads and writes, inside one transaction; db.events answers and says what each means."""

    def waiting(self, limit: int) -> list[tuple[str, list[str]]]: ...

    def waiting_count(self) -> int: ...

    def moments(self, place: str) -> list[str]: ...

    def mentions(self, place: str, low: str, high: str) -> list[Told]: ...

    def of_event(self, event: int) -> list[Told]: ...

    def mention(self, shift: int) -> Told | None: ...

    def partners(self, told: Told) -> list[Told]: ...

    def decisions(self, told: Sequence[Told]) -> Decisions: ...

    def move(self, told: Told, place: str) -> None: ...

    def save(self, events: Sequence[EventRow], gone: Iterable[int]) -> None: ...

    def grouped(self, places: Iterable[tuple[str, Sequence[str]]]) -> None: ...

    def drop_empty(self) -> None: ...

    def decide(self, verdict: str, told: Told, other: Told | None, at: str) -> None: ...

    def undecide(self, told: Told, other: Told | None = None) -> None: ...


class CodeArchive(Protocol):
    """The archive as coding needs it: one transaction at a time, undone as a whole when it fails.

    Without ``write`` there is no transaction, and nothing may be written.
    """

    def coding(self, *, write: bool = True) -> AbstractContextManager[CodeTables]: ...

    def grouping(self) -> AbstractContextManager[EventTables]: ...
