"""What people say of the machine's shifts, checked before it is filed, and what it tells of coders and machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from monitor.coding.agreement import Agreement, Value, agreement
from monitor.coding.evaluation import SLOTS as QUESTIONS
from monitor.coding.reliability import slot_values
from monitor.coding.sentences import sentences
from monitor.coding.vocabulary import NUMBERS, SLOTS, wrong
from monitor.errors import UsageError

MACHINE: Final = "machine"
_NEEDED: Final = ("actor", "resource", "direction", "status")
_LONGEST: Final = 1_000  # characters of a slot or reason
_MOST: Final = 2**63 - 1  # the largest whole number the archive holds
_NOTHING: Final = ("", "null", "none", "-")


def fixes(pairs: Sequence[str]) -> dict[str, Any]:
    """``name=value`` pairs as slots; an empty value means "not said". Raises UsageError saying what was expected."""
    fixed: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        name, value = name.strip().lower().replace("-", "_"), plain(value.strip())
        if not equals:
            raise UsageError(f"--slot {pair!r}: expected name=value, such as status=done")
        if name not in SLOTS:
            close = get_close_matches(name, SLOTS, n=1)
            hint = f" (did you mean {close[0]!r}?)" if close else ""
            raise UsageError(f"--slot {name!r}: expected one of {', '.join(SLOTS)}{hint}")
        if name in fixed:
            raise UsageError(f"--slot {name}: given twice")
        fixed[name] = _value(name, value)
    return fixed


def _value(name: str, value: str) -> Any:
    if name == "quantity_approx":
        if value.lower() not in ("true", "false", "yes", "no", "1", "0"):
            raise UsageError(f"--slot quantity_approx: expected true or false, found {value!r}")
        return value.lower() in ("true", "yes", "1")
    if value.lower() in _NOTHING:
        if name in _NEEDED:
            raise UsageError(f"--slot {name}: must have a value; {wrong(name, value)}")
        return None
    if name in NUMBERS:
        digits = value.replace(",", "")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 19 or int(digits) > _MOST:
            raise UsageError(f"--slot {name}: expected a whole number or nothing, found {value!r}")
        return int(digits)
    if problem := wrong(name, value):
        raise UsageError(f"--slot {problem}")
    return value[:_LONGEST]


def merged(before: Mapping[str, Any], fixed: Mapping[str, Any], slots: Mapping[str, Any]) -> dict[str, Any]:
    """A coder's earlier fixes with the new ones, without those that say what the machine says.

    Raises UsageError when the quantity's low end is above its high end, or nothing is left to fix.
    """
    whole = {name: value for name, value in {**before, **fixed}.items() if slots.get(name) != value}
    low, high = (whole.get(name, slots.get(name)) for name in NUMBERS)
    if low is not None and high is not None and low > high:
        raise UsageError(f"quantity_low {low} is above quantity_high {high}")
    if not whole:
        raise UsageError("these slots read so already; `accept` says that the row is right")
    return whole


def plain(text: str) -> str:
    """A text that can be stored: arguments that are no UTF-8 arrive as lone surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoderScore:
    """How one coder judged the machine: counts of verdicts, and (right, judged) for each slot of accepted rows."""

    coder: str
    accepted: int
    fixed: int
    rejected: int
    slots: Mapping[str, tuple[int, int]]

    @property
    def precision(self) -> float | None:
        """The share of the machine's rows that are shifts in this coder's eyes."""
        judged = self.accepted + self.fixed + self.rejected
        return (self.accepted + self.fixed) / judged if judged else None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedAgreement:
    """Agreement among people, question by question; with the machine, coder by coder; and the coders' scores."""

    shifts: int
    people: Mapping[str, Agreement]
    machine: Mapping[str, Mapping[str, Agreement]]
    scores: Sequence[CoderScore]


def judged_agreement(rows: Iterable[Mapping[str, Any]]) -> JudgedAgreement:
    """From each coder's last judgement of each shift, rows as the archive lists them.

    ``is_shift`` is yes where a row was accepted or fixed. A slot's value is the fixed one, else the machine's; who
    rejected a row says nothing of its slots. The machine says yes to every row, so for ``is_shift`` only the
    share of rows that people accept tells anything of it.
    """
    units: dict[tuple[int, str], dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        units.setdefault((row["story"], row["key"]), {})[row["coder"]] = row
    coders = sorted({coder for unit in units.values() for coder in unit})
    people = {}
    if len(coders) > 1:
        people["is_shift"] = agreement(
            {coder: [_is_shift(unit.get(coder)) for unit in units.values()] for coder in coders}
        )
        for slot in QUESTIONS:
            people[slot] = agreement({coder: _column(units.values(), coder, slot) for coder in coders})
    machine = {
        coder: {
            slot: agreement(
                {
                    coder: _column(units.values(), coder, slot),
                    MACHINE: [
                        _answer(unit[coder]["judged"], slot) if _is_shift(unit.get(coder)) else None
                        for unit in units.values()
                    ],
                }
            )
            for slot in QUESTIONS
        }
        for coder in coders
    }
    return JudgedAgreement(
        shifts=len(units), people=people, machine=machine, scores=[_score(units.values(), coder) for coder in coders]
    )


def _is_shift(row: Mapping[str, Any] | None) -> bool | None:
    return None if row is None else row["verdict"] != "reject"


def _column(units: Iterable[Mapping[str, Mapping[str, Any]]], coder: str, slot: str) -> list[Value]:
    return [_answer(_slots(unit[coder]), slot) if _is_shift(unit.get(coder)) else None for unit in units]


def _slots(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row["judged"], **row["fixed"]}


def _answer(slots: Mapping[str, Any], slot: str) -> Value:
    return slot_values(slots, slots, slot)[0]


def _score(units: Iterable[Mapping[str, Mapping[str, Any]]], coder: str) -> CoderScore:
    rows = [unit[coder] for unit in units if coder in unit]
    kept = [row for row in rows if _is_shift(row)]
    return CoderScore(
        coder=coder,
        accepted=sum(row["verdict"] == "accept" for row in rows),
        fixed=sum(row["verdict"] == "fix" for row in rows),
        rejected=sum(row["verdict"] == "reject" for row in rows),
        slots={
            slot: (sum(_answer(_slots(row), slot) == _answer(row["judged"], slot) for row in kept), len(kept))
            for slot in QUESTIONS
        },
    )


def gold_lines(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Judged sentences as lines of a gold file, one for each sentence and coder, from rows with what stands before.

    A sentence is a shift when any of its rows was accepted or fixed; those rows' slots are its records. Two coders'
    lines of a sentence share their id. Shifts that the machine sees no more are left out: their sentence is not kept.
    """
    lines: dict[tuple[str, int, str, int], dict[str, Any]] = {}
    for row in rows:
        if row["shift"] is None:
            continue
        place = (row["coder"], row["story"], row["part"], row["start"])
        if place not in lines:
            lines[place] = {
                "id": f"{row['story']}-{row['part']}-{row['start']}",
                "url": row["url"],
                "date": row["date"] or "",
                "context": _sentence_before(row["leading"] or ""),
                "text": row["sentence"],
                "is_shift": False,
                "shifts": [],
                "coder": row["coder"],
            }
        if _is_shift(row):
            lines[place]["is_shift"] = True
            lines[place]["shifts"].append({name: _slots(row).get(name) for name in SLOTS})
    return list(lines.values())


def _sentence_before(text: str) -> str:
    """The last sentence of what stands before one; its start may be cut off."""
    pieces = list(sentences(text))
    return text[slice(*pieces[-1])] if pieces else ""
