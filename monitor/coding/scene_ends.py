"""Where a scene's resources are and what they do now, and where they were and what they did: read without a verb.

Words such as "who used to", "instead of", "off" or "gave up" open a stretch that tells of the old place and work;
"sits dark", "can wait" close one that began with its clause. What stands outside of these is the new.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from monitor.coding.ends import Arguments, Task
from monitor.coding.frame import Frame
from monitor.coding.lexicon import Span, duties, work_words
from monitor.coding.marked import KEPT, Marked, Place, task_kinds
from monitor.coding.places import place_from
from monitor.coding.words import BE, CLAUSE_BREAKS, DETERMINERS, HAVE, MODALS, adverb, filler

_OPENS: Final = frozenset(
    (
        "off|away from|out of|instead of|rather than|in place of|at the expense of|gave up|gave up on|given up|"
        "given up on|give up|give up on|giving up|who used to|that used to|which used to|who once|that once|"
        "who usually|who normally|who ordinarily|who had|that had|who were|who should|that should|who ought|"
        "who would|who until|"
        "hired to|trained to|meant for|saved for|set aside for|intended for|earmarked for|budgeted for|supposed to|"
        "a rest from|laid aside|lay aside|put aside|set aside|dropped|drop|left|leave|leaving|quit|swapped|swap|"
        "traded|trade|trading|no longer|stopped|a break from|time off from|short of|had saved for|step away from|"
        "signed up to|after half a year of|after months of|after weeks of|from|far from|whose usual|put down|put their"
    ).split("|")
)
_CLOSES: Final = frozenset(
    (
        "went unread|unread|sits dark|sit dark|went dark|sits empty|sit empty|sat empty|can wait|could wait|will wait|"
        "had to wait|have to wait|must wait|took a back seat|back seat|on hold|went cold|in drawers|in a drawer|"
        "piled up|pile up|somebody else's|someone else's|gathers dust|gather dust|gathered dust|went begging|aside"
    ).split("|")
)
_LONGEST_CUE: Final = 5
_STARTS: Final = frozenset(phrase.split()[0] for phrase in _OPENS | _CLOSES)
_PRESENT: Final = frozenset("now today go are is has have look do work sit stand lie belong".split())
_PASTS: Final = frozenset(
    "went had was were flew sat ran did took wrote kept stood rode spent hung strung sought".split()
)
_SHORES: Final = frozenset({"coast", "shore", "mouth"})
_INTO: Final = frozenset("to in at on along around across into over near toward off above outside inside for".split())
_LEADS: Final = _INTO | {"from", "of"}
_AIM: Final = frozenset("for to on onto with doing do does into of at toward making in".split())
_ENDS: Final = frozenset("for to and while so when now but".split())


def scene_ends(marked: Marked, frame: Frame) -> Arguments:
    """The ends of a scene; any of them may be missing."""
    (_resource,) = frame.resources
    old = old_stretches(marked)
    origin, destination = _places(marked, frame, old)
    origin_task, destination_task = _tasks(marked, frame, old)
    if origin_task is not None and destination_task is not None and origin_task.first == destination_task.first:
        origin_task = None
    return Arguments(
        destination=destination,
        destination_task=destination_task,
        origin=origin,
        origin_task=origin_task,
        clause_end=len(marked.words),
    )


@lru_cache(maxsize=KEPT)
def old_stretches(marked: Marked) -> list[tuple[int, int]]:
    """Token ranges that tell of the old place or work, in order."""
    found: list[tuple[int, int]] = []
    many = len(marked.words)
    for at, low in enumerate(marked.lows):
        if low not in _STARTS:
            if _once(marked, at):
                found.append((at + 1, _clause_stop(marked, at + 1)))
            continue
        for size in range(min(_LONGEST_CUE, many - at), 0, -1):
            phrase = " ".join(marked.lows[at : at + size])
            if phrase == "off" and not _SHORES.isdisjoint(marked.lows[at : at + 5]):
                break
            if phrase in _OPENS:
                found.append((at + size, _clause_stop(marked, at + size)))
                break
            if phrase in _CLOSES:
                found.append((_clause_start(marked, at), at))
                break
    return found


def told_as_past(marked: Marked, at: int) -> bool:
    """Whether the token stands in a stretch that tells of the old place or work."""
    return _inside(at, old_stretches(marked))


def _once(marked: Marked, at: int) -> bool:
    """ "the squad that chased cartel money … has become": a past relative clause in a sentence about the present."""
    if marked.low(at) not in ("who", "that", "which") or not _PRESENT & set(marked.lows[at:]):
        return False
    following = marked.low(at + 1)
    return (following.endswith("ed") or following in _PASTS) and any(
        0 <= at - one.last <= 1 for one in marked.resources
    )


def _clause_stop(marked: Marked, at: int) -> int:
    """Where the words after an opening cue stop telling of the old: a comma, a new aim, a verb of the main clause."""
    step = at
    while step < len(marked.words) and step - at < 12:
        low = marked.low(step)
        if low in (",", ";", ":", ".", "—", "?", "!") or low in CLAUSE_BREAKS or (step > at and low in _ENDS):
            break
        if step > at + 1 and (low in BE or low in HAVE or low in MODALS):
            break
        step += 1
    return step


def _clause_start(marked: Marked, at: int) -> int:
    step = at - 1
    while step >= 0 and at - step < 14:
        if marked.low(step) in (",", ";", ":", ".", "—") or marked.low(step) in CLAUSE_BREAKS:
            break
        step -= 1
    return step + 1


def _inside(at: int, stretches: list[tuple[int, int]]) -> bool:
    return any(first <= at < last for first, last in stretches)


def _places(marked: Marked, frame: Frame, old: list[tuple[int, int]]) -> tuple[Place | None, Place | None]:
    (resource,) = frame.resources
    origin: Place | None = None
    found: list[Place] = []
    home: Place | None = None
    seen = -1
    for at, low in enumerate(marked.lows):
        if at < seen:
            continue
        known = marked.place_at(at)
        if known is None and low not in _LEADS:
            continue
        place: Place | None = None
        if known is not None and known.entry.kind in ("city", "state", "border") and not _owned(marked, known):
            place = Place(first=known.first, last=known.last, level=known.entry.kind)
        if low in _LEADS:
            place = place_from(marked, at + 1, 4)
            if place is not None and (
                place.level in ("site", "foreign_people") or (low in ("for", "of", "to") and place.level == "name")
            ):
                place = None
            if place is not None and place.level == "body":
                place = None
        if place is None or resource.first <= place.first < resource.last:
            continue
        seen = place.last
        before = marked.low(place.first - 1)
        if before == "the":
            before = marked.low(place.first - 2)
        out_of = before == "of" and marked.low(place.first - 2) == "out"
        if (before in ("from", "off") and low != "off") or out_of or _inside(place.first, old):
            origin = origin or place
        elif place.first - resource.last in (1, 2) and before in ("in", "at") and home is None:
            home = place
        else:
            found.append(place)
    named = [place for place in found if place.level != "described"] or found
    destination = named[-1] if named else None
    if destination is None and home is not None:
        destination = home
    return origin, destination


def _owned(marked: Marked, span: Span) -> bool:
    """Whether a place's name only says whose something is ("Chicago police", "Texas's")."""
    noun = marked.noun_at(span.last)
    return noun is not None and noun.entry.kind in ("personnel", "body", "equipment", "official")


