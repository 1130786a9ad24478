"""Reading a page by a site's rules: the newest markup version whose title and body are both there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast
from urllib.parse import urlsplit

from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from monitor.model import SiteRules
from monitor.reading.bodies import Body, body_of
from monitor.reading.boilerplate import trimmed
from monitor.reading.declared import words
from monitor.reading.urls import host


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteReading:
    """What a site's own markup gives: its title and body, and the texts standing where date and byline are shown."""

    rules: SiteRules
    title: str
    body: Body
    dates: tuple[str, ...] = ()
    bylines: tuple[str, ...] = ()


def applicable(rules: Iterable[SiteRules], url: str) -> tuple[SiteRules, ...]:
    """The rules for this address, newest markup first."""
    name, path = host(url), urlsplit(url).path
    return tuple(
        rule
        for rule in rules
        if any(name == domain or name.endswith("." + domain) for domain in rule.domains)
        and (not rule.article_path or re.search(rule.article_path, path))
    )


def read_site(tree: HtmlElement, url: str, rules: Sequence[SiteRules]) -> SiteReading | None:
    """The page by the first of ``rules`` whose title and body match, or None."""
    for rule in rules:
        title = next((text for element in _select(tree, rule.title) if (text := words(element))), "")
        if rule.title and not title:
            continue
        body = _body(tree, url, rule)
        if not body.text:
            continue
        return SiteReading(
            rules=rule,
            title=title,
            body=body,
            dates=tuple(_stamps(tree, rule.date)),
            bylines=tuple(words(element, 300) for element in _select(tree, rule.byline)[:10]),
        )
    return None


def _body(tree: HtmlElement, url: str, rule: SiteRules) -> Body:
    """The text of everything the first matching body selector finds, without what the site repeats on each page."""
    for selector in rule.body:
        elements = _outermost(_select(tree, (selector,)))
        parts = [body_of(element, url=url, drop=rule.drop) for element in elements[:500]]
        paragraphs = [paragraph for part in parts for paragraph in part.text.split("\n\n") if paragraph]
        told = [text for text in paragraphs if not any(re.search(pattern, text) for pattern in rule.drop_text)]
        # Once more over the whole: a site that gives each paragraph a box of its own has no edges inside one.
        kept = [told[at] for at in trimmed(told)]
        if kept:
            links = tuple(dict.fromkeys(link for part in parts for link in part.links))
            name = f"site:{rule.site}" + (f"/{rule.version}" if rule.version else "")
            return replace(parts[0], text="\n\n".join(kept), links=links, extractor=name, confidence=1.0)
    return Body()


def _stamps(tree: HtmlElement, selectors: Sequence[str]) -> Iterable[str]:
    for element in _select(tree, selectors)[:10]:
        yield element.get("datetime") or element.get("content") or words(element, 200)


def _select(tree: HtmlElement, selectors: Sequence[str]) -> list[HtmlElement]:
    """What the first selector that finds anything finds."""
    for selector in selectors:
        found = cast("list[HtmlElement]", _compiled(selector)(tree))  # CSS finds elements and nothing else
        if found:
            return found
    return []


def _outermost(elements: Sequence[HtmlElement]) -> list[HtmlElement]:
    """``elements`` without those inside another of them."""
    chosen = set(elements)
    return [element for element in elements if not any(above in chosen for above in element.iterancestors())]


@lru_cache(maxsize=512)
def _compiled(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")
