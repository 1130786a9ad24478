"""Several at once, and other programs that hold the archive: one works, the others say why they do not."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.commands import Ran
from tests.faults.newsroom import ENV, Folder, Injected, folder, one_line, watched

IMPATIENT = """
import sys
from db import connect
connect.BUSY_MS = int(sys.argv.pop(1))
from monitor.cli import main
main()
"""


def collect_with_patience(room: Folder, milliseconds: int, *arguments: str) -> Ran:
    done = subprocess.run(
        [sys.executable, "-c", IMPATIENT, str(milliseconds), "collect", *arguments],
        cwd=room.at, env=ENV, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


@contextlib.contextmanager
def held(room: Folder, seconds: float = 3600) -> Iterator[None]:
    """A second connection that holds the write lock, for so long or to the end of the context."""
    up, end = threading.Event(), threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(room.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            up.set()
            end.wait(seconds)
            other.execute("ROLLBACK")

    thread = threading.Thread(target=hold)
    thread.start()
    assert up.wait(10)
    try:
        yield
    finally:
        end.set()
        thread.join()


def crowd(parent: Path, times: int, *, size: int = 3) -> Injected:
    """Cron over itself: ``size`` passes started in the same moment."""
    lost = doubled = 0
    with watched() as (web, served):
        for _ in range(times):
            room = folder(parent, web, served)
            every = [
                subprocess.Popen(
                    [sys.executable, "-m", "monitor", command], cwd=room.at, env=ENV,
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                )
                for command in ["collect"] * size
            ]  # fmt: skip
            ends = [(process.communicate(timeout=60)[1], process.returncode, process.pid) for process in every]
            worked = [pid for _, code, pid in ends if code == 0]
            assert sorted(code for _, code, _ in ends) == [0] + [4] * (size - 1), ends
            for said, code, _ in ends:
                if code:
                    one_line(Ran(code, "", said), f"process {worked[0]}, since", "wait for it or stop it")
            more = room.clean()
            lost, doubled = lost + more[0], doubled + more[1]
    return Injected(fault=f"{size} passes started at the same moment", times=times, lost=lost, doubled=doubled)


def locked(parent: Path, times: int) -> Injected:
    """A short lock goes unnoticed; a long one is one clear line, and the next pass makes good."""
    lost = doubled = 0
    with watched() as (web, served):
        for _ in range(times):
            room = folder(parent, web, served)
            assert room.run("collect", "cbp").code == 0
            with held(room):
                long = collect_with_patience(room, 1000)
            assert long.code == 3, long.err
            one_line(long, str(room.path), "another program has held it locked for 1 s", "close that program")
            with held(room, 1.5):
                short = room.run("collect")
            assert (short.code, short.err) == (0, ""), short.err
            more = room.clean()
            lost, doubled = lost + more[0], doubled + more[1]
    return Injected(fault="write lock held by another program", times=2 * times, lost=lost, doubled=doubled)


def endless_reader(parent: Path, times: int) -> Injected:
    """A reader that never ends holds up no pass; the log is bounded again as soon as it has gone."""
    lost = doubled = 0
    with watched() as (web, served):
        for _ in range(times):
            room = folder(parent, web, served)
            assert room.run("collect", "cbp").code == 0
            log = room.path.with_name(room.path.name + "-wal")
            with closing(sqlite3.connect(room.path, isolation_level=None)) as reader:
                reader.execute("BEGIN")
                before = reader.execute("SELECT count(*) FROM stories").fetchone()
                first = room.run("collect")
                assert (first.code, first.err) == (0, "")
                grown = log.stat().st_size
                for _ in range(2):
                    ran = room.run("collect", "--force")
                    assert (ran.code, ran.err) == (0, "")
                assert log.stat().st_size < grown + 1_000_000, "passes without news hardly add to it"
                assert reader.execute("SELECT count(*) FROM stories").fetchone() == before
            more = room.clean()
            assert not log.exists() or log.stat().st_size == 0
            lost, doubled = lost + more[0], doubled + more[1]
    return Injected(fault="a reader that never ends", times=times, lost=lost, doubled=doubled)


def test_of_passes_started_at_once_one_works_and_the_others_name_it(tmp_path: Path):
    assert crowd(tmp_path, 1) == Injected(fault="3 passes started at the same moment", times=1)


def test_a_short_lock_is_waited_for_and_a_long_one_is_told(tmp_path: Path):
    assert locked(tmp_path, 1) == Injected(fault="write lock held by another program", times=2)


def test_a_reader_that_never_ends_holds_up_nothing(tmp_path: Path):
    assert endless_reader(tmp_path, 1) == Injected(fault="a reader that never ends", times=1)
