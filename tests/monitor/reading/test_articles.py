"""One page, one reading: what comes out whole, and that nothing a page contains can break it."""

from __future__ import annotations

import pickle
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Article, StoryKind, Verdict
from monitor.reading.articles import read_page
from monitor.reading.datelines import find_dateline
from monitor.reading.language import find_language
from spiders.sites import RULES
from tests.monitor.reading.pages_of import PROSE, meta, page

SEEN = datetime(2026, 5, 1, tzinfo=UTC)
URL = "https://news.example.com/2026/04/02/officers-move-inland"


def article(body: bytes, url: str = URL, content_type: str = "text/html") -> Article:
    reading = read_page(body, url, content_type, SEEN, RULES)
    assert reading.verdict is Verdict.ARTICLE, reading.reason
    assert reading.article is not None
    return reading.article


def test_an_article_comes_out_whole_with_the_signal_that_won_each_field() -> None:
    ld = {
        "@type": "NewsArticle",
        "headline": "Officers move inland",
        "datePublished": "2026-04-02T15:04:05Z",
        "dateModified": "2026-04-02T16:00:00Z",
        "author": {"@type": "Person", "name": "Ann Example"},
        "publisher": {"@type": "Organization", "name": "Example News"},
    }
    prose = ("SPRINGFIELD, Texas (EN) — " + PROSE[0], *PROSE[1:], 'See <a href="https://www.cbp.gov/x">the notice</a>.')
    found = article(
        page(ld=ld, prose=prose, head='<link rel="canonical" href="/2026/04/02/officers-move-inland?ref=x">')
    )
    assert found.title == "Officers move inland"
    assert found.byline == "Ann Example"
    assert found.dateline == "SPRINGFIELD, Texas (EN)"
    assert found.published is not None
    assert found.published.iso() == "2026-04-02T15:04:05Z"
    assert found.modified is not None
    assert found.language == "en"
    assert found.kind is StoryKind.COVERAGE
    assert found.site_name == "Example News"
    assert found.text.startswith("SPRINGFIELD, Texas (EN) —")
    assert "Home" not in found.text
    assert "All rights reserved" not in found.text
    assert found.cited_domains == ("cbp.gov",)
    assert {"title", "byline", "published", "language", "kind", "url"} <= set(found.signals)


def test_a_reading_can_be_sent_between_processes() -> None:
    reading = read_page(page(), URL, "text/html", SEEN, RULES)
    assert pickle.loads(pickle.dumps(reading)) == reading


def test_reading_twice_gives_the_same() -> None:
    assert read_page(page(), URL, "text/html", SEEN, RULES) == read_page(page(), URL, "text/html", SEEN, RULES)


@pytest.mark.parametrize(
    ("canonical", "url", "elsewhere"),
    [
        ("https://news.example.com/2026/04/02/officers-move-inland/", URL, ""),
        ("http://www.news.example.com/story/17", "http://www.news.example.com/story/17", ""),
        ("https://news.example.com/", URL, ""),
        ("https://news.example.com/2026/04", URL, ""),
        ("https://other.example.org/copy", URL, "https://other.example.org/copy"),
        ("javascript:alert(1)", URL, ""),
        ("https://web.archive.org/web/20260405000000/" + URL, URL, ""),
    ],
)
def test_a_canonical_address_is_believed_when_it_is_plausibly_this_page(
    canonical: str, url: str, elsewhere: str
) -> None:
    found = article(page(head=f'<link rel="canonical" href="{canonical}">'))
    assert (found.url, found.declared_url) == (url, elsewhere)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://www.portland.gov/police/news/2026/1/9/arrests", StoryKind.RELEASE),
        ("https://www.aclu.org/press-releases/court-orders", StoryKind.RELEASE),
        ("https://news.example.com/opinion/2026/04/02/why", StoryKind.ANALYSIS),
        ("https://news.example.com/politics/2026/04/02/why", StoryKind.COVERAGE),
    ],
)
def test_the_kind_is_told_by_who_speaks_and_where(url: str, kind: StoryKind) -> None:
    assert article(page(), url=url).kind is kind


def test_opinion_is_known_by_its_type_and_section() -> None:
    assert article(page(ld={"@type": "OpinionNewsArticle", "headline": "Why"})).kind is StoryKind.ANALYSIS
    assert article(page(head=meta(article__section="Opinion"))).kind is StoryKind.ANALYSIS


@pytest.mark.parametrize(
    ("text", "dateline"),
    [
        ("EL PASO, Texas — Agents moved.", "EL PASO, Texas"),
        ("WASHINGTON (AP) — Agents moved.", "WASHINGTON (AP)"),
        ("LOS ANGELES (KABC) -- Agents moved.", "LOS ANGELES (KABC)"),
        ("Edinburg, Texas – Agents moved.", "Edinburg, Texas"),
        ("NEWARK, N.J. – Agents moved.", "NEWARK, N.J."),
        ("A summary first.\n\nWASHINGTON – Agents moved.", "WASHINGTON"),
        ("EDITOR'S NOTE — This story was changed.", ""),
        ("BREAKING — Agents moved.", ""),
        ("The agents — all of them — moved.", ""),
        ("COVID-19 came back.", ""),
        ("", ""),
    ],
)
def test_datelines_are_recognised(text: str, dateline: str) -> None:
    assert find_dateline(text) == dateline


