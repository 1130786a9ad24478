"""One writer at a time; the kernel gives the lock back when its holder dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from db.archive import Archive
from db.lock import ArchiveLock
from monitor.errors import AlreadyRunning, ArchiveError
from monitor.query import Query

ROOT = Path(__file__).parents[2]
HOLD = (
    "import sys; from pathlib import Path; from db.lock import ArchiveLock\n"
    "with ArchiveLock(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
)


def test_a_second_writer_is_told_who_and_since_when(path: Path):
    with (
        ArchiveLock(path),
        pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}, since \d{{4}}-\d\d-\d\dT.*Z") as caught,
        ArchiveLock(path),
    ):
        raise AssertionError
    assert caught.value.exit_code == 4
    with ArchiveLock(path):
        pass


def test_the_lock_of_a_killed_process_is_free(path: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout
        assert process.stdin
        process.stdout.readline()
        with pytest.raises(AlreadyRunning, match=f"process {process.pid}"), ArchiveLock(path):
            raise AssertionError
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    with ArchiveLock(path):
        pass


def test_a_link_to_the_archive_leads_to_the_same_lock(path: Path, tmp_path: Path):
    link = tmp_path / "elsewhere" / "link.db"
    link.parent.mkdir()
    Archive.open(path).close()
    link.symlink_to(path)
    with ArchiveLock(path), pytest.raises(AlreadyRunning), ArchiveLock(link):
        raise AssertionError
    with Archive.open(link) as archive:
        assert archive.count(Query()) == 0
    assert [file.name for file in link.parent.iterdir()] == ["link.db"]


def test_questions_are_answered_meanwhile(path: Path):
    Archive.open(path).close()
    with ArchiveLock(path), Archive.open_for_reading(path) as archive:
        assert archive.count(Query()) == 0


def test_the_lock_file_is_its_owners_alone_and_what_it_says_is_never_trusted(path: Path):
    lock = path.with_name(path.name + ".lock")
    lock.write_bytes(b"\xff\x00 not a pid\x1b[31m" * 100)
    with ArchiveLock(path):
        lock.write_bytes(b"\xff\x00 not a pid\x1b[31m")
        with pytest.raises(AlreadyRunning, match="another process") as caught, ArchiveLock(path):
            raise AssertionError
        assert "\x1b" not in str(caught.value)
    lock.unlink()
    with ArchiveLock(path):
        assert lock.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_does_not_exist_is_one_line(tmp_path: Path):
    with pytest.raises(ArchiveError, match="folder does not exist"), ArchiveLock(tmp_path / "no" / "a.db"):
        raise AssertionError
