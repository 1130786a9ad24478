"""Archives of every released schema are brought up to date, and a kill at any statement leaves all or nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from db import schema
from db.archive import Archive
from tests.db.filed import rows, sound
from tests.db.released import RELEASED, digest, released

ROOT = Path(__file__).parents[2]


def kept(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows of the first schema's tables by the columns they had then."""
    return {
        table: rows(path, f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1, 2")
        for table, columns in (
            ("sources", ["id", "name"]),
            ("channels", ["id", "url", "state"]),
            ("polls", ["id", "started_at", "outcome"]),
            ("stories", ["id", "url", "title", "text", "duplicate_of"]),
            ("versions", ["story", "number", "text"]),
        )
    }


@pytest.mark.parametrize("step", RELEASED)
def test_a_released_step_is_never_edited(step: str):
    assert digest(step) == RELEASED[step]


@pytest.mark.parametrize("version", range(1, len(RELEASED) + 1))
def test_an_archive_of_every_released_schema_is_brought_up_to_date(path: Path, version: int):
    released(path, version)
    before = kept(path)
    Archive.open(path).close()
    assert rows(path, "PRAGMA user_version") == [(schema.newest(),)]
    assert kept(path) == before
    sound(path)
    backup = path.with_name(f"shiftwatch.db.v{version}.backup")
    assert backup.exists() == (version < schema.newest())
    if backup.exists():
        assert kept(backup) == before
        sound(backup)


def test_killed_before_any_statement_of_a_migration_it_is_all_or_nothing(tmp_path: Path):
    original, folder = tmp_path / "shiftwatch.db", tmp_path / "killed"
    released(original, 1)
    before = kept(original)
    ran = subprocess.run(
        [sys.executable, "-m", "tests.db.migrating_killed", str(original), str(folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=240, check=True,
    )  # fmt: skip
    ends = [int(line.split()[1]) for line in ran.stdout.splitlines()]
    assert len(ends) > 60, "killed at every statement"
    assert ends[-1] == 0
    assert set(ends[:-1]) == {-signal.SIGKILL}
    versions = []
    for number in range(1, len(ends) + 1):
        path = folder / str(number) / "shiftwatch.db"
        (found,) = rows(path, "PRAGMA user_version")[0]
        versions.append(found)
        done = {name for (name,) in rows(path, "SELECT name FROM _sqlite_migrations")}
        assert len(done) == found, "a step and its version are one commit"
        assert bool(rows(path, "SELECT 1 FROM sqlite_schema WHERE name = 'looks'")) == (found >= 2)
        assert kept(path) == before
        if found > 1:
            assert kept(path.with_name("shiftwatch.db.v1.backup")) == before
    assert versions[0] == 1
    assert versions == sorted(versions)
    assert versions[-1] == schema.newest()
    for number in (1, len(ends) // 2, len(ends) - 1):  # the next run finishes what was begun, and tidies up
        path = folder / str(number) / "shiftwatch.db"
        Archive.open(path).close()
        sound(path)
        assert rows(path, "PRAGMA user_version") == [(schema.newest(),)]
        assert not list(path.parent.glob(".*.new*"))
