"""Shared runs of two word sequences."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.alignment import Run, in_order, shared_runs
from monitor.matching.fingerprint import shingles

words_of = st.lists(st.sampled_from("abcdef"), max_size=80)


@given(words_of, words_of)
def test_runs_are_equal_words_and_use_no_word_twice(a: list[str], b: list[str]) -> None:
    seen_a: set[int] = set()
    seen_b: set[int] = set()
    for run in shared_runs(a, b, 3):
        assert run.length >= 3
        assert a[run.at_a : run.at_a + run.length] == b[run.at_b : run.at_b + run.length]
        here_a, here_b = set(range(run.at_a, run.at_a + run.length)), set(range(run.at_b, run.at_b + run.length))
        assert not here_a & seen_a and not here_b & seen_b
        seen_a |= here_a
        seen_b |= here_b


@given(words_of, words_of)
def test_runs_looked_for_at_equal_hashes_alone_are_the_same(a: list[str], b: list[str]) -> None:
    assert shared_runs(a, b, 3, hashes=(shingles(a, 3), shingles(b, 3))) == shared_runs(a, b, 3)


@given(words_of, words_of)
def test_the_chain_keeps_the_order_of_both(a: list[str], b: list[str]) -> None:
    chain = in_order(shared_runs(a, b, 3))
    assert all(x.at_a < y.at_a and x.at_b < y.at_b for x, y in pairwise(chain))


@given(st.lists(st.integers(0, 10_000), min_size=5, max_size=80, unique=True))
def test_equal_texts_are_one_run(numbers: list[int]) -> None:
    words = [str(n) for n in numbers]
    assert shared_runs(words, words) == [Run(0, 0, len(words))]


def test_a_moved_passage_is_a_run_but_not_in_the_chain() -> None:
    a = "one two three four five six seven eight nine ten eleven twelve".split()
    b = a[6:] + a[:6]
    assert len(shared_runs(a, b, 5)) == 2
    assert len(in_order(shared_runs(a, b, 5))) == 1


def test_the_chain_takes_the_heavier_side() -> None:
    assert in_order([Run(0, 20, 5), Run(6, 0, 9), Run(16, 30, 4)]) == [Run(6, 0, 9), Run(16, 30, 4)]
