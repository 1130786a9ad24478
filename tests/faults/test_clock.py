"""Clocks that jump ten years and back, and a process that is stopped in the middle of its work."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.app import collect_once
from monitor.config import load
from tests.faults.newsroom import SITES, Injected, folder, watched
from tests.faults.test_killed import until_at_work

YEARS = timedelta(days=3653)


class ShiftedClock:
    """The real time and an error."""

    def __init__(self) -> None:
        self.error = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.error


def clock_jumps(parent: Path, times: int) -> Injected:
    """Passes with the clock ten years ahead (or behind), then right again: each channel is asked in each of them."""
    lost = doubled = 0
    clock = ShiftedClock()
    with watched() as (web, served):
        for number in range(times):
            room = folder(parent, web, served)
            config = load(room.at / "shiftwatch.toml", cwd=room.at, env=os.environ)
            for error in (YEARS, timedelta(0)) if number % 2 == 0 else (timedelta(0), YEARS, -YEARS, timedelta(0)):
                clock.error = error
                done = asyncio.run(collect_once(config, clock=clock))
                looked = {one.source for one in done.passes if one.polled}
                assert looked == set(SITES), f"{set(SITES) - looked} would have waited"
            assert room.rows("SELECT count(*) FROM channels WHERE next_poll_at > datetime('now', '+9 days')") == [(0,)]
            more = room.clean()
            lost, doubled = lost + more[0], doubled + more[1]
    return Injected(fault="clock ten years ahead or behind, and back", times=times, lost=lost, doubled=doubled)


def suspended(parent: Path, times: int) -> Injected:
    """The daemon is stopped for some seconds at a random moment and goes on."""
    chance = random.Random(9)
    lost = doubled = 0
    with watched() as (web, served):
        for _ in range(times):
            room = folder(parent, web, served)
            process = room.start("run")
            until_at_work(room, process)
            time.sleep(chance.uniform(0, 1.5))
            os.killpg(process.pid, signal.SIGSTOP)
            time.sleep(chance.uniform(0.5, 2))
            os.killpg(process.pid, signal.SIGCONT)
            time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0, room.said
            assert "Traceback" not in room.said
            more = room.clean()
            lost, doubled = lost + more[0], doubled + more[1]
    return Injected(fault="stopped (SIGSTOP) and going on", times=times, lost=lost, doubled=doubled)


def test_a_clock_ten_years_ahead_and_back_locks_no_channel_out(tmp_path: Path):
    assert clock_jumps(tmp_path, 2) == Injected(fault="clock ten years ahead or behind, and back", times=2)


def test_a_daemon_that_was_stopped_goes_on(tmp_path: Path):
    assert suspended(tmp_path, 1) == Injected(fault="stopped (SIGSTOP) and going on", times=1)
