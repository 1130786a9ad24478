"""What one feed entry declares: by feedparser, or by a quick reader where that is sure to say the same."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from lxml import etree

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
_MARKED_UP: Final = ("title", "summary", "content")
_HTML_TYPES: Final = ("text/html", "html", "application/xhtml+xml", "xhtml")
_TEXT_TYPES: Final = ("text", "html", "text/plain", "text/html")

# An entry's children are kept when they are in its own namespace or in one of these. The others say nothing that is
# kept, but disturb feedparser: a media:description behind the description takes its place, for one.
_SPACES: Final = (
    "",
    "http://purl.org/dc/elements/1.1/",
    "http://purl.org/dc/terms/",
    "http://purl.org/rss/1.0/",
    "http://purl.org/rss/1.0/modules/content/",
    "http://rssnamespace.org/feedburner/ext/1.0",
    "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/2005/atom",
    "http://purl.org/atom/ns#",
)
# Nothing of these is kept either, and feedparser spends quadratic time on 100,000 categories.
_NOISE: Final = frozenset(("category", "comments", "contributor", "enclosure", "rights", "source", "subject"))
_MOST_ATTRIBUTES: Final = 64

_REFERENCE: Final = re.compile(r"&([A-Za-z0-9_]+);")
_SLASHES: Final = re.compile(r"([A-Za-z][A-Za-z0-9+-.]*://)/+")
_CP1252: Final = {
    code: bytes((code,)).decode("cp1252") for code in range(128, 160) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}


class FeedEntry(NamedTuple):
    """What an entry declares, as markup and text still uncleaned; ``""`` where it declares nothing.

    ``link`` and ``id`` are resolved against xml:base only, as feedparser does when it knows no other base;
    ``contents`` are full texts; ``base`` is the xml:base that links inside them are relative to.
    """

    link: str = ""
    id: str = ""
    title: str = ""
    summary: str = ""
    contents: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published: str = ""
    updated: str = ""
    language: str = ""
    original_link: str = ""
    base: str = ""


def parse_strictly(xml: bytes) -> etree._Element | None:
    """The tree of well-formed XML, else None; no network, no entities, nothing giant, no comments in the tree."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(xml, parser)
    except (etree.LxmlError, ValueError):
        return None


def read_entries(tree: etree._Element, xml: bytes, count: int) -> list[FeedEntry] | None:
    """What each of the ``count`` entries of a well-formed feed declares, in order; ``tree`` is used up.

    The quick reader takes what it is sure of; feedparser gets the rest, in the same envelope. None when the tree or
    feedparser sees another number of entries.
    """
    elements = list(tree.iter("{*}item", "{*}entry"))
    if len(elements) != count:
        return None
    quick = _quick_reader(tree, xml)
    entries = [quick(element) if quick is not None else None for element in elements]
    left = [position for position, entry in enumerate(entries) if entry is None]
    if left:
        for position, element in enumerate(elements):
            if entries[position] is None:
                _prune(element)
            elif (parent := element.getparent()) is not None:
                parent.remove(element)
        read = by_feedparser(etree.tostring(tree))
        if len(read) != len(left):
            return None
        for position, entry in zip(left, read, strict=True):
            entries[position] = entry
    return [entry for entry in entries if entry is not None]


