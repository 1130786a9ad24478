"""A text cut once into sentences and lower-case words, for every reader that asks which words are there."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from monitor.coding.sentences import sentences

LONGEST: Final = 200_000  # characters of a text that are read, as everywhere in Shiftwatch
_WORD: Final = re.compile(r"\d+\(g\)|(?:[a-z]\.){2,}|[^\W_]+(?:[-'’.&][^\W_]+)*")
_PLAIN: Final = re.compile(r"[^\W_]+(?:[-'’.&][^\W_]+)*")  # the same words where no initials and no 287(g) stand
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
    lower = sentence.lower()
    if "'s" in lower or "’s" in lower:
        lower = _POSSESSIVE.sub("", lower)
    stop = lower.find(".")
    pattern = _PLAIN if (stop < 0 or stop >= len(lower) - 2) and "(g)" not in lower else _WORD
    return Cut(start, start + len(sentence), sentence, pattern.findall(lower))
