"""Shifts, events and figures for people, and why a sentence was read as a shift or was not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.text import Text

from monitor.coding.why import Explained
from monitor.screen.tables import console

_LONGEST = 300  # characters of a sentence that are shown in a list


def print_shifts(rows: Iterable[Mapping[str, Any]], *, total: int, limit: int) -> None:
    """Each shift in two lines: who moves what where, and the sentence that says so."""
    out = console()
    shown = 0
    for row in rows:
        shown += 1
        head = Text()
        head.append(f"{row['id']:>6}  ", style="dim")
        head.append(f"{row['told_at'][:10]}  ", style="cyan")
        head.append(f"{row['source']}  ", style="magenta")
        head.append(moved(row), style="bold")
        if row["verdict"]:
            head.append(f"  {row['verdict']}", style="green")
        if row["copies"]:
            head.append(f"  +{row['copies']} in copies", style="yellow")
        out.print(head, soft_wrap=True)
        out.print(Text(f"        story {row['story']}, {row['part']}: “{short(row['sentence'])}”"), soft_wrap=True)
    _print_total(shown, total, limit, "shift")


def print_events(rows: Iterable[Mapping[str, Any]], *, total: int, limit: int) -> None:
    """Each event with its life and every mention with the reason it is one."""
    out = console()
    shown = 0
    for row in rows:
        shown += 1
        head = Text()
        head.append(f"{row['id']:>6}  ", style="dim")
        head.append(f"{row['first_at'][:10]}  ", style="cyan")
        head.append(moved(row), style="bold")
        head.append(f"  {row['state']}", style="green")
        out.print(head, soft_wrap=True)
        told = row["mentions"]
        sources = sorted({one["source"] for one in told})
        life = " → ".join(f"{state} {at[:10]}" for state, at in row["lifecycle"])
        out.print(
            Text(f"        {life}; first in {row['first_source']}; {len(told)} mentions in {', '.join(sources)}"),
            soft_wrap=True,
        )
        for one in told:
            copy = f" (copy of {one['duplicate_of']})" if one["duplicate_of"] else ""
            line = f"        {one['id']:>6}  {one['told_at'][:10]}  {one['source']}{copy}: {one['event_reason']}"
            out.print(Text(line, style="dim"), soft_wrap=True)
            out.print(Text(f"                “{short(one['sentence'])}”"), soft_wrap=True)
    _print_total(shown, total, limit, "event")


def _print_total(shown: int, total: int, limit: int, name: str) -> None:
    out = console()
    if not shown:
        out.print(f"no {name} matches")
    elif limit and total > shown:
        out.print(f"{shown} of {total} {name}s; --limit 0 shows all")
    else:
        out.print(f"{total} {name}s" if total != 1 else f"1 {name}")


def moved(row: Mapping[str, Any]) -> str:
    """A shift, or event, in a line: who for whom, how many of what, from where to where, direction and status."""
    who = row["actor"] + (f" → {row['beneficiary']}" if row.get("beneficiary") else "")
    what = f"{amount(row)} {row['resource']}".strip()
    ends = " ".join(
        f"{word} {row[name]}" for word, name in (("from", "origin"), ("to", "destination")) if row.get(name)
    )
    parts = [who, what, ends, row["direction"], row.get("status", "")]
    return "  ".join(part for part in parts if part)


def amount(row: Mapping[str, Any]) -> str:
    """How many, in the sentence's words where there are any."""
    if row.get("quantity_text"):
        return str(row["quantity_text"])
    low, high = row["quantity_low"], row["quantity_high"]
    if low is None and high is None:
        return ""
    return f"{low:,}" if low == high else "–".join("" if one is None else f"{one:,}" for one in (low, high))


