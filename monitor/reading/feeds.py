"""Reads feeds: RSS 0.9x, 1.0 and 2.0, Atom, RDF and JSON Feed, of which only entries not read before are parsed.

    bytes ─► text ─► cut into entries ─► unseen ones ─► declared (quick reader, feedparser) ─► leads
             encoding    feed_cut          memory           feed_entries                    feed_leads

What an entry comes to never depends on its neighbours: whatever is unseen is parsed together when that is well-formed,
and each on its own when it is not, so one broken entry costs no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from lxml import etree

from monitor.model import ChannelReading, Lead
from monitor.reading import text, urls, wrong_body
from monitor.reading.encoding import decode
from monitor.reading.feed_cut import FeedCut, cut_feed
from monitor.reading.feed_entries import by_feedparser, mend_references, parse_strictly, read_entries
from monitor.reading.feed_entry import FeedEntry
from monitor.reading.feed_json import read_json_feed
from monitor.reading.feed_leads import lead_of, title_of
from monitor.reading.memory import fingerprint, remember, unseen

_ROOTS: Final = (b"rss", b"feed", b"rdf", b"channel")
_CONTROLS: Final = bytes(code for code in range(32) if code not in (9, 10, 13))
_NONCHARACTER: Final = b"\xef\xbf"
_NONCHARACTERS: Final = re.compile(rb"\xef\xbf[\xbe\xbf]")
_PERIODS: Final = {"hourly": 1.0, "daily": 24.0, "weekly": 168.0, "monthly": 720.0, "yearly": 8_760.0}
_LONGEST_PAUSE: Final = timedelta(days=1)
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_TOLD: Final = frozenset(("title", "language", "ttl", "updatePeriod", "updateFrequency"))


@dataclass(frozen=True, slots=True)
class FeedFacts:
    """What a feed says of itself: its title, its entries' language, the pause it asks for, its own address."""

    title: str = ""
    language: str = ""
    ttl: timedelta | None = None
    self_url: str = ""


def read_feed(body: bytes, url: str, content_type: str = "", seen: bytes = b"") -> ChannelReading:
    """Read a feed's body as it came from ``url``; ``seen`` is the channel's memory (see ChannelReading). Total.

    Leads are the entries whose bytes are not remembered, in the feed's order. A body that breaks off yields the entries
    that are whole and what is legible of the last one, which is not remembered, so that it is read again when whole;
    ``problem`` says so beside the leads.
    """
    document = decode(body, content_type, kind="xml")
    if document.lstrip()[:1] in ("{", "["):
        return read_json_feed(document, url, seen)
    xml = document.encode().translate(None, _CONTROLS)
    if _NONCHARACTER in xml:
        xml = _NONCHARACTERS.sub(b"", xml)
    cut = cut_feed(xml)
    if cut.root not in _ROOTS and not cut.entries:
        problem, wall = wrong_body.explain(document, "a feed")
        return ChannelReading(problem=problem, blocked=wall, seen=seen)
    if not cut.certain:
        return _read_whole(xml, url, seen)
    return _read_pieces(cut, url, seen)


def _read_pieces(cut: FeedCut, url: str, seen: bytes) -> ChannelReading:
    hashes = [fingerprint(entry) for entry in cut.entries]
    fresh = unseen(hashes, seen)
    document = cut.document(fresh)
    tree = parse_strictly(document)
    if tree is None:
        document = mend_references(document)
        tree = parse_strictly(document)
    facts = _facts(tree if tree is not None else _parse_leniently(cut.document([])), url)
    entries: Sequence[FeedEntry | None] | None = None
    if tree is not None:
        entries = read_entries(tree, document, len(fresh))
    if entries is None:
        entries = [_read_alone(cut, cut.entries[position]) for position in fresh]
    told = [(position, entry) for position, entry in zip(fresh, entries, strict=True) if entry is not None]
    leads = list(_leads(told, hashes, url, facts.language))
    if cut.tail and (last := _read_tail(cut)) is not None:
        made = fingerprint(cut.tail).hex()
        lead = lead_of(last, feed_url=url, language=facts.language, position=len(cut.entries), made=made)
        leads.extend((lead,) if lead is not None else ())
    # What could not be read is not remembered either: it is tried again, perhaps by better rules.
    unread = set(fresh) - {position for position, _ in told}
    return ChannelReading(
        leads=tuple(leads),
        total=len(cut.entries) + bool(cut.tail),
        seen=remember(seen, [entry for position, entry in enumerate(hashes) if position not in unread]),
        title=facts.title,
        ttl=facts.ttl,
        self_url=facts.self_url,
        problem=_problem(cut, leads, len(unread)),
    )


