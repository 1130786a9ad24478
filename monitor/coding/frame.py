"""A frame: a movement word with what it moves."""

from __future__ import annotations

from typing import NamedTuple

from monitor.coding.lexicon import Entry, Span
from monitor.coding.marked import Resource


class Frame(NamedTuple):
    """A movement word and what it moves.

    ``voice``: active, passive, subject, nominal, into, adjective. ``resources`` is empty when the words name none.
    ``other`` is the kind of a thing that is no resource standing where the resource should (detainee, weapon, thing).
    ``first``/``last`` span the words that belong to the frame.
    """

    move: Span
    voice: str
    resources: tuple[Resource, ...]
    other: str = ""
    pronoun: bool = False
    back: bool = False  # "pull the Guard out of", "bring the troops home"

    @property
    def entry(self) -> Entry:
        """What the word lists say of the movement word."""
        return self.move.entry

    @property
    def first(self) -> int:
        """The first token of the frame."""
        return min([self.move.first, *[resource.first for resource in self.resources]])

    @property
    def last(self) -> int:
        """One past the last token of the frame."""
        return max([self.move.last, *[resource.last for resource in self.resources]])
