"""Kappa and alpha give the published figures, stay within their bounds and do not depend on who is asked first."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.coding.agreement import agreement, cohen_kappa, krippendorff_alpha

VALUES = st.sampled_from(["a", "b", "c", None])
PAIRS = st.lists(st.tuples(VALUES, VALUES), max_size=40)
UNITS = st.lists(st.lists(VALUES, min_size=3, max_size=3), max_size=30)


def columns(pairs: Sequence[tuple[str | None, str | None]]) -> tuple[list[str | None], list[str | None]]:
    return [one for one, _ in pairs], [other for _, other in pairs]


def test_kappa_of_a_textbook_table() -> None:
    # 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: observed 0.7, by chance 0.5
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert cohen_kappa(*columns(pairs)) == pytest.approx(0.4)


def test_alpha_of_krippendorffs_own_example_with_missing_values() -> None:
    # Krippendorff (2011), section C: four observers, twelve units, nominal alpha 0.743
    observers = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ]
    assert krippendorff_alpha(zip(*observers, strict=True)) == pytest.approx(0.743, abs=0.0005)


def test_alpha_of_krippendorffs_two_observers() -> None:
    # Krippendorff (2011), section A: binary data, ten units, alpha 0.095
    first = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    second = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert krippendorff_alpha(zip(first, second, strict=True)) == pytest.approx(0.095, abs=0.0005)


@given(PAIRS)
def test_kappa_is_between_minus_one_and_one_and_symmetric(pairs: list[tuple[str | None, str | None]]) -> None:
    first, second = columns(pairs)
    kappa = cohen_kappa(first, second)
    assert kappa == cohen_kappa(second, first)
    assert kappa is None or -1 <= kappa <= 1


@given(UNITS, st.permutations([0, 1, 2]))
def test_alpha_is_at_most_one_and_knows_no_order_of_coders(units: list[list[str | None]], order: list[int]) -> None:
    alpha = krippendorff_alpha(units)
    assert alpha is None or alpha <= 1 + 1e-9
    turned = krippendorff_alpha([[unit[at] for at in order] for unit in reversed(units)])
    assert turned == (None if alpha is None else pytest.approx(alpha))


@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=30))
def test_who_agrees_with_themselves_agrees_wholly_or_said_one_thing(values: list[str]) -> None:
    found = agreement({"kim": values, "lee": values})
    wanted = 1.0 if len(set(values)) > 1 else None
    assert (found.observed, found.kappa, found.alpha) == (1.0, wanted, wanted)
    assert found.units == len(values)


@given(PAIRS, st.sampled_from(["a", "b"]))
def test_what_only_one_coder_judged_changes_nothing(pairs: list[tuple[str | None, str | None]], value: str) -> None:
    more = [*pairs, (value, None), (None, value)]
    assert cohen_kappa(*columns(more)) == cohen_kappa(*columns(pairs))
    assert krippendorff_alpha(more) == krippendorff_alpha(pairs)


def test_kappa_is_for_two_coders_alone() -> None:
    values = ["a", "b"]
    assert agreement({"x": values, "y": values, "z": values}).kappa is None
    assert agreement({"x": values, "y": values, "z": values}).alpha == 1.0
    assert agreement({}).units == 0
