"""Looks at pages of known stories: when they are due, and that each is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from db.archive import Archive
from monitor.cadence import LOOKS, next_look
from monitor.model import PageState, Trouble, TroubleKind, WantedPage
from monitor.visits import judge_trouble, looking_again, same_again
from tests import factories as make
from tests.db.filed import hours, rows, visit
from tests.factories import NOW, capture, source

URL = "https://desk.example.org/story-1"


@pytest.fixture
def archive(path):
    with Archive.open(path) as opened:
        opened.sync_sources([make.source()])
        first = make.wanted(address=URL)
        opened.file_visits([looking_again(visit(NOW, url=URL), first, recheck=False)])
        yield opened


def due(archive: Archive, at: float) -> list[WantedPage]:
    return archive.due_rechecks("desk", now=hours(at), limit=9)


def look(archive: Archive, page: WantedPage, at: float) -> None:
    seen = same_again(page, capture(b"", status=304), hours(at))
    archive.file_visits([looking_again(seen, page, recheck=True)])


def test_a_page_is_looked_at_at_growing_ages_and_then_left_alone(archive: Archive):
    looked = []
    at = 0.0
    while at < 24 * 60:
        at += 0.5
        for page in due(archive, at):
            look(archive, page, at)
            looked.append(at)
    assert looked == [age / timedelta(hours=1) for age in LOOKS]
    assert rows(archive, "SELECT DISTINCT outcome FROM looks") == [("unchanged",)]
    assert rows(archive, "SELECT count(*) FROM looks") == [(7,)]
    assert rows(archive, "SELECT count(*) FROM versions") == [(1,)]


def test_a_change_begins_the_ages_anew(archive: Archive):
    (page,) = due(archive, 30)
    changed = looking_again(visit(hours(30), url=URL, text="Forty agents were sent."), page, recheck=True)
    archive.file_visits([changed])
    assert due(archive, 30.9) == []
    (page,) = due(archive, 31)
    assert page.since == hours(30)
    assert rows(archive, "SELECT outcome FROM looks") == [("changed",)]


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("blocked", "blocked"),
        ("gone", "gone"),
        ("broken", "broken"),
        ("unreachable", "unreachable"),
        ("wait", "blocked"),
    ],
)
def test_trouble_is_a_look_never_a_version(archive: Archive, kind: str, outcome: str):
    (page,) = due(archive, 1)
    trouble = Trouble(kind=TroubleKind(kind), reason="a wall", http_status=403)
    seen = judge_trouble(page, source(), trouble, hours(1))
    archive.file_visits([looking_again(seen, page, recheck=True)])
    assert rows(archive, "SELECT outcome, http_status, reason FROM looks") == [(outcome, 403, "a wall")]
    assert rows(archive, "SELECT count(*) FROM versions") == [(1,)]
    assert rows(archive, "SELECT state, next_at, recheck_at FROM pages") == [("filed", None, "2026-05-01T15:00:00Z")]


def test_the_same_look_filed_twice_is_one(archive: Archive):
    (page,) = due(archive, 1)
    look(archive, page, 1)
    look(archive, page, 1)
    assert rows(archive, "SELECT count(*) FROM looks") == [(1,)]


def test_an_older_capture_imported_later_does_not_change_when_a_page_is_looked_at(archive: Archive):
    before = rows(archive, "SELECT recheck_at FROM pages")
    older = replace(
        visit(hours(-50), url=URL, text="It read otherwise."), recheck_at=hours(1), recheck_if_changed_at=hours(1)
    )
    archive.file_imports([older])
    assert rows(archive, "SELECT recheck_at FROM pages") == before


def test_the_longest_overdue_comes_first_and_the_limit_holds(archive: Archive):
    for number in (2, 3):
        one = make.wanted(address=f"https://desk.example.org/story-{number}")
        archive.file_visits([looking_again(visit(hours(-number), url=one.address), one, recheck=False)])
    assert archive.recheck_counts(hours(2)) == {"desk": 3}
    found = archive.due_rechecks("desk", now=hours(2), limit=2)
    assert [page.address[-1] for page in found] == ["3", "2"]


def test_a_page_that_was_never_had_has_no_looks():
    failed = replace(visit(NOW, from_lead=True), state=PageState.FAILED)
    assert looking_again(failed, make.wanted(), recheck=False) is failed


def test_the_ages_end():
    assert next_look(NOW, now=NOW + LOOKS[-1]) is None
    assert next_look(NOW, now=NOW) == NOW + LOOKS[0]
