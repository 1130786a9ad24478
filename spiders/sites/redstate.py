"""RedState: posts whose address ends in a number that names the story."""

from __future__ import annotations

from monitor.model import SiteRules, StoryKind

RULES = (
    SiteRules(
        site="redstate",
        version="townhall",
        domains=("redstate.com",),
        kind=StoryKind.COVERAGE,
        article_path=r"/\d{4}/\d\d/\d\d/",
        title=("h1.post-title", "article h1", "h1"),
        body=("section.post-body p, section.post-body h2, section.post-body h3", "section.post-body", "div.post-body"),
        byline=("a[rel=author]", ".post-author a", ".post-byline a", ".byline a"),
        drop=(".ad", ".promo", ".social", "figcaption"),
        # the disclaimer stands before the lede, the club's advertisement after the text
        drop_text=(
            r"^The opinions expressed by (?:contributors|columnists|the author)\b",
            r"^(?:Editor['’]s Note:|RedState is|Join RedState VIP|Help us continue|Help RedState)",
            r"^Thank you for (?:supporting|being)\b",
            r"\bpromo(?:tion)? code\b.{0,80}\b(?:discount|off|membership)",
            r"^(?:READ MORE|Read More|RELATED|Related|SEE ALSO|See Also|READ|MORE|FLASHBACK|DIVE DEEPER)\s*:",
        ),
        timezone="America/New_York",
        language="en",
    ),
)
