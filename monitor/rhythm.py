"""When a channel publishes, learned from its stories: how many an hour by hour of the week, and how lively it is now.

The expected rate at a moment is a mean of three views, each leaning on the next as long as it has little evidence:

    this hour of the week  ►  this hour of the day, weekdays and weekends apart  ►  any hour

to which a lively spell is added: each new story raises the rate for the next hour or two, since stories come in bursts
(a self-exciting process with an exponential kernel; Hawkes, Biometrika 58, 1971). Pure: moments come in as values.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HOURS = 168  # of a week, from Monday 00:00 UTC
HALF_LIFE = timedelta(weeks=4)  # of what was learned: a press office that changes its habits is followed
MOST_BACKLOG = timedelta(weeks=4)  # how far back a channel's first entries are believed to be all there was
USUAL = 0.33  # stories an hour of a channel nothing is known of yet, at which it is looked at every `every`
_PRIOR_HOURS = 6.0  # how many hours of watching that is worth
_LEAN = 0.4  # stories' worth of the wider view in each narrower one
SPELL = timedelta(hours=1.2)  # how long a lively spell lasts
FOLLOWERS = 0.35  # stories one story brings after it, on the average
_MOST_HEAT = 40.0
_SPELL_HOURS = SPELL / timedelta(hours=1)
_SPELL_SECONDS = SPELL.total_seconds()
_WEEK = timedelta(weeks=1)
_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """What is known of a channel's rhythm.

    ``counts``: 168 little-endian float32, stories by hour of the week with old ones fading, empty: none yet;
    ``since``: from when on all its stories are known; ``at``: the moment ``counts`` and ``heat`` are true for;
    ``heat``: recent stories, fading within hours.
    """

    counts: bytes = b""
    since: datetime | None = None
    at: datetime | None = None
    heat: float = 0.0


UNKNOWN = Rhythm()  # of a channel that has not been looked at yet


def learned(rhythm: Rhythm, arrivals: Sequence[datetime], now: datetime) -> Rhythm:
    """The rhythm after a look at ``now`` that found the stories published at ``arrivals``.

    Those of the future count as of now. A clock that was set back makes nothing younger.
    """
    arrivals = [min(at, now) for at in arrivals]
    if rhythm.at is None or rhythm.since is None:
        since = max(min(arrivals, default=now), now - MOST_BACKLOG)
        fresh = [at for at in arrivals if at >= since]
        return Rhythm(counts=_added(b"", fresh, 1.0), since=since, at=now, heat=_heat(0.0, fresh, now))
    gone = max(now - rhythm.at, timedelta(0))
    faded = rhythm.heat * math.exp(-gone / SPELL)
    if not arrivals and gone < timedelta(days=1):
        return Rhythm(counts=rhythm.counts, since=rhythm.since, at=rhythm.at, heat=rhythm.heat)
    return Rhythm(
        counts=_added(rhythm.counts, arrivals, 0.5 ** (gone / HALF_LIFE)),
        since=min(rhythm.since, now),
        at=now,
        heat=_heat(faded, arrivals, now),
    )


def _added(counts: bytes, arrivals: Sequence[datetime], fading: float) -> bytes:
    if not counts and not arrivals:
        return b""
    hours = _hours(counts)
    if fading < 1.0:
        hours = array("f", (count * fading for count in hours))
    for at in arrivals:
        hours[hour_of_week(at)] += 1.0
    return hours.tobytes()


def _heat(heat: float, arrivals: Sequence[datetime], now: datetime) -> float:
    return min(heat + sum(math.exp(-max((now - at) / SPELL, 0.0)) for at in arrivals), _MOST_HEAT)


def _hours(counts: bytes) -> array[float]:
    hours = array("f")
    if len(counts) == HOURS * hours.itemsize:
        hours.frombytes(counts)
        return hours
    return array("f", bytes(HOURS * hours.itemsize))  # none yet, or not ours: begin again


def hour_of_week(at: datetime) -> int:
    """0 for the hour from Monday 00:00 UTC, 167 for the one before the next."""
    return int((at - _MONDAY) % _WEEK / timedelta(hours=1))


class Rates:
    """The expected rates of one channel as of ``now``, stories an hour; never 0."""

    __slots__ = ("_heat", "_hours", "_into_week", "_mean", "_now", "_weeks")

    def __init__(self, rhythm: Rhythm, now: datetime) -> None:
        self._now = now
        self._into_week = ((now - _MONDAY) % _WEEK).total_seconds()
        self._hours = _hours(rhythm.counts) if rhythm.counts else None
        gone = max(now - rhythm.at, timedelta(0)) if rhythm.at else timedelta(0)
        watched = max(now - rhythm.since, timedelta(0)) if rhythm.since else timedelta(0)
        # Watching fades as the counts do, so that their quotient stays a rate.
        half = HALF_LIFE / _WEEK
        self._weeks = half / math.log(2) * (1 - 0.5 ** (watched / HALF_LIFE))
        fading = 0.5 ** (gone / HALF_LIFE)
        total = (sum(self._hours) if self._hours else 0.0) * fading
        self._mean: float = (total + USUAL * _PRIOR_HOURS) / (self._weeks * HOURS + _PRIOR_HOURS)
        self._heat: float = rhythm.heat * math.exp(-gone / SPELL)

    def at(self, moment: datetime) -> float:
        """The rate expected at ``moment``, which is not before ``now``."""
        return self.ahead((moment - self._now).total_seconds())

    def ahead(self, seconds: float) -> float:
        """The rate expected so many seconds after ``now``."""
        hour = int((self._into_week + max(seconds, 0.0)) / 3600) % HOURS
        spell = math.exp(-max(seconds, 0.0) / _SPELL_SECONDS)
        return self._base(hour) + self._heat * spell * FOLLOWERS / _SPELL_HOURS

    def _base(self, hour: int) -> float:
        hours = self._hours
        if hours is None:
            return self._mean
        day, clock = divmod(hour, 24)
        first, last = (120, HOURS) if day > 4 else (0, 120)
        # An hour's neighbours count half: summer time moves habits by one.
        same = sum(hours[first + clock : last : 24])
        beside = sum(hours[first + (clock - 1) % 24 : last : 24]) + sum(hours[first + (clock + 1) % 24 : last : 24])
        days = (last - first) / 24
        daily: float = (same / 2 + beside / 4 + _LEAN) / (days * self._weeks + _LEAN / self._mean)
        near = hours[hour] / 2 + (hours[hour - 1] + hours[(hour + 1) % HOURS]) / 4
        rate: float = (near + _LEAN) / (self._weeks + _LEAN / daily)
        return rate
