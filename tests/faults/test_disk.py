"""A disk that is full, fails or forgets what it was not told to keep: one clear line, and all is made good later."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.archive import Archive
from tests.db.filed import rows
from tests.faults.newsroom import ENV, ROOT, Injected, folder, kill, one_line, until, watched

TINY = """
set -e
mount -t tmpfs -o size="$1"k tmpfs "$2"
cp "$3"/shiftwatch.toml "$2"
cd "$2"
set +e
"$4" -m monitor collect 2>&1 >/dev/null; echo "code $?"
"$4" -m monitor collect 2>&1 >/dev/null; echo "code $?"
"$4" -m monitor stories --json >/dev/null; echo "code $?"
mount -o remount,size=64m "$2"
"$4" -m monitor collect 2>&1; echo "code $?"
cp shiftwatch.db shiftwatch.db-wal "$3" 2>/dev/null
true
"""
MAY_MOUNT = subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode == 0
COMPILER = shutil.which("cc")


def full_disk(parent: Path, times: int) -> Injected:
    """A tmpfs of some 100 kB to 1 MB that is made larger after two passes."""
    chance = random.Random(5)
    lost = doubled = 0
    with watched() as (web, served):
        for _ in range(times):
            room, tiny = folder(parent, web, served), folder(parent, web, served).at
            size = chance.randrange(100, 700)
            done = subprocess.run(
                ["unshare", "-rm", "sh", "-c", TINY, "sh", str(size), str(tiny), str(room.at), sys.executable],
                env=ENV, capture_output=True, text=True, timeout=120, check=False,
            )  # fmt: skip
            said = done.stdout.splitlines()
            codes = [line for line in said if line.startswith("code ")]
            assert codes[:2] == ["code 3", "code 3"], (size, done)
            assert codes[-1] == "code 0", (size, done)
            errors = [line for line in said if line.startswith("shiftwatch:")]
            assert len(errors) == 2, (size, said)
            for line in errors:
                assert "make room" in line or "No space left" in line, line
                assert "Traceback" not in done.stdout + done.stderr
            more = room.clean()
            lost, doubled = lost + more[0], doubled + more[1]
    return Injected(fault="disk full (tmpfs) in two passes", times=2 * times, lost=lost, doubled=doubled)


def shim(parent: Path) -> str:
    assert COMPILER
    made = parent / "broken_disk.so"
    source = Path(__file__).with_name("broken_disk.c")
    subprocess.run([COMPILER, "-shared", "-fPIC", "-O1", "-o", made, source, "-ldl"], check=True)
    return str(made)


def failing_disk(parent: Path, times: int) -> Injected:
    """EIO from the nth write to the archive or its log on."""
    chance = random.Random(6)
    lost = doubled = 0
    made = shim(parent)
    with watched() as (web, served):
        room = folder(parent, web, served)
        for number in range(times):
            if number % 3 == 0:
                room = folder(parent, web, served)
            failed = room.run("collect", "--force", LD_PRELOAD=made, FAULT_EIO=str(chance.randrange(1, 400)))
            if failed.code == 0:  # it had less to write
                continue
            assert failed.code == 3, failed
            one_line(failed, "shiftwatch.db", "disk")
            if number % 3 == 2 or number == times - 1:
                more = room.clean()
                lost, doubled = lost + more[0], doubled + more[1]
    return Injected(fault="I/O error (EIO) from some write on", times=times, lost=lost, doubled=doubled)


MAKES = """
import sys
from pathlib import Path
from db.archive import Archive
from monitor.errors import ArchiveError
try:
    Archive.open(Path(sys.argv[1])).close()
except ArchiveError as error:
    sys.exit(str(error))
