"""Words with their places in a sentence, cut once and read by everything after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Final, NamedTuple

from monitor.coding.kept import Kept

# Plain words come first, being most of all; none of the repetitions need ever give anything back.
_TOKEN = re.compile(
    r"[A-Za-z][^\W_]++(?:[-‑'’&][^\W_]++)*+|(?:[A-Za-z]\.){2,}+|\d++(?:[,.]\d++)*+(?:st|nd|rd|th)?+(?:-[a-z]++)*+"
    r"|[^\W_]++(?:[-‑'’&][^\W_]++)*+|[^\w\s]"
)
_APOSTROPHES = "'’"
MOST = 400  # words of one sentence that are looked at; longer ones are lists or unbroken pages


class Token(NamedTuple):
    """A word or mark: as written, and in lower case."""

    text: str
    low: str


def tokens(sentence: str, most: int = MOST) -> list[Token]:
    """The first ``most`` tokens of ``sentence``; a possessive ``'s`` and an ``n't`` are tokens of their own."""
    found = _all(sentence)
    if len(found) <= most:
        return found
    following = next(islice(_TOKEN.finditer(sentence), most, None), None)  # here a contraction is one token yet
    return found if following is None else _all(sentence[: following.start()])


def _all(sentence: str) -> list[Token]:
    # No token holds white space, so each piece between is cut by itself, and mostly was before.
    return list(chain.from_iterable(map(_PIECES.__getitem__, sentence.split())))


def starts(sentence: str, words: list[Token]) -> list[int]:
    """The character offset at which each of a sentence's tokens starts."""
    found: list[int] = []
    at = 0
    for token in words:
        # What stands between two tokens starts none, so the next place that holds the token's text is its own.
        at = sentence.index(token.text, at)
        found.append(at)
        at += len(token.text)
    return found


def _cut(piece: str) -> tuple[Token, ...]:
    """The tokens of a piece of text without white space."""
    lower = str.lower if len(piece.lower()) == len(piece) else _lower_in_place
    return tuple(token for text in _TOKEN.findall(piece) for token in _split(text, lower(text)))


def _lower_in_place(text: str) -> str:
    """Lower case but for the few letters that would change length by it."""
    return "".join(letter if len(low := letter.lower()) != 1 else low for letter in text)


def _split(text: str, low: str) -> Iterator[Token]:
    """A token, or the two that a contraction is made of."""
    if len(text) > 2 and text[-2] in _APOSTROPHES and low[-1] == "s":
        yield Token(text[:-2], low[:-2])
        yield Token(text[-2:], "'s")
    elif len(text) > 3 and low[-1] == "t" and low[-3] == "n" and low[-2] in _APOSTROPHES:
        yield Token(text[:-3], low[:-3])
        yield Token(text[-3:], "not")
    else:
        yield Token(text, low)


_PIECES: Final = Kept(_cut)
