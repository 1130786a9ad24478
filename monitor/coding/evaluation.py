"""Scores predictions against a gold file: detection, slots, codes and documents, as the codebook says they count.

Gold and predictions are dicts in the shape of the gold files and of ``codebook predict``. A shift that both see is
scored slot by slot; credit for an origin or destination is given for either form of "the city (Memphis)".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Item = Mapping[str, Any]
Row = tuple[Item, bool]  # a gold item and whether it was called a shift

SLOTS: Final = ("actor", "beneficiary", "resource", "quantity", "origin", "destination", "direction", "status")
LABELS: Final = ("primary", "mention", "none")
_SMALL: Final = frozenset({"the", "of", "a", "an", "in", "to", "and", "at", "for", "on", "their", "its", "with"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Right claims, wrong claims and misses, as counts or sums of weights; a rate of nothing is None."""

    hit: float = 0.0
    false: float = 0.0
    missed: float = 0.0

    @property
    def precision(self) -> float | None:
        """The share of claims that are right."""
        return self.hit / (self.hit + self.false) if self.hit + self.false else None

    @property
    def recall(self) -> float | None:
        """The share of what is there that was claimed."""
        return self.hit / (self.hit + self.missed) if self.hit + self.missed else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of the two."""
        whole = 2 * self.hit + self.false + self.missed
        return 2 * self.hit / whole if whole else None

    def as_json(self) -> dict[str, float | None]:
        """The three rates, rounded, with what they rest on."""
        return {
            "precision": rounded(self.precision),
            "recall": rounded(self.recall),
            "f1": rounded(self.f1),
            "hits": self.hit,
            "false": self.false,
            "missed": self.missed,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One disagreement with the gold: ``kind`` is false, missed, code, label or a slot's name."""

    kind: str
    id: Any
    ours: Any
    gold: Any
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceScores:
    """``clear`` leaves borderline items out; ``live`` weighs random picks by what they stand for in the stream.

    ``slots`` gives (right, pairs) for each slot the gold fills in.
    """

    items: int
    all: Rates
    clear: Rates
    live: Rates | None
    strata: Mapping[str, tuple[int, Rates]] = field(default_factory=dict)
    slots: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    codes: Mapping[str, Rates] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentScores:
    """The rates of each label over the documents that have a text; ``skipped`` have none and cannot be judged."""

    items: int
    skipped: int
    labels: Mapping[str, Rates]
    mistakes: tuple[Mistake, ...] = ()


def rounded(value: float | None) -> float | None:
    """A rate to four places, None left as it is."""
    return None if value is None else round(value, 4)


def is_document(item: Item) -> bool:
    """Whether a gold or input line is a document's: a sentence has a context, a document a title or a label."""
    return "context" not in item and ("title" in item or "label" in item)


def rates(rows: Iterable[Row], *, weighted: bool = False) -> Rates:
    """Detection over ``rows``; ``weighted`` counts each item as its ``weight`` says, those without not at all."""
    hit = false = missed = 0.0
    for item, said in rows:
        weight = float(item.get("weight") or 0.0) if weighted else 1.0
        if said and item["is_shift"]:
            hit += weight
        elif said:
            false += weight
        elif item["is_shift"]:
            missed += weight
    return Rates(hit=hit, false=false, missed=missed)


def score_sentences(pairs: Sequence[tuple[Item, Item]]) -> SentenceScores:
    """Scores (gold, prediction) pairs of sentences; a prediction holds ``is_shift``, ``shifts`` and, maybe, ``codes``.

    Codes are scored over the items whose gold has ``codes``; so is a code that only one side ever gives.
    """
    rows = [(gold, bool(said["is_shift"])) for gold, said in pairs]
    mistakes: list[Mistake] = []
    slots: dict[str, tuple[int, int]] = {}
    for gold, said in pairs:
        if bool(said["is_shift"]) != bool(gold["is_shift"]):
            mistakes.append(_mistake("false" if said["is_shift"] else "missed", gold, said["is_shift"], said=said))
        elif gold["is_shift"]:
            for shift, record in pair_shifts(said["shifts"], gold.get("shifts") or ()):
                for name, right in slot_hits(shift, record).items():
                    hits, of = slots.get(name, (0, 0))
                    slots[name] = (hits + right, of + 1)
                    if not right:
                        mistakes.append(_mistake(name, gold, _slot(shift, name), _slot(record, name), said=said))
    strata = {
        name: [row for row in rows if row[0].get("stratum") == name]
        for name in sorted({str(gold["stratum"]) for gold, _ in pairs if gold.get("stratum")})
    }
    drawn = [row for row in rows if row[0].get("weight")]
    return SentenceScores(
        items=len(rows),
        all=rates(rows),
        clear=rates(row for row in rows if not row[0].get("borderline")),
        live=rates(drawn, weighted=True) if drawn else None,
        strata={name: (len(some), rates(some)) for name, some in strata.items()},
        slots={name: slots[name] for name in SLOTS if name in slots},
        codes=score_codes(pairs, mistakes),
        mistakes=tuple(mistakes),
    )


