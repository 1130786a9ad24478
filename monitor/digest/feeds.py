"""The stories of any query as a feed: Atom, RSS 2.0 or JSON Feed 1.1. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from lxml import etree

from monitor.digest.headers import clean
from monitor.reading.urls import is_http

ATOM = "http://www.w3.org/2005/Atom"
VERSION = "https://jsonfeed.org/version/1.1"
FORMATS = ("atom", "rss", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A story in a feed; ``published`` and ``seen`` are ISO texts of the archive."""

    id: int
    url: str
    title: str
    source: str
    published: str
    seen: str
    byline: str = ""
    summary: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed: ``identity`` stays the same for one query, ``url`` is where it will be served, if that is known."""

    title: str
    identity: str
    entries: Sequence[Entry]
    url: str = ""


def written(feed: Feed, kind: str) -> bytes:
    """The feed as UTF-8 in one of FORMATS; the same for the same stories, whenever it is made."""
    return {"atom": _atom, "rss": _rss, "json": _json}[kind](feed)


def _atom(feed: Feed) -> bytes:
    root = etree.fromstring(f'<feed xmlns="{ATOM}"/>')
    _add(root, "title", feed.title)
    _add(root, "id", feed.identity)
    _add(root, "updated", _iso(max((entry.seen for entry in feed.entries), default="1970-01-01T00:00:00Z")))
    _add(root, "generator", "Shiftwatch")
    author = etree.SubElement(root, "author")
    _add(author, "name", "Shiftwatch")
    if is_http(feed.url):
        etree.SubElement(root, "link", rel="self", href=feed.url)
    for entry in feed.entries:
        one = etree.SubElement(root, "entry")
        _add(one, "title", entry.title)
        _add(one, "id", _identity(feed, entry))
        if is_http(entry.url):
            etree.SubElement(one, "link", rel="alternate", href=clean(entry.url))
        _add(one, "published", _iso(entry.published))
        _add(one, "updated", _iso(max(entry.published, entry.seen)))
        by = etree.SubElement(one, "author")
        _add(by, "name", entry.byline or entry.source)
        _add(one, "summary", entry.summary)
    return _bytes(root)


def _rss(feed: Feed) -> bytes:
    root = etree.Element("rss", version="2.0")
    channel = etree.SubElement(root, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", feed.url if is_http(feed.url) else "https://localhost/")
    _add(channel, "description", feed.title)
    _add(channel, "generator", "Shiftwatch")
    for entry in feed.entries:
        item = etree.SubElement(channel, "item")
        _add(item, "title", entry.title)
        if is_http(entry.url):
            _add(item, "link", clean(entry.url))
        guid = etree.SubElement(item, "guid", isPermaLink="false")
        guid.text = _identity(feed, entry)
        _add(item, "pubDate", format_datetime(datetime.fromisoformat(_iso(entry.published))))
        _add(item, "description", entry.summary)
    return _bytes(root)


def _json(feed: Feed) -> bytes:
    items = []
    for entry in feed.entries:
        item: dict[str, object] = {
            "id": _identity(feed, entry),
            "title": clean(entry.title),
            "content_text": clean(entry.summary),
            "date_published": _iso(entry.published),
            "authors": [{"name": clean(entry.byline or entry.source)}],
        }
        if is_http(entry.url):
            item["url"] = clean(entry.url)
        if entry.language:
            item["language"] = entry.language
        items.append(item)
    whole: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": clean(feed.title),
        "items": items,
    }
    if is_http(feed.url):
        whole["feed_url"] = feed.url
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _identity(feed: Feed, entry: Entry) -> str:
    """The story's own address names it; it is unique in the archive."""
    return clean(entry.url) if is_http(entry.url) else f"{feed.identity}:{entry.id}"


def _iso(text: str) -> str:
    """RFC 3339, a day alone as its start."""
    padded = text if len(text) >= 10 else f"{text}-01"
    at = datetime.fromisoformat(padded)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _add(parent: etree._Element, name: str, text: str) -> None:
    """A child with a text that XML can hold."""
    etree.SubElement(parent, name).text = clean(text)


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
