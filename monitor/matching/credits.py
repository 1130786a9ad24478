"""Where wire copy comes from, as its byline, dateline or last lines credit it, even when only one copy is known."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Name → how it is credited. Short forms are matched in capitals only, so that "ap" or "up" in prose is no agency.
_AGENCIES: tuple[tuple[str, str], ...] = (
    ("Associated Press", r"(?:The\s+)?Associated\s+Press"),
    ("Reuters", r"(?:Thomson\s+)?Reuters"),
    ("Agence France-Presse", r"Agence\s+France[-\s]Presse"),
    ("CNN", r"(?:The[-\s])?CNN[-\s]?Wires?|CNN\s+Newsource|Cable\s+News\s+Network"),
    ("United Press International", r"United\s+Press\s+International"),
    ("States Newsroom", r"States\s+Newsroom"),
    ("Tribune News Service", r"Tribune\s+(?:News\s+Service|Content\s+Agency)"),
    ("Bloomberg", r"Bloomberg(?:\s+News)?"),
    ("Kaiser Health News", r"(?:Kaiser|KFF)\s+Health\s+News"),
    ("CalMatters", r"CalMatters"),
    ("ProPublica", r"ProPublica"),
    ("The Marshall Project", r"(?:The\s+)?Marshall\s+Project"),
    ("Cronkite News", r"Cronkite\s+News"),
    ("Capitol News Illinois", r"Capitol\s+News\s+Illinois"),
    ("Border Report", r"Border\s+Report"),
    ("Stateline", r"Stateline"),
    ("The Center Square", r"(?:The\s+)?Center\s+Square"),
    ("City News Service", r"City\s+News\s+Service"),
    ("Bay City News", r"Bay\s+City\s+News"),
    ("Capital News Service", r"Capital\s+News\s+Service"),
    ("Deutsche Presse-Agentur", r"Deutsche\s+Presse[-\s]Agentur"),
    ("EFE", r"Agencia\s+EFE"),
    ("NewsNation", r"NewsNation"),
    ("Nexstar Media Wire", r"Nexstar\s+Media\s+Wire"),
    ("The Canadian Press", r"(?:The\s+)?Canadian\s+Press"),
    ("Press Association", r"PA\s+Media|Press\s+Association"),
)
_SHORT = {
    "AP": "Associated Press", "AFP": "Agence France-Presse", "UPI": "United Press International",
    "TNS": "Tribune News Service",
    "CNN": "CNN", "EFE": "EFE", "dpa": "Deutsche Presse-Agentur", "CNS": "City News Service",
}  # fmt: skip
_LONG = "|".join(f"(?P<_{i}>{pattern})" for i, (_, pattern) in enumerate(_AGENCIES))
_SHORT_ALT = "|".join(_SHORT)

# "WASHINGTON (AP) —", "MEXICO CITY, Nov 3 (Reuters) -", "(CNN) —"; the dash keeps "(AP)" in prose out
_DATELINE = re.compile(
    rf"\A[^\n()]{{0,80}}\((?:(?P<short>{_SHORT_ALT})|(?:{_LONG}))(?:[/,][^()\n]{{0,30}})?\)\s*(?:[-–—]{{1,2}}|$)",
    re.IGNORECASE | re.MULTILINE,
)
_BYLINE = re.compile(
    rf"(?:\b(?:by|from|for|via|of|source)\b[:\s]|[,|/;•–—-]\s*|^)\s*(?:(?P<short>{_SHORT_ALT})\b|(?:{_LONG})\b)(?:\s+(?:staff|writers?|reporter|news))*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    rf"(?:copyright|©|\(c\)|source|distributed\s+by|provided\s+by|courtesy\s+of|first\s+(?:published|appeared)\s+(?:by|in|on|at)|"
    rf"originally\s+(?:published|appeared|produced)\s+(?:by|in|on|at)|republished\s+from|reprinted\s+from|"
    rf"story\s+(?:is|was)\s+(?:produced|provided|published)\s+by|"
    rf"(?:article|story|report)\s+(?:was\s+|is\s+)?by)\W{{0,3}}(?:\d{{4}}\W{{1,3}})?(?:by\s+)?(?:(?P<short>{_SHORT_ALT})\b|(?:{_LONG})\b)",
    re.IGNORECASE,
)
_BYLINE_END = re.compile(rf"\s(?:{_LONG})\s*\Z", re.IGNORECASE)  # "SARAH RAZA Associated Press"
# An origin we have no entry for, where the words leave no doubt: "By Ann Roe for Example Newsroom",
# "originally published by …"
_NAME = (
    r"(?P<name>(?:[A-Z][\w'’&.]*|[a-z]{1,3}(?=\s[A-Z]))(?:\s+(?:[A-Z][\w'’&.]*|(?:of|the|and|for)(?=\s[A-Z]))){0,5})"
)
_FOR_NAME = re.compile(rf"\bfor\s+{_NAME}\s*\Z")
_FIRST_IN_NAME = re.compile(
    rf"\b(?:[Oo]riginally|[Ff]irst)\s+(?:published|appeared|ran|reported|produced)\s+(?:by|in|on|at)\s+{_NAME}"
)
# "The Associated Press contributed to this report" says that the outlet's own people wrote it: no credit of origin.
_CONTRIBUTED = re.compile(r"\bcontribut\w+|\bwith (?:reporting|files|material)\b", re.IGNORECASE)
_LAST_LINE = re.compile(
    rf"\A[\W_]*(?:by\s+|for\s+)?(?:(?P<short>{_SHORT_ALT})|(?:{_LONG}))(?:\s+(?:staff|writers?))*[\W_]*\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """An agency a text is credited to, where the credit stands (byline, dateline, tail) and its words."""

    origin: str
    where: str
    words: str


def read_credit(text: str, byline: str = "", *, outlet: str = "") -> Credit | None:
    """The origin of wire copy, or None. ``outlet`` published it: an agency's own copy is not credited to itself."""
    own = outlet.casefold().removeprefix("the ")
    for where, found in (("byline", _in_byline(byline)), ("dateline", _in_dateline(text)), ("tail", _in_tail(text))):
        if found is not None:
            origin, words = found
            if own and (own in origin.casefold() or origin.casefold().removeprefix("the ") in own):
                continue
            return Credit(origin=origin, where=where, words=" ".join(words.split())[:120])
    return None


