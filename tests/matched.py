"""Matching an archive in a test: the real use case, its workers in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar, cast

from db.archive import Archive
from monitor.filer import Filer
from monitor.matchmaker import MatchDesk, Matched, begin_again, match_alongside, match_waiting
from monitor.model import PageVisit
from monitor.workers import InProcess
from tests.factories import StoppedClock

P = ParamSpec("P")
T = TypeVar("T")


class Here:
    """A filer whose thread is this one."""

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)


def match(archive: Archive, *, again: bool = False) -> Matched:
    """Match what waits, or everything anew."""
    if again:
        begin_again(archive)
    return asyncio.run(match_waiting(_desk(archive)))


def match_while_filing(archive: Archive, visits: Iterable[PageVisit]) -> None:
    """File one by one and let matching go on meanwhile."""

    async def main() -> None:
        filed = asyncio.Event()

        async def filing() -> None:
            for visit in visits:
                archive.file_visits([visit])
                filed.set()
                for _ in range(10):  # turns of the loop, in which a batch is matched
                    await asyncio.sleep(0)

        await match_alongside(_desk(archive), filing(), filed=filed)

    asyncio.run(main())


def _desk(archive: Archive) -> MatchDesk:
    return MatchDesk(filer=cast(Filer, Here()), archive=archive, readers=InProcess(), clock=StoppedClock())
