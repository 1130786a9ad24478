"""The nouns: frozen, keyword-only values that every other module speaks in. All times are aware and UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as Day
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.rhythm import UNKNOWN, Rhythm


class SourceKind(StrEnum):
    """Who speaks: an agency about itself, a news outlet, or a research body."""

    AGENCY = "agency"
    OUTLET = "outlet"
    RESEARCH = "research"


class ChannelKind(StrEnum):
    """How a source announces its stories."""

    FEED = "feed"
    SITEMAP = "sitemap"
    LISTING = "listing"
    API = "api"


class ChannelState(StrEnum):
    """How a channel fares; each has its own remedy, so they are kept apart."""

    NEW = "new"
    OK = "ok"
    QUIET = "quiet"
    EMPTY = "empty"
    BLOCKED = "blocked"
    BROKEN = "broken"
    GONE = "gone"
    FORBIDDEN = "forbidden"


class Outcome(StrEnum):
    """What one poll came to."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    BLOCKED = "blocked"
    BROKEN = "broken"
    GONE = "gone"
    FORBIDDEN = "forbidden"


class StoryKind(StrEnum):
    """What a text is: an agency's own release, an outlet's coverage, or analysis."""

    RELEASE = "release"
    COVERAGE = "coverage"
    ANALYSIS = "analysis"


class Precision(StrEnum):
    """How exactly a moment is known; a date alone is never midnight."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A moment a text declares, with the signal it came from, such as ``json-ld:datePublished``.

    ``at`` is aware UTC; for DAY and MONTH only its date part means anything (00:00 UTC of that day).
    """

    at: datetime
    precision: Precision
    signal: str

    def iso(self) -> str:
        """ISO 8601 as the archive stores it: ``2026-01-02T03:04:05Z``, or ``2026-01-02`` / ``2026-01`` when coarser."""
        if self.precision is Precision.DAY:
            return self.at.date().isoformat()
        if self.precision is Precision.MONTH:
            return self.at.date().isoformat()[:7]
        return self.at.isoformat(timespec="seconds")[:19] + "Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRules:
    """Where a listing page keeps its leads, in Scrapy's CSS dialect (``::text``, ``::attr(name)``).

    ``link``, ``title``, ``date`` and ``summary`` are looked up inside each ``item``; ``next`` in the whole page;
    ``pages`` is the most pages one poll follows. ``date`` may name several selectors whose texts are joined.
    """

    item: str
    link: str
    title: str = ""
    date: str = ""
    summary: str = ""
    next: str = ""
    pages: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRules:
    """Where a JSON answer keeps its leads: dotted paths (``title.rendered``); ``""`` = not given.

    ``items`` leads to the array (``""``: the answer is the array); the rest are looked up inside each item.
    """

    items: str = ""
    link: str = "url"
    title: str = "title"
    date: str = ""
    updated: str = ""
    summary: str = ""
    body: str = ""
    byline: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One address a source announces stories at, as configured, in the catalogue or discovered."""

    source: str
    kind: ChannelKind
    url: str
    every: timedelta = timedelta(minutes=30)
    also: bool = False
    auth: str = ""
    listing: ListingRules | None = None
    api: ApiRules | None = None
    discovered: bool = False


class Articles(StrEnum):
    """Whether a story's page is fetched: always, never, or when the feed's own text is thinner."""

    AUTO = "auto"
    PAGE = "page"
    FEED = "feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Somebody whose stories are collected; ``refused`` says why a source in the register is never fetched.

    ``home`` is where discovery looks when no channel yields; ``delay`` replaces the general pause between two requests
    to this source's host (None: the general one; what robots.txt asks for can only lengthen either).
    """

    id: str
    name: str
    domain: str
    kind: SourceKind
    enabled: bool = True
    articles: Articles = Articles.AUTO
    channels: tuple[Channel, ...] = ()
    refused: str = ""
    home: str = ""
    delay: timedelta | None = None


