"""An examination finds each kind of harm, changes nothing, and is in nobody's way."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from db.archive import Archive
from db.checkup import REBUILD_INDEX, Examination
from db.connect import open_writer
from db.lock import ArchiveLock, holder
from db.sqlite_bugs import OLDEST, known_bugs
from monitor.model import Outcome
from tests import factories as make
from tests.db.filed import hours, poll, rows, visit


@pytest.fixture
def filled(path: Path) -> Path:
    with Archive.open(path) as archive:
        archive.sync_sources([make.source()])
        for n in range(60):
            archive.file_visits([visit(url=f"https://desk.example.org/{n}", text=f"Agents {n} moved. " * 60)])
        archive.file_polls([poll(archive.channels()[0], at=hours(1))])
    return path


def tampered(path: Path, *statements: str) -> None:
    """Changed by another program, which knows nothing of foreign keys."""
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_sound_archive_has_nothing_to_say(filled: Path):
    before = filled.read_bytes()
    with Examination(filled) as examination:
        assert examination.damage() == []
        assert examination.damage(quick=True) == []
        assert examination.dangling() == []
        assert examination.index_out_of_step() == ""
        assert examination.newest_written() == {"polls": hours(1).replace(second=1)}
        assert examination.failing_sources() == []
    assert filled.read_bytes() == before


@pytest.mark.parametrize("quick", [True, False])
def test_damaged_pages_are_found(filled: Path, quick: bool):
    ((root,),) = rows(filled, "SELECT rootpage FROM sqlite_schema WHERE name = 'versions'")
    with filled.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xee" * 4096)
    with Examination(filled) as examination:
        assert examination.damage(quick=quick)


def test_rows_that_refer_to_nothing_are_found(filled: Path):
    tampered(filled, "DELETE FROM stories_fts WHERE rowid = 1", "DELETE FROM stories WHERE id IN (1, 2)")
    with Examination(filled) as examination:
        assert "2 row(s) of versions refer to stories that are not there" in examination.dangling()


OUT_OF_STEP: list[tuple[str, str]] = [
    ("INSERT INTO stories_fts (stories_fts, rowid, title, text) SELECT 'delete', id, title, text FROM stories"
     " WHERE id = 7", "1 story(s) are not in the index"),
    ("INSERT INTO stories_fts (rowid, title, text) VALUES (999, 'a', 'b')", "1 in it are no stories"),
]  # fmt: skip


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize(("statement", "words"), OUT_OF_STEP)
def test_an_index_without_a_story_or_with_one_too_many_is_found(filled: Path, statement: str, words: str, quick: bool):
    tampered(filled, statement)
    with Examination(filled) as examination:
        assert words in examination.index_out_of_step(quick=quick)


def test_a_story_indexed_with_other_words_is_found_and_the_remedy_told_mends_it(filled: Path):
    tampered(
        filled,
        "DROP TRIGGER stories_fts_update",
        "UPDATE stories SET text = 'Helicopters moved.' WHERE id = 9",
    )
    with Examination(filled) as examination:
        assert examination.index_out_of_step(quick=True) == ""
        assert "word(s) are indexed otherwise" in examination.index_out_of_step()
    tampered(filled, REBUILD_INDEX)
    with Examination(filled) as examination:
        assert examination.index_out_of_step() == ""


def test_it_works_while_another_process_writes_and_holds_nobody_up(filled: Path):
    with ArchiveLock(filled), Archive.open(filled) as writer, Examination(filled) as examination:
        writer._db.execute("BEGIN IMMEDIATE")
        writer._db.execute("UPDATE stories SET title = 'Half written' WHERE id = 3")
        assert examination.damage() == []
        assert examination.index_out_of_step() == ""
        writer._db.execute("ROLLBACK")
        writer.file_visits([visit(url="https://desk.example.org/after")])
        assert examination.index_out_of_step() == ""


def test_only_sources_of_which_no_channel_yields_are_failing_with_since_when(path: Path):
    from dataclasses import replace

    from monitor.model import ChannelState

    with Archive.open(path) as archive:
        first = make.channel()
        second = make.channel(url="https://desk.example.org/other")
        archive.sync_sources([make.source(channels=(first, second))])
        one, other = archive.channels()
        broken = {"state": ChannelState.BLOCKED, "reason": "a bot wall", "failures": 3, "last_ok_at": hours(-5)}
        archive.file_polls([poll(replace(one, **broken), at=hours(1), outcome=Outcome.BLOCKED)])
        archive.file_polls([poll(replace(other, state=ChannelState.OK), at=hours(1))])
        with Examination(path) as examination:
            assert examination.failing_sources() == []
        archive.file_polls([poll(replace(other, state=ChannelState.GONE, reason="410"), at=hours(2))])
        with Examination(path) as examination:
            (failing,) = examination.failing_sources()
    assert (failing.source, failing.state, failing.reason) == ("desk", "blocked", "a bot wall")
    assert failing.since == hours(-5)
    assert not failing.answered


def test_the_holder_of_the_lock_is_told_without_locking(path: Path):
    assert holder(path) is None
    with ArchiveLock(path):
        held = holder(path)
        assert held
        assert held.alive
    assert holder(path) is None


def test_a_lock_left_by_a_killed_process_is_told_from_a_held_one(path: Path):
    path.with_name("shiftwatch.db.lock").write_text("999999 2026-05-01T12:00:00Z\n")
    left = holder(path)
    assert left
    assert (left.pid, left.since, left.alive) == (999999, "2026-05-01T12:00:00Z", False)


@pytest.mark.parametrize(
    ("version", "concerned"),
    [
        ((3, 6, 23), False), ((3, 7, 0), True), ((3, 40, 1), True), ((3, 44, 5), True), ((3, 44, 6), False),
        ((3, 45, 0), True), ((3, 50, 6), True), ((3, 50, 7), False), ((3, 51, 2), True), ((3, 51, 3), False),
        ((3, 53, 0), False),
    ],
)  # fmt: skip
def test_the_wal_reset_bug_is_told_for_the_versions_that_have_it(version: tuple[int, int, int], concerned: bool):
    assert any("WAL-reset" in bug.what for bug in known_bugs(version)) == concerned


def test_the_withdrawn_release_is_told():
    assert [bug.what for bug in known_bugs((3, 52, 0))] == ["is a release that its makers withdrew"]
    assert not any("withdrew" in bug.what for bug in known_bugs((3, 51, 3)))


def test_the_sqlite_in_use_can_hold_an_archive():
    assert sqlite3.sqlite_version_info >= OLDEST


def test_a_reader_that_left_an_empty_log_is_no_reason_to_look_through_a_large_archive(
    filled: Path, monkeypatch: pytest.MonkeyPatch
):
    from db import connect

    looked: list[Callable[..., object]] = []
    monkeypatch.setattr(connect, "CHECKED_ALWAYS", 0)
    monkeypatch.setattr(connect, "check_due", lambda *_: False)
    monkeypatch.setattr(connect, "_refuse_damaged", lambda *_: looked.append(connect._refuse_damaged))
    filled.with_name("shiftwatch.db-wal").touch()
    open_writer(filled).close()
    assert not looked
