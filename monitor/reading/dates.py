"""Dates as pages and feeds write them, with the precision they really have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from monitor.model import Dated, Precision
from monitor.reading.text import clean

_LIMIT: Final = 200
_FIRST_YEAR, _LAST_YEAR = 1980, 2100  # earlier and later "dates" on the web are nulls and jokes: 0001, 1900, 1970, 9999

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero ene",
            "february feb febrero",
            "march mar marzo",
            "april apr abril abr",
            "may mayo",
            "june jun junio",
            "july jul julio",
            "august aug agosto ago",
            "september sept sep septiembre setiembre set",
            "october oct octubre",
            "november nov noviembre",
            "december dec diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}

# Hours east of UTC, or the place whose clock is meant where the abbreviation leaves summer time open.
_ZONES: Final[dict[str, float | str]] = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "bst": 1, "west": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3,
    "msk": 3, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
    "ast": -4, "adt": -3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "akst": -9, "akdt": -8, "hst": -10, "hdt": -9,
    "et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles",
    "akt": "America/Anchorage", "ht": "Pacific/Honolulu",
    "eastern": "America/New_York", "central": "America/Chicago", "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
}  # fmt: skip

_MONTH: Final = r"(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")"
_YEAR: Final = r"(?P<year>\d{4})"
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_FLAGS: Final = re.IGNORECASE | re.ASCII

# Where in the text a date stands; the first pattern that yields a real date wins. All are linear on bounded input.
_DATES: Final = tuple(
    re.compile(pattern, _FLAGS)
    for pattern in (
        rf"(?<!\d){_YEAR}-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})(?!\d)",
        rf"(?<!\d){_DAY}[ -](?:de )?{_MONTH}\.?,?[ -](?:de |del )?(?P<year>\d{{4}}|\d{{2}})(?![\d:])",  # 7 Aug 2026
        rf"(?<![a-z]){_MONTH}\.? {_DAY},? {_YEAR}(?!\d)",  # Aug. 7, 2026
        rf"(?<!\d){_YEAR}[/.](?P<month>\d{{1,2}})[/.](?P<day>\d{{1,2}})(?!\d)",
        r"(?<![\d/])(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4}|\d{2})(?![\d/])",  # US order
        r"(?<![\d.])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?![\d.])",  # European order
        rf"(?<![a-z]){_MONTH} {_DAY} (?:\d{{1,2}}:\d{{2}}(?::\d{{2}})? )(?:[a-z]{{1,5}} )?{_YEAR}(?!\d)",  # asctime
        rf"(?<!\d){_YEAR}(?P<month>\d{{2}})(?P<day>\d{{2}})(?=T\d|\d{{4}}(?:\d\d)?(?!\d)|(?!\d))",  # 20260807T1500
        rf"(?<!\d){_YEAR}-(?P<month>\d{{2}})(?![\d-])",
        rf"(?<![a-z]){_MONTH},? {_YEAR}(?!\d)",
    )
)
_TIME: Final = re.compile(
    r"(?<![\d:+-])(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,12})?)? ?(?P<half>[ap]\.?m\b\.?)?"
    r"|(?: ?h ?(?P<minute_h>\d{2})\b)| ?(?P<half_alone>[ap]\.?m\b\.?))"
    r"(?!\d)",
    _FLAGS,
)
_PACKED_TIME: Final = re.compile(r"T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?!\d)", _FLAGS)
_OFFSET: Final = re.compile(
    r" ?\(?(?:gmt|utc)? ?(?P<sign>[+\u2212-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?(?!\d)", _FLAGS
)
_ABBREVIATION: Final = re.compile(r" ?\(?(?P<name>[a-z]{1,8})\b", _FLAGS)
_EPOCH: Final = re.compile(r"(\d{9,10})(?:\.\d{1,9})?|(\d{12,13})", re.ASCII)
_AGO: Final = re.compile(r"\b(?P<count>\d{1,3}|an?|one) (?P<unit>min(?:ute)?|hour|hr|day|week)s? ago\b", _FLAGS)
_UNITS: Final = {"min": 1, "minute": 1, "hour": 60, "hr": 60, "day": 1_440, "week": 10_080}

_RFC822: Final = re.compile(
    r"(?:[a-z]{3,9}, ?)?(?P<day>\d{1,2}) (?P<month>[a-z]{3}) (?P<year>\d{4}) "
    r"(?P<hour>\d{2}):(?P<minute>\d{2}):(?P<second>\d{2}) (?P<zone>gmt|utc|[+-]\d{4}|e[sd]t)",
    _FLAGS,
)


def parse_date(
    text: str,
    *,
    signal: str,
    now: datetime | None = None,
    zone: str = "",
    formats: Sequence[str] = (),
) -> Dated | None:
    """The moment ``text`` declares, or None when it declares none that can be; never raises.

    Understands ISO 8601, RFC 822 in the wild, Unix epochs (seconds and milliseconds), US and English visible dates
    with or without a time anywhere around them, and Spanish months. ``formats`` are strptime formats tried first.
    ``zone`` (an IANA name) is where a time without zone is meant; UTC when empty. With ``now``, "3 hours ago"
    and "yesterday" count from it. A date without time is DAY: nothing is made up.
    """
    if not formats and (common := _RFC822.fullmatch(text[:_LIMIT])):
        return _rfc822(common, signal)
    text = clean(text, limit=_LIMIT)
    if not text:
        return None
    local = _zone(zone)
    for pattern in formats:
        if dated := _by_format(text, pattern, local, signal):
            return dated
    if epoch := _EPOCH.fullmatch(text):
        return _at_epoch(epoch, signal)
    for date in _DATES:
        for found in date.finditer(text):
            day = _day(found)
            if day is not None:
                return _complete(text, found, day, local, signal)
    return _relative(text, now, signal) if now is not None else None


def _rfc822(found: re.Match[str], signal: str) -> Dated | None:
    """The common form of feeds, without the search: it is what most entries of most feeds carry."""
    month = _MONTHS.get(found["month"].lower())
    offset = _offset_hours(found["zone"])
    if month is None:
        return None
    try:
        at = datetime(
            int(found["year"]), month, int(found["day"]), int(found["hour"]), int(found["minute"]),
            min(int(found["second"]), 59), tzinfo=UTC,
        ) - offset  # fmt: skip
    except (ValueError, OverflowError):
        return _only_day(found, signal)
    return Dated(at=at, precision=Precision.SECOND, signal=signal) if _FIRST_YEAR <= at.year <= _LAST_YEAR else None


def _only_day(found: re.Match[str], signal: str) -> Dated | None:
    day = _day(found)
    return Dated(at=day[0], precision=day[1], signal=signal) if day else None


@lru_cache(maxsize=64)
def _offset_hours(zone: str) -> timedelta:
    if zone[0] in "+-":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
        return -offset if zone[0] == "-" else offset
    return timedelta(hours=float(_ZONES[zone.lower()]))


def _day(found: re.Match[str]) -> tuple[datetime, Precision] | None:
    """The day or month a date pattern found, when the calendar has it."""
    parts = found.groupdict()
    month = _MONTHS.get(parts["month"].lower()) or (int(parts["month"]) if parts["month"].isdigit() else 0)
    year = int(parts["year"])
    if len(parts["year"]) == 2:
        year += 2000 if year < 70 else 1900
    day = int(parts.get("day") or 0)
    if month > 12 >= day and "/" in found[0]:  # 27/02/2025: no US order, so the other one
        month, day = day, month
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return datetime(year, month, day or 1, tzinfo=UTC), Precision.DAY if day else Precision.MONTH
    except ValueError:
        return None


def _complete(text: str, found: re.Match[str], day: tuple[datetime, Precision], local: tzinfo, signal: str) -> Dated:
    """The date found, with the time of day that stands inside it, after it or before it, when there is one."""
    at, precision = day
    bare = Dated(at=at, precision=precision, signal=signal)
    if precision is Precision.MONTH:
        return bare
    time = _TIME.search(found[0])
    if time:
        tail = found[0][time.end() :]
    else:
        after = text[found.end() :]
        packed = _PACKED_TIME.match(after)
        if packed and (after[0] in "Tt" or len(packed[0]) >= 4):
            time = packed
        else:
            time = _TIME.search(after[1:] if after[:1] in "Tt" else after)
        if time:
            tail = after[time.end() + (1 if after[:1] in "Tt" and time.re is _TIME else 0) :]
        else:
            time = _TIME.search(text[: found.start()])
            tail = text[time.end() : found.start()] if time else ""
    if time is None:
        return bare
    clock = _clock(time)
    if clock is None:
        return bare
    hour, minute, second, precision = clock
    try:
        moment = at.replace(hour=hour, minute=minute, second=second, tzinfo=_zone_after(tail, local))
        return Dated(at=moment.astimezone(UTC), precision=precision, signal=signal)
    except (ValueError, OverflowError):
        return bare


def _clock(time: re.Match[str]) -> tuple[int, int, int, Precision] | None:
    parts = time.groupdict()
    hour = int(parts["hour"])
    minute = int(parts.get("minute") or parts.get("minute_h") or 0)
    half = (parts.get("half") or parts.get("half_alone") or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half[0] == "p" else 0)
    if hour > 23 or minute > 59:
        return None
    seconds = parts.get("second")
    second = min(int(seconds or 0), 59)  # a leap second, or nonsense that should not cost the minute
    return hour, minute, second, Precision.SECOND if seconds else Precision.MINUTE


def _zone_after(tail: str, local: tzinfo) -> tzinfo:
    """The zone named right behind a time, else ``local``; unknown names mean nothing."""
    if offset := _OFFSET.match(tail):
        delta = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
        if delta < timedelta(hours=24):
            return timezone(delta if offset["sign"] == "+" else -delta)
    if name := _ABBREVIATION.match(tail):
        known = _ZONES.get(name["name"].lower())
        if isinstance(known, str):
            return _zone(known)
        if known is not None:
            return timezone(timedelta(hours=known))
    return local


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    """The IANA zone of that name; UTC for none and for one this machine does not know."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ValueError, OSError, LookupError):
        return UTC