def by_feedparser(xml: bytes) -> list[FeedEntry]:
    """What feedparser makes of a whole feed (UTF-8, without XML declaration). Total.

    It gets bytes in memory, never an address or a string (it would open either), and neither sanitises nor resolves
    links inside texts: that happens once, to what is kept.
    """
    import feedparser

    try:
        feed = feedparser.parse(
            io.BytesIO(xml),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception:
        # Its loose parser lets exceptions of many kinds out on broken markup; that is the feed's trouble, not ours.
        return []
    return [_from_feedparser(entry) for entry in feed["entries"]]


def _from_feedparser(entry: dict[str, Any]) -> FeedEntry:
    # dict.get throughout, since feedparser's own get answers "updated" with "published", and warns.
    def text(key: str) -> str:
        value = dict.get(entry, key)
        return value if isinstance(value, str) else ""

    contents = [content for content in dict.get(entry, "content") or () if isinstance(content, dict)]
    details = [detail for key in ("summary_detail", "title_detail") if (detail := dict.get(entry, key))]
    names = [author["name"] for author in dict.get(entry, "authors") or () if dict.get(author, "name")]
    return FeedEntry(
        link=text("link"),
        id=text("id"),
        title=text("title"),
        summary=text("summary"),
        contents=tuple(content["value"] for content in contents if dict.get(content, "value")),
        authors=tuple(names) or ((text("author"),) if text("author") else ()),
        published=text("published"),
        updated=text("updated"),
        language=text("language") or next((d["language"] for d in (*contents, *details) if d.get("language")), ""),
        original_link=text("feedburner_origlink"),
        base=next((d["base"] for d in (*contents, *details) if d.get("base")), ""),
    )


def _prune(entry: etree._Element) -> None:
    """Take out of an entry what says nothing we keep, and attributes by the thousand."""
    own = etree.QName(entry).namespace
    for child in list(entry):
        if not isinstance(child.tag, str):
            continue
        name = etree.QName(child)
        space = (name.namespace or "").lower()
        if name.localname.lower() in _NOISE or not _speaks(space, own):
            entry.remove(child)
    for element in entry.iter():
        if len(element.attrib) > _MOST_ATTRIBUTES:
            element.attrib.clear()


def _speaks(space: str, own: str | None) -> bool:
    """Whether elements of this namespace (lower case) are looked at inside an entry of namespace ``own``."""
    return space in _SPACES or space == (own or "").lower() or "backend.userland.com/rss" in space


def _quick_reader(tree: etree._Element, xml: bytes) -> Callable[[etree._Element], FeedEntry | None] | None:
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
        tag = child.tag
        name = _RSS.get(tag)
        if name is None:
            if _is_noise(tag):
                continue
            return None
        if name in found or len(child):
            return None
        if child.attrib:
            if name != "id" or child.keys() != ["isPermaLink"]:
                return None
            permalink = child.get("isPermaLink") == "true"
        text = _mended(child.text)
        if name != "author":
            found[name] = text
        elif "@" in text:  # feedparser takes addresses out of names
            return None
        elif text:
            authors.append(text)
    named = found.get("id", "")
    if permalink:
        named = found["id"] = _slashes(named)
    link = found.get("link")
    if link is None:
        link = named if permalink else ""
    else:
        link = _slashes(link)
        if "&" in link:
            link = _REFERENCE.sub(r"&\1", link.replace("&amp;", "&"))
    return _entry(found, link, tuple(authors))


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
            if name in found or len(child):
                return None
            if child.attrib and (
                name not in _MARKED_UP or child.keys() != ["type"] or child.get("type") not in _TEXT_TYPES
            ):
                return None
            found[name] = _mended(child.text)
        elif tag == f"{_ATOM}link":
            keys = child.keys()
            href = child.get("href")
            if href is None or len(child) or any(key in ("uri", "url", "base", f"{_XML}base") for key in keys):
                return None
            rel, kind = child.get("rel", "alternate").lower(), child.get("type", "text/html").lower()
            if rel == "alternate" and kind in _HTML_TYPES:
                link = _slashes(href)
        elif tag == f"{_ATOM}author":
            name = _quick_author(child)
            if name is None:
                return None
            authors.extend((name,) if name else ())
        elif not _is_noise(tag):
            return None
    found["id"] = _slashes(found.get("id", ""))
    return _entry(found, found["id"] if link is None else link, tuple(authors))


def _quick_author(author: etree._Element) -> str | None:
    """The name of an Atom author, None when it is written unusually."""
    name = ""
    if author.attrib:
        return None
    for child in author:
        if len(child) or child.attrib or child.tag not in (f"{_ATOM}name", f"{_ATOM}uri", f"{_ATOM}email"):
            return None
        if child.tag == f"{_ATOM}name":
            if name:
                return None
            name = (child.text or "").strip()
    return name if name or not len(author) else None  # without a name, feedparser takes the address for one


def _is_noise(tag: object) -> bool:
    """Whether pruning would take the element out of an RSS item or Atom entry."""
    if not isinstance(tag, str):
        return False
    space, _, local = tag[1:].partition("}") if tag[:1] == "{" else ("", "", tag)
    return local.lower() in _NOISE or not _speaks(space.lower(), "")


def _entry(found: dict[str, str], link: str, authors: tuple[str, ...]) -> FeedEntry:
    content = found.get("content", "")
    summary = found.get("summary")
    return FeedEntry(
        link=link,
        id=found.get("id", ""),
        title=found.get("title", ""),
        summary=content if summary is None else summary,
        contents=(content,) if content else (),
        authors=authors,
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
