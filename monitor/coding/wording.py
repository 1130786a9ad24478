"""What the words of a whole sentence speak for, apart from any frame: log-odds from single words and pairs.

Names of bodies, resources and places stand as their kind, and other names are left out, so that the weights learn
ways of saying things and no events.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from monitor.coding.kept import Kept
from monitor.coding.marked import Marked

BIAS: Final = "<bias>"
_NUMBER: Final = "<0>"
MOST: Final = 3.0  # log-odds either way: words alone never decide
_ENDINGS: Final = ("ing", "ed", "es", "s")


def features(marked: Marked) -> list[str]:
    """The sentence's word features, each once, sorted."""
    found: set[str] = set()
    named: set[int] = set()
    for layer in ("noun", "place"):
        for span in marked.layer(layer):
            named.update(range(span.first, span.last))
            found.add(f"<{layer}:{span.entry.kind if layer == 'place' else span.entry.code or span.entry.kind}>")
    before = ""
    for at, token in enumerate(marked.words):
        word = _WORDS[token.low]
        if word == _NUMBER:
            found.add(word)
        if not word or word == _NUMBER or at in named or (at and token.text[0].isupper()):
            before = ""
            continue
        found.add(word)
        if before:
            found.add(f"{before} {word}")
        before = word
    return sorted(found)


def _stem(low: str) -> str:
    """A word without its ending, ``_NUMBER`` for digits, "" for a mark."""
    if not low[0].isalpha():
        return _NUMBER if low[0].isdigit() else ""
    if len(low) > 5:
        for ending in _ENDINGS:
            if low.endswith(ending):
                return low[: -len(ending)]
    return low


_WORDS: Final = Kept(_stem)


@cache
def weights() -> Mapping[str, float]:
    """Feature -> weight, as trained by ``bench/train_shifts.py``."""
    text = (files("monitor.coding") / "wording.toml").read_text(encoding="utf-8")
    return {str(name): float(value) for name, value in tomllib.loads(text)["weights"].items()}


def total(found: Iterable[str], table: Mapping[str, float]) -> float:
    """The log-odds of a sentence's features, held within ``MOST``."""
    listed = list(found)
    scale = math.sqrt(len(listed) + 1)
    log_odds = table.get(BIAS, 0.0) + sum([table.get(name, 0.0) for name in listed]) / scale
    return max(-MOST, min(MOST, log_odds))


def wording(marked: Marked) -> float:
    """What the words of a sentence speak for: above 0 a shift."""
    return total(features(marked), weights())
