"""Composition beside ``app`` for coding: everything coded anew, what that would change, and decisions about events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

from db.archive import Archive
from db.lock import ArchiveLock
from monitor.app_parts import SystemClock, open_filer, plainly, reading_archive, stop_by_signal
from monitor.books import book
from monitor.coder import CodeDesk, begin_again, changes, code_waiting
from monitor.codings import RowChange
from monitor.config import Config
from monitor.errors import UsageError
from monitor.eventmaker import EventDesk, group_waiting, merge, split
from monitor.filer import InPlace
from monitor.workers import WorkerPool, usable_cores


@dataclass(frozen=True, slots=True, kw_only=True)
class Recoded:
    """What coding anew came to, and what the archive holds now."""

    stories: int
    failed: int
    gained: int
    lost: int
    primary: int
    mention: int
    tags: int
    shifts: int
    events: int
    figures: int
    codebook: str
    stopped: bool = False


def recode_all(config: Config, *, progress: Callable[[int, int], None]) -> Recoded:
    """Code every story anew with the codebook in force; what people judged and decided stays.

    May be interrupted: the next run, or the next collect, goes on. Raises ConfigError, ArchiveError, AlreadyRunning.
    """
    codebook = book(config.codebook)

    async def main() -> Recoded:
        stop = stop_by_signal()
        async with AsyncExitStack() as stack:
            filer, archive = await open_filer(stack, config, config.sources, captures=False, create=False)
            readers = WorkerPool(usable_cores())
            stack.callback(readers.close)
            desk = CodeDesk(filer=filer, archive=archive, readers=readers, clock=SystemClock(), book=codebook)
            await filer.call(begin_again, archive, codebook)
            done = await code_waiting(desk, progress=progress, stop=stop)
            await group_waiting(EventDesk(filer=filer, archive=archive), stop=stop)
            return Recoded(
                stories=done.stories,
                failed=done.failed,
                gained=done.gained,
                lost=done.lost,
                codebook=codebook.hash,
                stopped=stop.is_set(),
                **await filer.call(archive.code_counts),
            )

    with ArchiveLock(config.archive):
        return asyncio.run(plainly(main()))


def recode_changes(config: Config, *, tell: Callable[[RowChange], None], progress: Callable[[int, int], None]) -> int:
    """Tell what coding everything anew would change, and write nothing; gives how many stories were read.

    Raises ConfigError, ArchiveError.
    """
    codebook = book(config.codebook)

    async def main() -> int:
        stopped = stop_by_signal()
        readers = WorkerPool(usable_cores())
        seen = 0
        try:
            with reading_archive(config) as archive:
                total = archive.counts()["stories"]

                def watch(done: int, left: int) -> None:
                    nonlocal seen
                    seen = done
                    progress(done, left)

                desk = CodeDesk(filer=InPlace(), archive=archive, readers=readers, clock=SystemClock(), book=codebook)
                async for change in changes(desk, progress=watch, total=total):
                    tell(change)
                    if stopped.is_set():
                        break
        finally:
            readers.close()
        return seen

    return asyncio.run(plainly(main()))


def split_shift(config: Config, shift: int) -> list[int]:
    """Take a shift out of its event for good; gives the other mentions of that. Raises UsageError."""
    with ArchiveLock(config.archive), Archive.open(config.archive, create=False) as archive:
        others = split(archive, shift, datetime.now(UTC))
    if others is None:
        raise _unknown(config, shift)
    return others


def merge_shifts(config: Config, shift: int, other: int) -> bool:
    """Let two shifts be mentions of one event for good; False when they are already. Raises UsageError."""
    if shift == other:
        raise UsageError(f"shift {shift} is one with itself already")
    with ArchiveLock(config.archive), Archive.open(config.archive, create=False) as archive:
        for one in (shift, other):
            with archive.grouping() as tables:
                if tables.mention(one) is None:
                    raise _unknown(config, one)
        return merge(archive, shift, other, datetime.now(UTC))


def _unknown(config: Config, shift: int) -> UsageError:
    return UsageError(f"no shift {shift} in {config.archive}; `shiftwatch shifts` lists their ids")
