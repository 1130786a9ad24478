"""Where on a story's time line a text belongs, whatever the order in which captures arrive. Pure.

Every observation of a story is a moment and the hash of what it said; sorted, equal neighbours form runs, and each run
is one version:

    A [09:00 … 11:00]   B [12:00 … 12:00]   A [15:00 … 18:00]        three versions: A → B → A

Of two different texts in the same second the one with the greater hash counts as later, so that the order of filing
never decides which text is current. Only a run's ends are kept, which is all it takes to find the last one; the price
is that a text filed late into the middle of a run may push aside sights of the other that are not known singly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One version: ``first`` and ``last`` are ISO moments at which the text of this hash was seen."""

    number: int
    hash: str
    first: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an observation belongs.

    ``same`` is the run it lies in or lengthens (None: it starts a new run), ``before`` the run that precedes a new
    one, ``split`` the run that a new one falls into, and so ends before it and resumes after it.
    """

    same: Run | None = None
    before: Run | None = None
    split: Run | None = None


def place(runs: Sequence[Run], at: str, digest: str) -> Place:
    """Where the text ``digest`` seen ``at`` belongs among ``runs`` (any order, disjoint)."""
    before = after = None
    for run in runs:
        if run.hash == digest and run.first <= at <= run.last:
            return Place(same=run)
        if (run.first, run.hash) < (at, digest):
            before = run if before is None or _start(run) > _start(before) else before
        else:
            after = run if after is None or _start(run) < _start(after) else after
    if before and (before.last, before.hash) > (at, digest):
        return Place(before=before, split=before)
    if before and before.hash == digest:
        return Place(same=before)
    if after and after.hash == digest:
        return Place(same=after)
    return Place(before=before)


def _start(run: Run) -> tuple[str, str]:
    return run.first, run.hash
