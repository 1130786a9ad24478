"""What health is judged from, and the notices it comes to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from db.rows import rows_of
from db.times import dated, iso, moment
from monitor.health import FIELDS, LEAST_NOW, ChannelRecord, Completeness, Notice, NoticeKind
from monitor.model import ChannelState, Precision

PAST = timedelta(days=28)
DAY = timedelta(days=1)
_FIELD_SQL = {
    "title": "title <> ''",
    "date": "published_at IS NOT NULL",
    "byline": "byline <> ''",
    "text": "word_count >= 40",
    "own": "extractor = 'site'",
}


def channel_records(db: sqlite3.Connection) -> list[ChannelRecord]:
    """Every enabled channel, its source's in the order of preference."""
    return [
        ChannelRecord(
            id=id_,
            source=source,
            url=url,
            state=ChannelState(state),
            reason=reason,
            failures=failures,
            unreachable=bool(unreachable),
            last_poll_at=moment(last_poll_at),
            last_ok_at=moment(last_ok_at),
            moved_to=moved_to,
            moved_times=moved_times,
        )
        for id_, source, url, state, reason, failures, unreachable, last_poll_at, last_ok_at, moved_to, moved_times
        in db.execute(
            "SELECT id, source, url, state, reason, failures, unreachable, last_poll_at, last_ok_at, moved_to,"
            " moved_times FROM channels WHERE enabled AND source IN (SELECT id FROM sources WHERE enabled)"
            " ORDER BY source, rank, id"
        )
    ]  # fmt: skip


def arrivals(db: sqlite3.Connection, since: datetime) -> dict[int, list[datetime]]:
    """By channel when each of its stories came, since then: as published, where that is known to the minute."""
    found: dict[int, list[datetime]] = {}
    for channel, seen, published, precision in db.execute(
        "SELECT s.channel, min(s.seen_at), t.published_at, t.published_precision FROM sightings s"
        " JOIN stories t ON t.id = s.story WHERE s.seen_at >= ? GROUP BY s.channel, s.story",
        (iso(since),),
    ):
        at = moment(seen)
        said = dated(published, precision, None)
        if said is not None and said.precision in (Precision.SECOND, Precision.MINUTE):
            at = min(at, said.at)
        elif said is not None:  # somewhen on that day, or by the time it was seen
            at = min(at, said.at + DAY / 2)
        if at >= since:
            found.setdefault(channel, []).append(at)
    return found


def completeness(db: sqlite3.Connection, now: datetime) -> list[Completeness]:
    """How completely the pages of each enabled source are read, in the last day and in the four weeks before."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for source, at, *had in db.execute(
        f"SELECT source, first_seen_at, {', '.join(_FIELD_SQL[field] for field in FIELDS)} FROM stories"
        " WHERE text_from = 'page' AND first_seen_at >= ? AND source IN (SELECT id FROM sources WHERE enabled)"
        " ORDER BY first_seen_at DESC, id DESC",
        (iso(now - PAST - DAY),),
    ):
        rows.setdefault(source, []).append((at, had))
    yesterday = iso(now - DAY)
    found = []
    for source, stories in rows.items():
        recent = max(sum(at >= yesterday for at, _ in stories), min(LEAST_NOW, len(stories)))
        new, past = [had for _, had in stories[:recent]], [had for _, had in stories[recent:]]
        found.append(
            Completeness(
                source=source,
                now=len(new),
                past=len(past),
                had_now={field: sum(had[at] or 0 for had in new) for at, field in enumerate(FIELDS)},
                had_past={field: sum(had[at] or 0 for had in past) for at, field in enumerate(FIELDS)},
            )
        )
    return found


def last_notices(db: sqlite3.Connection) -> dict[tuple[str | None, str], Notice]:
    """The last notice on each subject of each source."""
    return {
        (source, subject): Notice(at=moment(at), kind=NoticeKind(kind), source=source, subject=subject, text=text)
        for at, kind, source, subject, text in db.execute(
            "SELECT at, kind, source, subject, text FROM notices WHERE id IN"
            " (SELECT max(id) FROM notices GROUP BY source, subject)"
        )
    }


def give_notices(db: sqlite3.Connection, notices: Sequence[Notice]) -> None:
    """Store new notices; call inside a transaction."""
    db.executemany(
        "INSERT INTO notices (at, kind, source, subject, text) VALUES (?, ?, ?, ?, ?)",
        [(iso(one.at), one.kind, one.source, one.subject, one.text) for one in notices],
    )


def notices(db: sqlite3.Connection, *, since: datetime | None = None, limit: int = 100) -> list[dict[str, Any]]:
    """The latest notices, newest first: at, kind, source, text, told."""
    return rows_of(
        db,
        "SELECT id, at, kind, source, text, told FROM notices WHERE at >= ? ORDER BY id DESC LIMIT ?",
        iso(since) if since else "",
        limit,
    )


def set_quiet(db: sqlite3.Connection, reasons: Mapping[int, str]) -> None:
    """Mark channels as quiet with the reason; an empty one takes the mark off. Others are left as they are."""
    for channel, reason in reasons.items():
        state = "quiet" if reason else "ok"
        db.execute(
            "UPDATE channels SET state = ?, reason = ? WHERE id = ? AND state IN ('ok', 'quiet')",
            (state, reason, channel),
        )


def poll_at_once(db: sqlite3.Connection, channels: Iterable[int]) -> None:
    """Make channels due."""
    db.executemany("UPDATE channels SET next_poll_at = NULL WHERE id = ?", [(channel,) for channel in channels])
