"""Reads JSON Feed (versions 1 and 1.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from monitor.model import ChannelReading, Lead
from monitor.reading import urls
from monitor.reading.feed_entry import FeedEntry
from monitor.reading.feed_leads import lead_of, title_of
from monitor.reading.json_body import BadJson, parse_json, text_at
from monitor.reading.memory import fingerprint, remember, unseen
from monitor.reading.text import split_paragraphs


def read_json_feed(document: str, url: str, seen: bytes = b"") -> ChannelReading:
    """Read a JSON Feed; what is JSON but no feed is a problem in words. Total."""
    try:
        feed = parse_json(document)
    except BadJson as trouble:
        return ChannelReading(problem=str(trouble), seen=seen)
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(feed, dict) or not isinstance(items, list):
        return ChannelReading(problem="JSON without an array of items where a feed was due", seen=seen)
    known = [item for item in items if isinstance(item, dict)]
    hashes = [fingerprint(json.dumps(item, sort_keys=True).encode()) for item in known]
    leads: list[Lead] = []
    for position in unseen(hashes, seen):
        entry = _entry(known[position], feed)
        lead = lead_of(
            entry, feed_url=url, language=text_at(feed, "language"), position=position, made=hashes[position].hex()
        )
        leads.extend((lead,) if lead is not None else ())
    return ChannelReading(
        leads=tuple(leads),
        total=len(known),
        seen=remember(seen, hashes),
        title=title_of(text_at(feed, "title")),
        self_url=urls.absolute(text_at(feed, "feed_url"), url),
    )


def _entry(item: Mapping[str, Any], feed: Mapping[str, Any]) -> FeedEntry:
    content = text_at(item, "content_html") or _as_html(text_at(item, "content_text"))
    return FeedEntry(
        link=text_at(item, "url") or text_at(item, "external_url"),
        id=text_at(item, "id"),
        title=escape(text_at(item, "title")),
        summary=escape(text_at(item, "summary")),
        contents=(content,) if content else (),
        authors=_authors(item) or _authors(feed),
        published=text_at(item, "date_published"),
        updated=text_at(item, "date_modified"),
        language=text_at(item, "language"),
    )


def _as_html(plain: str) -> str:
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in split_paragraphs(plain))


def _authors(value: Mapping[str, Any]) -> tuple[str, ...]:
    listed = value.get("authors")
    authors = listed if isinstance(listed, list) else [value.get("author")]
    return tuple(text_at(author, "name") for author in authors[:20] if isinstance(author, dict) and author.get("name"))
