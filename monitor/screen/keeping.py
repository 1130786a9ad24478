"""What a check-up, a backup and a pruning came to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from monitor.checkup import Finding, Level
from monitor.screen.tables import console

if TYPE_CHECKING:
    from monitor.app_keeping import Pruned

_COLOURS = {Level.OK: "green", Level.NOTE: "cyan", Level.WARNING: "yellow", Level.ERROR: "bold red"}


@contextmanager
def busy(*, show: bool) -> Iterator[Callable[[str], None]]:
    """What is being checked, on a terminal's standard error only."""
    if not show or not (screen := console(error=True)).is_terminal:
        yield lambda _: None
        return
    with screen.status("checking") as status:
        yield lambda name: status.update(f"checking: {name}")


@contextmanager
def copying(what: str, *, show: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar over the pages of a copy, on a terminal's standard error only."""
    if not show or not (screen := console(error=True)).is_terminal:
        yield lambda done, total: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
        console=screen, transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def print_findings(found: Sequence[Finding]) -> None:
    """Every finding on a line, its remedy on the next; last how many of each level."""
    from rich.text import Text

    out = console()
    for one in found:
        line = Text(f"{one.level.value:<8}", style=_COLOURS[one.level])
        line.append(f"{one.check:<14}", style="dim")
        line.append(one.what, style="none")
        out.print(line, soft_wrap=True)
        if one.remedy:
            out.print(Text(f"{'':<22}→ {one.remedy}"), soft_wrap=True)
    counts = [(level, sum(one.level is level for one in found)) for level in reversed(Level)]
    out.print(", ".join(f"{count} {level.value}" for level, count in counts if count))


def print_pruned(done: Pruned) -> None:
    """What was let go."""
    verb = "would go" if done.dry else "gone"
    out = console()
    out.print(
        f"captures: {done.captures} file(s), {done.capture_bytes:,} bytes {verb}, with the raw answers of"
        f" {done.versions} version(s)"
    )
    out.print(f"polls: {done.polls:,} {verb}; looks: {done.looks:,} {verb}")
    if not done.dry:
        out.print(f"archive: {done.size_before:,} → {done.size_after:,} bytes")
