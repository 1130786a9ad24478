"""Finds who or what moves and how: a movement word with the resources it takes, by voice and word order alone.

No parser: a verb's object is the first noun phrase after it, a passive's or intransitive's subject the nearest one
before it in its clause, a noun's resource stands after "of" or before it. Each frame knows its voice, so that a reader
can be told why it was formed.
"""

from __future__ import annotations

from typing import Final

from monitor.coding.frame import Frame
from monitor.coding.lexicon import Span
from monitor.coding.marked import Marked, Resource
from monitor.coding.phrases import (
    adjacent_before,
    coordinated_before,
    ending_at,
    object_after,
    pronoun_before,
    subject_before,
)
from monitor.coding.unmoved import being, carrier, helper, housed, receiver, standing
from monitor.coding.verbs import inside_body, inside_operation, is_verb, passive
from monitor.coding.words import (
    BE,
    CLAUSE_BREAKS,
    DETERMINERS,
    MODALS,
    PARTICLES,
    PREPOSITIONS,
    adverb,
    filler,
)

_OUT_VERBS: Final = frozenset({"pull", "bring", "get", "send", "take", "order", "move", "draw", "keep", "have"})
_HELPING: Final = frozenset(
    (
        "help assist support protect guard back relieve reinforce augment escort staff man work cover "
        "watch process serve"
    ).split()
)
_ADJECTIVAL: Final = ("on ", "en route", "bound ", "headed ", "under ", "in the ", "at the ")
_ASKED_FOR: Final = frozenset("request requests need plea pleas call calls".split())
_MILITARY: Final = frozenset({"NATIONAL_GUARD", "MARINES", "DOD", "ARMY"})
_SPELLS: Final = frozenset(
    "surge stint stints tour tours rotation rotations posting loan transfer transfers deployment".split()
)
_TOLD: Final = frozenset("tell instruct".split())


def frames(marked: Marked) -> list[Frame]:
    """Every frame of a sentence, in the order of their movement words."""
    found: list[Frame] = []
    for span in marked.layer("move"):
        if inside_body(marked, span) or inside_operation(marked, span):
            continue
        frame = _frame(marked, span)
        if frame is not None:
            found.append(frame)
    found.extend(standing(marked))
    found.extend(being(marked))
    return found


def _frame(marked: Marked, span: Span) -> Frame | None:
    entry = span.entry
    if entry.code == "noun":
        return _nominal(marked, span)
    if entry.code == "phrase":
        return _phrase(marked, span)
    if not is_verb(marked, span):
        return None
    if entry.frame == "into":
        return _into(marked, span)
    if entry.frame == "object":
        return _object(marked, span)
    return _subject(marked, span)


