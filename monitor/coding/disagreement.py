"""Which figures of several stories disagree: those of one measure, period and scope, told of the same time.

``monitor.coding.figures`` says when two figures disagree beyond their hedges. A story does not contradict itself, nor
another whose number it names beside its own: it speaks of two things.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from monitor.coding.figures import conflicts
from monitor.model import Figure

_DATED: Final = re.compile(r"(?:19|20)\d\d")
_MONTHS: Final = re.compile(r"\b(?:last|this) month\b|^per \w+$")
_YEARS: Final = re.compile(
    r"\b(?:last|this) (?:fiscal )?year\b|\bsince jan|\bjanuary\b|\binauguration\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A figure with the story that claims it and when that came out, as the archive writes it."""

    id: int
    story: int
    told_at: str
    figure: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Two claims that cannot both be right, and why in words."""

    one: Claim
    other: Claim
    reason: str


def disagreements(claims: Sequence[Claim]) -> list[Disagreement]:
    """Every pair of claims of different stories that disagree."""
    timed = [replace(claim.figure, period=_when(claim)) for claim in claims]
    claim_of = {id(figure): claim for figure, claim in zip(timed, claims, strict=True)}
    pairs = [(claim_of[id(one)], claim_of[id(other)], reason) for one, other, reason in conflicts(timed)]
    apart = {frozenset((one.id, other.id)) for one, other, _ in pairs}
    beside: dict[tuple[int, str, str, str], list[Claim]] = {}
    for figure, claim in zip(timed, claims, strict=True):
        beside.setdefault((claim.story, figure.measure, figure.period, figure.scope), []).append(claim)

    def allows(story: Claim, claim: Claim) -> bool:
        """Whether a story has a figure of the same kind that agrees with the claim."""
        key = (story.story, story.figure.measure, _when(story), story.figure.scope)
        return any(frozenset((mine.id, claim.id)) not in apart for mine in beside[key])

    return [
        Disagreement(one=one, other=other, reason=reason.replace("\0", " told in "))
        for one, other, reason in pairs
        if one.story != other.story and not allows(one, other) and not allows(other, one)
    ]


def _when(claim: Claim) -> str:
    """The period as it can be compared: "last month" means another month in another month's story.

    "" where the words leave open which time they mean.
    """
    period = claim.figure.period
    if not period or _DATED.search(period):
        return period
    if _MONTHS.search(period):
        return f"{period}\0{claim.told_at[:7]}"
    if _YEARS.search(period):
        return f"{period}\0{claim.told_at[:4]}"
    return ""
