"""CNN: four generations of article pages, and CNN Money's."""

from __future__ import annotations

from datetime import date as Day

from monitor.model import SiteRules, StoryKind

_PATH = r"/(?:19|20)\d\d/(?:[A-Za-z.]+/)?\d\d/(?:\d\d/)?"
_TITLE = (r"\s+[-|]\s+CNN(?:\.com|Politics|Money| \w+)*\s*$",)
_PROMOS = (
    r"^(?:Read more|Related|Watch|RELATED|READ|MORE|Story highlights)\s*:",
    r"^(?:Sign up|Get|Subscribe)\b.{0,120}\bnewsletter",
    r"^(?:Join us on|Follow us on|CNN on|See all topics$|Link Copied|Ad Feedback|Video Ad Feedback)",
    r"^(?:This|The) story (?:has been|was) updated with additional \w+\.?$",
    r"^(?:CLICK HERE|Click here)\b",
)

RULES = (
    SiteRules(
        site="cnn",
        version="2023",
        domains=("cnn.com",),
        kind=StoryKind.COVERAGE,
        article_path=_PATH,
        title=("h1.headline__text", "h1#maincontent"),
        body=(
            ".article__content [data-component-name=paragraph], .article__content [data-component-name=subheader],"
            " .article__content [data-component-name=list],"
            # Corrections stand here, and nowhere else.
            " .article__content [data-component-name=editor-note]",
            ".article__content .paragraph, .article__content .subheader",
            ".article__content",
        ),
        byline=(".byline__name",),
        drop_text=_PROMOS,
        strip_title=_TITLE,
        timezone="America/New_York",
        language="en",
    ),
    SiteRules(
        site="cnn",
        version="2014",
        domains=("cnn.com",),
        kind=StoryKind.COVERAGE,
        article_path=_PATH,
        title=("h1.pg-headline", "h1.PageHead__title", "h1.Article__title"),
        body=(".zn-body__paragraph", "[itemprop=articleBody]", ".Article__primary .Paragraph__component"),
        byline=(".metadata__byline__author a", ".metadata__byline__author", ".Authors__writers"),
        drop=("cite.el-editorial-source",),
        drop_text=_PROMOS,
        strip_title=_TITLE,
        timezone="America/New_York",
        language="en",
        until=Day(2022, 12, 31),
    ),
    SiteRules(
        site="cnn",
        version="money",
        domains=("money.cnn.com",),
        kind=StoryKind.COVERAGE,
        article_path=_PATH,
        title=("h1.article-title", "h1.storyheadline"),
        body=("#storytext > p, #storytext > h2", "#storytext"),
        byline=(".cnnbyline .byline", ".byline"),
        drop_text=_PROMOS,
        strip_title=_TITLE,
        timezone="America/New_York",
        language="en",
        until=Day(2018, 12, 31),
    ),
    SiteRules(
        site="cnn",
        version="2009",
        domains=("cnn.com",),
        kind=StoryKind.COVERAGE,
        article_path=_PATH,
        title=("#cnnContentContainer h1",),
        body=(".cnn_strycntntlft > p, .cnn_strycntntlft > h2, .cnn_strycntntlft > ul", ".cnn_storyarea > p"),
        byline=(".cnnByline",),
        drop=(".cnnInline", ".cnn_bulletbin"),
        drop_text=_PROMOS,
        strip_title=_TITLE,
        timezone="America/New_York",
        language="en",
        until=Day(2014, 12, 31),
    ),
)
