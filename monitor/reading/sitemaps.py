"""Reads sitemaps: urlset, index, the news extension, plain text, each also gzipped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from lxml import etree

from monitor.model import ChannelReading, Dated, Lead
from monitor.reading import text, urls, wrong_body
from monitor.reading.dates import parse_date
from monitor.reading.encoding import decode
from monitor.reading.feed_leads import language_of, title_of
from monitor.reading.feeds import read_feed
from monitor.reading.memory import fingerprint, remember, unseen

NEWEST: Final = 1_000
"""The most addresses taken from one sitemap: the newest by their dates, or the last where there are none."""

CHILDREN: Final = 12
"""The most children followed from one index in one poll, newest first."""

_DATED: Final = re.compile(r"(?:19|20)\d\d-\d\d")
_CLOSED: Final = re.compile(r"</(?:\w{1,20}:)?urlset\s*>|/>\s*$", re.IGNORECASE)
# Children that list no stories; followed last.
_ASIDE: Final = re.compile(
    r"author|categor|[-_/]tags?[-_.]|taxonom|image|video|gallery|[-_/]pages?[-_.]|misc|static", re.IGNORECASE
)


class _Address(NamedTuple):
    """One ``url`` or ``sitemap`` element as it is written."""

    loc: str
    modified: str = ""
    published: str = ""
    title: str = ""
    language: str = ""

    @property
    def age(self) -> str:
        """What tells newer from older: W3C dates sort as text; without a date oldest of all."""
        date = self.published or self.modified
        return date if _DATED.match(date) else ""


def read_sitemap(body: bytes, url: str, content_type: str = "", seen: bytes = b"") -> ChannelReading:
    """Read a sitemap's body as it came from ``url``. Total.

    An index yields its children as ``next_urls``. Of a sitemap the NEWEST addresses are leads, newest first; one whose
    date changed is a lead again. One that breaks off says so beside its leads. ``published`` is what the news extension
    says, ``updated`` the ``lastmod``.
    """
    document = decode(body, content_type, kind="xml")
    start = document.lstrip()[:1]
    if start == "<" and not wrong_body.is_html(document):
        tree = _parse(document)
        name = etree.QName(tree).localname.lower() if tree is not None else ""
        if name == "sitemapindex":
            return _read_index(tree, url, seen)
        if name == "urlset":
            reading = _read_addresses(list(_addresses(tree, "url")), url, seen)
            closed = _CLOSED.search(document[-2_000:]) or not reading.leads
            return reading if closed else replace(reading, problem="the sitemap breaks off")
        if name in ("rss", "feed", "rdf"):  # the protocol allows feeds for sitemaps
            return read_feed(body, url, content_type, seen)
    elif start:
        lines = (urls.absolute(line.strip()) for line in document.splitlines())
        found = [_Address(line) for line in lines if line]
        if found:
            return _read_addresses(found, url, seen)
    problem, wall = wrong_body.explain(document, "a sitemap")
    return ChannelReading(problem=problem, blocked=wall, seen=seen)


def _read_index(tree: etree._Element | None, url: str, seen: bytes) -> ChannelReading:
    children = list(_addresses(tree, "sitemap"))
    newest = sorted(enumerate(children), key=lambda child: (_aside(child[1].loc), child[1].age, child[0]), reverse=True)
    found = dict.fromkeys(urls.absolute(child.loc, url) for _, child in newest)
    following = [child for child in found if child and child != url and urls.same_site(child, url)]
    return ChannelReading(
        total=len(children),
        seen=seen,
        next_urls=tuple(following[:CHILDREN]),
        problem="" if following else "a sitemap index without children on its own site",
    )


def _aside(loc: str) -> bool:
    """False for what lists no stories, so that it sorts last in reverse."""
    return _ASIDE.search(loc[-200:]) is None


def _read_addresses(found: list[_Address], url: str, seen: bytes) -> ChannelReading:
    if any(address.age for address in found):
        chosen = sorted(found, key=lambda address: address.age, reverse=True)[:NEWEST]
        hashes = [_fingerprint(address) for address in chosen]
        fresh = unseen(hashes, seen)
    else:
        # Nothing tells the newest, so all are remembered, and an address that appears anywhere is found. Generators
        # append; hence the last.
        chosen = found[::-1]
        hashes = [_fingerprint(address) for address in chosen]
        fresh = unseen(hashes, seen)[:NEWEST]
    leads = (_lead(chosen[position], url, position) for position in fresh)
    return ChannelReading(
        leads=tuple(lead for lead in leads if lead is not None), total=len(found), seen=remember(seen, hashes)
    )


def _fingerprint(address: _Address) -> bytes:
    return fingerprint("\n".join(address).encode())


def _lead(address: _Address, url: str, position: int) -> Lead | None:
    found = urls.absolute(address.loc, url)
    if not found:
        return None
    published: Dated | None = None
    if address.published:
        published = parse_date(address.published, signal="sitemap:publication_date")
    return Lead(
        url=found,
        key=text.clean(address.loc),
        title=title_of(address.title),
        language=language_of(address.language),
        published=published,
        updated=parse_date(address.modified, signal="sitemap:lastmod") if address.modified else None,
        position=position,
    )


def _addresses(tree: etree._Element | None, name: str) -> Iterator[_Address]:
    """The ``name`` children of the root, those without an address left out."""
    for element in tree.iterchildren("{*}" + name) if tree is not None else ():
        loc = modified = published = title = language = ""
        for child in element:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag.endswith("}loc") or tag == "loc":
                # Only the sitemap's own: image and video extensions have a loc of their own, but deeper.
                loc = (child.text or "").strip()
            elif tag.endswith("}lastmod") or tag == "lastmod":
                modified = (child.text or "").strip()
            elif tag.endswith("}news"):
                published = (child.findtext("{*}publication_date") or "").strip()
                title = (child.findtext("{*}title") or "").strip()
                language = (child.findtext("{*}publication/{*}language") or "").strip()
        if loc:
            yield _Address(
                loc[: urls.LIMIT + 1], modified[:60], published[:60], title[: 2 * text.TITLE_LIMIT], language[:20]
            )


def _parse(document: str) -> etree._Element | None:
    """The tree as far as the document is well-formed; a sitemap that breaks off yields what is whole."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    try:
        return etree.fromstring(document.encode(), parser)
    except (etree.LxmlError, ValueError):
        return None
