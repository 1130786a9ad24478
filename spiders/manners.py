"""How Shiftwatch behaves towards others' machines: its name, its pauses, its limits, and waiting when told to."""

from __future__ import annotations

import asyncio
import math
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType

# What robots.txt files know us by; the agent name must begin with it.
PRODUCT = "Shiftwatch"

MAX_WAIT = timedelta(days=7)
UNSAID_WAIT = timedelta(minutes=10)  # after a 429 that does not say how long
PATIENCE = 60.0  # seconds; a Crawl-delay up to this is stood in line for, a longer one makes the asker come back
MAX_CRAWL_DELAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one fetch may take. Times in seconds, sizes in bytes.

    ``connect``: until TCP and TLS stand; ``lookup``: until the name is resolved; ``read``: between two bytes;
    ``whole``: everything on the wire with all redirects, standing in line not counted; ``robots``: the same for a
    robots.txt; ``body``: after decoding; ``header_field``: one header line; ``header_fields``: their number;
    ``interim``: 1xx answers before the real one. On the wire an answer may take twice the body, plus all headers.
    """

    connect: float = 5.0
    lookup: float = 10.0
    read: float = 30.0
    whole: float = 60.0
    robots: float = 30.0
    body: int = 16 * 1024 * 1024
    header_field: int = 32 * 1024
    header_fields: int = 256
    interim: int = 8
    redirects: int = 10
    resets: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How the polite client goes about it.

    ``agent`` goes out as User-Agent and begins with the product token ``Shiftwatch``, its version and ``(+contact)``.
    ``delay`` is the pause between the starts of two requests to a host, ``delays`` replaces it for a domain and what
    is under it; what robots.txt asks for can only lengthen either. ``per_host`` requests (1 or 2) are under way to a
    host at a time, ``at_once`` in all. ``allow_private`` lists what may be asked although it is not public (see
    guard.Guard). ``proxy`` is ``http://[user:password@]host:port`` for every request, or empty. ``tls`` replaces the
    system's trust store.
    """

    agent: str = "Shiftwatch/0.1.0"
    delay: timedelta = timedelta(seconds=2)
    delays: Mapping[str, timedelta] = field(default_factory=dict)
    per_host: int = 1
    at_once: int = 128
    allow_private: tuple[str, ...] = ()
    proxy: str = ""
    limits: Limits = Limits()
    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        if not self.agent.startswith(f"{PRODUCT}/") or not self.agent.isprintable() or not self.agent.isascii():
            raise ValueError(f"the agent name must be plain text that begins with {PRODUCT}/ and its version")
        if self.per_host not in (1, 2):
            raise ValueError("per_host must be 1 or 2")
        if self.at_once < 1:
            raise ValueError("at_once must be at least 1")
        if self.delay < timedelta(0) or any(delay < timedelta(0) for delay in self.delays.values()):
            raise ValueError("a delay cannot be negative")

    def pause(self, host: str) -> float:
        """Seconds between two requests to ``host``, before robots.txt is asked."""
        if self.delays:
            name = host
            while name:
                if name in self.delays:
                    return self.delays[name].total_seconds()
                name = name.partition(".")[2]
        return self.delay.total_seconds()


def parse_retry_after(value: str, now: datetime) -> timedelta | None:
    """How long a Retry-After header asks to wait, within 0 and 7 days; None when it says nothing that can be read.

    Seconds and HTTP dates of every age are read; a date in the past and a negative number mean no wait at all.
    """
    text = value.strip()
    if re.fullmatch(r"[+-]?[0-9]{1,400}(?:\.[0-9]*)?", text, re.ASCII):
        seconds = min(max(float(text), 0.0), MAX_WAIT.total_seconds())
        return timedelta(seconds=seconds)
    if len(text) > 100:
        return None
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return min(max(moment - now, timedelta(0)), MAX_WAIT)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None


def capped(until: datetime | None, now: datetime) -> datetime | None:
    """A remembered wait, if still to come, at most 7 days from now: when the clock jumps nobody waits for years."""
    if until is None or until <= now:
        return None
    return min(until, now + MAX_WAIT)


class Line:
    """The line in front of one host: who may go now, and not before when.

    Used as ``async with line.turn(...)``. At most ``per_host`` are inside, and two starts lie ``pause`` seconds apart,
    measured from start to start (a request longer than the pause is itself the pause, since its place is only given
    up at its end). ``crawl_delay`` is counted between requests other than for robots.txt, so that a delay of a day
    does not let the robots.txt that asks for it use up the day. ``wait_until`` is set when the host told us to wait.
    """

    __slots__ = ("_busy", "_counted", "_loop", "_places", "_started", "wait_until")

    def __init__(self, per_host: int) -> None:
        self._places = asyncio.Semaphore(per_host)
        self._loop = asyncio.get_running_loop()
        self._busy = 0
        self._started = -math.inf
        self._counted = -math.inf
        self.wait_until: datetime | None = None

    @property
    def idle(self) -> bool:
        """Nobody is inside or waiting, and nothing happened for a while that a new line would have to know."""
        return not self._busy and self._started + PATIENCE < self._loop.time()

    def now(self) -> float:
        """The loop's time, in seconds, which no change of the clock moves."""
        return self._loop.time()

    def asked(self, ago: float) -> None:
        """Take note of a request so many seconds ago, in an earlier run."""
        self._counted = max(self._counted, self._loop.time() - ago)

    def until_next(self, pause: float, crawl_delay: float) -> float:
        """Seconds until the next start is allowed; not positive: now."""
        return max(self._started + pause, self._counted + crawl_delay) - self._loop.time()

    def turn(self, room: asyncio.Semaphore, pause: float, crawl_delay: float, *, counts: bool) -> Turn:
        """One place in the line, in the order of asking; ``room`` bounds all lines together."""
        return Turn(self, room, pause, crawl_delay, counts)

    async def enter(self, room: asyncio.Semaphore, pause: float, crawl_delay: float, counts: bool) -> None:
        """Wait for a place, the pause and the room; give them back with ``leave``."""
        self._busy += 1
        try:
            await self._places.acquire()
            try:
                while True:
                    wait = self.until_next(pause, crawl_delay)
                    if wait > 0:
                        await asyncio.sleep(wait)
                        continue  # with two places the other one may have gone first
                    await room.acquire()
                    if self.until_next(pause, crawl_delay) <= 0:
                        break
                    room.release()
            except BaseException:
                self._places.release()
                raise
        except BaseException:
            self._busy -= 1
            raise
        self._started = self._loop.time()
        if counts:
            self._counted = self._started

    def leave(self, room: asyncio.Semaphore) -> None:
        """Give the place and the room back."""
        room.release()
        self._places.release()
        self._busy -= 1


class Turn:
    """``async with`` around one request; a class because a generator costs several times as much."""

    __slots__ = ("_counts", "_crawl_delay", "_line", "_pause", "_room")

    def __init__(self, line: Line, room: asyncio.Semaphore, pause: float, crawl_delay: float, counts: bool) -> None:
        self._line = line
        self._room = room
        self._pause = pause
        self._crawl_delay = crawl_delay
        self._counts = counts

    async def __aenter__(self) -> None:
        await self._line.enter(self._room, self._pause, self._crawl_delay, self._counts)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.leave(self._room)
