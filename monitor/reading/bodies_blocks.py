"""The nouns of body reading: a page's paragraphs, and the boxes they stand in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from monitor.reading.bodies_names import Says

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

# A full stop of any script, closing quotes, and footnote marks.
SENTENCE_END = re.compile(
    "[.!?\u2026:;\u3002\uff01\uff1f\u05c3\u0964\u06d4\u061f][\"'\u201d\u2019\u00bb)\\]\u300d\u300f]*(?:\\[\\d+\\])*$"
)
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_NOT_LETTERS = re.compile(r"[\W_]+")


def weight(text: str) -> int:
    """The length of a text in Latin letters: Chinese, Japanese and Korean say in one what takes about three there."""
    return len(text) if text.isascii() else len(text) + 2 * len(_WIDE.findall(text))


def squash(text: str) -> str:
    """Letters and digits alone: how two renderings of one sentence are compared, in any script."""
    return _NOT_LETTERS.sub("", text)


@dataclass(slots=True, eq=False)
class Box:
    """A block-level element around paragraphs; ``words`` is its class and id, ``name`` what they say."""

    element: HtmlElement
    parent: Box | None
    depth: int
    name: Says = Says.NOTHING
    words: str = ""
    prose: int = 0  # weight of the running prose inside, furniture excluded
    held: int = 0  # weight of all the prose inside, kept for boxes whose name says furniture
    enclosing: Box | None = None  # for such a box: the next one around it


@dataclass(slots=True, eq=False)
class Block:
    """One paragraph on one line: the tag and box it stands in, its links, and how many of its characters are linked."""

    text: str
    tag: str
    box: Box
    furniture: Box | None = None  # the innermost enclosing box whose name says furniture
    link_chars: int = 0
    links: list[tuple[str, str]] = field(default_factory=list)
    nested: bool = False  # inside a list, a table or a quotation
    _letters: str | None = None
    _prose: bool | None = None

    @property
    def letters(self) -> str:
        """The text's letters and digits alone."""
        if self._letters is None:
            self._letters = squash(self.text)
        return self._letters

    @property
    def prose(self) -> bool:
        """Whether this is running text: long enough, little of it linked, and punctuated or plainly long."""
        if self._prose is None:
            self._prose = self.tag not in HEADINGS and self.link_chars * 2 <= len(self.text) and self._runs()
        return self._prose

    def _runs(self) -> bool:
        size = weight(self.text)
        if size >= 140:
            return not self.text.isupper()  # capitals throughout: a dump of closed captions
        return size >= 40 and SENTENCE_END.search(self.text[-16:]) is not None


@dataclass(slots=True)
class Page:
    """The paragraphs of one tree in reading order, every box in document order, and the number of elements."""

    blocks: list[Block]
    boxes: list[Box]
    elements: int
