"""Who a claim is laid to: "the Pentagon said", "according to city officials"."""

from __future__ import annotations

from typing import Final

from monitor.coding.marked import Marked
from monitor.coding.words import FUNCTION, MONTHS

_SAID: Final = frozenset(
    (
        "said says told announced announces confirmed confirms reported reports claimed claims claiming "
        "estimated estimates argue argues argued warned wrote insisted stated promised acknowledged "
        "testified conceded"
    ).split()
)
_PEOPLE: Final = frozenset(
    ("officials official spokesman spokeswoman spokesperson mayor governor sheriff chief czar analysts judge").split()
)
_INSIDE: Final = frozenset({"of", "the", "and", "for", "'s", ".", "-", "&"})
_NOBODY: Final = frozenset({"retrieved", "updates", "news"})
_REACH: Final = 9


def attribution(marked: Marked) -> str | None:
    """The person, body or document the sentence lays its claim to, or None."""
    for at, token in enumerate(marked.words):
        if token.low == "according" and marked.low(at + 1) == "to":
            name = _forward(marked, at + 2)
        elif token.low in _SAID:
            name = _backward(marked, at) or (
                _forward(marked, at + 1) if marked.low(at - 1) in (",", '"', "”") else None
            )
        else:
            continue
        if name:
            return name
    return None


def _names(marked: Marked, at: int) -> bool:
    token = marked.words[at]
    return (token.text[:1].isupper() and token.low not in FUNCTION and token.low not in MONTHS) or token.low in _PEOPLE


def _backward(marked: Marked, verb: int) -> str | None:
    last = verb
    while last > 0 and marked.low(last - 1) in (",", "has", "have", "had", "also"):
        last -= 1
    first = last
    while (
        first > 0
        and last - first < _REACH
        and (_names(marked, first - 1) or (marked.low(first - 1) in _INSIDE and first < last))
    ):
        first -= 1
    return _name(marked, first, last)


def _forward(marked: Marked, first: int) -> str | None:
    while marked.low(first) in ("the", "a", "an", "to"):
        first += 1
    last = first
    while (
        last < len(marked.words)
        and last - first < _REACH
        and (
            _names(marked, last)
            or marked.low(last) in ("city", "federal", "military", "statement", "memo", "documents")
            or (marked.low(last) in _INSIDE and last > first)
        )
    ):
        last += 1
    return _name(marked, first, last)


def _name(marked: Marked, first: int, last: int) -> str | None:
    while first < last and (marked.low(first) in _INSIDE or marked.low(first) in FUNCTION):
        first += 1
    while last > first and marked.low(last - 1) in _INSIDE:
        last -= 1
    name = marked.cut(first, last)
    return name if len(name) > 2 and name.lower() not in _NOBODY else None
