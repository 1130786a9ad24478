"""Reading feeds: every dialect, every omission, and what is no feed at all."""

from __future__ import annotations

import gzip
import json
import pickle
from datetime import timedelta

import pytest

from monitor.model import ChannelReading, Lead, Precision
from monitor.reading.feeds import read_feed

URL = "https://agency.example/news/feed"

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">
<channel><title>Agency &amp; News</title><link>https://agency.example/</link>
<atom:link href="https://agency.example/feed" rel="self" type="application/rss+xml"/>
<language>en-US</language><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>
{items}
</channel></rss>"""


def rss(*items: str) -> bytes:
    return RSS.replace("{items}", "\n".join(f"<item>{item}</item>" for item in items)).encode()


def only(reading: ChannelReading) -> Lead:
    assert reading.problem == ""
    (lead,) = reading.leads
    return lead


def test_an_rss_entry_with_everything() -> None:
    lead = only(
        read_feed(
            rss(
                "<title>CBP redeploys agents &amp;amp; equipment</title><link>https://agency.example/a?x=rss</link>"
                '<guid isPermaLink="false">a-1</guid><dc:creator><![CDATA[Jane Roe]]></dc:creator>'
                "<dc:creator>By Joe Doe</dc:creator>"
                "<pubDate>Fri, 07 Aug 2026 15:04:05 EDT</pubDate><category>Border</category>"
                "<description><![CDATA[<p>A <b>short</b> summary.</p><p>The post <a href='/a'>CBP</a> appeared "
                "first on <a href='/'>Agency</a>.</p>]]></description>"
                '<content:encoded><![CDATA[<p>First.</p><p>Second, see <a href="/b">the release</a>.</p>'
                "<script>x()</script>]]>"
                "</content:encoded><media:content url='https://agency.example/i.jpg'><media:title>Picture</media:title>"
                "<media:description>Caption.</media:description></media:content>"
            ),
            URL,
        )
    )
    assert lead.url == "https://agency.example/a?x=rss"
    assert (lead.key, lead.title) == ("a-1", "CBP redeploys agents & equipment")
    assert lead.summary == "A short summary."
    assert lead.text == "First.\n\nSecond, see the release."
    assert (lead.byline, lead.language) == ("Jane Roe, Joe Doe", "en")
    assert lead.published is not None
    assert (lead.published.iso(), lead.published.signal) == ("2026-08-07T19:04:05Z", "feed:published")
    assert [(link.url, link.text) for link in lead.links] == [("https://agency.example/b", "the release")]


def test_the_feed_tells_of_itself() -> None:
    reading = read_feed(rss("<title>a</title>"), URL)
    assert (reading.title, reading.self_url) == ("Agency & News", "https://agency.example/feed")
    assert reading.ttl == timedelta(minutes=30)
    assert (reading.total, reading.problem, reading.blocked) == (1, "", False)


@pytest.mark.parametrize(
    ("told", "ttl"),
    [("<ttl>15</ttl>", timedelta(minutes=15)), ("<ttl>999999</ttl>", timedelta(days=1)), ("<ttl>-1</ttl>", None),
     ("<ttl>x</ttl>", None), ("", None)],
)  # fmt: skip
def test_the_pause_a_feed_asks_for_is_at_most_a_day(told: str, ttl: timedelta | None) -> None:
    assert read_feed(f"<rss><channel>{told}</channel></rss>".encode(), URL).ttl == ttl


def test_an_atom_entry() -> None:
    lead = only(
        read_feed(
            b'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="es" xml:base="https://base.example/blog/"><title>F</title>'
            b'<entry xml:base="2026/"><id>tag:base.example,2026:1</id><title type="html">Agents move</title>'
            b'<link rel="self" href="https://base.example/1.atom"/><link href="one?x=1"/>'
            b"<author><name>Jane Roe</name><email>jane@base.example</email></author>"
            b"<published>2026-08-07T15:04:05-04:00</published><updated>2026-08-08T00:00:00Z</updated>"
            b'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One <a href="../two">two</a></p></div>'
            b"</content>"
            b"</entry></feed>",
            URL,
        )
    )
    assert lead.url == "https://base.example/blog/2026/one?x=1"
    assert (lead.key, lead.byline, lead.language) == ("tag:base.example,2026:1", "Jane Roe", "es")
    assert lead.text == "One two"
    assert lead.links[0].url == "https://base.example/blog/two"
    assert lead.published is not None
    assert lead.updated is not None
    assert (lead.published.iso(), lead.updated.iso()) == ("2026-08-07T19:04:05Z", "2026-08-08T00:00:00Z")


def test_a_base_does_not_leak_into_the_next_entry() -> None:
    first, second = read_feed(
        b'<rss><channel><item xml:base="/deep/"><title>1</title><link>a</link></item>'
        b"<item><title>2</title><link>b</link></item></channel></rss>",
        URL,
    ).leads
    assert (first.url, second.url) == ("https://agency.example/deep/a", "https://agency.example/news/b")


def test_rss_1_0_and_0_91() -> None:
    rdf = (
        b'<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        b' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://a.example/"><title>R</title></channel>'
        b'<item rdf:about="https://a.example/1"><title>One</title><link>https://a.example/1</link><dc:date>2026-08-07</dc:date></item></rdf:RDF>'
    )
    lead = only(read_feed(rdf, URL))
    assert (lead.url, lead.title) == ("https://a.example/1", "One")
    assert lead.published is not None
    assert (lead.published.iso(), lead.published.precision) == ("2026-08-07", Precision.DAY)
    netscape = (
        b'<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"'
        b' "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel><title>N</title>'
        b"<item><title>Old</title><link>https://a.example/old</link></item></channel></rss>"
    )
    assert only(read_feed(netscape, URL)).title == "Old"


def test_json_feed() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "J",
        "feed_url": "/feed.json",
        "language": "en-GB",
        "items": [
            {"id": 7, "url": "/7", "title": "5 < 6", "content_text": "One\n\nTwo", "authors": [{"name": "Jane"}],
             "date_published": "2026-08-07T15:04:05Z"},
            {"id": "8", "external_url": "https://b.example/8", "content_html": "<p>H</p>", "author": {"name": "Joe"}},
            {"id": "9", "title": "no address"},
            "not an item",
        ],
    }  # fmt: skip
    reading = read_feed(json.dumps(feed).encode(), URL, "application/feed+json")
    seven, eight, nine = reading.leads
    assert (seven.url, seven.title, seven.text, seven.byline) == (
        "https://agency.example/7",
        "5 < 6",
        "One\n\nTwo",
        "Jane",
    )
    assert (eight.url, eight.text, eight.byline, eight.language) == ("https://b.example/8", "H", "Joe", "en")
    assert nine.url == f"{URL}#shiftwatch-entry=9"
    assert reading.self_url == "https://agency.example/feed.json"
    assert read_feed(json.dumps(feed).encode(), URL, seen=reading.seen).leads == ()


def test_a_permalink_guid_is_the_address_when_there_is_no_link() -> None:
    assert (
        only(read_feed(rss("<title>a</title><guid>https://agency.example/1</guid>"), URL)).url
        == "https://agency.example/1"
    )


def test_an_entry_without_any_address_gets_a_stable_one() -> None:
    entry = "<title>a</title><guid>urn x/1</guid>"
    assert only(read_feed(rss(entry), URL)).url == f"{URL}#shiftwatch-entry=urn%20x%2F1"
    nameless = only(read_feed(rss("<description>only this</description>"), URL))
    again = next(
        lead
        for lead in read_feed(rss("<title>b</title>", "<description>only this</description>"), URL).leads
        if lead.summary
    )
    assert nameless.url.startswith(f"{URL}#shiftwatch-entry=")
    assert again.url == nameless.url


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "http://[::1", ""])
def test_addresses_that_are_not_http_are_never_leads(link: str) -> None:
    lead = only(read_feed(rss(f"<title>t</title><link>{link}</link><guid isPermaLink='false'>k</guid>"), URL))
    assert lead.url == f"{URL}#shiftwatch-entry=k"


def test_feedburner_gives_way_to_the_true_address() -> None:
    burnt = "<link>http://rss.cnn.com/~r/rss/cnn_us/~3/x/index.html</link>"
    origin = "<feedburner:origLink>https://www.cnn.com/1</feedburner:origLink>"
    guid = "<guid isPermaLink='false'>https://www.cnn.com/2</guid>"
    assert only(read_feed(rss("<title>t</title>" + burnt + origin + guid), URL)).url == "https://www.cnn.com/1"
    assert only(read_feed(rss("<title>t</title>" + burnt + guid), URL)).url == "https://www.cnn.com/2"
    assert "rss.cnn.com" in only(read_feed(rss("<title>t</title>" + burnt), URL)).url


def test_a_bad_date_never_loses_a_story() -> None:
    for date in ("Fri, 31 Feb 2026 00:00:00 GMT", "soon", "0000-00-00", "99999999999999"):
        assert only(read_feed(rss(f"<title>t</title><pubDate>{date}</pubDate>"), URL)).published is None


def test_an_entry_told_twice_is_one_lead_but_a_shared_id_is_not() -> None:
    entry = "<title>t</title><link>https://a.example/1</link><guid>g</guid>"
    other = "<title>t</title><link>https://a.example/2</link><guid>g</guid>"
    reading = read_feed(rss(entry, entry, entry.replace(">t<", ">older<"), other), URL)
    assert [(lead.url, lead.title) for lead in reading.leads] == [
        ("https://a.example/1", "t"),
        ("https://a.example/2", "t"),
    ]
    assert reading.total == 4


def test_an_edited_entry_is_a_lead_again_and_a_new_one_alone_is_new() -> None:
    first = read_feed(rss("<title>a</title>", "<title>b</title>"), URL)
    second = read_feed(rss("<title>new</title>", "<title>a!</title>", "<title>b</title>"), URL, seen=first.seen)
    assert [(lead.title, lead.position) for lead in second.leads] == [("new", 0), ("a!", 1)]
    assert second.total == 3


@pytest.mark.parametrize(
    "bad",
    [b"", b"   ", b"<html><body>Sorry</body></html>", b"<rss><channel><title>x</title></channel></rss>", b"\x00\xff"],
)
def test_one_bad_answer_never_prunes_the_memory(bad: bytes) -> None:
    good = rss("<title>a</title>", "<title>b</title>")
    seen = read_feed(good, URL).seen
    after = read_feed(bad, URL, seen=seen).seen
    assert after == seen
    assert read_feed(good, URL, seen=after).leads == ()


@pytest.mark.parametrize(
    ("body", "problem", "blocked"),
    [
        (b"", "the answer is empty where a feed was due", False),
        (b"<!DOCTYPE html><title>News &amp; more</title>", 'an HTML page where a feed was due: "News & more"', False),
        (b"<html><head><title>Just a moment...</title></head>Enable JavaScript and cookies to continue</html>",
         'a bot wall where a feed was due: "Just a moment..."', True),
        (b'<?xml version="1.0"?><urlset xmlns="x"/>', "an XML document <urlset> where a feed was due", False),
        (b'{"error": "gone"}', "JSON without an array of items where a feed was due", False),
        (b'{"items": [', "broken JSON: Expecting value: line 1 column 12 (char 11)", False),
        (b"Service unavailable", 'text where a feed was due: "Service unavailable"', False),
        (b"<rss><channel><title>x", "the feed breaks off after 0 whole entries", False),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_said_in_words(body: bytes, problem: str, blocked: bool) -> None:
    reading = read_feed(body, URL)
    assert (reading.problem, reading.blocked, reading.leads) == (problem, blocked, ())


def test_an_empty_feed_is_no_problem() -> None:
    reading = read_feed(rss(), URL)
    assert (reading.problem, reading.total, reading.leads) == ("", 0, ())


def test_a_warning_printed_before_the_feed_does_no_harm() -> None:
    assert only(read_feed(b"<br />\n<b>Warning</b>: in /x.php\n" + rss("<title>a</title>"), URL)).title == "a"
    assert only(read_feed(b"\n\n  " + rss("<title>a</title>"), URL)).title == "a"


def test_a_feed_that_breaks_off_tells_its_last_entry_now_and_again_when_whole() -> None:
    whole = rss(
        "<title>a</title><link>https://a.example/1</link>",
        "<title>b</title><link>https://a.example/2</link><description>long</description>",
    )
    cut = whole[: whole.index(b"long")]
    reading = read_feed(cut, URL)
    assert [lead.url for lead in reading.leads] == ["https://a.example/1", "https://a.example/2"]
    assert reading.problem == "the feed breaks off after 1 whole entry"
    later = read_feed(whole, URL, seen=reading.seen)
    assert later.problem == ""
    assert [(lead.url, lead.summary) for lead in later.leads] == [("https://a.example/2", "long")]
    in_address = whole[: whole.index(b"a.example/2") + 4]
    assert all(not lead.url.endswith("a.ex") for lead in read_feed(in_address, URL).leads)


def test_broken_entries_are_read_as_far_as_they_can_be() -> None:
    reading = read_feed(
        rss(
            "<title>AT&T &nbsp; &eacute; &nosuch; &#0;</title><link>https://a.example/1?a=1&b=2</link>",
            "<title>fine</title>",
        ),
        URL,
    )
    broken, fine = reading.leads
    assert (broken.title, broken.url) == ("AT&T é &nosuch;", "https://a.example/1?a=1&b=2")
    assert fine.title == "fine"


def test_entities_are_neither_expanded_nor_fetched() -> None:
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    body = f'<?xml version="1.0"?><!DOCTYPE rss [{bomb}<!ENTITY file SYSTEM "file:///etc/passwd">]><rss><channel><item>'.encode()
    body += b"<title>t</title><description>&l9; &file;</description></item></channel></rss>"
    lead = only(read_feed(body, URL))
    assert lead.title == "t"
    assert "lol" not in lead.summary
    assert "root:" not in lead.summary


def test_control_characters_do_not_break_a_feed() -> None:
    lead = only(
        read_feed(rss("<title>a\x00b\x0b\ufffe \u202ec</title><description>\ufeffd\x1b[31m</description>"), URL)
    )
    assert (lead.title, lead.summary) == ("ab c", "d[31m")


def test_encodings() -> None:
    body = rss("<title>café</title>").decode()
    latin = body.replace("UTF-8", "iso-8859-1").encode("latin-1")
    assert only(read_feed(latin, URL)).title == "café"
    assert only(read_feed(body.encode("utf-16"), URL)).title == "café"
    assert only(read_feed(body.encode("cp1252"), URL, "application/rss+xml; charset=windows-1252")).title == "café"
    assert only(read_feed(body.encode(), URL, "text/xml; charset=us-ascii")).title == "café"


def test_markup_in_titles_goes_but_signs_stay() -> None:
    titles = [
        "<![CDATA[<b>Bold</b> move]]>",
        "5 &lt; 6 &gt; 4",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "AT&amp;amp;T",
    ]
    read = [lead.title for lead in read_feed(rss(*(f"<title>{title}</title>" for title in titles)), URL).leads]
    assert read == ["Bold move", "5 < 6 > 4", "alert(1)", "AT&T"]


def test_nested_or_strange_entries_are_read_whole_and_remembered() -> None:
    body = b"<rss><channel><item><title>outer</title><link>https://a.example/o</link><item><title>inner</title></item></item></channel></rss>"
    reading = read_feed(body, URL)
    assert reading.total > 0
    assert read_feed(body, URL, seen=reading.seen).leads == ()


def test_entries_in_comments_and_cdata_are_none() -> None:
    body = RSS.replace(
        "{items}",
        "<!-- <item><title>old</title></item> -->"
        "<item><title>a</title><description><![CDATA[<item>x</item>]]></description></item>",
    )
    reading = read_feed(body.encode(), URL)
    assert [lead.title for lead in reading.leads] == ["a"]
    assert reading.total == 1


def test_fields_are_cut_to_their_limits() -> None:
    lead = only(
        read_feed(rss(f"<title>{'t' * 5_000}</title><content:encoded>{'word ' * 100_000}</content:encoded>"), URL)
    )
    assert len(lead.title) == 1_000
    assert len(lead.text) <= 200_000


def test_a_description_as_long_as_a_story_is_its_text() -> None:
    lead = only(read_feed(rss(f"<title>t</title><description>{'word ' * 1_000}</description>"), URL))
    assert len(lead.text) == 4_999
    assert len(lead.summary) <= 2_000


def test_a_reading_can_be_pickled() -> None:
    reading = read_feed(rss("<title>a</title>"), URL)
    assert pickle.loads(pickle.dumps(reading)) == reading


def test_a_feed_that_is_a_gzip_file_is_unpacked_whatever_its_label_says() -> None:
    body = rss("<title>One</title><link>https://a.example/1</link>")
    for label in ("application/gzip", "application/rss+xml", ""):
        assert only(read_feed(gzip.compress(body), URL, label)).title == "One"
    parts = gzip.compress(body[:200]) + gzip.compress(body[200:])
    assert only(read_feed(parts, URL, "application/x-gzip")).title == "One"
    json_feed = b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "https://a.example/1"}]}'
    assert only(read_feed(gzip.compress(json_feed), URL)).url == "https://a.example/1"


def test_a_gzip_file_is_unpacked_no_further_than_the_limit_and_read_as_far_as_it_goes() -> None:
    body = rss("<title>One</title><link>https://a.example/1</link>", "<title>Two</title>" + " " * 60_000_000)
    bomb = read_feed(gzip.compress(body), URL)
    assert bomb.leads[0].title == "One"
    assert "breaks off" in bomb.problem
    torn = read_feed(gzip.compress(rss("<title>One</title><link>https://a.example/1</link>"))[:-12], URL)
    assert torn.leads[0].title == "One"
    assert read_feed(gzip.compress(b"") * 500_000, URL).problem
    assert read_feed(b"\x1f\x8bnot gzip at all", URL).problem
