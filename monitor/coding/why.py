"""Why a story's sentences were read as shifts, or were not: every sentence in which something may be moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.coding.cut import cut
from monitor.coding.documents import CodedDocument, code_document
from monitor.coding.shifts import Judged, read_sentence
from monitor.model import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A sentence that formed a frame; ``verdict``: shift, dropped or no shift; ``lines``: rules with their terms."""

    part: Part
    start: int
    sentence: str
    verdict: str
    lines: tuple[str, ...]


def explained(title: str, text: str, published: str = "", language: str = "en") -> list[Explained]:
    """The reasons, sentence by sentence, in the order of the text; only English is read for shifts.

    ``published`` is as the archive writes it, "" when unknown.
    """
    if language.lower().split("-")[0] not in ("en", ""):
        return []
    title = title[:1_000]
    year = int(published[:4]) if published[:4].isdecimal() else 0
    pieces = cut(text)
    document = code_document(title, text, year=year, pieces=pieces)
    told = {(shift.part is Part.TITLE, shift.start) for shift in document.shifts}
    found = []
    headed = read_sentence(title, text[:300].strip(), year=year) if title else None
    if headed is not None and headed.candidates:
        found.append(_explained(headed, Part.TITLE, 0, title, (True, 0) in told))
    before = ""
    for piece in pieces:
        judged = read_sentence(piece.text, before, title, year, piece.words)
        before = piece.text
        if judged.candidates:
            part = _part(document, piece.start)
            found.append(_explained(judged, part, piece.start, piece.text, (False, piece.start) in told))
    return found


def _part(document: CodedDocument, start: int) -> Part:
    return Part.LEDE if start in document.ledes else Part.BODY


def _explained(judged: Judged, part: Part, start: int, sentence: str, told: bool) -> Explained:
    verdict = "shift" if told else "dropped" if judged.shifts else "no shift"
    return Explained(part=part, start=start, sentence=sentence, verdict=verdict, lines=tuple(_lines(judged, verdict)))


def _lines(judged: Judged, verdict: str) -> Iterator[str]:
    if verdict == "dropped":
        yield "read as a shift by itself; dropped because it is weak and nothing in the story backs it, or told before"
    yield from judged.why()
