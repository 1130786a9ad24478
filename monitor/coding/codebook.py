"""The codebook: codes with definitions and patterns, read from one TOML file, checked, and applied to sentences.

Patterns are word lists, never free regular expressions, so that none can explode; what makes one heavy (a bare "*",
very many alternatives on both sides of ``near``) is refused or warned of with its line.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from operator import attrgetter
from pathlib import Path
from typing import Final

from monitor.coding.codes import SHORT_STEM, SLOTS, Code, Pattern, phrase_words, read_codes
from monitor.coding.cut import Cut, cut, cut_one
from monitor.coding.kept import Kept
from monitor.coding.lexicon import data
from monitor.errors import ConfigError
from monitor.model import Part, Shift, StoryKind, Tag

_LONG_STEM: Final = 24  # letters of a word that are looked up as a stem

_Use = tuple[int, int, int, str]


@dataclass(slots=True)
class _Leaf:
    """What a phrase stands for: (code, pattern, side, phrase): side 0 phrase, 1 and 2 the lists of near, 3 not."""

    uses: list[_Use] = field(default_factory=list)
    children: dict[str, _Leaf] = field(default_factory=dict)
    starred: bool = False  # whether a stem or "*" is among the children


class Codebook:
    """A codebook ready to code with. ``hash`` changes with the file's content and with the shipped lists of bodies."""

    def __init__(self, *, name: str, version: str, codes: tuple[Code, ...], digest: str) -> None:
        self.name = name
        self.version = version
        self.codes = codes
        self.hash = digest
        self._root = _Leaf()
        self._stems: dict[str, list[tuple[str, _Leaf]]] = {}
        self._first = Kept(self._starting)
        self._read: dict[tuple[str, ...], list[int]] = {}  # slots of a shift -> numbers of the codes that take it
        for number, code in enumerate(codes):
            for at, pattern in enumerate(code.patterns):
                for side, phrase in _phrases(pattern):
                    self._add(phrase, (number, at, side, phrase))

    def _add(self, phrase: str, use: _Use) -> None:
        leaf = self._root
        for word in phrase_words(phrase):
            leaf.starred |= word.endswith("*")
            leaf = leaf.children.setdefault(word, _Leaf())
        leaf.uses.append(use)

    def tags(
        self,
        text: str,
        shifts: Iterable[Shift] = (),
        *,
        title: str = "",
        ledes: frozenset[int] = frozenset(),
        pieces: list[Cut] | None = None,
        kind: StoryKind | None = None,
        language: str = "en",
    ) -> tuple[Tag, ...]:
        """Every code of a story's sentences, title first.

        ``shifts`` are those already read from the same story, ``ledes`` the offsets where its lede's sentences start,
        ``pieces`` the text already cut, when the caller has it.
        """
        found: list[Tag] = []
        wanted = {number for number, code in enumerate(self.codes) if _applies(code, kind, language)}
        if title:
            heading = cut_one(title[:1_000])
            found.extend(self._fired(self._hits(heading.words), heading, wanted, Part.TITLE))
        for piece in cut(text) if pieces is None else pieces:
            if hits := self._hits(piece.words):
                found.extend(self._fired(hits, piece, wanted, Part.LEDE if piece.start in ledes else Part.BODY))
        found.extend(self._shift_tags(shifts, wanted))
        return tuple(found)

    def _shift_tags(self, shifts: Iterable[Shift], wanted: set[int]) -> Iterator[Tag]:
        seen: set[tuple[str, int, Part]] = set()
        for shift in shifts:
            told = _SLOTS_OF(shift)
            if told not in self._read:
                self._read[told] = [number for number, code in enumerate(self.codes) if _takes(code, shift)]
            for number in self._read[told]:
                code = self.codes[number]
                if number not in wanted or (code.id, shift.start, shift.part) in seen:
                    continue
                seen.add((code.id, shift.start, shift.part))
                yield Tag(
                    code=code.id,
                    sentence=shift.sentence,
                    start=shift.start,
                    end=shift.end,
                    rule=shift.rule,
                    codebook=self.hash,
                    part=shift.part,
                )

    def _fired(self, hits: list[tuple[int, _Use]], piece: Cut, wanted: set[int], part: Part) -> Iterator[Tag]:
        sides: dict[tuple[int, int], dict[int, list[int]]] = {}
        first: dict[tuple[int, int], str] = {}
        for word, (number, at, side, phrase) in hits:
            if phrase[0] == "=" and phrase[1:] not in piece.text:
                continue
            sides.setdefault((number, at), {}).setdefault(side, []).append(word)
            first.setdefault((number, at), phrase)
        done: set[int] = set()
        for (number, at), words in sorted(sides.items()):
            if number in done or number not in wanted or 3 in words:
                continue
            pattern = self.codes[number].patterns[at]
            if 0 in words or (pattern.near is not None and _close(words.get(1, []), words.get(2, []), pattern.near[2])):
                done.add(number)
                yield Tag(
                    code=self.codes[number].id,
                    sentence=piece.text,
                    start=piece.start,
                    end=piece.end,
                    rule=f"{pattern.rule}:{first[number, at]}",
                    codebook=self.hash,
                    part=part,
                )

    def phrases_in(self, words: list[str]) -> Iterator[tuple[int, str]]:
        """(pattern's place in its code, phrase) of every phrase or body's name found among ``words``, with repeats."""
        return ((at, phrase) for _, (_, at, side, phrase) in self._hits(words) if side == 0)

    def _starting(self, word: str) -> list[_Leaf]:
        """What the word, as the first of a phrase, leads to."""
        return _matching(self._root, word)

    def _hits(self, words: list[str]) -> list[tuple[int, _Use]]:
        """(word number, use) of every phrase found; one pass over the words."""
        found: list[tuple[int, _Use]] = []
        for at, leaves in enumerate(map(self._first.__getitem__, words)):
            for leaf in leaves:
                found.extend([(at, use) for use in leaf.uses])
                if leaf.children:
                    found.extend([(at, use) for use in _deeper(leaf, words, at + 1)])
        return found


