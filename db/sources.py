"""Sources and their channels: kept in step with the configuration, remembered between polls."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from db.texts import domain_of
from db.times import iso, maybe_iso, moment
from monitor.model import Channel, ChannelKind, ChannelMemory, ChannelState, Snapshot, Source, StoryKind
from monitor.ports import Slot
from monitor.rhythm import Rhythm

Configured = Mapping[tuple[str, str], Channel]

MOST_PUT_OFF = timedelta(days=32)
_DISCOVERED_RANK = 1_000  # after everything configured
_KIND_OF = {StoryKind.RELEASE: "agency", StoryKind.COVERAGE: "outlet", StoryKind.ANALYSIS: "research"}
_REMEMBERED = (
    "state", "reason", "failures", "next_poll_at", "last_ok_at", "etag", "last_modified", "body_hash", "moved_to",
    "moved_times", "seen", "rhythm", "rhythm_from", "rhythm_at", "heat", "asked_seconds", "pace_seconds",
    "last_poll_at", "unreachable",
)  # fmt: skip
_REMEMBER = f"UPDATE channels SET {', '.join(f'{name} = ?' for name in _REMEMBERED)} WHERE id = ?"
_SELECT = f"SELECT id, source, kind, url, also, discovered, every_seconds, {', '.join(_REMEMBERED)} FROM channels"
_ENABLED = "enabled AND source IN (SELECT id FROM sources WHERE enabled)"


def sync_sources(db: sqlite3.Connection, sources: Sequence[Source]) -> None:
    """Make the archive's sources and channels those of the configuration.

    A channel is its source and url. One that is no longer configured is disabled, not forgotten, unless discovery
    found it; one that changed its kind is read afresh. What stands as it should is not written again, since this is
    asked at every start.
    """
    db.execute(
        "UPDATE sources SET enabled = 0 WHERE enabled AND id NOT IN (SELECT value FROM json_each(?))",
        (json.dumps([source.id for source in sources]),),
    )
    db.execute(
        "UPDATE channels SET enabled = 0 WHERE enabled AND NOT discovered AND (source, url) NOT IN"
        " (SELECT value ->> 0, value ->> 1 FROM json_each(?))",
        (json.dumps([(channel.source, channel.url) for source in sources for channel in source.channels]),),
    )
    db.executemany(
        "INSERT INTO sources (id, name, domain, kind, enabled, articles, home, refused) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, domain = excluded.domain, kind = excluded.kind,"
        " enabled = excluded.enabled, articles = excluded.articles, home = excluded.home, refused = excluded.refused"
        " WHERE (name, domain, kind, enabled, articles, home, refused) IS NOT (excluded.name, excluded.domain,"
        " excluded.kind, excluded.enabled, excluded.articles, excluded.home, excluded.refused)",
        [(s.id, s.name, s.domain, s.kind, s.enabled, s.articles, s.home, s.refused) for s in sources],
    )
    rows = [
        (channel.source, channel.kind, channel.url, rank, channel.also, int(channel.every.total_seconds()))
        for source in sources
        for rank, channel in enumerate(source.channels)
    ]
    db.executemany(
        "INSERT INTO channels (source, kind, url, rank, also, every_seconds) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (source, url) DO UPDATE SET rank = excluded.rank, also = excluded.also, discovered = 0,"
        " enabled = 1, every_seconds = excluded.every_seconds, kind = excluded.kind,"
        " etag = iif(kind = excluded.kind, etag, ''), last_modified = iif(kind = excluded.kind, last_modified, ''),"
        " body_hash = iif(kind = excluded.kind, body_hash, ''), seen = iif(kind = excluded.kind, seen, x'')"
        " WHERE (rank, also, discovered, enabled, every_seconds, kind) IS NOT (excluded.rank, excluded.also, 0, 1,"
        " excluded.every_seconds, excluded.kind)",
        rows,
    )


def ensure_source(db: sqlite3.Connection, snapshot: Snapshot) -> None:
    """A row for a source that only imported captures know, so that every story has its source."""
    domain = domain_of(snapshot.article.url)
    db.execute(
        "INSERT INTO sources (id, name, domain, kind, enabled) VALUES (?, ?, ?, ?, 0) ON CONFLICT (id) DO NOTHING",
        (snapshot.source, snapshot.article.site_name or domain, domain, _KIND_OF[snapshot.article.kind]),
    )


def channels(db: sqlite3.Connection, source: str | None, configured: Configured) -> list[ChannelMemory]:
    """The enabled channels in the configured order of preference, of one source or of all.

    The archive never holds how to log in or how to read a listing, so ``configured`` supplies the channel itself.
    """
    where, values = (" AND source = ?", (source,)) if source is not None else ("", ())
    rows = db.execute(f"{_SELECT} WHERE {_ENABLED}{where} ORDER BY source, rank, id", values)
    return [_memory(row, configured) for row in rows]


def schedule(db: sqlite3.Connection) -> dict[str, list[Slot]]:
    """Of every enabled source its enabled channels by preference; sources without any are there too."""
    enabled = db.execute("SELECT id FROM sources WHERE enabled")
    found: dict[str, list[Slot]] = {source: [] for (source,) in enabled}
    for source, also, state, at, unreachable in db.execute(
        "SELECT source, also, state, next_poll_at, unreachable FROM channels"
        f" WHERE {_ENABLED} ORDER BY source, rank, id"
    ):
        found[source].append(Slot(bool(also), state, moment(at), bool(unreachable)))
    return found


def pull_back(db: sqlite3.Connection, now: datetime) -> int:
    """Make due what a clock that ran ahead has put off beyond all we ever wait; gives how many pages that was."""
    latest = (iso(now), iso(now + MOST_PUT_OFF))
    return sum(
        db.execute(f"UPDATE pages SET {column} = ? WHERE {column} > ?", latest).rowcount
        for column in ("next_at", "recheck_at")
    )


def channel(db: sqlite3.Connection, id_: int, configured: Configured) -> ChannelMemory | None:
    """One channel by its row's id, enabled or not; None when there is none."""
    row = db.execute(f"{_SELECT} WHERE id = ?", (id_,)).fetchone()
    return _memory(row, configured) if row else None