ADOPT_AFTER = 3  # times a permanent redirect must have served a valid channel before it is asked directly


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelMemory:
    """What the archive remembers of a channel between polls; ``id`` is the row's.

    ``seen`` holds the 8-byte hashes of entries already filed, oldest first, concatenated.
    ``moved_to`` / ``moved_times`` count how often a permanent redirect has served a valid channel. ``asked_pause`` is
    the pause its feed asked for when it was last read, ``pace`` the one its rhythm gave last. ``unreachable``: the last
    look got no connection at all.
    """

    id: int
    channel: Channel
    state: ChannelState = ChannelState.NEW
    reason: str = ""
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    seen: bytes = b""
    failures: int = 0
    next_poll_at: datetime | None = None
    last_ok_at: datetime | None = None
    moved_to: str = ""
    moved_times: int = 0
    rhythm: Rhythm = UNKNOWN
    asked_pause: timedelta = timedelta(0)
    pace: timedelta = timedelta(0)
    last_poll_at: datetime | None = None
    unreachable: bool = False

    @property
    def moved(self) -> bool:
        """Whether a permanent redirect has proven itself, so that its target is asked directly."""
        return bool(self.moved_to) and self.moved_times >= ADOPT_AFTER

    @property
    def address(self) -> str:
        """Where the channel is asked now."""
        return self.moved_to if self.moved else self.channel.url


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An outbound link of a text: absolute http(s) address and its words."""

    url: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """What a channel says of one story. ``url`` is absolute and http(s); texts are clean plain text.

    ``text`` is the full text when the channel carries one (paragraphs joined by a blank line), else empty.
    ``position`` counts from 0 in the channel's order; ``key`` is the channel's own id for the entry (guid), if any.
    """

    url: str
    key: str = ""
    title: str = ""
    summary: str = ""
    text: str = ""
    byline: str = ""
    language: str = ""
    published: Dated | None = None
    updated: Dated | None = None
    position: int = 0
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelReading:
    """What reading a channel's body came to.

    ``leads`` are the entries not seen before; ``total`` counts all entries in the body, seen ones included;
    ``seen`` is the memory to keep (see ChannelMemory.seen); ``next_urls`` are further pages of the same channel
    (a listing's next page, a sitemap index's children) to be read with the same channel;
    ``problem`` is non-empty when the body is no such channel (for instance an HTML page where a feed was due) and
    says so in words; ``blocked`` marks a bot wall. ``ttl`` is the pause the channel itself asks for, if any.
    """

    leads: tuple[Lead, ...] = ()
    total: int = 0
    seen: bytes = b""
    next_urls: tuple[str, ...] = ()
    title: str = ""
    problem: str = ""
    blocked: bool = False
    ttl: timedelta | None = None
    self_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One HTTP answer as it came: the request's address, the address that answered, status, headers, decoded body.

    ``body`` has transfer and content encodings removed; header names are lower case. ``permanent_to`` is the target
    when every redirect on the way was permanent (301, 308), else empty. ``redirects`` lists each hop's address.
    """

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: datetime
    redirects: tuple[str, ...] = ()
    permanent_to: str = ""

    def header(self, name: str) -> str:
        """The first header of that lower-case name, or ``""``."""
        return next((value for key, value in self.headers if key == name), "")


class TroubleKind(StrEnum):
    """Why something could not be had; decides state, wording and when to try again."""

    UNREACHABLE = "unreachable"  # no DNS, no route, refused, reset, timed out, TLS
    UNSAFE = "unsafe"  # the address guard said no
    FORBIDDEN = "forbidden"  # robots.txt, or refused in the register
    WAIT = "wait"  # told to wait: 429, 503, Retry-After, robots.txt answering 5xx
    BLOCKED = "blocked"  # a bot wall, 401/403/451
    GONE = "gone"  # 410, and 404 for pages
    BROKEN = "broken"  # 5xx, truncated, over the limits, not what it should be
    KILLED = "killed"  # a reader ran over its time or memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Expected trouble as a value: ``reason`` is one clean line a person can act on, without secrets."""

    kind: TroubleKind
    reason: str
    http_status: int | None = None
    retry_at: datetime | None = None


