"""Captures may come in any order; the time line they make, and which text is current, does not depend on it."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise

from hypothesis import given
from hypothesis import strategies as st

from db.timeline import Run, place

moments = st.integers(10, 25).map(str)
observations = st.lists(st.tuples(moments, st.sampled_from("abc")), min_size=1, max_size=12)


def observe(runs: list[Run], at: str, digest: str) -> tuple[list[Run], bool]:
    """What filing does with a place; gives the runs and whether one was begun."""
    found = place(runs, at, digest)
    if found.same:
        longer = replace(found.same, first=min(found.same.first, at), last=max(found.same.last, at))
        return [longer if run == found.same else run for run in runs], False
    number = len(runs) + 1
    new = [Run(number=number, hash=digest, first=at, last=at)]
    if found.split:
        runs = [replace(run, last=run.first) if run == found.split else run for run in runs]
        new.append(replace(found.split, number=number + 1, first=found.split.last))
    return runs + new, True


def line(seen: list[tuple[str, str]]) -> list[Run]:
    runs: list[Run] = []
    for at, digest in seen:
        runs, _ = observe(runs, at, digest)
    return sorted(runs, key=lambda run: (run.first, run.hash))


@given(observations)
def test_runs_never_overlap_and_neighbours_differ(seen):
    runs = line(seen)
    for one, other in pairwise(runs):
        assert (one.last, one.hash) < (other.first, other.hash)
        assert one.hash != other.hash


@given(observations)
def test_no_text_is_lost_and_the_current_one_is_the_one_seen_last_in_whatever_order(seen):
    runs = line(seen)
    assert {run.hash for run in runs} == {digest for _, digest in seen}
    assert runs[-1].hash == max(seen)[1]


@given(observations)
def test_observing_in_order_gives_exactly_the_changes(seen):
    changes = [digest for digest, _ in groupby(digest for _, digest in sorted(seen))]
    assert [run.hash for run in line(sorted(seen))] == changes


@given(observations, st.randoms(use_true_random=False))
def test_observing_again_what_was_observed_in_order_begins_nothing(seen, random):
    runs = line(sorted(seen))
    random.shuffle(seen)
    for at, digest in seen:
        runs, begun = observe(runs, at, digest)
        assert not begun


def test_a_text_that_comes_back_is_a_third_version():
    assert [run.hash for run in line([("1", "a"), ("2", "b"), ("3", "a")])] == ["a", "b", "a"]


def test_another_text_in_between_splits_a_run():
    assert [(run.hash, run.first, run.last) for run in line([("1", "a"), ("5", "a"), ("3", "b")])] == [
        ("a", "1", "1"), ("b", "3", "3"), ("a", "5", "5"),
    ]  # fmt: skip
