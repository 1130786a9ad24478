"""U.S. Immigration and Customs Enforcement: news releases and statements."""

from __future__ import annotations

from datetime import date as Day

from monitor.model import SiteRules, StoryKind

_PATH = r"^/(?:[a-z]{2}/)?(?:news/(?:releases|statements|speeches)|statements|newsroom/releases)/"
_FOOT = (
    r"^(?:Members of the public|Anyone|Individuals)\b.{0,120}\b(?:report|call)\b.{0,120}(?:tip ?line|tip form)",
    r"^(?:Learn more|For more (?:news and )?information|Follow us)\b.{0,160}(?:@|on (?:X|Twitter)|\bice\.gov)",
    r"^Updated:\s*\d\d/\d\d/\d{4}$",
)

RULES = (
    SiteRules(
        site="ice",
        version="drupal-11",
        domains=("ice.gov",),
        kind=StoryKind.RELEASE,
        article_path=_PATH,
        title=(".nr-title h1", ".nr-title"),
        body=(".nr-body",),
        date=(".nr-meta",),  # the date is the first words of the line; place and topic follow
        date_formats=("%B %d, %Y",),
        drop=("figcaption",),
        drop_text=_FOOT,
        strip_title=(r"^\s*Archived:\s*",),
        timezone="America/New_York",
    ),
    SiteRules(
        site="ice",
        version="drupal-7",
        domains=("ice.gov",),
        kind=StoryKind.RELEASE,
        article_path=_PATH,
        title=("h1#page-title", "h1.page-header", "h1.title"),
        body=(".field-name-body", ".node-news-release .content"),
        date=(".date-display-single", ".field-name-field-release-date"),
        date_formats=("%m/%d/%Y", "%B %d, %Y"),
        drop=("figcaption",),
        drop_text=_FOOT,
        strip_title=(r"^\s*Archived:\s*",),
        timezone="America/New_York",
        until=Day(2021, 12, 31),
    ),
)
