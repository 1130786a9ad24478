"""The cheap gate before a sentence is read for shifts: are there words of a resource, an enforcement end, a movement?

Most sentences of most stories stop here, at the price of a few set look-ups.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from monitor.coding.lexicon import shifts_lexicon
from monitor.coding.marked import RESOURCE_KINDS

# Forms that are mostly other words ("police reports", "the way", "tear gas"): they open the gate only as weak ones do.
_AMBIGUOUS: Final = frozenset(
    (
        "staff man reports report order orders way services service tear tears made removal request "
        "requests second seconds march call calls calling mass farm farms post posted posts control "
        "themselves signed sign signs given doing asking head heads hands hand details detail recalled "
        "stand stands standing threw throw reached carried carry carries shared share room station "
        "stations seeking seek movement array trade trades tour pack ship mount plug push pushed push "
        "pushing drive driving driven"
    ).split()
)
# A weak movement word counts only beside an amount, a period, an owner or a lender.
_LENT: Final = frozenset(
    (
        "its their our his days weeks months week month nights summer winter spring fall year until now "
        "temporarily normally usually used longer instead regular help helping assist assisting support "
        "supporting aside let letting lets let dozens hundreds thousands several half third quarter every "
        "extra additional more guard troops soldiers marines needed intended put putting use using"
    ).split()
) | frozenset(
    (
        "two three four five six seven eight nine ten twelve fifteen twenty thirty forty fifty sixty "
        "seventy eighty ninety hundred dozen"
    ).split()
)
# Words too common to stand for a name or phrase they occur in.
_EVERYDAY: Final = frozenset(
    (
        "the a of in on to at is are be and its out up go went come set put take make get gave give with state "
        "city their federal under ground ready need department county service government administration office "
        "agency secretary attorney attorneys local security national public general united states protection "
        "operations north northern coast u.s. us offices authorities review executive time home other"
    ).split()
)
# Heads of people that enforce without a body's name.
_ENFORCERS: Final = frozenset(
    (
        "military agents officers deputies detectives investigators inspectors prosecutors enforcement police "
        "cops marshals guards"
    ).split()
)


_SOLDIERS: Final = frozenset("guard guardsmen marines troops soldiers".split())
# Cues of a scene (see ``scenes``): a body's name beside one is read too.
_SCENIC: Final = frozenset({"cue:contrast", "cue:neglect", "cue:expected", "cue:disposal", "cue:leaving", "cue:meant"})


@dataclass(frozen=True, slots=True)
class _Gate:
    """``bodies`` enforce by themselves, ``things`` need one of ``ends``; ``strong`` words tell of movement by
    themselves, ``weak`` ones beside an amount, a period or a lender.
    """

    bodies: frozenset[str]
    things: frozenset[str]
    ends: frozenset[str]
    strong: frozenset[str]
    weak: frozenset[str]
    scenic: frozenset[str]


@cache
def _gate() -> _Gate:
    bodies, things, ends, strong, weak = set[str](), set[str](), set[str](), set[str](), set[str]()
    scenic = set[str]()
    for words, entry in shifts_lexicon().entries():
        # A phrase is looked for by its rarest word, taken to be its longest.
        key = max((word for word in words if word not in _EVERYDAY and word[0].isalpha()), key=len, default="")
        if not key:
            continue
        if entry.layer == "noun" and entry.kind in ("body", "official"):
            bodies.add(key)
        elif entry.layer == "noun" and entry.kind == "personnel":
            (bodies if entry.code or key in _ENFORCERS else things).add(key)
        elif entry.layer == "noun" and entry.kind in RESOURCE_KINDS:
            things.add(key)
        elif entry.layer == "task" and entry.kind in ("immigration", "border"):
            ends.add(key)
        elif entry.layer == "move":
            (strong if entry.strength > 1 else weak).add(key)
        elif entry.layer in _SCENIC:
            scenic.add(key)
    return _Gate(
        frozenset(bodies),
        frozenset(things) | {"government", "administration", "department", "authorities"},
        frozenset(ends) | {"federal", "military", "agency", "bureau", "dhs", "ice", "washington"},
        frozenset(strong - _AMBIGUOUS),
        frozenset(weak | _AMBIGUOUS & strong),
        frozenset(scenic),
    )


def may_shift(words: Iterable[str], text: str) -> bool:
    """Whether a sentence's lower-case words hold a resource with an enforcement end, and a movement."""
    gate = _gate()
    words = set(words)
    if not words.isdisjoint(_SOLDIERS):
        return True  # they need no word of movement: in a city, they were sent
    if words.isdisjoint(gate.strong) and (
        words.isdisjoint(gate.weak) or (words.isdisjoint(_LENT) and not any(word[0].isdigit() for word in words))
    ):
        return not (
            words.isdisjoint(gate.scenic)
            or (words.isdisjoint(gate.bodies) and ("$" not in text or words.isdisjoint(gate.ends)))
        )
    if not words.isdisjoint(gate.bodies):
        return True
    return ("$" in text or not words.isdisjoint(gate.things)) and not words.isdisjoint(gate.ends)
