"""Codes one story with everything there is: shifts, label, tags and figures, from a single cut of its text."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.coding.codebook import Codebook
from monitor.coding.cut import cut
from monitor.coding.documents import code_document
from monitor.coding.figures import figures
from monitor.model import Figure, Shift, StoryKind, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """All that coding finds in a story; ``label`` is primary, mention or none, ``reason`` why in words."""

    label: str
    reason: str
    shifts: tuple[Shift, ...] = ()
    tags: tuple[Tag, ...] = ()
    figures: tuple[Figure, ...] = ()


def code_story(
    title: str, text: str, codebook: Codebook, *, year: int = 0, kind: StoryKind | None = None, language: str = "en"
) -> Coding:
    """Codes a story; a pure function of its arguments. ``year`` is that of publication, 0 when unknown.

    Shifts and figures are read from English alone; tags from whatever languages the codebook's codes are for.
    """
    pieces = cut(text)
    if language not in ("en", ""):
        return Coding(
            label="none",
            reason=f"not read for shifts: language {language}",
            tags=codebook.tags(text, title=title, pieces=pieces, kind=kind, language=language),
        )
    document = code_document(title, text, year=year, pieces=pieces, codebook=codebook.hash)
    tags = codebook.tags(
        text, document.shifts, title=title, ledes=document.ledes, pieces=pieces, kind=kind, language="en"
    )
    return Coding(
        label=document.label,
        reason=document.reason,
        shifts=document.shifts,
        tags=tags,
        figures=figures(text, title, pieces, document.marked),
    )
