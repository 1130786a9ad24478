"""Who else gets the use of what moves (codebook, section 5)."""

from __future__ import annotations

from typing import Final

from monitor.coding.ends import Arguments
from monitor.coding.frame import Frame
from monitor.coding.marked import Marked
from monitor.coding.scene_ends import told_as_past
from monitor.coding.slots import LENDING, duty_of, subject_body
from monitor.coding.words import DETERMINERS, filler

_BENEFICIARIES: Final = frozenset(
    ("ICE ERO DHS CBP USBP OFO HSI LOCAL_POLICE STATE_POLICE FEMA DOJ FBI DEA ATF EOIR BOP USMS TSA USSS").split()
)
_TAKERS: Final = frozenset({"ICE", "ERO", "DHS", "CBP", "USBP", "HSI"})
_SERVING: Final = ("answer", "take their orders", "takes its orders", "take orders", "report", "belong")
_OWN: Final = frozenset({"immigration"})
_SIDE: Final = frozenset({"with", "alongside", "under", "from", "for"})


def beneficiary(marked: Marked, frame: Frame, found: Arguments, who: str) -> str | None:
    """The other body that gets the use of what moves, or None."""
    asked = frame.entry.word in ("ask", "borrow", "request") and duty_of(who) not in ("immigration", "border")
    if (asked or who in ("UNSPECIFIED", "LOCAL_POLICE", "STATE_POLICE")) and frame.voice == "active":
        mover = subject_body(marked, frame, None)
        if mover in _TAKERS and frame.entry.kind in ("order", "take", "send"):
            return mover
    if frame.entry.word.startswith(_SERVING) and duty_of(who) not in _OWN:
        for one in marked.resources:
            if one.named and one.code in _TAKERS and 0 <= one.first - frame.last <= 3:
                return one.code
    end = min(len(marked.words), max(found.clause_end, frame.last) + 2)
    floor = (
        frame.move.first - 12
        if frame.entry.kind in ("give", "take") or frame.entry.frame == "subject"
        else frame.move.first
    )
    for one in marked.resources:
        if not one.named or one.code not in _BENEFICIARIES or one.code == who or one.first < floor or one.first > end:
            continue
        if any(one.first == mine.first for mine in frame.resources) and frame.entry.word != "let":
            continue
        step = one.first - 1
        while step > 0 and (marked.low(step) in DETERMINERS or filler(marked.low(step))) and one.first - step < 6:
            if marked.low(step) in LENDING:
                break
            step -= 1
        before = marked.low(step)
        if frame.voice == "scene" and told_as_past(marked, one.first):
            continue
        if (
            before in LENDING
            or before in ("to", "for")
            or (before == "of" and marked.low(step - 1) in ("support", "behalf", "disposal", "aid", "service"))
            or (
                before in ("in", "into", "and")
                and (one.code.endswith("POLICE") or (before == "and" and "protect" in marked.text))
            )
        ):
            return one.code
    if duty_of(who) != "immigration":
        for one in marked.resources:
            working = {marked.low(step) for step in range(max(0, one.first - 3), one.first)}
            if (
                one.code in ("ICE", "ERO", "CBP", "USBP", "DHS")
                and one.named
                and one.first < end
                and {"with", "alongside", "under"} & working
                and {"work", "works", "working", "ride", "riding", "rode", "report", "serve", "serving"} & working
            ):
                return one.code
            if (
                (
                    frame.voice in ("scene", "subject")
                    or (frame.voice == "passive" and marked.low(one.first - 1) == "with")
                )
                and one.code in ("ICE", "ERO")
                and one.named
                and one.first >= frame.last - 1
                and (marked.low(one.first - 1) in _SIDE or marked.low(one.last) in ("'s", "'"))
                and not told_as_past(marked, one.first)
            ):
                return one.code
    if any(mine.kind == "facility" for mine in frame.resources):
        named = [
            one.code
            for one in marked.resources
            if one.named and one.code in ("ICE", "DHS", "CBP", "ERO") and one.code != who
        ]
        named += [
            span.entry.code
            for span in marked.layer("noun")
            if span.entry.kind == "official" and span.entry.code == "DHS" != who
        ]
        if named:
            return named[0]
    for task in marked.layer("task"):
        if (
            frame.first <= task.first < end
            and marked.words[task.first].text in ("ICE",)
            and who != "ICE"
            and "protect" in marked.text.lower()
        ):
            return "ICE"
    return None
