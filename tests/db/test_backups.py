"""Backups are sound copies taken while others write; restoring never loses what it replaces."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db import backups, copies, schema
from db.archive import Archive
from db.backups import back_up, restore
from db.connect import newest_backup
from monitor.errors import ArchiveDamaged, ArchiveError, UsageError
from tests import factories as make
from tests.db.filed import dump, rows, sound, visit
from tests.db.test_connect import damage

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def filled(path: Path) -> Path:
    with Archive.open(path) as archive:
        archive.sync_sources([make.source()])
        for n in range(60):
            archive.file_visits([visit(url=f"https://desk.example.org/{n}", text=f"Agents {n}. " * 200)])
    return path


def test_a_backup_is_the_archive_of_its_moment_for_its_owner_alone(filled: Path, tmp_path: Path):
    kept = back_up(filled, tmp_path / "kept", now=NOW)
    assert kept.path == tmp_path / "kept" / "shiftwatch.db.2026-05-01T120000Z.backup"
    assert kept.path.stat().st_mode & 0o777 == 0o600
    assert kept.size == kept.path.stat().st_size
    assert dump(kept.path) == dump(filled)
    sound(kept.path)
    assert newest_backup(filled, tmp_path / "kept") == kept.path


def test_making_one_leaves_nothing_else_behind(filled: Path, tmp_path: Path):
    kept = back_up(filled, tmp_path / "kept", now=NOW)
    assert list(kept.path.parent.iterdir()) == [kept.path]


def test_a_backup_beside_a_busy_writer_ends_and_holds_whole_transactions(filled: Path, tmp_path: Path):
    stop = threading.Event()
    written = []

    def write() -> None:
        with Archive.open(filled) as archive:
            n = 1_000
            while not stop.is_set():
                n += 2
                pair = [visit(url=f"https://desk.example.org/{i}", text=f"More {i}. " * 200) for i in (n, n + 1)]
                archive.file_visits(pair)
                written.append(n)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 5:
            stop.wait(0.01)
        for n in range(5):
            before = len(written)
            kept = back_up(filled, tmp_path / "kept", now=NOW + timedelta(seconds=n))
            sound(kept.path)
            (late,) = rows(kept.path, "SELECT count(*) FROM stories WHERE id > 60")[0]
            assert late % 2 == 0, "two were filed at a time"
            assert late >= 2 * before
    finally:
        stop.set()
        writer.join()


def test_a_copy_in_steps_does_not_begin_anew_when_others_commit(filled: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(copies, "_PAGES", 4)
    told: list[int] = []
    with Archive.open(filled) as writer:

        def progress(done: int, total: int) -> None:
            told.append(done)
            writer.file_visits([visit(url=f"https://desk.example.org/late-{len(told)}")])

        kept = back_up(filled, tmp_path, now=NOW, progress=progress)
    assert len(told) > 10
    assert told == sorted(told)
    assert rows(kept.path, "SELECT count(*) FROM stories") == [(60,)]


def test_the_newest_stay_and_others_are_never_touched(filled: Path, tmp_path: Path):
    folder = tmp_path / "kept"
    folder.mkdir()
    others = ["shiftwatch.db.v1.backup", "other.db.2020-01-01T000000Z.backup", "notes.txt"]
    for name in others:
        (folder / name).write_text("mine")
    made = [back_up(filled, folder, now=NOW + timedelta(days=n), keep=3).path for n in range(5)]
    assert sorted(path.name for path in folder.iterdir()) == sorted([*others, *(path.name for path in made[-3:])])


def test_a_clock_put_back_does_not_cost_the_backup_just_made(filled: Path, tmp_path: Path):
    back_up(filled, tmp_path, now=NOW, keep=1)
    kept = back_up(filled, tmp_path, now=NOW - timedelta(days=400), keep=1)
    assert kept.path.exists()
    assert [path.name for path in kept.removed] == ["shiftwatch.db.2026-05-01T120000Z.backup"]


def test_two_in_one_second_are_two(filled: Path, tmp_path: Path):
    first, second = (back_up(filled, tmp_path, now=NOW, keep=7).path for _ in range(2))
    assert first != second
    assert first.exists()
    assert second.exists()


def test_a_file_that_is_there_is_never_written_over(filled: Path, tmp_path: Path):
    (tmp_path / "mine.db").write_text("mine")
    with pytest.raises(UsageError, match="exists"):
        back_up(filled, tmp_path / "mine.db", now=NOW)
    assert (tmp_path / "mine.db").read_text() == "mine"


def test_a_damaged_archive_gives_no_backup_and_costs_none(filled: Path, tmp_path: Path):
    good = back_up(filled, tmp_path / "kept", now=NOW, keep=1).path
    damage(filled)
    with pytest.raises(ArchiveDamaged, match=r"shiftwatch\.db: is damaged .* restore"):
        back_up(filled, tmp_path / "kept", now=NOW + timedelta(days=1), keep=1)
    assert list(good.parent.iterdir()) == [good]


def test_a_full_disk_leaves_no_half_backup(filled: Path, tmp_path: Path):
    code = (
        "import sys; from pathlib import Path; from datetime import UTC, datetime; from db.backups import back_up\n"
        "back_up(Path(sys.argv[1]), Path(sys.argv[2]), now=datetime.now(UTC))"
    )
    folder = tmp_path / "kept"
    limit = filled.stat().st_size // 2 // 1024
    ran = subprocess.run(
        ["/bin/bash", "-c", f'trap "" XFSZ; ulimit -f {limit}; exec "$0" "$@"', sys.executable, "-c", code,
         str(filled), str(folder)], cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode
    assert "ArchiveError" in ran.stderr
    assert list(folder.iterdir()) == []


def test_restoring_gives_back_what_was_backed_up_and_keeps_what_was_there(filled: Path, tmp_path: Path):
    kept = back_up(filled, tmp_path / "kept", now=NOW)
    then = dump(filled)
    with Archive.open(filled) as archive:
        archive.file_visits([visit(url="https://desk.example.org/later")])
    later = dump(filled)
    done = restore(filled, kept.path, now=NOW)
    assert dump(filled) == then
    assert filled.stat().st_mode & 0o777 == 0o600
    assert done.schema == schema.newest()
    assert done.replaced == filled.with_name("shiftwatch.db.replaced-2026-05-01T120000Z")
    assert dump(done.replaced) == later
    assert kept.path.exists()
    Archive.open(filled).close()


def test_a_log_that_was_not_taken_in_is_kept_with_what_is_replaced(filled: Path, tmp_path: Path):
    kept = back_up(filled, tmp_path / "kept", now=NOW)
    then = dump(filled)
    reader = sqlite3.connect(filled)  # holds the log open, as a browsing Datasette does
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM stories").fetchone()
    try:
        with Archive.open(filled) as archive:
            archive.file_visits([visit(url="https://desk.example.org/later")])
        assert filled.with_name("shiftwatch.db-wal").stat().st_size
        done = restore(filled, kept.path, now=NOW)
    finally:
        reader.close()
    assert dump(filled) == then, "the old log is not replayed into the restored file"
    assert done.replaced
    assert rows(done.replaced, "SELECT count(*) FROM stories") == [(61,)]


@pytest.mark.parametrize("harm", ["damaged", "cut", "empty", "text", "gone", "foreign"])
def test_whatever_lies_in_its_place_is_replaced_and_kept(filled: Path, tmp_path: Path, harm: str):
    kept = back_up(filled, tmp_path / "kept", now=NOW)
    then = dump(filled)
    spoil(filled, harm)
    before = filled.read_bytes() if harm != "gone" else None
    done = restore(filled, kept.path, now=NOW)
    assert dump(filled) == then
    assert (done.replaced.read_bytes() if done.replaced else None) == before


@pytest.mark.parametrize("harm", ["damaged", "cut", "empty", "text", "foreign"])
def test_a_backup_that_is_not_sound_is_refused_and_nothing_touched(filled: Path, tmp_path: Path, harm: str):
    kept = back_up(filled, tmp_path / "kept", now=NOW).path
    other = back_up(filled, tmp_path / "kept", now=NOW - timedelta(days=1)).path
    spoil(kept, harm)
    before = dump(filled)
    with pytest.raises(ArchiveError, match=r"not restored|another program") as refused:
        restore(filled, kept, now=NOW, folders=(kept.parent,))
    assert harm == "foreign" or str(other) in str(refused.value), "another one is named"
    assert dump(filled) == before
    assert not list(filled.parent.glob("*replaced*"))


def spoil(path: Path, harm: str) -> None:
    if harm == "damaged":
        damage(path)
    elif harm == "cut":
        os.truncate(path, path.stat().st_size // 2)
    elif harm == "empty":
        os.truncate(path, 0)
    elif harm == "text":
        path.write_text("Dear colleagues,\n" * 100)
    elif harm == "gone":
        path.unlink()
    else:
        path.unlink()
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE theirs (x)")
        connection.close()


def test_a_backup_of_a_newer_schema_is_refused(filled: Path, tmp_path: Path):
    kept = back_up(filled, tmp_path / "kept", now=NOW).path
    with sqlite3.connect(kept) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ArchiveError, match="newer Shiftwatch"):
        restore(filled, kept, now=NOW)


def test_neither_the_archive_itself_nor_nothing_is_a_backup(filled: Path):
    with pytest.raises(UsageError, match="archive itself"):
        restore(filled, filled, now=NOW)
    with pytest.raises(UsageError, match="no such backup"):
        restore(filled, filled.with_name("none"), now=NOW)


def test_killed_at_any_point_of_a_restore_there_is_an_archive_and_the_next_one_succeeds(filled: Path, tmp_path: Path):
    kept = back_up(filled, tmp_path / "kept", now=NOW).path
    then = dump(filled)
    with Archive.open(filled) as archive:
        archive.file_visits([visit(url="https://desk.example.org/later")])
    later = dump(filled)
    ends = set()
    for fatal in range(1, 60):
        child = os.fork()
        if not child:
            _restore_and_die(filled, kept, fatal)
        ends.add(end := os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        assert dump(filled) in (then, later)
        sound(filled)
        if end == 0:
            break
        restore(filled, kept, now=NOW)
        for name in filled.parent.glob("*replaced*"):
            name.unlink()
        with Archive.open(filled) as archive:
            archive.file_visits([visit(url="https://desk.example.org/later")])
    assert ends == {0, -signal.SIGKILL}
    assert dump(filled) == then


def _restore_and_die(archive: Path, kept: Path, fatal: int) -> None:
    """Restore, but be killed before the ``fatal``-th change to a folder."""
    count = 0

    def watch(event: str, _: object) -> None:
        nonlocal count
        if event in ("os.link", "os.rename", "os.remove", "os.truncate") or event == "sqlite3.connect":
            count += 1
            if count == fatal:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    restore(archive, kept, now=NOW)
    os._exit(0)


def test_a_link_to_the_archive_stays_a_link(filled: Path, tmp_path: Path):
    kept = back_up(filled, tmp_path / "kept", now=NOW).path
    link = tmp_path / "link.db"
    link.symlink_to(filled)
    restore(link, kept, now=NOW)
    assert link.is_symlink()
    assert backups.newest_backup(filled, tmp_path / "kept") == kept
