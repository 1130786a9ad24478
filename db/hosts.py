"""What is remembered of each origin between runs: its robots.txt and how long it asked us to wait."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from db.times import maybe_iso, moment
from monitor.ports import HostNote


def load_hosts(db: sqlite3.Connection) -> list[HostNote]:
    """Every origin's note."""
    return [
        HostNote(
            origin=origin,
            robots=robots,
            robots_status=robots_status,
            robots_at=moment(robots_at),
            wait_until=moment(wait_until),
        )
        for origin, robots, robots_status, robots_at, wait_until in db.execute(
            "SELECT origin, robots, robots_status, robots_at, wait_until FROM hosts"
        )
    ]


def save_hosts(db: sqlite3.Connection, notes: Iterable[HostNote]) -> None:
    """Keep these notes in place of earlier ones of their origins; call inside a transaction."""
    db.executemany(
        "INSERT INTO hosts (origin, robots, robots_status, robots_at, wait_until) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (origin) DO UPDATE SET robots = excluded.robots, robots_status = excluded.robots_status,"
        " robots_at = excluded.robots_at, wait_until = excluded.wait_until",
        [(n.origin, n.robots, n.robots_status, maybe_iso(n.robots_at), maybe_iso(n.wait_until)) for n in notes],
    )
