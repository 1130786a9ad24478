"""Import: WARC captures, own or of others, read in the workers and filed in order, interruptible and resumable."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

from monitor.cadence import next_look
from monitor.filer import Filer
from monitor.model import (
    Change,
    Filing,
    ImportProgress,
    PageReading,
    PageState,
    PageVisit,
    SiteRules,
    Snapshot,
    Source,
    Trouble,
    Verdict,
    WarcRecord,
)
from monitor.newsroom import page_arguments
from monitor.ports import Clock, Readers
from monitor.reading.urls import canonical, story_key
from monitor.tallies import ImportTally

BATCH = 32  # pages filed in one transaction
FINGERPRINT_BYTES = 65_536


Progress = Callable[[Path, int, int, ImportTally], None]
"""Told which file is read, how many of its bytes are done, of how many, and what has been counted so far."""


class ImportArchive(Protocol):
    """What importing asks of the archive."""

    def import_progress(self, file: str) -> ImportProgress | None: ...

    def file_imports(
        self, batch: Sequence[PageVisit], progress: ImportProgress | None = None
    ) -> list[Filing | None]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDesk:
    """What an import works with."""

    filer: Filer
    archive: ImportArchive
    readers: Readers
    clock: Clock
    rules: Callable[[Source, str], tuple[SiteRules, ...]]
    source_of: Callable[[str], Source]
    records: Callable[[Path, int], Iterator[WarcRecord]]
    in_flight: int = 8
    on_filed: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class _Read:
    """A record on its way: what it was, and the reading once it is there."""

    record: WarcRecord
    reading: asyncio.Task[PageReading | Trouble] | None


async def import_captures(
    desk: ImportDesk, paths: Sequence[Path], *, again: bool, progress: Progress, stop: asyncio.Event
) -> ImportTally:
    """Read every file in turn and file its articles; ``again`` reads files that were read to their end before.

    Where a file stands is filed with the pages themselves, so an interrupted import goes on where it left off.
    ``stop`` ends it after the batch under way.
    """
    tally = ImportTally()
    for path in paths:
        begun = await asyncio.to_thread(_begin, path, desk.clock.now())
        known = await desk.filer.call(desk.archive.import_progress, begun.file)
        if known is not None and known.fingerprint == begun.fingerprint and not again:
            if known.finished_at is not None:
                tally.already.append(str(path))
                continue
            if known.position:
                tally.resumed.append(str(path))
                begun = replace(known, counts={})
        await _import_file(desk, path, begun, tally, progress, stop)
        if stop.is_set():
            tally.stopped = True
            break
    return tally


def _begin(path: Path, now: datetime) -> ImportProgress:
    """A file at its start; size and first bytes are its fingerprint, so that another file under its name is told."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = blake2b(file.read(FINGERPRINT_BYTES), digest_size=16).hexdigest()
    return ImportProgress(file=str(path.resolve()), fingerprint=f"{size}:{head}", size=size, position=0, started_at=now)


async def _import_file(
    desk: ImportDesk, path: Path, begun: ImportProgress, tally: ImportTally, progress: Progress, stop: asyncio.Event
) -> None:
    records = desk.records(path, begun.position)
    under_way: deque[_Read] = deque()
    batch: list[PageVisit] = []
    at = begun
    ended = False
    while not ended or under_way:
        while not ended and len(under_way) < desk.in_flight:
            record = None if stop.is_set() else await asyncio.to_thread(next, records, None)
            if record is None:
                ended = True
                break
            under_way.append(_Read(record, _start_reading(desk, record)))
        if under_way:
            # In the file's order, so that the position filed says exactly what has been read.
            read = under_way.popleft()
            page = await _tallied(desk, read, tally)
            at = replace(at, position=read.record.end)
            if page is not None:
                batch.append(page)
        if ended and not under_way and not stop.is_set():
            at = replace(at, position=at.size, finished_at=desk.clock.now())
        if len(batch) >= BATCH or (ended and not under_way):
            await _file(desk, batch, at, tally)
            batch = []
        progress(path, at.position, at.size, tally)


def _start_reading(desk: ImportDesk, record: WarcRecord) -> asyncio.Task[PageReading | Trouble] | None:
    if record.capture is None:
        return None
    from monitor.reading.articles import read_page

    capture = record.capture
    source = desk.source_of(capture.final_url)
    return asyncio.create_task(desk.readers.of(source.id).run(read_page, *page_arguments(desk.rules, source, capture)))


async def _tallied(desk: ImportDesk, read: _Read, tally: ImportTally) -> PageVisit | None:
    tally.records += 1
    capture = read.record.capture
    if capture is None or read.reading is None:
        tally.unusable[read.record.skipped or "no response"] += 1
        return None
    reading = await read.reading
    domain = tally.domain(capture.final_url)
    domain.pages += 1
    if isinstance(reading, Trouble):
        domain.skipped[reading.reason] += 1
        return None
    if reading.verdict is not Verdict.ARTICLE or reading.article is None:
        domain.skipped[reading.reason or reading.verdict.value] += 1
        return None
    article = reading.article
    domain.articles += 1
    domain.with_title += bool(article.title)
    domain.with_body += bool(article.text)
    domain.with_date += article.published is not None
    source = desk.source_of(capture.final_url)
    # A capture of the last month is of a page worth looking at again, as if it had been collected then.
    again = next_look(capture.fetched_at, now=desk.clock.now()) if capture.fetched_at <= desk.clock.now() else None
    return PageVisit(
        address=canonical(capture.final_url) or capture.final_url,
        visited_at=capture.fetched_at,
        state=PageState.FILED,
        snapshot=Snapshot(
            source=source.id, article=article, seen_at=capture.fetched_at, identity=story_key(article.url)
        ),
        http_status=capture.status,
        etag=capture.header("etag"),
        last_modified=capture.header("last-modified"),
        body_hash=blake2b(capture.body, digest_size=16).hexdigest(),
        recheck_at=again,
        recheck_if_changed_at=again,
    )


async def _file(desk: ImportDesk, batch: Sequence[PageVisit], at: ImportProgress, tally: ImportTally) -> None:
    filings = await desk.filer.call(desk.archive.file_imports, batch, at)
    desk.on_filed()
    for page, filing in zip(batch, filings, strict=True):
        domain = tally.domain(page.address)
        if filing is None:
            domain.skipped["could not be filed"] += 1
        elif filing.change is Change.NEW:
            domain.new += 1
        elif filing.change is Change.VERSION:
            domain.versions += 1
        else:
            domain.unchanged += 1
