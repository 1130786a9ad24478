"""Words that set a sentence in the future although its verb stands in the present: "from July", "next week"."""

from __future__ import annotations

from typing import Final

from monitor.coding.marked import Marked
from monitor.coding.words import MONTHS

_UNITS: Final = frozenset("week weeks weekend month months year summer fall winter spring autumn quarter days".split())
_DAYS: Final = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_SEASONS: Final = frozenset("summer fall winter spring autumn christmas thanksgiving easter".split())
_BEGINNINGS: Final = frozenset("starting beginning effective".split())


def ahead(marked: Marked) -> bool:
    """Whether the sentence names a time to come."""
    if _WORDS.isdisjoint(marked.lows):
        return False
    return any(_opens(marked, at, low) for at, low in enumerate(marked.lows))


def _opens(marked: Marked, at: int, low: str) -> bool:
    following = marked.low(at + 1)
    if low == "tomorrow":
        return True
    if low == "next":
        return following in _UNITS or following in _DAYS or following in MONTHS or following in ("", ".")
    if low == "coming":
        return following in _UNITS and marked.low(at - 1) in ("the", "this")
    if low in _BEGINNINGS:
        later = marked.low(at + 2) if following in ("in", "on", "from") else following
        return later in MONTHS or later in _DAYS or later in _SEASONS or later in ("next", "this", "the")
    if low in ("from", "come"):
        return at == 0 and (following in MONTHS or following in _DAYS or following in _SEASONS)
    if low == "by":
        return following in _SEASONS or (following in MONTHS and marked.low(at - 1) not in ("ended", "done"))
    if low == "later":
        return following == "this"
    return low == "on" and following == "the" and marked.lows[at + 2 : at + 5] == ["first", "of", "the"]


_WORDS: Final = _BEGINNINGS | {"tomorrow", "next", "coming", "from", "come", "by", "later", "on"}
