"""A sentence with its words and everything the word lists know about them: what the later readers share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from monitor.coding.lexicon import Span
from monitor.coding.quantities import Quantity
from monitor.coding.tokens import Token, starts

# A sentence is asked for again as the one before the next, a title by every sentence of its story.
KEPT: Final = 32
RESOURCE_KINDS: Final = frozenset({"personnel", "equipment", "technology", "facility", "money", "unspecified"})


class Resource(NamedTuple):
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


class Place(NamedTuple):
    """Where to or from: tokens ``first`` to ``last``; level: state, city, border, described, foreign, site, name."""

    first: int
    last: int
    level: str


@dataclass(slots=True, kw_only=True, eq=False)
class Marked:
    """A sentence as the readers see it: the same sentence is the same object, so that what is read of it can be kept.

    ``low`` gives the lower-case word at a token, "" outside the sentence; ``moves_at`` the movement words that start
    at one, ``place_at`` the known place that starts there, ``noun_at`` the known noun that covers it. They are looked
    up more often than anything else, and bound methods of dictionaries are the cheapest look-up there is.
    """

    text: str
    words: list[Token]
    lows: list[str]
    spans: dict[str, list[Span]]
    amounts: list[Quantity]
    resources: list[Resource] = field(default_factory=list)
    places: dict[int, Span]
    low: Callable[[int], str]
    moves_at: Callable[[int], list[Span]]
    place_at: Callable[[int], Span | None]
    noun_at: Callable[[int], Span | None]
    _starts: list[int] = field(default_factory=list)

    def cut(self, first: int, last: int) -> str:
        """The text of tokens ``first`` up to ``last``."""
        if first >= last:
            return ""
        return self.text[self.start(first) : self.end(min(last, len(self.words)) - 1)]

    def start(self, at: int) -> int:
        """The character offset at which the token starts."""
        if not self._starts:
            self._starts = starts(self.text, self.words)
        return self._starts[at]

    def end(self, at: int) -> int:
        """The character offset after the token."""
        return self.start(at) + len(self.words[at].text)

    def apart(self, at: int) -> bool:
        """Whether something stands between the token and the next; there must be a next."""
        return self.end(at) < self.start(at + 1)

    def layer(self, name: str) -> list[Span]:
        """The spans of a layer, in order."""
        return self.spans.get(name, [])

    def cue(self, kind: str) -> list[Span]:
        """The spans of a kind of cue."""
        return self.spans.get(f"cue:{kind}", [])


def task_kinds(marked: Marked, first: int, last: int) -> list[tuple[str, Span]]:
    """The kinds of task named in tokens ``first`` up to ``last``, those inside a body's name left out."""
    return [pair for pair in _tasks(marked) if first <= pair[1].first < last]


@lru_cache(maxsize=KEPT)
def _tasks(marked: Marked) -> list[tuple[str, Span]]:
    found = []
    for span in marked.layer("task"):
        noun = marked.noun_at(span.first)
        if noun is not None and noun.entry.kind == "body" and span.last <= noun.last:
            continue
        found.append((span.entry.kind, span))
    return found
