"""Readers that spin, balloon, crash or fail are one source's trouble."""

import asyncio
import os
import time
from collections.abc import AsyncIterator

import pytest

from monitor.model import Trouble, TroubleKind
from monitor.workers import InProcess, WorkerPool


def spin() -> None:
    while True:
        pass


def balloon() -> int:
    return len(bytearray(700 * 1024 * 1024))


def crash() -> None:
    os._exit(11)


def fail() -> None:
    raise ValueError("no such thing")


def double(number: int, *, plus: int = 0) -> int:
    return 2 * number + plus


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    pool = WorkerPool(2, seconds=1.0)
    yield pool
    await asyncio.to_thread(pool.close, at_once=True)


async def test_a_reading_comes_back(pool: WorkerPool):
    assert await pool.run(double, 4, plus=1) == 9


async def test_a_reading_that_spins_is_killed_at_its_time_and_the_others_go_on(pool: WorkerPool):
    await pool.run(double, 1)
    began = time.monotonic()
    spinning, *others = await asyncio.gather(pool.run(spin), *(pool.run(double, n) for n in range(20)))
    assert others == [2 * n for n in range(20)]
    assert isinstance(spinning, Trouble)
    assert spinning.kind is TroubleKind.KILLED
    assert "1 s" in spinning.reason
    assert time.monotonic() - began < 5
    assert await pool.run(double, 5) == 10


async def test_a_reading_that_balloons_is_refused_the_memory(pool: WorkerPool):
    outcome = await pool.run(balloon)
    assert isinstance(outcome, Trouble)
    assert outcome.kind is TroubleKind.KILLED
    assert "512 MB" in outcome.reason
    assert await pool.run(double, 5) == 10


async def test_a_reader_that_crashes_is_replaced(pool: WorkerPool):
    outcome = await pool.run(crash)
    assert isinstance(outcome, Trouble)
    assert outcome.kind is TroubleKind.KILLED
    assert await pool.run(double, 5) == 10


async def test_a_reader_that_fails_is_a_trouble_that_names_the_cause(pool: WorkerPool):
    outcome = await pool.run(fail)
    assert isinstance(outcome, Trouble)
    assert outcome.kind is TroubleKind.BROKEN
    assert "ValueError: no such thing" in outcome.reason


async def test_reading_in_process_is_the_same_call():
    assert await InProcess().run(double, 4, plus=1) == 9
