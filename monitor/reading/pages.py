"""What a page is when it is no article: bot walls, consent walls, soft 404s, paywall stubs, listings."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from monitor.model import Verdict
from monitor.reading import jsonld
from monitor.reading.declared import Declared, words

# Nothing here refuses a page for one clue alone: a real article lost is a story lost. Titles of walls count when there is no
# article text behind them; their scripts (which real articles carry too) only when there is next to none.
_WALL_TITLE = re.compile(
    r"^\W*(?:just a moment|one moment, please|attention required|access denied|access to this page has been denied|"
    r"pardon our interruption|please verify|verify you are (?:a )?human|verifying you are human|human verification|"
    r"are you a (?:robot|human)|robot or human|bot verification|bot protection|security check|checking your browser|ddos-guard|"
    r"client challenge|vercel security checkpoint|you have been blocked|sorry, you have been blocked|request rejected|request blocked|"
    r"403 forbidden|forbidden|error 403|403 error|429 too many|too many requests|unauthorized|401 unauthorized|error 1020|"
    r"(?:the )?request could not be satisfied|error: the request could not|"
    r"please wait|un momento|einen moment|un instant|nur einen moment|sucuri website firewall|"
    r"blocked|captcha|are you not a robot|validate your browser|(?:please )?enable javascript|javascript (?:is )?(?:required|disabled)|"
    r"503 service|service unavailable|temporarily unavailable|site under maintenance|502 bad gateway|bad gateway|"
    r"504 gateway|gateway time-?out|internal server error|500 internal)",
    re.IGNORECASE,
)
_WALL_MARKS = re.compile(
    r"cf-browser-verification|cf_chl_opt|challenge-platform/h/|cdn-cgi/challenge-platform|_cf_chl|cf-error-details|px-captcha|"
    r"_pxAppId|perimeterx|captcha-delivery\.com|geo\.captcha-delivery|_Incapsula_Resource|incap_ses|awsWafCookieDomainList|"
    r"AwsWafIntegration|challenge\.js\?|ddos-guard|sucuri_cloudproxy|/_sec/cp_challenge|akam/\d+/pixel|bm-verify|ak_bmsc|"
    r"distil_r_captcha|dstl|wsidchk|/httpservice/retry/enablejs|kpsdk|x-kpsdk|FingerprintJS|g-recaptcha|h-captcha|cf-turnstile|hcaptcha",
    re.IGNORECASE,
)
_WALL_WORDS = re.compile(
    r"reference #[0-9a-f.]{8,}|ray id\b|unusual (?:traffic|activity)|automated (?:requests|access|traffic|queries)|"
    r"you(?:'ve| have)? been blocked|don't have permission to access|please (?:complete|solve) (?:the|this) (?:captcha|security)|"
    r"press (?:&|and) hold|verify (?:that )?you(?:'re| are) (?:not a (?:robot|bot)|(?:a )?human)|you are (?:a )?human|not a robot|"
    r"checking (?:your browser|if the site connection is secure)|site connection is secure|browser is being verified|"
    r"enable (?:javascript|cookies|js)|javascript (?:is|to be) (?:disabled|required|enabled)|(?:requires|needs|need) javascript|"
    r"incident id|request id:|your (?:ip|browser) (?:address )?(?:has been|is)",
    re.IGNORECASE,
)
_MISSING_TITLE = re.compile(
    r"^\W*(?:(?:error\s*)?404\b(?!\s*(?:error|days|years|people|million))|(?:error\W+)?(?:page|file|article|story|content|document|url|post|item)\s+(?:was\s+|is\s+|could\s+)?"
    r"(?:not\s+(?:be\s+)?(?:found|available)|cannot be found|missing|unavailable)|not found\W*$|nothing (?:was )?found|no results|"
    r"(?:sorry|oops|uh[- ]oh|whoops)\b[^.]{0,60}(?:not|n't|no longer|nothing|gone|404|missing|wrong)|(?:we )?can(?:'t|not) find|"
    r"this page (?:doesn't|does not|isn't|is not|no longer)|seite (?:wurde )?nicht gefunden|page (?:introuvable|non trouv)|"
    r"p[áa]gina no encontrada|pagina non trovata|p[áa]gina n[ãa]o encontrada|pagina niet gevonden|object not found|http 404|"
    r"410 gone|error: not found|that page|dead link|beitrag nicht gefunden)",
    re.IGNORECASE,
)
_CONSENT_TITLE = re.compile(
    r"^\W*(?:before you continue|bevor sie (?:fortfahren|zu)|avant d'accéder|your privacy choices|we value your privacy|"
    r"privacy (?:settings|preferences|consent)|cookie (?:consent|settings|preferences|policy wall)|consent(?: |$)|datenschutz-?einstellungen|"
    r"zustimmung|accept cookies|cookies? on |gdpr|myprivacy|yahoo (?:is part of|ist teil|fait partie|est une)|privacy gate|"
    r"du hast die wahl|mit werbung weiterlesen)",
    re.IGNORECASE,
)
_CONSENT_WORDS = re.compile(
    r"\b(?:cookies?|consent|privacy|gdpr|datenschutz|einwilligung|zustimm\w*|partners?|personal data|personenbezogene)\b",
    re.IGNORECASE,
)
_CONSENT_HOST = re.compile(r"^(?:consent|guce|cmp|privacy-?mgmt|myprivacy|zustimmung)\.", re.IGNORECASE)
_PAYWALL_WORDS = re.compile(
    r"subscribe (?:now )?(?:to|for) (?:continue|read|keep reading|unlock|full|unlimited)|to (?:continue|keep) reading|"
    r"(?:log|sign) ?in (?:or \w+ )?to (?:continue|read|view|access)|(?:this|the) (?:article|story|content|post) is (?:for|only (?:for|available)|available (?:only )?to|reserved|exclusive)|"
    r"already a (?:subscriber|member)|subscribers? only|become a (?:subscriber|member) to|register to (?:continue|read)|"
    r"you(?:'ve| have) (?:reached|used|read) (?:your|all)|free articles?|create (?:a|your) free account|"
    r"weiterlesen mit|jetzt (?:abonnieren|weiterlesen)|nur für abonnenten|réservé aux abonnés|solo para suscriptores|purchase (?:a )?subscription|"
    r"for (?:print |digital )?subscribers|unlock this (?:article|story)|read the (?:full|rest of (?:the|this)) (?:article|story)",
    re.IGNORECASE,
)
_REFRESH = re.compile(r"^\s*(\d{1,4})(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?['\"]?(\S+)", re.IGNORECASE)
_LISTING_BODY = re.compile(
    r"(?:^|\s)(?:home|front-?page|archive|category|tag|search|search-results|author|blog|error404|date|page-node-type-landing-page|"
    r"node-type-landing-page|section-front|is-home|path-frontpage|tax-[\w-]+|post-type-archive)(?=\s|$)",
    re.IGNORECASE,
)
_SINGLE_BODY = re.compile(
    r"(?:^|\s)(?:single|single-post|singular|postid-\d+|single-format-\w+|node-type-(?:article|story|press-release|news|blog)\w*|page-node-type-\w*(?:article|news|story|release|blog)\w*|article(?:-page)?|story(?:-page)?)(?=\s|$)",
    re.IGNORECASE,
)
_LISTING_PATH = re.compile(
    r"^/(?:[a-z]{2}(?:-[a-z]{2})?/)?(?:(?:(?:category|categories|tags?|topics?|section|sections|author|authors|search|archives?|"
    r"label|keyword|keywords|page)(?:/[^/]+){0,3})|(?:news|latest|latest-news|politics|world|us|business|opinion|sports?|newsroom|"
    r"press-releases?|news-releases?|media-releases?|blog|all|stories|articles|home|media|press|releases))/?$",
    re.IGNORECASE,
)
_ARTICLE_OG = frozenset({"article", "news", "newsarticle", "blog", "blogpost", "story", "post", "news.article"})
_NO_TITLE_WORDS = re.compile(r"\W+")
_HEADLINE_LINKS = etree.XPath("//h2[.//a] | //h3[.//a] | //h4[.//a] | //a[.//h2 or .//h3 or .//h4]")
_BODY = etree.XPath("//body[1]")
_HTML_HINT = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|div|p|article|table|h1|span|script)\b", re.IGNORECASE
)
_XML_FEED = re.compile(
    rb"^\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>)?\s*(?:<!--.{0,500}?-->\s*)*<(?:rss|feed|rdf:RDF|urlset|sitemapindex|opml)\b",
    re.IGNORECASE | re.DOTALL,
)


def no_page(body: bytes, content_type: str) -> str:
    """Why this answer is no HTML page at all, or ``""`` when it is one (whatever its label says)."""
    start = body[:4_096]
    if not body.strip():
        return "the answer is empty"
    media = content_type.partition(";")[0].strip().lower()
    if _XML_FEED.match(start):
        return "a feed or sitemap, no page"
    if start.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"\x1f\x8b", b"RIFF")):
        return "a binary file, no page"
    looks = bool(_HTML_HINT.search(start) or _HTML_HINT.search(body[4_096:65_536]))
    if media in (
        "",
        "text/html",
        "application/xhtml+xml",
        "application/xml",
        "text/xml",
        "application/octet-stream",
        "text/plain",
    ):
        if looks and not (media == "text/plain" and not _HTML_HINT.match(start.lstrip())):
            return ""
        return f"no HTML ({media or 'no content type'})"
    if looks and media.startswith("text/"):
        return ""
    return f"no HTML ({media})"


def before_text(tree: HtmlElement, declared: Declared, url: str) -> tuple[Verdict, str] | None:
    """A verdict that needs no reading of the body: the wall, stub or consent page that is nothing else.

    Walls are small; a page with an article's declaration or with prose is left to ``after_text``.
    """
    if claims_article(declared):
        return None
    parts = urlsplit(url)
    prose = visible_prose(tree)
    heading = words(declared.h1[0], 200) if declared.h1 else ""
    titles = [text for text in (declared.title, heading) if text]
    if prose < 2_000:
        for title in titles:
            if _WALL_TITLE.match(title):
                return Verdict.BLOCK, f"a bot wall or error page: {title[:80]!r}"
    if prose < 600:
        if found := _marks(tree):
            return Verdict.BLOCK, f"a bot challenge ({found})"
        if refresh := _REFRESH.match(declared.refresh):
            target = refresh[2]
            if int(refresh[1]) <= 10:
                kind = Verdict.BLOCK if re.search(r"enablejs|captcha|challenge|verify", target, re.I) else Verdict.OTHER
                return kind, f"only a redirect to {target[:80]}"
        text = _text(tree)
        if _WALL_WORDS.search(text):
            return Verdict.BLOCK, "asks for a browser, JavaScript or a captcha instead of showing text"
    if _CONSENT_HOST.match(parts.hostname or "") or (prose < 6_000 and any(_CONSENT_TITLE.match(t) for t in titles)):
        return Verdict.CONSENT, f"a consent page: {(titles or [''])[0][:80]!r}"
    if any(_missing(title) for title in titles) or "error404" in _body_class(tree):
        return Verdict.MISSING, f"says the page is not there: {(titles or [''])[0][:80]!r}"
    return None


def after_text(tree: HtmlElement, declared: Declared, url: str, text: str, title: str) -> tuple[Verdict, str] | None:
    """A verdict on a page whose text has been read, or None: it is an article."""
    size = len(text)
    claimed = claims_article(declared)
    if size < 400 and is_paywalled(declared) is not False and _PAYWALL_WORDS.search(_text(tree, 20_000)):
        if is_paywalled(declared) or size < 150:
            return Verdict.PAYWALL, "only a teaser behind a paywall"
    if size < 40 and not claimed:
        return Verdict.OTHER, "no text to read"
    if size == 0:
        return Verdict.OTHER, "no text to read"
    if size < 500 and not claimed:
        hits = len(_CONSENT_WORDS.findall(text))
        if hits >= 4 and hits * 12 > len(text.split()):
            return Verdict.CONSENT, "nothing but a consent notice"
        if _WALL_WORDS.search(text) and size < 300:
            return Verdict.BLOCK, "asks for a browser, JavaScript or a captcha instead of showing text"
        if _missing(text[:120]):
            return Verdict.MISSING, "says the page is not there"
    if listing := _listing(tree, declared, url, text):
        return Verdict.LISTING, listing
    return None


def claims_article(declared: Declared) -> bool:
    """Whether the page declares itself one text: JSON-LD article, og:type article, a publication time."""
    if any(declared.article.get(key) for key in ("headline", "articleBody", "datePublished")):
        return True
    return declared.meta("og:type").lower() in _ARTICLE_OG or bool(declared.meta("article:published_time"))


def is_paywalled(declared: Declared) -> bool | None:
    """What the page says of itself: True behind a paywall, False free, None when it does not say."""
    for value in jsonld.many(declared.ld("isAccessibleForFree")):
        if isinstance(value, bool):
            return not value
        if isinstance(value, str):
            return value.strip().lower() in ("false", "no", "0")
    tier = declared.meta("article:content_tier", "og:article:content_tier").lower()
    if tier in ("metered", "locked"):
        return True
    return False if tier == "free" else None


def visible_prose(tree: HtmlElement) -> int:
    """Characters of running text: paragraphs' own words, which menus do not have. Counted, not extracted."""
    total = 0
    for element in tree.iter("p", "div", "td", "li", "article", "section", "blockquote", "span", "font", "br"):
        for piece in (element.text, element.tail):
            if piece and len(piece) > 60:
                total += len(piece.strip()) if not piece.isspace() else 0
        if total > 10_000:
            break
    return total


