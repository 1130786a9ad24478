"""Cuts a text into sentences with their character offsets, the units that tags, shifts and figures point at.

A newline always ends a sentence; within a line, end punctuation does, unless it belongs to an abbreviation, an initial
or an address. Text that runs on without a space ("… the city.Officers …") is cut where a new sentence plainly starts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_ABBREVIATIONS = frozenset(
    (
        "U.S U.N D.C Mr Mrs Ms Dr Gov Sen Rep Reps Sens Lt Gen Col Sgt Capt Cmdr Cpl Pvt Maj Adm Rev Fr "
        "Hon Jr Sr St Ft Mt No Nos Inc Corp Co Ltd Bros vs v etc approx Dept Det Dist Atty Att Jan Feb Mar "
        "Apr Jun Jul Aug Sept Sep Oct Nov Dec a.m p.m i.e e.g cf Ave Blvd Rd Ala Ariz Ark Calif Colo Conn "
        "Del Fla Ga Ill Ind Kan Ky La Mass Md Mich Minn Miss Mo Mont Neb Nev Okla Ore Pa Tenn Tex Va Vt "
        "Wash Wis Wyo N.C S.C N.D S.D N.J N.Y N.M N.H R.I W.Va L.A Ph.D M.D J.D U.S.C Sec Supt Pres Brig "
        "Spc Pfc Prof Hwy"
    ).split()
)
# These may end a sentence: it is cut only when the next word is a usual opener.
_MAY_END = frozenset({"U.S", "a.m", "p.m", "D.C", "Inc", "Jr"})
_OPENER = re.compile(
    r"\s+[\"“]?(?:The|In|On|But|He|She|It|They|We|This|That|And|As|At|If|A|His|Her|Their|There|According|After|When|While"
    r"|ICE|DHS)\s"
)
_OPENER_AFTER_INITIAL = re.compile(r"\s+[\"“]?(?:The|In|On|But|He|She|It|They|We|This|That|And|As)\s")
_INITIAL = re.compile(r"[A-Z]|(?:[A-Z]\.)+[A-Z]")
_LAST_WORD = re.compile(r"[A-Za-z][A-Za-z.]*$")
# One leading class, so that the search skips quickly to the next mark.
_END = re.compile(
    r"[.!?…](?:[.!?…]*[\"”’')\]]*(?=\s+[\"“‘'(\[]*[A-Z0-9$#•]|[\"“]?[A-Z][a-z])|(?<!…)[\"”’]+(?=\s+[A-Z“\"]))"
)
_BEFORE_RUN_ON = re.compile(r"[a-z0-9)]$")
_LOOK_BACK = 40  # an abbreviation or the tail of an address is never longer than this matters


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) character offsets of each sentence of ``text``, in order, trimmed of white space."""
    at = 0
    while at < len(text):
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        if stop > at:
            yield from _in_line(text, at, stop)
        at = stop + 1


def _in_line(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    last = start
    for found in _END.finditer(text, start, stop):
        mark, end = found.span()
        if mark >= last and _ends_here(text, last, mark, end, stop):
            yield from _trimmed(text, last, end)
            last = end
    yield from _trimmed(text, last, stop)


def _ends_here(text: str, last: int, mark: int, end: int, stop: int) -> bool:
    """Whether the marks from ``mark`` to ``end`` end a sentence that begins at ``last``."""
    runs_on = end < stop and not text[end].isspace()
    if end - mark > 1 or text[mark] != ".":
        return not runs_on
    if not runs_on:
        plain = text[max(last, text.rfind(" ", last, mark) + 1) : mark]
        if len(plain) > 5 and plain.isalpha() and plain.islower() and plain not in _ABBREVIATIONS:
            return True  # most sentences end in an ordinary word
    before = text[max(last, mark - _LOOK_BACK) : mark]
    word = _LAST_WORD.search(before)
    last_word = word.group() if word else ""
    rest = text[end : min(end + 14, stop)] + " "
    if last_word in _ABBREVIATIONS and not (last_word in _MAY_END and _OPENER.match(rest)):
        return False
    if (
        last_word != "I"
        and len(last_word) <= 5
        and _INITIAL.fullmatch(last_word)
        and not _OPENER_AFTER_INITIAL.match(rest)
    ):
        return False
    if runs_on:
        tail = before.rsplit(None, 1)[-1] if before and not before[-1].isspace() else ""
        return bool(_BEFORE_RUN_ON.search(before)) and "http" not in tail and "www" not in tail and "." not in last_word
    return True


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    kept = text[start:end].lstrip()
    start = end - len(kept)
    end = start + len(kept.rstrip())
    if end > start:
        yield start, end
