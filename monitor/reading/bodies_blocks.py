"""A page cut into its paragraphs: one walk over the tree that every judge of the body shares."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from monitor.reading.bodies_names import Says, says

# Elements that end a paragraph; everything else flows inside one.
BLOCK_TAGS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hgroup hr html li main menu nav ol p pre section summary table tbody tfoot thead tr ul "
    "caption legend option".split()
)
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())

# Never text of an article, whoever asks.
SILENT_TAGS = frozenset(
    "script style noscript template svg math canvas iframe object embed audio video picture map select button input "
    "textarea option datalist head link meta title source track noembed noframes applet dialog".split()
)
# Furniture by its tag alone; a page that keeps its story in one of these is read again without this rule.
FURNITURE_TAGS = frozenset("nav aside footer form menu figcaption".split())

_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACE = re.compile(r"[\s\u00a0\u200b\ufeff]+")
_SENTENCE_END = re.compile(r"[.!?…:;。！？׃।۔][\"'”’»)\]]*$")


@dataclass(slots=True)
class Box:
    """An element on the way to a paragraph: what it holds, and whether its name says furniture or body."""

    element: HtmlElement
    parent: Box | None
    depth: int
    name: Says = Says.NOTHING
    prose: int = 0  # weight of the running prose inside, furniture excluded
    held: int = 0  # weight of all the prose inside a box whose name says furniture
    enclosing: Box | None = None  # for such a box: the next one around it


@dataclass(slots=True)
class Block:
    """One paragraph: its text on one line, the tag and box it stands in, its links, and how much of it is link."""

    text: str
    tag: str
    box: Box
    furniture: Box | None = None  # the innermost enclosing box whose name says furniture
    link_chars: int = 0
    links: list[tuple[str, str]] = field(default_factory=list)
    in_list: bool = False
    in_table: bool = False
    in_quote: bool = False

    @property
    def prose(self) -> bool:
        """True for running text: long enough, little of it linked, and punctuated or plainly long."""
        size = len(self.text)
        if self.tag in HEADINGS or self.link_chars * 2 > size:
            return False
        if size >= 140:
            return not self.text.isupper()  # a dump of closed captions
        return weight(self.text) >= 40 and _SENTENCE_END.search(self.text[-6:]) is not None


def weight(text: str) -> int:
    """The length of a text in Latin characters: CJK says in one what takes about three there."""
    wide = 0 if text.isascii() else len(_WIDE.findall(text))
    return len(text) + 2 * wide


_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


@dataclass(slots=True)
class Page:
    """The paragraphs of one tree in reading order, with every box around them."""

    blocks: list[Block]
    boxes: list[Box]


class _Writer:
    """Collects inline text until a paragraph ends."""

    __slots__ = ("anchor", "blocks", "lines", "link_chars", "links", "parts")

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.parts: list[str] = []
        self.link_chars = 0
        self.links: list[tuple[str, str]] = []
        self.anchor: list[str] | None = None

    def add(self, text: str | None) -> None:
        if text:
            self.parts.append(text)
            if self.anchor is not None:
                self.anchor.append(text)
                self.link_chars += len(text.strip())

    def flush(self, tag: str, box: Box, furniture: Box | None, lists: int, tables: int, quotes: int) -> None:
        if not self.parts:
            return
        raw = "".join(self.parts)
        link_chars, links = self.link_chars, self.links
        self.parts, self.link_chars, self.links = [], 0, []
        for text in _paragraphs(raw):
            if _CODE.search(text[:300]):
                continue
            self.blocks.append(
                Block(
                    text=text,
                    tag=tag,
                    box=box,
                    furniture=furniture,
                    link_chars=min(link_chars, len(text)),
                    links=links,
                    in_list=lists > 0,
                    in_table=tables > 0,
                    in_quote=quotes > 0,
                )
            )
            link_chars, links = 0, []


# Program text that broken markup leaves lying about.
_CODE = re.compile(
    r"^\s*(?:window|document|var|let|const|function|googletag|dataLayer)\b[.\s\w]*[=(\[{]|^\s*[{\[]\"\w+\":|^\s*@media|^\s*<"
)

_BREAK = "\x1e"  # stands for <br> until the paragraph is cut; never survives in text


def _paragraphs(raw: str) -> Iterator[str]:
    """The paragraphs of inline text in which ``<br>`` left its mark: two in a row cut, one cuts after a full sentence."""
    if _BREAK not in raw:
        text = _SPACE.sub(" ", raw).strip()
        if text:
            yield text
        return
    pending = ""
    gap = 0
    for line in raw.split(_BREAK):
        text = _SPACE.sub(" ", line).strip()
        gap += 1
        if not text:
            continue
        if pending and (gap > 1 or (len(pending) > 60 and len(text) > 60 and _SENTENCE_END.search(pending[-6:]))):
            yield pending
            pending = text
        else:
            pending = f"{pending} {text}" if pending else text
        gap = 0
    if pending:
        yield pending


def segment(root: HtmlElement, *, strict: bool = True, dropped: Container[Any] = frozenset()) -> Page:
    """Cut a tree into paragraphs in one pass, without changing it.

    ``strict`` leaves out furniture tags (nav, aside, footer, form …) and hidden elements; names that say furniture only
    mark their paragraphs, for the judge to decide. ``dropped`` are elements to leave out altogether.
    """
    writer = _Writer()
    top = Box(element=root, parent=None, depth=0)
    boxes = [top]
    box = top
    furniture: list[Box] = []
    lists = tables = quotes = figures = anchors = 0
    walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    skipped: Any = None

    for event, element in walker:
        if event == "comment" or event == "pi":
            if element is not root:
                writer.add(element.tail)
            continue
        tag = element.tag
        if event == "start":
            if tag in SILENT_TAGS or (
                element is not root
                and ((strict and tag in FURNITURE_TAGS) or element in dropped or (strict and _hidden(element)))
            ):
                if tag in BLOCK_TAGS:
                    writer.flush(box.element.tag, box, furniture[-1] if furniture else None, lists, tables, quotes)
                skipped = element
                walker.skip_subtree()
                continue
            if tag in BLOCK_TAGS:
                writer.flush(box.element.tag, box, furniture[-1] if furniture else None, lists, tables, quotes)
                words = f"{element.get('class', '')} {element.get('id', '')}"
                name = says(words) if words != " " else Says.NOTHING
                if element.get("itemprop") == "articleBody":
                    name = Says.BODY
                box = Box(element=element, parent=box, depth=box.depth + 1, name=name)
                if (name is Says.FURNITURE or name is Says.WEAK) and element is not root:
                    box.enclosing = furniture[-1] if furniture else None
                    furniture.append(box)
                boxes.append(box)
                if tag in ("ul", "ol", "dl"):
                    lists += 1
                elif tag == "table":
                    tables += 1
                elif tag == "blockquote":
                    quotes += 1
            elif tag == "br":
                writer.parts.append(_BREAK)
            elif tag == "td" or tag == "th":
                if writer.parts:
                    writer.parts.append(" | ")
            elif tag == "a":
                anchors += 1
                writer.anchor = []
            writer.add(element.text)
        else:
            if element is skipped:
                skipped = None
            elif tag in BLOCK_TAGS:
                writer.flush(box.element.tag, box, furniture[-1] if furniture else None, lists, tables, quotes)
                if furniture and furniture[-1] is box:
                    furniture.pop()
                if tag in ("ul", "ol", "dl"):
                    lists -= 1
                elif tag == "table":
                    tables -= 1
                elif tag == "blockquote":
                    quotes -= 1
                if box.parent is not None:
                    box = box.parent
            elif tag == "a":
                if writer.anchor is not None:
                    href = element.get("href")
                    if href:
                        writer.links.append((href, _SPACE.sub(" ", "".join(writer.anchor)).strip()))
                anchors -= 1
                writer.anchor = None
            if element is not root:
                writer.add(element.tail)
    writer.flush(top.element.tag, top, None, 0, 0, 0)
    return Page(blocks=writer.blocks, boxes=boxes)


def _hidden(element: HtmlElement) -> bool:
    """Whether an element's own attributes hide it."""
    style = element.get("style")
    if style and _HIDDEN_STYLE.search(style[:500]):
        return True
    return element.get("hidden") is not None or element.get("aria-hidden") == "true"
