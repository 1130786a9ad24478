"""What grouping asks of the archive and files there: mentions that wait, events, and what people decided of them.

All of it belongs to the transaction under way.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from monitor.codings import Decisions, EventRow, Told
from monitor.model import Part, Shift

_MENTION = (
    "SELECT j.*, s.source AS story_source, s.url AS story_url FROM judged_shifts j JOIN stories s ON s.id = j.story"
)
_PARTS = {"title": 0, "lede": 1, "body": 2}


class EventTables:
    """The tables of events; every method belongs to the transaction under way."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def waiting(self, limit: int) -> list[tuple[str, list[str]]]:
        """The next places around which mentions are to be grouped anew, each with all its moments that wait."""
        places = self._db.execute("SELECT DISTINCT place FROM event_queue ORDER BY place LIMIT ?", (limit,)).fetchall()
        return [
            (place, [at for (at,) in self._db.execute("SELECT at FROM event_queue WHERE place = ?", (place,))])
            for (place,) in places
        ]

    def waiting_count(self) -> int:
        """How many places wait."""
        return int(self._db.execute("SELECT count(DISTINCT place) FROM event_queue").fetchone()[0])

    def moments(self, place: str) -> list[str]:
        """When mentions of a place came out, in order."""
        rows = self._db.execute("SELECT DISTINCT told_at FROM shifts WHERE place = ? ORDER BY told_at", (place,))
        return [at for (at,) in rows]

    def mentions(self, place: str, low: str, high: str) -> list[Told]:
        """The mentions of a place that came out from ``low`` to ``high``, both included."""
        return self._told("j.place = ? AND j.told_at BETWEEN ? AND ?", place, low, high)

    def of_event(self, event: int) -> list[Told]:
        """The mentions of an event."""
        return self._told("j.event = ?", event)

    def mention(self, shift: int) -> Told | None:
        """The shift of that id as a mention; None when there is none, or it was rejected."""
        return next(iter(self._told("j.id = ?", shift)), None)

    def partners(self, told: Told) -> list[Told]:
        """The mentions a person has found to be of one event with this one."""
        pairs = self._db.execute(
            "SELECT other_story, other_key FROM event_decisions WHERE verdict = 'same' AND story = ?1 AND key = ?2"
            " UNION SELECT story, key FROM event_decisions WHERE verdict = 'same' AND other_story = ?1"
            " AND other_key = ?2",
            (told.story, told.key),
        ).fetchall()
        return [one for pair in pairs for one in self._told("j.story = ? AND j.key = ?", *pair)]

    def decisions(self, told: Sequence[Told]) -> Decisions:
        """What people decided of these mentions."""
        ids = {(one.story, one.key): one.id for one in told}
        alone: set[int] = set()
        together: set[tuple[int, int]] = set()
        rows = self._db.execute("SELECT verdict, story, key, other_story, other_key FROM event_decisions")
        for verdict, story, key, other_story, other_key in rows:
            one, other = ids.get((story, key)), ids.get((other_story, other_key))
            if verdict == "alone" and one is not None:
                alone.add(one)
            elif verdict == "same" and one is not None and other is not None:
                together.add((one, other))
        return Decisions(alone=frozenset(alone), together=frozenset(together))

    def move(self, told: Told, place: str) -> None:
        """Let a mention be about another place than it was."""
        self._db.execute("UPDATE shifts SET place = ? WHERE id = ?", (place, told.id))

    def save(self, events: Sequence[EventRow], gone: Iterable[int]) -> None:
        """File these events and let their mentions be theirs; ``gone`` are events that no mention tells of any more."""
        for event in events:
            values = (
                event.actor, event.resource, event.direction, event.destination, event.quantity_low,
                event.quantity_high, event.state,
                json.dumps([list(step) for step in event.lifecycle]),
                event.first.story, event.first.source, event.first.told_at, event.last_at,
            )  # fmt: skip
            id_ = event.id
            if id_ is None:
                id_ = self._db.execute(
                    "INSERT INTO events (actor, resource, direction, destination, quantity_low, quantity_high, state,"
                    " lifecycle, first_story, first_source, first_at, last_at)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    values,
                ).lastrowid
            else:
                self._db.execute(
                    "UPDATE events SET (actor, resource, direction, destination, quantity_low, quantity_high, state,"
                    " lifecycle, first_story, first_source, first_at, last_at) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                    " WHERE id = ?",
                    (*values, id_),
                )
            self._db.executemany(
                "UPDATE shifts SET event = ?, event_reason = ? WHERE id = ?",
                [(id_, why, told.id) for told, why in event.mentions if (told.event, told.reason) != (id_, why)],
            )
        self._db.executemany("DELETE FROM events WHERE id = ?", [(id_,) for id_ in gone])

    def grouped(self, places: Iterable[tuple[str, Sequence[str]]]) -> None:
        """These places wait no longer around these moments."""
        self._db.executemany(
            "DELETE FROM event_queue WHERE place = ? AND at = ?", [(place, at) for place, all_ in places for at in all_]
        )

    def drop_empty(self) -> None:
        """Forget events that no mention tells of any more; a rejected shift is in none."""
        self._db.execute(
            "UPDATE shifts SET event = NULL, event_reason = '' WHERE event IS NOT NULL AND 'reject' ="
            " (SELECT verdict FROM judgements j WHERE j.story = shifts.story AND j.key = shifts.key"
            " ORDER BY j.id DESC LIMIT 1)"
        )
        self._db.execute("DELETE FROM events WHERE NOT EXISTS (SELECT 1 FROM shifts WHERE event = events.id)")

    def decide(self, verdict: str, told: Told, other: Told | None, at: str) -> None:
        """Remember what a person decided of a mention, or of two; it outlasts every later coding."""
        self.undecide(told, other)
        pair = (other.story, other.key) if other else (None, None)
        self._db.execute(
            "INSERT INTO event_decisions (verdict, story, key, other_story, other_key, decided_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (verdict, told.story, told.key, *pair, at),
        )

    def undecide(self, told: Told, other: Told | None = None) -> None:
        """Forget that a mention stands alone, or that two are one event."""
        if other is None:
            self._db.execute(
                "DELETE FROM event_decisions WHERE story = ? AND key = ? AND verdict = 'alone'", (told.story, told.key)
            )
            return
        for one, two in ((told, other), (other, told)):
            self._db.execute(
                "DELETE FROM event_decisions WHERE verdict = 'same' AND (story, key, other_story, other_key)"
                " = (?, ?, ?, ?)",
                (one.story, one.key, two.story, two.key),
            )

    def _told(self, condition: str, *values: object) -> list[Told]:
        cursor = self._db.execute(f"{_MENTION} WHERE {condition}", values)
        names = [column[0] for column in cursor.description]
        return [_told_of(dict(zip(names, row, strict=True))) for row in cursor]


def _told_of(row: dict[str, Any]) -> Told:
    return Told(
        id=row["id"],
        story=row["story"],
        key=row["key"],
        place=row["place"],
        told_at=row["told_at"],
        source=row["story_source"],
        event=row["event"],
        reason=row["event_reason"],
        rank=(row["story_url"], _PARTS[row["part"]], row["start"], row["key"]),
        shift=Shift(
            actor=row["actor"],
            beneficiary=row["beneficiary"],
            resource=row["resource"],
            quantity_low=row["quantity_low"],
            quantity_high=row["quantity_high"],
            quantity_text=row["quantity_text"],
            quantity_approx=bool(row["quantity_approx"]),
            origin=row["origin"],
            destination=row["destination"],
            direction=row["direction"],
            status=row["status"],
            attribution=row["attribution"],
            sentence=row["sentence"],
            rule=row["rule"],
            part=Part(row["part"]),
        ),
    )
