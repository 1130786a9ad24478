"""Text as words with offsets and as sentences: one reading of a text that all of matching shares."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

# Scripts written without spaces give one word a character, else a whole sentence would be one word.
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(
    rf"[{_SPACELESS}]"
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![^\W_])"  # 1,120 and 12,500.50
    r"|\d+\.\d+(?![^\W_])"  # 3.2
    r"|(?:[A-Za-z]\.){2,}"  # U.S.
    rf"|[^\W_{_SPACELESS}]+(?:['’ʼ][^\W_{_SPACELESS}]+)*"
)
_SENTENCE_END = re.compile(r"(?<![.!?…。！？])[.!?…。！？]++[\"'”’)\]]*+(?=\s)|\n+")
# "U.S. Attorney" and "Nov. 3" do not end a sentence.
_NO_END = re.compile(
    r"(?:^|[\s(\"“‘'.])(?:[A-Za-z]|(?:[A-Za-z]\.)+[A-Za-z]|Mr|Mrs|Ms|Dr|Jr|Sr|St|Ft|Mt|Gov|Sen|Rep|Gen|Col|Lt|Sgt|Capt|Maj|"
    r"Cmdr|Adm|Rev|Hon|Prof|Pres|Asst|Atty|Dist|Dept|Inc|Corp|Co|Ltd|LLC|Bros|No|Nos|vs|v|al|etc|approx|est|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Ala|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kan|Ky|La|Mass|Md|"
    r"Mich|Minn|Miss|Mo|Mont|Neb|Nev|Okla|Ore|Pa|Tenn|Tex|Va|Vt|Wash|Wis|Wyo)$"
)


class Word(NamedTuple):  # a text has thousands; a frozen dataclass takes four times as long to make
    """One word: ``norm`` is what is compared, ``text[start:end]`` what was written."""

    norm: str
    start: int
    end: int


@lru_cache(maxsize=65_536)
def normal(written: str) -> str:
    """The compared form: case and accents folded, apostrophes and inner punctuation dropped, digits kept.

    Apostrophes go because publishing systems lose them ("Departments" for "Department's" in whole archives).
    """
    folded = unicodedata.normalize("NFKC", written).casefold()
    if folded[:1].isdigit():
        return folded.replace(",", "")
    bare = folded
    if not bare.isascii():
        bare = "".join(c for c in unicodedata.normalize("NFD", bare) if not unicodedata.combining(c))
        bare = unicodedata.normalize("NFC", bare)
    for mark in "'’ʼ.":
        bare = bare.replace(mark, "")
    return bare or folded or written  # a word of nothing but combining marks keeps them: no word is empty


def words(text: str) -> list[Word]:
    """The words of a text in order, with character offsets."""
    found = list(_WORD.finditer(text))
    return list(map(Word, [normal(m[0]) for m in found], [m.start() for m in found], [m.end() for m in found]))


@lru_cache(maxsize=256)
def words_once(text: str) -> tuple[Word, ...]:
    """``words`` of a text that is signed, compared with one and drawn from another: read once for all of it."""
    return tuple(words(text))


def norms(text: str) -> list[str]:
    """The compared forms alone, in order."""
    return [normal(m) for m in _WORD.findall(text)]


def sentences(text: str) -> list[tuple[int, int]]:
    """Offsets of the sentences, without surrounding white space; a line break always ends one."""
    spans: list[tuple[int, int]] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        if end.group()[0] == "." and _NO_END.search(text, max(0, end.start() - 12), end.start()):
            continue
        _append(spans, text, start, end.end())
        start = end.end()
    _append(spans, text, start, len(text))
    return spans


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    stripped = piece.strip()
    if stripped:
        spans.append((start + left, start + left + len(stripped)))
