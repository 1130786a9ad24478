"""Which items of the development gold are held back: a third, drawn by event and document with a fixed seed.

Items of one record stay together, and so do items that name the same place in the same month (one event told by many
outlets). Both parts are used for development by now: cross-validation by the same events is the honest estimate.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Any

Item = dict[str, Any]

SEED = "shiftwatch-held-7"
PLACES = (
    "los angeles", "portland", "chicago", "broadview", "minneapolis", "charlotte", "memphis", "new orleans",
    "washington", "d.c.", "new york", "san francisco", "denver", "boston", "baltimore", "detroit", "seattle",
    "st. louis",
    "kansas city", "albuquerque", "milwaukee", "cleveland", "puerto rico", "southwest border", "northern border",
    "texas", "arizona", "california", "oregon", "illinois", "minnesota", "maine", "louisiana", "tennessee", "haiti",
)  # fmt: skip


def event_key(item: Item) -> str:
    """The event an item tells of: its first known place with its month, else its record."""
    text = (item.get("text") or item.get("title") or "").lower()
    context = (item.get("context") or item.get("title") or "").lower()
    for words in (text[:4000], context):
        found = [(match.start(), place) for place in PLACES if (match := re.search(rf"\b{re.escape(place)}", words))]
        if found:
            return f"{min(found)[1]}/{(item.get('date') or '')[:7]}"
    return f"record/{item['dataset']}/{item['record_id']}"


def held_back(*groups: Sequence[Item]) -> set[str]:
    """Ids of the held third over all given item lists (sentences, documents), united by record and event."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    items = [item for group in groups for item in group]
    for item in items:
        record = f"record/{item['dataset']}/{item['record_id']}"
        # Long documents name many places, so only sentences and titles tie events together.
        event = event_key(item) if "context" in item else event_key({**item, "text": item.get("title") or ""})
        parent[root(record)] = root(event)
    return {item["id"] for item in items if _drawn(root(f"record/{item['dataset']}/{item['record_id']}"))}


def _drawn(key: str) -> bool:
    return int.from_bytes(hashlib.sha256(f"{SEED}:{key}".encode()).digest()[:4], "big") % 3 == 0


def split(items: Sequence[Item], held: Iterable[str]) -> tuple[list[Item], list[Item]]:
    """(open, held) items in their order."""
    keep = set(held)
    return [item for item in items if item["id"] not in keep], [item for item in items if item["id"] in keep]