def _object(marked: Marked, span: Span) -> Frame | None:
    entry = span.entry
    if entry.form == "ed":
        before = marked.low(span.first - 1)
        if passive(marked, span):
            resource = subject_before(marked, span.first)
            if resource is not None:
                return Frame(move=span, voice="passive", resources=coordinated_before(marked, resource))
            taken, _, _ = object_after(marked, span.last)
            if taken and entry.word in ("give", "assign", "lend", "loan", "offer", "hand", "promise", "grant"):
                return Frame(move=span, voice="active", resources=taken)
            if pronoun_before(marked, span.first):
                return Frame(move=span, voice="passive", resources=(), pronoun=True)
            return None
        if (
            before in DETERMINERS
            or before in ("newly", "recently")
            or before[:1].isdigit()
            or (before in PREPOSITIONS and before not in ("off",))
        ):
            taken, _, _ = object_after(marked, span.last, reach=4)
            if taken:
                return Frame(move=span, voice="adjective", resources=taken[:1])
    if entry.word == "draw" and marked.low(span.last) == "on":
        return None
    taken, other, pronoun = object_after(marked, span.last)
    if entry.kind == "receive" and (not taken or receiver(marked, span) is None):
        return None
    if (
        taken
        and entry.word in ("let", "allow")
        and (taken[0].bare or taken[0].enforcing)
        and (lent := _lent(marked, taken[0].last))
        and (taken[0].bare or lent[0].kind == "facility")
    ):
        taken = lent
    if taken and (given := helper(marked, span, taken)) is not None:
        return given
    if taken and entry.word in _TOLD and entry.form != "ing" and marked.low(taken[-1].last) != "to":
        return None  # told them something, not told them to go
    if taken and marked.low(taken[-1].last) == "to" and marked.low(taken[-1].last + 1) in ("stop", "cease", "refrain"):
        return None
    if taken:
        last = taken[-1].last
        back = (
            entry.kind != "receive"
            and entry.word in _OUT_VERBS
            and any(marked.low(step) in ("out", "home", "back") for step in range(last, last + 2))
        )
        if (entry.word == "pull" and marked.low(span.last) == "over") or (
            entry.word == "call" and not _called(marked, span.last, taken)
        ):
            return None
        return Frame(move=span, voice="active", resources=_with_included(marked, taken), back=back)
    if other:
        return Frame(move=span, voice="active", resources=(), other=other)
    if pronoun and (antecedent := _antecedent(marked, span.first)) is not None:
        return Frame(move=span, voice="pronoun", resources=(antecedent,))
    if (
        entry.form in ("ed", "s")
        and _ends_object(marked, span.last)
        and (entry.strength > 1 or entry.word in ("put", "place", "give"))
        and (relative := _relative_object(marked, span.first)) is not None
    ):
        return Frame(move=span, voice="passive", resources=(relative,))
    if entry.form == "ed" or (entry.form == "ing" and entry.strength == 3):
        resource = adjacent_before(marked, span.first)
        if resource is not None and resource.bare and resource.code not in _MILITARY and resource.first > 3:
            resource = None  # "the men ICE sent to": the body does it, and nothing is left to move
        if (
            resource is not None
            and _ends_object(marked, span.last)
            and not (entry.word == "pull" and marked.low(span.last) == "into")
        ):
            return Frame(move=span, voice="passive", resources=coordinated_before(marked, resource))
    if entry.form == "base" and marked.low(span.first - 1) == "to" and _ends_object(marked, span.last):
        resource = adjacent_before(marked, span.first - 1)
        if resource is not None and marked.low(resource.first - 2) != "in" and marked.low(resource.first - 1) != "in":
            return Frame(move=span, voice="subject", resources=coordinated_before(marked, resource))
    if pronoun:
        return Frame(move=span, voice="active", resources=(), pronoun=True)
    return None


def _called(marked: Marked, at: int, taken: tuple[Resource, ...]) -> bool:
    """ "called in the Guard", "called 2,000 troops to duty": not "called the Guard an embarrassment"."""
    after = marked.low(taken[-1].last)
    return (
        marked.low(at) in ("in", "up", "out", "on")
        or any(one.quantity for one in taken)
        or after in ("to", "into", "up", "in")
    )


def _lent(marked: Marked, at: int) -> tuple[Resource, ...]:
    """ "let ICE use two hangars", "let ICE teams take over its trackers": what is lent stands after the second verb."""
    step = at
    while step < min(at + 5, len(marked.words)):
        if marked.moves_at(step) or marked.low(step) in ("have", "borrow"):
            taken, _, _ = object_after(marked, step + 1)
            return taken
        step += 1
    return ()


def _antecedent(marked: Marked, at: int) -> Resource | None:
    """What "them" or "it" after the verb at ``at`` stands for: the nearest resource before it in the sentence."""
    for resource in reversed(marked.resources):
        if resource.last <= at and not resource.compound and not resource.bare and not resource.singular:
            return resource
    return None


def _relative_object(marked: Marked, at: int) -> Resource | None:
    """ "the soldiers the president had put in Los Angeles": what a clause without its own object is about."""
    subject = False
    for resource in reversed(marked.resources):
        if resource.last > at or resource.compound:
            continue
        if not subject and resource.bare and at - resource.last < 3 and marked.low(resource.first - 1) != "of":
            subject = True  # "the soldiers that the administration deployed to …": the body is who did it
            continue
        gap = range(resource.last, at)
        if len(gap) > 9 or any(marked.low(step) in PREPOSITIONS for step in gap):
            return None
        subject = (
            subject
            or any(span.first in gap for span in marked.layer("orderer"))
            or any(marked.low(step) in ("he", "she", "it", "they", "we") for step in gap)
        )
        return resource if subject else None
    return None


