"""The archive as the rest of Shiftwatch sees it: one object, plain synchronous calls, each one short transaction.

One process writes at a time (see db.lock), from one thread at a time; readers come and go as they please.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from db import (
    calendar,
    filing,
    health,
    hosts,
    identities,
    imports,
    judgements,
    marks,
    pages,
    polls,
    prune,
    rechecks,
    schema,
    shifts,
    sources,
    stories,
)
from db.coding import CodeTables
from db.connect import note_check, open_reader, open_writer, refusing
from db.events import EventTables
from db.material import gathered
from db.outbox import Outbox
from db.stories import Row
from monitor.digest.material import Material, Wanted
from monitor.errors import ArchiveError, UsageError
from monitor.health import ChannelRecord, Completeness, Notice
from monitor.model import (
    Channel,
    ChannelMemory,
    Filing,
    ImportProgress,
    PageVisit,
    Poll,
    PollFiling,
    Source,
    WantedPage,
)
from monitor.ports import HostNote, Slot
from monitor.query import Query

if TYPE_CHECKING:
    from db.matching import MatchTables

T = TypeVar("T")
R = TypeVar("R")

# What one bad value raises (a lone surrogate, a number out of range, a broken reference): that item's trouble alone.
# A full disk, a lock or damage is everybody's, and ends the call.
_ITEM_ERRORS = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, UnicodeError, OverflowError)


class Archive:
    """One archive file, open. Every method may raise ArchiveError; what a failed call had begun is undone."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self._path = path
        self._configured: dict[tuple[str, str], Channel] = {}

    @classmethod
    def open(cls, path: Path | str, *, create: bool = True) -> Archive:
        """Open for writing, made when missing (unless ``create`` is False) and brought to today's schema.

        An existing archive is copied beside itself before its schema is changed. Raises ArchiveError for anything
        that is not a sound archive of ours, before a byte of it is changed.
        """
        path = Path(path)
        with refusing(path):
            if not path.is_symlink() and not path.exists():
                if not create:
                    raise ArchiveError(f"{path}: there is no archive yet; run `shiftwatch collect` first")
                schema.create(path)
        connection = open_writer(path)
        try:
            schema.migrate(connection, path)
            with refusing(path):
                schema.refuse_incomplete(connection, path)
                note_check(connection, path)
        except BaseException:
            connection.close()
            raise
        return cls(connection, path)

    @classmethod
    def open_beside(cls, path: Path | str) -> Archive:
        """Open for a short write while another process may hold the archive's lock; its schema must be today's.

        Meant for what people decide, which must not wait for a daemon to end. Raises ArchiveError.
        """
        path = Path(path)
        with refusing(path):
            if not path.is_symlink() and not path.exists():
                raise ArchiveError(f"{path}: there is no archive yet; run `shiftwatch collect` first")
        connection = open_writer(path)
        try:
            with refusing(path):
                schema.refuse_newer(connection, path)
                schema.refuse_older(connection, path)
        except BaseException:
            connection.close()
            raise
        return cls(connection, path)

    @classmethod
    def open_for_reading(cls, path: Path | str) -> Archive:
        """Open for questions alone, whoever else is writing. Raises ArchiveError, also when there is no archive."""
        path = Path(path)
        connection = open_reader(path)
        try:
            with refusing(path):
                schema.refuse_newer(connection, path)
                schema.refuse_older(connection, path)
                schema.refuse_incomplete(connection, path)
        except BaseException:
            connection.close()
            raise
        return cls(connection, path)

    def close(self) -> None:
        """Close; the log is folded into the file."""
        self._db.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ── sources and channels ──────────────────────────────────────────────────────────────────────────────────────

    def sync_sources(self, configured: Sequence[Source]) -> None:
        """Make the archive's sources and channels those of the configuration; the rest is disabled, not forgotten."""
        with self._transaction() as db:
            sources.sync_sources(db, configured)
        self._configured = {(c.source, c.url): c for source in configured for c in source.channels}

    def channels(self, source: str | None = None) -> list[ChannelMemory]:
        """The enabled channels of one source, or of all, in the configured order of preference."""
        with refusing(self._path):
            return sources.channels(self._db, source, self._configured)

    def schedule(self) -> dict[str, list[Slot]]:
        """When each enabled source's channels are due, in the order of preference."""
        with refusing(self._path):
            return sources.schedule(self._db)

    def pull_back(self, now: datetime) -> int:
        """Make due the pages that a clock which ran ahead has put off beyond all we ever wait."""
        with self._transaction() as db:
            return sources.pull_back(db, now)

    def add_discovered(self, channel: Channel) -> ChannelMemory:
        """Remember a channel that discovery found, after those configured."""
        with self._transaction() as db:
            return sources.add_discovered(db, channel, self._configured)

    # ── filing ────────────────────────────────────────────────────────────────────────────────────────────────────

    def file_polls(self, batch: Sequence[Poll]) -> list[PollFiling]:
        """File finished polls in one transaction; in the same order, what each came to.

        Each is whole or absent: everything it announced, its row, and its channel's validators and next poll. One
        that cannot be filed says so in ``problem``, leaves its channel's validators as they were, and harms no other.
        """
        return self._each(batch, polls.file_poll, self._poll_problem)

    def _poll_problem(self, db: sqlite3.Connection, poll: Poll, problem: str) -> PollFiling:
        known = sources.channel(db, poll.memory.id, self._configured)
        if known is None:
            return PollFiling(poll=0, problem=problem)
        return self._savepoint(lambda: polls.file_unfileable(db, poll, known, problem))

    def wanted_pages(self, source: str, *, now: datetime, limit: int) -> tuple[list[WantedPage], int]:
        """The pages of ``source`` due at ``now``, newest first, at most ``limit``; and how many more are due."""
        with refusing(self._path):
            return pages.wanted_pages(self._db, source, now=now, limit=limit)

    def wanted_counts(self, now: datetime) -> dict[str, int]:
        """How many pages are due at ``now``, by source."""
        with refusing(self._path):
            return pages.wanted_counts(self._db, now)

    def due_counts(self, source: str, now: datetime) -> tuple[int, int]:
        """How many pages of ``source``, new ones and known ones to look at again, are due."""
        with refusing(self._path):
            return pages.due_count(self._db, source, now), rechecks.due_count(self._db, source, now)

    def file_visits(self, batch: Sequence[PageVisit]) -> list[Filing | None]:
        """File finished page visits in one transaction; in the same order, what each did (None: no story filed).

        Each is whole or absent: story, version, the page's state and validators. One that cannot be filed is None,
        its page says why, and it harms no other.
        """
        return self._each(batch, pages.file_visit, self._visit_problem)

    def file_imports(self, batch: Sequence[PageVisit], progress: ImportProgress | None = None) -> list[Filing | None]:
        """File imported captures like visits, together with how far the import has come.

        Sources that are not configured get a row of their own, disabled. Captures may come in any order: older ones
        join their story's history, the newest is the current text; the same ones again change nothing.
        """

        def before(db: sqlite3.Connection) -> None:
            for snapshot in {visit.snapshot.source: visit.snapshot for visit in batch if visit.snapshot}.values():
                sources.ensure_source(db, snapshot)
            if progress:
                imports.save_progress(db, progress)

        return self._each(batch, pages.file_visit, self._visit_problem, before)

    def _visit_problem(self, db: sqlite3.Connection, visit: PageVisit, problem: str) -> None:
        with contextlib.suppress(*_ITEM_ERRORS):  # an address that cannot be stored has no page to note it on
            self._savepoint(lambda: pages.unfileable(db, visit, problem))

    def import_progress(self, file: str) -> ImportProgress | None:
        """How far the WARC ``file`` has been imported; None when it never was."""
        with refusing(self._path):
            return imports.import_progress(self._db, file)

    @contextlib.contextmanager
    def matching(self) -> Iterator[MatchTables]:
        """The tables of matching in one transaction."""
        # Imported when there is something to match: numpy would be a third of the start of a pass that ends in 304.
        from db.matching import MatchTables

        with self._transaction() as db:
            yield MatchTables(db)

    @contextlib.contextmanager
    def coding(self, *, write: bool = True) -> Iterator[CodeTables]:
        """The tables of coding in one transaction; without ``write`` in none, to be read."""
        with self._transaction() if write else refusing(self._path):
            yield CodeTables(self._db)

    def judge(self, shift: int, judge: Callable[[Row, Row | None], judgements.Judged], *, coder: str) -> Row:
        """File what ``judge`` makes of a shift and of the coder's latest judgement of it; gives the judgement's row.

        Raises UsageError when there is no such shift.
        """
        with self._transaction() as db:
            row = judgements.shift(db, shift)
            if row is None:
                raise UsageError(f"no shift {shift} in {self._path}; `shiftwatch shifts` lists their ids")
            judgements.add(db, judge(row, judgements.latest(db, row["story"], row["key"], coder)))
            return judgements.latest(db, row["story"], row["key"], coder) or {}

    @contextlib.contextmanager
    def grouping(self) -> Iterator[EventTables]:
        """The tables of events in one transaction."""
        with self._transaction() as db:
            yield EventTables(db)

    def unfinished(self) -> bool:
        """Whether any story waits to be matched or coded, any version to be compared, or any mention to be grouped."""
        with refusing(self._path):
            return identities.unfinished(self._db)

    def match_counts(self) -> dict[str, int]:
        """How many groups of copies, copies in them, updates and links of coverage to releases there are."""
        with refusing(self._path):
            return identities.match_counts(self._db)

    def due_rechecks(self, source: str, *, now: datetime, limit: int) -> list[WantedPage]:
        """The pages of ``source``'s known stories to look at again, the longest overdue first."""
        with refusing(self._path):
            return rechecks.due_rechecks(self._db, source, now=now, limit=limit)

    def recheck_counts(self, now: datetime) -> dict[str, int]:
        """How many pages of known stories are to be looked at again at ``now``, by source."""
        with refusing(self._path):
            return rechecks.recheck_counts(self._db, now)

    # ── questions ─────────────────────────────────────────────────────────────────────────────────────────────────

    def stories(
        self, query: Query, *, limit: int | None = None, now: datetime | None = None, snippets: bool = True
    ) -> Iterator[Row]:
        """The stories that match, newest first, as they are read; values are ready for JSON (see db.stories)."""
        with refusing(self._path):
            yield from stories.stories(self._db, query, limit=limit, now=now or datetime.now(UTC), snippets=snippets)

    def count(self, query: Query, *, now: datetime | None = None) -> int:
        """How many stories match."""
        with refusing(self._path):
            return stories.count(self._db, query, now=now or datetime.now(UTC))

    def story(self, id_: int) -> Row | None:
        """One story with its versions, sightings, pages and duplicates; None when there is none of that id."""
        with refusing(self._path):
            return stories.story(self._db, id_)

    def shifts(
        self, query: Query, *, limit: int | None = None, now: datetime | None = None, copies: bool = False
    ) -> Iterator[Row]:
        """The shifts that match, people's judgements applied, newest first, as they are read (see db.shifts)."""
        with refusing(self._path):
            yield from shifts.shifts(self._db, query, limit=limit, now=now or datetime.now(UTC), copies=copies)

    def count_shifts(self, query: Query, *, now: datetime | None = None, copies: bool = False) -> int:
        """How many shifts match."""
        with refusing(self._path):
            return shifts.count_shifts(self._db, query, now=now or datetime.now(UTC), copies=copies)

    def events(self, query: Query, *, limit: int | None = None, now: datetime | None = None) -> Iterator[Row]:
        """The events of which a mention matches, each with all its mentions."""
        with refusing(self._path):
            yield from shifts.events(self._db, query, limit=limit, now=now or datetime.now(UTC))

    def count_events(self, query: Query, *, now: datetime | None = None) -> int:
        """How many events have a mention that matches."""
        with refusing(self._path):
            return shifts.count_events(self._db, query, now=now or datetime.now(UTC))

    def figures(
        self,
        query: Query,
        *,
        measure: str = "",
        limit: int | None = None,
        now: datetime | None = None,
        copies: bool = False,
    ) -> Iterator[Row]:
        """The figures of stories that match, side by side."""
        now = now or datetime.now(UTC)
        with refusing(self._path):
            yield from shifts.figures(self._db, query, measure=measure, limit=limit, now=now, copies=copies)

    def measures(self) -> dict[str, int]:
        """How many figures there are of each measure."""
        with refusing(self._path):
            return shifts.measures(self._db)

    def judgements(
        self, shift: int | None = None, *, coder: str = "", last: bool = False, leading: bool = False
    ) -> list[Row]:
        """People's judgements as they were made, of one shift or all (see db.judgements)."""
        with refusing(self._path):
            return judgements.listed(self._db, shift, coder=coder, last=last, leading=leading)

    def codes_fired(self, codebook: str) -> dict[str, int]:
        """How many tags of each code the archive holds from this codebook."""
        with refusing(self._path):
            return judgements.codes_fired(self._db, codebook)

    def coded_with(self) -> dict[str, int]:
        """Codebook hash -> how many stories are coded with it."""
        with refusing(self._path):
            return judgements.coded_with(self._db)

    def newest_texts(self, limit: int) -> list[tuple[str, str]]:
        """(title, text) of the ``limit`` stories that came last."""
        with refusing(self._path):
            return judgements.newest_texts(self._db, limit)

    def code_counts(self) -> dict[str, int]:
        """How stories are labelled, and how many tags, shifts, events and figures there are."""
        with refusing(self._path):
            return shifts.code_counts(self._db)

    def counts(self) -> dict[str, int]:
        """How many sources, channels, polls, stories, versions, sightings and pages there are."""
        with refusing(self._path):
            return stories.counts(self._db)

    def source_states(self) -> list[Row]:
        """Every channel known, enabled or not: state, reason, last and next poll, stories."""
        with refusing(self._path):
            return stories.source_states(self._db)

    # ── health ────────────────────────────────────────────────────────────────────────────────────────────────────

    def channel_records(self) -> list[ChannelRecord]:
        """How every enabled channel fares."""
        with refusing(self._path):
            return health.channel_records(self._db)

    def arrivals(self, since: datetime) -> dict[int, list[datetime]]:
        """By channel when each of its stories came, since then."""
        with refusing(self._path):
            return health.arrivals(self._db, since)

    def completeness(self, now: datetime) -> list[Completeness]:
        """How completely the pages of each enabled source are read, now and before."""
        with refusing(self._path):
            return health.completeness(self._db, now)

    def last_notices(self) -> dict[tuple[str | None, str], Notice]:
        """The last notice on each subject of each source."""
        with refusing(self._path):
            return health.last_notices(self._db)

    def give_notices(self, notices: Sequence[Notice]) -> None:
        """Store new notices."""
        with self._transaction() as db:
            health.give_notices(db, notices)

    def notices(self, *, since: datetime | None = None, limit: int = 100) -> list[Row]:
        """The latest notices, newest first."""
        with refusing(self._path):
            return health.notices(self._db, since=since, limit=limit)

    def set_quiet(self, reasons: Mapping[int, str]) -> None:
        """Mark channels as quiet with the reason, or with an empty one as quiet no longer."""
        if reasons:
            with self._transaction() as db:
                health.set_quiet(db, reasons)

    def poll_at_once(self, channels: Iterable[int]) -> None:
        """Make channels due."""
        if due := list(channels):
            with self._transaction() as db:
                health.poll_at_once(db, due)

    def coverage_hours(self, since: datetime) -> list[Row]:
        """Every hour since then in which a source was looked at, and what that came to."""
        with refusing(self._path):
            return calendar.hours(self._db, since=since)

    def coverage_gaps(self, since: datetime) -> list[Row]:
        """The times a source could not be seen that had not ended by then."""
        with refusing(self._path):
            return calendar.gaps(self._db, since=since)

    # ── digests ───────────────────────────────────────────────────────────────────────────────────────────────────

    @contextlib.contextmanager
    def outbox(self) -> Iterator[Outbox]:
        """The outbox in one transaction, which is on the disk when it ends: a mail cannot be called back.

        Stories that a power cut takes with the end of the log are collected anew; a digest would be sent anew.
        """
        with refusing(self._path):
            self._db.execute("PRAGMA synchronous = FULL")
            try:
                with self._begun() as db:
                    yield Outbox(db)
            finally:
                self._db.execute("PRAGMA synchronous = NORMAL")

    @contextlib.contextmanager
    def reading_outbox(self) -> Iterator[Outbox]:
        """The outbox for questions alone."""
        with refusing(self._path):
            yield Outbox(self._db)

    def digest_material(self, wanted: Wanted) -> Material:
        """All that a digest is made of."""
        with refusing(self._path):
            return gathered(self._db, wanted)

    # ── hosts ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def load_hosts(self) -> list[HostNote]:
        """What is remembered of every origin."""
        with refusing(self._path):
            return hosts.load_hosts(self._db)

    def save_hosts(self, notes: Iterable[HostNote]) -> None:
        """Remember these origins for the next run."""
        with self._transaction() as db:
            hosts.save_hosts(db, notes)

    # ── marks ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def mark(self, name: str, at: datetime) -> None:
        """Note that ``name`` was done ``at``."""
        with self._transaction() as db:
            marks.mark(db, name, at)

    def marked(self, name: str) -> datetime | None:
        """When ``name`` was last done; None: never."""
        with refusing(self._path):
            return marks.marked(self._db, name)

    # ── retention ─────────────────────────────────────────────────────────────────────────────────────────────────

    def prune_polls(self, before: datetime) -> int:
        """Delete polls older than ``before`` that brought nothing (see db.prune); gives how many."""
        with refusing(self._path):
            return prune.prune_polls(self._db, before)

    def prune_looks(self, before: datetime) -> int:
        """Delete looks older than ``before`` that found no change; gives how many."""
        with self._transaction() as db:
            return prune.prune_looks(db, before)

    def count_prunable(self, *, polls: datetime | None, looks: datetime | None) -> tuple[int, int]:
        """How many polls and looks the two above would delete."""
        with refusing(self._path):
            return prune.count_prunable(self._db, polls=polls, looks=looks)

    def versions_in(self, files: set[str]) -> int:
        """How many versions were read from one of these capture files, given by name."""
        with refusing(self._path):
            return prune.versions_in(self._db, files)

    def mark_captures(self, files: list[str], at: datetime) -> None:
        """Note that these capture files are pruned."""
        with self._transaction() as db:
            prune.mark_captures(db, files, at)

    def fold_log(self, *, vacuum: bool = False) -> None:
        """Take the log into the file; with ``vacuum`` write the file anew without the room deleted rows left."""
        with refusing(self._path):
            if vacuum:
                prune.vacuum(self._db)
            prune.fold_log(self._db)

    # ── transactions ──────────────────────────────────────────────────────────────────────────────────────────────

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with refusing(self._path), self._begun() as db:
            yield db

    @contextlib.contextmanager
    def _begun(self) -> Iterator[sqlite3.Connection]:
        """One transaction that holds the write lock from its start: reading first would fail when others write."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # a full disk has rolled back by itself
                self._db.execute("ROLLBACK")
            raise

    def _each(
        self,
        items: Sequence[T],
        file: Callable[[sqlite3.Connection, T], R],
        instead: Callable[[sqlite3.Connection, T, str], R],
        before: Callable[[sqlite3.Connection], None] = lambda _: None,
    ) -> list[R]:
        """``file`` every item in one transaction; one that cannot be filed is undone and met with ``instead``.

        The whole batch is tried at once, and only if an item fails again item by item.
        """
        with refusing(self._path):
            with contextlib.suppress(*_ITEM_ERRORS), self._begun() as db:
                before(db)
                results = [file(db, item) for item in items]
                filing.enter_new(db)
                return results
            with self._begun() as db:
                before(db)
                results = [self._one(db, item, file, instead) for item in items]
                filing.enter_new(db)
                return results

    def _one(
        self,
        db: sqlite3.Connection,
        item: T,
        file: Callable[[sqlite3.Connection, T], R],
        instead: Callable[[sqlite3.Connection, T, str], R],
    ) -> R:
        try:
            return self._savepoint(lambda: file(db, item))
        except _ITEM_ERRORS as error:
            problem = f"could not be filed: {type(error).__name__}: {' '.join(str(error).split())[:200]}"
        return instead(db, item, problem)

    def _savepoint(self, work: Callable[[], T]) -> T:
        """``work()``, undone alone if it raises."""
        self._db.execute("SAVEPOINT item")
        try:
            result = work()
        except BaseException:
            # A full disk rolls the whole transaction back by itself; there is then no savepoint to return to.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK TO item")
                self._db.execute("RELEASE item")
            raise
        self._db.execute("RELEASE item")
        return result
