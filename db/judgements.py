"""People's judgements of shifts: what is judged, what was said of it, and how codes fare over the archive.

A judgement belongs to a shift's story and key, which outlast coding anew; the latest one of a shift counts.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from db.rows import rows_of

Row = dict[str, Any]

# What the sentence of a shift follows on; a title follows on nothing.
_LEADING = (
    ", coalesce(t.published_at, '') AS date, CASE WHEN s.part = 'title' THEN ''"
    " ELSE substr(t.text, max(1, s.start - 1000 + 1), min(1000, s.start)) END AS leading"
)
_LISTED = (
    "SELECT j.id, j.story, j.key, s.id AS shift, j.shift AS shift_then, j.coder, j.at, j.verdict, j.reason, j.fixed,"
    " j.judged, j.codebook, coalesce(s.sentence, '') AS sentence, s.part, s.start, t.title, t.source, t.url{more}"
    " FROM judgements j JOIN stories t ON t.id = j.story LEFT JOIN shifts s ON s.story = j.story AND s.key = j.key"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One judgement to be filed.

    ``fixed`` are the slots that should read otherwise, ``slots`` all of them as the machine has them.
    """

    shift: int
    story: int
    key: str
    coder: str
    at: str
    verdict: str
    reason: str
    fixed: dict[str, Any]
    slots: dict[str, Any]
    codebook: str


def shift(db: sqlite3.Connection, id_: int) -> Row | None:
    """A row of the table of shifts as the machine has it, with its story's title; None when there is none."""
    found = rows_of(
        db, "SELECT s.*, t.title, t.source, t.url FROM shifts s JOIN stories t ON t.id = s.story WHERE s.id = ?", id_
    )
    return found[0] if found else None


def latest(db: sqlite3.Connection, story: int, key: str, coder: str) -> Row | None:
    """The coder's latest judgement of a shift."""
    sql = f"{_LISTED.format(more='')} WHERE j.story = ? AND j.key = ? AND j.coder = ? ORDER BY j.id DESC LIMIT 1"
    found = rows_of(db, sql, story, key, coder)
    return found[0] if found else None


def add(db: sqlite3.Connection, judged: Judged) -> int:
    """File a judgement; gives its id."""
    cursor = db.execute(
        "INSERT INTO judgements (story, key, shift, coder, at, verdict, reason, fixed, judged, codebook)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            judged.story,
            judged.key,
            judged.shift,
            judged.coder,
            judged.at,
            judged.verdict,
            judged.reason,
            json.dumps(judged.fixed, ensure_ascii=False),
            json.dumps(judged.slots, ensure_ascii=False),
            judged.codebook,
        ),
    )
    return int(cursor.lastrowid or 0)


def listed(
    db: sqlite3.Connection, shift_id: int | None = None, *, coder: str = "", last: bool = False, leading: bool = False
) -> list[Row]:
    """Judgements in the order they were made, of one shift or of all, of one coder or of all.

    ``last``: only each coder's last of a shift. ``leading`` adds ``date`` and up to 1,000 characters of what stands
    before the sentence. ``shift`` is the row's id now, None when the machine sees that shift no more.
    """
    conditions = ["1"]
    values: list[object] = []
    if shift_id is not None:
        conditions.append("s.id = ?")
        values.append(shift_id)
    if coder:
        conditions.append("j.coder = ?")
        values.append(coder)
    if last:
        conditions.append("j.id IN (SELECT max(id) FROM judgements GROUP BY story, key, coder)")
    sql = f"{_LISTED.format(more=_LEADING if leading else '')} WHERE {' AND '.join(conditions)} ORDER BY j.id"
    return rows_of(db, sql, *values)


def codes_fired(db: sqlite3.Connection, codebook: str) -> dict[str, int]:
    """How many tags of each code the archive holds from this codebook."""
    return dict(db.execute("SELECT code, count(*) FROM tags WHERE codebook = ? GROUP BY code", (codebook,)))


def coded_with(db: sqlite3.Connection) -> dict[str, int]:
    """Codebook hash -> how many stories are coded with it."""
    return dict(db.execute("SELECT codebook, count(*) FROM stories WHERE codebook <> '' GROUP BY codebook"))


def newest_texts(db: sqlite3.Connection, limit: int) -> list[tuple[str, str]]:
    """(title, text) of the ``limit`` stories that came last."""
    return db.execute("SELECT title, text FROM stories ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
