"""People's names out of what bylines say: without roles, outlets, dates, handles and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable

from monitor.reading.text import clean, unescape

_MOST_NAMES = 12
_LONGEST_NAME = 60
_EDGES = " ,.:;-–—|*\"'“”"


def _any(*alternatives: str) -> str:
    return "(?:" + "|".join(alternatives) + ")"


_DOING = _any(
    "photography|photos?|analysis|opinion|guest column|column|commentary|reporting|words|text|story|article|report",
    "posted|written|reported|published|submitted|edited|reviewed|contributed",
)
_PREFIX = re.compile(
    rf"^By(?=[A-Z][a-z])|^\W*(?:{_DOING}\s+(?:and\s+\w+\s+)?)?(?:by|words|authors?)\s*[:：]?\s+"
    r"|^\W*(?:autor(?:in)?|authors?|redaktion|byline)\s*[:：]\s*",
    re.IGNORECASE,
)
# Also first names, so only where a byline is shown.
_SHOWN_PREFIX = re.compile(r"^\W*(?:von|par|por|di|door|af|av)\s+", re.IGNORECASE)
_BY = re.compile(r"\b(?:by|von|par|por)\s*:?\s+", re.IGNORECASE)
# Everything from here on is about the writer, the time or the place, not the name.
_AFTER = re.compile(
    _any(
        r"\s+(?:\||•|·|—|–|-|/)\s+.*$",
        r"\s*[|•·].*$",
        r"\s+(?:on|at|am|um|le|updated|published|posted|aktualisiert|last updated|created|edited)\s+.*$",
        r"\s+(?:is an?|was an?|covers|reports|for the|for|special to|of the)\s+.*$",
        r"\s*\(.*$",
        r"\s+(?:mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?,?(?:\s.*)?$",
        r"\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d.*$",
        r"\s*\d{1,4}[./:-]\d.*$",
        r"\s+\d+\s+(?:min|hour|day|comment|week|month).*$",
    ),
    re.IGNORECASE,
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_HANDLE = re.compile(r"(?:^|\s)@\w+")
_SPLIT = re.compile(
    r"\s*(?:;|\||/|\n|•|·|&)\s*|\s*,\s*(?:and|und|et|y|e)\s+|\s+(?:and|und|et|y)\s+|\s*,\s*|\s+with\s+", re.IGNORECASE
)
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv|m\.?d|ph\.?d|esq|mph|j\.?d|rn|s\.?j)\.?$", re.IGNORECASE)
_WORKS_AS = _any(
    "staff|writers?|editors?|reporters?|correspondents?|columnists?|journalists?|producers?|contributors?|intern|fellow",
    "photographers?|anchor|meteorologist|director|bureau|desk|team|newsroom|redaktion|online|digital|news service",
    "wire services?|wire reports|press release|community|guest|author|admin|administrator|webmaster",
    "senior|managing|executive|associate|assistant|investigative|political|national|freelancer?|media|photos?",
)
_ROLE = re.compile(rf"^(?:the\s+)?(?:\w+\s+){{0,3}}{_WORKS_AS}$", re.IGNORECASE)
_BEHIND = re.compile(
    r"\s+(?:the\s+)?"
    + _any(
        "associated press|reuters|cnn|fox news(?: digital)?|breaking news.*|special to .+|md|phd",
        "guest contributor|staff(?: writer| reporter)?|contributing writer|opinion contributor",
        "contributors?|correspondent|reporter|editor|columnist",
    )
    + "$",
    re.IGNORECASE,
)
_AGENCIES = re.compile(
    r"^(?:the\s+)?"
    + _any(
        "cnn|ap|afp|reuters|upi|dpa|npr|bbc|abc|nbc|cbs|pbs|fox news|associated press|usa today|bloomberg",
        "cnn wire|cnn newsource|cnn politics|cnn business|fox news digital|afp news agency",
    )
    + r"(?:\s+(?:staff|wire|news))?$",
    re.IGNORECASE,
)
_OUTLETS = re.compile(
    r"\s(?:tribune|news|times|post|media|press|journal|herald|gazette|review|radio|mirror|monitor|magazine|network|tv"
    r"|project|newsroom|observer|chronicle|star|courier|register|dispatch|today|online|initiative|institute|center)$",
    re.IGNORECASE,
)
_NOBODY = frozenset(
    "admin administrator editor editors staff webmaster wordpress author authors unknown guest user redaktion press "
    "none null undefined anonymous team newsroom n/a na contributor by".split()
)
_JUNK = re.compile(r"https?:|www\.|\.(?:com|org|net|de|gov)\b|[<>{}=\\]|function|var |^\d+$|^[^\w]*$", re.IGNORECASE)
_CALENDAR = re.compile(
    r"\b(?:mon|tues?|wednes|thurs?|fri|satur|sun)day\b|\d{4}"
    r"|\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?\s\d",
    re.IGNORECASE,
)
_PARTICLES = frozenset("de da von van der den la el al bin di dos del du le ter ten".split())


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


def is_agency(name: str) -> bool:
    """Whether it is a news agency or network, which signs texts without being a person."""
    return bool(_AGENCIES.match(name))


def is_outlet(name: str) -> bool:
    """Whether it ends like an outlet's name ("Texas Tribune"); some people's names do too."""
    return bool(_OUTLETS.search(name))


def _names(value: str, *, visible: bool) -> Iterable[str]:
    text = clean(re.sub(r"<[^<>]{1,200}>", " ", unescape(value[:4_000])))
    text = _HANDLE.sub(" ", _MAIL.sub(" ", text))
    text = " ".join(text.split())
    if _JUNK.search(text) and not visible and " " not in text:
        return
    prefixed = _PREFIX.match(text) or (_SHOWN_PREFIX.match(text) if visible else None)
    if visible and not prefixed:
        # "Sept. 3, 2025 | By Jane Roe": what stands before is not the name
        inner = _BY.search(text[:120])
        if inner and inner.start() > 0:
            text = text[inner.end() :]
            prefixed = inner
    while match := _PREFIX.match(text) or (_SHOWN_PREFIX.match(text) if visible else None):
        text = text[match.end() :]
    pieces = [piece.strip(_EDGES) for piece in _SPLIT.split(text)]
    for index, piece in enumerate(pieces):
        if index and _SUFFIX.match(piece):
            continue
        while match := _PREFIX.match(piece):
            piece = piece[match.end() :]
        name = _AFTER.sub("", piece)
        shorter = _BEHIND.sub("", name)
        name = (shorter if " " in shorter.strip() else name).strip(_EDGES)
        if "-" in name and " " not in name and name.islower():
            name = name.replace("-", " ").title()  # an address's slug
        following = pieces[index + 1] if index + 1 < len(pieces) else ""
        if _SUFFIX.match(following):
            name = f"{name}, {following}"
        if _is_name(name, shown=visible, bare=visible and not prefixed):
            yield _cased(name)
        elif visible and index > 0:
            # in a visible byline the names come first; what follows is furniture
            return


def _is_name(name: str, *, shown: bool, bare: bool) -> bool:
    if not 2 <= len(name) <= _LONGEST_NAME or _JUNK.search(name) or _CALENDAR.search(name):
        return False
    parts = name.split()
    if " " not in name and name.isascii() and name.islower():
        return False  # an account's name
    if name.casefold() in _NOBODY or _ROLE.match(name) or len(parts) > 7:
        return False
    if shown and any(c.isdigit() for c in name):
        return False
    if bare:
        # a name without "by" before it: two to five words with capitals
        capital = all(part[0].isupper() or part in _PARTICLES for part in parts)
        return 2 <= len(parts) <= 5 and capital
    return any(c.isalpha() for c in name)


def _cased(name: str) -> str:
    """Names in capitals or small letters as people write them."""
    if len(name) > 5 and " " in name and (name.isupper() or name.islower()):
        return " ".join(part[:1].upper() + part[1:].lower() for part in name.split())
    return name