def add_discovered(db: sqlite3.Connection, found: Channel, configured: Configured) -> ChannelMemory:
    """Remember a channel that discovery found, after those configured; one already known is enabled again."""
    db.execute(
        "INSERT INTO channels (source, kind, url, rank, also, discovered, every_seconds)"
        " VALUES (?, ?, ?, (SELECT max(coalesce(max(rank), 0), ?) + 1 FROM channels WHERE source = ?), ?, 1, ?)"
        " ON CONFLICT (source, url) DO UPDATE SET enabled = 1",
        (
            found.source, found.kind, found.url, _DISCOVERED_RANK, found.source, found.also,
            int(found.every.total_seconds()),
        ),
    )  # fmt: skip
    row = db.execute(f"{_SELECT} WHERE source = ? AND url = ?", (found.source, found.url)).fetchone()
    return _memory(row, {**configured, (found.source, found.url): found})


def remember(db: sqlite3.Connection, memory: ChannelMemory) -> None:
    """Store what is to be kept of a channel after a poll: the commit mark."""
    rhythm = memory.rhythm
    db.execute(
        _REMEMBER,
        (
            memory.state, memory.reason, memory.failures, maybe_iso(memory.next_poll_at), maybe_iso(memory.last_ok_at),
            memory.etag, memory.last_modified, memory.body_hash, memory.moved_to, memory.moved_times, memory.seen,
            rhythm.counts, maybe_iso(rhythm.since), maybe_iso(rhythm.at), rhythm.heat,
            int(memory.asked_pause.total_seconds()), int(memory.pace.total_seconds()), maybe_iso(memory.last_poll_at),
            memory.unreachable, memory.id,
        ),
    )  # fmt: skip


def _memory(row: tuple[Any, ...], configured: Configured) -> ChannelMemory:
    id_, source, kind, url, also, discovered, every, state, reason, failures, next_poll_at, last_ok_at, *rest = row
    etag, last_modified, body_hash, moved_to, moved_times, seen, *paced = rest
    counts, rhythm_from, rhythm_at, heat, asked, pace, last_poll_at, unreachable = paced
    channel = configured.get((source, url)) or Channel(
        source=source,
        kind=ChannelKind(kind),
        url=url,
        every=timedelta(seconds=every),
        also=bool(also),
        discovered=bool(discovered),
    )
    return ChannelMemory(
        id=id_,
        channel=channel,
        state=ChannelState(state),
        reason=reason,
        etag=etag,
        last_modified=last_modified,
        body_hash=body_hash,
        seen=seen,
        failures=failures,
        next_poll_at=moment(next_poll_at),
        last_ok_at=moment(last_ok_at),
        moved_to=moved_to,
        moved_times=moved_times,
        rhythm=Rhythm(counts=counts, since=moment(rhythm_from), at=moment(rhythm_at), heat=heat),
        asked_pause=timedelta(seconds=asked),
        pace=timedelta(seconds=pace),
        last_poll_at=moment(last_poll_at),
        unreachable=bool(unreachable),
    )
