"""What is remembered of a channel's entries."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.reading.memory import KEPT, SIZE, fingerprint, remember, unseen

_hashes = st.lists(st.integers(0, 300).map(lambda number: fingerprint(str(number).encode())), max_size=120)


def test_fingerprints_are_stable_across_runs_and_versions() -> None:
    assert fingerprint(b"<item/>").hex() == "584b3024dacbfeab"


@given(_hashes, _hashes)
def test_what_was_remembered_is_known_and_nothing_is_forgotten(first: list[bytes], second: list[bytes]) -> None:
    seen = remember(remember(b"", first), second)
    assert unseen(first, seen) == unseen(second, seen) == []
    assert len(seen) == SIZE * len({*first, *second})


@given(_hashes, _hashes)
def test_unseen_are_the_first_places_of_unknown_hashes(known: list[bytes], asked: list[bytes]) -> None:
    fresh = unseen(asked, remember(b"", known))
    assert [asked[place] for place in fresh] == list(dict.fromkeys(entry for entry in asked if entry not in known))
    assert fresh == sorted(fresh)


@given(_hashes, _hashes)
def test_nothing_new_leaves_the_memory_byte_for_byte(known: list[bytes], part: list[bytes]) -> None:
    seen = remember(b"", known)
    assert remember(seen, [entry for entry in part if entry in known]) == seen
    assert remember(seen, []) == seen


def test_the_oldest_are_forgotten_first_but_never_what_stands_in_the_body() -> None:
    old = [fingerprint(f"old {number}".encode()) for number in range(3_000)]
    new = [fingerprint(f"new {number}".encode()) for number in range(2_500)]
    seen = remember(remember(b"", old), new)
    assert unseen(new, seen) == []
    assert len(seen) == SIZE * (KEPT + 2_500)
    assert unseen(old[:KEPT], seen) == []  # a feed's first entry is its newest
    assert seen.endswith(new[0])


def test_a_hash_across_two_others_is_not_known() -> None:
    a, b = fingerprint(b"a"), fingerprint(b"b")
    straddling = (a + b)[3 : 3 + SIZE]
    assert unseen([straddling], a + b) == [0]
    assert unseen([a, b], a + b) == []
