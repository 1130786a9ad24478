"""Article addresses: announced by channels, wanted, visited, filed; the way from an address to its story."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta

from db.filing import TextFrom, adopt_url, file_snapshot, seen_again, story_at
from db.leads import lead_json, lead_of, said_hash
from db.rechecks import file_look, schedule
from db.times import iso, maybe_iso
from monitor.model import Announced, Change, Filing, PageState, PageVisit, WantedPage

RETRY_UNFILEABLE = timedelta(days=1)

_SELECT = "SELECT address, source, channel, lead, state, story, etag, last_modified, body_hash, attempts FROM pages"
_DUE = "source = ? AND next_at <= ?"


def announce(
    db: sqlite3.Connection, announced: Announced, *, source: str, channel: int, poll: int, at: str
) -> tuple[Filing | None, bool]:
    """File one announced lead; gives what filing its story did, if it came with one, and whether its page is now due.

    A page that is already known becomes due again only when this channel says something of it that it never said
    before; a text that a channel carries in full is filed at once and its page is not wanted.
    """
    lead, address, snapshot = announced.lead, announced.address, announced.snapshot
    page = db.execute("SELECT story, state FROM pages WHERE address = ?", (address,)).fetchone()
    moved = False
    if page is None:
        # A snapshot of this very address finds its story when it is filed.
        story = None if snapshot and snapshot.article.url == address else story_at(db, address, announced.identity)
        state = PageState.FILED if story or snapshot else PageState.WAITING
        # The same story under another address: with a new slug comes a new headline, so its page is looked at.
        moved = story is not None and bool(announced.identity) and story_at(db, address) is None
    else:
        story, state = page[0], PageState(page[1])

    filing = None
    if snapshot:
        text_from = TextFrom.LEAD if snapshot.from_lead else TextFrom.CHANNEL
        filing = file_snapshot(db, snapshot, text_from, story=story)
        story = filing.story

    wanted = False
    if page is None:
        wanted = state is PageState.WAITING or moved
        db.execute(
            "INSERT INTO pages (address, source, channel, poll, story, state, published, position, announced_at,"
            " next_at, lead) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                address, source, channel, poll, story, state, lead.published.iso() if lead.published else None,
                lead.position, at, at if wanted else None, lead_json(lead, whole=not snapshot),
            ),
        )  # fmt: skip
    fresh = _sight(db, announced, story=story, channel=channel, at=at)
    if page is not None:
        if story is not None and page[0] is None:
            _belongs(db, address, story)
            if snapshot and not snapshot.from_lead:
                db.execute("UPDATE pages SET state = 'filed', next_at = NULL WHERE address = ?", (address,))
        wanted = fresh and _wanted_again(db, announced, story=story, state=state, channel=channel, at=at)
    return filing, wanted


def _sight(db: sqlite3.Connection, announced: Announced, *, story: int | None, channel: int, at: str) -> bool:
    """Keep what the channel says, if it never said so before."""
    lead = announced.lead
    cursor = db.execute(
        "INSERT INTO sightings (story, channel, seen_at, url, title, position, page, said)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (page, channel, said) DO NOTHING",
        (story, channel, at, lead.url, lead.title, lead.position, announced.address, said_hash(lead)),
    )
    return cursor.rowcount == 1


def _wanted_again(
    db: sqlite3.Connection, announced: Announced, *, story: int | None, state: PageState, channel: int, at: str
) -> bool:
    """Keep the newer lead of a known page, and say whether the page is due because of it."""
    lead, address, snapshot = announced.lead, announced.address, announced.snapshot
    (times,) = db.execute(
        "SELECT count(*) FROM sightings WHERE page = ? AND channel = ?", (address, channel)
    ).fetchone()
    if times < 2:
        return False  # another channel announces it for the first time: no sign that it changed
    db.execute(
        "UPDATE pages SET lead = ?, published = coalesce(?, published), position = ?, channel = ? WHERE address = ?",
        (
            lead_json(lead, whole=not snapshot), lead.published.iso() if lead.published else None, lead.position,
            channel, address,
        ),
    )  # fmt: skip
    if state in (PageState.WAITING, PageState.FAILED):
        return False  # it is on its way already, at the pace its host allows
    if snapshot and story is not None:
        (text_from,) = db.execute("SELECT text_from FROM stories WHERE id = ?", (story,)).fetchone()
        if text_from == TextFrom.CHANNEL:
            return False  # the channel has just given us the whole of it
    db.execute("UPDATE pages SET next_at = ? WHERE address = ?", (at, address))
    return True


def _belongs(db: sqlite3.Connection, address: str, story: int) -> None:
    """Let a page, and what channels said of it, belong to a story."""
    db.execute("UPDATE pages SET story = ?2 WHERE address = ?1 AND story IS NOT ?2", (address, story))
    db.execute("UPDATE sightings SET story = ?2 WHERE page = ?1 AND story IS NOT ?2", (address, story))


def file_visit(db: sqlite3.Connection, visit: PageVisit) -> Filing | None:
    """File one visit: the story, its page's state and validators; call inside a transaction.

    A visit older than the last one (an imported capture) gives its text to the story's history and leaves the page's
    state alone, unless the page was never had. None when there is no story to file.
    """
    address, at, snapshot = visit.address, iso(visit.visited_at), visit.snapshot
    page = db.execute(
        "SELECT story, poll, visited_at, state, body_hash FROM pages WHERE address = ?", (address,)
    ).fetchone()
    had, poll, last_visit, state, body = page or (None, None, None, None, "")
    story = had

    filing = None
    if snapshot:
        if story is not None and not snapshot.from_lead:
            story = adopt_url(db, story, snapshot.article.url)
        filing = file_snapshot(
            db,
            snapshot,
            TextFrom.LEAD if snapshot.from_lead else TextFrom.PAGE,
            story=story,
            page_reason=visit.reason if snapshot.from_lead else "",
            capture=visit.capture,
            reread=at == last_visit and body == visit.body_hash != "",
        )
        story = filing.story
        if filing.change is Change.NEW and poll is not None:
            db.execute("UPDATE polls SET new_stories = new_stories + 1 WHERE id = ?", (poll,))
    elif story is not None and visit.state is PageState.FILED and not visit.reason:
        seen_again(db, story, at)

    if page is None:
        if snapshot:
            db.execute(
                f"INSERT INTO pages (source, story, announced_at, attempts, {', '.join(_VISITED)}, address)"
                f" VALUES (?, ?, ?, ?, {', '.join('?' * len(_VISITED))}, ?)",
                (snapshot.source, story, at, _failed(visit), *_visited(visit, at)),
            )
            _schedule(db, visit, filing, story)
        return filing
    if story is not None and story != had:
        _belongs(db, address, story)
    if last_visit is None or at >= last_visit or (visit.state is PageState.FILED and state != PageState.FILED):
        again = _failed(visit) if at != last_visit else 0  # the same visit filed twice is one attempt
        db.execute(
            f"UPDATE pages SET attempts = (attempts + ?) * ?, {', '.join(f'{name} = ?' for name in _VISITED)}"
            " WHERE address = ?",
            (again, _failed(visit), *_visited(visit, at)),
        )
    if last_visit is not None and at < last_visit:  # an older capture says nothing of when to look again
        visit = replace(visit, recheck_if_changed_at=None)
    _schedule(db, visit, filing, story)
    return filing


def _schedule(db: sqlite3.Connection, visit: PageVisit, filing: Filing | None, story: int | None) -> None:
    if visit.recheck_if_changed_at is not None:
        schedule(db, visit, filing)
    if visit.look and story is not None:
        file_look(db, visit, story, filing)


_VISITED = (
    "state", "reason", "http_status", "etag", "last_modified", "body_hash", "visited_at", "next_at",
)  # fmt: skip


def _visited(visit: PageVisit, at: str) -> tuple[str | int | None, ...]:
    """In the order of _VISITED, and the address."""
    return (
        visit.state, visit.reason, visit.http_status, visit.etag, visit.last_modified, visit.body_hash, at,
        maybe_iso(visit.next_at), visit.address,
    )  # fmt: skip


def _failed(visit: PageVisit) -> int:
    return int(visit.state is not PageState.FILED or bool(visit.reason))


def unfileable(db: sqlite3.Connection, visit: PageVisit, reason: str) -> None:
    """Note on its page that a visit could not be filed, so that it is tried again and not at once."""
    at = iso(visit.visited_at)
    db.execute(
        "UPDATE pages SET state = iif(state = 'filed', 'filed', 'failed'), reason = ?, visited_at = ?, next_at = ?,"
        " attempts = attempts + 1 WHERE address = ?",
        (reason, at, iso(visit.next_at or visit.visited_at + RETRY_UNFILEABLE), visit.address),
    )


def wanted_pages(db: sqlite3.Connection, source: str, *, now: datetime, limit: int) -> tuple[list[WantedPage], int]:
    """The pages of ``source`` that are due, newest first (undated ones last, in their channel's order), at most
    ``limit``, and how many more are due."""
    rows = db.execute(
        f"{_SELECT} WHERE {_DUE} ORDER BY published IS NULL, published DESC, announced_at DESC, position LIMIT ?",
        (source, iso(now), limit),
    ).fetchall()
    (due,) = db.execute(f"SELECT count(*) FROM pages WHERE {_DUE}", (source, iso(now))).fetchone()
    return [
        WantedPage(
            address=address,
            source=of,
            channel=channel,
            lead=lead_of(lead, address),
            state=PageState(state),
            story=story,
            etag=etag,
            last_modified=last_modified,
            body_hash=body_hash,
            attempts=attempts,
        )
        for address, of, channel, lead, state, story, etag, last_modified, body_hash, attempts in rows
    ], due - len(rows)


def wanted_counts(db: sqlite3.Connection, now: datetime) -> dict[str, int]:
    """How many pages are due, by source; sources without any are absent."""
    return dict(
        db.execute("SELECT source, count(*) FROM pages WHERE next_at <= ? GROUP BY source", (iso(now),)).fetchall()
    )


def due_count(db: sqlite3.Connection, source: str, now: datetime) -> int:
    """How many pages of ``source`` are due."""
    return int(db.execute(f"SELECT count(*) FROM pages WHERE {_DUE}", (source, iso(now))).fetchone()[0])
