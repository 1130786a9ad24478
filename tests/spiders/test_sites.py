"""Each site's rules against a page written after that site's real markup: every field, nothing of the furniture."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.model import Article, StoryKind, Verdict
from monitor.reading.articles import read_page
from spiders.sites import RULES, rules_for

GOLDEN = Path(__file__).parent.parent / "golden"
SEEN = datetime(2026, 5, 1, tzinfo=UTC)


def read(name: str, url: str) -> Article:
    reading = read_page((GOLDEN / name).read_bytes(), url, "text/html; charset=utf-8", SEEN, RULES)
    assert reading.verdict is Verdict.ARTICLE, reading.reason
    assert reading.article is not None
    return reading.article


PAGES = {
    "cbp": (
        "cbp.html",
        "https://www.cbp.gov/newsroom/local-media-release/border-patrol-loans-40-agents-interior",
        "site:cbp/drupal-11",
        StoryKind.RELEASE,
        "Border Patrol loans 40 agents to interior operations",
        "2026-03-05",
        "",
        "LAREDO, Texas",
    ),
    "ice": (
        "ice.html",
        "https://www.ice.gov/news/releases/joint-task-force-ends-omaha",
        "site:ice/drupal-11",
        StoryKind.RELEASE,
        "Joint task force ends in Omaha",
        "2026-02-11",
        "",
        "OMAHA, Neb.",
    ),
    "dhs": (
        "dhs.html",
        "https://www.dhs.gov/news/2026/01/20/coast-guard-aircraft-reassigned-removal-flights",
        "site:dhs/drupal-10",
        StoryKind.RELEASE,
        "Coast Guard aircraft reassigned to removal flights",
        "2026-01-20",
        "",
        "WASHINGTON",
    ),
    "justice": (
        "justice.html",
        "https://www.justice.gov/opa/pr/prosecutors-detailed-border-districts",
        "site:justice/drupal-7",
        StoryKind.RELEASE,
        "Prosecutors Detailed to Border Districts",
        "2018-05-02",
        "",
        "",
    ),
    "cnn of 2023": (
        "cnn-2023.html",
        "https://www.cnn.com/2026/01/14/politics/officers-sent-north/index.html",
        "site:cnn/2023",
        StoryKind.COVERAGE,
        "Border officers are sent to northern cities",
        "2026-01-14",
        "Ann Example; Bob Sample",
        "",
    ),
    "cnn of 2014": (
        "cnn-2014.html",
        "https://www.cnn.com/2015/03/02/politics/guard-troops-leave/index.html",
        "site:cnn/2014",
        StoryKind.COVERAGE,
        "Guard troops leave the border",
        "2015-03-02T11:20:00Z",
        "Ann Example",
        "",
    ),
    "cnn of 2009": (
        "cnn-2009.html",
        "http://www.cnn.com/2010/US/08/13/agents.arizona/index.html",
        "site:cnn/2009",
        StoryKind.COVERAGE,
        "Agents shifted to Arizona desert",
        "2010-08-13",
        "Ann Example",
        "Washington (CNN)",
    ),
    "pewresearch of 2014": (
        "pew-2014.html",
        "http://www.pewresearch.org/fact-tank/2014/11/20/fewer-crossings-more-agents/",
        "site:pewresearch/2014",
        StoryKind.ANALYSIS,
        "Fewer crossings, more agents",
        "2014-11-20T21:57:15Z",
        "Ann Example; Bob Sample",
        "",
    ),
    "migrationpolicy": (
        "migrationpolicy.html",
        "https://www.migrationpolicy.org/article/when-agents-move-inland",
        "site:migrationpolicy/drupal-7",
        StoryKind.ANALYSIS,
        "When Agents Move Inland",
        "2026-03-12",
        "Ann Example; Bob Sample",
        "",
    ),
    "redstate": (
        "redstate.html",
        "https://redstate.com/ann/2026/04/02/agents-head-north-n2190001",
        "site:redstate/townhall",
        StoryKind.COVERAGE,
        "Agents Head North",
        "2026-04-02T22:30:00Z",
        "Ann Example",
        "",
    ),
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_site_gives_every_field(page: str) -> None:
    name, url, extractor, kind, title, published, byline, dateline = PAGES[page]
    article = read(name, url)
    assert article.extractor == extractor
    assert article.kind is kind
    assert article.title == title
    assert article.published is not None
    assert article.published.iso() == published
    assert article.byline == byline
    assert article.dateline == dateline
    assert article.language == "en"
    assert len(article.text.split("\n\n")) >= 2


@pytest.mark.parametrize("page", PAGES)
def test_what_the_site_repeats_on_every_page_is_no_part_of_the_text(page: str) -> None:
    name, url, *_ = PAGES[page]
    text = read(name, url).text
    furniture = (
        "Search the site",
        "America's frontline",
        "Please visit cbp.gov",
        "muster",
        "decoy",
        "follow us on",
        "Image",
        "color: red",
        "###",
        "Press Release Number",
        "Related article",
        "newsletter",
        "Story highlight",
        "Topics:",
        "opinions expressed",
        "READ MORE",
        "RedState VIP",
        "24 comments",
        "Updated",
    )
    assert [words for words in furniture if words in text] == []


def test_links_inside_the_text_are_kept_and_the_sites_own_domain_is_not_cited() -> None:
    article = read("cbp.html", PAGES["cbp"][1])
    assert article.cited_domains == ("example.org", "ice.gov")


def test_subheadings_stay_between_their_paragraphs() -> None:
    paragraphs = read("cnn-2023.html", PAGES["cnn of 2023"][1]).text.split("\n\n")
    assert paragraphs[1] == "Who stays behind"


def test_the_moment_written_on_the_page_is_kept_when_only_its_day_is_stored() -> None:
    article = read("cnn-2023.html", PAGES["cnn of 2023"][1])
    assert article.signals["published_as"] == "2026-01-15T02:31:54.273Z"
    assert article.modified is not None
    assert article.modified.iso() == "2026-01-15T14:03:10Z"


def test_an_address_outside_the_sites_article_paths_is_read_generally() -> None:
    reading = read_page((GOLDEN / "cbp.html").read_bytes(), "https://www.cbp.gov/about", "text/html", SEEN, RULES)
    assert reading.article is not None
    assert not reading.article.extractor.startswith("site:")


def test_markup_the_rules_do_not_know_is_read_generally_and_still_gives_a_text() -> None:
    page = (GOLDEN / "ice.html").read_bytes().replace(b"nr-body", b"new-name")
    reading = read_page(page, PAGES["ice"][1], "text/html", SEEN, RULES)
    assert reading.article is not None
    assert "twelve officers" in reading.article.text
    assert reading.article.published is not None
    assert reading.article.published.iso() == "2026-02-11"


def test_rules_are_found_by_domain_and_by_any_host_below_it() -> None:
    assert {rules.site for rules in rules_for("edition.cnn.com")} == {"cnn"}
    assert {rules.site for rules in rules_for("WWW.CBP.GOV")} == {"cbp"}
    assert rules_for("notcnn.com") == ()


def test_within_a_site_the_newest_markup_comes_first() -> None:
    for site in {rules.site for rules in RULES}:
        ends = [rules.until for rules in RULES if rules.site == site]
        assert sorted(ends, key=lambda end: (end is not None, end and -end.toordinal())) == ends
