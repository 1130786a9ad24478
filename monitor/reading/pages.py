"""What a page is when it is no article: bot wall, consent wall, soft 404, paywall stub, redirect stub, listing.

Nothing refuses a page for one clue alone, because a real article refused is a story lost. The titles of walls count
only where there is little prose behind them; their scripts, which real articles carry too, only where there is next to
none; an address never decides by itself; and what declares itself an article is believed while it has a text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from monitor.model import Link, Verdict
from monitor.reading import jsonld
from monitor.reading import page_words as say
from monitor.reading.declared import Declared, words
from monitor.reading.encoding import decode
from monitor.reading.listing_pages import why_listing

Refusal = tuple[Verdict, str]
"""A verdict other than ARTICLE and its reason in words."""

_ARTICLE_OG = frozenset({"article", "news", "newsarticle", "blog", "blogpost", "story", "post", "news.article"})
_HTML_TAG = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|div|p|article|table|h1|span|script)\b", re.IGNORECASE
)
_RIGHTS = re.compile(r"©|\(c\) ?\d{4}|all rights reserved", re.IGNORECASE)
_FEED = re.compile(
    rb"^\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>)?\s*(?:<[?!][^>]{0,500}>\s*){0,9}"
    rb"<(?:rss|feed|rdf:RDF|urlset|sitemapindex|opml)\b",
    re.IGNORECASE,
)
_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"\x1f\x8b", b"RIFF")
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\x0b\x0c\r\x1b")  # ISO-2022-JP has escapes
_MAYBE_HTML = ("", "text/html", "application/xhtml+xml", "application/xml", "text/xml", "application/octet-stream")
_ENOUGH = 10_000  # characters of prose after which nobody counts on


def no_page(body: bytes, content_type: str) -> str:
    """Why this answer is no HTML page at all, or ``""`` when it is one, whatever its label says."""
    if not body.strip():
        return "the answer is empty"
    media = content_type.partition(";")[0].strip().lower()
    if body.startswith(_BINARY):
        return "a binary file, no page"
    if 0 in body[:200]:  # UTF-16, or no text at all
        body = decode(body[:131_072], content_type).encode("utf-8", "replace").replace(b"\x00", b"")
    start = body[:4_096]
    if _FEED.match(start):
        return "a feed or sitemap, no page"
    if 20 * (len(start) - len(start.translate(None, _CONTROLS))) > len(start):
        return "a binary file, no page"
    if media in _MAYBE_HTML:
        known = _HTML_TAG.search(body[:65_536])
    elif media.startswith("text/"):
        known = _HTML_TAG.match(start.lstrip())
    else:
        known = None
    return "" if known else f"no HTML ({media or 'no content type'})"


def before_text(tree: HtmlElement, declared: Declared, url: str) -> Refusal | None:
    """A verdict that needs no reading of the body, or None."""
    if claims_article(declared):
        return None
    prose = _prose(tree)
    heading = words(declared.h1[0], 200) if declared.h1 else ""
    titles = [text for text in (declared.title, heading) if text]
    called = f"{(titles or [''])[0][:80]!r}"
    if prose < 2_000 and any(say.WALL_TITLE.match(title) for title in titles):
        return Verdict.BLOCK, f"a bot wall or error page: {called}"
    if prose < 2_000 and any(say.LOGIN_TITLE.search(title) for title in titles) and _asks_password(tree):
        return Verdict.BLOCK, f"a log-in page: {called}"
    if prose < 300 and (stub := _stub(tree, declared, prose)):
        return stub
    at_consent = say.CONSENT_HOST.match(urlsplit(url).hostname or "")
    if at_consent or (prose < 6_000 and any(say.CONSENT_TITLE.match(title) for title in titles)):
        return Verdict.CONSENT, f"a consent page: {called}"
    if any(say.MISSING.match(title) for title in titles) or "error404" in _template(tree):
        return Verdict.MISSING, f"says the page is not there: {called}"
    return None


def _asks_password(tree: HtmlElement) -> bool:
    return any((field.get("type") or "").lower() == "password" for field in tree.iter("input"))


def after_text(
    tree: HtmlElement, declared: Declared, url: str, text: str, links: Sequence[Link] = ()
) -> Refusal | None:
    """A verdict on a page by the text that was read from it, or None: it is an article."""
    size = len(text)
    claimed = claims_article(declared)
    walled = is_paywalled(declared)
    stub = size < 400 and (walled or (claimed and size < 150 and walled is None))
    if stub and say.PAYWALL_WORDS.search(words(tree, 20_000)):
        return Verdict.PAYWALL, "only a teaser behind a paywall"
    listing = why_listing(tree, declared, url, text, links, template=_template(tree), claimed=claimed)
    if size < 300 and not claimed and _shell(declared, url, text):
        return Verdict.OTHER, "the site's empty shell: its text would come by script"
    if size == 0 or (size < 40 and not claimed):
        return (Verdict.LISTING, listing) if listing else (Verdict.OTHER, "no text to read")
    if size < 500 and not claimed:
        hits = len(say.CONSENT_WORDS.findall(text))
        if hits >= 4 and hits * 12 > len(text.split()):
            return Verdict.CONSENT, "nothing but a consent notice"
        if size < 300 and say.WALL_WORDS.search(text):
            return Verdict.BLOCK, "asks for a browser, JavaScript or a captcha instead of showing text"
        if say.MISSING.match(text[:120]):
            return Verdict.MISSING, "says the page is not there"
    if claimed and size < 2_000 and say.MISSING.match(text[:120]) and say.MISSING.match(declared.title[:200]):
        # Some sites dress their error page in the article template; then title and text say the same.
        return Verdict.MISSING, f"says the page is not there: {declared.title[:80]!r}"
    return (Verdict.LISTING, listing) if listing else None


def claims_article(declared: Declared) -> bool:
    """Whether the page declares itself one text: JSON-LD article, og:type article, a publication time."""
    if any(declared.article.get(key) for key in ("headline", "articleBody", "datePublished")):
        return True
    return declared.meta("og:type").lower() in _ARTICLE_OG or bool(declared.meta("article:published_time"))


def is_paywalled(declared: Declared) -> bool | None:
    """What the page says of itself: True behind a paywall, False free, None when it does not say."""
    for value in (*jsonld.many(declared.ld("isAccessibleForFree")), declared.meta("isaccessibleforfree")):
        if isinstance(value, bool):
            return not value
        if isinstance(value, str) and value:
            return value.strip().lower() in ("false", "no", "0")
    tier = declared.meta("article:content_tier", "og:article:content_tier").lower()
    return {"metered": True, "locked": True, "free": False}.get(tier)


def _stub(tree: HtmlElement, declared: Declared, prose: int) -> Refusal | None:
    """What a page with next to no prose is there for instead: a challenge, a redirect, a plea for JavaScript."""
    if prose < 200 and (found := _challenge(tree)):
        return Verdict.BLOCK, f"a bot challenge ({found})"
    if (refresh := say.REFRESH.match(declared.refresh)) and int(refresh[1]) <= 10:
        blocked = say.WALL_TARGET.search(refresh[2])
        return Verdict.BLOCK if blocked else Verdict.OTHER, f"only a redirect to {refresh[2][:80]}"
    text = words(tree, 6_000)
    if len(text) < 100:
        text = " ".join([text, *(element.text_content()[:1_000] for element in tree.iter("noscript"))])
    if say.WALL_WORDS.search(text):
        return Verdict.BLOCK, "asks for a browser, JavaScript or a captcha instead of showing text"
    return None


def _shell(declared: Declared, url: str, text: str) -> bool:
    """Whether the little text there is belongs to the site, not to a story."""
    home = urlsplit(declared.meta("og:url"))
    elsewhere = bool(home.netloc) and not home.path.strip("/") and bool(urlsplit(url).path.strip("/"))
    return elsewhere or bool(_RIGHTS.search(text) and len(text) < 200)


def _challenge(tree: HtmlElement) -> str:
    """A challenge's trace in scripts, ids or addresses, or ``""``."""
    for element in tree.iter("script", "form", "div", "iframe", "img", "link"):
        clues = [element.get(name) for name in ("src", "id", "class", "action")]
        if element.tag == "script":
            clues.append((element.text or "")[:20_000])
        for clue in clues:
            if clue and (found := say.WALL_MARKS.search(clue)):
                return found[0]
    return ""


def _prose(tree: HtmlElement) -> int:
    """Characters of running text: paragraphs, and long runs elsewhere. Counted up to a point, not extracted."""
    total = 0
    for element in tree.iter("p", "div", "td", "li", "article", "section", "blockquote", "span", "font", "br"):
        pieces = (element.text_content(),) if element.tag == "p" else (element.text, element.tail)
        total += sum(len(piece.strip()) for piece in pieces if piece and len(piece) > 60)
        if total > _ENOUGH:
            break
    return total


def _template(tree: HtmlElement) -> str:
    """The classes of the page's body element."""
    body = tree.find("body")
    return (body.get("class") or "") if body is not None else ""
