"""A shift is known again through versions and codings, and never taken for another of its story."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.coding.keys import keyed
from monitor.model import Part, Shift

SHIFT = Shift(
    actor="CBP",
    resource="personnel",
    direction="border_to_interior",
    status="done",
    sentence="CBP sent 200 agents to Memphis.",
    rule="send:send/active",
)


def key(**over: object) -> str:
    ((found, _),) = keyed([replace(SHIFT, **over)])  # type: ignore[arg-type]
    return found


def test_where_a_sentence_stands_and_how_it_is_set_do_not_matter():
    assert key(part=Part.LEDE, start=4, end=9) == key(part=Part.BODY)
    assert key(sentence="CBP  sent 200 agents\nto Memphis") == key()
    assert key(sentence="cbp sent 200 agents to “Memphis”.") == key()
    assert key(rule="send:send/passive", score=2.0, status="planned", actor="ICE") == key()


def test_another_sentence_another_frame_and_the_title_are_others():
    assert len({key(), key(sentence="CBP sent 300 agents."), key(rule="go:arrive/x"), key(part=Part.TITLE)}) == 4


@given(st.lists(st.sampled_from(["CBP sent agents.", "ICE sent agents.", ""]), max_size=9))
def test_no_two_shifts_of_a_story_share_a_key(sentences: list[str]):
    found = keyed(replace(SHIFT, sentence=sentence) for sentence in sentences)
    assert len({key for key, _ in found}) == len(sentences)
    assert [shift.sentence for _, shift in found] == sentences
