"""``shiftwatch sources``: the sources, their state and why; adding, probing, OPML."""

from __future__ import annotations

import json
from pathlib import Path

import click

from monitor.cli_options import config_path, configuration, shared_options


@click.group(invoke_without_command=True)
@click.option("--calendar", is_flag=True, help="What looking at each source came to, hour by hour.")
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True, help="Days the calendar shows.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@shared_options
@click.pass_context
def sources(context: click.Context, calendar: bool, days: int, as_json: bool) -> int:
    """The sources: what is watched, how each channel fares and why. See the subcommands for more.

    With --calendar: for each source and hour whether it could be read, so that "there was no story" and "nobody looked"
    are different answers.
    """
    if context.invoked_subcommand is not None:
        return 0
    if calendar:
        return _calendar(days, as_json)
    from monitor.app_sources import source_states
    from monitor.screen import sources as screen

    states = source_states(configuration())
    if as_json:
        click.echo(json.dumps([state.as_json() for state in states], indent=2, ensure_ascii=False))
    else:
        screen.print_sources(states)
    return 0


def _calendar(days: int, as_json: bool) -> int:
    from datetime import UTC, datetime, timedelta

    from monitor.app_parts import reading_archive
    from monitor.screen import calendar as screen
    from monitor.screen.tables import print_json_array

    config = configuration()
    now = datetime.now(UTC)
    since = now - timedelta(days=days)
    with reading_archive(config) as archive:
        known, gaps = archive.coverage_hours(since), archive.coverage_gaps(since)
    hours = list(screen.hours_of([one.id for one in config.enabled()], known, since=since, until=now))
    if as_json:
        print_json_array(hours)
    else:
        screen.print_calendar(hours, gaps)
    return 0


@sources.command()
@click.argument("source", nargs=-1)
@click.option("--discover", is_flag=True, help="Also look for channels on each home page and in robots.txt.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@shared_options
def check(source: tuple[str, ...], discover: bool, as_json: bool) -> int:
    """Ask every channel once and say what it answers; stores nothing. Exit code 1 when a source yields nothing."""
    from monitor.app_sources import chosen, probe
    from monitor.screen import sources as screen

    config = configuration()
    asked = chosen(config, source)
    with screen.probe_progress(show=not as_json) as on_done:
        probes = probe(config, asked, discover=discover, on_done=on_done)
    if as_json:
        click.echo(json.dumps([screen.probe_json(one) for one in probes], indent=2, ensure_ascii=False))
    else:
        screen.print_probes(probes)
    yielding = {one.channel.source for one in probes if one.yields}
    return 0 if all(one.id in yielding for one in asked) else 1


@sources.command()
@click.argument("url")
@click.option("--id", "source_id", help="Key of the new source (default: made from the domain).")
@click.option("--name", help="Name of the new source (default: its feed's title).")
@click.option(
    "--kind",
    type=click.Choice(["agency", "outlet", "research"]),
    default=None,
    help="Default: agency for .gov and .mil.",
)
@click.option("--yes", "-y", is_flag=True, help="Write without asking.")
@shared_options
def add(url: str, source_id: str | None, name: str | None, kind: str | None, yes: bool) -> int:
    """Find the channels of a site or feed, show what they hold, and write the source into the configuration."""
    from monitor.registry import default_path, propose, write_sources
    from monitor.screen import sources as screen

    config = configuration()
    proposal = propose(config, url, source_id=source_id, name=name, kind=kind)
    screen.print_proposal(proposal)
    if not proposal.source.channels:
        return 1
    path = default_path(config, config_path())
    if not yes:
        click.confirm(f"Write it into {path}?", abort=True)
    write_sources(path, [proposal.source])
    click.echo(f"wrote [sources.{proposal.source.id}] into {path}; next: shiftwatch collect {proposal.source.id}")
    return 0


@sources.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", "-y", is_flag=True, help="Write without asking.")
@shared_options
def import_(file: Path, yes: bool) -> int:
    """Add the feeds of an OPML file to the configuration."""
    from monitor.registry import default_path, opml_sources, write_sources
    from monitor.screen import sources as screen

    config = configuration()
    found, known = opml_sources(config, file)
    screen.print_opml(found, known)
    if not found:
        return 0
    path = default_path(config, config_path())
    if not yes:
        click.confirm(f"Write {len(found)} source(s) into {path}?", abort=True)
    write_sources(path, found)
    click.echo(f"wrote {len(found)} source(s) into {path}; next: shiftwatch sources check")
    return 0


@sources.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@shared_options
def export(file: Path | None) -> int:
    """Write the enabled sources' feeds as OPML to FILE, or to standard output."""
    from monitor.registry import export_sources

    text = export_sources(configuration())
    if file is None:
        click.echo(text, nl=False)
    else:
        file.write_text(text, "utf-8")
        click.echo(f"wrote {file}")
    return 0
