"""A lead as the JSON that waits with its page, and the hash of what a channel says of a story."""

from __future__ import annotations

import json
from hashlib import blake2b

from db.times import dated
from monitor.model import Dated, Lead, Link

_json = json.JSONEncoder(ensure_ascii=False).encode
_TEXTS = ("url", "key", "title", "summary", "text", "byline", "language")


def lead_json(lead: Lead, *, whole: bool = True) -> str:
    """The lead as JSON; ``whole`` False leaves out the text and links, which its filed story has anyway."""
    kept: dict[str, object] = {name: value for name in _TEXTS if (value := getattr(lead, name))}
    if not whole:
        kept.pop("text", None)
    for name, date in (("published", lead.published), ("updated", lead.updated)):
        if date:
            kept[name] = [date.iso(), date.precision, date.signal]
    if lead.position:
        kept["position"] = lead.position
    if lead.links and whole:
        kept["links"] = [[link.url, link.text] for link in lead.links]
    return _json(kept)


def lead_of(text: str, address: str) -> Lead:
    """The lead that ``lead_json`` wrote; a page that no channel announced has one that knows its address alone."""
    kept = json.loads(text)
    return Lead(
        **{name: kept[name] for name in _TEXTS[1:] if name in kept},
        url=kept.get("url", address),
        published=_date(kept.get("published")),
        updated=_date(kept.get("updated")),
        position=kept.get("position", 0),
        links=tuple(Link(url=url, text=words) for url, words in kept.get("links", ())),
    )


def said_hash(lead: Lead) -> str:
    """What the channel says of the story, as 32 hex digits: the same while it says the same."""
    parts = (
        lead.title,
        lead.summary,
        lead.text,
        lead.published.iso() if lead.published else "",
        lead.updated.iso() if lead.updated else "",
    )
    return blake2b("\x00".join(parts).encode(), digest_size=16).hexdigest()


def _date(kept: list[str] | None) -> Dated | None:
    return dated(*kept) if kept else None
