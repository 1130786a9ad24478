"""Rows of the archive as dictionaries whose values are ready for JSON."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

Row = dict[str, Any]

_JSON = frozenset(
    {"cited_domains", "links", "signals", "change", "methods", "passages", "lifecycle", "fixed", "judged"}
)
_FLAGS = frozenset({"paywalled", "enabled", "discovered", "also", "quantity_approx"})


def rows_of(db: sqlite3.Connection, sql: str, *values: object) -> list[Row]:
    """All rows of a query."""
    cursor = db.execute(sql, values)
    names = tuple(column[0] for column in cursor.description)
    return [row_of(names, row) for row in cursor]


def row_of(names: tuple[str, ...], values: tuple[Any, ...]) -> Row:
    """One row, JSON columns decoded and flags as truth values."""
    row = dict(zip(names, values, strict=False))
    for name in names:
        if name in _JSON:
            row[name] = json.loads(row[name])
        elif name in _FLAGS:
            row[name] = bool(row[name])
    return row
