"""What changed between two versions of a text: sentences aligned, each change named, and the word-level difference."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from monitor.matching.edit_kinds import Kind
from monitor.matching.words import Word, normal, norms, sentences
from monitor.matching.words import words as read_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One edited sentence: ``before`` is "" when added, ``after`` "" when removed; ``detail`` is the gist."""

    kinds: tuple[Kind, ...]
    before: str
    after: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All edits from one version to the next, in the order of the text."""

    edits: tuple[Edit, ...]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Each kind once, in the enum's order; cosmetic only when there is nothing else."""
        found = {kind for edit in self.edits for kind in edit.kinds}
        if found != {Kind.COSMETIC}:
            found.discard(Kind.COSMETIC)
        return tuple(kind for kind in Kind if kind in found)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words for display: ``op`` is "=" kept, "-" only before, "+" only after."""

    op: str
    text: str


_CORRECTION = re.compile(
    r"^\W*(?:(?:editor[’']?s\s+note|correction|clarification|corrected|clarified|update and correction)s?\b|"
    r"(?:this|an earlier|a previous)\s+(?:story|article|release|report|post|version|headline|statement)\b.{0,120}"
    r"\b(?:correct|clarif|misstat|misidentif|misspell|incorrect|error|updated to reflect))",
    re.IGNORECASE,
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_COSMETIC = re.compile(
    rf"^\W*(?:(?:last\s+)?(?:updated|modified|published|posted|reviewed|release\s+date)\b.{{0,80}}|"
    rf"(?:{_MONTH}\.?\s+\d{{1,2}},?\s+\d{{4}}|\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}|\d{{4}}-\d\d-\d\d)\W*(?:\d.{{0,30}})?|"
    r"(?:photo|image|file photo|caption|credit|getty|courtesy|watch|listen|video|read more|related|see also|share|"
    r"follow us|subscribe|sign up|advertisement|media contact|press contact|contact|for (?:more|further) information|"
    r"for media|tags?|"
    r"topics?|all rights reserved|copyright|©|###)\b.{0,300})$",
    re.IGNORECASE | re.DOTALL,
)
_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+\.\w+|\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b|https?://\S+|\bwww\.\S+", re.IGNORECASE
)

# How firmly something is said to happen, from denied hope to done deed; the scale is ordinal.
_FORCE: dict[str, int] = {
    **dict.fromkeys("might could possibly perhaps mulling weighing contemplating".split(), 1),
    **dict.fromkeys(
        "may would considering considers consider exploring reviewing proposed proposes propose".split(), 2
    ),
    **dict.fromkeys(
        "should hopes seeks aims intends intend intended expects expected likely plans planned plan planning".split(), 3
    ),
    **dict.fromkeys("shall will must agreed begins begin set directed".split(), 4),
    **dict.fromkeys("has have had began started completed deployed sent ordered confirmed is are was were".split(), 5),
}
_HEDGES = frozenset(
    """
    reportedly allegedly apparently about approximately nearly roughly around some possibly perhaps likely
    potentially
    """.split()
)
_SAYING = frozenset(
    """
    said says say told according announced stated reported confirmed denied claimed added wrote testified
    acknowledged disclosed
    """.split()
)
_NO_SPEAKER = frozenset("the a an and who also has have had to he she they it that of in on with".split())
_NUMBER_WORDS = frozenset(
    """
    two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands
    million millions billion dozen dozens half third quarter double twice
    """.split()
)
_SAME = 0.4  # sentences less alike than this are another sentence, not an edited one
_BAND = 60  # sentences; in a block rewritten whole, partners are sought no further from the diagonal
_MANY = 200_000  # pairs; a block larger than this is another text
_LONG = 800  # words or sentences; beyond it, frequent ones anchor no alignment: hostile texts would take minutes


def compare_versions(before: str, after: str, title_before: str = "", title_after: str = "") -> Changes:
    """Every edit between two versions of a story, headline first."""
    edits: list[Edit] = []
    headline = norms(title_before) != norms(title_after)
    if headline:
        edits.append(Edit(kinds=(Kind.HEADLINE,), before=title_before, after=title_after, detail="headline changed"))
    for old, new in _aligned(_bare(before), _bare(after)):
        edit = _edit(old or "", new or "")
        if edit is not None:
            edits.append(edit)
    if not edits and (before != after or title_before != title_after):
        edits.append(Edit(kinds=(Kind.COSMETIC,), before="", after="", detail="only white space or punctuation"))
    return Changes(edits=tuple(edits))


def diff_texts(before: str, after: str) -> list[Piece]:
    """The difference of two versions, sentence by sentence and word by word inside the edited ones.

    The kept and added pieces joined give ``after``.
    """
    if norms(before) == norms(after):
        return [Piece("=", after)] if after else []
    pieces: list[Piece] = []
    for old, new in _aligned(_units(before), _units(after)):
        if old is None or new is None:
            pieces.append(Piece("-", old or "") if new is None else Piece("+", new))
        elif norms(old) == norms(new):
            pieces.append(Piece("=", new))
        else:
            pieces.extend(diff_words(old, new))
    return _joined(pieces)


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].op == piece.op:
            joined[-1] = Piece(piece.op, joined[-1].text + piece.text)
        elif piece.text:
            joined.append(piece)
    return joined


def _bare(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def _units(text: str) -> list[str]:
    """The sentences with the white space that follows them; joined they give the text."""
    starts = [start for start, _ in sentences(text)]
    if not starts:
        return [text] if text else []
    return [text[a:b] for a, b in pairwise([0, *starts[1:], len(text)])]


def _aligned(old: Sequence[str], new: Sequence[str]) -> Iterable[tuple[str | None, str | None]]:
    """Sentences of two versions side by side, in the order of the text; None where one side has none."""
    keys_old, keys_new = [tuple(norms(s)) for s in old], [tuple(norms(s)) for s in new]
    # most of a text is unchanged: cut off both ends first, so that only the middle costs more than a look
    head, shorter = 0, min(len(old), len(new))
    while head < shorter and keys_old[head] == keys_new[head]:
        head += 1
    tail = 0
    while tail < shorter - head and keys_old[-1 - tail] == keys_new[-1 - tail]:
        tail += 1
    yield from zip(old[:head], new[:head], strict=True)
    a, b = keys_old[head : len(old) - tail], keys_new[head : len(new) - tail]
    for op, i, i_end, j, j_end in SequenceMatcher(a=a, b=b, autojunk=len(a) + len(b) > _LONG).get_opcodes():
        if op == "equal":
            yield from zip(old[head + i : head + i_end], new[head + j : head + j_end], strict=True)
            continue
        for x, y in _pair(a[i:i_end], b[j:j_end]):
            yield old[head + i + x] if x is not None else None, new[head + j + y] if y is not None else None
    if tail:
        yield from zip(old[-tail:], new[-tail:], strict=True)


def _pair(old: Sequence[tuple[str, ...]], new: Sequence[tuple[str, ...]]) -> list[tuple[int | None, int | None]]:
    """Pair edited sentences within one differing block, in order, so that the summed likeness is greatest."""
    if len(old) * len(new) > _MANY:
        return [*((i, None) for i in range(len(old))), *((None, j) for j in range(len(new)))]
    bags = [Counter(s) for s in new]
    slope = len(new) / max(1, len(old))
    likeness = [
        [_alike(a, b, bag_a, bags[j]) if abs(j - i * slope) <= _BAND else 0.0 for j, b in enumerate(new)]
        for i, a in enumerate(old)
        for bag_a in [Counter(a)]
    ]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            together = likeness[i][j] + best[i + 1][j + 1] if likeness[i][j] >= _SAME else 0.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    pairs: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < len(old) or j < len(new):
        both = i < len(old) and j < len(new)
        if both and likeness[i][j] >= _SAME and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif j == len(new) or (i < len(old) and best[i + 1][j] >= best[i][j + 1]):
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    return pairs


def _alike(a: tuple[str, ...], b: tuple[str, ...], bag_a: Counter[str], bag_b: Counter[str]) -> float:
    size = len(a) + len(b)
    if not a or not b or 2 * (bag_a & bag_b).total() < _SAME * size:
        return 0.0  # even in the best order too few words agree
    matcher = SequenceMatcher(a=a, b=b, autojunk=size > _LONG)
    return 2 * sum(block.size for block in matcher.get_matching_blocks()) / size


def _edit(before: str, after: str) -> Edit | None:
    if norms(before) == norms(after):
        return None
    if not before or not after:
        return _one_sided(before, after)
    kinds, detail = _classify(before, after)
    return Edit(kinds=kinds, before=before, after=after, detail=detail)


def _one_sided(before: str, after: str) -> Edit:
    there = before or after
    if _CORRECTION.search(there):
        kind = Kind.CORRECTION if after else Kind.CORRECTION_GONE
        return Edit(kinds=(kind,), before=before, after=after, detail=cut(there))
    if _cosmetic(there):
        return Edit(
            kinds=(Kind.COSMETIC,), before=before, after=after, detail="date, caption, contact or boilerplate line"
        )
    kind = Kind.ADDED if after else Kind.REMOVED
    return Edit(kinds=(kind,), before=before, after=after, detail=cut(there))


def _cosmetic(sentence: str) -> bool:
    sentence = sentence[:600]
    bare = _CONTACT.sub("", sentence)
    return (
        bool(_COSMETIC.match(sentence.strip())) or (bare != sentence and len(bare.split()) < 8) or not norms(sentence)
    )


def _classify(before: str, after: str) -> tuple[tuple[Kind, ...], str]:
    if _CORRECTION.search(after) and not _CORRECTION.search(before):
        return (Kind.CORRECTION,), cut(after)
    if _cosmetic(before) and _cosmetic(after):
        return (Kind.COSMETIC,), "date, caption, contact or boilerplate line"
    gone, come = _differing(before, after)
    kinds: list[Kind] = []
    details: list[str] = []

    def note(kind: Kind, detail: str) -> None:
        kinds.append(kind)
        details.append(detail)

    speaker_before, speaker_after = _speakers(before), _speakers(after)
    speakers = {normal(w) for w in speaker_before} ^ {normal(w) for w in speaker_after}
    if speakers:
        note(Kind.ATTRIBUTION, f"{_listed(speaker_before)} → {_listed(speaker_after)}")
        gone = [w for w in gone if not set(norms(w)) & speakers]
        come = [w for w in come if not set(norms(w)) & speakers]
    numbers_gone, numbers_come = _numbers(gone), _numbers(come)
    if numbers_gone != numbers_come and not _only_dates(gone, come):
        note(Kind.NUMBER, f"{_listed(numbers_gone)} → {_listed(numbers_come)}")
    names_gone, names_come = _named(gone), _named(come)
    if names_gone != names_come and not _only_dates(gone, come):
        note(Kind.ENTITY, f"{_listed(names_gone)} → {_listed(names_come)}")
    force = _force(come) - _force(gone) if _force(come) and _force(gone) else _hedges(gone) - _hedges(come)
    if force:
        note(Kind.HARDENED if force > 0 else Kind.SOFTENED, f"{_listed(_modal(gone))} → {_listed(_modal(come))}")
    if not kinds:
        note(Kind.REWORDED, f"{_listed(gone[:8])} → {_listed(come[:8])}")
    return tuple(kinds), "; ".join(details)


def _differing(before: str, after: str) -> tuple[list[str], list[str]]:
    """The words as written that only one of the two has, by alignment."""
    pieces = diff_words(before, after)
    return (
        [w for p in pieces if p.op == "-" for w in p.text.split()],
        [w for p in pieces if p.op == "+" for w in p.text.split()],
    )


def _numbers(words: Sequence[str]) -> list[str]:
    return [n for w in words for n in norms(w) if n[:1].isdigit() or n in _NUMBER_WORDS]


_DATE_WORDS = re.compile(
    rf"^(?:{_MONTH}|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun|day|[a-z]+day|\d{{1,2}}|20\d\d|on|today|yesterday)$"
)


def _only_dates(gone: Sequence[str], come: Sequence[str]) -> bool:
    each = [n for w in (*gone, *come) for n in norms(w)]
    return all(_DATE_WORDS.match(n) for n in each) and any(not n[:1].isdigit() for n in each)


def _named(words: Sequence[str]) -> list[str]:
    return [
        w.strip('.,;:"“”’()')
        for w in words
        if w.strip('"“(')[:1].isupper() and normal(w) not in ("the", "a", "in", "on")
    ]


def _speakers(sentence: str) -> list[str]:
    """The words, as written, that name who says it: before "said" back to a comma, after an inverted "said" or
    "according to"."""
    found = read_words(sentence)
    speakers: set[int] = set()
    for i, word in enumerate(found):
        if word.norm not in _SAYING:
            continue
        before = sentence[: word.start].rstrip()[-1:]
        if word.norm == "according" or before in (",", "”", '"'):
            speakers.update(_until_pause(sentence, found, range(i + 1, min(i + 8, len(found)))))
        else:
            speakers.update(_until_pause(sentence, found, range(i - 1, max(i - 8, -1), -1)))
    named = [found[k] for k in sorted(speakers)]
    return [sentence[w.start : w.end] for w in named if w.norm not in _NO_SPEAKER and not _DATE_WORDS.match(w.norm)]


def _until_pause(sentence: str, found: Sequence[Word], order: range) -> Iterable[int]:
    for k in order:
        between = (
            sentence[found[k].end : found[k - order.step].start]
            if order.step < 0
            else sentence[found[k - 1].end : found[k].start]
        )
        if any(c in between for c in ',;:.!?"“”—–'):
            return
        yield k


def cut(text: str, limit: int = 120) -> str:
    """The text up to the last whole word within ``limit`` characters; an ellipsis says that it goes on."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    whole = head if text[limit - 1].isspace() else head.rpartition(" ")[0] or head
    return whole.rstrip(" ,;:—–-") + "…"


