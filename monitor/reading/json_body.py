"""JSON from strangers: parsed within limits of depth and size, and looked into by dotted paths."""

from __future__ import annotations

import json
from typing import Any, Final

_LONGEST: Final = 16_000_000


class BadJson(ValueError):
    """The text is not JSON that can be used; ``str()`` says why in words."""


def parse_json(document: str) -> Any:
    """The value of a JSON text. Raises BadJson, and nothing else, for what is broken, too large or too deep."""
    if len(document) > _LONGEST:
        raise BadJson(f"JSON of more than {_LONGEST // 1_000_000} MB")
    try:
        return json.loads(document, parse_constant=_no_constant, parse_int=_bounded)
    except RecursionError:
        raise BadJson("JSON that is nested too deeply") from None
    except ValueError as trouble:
        raise BadJson(f"broken JSON: {str(trouble)[:120]}") from None


def at_path(value: Any, path: str) -> Any:
    """What stands at a dotted path (``title.rendered``, ``authors.0.name``), None when there is nothing."""
    for step in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdigit() and len(step) < 9:
            value = value[int(step)] if int(step) < len(value) else None
        else:
            return None
    return value


def text_at(value: Any, path: str) -> str:
    """The text or number at a dotted path as text; an array's texts are joined by commas; ``""`` for anything else."""
    if not path:
        return ""
    found = at_path(value, path)
    if isinstance(found, list):
        return ", ".join(piece for piece in (_plain(entry) for entry in found[:50]) if piece)
    return _plain(found)


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, bool | dict | list) else str(value)


def _no_constant(name: str) -> None:
    """NaN and Infinity are not JSON; nothing is what they mean here."""


def _bounded(digits: str) -> int:
    """Python refuses to convert numbers of thousands of digits; no field that is read here has more than twenty."""
    return int(digits) if len(digits) <= 20 else 0
