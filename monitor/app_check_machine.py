"""The check-up's questions to the machine: SQLite, disk, folders, permissions, a reader; nothing in it writes."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from db.backups import newest_backup
from db.sqlite_bugs import OLDEST, known_bugs
from monitor.checkup import Finding, Ground, error, good, note, warning
from monitor.config import Config
from monitor.model import Trouble
from monitor.workers import WorkerPool

LOW_DISK = 500_000_000  # bytes
LOW_INODES = 1_000
LARGE_LOG = 256_000_000  # bytes; ours are cut at 64 MB, so a larger one is held by an endless reader
_OPEN_TO_OTHERS = 0o077
_PAGE = (
    "<html lang='en'><head><title>Officers leave the border</title></head><body><article><h1>Officers leave the border"
    "</h1>" + "<p>The agency said on Tuesday that it would move four hundred officers to three cities.</p>" * 4
    + "</article></body></html>"
)  # fmt: skip


def sqlite_version(_: Ground) -> Iterator[Finding]:
    """The SQLite this Python brings."""
    version = (*sqlite3.sqlite_version_info[:3],)
    for bug in known_bugs(version):
        yield note("sqlite", f"SQLite {sqlite3.sqlite_version} {bug.what}", bug.remedy)
    if version < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        yield error("sqlite", f"SQLite {sqlite3.sqlite_version} is older than {oldest}", "use a newer Python or system")
    else:
        yield good("sqlite", f"SQLite {sqlite3.sqlite_version}")


def write_ahead_log(ground: Ground) -> Iterator[Finding]:
    """That the log does not grow without end."""
    real = ground.archive.resolve()
    log = real.with_name(real.name + "-wal")
    size = log.stat().st_size if log.exists() else 0
    if size > LARGE_LOG:
        what = f"{log.name} has {size:,} bytes: some program has been reading one moment of the archive for long"
        yield warning("log", what, f"close what has it open (`fuser {ground.archive}` lists it)")
    else:
        yield good("log", f"{size:,} bytes wait to be taken into the archive")


def disk(ground: Ground) -> Iterator[Finding]:
    """Room for the archive, the captures and the backups."""
    for what, folder in _folders(ground.config).items():
        there = _existing(folder)
        free = shutil.disk_usage(there).free
        nodes = os.statvfs(there)
        needed = LOW_DISK
        if what == "backups" and ground.archive.exists():
            needed = max(needed, 2 * ground.archive.stat().st_size)
        if free < needed:
            yield warning(
                "disk", f"{free:,} bytes free for the {what} ({folder}), {needed:,} are advised",
                "make room, or let old captures go: shiftwatch prune --captures-older 90",
            )  # fmt: skip
        elif nodes.f_files and nodes.f_favail < LOW_INODES:
            yield warning(
                "disk", f"only {nodes.f_favail} more files fit where the {what} are ({folder})", "delete files"
            )
        else:
            yield good("disk", f"{free:,} bytes free for the {what}")


def folders(ground: Ground) -> Iterator[Finding]:
    """That we may write where we shall."""
    for what, folder in _folders(ground.config).items():
        there = _existing(folder)
        if not there.is_dir():
            yield error("folders", f"{there}: is no folder, but the {what} belong into {folder}", "move it away")
        elif not os.access(there, os.W_OK | os.X_OK):
            yield error(
                "folders", f"{there}: cannot be written, so no {what}", f"give {_user()} write permission",
                exit_code=3 if what == "archive" else 1,
            )  # fmt: skip
        else:
            yield good("folders", f"{folder}: the {what} can be written")


def permissions(ground: Ground) -> Iterator[Finding]:
    """That nobody else reads what is kept: 0600."""
    real = ground.archive.resolve()
    files = [path for end in ("", "-wal", "-shm") if (path := real.with_name(real.name + end)).exists()]
    if ground.config.captures and ground.config.captures.is_dir():
        files += sorted(ground.config.captures.glob("shiftwatch-*.warc.gz"))
    files += [path for path in (newest_backup(ground.archive, ground.config.backups),) if path]
    wide = [path for path in files if path.stat().st_mode & _OPEN_TO_OTHERS]
    if wide:
        more = f" and {len(wide) - 1} more" if len(wide) > 1 else ""
        mode = wide[0].stat().st_mode & 0o777
        yield note("permissions", f"{wide[0]}{more} can be opened by others (0{mode:o})", f"chmod 600 {wide[0]}")
    else:
        yield good("permissions", f"{len(files)} file(s), for their owner alone")


def workers(_: Ground) -> Iterator[Finding]:
    """That a reader starts, reads a page, and is killed when it does not end."""
    from monitor.reading.articles import read_page

    async def attempts() -> tuple[object, object]:
        reading, killing = WorkerPool(1), WorkerPool(1, seconds=0.3)
        try:
            page = _PAGE.encode(), "https://example.org/officers-leave", "text/html", datetime.now(UTC), ()
            read = await reading.run(read_page, *page)
            spun = await killing.run(time.sleep, 60.0)
            return read, spun
        finally:
            reading.close()
            killing.close()

    read, spun = asyncio.run(attempts())
    if isinstance(read, Trouble):
        yield error("workers", f"a page could not be read: {read.reason}", "look for limits of memory (ulimit -v)")
    elif not isinstance(spun, Trouble):
        yield error("workers", "a reader that does not end was not killed", "please report it with your system's name")
    else:
        yield good("workers", "one was started, read a page, and was killed at its time")


def _folders(config: Config) -> dict[str, Path]:
    found = {"archive": config.archive.resolve().parent}
    if config.captures:
        found["captures"] = config.captures
    return found | {"backups": config.backups}


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _user() -> str:
    return os.environ.get("USER") or f"user {os.getuid()}"
