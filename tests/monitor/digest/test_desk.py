"""Digests over days: one a turn, one catch-up after downtime, one mail when the server is back, alerts that fold."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from db.archive import Archive
from monitor.app_digest import Digested, InThisThread, digests_pass
from monitor.config import Digest as Spec
from monitor.digest.desk import DigestDesk, compose_now, masked
from monitor.digest.post import PostOffice
from monitor.digest.smtp import Line, account
from tests import factories as make
from tests.db.filed import rows, visit
from tests.factories import StoppedClock
from tests.mailservers import Postbox, free_port, postbox

ZONE = ZoneInfo("America/New_York")
MONDAY = datetime(2026, 5, 11, 7, 0, tzinfo=ZONE).astimezone(UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "shiftwatch.db") as archive:
        archive.sync_sources([make.source()])
        yield archive


class Room:
    """A desk and a post office on one archive and one clock."""

    def __init__(self, archive: Archive, port: int, spec: Spec, at: datetime = MONDAY) -> None:
        self.archive, self.spec, self.clock = archive, spec, StoppedClock(at)
        self.filed = 0
        sender = "Shiftwatch <alerts@example.org>"
        known = account(f"smtp://127.0.0.1:{port}", "")
        self.desk = DigestDesk(
            caller=InThisThread(), archive=archive, clock=self.clock, labels=lambda: {}, sender=sender
        )
        self.office = PostOffice(
            caller=InThisThread(),
            archive=archive,
            clock=self.clock,
            sender=sender,
            server=known.name,
            line=lambda: Line(known),
        )

    def story(self) -> None:
        self.filed += 1
        self.archive.file_visits(
            [visit(self.clock.at, url=f"https://desk.example.org/{self.filed}", title=f"No {self.filed}")]
        )

    def run(self) -> Digested:
        return asyncio.run(digests_pass(self.desk, self.office, [self.spec]))


def spec(**over: object) -> Spec:
    return Spec(**{"name": "daily", "to": ("a@example.org",), "timezone": "America/New_York", **over})  # type: ignore[arg-type]


def told(box: Postbox) -> list[list[int]]:
    """The numbers of the stories each mail tells of."""
    return [
        sorted(int(url.rpartition("/")[2]) for url in one.text.split() if url.startswith("https://desk"))
        for one in box.taken
    ]


def test_a_week_asked_every_ten_minutes_has_one_digest_a_day_and_each_story_once(archive: Archive):
    with postbox() as box:
        room = Room(archive, box.port, spec(), MONDAY - timedelta(minutes=30))
        for step in range(7 * 144):
            if step % 60 == 0:
                room.story()
            room.run()
            room.clock.move(timedelta(minutes=10))
        assert len(box.taken) == 7
        days = {one.mail["Date"].datetime.astimezone(ZONE).date() for one in box.taken}
        assert len(days) == 7
        all_told = [number for numbers in told(box) for number in numbers]
        assert len(all_told) == len(set(all_told)) == room.filed - 2, "the last two wait for tomorrow"


def test_clocks_that_go_forward_at_half_past_two_cost_no_digest(archive: Archive):
    begin = datetime(2026, 3, 7, 2, 0, tzinfo=ZONE).astimezone(UTC)
    with postbox() as box:
        room = Room(archive, box.port, spec(schedule="30 2 * * *", when="always"), begin)
        for _ in range(3 * 24 * 2):
            room.run()
            room.clock.move(timedelta(minutes=30))
        dates = [one.mail["Date"].datetime.astimezone(ZONE).date().day for one in box.taken]
        assert dates == [7, 8, 9, 10]


@pytest.mark.parametrize("days", [1, 5])
def test_downtime_over_digest_times_is_one_mail_that_says_what_it_covers(archive: Archive, days: int):
    with postbox() as box:
        room = Room(archive, box.port, spec())
        room.story()
        room.run()
        for _ in range(days):
            room.clock.move(timedelta(days=1))
            room.story()
        room.clock.move(timedelta(hours=3))
        for _ in range(5):
            room.run()
        assert told(box) == [[1], list(range(2, days + 2))]
        text = box.taken[1].text
        assert "Mon 11 May, 07:00 – " in text
        assert "comes 3 h late" in text
        assert (f"{days - 1} earlier digest" in text) == (days > 1)


def test_a_server_that_is_down_for_days_gets_one_mail_with_everything_when_it_is_back(archive: Archive):
    port = free_port()
    room = Room(archive, port, spec())
    for _ in range(3 * 24):
        if room.clock.at.astimezone(ZONE).hour == 6:
            room.story()
        room.run()
        room.clock.move(timedelta(hours=1))
    with postbox(port=port) as box:
        room.clock.move(timedelta(hours=1))
        room.run()
        assert told(box) == [[1, 2, 3]]
    assert rows(archive, "SELECT state, count(*) FROM deliveries GROUP BY state ORDER BY state") == [
        ("failed", 2),
        ("sent", 1),
    ]


def test_a_turn_with_nothing_new_is_over_and_what_comes_later_waits_for_the_next(archive: Archive):
    with postbox() as box:
        room = Room(archive, box.port, spec())
        room.run()
        room.clock.move(timedelta(hours=2))
        room.story()
        room.run()
        assert box.taken == []
        room.clock.move(timedelta(hours=22))
        room.run()
        assert told(box) == [[1]]
        assert "late" not in box.taken[0].text


@pytest.mark.parametrize(("when", "mails"), [("always", 1), ("anything", 0), ("shifts", 0)])
def test_when_nothing_is_new_only_always_says_so(archive: Archive, when: str, mails: int):
    with postbox() as box:
        room = Room(archive, box.port, spec(when=when))
        archive.file_polls([poll_now(archive, room.clock.at)])
        room.run()
        assert len(box.taken) == mails
        assert all("Nothing new in this time" in one.text for one in box.taken)


def poll_now(archive: Archive, at: datetime):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    from monitor.model import ChannelState
    from tests.db.filed import poll

    memory = replace(archive.channels()[0], state=ChannelState.OK, last_ok_at=at)
    return poll(memory, at=at)


def test_alerts_come_at_once_keep_their_ceiling_and_fold_the_rest_into_one(archive: Archive):
    with postbox() as box:
        room = Room(archive, box.port, spec(schedule="now", per_hour=2))
        room.story()  # was there before the alert was first asked for
        room.run()
        first = len(box.taken)
        for _ in range(12):
            room.clock.move(timedelta(minutes=5))
            room.story()
            room.run()
        assert first <= 1
        assert len(box.taken) - first <= 3
        room.clock.move(timedelta(hours=1))
        room.run()
        numbers = [number for one in told(box) for number in one]
        assert sorted(numbers) == list(range(1, 14))[1 - first :]
        assert max(len(one) for one in told(box)) > 5, "the rest came folded"


def test_alerts_rest_in_the_quiet_hours(archive: Archive):
    with postbox() as box:
        night = datetime(2026, 5, 11, 21, 50, tzinfo=ZONE).astimezone(UTC)
        room = Room(archive, box.port, spec(schedule="now", quiet="22:00-07:00"), night)
        room.run()
        for _ in range(12):
            room.clock.move(timedelta(hours=1))
            room.story()
            room.run()
        hours = [one.mail["Date"].datetime.astimezone(ZONE).hour for one in box.taken]
        assert hours[0] == 7
        assert len(told(box)[0]) == 10


def test_a_refusal_is_told_to_the_others_once_with_the_address_masked(archive: Archive):
    box = Postbox(rcpt={"kim.desk@example.org": "550 5.1.1 no such user"})
    with postbox(box):
        room = Room(archive, box.port, spec(to=("a@example.org", "kim.desk@example.org")))
        for _ in range(4):
            room.story()
            room.run()
            room.clock.move(timedelta(days=1))
        assert [("did not reach k…@example.org" in one.text) for one in box.taken] == [False, True, False, False]
        assert not any("kim.desk" in one.text for one in box.taken)


def test_by_hand_it_tells_what_is_new_since_the_last_one_and_does_not_take_the_turn(archive: Archive):
    with postbox() as box:
        room = Room(archive, box.port, spec(), MONDAY - timedelta(hours=2))
        room.story()
        assert asyncio.run(compose_now(room.desk, room.spec)).id is not None
        assert asyncio.run(compose_now(room.desk, room.spec)).id is not None, "nobody has got the first yet"
        room.run()
        assert told(box) == [[1]]
        assert asyncio.run(compose_now(room.desk, room.spec)).id is None
        room.clock.move(timedelta(hours=2))
        room.story()
        room.run()
        assert told(box) == [[1], [2]]


def test_a_recipient_is_shown_to_others_without_his_name():
    assert masked("Kim <kim.desk@example.org>") == "k…@example.org"
    assert masked("kim@example.org") == "k…@example.org"
    assert masked("apprise:env:SLACK") == "apprise:env:SLACK"
