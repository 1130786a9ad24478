"""Wire credits in bylines, datelines and last lines."""

# ruff: noqa: E501  prose reads better unbroken
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.credits import read_credit

BODY = "Agents arrived in the city on Monday.\n\nThe mayor objected."


@pytest.mark.parametrize(
    ("text", "byline", "origin", "where"),
    [
        (BODY, "Ann Roe, Associated Press", "Associated Press", "byline"),
        (BODY, "By ANN ROE and LEE POE Associated Press", "Associated Press", "byline"),
        (BODY, "AP", "Associated Press", "byline"),
        (BODY, "Ann Roe | The Associated Press", "Associated Press", "byline"),
        (BODY, "Ann Roe for States Newsroom", "States Newsroom", "byline"),
        (BODY, "By Ann Roe for Harborline Newsroom", "Harborline Newsroom", "byline"),
        ("WASHINGTON (AP) — " + BODY, "Ann Roe", "Associated Press", "dateline"),
        ("MEXICO CITY, Nov 3 (Reuters) - " + BODY, "", "Reuters", "dateline"),
        ("(CNN) -- " + BODY, "", "CNN", "dateline"),
        ("(The Center Square) – " + BODY, "", "The Center Square", "dateline"),
        ("PARIS (AFP) – " + BODY, "", "Agence France-Presse", "dateline"),
        (BODY + "\n\nCopyright 2026 The Associated Press. All rights reserved.", "", "Associated Press", "tail"),
        (BODY + "\n\nThe-CNN-Wire™ & © 2026 Cable News Network, Inc.", "", "CNN", "tail"),
        (BODY + "\n\n©2026 Example Tribune. Distributed by Tribune Content Agency, LLC.", "", "Tribune News Service", "tail"),
        (BODY + "\n\nThis story was originally published by the Harbor Valley Monitor.", "", "Harbor Valley Monitor", "tail"),
    ],
)  # fmt: skip
def test_credits_are_recognised(text: str, byline: str, origin: str, where: str) -> None:
    found = read_credit(text, byline)
    assert found is not None
    assert (found.origin, found.where) == (origin, where)


@pytest.mark.parametrize(
    ("text", "byline"),
    [
        (BODY, "Ann Roe"),
        (BODY, "Jon Apple"),
        (BODY + "\n\nThe Associated Press contributed to this report.", "Ann Roe"),
        ("The mayor told Reuters that he objected.\n\n" + BODY, ""),
        ("He signed up (up to a point) — " + BODY, ""),
        ("The program (cnn) — " + BODY, ""),
    ],
)
def test_mentions_are_no_credits(text: str, byline: str) -> None:
    assert read_credit(text, byline) is None


def test_an_agencys_own_story_is_not_credited_to_itself() -> None:
    assert read_credit("WASHINGTON (AP) — " + BODY, "", outlet="The Associated Press") is None
    assert read_credit("(CNN) — " + BODY, "", outlet="CNN") is None


@given(st.text(max_size=500), st.text(max_size=100))
def test_reading_is_total(text: str, byline: str) -> None:
    read_credit(text, byline)
