"""Whether two texts are one: a copy, an update of the same event, or merely alike because both fill one template.

An index proposes pairs (see postings); the verdict here looks at nothing but the two texts, so it is the same in
either order, on any day and whatever else the archive holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np

from monitor.matching.alignment import Run, in_order, shared_runs
from monitor.matching.facts import Facts, contradiction, day_of_month, main_persons, read_facts
from monitor.matching.fingerprint import Hashes, shingles, text_hash
from monitor.matching.words import words as read_words
from monitor.matching.words import words_once

LEAST_SHARED = 0.25  # of the shorter text's 5-word runs
LEAST_WORDS = 40  # shorter texts never match, equal or not: too little to tell a copy from a formula


_SLOTS = 150  # words in which one template filled twice shows itself
_CASE = 120  # words of a text's own that may tell a case of its own
_OPENING = 110  # runs; what a text is about stands in its first three paragraphs


class Relation(StrEnum):
    """COPY: the same text again, counted once. UPDATE: the same event told further; its new text is news."""

    COPY = "copy"
    UPDATE = "update"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextView:
    """What is known of a text for matching. ``language`` "" is unknown; ``at`` is when it appeared, if known."""

    text: str
    title: str = ""
    language: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Two texts of one event: ``similarity`` 0..1 is the share of the shorter text's 5-word runs found in the other."""

    relation: Relation
    similarity: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The measurements a verdict rests on, all symmetric; numbers are in 0..1.

    ``containment``, ``jaccard``: shared 5-word runs. ``names``, ``numbers``, ``dates``, ``subject`` (the weightiest
    names): how far the facts exclude each other. ``lead``: the larger share of either text's opening found in the
    other. ``same_person``: someone mostly spoken of in one is named in the other's opening;
    ``other_names``: how often the openings say the same sentence of somebody or somewhere else;
    ``strangers``: none of the people mostly spoken of in one is named in the other.
    """

    containment: float
    jaccard: float
    names: float
    numbers: float
    dates: float
    subject: float
    lead: float
    other_date: bool
    same_person: bool
    strangers: bool
    other_names: int


class _Features:
    """What comparing needs of a text; what only few comparisons come to is read when it is first asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.words = tuple(w.norm for w in words_once(text))
        runs = shingles(self.words)
        self.opening: Hashes = runs[:_OPENING]
        self.shingles: Hashes = np.unique(runs)
        self.text_hash = text_hash(self.words)

    @cached_property
    def facts(self) -> Facts:
        return read_facts(self._text)

    @cached_property
    def known(self) -> frozenset[str]:
        return frozenset(self.words)

    @cached_property
    def lead_words(self) -> frozenset[str]:
        return frozenset(self.words[:_OPENING])

    @cached_property
    def compact(self) -> str:
        return "".join(self.words)

    def knows(self, word: str) -> bool:
        """Whether the text has the word, also glued to its neighbour or as a possessive without its apostrophe.

        Whole archives lose spaces and apostrophes; short words are not searched inside others.
        """
        if word in self.known:
            return True
        bare = word[:-1] if word.endswith("s") else word
        return len(bare) >= 5 and bare in self.compact


@lru_cache(maxsize=256)
def _features(text: str) -> _Features:
    return _Features(text)


def judge(a: TextView, b: TextView) -> Match | None:
    """The relation of two texts, or None when they are not one event; ``judge(a, b) == judge(b, a)``."""
    if a.language and b.language and _primary(a.language) != _primary(b.language):
        return None
    one, other = _features(a.text), _features(b.text)
    if min(len(one.words), len(other.words)) < LEAST_WORDS:
        return None
    if one.text_hash == other.text_hash:
        return Match(relation=Relation.COPY, similarity=1.0, reason="the same words throughout")
    if _shares(one, other)[0] < LEAST_SHARED:
        return None  # before names and numbers are read, which costs ten times as much
    seen = compare(a.text, b.text)
    if not one_event(seen):
        return None
    runs = shared_runs(one.words, other.words)
    if seen.containment < 0.95 and _another_case(a, b, one, other, runs):
        return None
    return _describe(a, b, one, other, seen, runs)


