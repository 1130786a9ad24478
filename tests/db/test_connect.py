"""What is opened, what is created, and what is refused with one line and left as it was."""

from __future__ import annotations

import os
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from db import schema
from db.archive import Archive
from db.connect import APPLICATION_ID
from monitor.errors import ArchiveError
from monitor.query import Query
from tests import factories as make
from tests.db.filed import rows, visit


@pytest.fixture
def filled(path: Path) -> Path:
    with Archive.open(path) as archive:
        archive.sync_sources([make.source()])
        archive.file_visits([visit(url=f"https://desk.example.org/{n}", text="word " * 500) for n in range(100)])
    return path


def refused(path: Path, *says: str) -> None:
    """Assert that writing and reading are refused in one line with these words, and nothing is changed."""
    before = path.read_bytes() if path.is_file() else None
    for opening in (Archive.open, Archive.open_for_reading):
        with pytest.raises(ArchiveError) as caught:
            opening(path).close()
        line = str(caught.value)
        assert str(path) in line
        assert "\n" not in line
        assert all(word in line for word in says), line
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_missing_archive_is_created_for_its_owner_alone(path: Path):
    Archive.open(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    assert rows(path, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert rows(path, "PRAGMA journal_mode") == [("wal",)]


def test_the_writer_works_under_the_pragmas_promised(path: Path):
    with Archive.open(path) as archive:
        said = {name: archive._db.execute(f"PRAGMA {name}").fetchone()[0] for name in
                ("journal_mode", "foreign_keys", "recursive_triggers", "synchronous")}  # fmt: skip
    assert said == {"journal_mode": "wal", "foreign_keys": 1, "recursive_triggers": 1, "synchronous": 1}


def test_a_missing_archive_is_not_made_for_a_reader(path: Path):
    for opening in (Archive.open_for_reading, lambda p: Archive.open(p, create=False)):
        with pytest.raises(ArchiveError, match="run `shiftwatch collect` first"):
            opening(path)
    assert not path.exists()


def test_a_file_of_0_bytes_is_never_written_over(path: Path):
    path.touch()
    refused(path, "0 bytes", "put a backup in its place")
    assert path.stat().st_size == 0


def test_the_newest_backup_beside_is_named(path: Path):
    path.touch()
    for age, name in enumerate(["shiftwatch.db.v2.backup", "shiftwatch.db.v1.backup", "other.db.v1.backup"]):
        path.with_name(name).touch()
        os.utime(path.with_name(name), (1e9 - age, 1e9 - age))
    refused(path, "newest backup shiftwatch.db.v2.backup")


def test_a_text_file_in_its_place_is_refused(path: Path):
    path.write_text("Dear colleagues,\n" * 100)
    refused(path, "not a Shiftwatch archive")


def test_a_folder_in_its_place_is_refused(path: Path):
    path.mkdir()
    refused(path, "is a folder")


@pytest.mark.parametrize("keep", [1, 50, 99, 100, 4096, 0.25, 0.5, 0.99])
def test_an_archive_cut_off_is_refused(filled: Path, keep: float):
    size = filled.stat().st_size
    os.truncate(filled, keep if isinstance(keep, int) else int(size * keep))
    refused(filled, "put a backup in its place")


@pytest.mark.parametrize("where", [0, 16, 100])
def test_a_damaged_header_is_refused(filled: Path, where: int):
    with filled.open("r+b") as file:
        file.seek(where)
        file.write(b"\xee" * 40)
    refused(filled)


def test_damaged_pages_are_refused_by_the_writer(filled: Path):
    damage(filled)
    before = filled.read_bytes()
    with pytest.raises(ArchiveError, match=r"is damaged .* put a backup in its place"):
        Archive.open(filled)
    assert filled.read_bytes() == before


def damage(archive: Path) -> None:
    with archive.open("r+b") as file:
        for page in range(20, archive.stat().st_size // 4096, 3):
            file.seek(page * 4096)
            file.write(os.urandom(4096))


def test_a_large_archive_is_looked_through_once_a_day(filled: Path, monkeypatch: pytest.MonkeyPatch):
    looked: list[Path] = []
    monkeypatch.setattr("db.connect._refuse_damaged", lambda _, path: looked.append(path))
    monkeypatch.setattr("db.connect.CHECKED_ALWAYS", 0)
    for _ in range(3):
        Archive.open(filled).close()
    assert len(looked) == 1
    monkeypatch.setattr("db.connect.CHECK_EVERY", timedelta(0))
    Archive.open(filled).close()
    assert len(looked) == 2


def test_a_large_archive_is_looked_through_after_a_bad_end(filled: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("db.connect.CHECKED_ALWAYS", 0)
    Archive.open(filled).close()
    damage(filled)
    filled.with_name(filled.name + "-wal").touch()
    with pytest.raises(ArchiveError, match="is damaged"):
        Archive.open(filled)


def test_damage_met_while_reading_is_one_line(filled: Path):
    (pages,) = rows(filled, "PRAGMA page_count")[0]
    with filled.open("r+b") as file:
        file.seek(30 * 4096)
        file.write(os.urandom((pages - 30) * 4096))
    with pytest.raises(ArchiveError, match="is damaged"), Archive.open_for_reading(filled) as archive:
        list(archive.stories(Query()))


@pytest.mark.parametrize("application", [0, 77])
def test_another_programs_database_is_refused(path: Path, application: int):
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE moz_places (id INTEGER)")
        other.execute(f"PRAGMA application_id = {application}")
    other.close()
    refused(path, "another program")


def test_an_empty_database_that_is_not_ours_is_refused(path: Path):
    other = sqlite3.connect(path)
    other.execute("VACUUM")
    other.close()
    assert path.stat().st_size > 0
    refused(path, "Shiftwatch did not make")


def test_a_newer_schema_is_refused_naming_both_versions(filled: Path):
    connection = sqlite3.connect(filled)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    refused(filled, "version 99", f"knows {schema.newest()}", "upgrade")


def test_the_log_of_a_vanished_archive_is_not_replayed_into_a_new_one(filled: Path):
    with Archive.open(filled) as archive:
        archive.file_visits([visit(url="https://desk.example.org/new")])
        log = filled.with_name(filled.name + "-wal")
        kept = log.read_bytes()
    filled.unlink()
    log.write_bytes(kept)
    with pytest.raises(ArchiveError, match=r"shiftwatch\.db-wal is there"):
        Archive.open(filled)
    assert not filled.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_a_folder_that_cannot_be_written_is_refused_for_writing_and_read_all_the_same(filled: Path):
    filled.parent.chmod(0o500)
    try:
        with pytest.raises(ArchiveError, match="permission"):
            Archive.open(filled)
        with Archive.open_for_reading(filled) as archive:
            assert archive.count(Query()) == 100
    finally:
        filled.parent.chmod(0o700)


def test_a_folder_that_does_not_exist_is_one_line(tmp_path: Path):
    with pytest.raises(ArchiveError, match="nowhere"):
        Archive.open(tmp_path / "nowhere" / "shiftwatch.db")


def test_a_path_may_hold_what_an_address_may_not(tmp_path: Path):
    path = tmp_path / "50% of #1? a&b.db"
    Archive.open(path).close()
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    with Archive.open_for_reading(path) as archive:
        assert archive.count(Query()) == 0


def test_reading_goes_on_while_a_writer_holds_the_lock(filled: Path):
    with Archive.open(filled) as writer:
        writer._db.execute("BEGIN IMMEDIATE")
        writer._db.execute("DELETE FROM sightings")
        with Archive.open_for_reading(filled) as reader:
            assert reader.count(Query()) == 100
        writer._db.execute("ROLLBACK")


def test_a_reader_cannot_write(filled: Path):
    with Archive.open_for_reading(filled) as reader, pytest.raises(ArchiveError):
        reader.sync_sources([])


def test_a_lock_that_is_never_given_back_is_one_clear_line(filled: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("db.connect.BUSY_MS", 50)
    other = sqlite3.connect(filled, isolation_level=None)
    with Archive.open(filled) as archive:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveError, match="locked"):
            archive.file_visits([visit()])
        other.execute("ROLLBACK")
        other.close()
        assert archive.file_visits([visit()])
