"""Mentions of one move become one event, with reasons, a life and a way back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.coding.events import Mention, group
from monitor.coding.shifts import read_sentence

DAY = datetime(2025, 6, 7, tzinfo=UTC)


def mention(number: int, text: str, days: float = 0) -> Mention:
    (shift,) = read_sentence(text).shifts
    return Mention(id=number, shift=shift, at=DAY + timedelta(days=days))


SENT = "The president deployed 2,000 National Guard troops to Los Angeles."
MORE = "The president deployed 4,000 National Guard troops to L.A. on Tuesday."
HOME = "The Pentagon withdrew the National Guard troops from Los Angeles."
ELSEWHERE = "The president deployed 500 National Guard troops to Memphis."


def test_mentions_of_one_move_are_one_event_with_a_life() -> None:
    (event,) = group([mention(1, SENT), mention(2, MORE, 3), mention(3, HOME, 30)])
    assert event.mentions == (1, 2, 3)
    assert [step for step, _ in event.lifecycle] == ["under way", "expanded", "ended"]
    assert (event.actor, event.quantity_low, event.first) == ("NATIONAL_GUARD", 4000, 1)


def test_each_merge_has_its_reason() -> None:
    (event,) = group([mention(1, SENT), mention(2, MORE, 3)])
    assert event.merges[1].reason == "same actor NATIONAL_GUARD, personnel, both about 'los angeles', within 45 days"


def test_another_place_or_a_long_silence_is_another_event() -> None:
    assert len(group([mention(1, SENT), mention(2, ELSEWHERE, 1)])) == 2
    assert len(group([mention(1, SENT), mention(2, MORE, 90)])) == 2


def test_a_mention_taken_out_stands_alone_and_the_others_stay_together() -> None:
    mentions = [mention(1, SENT), mention(2, MORE, 3), mention(3, MORE, 4)]
    assert [event.mentions for event in group(mentions, alone=frozenset({2}))] == [(1, 3), (2,)]


def test_what_a_person_finds_to_be_one_event_is_one() -> None:
    (event,) = group([mention(1, SENT), mention(2, ELSEWHERE, 1)], together=[(2, 1)])
    assert event.mentions == (1, 2)
    assert event.merges[1].reason == "merged by hand; first mention"
    mentions = [mention(1, SENT), mention(2, MORE, 3)]
    (event,) = group(mentions, alone=frozenset({2}), together=[(1, 2)])
    assert event.mentions == (1, 2)


def test_the_order_of_input_does_not_matter() -> None:
    one, two, three = mention(1, SENT), mention(2, MORE, 3), mention(3, ELSEWHERE, 4)
    assert group([one, two, three]) == group([three, two, one])
