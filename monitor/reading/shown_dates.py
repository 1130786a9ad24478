"""The dates a page shows its readers by the story's heading, with how surely each is the publication's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from monitor.reading.declared import Declared
from monitor.reading.headings import around_heading, own_text

LABELLED, LINE, UPDATE, IN_PASSING = range(4)
"""How surely a shown date is the publication's, the surest first."""

_DATE = re.compile(
    r"(?<!\w)(?:\d{1,2}(?:st|nd|rd|th)?\.?\s+(?:of\s+|de\s+)?[^\W\d_]{3,10}\.?,?\s+(?:de\s+)?(?:19|20)\d\d"
    r"|[^\W\d_]{3,10}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d"
    r"|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:(?:19|20)\d\d|\d\d))(?!\d)",
)
_CHANGED = re.compile(
    r"\b(?:updated|modified|(?:last )?edited|last reviewed|revised|aktualisiert|geändert|actualizado|mis à jour)\b",
    re.I,
)
_PUBLISHED = re.compile(r"\b(?:published|posted|issued|release date|created|veröffentlicht|publicado|publié)\b", re.I)
# Times of day, zones and week days around a date.
_CLOCK = re.compile(
    r"\b\d{1,2}(?::\d\d){1,2}\b|\b[ap]\.?m\b\.?|\b[ECMP][SD]?T\b|\b(?:UTC|GMT|Uhr|at|on|and|last|Eastern|Central|Pacific)\b|"
    r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b|[\W_]+",
    re.IGNORECASE,
)
_NAMED_FOR_DATES = re.compile(
    r"date|time(?:stamp)?(?![a-z]*line)|publish|posted|post-?meta|entry-?meta|byline|datum|fecha|submitted"
    r"|article-?(?:meta|info)",
    re.I,
)
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)")
# Month names parse_date does not know, as the languages' newspapers write them.
_ENGLISH = {
    name: english
    for english, names in {
        "January": "januar jänner janvier januari gennaio janeiro styczeń",
        "February": "februar feber février februari febbraio fevereiro",
        "March": "märz mär mrz mars maart março",
        "April": "avril aprile",
        "May": "mai mei maggio maio",
        "June": "juni juin giugno junho",
        "July": "juli juillet luglio julho",
        "August": "août aout augustus agosto",
        "September": "septembre settembre setembro",
        "October": "oktober okt octobre ottobre outubro",
        "November": "novembre novembro",
        "December": "dezember dez décembre dicembre dezembro",
    }.items()
    for name in names.split()
}


@dataclass(frozen=True, slots=True)
class ShownDate:
    """``rank``: LABELLED as publication, a LINE of its own, labelled as an UPDATE, or IN_PASSING.

    ``date`` is the bare date and ``stamp`` what stands around it (or its machine-readable form), both in English.
    """

    rank: int
    date: str
    stamp: str


def find_date(text: str) -> str:
    """The first written date in a short text, or ``""``."""
    found = _DATE.search(text)
    return found[0] if found else ""


def shown_dates(declared: Declared) -> Iterator[ShownDate]:
    """The dates in and around the story's heading, in the order a reader meets them."""
    language = declared.language.lower()
    day_first = bool(language) and (
        not language.startswith("en") or language[3:] in ("gb", "au", "nz", "ie", "in", "za")
    )
    for element in around_heading(declared):
        text = own_text(element)
        if not 6 <= len(text) <= 160:
            continue
        found = _DATE.search(text)
        if found is None:
            continue
        around = text[max(0, found.start() - 20) : found.end() + 30]
        yield ShownDate(
            rank=_rank(element, text, found[0]),
            date=_in_english(found[0], day_first),
            stamp=element.get("datetime") or _in_english(around, day_first),
        )


def _in_english(text: str, day_first: bool) -> str:
    """``text`` with its months in English and its numbers in an order nobody can mistake."""
    if day_first:
        text = _DAY_FIRST.sub(r"\3-\2-\1", text)
    text = re.sub(r"(?<=\d)\.(?=\s+[^\W\d_])", "", text)
    return re.sub(r"[^\W\d_]{3,10}", lambda word: _ENGLISH.get(word[0].casefold(), word[0]), text)


def _rank(element: HtmlElement, text: str, date: str) -> int:
    said = f"{_label(element)} {text}"
    if _PUBLISHED.search(said):
        return LABELLED
    if _CHANGED.search(said):
        return UPDATE
    named = f"{element.tag} {element.get('class') or ''} {element.get('id') or ''}"
    parent = element.getparent()
    if parent is not None:
        named += f" {parent.get('class') or ''} {parent.get('id') or ''}"
    alone = len(_CLOCK.sub("", text.replace(date, ""))) <= 14
    return LINE if alone or (_NAMED_FOR_DATES.search(named) and len(text) < 100) else IN_PASSING


def _label(element: HtmlElement) -> str:
    """A short label standing before the element ("Published:" in a span of its own), or ``""``."""
    before, parent = element.getprevious(), element.getparent()
    if before is None:
        label = (parent.text or "") if parent is not None else ""
        return label if len(label) < 40 else ""
    label = before.text_content()
    return label if len(label) < 40 else ""
