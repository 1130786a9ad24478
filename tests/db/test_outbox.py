"""The outbox: one commit, the ledger of what was told, replacing what nobody got, telling of a refusal once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from db.archive import Archive
from monitor.digest.material import Wanted
from monitor.digest.parcels import Letter, Parcel, Place, ServerRest, ToldEvent, ToldStory
from monitor.errors import ArchiveError
from monitor.health import Notice, NoticeKind
from monitor.query import parse
from tests.db.filed import rows, visit
from tests.factories import NOW


def parcel(at: datetime = NOW, *recipients: str, **over: Any) -> Parcel:
    letters = tuple(Letter(recipient=to, message_id=f"<{at:%d%H}.{to}>", message=b"mail") for to in recipients)
    given: dict[str, Any] = {
        "name": "daily",
        "slot": at,
        "start": at - timedelta(days=1),
        "end": at,
        "composed_at": at,
        "subject": "s",
        "text": "t",
        "html": "h",
        "letters": letters,
    }
    return Parcel(**{**given, **over})


def keep(archive: Archive, one: Parcel) -> int:
    with archive.outbox() as outbox:
        return outbox.keep(one)


def test_a_digest_its_stories_and_its_deliveries_are_kept_together_or_not_at_all(archive: Archive):
    archive.file_visits([visit()])
    wrong = parcel(NOW, "a@x.org", stories=(ToldStory(story=99, version=1, place=Place.STORY),))
    with pytest.raises(ArchiveError):
        keep(archive, wrong)
    assert rows(archive, "SELECT count(*) FROM digests") == [(0,)]
    assert rows(archive, "SELECT count(*) FROM deliveries") == [(0,)]
    keep(archive, parcel(NOW, "a@x.org", "b@x.org", stories=(ToldStory(story=1, version=1, place=Place.STORY),)))
    assert rows(archive, "SELECT count(*) FROM deliveries WHERE state = 'pending'") == [(2,)]
    assert rows(archive, "SELECT story, version, place FROM digest_stories") == [(1, 1, "story")]


def test_the_same_slot_is_kept_once(archive: Archive):
    keep(archive, parcel(NOW, "a@x.org"))
    with pytest.raises(ArchiveError):
        keep(archive, parcel(NOW, "a@x.org"))
    keep(archive, parcel(NOW, "a@x.org", slot=None))
    keep(archive, parcel(NOW, "a@x.org", slot=None))


def told(archive: Archive) -> list[bool]:
    with archive.outbox() as outbox:
        return [one["told"] for one in outbox.past("daily")]


def test_a_digest_counts_as_told_once_somebody_got_it_or_may_have(archive: Archive):
    keep(archive, parcel(NOW, "a@x.org", "b@x.org"))
    assert told(archive) == [False]
    with archive.outbox() as outbox:
        outbox.hand(1, NOW)
    assert told(archive) == [True], "handed over and not answered"
    with archive.outbox() as outbox:
        outbox.later(1, "451", NOW)
    assert told(archive) == [False]
    with archive.outbox() as outbox:
        outbox.later(1, "no answer", NOW, unsure=True)
    assert told(archive) == [True]
    with archive.outbox() as outbox:
        outbox.failed(1, "never confirmed")
        outbox.failed(2, "550")
    assert told(archive) == [True], "it may have arrived"


def test_what_nobody_got_is_replaced_by_the_next(archive: Archive):
    first = keep(archive, parcel(NOW, "a@x.org", "b@x.org"))
    with archive.outbox() as outbox:
        outbox.hand(2, NOW)
    second = keep(archive, parcel(NOW + timedelta(days=1), "a@x.org", replaces=(first,)))
    states = rows(archive, "SELECT id, state, told_in, error FROM deliveries ORDER BY id")
    assert [one[:3] for one in states] == [(1, "failed", second), (2, "pending", None), (3, "pending", None)]
    assert states[0][3] == f"replaced by digest {second}, never handed over"
    with archive.outbox() as outbox:
        assert outbox.untold_failures("daily") == [], "being replaced is no refusal"


def test_only_what_is_due_waits_and_the_bytes_go_when_they_are_done(archive: Archive):
    keep(archive, parcel(NOW, "a@x.org", "b@x.org"))
    with archive.outbox() as outbox:
        outbox.later(1, "451 busy", NOW + timedelta(hours=1))
        assert [one.recipient for one in outbox.waiting(NOW, digests=None, limit=9)] == ["b@x.org"]
        assert [one.attempts for one in outbox.waiting(NOW, digests=[1], limit=9)] == [0, 1]
        outbox.sent(2, NOW)
        assert len(outbox.waiting(NOW + timedelta(hours=1), digests=None, limit=9)) == 1
    assert rows(archive, "SELECT message FROM deliveries WHERE id = 2") == [(None,)]


def test_handing_over_again_counts_what_was_never_answered(archive: Archive):
    keep(archive, parcel(NOW, "a@x.org"))
    with archive.outbox() as outbox:
        assert [outbox.hand(1, NOW) for _ in range(3)] == [0, 1, 2]
        assert outbox.waiting(NOW, digests=None, limit=9)[0].unsure == 3


def refuse(archive: Archive, at: datetime) -> list[tuple[str, bool]]:
    """Keep the day's digest as the app does, telling what there is to tell, and have b refused."""
    with archive.outbox() as outbox:
        failures = outbox.untold_failures("daily")
    id_ = keep(archive, parcel(at, "a@x.org", "b@x.org", tells_of=tuple(one["id"] for one in failures)))
    with archive.outbox() as outbox:
        for one in outbox.waiting(at, digests=[id_], limit=9):
            if one.recipient == "b@x.org":
                outbox.failed(one.id, "550 no such user")
            else:
                outbox.sent(one.id, at)
    return [(one["recipient"], bool(one["known"])) for one in failures]


