"""Reads shifts from a sentence: frames, judged by the model, become records with their slots and the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from monitor.coding import model
from monitor.coding.arguments import arguments
from monitor.coding.attribution import attribution
from monitor.coding.beneficiary import beneficiary
from monitor.coding.cue_signals import Setting
from monitor.coding.cut import cut_one
from monitor.coding.direction import direction
from monitor.coding.ends import NO_ENDS, Arguments
from monitor.coding.frame import Frame
from monitor.coding.frames import frames
from monitor.coding.gate import may_shift
from monitor.coding.marked import Marked, Resource
from monitor.coding.marking import mark, mark_if_moving
from monitor.coding.scene_ends import old_stretches, scene_ends, told_as_past, within
from monitor.coding.scenes import VOICE as SCENE
from monitor.coding.scenes import scene_of, scenes
from monitor.coding.signals import signals, signals_of_scenes
from monitor.coding.slots import actor, end_text, merged, officials, quantity_text
from monitor.coding.status import status
from monitor.coding.wording import wording
from monitor.model import Shift

THRESHOLD: Final = -0.3  # cross-validation over events: gold P 0.94 R 0.85 (bench/train_shifts.py --folds)
HOPELESS: Final = -1.25  # what the wording could at most add would not lift it over the threshold
NO_SAY: Final = -1.0  # a frame less likely than this has no say in another's ends
WEAKEST, WEAK = 1, 2  # strength of movement words whose ends the whole sentence may tell
CERTAIN: Final = 2.4  # the wording could not undo it
LONGEST: Final = 3_000  # characters of a sentence that are read; longer ones are lists, tables, unbroken pages


class Candidate(NamedTuple):
    """A frame with what speaks for and against it: ``score`` is the log-odds of being a shift."""

    frame: Frame
    found: Arguments
    signals: Mapping[str, float]
    score: float

    @property
    def rule(self) -> str:
        """The frame's name, such as ``send:deploy/active``."""
        return f"{self.frame.entry.kind}:{self.frame.entry.word}/{self.frame.voice}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a sentence came to: its shifts, and every candidate, best first, for whoever asks why."""

    shifts: tuple[Shift, ...]
    marked: Marked | None
    candidates: tuple[Candidate, ...] = ()

    def why(self) -> list[str]:
        """The reasoning in lines: each candidate's rule, score and terms; or that no frame was formed."""
        if not self.candidates:
            return ["no movement of a resource: no frame was formed"]
        lines = []
        for candidate in sorted(self.candidates, key=lambda one: one.frame.voice == SCENE and one.score <= THRESHOLD)[
            :3
        ]:
            verdict = "shift" if candidate.score > THRESHOLD else "not a shift"
            terms = ", ".join(f"{name} {value:+.1f}" for name, value in model.contributions(candidate.signals)[:12])
            lines.append(f"{candidate.rule}: {verdict} ({candidate.score:+.2f}) = {terms}")
        return lines


def read_sentence(
    text: str, before: str = "", title: str = "", year: int = 0, words: list[str] | None = None
) -> Judged:
    """Judges one sentence. ``before`` is the sentence before it, ``year`` that of publication (0: unknown).

    ``words`` are the sentence's words in lower case when the caller has them already (see ``cut``).
    """
    text = text[:LONGEST]
    if _is_markup(text) or not may_shift(cut_one(text).words if words is None else words, text):
        return Judged(shifts=(), marked=None)
    marked = mark_if_moving(text)
    if marked is None:
        return Judged(shifts=(), marked=None)
    alone = Setting(year=year)
    candidates = judge(marked, alone)
    if not candidates or candidates[0].score <= CERTAIN:
        candidates = sorted([*candidates, *judge_scenes(marked, alone)], key=lambda one: -one.score)
    if not candidates or (candidates[0].score <= HOPELESS and not any(_points_back(one.frame) for one in candidates)):
        # What stands around a sentence can lift it a little, not so far; most sentences end here.
        return Judged(shifts=(), marked=marked, candidates=tuple(candidates))
    if candidates[0].score <= CERTAIN:
        candidates = worded(marked, candidates)
    if candidates[0].score <= THRESHOLD and not any(_points_back(one.frame) for one in candidates):
        return Judged(shifts=(), marked=marked, candidates=tuple(candidates))
    context = mark(before[-LONGEST:]) if before else None
    heading = mark(title[:LONGEST]) if title else None
    if (context is not None and (context.cue("disaster") or any(_points_back(one.frame) for one in candidates))) or (
        heading is not None and heading.cue("disaster")
    ):
        candidates = rejudge(marked, Setting(before=context, year=year, title=heading), candidates)
    around = [one for one in (context, heading) if one is not None]
    if not candidates or candidates[0].score <= THRESHOLD:
        return Judged(shifts=(), marked=marked, candidates=tuple(candidates))
    return Judged(shifts=tuple(_records(marked, candidates, around)), marked=marked, candidates=tuple(candidates))


