"""From what a feed entry declares to a lead: address, clean text, dates; the one place where markup is taken out."""

from __future__ import annotations

import re
from typing import Final

from monitor.model import Lead
from monitor.reading import text, urls
from monitor.reading.dates import parse_date
from monitor.reading.feed_entry import FeedEntry

SUMMARY_LIMIT: Final = 2_000
"""The most characters kept of a summary; what is longer is a text."""

_TITLE_TAG: Final = re.compile(
    r"</?(?:a|abbr|b|big|br|cite|code|em|font|h[1-6]|i|img|mark|p|q|s|small|span|strong|sub|sup|u)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
# What no headline has: elements that act or hide, with what is in them.
_ACTIVE: Final = re.compile(
    r"<(script|style|iframe|object|svg|math|template|noscript|textarea)\b[^<>]*>(?:.*?</\1\s*>|.*)"
    r"|</?(?:script|style|iframe|object|embed|svg|math|template|noscript|textarea|link|meta|base|form|input|button|video"
    r"|audio|img)\b[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_TAGS: Final = re.compile(r"</?[A-Za-z][^<>]*>?")
_BY: Final = re.compile(r"^by\s+(?=\w)", re.IGNORECASE)
_FOOT: Final = re.compile(r"The post .{1,300} (?:appeared first on|first appeared on) .{1,200}", re.IGNORECASE)
_FLARE: Final = re.compile(r"https?://(?:feeds\.feedburner\.com|feedads\.g\.doubleclick\.net|rss\.cnn\.com)/")


def lead_of(entry: FeedEntry, *, feed_url: str, language: str = "", position: int = 0, made: str = "") -> Lead | None:
    """The lead an entry makes; None when it says nothing at all.

    The address is the first of these that is http(s): Feedburner's original link, the link, the id; a link that only
    redirects gives way to an id that is an address. An entry without any gets one made of the id or of
    ``made``: stable, so that it is filed once.
    """
    base = urls.absolute(entry.base, feed_url) or feed_url if entry.base else feed_url
    key = text.clean(entry.id)
    title = title_of(entry.title)
    full = max(entry.contents, key=len) if entry.contents else ""
    body = text.read_fragment(full, base) if full else text.Fragment()
    brief = text.read_fragment(entry.summary, base) if entry.summary and entry.summary != full else text.Fragment()
    if not (entry.link or key or title or body.paragraphs or brief.paragraphs):
        return None
    if not body.paragraphs and sum(map(len, brief.paragraphs)) > SUMMARY_LIMIT:
        body = brief  # a description that long is the story itself
    published = parse_date(entry.published, signal="feed:published") if entry.published else None
    updated = parse_date(entry.updated, signal="feed:updated") if entry.updated else None
    return Lead(
        url=_address(entry, base) or urls.made_address(feed_url, key or made),
        key=key,
        title=title,
        summary=" ".join(_without_foot(brief.paragraphs))[:SUMMARY_LIMIT].rstrip(),
        text="\n\n".join(_without_foot(body.paragraphs))[: text.TEXT_LIMIT].rstrip(),
        byline=byline_of(entry.authors),
        language=language_of(entry.language or language),
        published=published or updated,
        updated=updated,
        position=position,
        links=tuple(link for link in body.links or brief.links if not _FLARE.match(link.url)),
    )


def title_of(title: str) -> str:
    """A headline as plain text: character references resolved, inline HTML taken out, anything else left alone.

    Feeds do not say whether a title is HTML; "Apples < pears > plums" must survive.
    """
    title = title[: 4 * text.TITLE_LIMIT]
    if "<" in title:
        title = _TITLE_TAG.sub(" " if "<br" in title.lower() else "", title)
    title = text.unescape(title)
    if "<" in title:  # escaped twice over it is still nobody's headline
        title = _ACTIVE.sub(" ", title) if _ACTIVE.sub("", title).strip() else _TAGS.sub(" ", title)
    return text.clean(title)


def byline_of(names: tuple[str, ...]) -> str:
    """The names as one byline, each once, without a leading "By"."""
    if not names:
        return ""
    cleaned = [_BY.sub("", title_of(name), count=1) for name in names]
    return (
        cleaned[0]
        if len(cleaned) == 1
        else ", ".join(dict.fromkeys(name for name in cleaned if name))[: text.TITLE_LIMIT].rstrip()
    )


def language_of(tag: str) -> str:
    """The language subtag of a declared language tag: ``en`` for ``en_US``; ``""`` for what is none."""
    primary = tag[:40].replace("_", "-").partition("-")[0].strip().lower()
    return primary if 2 <= len(primary) <= 3 and primary.isascii() and primary.isalpha() else ""


def _address(entry: FeedEntry, base: str) -> str:
    original = urls.absolute(entry.original_link, base) if entry.original_link else ""
    if original:
        return original
    # An id that feedparser passes off as the link is one only when it looks like an address.
    borrowed = entry.link == entry.id and not entry.link.startswith(("/", "./", "../"))
    link = urls.absolute(entry.link, "" if borrowed else base) if entry.link else ""
    if link and not urls.is_redirector(link):
        return link
    return urls.absolute(entry.id) or link


def _without_foot(paragraphs: tuple[str, ...]) -> tuple[str, ...]:
    """Without WordPress's "The post … appeared first on …"."""
    return paragraphs[:-1] if paragraphs and _FOOT.fullmatch(paragraphs[-1]) else paragraphs
