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
from monitor.query import SHIFT_FIELDS, All, AnyOf, Field, Node, Not, Phrase, Query, Word

WHEN = "coalesce(published_at, first_seen_at)"  # the moment of a story: an undated one is as old as its first sight
_MATCH = "(id IN (SELECT rowid FROM stories_fts WHERE stories_fts MATCH ?))"
_GROUPED = 32
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


@dataclass(frozen=True, slots=True)
class ShiftCondition:
    """A condition on rows ``j`` of ``judged_shifts``; ``before`` is the WITH clause of what it asks of their stories.

    ``values`` are the parameters of both, in this order: SQLite parses with a small stack, which subqueries inside
    each other would fill.
    """

    before: str
    sql: str
    values: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on ``stories``, in parentheses, and its parameters."""

    sql: str
    values: tuple[str | int, ...] = ()


def condition(query: Query, *, now: datetime) -> Condition:
    """The query as a condition on ``stories``; ages such as ``after:7d`` count back from ``now``."""
    return Condition("(1)") if query.node is None else _compile(query.node, now)


def shift_condition(query: Query, *, now: datetime) -> ShiftCondition:
    """The query as a condition on shifts: what is asked of them, and what of their stories."""
    if query.node is None:
        return ShiftCondition("", "(1)", ())
    stories: list[Condition] = []
    inner = _of_shift(query.node, now, stories)
    tables = ", ".join(f"asked_{at} AS (SELECT id FROM stories WHERE {one.sql})" for at, one in enumerate(stories))
    values = tuple(value for one in stories for value in one.values)
    return ShiftCondition(f"WITH {tables}" if tables else "", inner.sql, (*values, *inner.values))


def highlights(query: Query) -> str:
    """The full-text expression of everything worth highlighting, ``""`` when there is nothing."""
    return " OR ".join(_text(term) for term in query.terms())


def _compile(node: Node, now: datetime) -> Condition:
    """Depth is bounded by the parser."""
    if _is_text(node):
        return Condition(_MATCH, (_text(node),))
    if isinstance(node, Field):
        return _has_shift(node, now) if _is_shift(node) else _FIELDS[node.name](node.value, now)
    if isinstance(node, Not):
        inner = _compile(node.part, now)
        return Condition(f"NOT {inner.sql}", inner.values)
    assert isinstance(node, All | AnyOf), "words and phrases are text"
    edits, parts = _edits(_one_shift(node), now) if isinstance(node, All) else ([], node.parts)
    texts = tuple(part for part in parts if _is_text(part))
    rest = edits + [
        _has_shift(part, now) if isinstance(part, All) and _is_shift(part) else _compile(part, now)
        for part in parts
        if not _is_text(part)
    ]
    if texts:
        rest.insert(0, _compile(texts[0] if len(texts) == 1 else type(node)(texts), now))
    return _joined(node, rest)


def _one_shift(node: All) -> tuple[Node, ...]:
    """The parts, those that one shift is to answer together made one."""
    shift = tuple(part for part in node.parts if _is_shift(part))
    if len(shift) < 2 or all(isinstance(part, Not) for part in shift):
        return node.parts
    return (*(part for part in node.parts if not _is_shift(part)), All(shift))


def _has_shift(node: Node, now: datetime) -> Condition:
    inner = _of_shift(node, now, [])
    return Condition(f"(id IN (SELECT j.story FROM judged_shifts j WHERE {inner.sql}))", inner.values)


def _of_shift(node: Node, now: datetime, stories: list[Condition]) -> Condition:
    """Depth is bounded by the parser; what is asked of stories is added to ``stories`` and looked up there."""
    if isinstance(node, Field) and node.name in _SHIFT:
        return _SHIFT[node.name](node.value)
    if not _names_shift(node):
        stories.append(_compile(node, now))
        return Condition(f"(j.story IN asked_{len(stories) - 1})")
    if isinstance(node, Not):
        inner = _of_shift(node.part, now, stories)
        return Condition(f"NOT {inner.sql}", inner.values)
    assert isinstance(node, All | AnyOf), "words and phrases name no shift"
    others = tuple(part for part in node.parts if not _names_shift(part))
    rest = [_of_shift(part, now, stories) for part in node.parts if _names_shift(part)]
    if others:
        rest.append(_of_shift(others[0] if len(others) == 1 else type(node)(others), now, stories))
    return _joined(node, rest)


def _joined(node: All | AnyOf, parts: list[Condition]) -> Condition:
    """The parts as one; very many in groups, since SQLite makes a tree of a chain that may be 1,000 deep."""
    word = " AND " if isinstance(node, All) else " OR "
    sqls = [part.sql for part in parts]
    if len(sqls) > _GROUPED:
        sqls = ["(" + word.join(sqls[at : at + _GROUPED]) + ")" for at in range(0, len(sqls), _GROUPED)]
    return Condition("(" + word.join(sqls) + ")", tuple(value for part in parts for value in part.values))


def _is_shift(node: Node) -> bool:
    """Whether the node asks of one shift and of nothing else."""
    if isinstance(node, Not):
        return _is_shift(node.part)
    if isinstance(node, All | AnyOf):
        return all(_is_shift(part) for part in node.parts)
    return isinstance(node, Field) and node.name in SHIFT_FIELDS


def _names_shift(node: Node) -> bool:
    """Whether any part of the node asks of a shift."""
    if isinstance(node, Not):
        return _names_shift(node.part)
    if isinstance(node, All | AnyOf):
        return any(_names_shift(part) for part in node.parts)
    return isinstance(node, Field) and node.name in SHIFT_FIELDS


def _edits(parts: tuple[Node, ...], now: datetime) -> tuple[list[Condition], tuple[Node, ...]]:
    """Edits that must have been captured in the time asked for beside them, and the parts that are left."""
    changed = [part for part in parts if isinstance(part, Field) and part.name == "changed"]
    times = [part for part in parts if isinstance(part, Field) and part.name in _CAPTURED]
    if not (changed and times):
        return [], parts
    asked = "".join(f" AND {_CAPTURED[time.name]}" for time in times)
    values = tuple(_moment(time.value, now) for time in times)
    conditions = [_edited(part.value, asked, values) for part in changed]
    return conditions, tuple(part for part in parts if part not in changed and part not in times)


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


_NEAR = (
    "(id IN (SELECT ? UNION SELECT other FROM duplicates WHERE story = ? UNION SELECT story FROM duplicates WHERE"
    " other = ? UNION SELECT release FROM coverage WHERE story = ? UNION SELECT story FROM coverage WHERE release = ?"
    " UNION SELECT story FROM shifts WHERE event IN (SELECT event FROM shifts WHERE story = ?)))"
)


def _near(value: str, _: datetime) -> Condition:
    return Condition(_NEAR, (int(value),) * 6)


def _tag(value: str, _: datetime) -> Condition:
    """The code and everything under it."""
    under = value + "/"
    return Condition(
        "(id IN (SELECT story FROM tags WHERE code = ? OR substr(code, 1, ?) = ?))", (value, len(under), under)
    )


def _label(value: str, _: datetime) -> Condition:
    return Condition("(label = ?)", (value,))


# Each is true or false, never NULL, so that what is not said can be left out and asked for.
def _column(name: str) -> Callable[[str], Condition]:
    return lambda value: Condition(f"(j.{name} IS ?)", (value,))


def _place(value: str) -> Condition:
    said = "lower(coalesce(j.origin, '') || char(10) || coalesce(j.destination, '') || char(10) || j.place)"
    return Condition(f"(instr({said}, ?) > 0)", (value,))


def _quantity(value: str) -> Condition:
    compare = value.rstrip("0123456789")
    number = int(value.removeprefix(compare))
    most, least = "coalesce(j.quantity_high, j.quantity_low)", "coalesce(j.quantity_low, j.quantity_high)"
    if not compare:
        return Condition(f"(({least} <= ? AND {most} >= ?) IS TRUE)", (number, number))
    return Condition(f"(({most if compare[0] == '>' else least} {compare} ?) IS TRUE)", (number,))


def _state(value: str) -> Condition:
    return Condition("(coalesce(j.event, 0) IN (SELECT id FROM events WHERE state = ?))", (value,))


def _event(value: str) -> Condition:
    return Condition("(j.event IS ?)", (int(value),))


_SHIFT: dict[str, Callable[[str], Condition]] = {
    "actor": _column("actor"),
    "beneficiary": _column("beneficiary"),
    "resource": _column("resource"),
    "direction": _column("direction"),
    "status": _column("status"),
    "place": _place,
    "quantity": _quantity,
    "state": _state,
    "event": _event,
}

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
    "tag": _tag,
    "label": _label,
    "near": _near,
}
