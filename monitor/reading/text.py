"""The one door for strings: everything a page or a feed says is cleaned here once, before anything else looks at it."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lxml import etree

from monitor.model import Link
from monitor.reading import urls

TITLE_LIMIT: Final = 1_000
"""The most characters kept of a title, a byline or any other one-line field."""

TEXT_LIMIT: Final = 200_000
"""The most characters kept of a text."""

MARKUP_LIMIT: Final = 1_000_000
"""The most characters of markup that are parsed for one field: a text at its limit, with room for its tags."""

LINKS_LIMIT: Final = 500
"""The most links kept of one text."""

# Invisible or forbidden: controls other than white space (NUL, ESC, C1 …), soft hyphen, zero-width space and its kin,
# U+FEFF, direction marks, embeddings, overrides, isolates, interlinear and tag characters, noncharacters, surrogates.
_JUNK: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
# Joiners spell words in Persian and Hindi and glue emoji; next to anything Latin, or doubled, they only defeat search.
_JOINERS: Final = re.compile(
    "(?<![\u0370-\u200b\u200e-\U0010ffff])[\u200c\u200d]|[\u200c\u200d](?![\u0370-\u200b\u200e-\U0010ffff])"
)
_BREAKS: Final = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")


def clean(text: str, *, limit: int = TITLE_LIMIT) -> str:
    """``text`` as one line of plain text, at most ``limit`` characters: NFC, white space folded, nothing invisible.

    Total and idempotent. It is cut before any pattern runs, so that a megabyte in a title costs nothing.
    """
    text = text[: 2 * limit]
    if not text.isascii():
        text = unicodedata.normalize("NFC", _JUNK.sub("", text))
        if "\u200c" in text or "\u200d" in text:
            text = unicodedata.normalize("NFC", _JOINERS.sub("", " ".join(text.split())))
    elif not text.isprintable():
        text = _JUNK.sub("", text)
    return " ".join(text.split())[:limit].rstrip()


def clean_paragraphs(paragraphs: Iterable[str], *, limit: int = TEXT_LIMIT) -> str:
    """The paragraphs cleaned and joined by one blank line, empty ones dropped, at most ``limit`` characters in all."""
    kept: list[str] = []
    room = limit
    for paragraph in paragraphs:
        line = clean(paragraph, limit=max(room, 0))
        if line:
            kept.append(line)
            room -= len(line) + 2
        if room <= 0:
            break
    return "\n\n".join(kept)


def split_paragraphs(text: str) -> list[str]:
    """The paragraphs of plain text: pieces between blank lines; single line breaks are only wrapping."""
    text = text[:MARKUP_LIMIT].replace("\r\n", "\n").replace("\r", "\n")
    return [piece for piece in _BREAKS.split(text) if piece.strip()]


def unescape(text: str) -> str:
    """``html.unescape`` that never raises (a reference of 5,000 digits makes the original refuse the conversion)."""
    if "&" not in text:
        return text
    try:
        return html.unescape(text)
    except ValueError:
        return text


@dataclass(frozen=True, slots=True)
class Fragment:
    """What a piece of HTML says: its paragraphs (cleaned, none empty) and its outbound links in order."""

    paragraphs: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def text(self) -> str:
        """The paragraphs joined by one blank line, at most TEXT_LIMIT characters."""
        return "\n\n".join(self.paragraphs)[:TEXT_LIMIT].rstrip()

    @property
    def line(self) -> str:
        """The paragraphs run together on one line, at most TEXT_LIMIT characters."""
        return " ".join(self.paragraphs)[:TEXT_LIMIT].rstrip()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS: Final = _words(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table tbody "
    "tfoot thead title tr ul"
)
_SKIPPED: Final = _words(
    "script style noscript template iframe object embed applet svg math canvas audio video select option "
    "textarea button head input map noframes frameset frame"
)
_BREAK: Final = (
    "\x00"  # stands for <br>; no text holds NUL: ours is removed before parsing, and libxml2 makes no new one
)
_BREAKS_TWICE: Final = re.compile(r"\x00\s*\x00[\s\x00]*")
# What a tag does in the walk; a role of one character is what it puts into the text.
_ROLES: Final = (
    dict.fromkeys(_BLOCKS, "block")
    | dict.fromkeys(_SKIPPED, "skip")
    | {"a": "link", "br": _BREAK, "td": " ", "th": " "}
)
_TAG: Final = re.compile(r"<[a-zA-Z/!?]")
_GIANT: Final = 20_000
# A tag as HTML has it: it ends at the first > outside quotes, whatever else is in it.
_WHOLE_TAG: Final = re.compile(r"""<[A-Za-z](?:[^>"']++|"[^"]*+"|'[^']*+')*+>?""")
_QUOTED: Final = re.compile("""\"[^\"]*+\"|'[^']*+'""")
_MANY_ATTRIBUTES: Final = 5_000
_FIRST_ATTRIBUTES: Final = re.compile(
    r"""<[A-Za-z][^\s<>"'=/]*+(?:\s+[^\s<>"'=/]++(?:\s*=\s*(?:"[^"]{0,4000}"|'[^']{0,4000}'|[^\s"'<>]{0,4000}(?=[\s>])))?+){0,100}+"""
)
_PARSER: Final = etree.HTMLParser(encoding="utf-8", no_network=True, remove_pis=True, remove_comments=True)


def read_fragment(markup: str, base: str = "") -> Fragment:
    """What a piece of HTML from a feed or an API says; links are made absolute against ``base``.

    Text without any tag is taken as plain text with character references. Block elements and doubled ``<br>`` end
    a paragraph; scripts, styles, forms' widgets and embedded media say nothing. Total; the walk is iterative.
    """
    markup = markup[:MARKUP_LIMIT]
    if not _TAG.search(markup):
        line = clean(unescape(markup), limit=TEXT_LIMIT)
        return Fragment((line,) if line else ())
    tree = parse_html(markup)
    return _walk(tree, base) if tree is not None else Fragment()


def lighten(markup: str) -> str:
    """The markup with tags of thousands of attributes cut to the first hundred: parsers take quadratic time over them.

    100,000 attributes on one element cost libxml2 13 to 40 s. What holds an end tag is no such tag but a script or a
    text behind a quote that was never closed, and is left alone.
    """
    return _WHOLE_TAG.sub(_fewer_attributes, markup) if len(markup) > _GIANT else markup


def _fewer_attributes(tag: re.Match[str]) -> str:
    if tag.end() - tag.start() <= _GIANT or "</" in tag[0]:
        return tag[0]
    names = _QUOTED.sub("", tag[0])  # a picture in a value has slashes and equals signs of its own
    # Attributes need no blanks between them where the value is quoted or a slash parts them.
    if max(len(names.split()), names.count("="), names.count("/")) < _MANY_ATTRIBUTES:
        return tag[0]
    first = _FIRST_ATTRIBUTES.match(tag[0])
    return f"{first[0]}>" if first is not None else ""


def parse_html(markup: str) -> etree._Element | None:
    """The tree of a page or fragment, without network, comments or instructions; None when there is nothing in it."""
    try:
        # Bytes, since lxml refuses a str that carries an encoding declaration.
        return etree.fromstring(lighten(markup).replace("\x00", "").encode("utf-8", "ignore"), _PARSER)
    except (etree.LxmlError, ValueError):
        return None


def html_to_text(markup: str) -> str:
    """The readable text of a piece of HTML: paragraphs joined by one blank line."""
    return read_fragment(markup).text


def _walk(tree: etree._Element, base: str) -> Fragment:
    """Paragraphs and links in one pass over the tree."""
    paragraphs: list[str] = []
    links: dict[str, Link] = {}
    run: list[str] = []
    href = ""
    mark = 0  # where in the run the open link's words begin
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        role = _ROLES.get(element.tag, "")
        if role == "block":
            if run:
                _end_paragraph(run, paragraphs)
                mark = 0
        elif role == "link":
            if event == "start":
                href, mark = element.get("href", ""), len(run)
            elif href and len(links) < LINKS_LIMIT:
                url = urls.absolute(href, base)
                if url and url not in links:
                    links[url] = Link(url=url, text=clean("".join(run[mark:])))
                href = ""
        elif role and event == "start":
            if role == "skip":
                walk.skip_subtree()
                continue
            run.append(role)
        said = element.text if event == "start" else element.tail
        if said:
            run.append(said)
    if run:
        _end_paragraph(run, paragraphs)
    return Fragment(tuple(paragraphs), tuple(links.values()))


def _end_paragraph(run: list[str], paragraphs: list[str]) -> None:
    """Move what was said since the last block began to the paragraphs."""
    said = "".join(run)
    run.clear()
    for piece in _BREAKS_TWICE.split(said) if _BREAK in said else (said,):
        line = clean(piece.replace(_BREAK, " "), limit=TEXT_LIMIT)
        if line:
            paragraphs.append(line)
