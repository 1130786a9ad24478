"""Reading sitemaps."""

from __future__ import annotations

import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Precision
from monitor.reading.sitemaps import CHILDREN, NEWEST, read_sitemap

URL = "https://outlet.example/sitemap.xml"
OPEN = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
)
NEWS = OPEN + (
    "<url><loc>https://outlet.example/old</loc><lastmod>2026-08-01</lastmod></url>"
    "<url><loc>https://outlet.example/2026/08/07/story?a=1&amp;b=2</loc><lastmod>2026-08-07T16:00:00Z</lastmod>"
    "<news:news><news:publication><news:name>Outlet</news:name><news:language>en</news:language></news:publication>"
    "<news:publication_date>2026-08-07T11:04:05-04:00</news:publication_date>"
    "<news:title><![CDATA[CBP &amp; ICE]]></news:title></news:news>"
    "<image:image><image:loc>https://outlet.example/picture.jpg</image:loc></image:image></url>"
    "</urlset>"
)


def test_a_news_sitemap_tells_title_language_and_both_dates_newest_first() -> None:
    reading = read_sitemap(NEWS.encode(), URL, "application/xml")
    story, old = reading.leads
    assert story.url == "https://outlet.example/2026/08/07/story?a=1&b=2"
    assert (story.title, story.language, story.position) == ("CBP & ICE", "en", 0)
    assert story.published is not None
    assert story.updated is not None
    assert (story.published.iso(), story.published.signal) == ("2026-08-07T15:04:05Z", "sitemap:publication_date")
    assert story.updated.iso() == "2026-08-07T16:00:00Z"
    assert old.published is None
    assert old.updated is not None
    assert old.updated.precision is Precision.DAY
    assert (reading.total, reading.problem, reading.next_urls) == (2, "", ())


def test_only_what_is_new_or_changed_is_a_lead_again() -> None:
    first = read_sitemap(NEWS.encode(), URL)
    assert read_sitemap(NEWS.encode(), URL, seen=first.seen).leads == ()
    changed = NEWS.replace("2026-08-01", "2026-08-09")
    assert [lead.url for lead in read_sitemap(changed.encode(), URL, seen=first.seen).leads] == [
        "https://outlet.example/old"
    ]


def test_an_index_names_its_children_newest_first_and_bounded() -> None:
    children = "".join(
        f"<sitemap><loc>https://outlet.example/post-{n}.xml</loc><lastmod>2026-01-{n:02}</lastmod></sitemap>"
        for n in range(1, 29)
    )
    aside = "<sitemap><loc>/author-sitemap.xml</loc><lastmod>2026-12-01</lastmod></sitemap><sitemap><loc>https://evil.example/x.xml</loc></sitemap>"
    body = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{aside}{children}</sitemapindex>'
    reading = read_sitemap(body.encode(), URL, seen=b"12345678")
    assert reading.next_urls == tuple(f"https://outlet.example/post-{n}.xml" for n in range(28, 28 - CHILDREN, -1))
    assert (reading.leads, reading.total, reading.seen, reading.problem) == ((), 30, b"12345678", "")


def test_an_index_that_leads_nowhere_is_a_problem() -> None:
    body = b"<sitemapindex><sitemap><loc>https://elsewhere.example/x.xml</loc></sitemap></sitemapindex>"
    assert read_sitemap(body, URL).problem == "a sitemap index without children on its own site"


def test_gzip_is_known_by_its_first_bytes_and_bounded() -> None:
    assert len(read_sitemap(gzip.compress(NEWS.encode()), URL, "application/octet-stream").leads) == 2
    damaged = gzip.compress((OPEN + "<url><loc>https://outlet.example/a</loc></url>" * 5_000).encode())[:-20]
    assert read_sitemap(damaged, URL).total > 0
    assert read_sitemap(gzip.compress(b" " * 40_000_000), URL).problem != ""
    assert read_sitemap(b"\x1f\x8bnot gzip at all", URL).problem != ""


def test_plain_text_sitemaps() -> None:
    body = b"\xef\xbb\xbfhttps://outlet.example/a\r\nhttps://outlet.example/b\n\nnot an address\n"
    assert {lead.url for lead in read_sitemap(body, URL, "text/plain").leads} == {
        "https://outlet.example/a",
        "https://outlet.example/b",
    }


def test_a_feed_may_stand_for_a_sitemap() -> None:
    body = b"<rss><channel><item><title>t</title><link>https://outlet.example/a</link></item></channel></rss>"
    assert [lead.title for lead in read_sitemap(body, URL).leads] == ["t"]


def test_fifty_thousand_addresses_take_well_under_a_second_and_yield_the_newest() -> None:
    rows = "".join(
        f"<url><loc>https://outlet.example/{n}</loc><lastmod>20{n % 25:02}-01-01</lastmod></url>" for n in range(50_000)
    )
    started = time.process_time()
    reading = read_sitemap((OPEN + rows + "</urlset>").encode(), URL)
    assert time.process_time() - started < 3  # 0.3 s on an idle core
    assert (len(reading.leads), reading.total) == (NEWEST, 50_000)
    assert all(lead.updated is not None and lead.updated.at.year == 2024 for lead in reading.leads)


def test_without_dates_an_address_is_found_wherever_it_appears() -> None:
    addresses = [f"<url><loc>https://outlet.example/{n}</loc></url>" for n in range(3_000)]
    first = read_sitemap((OPEN + "".join(addresses) + "</urlset>").encode(), URL)
    assert len(first.leads) == NEWEST
    addresses.insert(1_234, "<url><loc>https://outlet.example/new</loc></url>")
    second = read_sitemap((OPEN + "".join(addresses) + "</urlset>").encode(), URL, seen=first.seen)
    assert [lead.url for lead in second.leads] == ["https://outlet.example/new"]


def test_a_sitemap_that_breaks_off_keeps_what_is_whole() -> None:
    reading = read_sitemap(NEWS.encode()[: NEWS.index("<image:image>")], URL)
    assert "https://outlet.example/old" in {lead.url for lead in reading.leads}
    assert reading.problem == "the sitemap breaks off"


@pytest.mark.parametrize(
    ("body", "words"),
    [(b"", "empty"), (b"<!doctype html><title>Not found</title>", "an HTML page"), (b"<opml/>", "<opml>"),
     (b"nothing here", "text where")],
)  # fmt: skip
def test_what_is_no_sitemap_is_said_in_words(body: bytes, words: str) -> None:
    reading = read_sitemap(body, URL, seen=b"12345678")
    assert words in reading.problem
    assert reading.seen == b"12345678"


def test_a_bot_wall_is_blocked() -> None:
    assert read_sitemap(b"<html><title>Just a moment...</title></html>", URL).blocked


def test_entities_are_not_expanded() -> None:
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(12))
    body = f"<!DOCTYPE urlset [{bomb}]><urlset><url><loc>https://outlet.example/&l11;</loc></url></urlset>"
    assert all("lollol" not in lead.url for lead in read_sitemap(body.encode(), URL).leads)


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    read_sitemap(body, URL)
    read_sitemap(OPEN.encode() + b"<url>" + body, URL)
