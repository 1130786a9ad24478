"""One page, one reading: bytes in, a verdict and the article out.

    bytes ─ decode ─ parse ─ declared ─► wall? ─► site's rules, else the general body ─► listing? ─► article
                              (once)                                                                   │
      address  title  byline  dateline  published  modified  language  kind  links  ◄──────────────────┘

Pure and bounded: nothing here touches disk, clock or network, and no page is walked by recursion.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lxml import etree, html
from lxml.html import HtmlElement

from monitor.model import Article, PageReading, SiteRules, StoryKind, Verdict
from monitor.reading import jsonld, pages
from monitor.reading.addresses import find_address
from monitor.reading.bodies import Body, extract_body
from monitor.reading.bylines import find_byline
from monitor.reading.datelines import find_dateline
from monitor.reading.declared import Declared, gather
from monitor.reading.encoding import decode
from monitor.reading.kinds import find_kind
from monitor.reading.language import find_language
from monitor.reading.published import find_times
from monitor.reading.sites import SiteReading, applicable, read_site
from monitor.reading.text import clean, lighten
from monitor.reading.titles import find_title, tidy
from monitor.reading.urls import cited_domains

MOST_BYTES = 16 * 1024 * 1024
"""What a page may weigh; the rest is cut off before it is parsed."""


def read_page(
    capture_body: bytes,
    url: str,
    content_type: str,
    seen_at: datetime,
    rules: tuple[SiteRules, ...],
    lead_title: str = "",
) -> PageReading:
    """What the page at ``url`` (the address that answered) turned out to be, and its article when it is one.

    ``content_type`` is the HTTP header as it came; ``seen_at`` aware UTC, the date after which a page's own dates are
    doubted; ``rules`` all the sites' rules, of which those for this address are picked; ``lead_title`` what the channel
    called the story. Never raises for what a page contains.
    """
    if reason := pages.no_page(capture_body, content_type):
        return PageReading(verdict=Verdict.OTHER, reason=reason)
    tree = parse(decode(capture_body[:MOST_BYTES], content_type))
    if tree is None:
        return PageReading(verdict=Verdict.OTHER, reason="nothing in it can be parsed")
    declared = gather(tree)
    if early := pages.before_text(tree, declared, url):
        return PageReading(verdict=early[0], reason=early[1])
    site = read_site(tree, url, applicable(rules, url))
    body = (
        site.body
        if site is not None
        else extract_body(tree, url=url, declared=jsonld.first(declared.ld("articleBody")))
    )
    title, title_signal = _title(declared, site, lead_title)
    if site is None and (late := pages.after_text(tree, declared, url, body.text, body.links)):
        return PageReading(verdict=late[0], reason=late[1])
    article = _article(tree, declared, site, body, url=url, seen_at=seen_at, title=(title, title_signal))
    return PageReading(verdict=Verdict.ARTICLE, article=article)


def parse(text: str) -> HtmlElement | None:
    """The page's tree, None when there is nothing to parse; comments and processing instructions are gone."""
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return html.document_fromstring(lighten(text).replace("\x00", "").encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _article(
    tree: HtmlElement,
    declared: Declared,
    site: SiteReading | None,
    body: Body,
    *,
    url: str,
    seen_at: datetime,
    title: tuple[str, str],
) -> Article:
    rules = site.rules if site is not None else None
    address, address_signal, elsewhere = find_address(url, declared)
    byline, byline_signal = find_byline(declared, selected=site.bylines if site is not None else ())
    times = find_times(
        tree,
        declared,
        url=address,
        seen_at=seen_at,
        selected=site.dates if site is not None else (),
        formats=rules.date_formats if rules is not None else (),
        zone=rules.timezone if rules is not None else "",
    )
    language, language_signal = find_language(body.text, declared.language, declared.meta("og:locale"))
    kind, kind_signal = _kind(url, declared, rules)
    signals = {
        "url": address_signal,
        "title": title[1],
        "byline": byline_signal,
        "published": times.published.signal if times.published is not None else "",
        "published_as": times.raw,
        "modified": times.modified.signal if times.modified is not None else "",
        "language": language_signal,
        "kind": kind_signal,
        "body": f"{body.confidence:.2f}",
    }
    return Article(
        url=address,
        title=title[0],
        text=body.text,
        byline=byline,
        dateline=find_dateline(body.text),
        published=times.published,
        modified=times.modified,
        language=language,
        kind=kind,
        links=body.links,
        cited_domains=cited_domains(body.links, own=address),
        declared_url=elsewhere,
        site_name=clean(declared.meta("og:site_name") or jsonld.first(declared.ld("publisher"))),
        extractor=body.extractor,
        signals={field: signal for field, signal in signals.items() if signal},
        paywalled=bool(pages.is_paywalled(declared)),
    )


def _title(declared: Declared, site: SiteReading | None, lead_title: str) -> tuple[str, str]:
    strip: Sequence[str] = site.rules.strip_title if site is not None else ()
    if site is not None and site.title:
        shown, _ = find_title(Declared(metas={"og:title": [site.title]}), strip=strip)
        if shown:
            return shown, "site"
    title, signal = find_title(declared, strip=strip, lead_title=lead_title)
    return (title, signal) if title else (tidy(lead_title), "lead" if lead_title else "")


def _kind(url: str, declared: Declared, rules: SiteRules | None) -> tuple[StoryKind, str]:
    return find_kind(url, declared, rules.kind if rules is not None else None)