def _tasks(marked: Marked, frame: Frame, old: list[tuple[int, int]]) -> tuple[Task | None, Task | None]:
    (resource,) = frame.resources
    spans = [
        (kind, span)
        for kind, span in task_kinds(marked, 0, len(marked.words))
        if not (resource.first <= span.first < resource.last)
    ]
    before = [(kind, span) for kind, span in spans if _inside(span.first, old)]
    after = [(kind, span) for kind, span in spans if not _inside(span.first, old)]
    outsider = duties().get(resource.code, "law") not in ("immigration", "border")
    # New work that is not the body's own says most.
    fit = [pair for pair in after if (pair[0] == "immigration") == outsider] or after
    destination = _grown(marked, *fit[0]) if fit else None
    origin = _grown(marked, *before[0]) if before else None
    if origin is None:
        for first, last in old:
            words = [at for at in range(first, last) if filler(marked.low(at))]
            if words and marked.place_at(words[0]) is None and not _names_people(marked, first, last):
                kinds = {"other"}
                if any(first <= one.first < last and one.code in ("ICE", "ERO") for one in marked.resources):
                    kinds.add("immigration")
                origin = Task(first=words[0], last=last, kinds=frozenset(kinds))
                break
    if origin is None and outsider and destination is not None and "immigration" in destination.kinds:
        inner = next(
            (
                (kind, span)
                for kind, span in task_kinds(marked, resource.first, resource.last)
                if kind in ("law", "protection") and span.last <= resource.head
            ),
            None,
        )
        if inner is not None:
            origin = _grown(marked, *inner)
    return origin, destination


def _names_people(marked: Marked, first: int, last: int) -> bool:
    return any(
        (noun := marked.noun_at(at)) is not None and noun.entry.kind in ("body", "personnel")
        for at in range(first, last)
    )


def _grown(marked: Marked, kind: str, span: Span) -> Task:
    """A task's words with the ones that belong to it: "immigration | arrests", "truck | inspections"."""
    first, last = span.first, span.last
    while (
        first > 0
        and span.first - first < 2
        and filler(marked.low(first - 1))
        and not adverb(marked.low(first - 1))
        and marked.low(first - 1) not in DETERMINERS
        and marked.noun_at(first - 1) is None
        and marked.low(first - 1).isalpha()
    ):
        first -= 1
    kinds = {kind}
    while last < len(marked.words) and last - span.last < 3 and filler(marked.low(last)) and marked.low(last).isalpha():
        if marked.low(last) in work_words():
            kinds.add("work")
        last += 1
    return Task(first=first, last=last, kinds=frozenset(kinds))
