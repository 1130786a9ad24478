"""How far matching has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from monitor.screen.tables import console


@contextmanager
def match_progress(*, show: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar over the stories to be matched, on a terminal's standard error only; it appears with the first of them."""
    screen = console(error=True)
    if not show or not screen.is_terminal:
        yield lambda done, left: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("matching"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=screen, transient=True
    )
    task = bar.add_task("matching", total=None)
    begun = False

    def progress(done: int, left: int) -> None:
        nonlocal begun
        if not begun and left:
            bar.start()
            begun = True
        bar.update(task, completed=done, total=done + left)

    try:
        yield progress
    finally:
        if begun:
            bar.stop()
