"""The word lists: read once from the data files, found in a sentence in one pass over its tokens."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.resources import files
from typing import Any, Final, NamedTuple

from monitor.coding.tokens import Token, tokens

_VOWELS: Final = "aeiou"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase means: its layer (noun, place, task, cue, move), kind within the layer and, for some, a code."""

    layer: str
    kind: str
    code: str = ""
    strength: int = 0
    frame: str = ""
    form: str = ""
    word: str = ""

    @property
    def class_of_motion(self) -> bool:
        """Whether the word tells of going, so that an object after it makes something else of it."""
        return self.kind in ("go", "leave")


class Span(NamedTuple):
    """Tokens ``first`` up to (not including) ``last`` mean ``entry``."""

    first: int
    last: int
    entry: Entry


_span: Callable[[tuple[int, int, Entry]], Span] = partial(tuple.__new__, Span)  # as Span(…), without a call


@dataclass(slots=True)
class _Node:
    """A word's place in the tree of phrases: what may follow, and what the phrase so far means."""

    children: dict[str, _Node] = field(default_factory=dict)
    entries: list[tuple[tuple[str, ...], Entry]] = field(default_factory=list)


class Lexicon:
    """Phrases in a tree by word; longest match wins within a layer, and matches of one layer never overlap."""

    def __init__(self, phrases: Iterable[tuple[str, bool, Entry]]) -> None:
        self._tree: dict[str, _Node] = {}
        for phrase, exact, entry in phrases:
            cut = tokens(phrase)
            children, node = self._tree, None
            for token in cut:
                node = children.setdefault(token.low, _Node())
                children = node.children
            if node is not None:
                spelled = tuple(token.text for token in cut) if exact else ()
                node.entries.append((spelled, entry))
                node.entries.sort(key=lambda pair: not pair[0])

    def entries(self) -> Iterator[tuple[tuple[str, ...], Entry]]:
        """(words, entry) of every phrase."""
        nodes: list[tuple[tuple[str, ...], _Node]] = [((word,), node) for word, node in self._tree.items()]
        while nodes:
            words, node = nodes.pop()
            yield from ((words, entry) for _, entry in node.entries)
            nodes.extend(((*words, word), child) for word, child in node.children.items())

    def spans(self, sentence: list[Token]) -> dict[str, list[Span]]:
        """Layer -> its spans in order. Moves may read a token several ways, so theirs may overlap."""
        found: dict[str, list[Span]] = {}
        reached: dict[str, int] = {}
        starts = self._tree.get
        many = len(sentence)
        for at, token in enumerate(sentence):
            node = starts(token[1])
            if node is None:
                continue
            # Walk down as far as the words go; what is met last is longest.
            met = [(at + 1, node)]
            last = at + 1
            while node.children and last < many and (following := node.children.get(sentence[last][1])) is not None:
                node = following
                last += 1
                met.append((last, node))
            for last, node in reversed(met):
                for spelled, entry in node.entries:
                    layer = entry.layer
                    if reached.get(layer, 0) > at or (
                        spelled and any(sentence[at + step][0] != word for step, word in enumerate(spelled))
                    ):
                        continue
                    found.setdefault(layer, []).append(_span((at, last, entry)))
                    if layer != "move" or last - at > 1:
                        reached[layer] = last
        return found


def data(name: str) -> dict[str, Any]:
    """A shipped TOML word list by its file name."""
    return tomllib.loads((files("monitor.coding") / "gazetteers" / name).read_text(encoding="utf-8"))


@cache
def shifts_lexicon() -> Lexicon:
    """Everything the reading of shifts looks up: bodies, resources, places, tasks, cues, moves."""
    return Lexicon([*_bodies(), *_resources(), *_places(), *_tasks(), *_cues(), *_moves()])


@cache
def duties() -> dict[str, str]:
    """Body code -> its usual duty."""
    return {body["code"]: body["duty"] for body in data("bodies.toml")["body"]}


@cache
def place_sites() -> frozenset[str]:
    """Nouns at the level of a house or street."""
    return frozenset(data("places.toml")["sites"])


@cache
def work_words() -> frozenset[str]:
    """Nouns that say "work" after a kind of task."""
    return frozenset(data("tasks.toml")["work"])


