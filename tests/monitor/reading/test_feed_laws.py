"""The laws of reading feeds: as feedparser reads them, the same in parts as whole, and whatever comes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model import Lead
from monitor.reading.feed_cut import cut_feed
from monitor.reading.feed_entries import by_feedparser
from monitor.reading.feed_leads import lead_of
from monitor.reading.feeds import read_feed
from monitor.reading.memory import fingerprint
from tests.monitor.reading.feed_documents import feeds

URL = "https://feed.example/rss"
WARC = Path(__file__).parents[4] / "shared" / "web" / "pages-dev.warc.gz"
relaxed = settings(max_examples=250, deadline=timedelta(seconds=5), suppress_health_check=list(HealthCheck))
Feed = tuple[str, list[str], str]


def whole(feed: Feed) -> bytes:
    head, entries, foot = feed
    return (head + "".join(entries) + foot).encode()


def as_feedparser_reads(document: bytes, entries: list[bytes], language: str) -> list[Lead]:
    """The leads of a whole feed in which feedparser reads everything; of an entry told twice the first."""
    read = by_feedparser(document)
    assert len(read) == len(entries)
    found: dict[tuple[str, str], Lead] = {}
    for position, (entry, written) in enumerate(zip(read, entries, strict=True)):
        made = fingerprint(written).hex()
        lead = lead_of(entry, feed_url=URL, language=language, position=position, made=made)
        if lead is not None:
            found.setdefault((lead.url, lead.key), lead)
    return list(found.values())


@relaxed
@given(feeds())
def test_a_well_formed_feed_reads_field_by_field_as_feedparser_reads_it(feed: Feed) -> None:
    document = whole(feed)
    language = "en-US" if "en-US" in feed[0] else "en-us" if "<language>" in feed[0] else ""
    expected = as_feedparser_reads(document, [entry.encode() for entry in feed[1]], language)
    assert list(read_feed(document, URL).leads) == expected


@relaxed
@given(feeds(), st.data())
def test_reading_only_unseen_entries_equals_a_whole_reading(feed: Feed, data: st.DataObject) -> None:
    head, entries, foot = feed
    known = [entry for entry in entries if data.draw(st.booleans())]
    seen = read_feed(whole((head, known, foot)), URL).seen
    expected = [lead for lead in read_feed(whole(feed), URL).leads if entries[lead.position] not in known]
    hidden = {lead.position for lead in read_feed(whole(feed), URL).leads}
    got = [lead for lead in read_feed(whole(feed), URL, seen=seen).leads if lead.position in hidden]
    assert got == expected


@relaxed
@given(feeds())
def test_the_second_reading_of_the_same_bytes_finds_nothing_new(feed: Feed) -> None:
    first = read_feed(whole(feed), URL)
    again = read_feed(whole(feed), URL, seen=first.seen)
    assert again.leads == ()
    assert again.total == first.total == len(feed[1])
    assert again.seen == first.seen


@relaxed
@given(
    feeds(),
    st.sampled_from(["<title>a & b</title>", "<title>&nbsp;x</title>", "<p>open", "&undefined;", "<a b=c>x</a>"]),
)
def test_one_broken_entry_changes_nothing_about_the_others(feed: Feed, broken: str) -> None:
    head, entries, foot = feed
    tag = "item" if foot.startswith("</channel") else "entry"
    extra = f"<{tag}>{broken}</{tag}>"
    spoiled = read_feed(whole((head, [extra, *entries], foot)), URL)
    told = {(lead.url, lead.key) for lead in spoiled.leads if lead.position == 0}
    expected = [lead for lead in read_feed(whole(feed), URL).leads if (lead.url, lead.key) not in told]
    assert [(lead.url, lead.title, lead.text) for lead in spoiled.leads if lead.position > 0] == [
        (lead.url, lead.title, lead.text) for lead in expected
    ]


@relaxed
@given(feeds(), st.data())
def test_a_feed_that_breaks_off_anywhere_keeps_the_entries_that_are_whole(feed: Feed, data: st.DataObject) -> None:
    document = whole(feed)
    at = data.draw(st.integers(len(feed[0].encode()), len(document)))
    complete = 0
    length = len(feed[0].encode())
    for entry in feed[1]:
        length += len(entry.encode())
        complete += length <= at
    expected = [lead for lead in read_feed(document, URL).leads if lead.position < complete]
    got = [lead for lead in read_feed(document[:at], URL).leads if lead.position < complete]
    assert got == expected


@relaxed
@given(feeds())
def test_the_pieces_of_a_cut_feed_join_to_the_feed(feed: Feed) -> None:
    document = whole(feed)
    cut = cut_feed(document)
    assert cut.certain
    assert list(cut.entries) == [entry.encode() for entry in feed[1]]
    assert cut.document(list(range(len(cut.entries)))) == document


@relaxed
@given(st.binary(max_size=400))
def test_no_bytes_make_reading_a_feed_raise(body: bytes) -> None:
    read_feed(body, URL)
    read_feed(b'<rss version="2.0"><channel><item>' + body + b"</item></channel></rss>", URL)
    read_feed(b'<feed xmlns="http://www.w3.org/2005/Atom"><entry>' + body, URL, "text/xml; charset=latin-1")


@pytest.mark.skipif(not WARC.exists(), reason="the captured pages are not beside the repository")
def test_captured_feeds_read_as_feedparser_reads_them() -> None:
    from warcio.archiveiterator import ArchiveIterator

    read = 0
    with WARC.open("rb") as stream:
        for record in ArchiveIterator(stream):
            kind = record.http_headers.get_header("content-type", "") if record.http_headers else ""
            if "rss" not in kind and "atom" not in kind:
                continue
            body = record.content_stream().read()
            cut = cut_feed(body)
            ours = read_feed(body, URL, kind)
            expected = as_feedparser_reads(cut.document(list(range(len(cut.entries)))), list(cut.entries), "en")
            assert [(lead.url, lead.title, lead.summary, lead.published) for lead in ours.leads] == [
                (lead.url, lead.title, lead.summary, lead.published) for lead in expected
            ]
            read += 1
    assert read >= 3
