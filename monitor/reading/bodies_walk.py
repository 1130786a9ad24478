"""A page cut into its paragraphs: one walk over the tree, which every judge of the body shares."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from monitor.reading.bodies_blocks import SENTENCE_END, Block, Box, Page
from monitor.reading.bodies_names import Says, says


def _tags(*names: str) -> frozenset[str]:
    return frozenset(" ".join(names).split())


# Elements that end a paragraph; everything else flows inside one.
_BLOCK_TAGS = _tags(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form",
    "h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table tbody tfoot thead",
    "tr ul",
)
# Never text of an article, whoever asks.
_SILENT_TAGS = _tags(
    "script style noscript template svg math canvas iframe object embed audio video picture map select button input",
    "textarea option datalist head link meta title source track noembed noframes applet dialog",
)
# Furniture by the tag alone.
_FURNITURE_TAGS = _tags("nav footer menu figcaption")
# Furniture too, as a rule; but some sites put the whole page into a form, or the story into an aside.
_DOUBTFUL_TAGS = _tags("aside form fieldset")
_NESTING_TAGS = _tags("ul ol dl table blockquote")

# Inline texts that are not read: footnote marks ("[2]"), edit links, words for screen readers.
_UNSPOKEN = re.compile(r"\breference\b|editsection|sr-only|visually-?hidden|screen-reader")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Program text that broken markup leaves lying about.
_CODE = re.compile(
    r"^\s*(?:window|document|var|let|const|function|googletag|dataLayer)\b[.\s\w]*[=(\[{]|^\s*[{\[]\"\w+\":|^\s*@media|^\s*<"
)
# These stand in inline text for what its markup said, until it is cut into paragraphs; none survives in a text.
_BREAK = "\x1e"  # <br>
_CELL = "\x1f"  # the border between two cells of a table's row
_LINK, _LINKED, _END = "\x02", "\x03", "\x04"  # linked text begins, ends; the whole link ends
_MARKS = str.maketrans("", "", _LINK + _LINKED + _END)
_LINK_TEXT = re.compile(f"{_LINK}([^{_LINK}{_LINKED}{_END}]*){_LINKED}")
_LONG_CELL = 160


def segment(root: HtmlElement, *, strict: bool = True, dropped: Container[Any] = frozenset()) -> Page:
    """Cut a tree into paragraphs in one pass, without changing it.

    ``strict`` leaves out furniture tags (nav, footer, figcaption …) and hidden elements; names that say furniture only
    mark their paragraphs, for the judge to decide. ``dropped`` are elements to leave out altogether.
    """
    walk = _Walk(root, strict=strict)
    walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walker:
        if event == "start":
            walk.elements += 1
            tag = element.tag
            if tag in _SILENT_TAGS or (element is not root and (walk.unread(element) or element in dropped)):
                if tag in _BLOCK_TAGS:
                    walk.flush()
                walk.skipping = True  # the next event is this element's end
                walker.skip_subtree()
            else:
                walk.enter(element)
        elif event == "end" and not walk.skipping:
            walk.leave(element)
        else:
            walk.skipping = False
            if element is not root:
                walk.add(element.tail)
    walk.flush()
    return Page(blocks=walk.blocks, boxes=walk.boxes, elements=walk.elements)


class _Walk:
    """Where the walk stands: the open boxes, and the inline text that is not yet a paragraph."""

    __slots__ = (
        "anchor", "blocks", "box", "boxes", "elements", "furniture", "links", "nesting", "parts", "root", "skipping",
        "strict",
    )  # fmt: skip

    def __init__(self, root: HtmlElement, *, strict: bool) -> None:
        self.root = root
        self.strict = strict
        self.box = Box(element=root, parent=None, depth=0)
        self.boxes = [self.box]
        self.furniture: list[Box] = []
        self.blocks: list[Block] = []
        self.elements = 0
        self.nesting = 0
        self.skipping = False
        self.parts: list[str] = []
        self.anchor: list[str] | None = None
        self.links: list[tuple[str, str]] = []

    def unread(self, element: HtmlElement) -> bool:
        """Whether an element is left out by its tag or because it is hidden."""
        if self.strict and (element.tag in _FURNITURE_TAGS or _hidden(element)):
            return True
        return element.tag in ("sup", "span") and _UNSPOKEN.search(element.get("class", "")) is not None

    def enter(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in _BLOCK_TAGS:
            self.flush()
            self._open(element, tag)
        elif tag == "br":
            self.parts.append(_BREAK)
        elif tag in ("td", "th"):
            if self.parts:
                self.parts.append(_CELL)
        elif tag == "a":
            self.anchor = []
        self.add(element.text)

    def leave(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in _BLOCK_TAGS:
            self.flush()
            self._close(tag)
        elif tag == "a":
            if self.anchor is not None and (href := element.get("href")):
                self.links.append((href, " ".join("".join(self.anchor).split())))
                self.parts.append(_END)
            self.anchor = None
        if element is not self.root:
            self.add(element.tail)

    def add(self, text: str | None) -> None:
        if text and self.anchor is None:
            self.parts.append(text)
        elif text and self.anchor is not None:
            self.anchor.append(text)
            self.parts.append(f"{_LINK}{text}{_LINKED}")

    def flush(self) -> None:
        """End the paragraph."""
        if not self.parts:
            return
        raw = "".join(self.parts)
        links, self.parts, self.links = self.links, [], []
        for marked in _paragraphs(raw):
            text, linked, ended = marked, 0, 0
            if links or _LINK in marked:
                text = " ".join(marked.translate(_MARKS).split())
                linked = sum(len(found.strip()) for found in _LINK_TEXT.findall(marked))
                ended = marked.count(_END)
            own, links = links[:ended], links[ended:]
            if text and not _CODE.search(text[:300]):
                self.blocks.append(
                    Block(
                        text=text,
                        tag=self.box.element.tag,
                        box=self.box,
                        furniture=self.furniture[-1] if self.furniture else None,
                        link_chars=min(linked, len(text)),
                        links=own,
                        nested=self.nesting > 0,
                    )
                )

    def _open(self, element: HtmlElement, tag: str) -> None:
        words = f"{element.get('class', '')} {element.get('id', '')}"
        name = says(words, tag) if words != " " else Says.NOTHING
        if element.get("itemprop") == "articleBody":
            name = Says.NOTHING
        elif self.strict and tag in _DOUBTFUL_TAGS:
            name = Says.FURNITURE
        self.box = Box(element=element, parent=self.box, depth=self.box.depth + 1, name=name, words=words)
        if name in (Says.FURNITURE, Says.WEAK) and element is not self.root:
            self.box.enclosing = self.furniture[-1] if self.furniture else None
            self.furniture.append(self.box)
        self.boxes.append(self.box)
        self.nesting += tag in _NESTING_TAGS

    def _close(self, tag: str) -> None:
        if self.furniture and self.furniture[-1] is self.box:
            self.furniture.pop()
        self.nesting -= tag in _NESTING_TAGS
        if self.box.parent is not None:
            self.box = self.box.parent


def _hidden(element: HtmlElement) -> bool:
    """Whether an element's own attributes hide it."""
    style = element.get("style")
    if style and _HIDDEN_STYLE.search(style[:500]):
        return True
    return element.get("hidden") is not None or element.get("aria-hidden") == "true"


def _paragraphs(raw: str) -> Iterator[str]:
    """The paragraphs of inline text, by its breaks and cells; one line each, marks of links still in it."""
    if _CELL in raw:
        cells = [cell for cell in raw.split(_CELL) if cell.strip()]
        if any(_BREAK in cell or len(cell) > _LONG_CELL for cell in cells):
            for cell in cells:  # a table that lays out the page
                yield from _lines(cell)
            return
        raw = " | ".join(cells)
    yield from _lines(raw)


def _lines(raw: str) -> Iterator[str]:
    """Cut at breaks: at two in a row, and at one between two full sentences."""
    if _BREAK not in raw:
        text = " ".join(raw.split())
        if text:
            yield text
        return
    lines: list[str] = []
    gap = 0
    for piece in raw.split(_BREAK):
        line = " ".join(piece.split())
        gap += 1
        if not line.strip(_LINK + _LINKED + _END):
            lines.append(line)
            continue
        last = lines[-1] if lines else ""
        if lines and (gap > 1 or (len(line) > 60 and len(last) > 60 and SENTENCE_END.search(last[-16:]))):
            yield " ".join(lines)
            lines = []
        lines.append(line)
        gap = 0
    if lines:
        yield " ".join(lines)
