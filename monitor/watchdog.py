"""Whether the process still moves: told to systemd, and when it does not, ended so that it is started again.

    loop ── beat() ──► Watchdog's thread: no beat for a minute ──► every thread's stack on standard error, exit code 70
       └─ sd_notify ──► systemd: READY, WATCHDOG, RELOADING, STOPPING (sd_notify(3); a datagram is all it takes)

A process that was stopped or suspended as a whole has missed its beats for a good reason: the thread counts its own
rounds, not the time that went by, and it does not go round while everything stands. A loop that holds the interpreter
itself stops the thread too; then it is systemd that misses the beats.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

STUCK_AFTER = 60.0  # seconds without a beat
STUCK_CODE = 70  # EX_SOFTWARE of sysexits.h
_ROUND = 1.0

log = logging.getLogger("shiftwatch.watchdog")


class Systemd:
    """Tells the service manager how we are, when there is one (``NOTIFY_SOCKET``); else does nothing. Never raises."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._address = env.get("NOTIFY_SOCKET", "")
        usec = env.get("WATCHDOG_USEC", "")
        ours = env.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
        self.beat_every = int(usec) / 1e6 / 3 if usec.isdecimal() and int(usec) and ours else None

    def tell(self, **state: str | int) -> None:
        """Send e.g. ``READY=1`` and ``STATUS=…``."""
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        text = "\n".join(f"{name}={' '.join(str(value).split())}" for name, value in state.items())
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
            to.settimeout(1)
            to.sendto(text.encode(), address)

    def reloading(self) -> None:
        """A reload has begun; ``READY=1`` ends it."""
        self.tell(RELOADING=1, MONOTONIC_USEC=time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)


class Watchdog:
    """A thread that ends the process when ``beat`` has not been called for ``seconds``, or when ``end_within`` is over.

    ``leave`` is what ends it, for tests; it is not expected to come back.
    """

    def __init__(self, seconds: float = STUCK_AFTER, *, leave: Callable[[int], object] | None = None) -> None:
        self._seconds = seconds
        self._round = min(_ROUND, seconds / 4)
        self._beats = 0
        self._limit = seconds
        self._ending = False
        self._closed = threading.Event()
        self._leave = leave or _leave
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def __enter__(self) -> Watchdog:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._thread.join(5)

    def beat(self) -> None:
        """The loop has come round."""
        self._beats += 1

    def end_within(self, seconds: float) -> None:
        """From now on beats count no more: the process is to be over in so many seconds."""
        self._limit = seconds
        self._ending = True

    def _watch(self) -> None:
        seen, ending, missed = self._beats, False, 0.0
        while not self._closed.wait(self._round):
            fresh = self._beats != seen and not self._ending
            if fresh or ending is not self._ending:
                seen, ending, missed = self._beats, self._ending, 0.0
                continue
            missed += self._round
            if missed >= self._limit:
                log.critical(
                    "could not end within %g s; leaving as it is, the archive is sound at any moment" if ending else
                    "the loop has not come round for %g s; ending the process so that it is started again", self._limit
                )  # fmt: skip
                self._leave(STUCK_CODE)
                return


def _leave(code: int) -> None:
    """End at once, with every thread's stack on standard error for whoever looks into it, and without children."""
    with suppress(Exception):
        faulthandler.dump_traceback(file=sys.__stderr__ or 2, all_threads=True)
    with suppress(Exception):
        for child in children():
            with suppress(OSError):
                os.kill(child, signal.SIGKILL)
    os._exit(code)


def end_children() -> None:
    """End what is left of our helpers (the workers' fork server) and wait; nothing of ours is in them by then."""
    for child in children():
        with suppress(OSError):
            os.kill(child, signal.SIGKILL)
        with suppress(OSError):  # a grandchild is not ours to wait for
            os.waitpid(child, 0)


def children() -> list[int]:
    """The process ids of our children and theirs, as far as the system tells."""
    found, waiting = [], [os.getpid()]
    while waiting:
        of = waiting.pop()
        with suppress(OSError):
            for task in Path(f"/proc/{of}/task").iterdir():
                fresh = [int(word) for word in (task / "children").read_text("ascii").split()]
                found += fresh
                waiting += fresh
    return found
