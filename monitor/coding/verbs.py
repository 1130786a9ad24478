"""Says which reading of a word holds where it stands: verb or noun, active or passive, or part of a name."""

from __future__ import annotations

from typing import Final

from monitor.coding.lexicon import Span
from monitor.coding.marked import RESOURCE_KINDS, Marked
from monitor.coding.words import BE, DETERMINERS, DO, MODALS, PREPOSITIONS, adverb, filler

_COUNTED: Final = frozenset("other such these those all many several more further recent various".split())
_QUOTES: Final = frozenset("\"“‘'")
_SITES: Final = frozenset("center centers centre facility facilities camp camps station stations".split())
_ONLY_VERBS: Final = frozenset("ride serve spend live sleep wake assist protect join".split())
_SUBJECT_PRONOUNS: Final = frozenset("they we it he she i you who that which".split())


def inside_body(marked: Marked, span: Span) -> bool:
    noun = marked.noun_at(span.first)
    if noun is None or span.last - span.first > 1:
        return False
    if noun.entry.kind == "body" and noun.last - noun.first > 1:
        return True
    return noun.entry.kind in ("personnel", "weapon", "facility") and noun.last - noun.first > 1


def inside_operation(marked: Marked, span: Span) -> bool:
    """ "Operation Metro Surge": a word of an operation's name moves nobody."""
    step = span.first
    while step >= 0 and span.first - step < 4 and marked.words[step].text[:1].isupper():
        if marked.low(step) == "operation":
            return step < span.first
        step -= 1
    return False


def is_verb(marked: Marked, span: Span) -> bool:
    """Whether a form that may also be a noun or adjective is a verb here."""
    at, form = span.first, span.entry.form
    before = marked.low(at - 1)
    step = at - 1
    while step >= 0 and adverb(marked.low(step)):
        step -= 1
    anchor = marked.low(step)
    if is_noun(marked, span):
        return False
    if form == "ing":
        return not (before in ("the", "a", "this") and marked.low(span.last) != "of")
    if form == "ed":
        return True
    if before in DETERMINERS and before not in ("that", "this", "these", "those", "all", "both"):
        return False
    if form == "base":
        if (
            anchor in MODALS
            or anchor in DO
            or anchor in ("to", "not", "let", "help", "would", "please")
            or anchor in _SUBJECT_PRONOUNS
        ):
            return True
        if at == 0 or before in ('"', "“", ":", "•", "-", "—", ";"):
            return True
        if span.entry.word in _ONLY_VERBS and before not in DETERMINERS and before not in PREPOSITIONS:
            return True
        if before in ("and", "or", ",", "then") or before in (
            "troops",
            "agents",
            "officers",
            "members",
            "soldiers",
            "marines",
            "teams",
            "deputies",
            "forces",
        ):
            return True
        noun = marked.noun_at(step)
        return (
            noun is not None
            and noun.entry.kind in ("body", "personnel", "equipment")
            and not marked.words[at].text[:1].isupper()
        )
    # The s-form after a number, adjective or lower-case noun is a plural more often than a verb.
    if before in ("of", "for", "with", "from", "in", "on", "by", "to") or before[:1].isdigit():
        return False
    following = marked.low(span.last)
    if following in ("of", "by") and span.entry.word not in ("come",):
        return False
    noun = marked.noun_at(at)
    return not (
        noun is not None
        and noun.entry.kind in RESOURCE_KINDS
        and marked.words[at].text[:1].islower()
        and filler(before)
        and marked.noun_at(at - 1) is None
    )


def is_noun(marked: Marked, span: Span) -> bool:
    """A form that reads as a verb elsewhere: "other moves", "the enforcement surge", "given the cost", "added that"."""
    if span.entry.word == "put" and {"risk", "danger", "harm"} & set(marked.lows[span.last : span.last + 5]):
        return True
    if span.entry.form == "ing" and marked.low(span.last) in _SITES:
        return True  # "the ICE processing center"
    word, form, before, after = span.entry.word, span.entry.form, marked.low(span.first - 1), marked.low(span.last)
    if form == "s" and before in _COUNTED:
        return True
    if word == "surge" and form == "base":
        if before in _QUOTES:
            return True
        return before in ("enforcement", "immigration", "ice", "operation", "agency", "multi-agency", "federal")
    if word == "give" and form == "ed" and after in DETERMINERS and before in ("", ",", "and", "—"):
        return True
    return word in ("add", "tell", "show", "find", "learn", "promise") and after in ("that", "how", "whether", ",", ".")


def passive(marked: Marked, span: Span) -> bool:
    step, seen = span.first - 1, 0
    while step >= 0 and seen < 5:
        low = marked.low(step)
        if low in BE:
            return True
        if not (adverb(low) or low in ("not", "no", "longer", "to", "also")):
            return False
        step -= 1
        seen += 1
    return False
