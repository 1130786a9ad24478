"""The index of candidates: finds what shares hashes, through every stage of its life and after reopening."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import numpy as np
import pytest

from monitor.matching import postings
from monitor.matching.fingerprint import HASH_BITS, pack
from monitor.matching.postings import Index


class MemoryStore:
    """A Store in memory."""

    def __init__(self) -> None:
        self._pending: dict[int, bytes] = {}
        self._texts: dict[int, list[int]] = {}
        self._rows: dict[tuple[int, int], bytes] = {}

    def pending(self) -> Iterable[tuple[int, bytes]]:
        return list(self._pending.items())

    def add_pending(self, text: int, sketch: bytes) -> None:
        self._pending[text] = sketch

    def clear_pending(self) -> None:
        self._pending.clear()

    def segments(self) -> dict[int, int]:
        return {segment: len(texts) for segment, texts in self._texts.items()}

    def texts(self, segment: int, ordinals: Sequence[int]) -> list[int]:
        return [self._texts[segment][o] for o in ordinals]

    def all_texts(self, segment: int) -> list[int]:
        return list(self._texts[segment])

    def add_texts(self, segment: int, texts: Sequence[int]) -> None:
        self._texts.setdefault(segment, []).extend(texts)

    def rows(self, segment: int, numbers: Sequence[int]) -> dict[int, bytes]:
        return {n: self._rows[segment, n] for n in numbers if (segment, n) in self._rows}

    def put_rows(self, segment: int, rows: Iterable[tuple[int, bytes]]) -> None:
        self._rows.update(((segment, n), data) for n, data in rows)

    def drop_rows(self, segment: int, numbers: Sequence[int]) -> None:
        for n in numbers:
            del self._rows[segment, n]

    def rename_segment(self, segment: int, to: int) -> None:
        self._texts[to] = self._texts.pop(segment)
        self._rows = {(to if key[0] == segment else key[0], key[1]): row for key, row in self._rows.items()}

    def row_numbers(self, segment: int, most: int) -> list[int]:
        return sorted(n for s, n in self._rows if s == segment)[:most]

    def drop_segment(self, segment: int) -> None:
        del self._texts[segment]
        self._rows = {key: row for key, row in self._rows.items() if key[0] != segment}


def sketch(*hashes: int) -> bytes:
    return pack(np.unique(np.array(hashes, dtype=np.uint32)))


def random_sketch(seed: int, size: int = 20) -> bytes:
    rng = random.Random(seed)
    return sketch(*(rng.randrange(1 << HASH_BITS) for _ in range(size)))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that settles every 8 texts, ages after 64 and fills an old segment with 256."""
    monkeypatch.setattr(postings, "PENDING", 8)
    monkeypatch.setattr(postings, "_YOUNG_ROOM", 64)
    monkeypatch.setattr(postings, "_OLD_ROOM", 256)
    monkeypatch.setattr(postings, "MOVED_AT_ONCE", 400)


@pytest.mark.usefixtures("small")
def test_every_text_is_found_at_every_age() -> None:
    store = MemoryStore()
    index = Index(store)
    for text in range(700):
        index.add(text, random_sketch(text))
    assert len(store.segments()) >= 3
    for text in range(700):
        assert index.candidates(random_sketch(text))[0].text == text


@pytest.mark.usefixtures("small")
def test_an_index_opened_again_answers_the_same() -> None:
    store = MemoryStore()
    index = Index(store)
    for text in range(300):
        index.add(text * 3, random_sketch(text))
    again = Index(store)
    for text in range(300):
        assert index.candidates(random_sketch(text)) == again.candidates(random_sketch(text))


def test_candidates_share_two_hashes_and_rare_ones_come_first() -> None:
    index = Index(MemoryStore())
    for text in range(50):
        index.add(text, sketch(1, 2, 3, 4, 1000 + text))
    index.add(99, sketch(5, 6, 7, 8, 9))
    found = index.candidates(sketch(1, 2, 1007, 5, 2000))
    assert found[0].text == 7
    assert all(candidate.hits >= 2 for candidate in found)
    assert 99 not in [candidate.text for candidate in found]


def test_a_text_is_not_its_own_candidate() -> None:
    index = Index(MemoryStore())
    index.add(1, random_sketch(1))
    assert index.candidates(random_sketch(1), excluding=1) == []


def test_a_text_filed_again_with_a_new_version_is_found_by_either() -> None:
    index = Index(MemoryStore())
    index.add(1, random_sketch(1))
    index.add(1, random_sketch(2))
    assert [c.text for c in index.candidates(random_sketch(1))] == [1]
    assert [c.text for c in index.candidates(random_sketch(2))] == [1]


@pytest.mark.usefixtures("small")
def test_formulas_cost_no_more_than_the_newest() -> None:
    store = MemoryStore()
    index = Index(store)
    for text in range(600):
        index.add(text, sketch(1, 2, 3, 4, 5))
    assert index.counts(sketch(1)) == {1: 600}
    found = index.candidates(sketch(1, 2, 3, 4, 5), most=1000)
    assert len(found) <= postings.NEWEST
    assert 599 in [candidate.text for candidate in found]


def test_a_sketch_of_another_version_is_ignored() -> None:
    index = Index(MemoryStore())
    index.add(1, b"\xff" + random_sketch(1)[1:])
    assert index.candidates(b"\xff" + random_sketch(1)[1:]) == []
