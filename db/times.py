"""Moments as the archive writes them: ISO 8601 text in UTC, to the second unless a caller needs finer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload

from monitor.model import Dated, Precision


def iso(at: datetime) -> str:
    """``2026-01-02T03:04:05Z``. One fixed width, so that comparing text compares moments."""
    if at.tzinfo is not UTC:  # ours all are; asking costs less than converting
        at = at.astimezone(UTC)
    return at.isoformat(timespec="seconds")[:19] + "Z"


def iso_millis(at: datetime) -> str:
    """``2026-01-02T03:04:05.678Z``, for polls alone: several may start within a second."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")[:23] + "Z"


@overload
def moment(text: str) -> datetime: ...
@overload
def moment(text: None) -> None: ...
def moment(text: str | None) -> datetime | None:
    """The aware UTC moment that ``iso`` or ``iso_millis`` wrote; None stays None."""
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def maybe_iso(at: datetime | None) -> str | None:
    """``iso``, where there is something to write."""
    return None if at is None else iso(at)


def dated(text: str | None, precision: str | None, signal: str | None) -> Dated | None:
    """What ``Dated.iso`` wrote, with its precision and signal; None when no date is known."""
    if not text:
        return None
    padded = text if len(text) > 7 else text + "-01"
    at = datetime.fromisoformat(padded)
    return Dated(at=at.replace(tzinfo=UTC), precision=Precision(precision or "day"), signal=signal or "")
