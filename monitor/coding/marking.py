"""Reads a sentence once: words, amounts, resources and places, ready for every later question."""

from __future__ import annotations

from typing import Final

from monitor.coding.lexicon import Span, shifts_lexicon
from monitor.coding.marked import RESOURCE_KINDS, Marked
from monitor.coding.quantities import quantities
from monitor.coding.resources import resources
from monitor.coding.scenes import may_be_scene
from monitor.coding.tokens import Token, tokens

_CAN_MOVE: Final = RESOURCE_KINDS | {"body"}
# After a place's name these make a newspaper of it.
_PAPERS: Final = frozenset(
    "times post tribune journal globe herald chronicle sun-times daily magazine university".split()
)


def mark(text: str) -> Marked:
    """Reads a sentence's words, amounts, resources and places."""
    words = tokens(text)
    return _filled(text, words, shifts_lexicon().spans(words))


def mark_if_moving(text: str) -> Marked | None:
    """As ``mark``, but None for a sentence that names no movement, or nothing that can move."""
    words = tokens(text)
    spans = shifts_lexicon().spans(words)
    if "move" not in spans and not may_be_scene(spans):
        return None
    if (
        "$" not in text
        and not any(span.entry.kind in _CAN_MOVE for span in spans.get("noun", ()))
        and " of them" not in text
    ):
        return None
    return _filled(text, words, spans)


def _inside_body(noun: Span | None, place: Span) -> bool:
    """Whether a place's words are part of a body's name: "U.S. Border | Patrol"."""
    return noun is not None and noun.entry.kind == "body" and noun.first <= place.first and noun.last > place.last


def _filled(text: str, words: list[Token], spans: dict[str, list[Span]]) -> Marked:
    lows = [token.low for token in words]
    marked = Marked(text=text, words=words, lows=lows, spans=spans, amounts=quantities(words))
    for span in marked.layer("move"):
        marked._moves.setdefault(span.first, []).append(span)
    for span in marked.layer("noun"):
        for at in range(span.first, span.last):
            marked._nouns[at] = span
    if places := marked.layer("place"):
        kept = [
            span
            for span in places
            if marked.low(span.last) not in _PAPERS and not _inside_body(marked.noun_at(span.last - 1), span)
        ]
        marked.spans["place"] = kept
        marked.places = {span.first: span for span in kept}
    marked.resources = resources(marked)
    return marked
