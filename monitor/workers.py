"""Where reading runs: processes that are killed at their limits, since feeds and pages can be made to spin."""

from __future__ import annotations

import asyncio
import gc
import logging
import multiprocessing
import os
import resource
import signal
import warnings
from collections.abc import Callable
from concurrent.futures import TimeoutError as DeadlinePassed
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from monitor.model import Trouble, TroubleKind

if TYPE_CHECKING:
    from pebble import ProcessPool

P = ParamSpec("P")
T = TypeVar("T")

# What every worker needs; beside it the module of the first reading asked for, so that a pass over feeds alone does
# not pay for what pages are read with.
PRELOAD = ("pebble", "monitor.workers", "monitor.reading.feeds", "monitor.reading.language")
SECONDS = 20.0
MEGABYTES = 512
_PAGE = resource.getpagesize()
_log = logging.getLogger(__name__)


def _prepare() -> None:
    """Ctrl-C is for the parent, which ends its workers itself; a worker's own traceback would only be noise."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()  # what was imported stays
    gc.set_threshold(50_000, 20, 20)
    warnings.simplefilter("ignore")  # what a library thinks of a hostile page is nothing to print


def _limited(megabytes: int, function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T | Trouble:
    """Run one reading with ``megabytes`` on top of what the worker already holds."""
    if Path("/proc/self/statm").exists():  # the limit is on address space, so what is held now must be known
        held = int(Path("/proc/self/statm").read_text().split()[0]) * _PAGE
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (held + megabytes * 1024 * 1024, hard))
    try:
        return function(*args, **kwargs)
    except MemoryError:
        return Trouble(kind=TroubleKind.KILLED, reason=f"reading it took more than {megabytes} MB of memory")
    except Exception as error:  # a reader's fault is one source's trouble, never the end of the run
        _log.debug("reading failed", exc_info=True)
        words = "".join(char if char.isprintable() else " " for char in str(error)[:240])
        return Trouble(kind=TroubleKind.BROKEN, reason=f"the reader failed: {type(error).__name__}: {words}")


class WorkerPool:
    """Readers in killable processes; a worker over its time is killed and replaced, the others go on.

    ``workers`` processes are started at the first reading, so that a run answered by 304 alone never pays for them.
    """

    def __init__(self, workers: int = 2, *, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> None:
        self._workers = workers
        self._seconds = seconds
        self._megabytes = megabytes
        self._pool: ProcessPool | None = None

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Trouble:
        """``function(*args, **kwargs)`` in a worker; Trouble KILLED when it ran over its time or memory, or crashed."""
        from pebble import ProcessExpired

        if self._pool is None:
            self._pool = self._started(function.__module__)
        future = self._pool.schedule(_limited, args=(self._megabytes, function, args, kwargs), timeout=self._seconds)
        try:
            return await asyncio.wrap_future(future)
        except DeadlinePassed:
            return Trouble(kind=TroubleKind.KILLED, reason=f"reading it took more than {self._seconds:g} s")
        except ProcessExpired as expired:
            return Trouble(
                kind=TroubleKind.KILLED, reason=f"reading it crashed the reader (exit status {expired.exitcode})"
            )

    def _started(self, module: str) -> ProcessPool:
        from pebble import ProcessPool

        # forkserver: a fork of a process with threads and an open archive is asking for trouble. It imports the
        # readers once, so that a worker starts, or is replaced, in milliseconds.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([*PRELOAD, module])
        return ProcessPool(max_workers=self._workers, context=context, initializer=_prepare)

    def close(self, *, at_once: bool = False) -> None:
        """End the workers; ``at_once`` drops what they are reading."""
        if self._pool is not None:
            if at_once:
                self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves both bare
            else:
                self._pool.close()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None


class InProcess:
    """Readers without a process of their own: for tests and for input that is ours."""

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Trouble:
        """``function(*args, **kwargs)``, here and now."""
        return function(*args, **kwargs)


def usable_cores() -> int:
    """How many cores this process may use, at least one."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
