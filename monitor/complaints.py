"""What to say of a wrong configuration: file, line, key, what was found and expected, and a guess at what was meant."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monitor.toml_lines import Path, line_near, lines_of

# What these hold may be, or may by mistake contain, a password: it is never shown.
_SECRET = {"auth", "smtp", "proxy"}

_EXPECTED = {
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "list_type": "a list in [ ]",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "string_too_short": "text that is not empty",
    "too_short": "at least one entry",
    "string_pattern_mismatch": "a short name of lower-case letters, digits, - and _",
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """A key's path and, in words, what is wrong with it."""

    path: Path
    problem: str


@dataclass(frozen=True)
class Places:
    """A file's name and text, and where each of its keys stands, found out when there is something to complain of."""

    name: str
    text: str

    @cached_property
    def lines(self) -> dict[Path, int]:
        """The line of each key."""
        return lines_of(self.text)

    def line(self, path: Path) -> int:
        """The line of the key, or of the nearest table around it; 0 when the file has neither."""
        return line_near(self.lines, path)

    def told(self, complaints: Iterable[Complaint]) -> str:
        """The complaints in the file's order, one ``file:line: key: problem`` each."""
        ordered = sorted(((self.line(one.path), one) for one in complaints), key=lambda pair: pair[0])
        return "\n".join(
            f"{self.name}:{line}: {dotted(one.path)}: {one.problem}"
            if line
            else f"{self.name}: {dotted(one.path)}: {one.problem}"
            for line, one in ordered
        )


def dotted(path: Path) -> str:
    """A key as a person would write it: ``sources.cbp.channels[2].url``, counting list entries from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else shown(part)
    return text or "the file"


def shown(part: str) -> str:
    """A key or value without anything that could move a terminal's cursor."""
    return part if part.isprintable() else json.dumps(part)


def complaints_of(error: ValidationError, keys_at: Callable[[Path], Sequence[str]]) -> Iterator[Complaint]:
    """Every complaint of a failed validation; ``keys_at`` tells the keys the table at pydantic's location may have."""
    for detail in error.errors(include_url=False):
        path = _path(detail["loc"])
        known = keys_at(detail["loc"][:-1]) if detail["type"] == "extra_forbidden" else ()
        yield Complaint(path, _problem(detail, path, known))


def _path(loc: tuple[int | str, ...]) -> Path:
    """pydantic's location without what it adds: the tag of a channel's kind, the mark of a bad table name."""
    parts = list(loc)
    if parts[-1] == "[key]":
        parts.pop()
    # sources · id · channels · 0 · listing · item: the fifth is the tag, no key of the file.
    if len(parts) > 4 and parts[0] == "sources" and parts[2] == "channels":
        del parts[4]
    return tuple(parts)


def _problem(detail: ErrorDetails, path: Path, known: Sequence[str]) -> str:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            return f"unknown key, expected one of {', '.join(known)}{guess(str(path[-1]), known)}"
        case "missing":
            return "missing"
        case "union_tag_not_found":
            return "kind is missing, expected one of feed, sitemap, listing, api"
        case "union_tag_invalid":
            tags = [tag.strip(" '") for tag in context["expected_tags"].split(",")]
            return (
                f"kind: found {_quoted(context['tag'])}, expected one of {', '.join(tags)}{guess(context['tag'], tags)}"
            )
        case "literal_error":
            tags = [tag.strip(" '") for tag in context["expected"].replace(" or ", ", ").split(",")]
            return f"found {_found(detail, path)}, expected one of {', '.join(tags)}{guess(detail['input'], tags)}"
        case "greater_than_equal":
            expected = f"a number of at least {context['ge']}"
        case "less_than_equal":
            expected = f"a number of at most {context['le']}"
        case "value_error":
            expected = str(context["error"])
        case kind:
            expected = _EXPECTED.get(kind, detail["msg"])
    return f"found {_found(detail, path)}, expected {expected}"


def _found(detail: ErrorDetails, path: Path) -> str:
    value = detail["input"]
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    if key in _SECRET or (isinstance(value, str) and "//" in value and ("@" in value or value.startswith("apprise:"))):
        return "something else (not shown, it may hold a password)"
    return _quoted(value)


def _quoted(value: object) -> str:
    """The value as TOML would spell it, cut to what a line bears."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, (bool, str, int, float)):
        text = json.dumps(value, ensure_ascii=not str(value).isprintable())
        return text if len(text) <= 80 else f"{text[:76]}…"
    return str(value)  # TOML's dates and times


def guess(found: object, known: Iterable[str]) -> str:
    """`` (did you mean "…"?)`` when something known is close to what was found, else nothing."""
    close = get_close_matches(found, list(known), n=1) if isinstance(found, str) else []
    return f' (did you mean "{close[0]}"?)' if close else ""
