"""Where two word sequences agree: maximal shared runs, and the chain of runs in the order of both."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from monitor.matching.fingerprint import Hashes

_OFTEN = 8  # a shingle that occurs more often than this in one text says nothing about where it belongs


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """``a[at_a : at_a + length]`` equals ``b[at_b : at_b + length]``, in words."""

    at_a: int
    at_b: int
    length: int


def shared_runs(
    a: Sequence[str], b: Sequence[str], least: int = 5, *, hashes: tuple[Hashes, Hashes] | None = None
) -> list[Run]:
    """The maximal runs of at least ``least`` equal words, longest first chosen, no word of either used twice.

    ``hashes`` are the ``shingles`` of that size of both, where they are known already: runs are then looked for at
    equal ones alone, which finds the same.
    """
    in_a: Iterable[int] = range(len(a) - least + 1)
    in_b: Iterable[int] = range(len(b) - least + 1)
    if hashes is not None:
        in_a, in_b = (np.flatnonzero(np.isin(*pair)).tolist() for pair in (hashes, hashes[::-1]))
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for j in in_b:
        where[tuple(b[j : j + least])].append(j)
    found: set[Run] = set()
    last: dict[int, int] = {}  # diagonal → end of the last run found on it, in a
    for i in in_a:
        places = where.get(tuple(a[i : i + least]), ())
        if len(places) > _OFTEN:
            continue
        for j in places:
            if last.get(i - j, -1) > i:
                continue
            run = _extend(a, b, i, j, least)
            last[i - j] = run.at_a + run.length
            found.add(run)
    return _without_overlap(found, len(a), len(b), least)


def _extend(a: Sequence[str], b: Sequence[str], i: int, j: int, length: int) -> Run:
    while i > 0 and j > 0 and a[i - 1] == b[j - 1]:
        i, j, length = i - 1, j - 1, length + 1
    while i + length < len(a) and j + length < len(b) and a[i + length] == b[j + length]:
        length += 1
    return Run(i, j, length)


def _without_overlap(found: set[Run], size_a: int, size_b: int, least: int) -> list[Run]:
    used_a, used_b = bytearray(size_a), bytearray(size_b)
    kept: list[Run] = []
    for run in sorted(found, key=lambda r: (-r.length, r.at_a, r.at_b)):
        i, j, n = run.at_a, run.at_b, run.length
        while n and (used_a[i] or used_b[j]):
            i, j, n = i + 1, j + 1, n - 1
        while n and (used_a[i + n - 1] or used_b[j + n - 1]):
            n -= 1
        if n < least or any(used_a[i : i + n]) or any(used_b[j : j + n]):
            continue
        used_a[i : i + n] = b"\x01" * n
        used_b[j : j + n] = b"\x01" * n
        kept.append(Run(i, j, n))
    return sorted(kept)


def in_order(runs: Sequence[Run]) -> list[Run]:
    """The heaviest chain of runs that keeps the order of both texts (moved passages drop out)."""
    ordered = sorted(runs)
    # heaviest increasing subsequence over at_b: a Fenwick tree holds the best weight that ends before a position
    ends = sorted({r.at_b for r in ordered})
    tree: list[tuple[int, int]] = [(0, -1)] * (len(ends) + 1)
    before: list[int] = []
    best = (0, -1)
    for index, run in enumerate(ordered):
        i, so_far = bisect_left(ends, run.at_b), (0, -1)
        while i > 0:
            so_far = max(so_far, tree[i], key=lambda t: t[0])
            i -= i & -i
        before.append(so_far[1])
        here = (so_far[0] + run.length, index)
        i = bisect_left(ends, run.at_b) + 1
        while i <= len(ends):
            if here[0] > tree[i][0]:
                tree[i] = here
            i += i & -i
        if here[0] > best[0]:
            best = here
    chain: list[Run] = []
    at = best[1]
    while at >= 0:
        chain.append(ordered[at])
        at = before[at]
    return chain[::-1]
