"""Which releases a story draws on: its link to them, their words in quotation marks, passages reused, facts retold.

Passages are found by winnowed k-gram fingerprints (Schleimer, Wilkerson & Aiken 2003), as in text-reuse work on news.
An index of releases proposes them by shared prints; the texts then decide. Words that many releases share carry no
weight.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from monitor.matching.alignment import shared_runs
from monitor.matching.facts import Facts, full_names, main_persons, read_facts
from monitor.matching.fingerprint import HASH_BITS, VERSION, Hashes, run_hash, shingles, winnow
from monitor.matching.words import Word, words_once

GRAM = 5  # words
WINDOW = 4  # any run of 8 shared words leaves a common print
LEAST_QUOTE = 8  # words between quotation marks; fewer are anybody's ("the men and women of ICE")
LEAST_PASSAGE = 8
LEAST_REUSE = 12  # of the release's own words, in all unquoted passages
NEAR = 2  # words that may differ inside a near-exact passage before it breaks

BITS = 8.0  # evidence beyond what singles out one release, for a retelling without any words in common
TELLING = 100  # releases; among fewer there is no telling how rare a place or a number is
STORY = 1000  # words; a longer story has so many names and numbers that some are any release's

# How many releases may share a print before it is boilerplate. Two offices may announce one case and an update follows,
# so a handful of holders is still one event; "is the unified border agency" has hundreds.
COMMON = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Words of the release in the story; offsets are characters of either text, ``words`` counts shared words."""

    release_start: int
    release_end: int
    story_start: int
    story_end: int
    words: int
    own: int  # of these words, the ones that are not boilerplate
    quoted: bool  # stands between quotation marks in the story


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """How a story draws on one release.

    ``methods``: link, quote, reuse, facts. ``overlap`` is the share of the release's own words (boilerplate apart)
    found in the story, ``density`` the share of the story's words that come from it, ``longest_run`` in words.
    ``score`` ranks.
    """

    methods: tuple[str, ...]
    overlap: float
    density: float
    longest_run: int
    passages: tuple[Passage, ...]
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read for reuse."""

    text: str
    words: tuple[Word, ...]
    norms: tuple[str, ...]
    grams: Hashes
    gram_set: Hashes  # each once, sorted
    kept: tuple[int, ...]  # the grams that winnowing keeps, by their place
    facts: Facts
    telling: tuple[str, ...]  # keys of what a retelling keeps: "name ", "full ", "number " and "day " facts
    known: frozenset[str]
    bigrams: frozenset[str]
    quotes: tuple[tuple[int, int], ...]  # word ranges between quotation marks


@lru_cache(maxsize=256)
def read(text: str) -> Reading:
    """Read a text once for all comparisons."""
    found = words_once(text)
    norms = tuple(w.norm for w in found)
    grams = shingles(norms, GRAM)
    return Reading(
        text=text,
        words=found,
        norms=norms,
        grams=grams,
        gram_set=np.unique(grams),
        kept=tuple(winnow(grams, WINDOW)),
        facts=(facts := read_facts(text)),
        telling=tuple(_telling(facts, full_names(text))),
        known=frozenset(norms),
        bigrams=frozenset(map(" ".join, pairwise(norms))),
        quotes=tuple(_quotes(text, found)),
    )


_QUOTED = re.compile(r"“([^“”]{10,1500})”|\"([^\"\n]{10,1500})\"|«([^«»]{10,1500})»")


def _quotes(text: str, words: Sequence[Word]) -> Iterable[tuple[int, int]]:
    i = 0
    for match in _QUOTED.finditer(text):
        while i < len(words) and words[i].start < match.start():
            i += 1
        end = i
        while end < len(words) and words[end].end <= match.end():
            end += 1
        if end > i:
            yield i, end
        i = end


def prints(reading: Reading) -> bytes:
    """What the index of releases keeps, and what a story asks it with: version byte and sorted 32-bit hashes.

    Winnowed grams, and one hash each for the names, numbers and days that make a retelling recognisable.
    """
    grams = reading.grams[list(reading.kept)]
    facts = [_fact_hash(key) for key in reading.telling]
    kept = np.unique(np.concatenate((_short(grams), np.array(facts, dtype=np.uint64)))).astype("<u4")
    return bytes([VERSION]) + kept.tobytes()


def _short(hashes: Hashes) -> Hashes:
    return hashes & np.uint64(_SHORT)


_SHORT = (1 << HASH_BITS) - 1


@lru_cache(maxsize=65_536)
def _fact_hash(key: str) -> int:
    return run_hash([f"fact:{key}"]) & _SHORT


def _telling(facts: Facts, full: Iterable[str]) -> list[str]:
    return sorted(
        [f"name {k}" for k, w in facts.names.items() if w >= 1.0]
        + [f"full {k}" for k in full]
        + [f"number {k}" for k, w in facts.numbers.items() if w >= 1.0 and _size(k) >= 10]
        + [f"day {k}" for k in facts.dates]
    )


def _size(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return 0.0


def draw(
    story: Reading,
    release: Reading,
    *,
    linked: bool = False,
    holders: Mapping[int, int] | None = None,
    releases: int = 1,
) -> Draw | None:
    """How the story draws on the release, or None when it does not.

    ``holders`` says for each of the release's prints how many releases have it (``Index.counts`` of
    ``prints(release)``); a print that is not in it is the release's alone. ``releases`` is how many releases there are.
    """
    holders = holders or {}
    told, shared = _retold(story, release, holders, releases)
    there = set(np.intersect1d(story.gram_set, release.gram_set, assume_unique=True).tolist())
    if not (linked or told or there):
        return None
    marks = _marks(release, holders)
    found = [m for m in marks if m.gram in there]
    own = _own_words(release, marks)
    passages = _passages(story, release, own) if there else []
    counted = _counted(release, own, passages)
    total = sum(own)
    overlap = counted / total if total else 0.0
    density = min(1.0, counted / len(story.words)) if story.words else 0.0
    longest = max((p.words for p in passages), default=0)
    quoted = any(p.quoted for p in passages)
    reused = sum(p.own for p in passages if not p.quoted) >= LEAST_REUSE
    methods = tuple(
        name for name, holds in (("link", linked), ("quote", quoted), ("reuse", reused), ("facts", told)) if holds
    )
    if not methods:
        return None
    score = sum(1.0 / m.holders for m in found) + 0.2 * shared + overlap + density + (10.0 if linked else 0.0)
    return Draw(
        methods=methods,
        overlap=round(overlap, 4),
        density=round(density, 4),
        longest_run=longest,
        passages=tuple(passages),
        score=round(score, 4),
        reason=_reason(methods, overlap, longest, shared),
    )


def _reason(methods: Sequence[str], overlap: float, longest: int, shared: float) -> str:
    parts = []
    if "link" in methods:
        parts.append("links to the release")
    if "quote" in methods:
        parts.append("quotes it")
    if "reuse" in methods:
        parts.append(f"repeats {overlap:.0%} of it, {longest} words on end at most")
    if methods == ("facts",):
        parts.append(f"retells its names and numbers ({shared:.0f} bits)")
    return "; ".join(parts)


class _Mark(NamedTuple):
    """A winnowed gram of a release, the word it starts at, and how many releases have it."""

    gram: int
    at: int
    holders: int


def _marks(release: Reading, holders: Mapping[int, int]) -> list[_Mark]:
    grams = release.grams[list(release.kept)]
    return [
        _Mark(gram, at, holders.get(short, 1))
        for gram, at, short in zip(grams.tolist(), release.kept, _short(grams).tolist(), strict=True)
    ]


def _own_words(release: Reading, marks: Sequence[_Mark]) -> list[bool]:
    """For each word of the release whether it is its own, not part of what more than COMMON releases say."""
    own = [True] * len(release.words)
    for k, mark in enumerate(marks):
        if mark.holders > COMMON:
            # prints stand up to WINDOW words apart: what lies between two common ones is common as well
            following = marks[k + 1].at if k + 1 < len(marks) and marks[k + 1].holders > COMMON else mark.at
            for i in range(mark.at, max(mark.at + GRAM, following)):
                own[i] = False
    return own


def _counted(release: Reading, own: Sequence[bool], passages: Sequence[Passage]) -> int:
    """How many of the release's own words lie in passages."""
    spans = [(p.release_start, p.release_end) for p in passages]
    if not spans:
        return 0
    return sum(
        1
        for mine, word in zip(own, release.words, strict=True)
        if mine and any(start <= word.start < end for start, end in spans)
    )


