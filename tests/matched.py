"""Matching an archive in a test: the real use case, its workers in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from db.archive import Archive
from monitor.filer import Filer
from monitor.matchmaker import MatchDesk, Matched, begin_again, match_waiting
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
    desk = MatchDesk(filer=cast(Filer, Here()), archive=archive, readers=InProcess(), clock=StoppedClock())
    return asyncio.run(match_waiting(desk))
