"""Health on a real archive: the calendar and its gaps, notices given once, quiet channels, layouts that change."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from db import schema
from db.archive import Archive
from monitor.health import NoticeKind
from monitor.model import ChannelMemory, ChannelState, Outcome, Poll, Trouble, TroubleKind
from monitor.newsroom import due_sources
from monitor.notices import SLOWLY, checkup, note_absence
from monitor.polls import judge
from monitor.ports import HostNote, Polled
from monitor.rhythm import Rhythm
from tests import factories as make
from tests.db.filed import hours, poll, rows, visit
from tests.factories import NOW

IDS = ("a", "b", "c")


@pytest.fixture
def archive(path: Path) -> Iterator[Archive]:
    with Archive.open(path) as archive:
        archive.sync_sources([one(id_) for id_ in IDS])
        yield archive


def one(id_: str, **over: Any) -> Any:
    channel = make.channel(source=id_, url=f"https://{id_}.example/feed")
    return make.source(id=id_, name=id_, domain=f"{id_}.example", channels=(channel,), **over)


def memory_of(archive: Archive, source: str) -> ChannelMemory:
    return archive.channels(source)[0]


def look(archive: Archive, source: str, at: datetime, answer: Any = None) -> None:
    """One look at a source's channel, judged and filed."""
    polled = Polled(answer=answer or make.capture(status=304))
    archive.file_polls([judge(memory_of(archive, source), polled, one(source), started=at, finished=at)])


def refused(kind: TroubleKind = TroubleKind.BLOCKED) -> Trouble:
    return Trouble(kind=kind, reason="a.example refuses us: 403", http_status=None)


def kinds(archive: Archive) -> list[tuple[str, str | None]]:
    return [(row["kind"], row["source"]) for row in reversed(archive.notices())]


def test_one_notice_when_a_source_goes_down_and_one_when_it_is_back(archive: Archive):
    for hour in range(4):
        look(archive, "a", hours(hour), refused())
        look(archive, "b", hours(hour))
        checkup(archive, hours(hour))
    assert kinds(archive) == [("down", "a")]
    (text,) = rows(archive, "SELECT text FROM notices")[0]
    assert "a.example refuses us: 403" in text
    assert "ask the site" in text
    for hour in (5, 6):
        look(archive, "a", hours(hour))
        checkup(archive, hours(hour))
    assert kinds(archive) == [("down", "a"), ("back", "a")]
    assert rows(archive, "SELECT count(*) FROM notices WHERE told IS NULL") == [(2,)]


def test_no_network_at_all_is_one_notice_and_all_are_asked_when_it_is_back(archive: Archive):
    for id_ in IDS:
        look(archive, id_, hours(0))
    checkup(archive, hours(0))
    for hour in range(1, 6):
        for id_ in IDS:
            look(archive, id_, hours(hour), refused(TroubleKind.UNREACHABLE))
        checkup(archive, hours(hour))
    assert kinds(archive) == [("offline", None)]
    assert rows(archive, "SELECT count(*) FROM channels WHERE next_poll_at IS NULL") == [(1,)], "it goes on asking"

    look(archive, "a", hours(7))
    checkup(archive, hours(7))
    assert kinds(archive) == [("offline", None), ("online", None)]
    assert rows(archive, "SELECT source FROM channels WHERE next_poll_at IS NULL ORDER BY 1") == [("b",), ("c",)]
    look(archive, "b", hours(8), refused(TroubleKind.UNREACHABLE))
    look(archive, "c", hours(8))
    checkup(archive, hours(8))
    assert kinds(archive)[2:] == [("down", "b")], "this one is its own trouble"