def _primary(language: str) -> str:
    return language.replace("_", "-").split("-")[0].casefold()


def compare(a: str, b: str) -> Comparison:
    """Measure two texts against each other."""
    one, other = _features(a), _features(b)
    containment, jaccard = _shares(one, other)
    f, g = one.facts, other.facts
    dates = contradiction(f.dates, g.dates, f.dates.__contains__, g.dates.__contains__, 1.0)
    same_person, strangers = _persons(one, other)
    return Comparison(
        containment=containment,
        jaccard=jaccard,
        names=contradiction(f.names, g.names, one.knows, other.knows, 1.0),
        numbers=contradiction(f.numbers, g.numbers, f.numbers.__contains__, g.numbers.__contains__, 2.0),
        dates=dates,
        subject=_subject(one, other),
        lead=max(_found(one.opening, other.shingles), _found(other.opening, one.shingles)),
        same_person=same_person,
        strangers=strangers,
        other_names=_other_names(one, other),
        other_date=jaccard >= 0.6 and dates >= 0.5 and _other_date(one.words, other.words),
    )


def _shares(one: _Features, other: _Features) -> tuple[float, float]:
    """Containment and Jaccard of two texts' 5-word runs, see Comparison."""
    both = len(np.intersect1d(one.shingles, other.shingles, assume_unique=True))
    less = min(len(one.shingles), len(other.shingles))
    union = len(one.shingles) + len(other.shingles) - both
    return both / less if less else 0.0, both / union if union else 0.0


def _found(some: Hashes, among: Hashes) -> float:
    return float(np.isin(some, among).mean()) if len(some) else 0.0


def _persons(one: _Features, other: _Features) -> tuple[bool, bool]:
    """(same person, strangers), see Comparison. A surname counts with its forename only: many are called Jones."""

    def named(features: _Features, there: _Features) -> list[str]:
        return [p for p in main_persons(features.facts) if there.knows(p) and there.knows(features.facts.forenames[p])]

    in_other, in_one = named(one, other), named(other, one)
    same = any(p in other.lead_words for p in in_other) or any(p in one.lead_words for p in in_one)
    spoken_of = bool(main_persons(one.facts)) and bool(main_persons(other.facts))
    return same, spoken_of and not in_other and not in_one


def _subject(one: _Features, other: _Features) -> float:
    """How far each text's three weightiest names are missing from the other; the smaller of both sides."""

    def missing(features: _Features, there: _Features) -> float:
        top = sorted(features.facts.names.items(), key=lambda item: (-item[1], item[0]))[:3]
        total = sum(w for _, w in top)
        return sum(w for name, w in top if not there.knows(name)) / total if total else 0.0

    return min(missing(one, other), missing(other, one))


