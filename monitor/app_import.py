"""Puts `shiftwatch import` together: captures from WARC files, read, filed, matched and coded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from db.lock import ArchiveLock
from monitor.app_parts import SystemClock, open_filer, plainly, rules_of, source_of, stop_by_signal
from monitor.books import book
from monitor.config import Config
from monitor.errors import UsageError
from monitor.tallies import ImportTally
from monitor.workers import WorkerPool, usable_cores

if TYPE_CHECKING:
    from monitor.afterwards import Watching
    from monitor.importing import Progress


def import_files(
    config: Config,
    paths: Sequence[Path],
    *,
    again: bool,
    progress: Progress,
    workers: int | None = None,
    watching: Watching | None = None,
) -> ImportTally:
    """Read captures from WARC files into the archive, in ``workers`` processes (None: one a core), match and code them.

    Raises UsageError, ConfigError, ArchiveError, AlreadyRunning.
    """
    from db.warc import read_captures
    from monitor.afterwards import UNWATCHED, match_and_code
    from monitor.importing import ImportDesk, import_captures
    from monitor.matchmaker import MatchDesk, match_alongside

    for path in paths:
        if not path.is_file():
            raise UsageError(f"{path}: there is no such file to import")
    codebook = book(config.codebook)

    async def main() -> ImportTally:
        stop = stop_by_signal()
        async with AsyncExitStack() as stack:
            filer, archive = await open_filer(stack, config, config.sources, captures=False)
            cores = workers or usable_cores()
            readers = WorkerPool(cores)
            stack.push_async_callback(readers.end)
            filed = asyncio.Event()
            desk = ImportDesk(
                filer=filer,
                archive=archive,
                readers=readers,
                clock=SystemClock(),
                rules=rules_of,
                source_of=lambda url: source_of(config.sources, url),
                records=read_captures,
                in_flight=4 * cores,
                on_filed=filed.set,
            )
            matches = MatchDesk(filer=filer, archive=archive, readers=readers, clock=desk.clock)
            importing = import_captures(desk, paths, again=again, progress=progress, stop=stop)
            tally = await match_alongside(matches, importing, filed=filed, stop=stop)
            await match_and_code(
                filer=filer,
                archive=archive,
                readers=readers,
                clock=desk.clock,
                book=codebook,
                watching=watching or UNWATCHED,
                stop=stop,
            )
            return tally

    with ArchiveLock(config.archive):
        return asyncio.run(plainly(main()))
