"""The archive's schema as ordered migrations; each is all or nothing, and `user_version` counts them.

What a step creates stands in db/steps. Later tables come as later steps: never edit one that has been released.
docs/schema.md documents every table and column, and a test holds it to that.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from db.connect import open_fresh, refuse_stray_log, refusing, unsound
from db.copies import copy
from monitor.errors import ArchiveError

if TYPE_CHECKING:
    from sqlite_utils import Database

Step = Callable[["Database"], None]
_steps: list[Step] = []


def step(function: Step) -> Step:
    """Register the next migration."""
    _steps.append(function)
    return function


def apply(connection: sqlite3.Connection) -> None:
    """Apply the steps an open archive lacks, in order, each with its version in one transaction."""
    # Imported here because it takes a third of a second, which every start of a command would pay.
    from sqlite_utils import Database, Migrations

    migrations = Migrations("shiftwatch")

    def register(function: Step, version: int) -> None:
        @migrations(name=function.__name__)
        def migrate(db: Database) -> None:
            function(db)
            db.execute(f"PRAGMA user_version = {version}")

    for number, function in enumerate(_steps, 1):
        register(function, number)
    migrations.apply(Database(connection))


@step
def collect_read_file_query(db: Database) -> None:
    """Sources, channels, polls, stories with versions and sightings, pages, hosts, imports, full text, marks."""
    for statement in _script("1_collect.sql"):
        db.execute(statement)
    # Fewer, larger merges: measured 160 µs a story against 200 with the default of 4, at no cost to searching.
    db.execute("INSERT INTO stories_fts (stories_fts, rank) VALUES ('automerge', 16)")


@step
def tell_one_text_from_another(db: Database) -> None:
    """Near-duplicates, coverage, kinds of edits, looks at known pages, and the queues and index they are made with."""
    for statement in _script("2_identity.sql"):
        db.execute(statement)
    # Stand-ins that were folded into the story of their page, so far known from `duplicate_of` alone.
    db.execute(
        "INSERT INTO duplicates SELECT id, duplicate_of, 'copy', 1.0, 'address', 'its page is the other story''s',"
        " 'machine', last_seen_at FROM stories WHERE duplicate_of IS NOT NULL AND duplicate_of <> id"
    )
    db.execute(
        "INSERT INTO match_queue (story, turn, part) SELECT id, kind <> 'release', 'all' FROM stories"
        " WHERE text_from <> 'lead'"
    )
    db.execute("INSERT INTO change_queue (story) SELECT DISTINCT story FROM versions WHERE number > 1")


@step
def keep_what_coding_finds(db: Database) -> None:
    """Labels, codebooks, tags, shifts, figures, events, what people judge and decide, and the queues they come from."""
    for statement in _script("3_coding.sql"):
        db.execute(statement)
    db.execute("INSERT INTO code_queue (story, turn) SELECT id, 1 FROM stories")


@step
def run_for_months(db: Database) -> None:
    """Each channel's rhythm, waits of hosts, the calendar of coverage, notices."""
    for statement in _script("4_service.sql"):
        db.execute(statement)
    # What the polls kept so far say of the calendar; a better outcome within the hour counts.
    db.execute(
        "INSERT INTO coverage_hours SELECT source, hour, outcome, reason FROM (SELECT c.source AS source,"
        " substr(p.started_at, 1, 13) || ':00Z' AS hour,"
        " CASE WHEN p.outcome IN ('broken', 'gone', 'forbidden') THEN 'failed' ELSE p.outcome END AS outcome, p.reason,"
        " row_number() OVER (PARTITION BY c.source, substr(p.started_at, 1, 13) ORDER BY CASE p.outcome"
        " WHEN 'changed' THEN 0 WHEN 'unchanged' THEN 1 WHEN 'empty' THEN 2 WHEN 'blocked' THEN 3 ELSE 4 END, p.id)"
        " AS place FROM polls p JOIN channels c ON c.id = p.channel) WHERE place = 1"
    )
    db.execute(
        "UPDATE channels SET last_poll_at = (SELECT substr(max(started_at), 1, 19) || 'Z' FROM polls p"
        " WHERE p.channel = channels.id)"
    )