def _other_date(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether the leads say the same sentence with another day of the month in it.

    Announcements of a recurring thing ("will monitor elections on …") may differ in nothing else.
    """
    a, b = a[:90], b[:90]
    runs = in_order(shared_runs(a, b, 3))
    for left, right in pairwise(runs):
        gap_a, gap_b = a[left.at_a + left.length : right.at_a], b[left.at_b + left.length : right.at_b]
        if left.at_a + left.length < 6 or not (0 < len(gap_a) <= 4 and 0 < len(gap_b) <= 4):
            continue
        if day_of_month(a, left.at_a + left.length, right.at_a) and day_of_month(
            b, left.at_b + left.length, right.at_b
        ):
            return True
    return False


def _other_names(one: _Features, other: _Features) -> int:
    """In how many gaps between words that both openings share each side has names the other text nowhere has."""

    def foreign(features: _Features, there: _Features, start: int, end: int) -> bool:
        names = features.facts.names
        return any(names.get(w, 0.0) >= 0.9 and not there.knows(w) for w in features.words[start:end])

    a, b = one.words[:_SLOTS], other.words[:_SLOTS]
    count, at_a, at_b = 0, 0, 0
    for run in [*in_order(shared_runs(a, b, 3)), Run(len(a), len(b), 0)]:
        near = 0 < run.at_a - at_a <= 14 and 0 < run.at_b - at_b <= 14
        if near and foreign(one, other, at_a, run.at_a) and foreign(other, one, at_b, run.at_b):
            count += 1
        at_a, at_b = run.at_a + run.length, run.at_b + run.length
    return count


def one_event(seen: Comparison) -> bool:
    """The verdict on the measurements: the less text is shared, the better the facts must agree."""
    if seen.containment < LEAST_SHARED or seen.other_date:
        return False
    if seen.containment < 0.95:
        if seen.strangers or (seen.other_names and not seen.same_person):
            return False  # a formula filled with another's name
        if seen.numbers > 0.65 and not seen.same_person:
            return False  # a tally of another week
    if seen.containment < 0.7 and seen.lead < 0.3 * seen.containment and not seen.same_person:
        return False  # another story over the same background paragraphs
    clash = 0.5 * seen.names + 0.2 * seen.numbers + 0.1 * seen.dates + 0.2 * seen.subject
    return clash * (0.7 if seen.same_person else 1.0) <= 0.04 + 0.3 * seen.containment


def _another_case(a: TextView, b: TextView, one: _Features, other: _Features, runs: Sequence[Run]) -> bool:
    """Whether beside one long block that both hold each tells a case of its own, on somebody the other hardly names.

    Sites that follow many cases put one and the same update on the page of each; it may be most of every page.
    """
    if a.title and b.title and _same_title(a.title, b.title):
        return False
    in_one, in_other = bytearray(len(one.words)), bytearray(len(other.words))
    for run in runs:
        in_one[run.at_a : run.at_a + run.length] = b"\1" * run.length
        in_other[run.at_b : run.at_b + run.length] = b"\1" * run.length
    return _own_case(one, other, in_one) and _own_case(other, one, in_other)


def _same_title(a: str, b: str) -> bool:
    """Whether the shorter title is mostly in the longer one."""
    one, other = ({word.norm for word in read_words(title)} for title in (a, b))
    return 2 * len(one & other) > min(len(one), len(other))


def _own_case(features: _Features, there: _Features, shared: bytearray) -> bool:
    """Whether the words that are not shared are a story's worth, on a person the other text hardly names."""
    if shared.count(0) < _CASE:
        return False
    said = Counter(word for word, held in zip(features.words, shared, strict=True) if not held)
    named = features.facts.forenames
    return any(said[p] >= 3 * max(1, there.words.count(p)) and said[named[p]] for p in named)


def _describe(
    a: TextView, b: TextView, one: _Features, other: _Features, seen: Comparison, runs: Sequence[Run]
) -> Match:
    covered = sum(r.length for r in runs)
    new_one, new_other = 1 - covered / len(one.words), 1 - covered / len(other.words)
    if a.at is not None and b.at is not None and a.at != b.at:
        new = new_other if a.at < b.at else new_one
        later = "later"
    else:
        new, later = max(new_one, new_other), "longer"
    copy = new <= 0.2
    share = f"{seen.containment:.0%} of the shorter text's passages are in the other"
    if copy:
        reason = f"{share}; the {later} text adds {new:.0%} of its own"
    else:
        reason = f"{share}; names and numbers agree; {new:.0%} of the {later} text is new"
    return Match(
        relation=Relation.COPY if copy else Relation.UPDATE, similarity=round(seen.containment, 4), reason=reason
    )


def groups(copies: Iterable[tuple[int, int]], rank: Mapping[int, tuple[object, ...]]) -> dict[int, int]:
    """Each story of a pair → the story that stands for its group, the same whatever order the pairs come in.

    ``rank`` orders stories: the smallest stands for the group (earliest first, say, then the address).
    """
    parent: dict[int, int] = {}

    def root(x: int) -> int:
        while parent.setdefault(x, x) != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    for x, y in copies:
        parent[root(x)] = root(y)
    members: dict[int, list[int]] = {}
    for x in parent:
        members.setdefault(root(x), []).append(x)
    return {x: best for group in members.values() for best in [min(group, key=lambda s: rank[s])] for x in group}
