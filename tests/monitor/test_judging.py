"""What people say of rows is checked before it is filed, and counted as it was meant."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.coding.vocabulary import SLOTS
from monitor.errors import UsageError
from monitor.judging import fixes, gold_lines, judged_agreement, merged

MACHINE: dict[str, Any] = {
    **dict.fromkeys(SLOTS),
    "actor": "CBP",
    "resource": "personnel",
    "quantity_low": 200,
    "quantity_high": 200,
    "quantity_approx": False,
    "direction": "border_to_interior",
    "status": "done",
}


def row(coder: str, verdict: str, key: str = "k", **fixed: Any) -> dict[str, Any]:
    return {
        "story": 1,
        "key": key,
        "coder": coder,
        "verdict": verdict,
        "fixed": fixed,
        "judged": MACHINE,
        "shift": 7,
        "part": "body",
        "start": 40,
        "sentence": "It moved.",
        "leading": "First one. Then this.",
        "url": "https://example.org/",
        "date": "2026-05-01",
    }


def test_slots_are_read_by_their_kind() -> None:
    given = ["status=blocked", "quantity_high=1,200", "quantity-low=", "origin = El Paso ", "quantity_approx=yes"]
    assert fixes(given) == {
        "status": "blocked",
        "quantity_high": 1200,
        "quantity_low": None,
        "origin": "El Paso",
        "quantity_approx": True,
    }


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("status", "expected name=value"),
        ("statu=done", "did you mean 'status'"),
        ("status=don", "did you mean 'done'"),
        ("status=", "must have a value"),
        ("actor=ice", "did you mean 'ICE'"),
        ("direction=border-to-interior", "did you mean 'border_to_interior'"),
        ("beneficiary=nobody", "expected one of"),
        ("quantity_low=-1", "whole number"),
        ("quantity_low=1e9", "whole number"),
        ("quantity_low=99999999999999999999", "whole number"),
        ("quantity_low=٣", "whole number"),
        ("quantity_approx=perhaps", "true or false"),
    ],
)
def test_a_wrong_slot_is_refused_with_what_was_expected(pair: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        fixes([pair])


def test_a_slot_given_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="twice"):
        fixes(["status=done", "status=planned"])


@given(st.sampled_from(SLOTS), st.text(max_size=40))
def test_any_slot_is_a_value_or_an_error_of_ours(name: str, value: str) -> None:
    try:
        fixed = fixes([f"{name}={value}"])
    except UsageError:
        return
    assert set(fixed) == {name}


def test_later_fixes_join_earlier_ones_and_what_the_machine_says_is_none() -> None:
    assert merged({"status": "blocked"}, {"origin": "Texas"}, MACHINE) == {"status": "blocked", "origin": "Texas"}
    assert merged({"status": "blocked"}, {"status": "done", "origin": "Texas"}, MACHINE) == {"origin": "Texas"}
    with pytest.raises(UsageError, match="read so already"):
        merged({}, {"status": "done"}, MACHINE)
    with pytest.raises(UsageError, match="quantity_low 300 is above quantity_high 200"):
        merged({}, {"quantity_low": 300}, MACHINE)


def test_judgements_are_counted_for_machine_and_coders() -> None:
    found = judged_agreement(
        [
            row("kim", "accept", "a"),
            row("kim", "fix", "b", status="planned"),
            row("kim", "reject", "c"),
            row("lee", "accept", "a"),
            row("lee", "accept", "b"),
        ]
    )
    kim, lee = found.scores
    assert (kim.accepted, kim.fixed, kim.rejected, kim.precision) == (1, 1, 1, pytest.approx(2 / 3))
    assert kim.slots["status"] == (1, 2)
    assert kim.slots["actor"] == (2, 2)
    assert lee.precision == 1.0
    assert found.shifts == 3
    assert found.people["is_shift"].units == 2
    assert found.people["status"].observed == 0.5
    assert found.machine["kim"]["status"].observed == 0.5
    assert found.machine["kim"]["status"].units == 2


def test_one_coder_has_nobody_to_agree_with() -> None:
    found = judged_agreement([row("kim", "accept")])
    assert found.people == {}
    assert judged_agreement([]).scores == []


def test_judged_rows_of_one_sentence_make_one_gold_line_for_each_coder() -> None:
    one, other, theirs = gold_lines(
        [
            row("kim", "accept", "a"),
            row("kim", "fix", "b", status="planned"),
            row("kim", "reject", "c") | {"start": 90},
            row("kim", "accept", "d") | {"shift": None},
            row("lee", "reject", "a"),
        ]
    )
    assert one["id"] == theirs["id"] != other["id"]
    assert [shift["status"] for shift in one["shifts"]] == ["done", "planned"]
    assert (one["is_shift"], other["is_shift"], theirs["is_shift"]) == (True, False, False)
    assert (one["context"], one["text"]) == ("Then this.", "It moved.")
