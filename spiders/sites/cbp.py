"""U.S. Customs and Border Protection: releases, statements and speeches of the newsroom."""

from __future__ import annotations

from datetime import date as Day

from monitor.model import SiteRules, StoryKind

_PATH = r"^/newsroom/(?:[a-z-]*release[a-z-]*|speeches-and-statements|spotlights|announcements)/"
_FOOT = (
    r"^U\.S\. Customs and Border Protection(?: \(CBP\))? is America's frontline",
    r"^U\.S\. Customs and Border Protection (?:\(CBP\) )?is the unified border agency",
    r"^U\.S\. Customs and Border Protection welcomes assistance from the community",
    r"^Please visit (?:www\.)?cbp\.gov to view additional news releases",
    r"^(?:Learn more|Visit|Follow) .{0,120}(?:@CBP|on (?:X|Twitter|Instagram|Facebook))\b.{0,120}$",
    r"^(?:Release Date|Last Modified:)",
)

RULES = (
    SiteRules(
        site="cbp",
        version="drupal-11",
        domains=("cbp.gov",),
        kind=StoryKind.RELEASE,
        article_path=_PATH,
        title=("#page-title .field--name-title", "h1#page-title", "h1.page-title"),
        # the page has more of these: the search box before the article, the agency's own description after it
        body=("article > div > .field--name-body", "article > .field--name-body"),
        date=(".field--name-field-date-release .field__item",),
        date_formats=("%a, %m/%d/%Y", "%m/%d/%Y"),
        drop=("figcaption", ".visually-hidden"),
        drop_text=_FOOT,
        timezone="America/New_York",
        language="en",
    ),
    SiteRules(
        site="cbp",
        version="drupal-7",
        domains=("cbp.gov",),
        kind=StoryKind.RELEASE,
        article_path=_PATH,
        title=("h1#page-title", "h1.title", "#page-title"),
        body=(".node .field-name-body", ".field-name-body"),
        date=(".field-name-field-date-release .date-display-single", ".date-display-single"),
        date_formats=("%a, %m/%d/%Y", "%B %d, %Y"),
        drop=("figcaption",),
        drop_text=_FOOT,
        timezone="America/New_York",
        language="en",
        until=Day(2021, 12, 31),
    ),
)
