"""Finds the channels a page names: declared feeds and sitemaps first, then links that look like them."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from lxml import etree

from monitor.model import Channel, ChannelKind
from monitor.reading import text, urls
from monitor.reading.encoding import decode
from monitor.reading.feed_cut import cut_feed

MOST: Final = 20
"""The most channels named by one page."""

_TYPES: Final = (
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
    "text/rss+xml",
)
_LOOSE_TYPES: Final = ("application/xml", "text/xml", "application/json")  # feeds when the address says so
_FEED_PATH: Final = re.compile(
    r"/(?:feed|rss|atom)s?/?$|\.(?:rss|rdf|atom)$|[/._-](?:feed|rss|atom)[\w-]*\.(?:xml|json)$|/rss/[\w./-]+$|\bindex\.xml$",
    re.IGNORECASE,
)
_SITEMAP_PATH: Final = re.compile(r"sitemap[\w-]*\.xml(?:\.gz)?$", re.IGNORECASE)
_ANCHORS: Final = 5_000
_COMMENTS: Final = re.compile(r"comments?", re.IGNORECASE)


def discover(body: bytes, url: str, content_type: str = "", *, source: str = "") -> tuple[Channel, ...]:
    """The channels that a page at ``url`` offers, best first, at most MOST. Total.

    Feeds of comments are left out; links in the text count only on the page's own site. A body that is a feed itself
    offers itself. Nothing is known yet of whether they work: that is for whoever fetches them.
    """
    document = decode(body, content_type, kind="html")
    if cut_feed(document[:4_000].encode()).root in (b"rss", b"feed", b"rdf"):
        return (Channel(source=source, kind=ChannelKind.FEED, url=url, discovered=True),) if urls.is_http(url) else ()
    tree = text.parse_html(document)
    if tree is None:
        return ()
    base_element = next(tree.iter("base"), None)
    base = urls.absolute(base_element.get("href", "") if base_element is not None else "", url) or url
    found: dict[str, ChannelKind] = {}
    for kind, href in (*_declared(tree), *_linked(tree, base, url)):
        address = urls.absolute(href, base)
        if address and address not in found and not _COMMENTS.search(address.partition("://")[2].partition("/")[2]):
            found[address] = kind
    return tuple(
        Channel(source=source, kind=kind, url=address, discovered=True) for address, kind in list(found.items())[:MOST]
    )


def _declared(tree: etree._Element) -> list[tuple[ChannelKind, str]]:
    """What the head declares by ``link rel=alternate`` and ``rel=sitemap``."""
    found: list[tuple[ChannelKind, str]] = []
    for link in tree.iter("link"):
        relations = link.get("rel", "").lower().split()
        kind = link.get("type", "").partition(";")[0].strip().lower()
        href = link.get("href", "").strip()
        if "sitemap" in relations:
            found.append((ChannelKind.SITEMAP, href))
        elif ("alternate" in relations or "feed" in relations) and not _COMMENTS.search(link.get("title", "")):
            path = href.partition("?")[0].partition("#")[0]
            if kind in _TYPES or (kind in _LOOSE_TYPES and _FEED_PATH.search(path)):
                found.append((ChannelKind.FEED, href))
    return found


def _linked(tree: etree._Element, base: str, url: str) -> list[tuple[ChannelKind, str]]:
    """Links on the page's own site whose address looks like a feed or a sitemap."""
    found: list[tuple[ChannelKind, str]] = []
    for anchor in islice(tree.iter("a"), _ANCHORS):
        address = urls.absolute(anchor.get("href", ""), base)
        path = address.partition("?")[0].partition("#")[0]
        if address and urls.same_site(address, url):
            if _FEED_PATH.search(path):
                found.append((ChannelKind.FEED, address))
            elif _SITEMAP_PATH.search(path):
                found.append((ChannelKind.SITEMAP, address))
    return found
