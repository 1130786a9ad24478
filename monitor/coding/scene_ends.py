"""Where a scene's resources are and what they do now, and where they were and what they did: read without a verb.

Words such as "who used to", "instead of", "off" or "gave up" open a stretch that tells of the old place and work;
"sits dark", "can wait" close one that began with its clause. What stands outside of these is the new.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from monitor.coding.ends import Arguments, Task
from monitor.coding.frame import Frame
from monitor.coding.lexicon import Span, duties, work_words
from monitor.coding.marked import KEPT, Marked, Place, task_kinds
from monitor.coding.places import in_a_body, place_from
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
        "signed up to|after half a year of|after months of|after weeks of|from|far from|whose usual|put down|put their|"
        "forget about|forgot about|forgetting about|wrapped up in|wrapping up in|finished in|"
        "done in|fresh from|fresh off|"
        "straight from|goodbye to|good-bye to|turned from|turning from|that was to|that were to|bought for|bought to|"
        "built to|built for|raised for|should have bought|should have gone to|should have paid for|"
        "locked their lockers in"
    ).split("|")
)
_CLOSES: Final = frozenset(
    (
        "went unread|unread|sits dark|sit dark|went dark|sits empty|sit empty|sat empty|can wait|could wait|will wait|"
        "had to wait|have to wait|must wait|took a back seat|back seat|on hold|went cold|in drawers|in a drawer|"
        "piled up|pile up|somebody else's|someone else's|gathers dust|gather dust|gathered dust|went begging|aside|"
        "can relax|have less to fear|has less to fear|has slowed|have slowed|slowed to a|"
        "got no attention|gets no attention|"
        "get no attention|will have to do without|has to do without|have to do without|is down to|"
        "are down to|stand empty|"
        "stands empty|stood empty|stand idle|sit idle|sits idle|sat idle|is dark|are dark|go blank|"
        "went blank|will go blank|"
        "goes unanswered|go unanswered|went unanswered|unanswered|untouched|were called off|was called off|is on hold|"
        "are on hold|were cut so|was cut so|is short|are short"
    ).split("|")
)
# First word of a cue -> how many words the cues it begins have, longest first.
_SIZES: Final = {
    start: tuple(sorted({len(one.split()) for one in _OPENS | _CLOSES if one.split()[0] == start}, reverse=True))
    for start in {one.split()[0] for one in _OPENS | _CLOSES} | {"after", "nobody", "who", "that", "which"}
}
_PRESENT: Final = frozenset("now today go are is has have look do work sit stand lie belong".split())
_PASTS: Final = frozenset(
    "went had was were flew sat ran did took wrote kept stood rode spent hung strung sought".split()
)
_SHORT: Final = frozenset({"step away from", "short of", "goodbye to", "good-bye to"})
_PURSES: Final = frozenset("budget account fund line money funds".split())
_PLAIN: Final = frozenset({"from", "off", "out of", "left", "leave", "leaving"})
_RELATIVE: Final = frozenset({"who", "that", "which"})
_SPELLS: Final = frozenset("years months weeks days year month week nights winter summer spring fall".split())
_CARRIERS: Final = frozenset("bus buses plane planes train trains truck trucks cars jet jets ships ship".split())
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
def old_stretches(marked: Marked, *, plain: bool = True) -> list[tuple[int, int]]:
    """Token ranges that tell of the old place or work, in order; not ``plain``: without those after a mere "from"."""
    found: list[tuple[int, int]] = []
    many = len(marked.words)
    for at, low in enumerate(marked.lows):
        if low not in _SIZES:
            continue
        if low == "after" and (last := _time_spent(marked, at + 1)):
            found.append((last, _relative_stop(marked, last)))
            continue
        if low == "nobody" and _nobody_left(marked, at):
            found.append((at + 1, _clause_stop(marked, at + 1)))
            continue
        if low == "from" and marked.low(at + 1).endswith("ing") and marked.moves_at(at + 1):
            continue  # "barred from sending"
        for size in _SIZES[low]:
            if size > many - at:
                continue
            phrase = " ".join(marked.lows[at : at + size])
            if phrase == "off" and not _SHORES.isdisjoint(marked.lows[at : at + 5]):
                break
            if phrase == "off" and not _CARRIERS.isdisjoint(marked.lows[at + 1 : at + 4]):
                break
            if phrase in _OPENS and not (phrase in _PLAIN and not plain):
                found.append((at + size, _stop_of(phrase)(marked, at + size)))
                break
            if phrase in _CLOSES:
                found.append((_put_aside(marked, at) if phrase == "aside" else _clause_start(marked, at), at))
                break
        else:
            if _once(marked, at) or _usually(marked, at):
                found.append((at + 1, _relative_stop(marked, at + 1)))
    return found


def told_as_past(marked: Marked, at: int) -> bool:
    """Whether the token stands in a stretch that tells of the old place or work."""
    return within(at, old_stretches(marked))


def _once(marked: Marked, at: int) -> bool:
    """ "the squad that chased cartel money … has become": a past relative clause in a sentence about the present."""
    if marked.low(at) not in _RELATIVE or not _present_after(marked, at):
        return False
    step = at + 1
    if marked.low(step) in ("for", "until", "all", "last"):  # "that for years watched"
        step = next((one for one in range(step, step + 5) if marked.low(one) in _SPELLS), at) + 1
    following = marked.low(step)
    return (following.endswith("ed") or following in _PASTS) and any(
        0 <= at - one.last <= 1 for one in marked.resources
    )


def _stop_of(phrase: str) -> Callable[[Marked, int], int]:
    """The reader of the end of what a cue opens."""
    if phrase.split(maxsplit=1)[0] in _RELATIVE or (phrase.endswith((" for", " to")) and phrase not in _SHORT):
        return _relative_stop
    return _place_stop if phrase in ("from", "off", "out of", "away from", "far from") else _clause_stop


def _put_aside(marked: Marked, at: int) -> int:
    """ "will put | visa stamps | aside": where the words of what is put aside begin."""
    verbs = {"put", "puts", "putting", "set", "sets", "setting", "lay", "laid", "laying", "cast", "push", "pushed"}
    last = next((step for step in range(at - 1, max(-1, at - 7), -1) if marked.low(step) in verbs), -1)
    return last + 1 if last >= 0 else _clause_start(marked, at)


def _place_stop(marked: Marked, at: int) -> int:
    """Where the words after "from" end: the verb that follows at the latest."""
    stop = _clause_stop(marked, at)
    return next((step for step in range(at + 1, stop) if _finite(marked, step)), stop)


def _finite(marked: Marked, at: int) -> bool:
    """Whether the token reads as the verb of a main clause: a verb that no noun follows, or a present one."""
    if marked.noun_at(at) is not None or marked.low(at - 1) in ("to", "and", "or"):
        return False
    forms = {one.entry.form for one in marked.moves_at(at) if one.entry.code in ("verb", "phrase")}
    if forms & {"base", "s", "phrase"}:
        return True
    following = marked.low(at + 1)
    return ("ed" in forms or marked.low(at) in _PASTS) and (
        not filler(following) or adverb(following) or following in DETERMINERS
    )


def _usually(marked: Marked, at: int) -> bool:
    """ "Officers who check bags at the airport have …": what people are there for, before what they do now."""
    if marked.low(at) != "who" or not any(at == one.last and one.kind == "personnel" for one in marked.resources):
        return False
    following = marked.low(at + 1)
    if not filler(following) or adverb(following) or following.endswith(("ed", "ing")) or following in _PASTS:
        return False
    if following in MODALS or following in BE or following in HAVE:
        return False
    if any(one.entry.strength > 1 for one in marked.moves_at(at + 1)):
        return False
    stop = _relative_stop(marked, at + 1)
    return stop < len(marked.words) - 2 and (
        marked.low(stop) in BE or marked.low(stop) in HAVE or marked.low(stop) in MODALS or marked.low(stop) == "now"
    )


def _present_after(marked: Marked, at: int) -> bool:
    """Whether the sentence goes on in the present or the future after the token."""
    return not _PRESENT.isdisjoint(marked.lows[at:]) or any(
        span.entry.form == "s" and span.entry.code == "verb"
        for step in range(at + 3, len(marked.words))
        for span in marked.moves_at(step)
    )


def _time_spent(marked: Marked, at: int) -> int:
    """ "After | nine months of | immigration duty": where the words of what was done begin, 0 for no such thing."""
    for step in range(at, at + 5):
        if marked.low(step) in _SPELLS and marked.low(step + 1) in ("of", "in", "on", "at"):
            return step + 2
    return 0


def _nobody_left(marked: Marked, at: int) -> bool:
    """ "Nobody chases counterfeiters; its agents …": work without hands, when the sentence goes on to say why."""
    stop = _clause_stop(marked, at + 1)
    return marked.low(stop) in (";", ":", "—", "because", "while", "since", "now") and at < 8


def _relative_stop(marked: Marked, at: int) -> int:
    """Where a relative clause about the old work ends: at a comma, a new clause, or the verb of the main clause."""
    step = at
    while step < len(marked.words) and step - at < 12:
        low = marked.low(step)
        if low in (",", ";", ":", ".", "—", "?", "!", "now") or (low in CLAUSE_BREAKS and step > at):
            break
        if step > at + 1 and (low in BE or low in HAVE or low in MODALS):
            break
        if step > at + 1 and _finite(marked, step):
            break
        if low in ("into", "onto") or (low == "and" and marked.low(step + 1) in ("into", "onto", "to", "toward")):
            break
        step += 1
    return step


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


def within(at: int, stretches: list[tuple[int, int]]) -> bool:
    """Whether the token stands in one of the stretches."""
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
        if (
            known is not None
            and known.entry.kind in ("city", "state", "border")
            and not _owned(marked, known)
            and not in_a_body(marked, known)
        ):
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
        if (before in ("from", "off") and low != "off") or out_of or within(place.first, old):
            origin = origin or place
        elif place.first - resource.last in (1, 2) and before in ("in", "at") and home is None:
            home = place
        else:
            found.append(place)
    named = [place for place in found if place.level != "described"] or found
    destination = named[-1] if named else None
    if destination is None and home is not None:
        destination = home
    elif (
        destination is not None
        and origin is None
        and home is not None
        and destination.level != "described"
        and marked.cut(home.first, home.last) != marked.cut(destination.first, destination.last)
    ):
        origin = home
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
    before = [(kind, span) for kind, span in spans if within(span.first, old)]
    after = [(kind, span) for kind, span in spans if not within(span.first, old)]
    outsider = duties().get(resource.code, "law") not in ("immigration", "border")
    # New work that is not the body's own says most.
    fit = [pair for pair in after if (pair[0] == "immigration") == outsider] or after
    destination = _grown(marked, *fit[0]) if fit else None
    origin = _grown(marked, *before[0]) if before else None
    if origin is None and resource.kind == "money":
        origin = _purse(marked, old)
    if origin is not None and any(
        one.code in ("ICE", "ERO") and within(one.first, old) and 0 <= one.first - origin.last < 4
        for one in marked.resources
    ):
        origin = origin._replace(kinds=origin.kinds | {"immigration"})
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


def _purse(marked: Marked, old: list[tuple[int, int]]) -> Task | None:
    """ "Its | hospital repairs | budget", "FEMA | shelter | money": what the money was for, by the purse's own name."""
    for at, low in enumerate(marked.lows):
        if low not in _PURSES or within(at, old):
            continue
        if marked.low(at + 1) == "for" and filler(marked.low(at + 2)):
            return Task(first=at + 2, last=min(at + 4, _clause_stop(marked, at + 2)), kinds=frozenset({"other"}))
        first = at
        while (
            first > 0
            and filler(marked.low(first - 1))
            and marked.low(first - 1).isalpha()
            and marked.noun_at(first - 1) is None
            and marked.low(first - 1) not in DETERMINERS
            and marked.low(first - 1) not in ("dollars", "million", "billion", "new", "more", "own")
        ):
            first -= 1
        if first < at and not {"to", "into", "toward", "become"} & set(marked.lows[max(0, first - 3) : first]):
            return Task(first=first, last=at, kinds=frozenset({"other"}))
    return None


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
