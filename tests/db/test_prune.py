"""Pruning lets go of what is old and brought nothing, and of nothing a story rests on."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.archive import Archive
from db.prune import old_captures
from monitor.errors import ArchiveError
from monitor.model import Outcome
from tests import factories as make
from tests.db.filed import dump, hours, poll, rows, sound, visit

DAY = timedelta(days=1)


@pytest.fixture
def polled(path: Path) -> Iterator[Archive]:
    """Every hour a poll; the 5th and the 9th brought a story, the 7th failed."""
    with Archive.open(path) as archive:
        archive.sync_sources([make.source()])
        memory = archive.channels()[0]
        for n in range(1, 13):
            if n in (5, 9):
                archive.file_polls([poll(memory, make.lead(n), at=hours(n))])
            else:
                failed = {"outcome": Outcome.BROKEN, "reason": "500"} if n == 7 else {}
                archive.file_polls([poll(memory, at=hours(n), **failed)])
        yield archive


def left(archive: Archive) -> list[int]:
    return [(int(text[11:13]) - 12) % 24 for (text,) in rows(archive, "SELECT started_at FROM polls ORDER BY 1")]


def test_polls_that_brought_something_stay_with_the_good_one_before_and_the_last(polled: Archive):
    assert polled.prune_polls(hours(100)) == 7
    assert left(polled) == [4, 5, 8, 9, 12]


def test_polls_from_after_the_moment_stay(polled: Archive):
    assert polled.prune_polls(hours(3)) == 2
    assert left(polled) == list(range(3, 13))


def test_pruning_changes_no_story_no_version_and_no_sighting_and_leaves_all_sound(polled: Archive, path: Path):
    polled.file_visits([visit(hours(20), url=make.lead(5).url)])
    before = dump(path)
    polled.prune_polls(hours(100))
    polled.prune_looks(hours(100))
    after = dump(path)
    assert {name: kept for name, kept in after.items() if name != "polls"} == {
        name: kept for name, kept in before.items() if name != "polls"
    }
    sound(path)
    assert polled._db.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_pruning_twice_changes_nothing_more(polled: Archive):
    polled.prune_polls(hours(100))
    assert polled.prune_polls(hours(100)) == 0


def test_what_a_dry_run_counts_is_what_goes(polled: Archive):
    assert polled.count_prunable(polls=hours(100), looks=hours(100)) == (7, 0)
    assert polled.count_prunable(polls=None, looks=None) == (0, 0)
    assert len(left(polled)) == 12


def test_the_moment_before_which_polls_may_be_gone_is_told(polled: Archive):
    polled.prune_polls(hours(100))
    assert polled.marked("pruned:polls") == hours(100)


def test_rows_that_refer_to_a_poll_are_treated_as_their_key_says(polled: Archive, path: Path):
    for name, action in (("follows", "ON DELETE CASCADE"), ("forgets", "ON DELETE SET NULL"), ("needs", "")):
        polled._db.execute(f"CREATE TABLE {name} (poll INTEGER REFERENCES polls (id) {action})")
        polled._db.execute(f"INSERT INTO {name} SELECT id FROM polls WHERE id = {3 if name == 'needs' else 1}")
    assert polled.prune_polls(hours(100)) == 6
    assert left(polled)[0] == 3, "kept for the row that needs it"
    assert rows(path, "SELECT * FROM follows") == []
    assert rows(path, "SELECT * FROM forgets") == [(None,)]
    assert rows(path, "SELECT * FROM needs") == [(3,)]


def test_a_failure_half_way_keeps_every_poll(polled: Archive, path: Path):
    polled._db.execute(
        "CREATE TRIGGER refuse BEFORE DELETE ON polls WHEN old.id = 6 BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    with pytest.raises(ArchiveError):
        polled.prune_polls(hours(100))
    assert len(left(polled)) == 12
    polled._db.execute("DROP TRIGGER refuse")
    assert polled.prune_polls(hours(100)) == 7


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(["new", "nothing", "broken"]), min_size=1, max_size=14),
    st.integers(0, 16),
)
def test_when_an_undated_story_appeared_is_known_as_well_after_pruning(tmp_path_factory, told: list[str], cut: int):
    """The law: the last good look before the first sighting of any story is the same before and after."""
    path = tmp_path_factory.mktemp("law") / "shiftwatch.db"
    bounds = (
        "SELECT g.story, (SELECT max(p.finished_at) FROM polls p WHERE p.channel = g.channel"
        " AND p.finished_at < g.seen_at AND p.outcome IN ('changed', 'unchanged')) FROM sightings g ORDER BY 1"
    )
    with Archive.open(path) as archive:
        archive.sync_sources([make.source()])
        memory = archive.channels()[0]
        for n, what in enumerate(told):
            leads = [make.lead(n)] if what == "new" else []
            over = {"outcome": Outcome.BROKEN} if what == "broken" else {}
            archive.file_polls([poll(memory, *leads, at=hours(n), **over)])
        before = rows(path, bounds)
        archive.prune_polls(hours(cut))
        assert rows(path, bounds) == before


def test_looks_that_found_a_change_stay(polled: Archive, path: Path):
    polled.file_visits([visit(hours(20))])
    for n, outcome in enumerate(["unchanged", "changed", "blocked"]):
        polled._db.execute(
            "INSERT INTO looks (story, address, at, outcome) SELECT story, address, ?, ? FROM pages"
            " WHERE story IS NOT NULL LIMIT 1",
            (f"2026-01-0{n + 1}T00:00:00Z", outcome),
        )
    assert polled.prune_looks(hours(0)) == 2
    assert rows(path, "SELECT outcome FROM looks") == [("changed",)]


def capture_file(folder: Path, name: str, written: datetime) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(b"x" * 10)
    os.utime(path, (written.timestamp(), written.timestamp()))
    return path


def test_captures_go_by_their_day_and_by_when_they_were_last_written_to(tmp_path: Path):
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    folder = tmp_path / "captures"
    old = capture_file(folder, "shiftwatch-2026-01-01-0001.warc.gz", now - 100 * DAY)
    capture_file(folder, "shiftwatch-2026-01-01-0002.warc.gz", now)  # written to for months
    capture_file(folder, "shiftwatch-2026-04-30-0001.warc.gz", now - 100 * DAY)  # copied with an older date
    capture_file(folder, "mine.warc.gz", now - 100 * DAY)
    (folder / "shiftwatch-2026-01-01-0003.warc.gz").symlink_to(folder / "mine.warc.gz")
    found = old_captures(folder, now - 90 * DAY)
    assert found.files == (old,)
    assert found.size == 10


def test_a_capture_file_that_is_being_written_to_stays(tmp_path: Path):
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    path = capture_file(tmp_path / "c", "shiftwatch-2026-01-01-0001.warc.gz", now - 100 * DAY)
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert old_captures(path.parent, now).files == ()
    assert old_captures(path.parent, now).files == (path,)


def test_a_folder_that_is_not_there_holds_nothing_old(tmp_path: Path):
    assert old_captures(tmp_path / "none", datetime.now(UTC)).files == ()


def test_a_version_whose_capture_is_pruned_says_so(archive: Archive):
    from dataclasses import replace

    name = "shiftwatch-2026-01-01-0001.warc.gz"
    archive.file_visits([replace(visit(), capture=f"{name}:1234")])
    archive.mark_captures([name], hours(0))
    assert archive.versions_in({name}) == 1
    story = archive.story(1)
    assert story
    (version,) = story["versions"]
    assert (version["capture"], version["capture_pruned_at"]) == (f"{name}:1234", "2026-05-01T12:00:00Z")


def test_vacuuming_gives_the_room_back(polled: Archive, path: Path):
    polled._db.execute("CREATE TABLE ballast (x BLOB) STRICT")
    polled._db.execute("INSERT INTO ballast VALUES (zeroblob(4000000))")
    polled._db.execute("DROP TABLE ballast")
    polled.fold_log()
    large = path.stat().st_size
    polled.fold_log(vacuum=True)
    assert path.stat().st_size < large - 3_900_000
    sound(path)
