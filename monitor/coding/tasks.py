"""Reads the words of work at a place in a sentence: a verb phrase after "to", or a noun phrase."""

from __future__ import annotations

from typing import Final

from monitor.coding.ends import HELPING, Task
from monitor.coding.lexicon import work_words
from monitor.coding.marked import Marked, task_kinds
from monitor.coding.words import BE, CLAUSE_BREAKS, DETERMINERS, HAVE, MODALS, RELATIVES, adverb, filler

_TASK_REACH: Final = 9


def task_at(marked: Marked, at: int, *, any_words: bool = False) -> Task | None:
    """The words of work at ``at``: a verb phrase after "to" or a noun phrase."""
    last = at
    while last < len(marked.words) and last < at + _TASK_REACH:
        low = marked.low(last)
        if low in (";", ":", ".", "?", "!", ")", "(", "—", "”") or low in CLAUSE_BREAKS or low in RELATIVES:
            break
        if low == "," or (
            last > at
            and low
            in (
                "from",
                "said",
                "to",
                "that",
                "in",
                "at",
                "through",
                "until",
                "under",
                "by",
                "over",
                "onto",
                "into",
                "toward",
                "towards",
                "off",
                "far",
            )
        ):
            break
        if last > at + 1 and (low in BE or low in HAVE or low in MODALS):
            break
        if last > at and low in ("and",) and not _same_list(marked, last):
            break
        last += 1
    kinds = {kind for kind, _ in task_kinds(marked, at, last)}
    if any(marked.low(step) in work_words() for step in range(at, last)):
        kinds.add("work")
    if any_words and not kinds and any(filler(marked.low(step)) for step in range(at, last)):
        kinds.add("other")
    first = at
    while first < last and (marked.low(first) in DETERMINERS or adverb(marked.low(first))):
        first += 1
    return Task(first=first, last=last, kinds=frozenset(kinds)) if kinds and first < last else None


def _same_list(marked: Marked, at: int) -> bool:
    if marked.low(at - 1).endswith("ing") and marked.low(at + 1).endswith("ing"):
        return True
    return filler(marked.low(at + 1)) and not marked.moves_at(at + 1)


def helping_task(marked: Marked, at: int) -> Task | None:
    """ "assist ICE in locating and removing people": the work is what they are helped in."""
    if marked.low(at) not in HELPING:
        return None
    for step in range(at + 1, min(at + 12, len(marked.words))):
        if (
            marked.low(step) in ("in", "with")
            and marked.place_at(step + 1) is None
            and (marked.low(step + 1).endswith("ing") or task_kinds(marked, step + 1, step + 5))
        ):
            return task_at(marked, step + 1, any_words=True)
        if marked.low(step) in (",", ";", ".") or marked.low(step) in CLAUSE_BREAKS:
            return None
    return None
