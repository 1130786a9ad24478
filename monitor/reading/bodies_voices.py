"""The other voices on a body: trafilatura, readability, the page's JSON-LD; each a plain text to compare with."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from lxml import etree, html
from lxml.html import HtmlElement

from monitor.reading.bodies_blocks import Block, squash
from monitor.reading.bodies_walk import segment

_log = logging.getLogger(__name__)

# What trafilatura throws away anyway; thrown away before its many searches, it costs a third less.
_SLIMMING = (
    "head", "script", "style", "noscript", "svg", "iframe", "nav", "aside", "footer", "button", "select", "template",
    "video", "audio", "canvas", "picture", "object", "embed", "figure", "input", "textarea", "link", "meta", "dialog",
)  # fmt: skip
# A page and a text that are both huge would be searched for minutes; beyond this many comparisons of letters only
# whole lines are looked up.
_SEARCH_BUDGET = 2_000_000_000
_SHORT = 16  # letters; a word or two stand in many a text, so they must be a line of it


def slim_copy(tree: HtmlElement) -> HtmlElement:
    """A copy of the page without what no extractor reads."""
    copy = deepcopy(tree)
    etree.strip_elements(copy, *_SLIMMING, with_tail=False)
    return copy


def trafilatura_voice(tree: HtmlElement) -> str:
    """The text trafilatura finds, in its quick and precise mode, in a tree it may change."""
    from trafilatura.core import bare_extraction

    try:
        document: Any = bare_extraction(tree, fast=True, favor_precision=True, include_comments=False)
    except Exception as error:  # whatever a page does to it, it is one voice less
        _log.debug("trafilatura gave up: %s", error)
        return ""
    return str(document.text or "") if document is not None else ""


def readability_voice(tree: HtmlElement) -> str:
    """The text readability finds in a tree it may change."""
    from trafilatura.readability_lxml import Document

    try:
        summary = str(Document(tree, min_text_length=25).summary())
        found = html.document_fromstring(summary)
    except Exception as error:  # likewise
        _log.debug("readability gave up: %s", error)
        return ""
    return "\n".join(block.text for block in segment(found, strict=False).blocks)


class Voice:
    """A text somebody found, to be compared with the page's paragraphs. False when it has no letters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._letters = squash(text)
        self._lines = frozenset(squash(line) for line in text.splitlines())

    def __bool__(self) -> bool:
        return bool(self._letters)

    @property
    def paragraphs(self) -> list[str]:
        """The text cut at its line breaks."""
        return [line for line in self.text.splitlines() if line.strip()]

    def covers(self, blocks: Sequence[Block]) -> list[bool]:
        """For each paragraph, whether it stands in this text: word for word, or nearly so when it is long."""
        if len(self._letters) * len(blocks) > _SEARCH_BUDGET:
            return [block.letters in self._lines for block in blocks]
        return [self._holds(block.letters) for block in blocks]

    def found(self, blocks: Sequence[Block], covered: Sequence[bool]) -> float:
        """The share of this text that stands on the page, 0..1."""
        seen = sum(len(block.letters) for block, yes in zip(blocks, covered, strict=True) if yes)
        return min(1.0, seen / len(self._letters)) if self._letters else 0.0

    def _holds(self, needle: str) -> bool:
        if len(needle) < 3:
            return False
        if len(needle) < _SHORT and len(self._lines) > 3:
            return needle in self._lines
        if needle in self._letters:
            return True
        if len(needle) < 60:
            return False
        middle = len(needle) // 2
        samples = (needle[2:26], needle[middle : middle + 24], needle[-26:-2])
        return sum(sample in self._letters for sample in samples) >= 2