GERMAN = "Die Beamten werden von der Grenze ins Landesinnere verlegt, wie die Behörde am Dienstag mitteilte. "
SPANISH = "Los agentes serán trasladados de la frontera al interior del país, dijo el martes la agencia federal. "
YIDDISH = "די אגענטן וועלן ווערן אריבערגעפירט פון די גרעניץ צו די שטעט, האט די אגענטור געזאגט און מען ווייסט נישט. "
HEBREW = "הסוכנים יועברו מן הגבול אל פנים המדינה, כך הודיעה הסוכנות, והיא לא אמרה כמה זמן זה יימשך או של מי ההחלטה. "


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        (" ".join(PROSE), "", "en"),
        (" ".join(PROSE), "es-ES", "en"),
        (GERMAN * 3, "en", "de"),
        (SPANISH * 3, "en", "es"),
        (YIDDISH * 3, "en", "yi"),
        (HEBREW * 3, "en", "he"),
        (
            GERMAN * 3 + "„They said that the agents would have to move to the border with all of their aircraft.“",
            "en",
            "de",
        ),
        (
            "To by było tak, że nikt to nie wie. Funkcjonariusze zostaną przeniesieni w głąb kraju, by to robić. " * 2,
            "en",
            "pl",
        ),
        ("Kurz.", "de-DE", "de"),
        ("Short.", "", ""),
        ("Short.", "x-default", ""),
    ],
)
def test_the_text_tells_its_language_when_it_is_long_enough(text: str, declared: str, language: str) -> None:
    assert find_language(text, declared)[0] == language


@given(st.binary(max_size=2_000))
@settings(max_examples=60, deadline=None)
def test_reading_is_total_over_bytes(body: bytes) -> None:
    read_page(b"<html>" + body, URL, "text/html", SEEN, RULES)


@given(st.text(max_size=600))
@settings(max_examples=60, deadline=None)
def test_reading_is_total_over_markup_in_an_article(inside: str) -> None:
    reading = read_page(page(above=inside), URL, "text/html", SEEN, ())
    assert (reading.article is None) == (reading.verdict is not Verdict.ARTICLE)


HOSTILE = {
    "deep nesting": b"<div>" * 60_000 + b"text " * 100,
    "deep inline nesting": b"<b><i>" * 40_000 + b"text " * 100,
    "many attributes": b"<p " + b" ".join(b"a%d='x'" % n for n in range(100_000)) + b">" + b"word " * 200,
    "many metas": b"<meta name='author' content='Ann Example'>" * 60_000 + b"<p>" + b"word " * 200,
    "many headings": b"<h1>Title of a story</h1>" * 30_000 + b"<p>" + b"word " * 200,
    "many bylines": b"<span class='byline'>By Ann Example</span>" * 30_000 + b"<p>" + b"word " * 200,
    "one token": b"<p>" + b"a" * 3_000_000,
    "a long title": b"<title>" + b"a | " * 400_000 + b"</title><p>" + b"word " * 200,
    "deep json": b"<script type='application/ld+json'>" + b'{"a":' * 100_000 + b"</script><p>" + b"word " * 200,
    "wide json": b"<script type='application/ld+json'>[" + b'{"@type":"NewsArticle"},' * 80_000 + b"{}]</script><p>x",
    "many dates": b"<h1>Story</h1>" + b"<span class='date'>April 2, 2026</span>" * 30_000,
    "blanks": b"<title>" + b" " * 2_000_000 + b"</title><p>" + b" " * 2_000_000,
    "unclosed": b"<article><p><a href='x'>" * 40_000,
    "nul and surrogates": b"<p>\x00\xed\xa0\x80 text \xff\xfe" * 1_000,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_page_costs_seconds_at_most(case: str) -> None:
    start = time.process_time()
    read_page(b"<html><body>" + HOSTILE[case], URL, "text/html", SEEN, RULES)
    assert time.process_time() - start < 15


def test_no_letter_of_the_dev_captures_is_needed_but_where_they_are_they_read() -> None:
    warc = Path(__file__).parents[4] / "shared" / "web" / "pages-dev.warc.gz"
    if not warc.exists():
        pytest.skip("the captures are not beside this checkout")
    from warcio.archiveiterator import ArchiveIterator

    asked = (
        "cbp.gov/newsroom",
        "ice.gov/news/releases",
        "dhs.gov/news",
        "justice.gov/opa/pr",
        "www.cnn.com/2",
        "pewresearch.org/",
    )
    incomplete = []
    with warc.open("rb") as stream:
        for record in ArchiveIterator(stream):
            url = record.rec_headers.get_header("WARC-Target-URI")
            if record.rec_type != "response" or not any(part in url for part in asked):
                continue
            seen = datetime.fromisoformat(record.rec_headers.get_header("WARC-Date"))
            found = read_page(record.content_stream().read(), url, "text/html", seen, RULES).article
            if found is None or not (found.title and found.text and found.published):
                incomplete.append(url)
    assert incomplete == []
