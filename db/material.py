"""What a digest is made of: the stories that came in and were not told yet, their events, and what goes with them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from db.outbox import TOLD
from db.queries import WHEN, condition
from db.times import iso
from monitor.digest.material import (
    ChannelRow,
    Drawn,
    EventRow,
    Material,
    Mention,
    NoticeRow,
    Revised,
    StoryRow,
    ToldBefore,
    Wanted,
)
from monitor.model import Figure, Part

_LEDE = 400  # characters of a story's beginning
_REVISED = 200  # changed stories looked at for one digest
_IN = "IN (SELECT value FROM json_each(?))"
_MENTION = (
    "event, story, actor, beneficiary, resource, quantity_low, quantity_high, quantity_text, quantity_approx, origin,"
    " destination, direction, status, sentence, score, told_at"
)


def gathered(db: sqlite3.Connection, wanted: Wanted) -> Material:
    """The material of a digest, read in one go so that it is of one moment."""
    db.execute("BEGIN")
    try:
        return _gathered(db, wanted)
    finally:
        db.execute("COMMIT")


def _gathered(db: sqlite3.Connection, wanted: Wanted) -> Material:
    told_digests = [] if wanted.forget else _told_digests(db, wanted.name)
    told = _told_stories(db, told_digests)
    new = _new(db, wanted, told)
    revised = _revised(db, wanted, told, new)
    touched = [*new, *(one.story for one in revised)]
    mentions = _mentions(db, touched)
    stories = {*touched, *(one.story for one in mentions)}
    events = _events(db, {one.event for one in mentions})
    drawn = _drawn(db, stories)
    stories |= {one.release for one in drawn}
    stories |= {one.first_story for one in events.values()}
    tags = _tags(db, new)
    rows = _stories(db, stories, tags)
    return Material(
        stories=rows,
        new=frozenset(new),
        revised=tuple(one for one in revised if one.story in rows),
        events=events,
        mentions=tuple(mentions),
        drawn=tuple(drawn),
        figures=tuple(_figures(db, {one.story for one in mentions})),
        told=tuple(_told_events(db, told_digests)),
        told_stories=frozenset(told),
        channels=tuple(_channels(db)),
        notices=tuple(_notices(db, wanted)),
    )


def _told_digests(db: sqlite3.Connection, name: str) -> list[int]:
    return [
        id_ for (id_,) in db.execute(f"SELECT d.id FROM digests d WHERE d.name = ? AND {TOLD} ORDER BY d.id", (name,))
    ]


def _told_stories(db: sqlite3.Connection, digests: list[int]) -> dict[int, int]:
    """Each story told of → the version last told."""
    return dict(
        db.execute(
            f"SELECT story, version FROM digest_stories WHERE digest {_IN} ORDER BY digest", (json.dumps(digests),)
        )
    )


def _new(db: sqlite3.Connection, wanted: Wanted, told: dict[int, int]) -> list[int]:
    """Matching stories that came in, newest first; those that changed later, and so match or matter only now, too."""
    asked = condition(wanted.query, now=wanted.end)
    found = db.execute(
        f"SELECT id FROM stories WHERE first_seen_at >= ? AND first_seen_at <= ? AND {asked.sql}"
        f" ORDER BY {WHEN} DESC, id DESC",
        (iso(wanted.floor), iso(wanted.end), *asked.values),
    )
    return [id_ for (id_,) in found if id_ not in told]


def _revised(db: sqlite3.Connection, wanted: Wanted, told: dict[int, int], new: list[int]) -> list[Revised]:
    """Known stories that read differently now than when they were told of, or, never told, than before the window."""
    asked = condition(wanted.query, now=wanted.end)
    # Versions that are no first ones have an index of their own; of those few, the current ones of the window.
    changed = db.execute(
        "SELECT v.story, v.captured_at, json_extract(v.change, '$.from'), v.number FROM versions v"
        """ WHERE v.change <> '{"kinds": ["new"]}' AND v.captured_at > ? AND v.captured_at <= ?"""
        " AND v.number = (SELECT version FROM stories WHERE id = v.story) ORDER BY v.captured_at DESC",
        (iso(wanted.floor), iso(wanted.end)),
    ).fetchall()
    skip = set(new)
    since = iso(wanted.start)
    found: list[Revised] = []
    for story, at, before, number in changed:
        if story in skip or len(found) == _REVISED:
            continue
        if story in told:
            before = told[story]
        elif (
            at <= since
            or not db.execute(f"SELECT 1 FROM stories WHERE id = ? AND {asked.sql}", (story, *asked.values)).fetchone()
        ):
            continue
        if before is None or before == number:
            continue
        texts = {
            version: (title, text)
            for version, title, text in db.execute(
                "SELECT number, title, text FROM versions WHERE story = ? AND number IN (?, ?)", (story, before, number)
            )
        }
        if len(texts) == 2:
            (old_title, old_text), (new_title, new_text) = texts[before], texts[number]
            found.append(
                Revised(
                    story=story,
                    changed_at=at,
                    old_title=old_title,
                    old_text=old_text,
                    new_title=new_title,
                    new_text=new_text,
                )
            )
    return found


def _mentions(db: sqlite3.Connection, touched: list[int]) -> list[Mention]:
    """Every mention of the events these stories tell of; what a person rejected is not in the view."""
    events = [
        event
        for (event,) in db.execute(
            f"SELECT DISTINCT event FROM judged_shifts WHERE event IS NOT NULL AND story {_IN}", (json.dumps(touched),)
        )
    ]
    found = db.execute(
        f"SELECT {_MENTION} FROM judged_shifts WHERE event {_IN} ORDER BY told_at, id", (json.dumps(events),)
    )
    return [_mention(*values) for values in found]


def _mention(*values: Any) -> Mention:
    names = [name.strip() for name in _MENTION.split(",")]
    row = dict(zip(names, values, strict=True))
    row["approx"] = bool(row.pop("quantity_approx"))
    return Mention(**row)


def _events(db: sqlite3.Connection, ids: set[int]) -> dict[int, EventRow]:
    found = db.execute(
        f"SELECT id, state, lifecycle, quantity_low, quantity_high, first_story FROM events WHERE id {_IN}",
        (json.dumps(sorted(ids)),),
    )
    return {
        id_: EventRow(
            id=id_,
            state=state,
            lifecycle=tuple((step[0], step[1] or "") for step in json.loads(lifecycle)),
            quantity_low=low,
            quantity_high=high,
            first_story=first,
        )
        for id_, state, lifecycle, low, high, first in found
    }


def _drawn(db: sqlite3.Connection, stories: Iterable[int]) -> list[Drawn]:
    found = db.execute(
        f"SELECT release, story, lag_seconds FROM coverage WHERE story {_IN} ORDER BY score DESC",
        (json.dumps(sorted(stories)),),
    )
    return [Drawn(release=release, story=story, lag=lag) for release, story, lag in found]


def _tags(db: sqlite3.Connection, stories: list[int]) -> dict[int, list[tuple[str, str]]]:
    """Each story's codes with their sentences, without those that rest on a shift somebody rejected."""
    found = db.execute(
        f"SELECT t.story, t.code, t.sentence FROM tags t WHERE t.story {_IN} AND NOT EXISTS (SELECT 1 FROM shifts s"
        " WHERE s.story = t.story AND s.rule = t.rule AND s.part = t.part AND s.start = t.start"
        " AND s.id NOT IN (SELECT id FROM judged_shifts j WHERE j.story = t.story)) ORDER BY t.id",
        (json.dumps(stories),),
    )
    tags: dict[int, list[tuple[str, str]]] = {}
    for story, code, sentence in found:
        tags.setdefault(story, []).append((code, sentence))
    return tags


