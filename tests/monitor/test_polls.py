"""What a look at a channel means."""

from datetime import timedelta

import pytest

from monitor.model import Articles, ChannelReading, ChannelState, Outcome, Poll, Trouble, TroubleKind
from monitor.polls import judge, outcome_of
from monitor.ports import Polled
from monitor.reading.urls import made_address
from tests.factories import FEED, NOW, capture, lead, memory, reading, source

WORDS = "Agents were sent to Ohio on Monday, the agency said in a long and complete account. " * 12


def judged(polled: Polled, remembered=None, **source_over: object) -> Poll:
    return judge(remembered or memory(), polled, source(**source_over), started=NOW, finished=NOW)


def trouble(kind: TroubleKind, **over: object) -> Polled:
    return Polled(answer=Trouble(kind=kind, reason="desk.example.org did something", **over))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("polled", "outcome"),
    [
        (Polled(answer=capture(status=304)), Outcome.UNCHANGED),
        (Polled(answer=capture()), Outcome.UNCHANGED),
        (Polled(answer=capture(), reading=reading(lead())), Outcome.CHANGED),
        (Polled(answer=capture(), reading=reading(total=20)), Outcome.UNCHANGED),
        (Polled(answer=capture(), reading=ChannelReading()), Outcome.EMPTY),
        (Polled(answer=capture(), reading=ChannelReading(problem="an HTML page")), Outcome.BROKEN),
        (Polled(answer=capture(), reading=ChannelReading(problem="a wall", blocked=True)), Outcome.BLOCKED),
        (Polled(answer=capture(), reading=Trouble(kind=TroubleKind.KILLED, reason="20 s")), Outcome.BROKEN),
        (trouble(TroubleKind.UNREACHABLE), Outcome.BROKEN),
        (trouble(TroubleKind.UNSAFE), Outcome.FORBIDDEN),
        (trouble(TroubleKind.FORBIDDEN), Outcome.FORBIDDEN),
        (trouble(TroubleKind.BLOCKED, http_status=403), Outcome.BLOCKED),
        (trouble(TroubleKind.WAIT, http_status=429), Outcome.BLOCKED),
        (trouble(TroubleKind.WAIT, http_status=503), Outcome.BROKEN),
        (trouble(TroubleKind.GONE, http_status=410), Outcome.GONE),
        (trouble(TroubleKind.GONE, http_status=404), Outcome.BROKEN),
    ],
)
def test_each_answer_has_its_outcome(polled: Polled, outcome: Outcome):
    assert outcome_of(polled)[0] is outcome
    assert bool(outcome_of(polled)[1]) == (outcome not in (Outcome.CHANGED, Outcome.UNCHANGED))


def test_validators_are_kept_with_what_was_announced():
    answer = capture(headers=(("etag", '"v1"'), ("last-modified", "Fri, 01 May 2026 12:00:00 GMT")))
    poll = judged(Polled(answer=answer, reading=reading(lead()), body_hash="h"))
    kept = poll.memory
    assert (kept.etag, kept.last_modified, kept.body_hash) == ('"v1"', "Fri, 01 May 2026 12:00:00 GMT", "h")
    assert kept.state is ChannelState.OK
    assert kept.last_ok_at == NOW
    assert kept.seen == b"12345678"
    assert [one.address for one in poll.announced] == ["https://desk.example.org/story-1"]


@pytest.mark.parametrize(
    "polled",
    [
        Polled(answer=capture(headers=(("etag", "e"),)), reading=ChannelReading(), body_hash="h"),
        Polled(answer=capture(headers=(("etag", "e"),)), reading=ChannelReading(problem="no feed"), body_hash="h"),
        Polled(answer=capture(headers=(("etag", "e"),)), reading=reading(lead(), problem="cut short"), body_hash="h"),
        Polled(answer=capture(headers=(("etag", "e"),)), reading=reading(lead()), body_hash="h", partial="page 2: no"),
        Polled(answer=capture(headers=(("etag", "e"),)), reading=reading(lead())),
    ],
)
def test_what_was_not_wholly_read_is_read_again(polled: Polled):
    kept = judged(polled).memory
    assert (kept.etag, kept.body_hash) == ("", "")


def test_a_bad_answer_keeps_what_is_known_and_counts_failures():
    before = memory(etag='"v1"', body_hash="h", seen=b"abcdefgh", failures=2, last_ok_at=NOW - timedelta(days=1))
    kept = judged(trouble(TroubleKind.UNREACHABLE), before).memory
    assert (kept.etag, kept.body_hash, kept.seen) == ('"v1"', "h", b"abcdefgh")
    assert kept.failures == 3
    assert kept.last_ok_at == NOW - timedelta(days=1)
    assert kept.next_poll_at is not None
    assert kept.next_poll_at > NOW + timedelta(hours=1)


def test_a_permanent_redirect_is_counted_while_it_serves_well_and_forgotten_when_it_does_not():
    moved = capture(permanent_to="https://new.example.org/feed", final_url="https://new.example.org/feed")
    kept = memory()
    for times in (1, 2, 3):
        kept = judged(Polled(answer=moved, reading=reading(total=3)), kept).memory
        assert (kept.moved_to, kept.moved_times) == ("https://new.example.org/feed", times)
    asked_directly = capture(url="https://new.example.org/feed")
    assert judged(Polled(answer=capture(url=FEED), reading=reading(lead()))).reason == ""
    assert judged(Polled(answer=asked_directly, reading=reading(total=3)), kept).memory.moved_times == 3
    assert judged(trouble(TroubleKind.UNREACHABLE), kept).memory.moved_times == 0
    assert judged(Polled(answer=capture(url=FEED), reading=reading(total=3)), kept).memory.moved_to == ""


def test_a_redirect_that_was_adopted_is_told_with_every_poll():
    new = "https://new.example.org/feed"
    moved = capture(permanent_to=new, final_url=new)
    second = judged(Polled(answer=moved, reading=reading(lead())), memory(moved_to=new, moved_times=1))
    assert second.reason == ""
    third = judged(Polled(answer=moved, reading=reading(lead())), second.memory)
    assert third.reason == third.memory.reason == f"moved for good, and asked at {new} from now on"
    later = judged(Polled(answer=capture(status=304, url=new)), third.memory)
    assert later.reason == third.reason
    assert judged(trouble(TroubleKind.BROKEN), later.memory).reason == "desk.example.org did something"


def test_a_full_text_needs_no_page_and_a_teaser_does():
    full, teaser = lead(1, text=WORDS), lead(2, text="Agents were sent to Ohio. Read more")
    poll = judged(Polled(answer=capture(), reading=reading(full, teaser)))
    assert [one.snapshot is None for one in poll.announced] == [False, True]


def test_a_source_says_whether_pages_are_fetched():
    polled = Polled(answer=capture(), reading=reading(lead(1, text=WORDS), lead(2)))
    assert all(one.snapshot is None for one in judged(polled, articles=Articles.PAGE).announced)
    assert all(one.snapshot is not None for one in judged(polled, articles=Articles.FEED).announced)


def test_gone_says_how_to_look_for_the_new_address():
    poll = judged(trouble(TroubleKind.GONE, http_status=410))
    assert "shiftwatch sources add" in poll.reason
    assert poll.memory.next_poll_at is not None
    assert poll.memory.next_poll_at - NOW >= timedelta(days=6)


def test_an_entry_without_an_address_of_its_own_has_no_page_to_fetch():
    bare = lead(1, url=made_address(FEED, "entry 1"))
    (announced,) = judged(Polled(answer=capture(), reading=reading(bare))).announced
    assert announced.snapshot is not None