def _passages(story: Reading, release: Reading, own: Sequence[bool]) -> list[Passage]:
    """Runs of the release's words in the story, close ones joined; those that only repeat a formula are left out."""
    joined: list[list[int]] = []  # story from, to, release from, to, shared words
    for run in shared_runs(story.norms, release.norms, GRAM, hashes=(story.grams, release.grams)):
        i, j, n = run.at_a, run.at_b, run.length
        last = joined[-1] if joined else None
        if last and 0 <= i - last[1] <= NEAR and 0 <= j - last[3] <= NEAR:
            last[1], last[3], last[4] = i + n, j + n, last[4] + n
        else:
            joined.append([i, i + n, j, j + n, n])
    kept: list[Passage] = []
    for a, a_end, b, b_end, shared in joined:
        quoted = any(min(a_end, q_end) - max(a, q) >= LEAST_QUOTE for q, q_end in story.quotes)
        least = LEAST_QUOTE if quoted else LEAST_PASSAGE
        mine = sum(own[b:b_end])
        if shared < least or mine < least:
            continue
        kept.append(
            Passage(
                release_start=release.words[b].start,
                release_end=release.words[b_end - 1].end,
                story_start=story.words[a].start,
                story_end=story.words[a_end - 1].end,
                words=shared,
                own=mine,
                quoted=quoted,
            )
        )
    return kept


