"""What is learned of when a channel publishes, and the pauses that follow from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cadence import LONGEST, next_poll, pace, pace_bounds
from monitor.model import Outcome
from monitor.rhythm import HOURS, UNKNOWN, Rates, Rhythm, hour_of_week, learned

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)  # a Friday
EVERY = timedelta(minutes=30)
HOUR = timedelta(hours=1)

MOMENTS = st.timedeltas(timedelta(days=-2000), timedelta(days=2000)).map(NOW.__add__)
EVERIES = st.timedeltas(timedelta(seconds=1), timedelta(days=30))


@st.composite
def rhythms(draw: st.DrawFn) -> Rhythm:
    """What some looks at some moments came to, in any order of the clock."""
    rhythm = UNKNOWN
    for now in draw(st.lists(MOMENTS, max_size=5)):
        arrivals = draw(st.lists(st.timedeltas(timedelta(days=-40), timedelta(days=1)), max_size=30))
        rhythm = learned(rhythm, [now + gone for gone in arrivals], now)
    return rhythm


def office(weeks: int) -> Rhythm:
    """Two releases a day at ten and eleven from Monday to Friday, looked at each evening, up to Friday noon."""
    rhythm = UNKNOWN
    for day in range(7 * weeks, -1, -1):
        noon = NOW - timedelta(days=day)
        fresh = [noon - 2 * HOUR, noon - 1 * HOUR] if noon.weekday() < 5 else []
        rhythm = learned(rhythm, fresh, noon)
    return rhythm


def test_the_hours_of_a_week_begin_with_monday():
    assert hour_of_week(datetime(2026, 4, 27, 0, 0, tzinfo=UTC)) == 0
    assert hour_of_week(datetime(2026, 4, 27, 0, 59, tzinfo=UTC)) == 0
    assert hour_of_week(datetime(2026, 5, 3, 23, 59, tzinfo=UTC)) == HOURS - 1


def test_a_channel_nothing_is_known_of_is_looked_at_every_so_often_as_configured():
    assert abs(pace(UNKNOWN, now=NOW, every=EVERY) - EVERY) < timedelta(minutes=1)


def test_office_hours_are_learned():
    rhythm = office(weeks=4)
    tuesday_morning, tuesday_night = datetime(2026, 5, 5, 9, 45, tzinfo=UTC), datetime(2026, 5, 5, 20, tzinfo=UTC)
    sunday = datetime(2026, 5, 3, 10, tzinfo=UTC)
    awake = pace(rhythm, now=tuesday_morning, every=EVERY)
    assert awake < EVERY
    assert pace(rhythm, now=tuesday_night, every=EVERY) > 4 * awake
    assert pace(rhythm, now=sunday, every=EVERY) > 3 * awake


def test_the_first_look_already_learns_from_the_dates_of_what_is_listed():
    listed = [NOW - timedelta(days=day, hours=2) for day in range(20)]
    rates = Rates(learned(UNKNOWN, listed, NOW), NOW)
    assert rates.at(NOW + 22 * HOUR) > 5 * rates.at(NOW + 12 * HOUR)


def test_what_is_old_and_ended_makes_no_channel_lively():
    dead = learned(UNKNOWN, [NOW - timedelta(days=400 + day) for day in range(20)], NOW)
    assert pace(dead, now=NOW, every=EVERY) > 3 * EVERY


def test_old_habits_fade():
    rhythm = office(weeks=4)
    for day in range(1, 120):  # from now on it publishes at 20:00
        at = NOW + timedelta(days=day)
        rhythm = learned(rhythm, [at + 8 * HOUR], at + 8.1 * HOUR)
    monday = datetime(2026, 9, 7, tzinfo=UTC)
    rates = Rates(rhythm, monday)
    assert rates.at(monday + 20 * HOUR) > 4 * rates.at(monday + 10 * HOUR)


@given(rhythms(), MOMENTS, EVERIES)
def test_a_pause_is_never_none_and_always_within_its_bounds(rhythm: Rhythm, now: datetime, every: timedelta):
    shortest, longest = pace_bounds(every)
    paced = pace(rhythm, now=now, every=every)
    assert shortest <= paced <= longest
    assert shortest <= every <= longest <= max(every, LONGEST)


@given(rhythms(), MOMENTS, EVERIES, st.sampled_from(Outcome), st.integers(0, 10**6))
def test_whatever_happened_a_channel_is_looked_at_again_within_eight_days_or_its_own_pause(
    rhythm: Rhythm, now: datetime, every: timedelta, outcome: Outcome, failures: int
):
    due = next_poll(
        "u", now=now, every=every, paced=pace(rhythm, now=now, every=every), outcome=outcome, failures=failures
    )
    assert now < due <= now + max(every, timedelta(days=7)) * 1.1


@given(MOMENTS, st.integers(1, 40), EVERIES)
def test_back_off_never_shrinks_with_failures(now: datetime, failures: int, every: timedelta):
    sooner, later = (
        next_poll("u", now=now, every=every, outcome=Outcome.BROKEN, failures=count)
        for count in (failures, failures + 1)
    )
    assert sooner <= later <= now + max(every, LONGEST) * 1.1


@given(rhythms(), MOMENTS, st.integers(1, 20))
def test_new_stories_never_make_the_next_look_later(rhythm: Rhythm, now: datetime, stories: int):
    if rhythm.at is not None and now < rhythm.at:
        now = rhythm.at
    without = pace(learned(rhythm, [], now), now=now, every=EVERY)
    with_them = pace(learned(rhythm, [now] * stories, now), now=now, every=EVERY)
    assert with_them <= without + timedelta(seconds=1)


@given(rhythms(), st.lists(MOMENTS, max_size=5))
def test_rates_are_positive_whatever_the_clock_does(rhythm: Rhythm, moments: list[datetime]):
    for now in moments:
        assert Rates(rhythm, now).at(now) > 0


@pytest.mark.parametrize("counts", [b"", b"abc", b"\0" * 671])
def test_what_is_not_a_memory_of_ours_counts_as_none(counts: bytes):
    rhythm = Rhythm(counts=counts, since=NOW, at=NOW)
    assert len(learned(rhythm, [NOW], NOW).counts) == 4 * HOURS
