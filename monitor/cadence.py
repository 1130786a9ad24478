"""When to look again: channels after a poll, article pages after a visit. Pure arithmetic on moments."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.model import Outcome, TroubleKind

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

_FAILING = {Outcome.BLOCKED, Outcome.BROKEN, Outcome.FORBIDDEN, Outcome.GONE}


def jitter(key: str, moment: datetime) -> float:
    """A number in [0.9, 1.1) that spreads channels out; the same key and moment give the same number anywhere."""
    digest = blake2b(f"{key} {moment.isoformat()}".encode(), digest_size=4).digest()
    return 0.9 + 0.2 * int.from_bytes(digest, "big") / 2**32


def next_poll(
    url: str,
    *,
    now: datetime,
    every: timedelta,
    outcome: Outcome,
    failures: int,
    asked_pause: timedelta | None = None,
    retry_at: datetime | None = None,
) -> datetime:
    """When a channel is due again.

    ``every`` after a poll that worked (never sooner than the pause the channel asks for, up to a day); doubling with
    each of ``failures`` in a row up to a day after one that did not; a week after 410; and never before ``retry_at``,
    which counts for at most seven days.
    """
    if outcome is Outcome.GONE:
        pause = GONE_AGAIN
    elif outcome in _FAILING or outcome is Outcome.EMPTY:
        pause = min(every * 2 ** min(max(failures - 1, 0), 16), max(LONGEST, every))
        if outcome is Outcome.FORBIDDEN:
            pause = max(pause, FORBIDDEN_AGAIN)
    else:
        pause = max(every, min(asked_pause or timedelta(0), LONGEST))
    due = now + pause * jitter(url, now)
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
