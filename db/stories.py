"""What the outside may ask of the archive: stories found and counted, one story whole, the state of every channel."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from db.identities import kin
from db.prune import CAPTURE_PRUNED
from db.queries import WHEN, condition, highlights
from db.rows import row_of, rows_of
from db.shifts import found_in
from monitor.query import Query

Row = dict[str, Any]

_LISTED = (
    "id", "url", "domain", "source", "kind", "title", "byline", "dateline", "published_at", "published_precision",
    "published_from", "modified_at", "first_seen_at", "last_seen_at", "language", "version", "duplicate_of",
    "origin", "text_from", "page_reason", "paywalled", "word_count", "cited_domains",
    "label",
)  # fmt: skip
# Private-use characters that no cleaned text holds mark the hits, so that text cannot fake one.
_OPEN, _CLOSE = "\ue000", "\ue001"
_SNIPPET = (
    f"SELECT snippet(stories_fts, 1, '{_OPEN}', '{_CLOSE}', '…', 24) FROM stories_fts"
    " WHERE stories_fts MATCH ? AND rowid = ?"
)
_LEDE = 200


def stories(db: sqlite3.Connection, query: Query, *, limit: int | None, now: datetime, snippets: bool) -> Iterator[Row]:
    """The stories that match, newest first, as they come; values are ready for JSON.

    ``snippet`` is a list of [text, whether it matched] around what was found, or the text's beginning.
    """
    asked = condition(query, now=now)
    wanted = highlights(query) if snippets else ""
    columns = ", ".join(_LISTED) + (f", substr(text, 1, {_LEDE})" if snippets else "")
    rows = db.execute(
        f"SELECT {columns} FROM stories WHERE {asked.sql} ORDER BY {WHEN} DESC, id DESC LIMIT ?",
        (*asked.values, -1 if limit is None else limit),
    )
    for values in rows:
        row = row_of(_LISTED, values)
        if snippets:
            found = db.execute(_SNIPPET, (wanted, row["id"])).fetchone() if wanted else None
            row["snippet"] = _runs(found[0]) if found else [[_one_line(values[-1]), False]]
        yield row


def count(db: sqlite3.Connection, query: Query, *, now: datetime) -> int:
    """How many stories match."""
    asked = condition(query, now=now)
    return int(db.execute(f"SELECT count(*) FROM stories WHERE {asked.sql}", asked.values).fetchone()[0])


def story(db: sqlite3.Connection, id_: int) -> Row | None:
    """One story with its versions (as they followed in time), sightings, pages, kin and looks; None: no such story."""
    found = rows_of(db, "SELECT * FROM stories WHERE id = ?", id_)
    if not found:
        return None
    whole = found[0]
    whole["versions"] = rows_of(
        db,
        "SELECT number, captured_at, last_seen_at, text_hash, text_from, extractor, change, capture,"
        " (SELECT at FROM marks WHERE name = ? || substr(capture, 1, instr(capture, ':') - 1)) AS capture_pruned_at,"
        " title, text FROM versions WHERE story = ? ORDER BY captured_at, number",
        CAPTURE_PRUNED,
        id_,
    )
    whole["sightings"] = rows_of(
        db,
        "SELECT s.channel, c.url AS channel_url, c.source AS channel_source, s.seen_at, s.url, s.title, s.position"
        " FROM sightings s JOIN channels c ON c.id = s.channel WHERE s.story = ? ORDER BY s.seen_at, s.id",
        id_,
    )
    whole["pages"] = rows_of(
        db,
        "SELECT address, state, reason, http_status, announced_at, visited_at, next_at, attempts FROM pages"
        " WHERE story = ? ORDER BY announced_at, address",
        id_,
    )
    whole.update(kin(db, id_))
    whole.update(found_in(db, id_))
    return whole


def counts(db: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table a person would ask about has."""
    tables = ("sources", "channels", "polls", "stories", "versions", "sightings", "pages")
    return {name: int(db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]) for name in tables}


def source_states(db: sqlite3.Connection) -> list[Row]:
    """Every channel the archive knows, enabled or not: its state, why, when it was last well, and its stories."""
    return rows_of(
        db,
        "SELECT c.id, c.source, c.kind, c.url, c.rank, c.also, c.discovered, c.enabled AND s.enabled AS enabled,"
        " c.state, c.reason, c.failures, c.last_ok_at, c.next_poll_at, c.every_seconds, c.moved_to, c.moved_times,"
        " coalesce(n.stories, 0) AS stories FROM channels c JOIN sources s ON s.id = c.source"
        # Counted in one go: an index by channel would cost every filing a twentieth for this question alone.
        " LEFT JOIN (SELECT channel, count(DISTINCT story) AS stories FROM sightings GROUP BY channel) n"
        " ON n.channel = c.id ORDER BY c.source, c.rank, c.id",
    )


def _runs(snippet: str) -> list[list[str | bool]]:
    runs: list[list[str | bool]] = []
    for number, part in enumerate(_one_line(snippet).split(_OPEN)):
        hit, _, after = part.rpartition(_CLOSE) if number else ("", "", part)
        runs += [[text, matched] for text, matched in ((hit, True), (after, False)) if text]
    return runs


def _one_line(text: str) -> str:
    return " ".join(text.split())
