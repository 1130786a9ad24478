"""Who wrote a story: names from declared data first, then from the byline the reader sees."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from lxml.html import HtmlElement

from monitor.reading import jsonld
from monitor.reading.declared import Declared, words
from monitor.reading.headings import around_heading, own_text
from monitor.reading.names import is_agency, is_outlet, names_in

_META_KEYS = (
    "author",
    "authors",
    "article:author",
    "article:author_name",
    "byl",
    "byline",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "dc.creator.aut",
    "dcterms.creator.aut",
    "citation_author",
    "cxenseparse:author",
    "dcsext.author",
    "rbauthors",
    "shareaholic:article_author_name",
    "article.author",
    "og:article:author",
    "og:author",
    "creator",
    "vr:author",
    "twitter:data1",
)
_Claim = tuple[str, float, list[str]]
"""Who says so, how much it weighs, and whom it names."""

_LONGEST_BYLINE = 400

# How pages mark up their byline, the surest first. ``author`` in a class also marks comments' writers and the names
# on other stories' cards, so what stands in such places is left out.
_SHOWN = (
    (
        "byline",
        re.compile(
            r"(?:^|[ _-])by-?line(?:[ _-]|s?(?: |$))|[Bb]yline|(?:^| )byl(?: |$)|(?:^| )(?:posted|submitted|written)-by"
        ),
    ),
    (
        "author-name",
        re.compile(r"(?:^|[ _-])(?:author|byline)[_-]{0,2}(?:name|link)|[aA]uthor-?[nN]ame|(?:^| )p-author"),
    ),
    ("author", re.compile(r"(?:^|[ _-])(?:author|authors|autor|writer)(?:[ _-]|$)")),
)
_AWAY = re.compile(
    r"comment|related|sidebar|recirc|widget|promo|teaser|quote|most-|popular|trending|card|footer|newsletter", re.I
)


_BY_LINE = re.compile(
    r"^(?:(?i:photos?|story|text|words|written|posted|reported|reporting|article|column|author)\b.{0,20})?"
    r"(?:\b(?:[Bb]y|BY|[Vv]on|[Pp]ar|[Pp]or)\b|(?<=[Aa]uthor)):?\s*[A-ZÀ-Þ][^\W\d_]+[ .]",
)
_BARS = re.compile(r"\s*[|•·]\s*")
_WRITER_PAGE = re.compile(
    r"/(?:authors?|staff|people|contributors?|writers?|reporters?|journalists?|by|bio|person|profiles?|autor(?:en|es)?)/",
    re.I,
)


def find_byline(declared: Declared, *, selected: Sequence[str] = ()) -> tuple[str, str]:
    """The writers' names joined by ``"; "`` and the signal that won, or ``("", "")``.

    ``selected`` are the texts a site's own selectors found; they are believed before anything else. A person beats an
    organisation: a page that declares the outlet as author and shows a name is written by the name.
    """
    if names := names_in(selected):
        return _joined(_people(names, declared) or names), "site"
    claims: list[_Claim] = []
    organisation = ("", "")
    for signal, values in _declared(declared):
        names = names_in(values)
        if people := _people(names, declared):
            claims.append((signal, 2.0 if signal.startswith("json-ld") else 1.0, people))
        elif names and not organisation[0] and not _own_name(names[0], declared):
            organisation = (_joined(names), signal)
    shown = _shown_claims(declared)
    if not claims and not shown:
        shown = _bare_claims(declared)
    agreed = len({_joined(people) for _, _, people in claims}) == 1
    claims += shown
    if not claims:
        return organisation
    best = 0 if agreed else max(range(len(claims)), key=lambda index: (_support(index, claims), -index))
    declared_names = {name.casefold() for name in claims[best][2]}
    for signal, _, people in shown:
        # pages declare the first writer alone and show them all
        if declared_names < {name.casefold() for name in people} and len(people) <= 6 and signal == "byline":
            return _joined(people), signal
    return _joined(claims[best][2]), claims[best][0]


def _shown_claims(declared: Declared) -> list[_Claim]:
    claims: list[_Claim] = []
    for signal, element in _shown(declared):
        if people := _people(names_in([_shown_text(element)], visible=True), declared):
            claims.append((signal, 2.0, people))
        if len(claims) >= 4:
            break
    return claims


def _bare_claims(declared: Declared) -> list[_Claim]:
    """Where nothing is marked up: a line by the heading that begins with "By", or a link to a writer's page."""
    linked: list[str] = []
    for element in around_heading(declared):
        text = own_text(element)
        if not 5 < len(text) < 100:
            continue
        if any(_BY_LINE.match(part) for part in _BARS.split(text)) and (
            people := _people(names_in([text], visible=True), declared)
        ):
            return [("by-line", 1.0, people)]
        if element.tag == "a" and len(linked) < 6 and _WRITER_PAGE.search(element.get("href") or ""):
            linked += [name for name in _people(names_in([text], visible=True), declared) if name not in linked]
    return [("author-link", 1.0, linked)] if linked else []


