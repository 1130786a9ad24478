"""Whether a text can bear the date it is said to bear; apart from the parser of dates, which takes long to import."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.model import Dated


def plausible(dated: Dated, seen_at: datetime, *, tolerance: timedelta = timedelta(days=1)) -> bool:
    """Whether a text seen at ``seen_at`` can bear this date: not later than then, give or take ``tolerance``.

    A DAY is compared by its first moment, so that "tomorrow" in a zone ahead of UTC still passes.
    """
    return dated.at <= seen_at + tolerance
