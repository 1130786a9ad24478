"""The body of an article page: independent readings vote on the page's own paragraphs.

segment ── the page's paragraphs, each with its place, its names and its links
   ├── own          by structure: where the running prose stands
   ├── trafilatura  the best published single extractor, in its quick and precise mode
   ├── json-ld      the body the page declares, believed as far as it stands on the page
   └── readability  asked only when the first two disagree
vote ── paragraph by paragraph ── trim ── text
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml.html import HtmlElement

from monitor.model import Link
from monitor.reading import boilerplate
from monitor.reading.bodies_blocks import HEADINGS, SENTENCE_END, Block, Page, squash, weight
from monitor.reading.bodies_names import Says
from monitor.reading.bodies_own import Reading, own_reading, settle_furniture
from monitor.reading.bodies_voices import Voice, readability_voice, slim_copy, trafilatura_voice
from monitor.reading.bodies_walk import segment
from monitor.reading.text import clean, clean_paragraphs, html_to_text, unescape

# From this agreement on, the two readings need no judge (share of their joint prose that both have).
_AGREED = 0.85
# A page of more elements than this is read by structure alone: the others' cost grows faster than the page.
_MANY_ELEMENTS = 30_000
# A body of less than this is doubted.
_LITTLE = 300
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
    """Find the article's text in a parsed page, which is not changed. Total: a page without text gives an empty Body.

    ``declared`` is the JSON-LD ``articleBody`` when the page has one; it is one voice among several.
    """
    page, own = _read(tree)
    if page.elements > _MANY_ELEMENTS:
        return _body(page, sorted(own.accepted), url=url, extractor="own", confidence=0.3)

    said = Voice(html_to_text(declared) if "<" in declared else unescape(declared))
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
    body = _body(page, chosen, url=url, extractor=extractor, confidence=agreement, title=_title(tree))
    if weight(other.text) > max(_LITTLE, 4 * weight(body.text)) and other.found(page.blocks, heard) < 0.5:
        # Text that the page's paragraphs do not hold, such as one in a place nobody expects.
        body = Body(text=clean_paragraphs(other.paragraphs), extractor="trafilatura", confidence=0.3, links=body.links)
    if said and weight(said.text) > 600 and weight(body.text) < 0.4 * weight(said.text):
        # The page shows a teaser (or builds itself with scripts) and declares the whole.
        text = clean_paragraphs(said.paragraphs)
        return Body(text=text, extractor="json-ld", confidence=0.7, links=body.links)
    return body


def _read(tree: HtmlElement) -> tuple[Page, Reading]:
    """The page's paragraphs and our own reading of them; a page that hides its story is read without the hiding."""
    page = segment(tree)
    own = own_reading(page)
    if own.size < _LITTLE:
        everything = segment(tree, strict=False)
        other = own_reading(everything)
        if other.size > 2 * own.size:
            return everything, other
    return page, own


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


@dataclass(frozen=True, slots=True)
class _Common:
    """The prose on which the other two readings agree, beside our own: its weight, how much of it we have, its span."""

    size: int
    shared: int
    span: range

    def misses(self, own: Reading) -> bool:
        """Whether our own reading stands somewhere else, with less."""
        return self.size > max(_LITTLE, own.size) and self.shared * 4 < self.size

    def narrower(self, own: Reading) -> bool:
        """Whether our own reading holds theirs and much more."""
        return self.size > _LITTLE and self.shared * 4 >= self.size * 3 and own.size * 5 > self.size * 6


def _common(page: Page, own: Reading, heard: list[bool], third: list[bool]) -> _Common:
    size = shared = 0
    places = []
    seen: set[str] = set()
    for n, block in enumerate(page.blocks):
        if heard[n] and third[n] and block.prose and block.text not in seen:
            seen.add(block.text)  # a summary repeated in a card further down is not the story's
            places.append(n)
            size += weight(block.text)
            shared += weight(block.text) if n in own.accepted else 0
    return _Common(size, shared, range(places[0], places[-1] + 1) if places else range(0))


def _label(block: Block) -> bool:
    """Whether a short line is no sentence: a section's name, a kicker, "Video"."""
    short = block.tag not in HEADINGS and weight(block.text) < 40
    return short and SENTENCE_END.search(block.text[-16:]) is None


def _vote(page: Page, own: Reading, heard: list[bool], third: list[bool], told: list[bool], said: Voice) -> list[int]:
    """The positions of the paragraphs that carry enough votes."""
    mine, theirs = 1.0, 0.9
    fine, weak_fine = 0.9, 0.5
    span = range(len(page.blocks))
    if third:
        common = _common(page, own, heard, third)
        if common.misses(own):
            mine, theirs = 0.9, 1.0
            fine, weak_fine = 0.3, 0.1
        elif common.narrower(own):
            span = common.span
    believed = bool(told) and said.found(page.blocks, told) >= _BELIEVED
    chosen = []
    for n, block in enumerate(page.blocks):
        o, t = n in own.accepted, heard[n]
        r, j = bool(third) and third[n], bool(told) and told[n]
        if not (o or t or r or j):
            continue
        score = (mine if n in span else 0.5) * o + theirs * t + 0.6 * r
        if believed:
            score += 0.8 if j else -0.8 if len(block.text) > 40 else 0.0
        if block.furniture is not None:
            score -= fine if block.furniture.name is Says.FURNITURE or not block.prose else weak_fine
        elif not o and own.near(n, block):
            score += 0.15
        if not o and not own.first <= n <= own.last and _label(block):
            score -= 0.6
        if score >= 1.0:
            chosen.append(n)
    return chosen


def _title(tree: HtmlElement) -> str:
    """The letters of the page's title, which the text does not repeat."""
    return squash((tree.findtext(".//title") or "")[:1_000])


def _body(page: Page, chosen: Sequence[int], *, url: str, extractor: str, confidence: float, title: str = "") -> Body:
    """The text of the chosen paragraphs, trimmed, without what is said twice."""
    blocks = [page.blocks[n] for n in chosen]
    blocks = [b for b in blocks if not boilerplate.is_interjection(b.text, linked=b.link_chars / len(b.text))]
    blocks = list(_once(blocks))
    while blocks and len(letters := blocks[0].letters) > 10 and letters in title:
        del blocks[0]
    headings = {n for n, block in enumerate(blocks) if block.tag in HEADINGS}
    linked = {n for n, block in enumerate(blocks) if block.link_chars * 10 > len(block.text) * 9}
    kept = boilerplate.trimmed([block.text for block in blocks], headings, linked)
    blocks = [blocks[n] for n in kept]
    text = clean_paragraphs(block.text for block in blocks)
    if not text:
        return Body()
    return Body(text=text, extractor=extractor, confidence=round(confidence, 3), links=_links(blocks, url))


def _once(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks without long paragraphs said before word for word, and without copies of the text in one piece."""
    seen: set[str] = set()
    lumps = 0
    for block in blocks:
        if len(block.text) > 60:
            if block.text in seen:
                continue
            seen.add(block.text)
        if len(block.text) > 1_000 and lumps < 20:
            lumps += 1
            if _repeats(block, blocks):
                continue
        yield block


def _repeats(lump: Block, blocks: Sequence[Block]) -> bool:
    """Whether half of a very long paragraph is other paragraphs of the text (a hidden copy for print or search)."""
    inside = sum(
        len(block.text)
        for block in blocks[:500]
        if block is not lump and 40 < len(block.text) < len(lump.text) and block.text in lump.text
    )
    return inside * 2 > len(lump.text)


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