def _shown(declared: Declared) -> Iterable[tuple[str, HtmlElement]]:
    """Elements that show a byline, the surest first, with the signal's name."""
    ranked = [(kind, element) for element in declared.marked if (kind := _marked_as(element)) is not None]
    ranked.sort(key=lambda item: item[0][0])  # stable: document order within a rank
    for (_, signal), element in ranked[:30]:
        if not _elsewhere(element):
            yield signal, element


def _marked_as(element: HtmlElement) -> tuple[int, str] | None:
    """Rank and name of the signal by which the element claims to be a byline."""
    if element.get("rel") == "author":
        return 0, "rel-author"
    if (element.get("itemprop") or "").split(" ")[0] in ("author", "creator"):
        return 1, "itemprop-author"
    if element.get("data-testid") == "byline" or "Byline" in (element.get("data-component") or ""):
        return 2, "byline"
    if element.get("id") == "author":
        return 4, "author"
    named = element.get("class") or ""
    return next(
        ((rank, signal) for rank, (signal, pattern) in enumerate(_SHOWN, start=2) if pattern.search(named)), None
    )


def _elsewhere(element: HtmlElement) -> bool:
    """Whether the element belongs to another story's card, a comment or the page's furniture."""
    for depth, above in enumerate((element, *element.iterancestors())):
        if above.tag in ("aside", "nav", "footer", "body"):
            return bool(above.tag != "body")
        named = f"{above.get('class') or ''} {above.get('id') or ''}"
        if depth < 6 and _AWAY.search(named):
            return True
    return False


def _support(index: int, claims: Sequence[_Claim]) -> float:
    """How much speaks for a claim: its own weight, and that of every other as far as they name the same people."""
    mine = {name.casefold() for name in claims[index][2]}
    total = claims[index][1]
    for other, (_, weight, names) in enumerate(claims):
        theirs = {name.casefold() for name in names}
        if other != index:
            total += weight * len(mine & theirs) / len(mine | theirs)
    return total


def _shown_text(element: HtmlElement) -> str:
    text = element.get("content") or words(element, _LONGEST_BYLINE, apart=True)
    return text if len(text) < _LONGEST_BYLINE else ""


def _people(names: Sequence[str], declared: Declared) -> list[str]:
    """The people among ``names``; what reads like an outlet counts only where nobody else is named."""
    people = [name for name in names if _person(name, declared)]
    return [name for name in people if not is_outlet(name)] or people


def _declared(declared: Declared) -> Iterable[tuple[str, list[str]]]:
    for key in ("author", "creator"):
        values = jsonld.by_id(declared.nodes, declared.ld(key))
        people = [_person_name(value) for value in values]
        if any(people):
            yield f"json-ld:{key}", [name for name in people if name]
    for key in _META_KEYS:
        values = declared.metas.get(key, [])
        if key == "twitter:data1" and "written" not in declared.meta("twitter:label1").lower():
            continue
        if values:
            yield f"meta:{key}", values


def _person_name(value: Any) -> str:
    if isinstance(value, dict):
        name = jsonld.first(value.get("name"))
        if not name:
            parts = [jsonld.first(value.get(key)) for key in ("givenName", "familyName")]
            name = " ".join(part for part in parts if part)
        return name
    return value if isinstance(value, str) else ""


def _person(name: str, declared: Declared) -> bool:
    """Whether the name may be a person's: not the outlet's, not an agency's, more than one word."""
    if _own_name(name, declared) or is_agency(name):
        return False
    return " " in name or not name.isascii()


def _own_name(name: str, declared: Declared) -> bool:
    """Whether it is the outlet's own name."""
    folded = name.casefold()
    for said in (declared.meta("og:site_name"), jsonld.first(declared.ld("publisher"))):
        own = said.casefold()
        if len(own) > 3 and (folded in own or own in folded):
            return True
    return False


def _joined(names: Sequence[str]) -> str:
    return "; ".join(names)
