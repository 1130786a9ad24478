"""When a story was published and last changed: many signals, weighed by how far they agree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from monitor.model import Dated, Precision
from monitor.reading import jsonld
from monitor.reading.dates import parse_date, plausible
from monitor.reading.declared import Declared, words

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
_VISIBLE_DATE = re.compile(
    r"(?<!\w)(?:\d{1,2}(?:st|nd|rd|th)?\.?\s+(?:of\s+)?[^\W\d_]{3,10}\.?,?\s+(?:19|20)\d\d"
    r"|[^\W\d_]{3,10}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d"
    r"|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:(?:19|20)\d\d|\d\d))(?!\d)",
)
_CHANGED_WORDS = re.compile(
    r"\b(?:updated|modified|last (?:updated|modified|edited|reviewed)|revised|aktualisiert|geändert|actualizado|mis à jour)\b",
    re.I,
)
_PUBLISHED_WORDS = re.compile(
    r"\b(?:published|posted|first published|originally published|released?|release date|date|veröffentlicht|publicado|publié|created)\b",
    re.I,
)
_DATE_CLASS = re.compile(
    r"date|time(?:stamp)?(?![a-z]*line)|publish|posted|post-?meta|entry-?meta|byline|pubdate|datum|fecha|submitted|dateline|article-?meta|article-?info",
    re.I,
)
_AWAY = re.compile(
    r"comment|related|sidebar|widget|footer|recirc|most-|popular|trending|recent|teaser|promo|archive|calendar|"
    r"event|nav|menu|masthead|site-header|copyright|newsletter|weather",
    re.I,
)
_MOST_ELEMENTS = 400  # looked at around the heading
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Times:
    """When a page says it was published and changed; ``raw`` is the winning declaration as it was written."""

    published: Dated | None = None
    modified: Dated | None = None
    raw: str = ""


@dataclass(frozen=True, slots=True)
class _Signal:
    dated: Dated
    raw: str

    def near(self, other: _Signal, tolerance: timedelta = _DAY) -> bool:
        """Whether two signals may mean the same day: zones shift a day by one at most."""
        return abs(self._day() - other._day()) <= tolerance

    def _day(self) -> datetime:
        return self.dated.at.replace(hour=0, minute=0, second=0, microsecond=0)


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
    declarations = list(_declared_published(tree, declared, seen_at=seen_at, zone=zone))
    picked = _site(selected, formats, zone, seen_at)
    address = _in_address(url, seen_at)
    modified = _modified(declared, seen_at=seen_at, zone=zone)
    winner = picked or _agreed(address, declarations)
    if winner is None:
        visible = _visible(tree, declared, seen_at=seen_at, zone=zone)
        winner = _searched(tree, url, visible, seen_at)
    if winner is None:
        return Times(modified=modified)
    if winner.dated.precision is not Precision.SECOND:
        winner = _with_time(winner, declarations)
    published = winner.dated
    if modified is not None and modified.at < published.at - _DAY:
        modified = None
    return Times(published=published, modified=modified, raw=winner.raw[:100])


def _site(selected: Sequence[str], formats: Sequence[str], zone: str, seen_at: datetime) -> _Signal | None:
    """The date at the place the site's rules name; text around it (labels, a place) is allowed."""
    for text in selected:
        found = _VISIBLE_DATE.search(text[:200])
        for attempt in (text, found[0] if found else ""):
            if not attempt:
                continue
            dated = parse_date(attempt, signal="site", formats=formats, zone=zone)
            if dated is not None and plausible(dated, seen_at):
                return _Signal(dated, attempt)
    return None


def _agreed(address: _Signal | None, declarations: Sequence[_Signal]) -> _Signal | None:
    """The declaration to believe, None when nothing is declared."""
    if address is not None:
        # an address is minted once; what disagrees with it was changed later
        return next((signal for signal in declarations if signal.near(address)), address)
    if not declarations:
        return None
    for signal in declarations:
        supporters = [other for other in declarations if other is not signal and signal.near(other)]
        if supporters:
            return signal
    return declarations[0]


