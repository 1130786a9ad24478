"""Feed lists as other readers exchange them: sources to OPML and back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from monitor.errors import UsageError
from monitor.model import Channel, ChannelKind, Source, SourceKind
from monitor.reading.urls import host, is_http

MAX_BYTES = 5_000_000
MAX_FEEDS = 10_000


def export_opml(sources: Iterable[Source]) -> str:
    """OPML 2.0 of the sources' feeds, one group a source; a source without a feed is a link to its home page.

    Addresses only: what else a channel has (selectors, intervals, credentials) is no matter of OPML.
    """
    root = Element("opml", version="2.0")
    SubElement(SubElement(root, "head"), "title").text = "Shiftwatch sources"
    body = SubElement(root, "body")
    for source in sources:
        feeds = [channel for channel in source.channels if channel.kind is ChannelKind.FEED]
        if not feeds:
            home = source.home or f"https://{source.domain}/"
            SubElement(body, "outline", type="link", text=_clean(source.name), url=home)
            continue
        group = SubElement(body, "outline", text=_clean(source.name))
        for feed in feeds:
            SubElement(group, "outline", type="rss", text=_clean(source.name), xmlUrl=feed.url, htmlUrl=source.home)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def import_opml(data: bytes, known: Iterable[Source] = ()) -> tuple[Source, ...]:
    """The feeds of an OPML file as new sources, one a domain; the domain's further feeds are polled in addition.

    Groups may be nested. Addresses that are not http(s), that carry a login, or that a ``known`` source has already,
    are left out. Raises UsageError when it is no OPML, has a document type (nothing outside or inside the file is ever
    expanded) or is larger than anybody's list.
    """
    if len(data) > MAX_BYTES:
        raise UsageError(f"the feed list is larger than {MAX_BYTES // 1_000_000} MB")
    try:
        root = fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise UsageError("the feed list has a document type or entities, which are not read") from None
    except (ParseError, ValueError, LookupError) as error:
        raise UsageError(f"the feed list is not well-formed XML: {error}") from None
    if root.tag != "opml":
        raise UsageError("the feed list is not OPML: its root is not <opml>")
    had = {channel.url for source in known for channel in source.channels}
    before = len(had)
    names: dict[str, str] = {}
    feeds: dict[str, dict[str, None]] = {}
    for outline in root.iter("outline"):
        url = outline.get("xmlUrl", "").strip()
        if url in had or not _is_plain(url) or not (domain := _domain(url)):
            continue
        names.setdefault(domain, _clean(outline.get("title") or outline.get("text") or "") or domain)
        feeds.setdefault(domain, {})[url] = None
        had.add(url)
        if len(had) - before > MAX_FEEDS:
            raise UsageError(f"the feed list has more than {MAX_FEEDS} feeds")
    return tuple(_source(domain, names[domain], tuple(urls)) for domain, urls in feeds.items())


def _source(domain: str, name: str, urls: tuple[str, ...]) -> Source:
    id = re.sub(r"[^a-z0-9-]+", "-", domain).strip("-")[:64]
    return Source(
        id=id,
        name=name,
        domain=domain,
        kind=SourceKind.OUTLET,
        home=f"https://{domain}/",
        channels=tuple(
            Channel(source=id, kind=ChannelKind.FEED, url=url, also=place > 0) for place, url in enumerate(urls)
        ),
    )


def _is_plain(url: str) -> bool:
    """Whether a configuration may hold the address: http(s), printable, and without a login in it."""
    return is_http(url) and url.isprintable() and not set(url) & set(' \\"') and "@" not in url.split("/")[2]


def _domain(url: str) -> str:
    """The feed's host without ``www.``; empty when the address has none."""
    return host(url).removeprefix("www.")


def _clean(text: str) -> str:
    """One line without control characters, of a length a list can show."""
    return "".join(c if c.isprintable() else " " for c in text)[:200].strip()