def _deeper(leaf: _Leaf, words: list[str], at: int) -> list[_Use]:
    """Uses of every phrase that goes on from ``leaf``; a phrase is a handful of words, so the walk is short."""
    found: list[_Use] = []
    open_leaves = [(leaf, at)]
    while open_leaves:
        here, step = open_leaves.pop()
        if step >= len(words):
            continue
        for child in _matching(here, words[step]):
            found.extend(child.uses)
            if child.children:
                open_leaves.append((child, step + 1))
    return found


def _matching(leaf: _Leaf, word: str) -> list[_Leaf]:
    """The children of ``leaf`` that ``word`` satisfies: itself, a stem of it, or any word."""
    keys = [word]
    if leaf.starred:
        keys += [f"{word[:size]}*" for size in range(SHORT_STEM, min(len(word), _LONG_STEM) + 1)]
        keys.append("*")
    return [leaf.children[key] for key in keys if key in leaf.children]


def _close(first: list[int], second: list[int], distance: int) -> bool:
    """Whether a word of each list, both in order, stands within ``distance`` of the other; no word is its own mate."""
    for one in first:
        after = bisect_right(second, one)
        if after < len(second) and second[after] - one <= distance:
            return True
        before = bisect_left(second, one) - 1
        if before >= 0 and one - second[before] <= distance:
            return True
    return False


_SLOTS_OF: Final = attrgetter(*SLOTS)


def _takes(code: Code, shift: Shift) -> bool:
    """Whether one of the code's patterns reads shifts and takes one with these slots."""
    return any(
        pattern.reader == "shifts" and all(getattr(shift, name) in values for name, values in pattern.slots)
        for pattern in code.patterns
    )


def _applies(code: Code, kind: StoryKind | None, language: str) -> bool:
    return (not code.kinds or kind is None or kind.value in code.kinds) and (
        not code.languages or language in code.languages
    )


# People who stand for a body without its name.
_ALSO: Final = {"DOD": ("troops", "soldiers", "service members"), "NATIONAL_GUARD": ("guardsmen",)}


@cache
def _body_names() -> Mapping[str, tuple[str, ...]]:
    """Body code -> the phrases that name it; "=ICE" counts in that spelling alone, since ice is also a word."""
    # A leading "the" tells nothing and would be looked up at every "the".
    return {
        body["code"]: (
            *(name.removeprefix("the ") for name in body["loose"]),
            *dict.fromkeys(f"={name.removeprefix('the ')}" for name in body["exact"]),
            *_ALSO.get(body["code"], ()),
        )
        for body in data("bodies.toml")["body"]
    }


def _phrases(pattern: Pattern) -> Iterator[tuple[int, str]]:
    """(side, phrase) of everything a pattern looks for."""
    yield from ((0, phrase) for phrase in pattern.phrases)
    for code in pattern.bodies:
        yield from ((0, name) for name in _body_names().get(code, ()))
    if pattern.near is not None:
        yield from ((1, phrase) for phrase in pattern.near[0])
        yield from ((2, phrase) for phrase in pattern.near[1])
    yield from ((3, phrase) for phrase in pattern.absent)


@cache
def default_codebook() -> Codebook:
    """The codebook that ships with Shiftwatch."""
    return parse_codebook(default_text(), "codebook.toml")


def default_text() -> str:
    """The shipped codebook as written: what a user copies and changes."""
    return (files("monitor.coding") / "codebook.toml").read_text(encoding="utf-8")


def load_codebook(path: Path) -> Codebook:
    """Reads a user's codebook. Raises ConfigError naming file and line when it cannot be used."""
    return parse_codebook(read_text(path), str(path))


def read_text(path: Path) -> str:
    """The text of a codebook file. Raises ConfigError when it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such codebook; `shiftwatch codebook init` writes one") from None
    except UnicodeDecodeError as trouble:
        raise ConfigError(f"{path}: not UTF-8 text (byte {trouble.start})") from None
    except (OSError, ValueError) as trouble:
        raise ConfigError(f"{path}: cannot be read: {getattr(trouble, 'strerror', None) or trouble}") from None
    return text


def parse_codebook(text: str, name: str) -> Codebook:
    """A codebook from TOML. Raises ConfigError with one line for each error, naming file and line."""
    codes, findings, head = read_codes(text)
    if findings.failed:
        raise ConfigError("\n".join(one.told(name) for one in findings.in_order() if one.error))
    digest = hashlib.sha256(f"{text}\0{_shipped_bodies()}".encode()).hexdigest()[:16]
    return Codebook(
        name=str(head.get("name", name)), version=str(head.get("version", "")), codes=tuple(codes), digest=digest
    )


def _shipped_bodies() -> str:
    return (files("monitor.coding") / "gazetteers" / "bodies.toml").read_text(encoding="utf-8")
