"""Dates as they are written, and how exactly they are known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Precision
from monitor.reading.dates import parse_date
from monitor.reading.plausible import plausible


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Fri, 07 Aug 2026 15:04:05 GMT", "2026-08-07T15:04:05Z"),
        ("Fri, 07 Aug 2026 15:04:05 +0200", "2026-08-07T13:04:05Z"),
        ("Fri, 07 Aug 2026 15:04:05 EST", "2026-08-07T20:04:05Z"),
        ("Fri, 07 Aug 2026 15:04:05 EDT", "2026-08-07T19:04:05Z"),
        ("Fri, 07 Aug 2026 15:04:05 PDT", "2026-08-07T22:04:05Z"),
        ("Fri, 07 Aug 2026 15:04:05", "2026-08-07T15:04:05Z"),
        ("Fri, 07 Aug 2026 15:04:05 QQQ", "2026-08-07T15:04:05Z"),
        ("Wed, 02 Oct 2002 08:00:00 EST (Eastern)", "2002-10-02T13:00:00Z"),
        ("7 Aug 26 15:04 ET", "2026-08-07T19:04:00Z"),
        ("Sun, 07 Feb 99 15:04:05 GMT", "1999-02-07T15:04:05Z"),
        ("2026-08-07T15:04:05Z", "2026-08-07T15:04:05Z"),
        ("2026-08-07T15:04:05.123456-04:00", "2026-08-07T19:04:05Z"),
        ("2026-08-07T15:04-0400", "2026-08-07T19:04:00Z"),
        ("2026-08-07 15:04:05 UTC", "2026-08-07T15:04:05Z"),
        ("20260807T150405Z", "2026-08-07T15:04:05Z"),
        ("20260807150405", "2026-08-07T15:04:05Z"),
        ("1786115045", "2026-08-07T15:04:05Z"),
        ("1786115045000", "2026-08-07T15:04:05Z"),
        ("Thu Aug  7 15:04:05 EDT 2026", "2026-08-07T19:04:05Z"),
        ("Updated 3:04 p.m. ET, June 6, 2025", "2025-06-06T19:04:00Z"),
        ("Updated 10:15 AM EST, Thu January 14, 2024", "2024-01-14T15:15:00Z"),
        ("Aug. 7, 2026, 9 p.m. ET", "2026-08-08T01:00:00Z"),
        ("Jan. 7, 2026 at 9:30 a.m. PT", "2026-01-07T17:30:00Z"),
        ("12:05 a.m. CT Aug 7, 2026", "2026-08-07T05:05:00Z"),
        ("August 7, 2026 12:30 PM UTC-04:00", "2026-08-07T16:30:00Z"),
    ],
)
def test_moments_are_turned_into_utc(written: str, meant: str) -> None:
    dated = parse_date(written, signal="here")
    assert dated is not None
    assert (dated.iso(), dated.signal) == (meant, "here")


@pytest.mark.parametrize(
    ("written", "meant", "precision"),
    [
        ("Thu, 02/27/2025", "2025-02-27", Precision.DAY),
        ("Aug 07 2026", "2026-08-07", Precision.DAY),
        ("June 6, 2025", "2025-06-06", Precision.DAY),
        ("Last Modified: Apr 25, 2025", "2025-04-25", Precision.DAY),
        ("2026-08-07", "2026-08-07", Precision.DAY),
        ("20260807", "2026-08-07", Precision.DAY),
        ("27/02/2025", "2025-02-27", Precision.DAY),
        ("07.08.2026", "2026-08-07", Precision.DAY),
        ("7 de agosto de 2026", "2026-08-07", Precision.DAY),
        ("September 1st, 2026", "2026-09-01", Precision.DAY),
        ("Fri, 07 Aug 2026 25:61:00 GMT", "2026-08-07", Precision.DAY),
        ("August 2026", "2026-08", Precision.MONTH),
        ("2026-08", "2026-08", Precision.MONTH),
        ("2026-08-07T15:04Z", "2026-08-07T15:04:00Z", Precision.MINUTE),
        ("2026-08-07T00:00:00Z", "2026-08-07T00:00:00Z", Precision.SECOND),
    ],
)
def test_precision_is_what_was_written(written: str, meant: str, precision: Precision) -> None:
    dated = parse_date(written, signal="here")
    assert dated is not None
    assert (dated.iso(), dated.precision) == (meant, precision)


@pytest.mark.parametrize(
    "written",
    ["", "yesterday", "Feb 30, 2025", "2025-02-30", "0000-01-01", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
     "13/13/2025", "0", "1970-01-01", "CBP moves 500 agents", "3:04 p.m. ET", "2026", "9" * 20, "²026-08-07"],
)  # fmt: skip
def test_what_is_no_date_is_none(written: str) -> None:
    assert parse_date(written, signal="here") is None


def test_a_time_without_zone_is_meant_where_the_source_is() -> None:
    there = parse_date("08/07/2026 - 10:15am", signal="x", zone="America/New_York")
    nowhere = parse_date("08/07/2026 - 10:15am", signal="x", zone="Mars/Olympus")
    assert there is not None
    assert nowhere is not None
    assert there.iso() == "2026-08-07T14:15:00Z"
    assert nowhere.iso() == "2026-08-07T10:15:00Z"


def test_formats_come_first_and_tell_the_precision() -> None:
    assert (day := parse_date("07|08|2026", signal="x", formats=("%d|%m|%Y",))) is not None
    assert day.iso() == "2026-08-07"
    minute = parse_date("07.08.26, 15h04", signal="x", formats=("%Q", "%d.%m.%y, %Hh%M"), zone="Europe/Paris")
    assert minute is not None
    assert (minute.iso(), minute.precision) == ("2026-08-07T13:04:00Z", Precision.MINUTE)


def test_relative_dates_count_from_now() -> None:
    now = datetime(2026, 8, 7, 1, 30, tzinfo=UTC)
    told = {
        words: parse_date(words, signal="x", now=now)
        for words in ("20 minutes ago", "2 hours ago", "Yesterday", "an hour ago")
    }
    assert {words: dated and dated.iso() for words, dated in told.items()} == {
        "20 minutes ago": "2026-08-07T01:10:00Z",
        "2 hours ago": "2026-08-06",
        "Yesterday": "2026-08-06",
        "an hour ago": "2026-08-07",
    }


def test_the_future_is_not_plausible() -> None:
    seen = datetime(2026, 8, 7, 12, tzinfo=UTC)
    soon, late = (parse_date(text, signal="x") for text in ("2026-08-08", "2027-08-08"))
    assert soon is not None
    assert late is not None
    assert plausible(soon, seen)
    assert not plausible(late, seen)
    assert plausible(late, seen, tolerance=timedelta(days=400))


@settings(max_examples=500)
@given(
    st.text() | st.text("0123456789:/-., TZ+JanAugpmETago()", max_size=60), st.sampled_from(["", "America/New_York"])
)
def test_no_text_makes_it_raise(text: str, zone: str) -> None:
    dated = parse_date(text, signal="x", zone=zone, now=datetime(2026, 8, 7, tzinfo=UTC))
    assert dated is None or dated.at.utcoffset() == timedelta(0)


@given(st.integers(631_152_000, 4_070_908_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_iso_and_rfc_822_say_the_same(moment: datetime) -> None:
    iso = parse_date(moment.strftime("%Y-%m-%dT%H:%M:%SZ"), signal="x")
    rfc = parse_date(moment.strftime("%a, %d %b %Y %H:%M:%S +0000"), signal="x")
    assert iso == rfc
    assert iso is not None
    assert iso.at == moment
