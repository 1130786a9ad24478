"""Which way a shift goes, by the codebook's order of precedence (section 5): the first rule that fits."""

from __future__ import annotations

from typing import Final

from monitor.coding.ends import Arguments
from monitor.coding.frame import Frame
from monitor.coding.lexicon import duties
from monitor.coding.marked import Marked, Resource, task_kinds
from monitor.coding.status import in_suit

_BORDER_BODIES: Final = frozenset({"CBP", "USBP", "OFO", "AMO"})
_IMMIGRATION_BODIES: Final = frozenset({"ICE", "ERO", "DHS", "HSI", "CBP", "USBP", "OFO", "AMO", "EOIR"})
_STATE_OR_LOCAL: Final = frozenset({"STATE_POLICE", "LOCAL_POLICE"})
_INTERIOR: Final = frozenset({"city", "state", "described", "name", "body", "site"})
_LOOSE: Final = frozenset({"", "described", "name", "body"})
_WATERS: Final = frozenset("gulf sea ocean waters caribbean pacific atlantic strait".split())
_JOINED: Final = frozenset({"immigration", "border", "law"})
_HOME: Final = frozenset(
    "home stations station barracks armories armory base bases control posts jobs desks offices".split()
)


def direction(
    marked: Marked,
    frame: Frame,
    found: Arguments,
    *,
    resource: Resource,
    actor: str,
    beneficiary: str | None,
    around: list[Marked],
) -> str:
    """One of the codebook's seven directions; ``around`` are the sentences that may say what this one does not."""
    kinds = found.destination_task.kinds if found.destination_task else frozenset[str]()
    left = found.origin_task.kinds if found.origin_task else frozenset[str]()
    level = found.destination.level if found.destination else ""
    if _withdrawn(marked, frame, found):
        return "withdrawal"
    money = resource.kind == "money"
    from_border = (found.origin is not None and found.origin.level == "border") or "border" in left
    at_border = level == "border" or (level in _LOOSE and "border" in kinds and not money)
    if found.destination is not None and "border" in marked.lows[found.destination.first : found.destination.last + 1]:
        at_border = True
    if not level and not kinds and not money:
        at_border = _border_around(marked, around, actor)
    if at_border and not money:
        return "other" if from_border else "interior_to_border"
    inland = (level in _INTERIOR or found.here is not None) and not _at_sea(marked, found)
    if (
        not money
        and (actor in _BORDER_BODIES or from_border)
        and (inland or (not level and beneficiary in ("ICE", "ERO")) or _says(marked, ("interior",)))
    ):
        return "border_to_interior"
    duty = duties().get(actor, "law")
    immigration = (
        "immigration" in kinds
        or beneficiary in ("ICE", "ERO", "DHS", "USBP", "CBP", "HSI", "OFO")
        or _at_work_for(marked, frame)
    )
    if money:
        wall = "border" in kinds or level == "border" or immigration or "detention" in marked.text.lower()
        if ("immigration" in left or "border" in left) and not kinds & {"immigration", "border"}:
            return "immigration_to_other_mission"
        return "other_mission_to_immigration" if wall else "other"
    outsider = actor not in _IMMIGRATION_BODIES
    if outsider and ("immigration" in left and not immigration):
        return "immigration_to_other_mission"
    if outsider and immigration:
        return "other_mission_to_immigration"
    if (
        outsider
        and actor not in _STATE_OR_LOCAL
        and found.destination is not None
        and _immigration_in(marked)
        and _is_site(marked, found)
    ):
        return "other_mission_to_immigration"
    if resource.kind == "facility" and outsider and _immigration_in(marked):
        return "other_mission_to_immigration"
    if (
        not outsider
        and ((kinds & {"disaster", "protection", "civil"} and not immigration) or beneficiary in ("FEMA", "TSA"))
        and not level
    ):
        return "immigration_to_other_mission"
    if actor in _STATE_OR_LOCAL or level == "foreign" or _at_sea(marked, found) or "nationwide" in marked.lows:
        return "other"
    if beneficiary in _STATE_OR_LOCAL:
        return "federal_to_local_area"
    if actor == "NATIONAL_GUARD" and _by_governor(marked, frame):
        return "other"
    if from_border and inland:
        return "border_to_interior"
    if (
        inland
        and level != "foreign"
        and not (
            found.origin is not None
            and actor in ("ICE", "ERO", "EOIR", "DHS")
            and duty == "immigration"
            and found.origin.level in ("city", "state")
        )
    ):
        return "other" if actor in ("EOIR",) else "federal_to_local_area"
    if actor in ("NATIONAL_GUARD", "MARINES", "DOD", "ARMY") and not level and not kinds & {"disaster"}:
        return "federal_to_local_area"
    if (
        not level
        and any(span.entry.kind in ("city",) for one in around for span in one.layer("place"))
        and actor not in ("EOIR", "DHS", "DOJ")
    ):
        return "federal_to_local_area"
    return "other"