def _stories(db: sqlite3.Connection, ids: Iterable[int], tags: dict[int, list[tuple[str, str]]]) -> dict[int, StoryRow]:
    found = db.execute(
        "SELECT s.id, coalesce(s.duplicate_of, s.id), s.source, o.name, s.domain, s.url, s.title, s.kind,"
        f" s.published_at, s.first_seen_at, s.version, substr(s.text, 1, {_LEDE}),"
        " EXISTS (SELECT 1 FROM shifts WHERE story = s.id)"
        " AND NOT EXISTS (SELECT 1 FROM judged_shifts WHERE story = s.id)"
        f" FROM stories s JOIN sources o ON o.id = s.source WHERE s.id {_IN}",
        (json.dumps(sorted(ids)),),
    )
    return {
        id_: StoryRow(
            id=id_,
            root=root,
            source=source,
            source_name=name,
            domain=domain,
            url=url,
            title=title,
            kind=kind,
            published_at=published,
            first_seen_at=seen,
            version=version,
            lede=lede,
            rejected=bool(rejected),
            tags=tuple(tags.get(id_, ())),
        )
        for id_, root, source, name, domain, url, title, kind, published, seen, version, lede, rejected in found
    }


def _figures(db: sqlite3.Connection, stories: Iterable[int]) -> list[tuple[int, Figure]]:
    found = db.execute(
        "SELECT story, measure, value_low, value_high, unit, period, scope, hedge, claimant, sentence, part"
        f" FROM figures WHERE period <> '' AND story {_IN} ORDER BY story, id",
        (json.dumps(sorted(stories)),),
    )
    return [
        (
            story,
            Figure(
                measure=measure,
                value_low=low,
                value_high=high,
                unit=unit,
                period=period,
                scope=scope,
                hedge=hedge,
                claimant=claimant,
                sentence=sentence,
                part=Part(part),
            ),
        )
        for story, measure, low, high, unit, period, scope, hedge, claimant, sentence, part in found
    ]


