"""Pew Research Center: short reads and reports, the WordPress theme of today and the one of 2014."""

from __future__ import annotations

from datetime import date as Day

from monitor.model import SiteRules, StoryKind

_PATH = r"/(?:19|20)\d\d/\d\d/\d\d/"
_BOXES = (
    r"^(?:Sign up|Subscribe)\b.{0,120}(?:newsletter|e-?mail|inbox|weekly)",
    r"^(?:Topics|Share this|Share the link|Print|Download|Next:|← Prev|Facts are more important than ever)\b.{0,80}$",
    r"^(?:Note: )?Here (?:are|is) the questions? used for (?:this|the) \w+,? ",
)

RULES = (
    SiteRules(
        site="pewresearch",
        version="wordpress-blocks",
        domains=("pewresearch.org",),
        kind=StoryKind.ANALYSIS,
        article_path=_PATH,
        title=("h1.wp-block-post-title", "h1.entry-title", "h1.post-title", "article h1"),
        body=(".wp-block-post-content", ".post-content", "article .entry-content"),
        date=(".wp-block-post-date time", ".post-date", ".wp-block-prc-block-staff-query time"),
        date_formats=("%B %d, %Y",),
        byline=(".wp-block-prc-block-bylines-display a", ".prc-platform-bylines a", ".byline a"),
        drop=("figcaption", ".wp-block-prc-block-related-posts", ".footnotes", ".wp-block-prc-block-form-input-text"),
        drop_text=_BOXES,
        timezone="America/New_York",
        language="en",
    ),
    SiteRules(
        site="pewresearch",
        version="2014",
        domains=("pewresearch.org",),
        kind=StoryKind.ANALYSIS,
        article_path=_PATH,
        title=("#content h1", ".content h1"),
        body=("#content .text", "#content .post-content"),
        date=("#content .meta.date", "#content .date"),
        date_formats=("%B %d, %Y",),
        byline=("#content p.byline a[rel=author]", "#content p.byline a:not(.comment-count)"),
        drop=(".terms", ".social", ".bitly_link", ".addthis_toolbox"),
        drop_text=_BOXES,
        timezone="America/New_York",
        language="en",
        until=Day(2018, 12, 31),
    ),
)
