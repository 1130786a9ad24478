"""The nouns of matching and its port: what the archive hands out to be compared, and what it is handed back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from monitor.matching.postings import Store
from monitor.model import StoryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A story in a queue of matching; ``asked`` tells whether it was put there again since it was taken up."""

    story: int
    draws_only: bool
    asked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story as matching sees it; texts as they read now, dates as the archive writes them.

    ``outlet`` is the name of its source, ``links`` the addresses its text links to. ``published`` is "" when unknown;
    ``not_before`` is the last look at its channel that did not list it yet, "" when there was none.
    """

    story: int
    url: str
    kind: StoryKind
    title: str
    text: str
    byline: str
    language: str
    outlet: str
    links: tuple[str, ...]
    published: str
    first_seen: str
    not_before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A near-duplicate to be filed: ``story`` is the later one."""

    story: int
    other: int
    relation: str
    similarity: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A release a story draws on, to be filed; ``passages`` are JSON-ready, ``lag`` least and most seconds."""

    release: int
    methods: tuple[str, ...]
    overlap: float
    density: float
    longest_run: int
    score: float
    passages: Sequence[Mapping[str, object]]
    reason: str
    lag: tuple[int | None, int | None]


@dataclass(slots=True, kw_only=True)
class Component:
    """Stories that copies connect, with all that decides which of them are one group."""

    rank: dict[int, tuple[str, ...]]
    copies: list[tuple[int, int, float]]
    apart: list[tuple[int, int]]
    together: list[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionPair:
    """A version to be compared with the one before it in time."""

    story: int
    number: int
    before: int
    how: tuple[str, ...]
    titles: tuple[str, str]
    texts: tuple[str, str]
    language: str = ""


class MatchTables(Protocol):
    """What matching reads and writes, inside one transaction; db.matching answers and says what each means."""

    def fingerprints(self, space: int) -> Store: ...

    def forget_fingerprints(self) -> None: ...

    def waiting(self, limit: int) -> list[Waiting]: ...

    def waiting_count(self) -> int: ...

    def told(self, stories: Iterable[int]) -> dict[int, Told]: ...

    def agency_domains(self) -> frozenset[str]: ...

    def partners(self, story: int) -> set[int]: ...

    def drawn_releases(self, story: int) -> set[int]: ...

    def releases_at(self, addresses: Iterable[str]) -> set[int]: ...

    def citing(self, release: int) -> set[int]: ...

    def release_count(self) -> int: ...

    def release_prints(self, release: int) -> bytes: ...

    def save_release_prints(self, release: int, prints: bytes) -> None: ...

    def save_signature(self, story: int, *, origin: str, origin_from: str, cites: Iterable[str]) -> None: ...

    def ask_draws(self, stories: Iterable[int]) -> None: ...

    def ask_all(self) -> None: ...

    def matched(self, stories: Iterable[Waiting]) -> None: ...

    def save_pairs(self, story: int, pairs: Iterable[Pair], at: str) -> set[int]: ...

    def save_draws(self, story: int, draws: Sequence[Drawn]) -> None: ...

    def component(self, stories: Iterable[int]) -> Component: ...

    def save_groups(self, first: Mapping[int, int]) -> None: ...

    def decide(self, story: int, other: int, verdict: str, at: str, similarity: float) -> None: ...

    def component_rank(self, story: int) -> tuple[str, ...]: ...

    def undecide(self, story: int, other: int) -> None: ...

    def group_of(self, story: int) -> set[int]: ...

    def edited(self, limit: int) -> list[Waiting]: ...

    def version_pairs(self, story: int) -> list[VersionPair]: ...

    def save_change(self, pair: VersionPair, kinds: Sequence[str], edits: Sequence[object]) -> None: ...

    def compared(self, stories: Iterable[Waiting]) -> None: ...


class MatchArchive(Protocol):
    """The archive as matching needs it: one transaction at a time, undone as a whole when it fails."""

    def matching(self) -> AbstractContextManager[MatchTables]: ...
