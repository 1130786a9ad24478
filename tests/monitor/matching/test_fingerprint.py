"""Hashes that stay the same for ever, sketches that keep containment, winnowing's guarantee."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.fingerprint import (
    LEAD_SIZE,
    REST_SIZE,
    VERSION,
    pack,
    shingles,
    sketch,
    text_hash,
    unpack,
    winnow,
    word_hash,
)

words_of = st.lists(st.sampled_from("abcdefghij"), max_size=60)


def _text(seed: int, size: int) -> list[str]:
    rng = random.Random(seed)
    return [f"w{rng.randrange(4000)}" for _ in range(size)]


def test_hashes_are_the_ones_stored_in_archives() -> None:
    # A change here orphans every stored sketch: raise VERSION instead.
    assert VERSION == 1
    assert word_hash("border") == 10806522853588117042
    assert shingles("agents were sent to chicago".split()).tolist() == [6081794339358476536]
    assert text_hash(["agents", "were"]).hex() == "01b7d96f96f8e47b17c5904d39245f709e"


@given(words_of)
def test_there_is_one_shingle_for_each_run_of_five(words: list[str]) -> None:
    assert len(shingles(words)) == max(0, len(words) - 4)


@given(words_of)
def test_a_packed_sketch_unpacks_to_itself(words: list[str]) -> None:
    made = sketch(words)
    assert np.array_equal(unpack(pack(made)), made)


def test_another_versions_sketch_is_not_read() -> None:
    assert unpack(bytes([VERSION + 1]) + b"\0\0\0\0") is None
    assert unpack(b"") is None


@given(st.integers(0, 2**32), st.integers(0, 3000))
def test_a_sketch_is_bounded_whatever_the_length(seed: int, size: int) -> None:
    assert len(sketch(_text(seed, size))) <= LEAD_SIZE + REST_SIZE


def test_a_brief_shares_hashes_with_the_long_report_it_opens() -> None:
    missed = 0
    for seed in range(200):
        report = _text(seed, 2500)
        common = np.intersect1d(sketch(report[:70]), sketch(report))
        missed += len(common) < 2
    assert missed <= 6


@given(words_of, words_of, words_of, st.integers(2, 8))
def test_winnowing_keeps_a_print_of_every_shared_run(
    left: list[str], right: list[str], shared: list[str], window: int
) -> None:
    if len(shared) < window + 4:
        return
    a, b = shingles(left + shared + right), shingles(right + shared + left)
    assert set(a[winnow(a, window)].tolist()) & set(b[winnow(b, window)].tolist())
