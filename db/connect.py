"""The one place that opens the archive file, and refuses whatever is not a sound archive of ours.

A database that is opened wrongly is worse than one that is not opened: SQLite takes a 0-byte file for an empty
database, recreates a missing one and replays a stray write-ahead log into it. So each of these ends in one line that
names the file and the remedy, before anything is written.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import sqlite3
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from db.marks import mark, marked
from monitor.errors import ArchiveDamaged, ArchiveError

APPLICATION_ID = 0x53485746  # "SHWF"; tells our files from anybody else's
BUSY_MS = 10_000  # a reader's checkpoint or a person's `sqlite3` goes unnoticed; an endless lock becomes an error
CHECKED_ALWAYS = 200_000_000  # bytes; up to here looking for damage takes half a second at most
CHECK_EVERY = timedelta(days=1)  # above that, unless the last run did not end as it should
QUICK_CHECK = "quick-check"
MAGIC = b"SQLite format 3\x00"

_PERMISSIONS = "check the permissions of the file and its folder"
_REMEDIES = {
    errno.EACCES: f"; {_PERMISSIONS}",
    errno.EPERM: f"; {_PERMISSIONS}",
    errno.EROFS: f"; {_PERMISSIONS}",
    errno.ENOSPC: "; make room and run again",
    errno.EFBIG: "; raise the limit on file sizes (ulimit -f) and run again",
    errno.ENOENT: "; make its folder or choose another place",
}


def open_writer(path: Path) -> sqlite3.Connection:
    """A connection for the one writer of an existing, sound archive; the schema's version is not looked at here.

    Use it from one thread at a time. Raises ArchiveError.
    """
    _refuse_unfit(path)
    log = _log_of(path)  # a writer that is closed properly takes it along; a reader may leave an empty one
    ended_badly = log.exists() and log.stat().st_size > 0
    for where, what in ((path, "file"), (path.resolve().parent, "folder")):
        if not os.access(where, os.W_OK):
            raise ArchiveError(f"{path}: the {what} cannot be written; give write permission or choose --archive")
    with refusing(path):
        connection = _connect(path, "rw")
        try:
            _refuse_foreign(connection, path)
            if ended_badly or check_due(connection, path):
                _refuse_damaged(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            # NORMAL loses no consistency in WAL mode, and an fsync per commit would be the whole cost of a poll.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA recursive_triggers = ON")
            connection.execute("PRAGMA cache_size = -32000")
            connection.execute("PRAGMA journal_size_limit = 67108864")
            # A page written many times in a run is copied into the file once for all: a twentieth off filing.
            connection.execute("PRAGMA wal_autocheckpoint = 4000")
        except BaseException:
            connection.close()
            raise
    return connection


def check_due(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the whole file is looked through for damage now: a small one always, a large one once a day."""
    if path.stat().st_size <= CHECKED_ALWAYS:
        return True
    last = marked(connection, QUICK_CHECK)
    return last is None or not timedelta(0) <= datetime.now(UTC) - last < CHECK_EVERY


def note_check(connection: sqlite3.Connection, path: Path) -> None:
    """Note that a large archive has been looked through; after its schema is known to be ours to write."""
    if path.stat().st_size > CHECKED_ALWAYS and check_due(connection, path):
        mark(connection, QUICK_CHECK, datetime.now(UTC))


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that can only read, at any time, whoever holds the lock. Raises ArchiveError."""
    if not path.exists():
        raise ArchiveError(f"{path}: there is no archive yet; run `shiftwatch collect` first")
    _refuse_unfit(path)
    with refusing(path):
        try:
            connection = _connect(path, "ro")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError:
            # A WAL database in a folder that cannot be written: without a log there is nothing to share, so it can
            # be read as it lies.
            if os.access(path.resolve().parent, os.W_OK) or _log_of(path).exists():
                raise
            connection = _connect(path, "ro&immutable=1")
        try:
            _refuse_foreign(connection, path)
            connection.execute("PRAGMA query_only = ON")
        except BaseException:
            connection.close()
            raise
    return connection


def open_copy(path: Path) -> sqlite3.Connection:
    """A connection that reads a file nobody writes to, a backup, leaving no trace beside it. Raises ArchiveError."""
    _refuse_unfit(path)
    with refusing(path):
        log = _log_of(path)  # of a file that was copied by hand together with its log, the log is a part
        connection = _connect(path, "ro" if log.exists() and log.stat().st_size else "ro&immutable=1")
        try:
            _refuse_foreign(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def open_fresh(path: Path) -> sqlite3.Connection:
    """A connection to a new, still empty database at ``path``, marked as ours; nothing may be there yet."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    connection = _connect(path, "rw")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA journal_mode = WAL")
    return connection


