"""The clock: one tick over what is due in the archive, other work that comes due beside it, signals, a watchdog.

    tick (every few seconds)   what is due?  ──►  each due source that is not being worked on: a task with a deadline
    after filing               matching and whatever follows it, when a source brought something
    chores                     whatever else is due: health, hosts, digests; each at most once at a time
    heartbeat (every second)   tells the watchdog that the loop comes round, and looks whether the clock jumped

What is due stands in the archive alone (``next_poll_at``), so a restart, a suspended machine and a clock that jumps
change nothing: the next tick asks again. The only importer of APScheduler; its jobs are kept in memory, since they say
how often to ask, never what is due.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sqlite3
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from monitor.errors import ArchiveError, ConfigError, ShiftwatchError, unwrapped
from monitor.model import Source
from monitor.newsroom import Budget, Desk, Work, collect_source
from monitor.ports import Clock
from monitor.tallies import SourcePass
from monitor.watchdog import Systemd, Watchdog

TICK = timedelta(seconds=5)
AT_ONCE = 512  # sources being worked on; the client bounds what of it is on the network
DEADLINE = timedelta(minutes=30)  # of one source's work; what is left then goes on with a later tick
RECHECKS_EVERY = timedelta(minutes=10)  # the budget of looks at known pages is given anew, as to a cron line's pass
TROUBLE_PAUSE = timedelta(minutes=1)  # after the archive failed: nobody is asked for what could not be filed
END_WITHIN = 9.0  # seconds, after a signal; then the process leaves as it is
HEARTBEAT = 1.0
JUMP = 5.0  # seconds by which the clock may differ from the time gone by
TICK_PATIENCE = 600.0  # seconds a tick may take before the watchdog no longer hears from us

log = logging.getLogger("shiftwatch.service")


class Room(Protocol):
    """What the clock asks of the open newsroom; ``monitor.app`` has it."""

    @property
    def clock(self) -> Clock: ...

    @property
    def rechecks_per_pass(self) -> int: ...

    def sources(self) -> Mapping[str, Source]:
        """The enabled sources by id, as configured now."""
        ...

    def desk(self, *, rechecks: Budget, on_done: Callable[[SourcePass], None]) -> Desk: ...

    async def due(self, now: datetime) -> Sequence[tuple[str, bool]]:
        """The sources with something due, and whether that is known pages alone; the longest overdue first."""
        ...

    async def work_of(self, source: str, now: datetime) -> Work: ...

    async def after_filing(self) -> None:
        """Match, code, whatever follows filing; does nothing when nothing waits."""
        ...

    async def alive(self, now: datetime) -> None:
        """Note in the archive that we are at work. Raises ArchiveError when it cannot be written."""
        ...

    async def reload(self, ready: Callable[[], Awaitable[None]]) -> None:
        """Take up the configuration as it is now; ``ready`` is awaited before anything in use is replaced.

        Raises ConfigError and changes nothing when it is broken.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """Something else to be asked about every so often: ``run`` finds out what is due and does it.

    As with polls, what is due must stand in the archive; how often to ask is all a chore says. One that is not done
    when its time comes again is not started twice; one that fails is logged and asked again next time.
    """

    name: str
    every: timedelta
    run: Callable[[], Awaitable[None]]