def _is_markup(text: str) -> bool:
    """Whether a "sentence" is a piece of script or markup that came along with the text."""
    return "\\u003" in text or "</" in text or "function(" in text


def _points_back(frame: Frame) -> bool:
    """Whether what moves was named before, so that the sentence before has a say."""
    return frame.pronoun or any(resource.pronoun for resource in frame.resources)


def judge(marked: Marked, setting: Setting) -> list[Candidate]:
    """Every frame that could be a shift with its score, best first; scenes come after frames with a movement word."""
    found = []
    for frame in frames(marked):
        if frame.other and not frame.resources:
            continue
        ends = arguments(marked, frame)
        values = signals(marked, frame, ends, setting)
        found.append(Candidate(frame=frame, found=ends, signals=values, score=model.score(values)))
    found.sort(key=lambda candidate: -candidate.score)
    return found


def judge_scenes(marked: Marked, setting: Setting) -> list[Candidate]:
    """Every scene with its score, best first; their ends are read when they are wanted."""
    formed = list(scenes(marked))
    found = [
        Candidate(frame=frame, found=NO_ENDS, signals=values, score=model.score(values))
        for frame, values in zip(formed, signals_of_scenes(marked, formed, setting), strict=True)
    ]
    found.sort(key=lambda candidate: -candidate.score)
    return found


def worded(marked: Marked, candidates: list[Candidate]) -> list[Candidate]:
    """The same candidates with what the sentence's words as a whole speak for."""
    value = wording(marked)
    return [
        one._replace(
            signals={**one.signals, "wording": value},
            score=one.score + model.weights().get("wording", 0.0) * value,
        )
        for one in candidates
    ]


def rejudge(marked: Marked, setting: Setting, candidates: list[Candidate]) -> list[Candidate]:
    """The same candidates seen in another setting."""
    found = []
    for candidate in candidates:
        if candidate.frame.voice == SCENE:
            found.append(candidate)
            continue
        values = signals(marked, candidate.frame, candidate.found, setting)
        if "wording" in candidate.signals:
            values["wording"] = candidate.signals["wording"]
        found.append(candidate._replace(signals=values, score=model.score(values)))
    found.sort(key=lambda candidate: -candidate.score)
    return found


def _records(marked: Marked, candidates: list[Candidate], around: list[Marked]) -> list[Shift]:
    """The records of a sentence's frames: one for each resource, the best frame speaking for it."""
    taken: dict[tuple[int, str], tuple[Candidate, Shift]] = {}
    told = [one for one in candidates if one.score > THRESHOLD]
    moving = [one for one in told if one.frame.voice != SCENE]
    present = [one for one in moving if not told_as_past(marked, one.frame.move.first)]
    for candidate in present or _best_scene(told) or moving:
        if _orders_the_orderer(marked, candidate.frame):
            continue
        for resource in merged(candidate.frame.resources, marked) or _NO_RESOURCE:
            first = resource.first if resource is not None else -1
            if any(first == other for other, _ in taken):
                continue  # a better frame spoke for it
            for shift in _record(marked, candidate, resource, around, candidates):
                key = (first, shift.actor)
                if key not in taken and not _told_already(shift, taken, key):
                    taken[key] = (candidate, shift)
    ordered = sorted(taken.items(), key=lambda item: item[0][0])
    return [shift for _, (_, shift) in ordered]


