"""An edit that brings a sentence with a shift, or takes one away, says so."""

from __future__ import annotations

from monitor.edits import compare
from monitor.matching.changes import Kind

PLAIN = "The council met on Tuesday and adjourned without a vote."
SENT = "CBP sent 200 agents from the Laredo sector to Memphis to assist ICE."


def kinds(before: str, after: str, **over: str) -> set[Kind]:
    return set(compare(before, after, **over).kinds)


def test_a_sentence_with_a_shift_that_comes_or_goes_is_named():
    assert kinds(PLAIN, f"{PLAIN} {SENT}") == {Kind.ADDED, Kind.SHIFT_ADDED}
    assert kinds(f"{PLAIN} {SENT}", PLAIN) == {Kind.REMOVED, Kind.SHIFT_REMOVED}


def test_other_sentences_and_a_shift_told_otherwise_are_not():
    assert kinds(SENT, f"{SENT} {PLAIN}") == {Kind.ADDED}
    assert kinds(f"{PLAIN} {SENT}", f"{PLAIN} {SENT.replace('200', '250')}") == {Kind.NUMBER}
    assert kinds(SENT, SENT) == set()


def test_headlines_and_other_languages_are_left_alone():
    assert kinds(SENT, SENT, title_before="Council meets", title_after="CBP sends agents to Memphis") == {Kind.HEADLINE}
    assert kinds(PLAIN, f"{PLAIN} {SENT}", language="es") == {Kind.ADDED}
