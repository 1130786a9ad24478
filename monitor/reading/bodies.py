"""The body of an article page: independent readings vote on the page's own paragraphs."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlElement

from monitor.model import Link
from monitor.reading.bodies_blocks import HEADINGS, Block, Box, Page, segment

MAX_TEXT = 200_000
_MAX_ELEMENTS = 60_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A page's article text.

    ``text``: clean paragraphs joined by one blank line; ``extractor``: which reading decided (``json-ld``,
    ``trafilatura``, ``own``, ``consensus:…``, ``""`` when there is no text); ``confidence`` 0..1: how far the readings
    agreed; ``links``: absolute http(s) links inside the text, in order.
    """

    text: str = ""
    extractor: str = ""
    confidence: float = 0.0
    links: tuple[Link, ...] = ()


def extract_body(tree: HtmlElement, *, url: str, declared: str = "") -> Body:
    """Find the article's text in a parsed page. The tree is not changed.

    ``declared`` is the JSON-LD ``articleBody`` when the page has one; it is one voice among several.
    """
    page = segment(tree)
    own = _own(page)
    text = _trafilatura(tree)
    blocks = own
    extractor = "own"
    if text:
        words = set(text.split())
        blocks = [b for b in page.blocks if _covered(b, words)] or own
        extractor = "trafilatura"
    return _body(blocks, url=url, extractor=extractor, confidence=0.5)


def text_of(element: HtmlElement, drop: Sequence[str] = ()) -> str:
    """The clean paragraphs of an element a site reader selected, joined by one blank line; ``drop`` are CSS selectors."""
    return body_of(element, url="", drop=drop).text


def body_of(element: HtmlElement, *, url: str, drop: Sequence[str] = ()) -> Body:
    """Like text_of, with the links inside the text."""
    dropped = {found for selector in drop for found in element.cssselect(selector)}
    page = segment(element, dropped=dropped)
    blocks = [block for block in page.blocks if block.furniture is None]
    return _body(blocks, url=url, extractor="site", confidence=1.0)


def _covered(block: Block, words: set[str]) -> bool:
    mine = block.text.split()
    return sum(word in words for word in mine) >= 0.9 * len(mine)


def _own(page: Page) -> list[Block]:
    total = 0
    for block in page.blocks:
        if block.prose and block.furniture is None:
            total += len(block.text)
            box: Box | None = block.box
            while box is not None:
                box.prose += len(block.text)
                box = box.parent
    best = page.boxes[0]
    for box in page.boxes:
        if box.prose >= 0.8 * total and box.depth >= best.depth:
            best = box
    return [b for b in page.blocks if _inside(b, best) and b.furniture is None and (b.prose or b.tag in HEADINGS)]


def _inside(block: Block, outer: Box) -> bool:
    box: Box | None = block.box
    while box is not None and box.depth > outer.depth:
        box = box.parent
    return box is outer


def _trafilatura(tree: HtmlElement) -> str:
    from trafilatura.core import bare_extraction

    document = bare_extraction(deepcopy(tree), fast=True, favor_precision=True, include_comments=False)
    return (document.text or "") if document is not None else ""


def _body(blocks: Iterable[Block], *, url: str, extractor: str, confidence: float) -> Body:
    paragraphs: list[str] = []
    links: list[Link] = []
    size = 0
    for block in blocks:
        if size + len(block.text) > MAX_TEXT:
            break
        paragraphs.append(block.text)
        size += len(block.text) + 2
        for href, words in block.links:
            try:
                target = urljoin(url, href.strip())
            except ValueError:
                continue
            if target.startswith(("http://", "https://")):
                links.append(Link(url=target, text=words))
    text = "\n\n".join(paragraphs)
    return Body(
        text=text, extractor=extractor if text else "", confidence=confidence if text else 0.0, links=tuple(links)
    )
