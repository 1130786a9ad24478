"""What a page declares in its markup (meta, links, JSON-LD, headings, times), gathered in one walk over the tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lxml.html import HtmlElement

from monitor.reading import jsonld

_MOST = 2_000  # elements of one sort; real pages have dozens
_HEADING_CHARS = 1_000


@dataclass(frozen=True)
class Declared:
    """A page's own words about itself; keys of ``metas`` and ``links`` are lower case, values in document order.

    ``scripts`` are the JSON-LD texts, ``h1`` and ``times`` the elements; ``refresh`` the content of a meta refresh.
    """

    metas: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)
    title: str = ""
    language: str = ""
    refresh: str = ""
    scripts: list[str] = field(default_factory=list)
    h1: list[HtmlElement] = field(default_factory=list)
    times: list[HtmlElement] = field(default_factory=list)

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
    """Walk ``tree`` once and note what it declares."""
    metas: dict[str, list[str]] = {}
    links: dict[str, list[str]] = {}
    scripts: list[str] = []
    h1: list[HtmlElement] = []
    times: list[HtmlElement] = []
    title = refresh = ""
    for element in tree.iter("meta", "link", "title", "script", "h1", "time"):
        tag = element.tag
        if tag == "meta":
            content = " ".join((element.get("content") or element.get("datetime") or "").split())
            if not content:
                continue
            if (element.get("http-equiv") or "").lower() == "refresh":
                refresh = refresh or content
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                key = element.get(attribute)
                if key:
                    values = metas.setdefault(key.strip().lower(), [])
                    if len(values) < _MOST and content not in values:
                        values.append(content)
        elif tag == "link":
            href = (element.get("href") or "").strip()
            for rel in (element.get("rel") or "").lower().split():
                if href:
                    links.setdefault(rel, []).append(href)
        elif tag == "title":
            # an inline SVG has titles too
            parent = element.getparent()
            if not title and (parent is None or parent.tag in ("head", "html", "body")):
                title = " ".join((element.text_content() or "").split())[:_HEADING_CHARS]
        elif tag == "script":
            if "ld+json" in (element.get("type") or "").lower() and element.text:
                scripts.append(element.text)
        elif tag == "h1":
            if len(h1) < _MOST:
                h1.append(element)
        elif len(times) < _MOST:
            times.append(element)
    root = tree.getroottree().getroot()
    language = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang") or ""
    return Declared(
        metas=metas, links=links, title=title, language=language, refresh=refresh, scripts=scripts, h1=h1, times=times
    )


def words(element: HtmlElement, limit: int = _HEADING_CHARS) -> str:
    """The element's text in one line, without scripts and styles, cut at ``limit`` characters."""
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
    return " ".join("".join(parts).split())[:limit]