def _problem(cut: FeedCut, leads: list[Lead], unread: int) -> str:
    """What is wrong with a feed; beside leads it says that this answer is not to be taken for the whole feed."""
    if unread and unread == len(cut.entries):
        return f"the XML of all {unread} entries is too broken to be read"
    if not _is_closed(cut) and (leads or not cut.entries):
        whole = len(cut.entries)
        return f"the feed breaks off after {whole} whole {'entry' if whole == 1 else 'entries'}"
    return ""


def _read_whole(xml: bytes, url: str, seen: bytes) -> ChannelReading:
    """A feed that cannot be cut: feedparser gets it whole, and entries are remembered by what they came to."""
    entries = by_feedparser(xml)
    hashes = [fingerprint(repr(entry).encode()) for entry in entries]
    fresh = unseen(hashes, seen)
    facts = _facts(_parse_leniently(xml), url)
    leads = _leads(((position, entries[position]) for position in fresh), hashes, url, facts.language)
    return ChannelReading(
        leads=tuple(leads),
        total=len(entries),
        seen=remember(seen, hashes),
        title=facts.title,
        ttl=facts.ttl,
        self_url=facts.self_url,
        problem="" if entries else "the feed's XML is broken and holds no entry that can be made out",
    )


def _leads(entries: Iterable[tuple[int, FeedEntry]], hashes: list[bytes], url: str, language: str) -> Iterator[Lead]:
    """The leads, one for each address and key: of an entry told twice the first counts, feeds being newest first."""
    met: set[tuple[str, str]] = set()
    for position, entry in entries:
        lead = lead_of(entry, feed_url=url, language=language, position=position, made=hashes[position].hex())
        if lead is not None and (lead.url, lead.key) not in met:
            met.add((lead.url, lead.key))
            yield lead


def _read_alone(cut: FeedCut, entry: bytes) -> FeedEntry | None:
    """One entry on its own in the least envelope: strictly when it can be mended, else as feedparser makes it out."""
    document = cut.alone(mend_references(entry))
    tree = parse_strictly(document)
    read = read_entries(tree, document, 1) if tree is not None else None
    if read is None:
        read = by_feedparser(document)
    return read[0] if read else None


def _read_tail(cut: FeedCut) -> FeedEntry | None:
    """What is legible of an entry that the body breaks off in: its elements up to the last end tag."""
    end = cut.tail.rfind(b"</")
    close = cut.tail.find(b">", end) if end >= 0 else -1
    if close < 0:
        return None
    read = by_feedparser(cut.alone(mend_references(cut.tail[: close + 1])))
    return read[0] if read else None


def _is_closed(cut: FeedCut) -> bool:
    return bool(re.search(rb"</(?:[\w.-]+:)?" + cut.root + rb"\s*>|/>\s*$", cut.gaps[-1][-2_000:], re.IGNORECASE))


def _parse_leniently(xml: bytes) -> etree._Element | None:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(xml, parser)
    except (etree.LxmlError, ValueError):
        return None


def _facts(tree: etree._Element | None, url: str) -> FeedFacts:
    """What the feed says of itself, from the children of its channel other than entries."""
    if tree is None:
        return FeedFacts()
    channel = tree.find("channel") if tree.tag == "rss" else tree.find("{*}channel")
    if channel is None:
        channel = tree
    told: dict[str, str] = {}
    own = ""
    for child in channel.iterchildren(etree.Element):
        name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
        if name == "link":
            if child.get("rel") == "self":
                own = own or urls.absolute(child.get("href") or "", url)
        elif name in _TOLD and child.text:
            told.setdefault(name, child.text[: text.TITLE_LIMIT].strip())
    return FeedFacts(
        title=title_of(told.get("title", "")),
        language=channel.get(_LANG) or tree.get(_LANG) or told.get("language", ""),
        ttl=_pause(told),
        self_url=own,
    )


def _pause(told: Mapping[str, str]) -> timedelta | None:
    """``ttl`` in minutes, or RSS syndication's period and frequency; at most a day, since both are often nonsense."""
    if minutes := _number(told.get("ttl", "")):
        return min(timedelta(minutes=minutes), _LONGEST_PAUSE)
    period = _PERIODS.get(told.get("updatePeriod", "").lower())
    if period is None:
        return None
    return min(timedelta(hours=period / (_number(told.get("updateFrequency", "")) or 1)), _LONGEST_PAUSE)


def _number(digits: str) -> int:
    """A count written in at most six digits, else 0."""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 6 else 0
