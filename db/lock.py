"""One writer at a time: a lock of the kernel's beside the archive, gone with the process that held it."""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from db.connect import refusing
from db.times import iso
from monitor.errors import AlreadyRunning, ArchiveError


class ArchiveLock:
    """Holds ``<archive>.lock`` while open; a context manager.

    Raises AlreadyRunning when another process holds it, ArchiveError when the folder cannot be written. The file
    stays: removing it would let two processes hold the lock of two files of the same name.
    """

    def __init__(self, archive: Path) -> None:
        self.archive = archive
        real = archive.resolve()  # whatever links lead to an archive, it has one lock
        self.path = real.with_name(real.name + ".lock")
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
