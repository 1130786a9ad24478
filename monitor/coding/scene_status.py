"""How far a scene has come, read from the tense of the whole sentence: it has no movement word to ask."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from monitor.coding.frame import Frame
from monitor.coding.marked import Marked, Resource
from monitor.coding.scene_ends import old_stretches, within
from monitor.coding.words import BE, BLOCK, DO

_TALK: Final = frozenset(
    (
        "considering considers weighing weighs mulling threatened threatens proposed proposes proposal draft idea "
        "floated suggested might could may if want wants like urged urges asked asks offered talked toying "
        "thinking requested "
        "unless should sought seeks"
    ).split()
)
_AHEAD: Final = frozenset("will 'll shall plan plans planned means intends going soon starting expect bound".split())
_GOING: Final = frozenset("still tonight nowadays".split())
COURT: Final = frozenset("judge judges court courts injunction chancellor justices magistrate".split())
_REFUSES: Final = frozenset(
    {
        ("said", "no"),
        ("says", "no"),
        ("will", "not"),
        ("would", "not"),
        ("may", "not"),
        ("could", "not"),
        ("can", "not"),
    }
)
_SUBORDINATE: Final = frozenset("because while whereas although though after when so what where who which".split())
_NOBODY: Final = frozenset({"nobody", "none"})


def refused_whole(marked: Marked, at: int) -> bool:
    """Whether the clause of token ``at`` is about nobody: "not one of the guardsmen will", "none of our detectives"."""
    if not {"left", "remain", "remaining"}.isdisjoint(marked.lows[at : at + 6]):
        return False
    before = marked.lows[max(0, at - 14) : at]
    for step, low in enumerate(before):
        rest = before[step + 1 :]
        if {",", ";", ":", "because", "but", "until"} & set(rest):
            continue
        if low in _NOBODY and not {"left", "asked"} & set(rest) and "longer" not in marked.lows:
            return True
        if low == "not" and rest[:1] in (["one"], ["a"]):
            return True
    return False


def _clause(marked: Marked, resource: Resource) -> list[str]:
    """The words that tell of a resource now: its clause, without what tells of the old work."""
    first = resource.first
    while first > 0 and not _breaks(marked, first - 1):
        first -= 1
    old = {step for begin, end in old_stretches(marked) for step in range(begin, end)}
    last = resource.last
    while last < len(marked.words) and not _breaks(marked, last):
        if marked.low(last) in _SUBORDINATE and last + 1 not in old:
            break
        last += 1
    return ["" if marked.words[at].text == "May" or at in old else marked.low(at) for at in range(first, last)]


def _breaks(marked: Marked, at: int) -> bool:
    """Whether a clause ends at the token."""
    low = marked.low(at)
    return (
        low in (";", ":", "—")
        or low in _SUBORDINATE - {"who", "which", "that"}
        or (low == "now" and marked.low(at + 1) == "that")
    )


def scene_status(marked: Marked, frame: Frame) -> str:
    """The status of a scene from the sentence's tense and the words that govern it."""
    (resource,) = frame.resources
    ahead = marked.lows[max(0, resource.first - 2) : resource.first + 1]
    anywhere = set(pairwise(marked.lows))
    refused = (
        bool({"no", "none", "nobody"} & set(ahead))
        and "longer" not in marked.lows
        and not within(resource.first, old_stretches(marked))
    )
    if not COURT.isdisjoint(marked.lows) and (
        refused
        or not BLOCK.isdisjoint(marked.lows)
        or anywhere & {("stop", "to"), ("off", "limits"), ("ruled", "out"), ("the", "door")}
        or anywhere & _REFUSES
    ):
        return "blocked"
    lows = _clause(marked, resource)
    words = set(lows)
    if "so" in marked.lows[: resource.first]:
        words -= {"could", "may"}
    if ("should", "have") in pairwise(marked.lows):
        words.discard("should")
    pairs = set(pairwise(lows))
    negated = "if" not in words and any(
        second in ("not", "n't", "never")
        and (first in BE or first in ("has", "have") or first in DO)
        and lows[at + 2 : at + 3] != ["only"]
        for at, (first, second) in enumerate(pairwise(lows))
    )
    if refused or negated or pairs & {("will", "not"), ("would", "not"), ("no", "plan"), ("no", "plans")}:
        return "denied"
    if anywhere & {("no", "longer"), ("is", "over"), ("are", "over")} or words & {"finished", "ended"}:
        return "ended"
    if words & _AHEAD or (
        pairs & {("to", "be"), ("about", "to"), ("are", "to"), ("is", "to")} and not words & {"was", "were"}
    ):
        return "proposed" if words & {"draft", "considering", "idea"} else "planned"
    if words & _TALK - ({"could", "may"} if words & {"so", "because"} else set()) or pairs & {
        ("would", "be"),
        ("would", "like"),
    }:
        return "proposed"
    progressive = any(
        (low in ("is", "are", "been", "keep", "keeps") and step + 1 < len(lows) and lows[step + 1].endswith("ing"))
        for step, low in enumerate(lows)
    )
    past = any(low in ("was", "were", "had", "became", "went", "got", "took", "left", "gave") for low in lows)
    if progressive or (words & _GOING and not past):
        return "ongoing"
    return "done"
