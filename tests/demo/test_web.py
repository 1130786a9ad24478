"""The made-up week, and that its sites have the traps of the real ones."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from lxml import etree, html
from parsel import Selector

from monitor.catalogue import catalogue
from monitor.demo.web import SHELVES, DemoWeb
from monitor.demo.week import LINK

NOW = datetime(2026, 3, 4, 0, 30, tzinfo=UTC)
ENABLED = {id for id, source in catalogue().items() if source.enabled}


@pytest.fixture
def web() -> DemoWeb:
    return DemoWeb(NOW, padding=1_000)


def text(web: DemoWeb, site: str, address: str) -> str:
    page = web.page(site, address)
    assert page.status == 200, address
    return page.body.decode()


def test_the_week_has_stories_of_all_six_sites_all_in_the_days_before(web: DemoWeb) -> None:
    told = Counter(story.site for story in web.stories.values())
    assert set(told) == set(SHELVES) == ENABLED
    assert 25 <= told.total() <= 40
    assert all(NOW - timedelta(days=9) < story.at < NOW for story in web.stories.values())
    paths = [(story.site, story.path) for story in web.stories.values()]
    assert len(set(paths)) == len(paths)


def test_every_link_of_a_story_leads_to_a_story_or_outside(web: DemoWeb) -> None:
    targets = [m[2] for story in web.stories.values() for p in story.paragraphs for m in LINK.finditer(p)]
    assert targets and all(target in web.stories or target.startswith("https://") for target in targets)


def test_weekdays_in_the_text_are_those_of_the_calendar(web: DemoWeb) -> None:
    release = web.stories["redeploy"]
    assert f"[said {release.at.strftime('%A')}](redeploy)" in web.stories["redeploy-cnn"].paragraphs[0]
    assert not any("{day" in paragraph for story in web.stories.values() for paragraph in story.paragraphs)


@pytest.mark.parametrize("site", sorted(SHELVES))
def test_every_story_has_a_page_marked_as_made_up(web: DemoWeb, site: str) -> None:
    for story in web.told(site):
        page = html.document_fromstring(web.page(site, story.path).body)
        words = page.text_content()
        assert story.title in words and story.plain[-1] in words
        assert "Nothing in it happened" in page.cssselect("footer")[0].text_content()


def test_the_wire_story_is_the_same_text_in_two_outlets(web: DemoWeb) -> None:
    one, other = web.stories["wire-cnn"], web.stories["wire-redstate"]
    assert one.site != other.site and one.paragraphs == other.paragraphs and one.title != other.title


def test_the_agencys_listing_hides_its_dates_and_goes_over_two_pages(web: DemoWeb) -> None:
    source = catalogue()["cbp"]
    rules = source.channels[0].listing
    assert rules is not None
    found = []
    for number in (0, 1):
        page = Selector(text(web, "cbp", f"/newsroom/media-releases/all?page={number}"))
        assert set(page.css("time::attr(datetime)").getall()) == {"2020-09-30T12:00:00+01:00"}
        for item in page.css(rules.item):
            date = " ".join(part.strip() for part in item.css(rules.date).getall())
            found.append((item.css(rules.link).get(), item.css(f"{rules.title}::text").get(), date))
        following = page.css(rules.next).get()
        assert following == ("?page=1" if number == 0 else None)
    assert found == [(s.path, s.title, s.at.strftime("%b %d %Y")) for s in web.told("cbp")]


def test_the_first_body_of_a_release_is_the_search_box(web: DemoWeb) -> None:
    page = html.document_fromstring(text(web, "cbp", web.stories["redeploy"].path))
    bodies = page.cssselect(".field--name-body")
    assert "Search this site" in bodies[0].text_content()
    assert page.cssselect("article .field--name-body")[0].text_content().strip().startswith("WASHINGTON —")
    assert not page.xpath("//script[contains(@type, 'ld+json')] | //meta[@property='article:published_time']")
    assert page.cssselect(".field--name-field-date-release .field__item")[0].text == "Tue, 02/24/2026"


def test_the_outlets_robots_file_turns_away_crawlers_by_name(web: DemoWeb) -> None:
    from protego import Protego

    robots = Protego.parse(text(web, "cnn", "/robots.txt"))
    path = web.origins["cnn"] + web.stories["redeploy-cnn"].path
    assert not robots.can_fetch(path, "Scrapy") and not robots.can_fetch(path, "news-please")
    assert robots.can_fetch(path, "Shiftwatch")
    assert list(robots.sitemaps) == [web.origins["cnn"] + "/sitemap/news.xml"]


def test_the_news_sitemap_and_the_json_ld_array_say_the_same(web: DemoWeb) -> None:
    tree = etree.fromstring(web.page("cnn", "/sitemap/news.xml").body)
    locs = tree.findall("{*}url/{*}loc")
    assert [loc.text for loc in locs] == [web.origins["cnn"] + story.path for story in web.told("cnn")]
    for story in web.told("cnn"):
        page = Selector(text(web, "cnn", story.path))
        article, _ = json.loads(page.css('script[type="application/ld+json"]::text').getall()[0])
        assert (article["headline"], article["articleBody"]) == (story.title, " ".join(story.plain))
        shown = page.css(".article__content [data-component-name=paragraph]")
        assert len(shown) == len(story.paragraphs) and "\ufeff" in shown[0].get()


def test_the_research_feed_carries_full_texts_and_the_topic_feed_fewer(web: DemoWeb) -> None:
    whole = feedparser.parse(web.page("pewresearch", "/feed/").body)
    topic = feedparser.parse(web.page("pewresearch", "/topic/immigration-migration/feed/").body)
    assert not whole.bozo and len(whole.entries) == 4 and len(topic.entries) == 3
    for entry, story in zip(whole.entries, web.told("pewresearch"), strict=True):
        content = html.fragment_fromstring(entry.content[0].value, create_parent=True)
        assert [p.text_content() for p in content.cssselect("p")] == list(story.plain)


def test_where_a_feed_is_expected_a_page_answers(web: DemoWeb) -> None:
    page = web.page("migrationpolicy", "/rss.xml")
    assert page.status == 200 and b"<rss" not in page.body and page.content_type.startswith("text/html")


def test_the_teasers_are_thin_and_a_disclaimer_stands_before_the_lede(web: DemoWeb) -> None:
    feed = feedparser.parse(web.page("redstate", "/feed").body)
    assert all(len(entry.summary) <= 110 for entry in feed.entries)
    body = Selector(text(web, "redstate", web.stories["redeploy-redstate"].path)).css("section.post-body p")
    assert "opinions expressed" in body[0].css("em::text").get("")
    assert re.search(r"-n\d{7}$", web.stories["redeploy-redstate"].path)


def test_the_yiddish_site_is_found_from_its_home_page_alone(web: DemoWeb) -> None:
    source = catalogue()["ahblicklive"]
    for channel in source.channels:
        assert web.page("ahblicklive", channel.url.partition(".com")[2]).status == 404
    home = Selector(text(web, "ahblicklive", "/"))
    assert (home.root.get("lang"), home.root.get("dir")) == ("yi", "rtl")
    feed = feedparser.parse(web.page("ahblicklive", home.css("link[rel=alternate]::attr(href)").get("")).body)
    assert len(feed.entries) == len(web.told("ahblicklive"))


def test_an_edit_shows_on_the_page_and_where_the_story_is_announced(web: DemoWeb) -> None:
    story = web.stories["snow"]
    before = {path: web.page("cnn", path) for path in (story.path, "/sitemap/news.xml")}
    edited = web.edit("snow", old="11,000 homes", new="12,000 homes")
    assert edited.changed == NOW and edited.path == story.path
    for path, page in before.items():
        after = web.page("cnn", path)
        assert after.etag != page.etag and after.modified == NOW
    assert b"12,000 homes" in web.page("cnn", story.path).body
    assert web.edit("snow", title="Snow").changed > edited.changed


def test_an_edit_of_what_is_not_there_is_an_error(web: DemoWeb) -> None:
    with pytest.raises(ValueError, match="no such text"):
        web.edit("snow", old="rain", new="hail")
    with pytest.raises(KeyError):
        web.edit("nothing")


def test_the_weeks_correction_changes_the_figure_and_says_so(web: DemoWeb) -> None:
    (story,) = web.revise()
    assert story.id == "explainer" and any("About 450 agents" in paragraph for paragraph in story.paragraphs)
    assert "Correction:" in text(web, "cnn", story.path)


def test_the_same_moment_gives_the_same_web() -> None:
    one, other = DemoWeb(NOW), DemoWeb(NOW)
    for site in SHELVES:
        for address in [*SHELVES[site], "/robots.txt", *(story.path for story in one.told(site))]:
            assert one.page(site, address) == other.page(site, address)


def test_what_is_announced_is_all_but_the_other_topics(web: DemoWeb) -> None:
    assert {story.id for story in web.stories.values()} - {story.id for story in web.announced()} == {"local-news"}
