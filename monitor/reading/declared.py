"""What a page declares in its markup (meta, links, JSON-LD, headings, times), gathered in one walk over the tree."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lxml.html import HtmlElement

from monitor.reading import jsonld

_MOST = 2_000  # elements of one sort; real pages have dozens
_HEADING_CHARS = 1_000


# Classes that say an element holds a name or a date; who asks sorts out which.
_NAMED = re.compile(r"[aA]uth?or|[bB]y-?line|byl|writer|posted|submitted|written|[pP]ublished|entry-date")


@dataclass(frozen=True)
class Declared:
    """A page's own words about itself; keys of ``metas`` and ``links`` are lower case, values in document order.

    ``scripts`` are the JSON-LD texts, ``h1``, ``h2`` and ``times`` the elements, ``marked`` those marked up as names or
    dates; ``refresh`` is the content of a meta refresh.
    """

    metas: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)
    title: str = ""
    language: str = ""
    refresh: str = ""
    scripts: list[str] = field(default_factory=list)
    h1: list[HtmlElement] = field(default_factory=list)
    h2: list[HtmlElement] = field(default_factory=list)
    times: list[HtmlElement] = field(default_factory=list)
    marked: list[HtmlElement] = field(default_factory=list)

    @cached_property
    def nodes(self) -> list[jsonld.Node]:
        """The page's JSON-LD objects."""
        return jsonld.nodes(self.scripts)

    @cached_property
    def article(self) -> jsonld.Node:
        """The JSON-LD object of the page's own text, or an empty one."""
        return jsonld.article(self.nodes)

    def meta(self, *keys: str) -> str:
        """The first non-empty content among ``keys``, tried in that order."""
        for key in keys:
            for value in self.metas.get(key, ()):
                if value:
                    return value
        return ""

    def all_meta(self, keys: Iterable[str]) -> list[tuple[str, str]]:
        """Every (key, content) for ``keys``, in the keys' order."""
        return [(key, value) for key in keys for value in self.metas.get(key, ()) if value]

    def ld(self, key: str) -> Any:
        """A property of the article's JSON-LD object, or None."""
        return self.article.get(key)


def gather(tree: HtmlElement) -> Declared:
    """Walk ``tree`` and note what it declares."""
    metas: dict[str, list[str]] = {}
    links: dict[str, list[str]] = {}
    kept: dict[str, list[HtmlElement]] = {"h1": [], "h2": [], "time": [], "title": [], "script": []}
    refresh = ""
    for element in tree.iter("meta", "link", *kept):
        if element.tag == "meta":
            refresh = refresh or _note_meta(element, metas)
        elif element.tag == "link":
            href = (element.get("href") or "").strip()
            for rel in (element.get("rel") or "").lower().split():
                if href:
                    links.setdefault(rel, []).append(href)
        elif len(kept[element.tag]) < _MOST:
            kept[element.tag].append(element)
    root = tree.getroottree().getroot()
    return Declared(
        metas=metas,
        links=links,
        title=next((text for element in kept["title"] if (text := _page_title(element))), ""),
        language=root.get("lang") or root.get("xml:lang") or "",
        refresh=refresh,
        scripts=[s.text for s in kept["script"] if s.text and "ld+json" in (s.get("type") or "").lower()],
        h1=kept["h1"],
        h2=kept["h2"],
        times=kept["time"],
        marked=_marked(tree),
    )


def _note_meta(element: HtmlElement, metas: dict[str, list[str]]) -> str:
    """Keep a meta element's content under all its names; returns it when it is a refresh."""
    content = " ".join((element.get("content") or element.get("datetime") or "").split())
    if not content:
        return ""
    for attribute in ("property", "name", "itemprop", "http-equiv"):
        if key := element.get(attribute):
            values = metas.setdefault(key.strip().lower(), [])
            if len(values) < _MOST and content not in values:
                values.append(content)
    return content if (element.get("http-equiv") or "").lower() == "refresh" else ""


def _page_title(element: HtmlElement) -> str:
    """The text of the page's title element; drawings have titles too."""
    parent = element.getparent()
    if parent is not None and parent.tag not in ("head", "html", "body"):
        return ""
    return " ".join((element.text_content() or "").split())[:_HEADING_CHARS]


def _marked(tree: HtmlElement) -> list[HtmlElement]:
    """Elements marked up as names or dates, in document order. Classes repeat, so each is judged once.

    Attributes are asked for by name: listing them costs the square of their number in lxml.
    """
    verdicts: dict[str, bool] = {}
    found: list[HtmlElement] = []
    for element in tree.iter("*"):
        named = element.get("class")
        hit = False
        if named:
            known = verdicts.get(named)
            hit = verdicts.setdefault(named, bool(_NAMED.search(named))) if known is None else known
        if (hit or _says_so(element)) and element.tag != "meta":
            found.append(element)
            if len(found) >= _MOST:
                break
    return found


def _says_so(element: HtmlElement) -> bool:
    """Whether another attribute than the class marks a name or a date."""
    get = element.get
    if get("itemprop") or get("property") or get("pubdate") is not None:
        return True
    if get("rel") == "author" or get("id") == "author" or get("data-testid") == "byline":
        return True
    component = get("data-component")
    return component is not None and component.endswith("yline")


def words(element: HtmlElement, limit: int = _HEADING_CHARS, *, apart: bool = False) -> str:
    """The element's text in one line, without scripts and styles, cut at ``limit`` characters.

    ``apart`` puts a blank between neighbouring elements, which furniture relies on layout for.
    """
    parts: list[str] = []
    size = 0
    for node in element.iter():
        if node.tag in ("script", "style", "noscript", "template"):
            piece = ""
        else:
            piece = node.text or "" if isinstance(node.tag, str) else ""
        tail = (node.tail or "") if node is not element else ""
        if node.tag == "br":
            piece = " " + piece
        parts.append(piece)
        parts.append(tail)
        size += len(piece) + len(tail)
        if size > limit * 2:
            break
    return " ".join((" " if apart else "").join(parts).split())[:limit]
