"""A text cut once into sentences and lower-case words, for every reader that asks which words are there."""

from __future__ import annotations

import re
from itertools import chain
from typing import Final, NamedTuple

from monitor.coding.kept import Kept
from monitor.coding.sentences import sentences

LONGEST: Final = 200_000  # characters of a text that are read, as everywhere in Shiftwatch
_WORD: Final = re.compile(r"\d+\(g\)|(?:[a-z]\.){2,}|[^\W_]+(?:[-'’.&][^\W_]+)*")
_POSSESSIVE: Final = re.compile(r"['’]s\b")


class Cut(NamedTuple):
    """One sentence: its offsets, its text, and its words in lower case, possessives without their "'s"."""

    start: int
    end: int
    text: str
    words: list[str]


def cut(text: str) -> list[Cut]:
    """The sentences of a text, at most its first ``LONGEST`` characters."""
    return [cut_one(text[start:end], start) for start, end in sentences(text[:LONGEST])]


def cut_one(sentence: str, start: int = 0) -> Cut:
    """One sentence as a Cut."""
    # No word holds white space, so each piece between is cut by itself, and mostly was before.
    words = list(chain.from_iterable(map(_PIECES.__getitem__, sentence.lower().split())))
    return Cut(start, start + len(sentence), sentence, words)


def _words(piece: str) -> tuple[str, ...]:
    """The words of a piece of lower-case text without white space."""
    return tuple(_WORD.findall(_POSSESSIVE.sub("", piece)))


_PIECES: Final = Kept(_words)
