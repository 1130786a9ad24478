"""U.S. Department of Justice: press releases and speeches of the department and its offices."""

from __future__ import annotations

from datetime import date as Day

from monitor.model import SiteRules, StoryKind

_PATH = r"^/(?:archives?/)?[a-z-]+/(?:pr|speech|blog|media)/[^/]+"

RULES = (
    SiteRules(
        site="justice",
        version="drupal-10",
        domains=("justice.gov",),
        kind=StoryKind.RELEASE,
        article_path=_PATH,
        title=("h1.page-title", "h1.node-title", "article h1"),
        body=(".node-press-release .field_body", ".field_body", ".node-body", "article .field--name-body"),
        date=(".node-date time", ".field_date time", "article time"),
        date_formats=("%A, %B %d, %Y",),
        drop=("figcaption", ".visually-hidden"),
        drop_text=(r"^(?:Updated|Press Release Number:|Topics?:|Components?:)\b",),
        timezone="America/New_York",
    ),
    SiteRules(
        site="justice",
        version="drupal-7",
        domains=("justice.gov",),
        kind=StoryKind.RELEASE,
        article_path=_PATH,
        title=("article h1#node-title", "#node-title"),
        body=(".field--name-field-pr-body", ".field--name-field-speech-body", "article .field--name-body"),
        date=(".field--name-field-pr-date .date-display-single", ".date-display-single"),
        date_formats=("%A, %B %d, %Y",),
        drop=("figcaption",),
        drop_text=(r"^(?:Updated|Press Release Number:|Topics?:|Components?:)\b",),
        timezone="America/New_York",
        until=Day(2023, 6, 30),
    ),
)
