"""Fills a shift's slots from its frame: whose resources, how many, from where, to where (codebook, section 5)."""

from __future__ import annotations

from typing import Final

from monitor.coding.ends import Arguments, Task
from monitor.coding.frame import Frame
from monitor.coding.lexicon import duties
from monitor.coding.marked import Marked, Place, Resource, task_kinds
from monitor.coding.places import OF_PLACES

LENDING: Final = frozenset(
    (
        "assist assists assisting assisted help helps helping helped support supports supporting protect "
        "protecting let letting lets give giving gave gives join joining back backing under alongside aid "
        "aiding serve serving lend"
    ).split()
)
_ACTIVE: Final = frozenset({"active-duty", "marines", "marine", "army", "airborne", "fort", "base"})
_GENERAL: Final = frozenset({"", "UNSPECIFIED"})
_MILITARY_WORDS: Final = frozenset({"troops", "soldiers", "troop", "soldier"})
_KINDS_TOLD: Final = frozenset({"immigration", "border", "law", "protection"})
_WARLIKE: Final = frozenset(
    "destroyer destroyers warship warships stryker strykers gunships tanks c-17 c-17s c-130 c-130s humvees".split()
)
_LOCAL_PEOPLE: Final = frozenset({"detectives", "detective", "constables"})
_PURSES: Final = {
    "DOD": frozenset(
        "military defense pentagon barracks sailors soldiers airmen troops navy army bases base runway runways "
        "shipyard hangar spare destroyers destroyer".split()
    ),
    "CBP": frozenset({"customs"}),
    "USCG": frozenset({"cutters", "cutter"}),
}
_TELLING: Final = 9  # words of a task that are kept
_GENERIC_PEOPLE: Final = frozenset(
    {"agents", "officers", "agent", "officer", "teams", "team", "personnel", "law enforcement"}
)


def merged(resources: tuple[Resource, ...], marked: Marked) -> list[Resource]:
    """Resources that are one record although two words name them: "24,000 Border Patrol agents and officers"."""
    kept: list[Resource] = []
    for resource in resources:
        if kept and kept[-1].kind == resource.kind and resource.quantity is None and not resource.named:
            before = kept[-1]
            joined = 0 < resource.first - before.last <= 2
            if joined and (
                (before.quantity is not None and resource.code in ("", "EOIR")) or (not resource.code and before.code)
            ):
                continue
        kept.append(resource)
    return kept


def actor(marked: Marked, frame: Frame, found: Arguments, resource: Resource | None, around: list[Marked]) -> str:
    """The code of the body whose resources move; ``around``: the sentence before, then the title."""
    code = resource.code if resource is not None else ""
    word = marked.low(resource.head) if resource is not None else ""
    if (
        resource is not None
        and code == "DOD"
        and (word in _MILITARY_WORDS or "troops" in marked.cut(resource.first, resource.last))
    ):
        body = subject_body(marked, frame, resource)
        if body not in ("ARMY", "MARINES", "NATIONAL_GUARD") and _from_a_state(marked, resource, found):
            return "NATIONAL_GUARD"
        return body if body in ("ARMY", "MARINES", "NATIONAL_GUARD") else _whose_troops(marked, around)
    if (
        code == "USBP"
        and resource is not None
        and marked.low(resource.last) == "and"
        and marked.low(resource.last + 1) == "officers"
    ):
        return "CBP"
    if resource is not None and resource.kind == "facility" and code in ("ICE", "DHS", "ERO"):
        code = ""
    subject = subject_body(marked, frame, resource)
    if resource is not None and resource.kind == "facility" and code in _GENERAL and _military_site(marked, resource):
        return "DOD"
    if (
        resource is not None
        and resource.kind == "money"
        and code in _GENERAL
        and not subject
        and found.origin_task is not None
    ):
        left = marked.cut(found.origin_task.first, found.origin_task.last).lower()
        if "military" in left or "defense" in left or "pentagon" in left:
            return "DOD"
    if (
        resource is not None
        and resource.kind == "money"
        and code in _GENERAL
        and (owner := _whose_purse(marked, found))
        and subject in ("", owner)
    ):
        return owner
    if code and code not in _GENERAL and not (code == "LOCAL_POLICE" and subject == "USMS"):
        return code
    if code == "" and word in _LOCAL_PEOPLE and not subject:
        return "LOCAL_POLICE"
    if subject and (code == "" or resource is None):
        return subject
    if resource is None or resource.pronoun:
        for one in around:
            named = [other for other in one.resources if other.enforcing and other.kind == "personnel" and other.code]
            if named:
                return named[0].code if len({other.code for other in named}) == 1 else named[-1].code
    if code == "LOCAL_POLICE" and word == "deputies" and subject == "USMS":
        return subject
    if (
        resource is not None
        and resource.kind == "personnel"
        and code == ""
        and found.origin is not None
        and found.origin.level == "border"
    ):
        return "USBP"
    if (
        resource is not None
        and resource.kind == "personnel"
        and (word in _GENERIC_PEOPLE or word == "federal")
        and "law enforcement" not in marked.cut(resource.first, resource.last)
        and not _anaphoric_subject(marked, frame)
        and _immigration_mission(marked, found, around)
    ):
        return "DHS"
    if resource is not None and resource.kind == "facility":
        return "DOD" if _military_site(marked, resource) else _context_body(around) or "UNSPECIFIED"
    if code == "" and resource is not None and (_owned_anaphor(marked, resource) or _anaphoric_subject(marked, frame)):
        return _context_body(around) or _by_word(marked)
    if (
        code == ""
        and resource is not None
        and resource.kind == "personnel"
        and word in _GENERIC_PEOPLE
        and (body := _context_body(around)) in ("DHS", "ICE", "CBP")
    ):
        return "DHS" if body == "ICE" else body
    if resource is not None and code == "":
        if resource.kind == "equipment" and word in _WARLIKE:
            return "DOD"
        if resource.kind != "personnel" or word in _GENERIC_PEOPLE:
            return _only_body(marked, resource) or "UNSPECIFIED"
    return "UNSPECIFIED"


