"""Looking again at the pages of known stories: which are due, and every look kept, so that "unchanged" is evidence."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from db.leads import lead_of
from db.times import iso
from monitor.model import Change, Filing, LookOutcome, PageState, PageVisit, TroubleKind, WantedPage

_OUTCOMES = {
    TroubleKind.BLOCKED: LookOutcome.BLOCKED,
    TroubleKind.WAIT: LookOutcome.BLOCKED,
    TroubleKind.GONE: LookOutcome.GONE,
    TroubleKind.FORBIDDEN: LookOutcome.FORBIDDEN,
    TroubleKind.UNREACHABLE: LookOutcome.UNREACHABLE,
}


def file_look(db: sqlite3.Connection, visit: PageVisit, story: int, filing: Filing | None) -> None:
    """Keep one look at a known story's page; the same look filed again is one."""
    if visit.trouble is not None:
        outcome = _OUTCOMES.get(visit.trouble, LookOutcome.BROKEN)
    elif filing is not None and filing.change is not Change.UNCHANGED:
        outcome = LookOutcome.CHANGED
    else:
        outcome = LookOutcome.UNCHANGED
    db.execute(
        "INSERT INTO looks (story, address, at, outcome, http_status, reason) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (address, at) DO NOTHING",
        (story, visit.address, iso(visit.visited_at), outcome, visit.http_status, visit.reason),
    )


def schedule(db: sqlite3.Connection, visit: PageVisit, filing: Filing | None) -> None:
    """Keep when the page just visited is looked at again: sooner when its text has just changed."""
    changed = filing is not None and filing.change is not Change.UNCHANGED
    at = visit.recheck_if_changed_at if changed else visit.recheck_at
    db.execute("UPDATE pages SET recheck_at = ? WHERE address = ?", (iso(at) if at else None, visit.address))


def due_rechecks(db: sqlite3.Connection, source: str, *, now: datetime, limit: int) -> list[WantedPage]:
    """The pages of ``source`` to look at again, the longest overdue first, at most ``limit``."""
    rows = db.execute(
        "SELECT p.address, p.channel, p.lead, p.story, p.etag, p.last_modified, p.body_hash, p.attempts, v.captured_at,"
        " s.label IN ('primary', 'mention')"
        " FROM pages p JOIN stories s ON s.id = p.story"
        " JOIN versions v ON v.story = s.id AND v.number = s.version"
        " WHERE p.source = ? AND p.recheck_at <= ? AND p.state = 'filed' ORDER BY p.recheck_at, p.address LIMIT ?",
        (source, iso(now), limit),
    )
    return [
        WantedPage(
            address=address,
            source=source,
            channel=channel,
            lead=lead_of(lead, address),
            state=PageState.FILED,
            story=story,
            etag=etag,
            last_modified=last_modified,
            body_hash=body_hash,
            attempts=attempts,
            since=datetime.fromisoformat(since),
            watched=bool(watched),
        )
        for address, channel, lead, story, etag, last_modified, body_hash, attempts, since, watched in rows
    ]


def recheck_counts(db: sqlite3.Connection, now: datetime) -> dict[str, int]:
    """How many pages are to be looked at again, by source; sources without any are absent."""
    return dict(
        db.execute("SELECT source, count(*) FROM pages WHERE recheck_at <= ? GROUP BY source", (iso(now),)).fetchall()
    )


def due_count(db: sqlite3.Connection, source: str, now: datetime) -> int:
    """How many pages of ``source``'s known stories are to be looked at again."""
    sql = "SELECT count(*) FROM pages WHERE source = ? AND recheck_at <= ?"
    return int(db.execute(sql, (source, iso(now))).fetchone()[0])
