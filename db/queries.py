"""A parsed query as SQL: the grammar's words reach the database as parameters alone.

What concerns text becomes full-text expressions of quoted strings, as few as possible, since each is a search of its
own; all else becomes comparisons of columns of ``stories``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.times import iso
from monitor.query import All, AnyOf, Field, Node, Not, Phrase, Query, Word

WHEN = "coalesce(published_at, first_seen_at)"  # the moment of a story: an undated one is as old as its first sight
_MATCH = "(id IN (SELECT rowid FROM stories_fts WHERE stories_fts MATCH ?))"
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on ``stories``, in parentheses, and its parameters."""

    sql: str
    values: tuple[str | int, ...] = ()


def condition(query: Query, *, now: datetime) -> Condition:
    """The query as a condition on ``stories``; ages such as ``after:7d`` count back from ``now``."""
    return Condition("(1)") if query.node is None else _compile(query.node, now)


def highlights(query: Query) -> str:
    """The full-text expression of everything worth highlighting, ``""`` when there is nothing."""
    return " OR ".join(_text(term) for term in query.terms())


def _compile(node: Node, now: datetime) -> Condition:
    """Depth is bounded by the parser."""
    if _is_text(node):
        return Condition(_MATCH, (_text(node),))
    if isinstance(node, Field):
        return _FIELDS[node.name](node.value, now)
    if isinstance(node, Not):
        inner = _compile(node.part, now)
        return Condition(f"NOT {inner.sql}", inner.values)
    assert isinstance(node, All | AnyOf), "words and phrases are text"
    texts = tuple(part for part in node.parts if _is_text(part))
    edits, others = _edits(node, now)
    rest = [*edits, *(_compile(part, now) for part in others if not _is_text(part))]
    if texts:
        rest.insert(0, _compile(texts[0] if len(texts) == 1 else type(node)(texts), now))
    word = " AND " if isinstance(node, All) else " OR "
    return Condition(
        "(" + word.join(part.sql for part in rest) + ")", tuple(value for part in rest for value in part.values)
    )


def _edits(node: All | AnyOf, now: datetime) -> tuple[list[Condition], list[Node]]:
    """Edits that must have been captured in the time asked for beside them, and the parts that are left."""
    changed = [part for part in node.parts if isinstance(part, Field) and part.name == "changed"]
    times = [part for part in node.parts if isinstance(part, Field) and part.name in _CAPTURED]
    if isinstance(node, AnyOf) or not (changed and times):
        return [], list(node.parts)
    asked = "".join(f" AND {_CAPTURED[time.name]}" for time in times)
    values = tuple(_moment(time.value, now) for time in times)
    conditions = [_edited(part.value, asked, values) for part in changed]
    return conditions, [part for part in node.parts if part not in changed and part not in times]


def _is_text(node: Node) -> bool:
    """Whether the node is about words alone and leaves nothing out, so that one full-text search answers it."""
    if isinstance(node, All | AnyOf):
        return all(_is_text(part) for part in node.parts)
    return isinstance(node, Word | Phrase)


def _text(node: Node) -> str:
    if isinstance(node, Word):
        return _quoted(node.text) + (" *" if node.prefix else "")
    if isinstance(node, Phrase):
        return _quoted(node.text)
    assert isinstance(node, All | AnyOf)
    return "(" + (" AND " if isinstance(node, All) else " OR ").join(_text(part) for part in node.parts) + ")"


def _quoted(text: str) -> str:
    """A full-text string: within it nothing but the quote itself means anything."""
    return '"' + text.replace('"', '""') + '"'


# ── fields ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _source(value: str, _: datetime) -> Condition:
    return Condition("(source = ?)", (value,))


def _domain(value: str, _: datetime) -> Condition:
    """The domain and everything under it."""
    under = "." + value
    return Condition("(domain = ? OR substr(domain, ?) = ?)", (value, -len(under), under))


def _kind(value: str, _: datetime) -> Condition:
    return Condition("(kind = ?)", (value,))


def _language(value: str, _: datetime) -> Condition:
    """The language and its regional forms."""
    return Condition("(lower(language) = ? OR substr(lower(language), 1, ?) = ?)", (value, len(value) + 1, value + "-"))


def _after(value: str, now: datetime) -> Condition:
    return Condition(f"({WHEN} >= ?)", (_moment(value, now),))


def _before(value: str, now: datetime) -> Condition:
    return Condition(f"({WHEN} < ?)", (_moment(value, now),))


def _moment(value: str, now: datetime) -> str:
    """Dates compare as the text they are: ``2026-05`` sorts before every moment of May, and after all of April."""
    if age := re.fullmatch(r"(\d+)([dwmy])", value):
        days = int(age[1]) * _DAYS[age[2]]
        return iso(now - timedelta(days=min(days, now.toordinal() - 1)))
    return value


# Written as the index over versions that are no first ones, so that only those are looked through.
_CHANGED = "(SELECT story FROM versions, json_each(versions.change, '$.kinds') AS kind WHERE {} AND {})"
_NOT_NEW = """versions.change <> '{"kinds": ["new"]}' AND json_extract(versions.change, '$.from') IS NOT NULL"""


_CAPTURED = {"after": "versions.captured_at >= ?", "before": "versions.captured_at < ?"}


def _changed(value: str, _: datetime) -> Condition:
    return _edited(value)


def _edited(kind: str, asked: str = "", values: tuple[str, ...] = ()) -> Condition:
    """Some version differs so from the one before, and was captured when ``asked`` says."""
    which, given = ("1", ()) if kind == "any" else ("kind.value = ?", (kind,))
    return Condition(f"(id IN {_CHANGED.format(_NOT_NEW, which + asked)})", (*given, *values))


_STATES = {
    "copy": "(duplicate_of IS NOT NULL)",
    "original": "(duplicate_of IS NULL)",
    "update": "(id IN (SELECT story FROM duplicates WHERE relation = 'update'))",
    "wire": "(origin <> '')",
    "drawn": "(id IN (SELECT story FROM coverage))",
    "covered": "(id IN (SELECT release FROM coverage))",
    "uncovered": "(id IN (SELECT release FROM uncovered_releases))",
}


def _is(value: str, _: datetime) -> Condition:
    return Condition(_STATES[value])


def _origin(value: str, _: datetime) -> Condition:
    return Condition("(lower(origin) = ?)", (value,))


_FIELDS: dict[str, Callable[[str, datetime], Condition]] = {
    "changed": _changed,
    "is": _is,
    "origin": _origin,
    "source": _source,
    "domain": _domain,
    "kind": _kind,
    "lang": _language,
    "after": _after,
    "before": _before,
}
