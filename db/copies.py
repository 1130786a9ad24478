"""A consistent copy of an archive that others go on writing to, put in place only when it is complete."""

from __future__ import annotations

import contextlib
import glob
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from db.connect import refusing

Progress = Callable[[int, int], None]
"""Told how many pages of how many are copied."""

_PAGES = 2_000  # a step; 8 MB, so that a signal and a progress bar are heeded


def copy(connection: sqlite3.Connection, to: Path) -> None:
    """Copy the archive ``connection`` reads to ``to``, in place of what is there."""
    with draft_beside(to) as draft:
        copy_pages(connection, draft)
        draft.replace(to)


@contextlib.contextmanager
def draft_beside(to: Path) -> Iterator[Path]:
    """A new, empty, private file beside ``to`` to be filled and put in place; whatever happens it does not stay."""
    draft = to.with_name(f".{to.name}.{os.getpid()}.new")
    with refusing(to):
        _clear_beside(to)
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with refusing(to):
            yield draft
    finally:
        for leftover in (draft, draft.with_name(draft.name + "-journal")):
            leftover.unlink(missing_ok=True)


def _clear_beside(to: Path) -> None:
    """Remove drafts of the same file whose process was killed."""
    for left in to.parent.glob(f".{glob.escape(to.name)}.*.new*"):
        pid = left.name.removeprefix(f".{to.name}.").partition(".")[0]
        try:
            os.kill(int(pid), 0)
        except (ProcessLookupError, OverflowError):
            left.unlink(missing_ok=True)
        except (ValueError, OSError):
            continue


def copy_pages(connection: sqlite3.Connection, to: Path, progress: Progress = lambda done, total: None) -> None:
    """Copy every page as of this moment to the empty file ``to``, and make sure of it on the disk.

    Call outside a transaction. Writers are not held up, and what they write meanwhile is not in the copy: without the
    transaction held here SQLite would begin anew after each of their commits, and never end beside a busy one.
    """
    target = sqlite3.connect(to)
    try:
        target.execute("PRAGMA synchronous = OFF")  # made sure of below, once
        connection.execute("BEGIN")
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            connection.backup(target, pages=_PAGES, progress=lambda _, left, total: progress(total - left, total))
        finally:
            connection.execute("ROLLBACK")
    finally:
        target.close()
    sync(to)


def sync(path: Path) -> None:
    """Make sure that a file, or a folder's entries, are on the disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