def _text(tree: HtmlElement, limit: int = 6_000) -> str:
    return words(tree, limit)


def _body_class(tree: HtmlElement) -> str:
    found = _BODY(tree)
    return str(found[0].get("class") or "") if found else ""


def _marks(tree: HtmlElement) -> str:
    """A challenge's trace in scripts, ids or addresses."""
    for element in tree.iter("script", "form", "div", "iframe", "img", "link"):
        for value in (
            element.get("src"),
            element.get("id"),
            element.get("class"),
            element.get("action"),
            (element.text or "")[:20_000] if element.tag == "script" else "",
        ):
            if value and (found := _WALL_MARKS.search(value)):
                return found[0]
    return ""


def _missing(title: str) -> bool:
    return bool(_MISSING_TITLE.match(title))


def _listing(tree: HtmlElement, declared: Declared, url: str, text: str) -> str:
    """Why the page is a list of stories rather than one, or ``""``.

    Several clues must agree; an address alone never decides, and a page that declares an article with as much text as
    one is one.
    """
    path = urlsplit(url).path
    single = bool(_SINGLE_BODY.search(_body_class(tree)))
    declared_article = claims_article(declared)
    clues = []
    if not path.strip("/") or _LISTING_PATH.match(path):
        clues.append("its address is a section's")
    kinds = {name for node in declared.nodes[:40] for name in jsonld.types(node)}
    if kinds & jsonld.LISTING_TYPES - {"itemlist"} and not declared.article:
        clues.append("it declares a collection")
    if _LISTING_BODY.search(_body_class(tree)) and not single:
        clues.append("its template is a list's")
    if declared.meta("og:type").lower() in ("website", "blog") and not declared.article:
        clues.append("it declares a site")
    heads = _HEADLINE_LINKS(tree)
    if len(heads) >= 8:
        clues.append(f"{len(heads)} linked headlines")
    short = max((len(paragraph) for paragraph in text.split("\n\n")), default=0) < 250
    if short:
        clues.append("no paragraph of a story's length")
    strong = len(clues) >= (4 if declared_article or single else 3)
    return "; ".join(clues) if strong and (short or len(heads) >= 8) else ""
