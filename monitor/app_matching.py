"""Puts `shiftwatch rematch` and the decisions about groups of stories together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

from db.archive import Archive
from db.lock import ArchiveLock
from monitor.app_parts import SystemClock, open_filer, plainly, stop_by_signal
from monitor.config import Config
from monitor.errors import UsageError
from monitor.workers import WorkerPool, usable_cores


def rematch_all(config: Config, *, progress: Callable[[int, int], None]) -> Rematched:
    """Match every story anew and name every edit anew; what was decided by hand stays decided.

    May be interrupted: until it is through, groups are as they were or as they will be. Raises ArchiveError,
    AlreadyRunning.
    """
    from monitor.matchmaker import MatchDesk, begin_again, match_waiting

    async def main() -> Rematched:
        stop = stop_by_signal()
        async with AsyncExitStack() as stack:
            filer, archive = await open_filer(stack, config, config.sources, captures=False, create=False)
            readers = WorkerPool(usable_cores())
            stack.push_async_callback(readers.end)
            desk = MatchDesk(filer=filer, archive=archive, readers=readers, clock=SystemClock())
            await filer.call(begin_again, archive)
            result = await match_waiting(desk, progress=progress, stop=stop)
            return Rematched(stopped=stop.is_set(), stories=result.stories, **await filer.call(archive.match_counts))

    with ArchiveLock(config.archive):
        return asyncio.run(plainly(main()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rematched:
    """What the archive holds of matches after all were made anew."""

    stories: int
    groups: int
    copies: int
    updates: int
    coverage: int
    stopped: bool = False


def split_story(config: Config, story: int) -> set[int]:
    """Take a story out of its group for good; gives the stories it counted as one with. Raises UsageError."""
    from monitor.matchmaker import split

    with ArchiveLock(config.archive), Archive.open(config.archive, create=False) as archive:
        _known(archive, config, story)
        others = split(archive, story, datetime.now(UTC))
    if not others:
        raise UsageError(f"story {story} counts as one with no other; there is nothing to split")
    return others


def merge_stories(config: Config, story: int, other: int) -> None:
    """Let two stories count as one for good. Raises UsageError."""
    if story == other:
        raise UsageError(f"story {story} is one with itself already")
    from monitor.matchmaker import merge

    with ArchiveLock(config.archive), Archive.open(config.archive, create=False) as archive:
        _known(archive, config, story)
        _known(archive, config, other)
        merge(archive, story, other, datetime.now(UTC))


def _known(archive: Archive, config: Config, story: int) -> None:
    if archive.story(story) is None:
        raise UsageError(f"no story {story} in {config.archive}; `shiftwatch stories` lists their ids")