"""


def failing_while_made(parent: Path, times: int) -> Injected:
    """EIO from the nth write on while an archive is made: there is none then, or one that is whole."""
    chance = random.Random(4)
    harmed = 0
    made = shim(parent)
    path = parent / "made" / "shiftwatch.db"
    path.parent.mkdir()
    for _ in range(times):
        given = {**ENV, "LD_PRELOAD": made, "FAULT_EIO": str(chance.randrange(1, 460))}
        command = [sys.executable, "-c", MAKES, str(path)]
        done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr
        assert (done.returncode == 0) == (done.stderr == "")
        if path.exists():
            again = subprocess.run(command, cwd=ROOT, env=ENV, capture_output=True, text=True, check=False)
            harmed += again.returncode != 0
        for leftover in path.parent.iterdir():
            leftover.unlink()
    return Injected(fault="I/O error while the archive is made", times=times, lost=harmed)


def power_cut(parent: Path, times: int) -> Injected:
    """The archive and its log as they stand at a random moment, the log cut anywhere."""
    chance = random.Random(8)
    lost = doubled = 0
    with watched() as (web, served):
        for _ in range(times):
            room, after = folder(parent, web, served), folder(parent, web, served)
            process = room.start("collect")
            until(lambda room=room: room.filed() or room.path.with_name("shiftwatch.db-wal").exists())
            time.sleep(chance.uniform(0, 1.2))
            process.send_signal(signal.SIGSTOP)  # so that both are of one moment
            time.sleep(0.02)
            shutil.copy(room.path, after.path)
            log = room.path.with_name("shiftwatch.db-wal")
            if log.exists() and process.poll() is None:
                whole = log.read_bytes()
                after.path.with_name(log.name).write_bytes(whole[: chance.randint(0, len(whole))])
            kill(process)
            more = after.clean()
            lost, doubled = lost + more[0], doubled + more[1]
    return Injected(fault="power cut: the log cut anywhere", times=times, lost=lost, doubled=doubled)


SENDS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from db.archive import Archive
with Archive.open(Path(sys.argv[1])) as archive:
    with archive.outbox() as outbox:
        (letter,) = outbox.waiting(datetime.now(UTC), digests=None, limit=1)
        outbox.hand(letter.id, datetime.now(UTC))
    with archive.outbox() as outbox:
        outbox.sent(letter.id, datetime.now(UTC))
    print("sent", flush=True)
    sys.stdin.read()
"""


def sent_and_cut(parent: Path, times: int) -> Injected:
    """Power fails right after a mail was noted as sent; the disk keeps only what it was told to make sure of."""
    from tests.faults.test_mail import keep

    forgotten = 0
    made = shim(parent)
    for number in range(times):
        path = parent / f"cut{number}" / "shiftwatch.db"
        path.parent.mkdir()
        with Archive.open(path) as archive:
            keep(archive, "a@example.org", at=datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1))
        synced = path.parent / "synced"
        process = subprocess.Popen(
            [sys.executable, "-c", SENDS, str(path)], cwd=ROOT, text=True,
            env={**ENV, "LD_PRELOAD": made, "FAULT_SYNCED": str(synced)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout and process.stdin
        assert process.stdout.readline() == "sent\n"
        kill(process)
        process.stdin.close()
        process.stdout.close()
        os.truncate(path.with_name("shiftwatch.db-wal"), int(synced.read_text()) if synced.exists() else 0)
        forgotten += rows(path, "SELECT state FROM deliveries") != [("sent",)]
    return Injected(fault="power cut right after a mail was sent", times=times, doubled=forgotten)


@pytest.mark.skipif(not MAY_MOUNT, reason="may not mount a tmpfs here")
def test_a_full_disk_is_told_and_all_is_made_good_when_there_is_room(tmp_path: Path):
    assert full_disk(tmp_path, 1) == Injected(fault="disk full (tmpfs) in two passes", times=2)


@pytest.mark.skipif(not COMPILER, reason="needs a C compiler")
def test_a_disk_that_fails_is_told_and_costs_no_story(tmp_path: Path):
    assert failing_disk(tmp_path, 3) == Injected(fault="I/O error (EIO) from some write on", times=3)


@pytest.mark.skipif(not COMPILER, reason="needs a C compiler")
def test_a_disk_that_fails_while_an_archive_is_made_leaves_none_or_a_whole_one(tmp_path: Path):
    assert failing_while_made(tmp_path, 8) == Injected(fault="I/O error while the archive is made", times=8)


def test_a_power_cut_costs_no_story(tmp_path: Path):
    assert power_cut(tmp_path, 2) == Injected(fault="power cut: the log cut anywhere", times=2)


@pytest.mark.skipif(not COMPILER, reason="needs a C compiler")
def test_what_was_sent_stays_known_as_sent_whatever_the_power_does(tmp_path: Path):
    assert sent_and_cut(tmp_path, 2) == Injected(fault="power cut right after a mail was sent", times=2)
