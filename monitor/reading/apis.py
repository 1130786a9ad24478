"""Reads JSON APIs by dotted paths."""

from __future__ import annotations

import json
from typing import Any, Final

from monitor.model import ApiRules, ChannelReading, Dated, Lead
from monitor.reading import text, urls, wrong_body
from monitor.reading.dates import parse_date
from monitor.reading.encoding import decode
from monitor.reading.feed_leads import SUMMARY_LIMIT, byline_of, title_of
from monitor.reading.json_body import BadJson, at_path, parse_json, text_at
from monitor.reading.memory import fingerprint, remember, unseen

ITEMS: Final = 1_000
"""The most items read of one answer."""

_KEYS: Final = ("uuid", "guid", "id")


def read_api(body: bytes, url: str, content_type: str, rules: ApiRules, seen: bytes = b"") -> ChannelReading:
    """Read a JSON answer by ``rules``. Total. Texts may be HTML; dates may be epochs, as numbers or as text."""
    document = decode(body, content_type, kind="json")
    try:
        answer = parse_json(document)
    except BadJson as trouble:
        if document.strip() and document.lstrip()[0] not in "{[":
            problem, wall = wrong_body.explain(document, "JSON")
            return ChannelReading(problem=problem, blocked=wall, seen=seen)
        return ChannelReading(problem=str(trouble), seen=seen)
    items = at_path(answer, rules.items)
    if not isinstance(items, list):
        return ChannelReading(problem=_no_items(answer, rules.items), seen=seen)
    known = [item for item in items[:ITEMS] if isinstance(item, dict)]
    hashes = [fingerprint(json.dumps(item, sort_keys=True).encode()) for item in known]
    leads = [_lead(known[position], url, rules, position, hashes[position].hex()) for position in unseen(hashes, seen)]
    told = tuple(lead for lead in leads if lead is not None)
    problem = ""
    if leads and not told:
        problem = f"none of {len(leads)} items has anything at {rules.link!r} or {rules.title!r}"
    return ChannelReading(
        leads=told, total=len(known), seen=seen if problem else remember(seen, hashes), problem=problem
    )


def _lead(item: Any, url: str, rules: ApiRules, position: int, made: str) -> Lead | None:
    link = urls.absolute(text_at(item, rules.link), url)
    title = title_of(text_at(item, rules.title))
    if not link and not title:
        return None
    key = next((found for name in _KEYS if (found := text_at(item, name))), "")
    story = text.read_fragment(text_at(item, rules.body), link or url)
    brief = text.read_fragment(text_at(item, rules.summary), link or url)
    published = _date(item, rules.date, "api:date")
    updated = _date(item, rules.updated, "api:updated")
    return Lead(
        url=link or urls.made_address(url, key or made),
        key=text.clean(key),
        title=title,
        summary=brief.line[:SUMMARY_LIMIT].rstrip(),
        text=story.text,
        byline=byline_of((text_at(item, rules.byline),)),
        published=published or updated,
        updated=updated,
        position=position,
        links=story.links or brief.links,
    )


def _date(item: Any, path: str, signal: str) -> Dated | None:
    written = text_at(item, path)
    return parse_date(written, signal=f"{signal}", zone="") if written else None


def _no_items(answer: Any, path: str) -> str:
    what = (
        f"an object of {', '.join(map(str, list(answer)[:8]))}" if isinstance(answer, dict) else type(answer).__name__
    )
    return text.clean(
        f"no array at {path!r}; the answer is {what}" if path else f"the answer is no array but {what}", limit=300
    )