def _at_work_for(marked: Marked, frame: Frame) -> bool:
    """ "will answer ICE's telephones", "guard duty at ICE's new jails": work that belongs to an immigration body."""
    if frame.voice not in ("scene", "subject") or frame.entry.kind not in ("scene", "stay", "be"):
        return False
    return any(
        one.named
        and one.code in ("ICE", "ERO")
        and marked.low(one.last) in ("'s", "'", "’")
        and one.first >= frame.last - 1
        for one in marked.resources
    )


def _at_sea(marked: Marked, found: Arguments) -> bool:
    """Whether the place named is water."""
    place = found.destination
    return place is not None and not _WATERS.isdisjoint(marked.lows[place.first : place.last])


def _withdrawn(marked: Marked, frame: Frame, found: Arguments) -> bool:
    if in_suit(marked, frame):
        return False
    kind = frame.entry.kind
    if kind == "scene":
        new_use = found.destination_task is not None and found.destination_task.kinds & _JOINED
        return bool(marked.cue("leaving")) and not new_use
    before = [marked.low(step) for step in range(max(0, frame.first - 5), frame.move.first)]
    if frame.voice == "nominal" and kind == "send" and any(low in ("end", "ends", "ended", "ending") for low in before):
        return True
    if (
        kind == "withdraw"
        and frame.entry.word in ("back on", "are back on", "is back on")
        and found.destination_task is not None
    ):
        return False
    if kind == "withdraw" and frame.entry.code == "phrase" and "back" in frame.entry.word:
        return True
    joined = found.destination_task.kinds if found.destination_task is not None else frozenset[str]()
    if (kind == "withdraw" or frame.back) and joined & _JOINED and not _goes_home(marked, frame):
        return False
    if kind == "withdraw" or frame.back:
        return found.destination is None or _goes_home(marked, frame) or found.origin is not None
    if kind == "leave":
        return (found.destination is None and found.destination_task is None) or _goes_home(marked, frame)
    after = [marked.low(step) for step in range(frame.last, min(len(marked.words), frame.last + 5))]
    return any(low in ("home", "back") for low in after[:3]) and (
        found.destination is None or _goes_home(marked, frame)
    )


def _goes_home(marked: Marked, frame: Frame) -> bool:
    after = [marked.low(step) for step in range(frame.move.first, min(len(marked.words), frame.last + 12))]
    return any(low in _HOME for low in after)


def _border_around(marked: Marked, around: list[Marked], actor: str) -> bool:
    if actor in ("NATIONAL_GUARD", "MARINES") and not any(
        span.entry.kind == "border" for span in marked.layer("place")
    ):
        return False
    own = [span.entry.kind for span in marked.layer("place")]
    if "border" in own:
        return True
    if own:
        return False
    return any(span.entry.kind == "border" for one in around for span in one.layer("place")) and not any(
        span.entry.kind == "city" for one in around for span in one.layer("place")
    )


def _says(marked: Marked, words: tuple[str, ...]) -> bool:
    return any(token.low in words for token in marked.words)


def _immigration_in(marked: Marked) -> bool:
    if any(kind == "immigration" for kind, _ in task_kinds(marked, 0, len(marked.words))):
        return True
    return any(one.code in ("ICE", "DHS", "ERO") for one in marked.resources)


def _is_site(marked: Marked, found: Arguments) -> bool:
    """Whether the place named is a base or camp, where only the task can be the news."""
    place = found.destination
    text = marked.cut(place.first, place.last).lower() if place is not None else ""
    return any(word in text for word in ("base", "guant", "fort ", "camp", "naval", "detention"))


def _by_governor(marked: Marked, frame: Frame) -> bool:
    before = [marked.low(step) for step in range(max(0, frame.first - 12), frame.move.first)]
    federal = {"president", "trump", "biden", "administration", "federal", "pentagon", "hegseth"}
    if federal & {token.low for token in marked.words[max(0, frame.first - 12) : frame.last]}:
        return False
    return bool({"governor", "gov", "abbott", "newsom", "pritzker", "desantis"} & set(before)) and frame.voice in (
        "active",
        "nominal",
        "subject",
    )