def _by_format(text: str, pattern: str, local: tzinfo, signal: str) -> Dated | None:
    try:
        moment = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is put on below
    except (ValueError, OverflowError, re.error):
        return None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    if not any(mark in pattern for mark in ("%H", "%I", "%X", "%c", "%s", "%T", "%R")):
        known = any(mark in pattern for mark in ("%d", "%x", "%j", "%D", "%F"))
        precision = Precision.DAY if known else Precision.MONTH
        return Dated(at=moment.replace(tzinfo=UTC), precision=precision, signal=signal)
    precision = Precision.SECOND if any(m in pattern for m in ("%S", "%X", "%c", "%T")) else Precision.MINUTE
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=local)
    try:
        return Dated(at=aware.astimezone(UTC), precision=precision, signal=signal)
    except OverflowError:
        return None


def _at_epoch(found: re.Match[str], signal: str) -> Dated | None:
    seconds = int(found[1]) if found[1] else int(found[2]) // 1000
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return Dated(at=at, precision=Precision.SECOND, signal=signal) if _FIRST_YEAR <= at.year <= _LAST_YEAR else None


def _relative(text: str, now: datetime, signal: str) -> Dated | None:
    """A moment told from now, as coarse as the words: "3 hours ago" is known to the day, for want of an hour."""
    now = now.astimezone(UTC)
    if ago := _AGO.search(text):
        count = int(ago["count"]) if ago["count"].isdigit() else 1
        unit = ago["unit"].lower()
        at = now - timedelta(minutes=_UNITS[unit] * count)
        if unit.startswith("min"):
            return Dated(at=at.replace(second=0, microsecond=0), precision=Precision.MINUTE, signal=signal)
    elif re.search(r"\byesterday\b", text, _FLAGS):
        at = now - timedelta(days=1)
    elif re.search(r"\btoday\b", text, _FLAGS):
        at = now
    else:
        return None
    return Dated(at=at.replace(hour=0, minute=0, second=0, microsecond=0), precision=Precision.DAY, signal=signal)
