"""A shift in one line, moments and spans as a reader says them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.digest.wording import lasted, listed, period, shift_parts, span, when
from tests.monitor.digest.test_compose import mention

NOW = datetime(2026, 5, 12, 11, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("slots", "line"),
    [
        (
            {"actor": "CBP", "quantity_text": "about 1,500", "origin": "the border",
             "destination": "Minneapolis"},
            "CBP → ICE · about 1,500 agents · border to Minneapolis",
        ),
        ({"quantity_text": "hundreds", "origin": None}, "Border Patrol → ICE · hundreds of agents · to Ohio"),
        ({"quantity_text": "Nearly forty", "origin": None}, "Border Patrol → ICE · nearly forty agents · to Ohio"),
        (
            {"actor": "MARINES", "beneficiary": None, "quantity_text": "700", "origin": None},
            "Marines · 700 troops · to Ohio",
        ),
        (
            {"actor": "DHS", "beneficiary": None, "resource": "money", "quantity_text": "$90 million",
             "origin": "cutters", "destination": "detention beds"},
            "DHS · $90 million · cutters to detention beds",
        ),
        (
            {"actor": "CBP", "quantity_text": None, "origin": None,
             "destination": "assist ICE interior operations"},
            "CBP → ICE · agents · to assist ICE interior operations",
        ),
        (
            {"actor": "UNSPECIFIED", "beneficiary": None, "quantity_text": None, "origin": None,
             "destination": "the city"},
            "Unnamed agency · agents",
        ),
        (
            {"actor": "FBI", "beneficiary": "FBI", "quantity_text": "40 detectives", "destination": None},
            "FBI · 40 detectives · from Texas",
        ),
        ({"resource": "equipment", "quantity_text": None, "origin": None}, "Border Patrol → ICE · equipment · to Ohio"),
    ],
)  # fmt: skip
def test_a_shift_is_said_in_one_line(slots: dict[str, Any], line: str):
    assert " · ".join(shift_parts(mention(1, 1, **slots))) == line


@pytest.mark.parametrize(
    ("low", "high", "hedge", "said"),
    [
        (1500, 1500, "about", "about 1,500"),
        (1000, 1500, "range", "1,000–1,500"),
        (300, None, "", "at least 300"),
        (300, None, "more than", "more than 300"),
        (None, 300, "", "up to 300"),
        (None, None, "record low", "record low"),
    ],
)
def test_a_number_is_said_as_it_was_claimed(low: float | None, high: float | None, hedge: str, said: str):
    assert span(low, high, hedge) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-05-12T03:30:00Z", "Mon 11 May, 23:30"),
        ("2026-05-12", "Tue 12 May"),
        ("2025-05-12", "Mon 12 May 2025"),
        ("2026-05", "May 2026"),
        ("", ""),
    ],
)
def test_a_moment_is_said_in_the_digests_zone_and_a_day_stays_a_day(text: str, said: str):
    assert when(text, NEW_YORK, NOW) == said


def test_a_period_says_its_zone_and_both_when_clocks_changed():
    assert period(NOW - timedelta(hours=2), NOW, NEW_YORK) == "Tue 12 May, 05:00 – 07:00 EDT"
    spring = datetime(2026, 3, 8, 11, tzinfo=UTC)
    assert period(spring - timedelta(days=1), spring, NEW_YORK) == "Sat 7 Mar, 06:00 EST – Sun 8 Mar 2026, 07:00 EDT"


def test_spans_and_lists():
    assert [lasted(timedelta(minutes=m)) for m in (0, 40, 240, 1500, 2 * 1440, 10 * 1440)] == [
        "1 min",
        "40 min",
        "4 h",
        "25 h",
        "2 days",
        "10 days",
    ]
    assert [listed(words) for words in ([], ["a"], ["a", "b", "c"])] == ["", "a", "a, b and c"]