def test_a_recipient_who_is_refused_every_day_is_told_of_once(archive: Archive):
    days = [refuse(archive, NOW + timedelta(days=day)) for day in range(4)]
    assert days == [[], [("b@x.org", False)], [("b@x.org", True)], [("b@x.org", True)]]


def test_a_resting_server_is_remembered_and_forgotten_when_it_is_well(archive: Archive):
    rest = ServerRest(failures=2, until=NOW, error="535 no")
    with archive.outbox() as outbox:
        assert outbox.rest("mail:587") == ServerRest()
        outbox.set_rest("mail:587", rest)
        assert outbox.rest("mail:587") == rest
        outbox.set_rest("mail:587", ServerRest())
        assert outbox.rest("mail:587") == ServerRest()


def wanted(**over: Any) -> Wanted:
    given: dict[str, Any] = {
        "name": "daily",
        "query": parse(""),
        "start": NOW - timedelta(hours=1),
        "end": NOW + timedelta(hours=1),
        "floor": NOW - timedelta(hours=1),
    }
    return Wanted(**{**given, **over})


def test_material_leaves_out_what_was_told_to_somebody(archive: Archive):
    archive.file_visits([visit(url=f"https://desk.example.org/{number}") for number in (1, 2)])
    id_ = keep(archive, parcel(NOW, "a@x.org", stories=(ToldStory(story=1, version=1, place=Place.STORY),)))
    assert archive.digest_material(wanted()).new == {1, 2}, "nobody has got it"
    with archive.outbox() as outbox:
        outbox.sent(id_, NOW)
    assert archive.digest_material(wanted()).new == {2}
    assert archive.digest_material(wanted(name="weekly")).new == {1, 2}, "each digest for itself"
    assert archive.digest_material(wanted(forget=True)).new == {1, 2}
    assert archive.digest_material(wanted(query=parse("nothing"))).new == frozenset()


def test_a_known_story_comes_with_what_was_told_and_what_it_says_now(archive: Archive):
    archive.file_visits([visit(url="https://desk.example.org/1", text="Forty agents were sent.")])
    id_ = keep(
        archive,
        parcel(
            NOW,
            "a@x.org",
            stories=(ToldStory(story=1, version=1, place=Place.STORY),),
            events=(ToldEvent(event=7, story=1, told={"state": "announced"}),),
        ),
    )
    with archive.outbox() as outbox:
        outbox.sent(id_, NOW)
    later = NOW + timedelta(minutes=30)
    archive.file_visits([visit(later, url="https://desk.example.org/1", text="Ninety agents were sent.")])
    material = archive.digest_material(wanted())
    (one,) = material.revised
    assert (one.old_text, one.new_text) == ("Forty agents were sent.", "Ninety agents were sent.")
    (known,) = material.told
    assert (known.event, known.there, known.told) == (7, False, {"state": "announced"})
    # edited back again, it says what was told
    archive.file_visits(
        [visit(later + timedelta(minutes=1), url="https://desk.example.org/1", text="Forty agents were sent.")]
    )
    (one,) = archive.digest_material(wanted()).revised
    assert one.old_text == one.new_text


def test_a_notice_stands_in_the_digest_of_its_time_and_is_marked_as_told(archive: Archive):
    back = Notice(at=NOW - timedelta(hours=2), kind=NoticeKind.BACK, source=None, text="can be read again")
    down = Notice(at=NOW - timedelta(hours=3), kind=NoticeKind.DOWN, source=None, text="cannot be read")
    later = Notice(at=NOW + timedelta(hours=1), kind=NoticeKind.ONLINE, source=None, text="online again")
    archive.give_notices([down, back, later])
    day = {"name": "daily", "query": parse(""), "start": NOW - timedelta(days=1), "end": NOW, "floor": NOW}
    assert [one.text for one in archive.digest_material(Wanted(**day)).notices] == ["can be read again"]
    keep(archive, parcel(NOW, "a@x.org"))
    assert rows(archive, "SELECT text FROM notices WHERE told IS NULL") == [("online again",)]
