"""U.S. Department of Homeland Security: press releases and other news, dated in their addresses."""

from __future__ import annotations

from monitor.model import SiteRules, StoryKind

RULES = (
    SiteRules(
        site="dhs",
        version="drupal-10",
        domains=("dhs.gov",),
        kind=StoryKind.RELEASE,
        article_path=r"^/(?:archive/)?(?:news|blog|noticias)/\d{4}/\d\d/\d\d/",
        title=("h1#page-title", "#page-title", "h1.page-title"),
        body=("article > div > .field--name-body", "article > .field--name-body", ".node .field-name-body"),
        date=(".news-release-date-value", ".field--name-field-release-date", ".date-display-single"),
        date_formats=("%B %d, %Y",),
        # a leading style element, and "Image" labels of the pictures
        drop=("style", "article.media", ".visually-hidden", "figcaption"),
        drop_text=(r"^###$", r"^Last Updated:"),
        strip_title=(r"^\s*Archived:\s*",),
        timezone="America/New_York",
    ),
)
