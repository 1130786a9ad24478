"""The check-up: one function a question, each giving findings; nothing in it changes the archive or its folder.

    Ground (what is examined) → CHECKS in order → findings → exit code

A further check is a function more in a list: it takes the Ground and gives findings, and whatever it raises is a
finding too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from db.backups import newest_backup
from db.checkup import REBUILD_INDEX, Examination
from db.lock import holder
from monitor.app_check_machine import disk, folders, permissions, sqlite_version, workers, write_ahead_log
from monitor.app_keeping import naming_backup
from monitor.checkup import Check, Finding, Ground, error, good, note, warning
from monitor.config import secret
from monitor.errors import ArchiveDamaged, ArchiveError, ConfigError, ShiftwatchError

T = TypeVar("T")

AHEAD = timedelta(minutes=5)  # clocks of one machine never differ by more
OVERDUE = timedelta(days=1)
BACKUP_AGE = timedelta(days=8)
RELEASED = datetime(2026, 1, 1, tzinfo=UTC)  # no clock that is right says less


def examine(
    ground: Ground, checks: Sequence[Check] | None = None, *, on_check: Callable[[str], None] = lambda _: None
) -> list[Finding]:
    """All findings of ``checks`` (None: CHECKS, or with ``quick`` QUICK_CHECKS), in order."""
    found: list[Finding] = []
    for check in checks or (QUICK_CHECKS if ground.quick else CHECKS):
        name = check.__name__.replace("_", " ")
        on_check(name)
        try:
            found += check(ground)
        except ArchiveDamaged as damaged:
            found.append(_refusal(name, naming_backup(damaged, ground.config)))
        except ArchiveError as refused:
            found.append(_refusal(name, refused))
        except (ShiftwatchError, OSError) as failed:
            found.append(error(name, f"could not be looked at: {failed}", "see the words before"))
    return found


def configuration(ground: Ground) -> Iterator[Finding]:
    """That what the configuration refers to is there; that it can be read is known already."""
    config = ground.config
    names = {channel.auth for source in config.enabled() for channel in source.channels if channel.auth}
    for reference in sorted(names | ({config.network.proxy} - {""})):
        try:
            secret(reference, os.environ)
        except ConfigError as missing:
            yield error(
                "configuration", str(missing), "set it for the service too, not only in your shell", exit_code=2
            )
    if not config.network.contact:
        yield note("configuration", "no contact address in the agent name", 'set [network] contact = "you@example.org"')
    if not config.enabled():
        yield warning("configuration", "no source is enabled", "add [sources.ID] tables, or remove enabled = false")
    where = config.path or "no shiftwatch.toml, defaults in force"
    yield good("configuration", f"{where}; {len(config.enabled())} source(s) enabled")


def archive(ground: Ground) -> Iterator[Finding]:
    """That it is there, ours, of a schema we write, whole, and its full-text index in step."""
    path = ground.archive
    if not path.exists() and not path.is_symlink():
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            what = f"{path} is missing, but its log {log.name} is there"
            yield error("archive", what, f"put the archive back, or restore a backup: {_restore(ground)}", exit_code=3)
        else:
            yield note("archive", f"{path}: there is none yet", "run `shiftwatch collect`")
        return
    with Examination(path) as examination:
        found, newest = examination.versions()
        if found > newest:
            yield error(
                "archive", f"{path}: was written by a newer Shiftwatch (schema {found}, this one knows {newest})",
                "upgrade Shiftwatch", exit_code=3,
            )  # fmt: skip
            return
        if found < newest:
            what = f"{path}: schema {found}, this Shiftwatch writes {newest}"
            yield warning("archive", what, "run `shiftwatch collect` once; it makes a backup first")
        if ground.quick:
            yield good("archive", f"{path}: {path.stat().st_size:,} bytes, schema {found}; not looked through")
            return
        if damage := examination.damage():
            yield error("archive", f"{path}: is damaged ({'; '.join(damage)[:300]})", _restore(ground), exit_code=3)
            return
        for dangling in examination.dangling():
            yield error(
                "archive", f"{path}: {dangling}", "another program deleted rows; restore a backup from before",
                exit_code=3,
            )  # fmt: skip
        if differing := examination.index_out_of_step():
            what = f"{path}: the search index is out of step: {differing}"
            yield warning("archive", what, f'stop Shiftwatch, then: sqlite3 {path} "{REBUILD_INDEX}"')
        yield good("archive", f"{path}: {path.stat().st_size:,} bytes, schema {found}, whole")


def lock(ground: Ground) -> Iterator[Finding]:
    """Who is at work on it."""
    held = holder(ground.archive)
    if held is None:
        yield good("lock", "free; nobody is at work on the archive")
    elif held.alive:
        yield good("lock", f"held by process {held.pid} since {held.since}")
    else:
        yield note("lock", f"free; process {held.pid} was killed while it held it ({held.since})")


def clock(ground: Ground) -> Iterator[Finding]:
    """That the clock is not behind what it wrote itself."""
    if ground.now < RELEASED:
        yield error("clock", f"it says {ground.now:%Y-%m-%d}, before this program was made", "set the clock (NTP)")
        return
    newest = _asked(ground, lambda examination: examination.newest_written()) or {}
    for table, moment in newest.items():
        if moment > ground.now + AHEAD:
            what = f"it says {ground.now:%Y-%m-%d %H:%M} UTC, but {table} were written at {moment:%Y-%m-%d %H:%M}"
            yield warning("clock", what, "set the clock (NTP); what was written stays, and channels are polled again")
            return
    yield good("clock", f"{ground.now:%Y-%m-%d %H:%M:%S} UTC")


def sources(ground: Ground) -> Iterator[Finding]:
    """What cannot be read, since when and why."""
    failing = _asked(ground, lambda examination: examination.failing_sources())
    if failing is None:
        return
    enabled = {source.id for source in ground.config.enabled()}
    failing = [one for one in failing if one.source in enabled]
    if len(failing) == len(enabled) > 1 and not any(one.answered for one in failing):
        last = max((one.since for one in failing if one.since), default=None)
        since = f"since {last:%Y-%m-%d %H:%M} UTC" if last else "so far"
        remedy = "look at the network, the proxy and the name server of this machine"
        yield warning("sources", f"no source could be reached at all {since}: {failing[0].reason}", remedy)
        return
    for one in failing:
        since = f"last well at {one.since:%Y-%m-%d %H:%M} UTC" if one.since else "never well so far"
        yield warning(
            "sources", f"{one.source}: {one.state}, {since} ({one.failures} failure(s) in a row): {one.reason}",
            f"shiftwatch sources check {one.source}",
        )  # fmt: skip
    if not failing:
        yield good("sources", f"{len(enabled)} enabled, none fails")


def polling(ground: Ground) -> Iterator[Finding]:
    """Whether anybody polls at all."""
    due = _asked(ground, lambda examination: examination.most_overdue())
    if due and ground.now - due > OVERDUE:
        yield warning(
            "polling", f"nobody polls: a channel has been due since {due:%Y-%m-%d %H:%M} UTC",
            "start the service or the cron line (docs/deploy.md)",
        )  # fmt: skip
    elif due:
        yield good("polling", "no channel has waited for long")


def backups(ground: Ground) -> Iterator[Finding]:
    """That there is one, and not from long ago."""
    if not ground.archive.exists():
        return
    newest = newest_backup(ground.archive, ground.config.backups)
    if newest is None:
        yield note("backups", "there is none", "shiftwatch backup; once a day from cron (docs/deploy.md)")
        return
    age = ground.now - datetime.fromtimestamp(newest.stat().st_mtime, UTC)
    if age > BACKUP_AGE:
        yield note("backups", f"the newest, {newest}, is {age.days} days old", "shiftwatch backup")
    else:
        yield good("backups", f"newest {newest}")


def mail(ground: Ground) -> Iterator[Finding]:
    """That the mail server lets us in; nothing is sent."""
    config = ground.config
    if config.mail is None:
        if config.digests:
            yield warning("mail", "digests are configured, but no [mail]", "add [mail] with smtp and from")
        return
    from monitor.app_digest import mail_trouble

    try:
        trouble = mail_trouble(config)
    except ConfigError as missing:
        yield error("mail", str(missing), "set it for the service too, not only in your shell", exit_code=2)
        return
    if trouble:
        yield error("mail", trouble, "look at [mail] smtp and its password; digests wait in the outbox meanwhile")
    else:
        yield good("mail", f"{config.mail.smtp}: lets us in")


QUICK_CHECKS: tuple[Check, ...] = (
    configuration,
    sqlite_version,
    archive,
    lock,
    write_ahead_log,
    disk,
    folders,
    clock,
    polling,
)
CHECKS: tuple[Check, ...] = (*QUICK_CHECKS, permissions, backups, workers, sources, mail)


def _asked(ground: Ground, question: Callable[[Examination], T]) -> T | None:
    """The answer of an archive that can be asked; None where ``archive`` has told already why it cannot."""
    try:
        with Examination(ground.archive) as examination:
            found, newest = examination.versions()
            return question(examination) if found == newest else None
    except ArchiveError:
        return None


def _refusal(check: str, refused: ArchiveError) -> Finding:
    what, _, remedy = str(refused).partition("; ")
    return error(check, what, remedy or "see the words before", exit_code=3)


def _restore(ground: Ground) -> str:
    newest = newest_backup(ground.archive, ground.config.backups)
    return f"shiftwatch restore {newest}" if newest else "shiftwatch restore FILE, with a backup of yours"
