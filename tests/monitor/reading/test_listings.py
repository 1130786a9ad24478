"""Reading listing pages by selectors."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import ListingRules
from monitor.reading.listings import read_listing

URL = "https://www.agency.example/newsroom/all?page=0"

# As the customs agency's newsroom writes it: the class names of the two date boxes are swapped, and the time element
# beside them holds the same constant everywhere.
PAGE = """<!DOCTYPE html><html><head><title>Media Releases | Agency</title></head><body>
<ul class="usa-collection">
<li class="usa-collection__item"><div class="usa-collection__calendar-date"><time datetime="2020-09-30T12:00:00+01:00">
<span class="usa-collection__calendar-date-month">Aug 07</span>
<span class="usa-collection__calendar-date-day">2026</span>
</time></div><div class="usa-collection__body"><h3 class="usa-collection__heading">
<a class="usa-link" href="/newsroom/national-media-release/agents-moved">Agents moved <em>to the interior</em></a></h3>
<p class="usa-collection__description">The first   summary.</p></div></li>
<li class="usa-collection__item"><span class="usa-collection__calendar-date-month">Aug 06</span>
<span class="usa-collection__calendar-date-day">2026</span>
<h3 class="usa-collection__heading">
<a href="https://www.agency.example/newsroom/local-media-release/seizure">Seizure</a></h3></li>
<li class="usa-collection__item">An item without a link</li>
</ul>
<nav><a rel="next" href="?page=1">Next</a></nav></body></html>"""

RULES = ListingRules(
    item="li.usa-collection__item",
    link=".usa-collection__heading a::attr(href)",
    date=".usa-collection__calendar-date-month, .usa-collection__calendar-date-day",
    summary="p.usa-collection__description",
    next="a[rel=next]::attr(href)",
    pages=3,
)


def test_items_with_their_link_title_joined_date_and_summary() -> None:
    reading = read_listing(PAGE.encode(), URL, "text/html; charset=utf-8", RULES)
    first, second = reading.leads
    assert first.url == "https://www.agency.example/newsroom/national-media-release/agents-moved"
    assert (first.title, first.summary) == ("Agents moved to the interior", "The first summary.")
    assert first.published is not None
    assert (first.published.iso(), first.published.signal) == ("2026-08-07", "listing:date")
    assert (second.title, second.position) == ("Seizure", 1)
    assert (reading.total, reading.problem, reading.title) == (3, "", "Media Releases | Agency")


def test_the_next_page_is_followed_even_when_this_one_is_known() -> None:
    reading = read_listing(PAGE.encode(), URL, "", RULES)
    assert reading.next_urls == ("https://www.agency.example/newsroom/all?page=1",)
    again = read_listing(PAGE.encode(), URL, "", RULES, reading.seen)
    assert (again.leads, again.next_urls, again.total) == ((), reading.next_urls, 3)
    once = ListingRules(item=RULES.item, link=RULES.link, next=RULES.next, pages=1)
    assert read_listing(PAGE.encode(), URL, "", once).next_urls == ()


def test_a_next_page_elsewhere_is_not_followed() -> None:
    page = PAGE.replace('href="?page=1"', 'href="https://evil.example/?page=1"')
    assert read_listing(page.encode(), URL, "", RULES).next_urls == ()


def test_selectors_may_name_elements_attributes_or_texts() -> None:
    page = (
        '<base href="/deep/"><article><h2><a href="a">A</a></h2>'
        '<time datetime="2026-08-07T15:04:05Z">Friday</time></article>'
        '<article data-url="b"><h2>B</h2></article>'
    )
    by_element = ListingRules(item="article", link="h2 a", title="h2::text, h2 a::text", date="time::attr(datetime)")
    (lead,) = read_listing(page.encode(), URL, "", by_element).leads
    assert (lead.url, lead.title) == ("https://www.agency.example/deep/a", "A")
    assert lead.published is not None
    assert lead.published.iso() == "2026-08-07T15:04:05Z"
    by_item = ListingRules(item="article[data-url]", link="::attr(data-url)", title="h2")
    assert [lead.title for lead in read_listing(page.encode(), URL, "", by_item).leads] == ["B"]


def test_a_page_that_yields_nothing_says_why() -> None:
    nothing = read_listing(b"<html><p>Redesigned</p></html>", URL, "", RULES, b"12345678")
    assert nothing.problem == "nothing on the page matches the item selector 'li.usa-collection__item'"
    assert (nothing.seen, nothing.blocked) == (b"12345678", False)
    linkless = read_listing(b"<li class=usa-collection__item>x</li>", URL, "", RULES)
    assert linkless.problem == (
        "1 items match 'li.usa-collection__item', but none has a link at '.usa-collection__heading a::attr(href)'"
    )
    assert read_listing(b"", URL, "", RULES).problem == "the answer is empty where a listing page was due"
    wall = read_listing(
        b"<html><title>Access denied</title><script src='/cdn-cgi/challenge-platform/x.js'>", URL, "", RULES
    )
    assert wall.blocked


def test_a_selector_that_is_none_is_a_problem_not_an_error() -> None:
    for item in ("li[", "a::attr(", "::nonsense", "li:has(", "p:nth-child(x)"):
        assert "selector" in read_listing(PAGE.encode(), URL, "", ListingRules(item=item, link="a")).problem


def test_dates_without_zone_are_meant_where_the_source_is() -> None:
    page = b"<li><a href=/a>A</a><b>08/07/2026 - 10:15am</b></li>"
    rules = ListingRules(item="li", link="a", date="b")
    (lead,) = read_listing(page, URL, "", rules, zone="America/New_York").leads
    assert lead.published is not None
    assert lead.published.iso() == "2026-08-07T14:15:00Z"


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    read_listing(body, URL, "", RULES)
    read_listing(b"<li class=usa-collection__item><a href='" + body, URL, "", RULES)
