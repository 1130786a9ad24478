"""The index that proposes candidates: which texts share sketch hashes, at four bytes a posting and flat cost.

    add ──► pending (one row a text, held in memory as well)
              │ 2,048 texts
              ▼
            young segment, up to 65,536 texts ── full ──► moving ── some rows at each settling ──► old segments,
                                                                                     up to 1,048,576 texts each

A segment is an inverted list cut into rows by hash prefix. A posting is one 32-bit number, the rest of the hash above
the text's ordinal in the segment, so a row is a sorted array that numpy searches as it lies on disk. A query reads one
row a hash from the young, the moving and each old segment: much the same work at ten thousand texts as at a million.
Every 2,048 texts the pending ones are merged into the young rows, and a sixteenth of a moving segment into old rows, so
that no single transaction rewrites more than some 30 MB.
"""

from __future__ import annotations

import math
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from monitor.matching.fingerprint import unpack

PENDING = 2048
YOUNG_BITS = 16
OLD_BITS = 20
YOUNG, MOVING, FIRST_OLD = 0, 1, 2  # segment numbers
MOVED_AT_ONCE = 256  # rows; the young segment settles 32 times before it is full, and has 4,096 rows

# A hash of boilerplate leads to thousands of texts. Only the newest are looked at: a text printed more often than this
# is found through its latest copies, and a formula that common is no evidence of identity anyway.
NEWEST = 64
CANDIDATES = 24

Postings = NDArray[np.uint32]
_Range = tuple[int, int, int, Sequence[int]]


class Store(Protocol):
    """Where the index keeps its bytes; the archive answers. One transaction around each ``add``."""

    def pending(self) -> Iterable[tuple[int, bytes]]:
        """Texts not yet in a segment with their packed sketches, in the order they were added."""
        ...

    def add_pending(self, text: int, sketch: bytes) -> None: ...

    def clear_pending(self) -> None: ...

    def segments(self) -> dict[int, int]:
        """Segment number → how many texts it holds."""
        ...

    def texts(self, segment: int, ordinals: Sequence[int]) -> list[int]:
        """The texts behind ordinals of a segment."""
        ...

    def add_texts(self, segment: int, texts: Sequence[int]) -> None:
        """Append texts to a segment's ordinals."""
        ...

    def all_texts(self, segment: int) -> list[int]: ...

    def rows(self, segment: int, numbers: Sequence[int]) -> dict[int, bytes]:
        """The rows of a segment that exist among those asked for."""
        ...

    def put_rows(self, segment: int, rows: Iterable[tuple[int, bytes]]) -> None: ...

    def drop_rows(self, segment: int, numbers: Sequence[int]) -> None: ...

    def drop_segment(self, segment: int) -> None: ...

    def rename_segment(self, segment: int, to: int) -> None: ...

    def row_numbers(self, segment: int, most: int) -> list[int]:
        """The lowest row numbers a segment has, at most so many."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that shares ``hits`` sketch hashes with the one asked about; ``weight`` counts rare ones for more."""

    text: int
    hits: int
    weight: float


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a segment of ``ordinal_bits`` cuts a hash: ``rest_bits`` low bits go into the posting, the row is the rest.

    A full young segment has 16 texts a row, some 700 postings or 2.8 kB; larger rows cost more to query, smaller ones
    more to write. A full old one has 8: at 16 its rows would each fill two thirds of a page of the archive and leave
    the last third empty.
    """

    ordinal_bits: int
    rest_bits: int

    @property
    def ordinals(self) -> np.uint32:
        """The posting's bits that hold the ordinal."""
        return np.uint32((1 << self.ordinal_bits) - 1)

    def row(self, hashes: Postings) -> Postings:
        return hashes >> np.uint32(self.rest_bits)

    def encode(self, hashes: Postings, ordinals: Postings) -> Postings:
        rest = hashes & np.uint32((1 << self.rest_bits) - 1)
        return (rest << np.uint32(self.ordinal_bits)) | ordinals

    def decode(self, row: int, postings: Postings) -> tuple[Postings, Postings]:
        rest = postings >> np.uint32(self.ordinal_bits)
        return rest | np.uint32(row << self.rest_bits), postings & self.ordinals


