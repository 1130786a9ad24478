"""Pages that lie about their encoding, address or existence are read for what they are."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from monitor.model import PageReading, Verdict
from monitor.reading.articles import read_page

_TEXT = (
    "The agency said on Tuesday that it would move four hundred officers from the border to three cities.",
    "Officials in the region were told of the shift last week; how long the officers would stay they did not say.",
    "Lawmakers have asked for a briefing, and the union says its members were given two days of notice, no more.",
)


def page(title: str = "Café officers leave", *paragraphs: str, head: str = "") -> str:
    """An article page that declares itself one."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs or _TEXT)
    return (
        f'<!doctype html><html><head><title>{title}</title><meta property="article:published_time" '
        f'content="2026-01-02T10:00:00Z">{head}</head><body><article><h1>{title}</h1>{body}</article></body></html>'
    )


def read(body: bytes, content_type: str = "text/html", url: str = "http://example.org:81/a") -> PageReading:
    return read_page(body, url, content_type, datetime(2026, 1, 3, tzinfo=UTC), ())


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (page().encode("utf-16"), "text/html"),
        (page().encode("utf-16-be"), "text/html; charset=utf-16be"),
        (page().encode("utf-16-le"), "text/html"),
        (page(head='<meta charset="utf-16">').encode(), "text/html"),
        (page().encode(), "text/html; charset=utf-16"),
        (page().encode(), "text/html; charset=utf-32"),
    ],
)
def test_an_article_is_read_whatever_becomes_of_utf_16(body: bytes, content_type: str):
    reading = read(body, content_type)
    assert reading.verdict is Verdict.ARTICLE
    assert reading.article is not None
    assert reading.article.title == "Café officers leave"
    assert _TEXT[0] in reading.article.text


def test_noise_labelled_as_html_is_no_article():
    noise = random.Random(1).randbytes(300_000).replace(b"\x00", b"<p>")
    assert read(b"<html><body><p>" + noise).verdict is Verdict.OTHER


def test_a_canonical_address_on_another_port_is_recorded_but_not_believed():
    reading = read(page(head='<link rel="canonical" href="http://example.org:82/b">').encode())
    assert reading.article is not None
    assert reading.article.url == "http://example.org:81/a"
    assert reading.article.declared_url == "http://example.org:82/b"


def test_an_error_page_in_the_article_template_is_no_article():
    missing = page("Page not found", "Sorry, the page you were looking for could not be found. Try our search.")
    assert read(missing.encode()).verdict is Verdict.MISSING
    assert read(page("404 - Page Not Found", "Sorry, we could not find that page.", *_TEXT).encode()).verdict is (
        Verdict.MISSING
    )


def test_an_article_about_missing_pages_is_one():
    told = page("Page not found: agency deletes its shift data", *_TEXT)
    assert read(told.encode()).verdict is Verdict.ARTICLE
