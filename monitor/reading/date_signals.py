"""Everything on a page that declares a date, read and kept with the words it was written in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import date as Day
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from monitor.model import Dated, Precision
from monitor.reading import jsonld
from monitor.reading.dates import parse_date
from monitor.reading.declared import Declared, words
from monitor.reading.plausible import plausible
from monitor.reading.shown_dates import LABELLED, find_date, shown_dates

_PUBLISHED_KEYS = (
    "article:published_time",
    "article:published",
    "article:published_date",
    "og:published_time",
    "og:article:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "citation_publication_date",
    "citation_online_date",
    "citation_date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "dc.created",
    "dc:created",
    "dc.date",
    "dcterms.date",
    "dc:date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "published_time",
    "publication_date",
    "published-date",
    "published_date",
    "originalpublicationdate",
    "article_date_original",
    "article.published",
    "article:post_date",
    "article.created",
    "cxenseparse:recs:publishtime",
    "mediator_published_time",
    "vr:published_time",
    "shareaholic:article_published_time",
    "bt:pubdate",
    "rbpubdate",
    "ptime",
    "pdate",
    "displaydate",
    "datecreated",
    "date_published",
    "date_created",
    "created",
    "date",
    "og:pubdate",
    "og:publish_date",
    "og:regdate",
    "video:release_date",
    "timestamp",
    "gentime",
)
_MODIFIED_KEYS = (
    "article:modified_time",
    "article:modified",
    "og:updated_time",
    "og:modified_time",
    "og:article:modified_time",
    "datemodified",
    "dateupdated",
    "dcterms.modified",
    "dc.date.modified",
    "dc.modified",
    "lastmod",
    "last-modified",
    "last_modified",
    "lastmodified",
    "modified_time",
    "updated_time",
    "revision_date",
    "bt:moddate",
)
_URL_DATES = (
    re.compile(r"/(?P<year>(?:19|20)\d\d)[/_-](?P<month>\d{1,2})[/_-](?P<day>\d{1,2})(?![\d])"),
    re.compile(
        r"/(?P<year>(?:19|20)\d\d)/(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*/(?P<day>\d{1,2})(?!\d)",
        re.I,
    ),
    re.compile(r"/(?P<year>(?:19|20)\d\d)/[A-Za-z]+/(?P<month>\d\d)/(?P<day>\d\d)/"),
    re.compile(r"[/_-](?P<year>20[0-3]\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?=[/_.-]|$)"),
    re.compile(r"[/_-](?P<year>20[0-3]\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?=[/_.-]|$)"),
    re.compile(r"-(?P<month>[01]\d)(?P<day>[0-3]\d)(?P<year>20[0-3]\d)(?=/?$)"),
)
_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MIDNIGHT = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d\d:?\d\d)?\s*$")
_EARLIEST = 1991  # the web's first year


@dataclass(frozen=True, slots=True)
class Signal:
    """A date and the words it was written in."""

    dated: Dated
    raw: str

    def near(self, other: Signal, tolerance: timedelta = timedelta(days=1)) -> bool:
        """Whether two signals may mean the same day: zones shift a day by one at most."""
        return abs(self._day() - other._day()) <= tolerance

    def own_day(self) -> Day | None:
        """The calendar day as it was written, in whatever zone."""
        if written := find_date(self.raw[:100]):
            bare = parse_date(written, signal=self.dated.signal)
            return bare.at.date() if bare is not None else None
        return self.dated.at.date()

    def timed(self) -> bool:
        """Whether the time of day is known."""
        return self.dated.precision in (Precision.SECOND, Precision.MINUTE)

    def _day(self) -> datetime:
        return self.dated.at.replace(hour=0, minute=0, second=0, microsecond=0)


def read(raw: str, signal: str, *, seen_at: datetime, zone: str = "", formats: Sequence[str] = ()) -> Signal | None:
    """A declared value as a signal when it is a plausible date. An exact midnight is a day: nobody meant 00:00:00."""
    dated = parse_date(raw, signal=signal, zone=zone, formats=formats)
    if dated is None or not plausible(dated, seen_at) or dated.at.year < _EARLIEST:
        return None
    if (
        dated.precision is not Precision.DAY
        and _MIDNIGHT.search(raw)
        and (iso := re.match(r"\d{4}-\d\d-\d\d", raw.strip()))
    ):
        dated = parse_date(iso[0], signal=signal) or dated
    return Signal(dated, raw.strip())


def published(declared: Declared, *, seen_at: datetime, zone: str) -> Iterable[Signal]:
    """Everything that declares the publication, most believed first: meta, JSON-LD, marked-up times."""
    for key, value in declared.all_meta(_PUBLISHED_KEYS):
        if signal := read(value, f"meta:{key}", seen_at=seen_at, zone=zone):
            yield signal
            break
    for key in ("datePublished", "dateCreated", "uploadDate"):
        value = jsonld.first(declared.ld(key))
        if value and (signal := read(value, f"json-ld:{key}", seen_at=seen_at, zone=zone)):
            yield signal
            break
    else:
        for node in declared.nodes:
            raw = jsonld.first(node.get("datePublished"))
            if raw and (signal := read(raw, "json-ld:datePublished", seen_at=seen_at, zone=zone)):
                yield signal
                break
    for element in [element for element in declared.marked if _marks_publication(element)][:10]:
        raw = element.get("datetime") or element.get("content") or element.get("title") or words(element, 100)
        if not raw:
            continue
        if signal := read(raw, "time:published", seen_at=seen_at, zone=zone):
            yield signal
            break


def _marks_publication(element: HtmlElement) -> bool:
    if element.get("pubdate") is not None or "datepublished" in (element.get("itemprop") or "").lower():
        return True
    if "datePublished" in (element.get("property") or ""):
        return True
    named = element.get("class") or ""
    return element.tag in ("time", "abbr") and ("published" in named or "entry-date" in named)


def modified(declared: Declared, *, seen_at: datetime, zone: str) -> Dated | None:
    for key, value in declared.all_meta(_MODIFIED_KEYS):
        if signal := read(value, f"meta:{key}", seen_at=seen_at, zone=zone):
            return signal.dated
    value = jsonld.first(declared.ld("dateModified"))
    if value and (signal := read(value, "json-ld:dateModified", seen_at=seen_at, zone=zone)):
        return signal.dated
    return None


def in_address(url: str, seen_at: datetime) -> Signal | None:
    """The day in the address's path."""
    path = urlsplit(url).path
    for pattern in _URL_DATES:
        for found in pattern.finditer(path[:500]):
            parts = found.groupdict()
            month = int(parts["month"]) if parts.get("month") else _MONTH_NAMES.index(parts["name"].lower()) + 1
            try:
                at = datetime(int(parts["year"]), month, int(parts["day"]), tzinfo=UTC)
            except ValueError:
                continue
            dated = Dated(at=at, precision=Precision.DAY, signal="url")
            if at.year >= _EARLIEST and plausible(dated, seen_at):
                return Signal(dated, found[0].strip("/_-"))
    return None


def visible(declared: Declared, *, seen_at: datetime, zone: str = "", worst: int) -> tuple[Signal, int] | None:
    """The date shown by the heading with its rank: the surest kind, up to ``worst``, and of that the first."""
    best: tuple[Signal, int] | None = None
    for shown in shown_dates(declared):
        if shown.rank > worst or (best is not None and shown.rank >= best[1]):
            continue
        signal = read(shown.stamp, "visible", seen_at=seen_at, zone=zone)
        signal = signal or read(shown.date, "visible", seen_at=seen_at)
        if signal is not None:
            best = Signal(signal.dated, shown.date), shown.rank
            if shown.rank == LABELLED:
                break
    return best
