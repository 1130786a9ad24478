"""``shiftwatch judge``: what a person says of a row of the table of shifts, kept beside what the machine says."""

from __future__ import annotations

import getpass
import json
import os
from typing import Any

import click

from monitor.cli_options import configuration, shared_options

VERDICTS = ("accept", "reject", "fix")


@click.command()
@click.argument("shift", required=False, type=click.IntRange(1, 2**63 - 1), metavar="[ID]")
@click.argument("verdict", required=False, type=click.Choice(VERDICTS))
@click.option("--slot", "slots", multiple=True, metavar="NAME=VALUE", help="With fix: what the slot should say.")
@click.option("--coder", metavar="NAME", help="Who judges (default: $SHIFTWATCH_CODER, else your login).")
@click.option("--reason", default="", help="Why, in your words.")
@click.option("--list", "listing", is_flag=True, help="List the judgements, of shift ID or all, of --coder or all.")
@click.option("--gold", is_flag=True, help="With --list: as lines of a gold file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@shared_options
def judge(
    shift: int | None,
    verdict: str | None,
    slots: tuple[str, ...],
    coder: str | None,
    reason: str,
    listing: bool,
    gold: bool,
    as_json: bool,
) -> int:
    """Say what you think of a shift: accept, reject or fix it (ID is its row's in `shiftwatch shifts`).

    The machine's row stays; yours is kept beside it with your name, the time and the reason, outlasts coding anew, and
    is what lists and exports show. Judge again to change your mind. An empty value (--slot origin=) means "not said".

    \b
    shiftwatch judge 12 accept
    shiftwatch judge 12 reject --reason "one named person's transfer"
    shiftwatch judge 12 fix --slot status=blocked --slot quantity_high=200
    shiftwatch judge --list
    """
    if listing or gold:
        if verdict is not None:
            raise click.UsageError("--list takes an id at most")
        return _list(shift, coder or "", gold=gold, as_json=as_json)
    if shift is None or verdict is None:
        raise click.UsageError(f"expected the id of a shift and one of {', '.join(VERDICTS)}; or --list")
    if bool(slots) != (verdict == "fix"):
        raise click.UsageError(
            "fix needs at least one --slot NAME=VALUE" if verdict == "fix" else f"--slot goes with fix, not {verdict}"
        )
    from monitor.app_codebook import judge_shift

    name = (coder or os.environ.get("SHIFTWATCH_CODER", "") or _login()).strip()
    if not name:
        raise click.UsageError("who judges? give --coder NAME")
    row = judge_shift(configuration(), shift, verdict, slots=slots, coder=name[:100], reason=reason[:1_000])
    if as_json:
        click.echo(json.dumps(row, indent=2, ensure_ascii=False))
    else:
        what = {"accept": "accepted", "reject": "rejected", "fix": "fixed"}[verdict]
        said = ", ".join(f"{slot} = {value}" for slot, value in row["fixed"].items())
        click.echo(f"shift {shift} {what} by {row['coder']}{': ' + said if said else ''}")
    return 0


def _list(shift: int | None, coder: str, *, gold: bool, as_json: bool) -> int:
    from monitor.app_parts import reading_archive

    with reading_archive(configuration()) as archive:
        rows: list[dict[str, Any]] = archive.judgements(shift, coder=coder, last=gold, leading=gold)
    if gold:
        from monitor.judging import gold_lines

        for line in gold_lines(rows):
            click.echo(json.dumps(line))
    elif as_json:
        from monitor.screen.tables import print_json_array

        print_json_array(rows)
    else:
        from monitor.screen.judgements import print_judgements

        print_judgements(rows)
    return 0


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        return f"user {os.getuid()}"
