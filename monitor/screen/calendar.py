"""The calendar of coverage: for each source and day a row of hours, each a sign for what looking came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rich.text import Text

from monitor.screen.tables import console, print_table

if TYPE_CHECKING:
    from monitor.screen.tables import Cell

SIGNS = {"changed": "+", "unchanged": "=", "empty": "o", "blocked": "x", "failed": "!", "not polled": "."}
_STYLE = {"+": "green", "=": "green", "o": "yellow", "x": "red", "!": "red", ".": "dim", " ": ""}
HOUR = timedelta(hours=1)


def hours_of(
    sources: Sequence[str],
    known: Sequence[Mapping[str, Any]],
    *,
    since: datetime,
    until: datetime,
) -> Iterator[dict[str, str]]:
    """Every hour of every source from ``since`` to ``until``, those not polled too: source, hour, outcome, reason."""
    found = {(row["source"], row["hour"]): row for row in known}
    for source in sources:
        at = since.replace(minute=0, second=0, microsecond=0)
        while at <= until:
            hour = f"{at:%Y-%m-%dT%H:00Z}"
            row = found.get((source, hour), {})
            yield {
                "source": source,
                "hour": hour,
                "outcome": row.get("outcome", "not polled"),
                "reason": row.get("reason", ""),
            }
            at += HOUR


def print_calendar(hours: Sequence[Mapping[str, str]], gaps: Sequence[Mapping[str, Any]]) -> None:
    """A line for each source and day (UTC), then the times a source could not be seen."""
    days: dict[tuple[str, str], list[str]] = {}
    for one in hours:
        line = days.setdefault((one["source"], one["hour"][:10]), [" "] * 24)
        line[int(one["hour"][11:13])] = SIGNS[one["outcome"]]
    rows: list[list[Cell]] = []
    previous = ""
    for (source, day), signs in days.items():
        cells = Text()
        for at, sign in enumerate(signs):
            cells.append((" " if at and at % 6 == 0 else "") + sign, style=_STYLE[sign])
        rows.append(["" if source == previous else source, day, cells])
        previous = source
    print_table(["source", "day", "00     06     12     18"], rows)
    out = console()
    out.print(", ".join(f"{sign} {word}" for word, sign in SIGNS.items()) + "; hours of UTC, the best look of each")
    if gaps:
        out.print("\nnot seen:")
        for gap in gaps:
            until = f"to {_hour(gap['seen_again'])}" if gap["seen_again"] else "until now"
            since = f"from {_hour(gap['seen_until'])} " if gap["seen_until"] else ""
            why = gap["cause"] + (f": {gap['reason']}" if gap["reason"] else "")
            out.print(f"  {gap['source']}  {since}{until} ({gap['hours']:.0f} h)  {why}", soft_wrap=True)


def _hour(hour: str) -> str:
    return hour[:13].replace("T", " ") + " h"