def _bodies() -> Iterator[tuple[str, bool, Entry]]:
    listed = data("bodies.toml")
    for body in listed["body"]:
        entry = Entry("noun", "body", body["code"])
        yield from ((name, False, entry) for name in body["loose"])
        yield from ((name, True, entry) for name in body["exact"])
    for code, names in listed["officials"].items():
        yield from ((name, False, Entry("noun", "official", code)) for name in names)
    yield from ((word, False, Entry("orderer", "orderer")) for word in listed["orderers"]["words"])


def _resources() -> Iterator[tuple[str, bool, Entry]]:
    listed = data("resources.toml")
    people = dict(listed["people"]["code"])
    for word in listed["people"]["plain"]:
        if word not in people:
            yield word, False, Entry("noun", "personnel", word=word)
    for word, code in people.items():
        yield word.rstrip("_"), False, Entry("noun", "personnel", code, word=word)
    for kind in ("equipment", "technology", "facility", "money"):
        yield from ((word, False, Entry("noun", kind, word=word)) for word in listed[kind]["words"])
    yield from ((word, False, Entry("noun", "unspecified", word=word)) for word in listed["general"]["words"])
    for kind, words in listed["not_resource"].items():
        yield from ((word, False, Entry("noun", kind, word=word)) for word in words)


def _places() -> Iterator[tuple[str, bool, Entry]]:
    listed = data("places.toml")
    for kind in ("states", "cities", "foreign"):
        for name in listed[kind]:
            lower = name.islower()
            yield name, not lower, Entry("place", {"states": "state", "cities": "city"}.get(kind, kind))
    for kind in ("border", "described", "foreign_people"):
        yield from ((name, False, Entry("place", kind)) for name in listed[kind])


def _tasks() -> Iterator[tuple[str, bool, Entry]]:
    listed = data("tasks.toml")
    for kind in ("immigration", "border", "law", "protection", "disaster", "civil"):
        yield from ((word, False, Entry("task", kind)) for word in listed[kind])


def _cues() -> Iterator[tuple[str, bool, Entry]]:
    for kind, words in data("cues.toml").items():
        # Each kind of cue is a layer of its own: one word may speak for several.
        yield from ((word, False, Entry(f"cue:{kind}", kind)) for word in words)


def _moves() -> Iterator[tuple[str, bool, Entry]]:
    listed = data("moves.toml")
    irregular: dict[str, str] = listed["irregular"]
    for group in listed["verb"]:
        for verb in group["words"]:
            if verb.endswith("_"):
                continue
            for form, words in _forms(verb, irregular.get(verb, "")).items():
                entry = Entry("move", group["class"], "verb", group["strength"], group["frame"], form, verb)
                yield from ((word, False, entry) for word in words)
    for group in listed["noun"]:
        for noun in group["words"]:
            if not noun.endswith("_"):
                yield noun, False, Entry("move", group["class"], "noun", group["strength"], "noun", "noun", noun)
    for group in listed["phrase"]:
        for phrase in group["words"]:
            entry = Entry("move", group["class"], "phrase", group["strength"], group["frame"], "phrase", phrase)
            yield phrase, False, entry


def _forms(verb: str, irregular: str) -> dict[str, list[str]]:
    """A verb's written forms: base, s, ed (past and participle), ing."""
    if verb.endswith("e") and not verb.endswith("ee"):
        ing, past = verb[:-1] + "ing", verb + "d"
    elif verb.endswith("y") and verb[-2] not in _VOWELS:
        ing, past = verb + "ing", verb[:-1] + "ied"
    else:
        ing, past = verb + "ing", verb + "ed"
    if len(verb) > 2 and verb[-1] not in "wxyhe" and verb[-1] not in _VOWELS and verb[-2] in _VOWELS:
        short = len(verb) <= 4 and verb[-3] not in _VOWELS
        ing, past = (
            (verb + verb[-1] + "ing", verb + verb[-1] + "ed") if short and verb not in ("open",) else (ing, past)
        )
    ends = ("s", "x", "z", "ch", "sh", "o")
    third = (
        verb[:-1] + "ies"
        if verb.endswith("y") and verb[-2] not in _VOWELS
        else verb + ("es" if verb.endswith(ends) else "s")
    )
    pasts = [past]
    gerunds = [ing]
    if irregular:
        given = irregular.split()
        gerunds = [word for word in given if word.endswith("ing") and word not in ("swing",)] or [ing]
        pasts = [word for word in given if not word.endswith("ing")] or [past]
    return {"base": [verb], "s": [third], "ed": [word for word in pasts if word not in ("has", "goes")], "ing": gerunds}
