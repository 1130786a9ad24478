"""What coding anew keeps, gains and loses is told exactly."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from monitor.codings import difference

said = st.lists(st.sampled_from("abcd"), max_size=12)


@given(said, said)
def test_every_row_is_kept_gained_or_lost_once_and_what_is_kept_says_the_same(before: list[str], after: list[str]):
    old = [(100 + at, word) for at, word in enumerate(before)]
    found = difference(old, after)
    kept_ids, kept_places = [id_ for id_, _ in found.kept], [place for _, place in found.kept]
    assert sorted([*kept_ids, *found.lost]) == [id_ for id_, _ in old]
    assert sorted([*kept_places, *found.gained]) == list(range(len(after)))
    assert all(dict(old)[id_] == after[place] for id_, place in found.kept)
    assert len(found.kept) == sum((Counter(before) & Counter(after)).values()), "nothing is lost that stays"


@given(said)
def test_the_same_again_is_all_kept_in_order(rows: list[str]):
    old = list(enumerate(rows))
    assert difference(old, rows).kept == tuple((at, at) for at in range(len(rows)))
