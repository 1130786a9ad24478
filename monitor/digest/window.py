"""When a digest is due and which time it covers: a cron line on the wall clock of its time zone. Pure.

Every wall-clock moment the cron line names becomes exactly one instant: one that is skipped when clocks go forward
becomes the moment after the gap, one that comes twice when they go back its first. So a daily digest comes once on
every local date there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

NOW = "now"
FIRST_GRACE = timedelta(hours=1)  # a digest never composed before starts at the slot just gone by, if it is no older
_REACH = timedelta(hours=25)  # no zone has ever put its clocks further than a day
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time a digest covers, from ``start`` to ``end`` (aware UTC); ``slot`` is the moment it was due, if it was.

    ``missed`` counts the slots before it for which no digest went out.
    """

    start: datetime
    end: datetime
    slot: datetime | None = None
    missed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A digest composed before: the time it covered, the slot it was for, and whether anybody got it or still may."""

    start: datetime
    end: datetime
    slot: datetime | None
    told: bool = True


def never_comes(schedule: str) -> bool:
    """Whether the (well-formed) cron line names no moment at all, such as February 30."""
    try:
        next(CronSim(schedule, datetime(2024, 1, 1)))  # noqa: DTZ001 - wall clock
    except (StopIteration, CronSimError):
        return True
    return False


def slots_until(schedule: str, zone: str, now: datetime) -> Iterator[datetime]:
    """The instants (aware UTC) the cron line names, backwards from ``now``, each once."""
    tz = ZoneInfo(zone)
    last: datetime | None = None
    for wall in CronSim(schedule, (now + _REACH).astimezone(tz).replace(tzinfo=None), reverse=True):
        at = instant(wall, tz)
        if at is not None and at <= now and at != last:
            yield at
            last = at


def instant(wall: datetime, tz: ZoneInfo) -> datetime | None:
    """The one instant (aware UTC) of a wall-clock time; None when its whole date was skipped."""
    early = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    if early.astimezone(tz).replace(tzinfo=None) == wall:
        return early
    after = _gap_end(wall.replace(tzinfo=tz, fold=1).astimezone(UTC), early, tz)
    for at in (after, after - timedelta(seconds=1)):
        if at.astimezone(tz).date() == wall.date():
            return at
    return None


def _gap_end(low: datetime, high: datetime, tz: ZoneInfo) -> datetime:
    """The first whole second in (low, high] with the offset that holds at ``high``."""
    offset = high.astimezone(tz).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(tz).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high


def due(
    schedule: str, zone: str, *, now: datetime, past: Iterable[Past], known_since: datetime | None
) -> Window | None:
    """The window of the digest that is due at ``now``; None: none is.

    ``past`` are the digests composed before. Those that lie in the future, from a clock that was wrong, are passed
    over; those nobody got are not tried again for their slot, but what they held is covered anew. ``known_since`` is
    when this digest was first asked for, None: just now.
    """
    slots = slots_until(schedule, zone, now)
    latest = next(slots, None)
    if latest is None:
        return None
    earlier = [one for one in past if one.end <= now]
    last_slot = max((one.slot for one in earlier if one.slot and one.slot <= now), default=None)
    start = last_told(earlier, now)
    if last_slot is None:
        if latest < (known_since or now) - FIRST_GRACE:
            return None
        return Window(start=start or next(slots, latest - timedelta(days=1)), end=now, slot=latest)
    if latest <= last_slot:
        return None
    # Counted only so far: after a clock that was years ahead, how many exactly is of no use to anybody.
    missed = sum(1 for _ in islice(takewhile(lambda at: at > last_slot, slots), 1000))
    return Window(start=start or last_slot, end=now, slot=latest, missed=missed)


def last_told(past: Iterable[Past], now: datetime) -> datetime | None:
    """The end of the last window that anybody was told of."""
    return max((one.end for one in past if one.told and one.end <= now), default=None)


def first_start(schedule: str, zone: str, now: datetime) -> datetime:
    """Where the first window of a digest starts that is asked for by hand: a period before, at least a day."""
    if schedule == NOW:
        return now - timedelta(days=1)
    slots = slots_until(schedule, zone, now)
    latest = next(slots, now)
    return min(next(slots, latest - timedelta(days=1)), now - timedelta(days=1))


def alert_at(
    now: datetime, sent: Iterable[datetime], *, per_hour: int, quiet: tuple[time, time] | None, zone: str
) -> datetime:
    """When the next instant alert may go out: not in the quiet hours, not more than ``per_hour`` within an hour.

    ``sent`` are the moments of earlier alerts. What happens meanwhile is folded into that one.
    """
    recent = sorted(at for at in sent if now - _HOUR < at <= now)
    at = max(now, recent[-per_hour] + _HOUR) if len(recent) >= per_hour else now
    return _after_quiet(at, quiet, ZoneInfo(zone)) if quiet else at


def _after_quiet(at: datetime, quiet: tuple[time, time], tz: ZoneInfo) -> datetime:
    begin, end = quiet
    local = at.astimezone(tz)
    clock = local.time().replace(tzinfo=None)
    inside = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not inside:
        return at
    day = local.date() + timedelta(days=begin > end and clock >= begin)
    return instant(datetime.combine(day, end), tz) or at
