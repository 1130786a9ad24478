"""Finding the channels that a page names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import ChannelKind
from monitor.reading.discovery import MOST, discover

URL = "https://www.site.example/"

PAGE = b"""<!doctype html><html><head><title>Site</title>
<link rel="alternate" type="application/rss+xml" title="Site" href="/feed/">
<link rel="alternate" type="application/rss+xml" title="Comments Feed" href="/replies/feed/">
<link rel="alternate" type="application/rss+xml" title="Site" href="/comments/feed/">
<link rel="alternate" type="application/atom+xml; charset=utf-8" href="https://feeds.example/atom">
<link rel="ALTERNATE" type="application/feed+json" href="/feed.json">
<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">
<link rel="alternate" type="application/json+oembed" href="/oembed?url=x">
<link rel="alternate" hreflang="es" href="/es/">
<link rel="sitemap" type="application/xml" href="/sitemap_index.xml">
</head><body><a href="/topics/border/feed/">Border</a> <a href="/rss.xml">RSS</a> <a href="rss/news.xml">News</a>
<a href="/about">About</a> <a href="https://elsewhere.example/feed/">Other</a> <a href="/news-sitemap.xml">Map</a>
<a href="/feedback">Feedback</a> <a href="javascript:void(0)">x</a></body></html>"""


def test_declared_channels_come_first_then_links_that_look_like_them() -> None:
    found = discover(PAGE, URL, "text/html", source="site")
    assert [(channel.kind, channel.url) for channel in found] == [
        (ChannelKind.FEED, "https://www.site.example/feed/"),
        (ChannelKind.FEED, "https://feeds.example/atom"),
        (ChannelKind.FEED, "https://www.site.example/feed.json"),
        (ChannelKind.SITEMAP, "https://www.site.example/sitemap_index.xml"),
        (ChannelKind.FEED, "https://www.site.example/topics/border/feed/"),
        (ChannelKind.FEED, "https://www.site.example/rss.xml"),
        (ChannelKind.FEED, "https://www.site.example/rss/news.xml"),
        (ChannelKind.SITEMAP, "https://www.site.example/news-sitemap.xml"),
    ]
    assert all(channel.discovered and channel.source == "site" for channel in found)


def test_a_feed_offers_itself() -> None:
    (channel,) = discover(b"<?xml version='1.0'?><rss><channel/></rss>", "https://www.site.example/feed")
    assert (channel.kind, channel.url) == (ChannelKind.FEED, "https://www.site.example/feed")


def test_a_page_without_channels_offers_none_and_one_with_thousands_a_few() -> None:
    assert discover(b"<html><p>nothing</p></html>", URL) == ()
    assert discover(b"", URL) == ()
    assert len(discover(b"".join(b'<a href="/%d/feed">f</a>' % n for n in range(5_000)), URL)) == MOST


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    discover(body, URL)
    discover(b'<link rel=alternate type="application/rss+xml" href="' + body, URL)
