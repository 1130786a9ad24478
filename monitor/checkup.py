"""What a check-up examines and finds: findings with their remedy, and what they mean for the exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from monitor.config import Config


class Level(StrEnum):
    """How bad a finding is.

    ``OK``: looked at and well. ``NOTE``: worth knowing, nothing to be done now. ``WARNING``: goes on working, but
    somebody should act. ``ERROR``: does not work.
    """

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found: which check, how bad, what, and what to do about it (empty when there is nothing to do).

    ``exit_code`` is what an ERROR ends the command with: 3 where the archive is concerned, 2 the configuration, else 1.
    """

    check: str
    level: Level
    what: str
    remedy: str = ""
    exit_code: int = 1

    def as_json(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {name: value for name, value in asdict(self).items() if name != "exit_code"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What is examined, when, and whether only what takes no time is asked."""

    config: Config
    now: datetime
    quick: bool = False

    @property
    def archive(self) -> Path:
        """The archive's file."""
        return self.config.archive


Check = Callable[[Ground], Iterable[Finding]]


def exit_code(findings: Iterable[Finding]) -> int:
    """0 when nothing is worse than a note; else 1, or what the gravest error says: 3 before 2 before 1."""
    code = 0
    for one in findings:
        if one.level is Level.ERROR:
            code = max(code, one.exit_code)
        elif one.level is Level.WARNING:
            code = max(code, 1)
    return code


def good(check: str, what: str) -> Finding:
    """Looked at and well."""
    return Finding(check=check, level=Level.OK, what=what)


def note(check: str, what: str, remedy: str = "") -> Finding:
    """Worth knowing."""
    return Finding(check=check, level=Level.NOTE, what=what, remedy=remedy)


def warning(check: str, what: str, remedy: str) -> Finding:
    """Somebody should act."""
    return Finding(check=check, level=Level.WARNING, what=what, remedy=remedy)


def error(check: str, what: str, remedy: str, *, exit_code: int = 1) -> Finding:
    """Does not work."""
    return Finding(check=check, level=Level.ERROR, what=what, remedy=remedy, exit_code=exit_code)