def _told_events(db: sqlite3.Connection, digests: list[int]) -> list[ToldBefore]:
    """What was told of each event, the latest last."""
    found = db.execute(
        "SELECT event, story, told, EXISTS (SELECT 1 FROM events WHERE id = event) FROM digest_events"
        f" WHERE digest {_IN} ORDER BY digest, event",
        (json.dumps(digests),),
    )
    return [
        ToldBefore(event=event, there=bool(there), story=story, told=json.loads(told))
        for event, story, told, there in found
    ]


def _notices(db: sqlite3.Connection, wanted: Wanted) -> list[NoticeRow]:
    """What began or ended meanwhile; trouble that lasts is told from how its channels stand."""
    found = db.execute(
        "SELECT n.at, coalesce(s.name, ''), n.text FROM notices n LEFT JOIN sources s ON s.id = n.source"
        " WHERE n.at >= ? AND n.at < ? AND n.kind NOT IN ('down', 'offline', 'quiet') ORDER BY n.id",
        (iso(wanted.start), iso(wanted.end)),
    )
    return [NoticeRow(at=at, source_name=name, text=text) for at, name, text in found]


def _channels(db: sqlite3.Connection) -> list[ChannelRow]:
    """The channels of enabled sources, and since when each is in the trouble it is in."""
    found = db.execute(
        "SELECT c.source, s.name, c.state, c.reason, c.rank, c.also, c.last_ok_at,"
        " (SELECT min(p.started_at) FROM polls p WHERE p.channel = c.id"
        "  AND p.started_at > coalesce(c.last_ok_at, '')),"
        " (SELECT max(p.started_at) FROM polls p WHERE p.channel = c.id),"
        " (SELECT p.started_at FROM polls p WHERE p.channel = c.id AND p.leads > 0 ORDER BY p.started_at DESC LIMIT 1)"
        " FROM channels c JOIN sources s ON s.id = c.source WHERE c.enabled AND s.enabled ORDER BY c.source, c.rank"
    )
    return [
        ChannelRow(
            source=source,
            source_name=name,
            state=state,
            reason=reason,
            rank=rank,
            also=bool(also),
            last_ok_at=ok,
            since=since,
            last_poll_at=polled,
            last_new_at=new,
        )
        for source, name, state, reason, rank, also, ok, since, polled, new in found
    ]
