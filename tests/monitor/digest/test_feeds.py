"""A feed says what the archive says, in XML and JSON that any reader takes, whatever the titles hold."""

from __future__ import annotations

import json

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.digest.feeds import FORMATS, Entry, Feed, written


def feed(*entries: Entry) -> Feed:
    return Feed(title="Shiftwatch: border", identity="urn:shiftwatch:1", entries=entries, url="https://x.example/f")


def entry(id_: int = 1, **over: str) -> Entry:
    given_ = {
        "url": f"https://a.example/{id_}?a=1&b=2",
        "title": "Agents <moved> & more",
        "source": "a.example",
        "published": "2026-05-12",
        "seen": "2026-05-12T08:00:00Z",
        "summary": "In short.",
        **over,
    }
    return Entry(id=id_, **given_)


@pytest.mark.parametrize("kind", ["atom", "rss"])
def test_a_reader_finds_what_was_written(kind: str):
    read = feedparser.parse(written(feed(entry()), kind))
    assert not read.bozo
    (one,) = read.entries
    assert one.link == one.id == "https://a.example/1?a=1&b=2"
    assert one.published.startswith("2026-05-12" if kind == "atom" else "Tue, 12 May 2026")
    assert "moved" in one.title


def test_a_json_feed_has_what_its_standard_wants():
    whole = json.loads(written(feed(entry()), "json"))
    assert whole["version"] == "https://jsonfeed.org/version/1.1"
    assert whole["items"][0]["date_published"] == "2026-05-12T00:00:00Z"
    assert whole["items"][0]["title"] == "Agents <moved> & more"


@pytest.mark.parametrize("kind", FORMATS)
def test_an_empty_feed_is_a_feed(kind: str):
    assert written(feed(), kind)


@settings(deadline=None)
@given(title=st.text(), summary=st.text(), byline=st.text(), kind=st.sampled_from(FORMATS))
def test_any_text_makes_a_well_formed_feed(title: str, summary: str, byline: str, kind: str):
    content = written(feed(entry(title=title, summary=summary, byline=byline)), kind)
    if kind == "json":
        assert len(json.loads(content)["items"]) == 1
    else:
        from lxml import etree

        root = etree.fromstring(content)
        assert len(root.xpath("//*[local-name() = 'entry' or local-name() = 'item']")) == 1


@pytest.mark.parametrize("kind", FORMATS)
def test_an_address_that_is_no_web_address_is_no_link(kind: str):
    assert b"javascript" not in written(feed(entry(url="javascript:alert(1)")), kind)
