"""How sources fare, judged from what is on record: down, offline, too quiet, read less completely. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from monitor.model import ChannelState

DOWN_AFTER = 2  # failures in a row of every channel; one may be an accident
SESSION = timedelta(hours=1)  # what comes closer together than this is one sign of life
EVIDENCE = 8  # gaps between signs of life from which on silence means anything
USUAL_SHARE = 0.95  # of its gaps a channel's usual one is at most ...
PATIENCE = 1.5  # ... times this, and it is too quiet
LEAST_SILENCE = timedelta(hours=6)
KNOWN_WEEKS = timedelta(days=14)  # who has been known for less may just not have shown its weekend yet
UNKNOWN_WEEKEND = timedelta(days=4)
LEAST_PAST, LEAST_NOW = 20, 3  # stories before and in the last day, to tell how completely a source is read
USUALLY = 0.6  # a field had at least in this share of stories is one to be missed
SURE = 0.001  # how unlikely so few would be if nothing had changed


class NoticeKind(StrEnum):
    """What a notice tells; each has one that ends it, but for ``moved`` and ``missed``."""

    DOWN = "down"
    BACK = "back"
    OFFLINE = "offline"
    ONLINE = "online"
    QUIET = "quiet"
    HEARD = "heard"
    LAYOUT = "layout"
    LAYOUT_BACK = "layout-back"
    MOVED = "moved"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something a person should hear once. ``source`` None: all of them; ``subject`` keeps a source's notices apart."""

    at: datetime
    kind: NoticeKind
    text: str
    source: str | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRecord:
    """What health is told of an enabled channel; in its source's order of preference."""

    id: int
    source: str
    url: str
    state: ChannelState
    reason: str
    failures: int
    unreachable: bool
    last_poll_at: datetime | None
    last_ok_at: datetime | None
    moved_to: str = ""
    moved_times: int = 0

    @property
    def serves(self) -> bool:
        """Whether its last look was well."""
        return self.state in (ChannelState.OK, ChannelState.QUIET)


_ADVICE = {
    ChannelState.BLOCKED: "ask the site to let the agent name through, or look for another channel with: "
    "shiftwatch sources check {source} --discover",
    ChannelState.FORBIDDEN: "it does not want to be read there; look for another channel with: "
    "shiftwatch sources check {source} --discover",
    ChannelState.GONE: "look for its new address with: shiftwatch sources check {source} --discover",
    ChannelState.EMPTY: "look at {url}, then: shiftwatch sources check {source}",
    ChannelState.BROKEN: "it is asked again at growing intervals; if this lasts: shiftwatch sources check {source}",
    ChannelState.QUIET: "look at {url}: has it moved, or is there nothing to tell?",
}


def advice(channel: ChannelRecord) -> str:
    """What a person can do about a channel's state; ``""`` where there is nothing to be done."""
    return _ADVICE.get(channel.state, "").format(source=channel.source, url=channel.url)


def offline_since(channels: Iterable[ChannelRecord]) -> datetime | None:
    """Since when nothing at all can be reached, None when something can: the machine's trouble, not the sources'.

    It takes three sources that were asked since anything last answered, or all there are, and at least two.
    """
    polled = [one for one in channels if one.last_poll_at is not None]
    reached = max((one.last_poll_at for one in polled if not one.unreachable and one.last_poll_at), default=None)
    lost = {
        one.source: one.last_poll_at
        for one in sorted(polled, key=lambda one: str(one.last_poll_at), reverse=True)
        if one.unreachable and one.last_poll_at and (reached is None or one.last_poll_at > reached)
    }
    sources = {one.source for one in polled}
    return min(lost.values()) if len(lost) >= min(3, max(2, len(sources))) else None


def down(channels: Sequence[ChannelRecord], *, since: datetime | None = None) -> ChannelRecord | None:
    """The channel that tells why a source cannot be read, None while it can or not enough is known.

    Only what was asked after ``since`` counts: the end of a time without network, whose failures were not the source's.
    """
    asked = [one for one in channels if one.last_poll_at is not None]
    if not asked or any(one.serves for one in asked):
        return None
    counted = [one for one in asked if since is None or (one.last_poll_at and one.last_poll_at > since)]
    first = counted[0] if counted else None
    return first if first is not None and min(one.failures for one in asked) >= DOWN_AFTER else None


def usual_gap(arrivals: Sequence[datetime]) -> timedelta | None:
    """The gap that 95 of 100 of a channel's are not longer than; None with too little evidence.

    Stories of one hour count as one sign of life: a burst's tiny gaps say nothing of the silence after it.
    """
    gaps = sorted(gap for gap in _gaps(arrivals) if gap > SESSION)
    if len(gaps) < EVIDENCE:
        return None
    return gaps[min(math.ceil(USUAL_SHARE * len(gaps)), len(gaps)) - 1]


def _gaps(arrivals: Sequence[datetime]) -> list[timedelta]:
    ordered = sorted(arrivals)
    return [later - sooner for sooner, later in pairwise(ordered)]


def silence(arrivals: Sequence[datetime], now: datetime) -> str:
    """Why a channel is too quiet, in words, judged by its own gaps; ``""`` when it is not, or nobody can tell."""
    usual = usual_gap(arrivals)
    if usual is None:
        return ""
    last = max(arrivals)
    limit = max(usual * PATIENCE, LEAST_SILENCE)
    if last - min(arrivals) < KNOWN_WEEKS:
        limit = max(limit, UNKNOWN_WEEKEND)
    if now - last <= limit:
        return ""
    return f"nothing new for {spell(now - last)}; its gaps are hardly ever longer than {spell(usual)}"


FIELDS: Mapping[str, str] = {
    "title": "a title",
    "date": "a date",
    "byline": "a byline",
    "text": "its text",
    "own": "the places its site reader knows",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """Of how many stories each field was had, in the last day (or the last three stories) and in four weeks before."""

    source: str
    now: int
    past: int
    had_now: Mapping[str, int]
    had_past: Mapping[str, int]

    def dropped(self, field: str) -> bool:
        """Whether a field that used to be had is now missing more often than chance allows."""
        if self.now < LEAST_NOW or self.past < LEAST_PAST:
            return False
        share = self.had_past[field] / self.past
        had = self.had_now[field]
        if share < USUALLY or had / self.now > share / 2:
            return False
        expected = (self.had_past[field] + 1) / (self.past + 2)
        return at_most(had, self.now, expected) < SURE

    def restored(self, field: str) -> bool:
        """Whether a field is had again in at least every second story."""
        return self.now >= LEAST_NOW and self.had_now[field] * 2 >= self.now

    def told(self, field: str) -> str:
        """What a person is told of a field that is missing."""
        return (
            f"{FIELDS[field]} was found on {self.had_past[field]} of {self.past} pages before, now on "
            f"{self.had_now[field]} of {self.now}: has the site's layout changed? Its reader is in spiders/sites"
        )


def at_most(had: int, of: int, share: float) -> float:
    """The probability of at most ``had`` successes in ``of`` trials that succeed with ``share`` each (binomial)."""
    return sum(math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(had + 1))


def spell(time: timedelta) -> str:
    """A span in words: ``3 days 4 h``, ``5 h``, ``12 min``."""
    minutes = max(int(time.total_seconds() // 60), 0)
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days:
        return f"{days} day{'s' * (days > 1)}" + (f" {hours} h" if hours and days < 7 else "")
    return f"{hours} h" if hours else f"{minutes} min"
