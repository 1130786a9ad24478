"""What the core asks of the world; spiders, db and the workers answer, tests stand in with fakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, ParamSpec, Protocol, TypeVar

from monitor.model import Capture, Channel, ChannelMemory, ChannelReading, Source, Trouble

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request: conditional when validators are given; ``auth`` is ``user:password`` for that origin only."""

    url: str
    etag: str = ""
    last_modified: str = ""
    auth: str = ""
    accept: str = ""


class Fetcher(Protocol):
    """The polite client. Never raises for what the network does: trouble is a value.

    A Capture is returned for 2xx and 304 only (a 304 has an empty body); every other end is a Trouble.
    """

    async def fetch(self, ask: Ask) -> Capture | Trouble: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What one look at a channel came to.

    ``reading`` is None when nothing had to be read: ``answer`` is a Trouble, a 304 or the bytes of last time.
    ``partial`` says why not everything announced was had, so that validators must not be kept.
    """

    answer: Capture | Trouble
    reading: ChannelReading | Trouble | None = None
    body_hash: str = ""
    partial: str = ""


class Press(Protocol):
    """The web as the newsroom sees it, whatever fetches it."""

    async def poll(self, memory: ChannelMemory, auth: str = "") -> Polled: ...

    async def page(self, ask: Ask) -> Capture | Trouble: ...

    async def discover(self, source: Source) -> tuple[Channel, ...] | Trouble: ...


class Readers(Protocol):
    """Where reading runs: ``function`` is a pure module-level function, killed at its limits.

    ``of`` a source: the same, for what that source sent, which waits for no other source's slow readings.
    """

    def of(self, source: str) -> Readers: ...

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Trouble: ...


class Clock(Protocol):
    """The time, so that tests can hold it."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HostNote:
    """What is remembered of an origin between runs: its robots.txt and how long it asked us to wait.

    ``robots_status`` 0: never had. ``robots`` is the text when the status was 2xx. ``crawl_delay`` is the pause in
    seconds it asks us for (0: none), ``asked_at`` when such a host was last asked for something.
    """

    origin: str
    robots: str = ""
    robots_status: int = 0
    robots_at: datetime | None = None
    wait_until: datetime | None = None
    crawl_delay: float = 0.0
    asked_at: datetime | None = None


class Slot(NamedTuple):
    """When one channel is due and how it fares: the little a tick looks at, of every channel there is."""

    also: bool
    state: str
    next_poll_at: datetime | None
    unreachable: bool


class HostMemory(Protocol):
    """Keeps HostNotes for the polite client; the archive answers, in memory during a run."""

    def get(self, origin: str) -> HostNote | None: ...

    def put(self, note: HostNote) -> None: ...
