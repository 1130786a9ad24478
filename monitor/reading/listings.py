"""Reads listing pages by CSS selectors in Scrapy's dialect, so that any site can be followed without code."""

from __future__ import annotations

from typing import Final

from cssselect import SelectorError
from parsel import Selector, SelectorList

from monitor.model import ChannelReading, Lead, ListingRules
from monitor.reading import text, urls, wrong_body
from monitor.reading.dates import parse_date
from monitor.reading.encoding import decode
from monitor.reading.feed_leads import SUMMARY_LIMIT
from monitor.reading.memory import fingerprint, remember, unseen

ITEMS: Final = 1_000
"""The most items read of one page."""


def read_listing(
    body: bytes, url: str, content_type: str, rules: ListingRules, seen: bytes = b"", *, zone: str = ""
) -> ChannelReading:
    """Read a listing page by ``rules``. Total.

    Each item's link, title (the link's words when the rules name none), date and summary; a selector without
    ``::text`` or ``::attr()`` means the whole text of what it selects, and all texts it selects are joined, so that
    a date in several boxes is one. The next page is in ``next_urls`` even when all of this one is known: it may not
    have been had the last time.
    """
    document = decode(body, content_type, kind="html")
    if not document.strip():
        return ChannelReading(problem="the answer is empty where a listing page was due", seen=seen)
    try:
        page = Selector(text=text.lighten(document).replace("\x00", ""), type="html", base_url=url, huge_tree=False)
        items = page.css(rules.item)[:ITEMS]
        base = urls.absolute(page.css("base::attr(href)").get(""), url) or url
        found = [_lead(item, base, rules, position, zone) for position, item in enumerate(items)]
        following = _next(page, base, url, rules)
    except (SelectorError, ValueError) as trouble:
        return ChannelReading(problem=f"a selector of this listing cannot be used: {trouble}"[:300], seen=seen)
    leads = [lead for lead in found if lead is not None]
    if not leads:
        problem, wall = _explain(document, rules, len(items))
        return ChannelReading(total=len(items), problem=problem, blocked=wall, seen=seen)
    hashes = [
        fingerprint(f"{lead.url}\n{lead.title}\n{lead.published and lead.published.iso()}".encode()) for lead in leads
    ]
    fresh = unseen(hashes, seen)
    return ChannelReading(
        leads=tuple(leads[position] for position in fresh),
        total=len(items),
        seen=remember(seen, hashes),
        next_urls=following,
        title=text.clean(page.css("title::text").get("")),
    )


def _lead(item: Selector, base: str, rules: ListingRules, position: int, zone: str) -> Lead | None:
    link = item.css(rules.link)
    url = urls.absolute(_address(link), base)
    if not url:
        return None
    title = _words(item, rules.title) if rules.title else _link_words(item, link, base, url)
    date = _words(item, rules.date) if rules.date else ""
    return Lead(
        url=url,
        title=text.clean(title),
        summary=text.clean(_words(item, rules.summary), limit=SUMMARY_LIMIT) if rules.summary else "",
        published=parse_date(date, signal="listing:date", zone=zone) if date else None,
        position=position,
    )


def _address(selected: SelectorList[Selector]) -> str:
    """The address a selector names: its ``::attr()``, else the href of the element or of the first link in it."""
    for selector in selected:
        if isinstance(selector.root, str):
            return selector.root
        return str(selector.xpath("(self::*/@href | .//a/@href)[1]").get(""))
    return ""


def _link_words(item: Selector, link: SelectorList[Selector], base: str, url: str) -> str:
    """The words of the link itself, found by its address when the rule selects the attribute."""
    if link and not isinstance(link[0].root, str):
        return str(link[0].xpath("string(.)").get(""))
    for anchor in item.css("a[href]"):
        if urls.absolute(anchor.attrib["href"], base) == url and (words := anchor.xpath("string(.)").get("").strip()):
            return str(words)
    return ""


def _words(item: Selector, rule: str) -> str:
    """All texts a selector selects, in document order, joined by spaces."""
    texts = (
        found.root if isinstance(found.root, str) else found.xpath("string(.)").get("") for found in item.css(rule)[:20]
    )
    return " ".join(" ".join(words[: text.TEXT_LIMIT].split()) for words in texts)


def _next(page: Selector, base: str, url: str, rules: ListingRules) -> tuple[str, ...]:
    if not rules.next or rules.pages <= 1:
        return ()
    following = urls.absolute(_address(page.css(rules.next)), base)
    return (following,) if following and following != url and urls.same_site(following, url) else ()


def _explain(document: str, rules: ListingRules, items: int) -> tuple[str, bool]:
    """Why a page yields nothing, in words."""
    if items:
        return f"{items} items match {rules.item!r}, but none has a link at {rules.link!r}", False
    if not wrong_body.is_html(document) and "<" not in document[:1_000]:
        return wrong_body.explain(document, "a listing page")
    if wrong_body.is_wall(document):
        return wrong_body.explain(document, "a listing page")
    return f"nothing on the page matches the item selector {rules.item!r}", False
