"""Codes texts that are not in the archive, in the shape of the gold files."""

from __future__ import annotations

from typing import Any

from monitor.coding.documents import code_document
from monitor.coding.shifts import read_sentence
from monitor.model import Shift

_SLOTS = (
    "actor",
    "beneficiary",
    "resource",
    "quantity_low",
    "quantity_high",
    "quantity_text",
    "quantity_approx",
    "origin",
    "destination",
    "direction",
    "status",
    "attribution",
)


def predict_sentence(text: str, context: str = "", *, year: int = 0) -> dict[str, Any]:
    """``is_shift`` and ``shifts`` with the gold's slot names, for one sentence and the one before it."""
    judged = read_sentence(text, context, year=year)
    return {"is_shift": bool(judged.shifts), "shifts": [_slots(shift) for shift in judged.shifts]}


def predict_document(title: str, text: str, *, year: int = 0) -> dict[str, Any]:
    """``label`` (primary, mention, none), ``is_shift`` and ``shifts``, each with its part, sentence and offsets."""
    coded = code_document(title, text, year=year)
    shifts = [
        _slots(shift) | {"part": shift.part.value, "sentence": shift.sentence, "start": shift.start, "end": shift.end}
        for shift in coded.shifts
    ]
    return {"label": coded.label, "is_shift": coded.label != "none", "shifts": shifts}


def predict_line(line: dict[str, Any]) -> dict[str, Any]:
    """One JSON line in (``id``, ``text``, ``context`` or ``id``, ``title``, ``text``), one out with the same ``id``.

    A ``date`` (ISO 8601), when given, tells old moves from present ones.
    """
    date = str(line.get("date") or "")
    year = int(date[:4]) if date[:4].isdigit() else 0
    text = str(line.get("text") or "")
    if "title" in line:
        made = predict_document(str(line.get("title") or ""), text, year=year)
    else:
        made = predict_sentence(text, str(line.get("context") or ""), year=year)
    return {"id": line.get("id"), **made}


def _slots(shift: Shift) -> dict[str, Any]:
    return {name: getattr(shift, name) for name in _SLOTS}
