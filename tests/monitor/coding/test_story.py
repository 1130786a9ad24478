"""A story is coded whole: label, parts, tags and figures point at their sentences, and no input is slow."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.coding import NASTY
from monitor.coding.codebook import default_codebook
from monitor.coding.documents import code_document
from monitor.coding.predict import predict_line
from monitor.coding.story import code_story
from monitor.model import Part

RELEASE_TITLE = "Border Patrol sends agents to Springfield for interior operations"
RELEASE = (
    "U.S. Customs and Border Protection said on Monday that it is sending 300 Border Patrol agents from the "
    "Rio Grande Valley to "
    "Springfield to assist ICE in locating and removing people.\n\n"
    "Encounters at the southwest border fell to about 8,000 in March 2025, the lowest in over 50 years.\n\n"
    "Critics warned of racial profiling and said the agents may overstep their statutory authority."
)
PROTEST_TITLE = "Hundreds march in Springfield; nine arrested"
PROTEST = (
    "Police arrested nine people on Sunday after a march in Springfield.\n\n"
    "A spokesman said no officer was hurt.\n\n"
    "The crowd grew after dark.\n\n"
    "The march came a week after the president deployed 200 Guard troops to the city.\n\n"
    "The mayor asked people to go home.\n\nTwo shops were damaged.\n\nThe march ended at ten."
)


def test_a_release_about_a_shift_is_primary_with_its_parts_marked() -> None:
    coded = code_document(RELEASE_TITLE, RELEASE)
    assert coded.label == "primary"
    assert {shift.part for shift in coded.shifts} == {Part.TITLE, Part.LEDE}
    lede = next(shift for shift in coded.shifts if shift.part is Part.LEDE)
    assert RELEASE[lede.start : lede.end] == lede.sentence
    assert (lede.actor, lede.beneficiary, lede.quantity_low, lede.direction) == (
        "USBP",
        "ICE",
        300,
        "border_to_interior",
    )


def test_a_shift_in_the_background_is_a_mention() -> None:
    assert code_document(PROTEST_TITLE, PROTEST).label == "mention"


def test_a_story_without_a_shift_is_none() -> None:
    assert code_document("Library opens", "The city opened a library. Officers helped with traffic.").label == "none"


def test_tags_carry_code_sentence_offsets_rule_and_the_codebooks_hash() -> None:
    book = default_codebook()
    coded = code_story(RELEASE_TITLE, RELEASE, book)
    codes = {tag.code for tag in coded.tags}
    assert {
        "resource-shift",
        "resource-shift/personnel",
        "direction/border-to-interior",
        "civil-liberties",
        "statutory-authority",
        "border-encounters",
    } <= codes
    for tag in coded.tags:
        source = RELEASE_TITLE if tag.part is Part.TITLE else RELEASE
        assert source[tag.start : tag.end] == tag.sentence
        assert tag.codebook == book.hash and tag.rule
    critics = {tag.code for tag in coded.tags if tag.sentence.startswith("Critics")}
    assert "resource-shift" not in critics


def test_figures_of_a_story_point_at_their_sentence() -> None:
    found = code_story(RELEASE_TITLE, RELEASE, default_codebook()).figures
    assert [(figure.measure, figure.value_low, figure.hedge) for figure in found] == [
        ("border encounters", 8000, "about"), ("border encounters", 50, "record low"),
    ]  # fmt: skip


def test_prediction_has_the_shape_of_the_gold() -> None:
    made = predict_line({"id": "x1", "text": "ICE sent 40 officers to Maine.", "context": ""})
    assert made["id"] == "x1" and made["is_shift"]
    assert set(made["shifts"][0]) == {
        "actor", "beneficiary", "resource", "quantity_low", "quantity_high", "quantity_text", "quantity_approx",
        "origin", "destination", "direction", "status", "attribution",
    }  # fmt: skip
    assert predict_line({"id": "d", "title": RELEASE_TITLE, "text": RELEASE})["label"] == "primary"


@pytest.mark.parametrize(
    "unit",
    [
        "agents ",
        "a",
        "sent troops to ",
        "$1 ",
        "“",
        "A.",
        "Guard ",
        "1,",
        "the border and ",
        "ICE agents sent 200 officers from El Paso to Chicago. ",
        "\n",
        "officers were ",
        "'s ",
        "İ",
    ],
)
def test_no_text_of_200000_characters_takes_a_second(unit: str) -> None:
    text = (unit * (200_000 // len(unit) + 1))[:200_000]
    begun = time.process_time()
    code_story(text[:1_000], text, default_codebook())
    # Twice the promise, since the machines tests run on are shared.
    assert time.process_time() - begun < 2.0


@pytest.mark.parametrize("unit", NASTY)
def test_no_repeated_text_of_200000_characters_takes_a_second(unit: str) -> None:
    text = (unit * (200_000 // len(unit) + 1))[:200_000]
    begun = time.process_time()
    code_story(text[:1_000], text, default_codebook())
    assert time.process_time() - begun < 2.0  # twice the promise, as above


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=120), st.text(max_size=600))
def test_any_text_is_coded_with_offsets_inside_it(title: str, text: str) -> None:
    coded = code_story(title, text, default_codebook())
    for found in (*coded.tags, *coded.shifts, *coded.figures):
        source = title if found.part is Part.TITLE else text
        assert 0 <= found.start <= found.end <= len(source)
