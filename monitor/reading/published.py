"""When a story was published and last changed: many signals, weighed by how far they agree."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import UTC, datetime, timedelta
from datetime import date as Day

from lxml.html import HtmlElement

from monitor.model import Dated, Precision
from monitor.reading import date_signals
from monitor.reading.date_signals import Signal
from monitor.reading.declared import Declared, words
from monitor.reading.plausible import plausible
from monitor.reading.shown_dates import LABELLED, LINE, UPDATE, find_date

_NEW_YEAR = re.compile(r"\b0?1[./-]0?1[./-]|[./-]0?1[./-]0?1\b|\b0?1\.? jan|\bjan[a-z]*\.? 0?1\b", re.IGNORECASE)
_DAY = timedelta(days=1)
_WRONG_CLOCK = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Times:
    """When a page says it was published and changed; ``raw`` is the winning declaration as it was written."""

    published: Dated | None = None
    modified: Dated | None = None
    raw: str = ""


def find_times(
    tree: HtmlElement,
    declared: Declared,
    *,
    url: str,
    seen_at: datetime,
    selected: Sequence[str] = (),
    formats: Sequence[str] = (),
    zone: str = "",
) -> Times:
    """Publication and modification times of a page.

    Order of belief, measured on labelled pages: the site's own selector; the day in the address; what meta elements,
    JSON-LD and time elements agree on; meta elements; JSON-LD; the visible date by the heading; htmldate's extensive
    search over the page (only then, it costs more than all the rest). The day comes from the winner; the time of day
    from a declaration of the same day.
    """
    declarations = _confirmed(
        list(date_signals.published(declared, seen_at=seen_at + _WRONG_CLOCK, zone=zone)), seen_at
    )
    address = date_signals.in_address(url, seen_at)
    winner = _site(selected, formats, zone, seen_at) or _agreed(address, declarations, declared, seen_at)
    if winner is None:
        winner = _searched(tree, url, declared, seen_at=seen_at, zone=zone)
    if winner is None:
        return Times(modified=date_signals.modified(declared, seen_at=seen_at, zone=zone))
    if winner.dated.precision is not Precision.SECOND:
        winner = _with_time(winner, declarations)
    late = _WRONG_CLOCK if not plausible(winner.dated, seen_at) else timedelta()
    modified = date_signals.modified(declared, seen_at=seen_at + late, zone=zone)
    if winner.timed():
        winner = _own_day(winner, address, declarations, modified, declared, seen_at)
    published = winner.dated
    if modified is not None and modified.at < published.at - _DAY:
        modified = None
    return Times(published=published, modified=modified, raw=winner.raw[:100])


def _own_day(
    winner: Signal,
    address: Signal | None,
    declarations: Sequence[Signal],
    modified: Dated | None,
    declared: Declared,
    seen_at: datetime,
) -> Signal:
    """``winner``, or the page's own day (DAY) where the moment falls on another day in UTC.

    An evening story in New York is tomorrow's in UTC; readers, citations and queries by day go by the day the page
    shows. Asked, in this order: the visible date (unless it is that of a later change), the zone the moment was
    written in, the address.
    """
    day = winner.dated.at.date()
    # another declaration of the same moment may write it in the page's zone
    moments = [winner, *(s for s in declarations if abs(s.dated.at - winner.dated.at) < timedelta(minutes=2))]
    written = next((own for signal in moments if (own := signal.own_day()) not in (None, day)), day)
    shown: Day | None = None
    hour = winner.dated.at.hour
    if written != day or address is not None or hour < 12 or hour >= 20:
        visible = date_signals.visible(declared, seen_at=seen_at, worst=LINE)
        if visible is not None and visible[0].dated.precision is not Precision.MONTH:
            shown = visible[0].own_day()
            if visible[1] != LABELLED and modified is not None and shown == modified.at.date() != day:
                shown = None
    for own, signal in (
        (shown, "visible"),
        (written if written != day else None, "own zone"),
        (address.dated.at.date() if address is not None else None, "url"),
    ):
        if own is not None and abs((own - day).days) <= 1:
            if own == day:
                return winner
            at = datetime(own.year, own.month, own.day, tzinfo=UTC)
            dated = Dated(at=at, precision=Precision.DAY, signal=f"{winner.dated.signal}, day: {signal}")
            return Signal(dated, winner.raw)
    return winner


def _confirmed(declarations: list[Signal], seen_at: datetime) -> list[Signal]:
    """Declarations without those later than the capture, unless two of them agree and none is earlier.

    Captures from archives may carry the crawl's date or none to speak of; a page that says the same wrong day in two
    places is rarer than that. Beyond a year nothing is believed.
    """
    possible = [signal for signal in declarations if plausible(signal.dated, seen_at)]
    if possible or not any(one.near(other) for one in declarations for other in declarations if one is not other):
        return possible
    return declarations


def _site(selected: Sequence[str], formats: Sequence[str], zone: str, seen_at: datetime) -> Signal | None:
    """The date at the place the site's rules name; text around it (labels, a place) is allowed."""
    for text in selected:
        for attempt in filter(None, (text, find_date(text[:200]))):
            if signal := date_signals.read(attempt, "site", seen_at=seen_at, zone=zone, formats=formats):
                return signal
    return None


def _agreed(
    address: Signal | None, declarations: Sequence[Signal], declared: Declared, seen_at: datetime
) -> Signal | None:
    """The declaration to believe, None when nothing is declared."""
    if address is not None:
        # an address is minted once; what disagrees with it was changed later
        return next((signal for signal in declarations if signal.near(address)), address)
    for signal in declarations:
        if any(signal.near(other) for other in declarations if other is not signal):
            return signal
    if len(declarations) > 1 and (shown := date_signals.visible(declared, seen_at=seen_at, worst=LINE)):
        return next((signal for signal in declarations if signal.near(shown[0])), declarations[0])
    return next(iter(declarations), None)


def _with_time(winner: Signal, declarations: Sequence[Signal]) -> Signal:
    """``winner`` with the time of day of a declaration of the very same day, when one has it."""
    for other in declarations:
        if other.timed() and other.own_day() == winner.dated.at.date():
            if winner.dated.precision is Precision.MINUTE:
                return winner
            signal = f"{winner.dated.signal}+{other.dated.signal}"
            return Signal(changed(other.dated, signal=signal), other.raw)
    return winner


def _searched(tree: HtmlElement, url: str, declared: Declared, *, seen_at: datetime, zone: str) -> Signal | None:
    """Where nothing is declared: the date shown by the heading, else what htmldate's extensive search comes upon."""
    from htmldate import find_date as search

    if shown := date_signals.visible(declared, seen_at=seen_at, zone=zone, worst=UPDATE):
        return shown[0]
    try:
        # a copy, because htmldate prunes what it searches
        found = search(
            deepcopy(tree),
            extensive_search=True,
            original_date=True,
            url=url,
            max_date=(seen_at + _DAY).replace(hour=23, minute=59, second=59, microsecond=0, tzinfo=None),
        )
    except Exception:  # a date is never worth a story, whatever a page does to the library
        return None
    if not found or (found.endswith("-01-01") and not _NEW_YEAR.search(words(tree, 200_000))):
        return None  # it falls back on the copyright's year, as the first of January
    return date_signals.read(found, "htmldate", seen_at=seen_at)