def _with_included(marked: Marked, taken: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """A general word and, further on, its parts: "personnel to the border, including 1,400 DHS personnel, …"."""
    only = taken[0]
    if len(taken) > 1 or only.named or only.quantity or only.code not in ("", "UNSPECIFIED"):
        return taken
    for at in range(only.last, min(only.last + 10, len(marked.words))):
        low = marked.low(at)
        if low == "including" and marked.low(at - 1) == ",":
            parts, _, _ = object_after(marked, at + 1, reach=8)
            return parts if parts and parts[0].enforcing else taken
        if low in CLAUSE_BREAKS or low in (";", ".", ":"):
            break
    return taken


def _ends_object(marked: Marked, at: int) -> bool:
    """Whether no object follows: a preposition, adverb, mark or the end does."""
    low = marked.low(at)
    return (
        not low
        or low in PREPOSITIONS
        or adverb(low)
        or not low[0].isalnum()
        or low in CLAUSE_BREAKS
        or low in ("to", "and", "with", "there")
        or low in BE
    )


def _subject(marked: Marked, span: Span) -> Frame | None:
    entry = span.entry
    if entry.form == "ed" and passive(marked, span) and entry.word not in ("gone", "go", "head", "station", "drop"):
        return None
    if entry.word == "leave" and _left_to(marked, span.last):
        return None
    particle = marked.low(span.last) in PARTICLES
    if entry.word == "back" and marked.low(span.last) in ("from", "to", "home", "in", "into", ".", ","):
        return None
    if entry.word == "go" and marked.low(span.last) == "on":
        return None
    if entry.word == "take" and marked.low(span.last) in ("part", "place", "note", "aim", "action", "issue"):
        return None
    if entry.word == "pull" and marked.low(span.last) not in ("out", "back", "away", "from", "off"):
        return None
    taken, other, _ = ((), "", False) if particle else object_after(marked, span.last, reach=3)
    if entry.kind == "carry":
        return carrier(marked, span, other)
    if entry.kind == "house":
        return housed(marked, span, other)
    if entry.kind == "pay":
        payer = subject_before(marked, span.first)
        paid = payer is not None and payer.kind == "money" and marked.cue("meant")
        return Frame(move=span, voice="subject", resources=(payer,)) if payer is not None and paid else None
    if other == "detainee" and (
        entry.word in ("leave", "join", "reach") or (entry.kind == "stay" and entry.word not in _HELPING)
    ):
        return None
    if (
        entry.class_of_motion
        and (taken or other in ("detainee", "weapon", "thing"))
        and entry.word
        not in (
            "join",
            "reach",
            "enter",
            "circle",
            "leave",
            "quit",
            "trade",
            "swap",
            "switch",
            "exit",
            "vacate",
            "abandon",
        )
    ):
        return None
    as_what = marked.low(span.last) == "as"
    if entry.kind == "stay" and taken and entry.word not in _HELPING and not as_what:
        return None
    resource = subject_before(marked, span.first)
    if resource is not None and entry.kind == "stay" and resource.kind in ("money", "facility", "technology"):
        return None
    if resource is not None:
        return Frame(move=span, voice="subject", resources=coordinated_before(marked, resource))
    if pronoun_before(marked, span.first):
        return Frame(move=span, voice="subject", resources=(), pronoun=True)
    return None


def _left_to(marked: Marked, at: int) -> bool:
    """ "leave the immigration side of it to ICE": what is left to a body is a matter, not a place."""
    for step in range(at, min(at + 9, len(marked.words))):
        if marked.low(step) == "to":
            noun = marked.noun_at(step + 1)
            return noun is not None and noun.entry.kind == "body"
        if marked.low(step) in (",", ";", ".", "for") or marked.place_at(step) is not None:
            return False
    return False


def _into(marked: Marked, span: Span) -> Frame | None:
    """ "flood Springfield with officers": what moves comes after "with"."""
    for at in range(span.last, min(span.last + 9, len(marked.words))):
        low = marked.low(at)
        if low == "with":
            taken, _, _ = object_after(marked, at + 1)
            return Frame(move=span, voice="into", resources=taken) if taken else None
        if low in CLAUSE_BREAKS or low in (";", ".", ":"):
            return None
    return None


def _phrase(marked: Marked, span: Span) -> Frame | None:
    if span.entry.word.endswith("out of") and marked.low(span.last) in ("control", "line", "touch", "reach", "order"):
        return None
    if span.entry.frame == "object":
        taken, other, _ = object_after(marked, span.last)
        if taken:
            return Frame(move=span, voice="active", resources=taken)
        if other:
            return Frame(move=span, voice="active", resources=(), other=other)
    resource = subject_before(marked, span.first)
    if resource is not None and span.entry.word.startswith(_ADJECTIVAL):
        # "agents arrested roofers on their way to work": it may be another noun that is on its way.
        gap = [marked.low(at) for at in range(resource.last, span.first)]
        if len(gap) > 1 and not BE.intersection(gap):
            return None
    if resource is not None:
        return Frame(move=span, voice="subject", resources=coordinated_before(marked, resource))
    if pronoun_before(marked, span.first):
        return Frame(move=span, voice="subject", resources=(), pronoun=True)
    return None


def _nominal(marked: Marked, span: Span) -> Frame | None:
    at = span.first
    before = marked.low(at - 1)
    # A verb of the same spelling: "to surge", "will transfer".
    if before in ("to", "not") or before in MODALS:
        return None
    asked = marked.low(span.last) == "for" and span.entry.word in _ASKED_FOR
    if span.entry.word in _ASKED_FOR and not asked:
        return None
    following = marked.low(span.last)
    if span.entry.word == "use" and following not in ("of", "in", "by"):
        return None  # a verb: "police use flash-bangs"
    if span.entry.word == "posting" and following not in ("of", "to", "in"):
        return None
    if following[:1].isdigit() or following in ("over", "its", "his", "them", "people", "hundreds", "dozens"):
        return None  # a verb: "ICE transfers over 100 people"
    if (
        asked
        or marked.low(span.last) in ("of", "by")
        or (
            marked.low(span.last) == "in"
            and marked.place_at(span.last + 1) is None
            and span.entry.word in ("use", "surge", "influx", "buildup")
        )
        or marked.low(span.last) in ("included", "includes", "involves", "involved")
    ):
        taken, other, _ = object_after(marked, span.last + 1)
        if taken and span.entry.word == "use" and marked.low(taken[0].head) == "force":
            return None
        if taken:
            return Frame(move=span, voice="nominal", resources=taken)
        if other and span.entry.strength < 3:
            return Frame(move=span, voice="nominal", resources=(), other=other)
    step = at
    while step > 0 and step > at - 3 and (filler(marked.low(step - 1)) or marked.low(step - 1) in ("'s", "'")):
        resource = ending_at(marked, step)
        if resource is not None:
            return Frame(move=span, voice="nominal", resources=coordinated_before(marked, resource))
        step -= 1
    resource = ending_at(marked, step)
    if resource is not None:
        return Frame(move=span, voice="nominal", resources=coordinated_before(marked, resource))
    by = _by(marked, span.last)
    if by is not None:
        return Frame(move=span, voice="nominal", resources=(by,))
    doer = subject_before(marked, at)
    if doer is not None and doer.kind == "personnel" and at - doer.last <= 7 and span.entry.word in _SPELLS:
        return Frame(move=span, voice="subject", resources=(doer,))
    if span.entry.strength >= 3 or span.entry.word in ("surge", "arrival", "withdrawal"):
        return Frame(move=span, voice="nominal", resources=())
    return None


def _by(marked: Marked, at: int) -> Resource | None:
    """ "the deployment to Chicago by the Guard"."""
    for step in range(at, min(at + 8, len(marked.words))):
        if marked.low(step) == "by":
            taken, _, _ = object_after(marked, step + 1, reach=4)
            return taken[0] if taken else None
        if marked.low(step) in CLAUSE_BREAKS or marked.low(step) in (",", ";"):
            return None
    return None
