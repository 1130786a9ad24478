"""Finds the phrases around a verb by word order: object after it, subject before it, what "and" joins to them."""

from __future__ import annotations

from typing import Final

from monitor.coding.marked import Marked, Resource
from monitor.coding.words import (
    BE,
    CLAUSE_BREAKS,
    DETERMINERS,
    HAVE,
    MODALS,
    MONTHS,
    PARTICLES,
    PREPOSITIONS,
    PRONOUNS,
    adverb,
    filler,
)

_OBJECT_REACH: Final = 10
_SUBJECT_REACH: Final = 26
_LEVELS: Final = frozenset("federal state local tribal city county municipal".split())
_TIMES: Final = MONTHS | frozenset(
    "nightfall dawn noon midnight dusk morning afternoon evening then week night".split()
)
_SUBJECT_PRONOUNS: Final = frozenset("they we it he she i you who that which".split())


def ending_at(marked: Marked, at: int) -> Resource | None:
    return next((resource for resource in marked.resources if resource.last == at), None)


def object_after(marked: Marked, at: int, reach: int = _OBJECT_REACH) -> tuple[tuple[Resource, ...], str, bool]:
    """What follows a verb as its object: resources, or the kind of another thing, or whether a pronoun."""
    here = at
    end = min(len(marked.words), at + reach)
    inside = False
    while here < end:
        low = marked.low(here)
        resource = next((one for one in marked.resources if one.first <= here < one.last), None)
        amount = next((one for one in marked.amounts if one.first == here), None) if resource is None else None
        if amount is not None and not amount.money and not amount.percent:
            here, inside = amount.last, True
            continue
        if resource is not None and not resource.compound:
            return _with_coordinated(marked, resource), "", False
        if resource is not None:
            here = resource.last
            inside = True
            continue
        noun = marked.noun_at(here)
        if noun is not None and noun.entry.kind in ("detainee", "weapon"):
            if low in PRONOUNS or low in ("her",):
                if low == "her" and filler(marked.low(here + 1)):
                    here += 1
                    continue
                return (), "detainee", False
            return (), noun.entry.kind, False
        if (
            low == "it"
            and here == at
            and any(
                (one.last <= at and one.kind in ("money", "equipment", "technology"))
                or marked.low(one.head) in ("squad", "team", "unit", "hangar", "money")
                for one in marked.resources
            )
        ):
            return (), "", True
        if low in ("them", "some", "others", "those"):
            if low in ("some",) and here + 1 < end and filler(marked.low(here + 1)):
                here += 1
                continue
            return (), "", True
        if low in PARTICLES and not inside and here - at < 2:
            if marked.place_at(here + 1) is not None and not any(
                one.first <= here + 1 < one.last for one in marked.resources
            ):
                break
            here += 1
            continue
        if low in DETERMINERS or (
            low in ("of", "more", "as", "many", "up", "to", "than", "least", "at", "about", "over", "what")
            and (low != "as" or marked.low(here + 1) in ("many", "much") or marked.low(here - 1) in ("many", "much"))
            and inside is False
            and low not in ("to", "at")
        ):
            here += 1
            continue
        if low == "of" or low in ("'s", '"', "“", "‘") or adverb(low):
            here += 1
            continue
        if (
            low == ","
            and inside
            and here + 1 < end
            and (filler(marked.low(here + 1)))
            and _adjective_list(marked, here)
        ):
            here += 1
            continue
        if low in _LEVELS and marked.low(here + 1) in (",", "and", "or"):
            inside = True
            here += 2 + (marked.low(here + 2) in ("and", "or"))
            continue
        if filler(low) and not _clausal(marked, here):
            inside = True
            here += 1
            continue
        break
    return (), "thing" if inside else "", False


def _adjective_list(marked: Marked, at: int) -> bool:
    """ "highly trained, heavily armed officers": a comma inside a noun phrase stands close before its head."""
    return any(
        resource.first <= at + 2 <= resource.last + 1 for resource in marked.resources if resource.first <= at + 3
    )


def _clausal(marked: Marked, at: int) -> bool:
    """A finite verb that ends the search for an object."""
    return any(span.entry.form in ("s",) for span in marked.moves_at(at)) and marked.noun_at(at) is None


def _with_coordinated(marked: Marked, first: Resource) -> tuple[Resource, ...]:
    """``first`` and the resources joined to it by commas, "and", "as well as", "including"."""
    taken = [first]
    at = first.last
    for _ in range(6):
        joiner, step = _joiner(marked, at)
        if not joiner:
            break
        following = next((one for one in marked.resources if one.first >= step), None)
        if following is None or following.compound:
            break
        gap = [token.low for token in marked.words[step : following.first]]
        if len(gap) > 4 or any(
            not (filler(low) or low in DETERMINERS or low in ("of", "over", "more", "than", "about", "additional"))
            for low in gap
        ):
            break
        if any(
            span.entry.form in ("s", "ed")
            for gap_at in range(step, following.first)
            for span in marked.moves_at(gap_at)
        ):
            break
        if (
            joiner == "including"
            and taken[-1].kind in ("unspecified", "personnel")
            and not taken[-1].named
            and not taken[-1].quantity
        ):
            taken[-1] = following
        elif joiner == "including" and taken[-1].named and not following.named:
            break
        else:
            taken.append(following)
        at = following.last
    return tuple(taken)


