"""How far a scene has come, read from the tense of the whole sentence: it has no movement word to ask."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from monitor.coding.frame import Frame
from monitor.coding.marked import Marked
from monitor.coding.words import BLOCK

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


def scene_status(marked: Marked, frame: Frame) -> str:
    """The status of a scene from the sentence's tense and the words that govern it."""
    lows = ["" if token.text == "May" else token.low for token in marked.words]
    words = set(lows)
    pairs = set(pairwise(lows))
    (resource,) = frame.resources
    ahead = lows[max(0, resource.first - 2) : resource.first + 1]
    court = not words.isdisjoint({"judge", "judges", "court", "courts", "injunction"})
    refused = {"no", "none", "nobody"} & set(ahead) and "longer" not in words
    if court and (
        refused or words & BLOCK or pairs & {("stop", "to"), ("may", "not"), ("could", "not"), ("can", "not")}
    ):
        return "blocked"
    if refused or pairs & {("will", "not"), ("would", "not"), ("no", "plan"), ("no", "plans")}:
        return "denied"
    if pairs & {("no", "longer"), ("is", "over"), ("are", "over")} or words & {"finished", "ended"}:
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
