"""What is remembered of each origin between runs: its robots.txt, its waits, when it was asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from db.times import maybe_iso, moment
from monitor.ports import HostNote

_COLUMNS = ("origin", "robots", "robots_status", "robots_at", "wait_until", "crawl_delay", "asked_at")
_SAVE = (
    f"INSERT INTO hosts ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
    f" ON CONFLICT (origin) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)


def load_hosts(db: sqlite3.Connection) -> list[HostNote]:
    """Every origin's note."""
    return [
        HostNote(
            origin=origin,
            robots=robots,
            robots_status=robots_status,
            robots_at=moment(robots_at),
            wait_until=moment(wait_until),
            crawl_delay=crawl_delay,
            asked_at=moment(asked_at),
        )
        for origin, robots, robots_status, robots_at, wait_until, crawl_delay, asked_at in db.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM hosts"
        )
    ]


def save_hosts(db: sqlite3.Connection, notes: Iterable[HostNote]) -> None:
    """Keep these notes in place of earlier ones of their origins; call inside a transaction."""
    db.executemany(
        _SAVE,
        [
            (n.origin, n.robots, n.robots_status, maybe_iso(n.robots_at), maybe_iso(n.wait_until), n.crawl_delay,
             maybe_iso(n.asked_at))
            for n in notes
        ],
    )  # fmt: skip
