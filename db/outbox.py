"""The outbox: digests with what they told, one delivery per recipient, and mail servers that rest."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from db.rows import rows_of
from db.times import iso, maybe_iso, moment
from monitor.digest.parcels import Parcel, ServerRest, Waiting

Row = dict[str, Any]

# Whether somebody has got a digest, or may have: a letter that was handed over and never answered counts as told.
TOLD = (
    "EXISTS (SELECT 1 FROM deliveries l WHERE l.digest = d.id"
    " AND (l.state = 'sent' OR l.handed_at IS NOT NULL OR l.unsure > 0))"
)


class Outbox:
    """The tables of the outbox inside a transaction that is somebody else's to end."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    # ── composing ─────────────────────────────────────────────────────────────────────────────────────────────────

    def past(self, name: str) -> list[Row]:
        """The digests of that name: id, window, slot, composed_at as moments; whether told; whether still waiting."""
        found = self._db.execute(
            f"SELECT d.id, d.window_start, d.window_end, d.slot, d.composed_at, {TOLD},"
            " EXISTS (SELECT 1 FROM deliveries l WHERE l.digest = d.id AND l.state = 'pending')"
            " FROM digests d WHERE d.name = ? ORDER BY d.id",
            (name,),
        )
        return [
            {
                "id": id_,
                "start": moment(start),
                "end": moment(end),
                "slot": moment(slot),
                "composed_at": moment(composed),
                "told": bool(told),
                "waiting": bool(waiting),
            }
            for id_, start, end, slot, composed, told, waiting in found
        ]

    def keep(self, parcel: Parcel) -> int:
        """Keep a digest, what it tells, and a delivery for each recipient; gives its id."""
        db = self._db
        id_ = int(
            db.execute(
                "INSERT INTO digests (name, slot, window_start, window_end, composed_at, subject, counts, text, html)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                (
                    parcel.name,
                    maybe_iso(parcel.slot),
                    iso(parcel.start),
                    iso(parcel.end),
                    iso(parcel.composed_at),
                    parcel.subject,
                    json.dumps(dict(parcel.counts)),
                    parcel.text,
                    parcel.html,
                ),
            ).fetchone()[0]
        )
        db.executemany(
            "INSERT INTO digest_stories (digest, story, version, place) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(id_, one.story, one.version, one.place.value) for one in parcel.stories],
        )
        db.executemany(
            "INSERT INTO digest_events (digest, event, story, told) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(id_, one.event, one.story, json.dumps(dict(one.told), sort_keys=True)) for one in parcel.events],
        )
        db.execute(
            "UPDATE notices SET told = ? WHERE told IS NULL AND at < ?", (iso(parcel.composed_at), iso(parcel.end))
        )
        db.executemany(
            "INSERT INTO deliveries (digest, recipient, message_id, message, next_at) VALUES (?, ?, ?, ?, ?)",
            [(id_, one.recipient, one.message_id, one.message, iso(parcel.composed_at)) for one in parcel.letters],
        )
        db.executemany(
            "UPDATE deliveries SET state = 'failed', message = NULL, next_at = NULL, told_in = ?2,"
            " error = 'replaced by digest ' || ?2 || ', never handed over' || iif(error = '', '', ': ' || error)"
            " WHERE digest = ?1 AND state = 'pending' AND handed_at IS NULL AND unsure = 0",
            [(old, id_) for old in parcel.replaces],
        )
        db.executemany(
            "UPDATE deliveries SET told_in = ? WHERE id = ?", [(id_, delivery) for delivery in parcel.tells_of]
        )
        return id_

    def untold_failures(self, name: str) -> list[Row]:
        """Deliveries of that digest that failed for good and were told nowhere; a recipient that failed before once.

        One whose failure was told and that has got nothing since is not told again.
        """
        return rows_of(
            self._db,
            "SELECT l.id, l.recipient, l.error, d.window_end AS at,"
            " EXISTS (SELECT 1 FROM deliveries o JOIN digests p ON p.id = o.digest WHERE p.name = d.name"
            "  AND o.recipient = l.recipient AND o.state = 'failed' AND o.told_in IS NOT NULL AND o.id < l.id"
            "  AND o.error NOT LIKE 'replaced by %' AND NOT EXISTS (SELECT 1 FROM deliveries s JOIN digests q"
            "   ON q.id = s.digest WHERE q.name = d.name AND s.recipient = l.recipient AND s.state = 'sent'"
            "   AND s.id > o.id AND s.id < l.id)) AS known"
            " FROM deliveries l JOIN digests d ON d.id = l.digest"
            " WHERE d.name = ? AND l.state = 'failed' AND l.told_in IS NULL ORDER BY l.id",
            name,
        )

    # ── sending ───────────────────────────────────────────────────────────────────────────────────────────────────

    def waiting(self, now: datetime, *, digests: Sequence[int] | None, limit: int) -> list[Waiting]:
        """Deliveries to be handed over at ``now``, oldest first; of those digests alone, due or not, when named."""
        which = "l.next_at <= ?" if digests is None else "l.digest IN (SELECT value FROM json_each(?))"
        found = self._db.execute(
            "SELECT l.id, l.digest, d.name, d.subject, l.recipient, l.message_id, l.message, l.attempts, d.composed_at,"
            " l.unsure + (l.handed_at IS NOT NULL) FROM deliveries l JOIN digests d ON d.id = l.digest"
            f" WHERE l.state = 'pending' AND {which} ORDER BY l.next_at, l.id LIMIT ?",
            (iso(now) if digests is None else json.dumps(list(digests)), limit),
        )
        return [
            Waiting(
                id=id_,
                digest=digest,
                name=name,
                subject=subject,
                recipient=recipient,
                message_id=message_id,
                message=bytes(message),
                attempts=attempts,
                composed_at=moment(composed),
                unsure=unsure,
            )
            for id_, digest, name, subject, recipient, message_id, message, attempts, composed, unsure in found
        ]

    def hand(self, delivery: int, now: datetime) -> int:
        """Note, before the byte that ends the letter is sent, that it is handed over; gives the times it was so before.

        A delivery found handed over was broken off right there by the end of a process, and may have been taken.
        """
        found = self._db.execute(
            "UPDATE deliveries SET unsure = unsure + (handed_at IS NOT NULL), handed_at = ? WHERE id = ?"
            " AND state = 'pending' RETURNING unsure",
            (iso(now), delivery),
        ).fetchone()
        return int(found[0])

    def sent(self, delivery: int, now: datetime) -> None:
        """The server took it. The bytes are needed no more."""
        self._db.execute(
            "UPDATE deliveries SET state = 'sent', attempts = attempts + 1, sent_at = ?, handed_at = NULL,"
            " message = NULL, next_at = NULL, error = '' WHERE id = ?",
            (iso(now), delivery),
        )

    def failed(self, delivery: int, error: str, *, unsure: bool = False) -> None:
        """It will not be tried again; ``unsure``: this time too it may have been taken."""
        self._db.execute(
            "UPDATE deliveries SET state = 'failed', attempts = attempts + 1, unsure = unsure + ?, handed_at = NULL,"
            " message = NULL, next_at = NULL, error = ? WHERE id = ?",
            (unsure, error, delivery),
        )

    def later(self, delivery: int, error: str, at: datetime, *, unsure: bool = False) -> None:
        """To be tried again ``at``; ``unsure``: it may have been taken this time."""
        self._db.execute(
            "UPDATE deliveries SET attempts = attempts + 1, unsure = unsure + ?, handed_at = NULL, error = ?,"
            " next_at = ? WHERE id = ?",
            (unsure, error, iso(at), delivery),
        )

    def rest(self, server: str) -> ServerRest:
        """How the server fared last."""
        found = self._db.execute(
            "SELECT failures, wait_until, error FROM mail_servers WHERE server = ?", (server,)
        ).fetchone()
        return ServerRest(failures=found[0], until=moment(found[1]), error=found[2]) if found else ServerRest()

    def set_rest(self, server: str, rest: ServerRest) -> None:
        """Remember how the server fares; no failures: forget that there were any."""
        if not rest.failures:
            self._db.execute("DELETE FROM mail_servers WHERE server = ?", (server,))
            return
        self._db.execute(
            "INSERT INTO mail_servers (server, failures, wait_until, error) VALUES (?, ?, ?, ?) ON CONFLICT (server)"
            " DO UPDATE SET failures = excluded.failures, wait_until = excluded.wait_until, error = excluded.error",
            (server, rest.failures, maybe_iso(rest.until), rest.error),
        )

    # ── questions ─────────────────────────────────────────────────────────────────────────────────────────────────

    def listed(self, name: str | None, limit: int) -> list[Row]:
        """Deliveries, newest first, of one digest or all: for people and machines."""
        return rows_of(
            self._db,
            "SELECT l.id, d.name, d.id AS digest, d.slot, d.window_start, d.window_end, d.composed_at, d.subject,"
            " d.counts, l.recipient, l.state, l.message_id, l.attempts, l.unsure,"
            " l.next_at, l.sent_at, l.error"
            " FROM deliveries l JOIN digests d ON d.id = l.digest WHERE ?1 IS NULL OR d.name = ?1"
            " ORDER BY l.id DESC LIMIT ?2",
            name,
            limit,
        )