def short(sentence: str) -> str:
    """A sentence on one line, cut where it is too long for a list."""
    line = " ".join(sentence.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def print_figures(rows: Sequence[Mapping[str, Any]], conflicts: Mapping[int, Sequence[str]]) -> None:
    """Figures side by side under their measure, period and scope; ``conflicts`` by the figure's id."""
    out = console()
    before: tuple[str, ...] = ()
    for row in rows:
        under = (row["measure"], row["period"], row["scope"])
        if under != before:
            out.print(Text(", ".join(part for part in under if part), style="bold"), soft_wrap=True)
            before = under
        line = Text(f"  {value(row):>24}  ")
        line.append(f"{row['told_at'][:10]}  ", style="cyan")
        line.append(f"{row['source']}", style="magenta")
        line.append(f"  story {row['story']}" + (f", says {row['claimant']}" if row["claimant"] else ""))
        out.print(line, soft_wrap=True)
        out.print(Text(f"      “{short(row['sentence'])}”", style="dim"), soft_wrap=True)
        for said in conflicts.get(row["id"], ()):
            out.print(Text(f"      conflicts: {said}", style="bold red"), soft_wrap=True)
    out.print(f"{len(rows)} figures" if len(rows) != 1 else "1 figure" if rows else "no figure matches")


def value(row: Mapping[str, Any]) -> str:
    """A figure's value with its hedge, such as ``about 237,000`` or ``record low in 50 years``."""
    low, high, hedge = row["value_low"], row["value_high"], row["hedge"]
    if low is None and high is None:
        return str(hedge)
    told = "–".join(_number(one) for one in ([low] if low == high else [low, high]) if one is not None)
    if hedge.startswith("record"):
        return f"{hedge} in {'over ' if high is None else ''}{told} {row['unit']}".strip()
    return told if hedge in ("", "range") else f"{hedge} {told}"


def _number(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:,g}"


def found_sections(story: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """What coding found in a story, each heading with its lines."""
    shifts = [
        f"{row['id']}  {row['part']}  {moved(row)}"
        + (f"  says {row['attribution']}" if row["attribution"] else "")
        + (f"  event {row['event']}" if row["event"] else "")
        + (f"  {row['verdict']}" if row["verdict"] else "")
        + f"\n      “{short(row['sentence'])}”\n      rule {row['rule']}, score {row['score']:+.2f}"
        for row in story.get("shifts") or ()
    ]
    figures = [
        f"{row['measure']}: {value(row)}"
        + "".join(f", {row[name]}" for name in ("period", "scope") if row[name])
        + (f", says {row['claimant']}" if row["claimant"] else "")
        + f"\n      “{short(row['sentence'])}”"
        for row in story.get("figures") or ()
    ]
    tags: dict[str, list[str]] = {}
    for row in story.get("tags") or ():
        line = f"\n      {row['part']}: “{short(row['sentence'])}”  ({row['rule']})"
        tags.setdefault(row["code"], []).append(line)
    return [
        ("shifts", shifts),
        ("figures", figures),
        ("codes", [code + "".join(lines) for code, lines in tags.items()]),
    ]


def print_why(story: Mapping[str, Any], reasons: Sequence[Explained]) -> None:
    """Each sentence that formed a frame, with its verdict and what that rests on."""
    out = console()
    out.print(Text(story["title"], style="bold"), soft_wrap=True)
    out.print(Text(f"label: {story['label'] or 'not coded yet'} ({story['label_reason']})"), soft_wrap=True)
    styles = {"shift": "green", "dropped": "yellow", "no shift": "dim"}
    for one in reasons:
        out.print()
        out.print(Text(f"{one.verdict}  {one.part} {one.start}", style=styles[one.verdict]), soft_wrap=True)
        out.print(Text(f"  “{' '.join(one.sentence.split())}”"), soft_wrap=True)
        for line in one.lines:
            out.print(Text(f"    {line}"), soft_wrap=True)
    if not reasons:
        out.print("no sentence moves anything")


def why_json(story: Mapping[str, Any], reasons: Sequence[Explained]) -> dict[str, Any]:
    """The same, ready for JSON."""
    return {
        "id": story["id"],
        "label": story["label"],
        "label_reason": story["label_reason"],
        "sentences": [
            {
                "part": one.part.value,
                "start": one.start,
                "sentence": one.sentence,
                "verdict": one.verdict,
                "why": list(one.lines),
            }
            for one in reasons
        ],
    }
