"""How far the work after filing has come: matching, coding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from monitor.screen.tables import console

Bar = Callable[[int, int], None]


@contextmanager
def work_progress(*, show: bool) -> Iterator[Callable[[str], Bar]]:
    """Gives a bar for each part of the work by name, on a terminal's standard error only.

    A bar is told how many are done and left; it appears with the first of them.
    """
    screen = console(error=True)
    if not show or not screen.is_terminal:
        yield lambda name: lambda done, left: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    shown = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=screen, transient=True,
    )  # fmt: skip
    begun = False

    def bar(name: str) -> Bar:
        task = shown.add_task(name, total=None, visible=False)

        def progress(done: int, left: int) -> None:
            nonlocal begun
            if not done and not left:
                return
            if not begun:
                shown.start()
                begun = True
            shown.update(task, completed=done, total=done + left, visible=True)

        return progress

    try:
        yield bar
    finally:
        if begun:
            shown.stop()
