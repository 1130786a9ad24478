"""Who wrote a story: names from declared data first, then from the byline the reader sees."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from monitor.reading import jsonld
from monitor.reading.declared import Declared, words
from monitor.reading.text import clean, unescape

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
_MOST_NAMES = 12
_LONGEST_NAME = 60
_LONGEST_BYLINE = 400

# Where pages show their byline, the surest first. ``author`` in a class also marks comment authors and portraits,
# so comments, asides and lists of other stories are left out.
_AWAY = (
    "not(ancestor-or-self::*[contains(@class,'comment') or contains(@id,'comment') or contains(@class,'related') or "
    "contains(@class,'sidebar') or contains(@class,'recirc') or contains(@class,'widget') or contains(@class,'promo') or "
    "contains(@class,'teaser') or contains(@class,'quote') or self::aside or self::nav or self::footer])"
)
_VISIBLE = tuple(
    (signal, etree.XPath(f"//*[{test}][{_AWAY}]", namespaces={"re": "http://exslt.org/regular-expressions"}))
    for signal, test in (
        ("rel-author", "(self::a or self::link) and @rel='author'"),
        ("itemprop-author", "@itemprop='author' or @itemprop='author name'"),
        (
            "author-name",
            "re:test(@class, '(^|[ _-])(author|byline)[_-]{0,2}(name|link)|authorName|AuthorName|(^| )p-author')",
        ),
        (
            "byline",
            "re:test(@class, '(^|[ _-])by-?line([ _-]|s|$)|[Bb]yline|(^| )byl( |$)|(^| )(posted|submitted|written)-by')"
            " or @data-testid='byline' or contains(@data-component,'Byline')",
        ),
        ("author", "re:test(@class, '(^|[ _-])(author|authors|autor|writer)([ _-]|$)') or @id='author'"),
    )
)

_PREFIX = re.compile(
    r"^\W*(?:(?:posted|written|reported|published|submitted|story|article|words|text|report|edited|reviewed|photos?|"
    r"analysis|opinion|guest column|column|commentary|reporting|contributed)\s+(?:and\s+\w+\s+)?)?"
    r"(?:by|von|par|por|di|door|af|av|autor(?:in)?|authors?|words)\s*[:：]?\s+|^\W*(?:autor(?:in)?|authors?|redaktion|byline)\s*[:：]\s*",
    re.IGNORECASE,
)
_BY = re.compile(r"\b(?:by|von|par|por)\s*:?\s+", re.IGNORECASE)
# Everything from here on is about the writer, the time or the place, not the name.
_AFTER = re.compile(
    r"\s+(?:\||•|·|—|–|-|/)\s+.*$"
    r"|\s*[|•·].*$"
    r"|\s+(?:on|at|am|um|le|updated|published|posted|aktualisiert|last updated|created|edited|is an?|was an?|covers|reports|for the|for|special to|of the)\s+.*$"
    r"|\s*\(.*$"
    r"|\s+(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s.*$"
    r"|\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d.*$"
    r"|\s*\d{1,4}[./:-]\d.*$"
    r"|\s+\d+\s+(?:min|hour|day|comment|week|month).*$",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_HANDLE = re.compile(r"(?:^|\s)@\w+")
_SPLIT = re.compile(
    r"\s*(?:;|\||/|\n|•|·|&)\s*|\s*,\s*(?:and|und|et|y|e)\s+|\s+(?:and|und|et|y)\s+|\s*,\s*|\s+with\s+", re.IGNORECASE
)
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv|m\.?d|ph\.?d|esq|mph|j\.?d|rn|s\.?j)\.?$", re.IGNORECASE)
_ROLE = re.compile(
    r"^(?:the\s+)?(?:\w+\s+){0,3}(?:staff|writers?|editors?|reporters?|correspondents?|columnists?|journalists?|producers?|contributors?|"
    r"intern|fellow|photographers?|anchor|meteorologist|director|bureau|desk|team|newsroom|redaktion|online|digital|"
    r"news service|wire services?|wire reports|press release|community|guest|author|admin|administrator|webmaster|"
    r"senior|managing|executive|associate|assistant|investigative|political|national|freelance(?:r)?|media|photos?)$",
    re.IGNORECASE,
)
_NOBODY = frozenset(
    "admin administrator editor editors staff webmaster wordpress author authors unknown guest user redaktion press "
    "none null undefined anonymous team newsroom n/a na contributor by".split()
)
_ORGANISATION = re.compile(
    r"^(?:the\s+)?(?:cnn|ap|afp|reuters|upi|dpa|npr|bbc|abc|nbc|cbs|pbs|fox news|associated press|usa today|bloomberg|"
    r"cnn wire|cnn newsource|cnn politics|cnn business|cnn staff|fox news digital|afp news agency)(?:\s+(?:staff|wire|news))?$",
    re.IGNORECASE,
)
_JUNK = re.compile(r"https?:|www\.|\.(?:com|org|net|de|gov)\b|[<>{}=\\]|function|var |^\d+$|^[^\w]*$", re.IGNORECASE)


def find_byline(tree: HtmlElement, declared: Declared, *, selected: Sequence[str] = ()) -> tuple[str, str]:
    """The writers' names joined by ``"; "`` and the signal that won, or ``("", "")``.

    ``selected`` are the texts a site's own selectors found; they are believed before anything else. A person beats an
    organisation: a page that declares the outlet as author and shows a name is written by the name.
    """
    if names := names_in(selected):
        return _joined(names), "site"
    organisation = ("", "")
    for signal, values in _declared(declared):
        names = names_in(values)
        people = [name for name in names if _person(name, declared)]
        if people:
            return _joined(people), signal
        if names and not organisation[0]:
            organisation = (_joined(names), signal)
    for signal, expression in _VISIBLE:
        for element in expression(tree)[:8]:
            shown = (element.get("content") or element.get("title") or "") if element.tag in ("meta", "link") else ""
            text = shown or words(element, _LONGEST_BYLINE)
            if not text or len(text) >= _LONGEST_BYLINE:
                continue
            names = [name for name in names_in([text], visible=True) if _person(name, declared)]
            if names:
                return _joined(names), signal
    return organisation


def names_in(values: Iterable[str], *, visible: bool = False) -> list[str]:
    """The names in ``values``, cleaned of roles, outlets' tags, dates, handles and addresses, each once.

    ``visible`` texts come from the page's furniture, where a name must look like one.
    """
    found: dict[str, str] = {}
    for value in values:
        for name in _names(value, visible=visible):
            key = name.casefold()
            if any(key != other and key in other for other in found):
                continue
            for other in [other for other in found if other != key and other in key]:
                del found[other]
            found.setdefault(key, name)
    return list(found.values())[:_MOST_NAMES]


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


def _names(value: str, *, visible: bool) -> Iterable[str]:
    text = clean(re.sub(r"<[^<>]{1,200}>", " ", unescape(value[:4_000])))
    text = _HANDLE.sub(" ", _MAIL.sub(" ", text))
    text = " ".join(text.split())
    if _JUNK.search(text) and not visible and " " not in text:
        return
    prefixed = _PREFIX.match(text)
    if visible and not prefixed:
        # "Sept. 3, 2025 | By Jane Roe": what stands before is not the name
        inner = _BY.search(text[:120])
        if inner and inner.start() > 0:
            text = text[inner.end() :]
            prefixed = inner
    while match := _PREFIX.match(text):
        text = text[match.end() :]
    pieces = [piece.strip(" ,.:;-–—|*\"'“”") for piece in _SPLIT.split(text)]
    for index, piece in enumerate(pieces):
        if index and _SUFFIX.match(piece):
            continue
        while match := _PREFIX.match(piece):
            piece = piece[match.end() :]
        name = _AFTER.sub("", piece).strip(" ,.:;-–—|*\"'“”")
        following = pieces[index + 1] if index + 1 < len(pieces) else ""
        if _SUFFIX.match(following):
            name = f"{name}, {following}"
        if _is_name(name, visible=visible and not prefixed):
            yield _cased(name)
        elif visible and index > 0:
            # in a visible byline the names come first; what follows is furniture
            return


def _is_name(name: str, *, visible: bool) -> bool:
    if not 2 <= len(name) <= _LONGEST_NAME or _JUNK.search(name):
        return False
    parts = name.split()
    if name.casefold() in _NOBODY or _ROLE.match(name) or len(parts) > 7:
        return False
    if visible:
        # a name without "by" before it: two to five words, capitals, no digits
        return (
            2 <= len(parts) <= 5
            and not any(c.isdigit() for c in name)
            and all(
                part[0].isupper()
                or part.lower() in ("de", "da", "von", "van", "der", "den", "la", "el", "al", "bin", "di", "dos", "del")
                for part in parts
            )
        )
    return any(c.isalpha() for c in name)


def _person(name: str, declared: Declared) -> bool:
    """Whether the name may be a person's: not the outlet's, not an agency's, more than one word."""
    folded = name.casefold()
    site = declared.meta("og:site_name").casefold()
    publisher = jsonld.first(declared.ld("publisher")).casefold()
    if folded in (site, publisher) or _ORGANISATION.match(name):
        return False
    if site and len(site) > 3 and (folded in site or site in folded):
        return False
    return " " in name or not name.isascii()


def _cased(name: str) -> str:
    """Names in capitals or small letters as people write them."""
    if len(name) > 5 and " " in name and (name.isupper() or name.islower()):
        return " ".join(part[:1].upper() + part[1:].lower() for part in name.split())
    return name


def _joined(names: Sequence[str]) -> str:
    return "; ".join(names)
