"""What speaks for and against a frame being a shift: named signals, each a number, read from words alone.

The codebook's four questions are resource, movement, enforcement end and specificity; its exclusions (section 3) speak
against. No signal decides; the weights of ``model`` add them up, and any sum can be printed.
"""

from __future__ import annotations

from typing import Final

from monitor.coding.cue_signals import Setting, cue_signals, dated_long_ago
from monitor.coding.ends import Arguments
from monitor.coding.frame import Frame
from monitor.coding.lexicon import duties
from monitor.coding.marked import Marked, Resource
from monitor.coding.scenes import scene_signals, sentence_signals
from monitor.coding.words import BE, DETERMINERS

_MIGHT: Final = frozenset({"could", "can", "may", "might", "should"})
_MILITARY: Final = frozenset({"NATIONAL_GUARD", "MARINES", "ARMY", "DOD"})
_IMMIGRATION_DUTY: Final = frozenset({"immigration", "border"})
_ANYBODY: Final = frozenset(
    (
        "people group hands bodies men workers employees contractors volunteers recruits experts trainers "
        "clerks operators members posse caravan muscle uniforms"
    ).split()
)
# Money that is only handed out is an appropriation or grant; moved money leaves something.
_GRANTING: Final = frozenset(
    "use infusion send rush commit pledge allocate dedicate devote earmark order request seek".split()
)
_LOCAL: Final = frozenset({"LOCAL_POLICE", "STATE_POLICE"})
_REACHED: Final = frozenset({"to:city", "to:state", "to:described", "from:city", "from:state", "from:described"})
_CONTROLS: Final = frozenset(
    (
        "order orders ordered ordering authorize authorizes authorized authorizing direct directs directed "
        "request requests requested requesting ask asks asked plan plans planned announced announces announce"
    ).split()
)


def signals(marked: Marked, frame: Frame, found: Arguments, setting: Setting) -> dict[str, float]:
    """Signal -> value for one frame."""
    entry = frame.entry
    values: dict[str, float] = {"bias": 1.0, f"strength:{entry.strength}": 1.0, f"voice:{frame.voice}": 1.0}
    if entry.kind in (
        "stay",
        "withdraw",
        "leave",
        "give",
        "take",
        "order",
        "carry",
        "house",
        "pay",
        "be",
        "receive",
    ):
        values[f"class:{entry.kind}"] = 1.0
    _resource_signals(marked, frame, setting, values)
    _end_signals(marked, frame, found, values)
    _mission_signals(frame, values)
    cue_signals(marked, frame, found, setting, values)
    _wording_signals(marked, frame, values)
    if "told to do" in values and "cross mission" in values:
        del values["told to do"]
    if "bare body" in values and entry.kind in ("go", "leave") and _REACHED & values.keys():
        values["body to city"] = 1.0
    if entry.word in ("use", "the use of") and "no place" in values and "military" in values:
        values["bare use"] = 1.0
    if entry.kind in ("leave", "withdraw") and marked.cue("advocate"):
        values["advocates want"] = 1.0
    if marked.cue("company"):
        values["company"] = 1.0
    if "military" in values and _foreign_news(marked):
        values["foreign news"] = 1.0
    if entry.kind in ("be", "stay") and _reason_to_be_there(values):
        values["there for a reason"] = 1.0
    if entry.kind == "leave" and "no place" in values and "quantity" not in values:
        values["left nowhere"] = 1.0
    if _own_duty(frame, values):
        values["own duty"] = 1.0
    if _habitual(marked, frame):
        values["habit"] = 1.0
    if _at_home(marked):
        values["at home"] = 1.0
    return values


def signals_of_scenes(marked: Marked, formed: list[Frame], setting: Setting) -> list[dict[str, float]]:
    """Signals of each scene of a sentence, in the order of ``formed``."""
    told = sentence_signals(marked)
    if marked.cue("history") or dated_long_ago(marked, setting):
        told["history"] = 1.0
    if _at_home(marked):
        told["at home"] = 1.0
    return [scene_signals(marked, frame.resources[0], told) for frame in formed]


