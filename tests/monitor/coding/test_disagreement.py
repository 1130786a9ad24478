"""Only what cannot both be right is called a disagreement."""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.coding.disagreement import Claim, disagreements
from monitor.model import Figure

_ids = count(1)


def claim(story: int, value: float, period: str = "FY2025", told: str = "2026-01-15T00:00:00Z", **over: Any) -> Claim:
    given = {"measure": "border encounters", "value_low": value, "value_high": value, "unit": "encounters", **over}
    return Claim(id=next(_ids), story=story, told_at=told, figure=Figure(period=period, **given))


def pairs(*claims: Claim) -> list[tuple[int, int]]:
    return [(one.one.story, one.other.story) for one in disagreements(claims)]


def test_two_stories_with_two_numbers_for_one_time_disagree():
    assert pairs(claim(1, 237_000), claim(2, 260_000)) == [(1, 2)]
    (one,) = disagreements([claim(1, 237_000), claim(2, 260_000)])
    assert one.reason == "border encounters, FY2025: 237,000 against 260,000"


def test_hedges_other_measures_periods_and_scopes_are_no_disagreement():
    assert pairs(claim(1, 237_000, hedge="about"), claim(2, 240_000)) == []
    assert pairs(claim(1, 237_000), claim(2, 260_000, measure="removals")) == []
    assert pairs(claim(1, 237_000), claim(2, 260_000, period="FY2024")) == []
    assert pairs(claim(1, 237_000), claim(2, 260_000, scope="southwest border")) == []
    assert pairs(claim(1, 237_000, period=""), claim(2, 260_000, period="")) == []


def test_one_story_does_not_contradict_itself_nor_another_whose_number_it_names_too():
    assert pairs(claim(1, 17), claim(1, 462)) == []
    assert pairs(claim(1, 6_840), claim(1, 58_010), claim(2, 6_840)) == []


def test_last_month_is_another_month_in_another_months_story():
    assert pairs(claim(1, 100, "last month"), claim(2, 200, "last month")) == [(1, 2)]
    assert pairs(claim(1, 100, "last month"), claim(2, 200, "last month", "2026-02-03T00:00:00Z")) == []
    assert pairs(claim(1, 300, "per day"), claim(2, 200, "per day", "2024-02-03")) == []
    assert pairs(claim(1, 300, "per day, FY2025"), claim(2, 200, "per day, FY2025", "2024-02-03")) == [(1, 2)]
    assert pairs(claim(1, 100, "the previous years"), claim(2, 200, "the previous years")) == []


claims = st.builds(
    claim, st.integers(1, 4), st.sampled_from([10.0, 11.0, 30.0]), st.sampled_from(["FY2025", "last month", ""])
)


@given(st.lists(claims, max_size=8))
def test_the_order_of_claims_does_not_matter(told: list[Claim]):
    def found(given: list[Claim]) -> set[frozenset[int]]:
        return {frozenset((one.one.id, one.other.id)) for one in disagreements(given)}

    assert found(told) == found(told[::-1])
