"""The daemon through the command line: it collects, reloads, refuses a second one, ends when told."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.demo.server import Served
from monitor.demo.web import DemoWeb
from tests.commands import configuration, served_in_thread, shiftwatch

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def web() -> DemoWeb:
    return DemoWeb(datetime.now(UTC))


@pytest.fixture(scope="module")
def served(web: DemoWeb) -> Iterator[Served]:
    with served_in_thread(web) as served:
        yield served


@pytest.fixture
def room(tmp_path: Path, served: Served) -> Path:
    configuration(tmp_path, served.sources, served.allow_private)
    return tmp_path


class Daemon:
    """``shiftwatch run`` in a folder; what it says is kept in ``log``."""

    def __init__(self, room: Path, program: tuple[str, ...] = ("-m", "monitor")) -> None:
        self._log = room / "daemon.log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, *program, "run"], cwd=room, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=log
            )

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8")

    def until(self, condition: Callable[[], object], seconds: float = 40) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < end, self.log
            time.sleep(0.05)

    def family(self) -> set[int]:
        """Its process and those it has started."""
        found: set[int] = {self.process.pid}
        for one in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                if int((one / "stat").read_text().rpartition(")")[2].split()[1]) in found:
                    found.add(int(one.name))
        return found

    def kill(self) -> None:
        """Make sure that it is gone."""
        self.process.kill()
        self.process.wait()

    def end(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Seconds it took to end, after which none of its processes is left."""
        family = self.family()
        began = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(30) == 0, self.log
        took = time.monotonic() - began
        assert not {pid for pid in family if Path(f"/proc/{pid}").exists()}, "it left children behind"
        return took


@pytest.fixture
def daemon(room: Path) -> Iterator[Daemon]:
    daemon = Daemon(room)
    yield daemon
    daemon.kill()


def rows(room: Path, sql: str) -> list[tuple[Any, ...]]:
    try:
        with closing(sqlite3.connect(f"file:{room / 'shiftwatch.db'}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchall()
    except sqlite3.OperationalError:  # not there yet
        return [(0,)]


def collected(room: Path, web: DemoWeb) -> bool:
    return rows(room, "SELECT count(*) FROM stories WHERE text_from <> 'lead'") == [(len(list(web.announced())),)]


def test_it_collects_refuses_a_second_one_reloads_and_ends_when_told(room: Path, web: DemoWeb, daemon: Daemon):
    daemon.until(lambda: collected(room, web))
    daemon.until(lambda: rows(room, "SELECT count(*) FROM match_queue") == [(0,)])

    second = shiftwatch("run", cwd=room)
    assert second.code == 4
    assert f"process {daemon.process.pid}," in second.err
    assert shiftwatch("collect", cwd=room).code == 4
    assert shiftwatch("stories", "--json", cwd=room).code == 0, "who only reads is not in the way"

    config = room / "shiftwatch.toml"
    sound = config.read_text("utf-8")
    config.write_text(f"{sound}\n[network2]\n", "utf-8")
    daemon.process.send_signal(signal.SIGHUP)
    daemon.until(lambda: "the one in force stays" in daemon.log)
    line = len(sound.splitlines()) + 2
    assert f"shiftwatch.toml:{line}: network2: unknown key" in daemon.log
    assert rows(room, "SELECT enabled FROM sources WHERE id = 'cbp'") == [(1,)]

    config.write_text(sound.replace("[sources.cbp]", "[sources.cbp]\nenabled = false"), "utf-8")
    daemon.process.send_signal(signal.SIGHUP)
    daemon.until(lambda: rows(room, "SELECT enabled FROM sources WHERE id = 'cbp'") == [(0,)])
    assert "configuration reloaded: watching 5 source(s)" in daemon.log

    config.write_text(sound.replace('delay = "0s"', 'delay = "1ms"'), "utf-8")  # another client has to be made
    daemon.process.send_signal(signal.SIGHUP)
    daemon.until(lambda: "configuration reloaded: watching 6 source(s)" in daemon.log)

    assert daemon.end() < 10
    assert "Traceback" not in daemon.log
    assert not (room / "shiftwatch.db-wal").exists(), "the archive was closed as it should be"
    assert rows(room, "PRAGMA integrity_check") == [("ok",)]


def test_it_ends_in_the_middle_of_its_work_and_the_next_run_misses_nothing(room: Path, web: DemoWeb, daemon: Daemon):
    daemon.until(lambda: rows(room, "SELECT count(*) FROM polls")[0][0])
    assert daemon.end(signal.SIGINT) < 10
    assert rows(room, "PRAGMA integrity_check") == [("ok",)]
    again = Daemon(room)
    try:
        again.until(lambda: collected(room, web))
        assert again.end() < 10
    finally:
        again.kill()
    assert rows(room, "SELECT count(*) FROM versions WHERE number > 1") == [(0,)]


def test_it_survives_kill_nine_and_a_stop(room: Path, web: DemoWeb, daemon: Daemon):
    daemon.until(lambda: rows(room, "SELECT count(*) FROM stories")[0][0])
    daemon.process.send_signal(signal.SIGSTOP)
    time.sleep(2)
    daemon.process.send_signal(signal.SIGCONT)
    time.sleep(0.3)
    daemon.process.kill()
    daemon.process.wait()
    again = Daemon(room)
    try:
        again.until(lambda: collected(room, web))
        assert again.end() < 10
    finally:
        again.kill()


STUCK = """
import time
from monitor import app_service, watchdog
watchdog.Watchdog.__init__.__defaults__ = (1.0,)
from datetime import timedelta
from monitor.cli import main
from monitor.service import Chore
async def sticks():
    time.sleep(3600)
app_service.chores = lambda room: [Chore(name="sticks", every=timedelta(hours=1), run=sticks)]
main()
"""


def test_a_stuck_loop_ends_it_with_a_code_that_has_it_started_again(room: Path):
    daemon = Daemon(room, ("-c", STUCK))
    try:
        assert daemon.process.wait(60) == 70
    finally:
        daemon.kill()
    assert "has not come round" in daemon.log
    assert "in sticks" in daemon.log


def test_a_broken_configuration_is_told_before_anything_is_touched(tmp_path: Path):
    (tmp_path / "shiftwatch.toml").write_text('[network]\ndelay = "fast"\n', "utf-8")
    ran = shiftwatch("run", cwd=tmp_path)
    assert ran.code == 2
    assert "shiftwatch.toml:2: network.delay" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["shiftwatch.toml"]


@pytest.mark.parametrize("what", ["TABLE stories", "TABLE notices", "VIEW coverage_gaps", "TRIGGER match_again"])
@pytest.mark.parametrize("command", ["collect", "stories"])
def test_an_archive_that_lost_a_part_is_refused(room: Path, what: str, command: str):
    config = room / "shiftwatch.toml"
    config.write_text("", "utf-8")
    from db.archive import Archive

    Archive.open(room / "shiftwatch.db").close()
    with closing(sqlite3.connect(room / "shiftwatch.db")) as db, db:
        db.execute(f"DROP {what}")
    ran = shiftwatch(command, cwd=room)
    assert ran.code == 3
    assert f"lacks {what.split()[1]}" in ran.err or "match_" in ran.err