def _whose_purse(marked: Marked, found: Arguments) -> str:
    """Whose money it was by what it was for: "sailors' housing", "the customs fees account"."""
    end = found.origin_task or found.origin
    if end is None:
        return ""
    words = {low.strip("'’") for low in marked.lows[end.first : end.last + 1]}
    return next((code for code, purses in _PURSES.items() if words & purses), "")


def _only_body(marked: Marked, resource: Resource) -> str:
    """The one body a sentence names besides those that are helped: whose the things or people are."""
    codes = {
        one.code
        for one in marked.resources
        if one.named
        and one.code not in _GENERAL
        and one.first != resource.first
        and marked.low(one.first - 1) not in LENDING | {"to", "for", "with", "against"}
    }
    return codes.pop() if len(codes) == 1 else ""


def _from_a_state(marked: Marked, resource: Resource, found: Arguments) -> bool:
    """Whether soldiers are a state's ("two hundred soldiers from Ohio", "Texas troops"): the states have the Guard."""
    if _ACTIVE & set(marked.lows):
        return False
    before = marked.place_at(resource.first) or marked.place_at(resource.head - 1)
    if before is not None and before.entry.kind == "state" and before.last <= resource.head + 1:
        return True
    after = marked.place_at(resource.last + 1)
    return marked.low(resource.last) == "from" and after is not None and after.entry.kind == "state"


def _whose_troops(marked: Marked, around: list[Marked]) -> str:
    for one in [marked, *around]:
        codes = {resource.code for resource in one.resources if resource.named or resource.bare}
        text = one.text
        if "Marine" in text or "active-duty" in text or ("military" in text.lower() and "NATIONAL_GUARD" not in codes):
            return "DOD"
        if "NATIONAL_GUARD" in codes:
            return "NATIONAL_GUARD"
    return "DOD"


def subject_body(marked: Marked, frame: Frame, resource: Resource | None) -> str:
    """The body named before an active verb: "The Justice Department is surging prosecutorial resources"."""
    limit = (
        frame.move.first
        if frame.voice in ("active", "pronoun", "into", "nominal")
        else (resource.first if resource else frame.move.first)
    )
    best = ""
    if frame.voice == "nominal":
        for one in marked.resources:
            if (
                one.named
                and 0 < one.first - frame.last < 8
                and marked.low(one.first - 1) in ("by", "the")
                and "by" in (marked.low(one.first - 1), marked.low(one.first - 2))
            ):
                return one.code
    for one in marked.resources:
        if marked.low(one.first - 1) in (
            "let",
            "lets",
            "letting",
            "give",
            "gives",
            "giving",
            "gave",
            "help",
            "helping",
            "by",
            "against",
            "at",
            "near",
            "to",
        ):
            continue
        if (
            one.last <= limit
            and one.named
            and one.kind == "personnel"
            and one.code not in _GENERAL
            and limit - one.last < 22
        ):
            best = one.code
    if not best:
        for span in marked.layer("noun"):
            if span.entry.kind == "official" and span.last <= limit and limit - span.last < 22:
                best = span.entry.code
    if best and resource is not None and frame.voice in ("passive", "subject") and resource.code == "UNSPECIFIED":
        return ""
    return best


