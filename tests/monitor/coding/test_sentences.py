"""The splitter cuts as the gold was cut, and keeps its offsets."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.coding.sentences import sentences

SHARED = Path(__file__).parents[4] / "shared"


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def test_abbreviations_and_initials_do_not_end_a_sentence() -> None:
    assert cut("Gov. Lee sent U.S. Marshals to St. Louis. The city agreed.") == [
        "Gov. Lee sent U.S. Marshals to St. Louis.",
        "The city agreed.",
    ]
    assert cut("Director Juan P. Osuna spoke. He left.") == ["Director Juan P. Osuna spoke.", "He left."]


def test_a_newline_always_ends_a_sentence() -> None:
    assert cut("Agents on the way\nto Tulsa") == ["Agents on the way", "to Tulsa"]


def test_run_on_sentences_are_cut_and_addresses_are_not() -> None:
    assert cut("They left the city.Officers stayed.") == ["They left the city.", "Officers stayed."]
    assert cut("See https://example.org/a.Page for more") == ["See https://example.org/a.Page for more"]


@given(st.text(max_size=400))
def test_sentences_are_in_order_and_trimmed(text: str) -> None:
    last = 0
    for start, end in sentences(text):
        assert last <= start < end <= len(text)
        assert text[start:end].strip() == text[start:end]
        last = end


@given(st.text(max_size=300))
def test_only_white_space_is_left_out(text: str) -> None:
    kept = "".join(text[start:end] for start, end in sentences(text))
    assert "".join(kept.split()) == "".join(text.split())


def test_it_agrees_with_the_splitter_of_the_gold() -> None:
    gold = SHARED / "gold"
    if not (gold / "splitter.py").exists():
        pytest.skip("the gold set is not beside the repository")
    spec = importlib.util.spec_from_file_location("gold_splitter", gold / "splitter.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    texts = [
        json.loads(line).get("text") or ""
        for line in (gold / "dev_documents.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    theirs = [list(module.sentences(text)) for text in texts]
    ours = [list(sentences(text)) for text in texts]
    shared = sum(len(set(one) & set(other)) for one, other in zip(theirs, ours, strict=True))
    assert shared / sum(map(len, theirs)) >= 0.99
