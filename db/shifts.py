"""What the outside may ask of coding: shifts, events, figures, and all that was found in one story."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from db.queries import condition, shift_condition
from db.rows import row_of, rows_of
from monitor.query import Query

Row = dict[str, Any]

_SLOTS = (
    "actor", "beneficiary", "resource", "quantity_low", "quantity_high", "quantity_text", "quantity_approx", "origin",
    "destination", "direction", "status", "attribution",
)  # fmt: skip
_SHIFT = (
    "id", "story", "version", "told_at", *_SLOTS, "part", "sentence", "start", "end", "rule", "score", "codebook",
    "event", "verdict",
)  # fmt: skip
# One story for each text: sentences that copies share are told once, by the first of them.
_ONCE = "row_number() OVER (PARTITION BY coalesce(s.duplicate_of, s.id), {} ORDER BY {}, s.id, {})"
_FIGURE = (
    "id", "story", "version", "measure", "value_low", "value_high", "unit", "period", "scope", "hedge", "claimant",
    "part", "sentence", "start", "end", "codebook",
)  # fmt: skip


def shifts(db: sqlite3.Connection, query: Query, *, limit: int | None, now: datetime, copies: bool) -> Iterator[Row]:
    """The shifts that match, people's judgements applied, newest first; each with its story's source, title, address.

    Without ``copies`` a sentence that copies of a text share is told once; ``copies`` of a row counts the others.
    """
    asked = shift_condition(query, now=now)
    names = (*_SHIFT, "source", "title", "url", "kind", "copies")
    rows = db.execute(
        f"{asked.before} SELECT {_columns(names)} FROM ({_matching(asked.sql)})"
        f" {'' if copies else 'WHERE place_in_copies = 1'}"
        " ORDER BY told_at DESC, story DESC, place_in_part, start, id LIMIT ?",
        (*asked.values, -1 if limit is None else limit),
    )
    for values in rows:
        yield row_of(names, values)


def count_shifts(db: sqlite3.Connection, query: Query, *, now: datetime, copies: bool) -> int:
    """How many shifts match."""
    asked = shift_condition(query, now=now)
    once = "" if copies else "WHERE place_in_copies = 1"
    sql = f"{asked.before} SELECT count(*) FROM ({_matching(asked.sql)}) {once}"
    return int(db.execute(sql, asked.values).fetchone()[0])


def _matching(asked: str) -> str:
    columns = _columns(_SHIFT, "j.")
    once = _ONCE.format("j.key", "j.told_at", "j.id")
    return (
        f"SELECT {columns}, s.source, s.title, s.url, s.kind, {once} AS place_in_copies,"
        " count(*) OVER (PARTITION BY coalesce(s.duplicate_of, s.id), j.key) - 1 AS copies,"
        " CASE j.part WHEN 'title' THEN 0 ELSE 1 END AS place_in_part"
        f" FROM judged_shifts j JOIN stories s ON s.id = j.story WHERE {asked}"
    )


def events(db: sqlite3.Connection, query: Query, *, limit: int | None, now: datetime) -> Iterator[Row]:
    """The events of which a mention matches, the latest told of first, each with all its mentions in time order."""
    asked = shift_condition(query, now=now)
    found = db.execute(
        f"{asked.before} SELECT * FROM events WHERE id IN (SELECT j.event FROM judged_shifts j WHERE {asked.sql})"
        " ORDER BY last_at DESC, id DESC LIMIT ?",
        (*asked.values, -1 if limit is None else limit),
    )
    names = tuple(column[0] for column in found.description)
    for values in found:
        yield row_of(names, values) | {"mentions": mentions(db, values[0])}


def count_events(db: sqlite3.Connection, query: Query, *, now: datetime) -> int:
    """How many events have a mention that matches."""
    asked = shift_condition(query, now=now)
    sql = f"{asked.before} SELECT count(DISTINCT j.event) FROM judged_shifts j WHERE {asked.sql}"
    return int(db.execute(sql, asked.values).fetchone()[0])


def mentions(db: sqlite3.Connection, event: int) -> list[Row]:
    """The mentions of an event in time order, each with why it is one."""
    return rows_of(
        db,
        "SELECT j.id, j.story, j.told_at, s.source, s.title, s.url, s.duplicate_of, j.actor, j.quantity_low,"
        " j.quantity_high, j.quantity_text, j.status, j.sentence, j.event_reason"
        " FROM judged_shifts j JOIN stories s ON s.id = j.story WHERE j.event = ? ORDER BY j.told_at, s.url, j.start",
        event,
    )


def figures(
    db: sqlite3.Connection, query: Query, *, measure: str, limit: int | None, now: datetime, copies: bool
) -> Iterator[Row]:
    """The figures of stories that match, side by side: by measure, period, scope and value. ``measure`` "": all."""
    asked = condition(query, now=now)
    names = (*_FIGURE, "told_at", "source", "title", "url")
    said = "f.measure, f.value_low, f.value_high, f.period, f.scope, f.hedge, f.sentence"
    told = "coalesce(s.published_at, s.first_seen_at)"
    rows = db.execute(
        f"WITH asked AS (SELECT id FROM stories WHERE {asked.sql})"
        f" SELECT {_columns(names)} FROM (SELECT {_columns(_FIGURE, 'f.')}, {told} AS told_at, s.source, s.title,"
        f" s.url, {_ONCE.format(said, told, 'f.id')} AS place_in_copies"
        " FROM figures f JOIN stories s ON s.id = f.story WHERE ? IN ('', f.measure) AND f.story IN asked)"
        f" {'' if copies else 'WHERE place_in_copies = 1'}"
        " ORDER BY measure, period, scope, coalesce(value_low, value_high), told_at, id LIMIT ?",
        (*asked.values, measure, -1 if limit is None else limit),
    )
    for values in rows:
        yield row_of(names, values)


def measures(db: sqlite3.Connection) -> dict[str, int]:
    """How many figures there are of each measure."""
    return dict(db.execute("SELECT measure, count(*) FROM figures GROUP BY measure ORDER BY measure").fetchall())


def found_in(db: sqlite3.Connection, story: int) -> dict[str, list[Row]]:
    """What coding found in a story: tags by code, shifts as judged, figures, in the order of the text."""
    order = "CASE part WHEN 'title' THEN 0 ELSE 1 END, start, id"
    return {
        "tags": rows_of(
            db,
            f'SELECT code, part, sentence, start, "end", rule, codebook FROM tags WHERE story = ?'
            f" ORDER BY code, {order}",
            story,
        ),
        "shifts": rows_of(
            db, f"SELECT {_columns(_SHIFT)}, event_reason FROM judged_shifts WHERE story = ? ORDER BY {order}", story
        ),
        "figures": rows_of(db, f"SELECT {_columns(_FIGURE)} FROM figures WHERE story = ? ORDER BY {order}", story),
    }


def code_counts(db: sqlite3.Connection) -> dict[str, int]:
    """How many stories are coded and how they are labelled, and how many tags, shifts, events and figures there are."""
    asked = {
        "primary": "SELECT count(*) FROM stories WHERE label = 'primary'",
        "mention": "SELECT count(*) FROM stories WHERE label = 'mention'",
        **{name: f"SELECT count(*) FROM {name}" for name in ("tags", "shifts", "events", "figures")},
    }
    return {name: int(db.execute(sql).fetchone()[0]) for name, sql in asked.items()}


def _columns(names: tuple[str, ...], prefix: str = "") -> str:
    return ", ".join(prefix + (f'"{name}"' if name == "end" else name) for name in names)
