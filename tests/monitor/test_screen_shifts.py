"""A figure and a shift read as a person would say them."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.screen.shifts import amount, moved, value


@pytest.mark.parametrize(
    ("low", "high", "hedge", "unit", "said"),
    [
        (237_000.0, 237_000.0, "about", "encounters", "about 237,000"),
        (2_200_000.0, None, "more than", "", "more than 2,200,000"),
        (None, 300.0, "fewer than", "", "fewer than 300"),
        (80.0, 120.0, "range", "", "80–120"),
        (50.0, None, "record low", "years", "record low in over 50 years"),
        (None, None, "record low", "", "record low"),
        (2.5, 2.5, "", "", "2.5"),
    ],
)
def test_a_figure_is_told_with_its_hedge(low: float | None, high: float | None, hedge: str, unit: str, said: str):
    assert value({"value_low": low, "value_high": high, "hedge": hedge, "unit": unit}) == said


def test_a_shift_is_told_in_one_line():
    row: dict[str, Any] = {
        "actor": "CBP", "beneficiary": "ICE", "resource": "personnel", "quantity_low": 80, "quantity_high": 120,
        "quantity_text": None, "origin": "Laredo", "destination": "Memphis", "direction": "border_to_interior",
        "status": "done",
    }  # fmt: skip
    assert moved(row) == "CBP → ICE  80–120 personnel  from Laredo to Memphis  border_to_interior  done"
    assert amount({"quantity_text": "hundreds", "quantity_low": 100, "quantity_high": 999}) == "hundreds"
    assert amount({"quantity_low": 600, "quantity_high": 600}) == "600"