@step
def keep_digests(db: Database) -> None:
    """Digests, what they told, one delivery per recipient, and mail servers that rest."""
    for statement in _script("5_digests.sql"):
        db.execute(statement)


@step
def queue_by_batch(db: Database) -> None:
    """Stories enter the queues of matching and coding with their batch, no longer by triggers."""
    for statement in _script("6_queues.sql"):
        db.execute(statement)


def refuse_incomplete(connection: sqlite3.Connection, path: Path) -> None:
    """Raise ArchiveDamaged when a table, view, index or trigger of today's schema is missing: somebody dropped it.

    Only asked of an archive whose version is today's.
    """
    there = {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    if missing := sorted(_promised() - there):
        raise unsound(path, f"lacks {', '.join(missing[:5])}{', …' if missing[5:] else ''}, which every archive has")


@cache
def _promised() -> frozenset[str]:
    """The names of everything the steps create."""
    names: set[str] = set()
    for script in sorted(files("db").joinpath("steps").iterdir(), key=lambda file: file.name):
        if script.name.endswith(".sql"):
            for verb, name in _MADE.findall(script.read_text(encoding="utf-8")):
                (names.add if verb == "CREATE" else names.discard)(name)
    return frozenset(names)


_MADE = re.compile(
    r"(?m)^(CREATE|DROP)\s+(?:UNIQUE\s+|VIRTUAL\s+)?(?:TABLE|VIEW|INDEX|TRIGGER)\s+(?:IF\s+\w+\s+(?:\w+\s+)?)?(\w+)"
)


def _script(name: str) -> list[str]:
    return statements((files("db") / "steps" / name).read_text(encoding="utf-8"))


def statements(script: str) -> list[str]:
    """The script's statements one by one: `executescript` would commit the migration's transaction."""
    found, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            found.append(current.strip())
            current = ""
    if current.strip():
        found.append(current.strip())
    return found


def newest() -> int:
    """The schema version this program writes."""
    return len(_steps)


def version_of(connection: sqlite3.Connection) -> int:
    """The schema version of an open archive."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    """Raise ArchiveError when a later Shiftwatch has written the archive."""
    found = version_of(connection)
    if found > newest():
        raise ArchiveError(
            f"{path}: was written by a newer Shiftwatch (its schema is version {found}, this one knows {newest()}); "
            "upgrade Shiftwatch"
        )


def refuse_older(connection: sqlite3.Connection, path: Path) -> None:
    """Raise ArchiveError when the archive must be migrated first, which a reader does not do."""
    found = version_of(connection)
    if found < newest():
        raise ArchiveError(
            f"{path}: its schema is version {found}, this Shiftwatch reads version {newest()}; "
            "run `shiftwatch collect` once to bring it up to date"
        )


def create(path: Path) -> None:
    """Make a new archive at ``path``, whole or not at all; nothing may be there. Raises ArchiveError.

    It is built beside and then put in place, so a kill in between never leaves half an archive to be refused.
    """
    refuse_stray_log(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with refusing(path):
            draft.unlink(missing_ok=True)
            connection = open_fresh(draft)
            try:
                apply(connection)
                # Closing does the same, but says nothing of a disk that fails: the log is thrown away below.
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                connection.close()
            _put_in_place(draft, path)
    finally:
        for leftover in (draft, *(draft.with_name(draft.name + end) for end in ("-wal", "-shm"))):
            leftover.unlink(missing_ok=True)


def _put_in_place(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)  # fails if somebody was quicker, where rename would overwrite
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        if not path.exists():
            draft.rename(path)


def migrate(connection: sqlite3.Connection, path: Path) -> Path | None:
    """Bring an open archive up to date; gives the backup made before, or None if there was nothing to do.

    Raises ArchiveError when it is newer than this program or a step fails; a failed step leaves no trace.
    """
    refuse_newer(connection, path)
    if version_of(connection) == newest():
        return None
    backup = path.with_name(f"{path.name}.v{version_of(connection)}.backup")
    with refusing(path):
        copy(connection, backup)
        try:
            apply(connection)
        except sqlite3.Error as error:
            raise ArchiveError(
                f"{path}: could not be brought to schema version {newest()} ({error}); "
                f"it is as it was, and a copy is in {backup.name}"
            ) from error
    return backup
