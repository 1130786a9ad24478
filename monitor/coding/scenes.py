"""Shifts told without a word of movement: bodies seen at work or in places that are not their own.

"The bank fraud desk sits dark; its people now do immigration arrests." No verb says that anybody was sent. What says
so is a body beside work or a place that is not its own, a then against a now, work that waits, an owner for the time
being. A scene is a frame without a movement word; its signals are the sentence's own, and its weights are trained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from monitor.coding.frame import Frame
from monitor.coding.lexicon import Entry, Span, duties
from monitor.coding.marked import Marked, Resource, task_kinds
from monitor.coding.scene_ends import old_stretches, within

VOICE: Final = "scene"
_MOST: Final = 6  # resources of one sentence that are looked at
_MILITARY: Final = frozenset({"NATIONAL_GUARD", "MARINES", "ARMY", "DOD"})
_OWN: Final = frozenset({"immigration", "border"})
# (layer, signal) of every cue that counts.
_CUES: Final = [
    (f"cue:{kind}", f"scene:cue {kind}")
    for kind in (
        "contrast present together standing neglect expected disposal leaving daily period meant instead extra "
        "disaster hiring slogan raid incident "
        "nonenforcement burden individual training generic question foreign legal history advocate company"
    ).split()
]
_ENTRY: Final = Entry("move", "scene", "scene", 0, "subject", "scene", "scene")
_AHEAD: Final = frozenset("will 'll planned plans plan soon by starting starts beginning from about next".split())
_SHARES: Final = frozenset("quarter third half".split())
_SHOWN: Final = ("contrast", "neglect", "expected", "disposal", "leaving")
_SHOWN_LAYERS: Final = tuple(f"cue:{kind}" for kind in _SHOWN)
_SHORT, _LONG = 7, 40  # words of a sentence


def may_be_scene(spans: Mapping[str, list[Span]]) -> bool:
    """Whether a sentence without a movement word holds a cue of a scene, or soldiers beside a place."""
    return any(name in spans for name in _SHOWN_LAYERS) or "place" in spans


def scenes(marked: Marked) -> Iterator[Frame]:
    """A frame for each resource that belongs to a body or is money or a site beside one."""
    many = 0
    for resource in marked.resources:
        if resource.compound and not resource.named:
            continue
        if not (resource.code or resource.enforcing or resource.kind in ("money", "facility") or resource.pronoun):
            continue
        many += 1
        if many > _MOST:
            return
        yield scene_of(marked, resource)


def scene_of(marked: Marked, resource: Resource) -> Frame:
    """The scene in which a resource stands: its frame is the resource's last word."""
    at = min(resource.last, len(marked.words)) - 1
    return Frame(move=Span(at, at + 1, _ENTRY), voice=VOICE, resources=(resource,))


def scene_signals(marked: Marked, resource: Resource, told: dict[str, float]) -> dict[str, float]:
    """Signal -> value for a scene; ``told`` is what ``sentence_signals`` says of its sentence."""
    duty = duties().get(resource.code, "none")
    duty = duty if duty in ("immigration", "border", "military", "none") else "other"
    values = {**told, "scene": 1.0, f"scene:{resource.kind}": 1.0, f"scene:by {duty}": 1.0}
    if resource.bare:
        values["scene:bare"] = 1.0
    if resource.quantity is not None:
        values["scene:amount"] = 1.0
    if resource.singular and resource.kind == "personnel":
        values["scene:one"] = 1.0
    if resource.first <= 2:
        values["scene:first"] = 1.0
    places = {span.entry.kind for span in marked.layer("place") if not resource.first <= span.first < resource.last}
    for kind in places:
        values[f"scene:at {kind}"] = 1.0
    bodies = {one.code for one in marked.resources if one.named and one.code} - {resource.code}
    served = bool(bodies & {"ICE", "ERO", "DHS", "CBP", "USBP"})
    their_work = "scene:work immigration" in told or "scene:work border" in told
    inland = bool(places & {"city", "state", "described"})
    if duty not in _OWN and (their_work or served):
        values["scene:other's work"] = 1.0
        if any(f"scene:work {kind}" in told for kind in ("law", "protection", "disaster")):
            values["scene:other's and own work"] = 1.0
    if duty == "border" and inland:
        values["scene:border body inland"] = 1.0
    if duty == "border" and served:
        values["scene:border body serves"] = 1.0
    if duty != "border" and "border" in places:
        values["scene:at another's border"] = 1.0
    if resource.code in _MILITARY and inland:
        values["scene:soldiers inland"] = 1.0
    if resource.kind == "money" and (their_work or "scene:cue meant" in told):
        values["scene:money for"] = 1.0
    if resource.kind == "facility" and served:
        values["scene:site for"] = 1.0
    return values


def _old_and_new(marked: Marked, values: dict[str, float]) -> None:
    """Work or a place told as the old one beside another that is not: a move without its word."""
    old = old_stretches(marked, plain=False)
    if not old:
        return
    inside = [
        (kind, told) for kind, span in task_kinds(marked, 0, len(marked.words)) for told in [within(span.first, old)]
    ]
    was = {kind for kind, told in inside if told}
    now = {kind for kind, told in inside if not told}
    if any(one.code in ("ICE", "ERO") and not within(one.first, old) for one in marked.resources):
        now.add("immigration")
    if (was - _OWN and now & _OWN) or (was & _OWN and now - _OWN):
        values["scene:old and new work"] = 1.0
    places = [span for span in marked.layer("place") if span.entry.kind in ("city", "state", "border")]
    left = {marked.cut(span.first, span.last) for span in places if within(span.first, old)}
    joined = {marked.cut(span.first, span.last) for span in places if not within(span.first, old)}
    if left and joined - left:
        values["scene:old and new place"] = 1.0


def sentence_signals(marked: Marked) -> dict[str, float]:
    """The signals that all scenes of a sentence share."""
    values: dict[str, float] = {}
    if len(marked.words) < _SHORT:
        values["scene:short"] = 1.0
    if len(marked.words) > _LONG:
        values["scene:long"] = 1.0
    if not _SHARES.isdisjoint(marked.lows):
        values["scene:share"] = 1.0
    if not _AHEAD.isdisjoint(marked.lows):
        values["scene:ahead"] = 1.0
    for layer, signal in _CUES:
        if layer in marked.spans:
            values[signal] = 1.0
    for kind, _ in task_kinds(marked, 0, len(marked.words)):
        values[f"scene:work {kind}"] = 1.0
    _old_and_new(marked, values)
    many = sum(1 for kind in _SHOWN if f"scene:cue {kind}" in values)
    if many > 1:
        values["scene:told twice"] = 1.0
    if not many:
        values["scene:told plainly"] = 1.0
    if any(span.entry.kind == "detainee" for span in marked.layer("noun")):
        values["scene:detainees"] = 1.0
    if marked.text.rstrip('"”’ ').endswith("?"):
        values["scene:asked"] = 1.0
    return values
