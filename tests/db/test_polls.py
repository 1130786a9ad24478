"""A poll is filed with all it announced and its channel's memory, or not at all; filing it twice changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.archive import Archive
from monitor.errors import ArchiveError
from monitor.model import Announced, Change, ChannelState, Dated, Link, Outcome, PageState, PollFiling, Precision
from tests import factories as make
from tests.db.filed import dump, full, hours, poll, rows, visit


def dated(day: int) -> Dated:
    return Dated(at=datetime(2026, 4, day, 9, tzinfo=UTC), precision=Precision.SECOND, signal="feed:pubDate")


def due(archive: Archive, at: datetime | None = None) -> list[str]:
    return [page.address for page in archive.wanted_pages("desk", now=at or hours(100), limit=100)[0]]


def test_a_lead_waits_for_its_page_and_the_channel_moves_on_together(archive: Archive):
    memory = replace(
        archive.channels()[0], state=ChannelState.OK, etag='"v1"', last_modified="Fri", body_hash="h", seen=b"8 bytes!",
        next_poll_at=hours(1), last_ok_at=hours(0), moved_to="https://new.example/feed", moved_times=2,
    )  # fmt: skip
    (filing,) = archive.file_polls([poll(memory, make.lead(), http_status=200, total=7)])
    assert filing == PollFiling(poll=1, wanted=1)
    assert archive.channels() == [memory]
    assert due(archive) == [make.lead().url]
    assert rows(archive, "SELECT outcome, http_status, leads, total, wanted, new_stories FROM polls") == [
        ("changed", 200, 1, 7, 1, 0)
    ]
    assert rows(archive, "SELECT story, title, seen_at FROM sightings") == [(None, "Story 1", "2026-05-01T12:00:01Z")]


def test_the_lead_that_waits_is_the_one_announced(archive: Archive):
    one = make.lead(
        key="guid", text="All of it.", byline="A. Reporter", language="en", published=dated(3), updated=dated(4),
        position=3, links=(Link(url="https://cbp.gov/", text="said"),),
    )  # fmt: skip
    archive.file_polls([poll(archive.channels()[0], one)])
    (wanted,), left = archive.wanted_pages("desk", now=hours(1), limit=5)
    assert (wanted.lead, wanted.state, wanted.channel, left) == (one, PageState.WAITING, 1, 0)


def test_a_story_obtained_later_counts_for_the_poll_that_announced_it(archive: Archive):
    archive.file_polls([poll(archive.channels()[0], make.lead())])
    archive.file_visits([visit(hours(1), address=make.lead().url)])
    assert rows(archive, "SELECT new_stories FROM polls") == [(1,)]
    assert rows(archive, "SELECT story FROM sightings") == [(1,)]
    assert due(archive) == []


def test_a_channel_that_carries_the_whole_text_needs_no_page(archive: Archive):
    (filing,) = archive.file_polls([poll(archive.channels()[0], full(make.lead()))])
    assert [one.change for one in filing.filings] == [Change.NEW]
    assert filing.wanted == 0
    assert due(archive) == []
    assert rows(archive, "SELECT text_from FROM stories") == [("channel",)]
    assert rows(archive, "SELECT new_stories FROM polls") == [(1,)]


def test_a_known_page_announced_by_another_channel_is_not_fetched_again(archive: Archive):
    other = make.channel(url="https://desk.example.org/sitemap.xml")
    archive.sync_sources([make.source(channels=(make.channel(), other))])
    first, second = archive.channels()
    archive.file_polls([poll(first, make.lead())])
    archive.file_visits([visit(address=make.lead().url)])
    (filing,) = archive.file_polls([poll(second, make.lead(title="Another headline"), at=hours(2))])
    assert filing.wanted == 0
    assert due(archive) == []
    assert rows(archive, "SELECT channel, story, title FROM sightings ORDER BY id") == [
        (1, 1, "Story 1"),
        (2, 1, "Another headline"),
    ]


@pytest.mark.parametrize(
    "change", [{"title": "Edited"}, {"summary": "Edited."}, {"updated": dated(5)}, {"published": dated(6)}]
)
def test_a_filed_page_is_due_again_when_its_channel_says_something_else(archive: Archive, change: dict):
    memory = archive.channels()[0]
    archive.file_polls([poll(memory, make.lead(published=dated(1)))])
    archive.file_visits([visit(address=make.lead().url)])
    assert archive.file_polls([poll(memory, make.lead(published=dated(1), position=9), at=hours(1))])[0].wanted == 0
    edited = make.lead(**{"published": dated(1), **change})
    assert archive.file_polls([poll(memory, edited, at=hours(2))])[0].wanted == 1
    (wanted,), _ = archive.wanted_pages("desk", now=hours(3), limit=1)
    assert (wanted.state, wanted.story, wanted.lead) == (PageState.FILED, 1, edited)


def test_a_channel_that_flips_between_two_headlines_makes_its_page_due_once(archive: Archive):
    memory = archive.channels()[0]
    archive.file_polls([poll(memory, make.lead())])
    archive.file_visits([visit(address=make.lead().url)])
    wanted = [
        archive.file_polls([poll(memory, make.lead(title=title), at=hours(n))])[0].wanted
        for n, title in enumerate(["B", "Story 1", "B", "Story 1"], start=1)
    ]
    assert wanted == [1, 0, 0, 0]


def test_a_page_given_up_is_tried_again_when_its_channel_says_something_else(archive: Archive):
    memory = archive.channels()[0]
    archive.file_polls([poll(memory, make.lead())])
    gone = replace(visit(address=make.lead().url, from_lead=True), state=PageState.GIVEN_UP, next_at=None)
    archive.file_visits([gone])
    assert due(archive) == []
    archive.file_polls([poll(memory, make.lead(title="It is back"), at=hours(1))])
    assert due(archive) == [make.lead().url]


def test_a_page_that_fails_keeps_its_pace_whatever_its_channel_says(archive: Archive):
    memory = archive.channels()[0]
    archive.file_polls([poll(memory, make.lead())])
    archive.file_visits([replace(visit(address=make.lead().url, from_lead=True), next_at=hours(50))])
    archive.file_polls([poll(memory, make.lead(title="Edited"), at=hours(1))])
    assert due(archive, hours(49)) == []
    assert due(archive, hours(51)) == [make.lead().url]


def test_what_a_channel_says_in_full_is_filed_as_a_version(archive: Archive):
    memory = archive.channels()[0]
    archive.file_polls([poll(memory, full(make.lead()))])
    edited = full(make.lead(title="Edited"), hours(1), text="Edited.")
    (filing,) = archive.file_polls([poll(memory, edited, at=hours(1))])
    assert ([one.change for one in filing.filings], filing.wanted) == ([Change.VERSION], 0)


def test_a_channels_text_never_replaces_a_pages_but_sends_us_there(archive: Archive):
    memory = archive.channels()[0]
    archive.file_polls([poll(memory, make.lead())])
    archive.file_visits([visit(address=make.lead().url)])
    (filing,) = archive.file_polls(
        [poll(memory, full(make.lead(title="Edited"), hours(1), text="Edited."), at=hours(1))]
    )
    assert ([one.change for one in filing.filings], filing.wanted) == ([Change.UNCHANGED], 1)
    assert rows(archive, "SELECT text_from, version FROM stories") == [("page", 1)]


def test_a_waiting_page_whose_channel_now_carries_all_of_it_is_filed(archive: Archive):
    memory = archive.channels()[0]
    archive.file_polls([poll(memory, make.lead())])
    archive.file_polls([poll(memory, full(make.lead(text="All of it.")), at=hours(1))])
    assert due(archive) == []
    assert rows(archive, "SELECT state, story FROM pages") == [("filed", 1)]
    assert rows(archive, "SELECT DISTINCT story FROM sightings") == [(1,)]


def test_an_imported_story_is_recognised_by_its_address(archive: Archive):
    archive.file_imports([visit(address="https://m.example.org/1", url=make.lead().url)])
    (filing,) = archive.file_polls([poll(archive.channels()[0], make.lead(), make.lead(url="https://m.example.org/1"))])
    assert filing.wanted == 0
    assert rows(archive, "SELECT story FROM sightings") == [(1,), (1,)]


# ── pages ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_wanted_pages_come_newest_first_undated_ones_last_in_the_channels_order(archive: Archive):
    leads = [make.lead(1, published=dated(1)), make.lead(2, position=2), make.lead(3, published=dated(3)),
             make.lead(4, position=1)]  # fmt: skip
    archive.file_polls([poll(archive.channels()[0], *leads)])
    pages, left = archive.wanted_pages("desk", now=hours(1), limit=3)
    assert [page.lead.title for page in pages] == ["Story 3", "Story 1", "Story 4"]
    assert left == 1
    assert archive.wanted_counts(hours(1)) == {"desk": 4}
    assert archive.wanted_counts(hours(-1)) == {}


def test_attempts_count_up_until_the_page_is_had(archive: Archive):
    archive.file_polls([poll(archive.channels()[0], make.lead())])
    for n in range(3):
        failed = visit(hours(n), address=make.lead().url, url=make.lead().url, from_lead=True)
        archive.file_visits([failed, failed])
    (page,), _ = archive.wanted_pages("desk", now=hours(10), limit=1)
    assert (page.attempts, page.state) == (3, PageState.FAILED)
    archive.file_visits([visit(hours(4), address=make.lead().url)])
    assert rows(archive, "SELECT attempts, state FROM pages") == [(0, "filed")]


# ── idempotence and the commit mark ───────────────────────────────────────────────────────────────────────────────

entries = st.tuples(st.integers(1, 3), st.sampled_from("AB"), st.booleans())
# One entry a story and poll: of two texts in the very same second one splits the other's run (see db.timeline), and
# filing again may then find once more when the other was last seen, though never a version more.
sittings = st.lists(st.lists(entries, max_size=4, unique_by=lambda entry: entry[0]), min_size=1, max_size=4)


def announcement(number: int, title: str, whole: bool, at: datetime) -> Announced:
    lead = make.lead(number, title=title)
    return full(lead, at, text=title) if whole else Announced(lead=lead, address=lead.url)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sittings)
def test_filing_polls_twice_changes_nothing(tmp_path_factory, announced):
    with Archive.open(tmp_path_factory.mktemp("a") / "shiftwatch.db") as archive:
        archive.sync_sources([make.source()])
        memory = archive.channels()[0]
        polls = [
            poll(replace(memory, etag=str(n)), *(announcement(*entry, hours(n)) for entry in entries), at=hours(n))
            for n, entries in enumerate(announced)
        ]
        archive.file_polls(polls)
        before = dump(archive)
        again = archive.file_polls(polls)
        assert dump(archive) == before
        assert not any(filing.wanted for filing in again)
        assert {one.change for filing in again for one in filing.filings} <= {Change.UNCHANGED}


def test_a_poll_that_cannot_be_filed_leaves_its_channel_due_and_harms_no_other(archive: Archive):
    urls = ("https://desk.example.org/a", "https://desk.example.org/b")
    archive.sync_sources([make.source(channels=tuple(make.channel(url=url) for url in urls))])
    first, second = archive.channels()
    good = poll(replace(second, etag='"new"'), make.lead(2))
    bad = poll(
        replace(first, etag='"new"', next_poll_at=hours(1)), make.lead(1), make.lead(3, title="\ud800"),
    )  # fmt: skip
    spoilt, filed = archive.file_polls([bad, good])
    assert spoilt.problem.startswith("could not be filed: UnicodeEncodeError")
    assert (filed.problem, filed.wanted) == ("", 1)
    assert due(archive) == [make.lead(2).url]
    first, second = archive.channels()
    assert (first.etag, first.state, first.failures, first.next_poll_at) == ("", ChannelState.BROKEN, 1, hours(1))
    assert second.etag == '"new"'
    assert rows(archive, "SELECT outcome, leads FROM polls ORDER BY channel") == [("broken", 0), ("changed", 1)]


def test_a_poll_of_a_channel_that_is_no_more_says_so(archive: Archive):
    memory = replace(archive.channels()[0], id=99)
    (filing,) = archive.file_polls([poll(memory)])
    assert filing.poll == 0
    assert "FOREIGN KEY" in filing.problem


def test_a_full_disk_ends_the_call_and_leaves_nothing_of_it(archive: Archive):
    (pages,) = rows(archive, "PRAGMA page_count")[0]
    before = dump(archive)
    archive._db.execute(f"PRAGMA max_page_count = {pages}")
    batch = [poll(replace(archive.channels()[0], etag="x"), *(make.lead(n, text="word " * 400) for n in range(200)))]
    with pytest.raises(ArchiveError, match="the disk is full"):
        archive.file_polls(batch)
    assert dump(archive) == before
    archive._db.execute("PRAGMA max_page_count = 1000000")
    assert archive.file_polls(batch)[0].wanted == 200


def test_unchanged_polls_cost_a_row_each(archive: Archive):
    memory = archive.channels()[0]
    polls = [poll(memory, at=hours(0) + timedelta(milliseconds=n), http_status=304) for n in range(64)]
    assert [filing.poll for filing in archive.file_polls(polls)] == list(range(1, 65))
    assert {row[3] for row in rows(archive, "SELECT id, channel, started_at, outcome FROM polls")} == {
        Outcome.UNCHANGED
    }
