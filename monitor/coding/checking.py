"""What ``codebook check`` says of a usable file: patterns, examples and codes that do not do their work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from monitor.coding.codebook import Codebook
from monitor.coding.codes import Code, Pattern, phrase_words, read_codes
from monitor.coding.cut import cut
from monitor.coding.findings import Finding, Findings
from monitor.coding.shifts import read_sentence
from monitor.coding.story import code_story
from monitor.toml_lines import Path

# The words that a third of all English text is made of: a phrase of these alone stands in nearly any sentence.
_COMMON: Final = frozenset(
    "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which "
    "one you were all her she there would their we him been has when who will no more if out so up said what its about "
    "than into them can only other time new some could these two may first then do any like my now over such".split()
)
_SHARE: Final = 0.5  # of the sentences given; a code that fires on more tells them from nothing
_ENOUGH: Final = 50  # sentences, before a share means anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """How often each code fired, over how many sentences; ``where`` names the texts."""

    codes: Mapping[str, int]
    sentences: int
    where: str


def check_codebook(text: str, fired: Iterable[Fired] = ()) -> list[Finding]:
    """Errors and warnings of a codebook, by line. ``fired`` tells what it did on texts, to show codes that never fire.

    Without errors ``fired`` may be made with ``fired_on``, or counted from an archive coded with this codebook.
    """
    codes, findings, head = read_codes(text)
    if not head.get("name"):
        findings.warn(("codebook",), "[codebook] has no name")
    if not findings.failed:
        _advise(codes, findings)
        for one in fired:
            _never_fires(codes, one, findings)
    return findings.in_order()


def fired_on(book: Codebook, texts: Iterable[tuple[str, str]], where: str) -> Fired:
    """How often each code of ``book`` fires over (title, text) pairs."""
    counts: dict[str, int] = {}
    sentences = 0
    for title, text in texts:
        sentences += len(cut(text)) + bool(title)
        for tag in code_story(title, text, book).tags:
            counts[tag.code] = counts.get(tag.code, 0) + 1
    return Fired(codes=counts, sentences=sentences, where=where)


def unlimited(codes: Iterable[Code]) -> Codebook:
    """A codebook of ``codes`` that fire whatever kinds and languages they are for."""
    every = tuple(replace(code, kinds=(), languages=()) for code in codes)
    return Codebook(name="", version="", codes=every, digest="")


def codes_of(book: Codebook, sentence: str, before: str = "") -> frozenset[str]:
    """The codes a sentence gets, those from the table of shifts included; ``before`` is the sentence before it."""
    return frozenset(tag.code for tag in book.tags(sentence, read_sentence(sentence, before).shifts))


def _advise(codes: list[Code], findings: Findings) -> None:
    book = unlimited(codes)
    labels: dict[str, str] = {}
    for code in codes:
        path: Path = ("code", code.at)
        if code.label.lower() in labels:
            findings.warn(
                (*path, "label"), f"code {code.id!r} has the label of {labels[code.label.lower()]!r}: {code.label!r}"
            )
        labels.setdefault(code.label.lower(), code.id)
        _advise_patterns(code, findings)
        _advise_examples(book, code, findings)


def _advise_examples(book: Codebook, code: Code, findings: Findings) -> None:
    """A code should fire on its examples and on none of its counterexamples."""
    if not code.examples:
        findings.warn(("code", code.at), f"code {code.id!r} has no examples: nothing shows that it fires as it should")
    for at, example in enumerate(code.examples):
        if code.id not in codes_of(book, example):
            findings.warn(
                ("code", code.at, "examples", at), f"code {code.id!r} does not fire on its example {example!r}"
            )
    for at, example in enumerate(code.counterexamples):
        if code.id in codes_of(book, example):
            findings.warn(
                ("code", code.at, "counterexamples", at), f"code {code.id!r} fires on its counterexample {example!r}"
            )


def _advise_patterns(code: Code, findings: Findings) -> None:
    alone = unlimited([code])
    seen: dict[str, int] = {}
    for number, pattern in enumerate(code.patterns):
        path: Path = ("code", code.at, "pattern", number)
        where = f"code {code.id!r}, pattern {number + 1}"
        for problem in (*_unreachable(pattern), *_broad(pattern)):
            findings.warn(path, f"{where}: {problem}")
        for phrase in pattern.phrases:
            words = phrase_words(phrase)
            spelled = phrase if phrase.startswith("=") else " ".join(words)
            if spelled in seen:
                findings.warn(path, f"{where}: {phrase!r} is written twice (pattern {seen[spelled] + 1})")
            elif covering := _covering(alone, code, number, spelled, words):
                at, other = covering
                findings.warn(path, f"{where}: {phrase!r} is never needed, {other!r} covers it (pattern {at + 1})")
            seen.setdefault(spelled, number)


def _covering(alone: Codebook, code: Code, number: int, spelled: str, words: list[str]) -> tuple[int, str] | None:
    """The first (pattern, phrase) of the code that fires wherever this one does; None: there is none."""
    spoken = ["any" if word == "*" else word.rstrip("*") for word in words]
    allowed = set(code.patterns[number].absent)
    for at, other in sorted(set(alone.phrases_in(spoken))):
        theirs = phrase_words(other)
        wider = other == spelled or (not other.startswith("=") and _covers(tuple(theirs), tuple(words)))
        same = at == number and other == spelled
        if wider and not same and " ".join(theirs) != spelled and allowed.issuperset(code.patterns[at].absent):
            return at, other
    return None


def _unreachable(pattern: Pattern) -> Iterator[str]:
    """Phrases that no sentence can hold as they are written, and those that the pattern's own "not" forbids."""
    near = (*pattern.near[0], *pattern.near[1]) if pattern.near else ()
    for phrase in (*pattern.phrases, *near, *pattern.absent):
        if phrase.startswith("=") and "*" in phrase:
            yield f"{phrase!r} can never fire: after '=' a star is no joker"
        spoken = phrase.removeprefix("=").replace(" * ", " any ").replace("*", "")
        if len(cut(f"Then {spoken} came")) > 1:
            yield f"{phrase!r} can never fire: a sentence ends within it, and a code is given to one sentence"
    for phrase in pattern.phrases:
        said = tuple(phrase_words(phrase))
        forbidden = next((one for one in pattern.absent if _covers(tuple(phrase_words(one)), said)), None)
        if forbidden is not None:
            yield f"{phrase!r} can never fire: not = {forbidden!r} forbids it"