def _origin(match: re.Match[str]) -> str | None:
    short = match.groupdict().get("short")
    if short is not None:
        return _SHORT.get(short)  # None when the case differs: "cnn", "Ap"
    return next(name for i, (name, _) in enumerate(_AGENCIES) if match[f"_{i}"] is not None)


def _in_byline(byline: str) -> tuple[str, str] | None:
    byline = byline[:300]
    for match in _BYLINE.finditer(byline):
        origin = _origin(match)
        if origin is not None:
            return origin, byline.strip()
    end = _BYLINE_END.search(byline)
    origin = _origin(end) if end else None
    if origin is not None:
        return origin, byline
    named = _FOR_NAME.search(byline)
    return (_trim(named["name"]), byline.strip()) if named else None


def _trim(name: str) -> str:
    return name.rstrip(".").removeprefix("The ").removeprefix("the ")


def _in_dateline(text: str) -> tuple[str, str] | None:
    for line in text[:2000].split("\n")[:6]:  # a caption or a byline may stand before the dateline
        match = _DATELINE.match(line.strip())
        origin = _origin(match) if match else None
        if match and origin is not None:
            return origin, match.group()
        found = _LAST_LINE.match(line) if len(line) < 60 else None  # "By The Associated Press" on a line of its own
        if found and (origin := _origin(found)) is not None:
            return origin, line
    return None


def _in_tail(text: str) -> tuple[str, str] | None:
    for line in reversed(text[-3000:].rstrip().split("\n")[-6:]):
        line = line.strip()[:400]
        if _CONTRIBUTED.search(line):
            continue
        match = _TAIL.search(line) or _LAST_LINE.match(line)
        origin = _origin(match) if match else None
        if match and origin is not None:
            return origin, line
        named = _FIRST_IN_NAME.search(line)
        if named:
            return _trim(named["name"]), line
    return None
