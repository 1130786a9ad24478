"""People's judgements of shifts, listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.screen.tables import print_table

_SENTENCE = 100  # characters of it that remind of the row


def print_judgements(rows: Sequence[Mapping[str, Any]]) -> None:
    """One line for each: which row, who, when, what and why."""
    if not rows:
        print("nothing has been judged yet; `shiftwatch judge ID accept|reject|fix` does")
        return
    print_table(
        ("shift", "verdict", "coder", "at", "fixed", "reason", "sentence"),
        [
            [
                "gone" if row["shift"] is None else str(row["shift"]),
                row["verdict"],
                row["coder"],
                row["at"][:16].replace("T", " "),
                ", ".join(f"{slot}={'' if value is None else value}" for slot, value in row["fixed"].items()),
                row["reason"],
                " ".join(row["sentence"].split())[:_SENTENCE],
            ]
            for row in rows
        ],
        right=("shift",),
    )
