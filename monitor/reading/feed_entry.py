"""A feed entry as it is declared, and which of its elements are listened to."""

from __future__ import annotations

from typing import Final, NamedTuple

# An entry's children are kept when they are in its own namespace or in one of these. The others say nothing that is
# kept, but disturb feedparser: a media:description behind the description takes its place, for one.
_SPACES: Final = (
    "",
    "http://purl.org/dc/elements/1.1/",
    "http://purl.org/dc/terms/",
    "http://purl.org/rss/1.0/",
    "http://purl.org/rss/1.0/modules/content/",
    "http://rssnamespace.org/feedburner/ext/1.0",
    "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/2005/atom",
    "http://purl.org/atom/ns#",
)
# Nothing of these is kept either, and feedparser spends quadratic time on 100,000 categories.
_NOISE: Final = frozenset(("category", "comments", "contributor", "enclosure", "rights", "source", "subject"))


class FeedEntry(NamedTuple):
    """What an entry declares, as markup and text still uncleaned; ``""`` where it declares nothing.

    ``link`` and ``id`` are as written; ``contents`` are full texts; ``base`` is the xml:base that addresses are
    relative to, itself perhaps relative to the feed's address.
    """

    link: str = ""
    id: str = ""
    title: str = ""
    summary: str = ""
    contents: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published: str = ""
    updated: str = ""
    language: str = ""
    original_link: str = ""
    base: str = ""


def is_noise(tag: str, own: str = "") -> bool:
    """Whether an element (its name in Clark notation) inside an entry of namespace ``own`` is not listened to."""
    space, _, local = tag[1:].partition("}") if tag[:1] == "{" else ("", "", tag)
    space = space.lower()
    known = space in _SPACES or space == own.lower() or "backend.userland.com/rss" in space
    return not known or local.lower() in _NOISE
