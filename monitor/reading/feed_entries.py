"""What one feed entry declares: by feedparser, or by a quick reader where that is sure to say the same."""

from __future__ import annotations

import io
import re
from html.entities import html5
from typing import Any, Final

from lxml import etree

from monitor.reading import urls
from monitor.reading.feed_entry import FeedEntry, is_noise
from monitor.reading.feed_quick import quick_reader

_BASE: Final = "{http://www.w3.org/XML/1998/namespace}base"
_MOST_ATTRIBUTES: Final = 64
_MOST_CHILDREN: Final = 500  # of an entry; what follows tells nothing that feedparser should spend its time on
_XML_NAMES: Final = (b"amp;", b"lt;", b"gt;", b"quot;", b"apos;")
_REFERENCE: Final = re.compile(
    rb"<!\[CDATA\[(?:.*?\]\]>|.*)"
    rb"|&(?:(?P<number>#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6});)|(?P<name>[A-Za-z][A-Za-z0-9]{1,31};))?",
    re.DOTALL,
)
_CATEGORIES: Final = re.compile(rb"<category\b[^<>]*+>(?:<!\[CDATA\[[^\]]*+\]\]>|[^<]*+)</category>")
_GIANT_TAG: Final = re.compile(rb"<[A-Za-z][^<>]{20000}")


def parse_strictly(xml: bytes) -> etree._Element | None:
    """The tree of well-formed XML, else None; no network, no entities, nothing giant, no comments in the tree."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(xml, parser)
    except (etree.LxmlError, ValueError):
        return None


def mend_references(xml: bytes) -> bytes:
    """XML with bare ampersands escaped and HTML's entities spelled out, the faults most feeds that have any have.

    feedparser reads around them too, but makes "AT&T;" of "AT&T" on its way. CDATA sections stay as they are.
    """
    return _REFERENCE.sub(_mended_reference, xml)


def _mended_reference(found: re.Match[bytes]) -> bytes:
    number, name = found["number"], found["name"]
    if number:
        digits = number[1:-1]
        code = int(digits[1:], 16) if digits[:1] in b"xX" else int(digits)
        legal = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 1 <= code >> 16 <= 16
        return found[0] if legal else b""
    if name:
        return found[0] if name in _XML_NAMES else html5.get(name.decode(), f"&amp;{name.decode()}").encode()
    return b"&amp;" if found[0] == b"&" else found[0]


def read_entries(tree: etree._Element, xml: bytes, count: int) -> list[FeedEntry] | None:
    """What each of the ``count`` entries of a well-formed feed declares, in order; ``tree`` is used up.

    The quick reader takes what it is sure of; feedparser gets the rest, in the same envelope. None when the tree or
    feedparser sees another number of entries.
    """
    elements = list(tree.iter("{*}item", "{*}entry"))
    if len(elements) != count:
        return None
    for element in tree.iter(etree.Element):
        if len(element.attrib) > _MOST_ATTRIBUTES:
            element.attrib.clear()
    bases = _take_bases(tree, elements) if b"base" in xml else None
    quick = quick_reader(tree, xml)
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
    told = [entry for entry in entries if entry is not None]
    return [e._replace(base=base) for e, base in zip(told, bases, strict=True)] if bases is not None else told


def by_feedparser(xml: bytes) -> list[FeedEntry]:
    """What feedparser makes of a whole feed (UTF-8, without XML declaration). Total.

    It gets bytes in memory, never an address or a string (it would open either), and neither sanitises nor resolves
    links inside texts: that happens once, to what is kept. What it spends quadratic time on is kept from it:
    categories, and tags of more than 20,000 bytes, for which the feed is given up.
    """
    import feedparser

    xml = _CATEGORIES.sub(b"", xml)
    if _GIANT_TAG.search(xml):
        return []
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
        base=next((str(d["base"]) for d in (*contents, *details) if d.get("base")), ""),
    )


def _take_bases(tree: etree._Element, elements: list[etree._Element]) -> list[str]:
    """Each entry's xml:base, taken out of the tree: feedparser lets one entry's base leak into the next.

    A base on a text is the entry's, where links inside texts are concerned; one on a link is put into that.
    """
    bases = []
    for entry in elements:
        texts = (child.base for child in entry if isinstance(child.tag, str) and child.get(_BASE) and child.text)
        bases.append(next(texts, None) or entry.base or "")
    for element in tree.iter(etree.Element):
        if (href := element.get("href")) and element.get(_BASE):
            element.set("href", urls.absolute(href, element.base or "") or href)
    etree.strip_attributes(tree, _BASE, "base")
    return bases


def _prune(entry: etree._Element) -> None:
    """Take out of an entry what is not listened to: feedparser is slow at it, and misled by it."""
    own = etree.QName(entry).namespace or ""
    kept = 0
    for child in list(entry):
        kept += 1
        if kept > _MOST_CHILDREN or (isinstance(child.tag, str) and is_noise(child.tag, own)):
            entry.remove(child)
            kept -= 1
