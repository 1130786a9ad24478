"""Where reading runs: processes that are killed at their limits, since feeds and pages can be made to spin."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import os
import resource
import signal
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as DeadlinePassed
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from monitor.model import Trouble, TroubleKind
from monitor.turns import SLOW, SPARE, Turns

if TYPE_CHECKING:
    from pebble import ProcessPool

    from monitor.ports import Readers

P = ParamSpec("P")
T = TypeVar("T")

# What every worker needs; beside it the module of the first reading asked for, so that a pass over feeds alone does
# not pay for what pages are read with.
PRELOAD = ("pebble", "monitor.workers", "monitor.reading.feeds", "monitor.reading.language")
SECONDS = 20.0
MEGABYTES = 512
_LOCAL = {  # what a reading cannot bring about, whatever it reads: each with what to do
    errno.EFBIG: "raise the limit on file sizes (ulimit -f)",
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room on the disk",
    errno.EIO: "check the disk",
    errno.EROFS: "check the disk",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.ENFILE: "raise the limit on open files (ulimit -n)",
    errno.EAGAIN: "raise the limit on processes (ulimit -u)",
}
_PAGE = resource.getpagesize()
_log = logging.getLogger(__name__)


def _prepare() -> None:
    """Ctrl-C is for the parent, which ends its workers itself; a worker's own traceback would only be noise."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(5)  # whoever waits for the network goes first: a reading can wait a moment, a loop that is late delays all
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
        return _too_big(megabytes)
    except OSError as error:
        if error.errno == errno.ENOMEM:
            return _too_big(megabytes)
        return _local(error) if error.errno in _LOCAL else _failed(error)
    except Exception as error:  # a reader's fault is one source's trouble, never the end of the run
        return _failed(error)


def _too_big(megabytes: int) -> Trouble:
    return Trouble(kind=TroubleKind.KILLED, reason=f"reading it took more than {megabytes} MB of memory")


def _failed(error: Exception) -> Trouble:
    _log.debug("reading failed", exc_info=True)
    words = "".join(char if char.isprintable() else " " for char in str(error)[:240])
    return Trouble(kind=TroubleKind.BROKEN, reason=f"the reader failed: {type(error).__name__}: {words}")


def _local(error: OSError) -> Trouble:
    """What this machine could not do is told as that, and not as something the source sent."""
    said = error.strerror or type(error).__name__
    remedy = _LOCAL.get(error.errno or 0, "try again")
    return Trouble(kind=TroubleKind.BROKEN, reason=f"not read, for a fault of this machine: {said}; {remedy}")


class WorkerPool:
    """Readers in killable processes; a worker over its time is killed and replaced, the others go on.

    ``workers`` processes are started at the first reading, so that a run answered by 304 alone never pays for them;
    a few more when readings are slow, so that no source keeps the others waiting until its time is up.
    """

    def __init__(self, workers: int = 2, *, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> None:
        self._workers = workers
        self._seconds = seconds
        self._megabytes = megabytes
        self._turns = Turns(workers, slow=min(SLOW, seconds / 4))
        self._pools: dict[bool, ProcessPool] = {}  # the usual one, and the spare one
        self._starting: dict[bool, asyncio.Future[ProcessPool]] = {}
        self._reading = 0
        self._last = time.monotonic()

    def of(self, source: str) -> Readers:
        """The same workers, for the readings of one source, which take turns with those of others."""
        return _ForSource(self, source)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Trouble:
        """``function(*args, **kwargs)`` in a worker; Trouble KILLED when it ran over its time or memory, or crashed."""
        return await self.run_for("", function, args, kwargs)

    async def run_for(
        self, source: str, function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> T | Trouble:
        """``run`` as one of the readings of ``source``."""
        from pebble import ProcessExpired

        turn = await self._turns.take(source)
        killed = False
        self._reading += 1
        try:
            pool = await self._pool(function.__module__, spare=turn.spare)
            future = pool.schedule(_limited, args=(self._megabytes, function, args, kwargs), timeout=self._seconds)
            return await asyncio.wrap_future(future)
        except DeadlinePassed:
            killed = True
            return Trouble(kind=TroubleKind.KILLED, reason=f"reading it took more than {self._seconds:g} s")
        except ProcessExpired as expired:
            return Trouble(
                kind=TroubleKind.KILLED, reason=f"reading it crashed the reader (exit status {expired.exitcode})"
            )
        except OSError as error:  # on our side of the pipe: no process, no file, no room
            return _local(error)
        finally:
            self._turns.end(turn, killed=killed)
            self._reading -= 1
            self._last = time.monotonic()

    async def _pool(self, module: str, *, spare: bool) -> ProcessPool:
        """The pool, started in a thread: until its first processes stand half a second may go by."""
        if spare in self._pools:
            return self._pools[spare]
        if spare not in self._starting:
            workers = SPARE if spare else self._workers
            self._starting[spare] = asyncio.ensure_future(asyncio.to_thread(_started, module, workers))
        starting = self._starting[spare]
        try:
            return self._pools.setdefault(spare, await asyncio.shield(starting))
        finally:
            if starting.done() and self._starting.get(spare) is starting:
                del self._starting[spare]

    def close(self, *, at_once: bool = False) -> None:
        """End the workers; ``at_once`` drops what they are reading."""
        pools, self._pools = list(self._pools.values()), {}
        _end(pools, at_once=at_once)

    async def rest(self, after: float = 300.0) -> bool:
        """Let the workers go when nothing was read for ``after`` seconds; gives whether they went.

        Their memory is half of a daemon's at rest. The next reading starts others.
        """
        if not self._pools or self._reading or time.monotonic() - self._last < after:
            return False
        pools, self._pools = list(self._pools.values()), {}  # first of all: whoever reads now gets others
        await asyncio.to_thread(_end, pools, at_once=True)
        return True

    async def end(self) -> None:
        """End the workers without holding up the loop, dropping what they are reading."""
        for spare, starting in list(self._starting.items()):
            with contextlib.suppress(Exception):
                self._pools[spare] = await starting
        await asyncio.to_thread(self.close, at_once=True)


def _started(module: str, workers: int) -> ProcessPool:
    import multiprocessing

    from pebble import ProcessPool

    # forkserver: a fork of a process with threads and an open archive is asking for trouble. It imports the
    # readers once, so that a worker starts, or is replaced, in milliseconds.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*PRELOAD, module])
    pool = ProcessPool(max_workers=workers, context=context, initializer=_prepare)
    assert pool.active  # asking starts them
    return pool


def _end(pools: Sequence[ProcessPool], *, at_once: bool) -> None:
    for pool in pools:
        if at_once:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves both bare
        else:
            pool.close()  # type: ignore[no-untyped-call]
    for pool in pools:
        pool.join()


class _ForSource:
    """A pool's readings of one source."""

    def __init__(self, pool: WorkerPool, source: str) -> None:
        self._pool = pool
        self._source = source

    def of(self, source: str) -> Readers:
        return self._pool.of(source)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Trouble:
        return await self._pool.run_for(self._source, function, args, kwargs)


class InProcess:
    """Readers without a process of their own: for tests and for input that is ours."""

    def of(self, source: str) -> InProcess:
        """Itself: who waits for whom makes no difference here."""
        return self

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Trouble:
        """``function(*args, **kwargs)``, here and now."""
        return function(*args, **kwargs)


def usable_cores() -> int:
    """How many cores this process may use, at least one."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
