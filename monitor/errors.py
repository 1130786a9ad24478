"""The errors meant for the person at the keyboard; trouble that is expected is a value, never one of these.

ShiftwatchError            one line: what, where, what to do
├── UsageError             exit 2: the command was asked for something it cannot do
│   └── QueryError         exit 2: a query that cannot be parsed; knows the position
├── ConfigError            exit 2: shiftwatch.toml or the catalogue; names file, key and what was expected
├── ArchiveError           exit 3: the archive is damaged, foreign, newer, locked or cannot be written
│   └── ArchiveDamaged     exit 3: no sound archive, which a backup would put right; names the newest and the command
└── AlreadyRunning         exit 4: another Shiftwatch holds the archive's lock; names its pid
"""

from __future__ import annotations

import shlex
from pathlib import Path


class ShiftwatchError(Exception):
    """Base of every error shown to a person; ``str()`` is the one line, ``exit_code`` ends the process."""

    exit_code = 1


class UsageError(ShiftwatchError):
    """The command line asked for something that cannot be done."""

    exit_code = 2


class QueryError(UsageError):
    """A query that cannot be parsed; ``position`` is the 0-based offset of the trouble in ``query``."""

    def __init__(self, message: str, *, query: str, position: int) -> None:
        super().__init__(message)
        self.query = query
        self.position = position


class ConfigError(ShiftwatchError):
    """The configuration cannot be used; the message names the file, the key and what was expected."""

    exit_code = 2


class ArchiveError(ShiftwatchError):
    """The archive is damaged, foreign, of a newer schema, locked or cannot be written."""

    exit_code = 3


class ArchiveDamaged(ArchiveError):
    """The file at ``path`` is no sound archive, as ``what`` says; ``backup`` is the newest known, if there is one."""

    def __init__(self, path: Path, what: str, backup: Path | None = None) -> None:
        super().__init__(path, what, backup)
        self.path = path
        self.what = what
        self.backup = backup

    def __str__(self) -> str:
        remedy = "put a backup in its place (`shiftwatch restore FILE`)"
        if self.backup:
            command = shlex.join(["shiftwatch", "restore", str(self.backup), "--archive", str(self.path)])
            remedy = f"put its newest backup {self.backup.name} in its place: `{command}`"
        return f"{self.path}: {self.what}; {remedy}, or move the file away to start afresh"


class AlreadyRunning(ShiftwatchError):
    """Another process holds the archive's lock."""

    exit_code = 4


def unwrapped(error: BaseException) -> BaseException:
    """The error a person should see of those a task group wraps: one of ours if there is any, else the first."""
    flat: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(one.exceptions)
        else:
            flat.append(one)
    return next((one for one in flat if isinstance(one, ShiftwatchError)), flat[0])
