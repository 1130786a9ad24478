"""Words with their places in a sentence, cut once and read by everything after."""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

_TOKEN = re.compile(
    r"(?:[A-Za-z]\.){2,}|\d+(?:[,.]\d+)*(?:st|nd|rd|th)?(?:-[a-z]+)*|[^\W_]+(?:[-‑'’&][^\W_]+)*|[^\w\s]"
)
_APOSTROPHES = "'’"
MOST = 400  # words of one sentence that are looked at; longer ones are lists or unbroken pages


class Token(NamedTuple):
    """A word or mark: as written, in lower case, and its offsets in the sentence."""

    text: str
    low: str
    start: int
    end: int


def tokens(sentence: str, most: int = MOST) -> list[Token]:
    """The first ``most`` tokens of ``sentence``; a possessive ``'s`` and an ``n't`` are tokens of their own."""
    lower = sentence.lower()
    if len(lower) != len(sentence):  # a few letters change length in lower case; then offsets are kept by lowering less
        lower = "".join(letter if len(low := letter.lower()) != 1 else low for letter in sentence)
    spans = [match.span() for match in islice(_TOKEN.finditer(sentence), most)]
    found = [Token(sentence[start:end], lower[start:end], start, end) for start, end in spans]
    if "'" in sentence or "’" in sentence:
        return _split_contractions(found)
    return found


def _split_contractions(whole: list[Token]) -> list[Token]:
    found: list[Token] = []
    for token in whole:
        text, low, start, end = token
        if end - start > 2 and text[-2] in _APOSTROPHES and low[-1] == "s":
            found.append(Token(text[:-2], low[:-2], start, end - 2))
            found.append(Token(text[-2:], "'s", end - 2, end))
        elif end - start > 3 and low[-1] == "t" and low[-3] == "n" and low[-2] in _APOSTROPHES:
            found.append(Token(text[:-3], low[:-3], start, end - 3))
            found.append(Token(text[-3:], "not", end - 3, end))
        else:
            found.append(token)
    return found