def explain(draws: Mapping[int, Draw]) -> list[tuple[int, Draw]]:
    """The releases a story draws on, best first, without those whose share a better one explains.

    Releases of one template share sentences; a story that reprints one of them is not drawn from the others. A release
    further down stays if the story links to it, or takes words from it that no better one has.
    """
    kept: list[tuple[int, Draw]] = []
    claimed: list[tuple[int, int]] = []
    for key, one in sorted(draws.items(), key=lambda item: (-item[1].score, item[0])):
        fresh = [p for p in one.passages if not any(s < p.story_end and p.story_start < e for s, e in claimed)]
        news = "link" in one.methods or any(p.quoted for p in fresh) or sum(p.own for p in fresh) >= LEAST_REUSE
        if not kept or news:
            kept.append((key, one))
            claimed.extend((p.story_start, p.story_end) for p in one.passages)
    return kept


def _retold(story: Reading, release: Reading, holders: Mapping[int, int], releases: int) -> tuple[bool, float]:
    """Whether the story tells the release's event in its own words, and by how many bits of evidence.

    A fact that ``n`` of ``N`` releases have is worth log2(N / n) bits. To pick one of N releases takes log2(N) bits,
    and BITS more so that chance agreement is one in 2**BITS. Of a full name and its parts the better counts once. At
    least a quarter of what the release has must be told, which keeps coincidences with releases full of numbers out.
    Somebody the release mostly speaks of must be named with forename and surname; a release that speaks of nobody must
    stand among many, for rarity to be known, and a long story must tell more of it.
    """
    held: dict[str, dict[str, float]] = {"name": {}, "number": {}, "day": {}}
    possible = 0.0
    for key in release.telling:
        kind, _, fact = key.partition(" ")
        bits = math.log2(max(1, releases) / min(releases, holders.get(_fact_hash(key), 1)))
        possible += bits if kind != "full" else 0.0
        if kind == "name" and fact in story.known:
            held["name"].setdefault(fact, bits)
        elif kind == "full" and fact in story.bigrams:
            for part in fact.split():
                held["name"][part] = max(held["name"].get(part, 0.0), bits / 2)
        elif (kind == "number" and fact in story.facts.numbers) or (kind == "day" and fact in story.facts.dates):
            held[kind][fact] = bits
    total = sum(sum(each.values()) for each in held.values())
    people = main_persons(release.facts)
    named = any(p in story.known and _speaks_of(story, release.facts.forenames[p], p) for p in people)
    if people and not named:
        return False, total  # agrees in places and dates, but is about somebody else
    several = sum(len(each) for each in held.values()) >= 3 and sum(1 for each in held.values() if each) >= 2
    share = 0.25
    if not named:
        if releases < TELLING:
            return False, total
        share *= max(1.0, math.sqrt(len(story.words) / STORY))
    return several and total >= math.log2(max(2, releases)) + BITS and total >= share * possible, total


def _speaks_of(story: Reading, forename: str, surname: str) -> bool:
    """Whether the names stand together, at most a middle name or two between: a long story holds most words apart."""
    norms = story.norms
    return any(word == forename and surname in norms[i + 1 : i + 4] for i, word in enumerate(norms))
