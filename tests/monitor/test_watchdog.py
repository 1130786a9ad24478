"""A process that does not move is ended; one that was stopped as a whole is not; systemd is told."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from monitor.watchdog import STUCK_CODE, Systemd, Watchdog

STUCK = """
import asyncio, multiprocessing, sys, time
from monitor.watchdog import Watchdog
async def main():
    with Watchdog(float(sys.argv[1])) as dog:
        for _ in range(int(sys.argv[2])):
            dog.beat()
            print("beat", flush=True)
            await asyncio.sleep(0.1)
        while True:
            time.sleep(0.01)  # the loop does not come round any more
asyncio.run(main())
"""


def stuck(seconds: float, beats: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", STUCK, str(seconds), str(beats)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def test_a_stuck_loop_ends_the_process_with_every_stack_on_record():
    process = stuck(0.5, 3)
    began = time.monotonic()
    _, err = process.communicate(timeout=20)
    assert process.returncode == STUCK_CODE
    assert time.monotonic() - began < 10
    assert "the loop has not come round for 0.5 s" in err
    assert "in main" in err


def test_a_process_that_was_stopped_has_an_excuse():
    process = stuck(1.0, 60)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGSTOP)
    time.sleep(2.5)
    process.send_signal(signal.SIGCONT)
    time.sleep(0.7)
    try:
        assert process.poll() is None
    finally:
        process.kill()
        process.communicate()


def test_who_has_been_told_to_end_must_end():
    left: list[int] = []
    over = threading.Event()

    def leave(code: int) -> None:
        left.append(code)
        over.set()

    with Watchdog(0.4, leave=leave) as dog:
        dog.beat()
        dog.end_within(0.2)
        for _ in range(20):
            dog.beat()  # beats count no more
            if over.wait(0.1):
                break
    assert left == [STUCK_CODE]


def test_systemd_is_told(tmp_path: Path):
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(path))
        listening.settimeout(5)
        systemd = Systemd({"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())})
        assert systemd.beat_every == 10
        systemd.tell(READY=1, STATUS="watching 6 sources\nREADY=0")
        assert listening.recv(1000) == b"READY=1\nSTATUS=watching 6 sources READY=0"
        systemd.reloading()
        assert listening.recv(1000).startswith(b"RELOADING=1\nMONOTONIC_USEC=")


@pytest.mark.parametrize("env", [{}, {"NOTIFY_SOCKET": "/nowhere/at/all", "WATCHDOG_USEC": "x"}])
def test_without_systemd_nothing_happens(env: dict[str, str]):
    systemd = Systemd(env)
    systemd.tell(READY=1)
    assert systemd.beat_every is None


def test_another_process_watchdog_is_not_ours():
    assert Systemd({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}).beat_every is None
