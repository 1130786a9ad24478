"""What follows filing, whoever filed: stories are matched and coded side by side, then mentions are grouped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from monitor.coder import CodeDesk, code_waiting
from monitor.codings import Book, CodeArchive
from monitor.eventmaker import EventDesk, group_waiting
from monitor.filer import Filer
from monitor.matchmaker import MatchDesk, match_waiting
from monitor.ports import Clock, Readers
from monitor.verdicts import MatchArchive

Progress = Callable[[int, int], None]


class Archive(MatchArchive, CodeArchive, Protocol):
    """What matching and coding ask of the archive."""


def silent(done: int, left: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """Who hears how far each part has come: how many are done and left."""

    matching: Progress = silent
    coding: Progress = silent


UNWATCHED = Watching()


async def match_and_code(
    *,
    filer: Filer,
    archive: Archive,
    readers: Readers,
    clock: Clock,
    book: Book,
    watching: Watching = UNWATCHED,
    stop: asyncio.Event | None = None,
) -> None:
    """Match and code all that waits. May be stopped or killed anywhere: what is left waits for the next time."""
    matches = MatchDesk(filer=filer, archive=archive, readers=readers, clock=clock)
    codes = CodeDesk(filer=filer, archive=archive, readers=readers, clock=clock, book=book)

    async def code() -> None:
        await code_waiting(codes, progress=watching.coding, stop=stop)
        await group_waiting(EventDesk(filer=filer, archive=archive), stop=stop)

    async with asyncio.TaskGroup() as both:
        both.create_task(match_waiting(matches, progress=watching.matching, stop=stop))
        both.create_task(code())
