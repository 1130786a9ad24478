"""When to look again."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from monitor.cadence import LONGEST, LONGEST_WAIT, PAGE_TRIES, jitter, next_look, next_poll, next_visit, overdue
from monitor.model import Outcome, TroubleKind

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
EVERY = timedelta(minutes=30)


def due(outcome: Outcome, failures: int = 0, **kwargs: object) -> timedelta:
    return next_poll("https://a.example/feed", now=NOW, every=EVERY, outcome=outcome, failures=failures, **kwargs) - NOW  # type: ignore[arg-type]


def test_a_poll_that_worked_is_repeated_after_every_give_or_take_a_tenth():
    assert EVERY * 0.9 <= due(Outcome.CHANGED) <= EVERY * 1.1


def test_failures_double_the_pause_up_to_a_day_and_no_further():
    pauses = [due(Outcome.BROKEN, failures=n) for n in (1, 2, 3, 4)]
    assert all(later > sooner * 1.5 for sooner, later in pairwise(pauses))
    assert due(Outcome.BROKEN, failures=10_000) <= LONGEST * 1.1


def test_a_channel_asked_rarely_is_not_asked_more_often_because_it_fails():
    slow = timedelta(days=3)
    due_at = next_poll("u", now=NOW, every=slow, outcome=Outcome.BROKEN, failures=1)
    assert due_at - NOW >= slow * 0.9


def test_the_pause_a_channel_asks_for_lengthens_but_never_beyond_a_day():
    assert due(Outcome.UNCHANGED, asked_pause=timedelta(hours=6)) >= timedelta(hours=5)
    assert due(Outcome.UNCHANGED, asked_pause=timedelta(days=400)) <= LONGEST * 1.1


def test_retry_after_is_kept_but_for_no_longer_than_seven_days():
    assert due(Outcome.BROKEN, failures=1, retry_at=NOW + timedelta(hours=9)) >= timedelta(hours=9)
    assert due(Outcome.BROKEN, failures=1, retry_at=NOW + timedelta(days=4000)) <= LONGEST_WAIT


def test_a_clock_that_jumped_back_leaves_no_channel_locked_into_the_future():
    assert overdue(NOW + timedelta(days=3650), NOW)
    assert overdue(None, NOW)
    assert not overdue(NOW + timedelta(days=7), NOW)


@given(st.text(max_size=30), st.datetimes(timezones=st.just(UTC)))
def test_jitter_is_the_same_everywhere_and_stays_within_a_tenth(key: str, moment: datetime):
    assert jitter(key, moment) == jitter(key, moment)
    assert 0.9 <= jitter(key, moment) <= 1.1


def test_a_page_that_fails_is_tried_at_growing_intervals_and_then_let_go():
    dates = [next_visit(n, now=NOW, kind=TroubleKind.BROKEN) for n in range(1, len(PAGE_TRIES) + 2)]
    gaps = [date - NOW for date in dates if date is not None]
    assert gaps == sorted(gaps) == list(PAGE_TRIES)
    assert dates[-1] is None


def test_a_page_that_is_gone_is_looked_for_twice_more():
    assert next_visit(2, now=NOW, kind=TroubleKind.GONE) is not None
    assert next_visit(3, now=NOW, kind=TroubleKind.GONE) is None
    assert next_visit(1, now=NOW, kind=TroubleKind.UNSAFE) is None


def test_a_story_that_tells_of_a_shift_is_looked_at_at_least_as_soon_and_more_often():
    since = datetime(2026, 5, 1, tzinfo=UTC)
    looks: dict[bool, list[datetime]] = {}
    for watched in (False, True):
        now, looks[watched] = since, []
        while at := next_look(since, now=now, watched=watched):
            looks[watched].append(at)
            now = at
    assert set(looks[False]) < set(looks[True])
    assert len(looks[True]) == 2 * len(looks[False])
    assert looks[True][0] - since == timedelta(minutes=30)
