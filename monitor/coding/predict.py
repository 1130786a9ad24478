"""Codes texts that are not in the archive, in the shape of the gold files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from monitor.coding.cut import LONGEST
from monitor.coding.documents import code_document
from monitor.coding.evaluation import is_document
from monitor.coding.shifts import Judged, read_sentence
from monitor.coding.vocabulary import SLOTS
from monitor.errors import ShiftwatchError
from monitor.model import Shift


class LineError(ShiftwatchError):
    """An input line that cannot be coded; the message says why."""

    exit_code = 1


def predict_sentence(text: str, context: str = "", *, title: str = "", year: int = 0) -> dict[str, Any]:
    """``is_shift`` and ``shifts`` with the gold's slot names, for one sentence and the one before it."""
    return said_of(read_sentence(text, context, title, year))


def said_of(judged: Judged) -> dict[str, Any]:
    """A sentence's verdict in the gold's shape."""
    return {"is_shift": bool(judged.shifts), "shifts": [slots_of(shift) for shift in judged.shifts]}


def predict_document(title: str, text: str, *, year: int = 0) -> dict[str, Any]:
    """``label`` (primary, mention, none), ``is_shift`` and ``shifts``, each with its part, sentence and offsets."""
    coded = code_document(title, text, year=year)
    shifts = [
        slots_of(shift) | {"part": shift.part.value, "sentence": shift.sentence, "start": shift.start, "end": shift.end}
        for shift in coded.shifts
    ]
    return {"label": coded.label, "is_shift": coded.label != "none", "shifts": shifts}


def predict_line(line: Mapping[str, Any]) -> dict[str, Any]:
    """One JSON line in (``id``, ``text``, ``context`` or ``id``, ``title``, ``text``), one out with the same ``id``.

    A ``date`` (ISO 8601), when given, tells old moves from present ones. Texts count up to 200,000 characters. Raises
    LineError when a field is no text, or a sentence has none.
    """
    text, title, context = (_field(line, name) for name in ("text", "title", "context"))
    if is_document(line):
        made = predict_document(title, text, year=year_of(line))
    elif line.get("text") is None:
        raise LineError("text is missing")
    else:
        made = predict_sentence(text, context, title=title, year=year_of(line))
    return {"id": line.get("id"), **made}


def _field(line: Mapping[str, Any], name: str) -> str:
    value = line.get(name)
    if value is not None and not isinstance(value, str):
        raise LineError(f"{name}: expected text, found {type(value).__name__}")
    return (value or "")[:LONGEST]


def year_of(item: Mapping[str, Any]) -> int:
    """Year of publication in an item's date, 0 when there is none."""
    found = re.match(r"\s*((?:19|20)\d\d)\b", str(item.get("date") or "")[:20])
    return int(found[1]) if found else 0


def slots_of(shift: Shift) -> dict[str, Any]:
    """A shift's slots, named and ordered as in the gold files."""
    return {name: getattr(shift, name) for name in SLOTS}