def _with_time(winner: _Signal, declarations: Sequence[_Signal]) -> _Signal:
    """``winner`` with the time of day of a declaration of the very same day, when one has it."""
    for other in declarations:
        if (
            other.dated.precision in (Precision.SECOND, Precision.MINUTE)
            and _local_day(other) == winner.dated.at.date()
        ):
            if winner.dated.precision is Precision.MINUTE:
                return winner
            signal = f"{winner.dated.signal}+{other.dated.signal}"
            return _Signal(changed(other.dated, signal=signal), other.raw)
    return winner


def _local_day(signal: _Signal) -> object:
    """The calendar day as it was written, in whatever zone."""
    if iso := re.match(r"(\d{4})-(\d\d)-(\d\d)", signal.raw):
        return datetime(int(iso[1]), int(iso[2]), int(iso[3]), tzinfo=UTC).date() if _real(iso) else None
    return signal.dated.at.date()


def _real(iso: re.Match[str]) -> bool:
    return 1 <= int(iso[2]) <= 12 and 1 <= int(iso[3]) <= 28 or 1 <= int(iso[3]) <= 31


def _read(raw: str, signal: str, *, seen_at: datetime, zone: str = "") -> _Signal | None:
    """A declared value as a signal when it is a plausible date. An exact midnight is a day: nobody meant 00:00:00."""
    dated = parse_date(raw, signal=signal, zone=zone)
    if dated is None or not plausible(dated, seen_at) or dated.at.year < 1991:
        return None
    if (
        dated.precision is not Precision.DAY
        and _MIDNIGHT.search(raw)
        and (iso := re.match(r"\d{4}-\d\d-\d\d", raw.strip()))
    ):
        dated = parse_date(iso[0], signal=signal) or dated
    return _Signal(dated, raw.strip())


def _declared_published(tree: HtmlElement, declared: Declared, *, seen_at: datetime, zone: str) -> Iterable[_Signal]:
    """Everything that declares the publication, most believed first: meta, JSON-LD, marked-up times."""
    for key, value in declared.all_meta(_PUBLISHED_KEYS):
        if signal := _read(value, f"meta:{key}", seen_at=seen_at, zone=zone):
            yield signal
            break
    for key in ("datePublished", "dateCreated", "uploadDate"):
        value = jsonld.first(declared.ld(key))
        if value and (signal := _read(value, f"json-ld:{key}", seen_at=seen_at, zone=zone)):
            yield signal
            break
    else:
        for node in declared.nodes:
            value = node.get("datePublished")
            if isinstance(value, str) and (signal := _read(value, "json-ld:datePublished", seen_at=seen_at, zone=zone)):
                yield signal
                break
    for element in _MARKED(tree)[:10]:
        raw = element.get("datetime") or element.get("content") or element.get("title") or words(element, 100)
        if element.tag == "meta" or not raw:
            continue
        if signal := _read(raw, "time:published", seen_at=seen_at, zone=zone):
            yield signal
            break


_MARKED = etree.XPath(
    "//*[@itemprop='datePublished' or @itemprop='datepublished' or @pubdate or contains(@property,'datePublished') or "
    "(self::time and (contains(@class,'published') or contains(@class,'entry-date')))]"
)


def _modified(declared: Declared, *, seen_at: datetime, zone: str) -> Dated | None:
    for key, value in declared.all_meta(_MODIFIED_KEYS):
        if signal := _read(value, f"meta:{key}", seen_at=seen_at, zone=zone):
            return signal.dated
    value = jsonld.first(declared.ld("dateModified"))
    if value and (signal := _read(value, "json-ld:dateModified", seen_at=seen_at, zone=zone)):
        return signal.dated
    return None


def _in_address(url: str, seen_at: datetime) -> _Signal | None:
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
            if at.year >= 1991 and plausible(dated, seen_at):
                return _Signal(dated, found[0].strip("/_-"))
    return None


