"""Coding an archive in a test: the real use case, its workers in this process."""

from __future__ import annotations

import asyncio

from db.archive import Archive
from monitor.books import book
from monitor.coder import Coded, CodeDesk, begin_again, code_waiting
from monitor.codings import Book
from monitor.eventmaker import EventDesk, group_waiting
from monitor.filer import InPlace
from monitor.ports import Readers
from monitor.workers import InProcess
from tests.factories import StoppedClock

SHIPPED = book(None)


def desk(archive: Archive, *, codebook: Book = SHIPPED, readers: Readers | None = None) -> CodeDesk:
    """What coding works with, in this thread."""
    return CodeDesk(
        filer=InPlace(), archive=archive, readers=readers or InProcess(), clock=StoppedClock(), book=codebook
    )


def code(archive: Archive, *, again: bool = False, codebook: Book = SHIPPED, readers: Readers | None = None) -> Coded:
    """Code and group what waits, or everything anew."""

    async def work() -> Coded:
        if again:
            begin_again(archive, codebook)
        done = await code_waiting(desk(archive, codebook=codebook, readers=readers))
        await group_waiting(EventDesk(filer=InPlace(), archive=archive))
        return done

    return asyncio.run(work())
