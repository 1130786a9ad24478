"""Amounts read as the codebook reads them."""

from __future__ import annotations

import pytest

from monitor.coding.quantities import quantities
from monitor.coding.tokens import tokens


@pytest.mark.parametrize(
    ("text", "low", "high", "approximate"),
    [
        ("about 300 agents", 300, 300, True),
        ("more than 2,000 troops", 2000, None, True),
        ("at least forty officers", 40, None, True),
        ("no more than 9 agents", None, 9, True),
        ("up to 5,000 detainees", None, 5000, True),
        ("fewer than 300 a day", None, 300, True),
        ("dozens of officers", 24, 99, True),
        ("a hundred and fifty agents", 150, 150, False),
        ("a further thousand officers", 1000, 1000, False),
        ("The city woke up to sixty marshals", 60, 60, False),
        ("one in five agents", None, None, False),
        ("hundreds of agents", 100, 999, True),
        ("several hundred agents", 200, 999, True),
        ("thousands of soldiers", 1000, 9999, True),
        ("billions of dollars", 1_000_000_000, 9_999_999_999, True),
        ("a dozen deputies", 12, 12, False),
        ("thirty-five agents", 35, 35, False),
        ("two hundred and fifty soldiers", 250, 250, False),
        ("from 80 to 120 agents", 120, 120, False),
        ("between 5 and 9 agents", 5, 9, False),
        ("$2.5 billion from pay", 2_500_000_000, 2_500_000_000, False),
        ("$1 to $2 million", 1_000_000, 2_000_000, False),
        ("a quarter of its squad", None, None, False),
        ("every other agent", None, None, False),
    ],
)
def test_an_amount_is_read_with_its_hedge(text: str, low: int | None, high: int | None, approximate: bool) -> None:
    (quantity,) = quantities(tokens(text))
    assert (quantity.low, quantity.high, quantity.approximate) == (low, high, approximate)


@pytest.mark.parametrize(
    "text", ["On June 18, 2025", "in 2019", "note [191] says", "a 287(g) deal", "Title 10 orders", "at 9:30 that day"]
)
def test_dates_notes_and_titles_are_no_amounts(text: str) -> None:
    assert quantities(tokens(text)) == []
