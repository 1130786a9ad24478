"""The one door for channels of every kind."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model import ApiRules, Channel, ChannelKind, ListingRules
from monitor.reading.channels import read_channel

URL = "https://site.example/channel"
CHANNELS = {
    kind: Channel(
        source="site",
        kind=kind,
        url=URL,
        listing=ListingRules(item="li", link="a", date="b, i", next="a", pages=2),
        api=ApiRules(items="items"),
    )
    for kind in ChannelKind
}
BODIES = {
    ChannelKind.FEED: b"<rss><channel><item><title>t</title><link>/a</link></item></channel></rss>",
    ChannelKind.SITEMAP: b"<urlset><url><loc>https://site.example/a</loc></url></urlset>",
    ChannelKind.LISTING: b"<ul><li><a href=/a>t</a></li></ul>",
    ChannelKind.API: b'{"items": [{"url": "/a", "title": "t"}]}',
}


@pytest.mark.parametrize("kind", ChannelKind)
def test_each_kind_is_read_as_what_it_is_and_remembered(kind: ChannelKind) -> None:
    reading = read_channel(BODIES[kind], URL, "", CHANNELS[kind])
    assert [lead.url for lead in reading.leads] == ["https://site.example/a"]
    assert read_channel(BODIES[kind], URL, "", CHANNELS[kind], reading.seen).leads == ()


@pytest.mark.parametrize("kind", [ChannelKind.LISTING, ChannelKind.API])
def test_rules_that_are_missing_are_a_problem(kind: ChannelKind) -> None:
    reading = read_channel(b"x", URL, "", Channel(source="s", kind=kind, url=URL), b"12345678")
    assert "configured" in reading.problem
    assert reading.seen == b"12345678"


def test_the_door_can_be_sent_to_a_worker() -> None:
    assert pickle.loads(pickle.dumps(read_channel)) is read_channel


_pieces = st.sampled_from(
    [b'<rss version="2.0">', b"<channel>", b"<item>", b"</item>", b"<title>", b"</title>", b"<link>", b"</link>",
     b"<entry>", b"</entry>", b'<feed xmlns="http://www.w3.org/2005/Atom">', b"<![CDATA[", b"]]>", b"<!--", b"-->",
     b"<?x", b"?>", b"&amp;", b"&nbsp;", b"&", b"&#0;", b"&#xD800;", b"http://x.example/a", b"\x00", b"\xff",
     b"\xc3\xa9", b"</channel></rss>", b"<urlset><url><loc>", b"</loc></url>", b'{"items":[{"url":"/a"', b"}]}",
     b"<html>", b'<li><a href="', b'">', b"</li>", b"\x1f\x8b", b"'", b'"', b"<!DOCTYPE x [<!ENTITY a 'b'>]>"]
)  # fmt: skip


@settings(max_examples=200, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(_pieces | st.binary(max_size=4), max_size=25).map(b"".join), st.sampled_from(list(CHANNELS.values())))
def test_whatever_comes_leads_are_clean_and_on_the_web(body: bytes, channel: Channel) -> None:
    reading = read_channel(body, URL, "", channel)
    for lead in reading.leads:
        assert lead.url.startswith(("http://", "https://"))
        "".join((lead.key, lead.title, lead.summary, lead.text, lead.byline)).encode()
    assert len(reading.seen) % 8 == 0
    assert "\n" not in reading.problem
