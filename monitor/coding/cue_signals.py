"""What cues around a frame speak for: the codebook's exclusions (section 3), law, history, foreign bodies, custody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from monitor.coding.ends import Arguments
from monitor.coding.frame import Frame
from monitor.coding.marked import KEPT, Marked, task_kinds

CUE_REACH: Final = 32  # words from the move within which a cue speaks of it; noisy sentences run several together
_YEAR: Final = re.compile(r"\b(1[6-9]\d\d|20\d\d)\b")
_AGED: Final = 2  # years after which a dated move is history (codebook, section 3)
_LAWS: Final = frozenset(
    "act law laws statute order orders agreement agreements constitution authorities authority powers".split()
)
_LETS: Final = ("allow", "permit", "enable", "empower", "let")
_BEFORE_TIMES: Final = frozenset({"obama", "bush", "clinton", "reagan"})
_OF_LATE: Final = 2021  # texts from this year on tell of those presidents as history
_MILITARY: Final = frozenset({"NATIONAL_GUARD", "MARINES", "ARMY", "DOD"})
# Layer -> kind of cue.
_NEARBY: Final = {
    f"cue:{kind}": kind
    for kind in (
        "disaster hiring slogan raid incident nonenforcement burden individual training generic question foreign "
        "instead period"
    ).split()
}
_CUSTODY: Final = frozenset({"detained", "custody", "arrested", "cell", "hearing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What stands around a sentence: the one before it, and the year the text was published (0: unknown)."""

    before: Marked | None = None
    year: int = 0
    title: Marked | None = None


def cue_signals(marked: Marked, frame: Frame, found: Arguments, setting: Setting, values: dict[str, float]) -> None:
    immigration = any(kind in ("immigration", "border") for kind, _ in task_kinds(marked, 0, len(marked.words)))
    for layer, all_spans in marked.spans.items():
        kind = _NEARBY.get(layer)
        if kind is None:
            continue
        spans = [span for span in all_spans if -CUE_REACH < span.first - frame.move.first < CUE_REACH]
        if kind == "disaster":
            named = any(one.code in ("ICE", "CBP", "USBP", "DHS", "ERO") for one in marked.resources)
            spans = [span for span in spans if not (marked.low(span.first) == "fema" and named)]
        if kind == "incident" and any(one.code in _MILITARY for one in frame.resources):
            continue  # soldiers are nobody's own police
        if kind == "hiring" and (found.origin or found.origin_task) is not None:
            spans = [span for span in spans if not any(one.first <= span.first < one.last for one in frame.resources)]
        if spans:
            name = f"cue:{kind}"
            if kind == "disaster" and immigration:
                name = "cue:disaster with immigration"
            values[name] = min(2.0, float(len(spans))) if kind == "disaster" else 1.0
    nearby = [one for one in (setting.before, setting.title) if one is not None]
    if any(one.cue("disaster") for one in nearby) and not immigration:
        values["before:disaster"] = 1.0
    money = any(one.kind == "money" for one in frame.resources)
    governed = any(0 <= frame.move.first - span.last <= 2 for span in marked.cue("may")) or _allowed(marked, frame)
    if not money and governed:
        values["law governs"] = 1.0
    if marked.cue("legal") and not money and "quantity" not in values and "no place" in values:
        values["law without place"] = 1.0
    elif marked.cue("legal"):
        values["law"] = 1.0
    if _tells_of_detainees(marked, frame):
        values["detainees told of"] = 1.0
    if marked.cue("history") or dated_long_ago(marked, setting):
        values["history"] = 1.0
    if _foreign_body(marked, frame):
        values["foreign body"] = 1.0


def _foreign_body(marked: Marked, frame: Frame) -> bool:
    """Whether a foreign people or country is what moves or acts."""
    at = frame.move.first
    for span in marked.layer("place"):
        kind = span.entry.kind
        if kind == "foreign_people" and span.last >= frame.first - 2 and span.first <= frame.last:
            return True
        if kind == "foreign" and (
            (frame.voice == "active" and 0 <= at - span.last <= 2)
            or (
                span.first < at
                and marked.low(span.first - 1) in ("", ",", "while", "both", "and", ".")
                and _acts(marked.low(span.last))
            )
        ):
            return True
    return False


def _allowed(marked: Marked, frame: Frame) -> bool:
    """ "a federal law that allows a president to deploy": what a law lets somebody do, not what is done."""
    at = frame.move.first
    if not any(low in _LAWS for low in marked.lows[max(0, at - 24) : at]):
        return False
    if frame.entry.form == "base" and not {"let", "lets"}.isdisjoint(marked.lows[max(0, at - 5) : at]):
        return True
    if marked.low(at - 1) != "to":
        return False
    return any(low.startswith(_LETS) for low in marked.lows[max(0, at - 7) : at])


def _acts(low: str) -> bool:
    """Whether the word after a country's name is what the country does."""
    return low.endswith(("ed", "s")) or low in ("is", "has", "will", "and", "put", "sent", "'s", "would")


def _tells_of_detainees(marked: Marked, frame: Frame) -> bool:
    """Whether people in custody stand close before the movement word or are what "them" may mean."""
    window = range(max(0, frame.move.first - 10), frame.move.first)
    if not _CUSTODY.isdisjoint(marked.lows[window.start : window.stop]):
        return True
    return any(
        span.entry.kind == "detainee" and span.first in window and marked.low(span.first) not in ("her", "him")
        for span in marked.layer("noun")
    )


def dated_long_ago(marked: Marked, setting: Setting) -> bool:
    """Whether the sentence dates the move more than two years before publication, or, undated, by a bare old year."""
    return _dated_long_ago(marked, setting.year)


@lru_cache(maxsize=KEPT)
def _dated_long_ago(marked: Marked, year: int) -> bool:
    years = [int(match.group()) for match in _YEAR.finditer(marked.text[:4000])]
    if not years:
        named = {marked.low(span.first) for span in marked.layer("orderer")}
        return (
            year >= _OF_LATE and bool(named & _BEFORE_TIMES) and marked.low(0) in ("presidents", "president", "under")
        )
    if year:
        return max(years) < year - _AGED
    bare = re.search(r"\b[Ii]n (1[6-9]\d\d|20(?:0\d|1\d|2[0-2]))\b(?!,)", marked.text[:4000])
    return max(years) < 2009 or (bare is not None and max(years) <= 2022)
