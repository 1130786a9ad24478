"""Which way a shift goes, by the codebook's order of precedence (section 5): the first rule that fits."""

from __future__ import annotations

from typing import Final

from monitor.coding.ends import Arguments
from monitor.coding.frame import Frame
from monitor.coding.marked import Marked, Resource, task_kinds
from monitor.coding.places import in_a_body
from monitor.coding.scene_ends import told_as_past
from monitor.coding.status import in_suit
from monitor.coding.words import filler

_BORDER_BODIES: Final = frozenset({"CBP", "USBP", "OFO", "AMO"})
_IMMIGRATION_BODIES: Final = frozenset({"ICE", "ERO", "DHS", "HSI", "CBP", "USBP", "OFO", "AMO", "EOIR"})
_STATE_OR_LOCAL: Final = frozenset({"STATE_POLICE", "LOCAL_POLICE"})
_INTERIOR: Final = frozenset({"city", "state", "described", "name", "body", "site"})
_LOOSE: Final = frozenset({"", "described", "name", "body"})
_BORDER_TOWNS: Final = frozenset(
    "el paso|laredo|san diego|tucson|detroit|buffalo|bellingham|brownsville|mcallen|las cruces|del rio".split("|")
)
_SHORES: Final = frozenset("coast waters shore offshore".split())
_BESIDE: Final = frozenset("a an with for to at before into of under".split())
_ALWAYS_BORDER: Final = frozenset({"laredo", "brownsville", "mcallen", "del rio"})
_AMID: Final = frozenset("amid against over protest protests protesters crackdown raids".split())
_CALLS: Final = frozenset({"call", "calls", "called", "calling"})
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
    kinds = _joined_kinds(marked, found)
    left = found.origin_task.kinds if found.origin_task else frozenset[str]()
    level = found.destination.level if found.destination else ""
    if _withdrawn(marked, frame, found):
        return "withdrawal"
    money = resource.kind == "money"
    from_border = (found.origin is not None and found.origin.level == "border") or "border" in left
    at_border = level == "border" or (level in _LOOSE and "border" in kinds and not money)
    place = found.destination
    if place is not None and place.level != "body" and "border" in marked.lows[place.first : place.last + 1]:
        at_border = True
    if not at_border and not money and found.destination is not None and _border_by_work(marked, found, kinds):
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
    immigration = (
        "immigration" in kinds
        or beneficiary in ("ICE", "ERO", "DHS", "USBP", "CBP", "HSI", "OFO")
        or _at_work_for(marked, frame)
        or (actor not in _IMMIGRATION_BODIES - {"HSI"} and _new_work(marked, frame, found))
    )
    if money:
        wall = "border" in kinds or level == "border" or immigration or "detention" in marked.text.lower()
        if ("immigration" in left or "border" in left) and not kinds & {"immigration", "border"}:
            return "immigration_to_other_mission"
        if wall and _put_back(marked):
            return "immigration_to_other_mission"
        return "other_mission_to_immigration" if wall else "other"
    outsider = actor not in _IMMIGRATION_BODIES or (actor == "HSI" and "law" in left)
    goes_back = frame.entry.kind == "withdraw" and "law" in kinds and _immigration_in(marked)
    if outsider and (("immigration" in left or goes_back) and not immigration):
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
    if inland and level != "foreign":
        return "other" if actor == "EOIR" else "federal_to_local_area"
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


def _joined_kinds(marked: Marked, found: Arguments) -> frozenset[str]:
    """The kinds of the work joined, with those of whom it is done on: "standing watch over immigrants"."""
    task = found.destination_task
    if task is None:
        return frozenset()
    kinds = task.kinds
    if marked.low(task.last) in ("over", "at", "for", "of", "on", "inside", "outside"):
        end = min(task.last + 4, len(marked.words))
        kinds |= {kind for kind, _ in task_kinds(marked, task.last, end) if kind == "immigration"}
        if any(one.code in ("ICE", "ERO") and task.last < one.last and one.first < end for one in marked.resources):
            kinds |= {"immigration"}
    return kinds