def officials(marked: Marked, frame: Frame) -> list[str]:
    """Two heads of bodies who move unnamed people: each body moves its own."""
    found = [
        span.entry.code
        for span in marked.layer("noun")
        if span.entry.kind == "official" and span.last <= frame.move.first and frame.move.first - span.last < 20
    ]
    return list(dict.fromkeys(found))


def _context_body(around: list[Marked]) -> str:
    for one in around:
        named = [resource.code for resource in one.resources if resource.named and resource.code not in _GENERAL]
        named += [span.entry.code for span in one.layer("noun") if span.entry.kind == "official"]
        if named:
            return named[0]
    return ""


def _by_word(marked: Marked) -> str:
    """The body a word without a name points at when nothing before it says which."""
    text = marked.text.lower()
    if "the bureau" in text:
        return "FBI"
    if "prison" in text and ("agency" in text or "bureau" in text):
        return "BOP"
    return "UNSPECIFIED"


def _owned_anaphor(marked: Marked, resource: Resource) -> bool:
    return any(marked.low(step) in ("its", "their", "our") for step in range(max(0, resource.first - 2), resource.head))


def _anaphoric_subject(marked: Marked, frame: Frame) -> bool:
    for step in range(frame.move.first - 1, max(-1, frame.move.first - 12), -1):
        if marked.low(step) == "it" and marked.low(step - 1) in ("of", "to", "that"):
            continue
        if marked.low(step) in ("agency", "bureau", "department", "service", "they", "it", "we", "he"):
            return True
    return False


def _immigration_mission(marked: Marked, found: Arguments, around: list[Marked]) -> bool:
    for task in (found.destination_task, found.origin_task):
        if task is not None and "immigration" in task.kinds:
            return True
    text = marked.text.lower()
    if "immigration" in text or "deportation" in text or "migrant" in text:
        return True
    return any(
        "immigration crackdown" in one.text.lower()
        or "immigration enforcement" in one.text.lower()
        or "immigration arrests" in one.text.lower()
        for one in around
    )


def _military_site(marked: Marked, resource: Resource) -> bool:
    text = marked.cut(max(0, resource.first - 3), resource.last + 4).lower()
    return any(
        word in text
        for word in (
            "base",
            "fort",
            "naval",
            "military",
            "hangar",
            "barracks",
            "air station",
            "guant",
            "camp",
            "army",
            "navy",
            "airfield",
            "space force",
            "pier",
        )
    )


def quantity_text(marked: Marked, resource: Resource) -> str | None:
    """The words of the amount, with "more"/"additional" where they stand next to it."""
    quantity = resource.quantity
    if quantity is None:
        return None
    last = quantity.last + (1 if marked.low(quantity.last) in ("more", "additional") else 0)
    return marked.cut(quantity.first, last)


def end_text(marked: Marked, place: Place | None, task: Task | None, here: str = "") -> str | None:
    """A place, a task, or both as "place; task", in the words of the text."""
    parts: list[str] = []
    if place is not None:
        parts.append(marked.cut(place.first, _whole_name(marked, place)))
    elif here:
        parts.append(here)
    if (
        task is not None
        and (not parts or task.kinds & _KINDS_TOLD)
        and not (place is not None and place.first < task.last and task.first < place.last)
    ):
        words = marked.cut(task.first, min(task.last, task.first + _TELLING))
        if not parts or not place or place.level != "border" or "immigration" in task.kinds:
            parts.append(words)
    return "; ".join(parts) or None


def _whole_name(marked: Marked, place: Place) -> int:
    """Where a place's name ends: "the Tucson Air Branch", "two Texas sectors", not "the Tucson", "two Texas"."""
    last = place.last
    while marked.low(last) in OF_PLACES:
        last += 1
    return last


def has_task(marked: Marked, kind: str) -> bool:
    """Whether the sentence names work of that kind anywhere."""
    return any(found == kind for found, _ in task_kinds(marked, 0, len(marked.words)))


def duty_of(code: str) -> str:
    """A body's usual duty, "" for an unknown code."""
    return duties().get(code, "")
