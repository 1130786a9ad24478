"""The one writer: everything filed goes through one thread, and polls that arrive together share a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, ParamSpec, Protocol, TypeVar

from monitor.model import Capture, Channel, ChannelMemory, Filing, PageVisit, Poll, PollFiling, WantedPage

P = ParamSpec("P")
T = TypeVar("T")

BATCH = 64  # polls in one transaction: enough to make its cost vanish, few enough to keep it short
GATHER = 0.02  # seconds that the first waits for others: ten times fewer commits when hundreds end in a second


class Archive(Protocol):
    """What filing asks of the archive; every call is one short transaction."""

    def channels(self, source: str | None = None) -> list[ChannelMemory]: ...

    def add_discovered(self, channel: Channel) -> ChannelMemory: ...

    def file_polls(self, polls: Sequence[Poll]) -> list[PollFiling]: ...

    def wanted_counts(self, now: datetime) -> Mapping[str, int]: ...

    def wanted_pages(self, source: str, *, now: datetime, limit: int) -> tuple[list[WantedPage], int]: ...

    def recheck_counts(self, now: datetime) -> Mapping[str, int]: ...

    def due_rechecks(self, source: str, *, now: datetime, limit: int) -> list[WantedPage]: ...

    def file_visits(self, visits: Sequence[PageVisit]) -> list[Filing | None]: ...

    def mark(self, name: str, at: datetime) -> None: ...

    def marked(self, name: str) -> datetime | None: ...


class Captures(Protocol):
    """Where raw answers are kept."""

    def write(self, capture: Capture) -> str: ...


class Caller(Protocol):
    """Calls what touches the archive where that may be done."""

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T: ...


class InPlace:
    """Calls here and now: for an archive that is only read, by whoever opened it."""

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """``function(*args, **kwargs)``."""
        return function(*args, **kwargs)


class Filer:
    """Files from the loop without holding it up; the archive is touched by this object's one thread alone."""

    def __init__(self, archive: Archive, thread: ThreadPoolExecutor, captures: Captures | None = None) -> None:
        self._archive = archive
        self._thread = thread
        self._captures = captures
        self._waiting: list[tuple[Poll, asyncio.Future[PollFiling]]] = []
        self._draining: asyncio.Task[None] | None = None

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """``function(*args, **kwargs)`` in the writer's thread, in turn.

        A write that has begun is finished even when the caller is cancelled, so nothing is left half-known.
        """

        def work() -> T:
            return function(*args, **kwargs)

        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, work))

    async def poll(self, poll: Poll) -> PollFiling:
        """File one poll; those that arrive while the writer is busy go into its next transaction together."""
        future: asyncio.Future[PollFiling] = asyncio.get_running_loop().create_future()
        self._waiting.append((poll, future))
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        while self._waiting:
            await asyncio.sleep(GATHER)
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            try:
                filings = await self.call(self._archive.file_polls, [poll for poll, _ in batch])
            except Exception as error:
                _fail(batch, error)
            else:
                for (_, future), filing in zip(batch, filings, strict=True):
                    if not future.done():
                        future.set_result(filing)

    async def visit(self, visit: PageVisit) -> Filing | None:
        """File one page visit."""
        return (await self.call(self._archive.file_visits, [visit]))[0]

    async def channels(self) -> dict[str, list[ChannelMemory]]:
        """All channels by source, each source's in order of preference."""
        by_source: dict[str, list[ChannelMemory]] = {}
        for memory in await self.call(self._archive.channels):
            by_source.setdefault(memory.channel.source, []).append(memory)
        return by_source

    async def wanted_counts(self, now: datetime) -> Mapping[str, int]:
        """How many pages are due, by source."""
        return await self.call(self._archive.wanted_counts, now)

    async def wanted_pages(self, source: str, *, now: datetime, limit: int) -> tuple[list[WantedPage], int]:
        """The pages due of a source, newest first, and how many more are due beyond ``limit``."""
        return await self.call(self._archive.wanted_pages, source, now=now, limit=limit)

    async def recheck_counts(self, now: datetime) -> Mapping[str, int]:
        """How many pages of known stories are to be looked at again, by source."""
        return await self.call(self._archive.recheck_counts, now)

    async def due_rechecks(self, source: str, *, now: datetime, limit: int) -> list[WantedPage]:
        """The pages of a source's known stories to look at again, the longest overdue first."""
        return await self.call(self._archive.due_rechecks, source, now=now, limit=limit)

    async def add_discovered(self, channel: Channel) -> ChannelMemory:
        """Remember a channel that discovery found."""
        return await self.call(self._archive.add_discovered, channel)

    async def mark(self, name: str, at: datetime) -> None:
        """Note that ``name`` was done ``at``."""
        await self.call(self._archive.mark, name, at)

    async def marked(self, name: str) -> datetime | None:
        """When ``name`` was last done; None: never."""
        return await self.call(self._archive.marked, name)

    async def keep(self, capture: Capture) -> str:
        """Keep a raw answer among the captures; gives where it stands, ``""`` when captures are turned off."""
        return await self.call(self._captures.write, capture) if self._captures is not None else ""


def _fail(batch: list[tuple[Poll, asyncio.Future[Any]]], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