def score_codes(pairs: Sequence[tuple[Item, Item]], mistakes: list[Mistake]) -> dict[str, Rates]:
    """Code -> rates over the items whose gold says which codes they have; adds to ``mistakes``."""
    counts: dict[str, list[int]] = {}
    for gold, said in pairs:
        if "codes" not in gold:
            continue
        true, given = set(gold["codes"]), set(said.get("codes") or ())
        for code in true | given:
            at = 0 if code in true & given else 1 if code in given else 2
            counts.setdefault(code, [0, 0, 0])[at] += 1
        if true != given:
            mistakes.append(_mistake("code", gold, sorted(given - true), sorted(true - given), said=said))
    return {code: Rates(hit=hit, false=false, missed=missed) for code, (hit, false, missed) in sorted(counts.items())}


def score_documents(pairs: Sequence[tuple[Item, Item]]) -> DocumentScores:
    """Scores (gold, prediction) pairs of documents by their label."""
    rows = [(gold, said) for gold, said in pairs if gold.get("text")]
    labels = {
        label: Rates(
            hit=sum(gold["label"] == said["label"] == label for gold, said in rows),
            false=sum(said["label"] == label != gold["label"] for gold, said in rows),
            missed=sum(gold["label"] == label != said["label"] for gold, said in rows),
        )
        for label in LABELS
    }
    mistakes = tuple(
        _mistake("label", gold, said["label"], gold["label"], said=said)
        for gold, said in rows
        if gold["label"] != said["label"]
    )
    return DocumentScores(items=len(rows), skipped=len(pairs) - len(rows), labels=labels, mistakes=mistakes)


def _mistake(kind: str, gold: Item, ours: Any, wanted: Any = None, *, said: Item) -> Mistake:
    return Mistake(
        kind=kind,
        id=gold.get("id"),
        ours=ours,
        gold=gold["is_shift"] if kind in ("false", "missed") else wanted,
        text=str(gold.get("title") or gold.get("text") or ""),
        note=str(said.get("note") or ""),
    )


def pair_shifts(ours: Sequence[Item], gold: Sequence[Item]) -> list[tuple[Item, Item]]:
    """Pairs of records, each gold one with the free one of ours that shares most slots."""
    pairs: list[tuple[Item, Item]] = []
    free = list(ours)
    for record in gold:
        if not free:
            break
        best = max(range(len(free)), key=lambda at: _alike(free[at], record))
        pairs.append((free.pop(best), record))
    return pairs


def _alike(shift: Item, record: Item) -> int:
    same = (
        2 * (shift.get("actor") == record.get("actor")),
        shift.get("quantity_low") == record.get("quantity_low"),
        shift.get("quantity_high") == record.get("quantity_high"),
        shift.get("resource") == record.get("resource"),
        same_end(shift.get("destination"), record.get("destination")),
        shift.get("status") == record.get("status"),
    )
    return sum(same)


def slot_hits(shift: Item, record: Item) -> dict[str, bool]:
    """Slot -> whether it agrees, for the slots the gold gives."""
    hits: dict[str, bool] = {}
    for name in SLOTS:
        if ("quantity_low" if name == "quantity" else name) not in record:
            continue
        ours, gold = _slot(shift, name), _slot(record, name)
        hits[name] = same_end(ours, gold) if name in ("origin", "destination") else ours == gold
    return hits


def _slot(record: Item, name: str) -> Any:
    if name == "quantity":
        return [record.get("quantity_low"), record.get("quantity_high")]
    return record.get(name)


def same_end(ours: str | None, gold: str | None) -> bool:
    """Whether two origins or destinations say the same: both unsaid, or half of the shorter one's words shared.

    Words in the gold's parentheses are its resolution of "the city" or "that mission": either form is right.
    """
    if not ours or not gold:
        return (ours or None) == (gold or None)
    forms = [gold, *re.findall(r"\(([^)]*)\)", gold), re.sub(r"\([^)]*\)", "", gold)]
    mine = content_words(ours)
    return any(
        words and len(mine & words) >= 0.5 * min(len(mine), len(words)) and bool(mine & words)
        for words in map(content_words, forms)
    )


def content_words(text: str) -> set[str]:
    """The words of a slot that count, without plurals, for lenient comparison."""
    plain = text.lower().replace("l.a.", "la").replace("d.c.", "dc")
    return {word.rstrip("s") for word in re.findall(r"\w+", plain)} - _SMALL
