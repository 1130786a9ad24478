"""The use case of health: what is on record is judged, quiet channels are marked, and each notice is given once.

A notice is open from the one that begins it (down, offline, quiet, layout) to the one that ends it; only a change makes
another. Called in the writer's thread, after a pass or every minute of a daemon; what takes long is looked at hourly.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from monitor.health import (
    FIELDS,
    ChannelRecord,
    Completeness,
    Notice,
    NoticeKind,
    advice,
    down,
    offline_since,
    silence,
    spell,
)
from monitor.model import ChannelState

ALIVE = "alive"  # the mark of when anybody was last at work
MISSED_AFTER = timedelta(hours=26)  # a cron line of once a day is allowed its jitter
SLOWLY = "health"  # the mark of the last look at stories
SLOWLY_EVERY = timedelta(hours=1)
LOOK_BACK = timedelta(days=60)
ADOPTED_AFTER = 3  # see spiders.pollers: times a redirect has served before it is asked directly
STALE = timedelta(days=2)  # a channel nobody has asked for so long is not quiet, it is not asked
NETWORK = "network"

log = logging.getLogger("shiftwatch.health")


class HealthArchive(Protocol):
    """What health asks of the archive; every call is one short transaction."""

    def marked(self, name: str) -> datetime | None: ...

    def mark(self, name: str, at: datetime) -> None: ...

    def channel_records(self) -> list[ChannelRecord]: ...

    def arrivals(self, since: datetime) -> Mapping[int, Sequence[datetime]]: ...

    def completeness(self, now: datetime) -> list[Completeness]: ...

    def last_notices(self) -> Mapping[tuple[str | None, str], Notice]: ...

    def give_notices(self, notices: Sequence[Notice]) -> None: ...

    def set_quiet(self, reasons: Mapping[int, str]) -> None: ...

    def poll_at_once(self, channels: Iterable[int]) -> None: ...


def note_absence(archive: HealthArchive, now: datetime) -> None:
    """At a start: say for how long nobody was at work, if that was long, and that somebody is now."""
    last = archive.marked(ALIVE)
    if last is not None and now - last > MISSED_AFTER:
        text = f"Shiftwatch did not run for {spell(now - last)}, from {_minute(last)} to {_minute(now)} UTC"
        _give(archive, [Notice(at=now, kind=NoticeKind.MISSED, text=text)])
    archive.mark(ALIVE, now)


def checkup(archive: HealthArchive, now: datetime) -> list[Notice]:
    """Judge how every source fares; gives the notices that are new, which are stored and logged."""
    records = archive.channel_records()
    by_source: dict[str, list[ChannelRecord]] = {}
    for one in records:
        by_source.setdefault(one.source, []).append(one)
    last = archive.last_notices()
    found = _network(archive, records, last, now)
    if not (found and found[0].kind is NoticeKind.OFFLINE) and not _open(last, None, NETWORK, found):
        network = last.get((None, NETWORK))
        since = found[0].at if found else network.at if network else None
        for source, channels in by_source.items():
            found += _source(source, channels, last.get((source, "")), since, now)
    for one in records:
        found += _moved(one, last, now)
    slowly = archive.marked(SLOWLY)
    if slowly is None or not timedelta(0) <= now - slowly < SLOWLY_EVERY:
        found += _quiet(archive, records, last, now)
        found += _layout(archive, last, now)
        archive.mark(SLOWLY, now)
    _give(archive, found)
    return found


def _give(archive: HealthArchive, notices: Sequence[Notice]) -> None:
    if notices:
        archive.give_notices(notices)
    for one in notices:
        log.warning("%s: %s", one.source or "all sources", one.text)


def _open(
    last: Mapping[tuple[str | None, str], Notice], source: str | None, subject: str, found: Sequence[Notice]
) -> bool:
    """Whether the last word on a subject, those just found included, is that something is wrong."""
    own = [one for one in found if (one.source, one.subject) == (source, subject)]
    latest = own[-1] if own else last.get((source, subject))
    return latest is not None and latest.kind in _BEGIN


_BEGIN = frozenset({NoticeKind.DOWN, NoticeKind.OFFLINE, NoticeKind.QUIET, NoticeKind.LAYOUT})


def _network(
    archive: HealthArchive,
    records: Sequence[ChannelRecord],
    last: Mapping[tuple[str | None, str], Notice],
    now: datetime,
) -> list[Notice]:
    """No network at all is one notice, and nobody's failure; while it lasts one channel is asked at every turn."""
    since = offline_since(records)
    was = last.get((None, NETWORK))
    offline = was is not None and was.kind is NoticeKind.OFFLINE
    lost = sorted((one for one in records if one.unreachable), key=lambda one: str(one.last_poll_at))
    if since is not None:
        archive.poll_at_once(one.id for one in lost[:1])
        if offline:
            return []
        text = f"no source can be reached since {_minute(since)} UTC: is this machine offline? It goes on asking"
        return [Notice(at=now, kind=NoticeKind.OFFLINE, subject=NETWORK, text=text)]
    if not offline or was is None:
        return []
    archive.poll_at_once(one.id for one in lost)  # they have been put off further and further for nothing
    text = f"sources can be reached again, after {spell(now - was.at)}; those that were missed are asked now"
    return [Notice(at=now, kind=NoticeKind.ONLINE, subject=NETWORK, text=text)]


