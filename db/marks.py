"""When something was last done that need not be done again soon: a name and a moment."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from db.times import iso, moment


def mark(db: sqlite3.Connection, name: str, at: datetime) -> None:
    """Note that ``name`` was done ``at``, in place of an earlier note."""
    db.execute(
        "INSERT INTO marks (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at", (name, iso(at))
    )


def marked(db: sqlite3.Connection, name: str) -> datetime | None:
    """When ``name`` was last done; None: never, as far as is known."""
    found = db.execute("SELECT at FROM marks WHERE name = ?", (name,)).fetchone()
    return moment(found[0]) if found else None