class Verdict(StrEnum):
    """What a page turned out to be; only ARTICLE is ever stored."""

    ARTICLE = "article"
    BLOCK = "block"  # bot wall, challenge, captcha
    CONSENT = "consent"  # cookie or consent wall
    PAYWALL = "paywall"  # nothing but a teaser behind a wall
    MISSING = "missing"  # soft 404
    LISTING = "listing"  # a section front, index, search or tag page
    OTHER = "other"  # not HTML, no text, robots.txt, …


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What reading a page yields. ``text`` is clean paragraphs joined by one blank line.

    ``url`` is the canonical address; ``declared_url`` a rel=canonical on another host, recorded but not believed.
    ``extractor`` names what won for the body, ``signals`` what won for each other field (``title``, ``byline`` …).
    """

    url: str
    title: str
    text: str
    byline: str = ""
    dateline: str = ""
    published: Dated | None = None
    modified: Dated | None = None
    language: str = ""
    kind: StoryKind = StoryKind.COVERAGE
    links: tuple[Link, ...] = ()
    cited_domains: tuple[str, ...] = ()
    declared_url: str = ""
    site_name: str = ""
    extractor: str = ""
    signals: Mapping[str, str] = field(default_factory=dict)
    paywalled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """A page's verdict, its article when the verdict is ARTICLE, and else the reason in words."""

    verdict: Verdict
    article: Article | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRules:
    """How one site's article pages are read: data that reading is handed, written in ``spiders/sites``.

    Selectors are plain CSS (lxml/soupsieve dialect), several alternatives tried in order. ``until`` is the last day a
    markup version was seen in use (None: still current); a site may have several versions, newest first.
    ``article_path`` is a regular expression a path must match to be an article (``""``: any).
    ``date_formats`` are strptime formats of the visible date; ``drop`` is removed from the body before
    its text is taken.
    """

    site: str
    domains: tuple[str, ...]
    kind: StoryKind
    title: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    date_formats: tuple[str, ...] = ()
    byline: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    drop_text: tuple[str, ...] = ()  # regular expressions: paragraphs that are the site's boilerplate
    strip_title: tuple[str, ...] = ()  # regular expressions cut from the title
    article_path: str = ""
    timezone: str = ""
    language: str = ""
    version: str = ""
    until: Day | None = None


