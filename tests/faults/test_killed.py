"""Killed at random moments while collecting, as a pass and as a daemon: each story once, nobody left behind."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from pathlib import Path

from tests.faults.newsroom import Folder, Injected, folder, kill, left, until, watched

ROUND = 4  # kills in one archive: the later ones meet one that is half filled


def until_at_work(room: Folder, process: subprocess.Popen[str]) -> None:
    """Until it holds the lock, or has ended."""
    lock = room.at / "shiftwatch.db.lock"
    until(lambda: (lock.exists() and lock.read_text().startswith(f"{process.pid} ")) or process.poll() is not None)


def struck_down(room: Folder, command: str, chance: random.Random) -> None:
    """Start ``command`` and kill it at some moment after it took the lock."""
    process = room.start(command)
    until_at_work(room, process)
    time.sleep(chance.uniform(0, 1.5))
    kill(process)
    until(lambda: not left(process.pid), 10)


def killed(parent: Path, times: int) -> Injected:
    chance = random.Random(20261124)
    lost = doubled = 0
    with watched() as (web, served):
        for start in range(0, times, ROUND):
            room = folder(parent, web, served)
            before = 0
            for number in range(start, min(start + ROUND, times)):
                struck_down(room, ("collect", "run")[number % 2], chance)
                assert room.filed() >= before, "what was filed stays"
                before = room.filed()
            more = room.clean()
            lost, doubled = lost + more[0], doubled + more[1]
    return Injected(fault="killed (SIGKILL) in a pass or in the daemon", times=times, lost=lost, doubled=doubled)


def told_to_end(parent: Path, times: int) -> Injected:
    """SIGTERM and SIGINT at any moment, the first ones too: within 10 seconds, code 0, no process left."""
    chance = random.Random(7)
    lost = doubled = 0
    with watched() as (web, served):
        for start in range(0, times, ROUND):
            room = folder(parent, web, served)
            for number in range(start, min(start + ROUND, times)):
                process = room.start(("run", "collect")[number % 2])
                until_at_work(room, process)
                time.sleep(chance.uniform(0, 1.2))
                process.send_signal((signal.SIGTERM, signal.SIGINT)[number // 2 % 2])
                assert process.wait(10) == 0, room.said
                assert not left(process.pid), "it left children behind"
                assert "Traceback" not in room.said
            more = room.clean()
            lost, doubled = lost + more[0], doubled + more[1]
    return Injected(fault="told to end (SIGTERM, SIGINT)", times=times, lost=lost, doubled=doubled)


def test_killed_at_any_moment_each_story_is_there_once(tmp_path: Path):
    assert killed(tmp_path, 4) == Injected(fault="killed (SIGKILL) in a pass or in the daemon", times=4)


def test_told_to_end_at_any_moment_it_ends_with_nothing_half_done(tmp_path: Path):
    assert told_to_end(tmp_path, 4) == Injected(fault="told to end (SIGTERM, SIGINT)", times=4)