def _joiner(marked: Marked, at: int) -> tuple[str, int]:
    """The word that joins coordinated phrases at ``at`` and the token after it."""
    step = at
    if marked.low(step) in (",", ";"):
        step += 1
    low = marked.low(step)
    if low in ("and", "plus", "or", "&"):
        return "and", step + 1 + (marked.low(step + 1) in ("the", "some", "about"))
    if low == "as" and marked.low(step + 1) == "well" and marked.low(step + 2) == "as":
        return "and", step + 3
    if low in ("including",):
        return "including", step + 1
    if low == "such" and marked.low(step + 1) == "as":
        return "including", step + 2
    if low == "along" and marked.low(step + 1) == "with":
        return "and", step + 2
    return ("and", step) if step > at and marked.low(at) in (",", ";") else ("", at)


def coordinated_before(marked: Marked, last: Resource) -> tuple[Resource, ...]:
    """``last`` and the resources before it that "and" joins to it."""
    taken = [last]
    for candidate in reversed([one for one in marked.resources if one.last <= last.first]):
        gap = [token.low for token in marked.words[candidate.last : taken[0].first]]
        if candidate.compound and not (gap and gap[0] == "and" and candidate.named):
            break
        if (
            1 <= len(gap) <= 4
            and gap[0] in (",", "and", "or")
            and ("and" in gap or len(taken) > 1)
            and all(low in (",", "and", "or", "the", "its") or filler(low) for low in gap)
            and not any(marked.moves_at(step) for step in range(candidate.last, taken[0].first))
        ):
            taken.insert(0, candidate)
            continue
        break
    return tuple(taken)


def adjacent_before(marked: Marked, at: int) -> Resource | None:
    """The resource that ends right before ``at``, adverbs, quotes and its own place aside."""
    for resource in reversed(marked.resources):
        if resource.last > at:
            continue
        gap = [token.low for token in marked.words[resource.last : at]]
        if (
            all(adverb(low) or low in ('"', "“", "”", "being", "will", "to", "are", "is") for low in gap)
            and len(gap) <= 3
        ):
            return resource
        if (
            len(gap) <= 5
            and gap
            and gap[0] in ("from", "in", "at", "of")
            and all(filler(low) or low in PREPOSITIONS or low in DETERMINERS for low in gap)
        ):
            return resource
        return None
    return None


def subject_before(marked: Marked, at: int) -> Resource | None:
    """The subject of the verb at ``at``: the nearest resource before it that its clause allows."""
    floor = max(0, at - _SUBJECT_REACH)
    for resource in reversed(marked.resources):
        if resource.last > at or (resource.compound and not (resource.named and resource.bare)):
            continue
        if resource.last <= floor:
            return None
        if marked.low(resource.first - 1) in ("just", "only", "than") or (
            resource.bare and marked.low(resource.head) in ("government", "administration")
        ):
            continue
        if (
            resource.bare
            and marked.low(resource.first - 1) in ("that", "which")
            and marked.low(resource.first - 2) != ","
        ):
            continue
        related = marked.low(resource.last + (marked.low(resource.last) == ",")) in ("who", "which")
        if not related and (_follows_preposition(marked, resource) or _is_object_of_other(marked, resource, at)):
            continue
        if _reaches(marked, resource.last, at):
            return resource
        return None
    return None


def _follows_preposition(marked: Marked, resource: Resource) -> bool:
    """A phrase after "by", "against", "to" is no subject; after "of", "with", "from" it may be (half of the troops)."""
    step = resource.first - 1
    while (
        step >= 0 and filler(marked.low(step)) and resource.first - step < 3 and marked.low(step + 1) not in DETERMINERS
    ):
        if marked.moves_at(step) or marked.low(step) in _TIMES:
            return False
        step -= 1
    if marked.low(step) in DETERMINERS:
        step -= 1
    if marked.low(step) == "after" and (marked.low(resource.last) in BE or marked.low(resource.last) in HAVE):
        return False
    return marked.low(step) in (
        "against",
        "by",
        "at",
        "near",
        "to",
        "in",
        "into",
        "about",
        "after",
        "on",
        "under",
        "inside",
        "outside",
        "alongside",
        "among",
        "off",
        "from",
    )


def _is_object_of_other(marked: Marked, resource: Resource, at: int) -> bool:
    """ "agents stopped officers before leaving": only a plain object of help is skipped."""
    before = marked.low(resource.first - 1)
    return (
        before
        in ("help", "helps", "helped", "helping", "assist", "assisting", "assists", "assisted", "support", "supporting")
        and marked.low(at - 1) != "who"
    )


def _reaches(marked: Marked, first: int, at: int) -> bool:
    """Whether the words between a subject and its verb stay within one clause."""
    verbs = 0
    step = first
    while step < at:
        low = marked.low(step)
        if low in (";", ":", "•", "|") or (
            low in CLAUSE_BREAKS and low not in ("as", "after", "before", "since", "following")
        ):
            return False
        if low in _SUBJECT_PRONOUNS and low not in ("who", "that", "which", "it") and step > first:
            return False
        noun = marked.noun_at(step)
        if (
            noun is not None
            and noun.entry.kind == "detainee"
            and noun.entry.word not in ("people", "men", "women", "individuals")
        ):
            return False
        if noun is not None and noun.entry.kind == "weapon" and noun.first > first:
            return False
        if low in (".", "!", "?") and step + 1 < at and marked.apart(step):
            return False
        if low in HAVE or low in BE or low in MODALS:
            verbs += 1
        step += 1
    return verbs <= 4


def pronoun_before(marked: Marked, at: int) -> bool:
    """Whether "they", "it" or "we" is the subject of the verb at ``at``."""
    for step in range(at - 1, max(-1, at - 6), -1):
        low = marked.low(step)
        if low in ("they", "we", "it", "them"):
            return True
        if not (low in BE or low in HAVE or low in MODALS or adverb(low) or low in ("not", "to")):
            return low in ("them",)
    return False
