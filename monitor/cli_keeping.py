"""Keeping an archive from the command line: backup, restore, prune, metrics."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from monitor.cli_options import configuration, shared_options

_DAYS = click.IntRange(1, 36_500)


@click.command()
@click.argument("to", required=False, type=click.Path(path_type=Path), metavar="[FOLDER|FILE]")
@click.option("--keep", type=click.IntRange(1, 10_000), help="Backups to keep in the folder (default: [backup] keep).")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@shared_options
def backup(to: Path | None, keep: int | None, as_json: bool) -> int:
    """Copy the archive while it is in use, check the copy, and keep the newest few.

    Into the configured folder, into FOLDER, or as FILE (its name ends in .db, .sqlite or .backup, and it must not
    exist). Raw captures are not part of it: they are plain files, which any tool copies.
    """
    from monitor.app_keeping import backup_now
    from monitor.screen import keeping as screen

    config = configuration()
    with screen.copying("backing up", show=not as_json) as progress:
        kept = backup_now(config, to, keep=keep, progress=progress)
    if as_json:
        said = {"path": str(kept.path), "bytes": kept.size, "removed": [str(path) for path in kept.removed]}
        click.echo(json.dumps(said))
    else:
        click.echo(f"{kept.path}: {kept.size:,} bytes, checked" + "".join(f"\nremoved {path}" for path in kept.removed))
    return 0


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@shared_options
def restore(file: Path, as_json: bool) -> int:
    """Put the backup FILE in the archive's place, after checking it; the archive that was there is kept beside.

    Not while a Shiftwatch is at work on the archive (exit code 4).
    """
    from monitor.app_keeping import restore_from
    from monitor.screen import keeping as screen

    config = configuration()
    with screen.copying("restoring", show=not as_json) as progress:
        done = restore_from(config, file, progress=progress)
    if as_json:
        said = {
            "archive": str(config.archive),
            "from": str(file),
            "bytes": done.size,
            "schema": done.schema,
            "replaced": str(done.replaced) if done.replaced else None,
        }
        click.echo(json.dumps(said))
    else:
        before = f"; the one before is {done.replaced.name}" if done.replaced else ""
        click.echo(f"{config.archive}: restored from {file}, {done.size:,} bytes, checked{before}")
    return 0


@click.command()
@click.option("--captures-older", type=_DAYS, metavar="DAYS", help="Capture files (WARC) last written before.")
@click.option("--polls-older", type=_DAYS, metavar="DAYS", help="Polls from before that brought nothing.")
@click.option("--looks-older", type=_DAYS, metavar="DAYS", help="Looks from before that found no change.")
@click.option("--vacuum", is_flag=True, help="Then write the archive anew, without the room deleted rows left.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@shared_options
def prune(
    captures_older: int | None,
    polls_older: int | None,
    looks_older: int | None,
    vacuum: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Let go of old captures, polls and looks; never of a story, a version or a sighting.

    What is not given is taken from [retention] in the configuration. Polls between which an undated story is known to
    have appeared stay, and so does every channel's last. A version whose raw answer is gone says so.
    """
    from monitor.app_keeping import prune as let_go
    from monitor.config import Retention
    from monitor.screen import keeping as screen

    config = configuration()
    given = (captures_older, polls_older, looks_older)
    retention = config.retention
    if any(days is not None for days in given):
        captures, polls, looks = (None if days is None else timedelta(days=days) for days in given)
        retention = Retention(captures=captures, polls=polls, looks=looks)
    done = let_go(config, retention, dry=dry_run, vacuum=vacuum)
    if as_json:
        said: dict[str, Any] = {("dry_run" if name == "dry" else name): value for name, value in asdict(done).items()}
        click.echo(json.dumps(said))
    else:
        screen.print_pruned(done)
    return 0


@click.command()
@shared_options
def metrics() -> int:
    """Print the archive's numbers as Prometheus reads them (for its textfile collector)."""
    from monitor.app_metrics import metrics_text

    click.echo(metrics_text(configuration().archive), nl=False)
    return 0
