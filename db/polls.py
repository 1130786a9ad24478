"""Filing one finished poll as a whole: what was announced, the poll's row, and the channel's memory."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta

from db.calendar import note_hour
from db.pages import announce
from db.sources import remember
from db.times import iso, iso_millis
from monitor.model import Change, ChannelMemory, ChannelState, Filing, Outcome, Poll, PollFiling

# The same poll filed again is the same row; its counts are then added to, and what is filed again adds nothing.
_INSERT = (
    "INSERT INTO polls (channel, started_at, finished_at, outcome, http_status, leads, total, reason)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (channel, started_at) DO UPDATE SET"
    " finished_at = excluded.finished_at, outcome = excluded.outcome, http_status = excluded.http_status,"
    " leads = excluded.leads, total = excluded.total, reason = excluded.reason RETURNING id"
)


def file_poll(db: sqlite3.Connection, poll: Poll) -> PollFiling:
    """File one poll: everything it announced first, its channel's validators and next poll last.

    Call inside a transaction: either all of it is kept or none, so a channel is never ahead of what was filed.
    """
    channel = poll.memory.id
    (row,) = db.execute(
        _INSERT,
        (
            channel, iso_millis(poll.started_at), iso_millis(poll.finished_at), poll.outcome, poll.http_status,
            len(poll.announced), poll.total, poll.reason,
        ),
    ).fetchone()  # fmt: skip
    filings: list[Filing] = []
    finished = iso(poll.finished_at)
    wanted = 0
    for announced in poll.announced:
        filing, due = announce(db, announced, source=poll.memory.channel.source, channel=channel, poll=row, at=finished)
        wanted += due
        if filing:
            filings.append(filing)
    new = sum(filing.change is Change.NEW for filing in filings)
    if new or wanted:
        db.execute(
            "UPDATE polls SET new_stories = new_stories + ?, wanted = wanted + ? WHERE id = ?", (new, wanted, row)
        )
    note_hour(db, poll)
    remember(db, poll.memory)
    return PollFiling(poll=row, filings=tuple(filings), wanted=wanted)


def file_unfileable(db: sqlite3.Connection, poll: Poll, known: ChannelMemory, reason: str) -> PollFiling:
    """File that a poll could not be filed: its channel keeps the validators it had and is looked at again."""
    memory = replace(
        known,
        state=ChannelState.BROKEN,
        reason=reason,
        failures=known.failures + 1,
        last_poll_at=poll.finished_at,
        next_poll_at=poll.memory.next_poll_at or poll.finished_at + timedelta(hours=1),
    )
    failed = replace(poll, memory=memory, outcome=Outcome.BROKEN, reason=reason, announced=())
    return replace(file_poll(db, failed), problem=reason)