def _broad(pattern: Pattern) -> Iterator[str]:
    for phrase in pattern.phrases:
        if _COMMON.issuperset(phrase_words(phrase)):
            yield f"{phrase!r} stands in nearly every text"
    if pattern.near is not None:
        for phrase in (*pattern.near[0], *pattern.near[1]):
            if _COMMON.issuperset(phrase_words(phrase)):
                yield f"near: {phrase!r} stands in nearly every text, so the other word alone decides"


def _covers(shorter: tuple[str, ...], longer: tuple[str, ...]) -> bool:
    """Whether every sentence that holds ``longer`` holds ``shorter``: the same words, or stems of them, in a row."""
    return any(
        all(_stands_for(word, other) for word, other in zip(shorter, longer[at:], strict=False))
        for at in range(len(longer) - len(shorter) + 1)
    )


def _stands_for(word: str, other: str) -> bool:
    return word in (other, "*") or (word.endswith("*") and other.startswith(word[:-1]))


def _never_fires(codes: list[Code], fired: Fired, findings: Findings) -> None:
    for code in codes:
        count = fired.codes.get(code.id, 0)
        if not count:
            findings.warn(("code", code.at), f"code {code.id!r} never fires on {fired.where}")
        elif fired.sentences >= _ENOUGH and count > _SHARE * fired.sentences:
            findings.warn(
                ("code", code.at),
                f"code {code.id!r} fires on {count} of {fired.sentences} sentences of {fired.where}: "
                "it tells them from nothing",
            )
