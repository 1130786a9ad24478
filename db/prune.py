"""What may be let go with time: old polls, old looks, old captures. Never a story or a version."""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from db import marks
from db.connect import refusing
from db.times import iso, iso_millis
from monitor.errors import ArchiveError

POLLS_PRUNED = "pruned:polls"  # marks: rows from before this moment may be gone
LOOKS_PRUNED = "pruned:looks"
CAPTURE_PRUNED = "pruned:capture:"  # and the file's name

# Kept whatever their age: polls that brought something and the good one before each, between which an undated story
# is known to have appeared, and every channel's last.
_OLD_POLLS = """
INSERT INTO doomed SELECT id FROM polls WHERE started_at < ?
AND leads = 0 AND new_stories = 0
AND id NOT IN (SELECT max(id) FROM polls GROUP BY channel)
AND id NOT IN (
    SELECT id FROM (
        SELECT id, lead(leads + new_stories) OVER (PARTITION BY channel ORDER BY started_at) AS next
        FROM polls WHERE outcome IN ('changed', 'unchanged')
    ) WHERE next > 0
)
"""
_REFERENCES = (
    "SELECT t.name, f.'from', f.on_delete FROM sqlite_schema t, pragma_foreign_key_list(t.name) f"
    " WHERE t.type = 'table' AND f.'table' = 'polls'"
)
_NAME = re.compile(r"shiftwatch-(\d{4}-\d\d-\d\d)-\d+\.warc\.gz")


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCaptures:
    """Capture files past their time: their paths, bytes, and how many versions point into them."""

    files: tuple[Path, ...]
    size: int


def prune_polls(db: sqlite3.Connection, before: datetime) -> int:
    """Delete polls that began before ``before`` and brought nothing; gives how many. Call outside a transaction.

    Whatever refers to a poll is treated as its foreign key says; what says nothing keeps its poll.
    """
    # Switched off for the while, since each row deleted would be looked for in tables that have no index for it; the
    # rules are applied here for all rows at once, and checked before the commit.
    db.execute("PRAGMA foreign_keys = OFF")
    try:
        db.execute("CREATE TEMP TABLE doomed (id INTEGER PRIMARY KEY)")
        db.execute("BEGIN IMMEDIATE")
        try:
            db.execute(_OLD_POLLS, (iso_millis(before),))
            references = db.execute(_REFERENCES).fetchall()
            for table, column, action in references:
                if action not in ("SET NULL", "CASCADE"):
                    db.execute(f"DELETE FROM doomed WHERE id IN (SELECT {column} FROM {table})")
            for table, column, action in references:
                where = f"WHERE {column} IN (SELECT id FROM doomed)"
                if action == "SET NULL":
                    db.execute(f"UPDATE {table} SET {column} = NULL {where}")
                elif action == "CASCADE":
                    db.execute(f"DELETE FROM {table} {where}")
            count = db.execute("DELETE FROM polls WHERE id IN (SELECT id FROM doomed)").rowcount
            _refuse_dangling(db, {table for table, _, _ in references})
            marks.mark(db, POLLS_PRUNED, before)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        return int(count)
    finally:
        db.execute("DROP TABLE IF EXISTS temp.doomed")
        db.execute("PRAGMA foreign_keys = ON")


def _refuse_dangling(db: sqlite3.Connection, tables: set[str]) -> None:
    for table in tables:
        for _, row, parent, _ in db.execute(f"PRAGMA foreign_key_check({table})"):
            if parent == "polls":
                raise ArchiveError(f"row {row} of {table} would refer to a poll that is gone; nothing was pruned")


def prune_looks(db: sqlite3.Connection, before: datetime) -> int:
    """Delete looks at known pages from before ``before`` that found nothing; those that found a change stay.

    Inside a transaction; gives how many.
    """
    count = db.execute("DELETE FROM looks WHERE at < ? AND outcome <> 'changed'", (iso(before),)).rowcount
    marks.mark(db, LOOKS_PRUNED, before)
    return int(count)


def count_prunable(db: sqlite3.Connection, *, polls: datetime | None, looks: datetime | None) -> tuple[int, int]:
    """How many polls and looks ``prune_polls`` and ``prune_looks`` would delete; changes nothing."""
    old_polls = old_looks = 0
    if polls:
        select = _OLD_POLLS.replace("INSERT INTO doomed SELECT id", "SELECT count(*)")
        old_polls = db.execute(select, (iso_millis(polls),)).fetchone()[0]
    if looks:
        sql = "SELECT count(*) FROM looks WHERE at < ? AND outcome <> 'changed'"
        old_looks = db.execute(sql, (iso(looks),)).fetchone()[0]
    return int(old_polls), int(old_looks)


def old_captures(folder: Path, before: datetime) -> OldCaptures:
    """The capture files of ours in ``folder`` whose last record is from before ``before``, but none still written to.

    A file is named after the day of its first record and may have been written to for longer.
    """
    found: list[Path] = []
    size = 0
    with refusing(folder):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            named = _NAME.fullmatch(path.name)
            if not named or path.is_symlink() or not path.is_file():
                continue
            day_over = datetime.fromisoformat(named[1]).replace(tzinfo=UTC) + timedelta(days=1)
            stat = path.stat()
            if max(day_over, datetime.fromtimestamp(stat.st_mtime, UTC)) <= before and not _in_use(path):
                found.append(path)
                size += stat.st_size
    return OldCaptures(files=tuple(found), size=size)


def versions_in(db: sqlite3.Connection, files: set[str]) -> int:
    """How many versions were read from one of these capture files, given by name."""
    names = "SELECT substr(capture, 1, instr(capture, ':') - 1), count(*) FROM versions WHERE capture <> '' GROUP BY 1"
    return sum(count for name, count in db.execute(names) if name in files)


def mark_captures(db: sqlite3.Connection, files: list[str], at: datetime) -> None:
    """Note that these capture files, given by name, are pruned: before they are, so that a missing one is explained."""
    for name in files:
        marks.mark(db, CAPTURE_PRUNED + name, at)


def _in_use(path: Path) -> bool:
    """Whether a writer holds the file (see db.captures)."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def fold_log(db: sqlite3.Connection) -> None:
    """Take the log into the file and cut it, as far as readers let it."""
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def vacuum(db: sqlite3.Connection) -> None:
    """Write the file anew without the room that deleted rows left; needs as much free room as the file has."""
    db.execute("VACUUM")