def refuse_stray_log(path: Path) -> None:
    """Refuse to create an archive where the log of a vanished one lies: SQLite would replay it into the new file."""
    log = _log_of(path)
    if log.exists() and log.stat().st_size > 0:
        raise ArchiveError(
            f"{path}: missing, but its log {log.name} is there, so an archive was moved or deleted; "
            f"put it back, or move {log.name} away to start afresh"
        )


@contextlib.contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system say of ``path`` into the one line a person can act on."""
    try:
        yield
    except sqlite3.Error as error:
        if is_damage(error):
            raise unsound(path, f"is damaged ({_one_line(str(error))})") from error
        raise ArchiveError(_in_words(error, path)) from error
    except OSError as error:
        remedy = _REMEDIES.get(error.errno or 0, "")
        raise ArchiveError(f"{path}: {error.strerror or error}{remedy}") from error


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file is no sound database."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}"
    # isolation_level None: transactions are ours to begin (IMMEDIATE), the module adds none of its own.
    return sqlite3.connect(
        uri, uri=True, isolation_level=None, timeout=BUSY_MS / 1000, check_same_thread=False, cached_statements=256
    )


def _refuse_unfit(path: Path) -> None:
    """Refuse by what the file looks like from outside."""
    with refusing(path):
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            what = "a folder" if stat.S_ISDIR(found.st_mode) else "not a regular file"
            raise ArchiveError(f"{path}: is {what}; name the archive's file with --archive or [archive] path")
        if found.st_size == 0:
            raise unsound(path, "is empty (0 bytes), which no archive ever is")
        with path.open("rb") as file:
            head = file.read(100)
    if not head.startswith(MAGIC[: len(head)]):
        raise unsound(path, "is not a Shiftwatch archive (no SQLite database)")
    if len(head) < 100:
        raise unsound(path, f"is cut off after {len(head)} bytes")
    _refuse_cut(path, head, found.st_size)


def _refuse_cut(path: Path, head: bytes, size: int) -> None:
    """The header says how many pages there are; a log may still hold the rest, so it is asked only without one."""
    log = _log_of(path)
    if log.exists() and log.stat().st_size > 0:
        return
    page_size = int.from_bytes(head[16:18]) or 1
    page_size = 65536 if page_size == 1 else page_size
    pages = int.from_bytes(head[28:32])
    if size < pages * page_size:
        raise unsound(path, f"is cut off ({size:,} of {pages * page_size:,} bytes)")


def _refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application == APPLICATION_ID:
        return
    if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0 and application == 0:
        raise unsound(path, "is an empty database that Shiftwatch did not make")
    raise ArchiveError(f"{path}: is a database of another program; choose another file with --archive")


def _refuse_damaged(connection: sqlite3.Connection, path: Path) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise unsound(path, f"is damaged ({_one_line(found)})")


def _in_words(error: sqlite3.Error, path: Path) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    said = _one_line(str(error))
    if code == sqlite3.SQLITE_FULL:
        return f"{path}: the disk is full; make room and run again, nothing was half stored"
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"{path}: another program has held it locked for {BUSY_MS // 1000} s; close that program and run again"
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return f"{path}: cannot be written or opened ({said}); {_PERMISSIONS}"
    if code == sqlite3.SQLITE_IOERR:
        checks = "check the disk, its room and the limit on file sizes (ulimit -f)"
        return f"{path}: the disk failed ({said}); {checks}; nothing was half stored"
    return f"{path}: {said}"


def unsound(path: Path, what: str) -> ArchiveDamaged:
    return ArchiveDamaged(path, what, newest_backup(path))


def backups_of(path: Path, *folders: Path) -> list[Path]:
    """The copies of the archive ``path`` that lie beside it, in its ``backups`` folder or in ``folders``, oldest first.

    Both those that `shiftwatch backup` makes and those made before a migration.
    """
    found: dict[Path, float] = {}
    for folder in (path.parent, path.parent / "backups", *folders):
        with contextlib.suppress(OSError):
            found |= {copy: copy.stat().st_mtime for copy in folder.glob(f"{glob.escape(path.name)}.*backup")}
    return sorted(found, key=lambda copy: (found[copy], copy.name))


def newest_backup(path: Path, *folders: Path) -> Path | None:
    """The newest of ``backups_of``."""
    return next(reversed(backups_of(path, *folders)), None)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]


def _log_of(path: Path) -> Path:
    real = path.resolve()  # SQLite keeps the log beside the file, not beside a link to it
    return real.with_name(real.name + "-wal")