def _force(words: Sequence[str]) -> int:
    return max((_FORCE.get(n, 0) for w in words for n in norms(w)), default=0)


def _hedges(words: Sequence[str]) -> int:
    return sum(n in _HEDGES for w in words for n in norms(w))


def _modal(words: Sequence[str]) -> list[str]:
    return [n for w in words for n in norms(w) if n in _FORCE or n in _HEDGES]


def _listed(words: Sequence[str]) -> str:
    return " ".join(words) if words else "nothing"


def diff_words(before: str, after: str) -> list[Piece]:
    """The difference of two sentences word by word, as written; what is equal but for case is kept as it is after."""
    a, b = _split(before), _split(after)
    matcher = SequenceMatcher(a=[k for k, _ in a], b=[k for k, _ in b], autojunk=len(a) + len(b) > _LONG)
    pieces: list[Piece] = []
    for op, i, i_end, j, j_end in matcher.get_opcodes():
        if op == "equal":
            pieces.append(Piece("=", "".join(t for _, t in b[j:j_end])))
            continue
        if i < i_end:
            pieces.append(Piece("-", "".join(t for _, t in a[i:i_end])))
        if j < j_end:
            pieces.append(Piece("+", "".join(t for _, t in b[j:j_end])))
    return pieces


def _split(text: str) -> list[tuple[str, str]]:
    """(compared form, the text from this word's start to the next word's): joined again they give the text."""
    found = read_words(text)
    if not found:
        return [("", text)] if text else []
    starts = [0, *(w.start for w in found[1:]), len(text)]
    return [(w.norm, text[starts[i] : starts[i + 1]]) for i, w in enumerate(found)]
