"""Frames without a word of movement for what moves: people who are somewhere, give help, carry others, are received."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from monitor.coding.frame import Frame
from monitor.coding.lexicon import Entry, Span, duties
from monitor.coding.marked import Marked, Resource
from monitor.coding.phrases import coordinated_before, subject_before
from monitor.coding.places import place_from
from monitor.coding.verbs import passive
from monitor.coding.words import BE, MODALS, adverb

_MILITARY: Final = frozenset({"NATIONAL_GUARD", "MARINES", "DOD", "ARMY"})
_MILITARY_SITES: Final = frozenset("military army navy air naval fort camp base bases barracks".split())
_BEING: Final = frozenset("on in at along over around across with under among to".split())
_HELP: Final = frozenset("support assistance help backup aid".split())


def standing(marked: Marked) -> Iterator[Frame]:
    """Soldiers said to be in a city ("the Guard in Chicago", "troops on the streets"): they were sent."""
    for resource in marked.resources:
        low = marked.low(resource.last)
        if (
            resource.code not in _MILITARY
            or resource.compound
            or low not in ("in", "on", "into", "onto", "around", "across")
        ):
            continue
        place = place_from(marked, resource.last + 1, 4)
        if place is not None and (place.level in ("city", "described") or low == "on"):
            entry = Entry("move", "there", "phrase", 1, "subject", "phrase", low)
            yield Frame(move=Span(resource.last, resource.last + 1, entry), voice="standing", resources=(resource,))


def being(marked: Marked) -> Iterator[Frame]:
    """ "Deputy marshals from nine states are on St. Louis corners", "one agent in four is on immigration".

    Being somewhere is no move by itself; what else is said (for how long, from where, whose work it is) makes it one.
    """
    for resource in marked.resources:
        if (
            not resource.enforcing
            or resource.compound
            or resource.bare
            or resource.kind not in ("personnel", "equipment")
        ):
            continue
        at = next(
            (at for at in range(resource.last, min(resource.last + 9, len(marked.words))) if _is_be(marked, at)), 0
        )
        if not at or any(marked.moves_at(step) for step in range(resource.last, at)):
            continue
        after = at + 1
        while adverb(marked.low(after)) or marked.low(after) in ("been", "be", "out", "up", "down"):
            after += 1
        if marked.low(after) in _BEING:
            entry = Entry("move", "be", "verb", 1, "subject", "be", "be")
            yield Frame(move=Span(at, after, entry), voice="subject", resources=(resource,))


def _is_be(marked: Marked, at: int) -> bool:
    return marked.low(at) in ("is", "are", "was", "were", "be", "been")


def receiver(marked: Marked, span: Span) -> Span | None:
    """ "Maine got sixty officers", "Baltimore is to have the Guard": the place before the verb they come to."""
    ahead = [marked.low(step) for step in range(max(0, span.first - 4), span.first)]
    if span.entry.word == "have" and not {"to", "will", "'ll"} & set(ahead):
        return None
    for place in reversed(marked.layer("place")):
        if place.last <= span.first:
            gap = marked.lows[place.last : span.first]
            plain = all(
                low in BE or low in MODALS or low in ("to", "has", "have", "about") or adverb(low) for low in gap
            )
            starts = marked.low(place.first - 1) in ("", ",", "and", "that", "said", ".", ":", ";", '"', "“", "then")
            return place if plain and starts and place.entry.kind in ("city", "state") else None
    return None


def helper(marked: Marked, span: Span, taken: tuple[Resource, ...]) -> Frame | None:
    """ "Guard soldiers will provide support to ICE": those who give help are what moves."""
    if span.entry.kind != "give" or marked.low(taken[0].head) not in _HELP or taken[0].named or taken[0].quantity:
        return None
    doer = subject_before(marked, span.first)
    if doer is None or doer.kind not in ("personnel", "equipment"):
        return None
    entry = Entry("move", "stay", "verb", 1, "subject", span.entry.form, "support")
    return Frame(
        move=Span(span.first, taken[0].last, entry), voice="subject", resources=coordinated_before(marked, doer)
    )


def carrier(marked: Marked, span: Span, other: str) -> Frame | None:
    """ "Coast Guard crews fly migrants to Texas": the new work of a body that is there for other."""
    doer = subject_before(marked, span.first) if other == "detainee" else None
    if doer is None or duties().get(doer.code, "law") in ("law", "immigration", "border"):
        return None
    return Frame(move=span, voice="subject", resources=coordinated_before(marked, doer))


def housed(marked: Marked, span: Span, other: str) -> Frame | None:
    """ "house migrants at bases": a military site that takes them in is what is lent."""
    if other != "detainee" or passive(marked, span):
        return None
    for resource in marked.resources:
        if resource.kind == "facility" and 0 < resource.first - span.last < 8:
            near = {marked.low(step) for step in range(resource.first - 1, resource.last + 3)}
            if near & _MILITARY_SITES or resource.code in _MILITARY:
                return Frame(move=span, voice="active", resources=(resource,))
    return None
