"""The command line: thin commands over ``app``; what they print is in ``screen``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from monitor import __version__, logs
from monitor.cli_check import check
from monitor.cli_codebook import codebook
from monitor.cli_digest import digest, feed
from monitor.cli_identity import rematch
from monitor.cli_judge import judge
from monitor.cli_keeping import backup, metrics, prune, restore
from monitor.cli_options import config_path, configuration, configurations, log_to_stderr, run, shared_options
from monitor.cli_shifts import figures, recode, shifts
from monitor.cli_sources import sources
from monitor.screen.progress import work_progress


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="shiftwatch", message="%(prog)s %(version)s")
@shared_options
def cli() -> None:
    """Watch agencies and news outlets for enforcement resource shifts.

    Without a shiftwatch.toml the six sources of the catalogue's default are collected into ./shiftwatch.db.

    Exit codes: 0 done; 1 some sources failed, the run is complete otherwise; 2 usage or configuration;
    3 the archive is refused (damaged, newer, foreign); 4 another Shiftwatch is at work on it.
    """


cli.add_command(sources)
cli.add_command(codebook)
cli.add_command(judge)
cli.add_command(rematch)
for command in (check, backup, restore, prune, metrics):
    cli.add_command(command)
cli.add_command(shifts)
cli.add_command(figures)
cli.add_command(recode)
cli.add_command(digest)
cli.add_command(feed)


@cli.command()
@click.option("--contact", help="Mail or web address for the agent name, so that a site can reach you.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@shared_options
def init(contact: str | None, force: bool) -> int:
    """Write a commented shiftwatch.toml (to --config FILE, or here)."""
    from monitor.config import FILE_NAME
    from monitor.config_edit import template, write_text
    from monitor.errors import UsageError

    if contact is None and sys.stdin.isatty():
        contact = click.prompt("Contact address for the agent name (mail or web; empty for none)", default="")
    path = config_path() or Path(FILE_NAME)
    if path.exists() and not force:
        raise UsageError(f"{path} exists; --force overwrites it")
    write_text(path, template(contact or ""))
    click.echo(f"wrote {path}; next: shiftwatch collect")
    return 0


@cli.command()
@click.argument("source", nargs=-1)
@click.option("--force", is_flag=True, help="Poll every channel now, due or not.")
@click.option("--quiet", "-q", is_flag=True, help="Print only what failed (for cron).")
@click.option("--verbose", "-v", is_flag=True, help="Log one line a poll on standard error.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@shared_options
def collect(source: tuple[str, ...], force: bool, quiet: bool, verbose: bool, as_json: bool) -> int:
    """One pass over what is due: poll channels, fetch new pages, read and file them.

    SOURCE limits the pass to these sources. Run it from cron as often as you like: what is not due is left alone.
    Exit code 1 when a source could not be read; everything else is filed all the same.
    """
    from monitor.app import collect_now
    from monitor.screen import passes

    config = configuration()
    if verbose:
        log_to_stderr(verbose=True)
    with passes.pass_progress(len(source) or len(config.enabled()), show=not (quiet or as_json or verbose)) as on_done:
        collected = collect_now(config, source, force=force, on_done=logs.source_done if verbose else on_done)
    if as_json:
        click.echo(json.dumps(passes.collected_json(collected), indent=2))
    else:
        passes.print_collected(collected, archive=config.archive, quiet=quiet)
    return 1 if any(one.failed for one in collected.passes) and not collected.stopped else 0


@cli.command("run")
@click.option("--metrics", metavar="HOST:PORT", default="", help="Serve figures for Prometheus on a loopback address.")
@shared_options
def run_(metrics: str) -> int:
    """The daemon: collect whatever is due, when it is due, until SIGTERM or Ctrl-C.

    SIGHUP reads the configuration again. How often a channel is looked at follows its rhythm; see docs/service.md.
    """
    from monitor.app_service import run_service

    log_to_stderr(verbose=True)
    run_service(configurations(), metrics=metrics)
    return 0


@cli.command("import")
@click.argument("file", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--again", is_flag=True, help="Read files anew that were read to their end before.")
@click.option("--workers", type=click.IntRange(1, 64), help="Reading processes (default: one a core).")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@shared_options
def import_(file: tuple[Path, ...], again: bool, workers: int | None, as_json: bool) -> int:
    """Read captures from WARC files (Shiftwatch's own, CC-NEWS, any other) into the archive.

    May be interrupted: the next import of the same file goes on where this one stopped. Exit code 1 when there were
    records and none could be read.
    """
    from monitor.afterwards import Watching
    from monitor.app_import import import_files
    from monitor.screen import imports

    config = configuration()
    with imports.import_progress(show=not as_json) as progress, work_progress(show=not as_json) as bar:
        watching = Watching(matching=bar("matching"), coding=bar("coding"))
        tally = import_files(config, file, again=again, workers=workers, progress=progress, watching=watching)
    if as_json:
        click.echo(json.dumps(imports.import_json(tally), indent=2))
    else:
        imports.print_import(tally, archive=config.archive)
    nothing = tally.records and sum(tally.unusable.values()) >= tally.records and not tally.stopped
    return 1 if nothing else 0


@cli.command(
    # So that `-source:cnn` and `-word` reach the query instead of being taken for options.
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]}
)
@click.argument("query", nargs=-1)
@click.option(
    "--limit", type=click.IntRange(0, 2**63 - 1), default=20, show_default=True, help="At most so many; 0: all."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one array.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with a header line.")
@shared_options
def stories(query: tuple[str, ...], limit: int, as_json: bool, as_csv: bool) -> int:
    """Search the archive, newest first.

    QUERY: words (all must be there), "a phrase", source:cbp, domain:cbp.gov, kind:release, lang:en, after:2026-05,
    before:2026-06-01, changed:number, is:copy, is:uncovered, origin:reuters, tag:resource-shift, label:primary,
    actor:CBP and the other fields of `shiftwatch shifts`, -not, a OR b, (parentheses). Quote it for the shell where it
    has blanks or parentheses.

    \b
    shiftwatch stories split ID         ID counts as one with no other story any more
    shiftwatch stories merge ID OTHER   the two count as one

    These two are remembered whenever everything is matched again. (To search for the word itself, quote it: '"split"'.)
    """
    from monitor.cli_identity import by_hand

    if (done := by_hand(query)) is not None:
        click.echo(done)
        return 0
    from monitor.app_parts import reading_archive
    from monitor.query import parse
    from monitor.screen import stories as screen
    from monitor.screen import tables

    if as_json and as_csv:
        raise click.UsageError("choose one of --json and --csv")
    config = configuration()
    parsed = parse(" ".join(query))
    with reading_archive(config) as archive:
        rows = archive.stories(parsed, limit=limit or None)
        if as_json:
            tables.print_json_array(rows)
        elif as_csv:
            tables.print_csv(rows)
        else:
            screen.print_stories(list(rows), total=archive.count(parsed), limit=limit)
    return 0


@cli.command()
@click.argument("story", type=click.IntRange(1, 2**63 - 1), metavar="ID")
@click.option("--diff", "as_diff", is_flag=True, help="Print what each version changed, word by word.")
@click.option("--why", "as_why", is_flag=True, help="Print for each sentence that may tell of a shift what was found.")
@click.option("--json", "as_json", is_flag=True, help="Print the story as JSON.")
@shared_options
def show(story: int, as_diff: bool, as_why: bool, as_json: bool) -> int:
    """One story: its text, where each field came from, versions, copies, releases it draws on, codes, shifts, figures.

    --why prints every sentence in which something may be moved: the rule that fired with the terms its score is made
    of, or those that spoke against it.
    """
    from monitor.app_parts import reading_archive
    from monitor.errors import UsageError
    from monitor.screen.stories import print_story

    config = configuration()
    with reading_archive(config) as archive:
        found: dict[str, Any] | None = archive.story(story)
    if found is None:
        raise UsageError(f"no story {story} in {config.archive}; `shiftwatch stories` lists their ids")
    if as_why:
        from monitor.coding.why import explained
        from monitor.screen.shifts import print_why, why_json

        reasons = explained(found["title"], found["text"], found["published_at"] or "", found["language"])
        if as_json:
            click.echo(json.dumps(why_json(found, reasons), indent=2, ensure_ascii=False))
        else:
            print_why(found, reasons)
    elif as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    elif as_diff:
        from monitor.screen.diffs import print_diff

        print_diff(found)
    else:
        print_story(found)
    return 0


@cli.command()
@shared_options
def demo() -> int:
    """Collect from a small made-up web on this machine, through the real network code, and show what was found.

    Nothing outside this machine is contacted; the stories are invented. The archive is kept with --archive FILE.
    """
    from monitor.demo_run import run_demo

    archive: Path | None = click.get_current_context().ensure_object(dict).get("archive_file")
    run_demo(archive=archive)
    return 0


def main() -> None:
    """The console script's entry."""
    run(cli)
