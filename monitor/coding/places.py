"""Reads the place that stands after a preposition: known and unlisted names, described places, houses."""

from __future__ import annotations

from typing import Final

from monitor.coding.lexicon import Span, place_sites
from monitor.coding.marked import Marked, Place
from monitor.coding.resources import adverb_like
from monitor.coding.words import DETERMINERS, FUNCTION, MONTHS, filler

OF_PLACES: Final = frozenset(  # words that end the name of a place, after its city or state
    "air area areas branch corridor county district districts field metro neighborhood neighborhoods office "
    "offices crossing crossings checkpoint checkpoints bridges port ports region sector sectors station stations "
    "suburbs".split()
)
_EDGES: Final = frozenset({"border", "frontier", "bridges"})  # "the Texas border"
_NO_PLACES: Final = frozenset(
    (
        "amendment act constitution order court code title congress senate house section operation "
        "president secretary clause committee task force team bill law memorandum proclamation statement "
        "report resolution times post news press friday week day sunday encounters crossings crisis "
        "protests operations arrests raids orders war agents officers"
    ).split()
)
_OF_A_STATE: Final = frozenset({"LOCAL_POLICE", "STATE_POLICE", "NATIONAL_GUARD"})
_COUNTRY: Final = frozenset({"united", "u.s", "u.s.", "us", "america"})
_TITLES: Final = frozenset(
    {"mr", "mrs", "ms", "dr", "gov", "sen", "rep", "president", "mayor", "judge", "sheriff", "chief"}
)


def place_from(marked: Marked, at: int, reach: int = 5) -> Place | None:
    """The place that stands at or shortly after token ``at`` (just after a preposition), coordinated ones included."""
    end = min(len(marked.words), at + reach)
    here = at
    while here < end:
        low = marked.low(here)
        span = marked.place_at(here)
        if span is not None and in_a_body(marked, span):
            noun = marked.noun_at(span.last - 1)
            assert noun is not None
            return Place(first=noun.first, last=noun.last, level="body")
        if span is not None and span.entry.kind != "foreign_people":
            body = marked.noun_at(span.last)
            if body is not None and body.entry.kind == "body" and body.entry.code in _OF_A_STATE:
                return Place(first=here, last=body.last, level="body")
            if span.entry.kind == "state" and marked.low(span.last) in _EDGES:
                return Place(first=here, last=span.last + 1, level="border")
            if _is_modifier(marked, span) and span.entry.kind not in ("border",):
                named = _site_or_name(marked, at, here)
                if named is not None:
                    return named
            return Place(
                first=at if low != marked.low(at) and _keeps(marked, at, here) else here,
                last=_coordinated(marked, span.last),
                level=span.entry.kind,
            )
        if low in place_sites() and not (low == "building" and marked.low(here + 1) in DETERMINERS):
            return Place(first=at, last=here + 1, level="site")
        if (
            low in DETERMINERS
            or low in ("of", '"', "“", "downtown", "nearby", "some", "at", "least", "more", "than")
            or filler(low)
        ):
            if marked.words[here].text[:1].isupper() and here >= at:
                named = _name(marked, here)
                if named is not None:
                    return named
            if low == "of" and here == at:
                return None
            here += 1
            continue
        return None
    return None


def in_a_body(marked: Marked, span: Span) -> bool:
    """Whether a place is part of a body's name: "the Border" in "the Border Patrol"."""
    noun = marked.noun_at(span.last - 1)
    return span.entry.kind == "border" and noun is not None and noun.entry.kind == "body" and noun.last > span.last


def _keeps(marked: Marked, first: int, here: int) -> bool:
    """Whether words before a place belong to its name as told ("downtown Los Angeles", "the city of New Orleans")."""
    return (
        all(marked.low(step) not in FUNCTION or marked.low(step) in ("of", "the") for step in range(first, here))
        and here - first <= 3
    )


def _is_modifier(marked: Marked, span: Span) -> bool:
    following = marked.low(span.last)
    return (
        bool(following)
        and filler(following)
        and following.isalpha()
        and not marked.moves_at(span.last)
        and (not adverb_like(following) and following not in ("area", "region", "metro", "county", "valley", "areas"))
    )


def _site_or_name(marked: Marked, first: int, here: int) -> Place | None:
    """ "Philadelphia Police Department", "Chicago bakery": the noun that a place's name only modifies."""
    span = marked.place_at(here)
    assert span is not None
    at = span.last
    while at < len(marked.words) and at < span.last + 4 and filler(marked.low(at)):
        if marked.low(at) in place_sites():
            return Place(first=first, last=at + 1, level="site")
        at += 1
    return None


def _name(marked: Marked, at: int) -> Place | None:
    """A capitalised name that is no month, title or body: an unlisted place."""
    last = at
    while (
        last < len(marked.words)
        and last < at + 5
        and marked.words[last].text[:1].isupper()
        and filler(marked.low(last))
    ):
        last += 1
    first_low = marked.low(at)
    if first_low in _COUNTRY and (last == at + 1 or marked.low(at + 1) == "states"):
        return None
    if any(span.first < last and at < span.last for span in marked.layer("orderer")):
        return None
    if any(marked.low(step) in _NO_PLACES for step in range(at, last)):
        return None
    if first_low in MONTHS or first_low in _TITLES or last == at:
        return None
    noun = marked.noun_at(at)
    if noun is not None and noun.entry.kind == "body":
        return Place(first=at, last=max(last, noun.last), level="body")
    inside = [marked.noun_at(step) for step in range(at, last)]
    if any(one is not None and one.entry.kind == "personnel" for one in inside):
        return None
    if marked.low(last) in ("county", "area", "region", "valley", "airport"):
        last += 1
    if marked.low(last - 1) in place_sites() or marked.low(last) in place_sites():
        return Place(first=at, last=last + (marked.low(last) in place_sites()), level="site")
    return Place(first=at, last=_coordinated(marked, last), level="name")


def _coordinated(marked: Marked, last: int) -> int:
    """Takes in ", Tennessee", ", Washington, and Memphis", "and Raleigh"."""
    while True:
        if (
            marked.low(last) in ("area", "region", "county", "valley", "metro", "suburbs", "sector", "district")
            and marked.place_at(last - 1) is not None
        ):
            last += 1
            continue
        if marked.low(last) == "of" and marked.place_at(last + 1) is not None:
            last = marked.places[last + 1].last
            continue
        step = last
        while marked.low(step) in (",", "and", "or", "the") and step < last + 3:
            step += 1
        span = marked.place_at(step) if step > last else None
        if (
            span is None
            or span.entry.kind in ("foreign_people", "described")
            or (marked.low(step - 1) == "the" and marked.low(step - 2) not in ("and", ","))
            or (marked.moves_at(span.last) and marked.low(last) != ",")
        ):
            return last
        last = span.last
