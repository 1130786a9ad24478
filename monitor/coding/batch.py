"""What a worker is handed: stories to code and the codebook's text; a pure function of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitor.coding.codebook import Codebook, parse_codebook
from monitor.coding.story import Coding, code_story
from monitor.model import StoryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A story as coding reads it; ``published`` is as the archive writes it, "" when unknown."""

    title: str
    text: str
    kind: StoryKind
    language: str = ""
    published: str = ""

    @property
    def year(self) -> int:
        """The year of publication, 0 when unknown."""
        return int(self.published[:4]) if self.published[:4].isdecimal() else 0


def code_texts(texts: Sequence[Text], codebook: str) -> list[Coding]:
    """Each text's coding, in order; ``codebook`` is the TOML of a codebook that has been checked."""
    book = _book(codebook)
    return [
        code_story(one.title, one.text, book, year=one.year, kind=one.kind, language=one.language.lower().split("-")[0])
        for one in texts
    ]


@lru_cache(maxsize=2)
def _book(toml: str) -> Codebook:
    return parse_codebook(toml, "codebook")