_HABITS: Final = frozenset("usually normally typically generally ordinarily routinely".split())
_STAY: Final = frozenset("remain remains remained remaining stay stays stayed staying".split())
_HOMES: Final = frozenset("station stations post posts base bases sector sectors barracks".split())


def _habitual(marked: Marked, frame: Frame) -> bool:
    """ "Agents usually work near the border": what they do as a rule, not a particular move."""
    return marked.low(frame.move.first - 1) in _HABITS


def _at_home(marked: Marked) -> bool:
    """ "Will remain at their stations": said of those who do not move."""
    lows = marked.lows
    return not _STAY.isdisjoint(lows) and any(
        low in _STAY
        and marked.low(at + 1) in ("at", "in", "on")
        and marked.low(at + 2) in ("their", "its", "his", "her")
        and any(marked.low(step) in _HOMES for step in range(at + 3, at + 6))
        for at, low in enumerate(lows)
    )


def _resource_signals(marked: Marked, frame: Frame, setting: Setting, values: dict[str, float]) -> None:
    entry = frame.entry
    if not frame.resources:
        values["resource:none"] = 1.0
        if frame.pronoun:
            values["pronoun:known" if _known_before(setting) else "pronoun:unknown"] = 1.0
        return
    best = max(frame.resources, key=lambda one: (one.enforcing, one.quantity is not None))
    values[f"kind:{best.kind}"] = 1.0
    if any(one.enforcing for one in frame.resources):
        values["enforcing"] = 1.0
    elif best.pronoun:
        values["pronoun:known" if _known_before(setting) else "pronoun:unknown"] = 1.0
    elif _owned(marked, best.first) or _body_subject(marked, frame):
        values["owned"] = 1.0
    elif best.kind != "money":
        values["unowned"] = 1.0
    if any(one.code in _MILITARY for one in frame.resources):
        values["military"] = 1.0
    if any(
        one.code in _LOCAL or (not one.code and _nearest_body(marked, one.first) in _LOCAL) for one in frame.resources
    ):
        values["local"] = 1.0
    group = best.code == "UNSPECIFIED" and "enforcement" in marked.cut(best.first, best.last)
    if (
        best.bare
        and not group
        and best.code not in _MILITARY
        and not (frame.voice == "nominal" and entry.strength == 3)
    ):
        values["bare body"] = 1.0
        if frame.voice in ("passive", "pronoun") and entry.strength < 3:
            values["bare body, weak passive"] = 1.0
    if (
        entry.strength == 3
        and best.kind in ("personnel", "unspecified")
        and frame.voice in ("active", "passive")
        and not best.bare
    ):
        values["people sent"] = 1.0
    if any(one.quantity is not None for one in frame.resources):
        values["quantity"] = 1.0
    if best.singular and best.kind == "personnel":
        values["one person"] = 1.0
    if marked.low(best.head) in _ANYBODY and not best.named and not _owned(marked, best.first):
        values["just people"] = 1.0
    if _just_officers(marked, frame, best):
        values["just officers"] = 1.0
    _own_things(best, values)
    if (
        entry.word in ("assign", "station", "attach", "base", "post")
        and frame.voice in ("passive", "adjective")
        and not _aux(marked, frame.move.first)
    ):
        values["standing there"] = 1.0
    if (
        entry.word in ("order", "direct", "instruct", "tell", "ask", "authorize")
        and frame.resources
        and frame.voice in ("active", "pronoun", "passive")
    ):
        after = frame.resources[-1].last if frame.voice == "active" else frame.move.last + (frame.voice == "pronoun")
        if (
            marked.low(after) == "to"
            and marked.low(after + 1) not in ("assist", "help", "support", "join", "protect", "guard")
            and not any(span.entry.strength >= 2 for span in marked.moves_at(after + 1))
        ):
            values["told to do"] = 1.0
    near = range(max(0, best.first - 2), best.last)
    if any(span.first in near for span in marked.cue("extra")):
        values["extra"] = 1.0
    if frame.move.first - best.last > 12:
        values["far"] = 1.0


