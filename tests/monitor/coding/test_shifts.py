"""Shifts are told from their neighbours, and their slots are filled from the words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.coding import load_invented, measure
from monitor.coding.shifts import read_sentence
from monitor.model import Shift

HERE = Path(__file__).parent
WORDS = ["agents", "troops", "the", "Guard", "to", "from", "sent", "deployed", "300", ",", ".", "Chicago", "border"]
WORDS += ["ICE", "will", "not", "of", "and", "with", "it", "them", "$", "million", "off’s", "[191]", "officers"]
KNOWN_MISTAKES = {
    "The reports list the tactics officers used to break up the crowd.": "a clause without its object",
    "The report says the act would let a president send soldiers to police cities.": "a power told as a plan",
    "He said sending in armed troops was a pretext for something worse.": "a move without a place, told as an argument",
    "The plane, painted white, flew its usual ICE route from Mesa to Denver and on to Las Vegas.": "a name in a noun",
}


def one(text: str, before: str = "") -> Shift:
    (shift,) = read_sentence(text, before).shifts
    return shift


def test_active_sentence_fills_every_slot() -> None:
    shift = one("The Pentagon will send 1,500 soldiers from Fort Drum to the southern border.")
    assert (shift.actor, shift.resource, shift.quantity_low, shift.quantity_high) == ("DOD", "personnel", 1500, 1500)
    assert (shift.origin, shift.destination) == ("Fort Drum", "the southern border")
    assert (shift.direction, shift.status) == ("interior_to_border", "planned")


def test_passive_sentence_moves_its_subject() -> None:
    shift = one("About 200 Border Patrol agents were sent to Chicago last week.")
    assert (shift.actor, shift.quantity_approx, shift.direction, shift.status) == (
        "USBP",
        True,
        "border_to_interior",
        "done",
    )


def test_noun_of_movement_counts() -> None:
    shift = one("The deployment of 300 Guard troops to Memphis will last a month.")
    assert (shift.actor, shift.destination, shift.direction) == ("NATIONAL_GUARD", "Memphis", "federal_to_local_area")


def test_elliptical_headline_counts() -> None:
    shift = one("700 Marines Deploying to Los Angeles")
    assert (shift.actor, shift.quantity_low, shift.status) == ("MARINES", 700, "ongoing")


def test_coordinated_groups_are_records_of_their_own() -> None:
    shifts = read_sentence("The president deployed 2,000 Guard troops and 700 Marines to Los Angeles.").shifts
    assert [(shift.actor, shift.quantity_low) for shift in shifts] == [("NATIONAL_GUARD", 2000), ("MARINES", 700)]


def test_the_agency_is_the_one_named_before() -> None:
    shift = one(
        "The agency will send 40 agents to Boise.", "U.S. Customs and Border Protection announced the plan on Monday."
    )
    assert shift.actor == "CBP"


def test_work_left_behind_is_the_origin() -> None:
    shift = one("The FBI pulled forty agents off public corruption cases to help ICE with deportations.")
    assert shift.origin is not None and "corruption" in shift.origin
    assert (shift.beneficiary, shift.direction) == ("ICE", "other_mission_to_immigration")


def test_reprogrammed_money_has_both_ends() -> None:
    shift = one("The department reprogrammed $90 million from cutters to detention beds.")
    assert (shift.resource, shift.quantity_low) == ("money", 90_000_000)
    assert shift.origin == "cutters" and shift.destination == "detention beds"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("The president is considering sending the National Guard to Chicago.", "proposed"),
        ("The White House will not send troops to Baltimore.", "denied"),
        ("A judge blocked the deployment of Oregon National Guard troops to Portland.", "blocked"),
        ("The administration is sending 500 federal agents to Memphis.", "ongoing"),
        ("The Pentagon ordered 700 Marines to deploy to Los Angeles.", "planned"),
    ],
)
def test_status_follows_the_governing_words(text: str, status: str) -> None:
    assert one(text).status == status


def test_a_withdrawal_has_an_origin_and_no_destination() -> None:
    shift = one("The Pentagon withdrew 2,000 Guard troops from Los Angeles.")
    assert (shift.direction, shift.origin, shift.destination) == ("withdrawal", "Los Angeles", None)


def test_a_shift_needs_no_word_of_movement() -> None:
    shift = one("The bank fraud desk sits dark in Tampa; its FBI agents now do immigration arrests.")
    assert (shift.actor, shift.direction) == ("FBI", "other_mission_to_immigration")
    assert shift.destination is not None and "immigration arrests" in shift.destination


def test_what_was_done_before_is_the_origin_of_a_scene() -> None:
    shift = one("ATF investigators who used to trace guns are spending their weeks on deportation cases with ICE.")
    assert shift.origin is not None and "guns" in shift.origin
    assert shift.destination is not None and "deportation" in shift.destination


@pytest.mark.parametrize(
    "text",
    [
        "The task force has offices in Miami and Tampa and a staff of 90 agents.",
        "ICE agents in Newark arrested 40 people at a car wash this week.",
        "Officers with the state police work alongside ICE in a joint task force on smuggling.",
        "A federal law allows a president to deploy military forces in a state.",
        "How often National Guard joined immigration agents",
    ],
)
def test_bodies_at_their_own_work_are_no_scene(text: str) -> None:
    assert read_sentence(text).shifts == ()


@pytest.mark.parametrize(
    "text",
    [
        "Border Patrol agents usually work within 100 miles of a boundary.",
        "Forty agents of the Yuma Sector who had been considered for the assignment will remain at their stations.",
    ],
)
def test_what_is_done_as_a_rule_or_at_home_is_no_move(text: str) -> None:
    assert not read_sentence(text).shifts


def test_what_was_usual_before_a_move_does_not_undo_it() -> None:
    text = "CBP officers usually posted at the Laredo bridge were sent to Chicago to work with ICE."
    assert read_sentence(text).shifts


def test_an_old_dated_move_is_history() -> None:
    text = "In 2010 the president sent 1,200 Guard troops to the Arizona border."
    assert read_sentence(text, year=2025).shifts == ()
    assert read_sentence(text, year=2010).shifts


def test_why_names_rule_and_terms_for_shift_and_near_miss() -> None:
    shift = read_sentence("The president deployed the National Guard to Memphis.")
    miss = read_sentence("Mexico sent 10,000 soldiers to its own border.")
    assert shift.why()[0].startswith("send:deploy/active: shift")
    assert "foreign body" in miss.why()[0] and "not a shift" in miss.why()[0]


def test_invented_sentences_are_told_apart() -> None:
    found = measure(load_invented(HERE / "invented.txt")).all
    assert (found.precision or 0) >= 0.95
    assert (found.recall or 0) >= 0.80


@pytest.mark.parametrize(
    "item",
    [
        item
        for name in ("invented.txt", "invented_news.txt")
        for item in load_invented(HERE / name)
        if not item["is_shift"]
    ],
    ids=lambda item: f"{item['neg_type']}-{item['id']}",
)
def test_neighbour_is_no_shift(item: dict[str, str]) -> None:
    if item["text"] in KNOWN_MISTAKES:
        pytest.xfail(KNOWN_MISTAKES[item["text"]])
    assert read_sentence(item["text"], item["context"]).shifts == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(WORDS),
        max_size=40,
    )
)
def test_any_words_can_be_read(words: list[str]) -> None:
    text = " ".join(words)
    for shift in read_sentence(text, text, text).shifts:
        assert shift.sentence == text
        assert shift.quantity_low is None or shift.quantity_high is None or shift.quantity_low <= shift.quantity_high
