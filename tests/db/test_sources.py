"""Sources and channels follow the configuration; what is remembered of them is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from db.archive import Archive
from monitor.model import Articles, ChannelKind, ChannelMemory, ListingRules
from monitor.ports import HostNote
from tests import factories as make
from tests.db.filed import hours, poll, rows, visit


def listing(n: int, **over):
    return make.channel(kind=ChannelKind.LISTING, url=f"https://desk.example.org/news/{n}", **over)


def test_channels_come_in_the_configured_order_of_preference(archive: Archive):
    channels = (listing(3), listing(1, also=True), listing(2, every=timedelta(hours=2)))
    archive.sync_sources([make.source(channels=channels, articles=Articles.PAGE)])
    assert [memory.channel for memory in archive.channels("desk")] == list(channels)
    assert archive.channels("other") == []
    archive.sync_sources([make.source(channels=channels[::-1])])
    assert [memory.channel for memory in archive.channels()] == list(channels[::-1])


def test_syncing_the_same_changes_nothing(archive: Archive):
    archive.file_polls([poll(replace(archive.channels()[0], etag='"1"', seen=b"12345678"))])
    before = archive.channels()
    archive.sync_sources([make.source()])
    assert archive.channels() == before


def test_what_is_no_longer_configured_is_disabled_and_not_forgotten(archive: Archive):
    archive.file_polls([poll(replace(archive.channels()[0], etag='"1"'))])
    archive.sync_sources([])
    assert archive.channels() == []
    assert rows(archive, "SELECT enabled FROM sources") == [(0,)]
    archive.sync_sources([make.source()])
    assert archive.channels()[0].etag == '"1"'


def test_a_disabled_sources_channels_are_left_out(archive: Archive):
    archive.sync_sources([make.source(enabled=False)])
    assert archive.channels() == []
    assert archive.source_states()[0]["enabled"] is False


def test_a_channel_that_changed_its_kind_is_read_afresh(archive: Archive):
    known = replace(archive.channels()[0], etag='"1"', body_hash="h", seen=b"12345678", last_modified="Fri")
    archive.file_polls([poll(known)])
    archive.sync_sources([make.source(channels=(make.channel(kind=ChannelKind.SITEMAP),))])
    (memory,) = archive.channels()
    assert (memory.etag, memory.last_modified, memory.body_hash, memory.seen) == ("", "", "", b"")


def test_how_to_read_and_log_in_is_never_stored(archive: Archive, path):
    channel = listing(1, auth="env:SECRET", listing=ListingRules(item="li", link="a"))
    archive.sync_sources([make.source(channels=(channel,))])
    assert archive.channels()[0].channel == channel
    assert b"env:SECRET" not in path.read_bytes()
    with Archive.open_for_reading(path) as reader:
        assert reader.channels()[0].channel == listing(1)


def test_a_discovered_channel_stays_after_those_configured(archive: Archive):
    found = listing(9, discovered=True)
    memory = archive.add_discovered(found)
    assert memory == ChannelMemory(id=memory.id, channel=found)
    archive.sync_sources([make.source()])
    assert [one.channel for one in archive.channels()] == [make.channel(), found]
    assert archive.add_discovered(found) == memory


def test_states_tell_why_and_how_many_stories(archive: Archive):
    memory = replace(archive.channels()[0], reason="timed out", last_ok_at=hours(0), next_poll_at=hours(2), failures=2)
    archive.file_polls([poll(memory, make.lead())])
    archive.file_visits([visit(address=make.lead().url)])
    (row,) = archive.source_states()
    assert (row["source"], row["kind"], row["state"], row["reason"]) == ("desk", "feed", "new", "timed out")
    assert (row["last_ok_at"], row["next_poll_at"]) == ("2026-05-01T12:00:00Z", "2026-05-01T14:00:00Z")
    assert (row["stories"], row["failures"], row["discovered"]) == (1, 2, False)


def test_hosts_are_remembered_between_runs(archive: Archive):
    notes = [
        HostNote(origin="https://a.example", robots="User-agent: *", robots_status=200, robots_at=hours(0)),
        HostNote(origin="https://b.example", wait_until=hours(3)),
    ]
    archive.save_hosts(notes)
    assert archive.load_hosts() == notes
    archive.save_hosts([replace(notes[1], wait_until=None)])
    assert archive.load_hosts() == [notes[0], replace(notes[1], wait_until=None)]
