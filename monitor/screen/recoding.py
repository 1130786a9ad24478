"""A row that coding anew would gain or lose, in a line."""

from __future__ import annotations

from rich.text import Text

from monitor.codings import RowChange
from monitor.screen.shifts import moved, short, value
from monitor.screen.tables import console


def print_change(change: RowChange) -> None:
    """Print one change: + gained, - lost, ~ a label that changes."""
    row = dict(change.row)
    if change.change == "label":
        line = Text(f"~ story {change.story}: label {row['before'] or 'none yet'} → {row['after'] or 'none'}")
    else:
        said = short(str(row.get("sentence", "")))
        if change.table == "shifts":
            what = moved(row)
        elif change.table == "figures":
            what = f"{row['measure']}: {value(row)}"
        else:
            what = f"{row['code']} ({row['rule']})"
        sign, style = ("+", "green") if change.change == "gained" else ("-", "red")
        line = Text(f"{sign} story {change.story}, {change.table}: {what}  “{said}”", style=style)
    console().print(line, soft_wrap=True)