def _orders_the_orderer(marked: Marked, frame: Frame) -> bool:
    """ "Ordered the administration not to use …": a government that is told what to do is not what moves."""
    return (
        frame.entry.word in ("order", "direct", "tell", "ask")
        and len(frame.resources) == 1
        and marked.low(frame.resources[0].head) in ("administration", "government")
    )


def _best_scene(told: list[Candidate]) -> list[Candidate]:
    """The scene that speaks for a sentence: money with its amount before a body's bare name, else the likeliest."""
    seen = [one for one in told if one.frame.voice == SCENE]
    sums = [one for one in seen if one.frame.resources[0].kind == "money" and one.frame.resources[0].quantity]
    if sums and seen[0].frame.resources[0].quantity is None:
        return sums[:1]
    return seen[:1]


_AGAIN: Final = ("/adjective", "/standing", "be:be/subject")  # these add nothing to a move told already
_NO_RESOURCE: Final[list[Resource | None]] = [None]


def _told_already(shift: Shift, taken: dict[tuple[int, str], tuple[Candidate, Shift]], key: tuple[int, str]) -> bool:
    """Whether a better frame already told of the same body's move: same actor and no other amount or end."""
    if key[0] < 0 and shift.actor == "UNSPECIFIED" and taken:
        return True  # "the deployment", of nobody named, beside a record of somebody
    for other_key, (_, other) in taken.items():
        if other_key[0] == key[0]:
            return True
        if other.resource != shift.resource:
            continue
        if other.actor == shift.actor and shift.quantity_text is None and shift.rule.endswith(_AGAIN):
            return True
        same_amount = shift.quantity_text is None or shift.quantity_text == other.quantity_text
        general = shift.actor == "UNSPECIFIED" or (
            shift.actor == "DOD" and other.actor in ("NATIONAL_GUARD", "MARINES", "ARMY")
        )
        if (
            (other.actor == shift.actor or general)
            and same_amount
            and (shift.destination is None or shift.destination == other.destination or shift.status == other.status)
        ):
            return True
    return False


def _pooled(candidate: Candidate, resource: Resource | None, candidates: list[Candidate]) -> Arguments:
    """The candidate's ends, the missing ones from other frames of its resource ("pulled … and gave it to …")."""
    found = candidate.found
    for other in candidates:
        if (
            other is candidate
            or other.frame.voice == SCENE
            or other.score <= NO_SAY
            or resource is None
            or candidate.frame.entry.kind in ("withdraw", "leave")
            or candidate.frame.back
        ):
            continue
        if not any(one.first == resource.first for one in other.frame.resources) or other.frame.entry.kind in (
            "withdraw",
            "leave",
        ):
            continue
        ends = other.found
        nowhere = found.destination is None and found.here is None
        same_task = (
            found.origin_task is not None
            and ends.destination_task is not None
            and found.origin_task.first == ends.destination_task.first
        )
        found = found._replace(
            destination=ends.destination if nowhere else found.destination,
            destination_task=found.destination_task or (None if same_task else ends.destination_task),
            origin=found.origin or (ends.origin if found.origin_task is None else None),
            origin_task=found.origin_task or (ends.origin_task if found.origin is None else None),
        )
    return found


