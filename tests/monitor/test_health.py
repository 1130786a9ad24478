"""How sources fare, judged from what is on record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.health import (
    ChannelRecord,
    Completeness,
    advice,
    at_most,
    down,
    offline_since,
    silence,
    spell,
    usual_gap,
)
from monitor.model import ChannelState

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def record(source: str = "desk", *, ago: timedelta = HOUR, **over: Any) -> ChannelRecord:
    given: dict[str, Any] = {
        "id": 1,
        "source": source,
        "url": f"https://{source}.example/feed",
        "state": ChannelState.OK,
        "reason": "",
        "failures": 0,
        "unreachable": False,
        "last_poll_at": NOW - ago,
        "last_ok_at": NOW - ago,
    }
    return ChannelRecord(**{**given, **over})


def failing(source: str = "desk", *, failures: int = 3, **over: Any) -> ChannelRecord:
    return record(source, state=ChannelState.BROKEN, reason="answered 500", failures=failures, **over)


def lost(source: str, **over: Any) -> ChannelRecord:
    return failing(source, unreachable=True, **over)


def test_a_source_is_down_when_all_its_channels_fail_and_more_than_once():
    assert down([failing()]) is not None
    assert down([failing(failures=1)]) is None
    assert down([failing(), record()]) is None
    assert down([failing(), failing(failures=1)]) is None
    assert down([record(state=ChannelState.NEW, last_poll_at=None)]) is None


def test_failures_of_the_time_without_network_are_not_the_sources():
    assert down([failing(ago=2 * HOUR)], since=NOW - HOUR) is None
    assert down([failing(ago=HOUR / 2)], since=NOW - HOUR) is not None


def test_nothing_reached_is_the_machines_trouble_one_source_lost_is_not():
    assert offline_since([lost("a"), lost("b"), lost("c")]) is not None
    assert offline_since([lost("a"), lost("b")]) is not None
    assert offline_since([lost("a")]) is None
    assert offline_since([lost("a"), lost("b"), record("c", ago=HOUR / 2)]) is None
    assert offline_since([lost("a"), lost("b"), failing("c", ago=HOUR / 2)]) is None, "an error was an answer"


def test_without_network_those_asked_before_it_went_say_nothing_against_it():
    earlier = [record(name, ago=2 * HOUR) for name in "defghi"]
    assert offline_since([*earlier, lost("a"), lost("b"), lost("c")]) is not None


def weekdays(weeks: int, end: datetime = NOW) -> list[datetime]:
    days = [end - DAY * number for number in range(7 * weeks)]
    return [day for day in days if day.weekday() < 5]


def test_a_press_office_is_not_quiet_over_a_weekend_but_is_after_a_week():
    arrivals = weekdays(6)  # the last on Friday noon
    assert silence(arrivals, NOW + 3 * DAY - HOUR) == ""
    said = silence(arrivals, NOW + 7 * DAY)
    assert "nothing new for 7 days" in said
    assert "3 days" in said


def test_a_busy_outlet_is_quiet_within_a_day():
    arrivals = [NOW - DAY * day - HOUR * hour for day in range(30) for hour in range(12)]
    assert silence(arrivals, NOW + 13 * HOUR) == ""
    assert silence(arrivals, NOW + DAY)


def test_bursts_do_not_make_the_night_after_them_a_silence():
    arrivals = [NOW - DAY * day + timedelta(minutes=minute) for day in range(30) for minute in range(30)]
    assert usual_gap(arrivals) is not None
    assert silence(arrivals, NOW + DAY) == ""


def test_without_evidence_nobody_is_quiet():
    assert silence([], NOW) == ""
    assert silence([NOW - DAY * day for day in range(5)], NOW + 300 * DAY) == ""


def test_who_is_known_for_a_few_days_may_not_have_shown_its_weekend_yet():
    arrivals = [NOW - 3 * HOUR * number for number in range(20)]
    assert silence(arrivals, NOW + 3 * DAY) == ""
    assert silence(arrivals, NOW + 5 * DAY)


@given(st.lists(st.timedeltas(timedelta(days=-120), timedelta(0)).map(NOW.__add__), max_size=40))
def test_more_silence_never_makes_a_quiet_channel_lively(arrivals: list[datetime]):
    told = [bool(silence(arrivals, NOW + DAY * days)) for days in range(40)]
    assert told == sorted(told)


def complete(now: int, had: int, past: int = 100, before: int = 95) -> Completeness:
    return Completeness(source="desk", now=now, past=past, had_now={"byline": had}, had_past={"byline": before})


def test_a_field_that_vanishes_is_missed_within_a_day_even_at_a_small_source():
    assert complete(now=3, had=0).dropped("byline")
    assert complete(now=40, had=3).dropped("byline")


def test_chance_is_no_change_of_layout():
    assert not complete(now=3, had=1).dropped("byline")
    assert not complete(now=40, had=36).dropped("byline")
    assert not complete(now=10, had=0, before=30).dropped("byline"), "it was never a field to rely on"
    assert not complete(now=10, had=0, past=10, before=10).dropped("byline"), "too little is known"


def test_a_field_is_back_when_every_second_story_has_it():
    assert complete(now=4, had=2).restored("byline")
    assert not complete(now=4, had=1).restored("byline")


@given(st.integers(0, 60), st.floats(0, 1))
def test_the_binomial_tail_is_a_probability(of: int, share: float):
    tail = [at_most(had, of, share) for had in range(of + 1)]
    assert abs(tail[-1] - 1) < 1e-9
    assert tail == sorted(tail)


def test_each_state_that_is_not_well_says_what_can_be_done():
    for state in ChannelState:
        assert bool(advice(record(state=state))) == (state not in (ChannelState.OK, ChannelState.NEW))


def test_spans_are_told_in_words():
    assert [spell(timedelta(minutes=m)) for m in (0, 59, 61, 1440, 1500, 14400)] == [
        "0 min", "59 min", "1 h", "1 day", "1 day 1 h", "10 days",
    ]  # fmt: skip