def _source(
    source: str, channels: Sequence[ChannelRecord], last: Notice | None, since: datetime | None, now: datetime
) -> list[Notice]:
    was_down = last is not None and last.kind is NoticeKind.DOWN
    why = down(channels, since=since)
    if why is not None and not was_down:
        ok = max((one.last_ok_at for one in channels if one.last_ok_at), default=None)
        seen = f"last read {_minute(ok)} UTC" if ok else "never read so far"
        text = f"cannot be read ({seen}): {why.reason or why.state}; {advice(why)}"
        return [Notice(at=now, kind=NoticeKind.DOWN, source=source, text=text)]
    if was_down and last is not None and any(one.serves for one in channels):
        text = f"can be read again, after {spell(now - last.at)}"
        return [Notice(at=now, kind=NoticeKind.BACK, source=source, text=text)]
    return []


def _moved(one: ChannelRecord, last: Mapping[tuple[str | None, str], Notice], now: datetime) -> list[Notice]:
    subject = f"moved {one.url} {one.moved_to}"
    if not one.moved_to or one.moved_times < ADOPTED_AFTER or (one.source, subject) in last:
        return []
    text = f"{one.url} has moved for good to {one.moved_to}, which is asked from now on; write it into shiftwatch.toml"
    return [Notice(at=now, kind=NoticeKind.MOVED, source=one.source, subject=subject, text=text)]


def _quiet(
    archive: HealthArchive,
    records: Sequence[ChannelRecord],
    last: Mapping[tuple[str | None, str], Notice],
    now: datetime,
) -> list[Notice]:
    arrivals = archive.arrivals(now - LOOK_BACK)
    reasons: dict[int, str] = {}
    found: list[Notice] = []
    for one in records:
        if not one.serves or one.last_ok_at is None or now - one.last_ok_at > STALE:
            continue
        why = silence(arrivals.get(one.id, ()), now)
        subject = f"quiet {one.url}"
        if why or one.state is ChannelState.QUIET:
            reasons[one.id] = why
        if why and not _open(last, one.source, subject, ()):
            text = f"{one.url}: {why}; {_ASK_QUIET}"
            found.append(Notice(at=now, kind=NoticeKind.QUIET, source=one.source, subject=subject, text=text))
        elif not why and _open(last, one.source, subject, ()):
            text = f"{one.url} tells of something new again"
            found.append(Notice(at=now, kind=NoticeKind.HEARD, source=one.source, subject=subject, text=text))
    archive.set_quiet(reasons)
    return found


_ASK_QUIET = "look at it: has it moved, or is there nothing to tell?"


def _layout(archive: HealthArchive, last: Mapping[tuple[str | None, str], Notice], now: datetime) -> list[Notice]:
    found = []
    for one in archive.completeness(now):
        for field in FIELDS:
            subject = f"layout {field}"
            opened = _open(last, one.source, subject, ())
            if one.dropped(field) and not opened:
                kind, text = NoticeKind.LAYOUT, one.told(field)
            elif opened and one.restored(field):
                kind, text = NoticeKind.LAYOUT_BACK, f"{FIELDS[field]} is found on its pages again"
            else:
                continue
            found.append(Notice(at=now, kind=kind, source=one.source, subject=subject, text=text))
    return found


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
