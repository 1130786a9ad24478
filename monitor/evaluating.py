"""Runs the coder over gold lines and scores what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.coding.codebook import Codebook
from monitor.coding.cut import LONGEST
from monitor.coding.evaluation import (
    LABELS,
    DocumentScores,
    Mistake,
    SentenceScores,
    is_document,
    score_documents,
    score_sentences,
)
from monitor.coding.predict import predict_line, said_of, year_of
from monitor.coding.shifts import read_sentence
from monitor.errors import UsageError
from monitor.jsonlines import read_items
from monitor.predicting import codes_given

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The scores over gold files; None where they hold no sentences or no documents."""

    sentences: SentenceScores | None
    documents: DocumentScores | None

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """Every disagreement, those on sentences first."""
        return (self.sentences.mistakes if self.sentences else ()) + (self.documents.mistakes if self.documents else ())


def read_gold(paths: Sequence[str]) -> list[Item]:
    """The lines of gold files, sentences and documents. Raises UsageError naming file and item for any other line."""
    items: list[Item] = []
    for path in paths:
        for number, item in enumerate(read_items(path), start=1):
            if problem := _problem(item):
                raise UsageError(f"{path}: item {number} ({item.get('id', 'without id')}): {problem}")
            items.append(item)
    return items


def _problem(item: Item) -> str:
    if is_document(item):
        if item.get("label") not in LABELS:
            return f"label {item.get('label')!r}: expected one of {', '.join(LABELS)}"
        texts = ("text", "title")
    else:
        if not isinstance(item.get("is_shift"), bool):
            return "is_shift: expected true or false"
        if not isinstance(item.get("text"), str):
            return "text is missing"
        shifts = item.get("shifts", [])
        if not isinstance(shifts, list) or not all(isinstance(one, dict) for one in shifts):
            return "shifts: expected a list of records"
        texts = ("text", "context")
    if any(not isinstance(item.get(name) or "", str) for name in texts):
        return f"{' and '.join(texts)}: expected text"
    codes = item.get("codes", [])
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        return "codes: expected a list of codes"
    weight = item.get("weight")
    if weight is not None and (isinstance(weight, bool) or not isinstance(weight, int | float)):
        return "weight: expected a number"
    return ""


def evaluate(
    items: Iterable[Item], book: Codebook, *, progress: Callable[[int], None] = lambda done: None
) -> Evaluation:
    """Codes every item and scores it; ``codes`` are given only where the gold has some."""
    sentences: list[tuple[Item, Item]] = []
    documents: list[tuple[Item, Item]] = []
    for done, item in enumerate(items, start=1):
        codes = {"codes": codes_given(dict(item), book)} if "codes" in item else {}
        if is_document(item):
            documents.append((item, {**predict_line(item), **codes}))
        else:
            text, before = item["text"][:LONGEST], (item.get("context") or "")[:LONGEST]
            judged = read_sentence(text, before, item.get("title") or "", year_of(item))
            sentences.append((item, {**said_of(judged), **codes, "note": "; ".join(judged.why()[:2])}))
        progress(done)
    return Evaluation(
        sentences=score_sentences(sentences) if sentences else None,
        documents=score_documents(documents) if documents else None,
    )
