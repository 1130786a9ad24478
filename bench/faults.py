"""What faults cost: every one of tests/faults caused many times over, with the stories lost and doubled.

    python -m bench.faults [--times 20] [--only WORD]

The functions are those the tests call with small counts. Each fault is caused to a real ``shiftwatch`` on the demo's
web; after it come two passes: the first must make good, the second find nothing to do, and the archive be whole.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from bench.cost import progress, table
from tests.faults import (
    test_archive_harmed,
    test_at_once,
    test_clock,
    test_disk,
    test_killed,
    test_network,
    test_reader,
    test_settings,
)

# How often each is caused for ``--times 20``: some cause it several times in one go.
FAULTS = (
    (test_killed.killed, 1.0),
    (test_killed.told_to_end, 1.0),
    (test_disk.full_disk, 0.25),
    (test_disk.failing_disk, 1.0),
    (test_disk.failing_while_made, 3.0),
    (test_disk.power_cut, 0.5),
    (test_disk.sent_and_cut, 1.0),
    (test_archive_harmed.harmed, 1.0),
    (test_at_once.crowd, 0.25),
    (test_at_once.locked, 0.25),
    (test_at_once.endless_reader, 0.1),
    (test_clock.clock_jumps, 0.1),
    (test_clock.suspended, 0.25),
    (test_network.no_network, 0.1),
    (test_network.portal, 0.1),
    (test_reader.reader_fails, 0.3),
    (test_settings.broken_settings, 0.6),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20, help="how often the first fault is caused")
    parser.add_argument("--only", default="", help="faults whose function's name holds this word")
    given = parser.parse_args()
    rows = []
    for cause, share in FAULTS:
        if given.only not in cause.__name__:
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="faults-") as place:
            done = cause(Path(place), max(1, round(given.times * share)))
        progress(f"{cause.__name__}: {time.monotonic() - began:.0f} s")
        rows.append((done.fault, done.times, done.lost, done.doubled))
    rows.append(("all", *(sum(row[at] for row in rows) for at in (1, 2, 3))))
    print(table(("fault", "times", "stories lost", "stories doubled"), rows))


if __name__ == "__main__":
    main()
