"""What an import came to, domain by domain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from monitor.screen.tables import console, print_table
from monitor.tallies import DomainTally, ImportTally

if TYPE_CHECKING:
    from monitor.screen.tables import Cell


@contextmanager
def import_progress(*, show: bool) -> Iterator[Callable[[Path, int, int, ImportTally], None]]:
    """A bar over the bytes of the file being read, on a terminal's standard error only."""
    screen = console(error=True)
    if not show or not screen.is_terminal:
        yield lambda *_: None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn(),
        console=screen, transient=True,
    ) as bar:  # fmt: skip
        tasks: dict[Path, Any] = {}

        def progress(path: Path, done: int, total: int, tally: ImportTally) -> None:
            if path not in tasks:
                tasks[path] = bar.add_task("", total=total)
            stories = sum(one.new for one in tally.domains.values())
            bar.update(tasks[path], completed=done, description=f"{path.name}: {tally.records} records, {stories} new")

        yield progress


def print_import(tally: ImportTally, *, archive: Path) -> None:
    """The table of an import: per domain pages, stories, what was skipped and why, share with each field."""
    out = console()
    for name in tally.resumed:
        out.print(f"{name}: goes on where an earlier import stopped")
    for name in tally.already:
        out.print(f"{name}: read to its end before, nothing stored; --again reads it anew")
    if not tally.records:
        return
    numbers = ("pages", "articles", "new", "changed", "title", "date", "body")
    tallies = sorted(tally.domains.values(), key=lambda one: (-one.pages, one.domain))
    total = _sum(tallies)
    rows: list[list[Cell]] = []
    for one in [*tallies, total]:
        counts = [str(one.pages), str(one.articles), str(one.new), str(one.versions)]
        shares = [_share(one.with_title, one), _share(one.with_date, one), _share(one.with_body, one)]
        skipped = "; ".join(f"{count} {reason}" for reason, count in one.skipped.most_common(3))
        rows.append([one.domain, *counts, *shares, Text(skipped)])
    print_table(["domain", *numbers, "skipped, and why"], rows, right=numbers)
    for reason, count in tally.unusable.most_common():
        out.print(f"{count} record(s) not read: {reason}")
    if tally.stopped:
        out.print("stopped before the end; the same command goes on from here")
    if total.new or total.versions:
        out.print(f"{archive}: {total.new} new, {total.versions} changed, {total.unchanged} unchanged")
    else:
        out.print(f"{archive}: nothing new; all {total.unchanged} article captures were known")


def _share(count: int, one: DomainTally) -> str:
    return f"{100 * count / one.articles:.0f}%" if one.articles else "-"


def _sum(rows: Iterable[DomainTally]) -> DomainTally:
    total = DomainTally(domain="all")
    for one in rows:
        for name in ("pages", "articles", "new", "versions", "unchanged", "with_title", "with_date", "with_body"):
            setattr(total, name, getattr(total, name) + getattr(one, name))
        total.skipped.update(one.skipped)
    return total


def import_json(tally: ImportTally) -> dict[str, Any]:
    """An import as JSON-ready values."""
    return {
        "records": tally.records,
        "not_read": dict(tally.unusable),
        "already_imported": tally.already,
        "resumed": tally.resumed,
        "domains": [
            {
                "domain": one.domain,
                "pages": one.pages,
                "articles": one.articles,
                "new": one.new,
                "changed": one.versions,
                "unchanged": one.unchanged,
                "with_title": one.with_title,
                "with_date": one.with_date,
                "with_body": one.with_body,
                "skipped": dict(one.skipped),
            }
            for one in sorted(tally.domains.values(), key=lambda one: one.domain)
        ],
    }
