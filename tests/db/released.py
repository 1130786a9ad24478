"""Archives as earlier schema versions wrote them, with something in them."""

from __future__ import annotations

import hashlib
import sqlite3
from importlib.resources import files
from pathlib import Path
from unittest.mock import patch

from db import schema

# The steps that have been released, as they were: an archive out there was made by exactly these.
RELEASED = {
    "1_collect.sql": "87ee984a83bf74ce4b38d5b18528b75e414e60a5993680c9865bffe7e2227f9b",
    "2_identity.sql": "b063897e47d739e8a4d317afb215e719ddfebd9692a67ccd5538384f9ddb8df6",
}


def digest(step: str) -> str:
    """What a step's text hashes to."""
    return hashlib.sha256((files("db") / "steps" / step).read_bytes()).hexdigest()


def released(path: Path, version: int) -> None:
    """Write an archive of schema ``version`` with a source, a channel, polls and stories in it."""
    with patch.object(schema, "_steps", schema._steps[:version]):
        schema.create(path)
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("INSERT INTO sources (id, name, domain, kind) VALUES ('desk', 'Desk', 'x.org', 'outlet')")
        connection.execute(
            "INSERT INTO channels (id, source, kind, url, state) VALUES (1, 'desk', 'feed', 'https://x.org/f', 'ok')"
        )
        for n in range(1, 40):
            at = f"2026-01-{n % 28 + 1:02}T00:00:00"
            connection.execute(
                "INSERT INTO polls (channel, started_at, finished_at, outcome) VALUES (1, ?, ?, 'unchanged')",
                (f"{at}.{n:03}Z", f"{at}.{n:03}Z"),
            )
            connection.execute(
                "INSERT INTO stories (id, url, domain, source, kind, first_seen_at, last_seen_at, text_from, title,"
                " text, duplicate_of) VALUES (?, ?, 'x.org', 'desk', 'coverage', ?, ?, 'page', ?, ?, ?)",
                (
                    n,
                    f"https://x.org/{n}",
                    f"{at}Z",
                    f"{at}Z",
                    f"Story {n}",
                    f"Agents {n}. " * 50,
                    1 if n == 2 else None,
                ),
            )
            connection.execute(
                "INSERT INTO versions (story, number, captured_at, last_seen_at, text_hash, text_from, change, title,"
                " text) SELECT id, 1, first_seen_at, last_seen_at, '', 'page', '{\"kinds\": [\"new\"]}', title, text"
                " FROM stories WHERE id = ?",
                (n,),
            )
        connection.execute("INSERT INTO stories_fts (stories_fts) VALUES ('rebuild')")
        connection.commit()
    finally:
        connection.close()
