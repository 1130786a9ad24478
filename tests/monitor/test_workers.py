"""Readers that spin, balloon, crash or fail are one source's trouble."""

import asyncio
import os
import resource
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

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


def own_number() -> int:
    return os.getpid()


def many(bytes_: int) -> bytes:
    return b"x" * bytes_


def double(number: int, *, plus: int = 0) -> int:
    return 2 * number + plus


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    pool = WorkerPool(2, seconds=1.0)
    yield pool
    await asyncio.to_thread(pool.close)


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


async def test_a_worker_that_died_with_nothing_to_do_is_no_sources_trouble(pool: WorkerPool):
    process = await pool.run(own_number)
    assert isinstance(process, int)
    os.kill(process, signal.SIGKILL)
    await asyncio.sleep(0.1)
    assert await pool.run(double, 5) == 10


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) - 13, 30_000_000])
async def test_what_is_asked_and_answered_may_be_of_any_size(pool: WorkerPool, size: int):
    assert await pool.run(many, size) == b"x" * size
    assert await pool.run(len, b"x" * size) == size


async def test_a_reading_given_up_ends_its_worker_and_the_next_one_gets_another(pool: WorkerPool):
    before = await pool.run(own_number)
    spinning = asyncio.create_task(pool.run(spin))
    await asyncio.sleep(0.1)
    spinning.cancel()
    await asyncio.gather(spinning, return_exceptions=True)
    after = await pool.run(own_number)
    assert isinstance(after, int)
    assert after != before


ORPHAN = """
import asyncio, os, sys
sys.path.insert(0, sys.argv[1])
from monitor.workers import WorkerPool
from tests.monitor.test_workers import own_number, spin
async def main():
    pool = WorkerPool(1, seconds=1.0)
    print(await pool.run(own_number), flush=True)
    await pool.run(spin)
if __name__ == "__main__":
    asyncio.run(main())
"""


async def test_what_spins_ends_even_when_nobody_is_left_to_kill_it(tmp_path: Path):
    (tmp_path / "orphan.py").write_text(ORPHAN, "utf-8")
    parent = await asyncio.create_subprocess_exec(
        sys.executable, str(tmp_path / "orphan.py"), str(Path(__file__).parents[2]), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout
    worker = int(await parent.stdout.readline())
    await asyncio.sleep(0.3)
    parent.kill()
    await parent.wait()
    ended = time.monotonic() + 10
    while Path(f"/proc/{worker}").exists() and time.monotonic() < ended:
        await asyncio.sleep(0.1)
    assert not Path(f"/proc/{worker}").exists()


async def test_a_reader_that_fails_is_a_trouble_that_names_the_cause(pool: WorkerPool):
    outcome = await pool.run(fail)
    assert isinstance(outcome, Trouble)
    assert outcome.kind is TroubleKind.BROKEN
    assert "ValueError: no such thing" in outcome.reason


async def test_reading_in_process_is_the_same_call():
    assert await InProcess().run(double, 4, plus=1) == 9


async def test_workers_that_have_nothing_to_read_are_let_go_and_others_come_when_needed():
    pool = WorkerPool(1)
    try:
        assert await pool.run(abs, -1) == 1
        assert not await pool.rest(after=60)
        assert await pool.rest(after=0)
        assert not await pool.rest(after=0)
        assert await pool.run(abs, -2) == 2
    finally:
        await pool.end()


async def test_ending_while_the_first_worker_starts_leaves_none():
    pool = WorkerPool(1)
    reading = asyncio.create_task(pool.run(abs, -1))
    await asyncio.sleep(0)
    reading.cancel()
    await pool.end()
    assert not pool._free


async def test_sources_that_spin_keep_no_other_source_waiting(pool: WorkerPool):
    await pool.run(double, 1)
    pool = WorkerPool(2, seconds=8.0)
    try:
        spinning = [asyncio.create_task(pool.of(f"hostile-{n}").run(spin)) for n in range(2) for _ in range(3)]
        await asyncio.sleep(0.1)
        began = time.monotonic()
        assert await asyncio.gather(*(pool.of(f"s{n}").run(double, n) for n in range(20))) == [2 * n for n in range(20)]
        assert time.monotonic() - began < 5  # less than any spinning one takes
        assert not any(task.done() for task in spinning)
    finally:
        for task in spinning:
            task.cancel()
        await asyncio.gather(*spinning, return_exceptions=True)
        await asyncio.to_thread(pool.close)


async def test_a_slow_source_gets_no_second_reading_before_its_first_has_ended(pool: WorkerPool):
    pool = WorkerPool(2, seconds=2.0)
    try:
        slow = [asyncio.create_task(pool.of("hostile").run(spin)) for _ in range(2)]
        later = asyncio.create_task(pool.of("hostile").run(double, 3))
        assert await pool.of("other").run(double, 1) == 2
        assert not later.done()
        assert all(isinstance(one, Trouble) for one in await asyncio.gather(*slow))
        assert await later == 6
    finally:
        await asyncio.to_thread(pool.close)


async def test_a_spare_worker_has_the_same_limit_of_memory():
    pool = WorkerPool(1, seconds=4.0)
    try:
        slow = asyncio.create_task(pool.of("hostile").run(spin))
        outcome = await pool.of("other").run(balloon)
        assert not slow.done()
        assert isinstance(outcome, Trouble)
        assert "512 MB" in outcome.reason
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)
    finally:
        await asyncio.to_thread(pool.close)


def under_a_limit_of_the_system(megabytes: int) -> bool:
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    return True


async def test_a_limit_of_the_system_below_ours_is_kept():
    pool = WorkerPool(1)
    try:
        assert await pool.run(under_a_limit_of_the_system, 600) is True
        assert await pool.run(double, 5) == 10
        outcome = await pool.run(balloon)
        assert isinstance(outcome, Trouble)
        assert outcome.kind is TroubleKind.KILLED
    finally:
        await asyncio.to_thread(pool.close)


def write_beyond_the_limit(path: str) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    with Path(path).open("wb", buffering=0) as file:
        file.write(b"x" * 10)
        file.write(b"x")


async def test_what_this_machine_cannot_do_is_told_as_that_and_not_as_the_readers_failure(
    pool: WorkerPool, tmp_path: Path
):
    outcome = await pool.run(write_beyond_the_limit, str(tmp_path / "file"))
    assert isinstance(outcome, Trouble)
    assert outcome.reason == (
        "not read, for a fault of this machine: File too large; raise the limit on file sizes (ulimit -f)"
    )
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    starved = WorkerPool(1)
    held = [os.dup(0) for _ in range(20)]  # so that the numbers below are taken
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (held[-1] + 1, hard))
        outcome = await starved.run(double, 1)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for file in held:
            os.close(file)
    assert isinstance(outcome, Trouble)
    assert "a fault of this machine: Too many open files" in outcome.reason
