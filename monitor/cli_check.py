"""``shiftwatch check``: the doctor."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from monitor.cli_options import configuration, shared_options

if TYPE_CHECKING:
    from monitor.checkup import Finding


@click.command()
@click.option("--quick", is_flag=True, help="Only what takes no time: for a health check every minute.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: exit_code and every finding.")
@shared_options
def check(quick: bool, as_json: bool) -> int:
    """Examine the installation: configuration, archive, search index, lock, disk, clock, workers, sources.

    Each finding says what is wrong and what to do. Nothing is changed, and it may be run beside a daemon.

    Exit codes: 0 nothing to do (there may be notes); 1 warnings; 2 configuration; 3 the archive is refused.
    """
    from monitor import checkup
    from monitor.errors import ConfigError
    from monitor.screen import keeping as screen

    try:
        config = configuration()
    except ConfigError as wrong:
        found = [
            checkup.error("configuration", line, "correct it (docs/configuration.md)", exit_code=2)
            for line in str(wrong).splitlines()
        ]
        return _report(found, as_json=as_json)
    from monitor.app_check import examine

    with screen.busy(show=not as_json) as on_check:
        found = examine(checkup.Ground(config=config, now=datetime.now(UTC), quick=quick), on_check=on_check)
    return _report(found, as_json=as_json)


def _report(found: list[Finding], *, as_json: bool) -> int:
    from monitor.checkup import exit_code
    from monitor.screen import keeping as screen

    code = exit_code(found)
    if as_json:
        click.echo(json.dumps({"exit_code": code, "findings": [one.as_json() for one in found]}, indent=2))
    else:
        screen.print_findings(found)
    return code
