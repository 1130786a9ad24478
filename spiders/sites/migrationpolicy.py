"""Migration Policy Institute: articles and research (analysis), and its own news releases."""

from __future__ import annotations

from dataclasses import replace

from monitor.model import SiteRules, StoryKind

_ANALYSIS = SiteRules(
    site="migrationpolicy",
    version="drupal-7",
    domains=("migrationpolicy.org",),
    kind=StoryKind.ANALYSIS,
    article_path=r"^/(?:article|research|commentary|commentaries|pubs)/",
    title=("h1#page-title", "h1.page-title", "h1.page-header", "#content h1", "h1"),
    body=(".field-name-body", ".field--name-body"),
    date=(".date-display-single", ".field-name-field-date", ".field--name-field-date time"),
    date_formats=("%B %d, %Y", "%A, %B %d, %Y"),
    byline=(
        ".field-name-field-authors a",
        ".field-name-field-author a",
        ".field-name-field-mpi-authors a",
        ".author a",
    ),
    drop=("figcaption", ".field-name-field-related", ".rtejustify-sources"),
    drop_text=(
        r"^(?:Sign up|Subscribe)\b.{0,120}(?:newsletter|inbox)",
        r"^(?:Related (?:Articles|Research)|Share this)\b",
    ),
    timezone="America/New_York",
    language="en",
)

RULES = (
    _ANALYSIS,
    replace(_ANALYSIS, version="drupal-7-news", kind=StoryKind.RELEASE, article_path=r"^/(?:news|media)/(?!coverage)"),
)