def _known_before(setting: Setting) -> bool:
    """Whether "they" or "200 of them" can be people of a body: the sentence before names some and nobody in custody."""
    before = setting.before
    if before is None or any(span.entry.kind == "detainee" for span in before.layer("noun")):
        return False
    return any(one.enforcing and one.kind == "personnel" for one in before.resources)


def _own_things(best: Resource, values: dict[str, float]) -> None:
    if best.kind == "facility" and best.code in ("ICE", "DHS", "ERO", "CBP"):
        values["own site"] = 1.0
    if best.kind in ("equipment", "technology") and best.code in ("ICE", "ERO"):
        values["own gear"] = 1.0


def _owned(marked: Marked, first: int) -> bool:
    return any(
        marked.low(step) in ("its", "their", "our", "his", "we")
        for step in range(max(0, first - 3), min(first + 5, len(marked.words)))
    )


def _just_officers(marked: Marked, frame: Frame, best: Resource) -> bool:
    """ "officers drove": no body, no amount, nothing federal, and a verb that says no more than going or doing."""
    if best.kind != "personnel" or best.code or best.quantity is not None or best.named or frame.entry.strength > 2:
        return False
    if frame.voice == "active" and _body_subject(marked, frame):
        return False
    near = {marked.low(step) for step in range(max(0, best.first - 3), best.last)}
    return not near & {"federal", "extra", "additional", "more", "immigration", "border", "its", "their", "his", "our"}


def _aux(marked: Marked, at: int) -> bool:
    """Whether a form of "be" stands close before a participle."""
    return any(marked.low(step) in BE for step in range(max(0, at - 3), at))


def _nearest_body(marked: Marked, first: int) -> str:
    """The last body named before a phrase, within a clause's reach."""
    return next(
        (one.code for one in reversed(marked.resources) if one.named and one.last <= first and first - one.last < 8), ""
    )


def _body_subject(marked: Marked, frame: Frame) -> bool:
    """Whether a body's name stands before the movement word as its subject; things need a possessive besides."""
    if frame.resources and frame.resources[0].kind in ("equipment", "technology") and frame.entry.kind != "give":
        return False
    if (
        frame.resources
        and frame.resources[0].kind == "unspecified"
        and any(0 < frame.move.first - span.last < 14 for span in marked.layer("orderer"))
    ):
        return True
    if any(
        marked.low(step) in ("agency", "bureau", "department") and marked.low(step - 1) == "the"
        for step in range(max(1, frame.move.first - 7), frame.move.first)
    ):
        return True
    if any(
        span.entry.kind == "official" and span.last <= frame.move.first <= span.last + 14
        for span in marked.layer("noun")
    ):
        return True
    return any(one.named and one.last <= frame.move.first <= one.last + 6 for one in marked.resources)


def _end_signals(marked: Marked, frame: Frame, found: Arguments, values: dict[str, float]) -> None:
    if found.destination is not None:
        values[f"to:{found.destination.level}"] = 1.0
    if found.origin is not None:
        values[f"from:{found.origin.level}"] = 1.0
    if found.destination is None and found.origin is None and found.here is None:
        values["no place"] = 1.0
    if found.here is not None:
        values["to:there"] = 1.0
    for name, task in (("for", found.destination_task), ("off", found.origin_task)):
        if task is not None:
            for kind in task.kinds:
                values[f"{name}:{kind}"] = 1.0
    if found.origin is not None and found.destination is not None:
        values["both ends"] = 1.0
    if "to:foreign" in values and "military" in values:
        values["military abroad"] = 1.0
    if "to:site" in values and "military" in values:
        values["military at a site"] = 1.0
    kinds = {one.kind for one in frame.resources}
    enforcing_end = (
        "to:body" in values
        or "to:border" in values
        or any(f"for:{kind}" in values for kind in ("immigration", "border", "law"))
    )
    handed_out = frame.entry.kind == "give" or frame.entry.word in _GRANTING
    if "money" in kinds and handed_out and found.origin is None and found.origin_task is None:
        values["money given"] = 1.0
    if "money" in kinds and enforcing_end:
        values["money to enforcement"] = 1.0
    if "money" in kinds and not enforcing_end and "owned" not in values:
        values["money at large"] = 1.0
    if (
        "facility" in kinds
        and "own site" not in values
        and not (frame.entry.word == "open" and marked.cue("company"))
        and ("to:body" in values or "for:immigration" in values or _body_near(marked, frame))
    ):
        values["site lent"] = 1.0


