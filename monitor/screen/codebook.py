"""The codebook, its check, its scores and agreement, for people and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from monitor.coding.evaluation import rounded
from monitor.screen.tables import console, print_table

if TYPE_CHECKING:
    from monitor.coding.agreement import Agreement
    from monitor.coding.codebook import Codebook
    from monitor.coding.codes import Code, Pattern
    from monitor.coding.evaluation import DocumentScores, Mistake, Rates, SentenceScores
    from monitor.coding.findings import Finding
    from monitor.evaluating import Evaluation
    from monitor.judging import JudgedAgreement
    from monitor.screen.tables import Cell

_WIDTH = 100


def print_findings(findings: Sequence[Finding], *, name: str, codes: int) -> None:
    """Each finding on a line that editors can jump to, and what it comes to."""
    out = console()
    for one in findings:
        kind = Text("error", style="red") if one.error else Text("warning", style="yellow")
        where = f"{name}:{one.line}: " if one.line else f"{name}: "
        line = Text.assemble(where, kind, f": {one.message}")
        out.print(line, soft_wrap=True)
    errors = sum(one.error for one in findings)
    counted = "" if errors else f"{_many(codes, 'code')}, "
    summary = f"{name}: {counted}{_many(errors, 'error')}, {_many(len(findings) - errors, 'warning')}"
    out.print(Text(summary), soft_wrap=True)


def findings_json(findings: Sequence[Finding], *, name: str, codes: int, digest: str) -> dict[str, Any]:
    """The same for machines; ``hash`` is empty where the codebook cannot be used."""
    return {
        "file": name,
        "hash": digest,
        "codes": codes,
        "errors": sum(one.error for one in findings),
        "warnings": sum(not one.error for one in findings),
        "findings": [
            {"line": one.line or None, "severity": "error" if one.error else "warning", "message": one.message}
            for one in findings
        ],
    }


def _many(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"


def print_codebook(book: Codebook) -> None:
    """All codes with labels and definitions, sub-codes under their parents."""
    out = console()
    out.print(Text(f"{book.name} {book.version}".strip() + f"  ({len(book.codes)} codes, hash {book.hash})"))
    for code in book.codes:
        indent = "  " if code.parent else ""
        out.print(Text(f"\n{indent}{code.id}", style="bold").append(f"  {code.label}", style="not bold"))
        for line in textwrap.wrap(code.definition, _WIDTH - len(indent) - 2):
            out.print(Text(f"{indent}  {line}"))


def print_code(code: Code) -> None:
    """One code with everything the codebook says of it."""
    out = console()
    out.print(Text(code.id, style="bold").append(f"  {code.label}", style="not bold"))
    rows = [
        ("parent", code.parent),
        ("definition", code.definition),
        ("include", code.include),
        ("exclude", code.exclude),
        ("kinds", ", ".join(code.kinds)),
        ("languages", ", ".join(code.languages)),
        *(("example", example) for example in code.examples),
        *(("not", example) for example in code.counterexamples),
        *((pattern.rule.rpartition("#")[2], _pattern(pattern)) for pattern in code.patterns),
    ]
    for name, value in rows:
        for at, line in enumerate(textwrap.wrap(value, _WIDTH - 14)):
            label = (f"pattern {name}" if name.isdigit() else name) if at == 0 else ""
            out.print(Text(f"  {label:12}", style="dim").append(line, style="not dim"))


def _pattern(pattern: Pattern) -> str:
    parts = []
    if pattern.phrases:
        parts.append(", ".join(pattern.phrases))
    if pattern.near:
        one, other, distance = pattern.near
        parts.append(f"({', '.join(one)}) within {distance} words of ({', '.join(other)})")
    if pattern.bodies:
        parts.append(f"any name of {', '.join(pattern.bodies)}")
    if pattern.reader:
        slots = " and ".join(f"{slot} {' or '.join(values)}" for slot, values in pattern.slots)
        parts.append("a row in the table of shifts" + (f" with {slots}" if slots else ""))
    said = "; ".join(parts)
    return said + (f"; not beside {', '.join(pattern.absent)}" if pattern.absent else "")


def code_json(code: Code) -> dict[str, Any]:
    """A code for machines."""
    return {
        "id": code.id,
        "parent": code.parent or None,
        "label": code.label,
        "definition": code.definition,
        "include": code.include,
        "exclude": code.exclude,
        "examples": list(code.examples),
        "counterexamples": list(code.counterexamples),
        "kinds": list(code.kinds),
        "languages": list(code.languages),
        "patterns": [
            {
                "rule": pattern.rule,
                "phrases": list(pattern.phrases),
                "near": [list(pattern.near[0]), list(pattern.near[1]), pattern.near[2]] if pattern.near else None,
                "bodies": list(pattern.bodies),
                "not": list(pattern.absent),
                "reader": pattern.reader or None,
                **{slot: list(values) for slot, values in pattern.slots},
            }
            for pattern in code.patterns
        ],
    }


def print_evaluation(found: Evaluation, *, errors: bool) -> None:
    """The tables of scores; ``errors`` adds each disagreement with the reason."""
    if found.sentences is not None:
        _print_sentences(found.sentences)
    if found.documents is not None:
        _print_documents(found.documents)
    if errors:
        for mistake in found.mistakes:
            _print_mistake(mistake)


def _print_sentences(scores: SentenceScores) -> None:
    rows = [
        _row("all", scores.items, scores.all),
        _row("without borderline", None, scores.clear),
        *(_row(f"stratum {name}", many, rates) for name, (many, rates) in scores.strata.items()),
    ]
    if scores.live is not None:
        rows.insert(2, ["weighted to the live stream", "", *_rates(scores.live), "", "", ""])
    print_table(
        ("sentences", "items", "precision", "recall", "F1", "hits", "false", "missed"),
        rows,
        right=("items", "precision", "recall", "F1", "hits", "false", "missed"),
    )
    if scores.slots:
        print()
        print_table(
            ("slot", "right", "of", "accuracy"),
            [[slot, str(right), str(of), _rate(right / of)] for slot, (right, of) in scores.slots.items()],
            right=("right", "of", "accuracy"),
        )
    if scores.codes:
        print()
        print_table(
            ("code", "precision", "recall", "F1", "hits", "false", "missed"),
            [[code, *_rates(rates), *_counts(rates)] for code, rates in scores.codes.items()],
            right=("precision", "recall", "F1", "hits", "false", "missed"),
        )


def _print_documents(scores: DocumentScores) -> None:
    skipped = f" ({scores.skipped} without text left out)" if scores.skipped else ""
    print(f"\n{scores.items} documents{skipped}")
    print_table(
        ("label", "precision", "recall", "F1", "hits", "false", "missed"),
        [[label, *_rates(rates), *_counts(rates)] for label, rates in scores.labels.items()],
        right=("precision", "recall", "F1", "hits", "false", "missed"),
    )


def _row(name: str, items: int | None, rates: Rates) -> list[Cell]:
    return [name, "" if items is None else str(items), *_rates(rates), *_counts(rates)]


def _rates(rates: Rates) -> tuple[str, str, str]:
    return _rate(rates.precision), _rate(rates.recall), _rate(rates.f1)


def _counts(rates: Rates) -> tuple[str, str, str]:
    return f"{rates.hit:.0f}", f"{rates.false:.0f}", f"{rates.missed:.0f}"


def _rate(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _print_mistake(mistake: Mistake) -> None:
    out = console()
    said = "" if mistake.kind in ("false", "missed") else f"  ours {mistake.ours!r}, gold {mistake.gold!r}"
    out.print(Text(f"\n{mistake.kind} {mistake.id}{said}", style="bold"), soft_wrap=True)
    out.print(Text(f"  {' '.join(mistake.text.split())[:400]}"), soft_wrap=True)
    if mistake.note and mistake.kind in ("false", "missed"):
        out.print(Text(f"  {mistake.note}", style="dim"), soft_wrap=True)


def evaluation_json(found: Evaluation, *, errors: bool) -> dict[str, Any]:
    """The scores for machines; rates of nothing are null."""
    made: dict[str, Any] = {}
    if (scores := found.sentences) is not None:
        made["sentences"] = {
            "items": scores.items,
            "all": scores.all.as_json(),
            "without_borderline": scores.clear.as_json(),
            "live": scores.live.as_json() if scores.live else None,
            "strata": {name: {"items": many, **rates.as_json()} for name, (many, rates) in scores.strata.items()},
            "slots": {
                slot: {"right": right, "of": of, "accuracy": rounded(right / of)}
                for slot, (right, of) in scores.slots.items()
            },
            "codes": {code: rates.as_json() for code, rates in scores.codes.items()},
        }
    if (documents := found.documents) is not None:
        made["documents"] = {
            "items": documents.items,
            "skipped": documents.skipped,
            "labels": {label: rates.as_json() for label, rates in documents.labels.items()},
        }
    if errors:
        made["errors"] = [
            {"kind": one.kind, "id": one.id, "ours": one.ours, "gold": one.gold, "text": one.text, "why": one.note}
            for one in found.mistakes
        ]
    return made


def print_agreement(found: Mapping[str, Agreement]) -> None:
    """Question by question: how many units two or more judged, the share of equal answers, kappa, alpha."""
    print_table(
        ("question", "units", "agreed", "kappa", "alpha"),
        [
            [question, str(one.units), _rate(one.observed), _rate(one.kappa), _rate(one.alpha)]
            for question, one in found.items()
        ],
        right=("units", "agreed", "kappa", "alpha"),
    )


def agreement_json(found: Mapping[str, Agreement]) -> dict[str, Any]:
    """The same for machines; null where a measure is not defined."""
    return {
        question: {
            "coders": list(one.coders),
            "units": one.units,
            "agreed": rounded(one.observed),
            "kappa": rounded(one.kappa),
            "alpha": rounded(one.alpha),
        }
        for question, one in found.items()
    }


def print_judged(found: JudgedAgreement) -> None:
    """What people's judgements in the archive say of the machine and of each other."""
    if not found.scores:
        print("nothing has been judged yet; `shiftwatch judge ID accept|reject|fix` does")
        return
    print(f"{_many(found.shifts, 'shift')} judged; the machine's rows in each coder's eyes:\n")
    print_table(
        ("coder", "judged", "accepted", "fixed", "rejected", "precision"),
        [
            [
                one.coder,
                str(one.accepted + one.fixed + one.rejected),
                str(one.accepted),
                str(one.fixed),
                str(one.rejected),
                _rate(one.precision),
            ]
            for one in found.scores
        ],
        right=("judged", "accepted", "fixed", "rejected", "precision"),
    )
    for one in found.scores:
        print(f"\nslots, {one.coder} and the machine:")
        print_agreement(found.machine[one.coder])
    if found.people:
        print(f"\nbetween people ({', '.join(one.coder for one in found.scores)}):")
        print_agreement(found.people)


def judged_json(found: JudgedAgreement) -> dict[str, Any]:
    """The same for machines."""
    return {
        "shifts": found.shifts,
        "coders": [
            {
                "coder": one.coder,
                "accepted": one.accepted,
                "fixed": one.fixed,
                "rejected": one.rejected,
                "precision": rounded(one.precision),
                "slots": {
                    slot: {"right": right, "of": of, "accuracy": rounded(right / of) if of else None}
                    for slot, (right, of) in one.slots.items()
                },
                "with_machine": agreement_json(found.machine[one.coder]),
            }
            for one in found.scores
        ],
        "between_people": agreement_json(found.people),
    }
