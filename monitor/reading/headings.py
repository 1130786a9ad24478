"""What stands around a story's heading: where pages show the byline and the date."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml.html import HtmlElement

from monitor.reading import jsonld
from monitor.reading.declared import Declared, words

_AFTER = 500  # elements looked at behind the heading
_BEFORE = 60  # and in front of it
_AWAY = re.compile(
    r"comment|related|sidebar|widget|\bfooter|recirc|most-|popular|trending|recent|teaser|promo|archive|calendar|"
    r"event|nav|menu|masthead|site-header|copyright|newsletter|weather",
    re.IGNORECASE,
)
_SILENT = frozenset({"script", "style", "noscript", "option", "select", "template"})


def around_heading(declared: Declared) -> Iterable[HtmlElement]:
    """Elements in the heading, behind it, then just in front of it, in document order, furniture left out."""
    heading = _heading(declared)
    if heading is None:
        return
    yield from heading.iter("*")
    for walk, most in ((_following(heading), _AFTER), (_preceding(heading), _BEFORE)):
        for count, element in enumerate(walk):
            if count >= most:
                break
            yield element


def own_text(element: HtmlElement) -> str:
    """The text standing directly in the element, between its children too, in one line."""
    if element.tag in _SILENT:
        return ""
    parts = [element.text or ""]
    for child in element:
        if child.tag in ("a", "b", "i", "em", "strong", "span") and len(child) == 0 and len(parts) < 40:
            parts.append(child.text or "")
        parts.append(child.tail or "")
    return " ".join(" ".join(parts).split())


def _heading(declared: Declared) -> HtmlElement | None:
    """The heading that is the story's: the one the page's declared title begins like, else its first."""
    title = f"{declared.meta('og:title')} {jsonld.first(declared.ld('headline'))} {declared.title}"
    headings = [(element, text) for element in declared.h1[:20] if (text := words(element, 200))]
    if len(headings) == 1:
        return headings[0][0]
    for element, text in (*headings, *((element, words(element, 200)) for element in declared.h2[:40])):
        if len(text) > 8 and text[:30] in title:
            return element
    return headings[0][0] if headings else None


def _following(start: HtmlElement) -> Iterable[HtmlElement]:
    node: HtmlElement | None = start
    while node is not None:
        after = node.getnext()
        if after is None:
            node = node.getparent()
            continue
        node = after
        yield from _unless_away(node)


def _preceding(start: HtmlElement) -> Iterable[HtmlElement]:
    node: HtmlElement | None = start
    while node is not None:
        before = node.getprevious()
        if before is None:
            node = node.getparent()
            continue
        node = before
        yield from _unless_away(node)


def _unless_away(element: HtmlElement) -> Iterable[HtmlElement]:
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    if element.tag not in ("nav", "footer", "script", "style", "aside", "head") and not _AWAY.search(named):
        yield from element.iter("*")
