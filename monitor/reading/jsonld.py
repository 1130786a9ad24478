"""What a page declares about itself in JSON-LD: the scripts parsed, flattened, and the article's node picked out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

Node = dict[str, Any]

# Types that say "this page is one text"; the order is the order of belief when a page declares several.
ARTICLE_TYPES = (
    "newsarticle",
    "reportagenewsarticle",
    "analysisnewsarticle",
    "opinionnewsarticle",
    "backgroundnewsarticle",
    "reviewnewsarticle",
    "askpublicnewsarticle",
    "advertisercontentarticle",
    "satiricalarticle",
    "liveblogposting",
    "report",
    "article",
    "techarticle",
    "scholarlyarticle",
    "medicalscholarlyarticle",
    "blogposting",
    "socialmediaposting",
    "discussionforumposting",
)
LISTING_TYPES = frozenset({"collectionpage", "searchresultspage", "itemlist", "profilepage", "contactpage"})

_RANK = {name: rank for rank, name in enumerate(ARTICLE_TYPES)}
_MOST_NODES = 500  # a page needs a dozen; a hostile one offers a million
_MOST_CHARS = 2_000_000
_WRAPPERS = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|\]\]>|/\*\s*\]\]>\s*\*/)\s*;?\s*$"
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")


def nodes(scripts: Sequence[str]) -> list[Node]:
    """Every object of the JSON-LD ``scripts``, outermost first, nested ones included (a graph is flattened)."""
    found: list[Node] = []
    for script in scripts:
        if len(script) > _MOST_CHARS:
            continue
        value = _parse(script)
        queue: list[Any] = [value]
        for item in queue:  # grows while it is walked: breadth first, no recursion over what a page sends
            if len(found) >= _MOST_NODES or len(queue) > 4 * _MOST_NODES:
                return found
            if isinstance(item, list):
                queue.extend(item)
            elif isinstance(item, dict):
                found.append(item)
                queue.extend(child for child in item.values() if isinstance(child, dict | list))
    return found


def types(node: Node) -> Iterator[str]:
    """The node's types, lower case, without the schema's address."""
    for value in many(node.get("@type")):
        if isinstance(value, str):
            yield value.rsplit("/", 1)[-1].lower()


def article(found: Sequence[Node]) -> Node:
    """The node of the page's own text, or an empty one.

    The most specific type wins; among equals the one that says most: a teaser in a sidebar rarely has both a
    headline and a date.
    """
    best: Node = {}
    best_key: tuple[int, int] = (0, -len(ARTICLE_TYPES))
    for node in found:
        rank = min((_RANK[name] for name in types(node) if name in _RANK), default=-1)
        if rank < 0:
            continue
        told = sum(1 for key in ("headline", "datePublished", "author", "articleBody") if node.get(key))
        key = (told, -rank)
        if not best or key > best_key:
            best, best_key = node, key
    return best


def texts(value: Any) -> list[str]:
    """The plain strings of a property that may be a string, an object with a name, or a list of either."""
    found = []
    for item in many(value):
        if isinstance(item, dict):
            item = item.get("name") or item.get("@value")
        if isinstance(item, list):
            item = next((part for part in item if isinstance(part, str)), None)
        if isinstance(item, str) and item.strip():
            found.append(item.strip())
    return found


def first(value: Any) -> str:
    """The first plain string of a property, or ``""``."""
    return next(iter(texts(value)), "")


def by_id(found: Sequence[Node], value: Any) -> Any:
    """``value`` with bare references (``{"@id": …}``) replaced by the nodes they point at."""
    resolved = []
    for item in many(value):
        if isinstance(item, dict) and "@id" in item and not item.get("name"):
            target = next((node for node in found if node.get("@id") == item["@id"] and node.get("name")), None)
            resolved.append(target or item)
        else:
            resolved.append(item)
    return resolved


def many(value: Any) -> list[Any]:
    """A property as a list, whatever it was."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _parse(script: str) -> Any:
    """A script's value; half-broken ones are mended where that is safe, others are nothing."""
    text = _WRAPPERS.sub("", script.strip())
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass
    try:
        return json.loads(_TRAILING_COMMA.sub(r"\1", text), strict=False)
    except (ValueError, RecursionError):
        return None
