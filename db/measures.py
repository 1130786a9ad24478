"""The archive in numbers, for monitoring: short questions of one moment, whoever writes meanwhile."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from db.connect import open_reader, refusing
from db.times import iso, iso_millis, moment
from monitor.metrics import Measures

_QUEUES = {
    "pages": "SELECT count(*) FROM pages WHERE next_at <= ?1 AND state <> 'filed'",
    "rechecks": "SELECT count(*) FROM pages WHERE recheck_at <= ?1",
    "channels": (
        "SELECT count(*) FROM channels c JOIN sources s ON s.id = c.source"
        " WHERE c.enabled AND s.enabled AND coalesce(c.next_poll_at, '') <= ?1"
    ),
    "matching": "SELECT count(*) FROM match_queue WHERE ?1 <> ''",
    "changes": "SELECT count(*) FROM change_queue WHERE ?1 <> ''",
}


def measure(path: Path, now: datetime) -> Measures:
    """The archive at ``path`` in numbers. Raises ArchiveError, also when its schema is not today's."""
    from db import schema

    connection = open_reader(path)
    try:
        schema.refuse_newer(connection, path)
        schema.refuse_older(connection, path)
        with refusing(path):
            return _measure(connection, path, now)
    finally:
        connection.close()


def _measure(db: sqlite3.Connection, path: Path, now: datetime) -> Measures:
    db.execute("BEGIN")  # all of one moment
    try:
        watched = "FROM channels c JOIN sources s ON s.id = c.source WHERE c.enabled AND s.enabled"
        states = db.execute(f"SELECT c.source, c.kind, c.state, count(*) {watched} GROUP BY 1, 2, 3").fetchall()
        polls = db.execute(
            "SELECT c.source, p.outcome, count(*) FROM polls p JOIN channels c ON c.id = p.channel"
            " WHERE p.started_at >= ? GROUP BY 1, 2",
            (iso_millis(now - timedelta(days=1)),),
        ).fetchall()
        ok = db.execute(f"SELECT c.source, max(c.last_ok_at) {watched} GROUP BY 1").fetchall()
        stories = db.execute("SELECT source, kind, count(*) FROM stories GROUP BY 1, 2").fetchall()
        queues = {name: int(db.execute(sql, (iso(now),)).fetchone()[0]) for name, sql in _QUEUES.items()}
        (versions,) = db.execute("SELECT count(*) FROM versions").fetchone()
        (newest,) = db.execute("SELECT max(first_seen_at) FROM stories").fetchone()
    finally:
        db.execute("ROLLBACK")
    real = path.resolve()
    log = real.with_name(real.name + "-wal")
    return Measures(
        channels={(source, kind, state): count for source, kind, state, count in states},
        polls={(source, outcome): count for source, outcome, count in polls},
        last_ok={source: moment(text) for source, text in ok},
        stories={(source, kind): count for source, kind, count in stories},
        versions=int(versions),
        newest_story=moment(newest),
        queues=queues,
        archive_bytes=real.stat().st_size,
        log_bytes=log.stat().st_size if log.exists() else 0,
        at=now,
    )
