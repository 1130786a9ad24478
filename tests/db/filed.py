"""Short ways to make what is filed, and to look at what was."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from db.archive import Archive
from monitor.model import (
    Announced,
    Article,
    ChannelMemory,
    Lead,
    Outcome,
    PageState,
    PageVisit,
    Poll,
    Snapshot,
)
from tests.factories import NOW

TABLES = ("sources", "channels", "polls", "stories", "versions", "pages", "sightings", "hosts", "imports")


def hours(count: float) -> datetime:
    return NOW + timedelta(hours=count)


def article(url: str = "https://desk.example.org/story-1", **over: Any) -> Article:
    return Article(**{"url": url, "title": "Agents sent to Ohio", "text": "Agents were sent.\n\nTo Ohio.", **over})


def snapshot(at: datetime = NOW, *, from_lead: bool = False, source: str = "desk", **over: Any) -> Snapshot:
    return Snapshot(source=source, article=article(**over), seen_at=at, from_lead=from_lead)


def visit(at: datetime = NOW, *, address: str = "", from_lead: bool = False, **over: Any) -> PageVisit:
    """A visit that had the page; ``from_lead``: that did not."""
    shot = snapshot(at, from_lead=from_lead, **over)
    return PageVisit(
        address=address or shot.article.url,
        visited_at=at,
        state=PageState.FAILED if from_lead else PageState.FILED,
        reason="timed out" if from_lead else "",
        snapshot=shot,
        next_at=at + timedelta(hours=1) if from_lead else None,
    )


def poll(memory: ChannelMemory, *leads: Lead | Announced, at: datetime = NOW, **over: Any) -> Poll:
    given: dict[str, Any] = {
        "memory": memory,
        "started_at": at,
        "finished_at": at + timedelta(seconds=1),
        "outcome": Outcome.CHANGED if leads else Outcome.UNCHANGED,
        "announced": tuple(
            one if isinstance(one, Announced) else Announced(lead=one, address=one.url) for one in leads
        ),
    }
    return Poll(**{**given, **over})


def rows(archive: Archive | Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What a reader of the file sees."""
    path = archive if isinstance(archive, Path) else archive._path
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


def dump(archive: Archive | Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    return {table: rows(archive, f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES}


def sound(path: Path) -> None:
    """Assert that the archive is whole: SQLite's own checks, and the full-text index against the stories."""
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.execute("INSERT INTO stories_fts (stories_fts, rank) VALUES ('integrity-check', 1)")
        shown = "SELECT count(*) FROM stories s JOIN versions v ON v.story = s.id AND v.number = s.version"
        (whole,) = connection.execute(f"{shown} WHERE v.title = s.title AND v.text = s.text").fetchone()
        assert (whole,) == connection.execute("SELECT count(*) FROM stories").fetchone()
        connection.rollback()
    finally:
        connection.close()


def full(lead: Lead, at: datetime = NOW, **over: Any) -> Announced:
    """A lead whose channel carries the whole story."""
    return Announced(lead=lead, address=lead.url, snapshot=snapshot(at, url=lead.url, **over))