def test_a_channel_that_falls_silent_is_quiet_and_is_heard_again(archive: Archive):
    leads = [make.lead(number, published=make_date(NOW - timedelta(days=number, hours=1))) for number in range(1, 30)]
    archive.file_polls([announcing(archive, "a", leads, NOW)])
    checkup(archive, NOW)
    assert kinds(archive) == []
    later = NOW + timedelta(days=6)
    look(archive, "a", later)
    checkup(archive, later)
    assert kinds(archive) == [("quiet", "a")]
    assert memory_of(archive, "a").state is ChannelState.QUIET
    look(archive, "a", later + timedelta(hours=2))
    checkup(archive, later + timedelta(hours=2))
    assert memory_of(archive, "a").state is ChannelState.QUIET, "an unchanged answer is no sign of life"
    assert "nothing new for" in memory_of(archive, "a").reason

    fresh = later + timedelta(hours=4)
    archive.file_polls([announcing(archive, "a", [make.lead(99, published=make_date(fresh))], fresh)])
    checkup(archive, fresh)
    assert kinds(archive) == [("quiet", "a"), ("heard", "a")]
    assert memory_of(archive, "a").state is ChannelState.OK


def make_date(at: datetime) -> Any:
    from monitor.model import Dated, Precision

    return Dated(at=at, precision=Precision.SECOND, signal="pubDate")


def announcing(archive: Archive, source: str, leads: list[Any], at: datetime) -> Poll:
    words = "Agents were sent to Ohio on Monday, the agency said in a long and complete account. " * 12
    leads = [replace(lead, text=words, url=f"https://{source}.example/{lead.title[6:]}") for lead in leads]
    polled = Polled(answer=make.capture(), reading=make.reading(*leads), body_hash=str(at))
    return judge(memory_of(archive, source), polled, one(source), started=at, finished=at)


def test_a_changed_layout_is_told_within_a_day_and_once(archive: Archive):
    archive.file_visits([visit(hours(-24 * day), url=f"https://a.example/{day}", byline="Ann Roe", source="a")
                         for day in range(2, 28)])  # fmt: skip
    checkup(archive, NOW)
    assert kinds(archive) == []
    for number in range(4):
        at = hours(1 + number)
        archive.file_visits([visit(at, url=f"https://a.example/new-{number}", byline="", source="a")])
        archive.mark(SLOWLY, NOW - timedelta(days=1))
        checkup(archive, at)
    assert kinds(archive) == [("layout", "a")]
    (text,) = rows(archive, "SELECT text FROM notices")[0]
    assert text.startswith("a byline was found on 2")
    assert rows(archive, "SELECT with_byline FROM completeness WHERE day = ?", f"{NOW:%Y-%m-%d}") == [(0.0,)]


def test_a_long_absence_is_told(archive: Archive):
    note_absence(archive, NOW)
    note_absence(archive, hours(24))
    assert kinds(archive) == []
    note_absence(archive, hours(24 + 50))
    assert kinds(archive) == [("missed", None)]
    assert "2 days 2 h" in rows(archive, "SELECT text FROM notices")[0][0]


def test_an_hour_of_the_calendar_keeps_its_best_look(archive: Archive):
    outcomes = [Outcome.BROKEN, Outcome.UNCHANGED, Outcome.BLOCKED]
    for minute, outcome in enumerate(outcomes):
        at = NOW + timedelta(minutes=minute)
        archive.file_polls([poll(memory_of(archive, "a"), at=at, outcome=outcome, reason="r" * minute)])
    assert rows(archive, "SELECT source, hour, outcome FROM coverage_hours") == [
        ("a", "2026-05-01T12:00Z", "unchanged")
    ]


