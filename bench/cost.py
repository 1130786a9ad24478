"""Measuring a whole command: wall time, CPU seconds of it and all its children, peak memory."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Cost:
    """``wall`` and ``cpu`` in seconds (children and their children included), ``peak`` resident MB of the largest."""

    wall: float
    cpu: float
    peak: float
    code: int
    output: str
    errors: str


def measure(command: Sequence[str], *, env: dict[str, str] | None = None, ok: Sequence[int] = (0,)) -> Cost:
    """Run ``command`` to its end and give what it cost. Raises RuntimeError when it ends with a code not in ``ok``.

    Worker processes outlive their parent by a moment and would be reaped by init unseen; so the command runs under a
    small process of ours that adopts them, waits for all of them, and tells what they used together.
    """
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_measured, args=(list(command), env or {}, sender))
    process.start()
    cost: Cost = receiver.recv()
    process.join()
    if cost.code not in ok:
        raise RuntimeError(f"{' '.join(command)} ended with {cost.code}:\n{cost.output[-4000:]}\n{cost.errors[-4000:]}")
    return cost


def _measured(command: list[str], env: dict[str, str], sender: Connection) -> None:
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    began = time.perf_counter()
    # Compiled modules are kept, as an installed package has them, whatever this shell prefers.
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **env},
        capture_output=True,
        text=True,
        check=False,
    )
    wall = time.perf_counter() - began
    with contextlib.suppress(ChildProcessError):
        while True:  # the adopted ones
            os.waitpid(-1, 0)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    sender.send(
        Cost(
            wall=wall,
            cpu=used.ru_utime + used.ru_stime,
            peak=used.ru_maxrss / 1024,
            code=done.returncode,
            output=done.stdout,
            errors=done.stderr,
        )
    )


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows as aligned plain text."""
    cells = [list(map(str, headings)), *[[_cell(value) for value in row] for row in rows]]
    widths = [max(len(row[at]) for row in cells) for at in range(len(headings))]
    lines = [
        "  ".join(
            value.ljust(w) if at == 0 else value.rjust(w) for at, (value, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _cell(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def progress(text: str) -> None:
    """A line about long work, on standard error."""
    print(text, file=sys.stderr, flush=True)


def children_of(pid: int) -> list[int]:
    """The processes that ``pid`` has started, by whichever of its threads; none when it has gone."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (thread / "children").read_text().split())
    return found
