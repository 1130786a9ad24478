"""What the outside may ask of identity: a story's kin and what it draws on, and how many there are of each."""

from __future__ import annotations

import sqlite3
from typing import Any

from db.rows import rows_of

Row = dict[str, Any]

_KIN = (
    "SELECT s.id, s.source, s.title, s.url, coalesce(s.published_at, s.first_seen_at) AS at,"
    " d.relation, d.similarity, d.method, d.reason, d.decided_by, d.decided_at, {side} AS side"
    " FROM duplicates d JOIN stories s ON s.id = d.{there} WHERE d.{here} = ?"
)
_DRAWN = (
    "SELECT s.id, s.source, s.title, s.url, coalesce(s.published_at, s.first_seen_at) AS at, c.methods, c.overlap,"
    " c.density, c.longest_run, c.lag_seconds, c.lag_low, c.lag_high, c.passages, c.reason"
    " FROM coverage c JOIN stories s ON s.id = c.{there} WHERE c.{here} = ?"
)
_LOOKS = "SELECT address, at, outcome, http_status, reason FROM looks WHERE story = ? ORDER BY at"


def kin(db: sqlite3.Connection, story: int) -> dict[str, list[Row]]:
    """A story's near-duplicates, the other members of its group, the releases it draws on, and what draws on it."""
    later = _KIN.format(side="'later'", there="story", here="other")
    earlier = _KIN.format(side="'earlier'", there="other", here="story")
    group = (
        "SELECT s.id, s.source, s.title, s.url, coalesce(s.published_at, s.first_seen_at) AS at FROM stories s"
        " JOIN (SELECT coalesce(duplicate_of, id) AS first FROM stories WHERE id = ?1) g"
        " ON s.id = g.first OR s.duplicate_of = g.first WHERE s.id <> ?1 ORDER BY at, s.id"
    )
    return {
        "duplicates": rows_of(db, f"{earlier} UNION ALL {later} ORDER BY relation, at, id", story, story),
        "group": rows_of(db, group, story),
        "draws_on": rows_of(db, f"{_DRAWN.format(there='release', here='story')} ORDER BY c.score DESC", story),
        "picked_up_by": rows_of(db, f"{_DRAWN.format(there='story', here='release')} ORDER BY at, s.id", story),
        "looks": rows_of(db, _LOOKS, story),
    }  # fmt: skip


def match_counts(db: sqlite3.Connection) -> dict[str, int]:
    """How many groups of copies, copies in them, updates and links of coverage to releases there are."""
    asked = {
        "groups": "SELECT count(DISTINCT duplicate_of) FROM stories",
        "copies": "SELECT count(duplicate_of) FROM stories",
        "updates": "SELECT count(*) FROM duplicates WHERE relation = 'update'",
        "coverage": "SELECT count(*) FROM coverage",
    }
    return {name: int(db.execute(sql).fetchone()[0]) for name, sql in asked.items()}


def unfinished(db: sqlite3.Connection) -> bool:
    """Whether any story waits to be matched or coded, any version to be compared, or any mention to be grouped."""
    queues = ("match_queue", "change_queue", "code_queue", "event_queue")
    asked = "SELECT " + " OR ".join(f"EXISTS (SELECT 1 FROM {queue})" for queue in queues)
    return bool(db.execute(asked).fetchone()[0])
