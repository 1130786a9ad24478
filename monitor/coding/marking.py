"""Reads a sentence once: words, amounts, resources and places, ready for every later question."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import Final

from monitor.coding.lexicon import Span, shifts_lexicon
from monitor.coding.marked import KEPT, RESOURCE_KINDS, Marked
from monitor.coding.quantities import quantities
from monitor.coding.resources import resources
from monitor.coding.scenes import may_be_scene
from monitor.coding.tokens import Token, tokens

_CAN_MOVE: Final = RESOURCE_KINDS | {"body"}
# After a place's name these make a newspaper of it.
_PAPERS: Final = frozenset(
    "times post tribune journal globe herald chronicle sun-times daily magazine university".split()
)


@lru_cache(maxsize=KEPT)
def mark(text: str) -> Marked:
    """Reads a sentence's words, amounts, resources and places."""
    words, spans = _looked_up(text)
    return _filled(text, words, spans)


def mark_if_moving(text: str) -> Marked | None:
    """As ``mark``, but None for a sentence that names no movement, or nothing that can move."""
    _, spans = _looked_up(text)
    if "move" not in spans and not may_be_scene(spans):
        return None
    if (
        "$" not in text
        and not any(span.entry.kind in _CAN_MOVE for span in spans.get("noun", ()))
        and " of them" not in text
    ):
        return None
    return mark(text)


@lru_cache(maxsize=KEPT)
def _looked_up(text: str) -> tuple[list[Token], dict[str, list[Span]]]:
    """A sentence's words, and what the word lists know of them."""
    words = tokens(text)
    return words, shifts_lexicon().spans(words)


def _inside_body(noun: Span | None, place: Span) -> bool:
    """Whether a place's words are part of a body's name: "U.S. Border | Patrol"."""
    return noun is not None and noun.entry.kind == "body" and noun.first <= place.first and noun.last > place.last


def _filled(text: str, words: list[Token], spans: dict[str, list[Span]]) -> Marked:
    lows = [token.low for token in words]
    low = defaultdict(str, enumerate(lows)).__getitem__
    moves: defaultdict[int, list[Span]] = defaultdict(list)
    for span in spans.get("move", ()):
        moves[span.first].append(span)
    nouns = {at: span for span in spans.get("noun", ()) for at in range(span.first, span.last)}
    if named := spans.get("place"):
        kept = [
            span for span in named if low(span.last) not in _PAPERS and not _inside_body(nouns.get(span.last - 1), span)
        ]
        spans = {**spans, "place": kept}
    places = {span.first: span for span in spans.get("place", ())}
    marked = Marked(
        text=text,
        words=words,
        lows=lows,
        spans=spans,
        amounts=quantities(words),
        places=places,
        low=low,
        moves_at=moves.__getitem__,
        place_at=places.get,
        noun_at=nouns.get,
    )
    marked.resources = resources(marked)
    return marked