def test_gaps_are_the_times_in_which_nobody_could_see(archive: Archive):
    """Seen at 0 h, failing at 1 and 2 h, seen at 3 and 4 h, nobody looked until 40 h; b never seen; c always."""
    for hour, outcome in (
        (0, Outcome.CHANGED), (1, Outcome.BLOCKED), (2, Outcome.BROKEN), (3, Outcome.UNCHANGED),
        (4, Outcome.CHANGED), (40, Outcome.UNCHANGED),
    ):  # fmt: skip
        archive.file_polls([poll(memory_of(archive, "a"), at=hours(hour), outcome=outcome, reason=f"at {hour}")])
    archive.file_polls([poll(memory_of(archive, "b"), at=hours(0), outcome=Outcome.BLOCKED)])
    for hour in range(40):
        archive.file_polls([poll(memory_of(archive, "c"), at=hours(hour), outcome=Outcome.UNCHANGED)])
    found = rows(
        archive, "SELECT source, seen_until, seen_again, cause, failed_hours, hours FROM coverage_gaps"
        " WHERE seen_again IS NOT NULL OR source = 'b' ORDER BY source, seen_until",
    )  # fmt: skip
    assert found[:2] == [
        ("a", "2026-05-01T12:00Z", "2026-05-01T15:00Z", "failed", 2, 3.0),
        ("a", "2026-05-01T16:00Z", "2026-05-03T04:00Z", "not polled", 0, 36.0),
    ]
    assert found[2][:5] == ("b", None, None, "blocked", 1)
    assert len(found) == 3


def test_an_older_archives_polls_fill_the_calendar(path: Path, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as old:
        old.setattr(schema, "_steps", [step for step in schema._steps if step.__name__ != "run_for_months"][:2])
        schema.create(path)
    with sqlite3.connect(path) as db:
        db.execute("INSERT INTO sources (id, name, domain, kind) VALUES ('a', 'A', 'x.org', 'outlet')")
        db.execute("INSERT INTO channels (id, source, kind, url) VALUES (1, 'a', 'feed', 'https://x.org/feed')")
        for minute, outcome in ((1, "broken"), (2, "unchanged"), (61, "gone")):
            at = f"2026-05-01T{12 + minute // 60}:{minute % 60:02}:00.000Z"
            db.execute(
                "INSERT INTO polls (channel, started_at, finished_at, outcome) VALUES (1, ?, ?, ?)", (at, at, outcome)
            )
    db.close()
    Archive.open(path).close()
    assert rows(path, "SELECT hour, outcome FROM coverage_hours ORDER BY hour") == [
        ("2026-05-01T12:00Z", "unchanged"),
        ("2026-05-01T13:00Z", "failed"),
    ]
    assert rows(path, "SELECT last_poll_at FROM channels") == [("2026-05-01T13:01:00Z",)]


def test_what_cadence_knows_of_a_channel_is_kept(archive: Archive):
    memory = memory_of(archive, "a")
    rhythm = Rhythm(counts=bytes(672), since=hours(-5), at=NOW, heat=2.5)
    kept = replace(
        memory,
        rhythm=rhythm,
        asked_pause=timedelta(hours=1),
        pace=timedelta(minutes=7),
        last_poll_at=NOW,
        unreachable=True,
    )
    archive.file_polls([poll(kept)])
    assert memory_of(archive, "a") == kept


def test_how_a_host_wants_to_be_asked_is_kept(archive: Archive):
    note = HostNote(origin="https://a.example", crawl_delay=600.0, asked_at=NOW)
    archive.save_hosts([note])
    assert archive.load_hosts() == [note]


def test_what_is_due_is_told_by_the_archive_alone(archive: Archive):
    assert {source for source, _ in due_sources(archive, NOW)} == set(IDS)
    for id_ in IDS:
        look(archive, id_, NOW)
    assert due_sources(archive, hours(0.1)) == []
    assert {source for source, _ in due_sources(archive, hours(30))} == set(IDS)
    assert {source for source, _ in due_sources(archive, hours(-24 * 365 * 10))} == set(IDS), "a clock set back"


def test_what_a_clock_that_ran_ahead_put_off_is_pulled_back(archive: Archive):
    memory = memory_of(archive, "a")
    archive.file_polls([poll(memory, make.lead(), at=hours(24 * 3650))])
    assert archive.wanted_counts(NOW) == {}
    archive.pull_back(NOW)
    assert archive.wanted_counts(NOW) == {"a": 1}


def test_every_kind_of_notice_may_be_stored(archive: Archive):
    from monitor.health import Notice

    archive.give_notices([Notice(at=NOW, kind=kind, text="x", source="a") for kind in NoticeKind])
    assert len(archive.notices()) == len(NoticeKind)
