"""The clock over a made-up newsroom: what is due is started, nobody holds up anybody, trouble is waited out."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import service as service_module
from monitor.errors import ArchiveError, ConfigError
from monitor.model import Source
from monitor.newsroom import Budget, Work
from monitor.service import Chore, Service
from monitor.tallies import SourcePass
from tests.factories import StoppedClock, source

TICK = timedelta(milliseconds=20)


class MadeUpRoom:
    """Sources that are due until they were worked on; ``slow`` ones never get done by themselves."""

    rechecks_per_pass = 100

    def __init__(self, *ids: str, slow: tuple[str, ...] = ()) -> None:
        self.clock = StoppedClock()
        self.ids = list(ids)
        self.slow = slow
        self.due_now = dict.fromkeys(ids, False)  # and whether known pages alone are due
        self.started: list[str] = []
        self.dropped: list[str] = []
        self.matched = 0
        self.fault: Exception | None = None
        self.broken_config: ConfigError | None = None

    def sources(self) -> Mapping[str, Source]:
        return {id_: source(id=id_) for id_ in self.ids}

    def desk(self, *, rechecks: Budget, on_done: Callable[[SourcePass], None]) -> Any:
        return on_done

    async def due(self, now: datetime) -> list[tuple[str, bool]]:
        return list(self.due_now.items())

    async def work_of(self, source: str, now: datetime) -> Work:
        self.started.append(source)
        if self.fault is not None:
            raise self.fault
        if source in self.slow:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                self.dropped.append(source)
                raise
        self.due_now.pop(source, None)
        return Work()

    async def after_filing(self) -> None:
        self.matched += 1

    async def alive(self, now: datetime) -> None:
        if self.fault is not None:
            raise self.fault

    async def reload(self, ready: Callable[[], Awaitable[None]]) -> None:
        if self.broken_config:
            raise self.broken_config
        self.ids.append("fresh")
        self.due_now["fresh"] = False


@pytest.fixture(autouse=True)
def no_web(monkeypatch: pytest.MonkeyPatch) -> None:
    async def collect_source(on_done: Callable[[SourcePass], None], source: Source, work: Work) -> SourcePass:
        result = SourcePass(source=source.id, new=1)
        on_done(result)
        return result

    monkeypatch.setattr(service_module, "collect_source", collect_source)


async def running(room: MadeUpRoom, during: Callable[[Service], Awaitable[None]], **over: Any) -> Service:
    service = Service(room, over.pop("chores", ()), tick=TICK, **over)
    task = asyncio.create_task(service.run())
    try:
        async with asyncio.timeout(20):
            await during(service)
            service.stop()
            await task
    finally:
        task.cancel()
    return service


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def test_what_is_due_is_worked_on_once_and_matched_after_it():
    room = MadeUpRoom("a", "b")
    await running(room, lambda _: until(lambda: sorted(room.started) == ["a", "b"] and room.matched > 1))
    assert sorted(room.started) == ["a", "b"]


async def test_a_slow_source_holds_up_no_other_and_is_not_started_twice():
    room = MadeUpRoom("slow", "a", slow=("slow",))

    async def during(service: Service) -> None:
        for number in range(5):
            room.due_now["a"] = False
            await until(lambda number=number: room.started.count("a") > number)
        assert service.busy == 1

    await running(room, during)
    assert room.started.count("slow") == 1
    assert room.dropped == ["slow"], "it was dropped when the service was stopped"


async def test_work_over_its_deadline_is_dropped_and_started_again(caplog: pytest.LogCaptureFixture):
    room = MadeUpRoom("slow", slow=("slow",))
    await running(room, lambda _: until(lambda: len(room.started) > 2), deadline=timedelta(milliseconds=50))
    assert "slow: not done after 0.05 s" in caplog.text


async def test_known_pages_alone_start_a_source_once_in_the_time_of_a_budget():
    room = MadeUpRoom("a", "b", slow=("b",))
    room.due_now = {"a": True}

    async def during(_: Service) -> None:
        await until(lambda: room.started == ["a"])
        room.due_now["a"] = True
        await asyncio.sleep(0.3)
        assert room.started == ["a"]
        room.due_now["a"] = False  # a channel of it is due
        await until(lambda: len(room.started) > 1)

    await running(room, during)


async def test_while_the_archive_cannot_be_written_nobody_is_asked(caplog: pytest.LogCaptureFixture):
    room = MadeUpRoom("a", "b")
    room.fault = ArchiveError("shiftwatch.db: the disk is full; make room and run again")

    async def during(service: Service) -> None:
        await until(lambda: room.started)
        await asyncio.sleep(0.2)
        asked = len(room.started)
        await asyncio.sleep(0.3)
        assert len(room.started) == asked <= 2
        room.fault = None
        await service._alive()  # as it does every minute
        await until(lambda: len(room.started) > asked)

    await running(room, during)
    assert caplog.text.count("the disk is full") == 1


async def test_a_damaged_archive_ends_the_service():
    cause = sqlite3.DatabaseError("malformed")
    cause.sqlite_errorcode = sqlite3.SQLITE_CORRUPT  # type: ignore[misc]  # as SQLite's own errors carry it
    room = MadeUpRoom("a")
    room.fault = ArchiveError("shiftwatch.db: is damaged")
    room.fault.__cause__ = cause
    with pytest.raises(ArchiveError, match="is damaged"):
        async with asyncio.timeout(10):
            await Service(room, tick=TICK).run()


async def test_a_chore_that_fails_is_asked_again(caplog: pytest.LogCaptureFixture):
    ran: list[int] = []

    async def fails() -> None:
        ran.append(1)
        raise RuntimeError("no such luck")

    chores = [Chore(name="luckless", every=TICK, run=fails)]
    await running(MadeUpRoom(), lambda _: until(lambda: len(ran) > 2), chores=chores)
    assert "luckless failed: RuntimeError: no such luck" in caplog.text


async def test_a_chore_is_not_started_while_it_still_runs():
    at_once: list[int] = []
    running_now = 0

    async def long() -> None:
        nonlocal running_now
        running_now += 1
        at_once.append(running_now)
        await asyncio.sleep(0.1)
        running_now -= 1

    await running(
        MadeUpRoom(), lambda _: until(lambda: len(at_once) > 3), chores=[Chore(name="l", every=TICK, run=long)]
    )
    assert set(at_once) == {1}


async def test_a_clock_that_jumps_stops_nothing(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    monkeypatch.setattr(service_module, "HEARTBEAT", 0.02)
    jumps = iter([0.0, -86400.0 * 3650])
    monkeypatch.setattr(service_module._Jumps, "since_last", lambda _: next(jumps, 0.0))
    room = MadeUpRoom()

    async def during(service: Service) -> None:
        await until(lambda: "jumped" in caplog.text)
        for job in service._scheduler.get_jobs():  # as they stand after the clock went back: ten years ahead
            assert job.next_run_time is not None
        room.ids.append("a")
        room.due_now["a"] = False
        await until(lambda: room.started == ["a"])

    await running(room, during)


async def test_a_reload_takes_up_what_is_new_and_a_broken_one_changes_nothing(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    room = MadeUpRoom("a")

    async def during(_: Service) -> None:
        await until(lambda: room.started)
        room.broken_config = ConfigError('shiftwatch.toml:4: network.delay: found "fast"\nshiftwatch.toml:9: x: y')
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: "shiftwatch.toml:9: x: y" in caplog.text)
        assert "fresh" not in room.started
        room.broken_config = None
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: "fresh" in room.started)

    await running(room, during)


def test_nobody_else_knows_the_scheduler():
    root = Path(__file__).parents[2]
    files = [path for name in ("monitor", "spiders", "db") for path in (root / name).rglob("*.py")]
    assert [path.name for path in files if "apscheduler" in path.read_text("utf-8")] == ["service.py"]


async def test_sigterm_ends_it():
    room = MadeUpRoom("slow", slow=("slow",))
    service = Service(room, tick=TICK)
    task = asyncio.create_task(service.run())
    await until(lambda: room.started)
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(5):
        await task
    assert service.busy == 0
