"""Who reads next: sources take turns, and slow ones hold up nobody but themselves."""

import asyncio

import pytest

from monitor.turns import Turn, Turns


async def begun(*tasks: asyncio.Task[Turn]) -> list[bool]:
    for _ in range(5):
        await asyncio.sleep(0)
    return [task.done() for task in tasks]


def ask(turns: Turns, source: str) -> asyncio.Task[Turn]:
    return asyncio.ensure_future(turns.take(source))


async def test_sources_take_turns_however_much_one_of_them_asks():
    turns = Turns(1)
    first = ask(turns, "a")
    await begun(first)
    many = [ask(turns, "a") for _ in range(5)]
    await begun(*many)
    other = ask(turns, "b")
    assert not any(await begun(other))
    turns.end(first.result())
    assert await begun(many[0], other) == [True, False]
    turns.end(many[0].result())
    assert await begun(other, many[1]) == [True, False]


async def test_a_slow_reading_makes_room_for_another_source_and_for_none_of_its_own():
    turns = Turns(1, slow=0.01)
    slow = ask(turns, "a")
    await begun(slow)
    own, other = ask(turns, "a"), ask(turns, "b")
    assert await begun(own, other) == [False, False]
    await asyncio.sleep(0.03)
    assert await begun(own, other) == [False, True]
    assert other.result().spare
    turns.end(slow.result())
    assert await begun(own) == [True]
    assert not own.result().spare


async def test_sources_whose_readings_were_killed_never_hold_more_than_the_spare_places():
    turns = Turns(2, spare=2, slow=60)
    for name in "abcd":
        turns.end(await turns.take(name), killed=True)
    killers = [ask(turns, name) for name in "abcd"]
    await begun(*killers)
    good = ask(turns, "good")
    await begun(*killers)
    assert sum(await begun(*killers)) == 2
    turns.end(next(task for task in killers if task.done()).result())
    assert await begun(good) == [True]  # before the other killers, who asked sooner


async def test_four_times_as_many_spinning_sources_as_places_leave_all_places_free_once_they_are_known():
    turns = Turns(2, spare=2, slow=0.01)
    for name in "abcdefgh":
        turns.end(await turns.take(name), killed=True)
    killers = [ask(turns, name) for name in "abcdefgh"]
    await asyncio.sleep(0.05)
    assert sum(await begun(*killers)) == 2
    good = [ask(turns, f"good-{n}") for n in range(2)]
    assert await begun(*good) == [True, True]


async def test_who_is_cancelled_while_waiting_takes_no_place():
    turns = Turns(1)
    first = ask(turns, "a")
    gone = ask(turns, "b")
    last = ask(turns, "c")
    await begun(first)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    turns.end(first.result())
    assert await begun(last) == [True]
