"""Exactly one digest on every local date, whatever the clocks do; downtime is one catch-up; alerts rest."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.digest.window import Past, alert_at, due, first_start, instant, last_told, never_comes, slots_until

# Zones that put their clocks at midnight, by half an hour, backwards on the day's last hour, and those of most readers.
ZONES = (
    "America/New_York", "Europe/London", "Australia/Lord_Howe", "America/Havana", "Africa/Cairo", "Asia/Beirut",
    "America/Santiago", "Atlantic/Azores", "Pacific/Apia", "America/Scoresbysund", "Africa/Casablanca", "UTC",
)  # fmt: skip


def dates(first: date, last: date) -> list[date]:
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


@settings(max_examples=40, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    year=st.integers(2005, 2035),
)
def test_a_daily_digest_has_one_moment_on_every_local_date_there_is(zone: str, hour: int, minute: int, year: int):
    tz = ZoneInfo(zone)
    begin, end = datetime(year, 1, 1, tzinfo=tz), datetime(year, 12, 31, 23, 59, 59, tzinfo=tz)
    slots = list(takewhile(lambda at: at >= begin, slots_until(f"{minute} {hour} * * *", zone, end.astimezone(UTC))))
    found = [at.astimezone(tz).date() for at in reversed(slots)]
    there = [
        day
        for day in dates(date(year, 1, 1), date(year, 12, 31))
        if datetime.combine(day, time(12), tz).astimezone(UTC).astimezone(tz).date() == day
    ]
    assert found == there


@settings(max_examples=30, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    hours=st.integers(0, 7300),
    steps=st.lists(st.integers(1, 40), min_size=20, max_size=60),
)
def test_however_irregularly_it_is_asked_no_slot_is_served_twice_and_each_is_covered(
    zone: str, hour: int, minute: int, hours: int, steps: list[int]
):
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    schedule = f"{minute} {hour} * * *"
    begun, past, windows = now, [], []
    for step in steps:
        now += timedelta(hours=step)
        window = due(schedule, zone, now=now, past=past, known_since=begun)
        if window is not None:
            windows.append(window)
            past.append(Past(start=window.start, end=window.end, slot=window.slot))
            assert due(schedule, zone, now=now, past=past, known_since=begun) is None
    slots = [window.slot for window in windows]
    assert len(set(slots)) == len(slots)
    for one, following in pairwise(windows):
        assert following.start == one.end
    missed = sum(window.missed for window in windows[1:])
    if windows:
        first, last = windows[0].slot, windows[-1].slot
        assert first is not None and last is not None
        between = list(takewhile(lambda at: at >= first, slots_until(schedule, zone, last)))
        assert len(between) == len(slots) + missed


def at(text: str, zone: str = "America/New_York") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_half_past_two_is_there_once_when_clocks_go_forward_and_once_when_they_go_back():
    spring = list(
        takewhile(
            lambda one: one > at("2026-03-07T12:00"),
            slots_until("30 2 * * *", "America/New_York", at("2026-03-09T12:00")),
        )
    )
    assert spring == [at("2026-03-09T02:30"), at("2026-03-08T03:00")]
    autumn = list(
        takewhile(
            lambda one: one > at("2026-10-31T12:00"),
            slots_until("30 1 * * *", "America/New_York", at("2026-11-02T12:00")),
        )
    )
    assert len(autumn) == 2
    assert autumn[1] == datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "the first of the two"


def test_a_date_that_a_country_skipped_has_no_moment():
    assert instant(datetime.fromisoformat("2011-12-30T07:00"), ZoneInfo("Pacific/Apia")) is None


@pytest.mark.parametrize("days", [1, 5])
def test_downtime_is_one_catch_up_that_says_what_it_covers(days: int):
    told = Past(start=at("2026-05-10T07:00"), end=at("2026-05-11T07:00"), slot=at("2026-05-11T07:00"))
    now = at("2026-05-11T09:00") + timedelta(days=days)
    window = due("0 7 * * *", "America/New_York", now=now, past=[told], known_since=told.start)
    assert window is not None
    assert (window.start, window.end, window.missed) == (told.end, now, days - 1)
    again = [told, Past(start=window.start, end=window.end, slot=window.slot)]
    assert due("0 7 * * *", "America/New_York", now=now, past=again, known_since=told.start) is None


def test_a_clock_ten_years_ahead_and_back_blocks_nothing():
    told = Past(start=at("2026-05-10T07:00"), end=at("2026-05-11T07:00"), slot=at("2026-05-11T07:00"))
    ahead = due("0 7 * * *", "UTC", now=at("2036-05-12T09:00"), past=[told], known_since=told.start)
    assert ahead is not None and ahead.missed <= 1000
    wrong = Past(start=ahead.start, end=ahead.end, slot=ahead.slot)
    back = due("0 7 * * *", "UTC", now=at("2026-05-13T09:00"), past=[told, wrong], known_since=told.start)
    assert back is not None
    assert back.start == told.end


def test_what_nobody_got_is_covered_again_but_its_slot_is_not_tried_again():
    told = Past(start=at("2026-05-10T07:00"), end=at("2026-05-11T07:00"), slot=at("2026-05-11T07:00"))
    lost = Past(start=told.end, end=at("2026-05-12T07:00"), slot=at("2026-05-12T07:00"), told=False)
    assert due("0 7 * * *", "America/New_York", now=at("2026-05-12T08:00"), past=[told, lost], known_since=None) is None
    window = due("0 7 * * *", "America/New_York", now=at("2026-05-13T07:01"), past=[told, lost], known_since=None)
    assert window is not None
    assert window.start == told.end


def test_a_new_digest_starts_with_the_slot_just_gone_by_and_else_with_the_next():
    zone = "America/New_York"
    assert due("0 7 * * *", zone, now=at("2026-05-11T07:00"), past=[], known_since=None) is not None
    assert due("0 7 * * *", zone, now=at("2026-05-11T15:00"), past=[], known_since=None) is None
    window = due("0 7 * * *", zone, now=at("2026-05-12T07:05"), past=[], known_since=at("2026-05-11T15:00"))
    assert window is not None
    assert window.start == at("2026-05-11T07:00"), "it covers one period"


def test_by_hand_the_first_window_is_a_period_and_at_least_a_day():
    now = at("2026-05-13T09:00")  # a Wednesday
    assert first_start("0 7 * * 1", "America/New_York", now) == at("2026-05-04T07:00")
    assert first_start("now", "UTC", now) == now - timedelta(days=1)
    assert first_start("*/5 * * * *", "UTC", now) == now - timedelta(days=1)


def test_only_what_somebody_got_counts_as_told():
    sent = Past(start=at("2026-05-10T07:00"), end=at("2026-05-11T07:00"), slot=None)
    lost = Past(start=at("2026-05-11T07:00"), end=at("2026-05-12T07:00"), slot=None, told=False)
    assert last_told([sent, lost], at("2026-05-13T07:00")) == sent.end
    assert last_told([lost], at("2026-05-13T07:00")) is None


@pytest.mark.parametrize(("line", "never"), [("0 0 30 2 *", True), ("0 0 29 2 *", False), ("0 7 * * *", False)])
def test_a_line_that_names_no_day_there_is_is_known(line: str, never: bool):
    assert never_comes(line) is never


def test_alerts_keep_to_their_ceiling_and_to_the_quiet_hours():
    now = at("2026-05-11T12:00")
    sent = [now - timedelta(minutes=minutes) for minutes in (50, 30, 10)]
    assert alert_at(now, sent, per_hour=4, quiet=None, zone="UTC") == now
    assert alert_at(now, sent, per_hour=3, quiet=None, zone="UTC") == now + timedelta(minutes=10)
    night = (time(22), time(7))
    zone = "America/New_York"
    assert alert_at(at("2026-05-11T23:30"), [], per_hour=4, quiet=night, zone=zone) == at("2026-05-12T07:00")
    assert alert_at(at("2026-05-12T06:59"), [], per_hour=4, quiet=night, zone=zone) == at("2026-05-12T07:00")
    assert alert_at(at("2026-05-12T07:00"), [], per_hour=4, quiet=night, zone=zone) == at("2026-05-12T07:00")
    noon = (time(12), time(13))
    assert alert_at(at("2026-05-12T12:30"), [], per_hour=4, quiet=noon, zone=zone) == at("2026-05-12T13:00")
