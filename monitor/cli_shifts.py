"""Coding on the command line: the table of shifts, events, figures side by side, and coding everything anew."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from monitor.cli_options import configuration, shared_options
from monitor.screen.progress import work_progress

_SEARCHING = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


@click.command(context_settings=_SEARCHING)
@click.argument("query", nargs=-1)
@click.option("--events", "as_events", is_flag=True, help="List events: one for each shift as it happened.")
@click.option("--copies", is_flag=True, help="Show what copies of a text repeat, too.")
@click.option(
    "--limit", type=click.IntRange(0, 2**63 - 1), default=20, show_default=True, help="At most so many; 0: all."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one array.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with a header line.")
@shared_options
def shifts(query: tuple[str, ...], as_events: bool, copies: bool, limit: int, as_json: bool, as_csv: bool) -> int:
    """The table of shifts: who moved what, how many, from where to where, each row with its sentence, newest first.

    QUERY: as for `shiftwatch stories`, and actor:CBP, beneficiary:ICE, resource:personnel, status:done,
    direction:border_to_interior, place:memphis, "quantity>100", "quantity<=20", state:blocked, event:12. What a person
    judged is applied: rejected rows are left out, fixed ones as fixed.

    \b
    shiftwatch shifts split ID         ID is no mention of its event, but of one of its own
    shiftwatch shifts merge ID OTHER   the two are mentions of one event

    These two are remembered whenever everything is coded again.
    """
    if (done := _by_hand(query)) is not None:
        click.echo(done)
        return 0
    from monitor.app_parts import reading_archive
    from monitor.query import parse
    from monitor.screen import shifts as screen
    from monitor.screen import tables

    if as_json and as_csv:
        raise click.UsageError("choose one of --json and --csv")
    config = configuration()
    parsed = parse(" ".join(query))
    with reading_archive(config) as archive:
        if as_events:
            rows = archive.events(parsed, limit=limit or None)
        else:
            rows = archive.shifts(parsed, limit=limit or None, copies=copies)
        if as_json:
            tables.print_json_array(rows)
        elif as_csv:
            tables.print_csv(rows)
        elif as_events:
            screen.print_events(rows, total=archive.count_events(parsed), limit=limit)
        else:
            screen.print_shifts(rows, total=archive.count_shifts(parsed, copies=copies), limit=limit)
    return 0


def _by_hand(words: Sequence[str]) -> str | None:
    """Do what ``split ID`` or ``merge ID OTHER`` says and give what to tell; None when ``words`` are a search."""
    command, numbers = (words[0], words[1:]) if words else ("", ())
    if command not in ("split", "merge") or not all(number.isascii() and number.isdigit() for number in numbers):
        return None
    if len(numbers) != (1 if command == "split" else 2):
        raise click.UsageError(
            f"shifts {command} takes {'one id' if command == 'split' else 'two ids'}; "
            f"to search for the word write '\"{command}\"'"
        )
    from monitor.app_coding import merge_shifts, split_shift

    config = configuration()
    if command == "split":
        others = split_shift(config, int(numbers[0]))
        told = f"no mention any more of the event of {', '.join(map(str, sorted(others)))}" if others else "alone"
        return f"shift {numbers[0]} is {told}; remembered"
    if merge_shifts(config, int(numbers[0]), int(numbers[1])):
        return f"shifts {numbers[0]} and {numbers[1]} are mentions of one event; remembered"
    return f"shifts {numbers[0]} and {numbers[1]} are mentions of one event already"


@click.command(context_settings=_SEARCHING)
@click.argument("words", nargs=-1, metavar="[MEASURE] [QUERY]")
@click.option("--copies", is_flag=True, help="Show what copies of a text repeat, too.")
@click.option("--limit", type=click.IntRange(0, 2**63 - 1), default=0, help="At most so many (default: all).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one array.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with a header line.")
@shared_options
def figures(words: tuple[str, ...], copies: bool, limit: int, as_json: bool, as_csv: bool) -> int:
    """Numbers as claimed, side by side: by measure, period and scope, each with who claims it and its sentence.

    MEASURE is one of those in the archive, such as "border encounters" (without quotes, too); QUERY is as for
    `shiftwatch stories`. Only figures of one measure, period and scope that disagree beyond their hedges are marked as
    conflicting.
    """
    from monitor.app_parts import reading_archive
    from monitor.query import parse
    from monitor.screen import shifts as screen
    from monitor.screen import tables

    if as_json and as_csv:
        raise click.UsageError("choose one of --json and --csv")
    config = configuration()
    with reading_archive(config) as archive:
        measure, rest = _measure(words, archive.measures())
        found = list(archive.figures(parse(" ".join(rest)), measure=measure, limit=limit or None, copies=copies))
    disagreeing = _conflicts(found)
    if as_json or as_csv:
        rows = [row | {"conflicts": disagreeing.get(row["id"], [])} for row in found]
        tables.print_json_array(rows) if as_json else tables.print_csv(rows)
    else:
        screen.print_figures(found, disagreeing)
    return 0


def _measure(words: Sequence[str], known: dict[str, int]) -> tuple[str, Sequence[str]]:
    """The measure the words begin with, "" for all, and the query that is left."""
    for count in range(len(words), 0, -1):
        name = " ".join(" ".join(words[:count]).lower().split())
        if name in known:
            return name, words[count:]
    if words and ":" not in words[0] and "<" not in words[0] and ">" not in words[0]:
        there = ", ".join(known) or "none yet"
        raise click.UsageError(
            f"no figure of {words[0]!r}; there are: {there}. To search for the word, put a field or quotes around it "
            f"first: source:cbp {words[0]}"
        )
    return "", words


def _conflicts(rows: Sequence[dict[str, Any]]) -> dict[int, list[str]]:
    """What each figure disagrees with, in words, by the figure's id."""
    from monitor.coding.disagreement import Claim, disagreements
    from monitor.model import Figure

    names = ("measure", "value_low", "value_high", "unit", "period", "scope", "hedge", "claimant", "sentence")
    claims = [
        Claim(
            id=row["id"],
            story=row["story"],
            told_at=row["told_at"],
            figure=Figure(**{name: row[name] for name in names}),
        )
        for row in rows
    ]
    sources = {row["story"]: row["source"] for row in rows}
    found: dict[int, list[str]] = {}
    for one in disagreements(claims):
        for mine, theirs in ((one.one, one.other), (one.other, one.one)):
            words = f"{one.reason} ({sources[theirs.story]}, story {theirs.story})"
            found.setdefault(mine.id, []).append(words)
    return found


