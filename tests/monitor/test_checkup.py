"""A check-up survives whatever a check does, and its exit code follows from the gravest finding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.archive import Archive
from monitor import app_check_machine as machine
from monitor.app_check import CHECKS, QUICK_CHECKS, clock, examine
from monitor.checkup import Finding, Ground, Level, error, exit_code, good, note, warning
from monitor.config import loads
from monitor.errors import ArchiveError, UsageError

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
FINDINGS = st.lists(
    st.builds(
        Finding,
        check=st.just("x"),
        level=st.sampled_from(Level),
        what=st.just("y"),
        remedy=st.just(""),
        exit_code=st.sampled_from([1, 2, 3]),
    )
)


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(config=loads("", name="shiftwatch.toml", folder=tmp_path, env={}), now=NOW)


@given(FINDINGS)
def test_the_exit_code_is_0_exactly_when_nothing_is_worse_than_a_note(found: list[Finding]):
    bad = [one for one in found if one.level in (Level.WARNING, Level.ERROR)]
    assert (exit_code(found) == 0) == (not bad)


@given(FINDINGS, FINDINGS)
def test_more_findings_never_make_it_better(some: list[Finding], more: list[Finding]):
    assert exit_code(some + more) == max(exit_code(some), exit_code(more))


def test_a_refused_archive_outranks_a_wrong_configuration_outranks_a_warning():
    found = [warning("a", "b", "c")]
    assert exit_code(found) == 1
    found.append(error("a", "b", "c", exit_code=2))
    assert exit_code(found) == 2
    found.append(error("a", "b", "c", exit_code=3))
    assert exit_code(found) == 3
    assert exit_code([good("a", "b"), note("a", "b")]) == 0


@pytest.mark.parametrize(
    ("raised", "code"), [(ArchiveError("x.db: damaged; restore it"), 3), (UsageError("no"), 1), (OSError("gone"), 1)]
)
def test_a_check_that_fails_is_a_finding_and_keeps_what_it_found_before(ground: Ground, raised: Exception, code: int):
    def mail_login(_: Ground) -> Iterator[Finding]:
        yield good("mail", "reached")
        raise raised

    def after(_: Ground) -> Iterator[Finding]:
        yield good("after", "asked all the same")

    first, failed, last = examine(ground, (mail_login, after))
    assert (first.level, failed.level, last.check) == (Level.OK, Level.ERROR, "after")
    assert failed.check == "mail login"
    assert failed.remedy
    assert exit_code([first, failed, last]) == code


def test_quick_asks_less(ground: Ground):
    assert set(QUICK_CHECKS) < set(CHECKS)
    asked: list[str] = []
    examine(replace(ground, quick=True), on_check=asked.append)
    assert len(asked) == len(QUICK_CHECKS)


def test_little_room_is_a_warning_that_says_where(ground: Ground, monkeypatch: pytest.MonkeyPatch):
    assert all(one.level is Level.OK for one in machine.disk(ground))
    monkeypatch.setattr(machine, "LOW_DISK", 10**18)
    found = list(machine.disk(ground))
    assert {one.level for one in found} == {Level.WARNING}
    assert str(ground.config.backups) in found[-1].what


def test_a_log_that_grows_without_end_is_a_warning(ground: Ground, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(machine, "LARGE_LOG", 10)
    ground.archive.with_name("shiftwatch.db-wal").write_bytes(b"x" * 11)
    (found,) = machine.write_ahead_log(ground)
    assert found.level is Level.WARNING
    assert "fuser" in found.remedy


def test_a_file_where_a_folder_should_be_is_an_error(ground: Ground):
    assert ground.config.captures
    ground.config.captures.write_text("mine")
    assert [one.what for one in machine.folders(ground) if one.level is Level.ERROR] == [
        f"{ground.config.captures}: is no folder, but the captures belong into {ground.config.captures}"
    ]


def test_an_old_sqlite_is_an_error(ground: Ground, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(machine.sqlite3, "sqlite_version_info", (3, 36, 0))
    assert Level.ERROR in {one.level for one in machine.sqlite_version(ground)}


def test_a_clock_from_before_the_program_is_an_error(ground: Ground):
    Archive.open(ground.archive).close()
    (found,) = clock(replace(ground, now=datetime(1970, 1, 1, tzinfo=UTC)))
    assert found.level is Level.ERROR


def test_a_reader_that_cannot_start_is_an_error(ground: Ground, monkeypatch: pytest.MonkeyPatch):
    from monitor.model import Trouble, TroubleKind

    class NoPool:
        def __init__(self, *_: object, **__: object) -> None: ...

        async def run(self, *_: object, **__: object) -> Trouble:
            return Trouble(kind=TroubleKind.KILLED, reason="no memory")

        def close(self, **_: object) -> None: ...

    monkeypatch.setattr(machine, "WorkerPool", NoPool)
    (found,) = machine.workers(ground)
    assert (found.level, "no memory" in found.what) == (Level.ERROR, True)
