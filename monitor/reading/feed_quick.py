"""Reads the plainest feed entries by itself, and only those of which it is sure to say what feedparser says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from lxml import etree

from monitor.reading.feed_entry import FeedEntry, is_noise

_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_XML: Final = "{http://www.w3.org/XML/1998/namespace}"

# Prefixes that feedparser maps a second time by what the document binds them to; the quick reader wants them orthodox.
_ORTHODOX: Final = {
    b"dc": b"http://purl.org/dc/elements/1.1/",
    b"content": b"http://purl.org/rss/1.0/modules/content/",
    b"feedburner": b"http://rssnamespace.org/feedburner/ext/1.0",
}
_BINDING: Final = re.compile(rb"xmlns:(dc|content|feedburner)\s*=\s*[\"']([^\"']*)")
_RSS: Final = {
    "title": "title",
    "link": "link",
    "guid": "id",
    "description": "summary",
    "pubDate": "published",
    "author": "author",
    "{http://purl.org/dc/elements/1.1/}creator": "author",
    "{http://purl.org/dc/elements/1.1/}date": "updated",
    "{http://purl.org/dc/elements/1.1/}language": "language",
    "{http://purl.org/rss/1.0/modules/content/}encoded": "content",
    "{http://rssnamespace.org/feedburner/ext/1.0}origLink": "original_link",
}
_ATOM_TEXTS: Final = {
    f"{_ATOM}id": "id",
    f"{_ATOM}title": "title",
    f"{_ATOM}summary": "summary",
    f"{_ATOM}content": "content",
    f"{_ATOM}published": "published",
    f"{_ATOM}updated": "updated",
    "{http://rssnamespace.org/feedburner/ext/1.0}origLink": "original_link",
}
_PERSON: Final = (f"{_ATOM}name", f"{_ATOM}uri", f"{_ATOM}email")
_MARKED_UP: Final = ("title", "summary", "content")
_HTML_TYPES: Final = ("text/html", "html", "application/xhtml+xml", "xhtml")
_TEXT_TYPES: Final = ("text", "html", "text/plain", "text/html")

_REFERENCE: Final = re.compile(r"&([A-Za-z0-9_]+);")
_SLASHES: Final = re.compile(r"([A-Za-z][A-Za-z0-9+-.]*://)/+")
_CP1252: Final = {
    code: bytes((code,)).decode("cp1252") for code in range(128, 160) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}


def quick_reader(tree: etree._Element, xml: bytes) -> Callable[[etree._Element], FeedEntry | None] | None:
    """The quick reader for this feed's entries, None when the envelope is not the plainest."""
    if any(_ORTHODOX[prefix] != space for prefix, space in _BINDING.findall(xml)):
        return None
    if any(name not in ("version", f"{_XML}lang", f"{_XML}space") for name in tree.attrib):
        return None
    if tree.tag == "rss":
        channel = tree.find("channel")
        return _quick_rss if channel is not None and not channel.attrib else None
    if tree.tag == f"{_ATOM}feed" and not any("rss" in space.lower() for space in _undeclared_rss(tree)):
        return _quick_atom
    return None


def _undeclared_rss(tree: etree._Element) -> list[str]:
    """Namespaces bound at an Atom root that would make feedparser take the feed for RSS."""
    return [space for space in tree.nsmap.values() if space.rstrip("/").lower().endswith(("rss/1.0", "simple/0.9"))]


def _quick_rss(entry: etree._Element) -> FeedEntry | None:
    """An RSS 2.0 item of known, childless elements, each once; None for every other."""
    if entry.attrib:
        return None
    found: dict[str, str] = {}
    authors: list[str] = []
    permalink = True
    for child in entry:
        name = _RSS.get(child.tag)
        if name is None and isinstance(child.tag, str) and is_noise(child.tag):
            continue
        if name is None or name in found or len(child):
            return None
        if child.attrib:
            if name != "id" or child.keys() != ["isPermaLink"]:
                return None
            permalink = child.get("isPermaLink") == "true"
        if name == "author":
            authors.append(_mended(child.text))
        else:
            found[name] = _mended(child.text)
    if any("@" in author for author in authors):  # feedparser takes addresses out of names
        return None
    if permalink:
        found["id"] = _slashes(found.get("id", ""))
    if "link" in found:
        link = _slashes(found["link"])
        link = _REFERENCE.sub(r"&\1", link.replace("&amp;", "&")) if "&" in link else link
    else:
        link = found["id"] if permalink else ""
    return _entry(found, link, authors)


def _quick_atom(entry: etree._Element) -> FeedEntry | None:
    """An Atom entry of known elements with text or escaped HTML, each once; None for every other."""
    if entry.attrib:
        return None
    found: dict[str, str] = {}
    authors: list[str] = []
    link: str | None = None
    for child in entry:
        tag = child.tag
        name = _ATOM_TEXTS.get(tag)
        if name is not None:
            if name in found or len(child) or not (_is_text(child) if name in _MARKED_UP else not child.attrib):
                return None
            found[name] = _mended(child.text)
        elif tag == f"{_ATOM}link":
            href = child.get("href")
            if href is None or len(child) or child.get("uri") or child.get("url"):
                return None
            if child.get("rel", "alternate").lower() == "alternate":
                link = _slashes(href) if child.get("type", "text/html").lower() in _HTML_TYPES else link
        elif tag == f"{_ATOM}author":
            author = _quick_author(child)
            if author is None:
                return None
            authors.append(author)
        elif not isinstance(tag, str) or not is_noise(tag):
            return None
    found["id"] = _slashes(found.get("id", ""))
    return _entry(found, found["id"] if link is None else link, authors)


def _is_text(element: etree._Element) -> bool:
    """Whether an Atom text construct is plain text or escaped HTML, and has no other attribute."""
    return not element.attrib or (element.keys() == ["type"] and element.get("type") in _TEXT_TYPES)


def _quick_author(author: etree._Element) -> str | None:
    """The name of an Atom author, None when it is written unusually."""
    names: list[str] = []
    for child in author:
        if len(child) or child.attrib or child.tag not in _PERSON:
            return None
        if child.tag == _PERSON[0]:
            names.append((child.text or "").strip())
    if author.attrib or len(names) > 1 or (len(author) and not any(names)):
        return None  # without a name, feedparser takes the address for one
    return names[0] if names else ""


def _entry(found: dict[str, str], link: str, authors: list[str]) -> FeedEntry:
    content = found.get("content", "")
    summary = found.get("summary")
    return FeedEntry(
        link=link,
        id=found.get("id", ""),
        title=found.get("title", ""),
        summary=content if summary is None else summary,
        contents=(content,) if content else (),
        authors=tuple(author for author in authors if author),
        published=found.get("published", ""),
        updated=found.get("updated", ""),
        language=found.get("language", ""),
        original_link=found.get("original_link", ""),
    )


def _mended(text: str | None) -> str:
    """An element's text as feedparser hands it on: stripped, and with its repairs of twice-encoded characters."""
    text = (text or "").strip()
    if text.isascii():
        return text
    try:
        return text.encode("iso-8859-1").decode("utf-8").translate(_CP1252)
    except UnicodeError:
        return text.translate(_CP1252)


def _slashes(url: str) -> str:
    return _SLASHES.sub(r"\1", url, count=1) if ":///" in url else url
