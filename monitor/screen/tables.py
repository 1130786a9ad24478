"""Tables for people, JSON and CSV for machines: how any rows are printed."""

from __future__ import annotations

import csv
import itertools
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # imported where something is printed: a cron line that has nothing to say does not pay for it
    from rich.console import Console
    from rich.text import Text

    Cell = str | Text

PIPED_WIDTH = 160  # lines in a file or a mail are not folded at a terminal's 80


def console(*, error: bool = False) -> Console:
    """A console on standard output (or error): as wide as the terminal, wide and plain when piped."""
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else PIPED_WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Cell]], *, right: Sequence[str] = ()) -> None:
    """Rows under ``columns``, those in ``right`` aligned to the right.

    On a terminal cells are folded to its width; piped, each row is one line, which is what grep and cron mails want
    (and laying out thousands of rows for a terminal would take longer than the pass they report on).
    """
    out = console()
    if out.is_terminal:
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in columns:
            table.add_column(name, justify="right" if name in right else "left", overflow="fold")
        for row in rows:
            table.add_row(*row)
        out.print(table)
        return
    lines = [list(columns), *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))]
    for line in lines:
        cells = [
            cell.rjust(width) if name in right else cell.ljust(width)
            for name, cell, width in zip(columns, line, widths, strict=True)
        ]
        out.file.write("  ".join(cells).rstrip() + "\n")


def print_json_array(rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows as one JSON array, written as they come."""
    sys.stdout.write("[")
    for number, row in enumerate(rows):
        sys.stdout.write(("," if number else "") + "\n" + json.dumps(row, ensure_ascii=False))
    sys.stdout.write("\n]\n")


_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def print_csv(rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows as CSV; a cell a spreadsheet would run as a formula is made text with a leading apostrophe."""
    iterator = iter(rows)
    first = next(iterator, None)
    if first is None:
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(first.keys())
    for row in itertools.chain([first], iterator):
        writer.writerow([_cell(value) for value in row.values()])


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        value = value.replace("\r", " ")  # which Python's csv would leave bare, and others take for a new row
    if isinstance(value, str) and (value.lstrip().startswith(_FORMULA) or value.startswith(("\t", "\n"))):
        return "'" + value
    return value
