"""A sentence with its words and everything the word lists know about them: what the later readers share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from monitor.coding.lexicon import Span
from monitor.coding.quantities import Quantity
from monitor.coding.tokens import Token

RESOURCE_KINDS: Final = frozenset({"personnel", "equipment", "technology", "facility", "money", "unspecified"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A noun phrase that can move: tokens ``first`` up to ``last``, its head word at ``head``.

    ``code`` is the body it belongs to by its own words ("" when unsaid), ``bare`` a body's name for its people,
    ``singular`` one person or thing, ``enforcing`` that the words themselves say enforcement.
    """

    first: int
    last: int
    head: int
    kind: str
    code: str = ""
    quantity: Quantity | None = None
    bare: bool = False
    singular: bool = False
    enforcing: bool = False
    compound: bool = False
    named: bool = False  # a body's name stands in it
    pronoun: bool = False  # "200 of them": whose they are was said before


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to or from: tokens ``first`` to ``last``; level: state, city, border, described, foreign, site, name."""

    first: int
    last: int
    level: str


@dataclass(slots=True, kw_only=True)
class Marked:
    """A sentence as the readers see it."""

    text: str
    words: list[Token]
    lows: list[str]
    spans: dict[str, list[Span]]
    amounts: list[Quantity] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    places: dict[int, Span] = field(default_factory=dict)
    _moves: dict[int, list[Span]] = field(default_factory=dict)
    _nouns: dict[int, Span] = field(default_factory=dict)

    def low(self, at: int) -> str:
        """The lower-case word at ``at``, "" outside the sentence."""
        return self.lows[at] if 0 <= at < len(self.lows) else ""

    def cut(self, first: int, last: int) -> str:
        """The text of tokens ``first`` up to ``last``."""
        if first >= last:
            return ""
        return self.text[self.words[first].start : self.words[min(last, len(self.words)) - 1].end]

    def layer(self, name: str) -> list[Span]:
        """The spans of a layer, in order."""
        return self.spans.get(name, [])

    def cue(self, kind: str) -> list[Span]:
        """The spans of a kind of cue."""
        return self.spans.get(f"cue:{kind}", [])

    def moves_at(self, at: int) -> list[Span]:
        """The movement words that start at ``at``."""
        return self._moves.get(at, [])

    def place_at(self, at: int) -> Span | None:
        """The known place that starts at ``at``."""
        return self.places.get(at)

    def noun_at(self, at: int) -> Span | None:
        """The known noun that covers ``at``."""
        return self._nouns.get(at)


def task_kinds(marked: Marked, first: int, last: int) -> list[tuple[str, Span]]:
    """The kinds of task named in tokens ``first`` up to ``last``, those inside a body's name left out."""
    found = []
    for span in marked.layer("task"):
        if span.first < first or span.first >= last:
            continue
        noun = marked.noun_at(span.first)
        if noun is not None and noun.entry.kind == "body" and span.last <= noun.last:
            continue
        found.append((span.entry.kind, span))
    return found
