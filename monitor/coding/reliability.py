"""Agreement between two coders' files, question by question: is it a shift, which slots, which codes, which label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from monitor.coding.agreement import Agreement, Value, agreement
from monitor.coding.evaluation import Item, content_words, is_document, pair_shifts, same_end

NOMINAL: Final = ("actor", "beneficiary", "resource", "quantity", "origin", "destination", "direction", "status")


def compare(first: Sequence[Item], second: Sequence[Item], names: tuple[str, str]) -> dict[str, Agreement]:
    """Question -> agreement over the items both files hold, by id. ``names`` are the coders'.

    Slots are compared over the shifts both see. Origins and destinations count as equal where half of the shorter one's
    words are shared, as in scoring; "nothing said" is a value like any other.
    """
    theirs = {item["id"]: item for item in second if item.get("id") is not None}
    pairs = [(item, theirs[item["id"]]) for item in first if item.get("id") in theirs]
    answers: dict[str, tuple[list[Value], list[Value]]] = {}

    def note(question: str, one: Value, other: Value) -> None:
        ours, others = answers.setdefault(question, ([], []))
        ours.append(one)
        others.append(other)

    for item, other in pairs:
        if is_document(item) and "label" in item and "label" in other:
            note("label", item["label"], other["label"])
        elif "is_shift" in item and "is_shift" in other:
            note("is_shift", bool(item["is_shift"]), bool(other["is_shift"]))
            for ours, others in pair_shifts(item.get("shifts") or (), other.get("shifts") or ()):
                for slot in NOMINAL:
                    note(slot, *slot_values(ours, others, slot))
    both = [(set(item["codes"]), set(other["codes"])) for item, other in pairs if "codes" in item and "codes" in other]
    for code in sorted(set().union(*(one | other for one, other in both))):
        for given, given_there in both:
            note(f"code {code}", code in given, code in given_there)
    return {question: agreement(dict(zip(names, columns, strict=True))) for question, columns in answers.items()}


def slot_values(ours: Mapping[str, Any], others: Mapping[str, Any], slot: str) -> tuple[Value, Value]:
    """Both records' values of a slot in a form that can be compared; never None, which would mean "not judged"."""
    if slot == "quantity":
        return _amount(ours), _amount(others)
    one, other = ours.get(slot), others.get(slot)
    if slot in ("origin", "destination") and one and other and same_end(str(one), str(other)):
        return _words(one), _words(one)
    if slot in ("origin", "destination"):
        return _words(one), _words(other)
    return one or "-", other or "-"


def _amount(record: Mapping[str, Any]) -> Value:
    return f"{record.get('quantity_low')}..{record.get('quantity_high')}"


def _words(value: Any) -> Value:
    return " ".join(sorted(content_words(str(value)))) if value else "-"
