"""The use case after filing: stories that wait are coded; what was filed is never held up by it.

    waiting ──► code (workers) ──► label, tags, shifts, figures (writer) ──► events (see eventmaker)

Filing only puts a story into a queue; an interrupted run leaves it there, and the next one goes on. Each batch is one
short transaction that files what coding found and takes the stories off the queue. A story that cannot be coded within
the limits says so in its label's reason and waits no longer, until its text changes or everything is coded anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from monitor import __version__
from monitor.cadence import next_look
from monitor.coding.batch import Text, code_texts
from monitor.coding.events import event_key
from monitor.coding.keys import keyed
from monitor.coding.story import Coding
from monitor.codings import Book, CodeArchive, RowChange, ShiftRow, StoryCoding, ToCode, moment
from monitor.filer import Caller
from monitor.model import Trouble
from monitor.ports import Clock, Readers

BATCH = 128  # stories in one transaction: a few dozen milliseconds
CODED_AT_ONCE = 16  # stories in one call of a worker: some 20 ms of work against 1 of handing over
LANES = 2  # batches under way: one is coded while the other is filed


@dataclass(slots=True, kw_only=True)
class CodeDesk:
    """What coding works with; ``taken`` are the stories under way."""

    filer: Caller
    archive: CodeArchive
    readers: Readers
    clock: Clock
    book: Book
    taken: set[int] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Coded:
    """What a run came to: stories coded, of these not within the limits, and rows gained and lost."""

    stories: int = 0
    failed: int = 0
    gained: int = 0
    lost: int = 0


async def code_waiting(
    desk: CodeDesk,
    *,
    progress: Callable[[int, int], None] = lambda done, left: None,
    stop: asyncio.Event | None = None,
) -> Coded:
    """Code every story that waits; ``progress`` hears how many are done and left."""
    result = Coded()

    async def lane() -> None:
        while stop is None or not stop.is_set():
            batch, left = await desk.filer.call(_next, desk)
            if not batch:
                return
            try:
                found = await coded(desk, batch)
                gained, lost = await desk.filer.call(_file, desk, found)
            finally:
                desk.taken.difference_update(story.story for story in batch)
            result.stories += len(found)
            result.failed += sum(not one.label for one in found)
            result.gained += gained
            result.lost += lost
            progress(result.stories, max(0, left - len(batch)))

    async with asyncio.TaskGroup() as lanes:
        for _ in range(LANES):
            lanes.create_task(lane())
    progress(result.stories, 0)
    return result


def _next(desk: CodeDesk) -> tuple[list[ToCode], int]:
    with desk.archive.coding() as tables:
        batch = tables.waiting(BATCH, without=frozenset(desk.taken))
        desk.taken.update(story.story for story in batch)
        return batch, tables.waiting_count() if batch else 0


async def coded(desk: CodeDesk, stories: Sequence[ToCode]) -> list[StoryCoding]:
    """What coding finds in each story; one that spoils a worker's call is coded alone, its neighbours again."""
    parts = [stories[at : at + CODED_AT_ONCE] for at in range(0, len(stories), CODED_AT_ONCE)]
    answers = await asyncio.gather(*(_part(desk, part) for part in parts))
    return [_coding(story, one) for part, answer in zip(parts, answers, strict=True) for story, one in answer]


async def _part(desk: CodeDesk, part: Sequence[ToCode]) -> list[tuple[ToCode, Coding | Trouble]]:
    answer = await desk.readers.run(code_texts, [_text(story) for story in part], desk.book.content)
    if not isinstance(answer, Trouble):
        return list(zip(part, answer, strict=True))
    if len(part) == 1:
        return [(part[0], answer)]
    return [one for story in part for one in await _part(desk, [story])]


def _text(story: ToCode) -> Text:
    return Text(title=story.title, text=story.text, kind=story.kind, language=story.language, published=story.published)


def _coding(story: ToCode, found: Coding | Trouble) -> StoryCoding:
    if isinstance(found, Trouble):
        return StoryCoding(story=story, label="", reason=f"could not be coded: {found.reason}")
    shifts = [ShiftRow(key=key, place=event_key(shift), shift=shift) for key, shift in keyed(found.shifts)]
    return StoryCoding(
        story=story, label=found.label, reason=found.reason, tags=found.tags, shifts=shifts, figures=found.figures
    )


def _file(desk: CodeDesk, found: Sequence[StoryCoding]) -> tuple[int, int]:
    """File a batch; in the writer's thread."""
    now = desk.clock.now()
    gained = lost = 0
    with desk.archive.coding() as tables:
        tables.keep_codebook(desk.book, __version__, now.isoformat(timespec="seconds").replace("+00:00", "Z"))
        for one in found:
            more, less = tables.save(one, desk.book.hash)
            gained, lost = gained + more, lost + less
            watched = one.label in ("primary", "mention")
            if watched and (at := next_look(moment(one.story.since), now=now, watched=True)):
                tables.look_sooner(one.story.story, at.isoformat(timespec="seconds").replace("+00:00", "Z"))
        tables.coded([one.story for one in found])
    return gained, lost


def begin_again(archive: CodeArchive, book: Book) -> None:
    """Let everything be coded anew; where such a run was interrupted, what is left of it."""
    with archive.coding() as tables:
        tables.ask_all(book.hash)


async def changes(
    desk: CodeDesk, *, progress: Callable[[int, int], None] = lambda done, left: None, total: int = 0
) -> AsyncIterator[RowChange]:
    """What coding everything anew would change, story by story; nothing is written."""
    after = done = 0
    while batch := await desk.filer.call(_from, desk, after):
        after = batch[-1].story
        for change in await desk.filer.call(_changes, desk, await coded(desk, batch)):
            yield change
        done += len(batch)
        progress(done, max(0, total - done))


def _from(desk: CodeDesk, after: int) -> list[ToCode]:
    with desk.archive.coding(write=False) as tables:
        return tables.stories_from(after, BATCH)


def _changes(desk: CodeDesk, found: Sequence[StoryCoding]) -> list[RowChange]:
    with desk.archive.coding(write=False) as tables:
        return [change for one in found for change in tables.changes(one)]
