"""What a text is: an agency's or advocate's own release, an outlet's coverage, or analysis and opinion."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from monitor.model import StoryKind
from monitor.reading import jsonld
from monitor.reading.declared import Declared

_RELEASE_PATH = re.compile(
    r"/(?:press|media|news)[-_]?(?:room/)?[-_]?releases?(?:/|$)|/press[-_]?room/|/pressroom/releases/|/press-statements?/|/news-releases?/|"
    r"/newsroom/(?:[a-z-]*release|speeches)|/comunicados?(?:-de-prensa)?/|/pressemitteilung(?:en)?/",
    re.IGNORECASE,
)
_ANALYSIS_PATH = re.compile(
    r"/(?:opinions?|op-?eds?|editorials?|commentary|commentaries|analysis|analyses|columns?|columnists?|perspectives?|"
    r"viewpoints?|views|letters|research|reports?|policy-briefs?|briefs?|working-papers?|fact-sheets?|explainers?|comment-?is-?free|kommentare?|meinung)/",
    re.IGNORECASE,
)
_ANALYSIS_WORDS = re.compile(
    r"^(?:opinions?|op-?ed|editorials?|commentary|analysis|columns?|columnists|perspectives?|viewpoints?|research|report|kommentar|meinung)$",
    re.IGNORECASE,
)
_ANALYSIS_TYPES = frozenset(
    {
        "opinionnewsarticle",
        "analysisnewsarticle",
        "scholarlyarticle",
        "medicalscholarlyarticle",
        "report",
        "reviewnewsarticle",
    }
)
_AGENCY = re.compile(r"(?:\.gov|\.mil|\.state\.[a-z]{2}\.us|\.gov\.[a-z]{2}|\.gc\.ca|\.europa\.eu)$", re.IGNORECASE)


def find_kind(url: str, declared: Declared, site_kind: StoryKind | None = None) -> tuple[StoryKind, str]:
    """The kind of a story and the signal that told; ``site_kind`` is what the site's rules say all its stories are."""
    if site_kind is not None and site_kind is not StoryKind.COVERAGE:
        return site_kind, "site"
    parts = urlsplit(url)
    if _AGENCY.search(parts.hostname or ""):
        return StoryKind.RELEASE, "agency"
    if _RELEASE_PATH.search(parts.path):
        return StoryKind.RELEASE, "url"
    if _ANALYSIS_TYPES & set(jsonld.types(declared.article)):
        return StoryKind.ANALYSIS, "json-ld:type"
    if _ANALYSIS_PATH.search(parts.path):
        return StoryKind.ANALYSIS, "url"
    sections = (
        declared.meta("article:section", "section", "parsely-section", "articlesection"),
        jsonld.first(declared.ld("articleSection")),
    )
    if any(section and _ANALYSIS_WORDS.match(section.strip()) for section in sections):
        return StoryKind.ANALYSIS, "section"
    return (StoryKind.COVERAGE, "site") if site_kind is not None else (StoryKind.COVERAGE, "default")
