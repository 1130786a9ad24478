"""Cuts a feed's bytes into its entries without parsing it, so that entries read before need not be parsed again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(rb"<(?:!--|\?|!\[CDATA\[|(/?)((?:[\w.-]{1,40}:)?(?i:item|entry))(?=[\s/>]))")
_PLAIN: Final = re.compile(rb"</?(?:item|entry)[\s/>]")
_PLAIN_PAIRS: Final = ((b"<item>", b"</item>"), (b"<entry>", b"</entry>"))
_ENDS: Final = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_TAG_REST: Final = rb"(?:[^>\"']|\"[^\"]*\"|'[^']*')*+>"
_START: Final = re.compile(rb"<((?:[A-Za-z_][\w.-]{0,40}:)?([A-Za-z_][\w.-]{0,40}))(?=[\s/>])" + _TAG_REST)
_REST: Final = re.compile(_TAG_REST)
_CHANNEL: Final = re.compile(rb"<((?i:channel))(?=[\s>])" + _TAG_REST)
_PROLOG: Final = re.compile(
    rb"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?:[^\[>\"']|\"[^\"]*\"|'[^']*')*+(?:\[[^\]]*\]\s*)?>",
    re.DOTALL | re.IGNORECASE,
)
_FEED_ROOT: Final = re.compile(rb"<(?:rss|feed|(?:[\w.-]{1,40}:)?RDF)(?=[\s>])", re.IGNORECASE)
_SEARCHED: Final = 65_536
_NEAR: Final = 8_192

_Pieces = tuple[list[bytes], list[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCut:
    """A feed as bytes in pieces: ``gaps[0] entries[0] gaps[1] entries[1] … gaps[n]``.

    ``root`` is the root's local name in lower case (``rss``, ``feed``, ``rdf`` or what else it is). ``opening`` are
    the start tags around the entries and ``closing`` their end tags: the least envelope in which an entry means the
    same. ``tail`` is an entry that the body breaks off in. Without ``certain`` there are no pieces to use.
    """

    root: bytes
    opening: bytes = b""
    closing: bytes = b""
    gaps: tuple[bytes, ...] = ()
    entries: tuple[bytes, ...] = ()
    tail: bytes = b""
    certain: bool = True

    def document(self, chosen: list[int]) -> bytes:
        """The feed with only the chosen entries left in their places (ascending)."""
        pieces: list[bytes] = []
        done = 0
        for position in chosen:
            pieces.extend(self.gaps[done : position + 1])
            pieces.append(self.entries[position])
            done = position + 1
        pieces.extend(self.gaps[done:])
        return b"".join(pieces)

    def alone(self, entry: bytes) -> bytes:
        """One entry in the least envelope."""
        return self.opening + entry + self.closing


def cut_feed(xml: bytes) -> FeedCut:
    """Cut UTF-8 XML into its entries; linear time, total. The prolog and anything before the root are left out."""
    start = _root_start(xml)
    root = _START.match(xml, start)
    if root is None:
        return FeedCut(root=b"", certain=False)
    name = root[2].lower()
    pieces = _cut_quickly(xml, root) or _cut_carefully(xml, root)
    if pieces is None:
        return FeedCut(root=name, certain=False)
    gaps, entries, tail = pieces
    opening, closing = _envelope(xml, root, root.start() + len(gaps[0]) if entries or tail else None)
    return FeedCut(root=name, opening=opening, closing=closing, gaps=tuple(gaps), entries=tuple(entries), tail=tail)


def _cut_quickly(xml: bytes, root: re.Match[bytes]) -> _Pieces | None:
    """The pieces of a feed in which entries follow each other plainly; None when a closer look is needed.

    A tag inside a comment or CDATA section would cut that in two, and one of its ends would be missing in the piece.
    """
    tags = _PLAIN.findall(xml, root.end())
    if not tags or len(tags) % 2 or xml.find(b"<?", root.end()) >= 0:
        return None
    start, end = tags[0], tags[1]
    if (start, end) not in _PLAIN_PAIRS or tags != [start, end] * (len(tags) // 2):
        return None
    commented, sectioned = b"<!--" in xml, b"<![CDATA[" in xml
    gaps: list[bytes] = []
    entries: list[bytes] = []
    edge = root.start()
    for _ in range(len(tags) // 2):
        begin = xml.find(start, edge)
        stop = xml.find(end, begin) + len(end)
        if begin < 0 or stop < len(end):
            return None
        gaps.append(xml[edge:begin])
        entries.append(xml[begin:stop])
        edge = stop
    gaps.append(xml[edge:])
    for piece in (*gaps, *entries) if commented or sectioned else ():
        if commented and piece.count(b"<!--") != piece.count(b"-->"):
            return None
        if sectioned and piece.count(b"<![CDATA[") != piece.count(b"]]>"):
            return None
    return gaps, entries, b""


def _cut_carefully(xml: bytes, root: re.Match[bytes]) -> _Pieces | None:
    """The pieces, minding comments, CDATA sections and instructions; None when entries are nested or end twice."""
    gaps: list[bytes] = []
    entries: list[bytes] = []
    edge, at = root.start(), root.end()
    opened, entry_start = b"", 0
    while (token := _TOKEN.search(xml, at)) is not None:
        at = token.end()
        tag = token[2]
        if tag is None:
            ended = xml.find(_ENDS[token[0]], at)
            if ended < 0:  # all the rest is inside it
                break
            at = ended + 2
            continue
        rest = _REST.match(xml, at)
        if rest is None:
            break
        at = rest.end()
        if token[1]:
            if tag != opened:
                return None
            gaps.append(xml[edge:entry_start])
            entries.append(xml[entry_start:at])
            edge, opened = at, b""
        elif rest[0].endswith(b"/>"):
            continue  # an empty element tells nothing, whatever it is
        elif opened:
            return None
        else:
            opened, entry_start = tag, token.start()
    gaps.append(xml[edge:entry_start] if opened else xml[edge:])
    return gaps, entries, xml[entry_start:] if opened else b""


def _root_start(xml: bytes) -> int:
    """Where the root element starts; behind a warning that a server printed first, when a feed follows it."""
    at = 0
    while (skipped := _PROLOG.match(xml, at)) is not None:
        at = skipped.end()
    root = _START.match(xml, at)
    if root is not None and (root[2].lower() in (b"rss", b"feed", b"rdf", b"html") or _TOKEN.search(xml, at) is None):
        return at
    hidden = _FEED_ROOT.search(xml, at, at + _SEARCHED)
    return hidden.start() if hidden is not None else at


def _envelope(xml: bytes, root: re.Match[bytes], first: int | None) -> tuple[bytes, bytes]:
    """The start tags around the first entry, and the end tags that close them."""
    opening, closing = root[0], b"</" + root[1] + b">"
    channel = None
    if first is not None and root[2].lower() == b"rss":
        channel = _CHANNEL.search(xml, root.end(), min(first, root.end() + _NEAR))
    if channel is not None:
        opening, closing = opening + channel[0], b"</" + channel[1] + b">" + closing
    return opening, closing
