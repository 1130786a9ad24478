"""The body of an article page: independent readings vote on the page's own paragraphs.

segment ── the page's paragraphs, each with its place, its names and its links
   ├── own          by structure: where the running prose stands
   ├── trafilatura  the best published single extractor, in its quick and precise mode
   ├── json-ld      the body the page declares, believed as far as it stands on the page
   └── readability  asked only when the first two disagree
vote ── paragraph by paragraph ── trim ── text
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml.html import HtmlElement

from monitor.model import Link
from monitor.reading import boilerplate
from monitor.reading.bodies_blocks import HEADINGS, Block, Page, segment, weight
from monitor.reading.bodies_names import Says
from monitor.reading.bodies_own import Reading, own_reading, settle_furniture
from monitor.reading.bodies_voices import Voice, readability_voice, slim_copy, trafilatura_voice
from monitor.reading.text import clean, clean_paragraphs, html_to_text

# From this agreement on, the two readings need no judge (share of their joint prose that both have).
_AGREED = 0.85
# A page of more elements than this is read by structure alone: the others' cost grows faster than the page.
_MANY_ELEMENTS = 30_000
# A declared body must be found on the page to this share before its silence counts against a paragraph.
_BELIEVED = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A page's article text.

    ``text``: clean paragraphs joined by one blank line; ``extractor``: which reading decided (``own+trafilatura`` when
    they agree, ``consensus:…`` after a second opinion, ``json-ld``, ``site``, ``""`` when there is no text);
    ``confidence`` 0..1: how far the readings agreed; ``links``: absolute http(s) links inside the text, in order.
    """

    text: str = ""
    extractor: str = ""
    confidence: float = 0.0
    links: tuple[Link, ...] = ()


def extract_body(tree: HtmlElement, *, url: str, declared: str = "") -> Body:
    """Find the article's text in a parsed page. The tree is not changed. Total: a page without text gives an empty Body.

    ``declared`` is the JSON-LD ``articleBody`` when the page has one; it is one voice among several.
    """
    page = segment(tree)
    settle_furniture(page)
    own = own_reading(page)
    if len(page.boxes) > _MANY_ELEMENTS:
        return _body(page, sorted(own.accepted), url=url, extractor="own", confidence=0.3)

    said = Voice(html_to_text(declared) if "<" in declared else declared)
    told = said.covers(page.blocks) if said else []
    other = Voice(trafilatura_voice(slim_copy(tree)))
    heard = other.covers(page.blocks)
    agreement = _agreement(page, own.accepted, heard)

    extractor = "own+trafilatura"
    third: list[bool] = []
    if agreement < _AGREED:
        voice = Voice(readability_voice(deepcopy(tree)))
        third = voice.covers(page.blocks)
        extractor = "consensus:own+trafilatura+readability"

    chosen = _vote(page, own, heard, third, told, said)
    body = _body(page, chosen, url=url, extractor=extractor, confidence=agreement)
    if said and weight(said.text) > 600 and weight(body.text) < 0.4 * weight(said.text):
        # The page shows a teaser (or builds itself with scripts) and declares the whole.
        text = clean_paragraphs(said.paragraphs)
        return Body(text=text, extractor="json-ld", confidence=0.7, links=body.links)
    return body


def text_of(element: HtmlElement, drop: Sequence[str] = ()) -> str:
    """The clean paragraphs of an element that a site reader selected; ``drop`` are CSS selectors to leave out."""
    return body_of(element, url="", drop=drop).text


def body_of(element: HtmlElement, *, url: str, drop: Sequence[str] = ()) -> Body:
    """Like ``text_of``, with the links inside the text."""
    dropped = {found for selector in drop for found in element.cssselect(selector)}
    page = segment(element, dropped=dropped)
    settle_furniture(page)
    chosen = [n for n, block in enumerate(page.blocks) if block.furniture is None]
    return _body(page, chosen, url=url, extractor="site", confidence=1.0)


def _agreement(page: Page, own: set[int], heard: list[bool]) -> float:
    """The share of the two readings' joint text that both have, 0..1."""
    both = either = 0
    for n, block in enumerate(page.blocks):
        mine, theirs = n in own, heard[n]
        if mine or theirs:
            size = weight(block.text)
            either += size
            both += size if mine and theirs else 0
    return both / either if either else 0.0


def _vote(page: Page, own: Reading, heard: list[bool], third: list[bool], told: list[bool], said: Voice) -> list[int]:
    """The positions of the paragraphs that carry enough votes."""
    mine, theirs = 1.0, 0.9
    if third:
        judged = {n for n, yes in enumerate(third) if yes}
        if _agreement(page, judged, heard) > _agreement(page, own.accepted, third) + 0.1:
            mine, theirs = 0.9, 1.0
    believed = bool(told) and said.found(page.blocks, told) >= _BELIEVED
    chosen = []
    for n, block in enumerate(page.blocks):
        o, t = n in own.accepted, heard[n]
        r, j = bool(third) and third[n], bool(told) and told[n]
        if not (o or t or r or j):
            continue
        score = mine * o + theirs * t + 0.6 * r
        if believed:
            score += 0.8 if j else -0.8 if len(block.text) > 40 else 0.0
        if block.furniture is not None:
            score -= 0.9 if block.furniture.name is Says.FURNITURE else 0.5
        elif own.first <= n <= own.last and n in own.inside:
            score += 0.15
        if score >= 1.0:
            chosen.append(n)
    return chosen


def _body(page: Page, chosen: Sequence[int], *, url: str, extractor: str, confidence: float) -> Body:
    """The text of the chosen paragraphs, trimmed, without what is said twice."""
    blocks = [page.blocks[n] for n in chosen]
    blocks = [b for b in blocks if not boilerplate.is_interjection(b.text, linked=b.link_chars / len(b.text))]
    blocks = list(_once(blocks))
    headings = {n for n, block in enumerate(blocks) if block.tag in HEADINGS}
    kept = boilerplate.trimmed([block.text for block in blocks], headings)
    blocks = [blocks[n] for n in kept]
    text = clean_paragraphs(block.text for block in blocks)
    if not text:
        return Body()
    return Body(text=text, extractor=extractor, confidence=round(confidence, 3), links=_links(blocks, url))


def _once(blocks: Iterable[Block]) -> Iterable[Block]:
    """The blocks without long paragraphs that were said before word for word."""
    seen: set[str] = set()
    for block in blocks:
        if len(block.text) > 60:
            if block.text in seen:
                continue
            seen.add(block.text)
        yield block


def _links(blocks: Iterable[Block], url: str) -> tuple[Link, ...]:
    """The blocks' links as absolute http(s) addresses."""
    links = []
    for block in blocks:
        for href, words in block.links:
            try:
                target = urljoin(url, href.strip())
            except ValueError:
                continue
            if target.startswith(("http://", "https://")):
                links.append(Link(url=target, text=clean(words)))
    return tuple(links)
