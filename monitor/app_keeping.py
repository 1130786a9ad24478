"""Keeping an archive: backups made and brought back, and what may be let go with time; composes db alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from db.archive import Archive
from db.backups import Kept, Restored, back_up, newest_backup, restore
from db.copies import Progress
from db.lock import ArchiveLock
from db.prune import OldCaptures, old_captures
from monitor.config import Config, Retention
from monitor.errors import ArchiveDamaged, ArchiveError, UsageError

__all__ = ["Kept", "Pruned", "Restored", "backup_now", "naming_backup", "prune", "prune_open", "restore_from"]


def backup_now(
    config: Config,
    to: Path | None = None,
    *,
    keep: int | None = None,
    now: datetime | None = None,
    progress: Progress = lambda done, total: None,
) -> Kept:
    """Back the archive up, whoever is at work on it, into the configured folder or ``to`` (see db.backups).

    In a folder the ``keep`` newest stay (None: as configured). Raises ArchiveError, UsageError.
    """
    return back_up(
        config.archive,
        to or config.backups,
        now=now or datetime.now(UTC),
        keep=keep or config.backups_kept,
        progress=progress,
    )


def restore_from(config: Config, backup: Path, *, progress: Progress = lambda done, total: None) -> Restored:
    """Put ``backup`` in the archive's place, keeping the archive beside. Raises UsageError, ArchiveError,
    AlreadyRunning."""
    with ArchiveLock(config.archive):
        return restore(config.archive, backup, now=datetime.now(UTC), folders=(config.backups,), progress=progress)


def naming_backup(error: ArchiveDamaged, config: Config) -> ArchiveDamaged:
    """The same refusal naming the newest backup of the configured folder too."""
    return ArchiveDamaged(error.path, error.what, newest_backup(error.path, config.backups))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What was let go, or would be (``dry``): capture files with their bytes and the versions whose raw answer they
    held, rows of polls and of looks, and the archive's size before and after."""

    dry: bool
    captures: int = 0
    capture_bytes: int = 0
    versions: int = 0
    polls: int = 0
    looks: int = 0
    size_before: int = 0
    size_after: int = 0


def prune(
    config: Config, retention: Retention, *, dry: bool = False, vacuum: bool = False, now: datetime | None = None
) -> Pruned:
    """Let go of what is older than ``retention`` says, under the archive's lock; ``dry`` only counts, at any time.

    Raises UsageError, ArchiveError, AlreadyRunning.
    """
    now = now or datetime.now(UTC)
    if retention == Retention() and not vacuum:
        raise UsageError(
            "nothing to prune: give --captures-older, --polls-older or --looks-older, or set them under [retention]"
        )
    if dry:
        with Archive.open_for_reading(config.archive) as archive:
            return _count(archive, config, retention, now)
    with ArchiveLock(config.archive), Archive.open(config.archive, create=False) as archive:
        return prune_open(archive, config, retention, now=now, vacuum=vacuum)


def prune_open(
    archive: Archive, config: Config, retention: Retention, *, now: datetime, vacuum: bool = False
) -> Pruned:
    """``prune`` on an archive that is open for writing under its lock, from the thread that writes it."""
    before = config.archive.stat().st_size
    old = _old_captures(config, retention.captures, now)
    versions = archive.versions_in({path.name for path in old.files})
    # Told before it is done: killed in between, a file is still there that is said to be gone, and goes next time.
    archive.mark_captures([path.name for path in old.files], now)
    for path in old.files:
        try:
            path.unlink(missing_ok=True)
        except OSError as failed:
            raise ArchiveError(f"{path}: {failed.strerror}; check the permissions of its folder") from failed
    polls = archive.prune_polls(now - retention.polls) if retention.polls else 0
    looks = archive.prune_looks(now - retention.looks) if retention.looks else 0
    archive.fold_log(vacuum=vacuum)
    return Pruned(
        dry=False,
        captures=len(old.files),
        capture_bytes=old.size,
        versions=versions,
        polls=polls,
        looks=looks,
        size_before=before,
        size_after=config.archive.stat().st_size,
    )


def _count(archive: Archive, config: Config, retention: Retention, now: datetime) -> Pruned:
    old = _old_captures(config, retention.captures, now)
    polls, looks = archive.count_prunable(
        polls=now - retention.polls if retention.polls else None,
        looks=now - retention.looks if retention.looks else None,
    )
    size = config.archive.stat().st_size
    return Pruned(
        dry=True,
        captures=len(old.files),
        capture_bytes=old.size,
        versions=archive.versions_in({path.name for path in old.files}),
        polls=polls,
        looks=looks,
        size_before=size,
        size_after=size,
    )


def _old_captures(config: Config, age: timedelta | None, now: datetime) -> OldCaptures:
    if age is None or config.captures is None:
        return OldCaptures(files=(), size=0)
    return old_captures(config.captures, now - age)
