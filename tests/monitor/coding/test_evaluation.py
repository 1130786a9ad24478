"""Scores count what the codebook says they count."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.coding.evaluation import (
    Rates,
    is_document,
    pair_shifts,
    rates,
    same_end,
    score_documents,
    score_sentences,
)
from monitor.coding.predict import LineError, predict_line
from monitor.coding.reliability import compare

GOLD = Path(__file__).parents[4] / "shared" / "gold"


def shift(**over: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "actor": "CBP",
        "beneficiary": None,
        "resource": "personnel",
        "quantity_low": 200,
        "quantity_high": 200,
        "origin": None,
        "destination": "Chicago",
        "direction": "border_to_interior",
        "status": "done",
    }
    return {**given, **over}


def gold(is_shift: bool = True, **over: Any) -> dict[str, Any]:
    return {"id": "x", "text": "A text.", "is_shift": is_shift, "shifts": [shift()] if is_shift else [], **over}


def said(is_shift: bool = True, *shifts: dict[str, Any], **over: Any) -> dict[str, Any]:
    return {"is_shift": is_shift, "shifts": list(shifts) or ([shift()] if is_shift else []), **over}


def test_borderline_weights_and_strata_are_counted_apart() -> None:
    scores = score_sentences(
        [
            (gold(weight=3, stratum="a"), said()),
            (gold(False, weight=6, stratum="a"), said()),
            (gold(borderline=True, stratum="b"), said(False)),
            (gold(False, weight=90, stratum="a"), said(False)),
        ]
    )
    assert (scores.all.precision, scores.all.recall, scores.all.f1) == (0.5, 0.5, 0.5)
    assert (scores.clear.hit, scores.clear.false, scores.clear.missed) == (1, 1, 0)
    assert scores.live is not None and scores.live.precision == pytest.approx(1 / 3)
    assert scores.strata["a"] == (3, Rates(hit=1, false=1, missed=0))
    assert scores.strata["b"] == (1, Rates(hit=0, false=0, missed=1))
    assert [one.kind for one in scores.mistakes] == ["false", "missed"]


def test_without_weights_there_is_no_live_precision_and_of_nothing_no_rate() -> None:
    scores = score_sentences([(gold(False), said(False))])
    assert scores.live is None
    assert (scores.all.precision, scores.all.recall, scores.all.f1) == (None, None, None)


def test_slots_are_scored_where_both_see_a_shift() -> None:
    scores = score_sentences(
        [
            (gold(), said(True, shift(status="planned", quantity_high=300))),
            (gold(), said(False)),
            (gold(False), said()),
        ]
    )
    assert scores.slots["status"] == (0, 1)
    assert scores.slots["quantity"] == (0, 1)
    assert scores.slots["actor"] == scores.slots["destination"] == (1, 1)


def test_a_slot_the_gold_leaves_out_is_not_scored() -> None:
    record = shift()
    del record["origin"], record["quantity_low"]
    assert set(score_sentences([(gold(shifts=[record]), said())]).slots) == {
        "actor", "beneficiary", "resource", "destination", "direction", "status",
    }  # fmt: skip


def test_records_are_paired_with_what_they_share_most() -> None:
    ours = [shift(actor="ICE", quantity_low=5, quantity_high=5), shift()]
    wanted = [shift(), shift(actor="ICE", quantity_low=5, quantity_high=5), shift(actor="FBI")]
    assert [(mine["actor"], record["actor"]) for mine, record in pair_shifts(ours, wanted)] == [
        ("CBP", "CBP"),
        ("ICE", "ICE"),
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("the city", "the city (Memphis)", True),
        ("Memphis", "the city (Memphis)", True),
        ("Nashville", "the city (Memphis)", False),
        (None, None, True),
        ("", None, True),
        ("Memphis", None, False),
        (None, "Memphis", False),
        ("L.A.", "LA", True),
        ("detention beds", "detention bed", True),
        ("the", "the city", False),
    ],
)
def test_either_form_of_a_resolved_place_has_credit(ours: str | None, theirs: str | None, same: bool) -> None:
    assert same_end(ours, theirs) is same


def test_codes_are_scored_over_items_whose_gold_has_some() -> None:
    scores = score_sentences(
        [
            (gold(codes=["a", "b"]), said(codes=["a", "c"])),
            (gold(codes=[]), said(codes=[])),
            (gold(), said(codes=["a"])),
        ]
    )
    assert scores.codes == {"a": Rates(hit=1), "b": Rates(missed=1), "c": Rates(false=1)}


def test_documents_without_text_are_left_out() -> None:
    scores = score_documents(
        [
            ({"id": 1, "title": "x", "text": "y", "label": "primary"}, {"label": "mention"}),
            ({"id": 2, "title": "x", "text": "y", "label": "mention"}, {"label": "mention"}),
            ({"id": 3, "title": "x", "label": "primary"}, {"label": "none"}),
        ]
    )
    assert (scores.items, scores.skipped) == (2, 1)
    assert scores.labels["primary"] == Rates(missed=1)
    assert scores.labels["mention"] == Rates(hit=1, false=1)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40))
def test_rates_are_shares_and_f1_lies_between_them(rows: list[tuple[bool, bool]]) -> None:
    found = rates([({"is_shift": true}, claimed) for true, claimed in rows])
    assert found.hit + found.missed == sum(true for true, _ in rows)
    if found.precision is not None and found.recall is not None and found.f1 is not None:
        low, high = sorted((found.precision, found.recall))
        assert low - 1e-9 <= found.f1 <= high + 1e-9


def test_the_gold_scored_against_itself_is_faultless() -> None:
    path = GOLD / "dev_sentences.jsonl"
    if not path.exists():
        pytest.skip("the gold files are not beside the repository")
    items = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    scores = score_sentences([(item, item) for item in items])
    assert not scores.mistakes
    assert scores.all.f1 == 1.0
    assert {right == of for right, of in scores.slots.values()} == {True}
    found = compare(items, items, ("one", "other"))
    assert {one.kappa for one in found.values()} == {1.0}


def test_two_files_are_compared_by_id_question_by_question() -> None:
    one = [gold(id=1, codes=["a"]), gold(False, id=2, codes=[]), gold(id=3), gold(id=9)]
    other = [gold(False, id=2, codes=["a"]), gold(id=1, codes=["a"], shifts=[shift(actor="ICE")]), gold(False, id=3)]
    found = compare(one, other, ("kim", "lee"))
    assert (found["is_shift"].units, found["is_shift"].observed) == (3, pytest.approx(2 / 3))
    assert (found["actor"].units, found["actor"].observed) == (1, 0.0)
    assert found["destination"].observed == 1.0
    assert (found["code a"].units, found["code a"].observed) == (2, 0.5)
    labels = [{"id": 1, "title": "x", "label": "none"}]
    assert compare(labels, labels, ("kim", "lee"))["label"].observed == 1.0


def test_a_line_with_a_title_is_a_document_unless_it_has_a_context() -> None:
    assert is_document({"title": "x", "text": "y"})
    assert not is_document({"title": "x", "text": "y", "context": ""})
    assert not is_document({"text": "y"})
    assert "label" in predict_line({"id": 1, "title": "x", "text": "y"})
    assert set(predict_line({"id": 1, "text": "y", "context": ""})) == {"id", "is_shift", "shifts"}


@pytest.mark.parametrize("line", [{"id": 1}, {"text": 3}, {"text": "x", "context": []}, {"title": {}, "text": "x"}])
def test_a_line_whose_fields_are_no_texts_is_refused_in_words(line: dict[str, Any]) -> None:
    with pytest.raises(LineError, match=r"text|context|title"):
        predict_line(line)