def _body_near(marked: Marked, frame: Frame) -> bool:
    """Whether an enforcement body other than a place's owner stands by the frame."""
    return any(
        one.named
        and one.kind == "personnel"
        and one.code in ("ICE", "DHS", "CBP", "ERO", "USBP", "HSI")
        and abs(one.first - frame.move.first) < 12
        for one in marked.resources
    )


def _mission_signals(frame: Frame, values: dict[str, float]) -> None:
    """A body set to work that is not its own: "prison guards standing watch over immigrants"."""
    for resource in frame.resources:
        duty = duties().get(resource.code, "")
        if not duty:
            continue
        joins_immigration = "for:immigration" in values or "to:border" in values or "for:border" in values
        if duty not in _IMMIGRATION_DUTY and joins_immigration:
            values["cross mission"] = 1.0
        if (
            duty in _IMMIGRATION_DUTY
            and ("for:disaster" in values or "for:protection" in values)
            and "for:immigration" not in values
        ):
            values["cross mission"] = 1.0
        if duty == "border" and ("to:city" in values or "to:state" in values):
            values["border body inland"] = 1.0


def _foreign_news(marked: Marked) -> bool:
    """Whether the only places and peoples named are foreign."""
    kinds = {span.entry.kind for span in marked.layer("place")}
    return bool(kinds & {"foreign", "foreign_people"}) and not kinds & {"city", "state", "border"}


def _reason_to_be_there(values: dict[str, float]) -> bool:
    """Whether more is said than that people are somewhere: a term, a home elsewhere, work not their own."""
    told = {"cue:period", "cue:instead", "cross mission", "border body inland", "both ends"} & values.keys()
    return bool(told) or any(name.startswith(("from:", "off:")) for name in values)


def _own_duty(frame: Frame, values: dict[str, float]) -> bool:
    """ "agents patrol the border": border people at the border, with nothing that makes it a move."""
    if frame.entry.kind != "stay" or "to:border" not in values:
        return False
    moved = {"cue:period", "cue:instead", "extra", "both ends", "will"} & values.keys() or any(
        name.startswith(("from:", "off:")) for name in values
    )
    return not moved and {duties().get(one.code, "border") for one in frame.resources} == {"border"}


def _wording_signals(marked: Marked, frame: Frame, values: dict[str, float]) -> None:
    at = frame.move.first
    window = marked.lows[max(0, at - 6) : at]
    if not _MIGHT.isdisjoint(window):
        values["might"] = 1.0
    if "if" in window or "whether" in window:
        values["if"] = 1.0
        last = max(step for step, low in enumerate(window) if low in ("if", "whether"))
        if "," not in window[last:] and window[last] == "if":
            values["if clause"] = 1.0
    if marked.text.rstrip('"”’ ').endswith("?"):
        values["asked"] = 1.0
    if "will" in window or "'ll" in window:
        values["will"] = 1.0
    if frame.entry.form == "base" and "to" in window[-3:] and not _CONTROLS.isdisjoint(window):
        values["ordered"] = 1.0
    if len(marked.words) < 6:
        values["short"] = 1.0
    if marked.low(0) in ("how", "why", "what", "when", "where") and marked.text[-1:].isalpha():
        values["heading"] = 1.0
    if frame.voice == "nominal" and marked.low(at - 1) in DETERMINERS and not frame.resources:
        values["bare noun"] = 1.0
    if marked.text[:1] in '"“Q' and len(marked.words) < 4:
        values["short"] = 1.0
    if frame.resources and any(one.first == at for one in frame.resources):
        values["overlap"] = 1.0
