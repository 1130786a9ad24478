"""One writer at a time: a lock of the kernel's beside the archive, gone with the process that held it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from db.connect import refusing
from db.times import iso
from monitor.errors import AlreadyRunning, ArchiveError


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who wrote itself into an archive's lock: its pid and since when, as far as it says, and whether it lives."""

    pid: int | None
    since: str
    alive: bool


def holder(archive: Path) -> Holder | None:
    """Who holds the archive's lock, or held it when it was killed (not ``alive``); None when it was let go.

    Nothing is locked for it: even a moment's try would make a Shiftwatch that starts in that moment give up.
    """
    path = _beside(archive)
    try:
        said = path.read_bytes()[:200].decode("ascii", "replace").strip()
        inode = path.stat().st_ino
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror}; check its permissions") from error
    pid, _, since = said.partition(" ")
    if not pid.isdigit():
        return None
    # The kernel's own list, where it can be seen: a pid may have gone to another program since.
    listed = ""
    with contextlib.suppress(OSError):
        listed = Path("/proc/locks").read_text("ascii", "replace")
    held = bool(re.search(rf"FLOCK .* WRITE .*:{inode} ", listed)) if "FLOCK" in listed else _lives(int(pid))
    return Holder(pid=int(pid), since=since, alive=held)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _beside(archive: Path) -> Path:
    real = archive.resolve()  # whatever links lead to an archive, it has one lock
    return real.with_name(real.name + ".lock")


class ArchiveLock:
    """Holds ``<archive>.lock`` while open; a context manager.

    Raises AlreadyRunning when another process holds it, ArchiveError when the folder cannot be written. The file
    stays: removing it would let two processes hold the lock of two files of the same name.
    """

    def __init__(self, archive: Path) -> None:
        self.archive = archive
        self.path = _beside(archive)
        self._file = -1

    def __enter__(self) -> ArchiveLock:
        if not self.path.parent.is_dir():
            raise ArchiveError(f"{self.archive}: its folder does not exist; make it or choose --archive")
        with refusing(self.path):
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = os.pread(file, 200, 0).decode("ascii", "replace")
                os.close(file)
                raise AlreadyRunning(self._held_by(holder)) from None
            except BaseException:
                os.close(file)
                raise
            os.ftruncate(file, 0)
            os.pwrite(file, f"{os.getpid()} {iso(datetime.now(UTC))}\n".encode(), 0)
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.ftruncate(self._file, 0)
        os.close(self._file)
        self._file = -1

    def _held_by(self, holder: str) -> str:
        pid, _, since = holder.strip().partition(" ")
        who = f"process {pid}, since {since}" if pid.isdigit() and since else "another process"
        return f"{self.archive}: another Shiftwatch is working on it ({who}); wait for it or stop it"