def _visible(tree: HtmlElement, declared: Declared, *, seen_at: datetime, zone: str) -> _Signal | None:
    """The date shown by the story's heading: in the elements after it, then in those just before it.

    A date in an element named for dates, or labelled as publication, is taken before any other; what is labelled as an
    update is not a publication.
    """
    fallback: _Signal | None = None
    for element in _around_heading(tree, declared):
        text = _own_text(element)
        if not text or len(text) > 160:
            continue
        found = _VISIBLE_DATE.search(text)
        if not found or (_CHANGED_WORDS.search(text) and not _PUBLISHED_WORDS.search(text)):
            continue
        zone_text = element.get("datetime") or text[found.start() : found.end() + 30]
        signal = _read(zone_text, "visible", seen_at=seen_at, zone=zone) or _read(found[0], "visible", seen_at=seen_at)
        if signal is None:
            continue
        named = " ".join(filter(None, (element.tag, element.get("class"), element.get("id"), element.get("itemprop"))))
        parent = element.getparent()
        if parent is not None:
            named += " " + " ".join(filter(None, (parent.get("class"), parent.get("id"))))
        if _DATE_CLASS.search(named) or _PUBLISHED_WORDS.search(text) or len(found[0]) > len(text) * 0.6:
            return signal
        fallback = fallback or signal
    return fallback


def _around_heading(tree: HtmlElement, declared: Declared) -> Iterable[HtmlElement]:
    headings = [element for element in declared.h1 if words(element, 200)]
    start = headings[-1] if len(headings) == 1 else None
    if start is None and headings:
        title = words(headings[0], 200)
        shown = declared.meta("og:title") or declared.title
        start = next((h for h in headings if words(h, 200) and words(h, 200)[:30] in shown), None)
        start = start if start is not None or not title else headings[0]
    if start is None:
        return
    seen = 0
    for element in start.iter("*"):
        yield element
    for element in _following(start):
        if seen >= _MOST_ELEMENTS:
            break
        seen += 1
        yield element
    for seen, element in enumerate(_preceding(start)):
        if seen >= 60:
            break
        yield element


def _following(start: HtmlElement) -> Iterable[HtmlElement]:
    """Elements after ``start`` in document order, furniture left out."""
    node: HtmlElement | None = start
    while node is not None:
        following = node.getnext()
        if following is None:
            node = node.getparent()
            continue
        node = following
        if isinstance(node.tag, str) and not _away(node):
            yield from node.iter("*")


def _preceding(start: HtmlElement) -> Iterable[HtmlElement]:
    node: HtmlElement | None = start
    while node is not None:
        before = node.getprevious()
        if before is None:
            node = node.getparent()
            continue
        node = before
        if isinstance(node.tag, str) and not _away(node):
            yield from node.iter("*")


def _away(element: HtmlElement) -> bool:
    named = " ".join(filter(None, (element.get("class"), element.get("id"))))
    return element.tag in ("nav", "footer", "script", "style", "aside") or bool(named and _AWAY.search(named))


def _own_text(element: HtmlElement) -> str:
    """The text standing directly in the element, between its children too."""
    if element.tag in ("script", "style", "noscript", "option", "select"):
        return ""
    parts = [element.text or ""]
    for child in element:
        parts.append(child.tail or "")
    return " ".join(" ".join(parts).split())


def _searched(tree: HtmlElement, url: str, visible: _Signal | None, seen_at: datetime) -> _Signal | None:
    """htmldate's extensive search, checked against the visible date by the heading, which wins where they differ."""
    from htmldate import find_date

    if visible is not None and visible.dated.precision is not Precision.MONTH:
        return visible
    try:
        # htmldate copies a tree before it prunes it, but reads from the root: hand it the page's own
        found = find_date(
            deepcopy(tree),
            extensive_search=True,
            original_date=True,
            url=url,
            max_date=(seen_at + _DAY).replace(hour=23, minute=59, second=59, microsecond=0, tzinfo=None),
        )
    except Exception:  # noqa: BLE001 - a date is never worth a story, whatever a page does to the library
        found = None
    if found and (signal := _read(found, "htmldate", seen_at=seen_at)):
        return signal
    return visible