class Service:
    """Runs until it is told to stop, or until the archive turns out to be damaged."""

    def __init__(
        self,
        room: Room,
        chores: Sequence[Chore] = (),
        *,
        watchdog: Watchdog | None = None,
        systemd: Systemd | None = None,
        on_done: Callable[[SourcePass], None] = lambda _: None,
        tick: timedelta = TICK,
        deadline: timedelta = DEADLINE,
    ) -> None:
        self._room = room
        self._chores = tuple(chores)
        self._watchdog = watchdog
        self._systemd = systemd or Systemd({})
        self._on_done = on_done
        self._tick_every = tick
        self._deadline = deadline.total_seconds()
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._others: set[asyncio.Task[Any]] = set()
        self._stop = asyncio.Event()
        self._error: ShiftwatchError | None = None
        self._news = True  # something may wait for matching from an earlier run
        self._budget = Budget(0)
        self._looked: set[str] = set()
        self._quiet_until = 0.0
        self._ticked = 0.0
        self._jumps = _Jumps()

    @property
    def busy(self) -> int:
        """How many sources are being worked on."""
        return len(self._busy)

    def stop(self) -> None:
        """End as soon as everything under way has been dropped."""
        if not self._stop.is_set():
            if self._watchdog is not None:
                self._watchdog.end_within(END_WITHIN)
            self._systemd.tell(STOPPING=1)
            self._stop.set()

    async def run(self) -> None:
        """Run until ``stop``, SIGTERM or SIGINT; SIGHUP reloads. Raises ArchiveError when the archive is damaged."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, lambda: self._beside(self._reload()))
        self._ticked = loop.time()
        heart = asyncio.create_task(self._heartbeat())
        try:
            self._every(self._tick_every, "tick", self._tick)
            self._every(RECHECKS_EVERY, "rechecks", self._renew_rechecks)
            self._every(TROUBLE_PAUSE, "alive", self._alive)
            self._every(self._tick_every, "after filing", self._after_filing)
            for chore in self._chores:
                self._every(chore.every, chore.name, chore.run)
            self._scheduler.start()
            self._systemd.tell(READY=1, STATUS=f"watching {len(self._room.sources())} source(s)")
            log.info("watching %d source(s)", len(self._room.sources()))
            await self._stop.wait()
        finally:
            heart.cancel()
            self._scheduler.shutdown(wait=False)
            await self._drop([*self._busy.values(), *self._others, heart])
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                loop.remove_signal_handler(number)
        if self._error is not None:
            raise self._error
        log.info("ended")

    # ── what is due ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() >= self._quiet_until:
            now = self._room.clock.now()
            sources = self._room.sources()
            for id_, known_alone in await self._room.due(now):
                source = sources.get(id_)
                if source is None or id_ in self._busy or (known_alone and not self._may_look(id_)):
                    continue
                task = self._busy[id_] = asyncio.create_task(self._work(source), name=f"source {id_}")
                task.add_done_callback(partial(self._no_longer_busy, id_))
        self._ticked = loop.time()

    def _no_longer_busy(self, source: str, _: object) -> None:
        self._busy.pop(source, None)

    def _may_look(self, source: str) -> bool:
        """Known pages alone start a source once in the time of one budget, while there is some."""
        if source in self._looked or not self._budget.left:
            return False
        self._looked.add(source)
        return True

    async def _renew_rechecks(self) -> None:
        self._budget = Budget(self._room.rechecks_per_pass)
        self._looked.clear()

    async def _work(self, source: Source) -> None:
        async with self._gate:
            try:
                async with asyncio.timeout(self._deadline):
                    work = await self._room.work_of(source.id, self._room.clock.now())
                    desk = self._room.desk(rechecks=self._budget, on_done=self._done)
                    await collect_source(desk, source, work)
            except TimeoutError:
                log.warning("%s: not done after %g s; what is left goes on later", source.id, self._deadline)
            except Exception as error:
                self._failed(f"collecting {source.id}", error)

    def _done(self, result: SourcePass) -> None:
        self._news = self._news or bool(result.new or result.versions or result.pages or result.looks)
        self._on_done(result)

    async def _after_filing(self) -> None:
        if self._news:
            self._news = False
            await self._room.after_filing()

    async def _alive(self) -> None:
        await self._room.alive(self._room.clock.now())
        if self._quiet_until:
            log.info("the archive can be written again; going on")
        self._quiet_until = 0.0

    # ── reloading ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def _reload(self) -> None:
        self._systemd.reloading()
        try:
            await self._room.reload(lambda: self._drop(list(self._busy.values())))
            log.info("configuration reloaded: watching %d source(s)", len(self._room.sources()))
        except ConfigError as error:
            for line in str(error).splitlines():
                log.error("the new configuration is not taken up, the one in force stays: %s", line)
        except Exception as error:
            self._failed("reloading", error)
        self._systemd.tell(READY=1, STATUS=f"watching {len(self._room.sources())} source(s)")

    # ── running things ────────────────────────────────────────────────────────────────────────────────────────────

    def _every(self, every: timedelta, name: str, run: Callable[[], Awaitable[None]]) -> None:
        async def job() -> None:
            task = asyncio.current_task()
            assert task is not None
            self._others.add(task)
            try:
                await run()
            except asyncio.CancelledError:
                if not self._stop.is_set():  # the scheduler would tell of a job dropped at the end as of a failure
                    raise
            except Exception as error:
                self._failed(name, error)
            finally:
                self._others.discard(task)

        trigger = IntervalTrigger(seconds=max(every.total_seconds(), 0.01), timezone=UTC)
        self._scheduler.add_job(job, trigger, id=name, name=name, next_run_time=datetime.now(UTC))

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._others.add(task)
        task.add_done_callback(self._others.discard)

    def _failed(self, what: str, error: Exception) -> None:
        """Log it, and leave the web alone while the archive cannot take anything; what is damaged ends the service."""
        first = unwrapped(error)
        if isinstance(first, ArchiveError):
            if self._quiet_until <= asyncio.get_running_loop().time():  # once, not for every source under way
                log.error("%s: %s; trying again every %g s", what, first, TROUBLE_PAUSE.total_seconds())
            self._quiet_until = float("inf")  # until we are seen alive again
            if _damage(first):
                self._error = first
                self.stop()
        elif isinstance(first, ShiftwatchError):
            log.error("%s: %s", what, first)
        else:
            log.error("%s failed: %s: %s", what, type(first).__name__, first, exc_info=first)

    async def _drop(self, tasks: Sequence[asyncio.Task[Any]]) -> None:
        """Cancel and wait; a write that has begun is finished."""
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ── heartbeat ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def _heartbeat(self) -> None:
        loop = asyncio.get_running_loop()
        told = float("-inf")
        while True:
            moving = loop.time() - self._ticked < TICK_PATIENCE
            if moving and self._watchdog is not None:
                self._watchdog.beat()
            if moving and self._systemd.beat_every is not None and loop.time() - told >= self._systemd.beat_every:
                told = loop.time()
                self._systemd.tell(WATCHDOG=1)
            if jumped := self._jumps.since_last():
                log.warning("the clock jumped by %+.0f s; asking anew what is due", jumped)
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))
            await asyncio.sleep(HEARTBEAT)


class _Jumps:
    """Tells a clock that jumped from time that went by. The scheduler counts in the former, the loop in the latter."""

    def __init__(self) -> None:
        self._wall, self._gone = time.time(), time.monotonic()

    def since_last(self) -> float:
        """Seconds the clock jumped since last asked, 0.0 when it did not."""
        wall, gone = time.time(), time.monotonic()
        jumped = (wall - self._wall) - (gone - self._gone)
        self._wall, self._gone = wall, gone
        return jumped if abs(jumped) > JUMP else 0.0


def _damage(error: ArchiveError) -> bool:
    """Whether the archive is beyond waiting: what SQLite calls malformed does not mend itself."""
    code = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