@click.command()
@click.option("--diff", "as_diff", is_flag=True, help="List rows gained and lost, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@shared_options
def recode(as_diff: bool, as_json: bool) -> int:
    """Code all stories anew with today's codebook: labels, codes, shifts, figures, events.

    Needed after the codebook was changed, or after an upgrade that reads better. Rows that say the same keep their id;
    what was judged, split or merged by hand stays so. May be interrupted: the next run, or the next collect, goes on.
    """
    config = configuration()
    if as_diff:
        return _print_changes(config, as_json)
    from monitor.app_coding import recode_all

    with work_progress(show=not as_json) as bar:
        done = recode_all(config, progress=bar("coding"))
    if as_json:
        click.echo(json.dumps(asdict(done)))
        return 0
    click.echo(
        f"{config.archive}: {done.stories} stories coded, {done.gained} rows gained, {done.lost} lost; "
        f"{done.primary} stories are about a shift, {done.mention} mention one: {done.shifts} shifts of {done.events} "
        f"events, {done.figures} figures, {done.tags} codes"
        + (f"; {done.failed} could not be coded" if done.failed else "")
        + ("; stopped before the end, the next run goes on" if done.stopped else "")
    )
    return 0


def _print_changes(config: Any, as_json: bool) -> int:
    from monitor.app_coding import recode_changes
    from monitor.codings import RowChange
    from monitor.screen.recoding import print_change

    counts = {"gained": 0, "lost": 0, "label": 0}
    first = True

    def tell(change: RowChange) -> None:
        nonlocal first
        counts[change.change] += 1
        if as_json:
            click.echo(("[" if first else ",") + "\n" + json.dumps(asdict(change), ensure_ascii=False), nl=False)
            first = False
        else:
            print_change(change)

    with work_progress(show=not as_json) as bar:
        stories = recode_changes(config, tell=tell, progress=bar("coding"))
    if as_json:
        click.echo("[\n]" if first else "\n]")
        return 0
    click.echo(
        f"{config.archive}: {stories} stories read, nothing written; {counts['gained']} rows would be gained, "
        f"{counts['lost']} lost, {counts['label']} labels changed"
    )
    return 0
