"""What a pass over the sources came to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from monitor.screen.tables import console, print_table
from monitor.tallies import YIELDING, ChannelPass, SourcePass

if TYPE_CHECKING:
    from monitor.app import Collected
    from monitor.screen.tables import Cell


@contextmanager
def pass_progress(total: int, *, show: bool) -> Iterator[Callable[[SourcePass], None]]:
    """A bar over the sources of a pass, on a terminal's standard error only."""
    if not show or not (screen := console(error=True)).is_terminal:
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=screen, transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("collecting", total=total)

        def on_done(done: SourcePass) -> None:
            bar.update(task, advance=1, description=f"collecting ({done.source} done)")

        yield on_done


def print_collected(collected: Collected, *, archive: Path | str, quiet: bool) -> None:
    """What a pass came to; with ``quiet`` only what failed."""
    looked = [one for one in collected.passes if one.polled or one.pages or one.looks or one.error]
    shown = [one for one in looked if one.failed] if quiet else looked
    if shown:
        from rich.text import Text

        rows: list[list[Cell]] = []
        for one in shown:
            outcome, why = _outcome_and_why(one)
            colour = "red" if one.failed else "green"
            counts = [str(one.new), str(one.versions), str(one.pages), str(one.looks), str(one.left)]
            rows.append([one.source, Text(outcome, style=colour), *counts, Text(why)])
        numbers = ("new", "changed", "pages", "looks", "left")
        print_table(["source", "outcome", *numbers, "why"], rows, right=numbers)
    if collected.offline:
        console().print("No source could be reached at all: is this machine offline?")
    if quiet:
        return
    resting = len(collected.passes) - len(looked)
    parts = [f"{sum(one.new for one in looked)} new, {sum(one.versions for one in looked)} changed"]
    if stood_in := sum(one.stood_in for one in looked):
        parts.append(f"{stood_in} without their page (tried again later)")
    if left := sum(one.left for one in looked):
        parts.append(f"{left} page(s) left for the next pass")
    if resting:
        parts.append(f"{resting} source(s) not due")
    if collected.stopped:
        parts.append("stopped before the end; what was filed is complete")
    console().print(f"{archive}: {'; '.join(parts)}")


def _outcome_and_why(one: SourcePass) -> tuple[str, str]:
    if one.error:
        return "failed", one.error
    served = [channel for channel in one.channels if channel.outcome in YIELDING]
    if served:
        told = [_told(channel) for channel in one.channels if channel.reason]
        pages = [f"{count} page(s): {reason}" for reason, count in _most(one.page_reasons)]
        return served[0].outcome.value, "; ".join(told + pages)
    if not one.channels:
        return "pages", "; ".join(f"{count} page(s): {reason}" for reason, count in _most(one.page_reasons))
    last = one.channels[0]
    return last.outcome.value, "; ".join(dict.fromkeys(f"{c.reason}" for c in one.channels if c.reason))


def _told(channel: ChannelPass) -> str:
    name = f"its {channel.kind} {urlsplit(channel.url).path}"
    if channel.outcome in YIELDING:
        return f"{name}: {channel.reason}"
    return f"{name} fails: {channel.reason.split(';')[0]}"


def _most(reasons: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:3]


def collected_json(collected: Collected) -> dict[str, Any]:
    """A pass as JSON-ready values."""
    return {
        "stopped": collected.stopped,
        "offline": collected.offline,
        "sources": [
            {
                "source": one.source,
                "failed": one.failed,
                "channels": [
                    {"kind": c.kind, "url": c.url, "outcome": c.outcome.value, "reason": c.reason} for c in one.channels
                ],
                "new": one.new,
                "changed": one.versions,
                "pages": one.pages,
                "looks": one.looks,
                "without_page": one.stood_in,
                "left": one.left,
                "page_reasons": one.page_reasons,
                "error": one.error,
            }
            for one in collected.passes
        ],
    }