_YOUNG_SHAPE = _Shape(YOUNG_BITS, 16)
_OLD_SHAPE = _Shape(OLD_BITS, 11)
_YOUNG_ROOM = 1 << YOUNG_BITS
_OLD_ROOM = 1 << OLD_BITS


class Index:
    """Candidates by shared sketch hashes over a Store; the only state in memory is what is pending."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pending: list[tuple[int, Postings]] = []
        self._pending_hashes: dict[int, list[int]] = {}
        self._segments = dict(store.segments())
        for text, packed in store.pending():
            self._remember(text, packed)

    def _remember(self, text: int, packed: bytes) -> None:
        hashes = unpack(packed)
        if hashes is None:
            return
        self._pending.append((text, hashes))
        for h in hashes.tolist():
            self._pending_hashes.setdefault(h, []).append(text)

    def add(self, text: int, packed: bytes) -> None:
        """Add a text's packed sketch (fingerprint.pack). A text added again is found by either sketch."""
        self._store.add_pending(text, packed)
        self._remember(text, packed)
        if len(self._pending) >= PENDING:
            self._settle()

    def counts(self, packed: bytes) -> dict[int, int]:
        """Each hash of a packed sketch → how many texts have it."""
        hashes = unpack(packed)
        if hashes is None:
            return {}
        total = {h: len(self._pending_hashes.get(h, ())) for h in hashes.tolist()}
        for segment in self._segments:
            for h, left, right, _ in self._ranges(segment, hashes):
                total[h] += right - left
        return total

    def candidates(
        self, packed: bytes, *, excluding: int | None = None, least: int = 2, most: int = CANDIDATES
    ) -> list[Candidate]:
        """Texts that share at least ``least`` hashes (one, when there are only three), those with rare ones first."""
        hashes = unpack(packed)
        if hashes is None:
            return []
        least = least if len(hashes) > 3 else 1
        newest_first = sorted(
            self._segments, key=lambda number: (number >= FIRST_OLD, -number if number >= FIRST_OLD else number)
        )
        ranges = {segment: self._ranges(segment, hashes) for segment in newest_first}
        held = {h: len(self._pending_hashes.get(h, ())) for h in hashes.tolist()}
        for each in ranges.values():
            for h, left, right, _ in each:
                held[h] += right - left
        rare = {h: 1.0 / (1.0 + math.log2(1 + n)) for h, n in held.items()}
        hits: dict[int, int] = {}
        weight: dict[int, float] = {}
        room = dict.fromkeys(held, NEWEST)
        for h in held:
            newest = self._pending_hashes.get(h, [])[-NEWEST:]
            room[h] -= len(newest)
            for text in set(newest):
                hits[text] = hits.get(text, 0) + 1
                weight[text] = weight.get(text, 0.0) + rare[h]
        for segment, each in ranges.items():
            for text, count, sum_of_rare in self._best(segment, each, rare, room, least, most + 1):
                hits[text] = hits.get(text, 0) + count
                weight[text] = weight.get(text, 0.0) + sum_of_rare
        good = sorted((-weight[t], t) for t, n in hits.items() if n >= least and t != excluding)
        return [Candidate(t, hits[t], weight[t]) for _, t in good[:most]]

    def _best(
        self,
        segment: int,
        ranges: Sequence[_Range],
        rare: Mapping[int, float],
        room: dict[int, int],
        least: int,
        most: int,
    ) -> list[tuple[int, int, float]]:
        """(text, hits, weight) of a segment's heaviest texts; the rest need not even be looked up."""
        last = int(_shape(segment).ordinals)
        hits: dict[int, int] = {}
        weight: dict[int, float] = {}
        for h, left, right, postings in ranges:
            newest = postings[max(left, right - room[h]) : right] if room[h] else ()
            room[h] -= len(newest)
            for posting in newest:
                ordinal = posting & last
                hits[ordinal] = hits.get(ordinal, 0) + 1
                weight[ordinal] = weight.get(ordinal, 0.0) + rare[h]
        best = sorted((-weight[o], o) for o, n in hits.items() if n >= least)[:most]
        names = self._store.texts(segment, [o for _, o in best])
        return [(name, hits[o], -minus) for name, (minus, o) in zip(names, best, strict=True)]

    def _ranges(self, segment: int, hashes: Postings) -> list[_Range]:
        """For the hashes a segment has: the hash, where its postings begin and end in their row, and the row."""
        shape = _shape(segment)
        numbers = shape.row(hashes).tolist()
        rows = {n: _view(row) for n, row in self._store.rows(segment, sorted(set(numbers))).items()}
        low = shape.encode(hashes, np.zeros(len(hashes), dtype=np.uint32)).tolist()
        last = int(shape.ordinals)
        found: list[_Range] = []
        for h, number, first in zip(hashes.tolist(), numbers, low, strict=True):
            postings = rows.get(number)
            if postings is None:
                continue
            # a query makes hundreds of these searches in short rows: bisect is three times as quick as numpy here
            left = bisect_left(postings, first)
            right = bisect_right(postings, first | last, left)
            if left < right:
                found.append((h, left, right, postings))
        return found

    def _settle(self) -> None:
        """Move what is pending into the young segment, and a part of what is moving into an old one."""
        if MOVING in self._segments:
            self._move_on()
        base = self._segments.get(YOUNG, 0)
        hashes = np.concatenate([h for _, h in self._pending])
        counts = [len(h) for _, h in self._pending]
        ordinals = np.repeat(np.arange(base, base + len(counts), dtype=np.uint32), counts)
        self._merge(YOUNG, hashes, ordinals)
        self._add_texts(YOUNG, [text for text, _ in self._pending])
        self._store.clear_pending()
        self._pending.clear()
        self._pending_hashes.clear()
        if self._segments[YOUNG] + PENDING > _YOUNG_ROOM:
            self._begin_move()

    def _add_texts(self, segment: int, texts: Sequence[int]) -> None:
        self._store.add_texts(segment, texts)
        self._segments[segment] = self._segments.get(segment, 0) + len(texts)

    def _begin_move(self) -> None:
        while MOVING in self._segments:
            self._move_on()
        old = self._last_old()
        if self._segments.get(old, 0) + self._segments[YOUNG] > _OLD_ROOM:
            old += 1
        # the old segment knows all the texts at once; postings follow row by row
        self._add_texts(old, self._store.all_texts(YOUNG))
        self._store.rename_segment(YOUNG, MOVING)
        self._segments[MOVING] = self._segments.pop(YOUNG)

    def _last_old(self) -> int:
        return max([FIRST_OLD, *self._segments])

    def _move_on(self) -> None:
        numbers = self._store.row_numbers(MOVING, MOVED_AT_ONCE)
        old = self._last_old()
        base = np.uint32(self._segments[old] - self._segments[MOVING])
        for number, row in self._store.rows(MOVING, numbers).items():
            hashes, ordinals = _YOUNG_SHAPE.decode(number, np.frombuffer(row, dtype="<u4").astype(np.uint32))
            self._merge(old, hashes, ordinals + base)
        self._store.drop_rows(MOVING, numbers)
        if len(numbers) < MOVED_AT_ONCE:
            self._store.drop_segment(MOVING)
            del self._segments[MOVING]

    def _merge(self, segment: int, hashes: Postings, ordinals: Postings) -> None:
        """Merge postings into a segment's rows, a few rows in memory at a time."""
        shape = _shape(segment)
        order = np.argsort(hashes, kind="stable")
        numbers = shape.row(hashes[order])
        postings = shape.encode(hashes[order], ordinals[order])
        starts = np.flatnonzero(np.diff(numbers, prepend=numbers[:1] ^ np.uint32(1)))
        parts = list(zip(numbers[starts].tolist(), np.split(postings, starts[1:]), strict=True))
        for first in range(0, len(parts), 256):
            batch = parts[first : first + 256]
            there = self._store.rows(segment, [number for number, _ in batch])
            self._store.put_rows(segment, [(number, _joined(there.get(number, b""), new)) for number, new in batch])


def _shape(segment: int) -> _Shape:
    return _OLD_SHAPE if segment >= FIRST_OLD else _YOUNG_SHAPE


def _view(row: bytes) -> Sequence[int]:
    if sys.byteorder == "little":
        return memoryview(row).cast("I")
    return np.frombuffer(row, dtype="<u4").astype(np.uint32).data


def _joined(row: bytes, new: Postings) -> bytes:
    both = np.concatenate((np.frombuffer(row, dtype="<u4"), new))
    both.sort(kind="stable")
    return both.astype("<u4").tobytes()
