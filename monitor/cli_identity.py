"""Identity on the command line: matching everything anew, and what a person decides against or beside the machine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import click

from monitor.cli_options import configuration, shared_options
from monitor.screen.progress import work_progress


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@shared_options
def rematch(as_json: bool) -> int:
    """Match all stories anew: copies, updates, coverage of releases, credits, kinds of edits.

    Needed only after an upgrade that matches better. What was split or merged by hand stays so. May be interrupted:
    the next run, or the next collect, goes on.
    """
    from monitor.app_matching import rematch_all

    config = configuration()
    with work_progress(show=not as_json) as bar:
        done = rematch_all(config, progress=bar("matching"))
    if as_json:
        click.echo(json.dumps(asdict(done)))
        return 0
    click.echo(
        f"{config.archive}: {done.stories} stories matched; {done.copies} copies in {done.groups} groups, "
        f"{done.updates} updates, {done.coverage} links to releases"
        + ("; stopped before the end, the next run goes on" if done.stopped else "")
    )
    return 0


def by_hand(words: Sequence[str]) -> str | None:
    """Do what ``split ID`` or ``merge ID OTHER`` says and give what to tell; None when ``words`` are a search.

    Only the bare word followed by nothing but numbers is a command, so a search for "split" among others stays one.
    """
    command, numbers = (words[0], words[1:]) if words else ("", ())
    if command not in ("split", "merge") or not all(number.isascii() and number.isdigit() for number in numbers):
        return None
    if len(numbers) != (1 if command == "split" else 2):
        raise click.UsageError(
            f"stories {command} takes {'one id' if command == 'split' else 'two ids'}; "
            f"to search for the word write '\"{command}\"'"
        )
    from monitor.app_matching import merge_stories, split_story

    config = configuration()
    if command == "split":
        others = split_story(config, int(numbers[0]))
        return f"story {numbers[0]} counts as one no more with {', '.join(map(str, sorted(others)))}; remembered"
    merge_stories(config, int(numbers[0]), int(numbers[1]))
    return f"stories {numbers[0]} and {numbers[1]} count as one; remembered"
