"""Where reading runs: processes that are killed at their limits, since feeds and pages can be made to spin."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from monitor.model import Trouble, TroubleKind
from monitor.turns import SLOW, Turns
from monitor.worker import Worker, local_fault

if TYPE_CHECKING:
    from monitor.ports import Readers

P = ParamSpec("P")
T = TypeVar("T")

SECONDS = 20.0
MEGABYTES = 512


class WorkerPool:
    """Readers in killable processes; a worker over its time is killed and replaced, the others go on.

    Each is started when a reading finds none free, so that a run answered by 304 alone never pays for them: up to
    ``workers`` of them, and a few more while readings are slow, so that no source keeps the others waiting until its
    time is up.
    """

    def __init__(self, workers: int = 2, *, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> None:
        self._workers = workers
        self._seconds = seconds
        self._megabytes = megabytes
        self._turns = Turns(workers, slow=min(SLOW, seconds / 4))
        self._free: list[Worker] = []
        self._starting: set[asyncio.Future[Worker]] = set()
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
        turn = await self._turns.take(source)
        killed = False
        self._reading += 1
        try:
            worker = await self._worker(function.__module__)
            try:
                answer = await worker.ask(function, args, kwargs, seconds=self._seconds, megabytes=self._megabytes)
            except TimeoutError:
                killed = True
                await asyncio.to_thread(worker.kill)
                return Trouble(kind=TroubleKind.KILLED, reason=f"reading it took more than {self._seconds:g} s")
            except EOFError:
                status = await asyncio.to_thread(worker.last_word)
                worker.kill()
                return Trouble(kind=TroubleKind.KILLED, reason=f"reading it crashed the reader (exit status {status})")
            except BaseException:  # cancelled, say: what it is doing now is nobody's any more
                worker.kill()
                raise
            self._free.append(worker)
            return answer
        except OSError as error:  # on our side of the socket: no process, no file, no room
            return local_fault(error)
        finally:
            self._turns.end(turn, killed=killed)
            self._reading -= 1
            self._last = time.monotonic()

    async def _worker(self, module: str) -> Worker:
        """One that is free, or a new one, started in a thread: until it stands half a second may go by."""
        while self._free:
            worker = self._free.pop()
            if worker.is_there:
                return worker
            worker.kill()  # it died of something else: a machine short of memory ends whom it likes
        starting = asyncio.ensure_future(asyncio.to_thread(Worker.start, module))
        self._starting.add(starting)
        starting.add_done_callback(self._starting.discard)
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            starting.add_done_callback(self._keep)
            raise

    def _keep(self, started: asyncio.Future[Worker]) -> None:
        if not started.cancelled() and started.exception() is None:
            self._free.append(started.result())

    def close(self) -> None:
        """End the workers."""
        free, self._free = self._free, []
        _end(free)

    async def rest(self, after: float = 300.0) -> bool:
        """Let the workers go when nothing was read for ``after`` seconds; gives whether they went.

        Their memory is half of a daemon's at rest. The next reading starts others.
        """
        if not self._free or self._reading or time.monotonic() - self._last < after:
            return False
        free, self._free = self._free, []  # first of all: whoever reads now gets others
        await asyncio.to_thread(_end, free)
        return True

    async def end(self) -> None:
        """End the workers without holding up the loop."""
        await asyncio.gather(*self._starting, return_exceptions=True)
        await asyncio.sleep(0)  # until those that nobody waited for are among the free
        await asyncio.to_thread(self.close)


def _end(workers: Sequence[Worker]) -> None:
    for worker in workers:
        worker.kill()


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
