"""The calendar of coverage: what looking at each source came to, hour by hour, and the gaps in between."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from db.rows import rows_of
from db.times import iso
from monitor.model import Outcome, Poll

_WORD = {
    Outcome.CHANGED: "changed",
    Outcome.UNCHANGED: "unchanged",
    Outcome.EMPTY: "empty",
    Outcome.BLOCKED: "blocked",
    Outcome.BROKEN: "failed",
    Outcome.GONE: "failed",
    Outcome.FORBIDDEN: "failed",
}
# Within an hour the best look counts: what one channel could not tell another did, or the same one later.
_RANK = "CASE {} WHEN 'changed' THEN 4 WHEN 'unchanged' THEN 3 WHEN 'empty' THEN 2 WHEN 'blocked' THEN 1 ELSE 0 END"
_NOTE = (
    "INSERT INTO coverage_hours (source, hour, outcome, reason) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (source, hour) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason"
    f" WHERE {_RANK.format('excluded.outcome')} > {_RANK.format('outcome')}"
)


def hour_of(at: datetime) -> str:
    """``2026-01-02T03:00Z``: the hour of UTC a moment lies in."""
    return iso(at)[:13] + ":00Z"


def note_hour(db: sqlite3.Connection, poll: Poll) -> None:
    """Enter a finished poll; entering it again changes nothing."""
    outcome = _WORD[poll.outcome]
    db.execute(_NOTE, (poll.memory.channel.source, hour_of(poll.started_at), outcome, poll.reason))


def gaps(db: sqlite3.Connection, *, since: datetime) -> list[dict[str, Any]]:
    """The times a source could not be seen that had not ended by then, by source: the rows of ``coverage_gaps``."""
    return rows_of(
        db,
        "SELECT * FROM coverage_gaps WHERE seen_again IS NULL OR seen_again >= ? ORDER BY source, seen_until",
        hour_of(since),
    )


def hours(db: sqlite3.Connection, *, since: datetime) -> list[dict[str, Any]]:
    """Every hour since then in which a source was looked at: source, hour, outcome, reason."""
    return rows_of(
        db,
        "SELECT source, hour, outcome, reason FROM coverage_hours WHERE hour >= ? ORDER BY source, hour",
        hour_of(since),
    )