class PageState(StrEnum):
    """How an article address fares; only FILED has given us its text."""

    WAITING = "waiting"  # announced, not fetched yet
    FILED = "filed"
    FAILED = "failed"  # could not be had so far; the story stands on what the channel said
    GIVEN_UP = "given-up"  # gone for good, or no article at all; the reason is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A story as seen at a moment: an article, or a lead standing in for one.

    ``from_lead`` marks a text that is only what the channel said while the page cannot be had. ``identity`` names the
    story where its address may change under it, else ``""``.
    """

    source: str
    article: Article
    seen_at: datetime
    from_lead: bool = False
    identity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A lead on its way into the archive: its canonical address and, when the channel carried enough, the story.

    Without ``snapshot`` the page at ``address`` is wanted, and the lead is kept with it until it has been had.
    ``identity`` is the snapshot's.
    """

    lead: Lead
    address: str
    snapshot: Snapshot | None = None
    identity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One finished poll, filed as a whole: what was announced, and the channel's memory to keep from now on.

    ``total`` counts all entries the channel listed, known ones included; None when nothing had to be read.
    """

    memory: ChannelMemory
    started_at: datetime
    finished_at: datetime
    outcome: Outcome
    http_status: int | None = None
    reason: str = ""
    announced: tuple[Announced, ...] = ()
    total: int | None = None


class Change(StrEnum):
    """What filing a snapshot did to the archive."""

    NEW = "new"
    VERSION = "version"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """The outcome of filing one snapshot: the story's id and what changed."""

    story: int
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class PollFiling:
    """The outcome of filing one poll: stories filed at once, and pages now wanted.

    ``problem`` is non-empty when the poll could not be filed; its channel then keeps what it knew and is tried again.
    """

    poll: int
    filings: tuple[Filing, ...] = ()
    wanted: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPage:
    """An article page due for fetching, with what its channel said and the validators of the last answer.

    ``since`` is when its story began to read as it does, None while there is none; ``watched`` when that tells of a
    shift.
    """

    address: str
    source: str
    channel: int | None
    lead: Lead
    state: PageState = PageState.WAITING
    story: int | None = None
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    attempts: int = 0
    since: datetime | None = None
    watched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageVisit:
    """One finished visit of an article page, filed as a whole.

    ``snapshot`` is what to file (the article, or the lead standing in for it), None when the page was unchanged or
    is no story at all. ``next_at`` None: not to be visited again. ``recheck_at`` is when a page that was had is looked
    at again, ``recheck_if_changed_at`` when this visit finds another text. ``trouble`` is set when it could not be had;
    ``look`` marks a visit of a known story's page, which is kept as evidence. ``capture`` says where the raw answer is
    kept (``file.warc.gz:offset``), if it is.
    """

    address: str
    visited_at: datetime
    state: PageState
    snapshot: Snapshot | None = None
    http_status: int | None = None
    reason: str = ""
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    next_at: datetime | None = None
    recheck_at: datetime | None = None
    recheck_if_changed_at: datetime | None = None
    trouble: TroubleKind | None = None
    look: bool = False
    capture: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """How far a WARC file has been imported: the next import of ``file`` starts reading at byte ``position``.

    ``fingerprint`` tells whether it is still the same file; ``counts`` is the report so far, per domain.
    """

    file: str
    fingerprint: str
    size: int
    position: int
    started_at: datetime
    finished_at: datetime | None = None
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcRecord:
    """One record of a WARC file: its capture, or None and why the record is none; ``end`` is where the next starts."""

    end: int
    capture: Capture | None
    skipped: str = ""


class LookOutcome(StrEnum):
    """What a look at the page of a known story came to."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    BLOCKED = "blocked"
    BROKEN = "broken"
    GONE = "gone"
    FORBIDDEN = "forbidden"
    UNREACHABLE = "unreachable"


class Part(StrEnum):
    """Where in a story a sentence stands; title and lede weigh more than background paragraphs."""

    TITLE = "title"
    LEDE = "lede"
    BODY = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A code given to one sentence. Offsets are characters of the story's text (of the title for Part.TITLE).

    ``rule`` names the pattern that fired, ``codebook`` is the hash of the codebook that held it.
    """

    code: str
    sentence: str
    start: int
    end: int
    rule: str
    codebook: str
    part: Part = Part.BODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One movement of resources as one sentence tells it; the slots and their values are those of the codebook.

    Quantities are whole numbers, None where open or unsaid. ``sentence`` with ``start``/``end`` (characters of the
    text, or of the title for Part.TITLE) is the evidence; ``rule`` the frame that fired; ``score`` its log-odds.
    """

    actor: str
    resource: str
    direction: str
    status: str
    beneficiary: str | None = None
    quantity_low: int | None = None
    quantity_high: int | None = None
    quantity_text: str | None = None
    quantity_approx: bool = False
    origin: str | None = None
    destination: str | None = None
    attribution: str | None = None
    sentence: str = ""
    start: int = 0
    end: int = 0
    rule: str = ""
    score: float = 0.0
    part: Part = Part.BODY
    codebook: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number as claimed. ``value_low``/``value_high`` are bounds, None where the words leave them open.

    ``period`` and ``scope`` are short normal forms (``FY2025``, ``per day``, ``southwest border``), "" when unsaid;
    ``hedge`` is one of "", about, more than, at least, up to, fewer than, record low, record high, range.
    """

    measure: str
    value_low: float | None
    value_high: float | None
    unit: str
    period: str = ""
    scope: str = ""
    hedge: str = ""
    claimant: str = ""
    sentence: str = ""
    start: int = 0
    end: int = 0
    part: Part = Part.BODY
