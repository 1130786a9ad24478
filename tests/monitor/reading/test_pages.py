"""What is no article is never one, and what is one hardly ever is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.model import Verdict
from monitor.reading.articles import read_page
from tests.monitor.reading.pages_of import PROSE, meta, page

SEEN = datetime(2026, 5, 1, tzinfo=UTC)
URL = "https://news.example.com/2026/04/02/officers-move-inland"


def verdict(body: bytes, url: str = URL, content_type: str = "text/html") -> Verdict:
    return read_page(body, url, content_type, SEEN, ()).verdict


WALLS = {
    "cloudflare": b"<html><head><title>Just a moment...</title></head><body><div id='cf-wrapper'>Checking your browser"
    b"<script>window._cf_chl_opt={}</script></div></body></html>",
    "akamai": b"<html><head><title>Access Denied</title></head><body><h1>Access Denied</h1>You don't have permission "
    b'to access "http://x.example/" here.<p>Reference #18.2d3e1702.1700000000.1a2b3c4d</p></body></html>',
    "perimeterx": b"<html><head><title>Access to this page has been denied</title></head><body>"
    b"<div id='px-captcha'></div><p>Press &amp; Hold to confirm you are a human (and not a bot).</p></body></html>",
    "datadome": b"<html><head><title>news.example.com</title></head><body><p>Please enable JS and disable any ad "
    b"blocker</p><script src='https://ct.captcha-delivery.com/c.js'></script></body></html>",
    "incapsula": b"<html><head><meta name='robots' content='noindex'></head><body><iframe id='main-iframe' "
    b"src='/_Incapsula_Resource?SWUDNSAI=31'>Request unsuccessful. Incapsula incident ID: 1-2</iframe></body></html>",
    "aws": b"<html><head><title>Human Verification</title></head><body>"
    b"<script>window.awsWafCookieDomainList=[]</script></body></html>",
    "javascript app": b"<html><head><title>Example</title></head><body><noscript>You need to enable JavaScript to run "
    b"this app.</noscript><div id='root'></div></body></html>",
    "enable-js redirect": b"<html><head><meta http-equiv='refresh' content='0;url=/retry/enablejs?x=1'></head><body>"
    b"</body></html>",
    "server error": b"<html><head><title>503 Service Temporarily Unavailable</title></head><body><h1>503</h1><hr>nginx"
    b"</body></html>",
}


@pytest.mark.parametrize("wall", WALLS)
def test_a_wall_is_a_block_and_says_why(wall: str) -> None:
    reading = read_page(WALLS[wall], URL, "text/html", SEEN, ())
    assert reading.verdict is Verdict.BLOCK
    assert reading.article is None
    assert reading.reason


def test_an_article_that_carries_a_walls_script_is_an_article() -> None:
    body = page(below="<script src='https://js.captcha-delivery.com/tags.js'></script><div class='g-recaptcha'></div>")
    assert verdict(body) is Verdict.ARTICLE


def test_an_article_about_being_blocked_is_an_article() -> None:
    assert verdict(page(title="Access denied: how a wall keeps readers out", h1="Access denied", prose=PROSE * 5)) is (
        Verdict.ARTICLE
    )


@pytest.mark.parametrize(
    "title", ["Page not found", "404 - Page Not Found | Example News", "Seite nicht gefunden", "Nothing found"]
)
def test_a_page_that_says_it_is_not_there_is_missing_though_it_answers_200(title: str) -> None:
    below = "".join(f"<h3><a href='/s{n}'>Another story of the day, number {n}</a></h3>" for n in range(12))
    body = page(title=title, h1=title.partition(" | ")[0], prose=("Sorry, we could not find it.",), below=below)
    assert verdict(body) is Verdict.MISSING


def test_a_number_in_a_headline_is_no_missing_page() -> None:
    assert verdict(page(title="404 days in detention", h1="404 days in detention")) is Verdict.ARTICLE


def test_a_consent_wall_is_a_consent_wall() -> None:
    body = page(
        title="Before you continue",
        h1="",
        prose=("We and our partners use cookies and personal data. Manage your privacy and consent here.",),
    )
    assert verdict(body) is Verdict.CONSENT
    assert verdict(body, url="https://consent.example.com/v2/collect") is Verdict.CONSENT


def test_a_meta_refresh_stub_is_no_article() -> None:
    stub = b"<html><head><meta http-equiv='refresh' content='0; url=https://example.org/x'></head>Moved.</html>"
    assert verdict(stub) is Verdict.OTHER


def test_a_page_that_reloads_itself_now_and_then_is_an_article() -> None:
    assert verdict(page(head="<meta http-equiv='refresh' content='300'>")) is Verdict.ARTICLE


def test_a_teaser_behind_a_wall_is_a_paywall_and_a_full_text_is_not() -> None:
    locked = {"@type": "NewsArticle", "headline": "Officers move inland", "isAccessibleForFree": False}
    teaser = page(ld=locked, prose=("Officers are moving.",), below="<p>Subscribe to continue reading this story.</p>")
    assert verdict(teaser) is Verdict.PAYWALL
    reading = read_page(page(ld=locked), URL, "text/html", SEEN, ())
    assert reading.verdict is Verdict.ARTICLE
    assert reading.article is not None
    assert reading.article.paywalled


def test_a_section_front_is_a_listing() -> None:
    cards = "".join(
        f"<article><h2><a href='/2026/04/0{n % 9}/story-{n}'>Headline number {n} of the day</a></h2>"
        f"<p>A short teaser for story {n}.</p></article>"
        for n in range(20)
    )
    body = page(h1="", title="News | Example News", head=meta(og__type="website"), prose=(), below=cards)
    assert verdict(body, url="https://news.example.com/news") is Verdict.LISTING
    assert verdict(body, url="https://news.example.com/") is Verdict.LISTING


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example.com",
        "https://news.example.com/",
        "https://news.example.com/?p=17",
        "https://x.example/blog",
    ],
)
def test_an_article_at_a_fronts_address_is_an_article(url: str) -> None:
    assert verdict(page(), url=url) is Verdict.ARTICLE


def test_a_short_article_without_any_metadata_is_an_article() -> None:
    body = b"<html><body><h1>Bridge closed</h1><p>The bridge is closed until Friday, the agency said in a notice.</p>"
    assert verdict(body) is Verdict.ARTICLE


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"User-agent: *\nDisallow: /\n", "text/plain"),
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"", "text/html"),
        (b"   \n", "text/html"),
        (b"<?xml version='1.0'?><rss version='2.0'><channel/></rss>", "text/xml"),
        (b"<?xml version='1.0'?><!-- x --><urlset></urlset>", "text/html"),
        (b'{"a": 1}', "application/json"),
        (b"\x89PNG\r\n", "text/html"),
    ],
)
def test_what_is_no_html_is_no_page(body: bytes, content_type: str) -> None:
    assert verdict(body, content_type=content_type) is Verdict.OTHER


@pytest.mark.parametrize("content_type", ["", "text/html; charset=utf-8", "application/octet-stream", "text/HTML"])
def test_html_is_read_whatever_its_label(content_type: str) -> None:
    assert verdict(page(), content_type=content_type) is Verdict.ARTICLE


def test_a_shell_that_waits_for_its_script_is_no_article() -> None:
    head = meta(og__type="website", og__title="Example News", og__url="https://news.example.com")
    body = page(title="Example News", h1="", head=head, prose=("© 2026 Example News. All rights reserved.",))
    assert verdict(body) is Verdict.OTHER
