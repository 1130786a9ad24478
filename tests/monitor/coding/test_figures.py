"""Figures keep measure, value, period, scope and hedge, and only like is held against like."""

from __future__ import annotations

import pytest

from monitor.coding.figures import conflicts, sentence_figures
from monitor.model import Figure


@pytest.mark.parametrize(
    ("text", "measure", "low", "high", "period", "hedge"),
    [
        (
            "The agency recorded about 237,000 encounters in fiscal 2025.",
            "border encounters",
            237_000,
            237_000,
            "FY2025",
            "about",
        ),
        ("Crossings fell to fewer than 300 a day.", "border encounters", None, 300, "per day", "fewer than"),
        (
            "There were 2.2 million encounters in fiscal year 2022.",
            "border encounters",
            2_200_000,
            2_200_000,
            "FY2022",
            "",
        ),
        ("Border encounters are at their lowest in over 50 years.", "border encounters", 50, None, "", "record low"),
        ("ICE made more than 1,200 arrests last month.", "immigration arrests", 1200, None, "last month", "more than"),
        (
            "The backlog reached 3.4 million cases in 2025.",
            "pending immigration cases",
            3_400_000,
            3_400_000,
            "2025",
            "",
        ),
    ],
)
def test_a_claim_is_read(
    text: str, measure: str, low: float | None, high: float | None, period: str, hedge: str
) -> None:
    figure = sentence_figures(text)[0]
    assert (figure.measure, figure.value_low, figure.value_high, figure.period, figure.hedge) == (
        measure,
        low,
        high,
        period,
        hedge,
    )


def test_scope_and_claimant_are_kept() -> None:
    (figure,) = sentence_figures("The Border Patrol said encounters at the southern border fell to 6,000 in June 2025.")
    assert (figure.scope, figure.claimant) == ("southwest border", "Border Patrol")


def test_numbers_of_other_things_are_left_alone() -> None:
    assert sentence_figures("He paid $300 for 12 tickets.") == []
    assert sentence_figures("Arrests followed 20 years of silence.") == []


def figure(low: float | None, high: float | None, period: str = "FY2025", hedge: str = "", scope: str = "") -> Figure:
    return Figure(
        measure="border encounters",
        value_low=low,
        value_high=high,
        unit="encounters",
        period=period,
        hedge=hedge,
        scope=scope,
    )


def test_only_the_same_measure_period_and_scope_can_conflict() -> None:
    assert len(conflicts([figure(237_000, 237_000), figure(300_000, 300_000)])) == 1
    assert conflicts([figure(237_000, 237_000), figure(300_000, 300_000, period="FY2024")]) == []
    assert conflicts([figure(237_000, 237_000), figure(300_000, 300_000, scope="northern border")]) == []
    assert conflicts([figure(237_000, 237_000, period=""), figure(300_000, 300_000, period="")]) == []


def test_hedges_are_given_their_room() -> None:
    assert conflicts([figure(237_000, 237_000), figure(240_000, 240_000, hedge="about")]) == []
    assert conflicts([figure(237_000, 237_000), figure(200_000, None, hedge="more than")]) == []
