"""Backups: copies that are known to be sound before they are put in place, kept in numbers, and brought back.

A backup is an archive of its own: anything that reads SQLite reads it.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db import schema
from db.connect import backups_of, is_damage, newest_backup, open_copy, open_reader, open_writer, refusing
from db.copies import Progress, copy_pages, draft_beside, sync
from monitor.errors import ArchiveDamaged, ArchiveError, UsageError

__all__ = ["Kept", "Restored", "back_up", "backups_of", "newest_backup", "restore"]

_STALE = 86_400  # seconds; a draft this old belongs to nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A backup that was made: where, how many bytes, and which older ones were removed for it."""

    path: Path
    size: int
    removed: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put in place, and where the archive it replaced is kept; None: there was none."""

    size: int
    schema: int
    replaced: Path | None


def back_up(
    archive: Path, to: Path, *, now: datetime, keep: int | None = None, progress: Progress = lambda done, total: None
) -> Kept:
    """Copy ``archive`` while others write to it, check the copy, and put it in place.

    ``to`` is a folder, made when missing, whose ``keep`` newest dated backups of this archive then stay (None: all);
    or the name of a file that must not exist. Raises ArchiveError; what was kept before stays then as it was.
    """
    connection = open_reader(archive)
    try:
        schema.refuse_newer(connection, archive)
        if not _is_folder(to):
            return Kept(path=to, size=_put(connection, archive, to, progress))
        with refusing(to):
            to.mkdir(mode=0o700, parents=True, exist_ok=True)
            _clear(archive, to)
        name = f"{archive.name}.{now:%Y-%m-%dT%H%M%SZ}"
        for place in (to / f"{name}{more}.backup" for more in ("", *(f"-{n}" for n in range(2, 100)))):
            if not place.exists():
                size = _put(connection, archive, place, progress)
                return Kept(path=place, size=size, removed=_rotate(archive, place, keep))
        raise ArchiveError(f"{to}: a hundred backups were made in this second; wait for the next")
    finally:
        connection.close()


def _is_folder(to: Path) -> bool:
    """A name that ends like a file's and is no folder is a file's."""
    return to.is_dir() or (not to.exists() and to.suffix not in (".backup", ".db", ".sqlite", ".sqlite3"))


def _put(connection: sqlite3.Connection, archive: Path, to: Path, progress: Progress) -> int:
    if to.exists():
        raise UsageError(f"{to}: exists; name another file, or a folder")
    with draft_beside(to) as draft:
        # The pages are the archive's own: when they are not sound, it is not.
        if found := _copied(connection, draft, progress):
            raise ArchiveDamaged(archive, f"is damaged ({found}), so no backup of it was kept", newest_backup(archive))
        size = draft.stat().st_size
        try:
            os.link(draft, to)  # fails where rename would overwrite
        except FileExistsError:
            raise UsageError(f"{to}: exists; name another file, or a folder") from None
        except OSError:  # a file system without hard links
            draft.rename(to)
        sync(to.parent)
    return size


def _copied(connection: sqlite3.Connection, draft: Path, progress: Progress) -> str:
    """Copy to ``draft``; gives what is wrong with the copy, "" when nothing is."""
    try:
        copy_pages(connection, draft, progress)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return str(error)
    return _damage(draft)


def _damage(file: Path) -> str:
    """What is wrong with a complete copy; "" when nothing is."""
    try:
        connection = open_copy(file)
    except ArchiveDamaged as error:
        return error.what
    try:
        found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        found = str(error)
    finally:
        connection.close()
    return "" if found == "ok" else " ".join(found.split())[:200]


def _rotate(archive: Path, made: Path, keep: int | None) -> tuple[Path, ...]:
    """Remove the oldest of the dated backups beside ``made``; those made before a migration are not dated, and stay."""
    dated = re.compile(re.escape(archive.name) + r"\.\d{4}-\d\d-\d\dT\d{6}Z(-\d+)?\.backup")
    # The one just made stays whatever its name says: the clock may have been put back.
    others = [path for path in made.parent.iterdir() if dated.fullmatch(path.name) and path != made and path.is_file()]
    others.sort(key=lambda path: (path.name[: len(archive.name) + 19], len(path.name), path.name))
    removed = others[: max(0, len(others) + 1 - keep)] if keep else []
    with refusing(made.parent):
        for path in removed:
            path.unlink(missing_ok=True)
    return tuple(removed)


def _clear(archive: Path, folder: Path) -> None:
    """Remove drafts that killed backups left."""
    for path in folder.iterdir():
        if path.name.startswith(f".{archive.name}.") and path.name.endswith(".new"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > _STALE:
                    path.unlink()


def restore(
    archive: Path, backup: Path, *, now: datetime, folders: Sequence[Path] = (),
    progress: Progress = lambda done, total: None,
) -> Restored:  # fmt: skip
    """Put a copy of ``backup`` in the place of ``archive``; call it under the archive's lock.

    The backup is copied beside and checked before anything is touched. The archive that was there, sound or not, is
    kept beside with its log, as ``….replaced-<moment>``. Killed at any moment there is one of the two in place;
    run it again then. Raises UsageError, ArchiveError. ``folders``: where else backups are, for the error's sake.
    """
    if not backup.is_file():
        raise UsageError(f"{backup}: there is no such backup")
    place = archive.resolve()  # a link to the archive stays one
    if backup.resolve() == place:
        raise UsageError(f"{backup}: is the archive itself; name a backup of it")
    with draft_beside(place) as draft:
        version = _checked_copy(backup, archive, draft, folders, progress)
        replaced = _keep_beside(place, f"replaced-{now:%Y-%m-%dT%H%M%SZ}")
        # Last and in this order: a stray log would be replayed into the new file.
        for end in ("-wal", "-shm"):
            place.with_name(place.name + end).unlink(missing_ok=True)
        size = draft.stat().st_size
        draft.replace(place)
        sync(place.parent)
    return Restored(size=size, schema=version, replaced=replaced)


def _checked_copy(backup: Path, archive: Path, draft: Path, folders: Sequence[Path], progress: Progress) -> int:
    """Copy ``backup`` to ``draft``; gives its schema version. Raises ArchiveError when it is not fit to be restored."""
    others = [path for path in reversed(backups_of(archive, *folders)) if path.resolve() != backup.resolve()]
    instead = f"; choose another, such as {others[0]}" if others else "; choose another backup"
    try:
        connection = open_copy(backup)
        try:
            schema.refuse_newer(connection, backup)
            version = schema.version_of(connection)
            found = _copied(connection, draft, progress)
        finally:
            connection.close()
    except ArchiveDamaged as error:
        raise ArchiveError(f"{backup}: {error.what}, so it was not restored{instead}") from error
    if found:
        raise ArchiveError(f"{backup}: is damaged ({found}), so it was not restored{instead}")
    return version


def _keep_beside(place: Path, suffix: str) -> Path | None:
    """Give the archive and its log a second name; None when there is nothing to keep."""
    files = [path for end in ("", "-wal") if (path := place.with_name(place.name + end)).exists()]
    if not files:
        return None
    with contextlib.suppress(ArchiveError):  # a sound one takes its log in, and then needs no other file
        open_writer(place).close()
    stem = f"{place.name}.{suffix}"
    while any(place.with_name(stem + end).exists() for end in ("", "-wal")):
        stem += "x"
    for path in files:
        if not path.exists():  # the log, taken in
            continue
        kept = path.with_name(stem + path.name.removeprefix(place.name))
        try:
            os.link(path, kept)
        except OSError:  # a file system without hard links; then for a moment there is no archive
            path.rename(kept)
    return place.with_name(stem)
