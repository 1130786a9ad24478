"""Codes a whole story: every sentence's shifts with where they stand, and whether a shift is its main news.

``primary``: a shift is the news, so title or lede tells it; ``mention``: it is told further down; ``none``: nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from monitor.coding.cut import LONGEST, Cut, cut
from monitor.coding.marked import Marked
from monitor.coding.shifts import Judged, read_sentence
from monitor.model import Part, Shift

LEDE_SENTENCES: Final = 3
LEDE_CHARACTERS: Final = 900
EARLY_CHARACTERS: Final = 2_500
PRIMARY: Final = 1.5
SURE, BACKED, UNBACKED = 1.3, 0.05, 0.1
# What is read closely of one story: more is a list or an attack. Reading by the sentence's words has no such limit.
MOST_READ, MOST_CHARACTERS = 1_000, 100_000  # sentences, and characters in them
SHORTEST: Final = 3  # words of a sentence that can tell who moved what
OFTEN: Final = 0.15  # share of sentences from which on shifts are what a story is about, wherever they stand
DISASTER: Final = 2.5  # what a sentence must weigh in a story headed by a disaster
_DISASTER: Final = re.compile(
    r"hurricane|wildfire|flood|storm|tornado|earthquake|disaster|employer support|world war|veterans|memorial day",
    re.I,
)
# Titles about something a shift is only the background of.
_OTHER_NEWS: Final = re.compile(
    r"\b(?:protest|arrest|raid|rall(?:y|ies)|die[sd]?|death|kill|shot|shooting|sentenced|convicted|grants?|attack|charged|indict|injur|detain|"
    r"hurt|crime data|unrest|clash|tear gas|poll|anniversary)",
    re.I,
)
_FURNITURE: Final = re.compile(
    r"^(?:related|read more|see also|more on|also read|advertisement|sign up|subscribe|retrieved|archived|\^|"
    r"share this|follow us|"
    r"photo:|click here|you may also like|trending|most read|recommended)\b",
    re.I,
)
_NO_LEDE: Final = re.compile(
    r"^(?:by\b|published|updated|memorandum for|subject:|the attorney general$|"
    r"the secretary of|(?:washington|none)$|by the authority vested)",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedDocument:
    """A story's coding: its label, its shifts in order, and how much of it tells of shifts."""

    label: str
    shifts: tuple[Shift, ...]
    reason: str
    ledes: frozenset[int] = frozenset()
    marked: Mapping[int, Marked] = field(default_factory=dict)  # sentences read closely, by where they start


def code_document(
    title: str, text: str, *, year: int = 0, pieces: list[Cut] | None = None, codebook: str = ""
) -> CodedDocument:
    """Codes a story. ``text`` offsets are kept in the shifts; those of the title count from the title's start.

    ``pieces`` is the text already cut, when the caller has it; ``codebook`` the hash that shifts are marked with.
    """
    text = text[:LONGEST]
    title = title[:1_000]
    found: list[Shift] = []
    bounds = cut(text) if pieces is None else pieces
    first = ledes(title, bounds)
    headed = read_sentence(title, text[:300].strip(), year=year) if title else None
    if headed is not None:
        found += [
            replace(shift, part=Part.TITLE, start=0, end=len(title), codebook=codebook) for shift in headed.shifts
        ]
    before, many = "", len(bounds)
    seen: set[str] = set()
    known: dict[int, Marked] = {}
    left = MOST_CHARACTERS
    for start, end, sentence, words in bounds:
        if (
            len(words) < SHORTEST
            or sentence in seen
            or _FURNITURE.match(sentence)
            or (title and sentence.startswith(title) and len(sentence) < len(title) + 40)
        ):
            before = sentence
            continue
        judged: Judged = read_sentence(sentence, before, title, year, words)
        if judged.marked is not None:
            known[start] = judged.marked
            left -= end - start
        if left < 0 or len(known) > MOST_READ:
            break
        seen.add(sentence)  # said again, it tells nothing new
        if judged.shifts:
            part = Part.LEDE if start in first else Part.BODY
            found += [replace(shift, start=start, end=end, part=part, codebook=codebook) for shift in judged.shifts]
        before = sentence
    found = _believed(found, title)
    label, reason = _label(title, text, found, many)
    return CodedDocument(label=label, shifts=tuple(found), reason=reason, ledes=first, marked=known)


def ledes(title: str, bounds: list[Cut]) -> frozenset[int]:
    """Offsets of the sentences that make a story's lede: the first real ones, without title, byline and dateline."""
    found: list[int] = []
    for start, end, sentence, _ in bounds:
        if start >= LEDE_CHARACTERS or len(found) >= LEDE_SENTENCES:
            break
        if end - start > 40 and not _NO_LEDE.match(sentence) and not (title and sentence.startswith(title)):
            found.append(start)
    return frozenset(found)


def _believed(found: list[Shift], title: str) -> list[Shift]:
    """Drops weak readings that nothing else in the story backs: most stories tell of no shift."""
    if found and _DISASTER.search(title):
        return [shift for shift in found if shift.score >= DISASTER]
    least = BACKED if any(shift.score >= SURE for shift in found) else UNBACKED
    return [shift for shift in found if shift.score >= least]


def _label(title: str, text: str, found: list[Shift], many: int) -> tuple[str, str]:
    """The story's label and the reason in words: title, lede and early sentences weigh more than the rest."""
    if not found or 0 < len(text.strip()) < 10:
        return "none", "no sentence tells of a shift" if not found else "the text is an empty capture"
    titled = any(shift.part is Part.TITLE for shift in found)
    starts = sorted({shift.start for shift in found if shift.part is not Part.TITLE})
    lede = len({shift.start for shift in found if shift.part is Part.LEDE})
    early = sum(1 for start in starts if start < max(EARLY_CHARACTERS, len(text) // 3)) - lede
    rest = len(starts) - lede - early
    share = len(starts) / max(1, many)
    weight = 2.2 * titled + 1.2 * min(2, lede) + 0.6 * min(4, max(0, early)) + 0.15 * min(8, rest) + 2.0 * share
    named = any(_names(title, shift) for shift in found)
    weight += 0.8 * named
    if _OTHER_NEWS.search(title) and not titled:
        weight *= 0.5
    if not titled and not lede and share < OFTEN:
        weight *= 0.6  # the news is told by title or lede (codebook, section 6); a fact sheet's list of deeds is not
    told = "tells" if titled else "does not tell"
    parts = f"title {told}, {lede} lede, {early} early, {rest} further of {many} sentences"
    if weight >= PRIMARY:
        return "primary", f"{parts}: {weight:.1f} >= {PRIMARY}"
    return "mention", f"{parts}: {weight:.1f} < {PRIMARY}"


def _names(title: str, shift: Shift) -> bool:
    """Whether the title names where the resources go or whose they are."""
    low = title.lower()
    ends = [word for word in re.findall(r"[A-Z][\w.]+|border|interior", shift.destination or "") if len(word) > 3]
    return any(word.lower() in low for word in ends) or (
        shift.actor not in ("UNSPECIFIED", "DOJ", "DHS", "ICE", "OTHER")
        and shift.actor.replace("_", " ").lower() in low
    )
