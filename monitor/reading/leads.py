"""A lead as a story: when what a channel says is enough, or all that can be had."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import unquote, urlsplit

from monitor.model import Article, Dated, Lead, Link, Snapshot, Source, SourceKind, StoryKind
from monitor.reading.plausible import plausible
from monitor.reading.urls import cited_domains, story_key

COMPLETE_WORDS = 120  # a channel's own text shorter than this is taken for a teaser
# What publishers put at the end of a text they cut; a text that ends so is thinner than its page.
_CUT = re.compile(
    r"(?:…|\.\.\.|\[(?:…|\.\.\.|&hellip;)\]|\b(?:read more|continue reading|read the (?:full|rest|whole)\b[^.\n]{0,80}"
    r"|full story|more here|click here[^.\n]{0,60}|keep reading|view (?:the )?full)\W*)\s*$",
    re.IGNORECASE,
)
# WordPress appends this line to entries whether they are cut or not; it is not the story's.
_APPENDED = re.compile(r"\n*(?:The post|The article)\b[^\n]{0,400}\bappeared first on\b[^\n]{0,200}\s*$")

KIND_OF = {
    SourceKind.AGENCY: StoryKind.RELEASE,
    SourceKind.OUTLET: StoryKind.COVERAGE,
    SourceKind.RESEARCH: StoryKind.ANALYSIS,
}


def looks_complete(lead: Lead) -> bool:
    """Whether the channel carries the story's full text: long enough, longer than its summary, and not cut short."""
    text = _without_appended(lead.text)
    if not text or _CUT.search(text[-200:]):
        return False
    words = len(lead.text.split())
    # A text no longer than its own summary may be nothing but that summary.
    return words >= COMPLETE_WORDS and (words >= 2 * COMPLETE_WORDS or words >= 1.5 * len(lead.summary.split()))


def story_of_lead(
    lead: Lead, address: str, source: Source, seen_at: datetime, *, page_trouble: bool = False
) -> Snapshot:
    """The snapshot a lead alone can give; ``page_trouble`` marks that its page was wanted and could not be had.

    A date the channel cannot mean (the future, the year 0) is dropped, never the story; a lead without a title
    takes the words of its address.
    """
    text = _without_appended(lead.text or lead.summary)
    links: tuple[Link, ...] = lead.links if lead.text else ()
    title = lead.title or _words_of(address)
    article = Article(
        url=address,
        title=title,
        text=text,
        byline=lead.byline,
        published=_meant(lead.published, seen_at),
        modified=_meant(lead.updated, seen_at),
        language=lead.language,
        kind=KIND_OF[source.kind],
        links=links,
        cited_domains=cited_domains(links, source.domain),
        extractor="channel",
        signals={"title": "channel" if lead.title else "address", "text": "channel"},
    )
    return Snapshot(
        source=source.id, article=article, seen_at=seen_at, from_lead=page_trouble, identity=story_key(address)
    )


def _without_appended(text: str) -> str:
    """The text without the line WordPress appends, which stands within the last few hundred characters."""
    head, tail = text[:-700], text[-700:]
    return (head + _APPENDED.sub("", tail)).strip() if "appeared first on" in tail else text.strip()


def _meant(dated: Dated | None, seen_at: datetime) -> Dated | None:
    return dated if dated is not None and plausible(dated, seen_at) else None


def _words_of(address: str) -> str:
    """``/news/2026/agents-sent-to-ohio.html`` → ``agents sent to ohio``; the address itself when it has no words."""
    parts = [part for part in urlsplit(address).path.split("/") if part]
    slug = re.sub(r"\.[a-z]{2,5}$", "", unquote(parts[-1])) if parts else ""
    words = re.sub(r"[-_+\s]+", " ", slug).strip()
    return words if re.search(r"[^\W\d_]{3}", words) else address
