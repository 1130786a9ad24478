"""Migrations are all or nothing, an existing archive is copied first, and the tables are what is promised."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Migrations

from db import schema
from db.archive import Archive
from monitor.errors import ArchiveError
from tests import factories as make
from tests.db.filed import dump, rows, visit

NEWEST = schema.newest()
PROMISED = {
    "sources": "id name domain kind enabled",
    "channels": "id source kind url etag last_modified state reason failures next_poll_at last_ok_at",
    "polls": "channel started_at outcome http_status new_stories reason",
    "stories": "id url source kind title byline published_at published_from first_seen_at language text version "
    "duplicate_of cited_domains",
    "versions": "story number captured_at title text text_hash extractor change",
    "sightings": "story channel seen_at url title",
    "duplicates": "story other relation similarity method",
    "coverage": "release story methods overlap longest_run lag_seconds",
    "tags": "story version code sentence start end rule codebook",
    "shifts": "id story version actor beneficiary resource quantity_low quantity_high quantity_text origin destination "
    "direction status attribution sentence start end rule codebook event",
    "events": "id",
    "figures": "story version measure value_low value_high unit period scope hedge sentence start end",
}  # fmt: skip


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program with one more migration than the archive has, and room for others."""
    monkeypatch.setattr(schema, "_steps", list(schema._steps))

    @schema.step
    def add_notes(db):
        db.execute("CREATE TABLE notes (story INTEGER REFERENCES stories (id), words TEXT) STRICT")


@pytest.fixture
def older(path: Path) -> Path:
    with Archive.open(path) as archive:
        archive.sync_sources([make.source()])
        archive.file_visits([visit()])
    return path


@pytest.mark.parametrize("table", PROMISED)
def test_the_columns_others_rely_on_are_there(path: Path, table: str):
    Archive.open(path).close()
    columns = {row[1] for row in rows(path, f"PRAGMA table_info({table})")}
    assert set(PROMISED[table].split()) <= columns


def test_every_table_is_strict(path: Path):
    Archive.open(path).close()
    listed = rows(path, "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    ours = {name: strict for name, strict in listed if not name.startswith(("sqlite_", "_sqlite_"))}
    assert ours
    assert all(ours.values())


def test_an_older_archive_is_copied_and_brought_up_to_date(older: Path, request: pytest.FixtureRequest):
    before = dump(older)
    request.getfixturevalue("later")
    Archive.open(older).close()
    assert rows(older, "SELECT count(*) FROM notes") == [(0,)]
    assert rows(older, "PRAGMA user_version") == [(NEWEST + 1,)]
    backup = older.with_name(f"shiftwatch.db.v{NEWEST}.backup")
    assert backup.stat().st_mode & 0o777 == 0o600
    assert dump(backup) == dump(older) == before
    assert rows(backup, "PRAGMA user_version") == [(NEWEST,)]


def test_a_step_that_fails_leaves_no_trace(older: Path, later: None):
    @schema.step
    def break_half_way(db):
        db.execute("DELETE FROM stories")
        db.execute("CREATE TABLE stories (id INTEGER)")

    before = dump(older)
    with pytest.raises(ArchiveError, match=rf"it is as it was.*shiftwatch\.db\.v{NEWEST}\.backup"):
        Archive.open(older)
    assert dump(older) == before
    assert rows(older, "PRAGMA user_version") == [(NEWEST + 1,)], "the step before it is kept"


def test_a_reader_does_not_migrate(older: Path, later: None):
    with pytest.raises(
        ArchiveError, match=rf"schema is version {NEWEST}.*reads version {NEWEST + 1}.*shiftwatch collect"
    ):
        Archive.open_for_reading(older)
    assert rows(older, "PRAGMA user_version") == [(NEWEST,)]


def test_opening_again_changes_nothing(older: Path):
    before = older.read_bytes()
    Archive.open(older).close()
    assert older.read_bytes() == before
    assert [p.name for p in older.parent.iterdir()] == [older.name]


def test_creating_that_fails_leaves_nothing_behind(path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Migrations, "apply", full)
    with pytest.raises(ArchiveError, match="full"):
        Archive.open(path)
    assert list(path.parent.iterdir()) == []


def test_an_archive_of_the_first_schema_gets_its_stories_matched_and_coded(path: Path, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as old:
        old.setattr(schema, "_steps", schema._steps[:1])
        schema.create(path)
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO sources (id, name, domain, kind) VALUES ('desk', 'Desk', 'x.org', 'outlet')")
        for id_, other, came in ((1, None, "page"), (2, 1, "lead")):
            connection.execute(
                "INSERT INTO stories (id, url, domain, source, kind, first_seen_at, last_seen_at, duplicate_of,"
                " text_from, title, text) VALUES (?, ?, 'x.org', 'desk', 'coverage', '2026', '2026', ?, ?, 't', 'x')",
                (id_, f"https://x.org/{id_}", other, came),
            )
    connection.close()
    Archive.open(path).close()
    assert rows(path, "SELECT story FROM match_queue") == [(1,)]
    assert rows(path, "SELECT story, other, method FROM duplicates") == [(2, 1, "address")]
    assert rows(path, "SELECT story, turn FROM code_queue ORDER BY story") == [(1, 1), (2, 1)]
