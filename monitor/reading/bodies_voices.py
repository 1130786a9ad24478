"""The other voices on a body: trafilatura, readability, the page's JSON-LD; each a plain text to compare with."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from lxml import etree, html
from lxml.html import HtmlElement

from monitor.reading.bodies_blocks import Block, squash

_log = logging.getLogger(__name__)

# What trafilatura throws away anyway; thrown away before its many searches, it costs half as much.
_SLIMMING = (
    "head", "script", "style", "noscript", "svg", "iframe", "nav", "aside", "footer", "button", "select", "template",
    "video", "audio", "canvas", "picture", "object", "embed", "figure", "input", "textarea", "link", "meta", "dialog",
)  # fmt: skip


def slim_copy(tree: HtmlElement) -> HtmlElement:
    """A copy of the page without what no extractor reads."""
    copy = deepcopy(tree)
    etree.strip_elements(copy, *_SLIMMING, with_tail=False)
    return copy


def trafilatura_voice(tree: HtmlElement, *, thorough: bool = False) -> str:
    """The text trafilatura finds in a tree it may change; ``thorough`` asks its own second opinions, too."""
    from trafilatura.core import bare_extraction

    try:
        document: Any = bare_extraction(tree, fast=not thorough, favor_precision=True, include_comments=False)
    except (ValueError, TypeError, AttributeError, IndexError, RecursionError, etree.LxmlError) as error:
        _log.debug("trafilatura gave up: %s", error)
        return ""
    return str(document.text or "") if document is not None else ""


def readability_voice(tree: HtmlElement) -> str:
    """The text readability finds in a tree it may change."""
    from trafilatura.readability_lxml import Document

    try:
        summary = str(Document(tree, min_text_length=25).summary())
    except Exception as error:  # whatever a page does to it, it is one voice less
        _log.debug("readability gave up: %s", error)
        return ""
    return (
        html.tostring(html.document_fromstring(summary), method="text", encoding="unicode") if summary.strip() else ""
    )


class Voice:
    """A text somebody found, to be compared with the page's paragraphs."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._letters = squash(text)

    def __bool__(self) -> bool:
        return bool(self._letters)

    @property
    def paragraphs(self) -> list[str]:
        """The text cut at its line breaks."""
        return [line for line in self.text.splitlines() if line.strip()]

    def covers(self, blocks: Sequence[Block]) -> list[bool]:
        """For each paragraph, whether it stands in this text: word for word, or nearly so when it is long."""
        letters = self._letters
        # A page and a text that are both huge would be searched for minutes; then only whole lines are compared.
        if len(letters) * len(blocks) > _SEARCH_BUDGET:
            lines = {squash(line) for line in self.text.splitlines()}
            return [block.letters in lines for block in blocks]
        return [_stands_in(block.letters, letters) for block in blocks]

    def found(self, blocks: Sequence[Block], covered: Sequence[bool]) -> float:
        """The share of this text that stands on the page."""
        seen = sum(len(block.letters) for block, yes in zip(blocks, covered, strict=True) if yes)
        return min(1.0, seen / len(self._letters)) if self._letters else 0.0


_SEARCH_BUDGET = 2_000_000_000


def _stands_in(needle: str, letters: str) -> bool:
    """Whether a paragraph stands in a text; of a long one, two of three samples are enough."""
    if len(needle) < 3:
        return False
    if needle in letters:
        return True
    if len(needle) < 60:
        return False
    middle = len(needle) // 2
    samples = (needle[2:26], needle[middle : middle + 24], needle[-26:-2])
    return sum(sample in letters for sample in samples) >= 2
