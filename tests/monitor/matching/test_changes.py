"""Edits between versions are named as a reader would name them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.matching.changes import Kind, compare_versions, cut, diff_texts, diff_words
from monitor.matching.words import norms

TEXT = (
    "CBP will send 200 agents to Chicago, officials said Monday.\n\n"
    "The agents come from the Laredo sector. They will stay for 60 days.\n\n"
    "“We need help in the north,” said Chief Ann Roe.\n\n"
    "Last updated: Nov. 3, 2025\n\n"
    "The plan was approved in March. Critics object to it."
)


def kinds(after: str, before: str = TEXT) -> set[Kind]:
    return set(compare_versions(before, after).kinds)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("200", "250", {Kind.NUMBER}),
        ("60 days", "sixty-five days", {Kind.NUMBER}),
        ("Chicago", "Portland", {Kind.ENTITY}),
        ("Laredo sector", "Yuma sector", {Kind.ENTITY}),
        ("CBP will send", "ICE will send", {Kind.ENTITY}),
        ("will send", "may send", {Kind.SOFTENED}),
        ("will stay", "could stay", {Kind.SOFTENED}),
        ("was approved", "was reportedly approved", {Kind.SOFTENED}),
        ("officials said", "the union said", {Kind.ATTRIBUTION}),
        ("said Chief Ann Roe", "said Chief Lee Poe", {Kind.ATTRIBUTION}),
        ("Critics object to it.", "Critics object to it. A judge halted it on Friday.", {Kind.ADDED}),
        (" Critics object to it.", "", {Kind.REMOVED}),
        ("Critics object to it", "Critics dislike it", {Kind.REWORDED}),
        ("Nov. 3", "Nov. 4", {Kind.COSMETIC}),
        ("The plan", "Photo: agents at the river. Getty Images\n\nThe plan", {Kind.COSMETIC}),
        ("Critics", "Media contact: press@example.gov, 202-555-0100\n\nCritics", {Kind.COSMETIC}),
        ("\n\n", "\n", {Kind.COSMETIC}),
        ("“We need help in the north,”", '"We need help in the north,"', {Kind.COSMETIC}),
        ("200", "250", {Kind.NUMBER}),
    ],
)
def test_an_edit_is_named(old: str, new: str, expected: set[Kind]) -> None:
    assert kinds(TEXT.replace(old, new)) == expected


def test_the_way_back_hardens() -> None:
    assert kinds(TEXT, TEXT.replace("will send", "may send")) == {Kind.HARDENED}


def test_a_correction_note_is_seen_coming_and_going() -> None:
    noted = "Correction: An earlier version of this story misstated the number of agents.\n\n" + TEXT
    assert kinds(noted) == {Kind.CORRECTION}
    assert kinds(TEXT, noted) == {Kind.CORRECTION_GONE}


def test_several_edits_are_all_named_and_stand_in_the_order_of_the_text() -> None:
    changes = compare_versions(TEXT, TEXT.replace("200", "250").replace("Laredo", "Yuma"))
    assert [edit.kinds for edit in changes.edits] == [(Kind.NUMBER,), (Kind.ENTITY,)]
    assert changes.edits[0].detail == "200 → 250"


def test_a_headline_alone_is_named_so() -> None:
    assert compare_versions(TEXT, TEXT, "Agents sent", "Agents to be sent").kinds == (Kind.HEADLINE,)


def test_nothing_changed_is_no_edit() -> None:
    assert compare_versions(TEXT, TEXT, "A", "A").edits == ()


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_two_versions_differ_exactly_when_there_are_edits(before: str, after: str) -> None:
    assert bool(compare_versions(before, after).edits) == (before != after)


lines = st.lists(st.sampled_from([*TEXT.split("\n\n"), "Agents left.", "They will stay.", ""]), max_size=8).map(
    "\n".join
)


@settings(deadline=None)
@given(lines | st.text(max_size=100), lines | st.text(max_size=100))
def test_the_kept_and_added_pieces_of_two_versions_give_the_later_one(before: str, after: str) -> None:
    pieces = diff_texts(before, after)
    assert "".join(p.text for p in pieces if p.op in "=+") == after
    if norms(before) == norms(after):
        assert all(p.op == "=" for p in pieces)


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_pieces_of_a_difference_give_both_texts_back(before: str, after: str) -> None:
    pieces = diff_words(before, after)
    assert "".join(p.text for p in pieces if p.op in "=+") == after
    if not any(p.op == "=" for p in pieces):
        assert "".join(p.text for p in pieces if p.op == "-") == before


def test_who_says_it_is_told_as_it_was_written():
    before = "The agents will stay until June, said Beatriz Cudahy, who runs the office."
    after = "The agents will stay until June, said Simeon McDelahunt of ICE, who runs the office."
    (edit,) = compare_versions(before, after).edits
    assert edit.kinds == (Kind.ATTRIBUTION,)
    assert edit.detail == "Beatriz Cudahy → Simeon McDelahunt ICE"


@given(st.lists(st.text("abcdefghij", min_size=1, max_size=12), max_size=60), st.integers(14, 130))
def test_what_is_cut_ends_with_a_whole_word_and_says_that_it_goes_on(words: list[str], limit: int):
    text = " ".join(words)
    short = cut(text, limit)
    if len(text) <= limit:
        assert short == text
    else:
        assert len(short) <= limit
        assert short.endswith("…")
        assert short[:-1].split() == words[: len(short.split())]
