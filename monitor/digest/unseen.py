"""What a digest could not see: sources down, blocked or silent, with since when and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.digest import wording
from monitor.digest.headers import clean, shortened
from monitor.digest.material import ChannelRow, NoticeRow
from monitor.digest.model import Unseen
from monitor.digest.window import Window

_WELL = {"ok", "new"}
_SAID = {
    "blocked": "blocked",
    "forbidden": "forbidden by its robots.txt",
    "gone": "gone",
    "empty": "empty",
    "broken": "down",
    "quiet": "silent",
}
NOBODY_LOOKED = timedelta(hours=26)


def unseen(channels: Iterable[ChannelRow], window: Window, zone: ZoneInfo) -> tuple[tuple[Unseen, ...], int]:
    """The sources that yield nothing, and of how many; one line for all when nobody has looked at any."""
    by_source: dict[str, list[ChannelRow]] = {}
    for row in channels:
        by_source.setdefault(row.source, []).append(row)
    polled = [row.last_poll_at for rows in by_source.values() for row in rows if row.last_poll_at]
    if by_source and (not polled or window.end - _at(max(polled)) > NOBODY_LOOKED):
        since = wording.when(max(polled), zone, window.end) if polled else ""
        why = "shiftwatch collect did not run"
        new = bool(polled) and _at(max(polled)) + NOBODY_LOOKED >= window.start
        everything = Unseen(source="All sources", state="not collected", since=since, reason=why, new=new)
        return (everything,), len(by_source)
    found = [one for rows in by_source.values() if (one := _of(rows, window, zone)) is not None]
    return tuple(sorted(found, key=lambda one: (not one.new, one.source))), len(by_source)


def noticed(notices: Iterable[NoticeRow]) -> tuple[str, ...]:
    """One line for each notice: a source that is back, one whose pages read otherwise, a time nobody was at work."""
    return tuple(
        shortened(clean(f"{one.source_name}: {one.text}" if one.source_name else one.text), 300) for one in notices
    )


def _of(rows: Sequence[ChannelRow], window: Window, zone: ZoneInfo) -> Unseen | None:
    """A source is seen when any of its channels is well: they stand in for each other."""
    if any(row.state in _WELL for row in rows):
        return None
    worst = rows[0]
    well = [row.last_ok_at for row in rows if row.last_ok_at]
    if worst.state == "quiet":
        news = [row.last_new_at for row in rows if row.last_new_at]
        since = max(news) if news else max(well, default="")
    else:
        since = max((row.since for row in rows if row.since), default=max(well, default=""))
    return Unseen(
        source=clean(worst.source_name),
        state=_SAID.get(worst.state, worst.state),
        since=wording.when(since, zone, window.end),
        reason=shortened(clean(worst.reason), 160),
        new=bool(since) and _at(since) >= window.start,
    )


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