def _record(
    marked: Marked, candidate: Candidate, resource: Resource | None, around: list[Marked], candidates: list[Candidate]
) -> list[Shift]:
    frame = candidate.frame
    if frame.entry.kind == "stay" and resource is not None and told_as_past(marked, frame.move.first):
        # Its verb tells of the old work ("who used to look for boats"): the new one is the rest of the sentence.
        frame = scene_of(marked, resource)
    found = scene_ends(marked, frame) if frame.voice == SCENE else _pooled(candidate, resource, candidates)
    if frame.voice not in (SCENE, "nominal", "standing") and resource is not None:
        found = _backed(marked, found, scene_ends(marked, frame._replace(voice=SCENE, resources=(resource,))), frame)
    told = status(marked, frame)
    if told == "ended" and frame.voice == SCENE and found.destination is None and found.origin is not None:
        found = found._replace(destination=found.origin, origin=None)  # where they were is what is over
    who = actor(marked, frame, found, resource, around)
    names = [who]
    if resource is not None and resource.code == "" and len(heads := officials(marked, frame)) > 1:
        names = heads
    made = []
    for name in names:
        helped = beneficiary(marked, frame, found, name)
        here = marked.cut(found.here, found.here + 1) if found.here is not None else ""
        kind = resource.kind if resource is not None else "personnel"
        quantity = resource.quantity if resource is not None else None
        way = direction(
            marked, frame, found, resource=resource or _NOBODY, actor=name, beneficiary=helped, around=around
        )
        to = end_text(marked, found.destination, found.destination_task, here)
        origin = end_text(marked, found.origin, found.origin_task)
        if way == "withdrawal":
            origin, to = _left_and_gone_to(marked, found, candidates, origin, to)
        elif kind == "facility" and resource is not None:
            site = marked.cut(resource.quantity.last if resource.quantity else resource.first, resource.last)
            to = "; ".join(filter(None, (site, end_text(marked, None, found.destination_task))))
        made.append(
            Shift(
                actor=name,
                beneficiary=helped,
                resource=kind,
                quantity_low=quantity.low if quantity else None,
                quantity_high=quantity.high if quantity else None,
                quantity_text=quantity_text(marked, resource) if resource is not None else None,
                quantity_approx=bool(quantity and quantity.approximate),
                origin=origin,
                destination=to,
                direction=way,
                status=_withdrawal_status(way, told),
                attribution=attribution(marked),
                sentence=marked.text,
                end=len(marked.text),
                rule=candidate.rule,
                score=round(candidate.score, 3),
            )
        )
    return made


def _backed(marked: Marked, found: Arguments, seen: Arguments, frame: Frame) -> Arguments:
    """The ends of a frame with a weak movement word, the missing ones as the whole sentence tells them."""
    placeless = found.destination is None and found.here is None
    nowhere = placeless and found.destination_task is None
    moved_on = frame.entry.kind == "leave" and seen.destination is not None and "now" in marked.lows[frame.last :]
    strong = frame.entry.strength > WEAK
    leaves = (frame.entry.kind in ("withdraw", "leave") or frame.back) and not moved_on
    nothing_left = found.origin is None and found.origin_task is None
    unsaid = nothing_left and (frame.entry.strength <= WEAKEST or frame.entry.word in ("swap", "trade"))
    named = seen.origin_task is not None and (unsaid or bool(seen.origin_task.kinds - {"other"}))
    origin_task = seen.origin_task if nothing_left and named and not leaves else found.origin_task
    if (
        origin_task is not None
        and found.destination_task is not None
        and origin_task.first == found.destination_task.first
    ):
        origin_task = found.origin_task
    origin = seen.origin if unsaid else found.origin
    if not unsaid:
        told = old_stretches(marked, plain=False)
        if strong and origin_task is not None and not within(origin_task.first, told):
            origin_task = found.origin_task
        if nothing_left and not leaves and seen.origin is not None and within(seen.origin.first, told):
            origin = seen.origin
    to = found.destination or seen.destination
    if origin is not None and to is not None and origin is not found.origin and (origin.first == to.first):
        origin = None
    return found._replace(
        destination=seen.destination if placeless and not leaves and not strong else found.destination,
        destination_task=seen.destination_task if nowhere and not leaves and not strong else found.destination_task,
        origin=origin,
        origin_task=origin_task,
    )


_NOBODY: Final = Resource(first=0, last=0, head=0, kind="personnel")


def _left_and_gone_to(
    marked: Marked, found: Arguments, candidates: list[Candidate], origin: str | None, to: str | None
) -> tuple[str | None, str | None]:
    """Both ends of a withdrawal: the only place named is where from, unless they go back to it."""
    place = found.destination
    if origin is not None or place is None or marked.low(place.first - 1) not in ("to", "into"):
        return origin or to, None
    left = next((one.found.origin for one in candidates if one.found.origin is not None), None)
    return end_text(marked, left, None), to


def _withdrawal_status(way: str, told: str) -> str:
    """Ending a deployment is a withdrawal done, not a shift "ended" (codebook: status of leaving)."""
    return "done" if way == "withdrawal" and told == "ended" else told
