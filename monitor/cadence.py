"""When to look again: channels after a poll, article pages after a visit. Pure arithmetic on moments.

A channel's pause follows its rhythm. Of all ways to spend a number of looks, the one with the least delay in all looks
with a frequency that goes with the square root of the rate at which stories come: the wait is rate times pause
squared, what is spent is one over it. So ``every`` is the pause at ``rhythm.USUAL`` stories an hour; it shortens in
the hours and spells in which a channel is lively, down to a sixth, and lengthens in those in which it sleeps, up to
sixteen times, never over a day.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b
from math import sqrt

from monitor.model import Outcome, TroubleKind
from monitor.rhythm import USUAL, Rates, Rhythm

LONGEST = timedelta(days=1)  # between two polls of a channel that fails; it is never given up
GONE_AGAIN = timedelta(days=7)  # a channel that said 410 is asked this rarely, in case it comes back
LONGEST_WAIT = timedelta(days=7)  # however far into the future a server sends us
FORBIDDEN_AGAIN = timedelta(days=1)
PAGE_TRIES = (
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=12),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=30),
)

LOOKS = (  # ages at which a story's page is looked at again, counted from when it began to read as it does
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=12),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=30),
)

WATCHED_LOOKS = (  # the same for a story that tells of a shift: its later versions are news
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=18),
    timedelta(days=1),
    timedelta(days=2),
    timedelta(days=3),
    timedelta(days=5),
    timedelta(days=7),
    timedelta(days=14),
    timedelta(days=30),
)
SHORTEST = timedelta(minutes=1)  # however lively a channel is, unless its own `every` is shorter
SHORTER, LONGER = 6, 16  # how many times shorter and longer than `every` a pause may be
_STEP = 3600.0  # seconds in which the rates ahead are looked at

_FAILING = {Outcome.BLOCKED, Outcome.BROKEN, Outcome.FORBIDDEN, Outcome.GONE}


def jitter(key: str, moment: datetime) -> float:
    """A number in [0.9, 1.1) that spreads channels out; the same key and moment give the same number anywhere."""
    digest = blake2b(f"{key} {moment.isoformat()}".encode(), digest_size=4).digest()
    return 0.9 + 0.2 * int.from_bytes(digest, "big") / 2**32


def pace(rhythm: Rhythm, *, now: datetime, every: timedelta) -> timedelta:
    """The pause until a channel that works is looked at again, before jitter and what the channel asks for.

    Looks are spread so that each stands for the same share of the square root of the rate; see above for the bounds.
    """
    shortest, longest = pace_bounds(every)
    rates = Rates(rhythm, now)
    most, usual = longest.total_seconds(), every.total_seconds()
    left, gone = usual * sqrt(USUAL), 0.0  # what one look stands for, and the seconds it has taken so far
    while gone < most:
        step = min(max(gone, usual / 4), _STEP, most - gone)
        density = sqrt(rates.ahead(gone + step / 2))
        spent = density * step
        if spent >= left:
            gone += left / density
            break
        left -= spent
        gone += step
    return min(max(timedelta(seconds=gone), shortest), longest)


def pace_bounds(every: timedelta) -> tuple[timedelta, timedelta]:
    """The shortest and the longest pause of a channel that works."""
    return min(every, max(every / SHORTER, SHORTEST)), max(every, min(every * LONGER, LONGEST))


def next_poll(
    url: str,
    *,
    now: datetime,
    every: timedelta,
    outcome: Outcome,
    failures: int,
    paced: timedelta | None = None,
    asked_pause: timedelta | None = None,
    retry_at: datetime | None = None,
) -> datetime:
    """When a channel is due again.

    ``paced`` (None: ``every``) after a poll that worked, never sooner than the pause the channel asks for, up to a day;
    ``every`` doubling with each of ``failures`` in a row up to a day after one that did not; a week after 410; and
    never before ``retry_at``, which counts for at most seven days.
    """
    if outcome is Outcome.GONE:
        pause = GONE_AGAIN
    elif outcome in _FAILING or outcome is Outcome.EMPTY:
        pause = min(every * 2 ** min(max(failures - 1, 0), 16), max(LONGEST, every))
        if outcome is Outcome.FORBIDDEN:
            pause = max(pause, FORBIDDEN_AGAIN)
    else:
        pause = every if paced is None else paced
    due = now + max(pause * jitter(url, now), min(asked_pause or timedelta(0), LONGEST))
    if retry_at is not None:
        due = max(due, min(retry_at, now + LONGEST_WAIT))
    return due


def overdue(next_at: datetime | None, now: datetime) -> bool:
    """Whether something is due; a moment absurdly far ahead (a clock that jumped back) counts as due."""
    return next_at is None or next_at <= now or next_at > now + LONGEST_WAIT * 1.2


def next_visit(
    attempts: int, *, now: datetime, kind: TroubleKind | None, retry_at: datetime | None = None
) -> datetime | None:
    """When a page that could not be had is tried again, None when it is not: it is gone, or was tried often enough.

    ``attempts`` counts the visits so far, this one included.
    """
    if kind is TroubleKind.UNSAFE or (kind is TroubleKind.GONE and attempts >= 3) or attempts > len(PAGE_TRIES):
        return None
    due = now + PAGE_TRIES[min(attempts, len(PAGE_TRIES)) - 1]
    if retry_at is not None:
        due = max(due, min(retry_at, now + LONGEST_WAIT))
    return due


def next_look(since: datetime, *, now: datetime, watched: bool = False) -> datetime | None:
    """When the page of a known story is looked at again, None when it has been left alone for a month.

    ``since`` is when it began to read as it does: a story that has just changed is looked at again within the hour,
    one that tells of a shift (``watched``) twice as often.
    """
    looks = WATCHED_LOOKS if watched else LOOKS
    return next((since + age for age in looks if since + age > now), None)