def _border_by_work(marked: Marked, found: Arguments, kinds: frozenset[str]) -> bool:
    """A border town or coast is the border when the work there is the border's: "in El Paso for the border mission"."""
    place = found.destination
    if place is None or place.level == "border":
        return False
    words = marked.lows[place.first : place.last + 1]
    name = marked.cut(place.first, place.last).lower().removeprefix("the ")
    if name in _ALWAYS_BORDER:
        return True
    town = name in _BORDER_TOWNS
    shore = not _SHORES.isdisjoint(words) or not _SHORES.isdisjoint(marked.lows[max(0, place.first - 2) : place.first])
    if not (town or shore):
        return False
    if "border" in kinds:
        return True
    if shore and any(
        one.entry.kind == "border" and not in_a_body(marked, one) and not told_as_past(marked, one.first)
        for one in marked.layer("place")
    ):
        return True
    left = found.origin_task
    return any(
        kind == "border"
        and (shore or 0 < span.first - place.last < 8)
        and not told_as_past(marked, span.first)
        and (left is None or span.first != left.first)
        for kind, span in task_kinds(marked, 0, len(marked.words))
    )


def _new_work(marked: Marked, frame: Frame, found: Arguments) -> bool:
    """Whether the new part of a sentence without a strong movement word tells of immigration work."""
    if frame.voice not in ("scene", "subject") or found.here is not None:
        return False
    if frame.entry.kind != "leave" and (
        frame.entry.strength > 1 or frame.entry.kind not in ("scene", "stay", "carry", "be")
    ):
        return False
    left = found.origin_task
    for kind, span in task_kinds(marked, frame.resources[0].last if frame.resources else 0, len(marked.words)):
        if kind != "immigration" or told_as_past(marked, span.first):
            continue
        if left is not None and left.first <= span.first < left.last:
            continue
        if _AMID.isdisjoint(marked.lows[max(0, span.first - 4) : span.last + 2]):
            return True
    return any(
        one.named
        and one.code in ("ICE", "ERO")
        and one.first >= frame.last - 1
        and marked.low(one.first - 1) in _BESIDE
        and not told_as_past(marked, one.first)
        for one in marked.resources
    )


def _goes_on(marked: Marked, frame: Frame, found: Arguments) -> bool:
    """Whether who leaves one work behind is told of at another: "left their cases and took desks at the DHS office"."""
    left = found.origin_task
    assert left is not None
    after = max(left.last, frame.last)
    if any(
        kind in ("immigration", "border", "law", "disaster") for kind, _ in task_kinds(marked, after, len(marked.words))
    ):
        return True
    return any(one.named and one.code in _IMMIGRATION_BODIES and one.first >= after for one in marked.resources)


def _put_back(marked: Marked) -> bool:
    """Whether money goes back to what it was for."""
    return any(
        low in ("back", "restored", "repaid", "returned")
        and marked.low(at + 1) in ("where", "to", "in", "into", "from")
        for at, low in enumerate(marked.lows)
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
        leaving = bool(marked.cue("leaving")) and _CALLS.isdisjoint(marked.lows)
        return leaving and not new_use
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
        task = found.destination_task
        return not (frame.entry.word.endswith(" to") and task is not None and bool(task.kinds & {"law", "disaster"}))
    joined = found.destination_task.kinds if found.destination_task is not None else frozenset[str]()
    if (kind == "withdraw" or frame.back) and joined & _JOINED and not _goes_home(marked, frame):
        return False
    if kind == "withdraw" or frame.back:
        return found.destination is None or _goes_home(marked, frame) or found.origin is not None
    if kind == "leave" and found.origin is None and found.origin_task is not None and _goes_on(marked, frame, found):
        return False
    if kind == "go" and marked.cue("leaving") and found.destination is None and found.destination_task is None:
        return found.origin is not None
    if kind == "go" and found.origin is not None and found.destination is None and found.destination_task is None:
        return marked.low(found.origin.first - 1) == "of" and marked.low(found.origin.first - 2) == "out"
    if kind == "leave":
        return (found.destination is None and found.destination_task is None) or _goes_home(marked, frame)
    after = [marked.low(step) for step in range(frame.last, min(len(marked.words), frame.last + 5))]
    named_home = "call" in frame.entry.word or not _CALLS.isdisjoint(marked.lows)
    gone = any(
        low == "home" or (low == "back" and not filler(following))
        for low, following in zip(after[:3], [*after[1:4], "", ""], strict=False)
    )
    return gone and not named_home and (found.destination is None or _goes_home(marked, frame))


def _goes_home(marked: Marked, frame: Frame) -> bool:
    after = [marked.low(step) for step in range(frame.move.first, min(len(marked.words), frame.last + 12))]
    return any(low in _HOME for low in after)


def _border_around(marked: Marked, around: list[Marked], actor: str) -> bool:
    if actor in ("NATIONAL_GUARD", "MARINES") and not any(
        span.entry.kind == "border" for span in marked.layer("place")
    ):
        return False
    own = [span.entry.kind for span in marked.layer("place") if not in_a_body(marked, span)]
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
