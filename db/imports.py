"""How far each WARC file has been imported, filed together with what was imported from it."""

from __future__ import annotations

import json
import sqlite3

from db.times import iso, maybe_iso, moment
from monitor.model import ImportProgress


def import_progress(db: sqlite3.Connection, file: str) -> ImportProgress | None:
    """How far ``file`` has been imported; None when it never was."""
    row = db.execute(
        "SELECT fingerprint, size, position, started_at, finished_at, counts FROM imports WHERE file = ?", (file,)
    ).fetchone()
    if row is None:
        return None
    fingerprint, size, position, started_at, finished_at, counts = row
    return ImportProgress(
        file=file,
        fingerprint=fingerprint,
        size=size,
        position=position,
        started_at=moment(started_at),
        finished_at=moment(finished_at),
        counts=json.loads(counts),
    )


def save_progress(db: sqlite3.Connection, progress: ImportProgress) -> None:
    """Keep how far an import has come; call in the transaction that files what was read up to there."""
    db.execute(
        "INSERT INTO imports (file, fingerprint, size, position, started_at, finished_at, counts)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (file) DO UPDATE SET fingerprint = excluded.fingerprint,"
        " size = excluded.size, position = excluded.position, started_at = excluded.started_at,"
        " finished_at = excluded.finished_at, counts = excluded.counts",
        (
            progress.file, progress.fingerprint, progress.size, progress.position, iso(progress.started_at),
            maybe_iso(progress.finished_at), json.dumps({name: dict(value) for name, value in progress.counts.items()}),
        ),
    )  # fmt: skip
