"""What coding a whole archive anew costs: `shiftwatch recode` on an archive of many stories, with its memory.

    python -m bench.recode FILE.warc.gz [--stories 100000] [--folder DIR]

The stories of FILE are imported once and then repeated, each with another number put before its text and another day of
publication within two years, until there are ``--stories`` of them: real texts, of which as many tell of shifts as in
FILE, though every event has as many mentions as there are repetitions near its day. Timed is the whole command, its
start included: reading, coding in one worker a core, filing, grouping into events; ms are CPU time a story. A second
run, which finds nothing changed, is what an upgrade that changes little costs.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bench.cost import children_of, table

_COLUMNS = "source, kind, first_seen_at, last_seen_at, language, text_from, title"


def fill(archive: Path, count: int) -> int:
    """Repeat the archive's stories until there are ``count``; gives how many there are."""
    with contextlib.closing(sqlite3.connect(archive)) as db:
        had = int(db.execute("SELECT count(*) FROM stories").fetchone()[0])
        rounds = -(-count // had) - 1
        db.execute("BEGIN")
        for number in range(1, rounds + 1):
            db.execute(
                f"INSERT INTO stories (url, domain, published_at, {_COLUMNS}, text)"
                f" SELECT url || '?copy=' || ?1, domain, date('2024-01-01', ((id * 31 + ?1 * 7) % 730) || ' days'),"
                f" {_COLUMNS}, ?1 || '. ' || text FROM stories WHERE id <= ?2",
                (number, had),
            )
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return int(db.execute("SELECT count(*) FROM stories").fetchone()[0])


def resident(pid: int) -> dict[str, int]:
    """Megabytes held by a process and, together, by its descendants."""
    kept = {"parent": _megabytes(pid), "workers": 0}
    waiting = children_of(pid)
    while waiting:
        child = waiting.pop()
        kept["workers"] += _megabytes(child)
        waiting += children_of(child)
    return kept


def _megabytes(pid: int) -> int:
    with contextlib.suppress(OSError, AttributeError):
        found = re.search(r"^RssAnon:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
        return int(found[1]) // 1024 if found else 0
    return 0


def spent(pid: int) -> dict[int, float]:
    """Seconds of CPU time that a process and each of its descendants have used so far, by process."""
    found: dict[int, float] = {}
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        with contextlib.suppress(OSError, IndexError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            found[one] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        waiting += children_of(one)
    return found


def timed(archive: Path, *arguments: str) -> tuple[float, dict[str, int], dict[str, float], str]:
    """Seconds, peak megabytes and CPU seconds (parent, all workers) and output of a command."""
    began = time.perf_counter()
    running = subprocess.Popen(
        [sys.executable, "-m", "monitor", *arguments, "--archive", str(archive)], stdout=subprocess.PIPE, text=True
    )
    peak = {"parent": 0, "workers": 0}
    cpu: dict[int, float] = {}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            for name, megabytes in resident(running.pid).items():
                peak[name] = max(peak[name], megabytes)
            cpu.update(spent(running.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    out, _ = running.communicate()
    done.set()
    watcher.join()
    own = cpu.pop(running.pid, 0.0)
    return time.perf_counter() - began, peak, {"parent": own, "workers": sum(cpu.values())}, out


@contextlib.contextmanager
def somewhere(folder: Path | None) -> Iterator[Path]:
    """The folder given, or one that is removed afterwards."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="recode-") as made:
        yield Path(made)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("warc", type=Path)
    parser.add_argument("--stories", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with somewhere(given.folder) as folder:
        archive = folder / "recode.db"
        subprocess.run(
            [sys.executable, "-m", "monitor", "import", str(given.warc), "--archive", str(archive), "--json"],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        count = fill(archive, given.stories)
        rows = []
        for name, arguments in (
            ("recode, nothing coded yet", ("recode", "--json")),
            ("recode again, nothing changes", ("recode", "--json")),
        ):
            seconds, peak, cpu, out = timed(archive, *arguments)
            told = json.loads(out)
            rows.append(
                [
                    name, f"{count:,}", f"{seconds:.0f}", f"{count / seconds:.0f}",
                    *(f"{1000 * cpu[who] / count:.2f}" for who in ("parent", "workers")),
                    str(peak["parent"]), str(peak["workers"]),
                    f"{told['shifts']:,}", f"{told['events']:,}", f"{told['tags']:,}",
                ]
            )  # fmt: skip
        heads = ("", "stories", "s", "stories/s", "ms parent", "ms workers", "MB parent", "MB workers",
                 "shifts", "events", "tags")  # fmt: skip
        print(table(heads, rows))
        print(f"cores: {len(os.sched_getaffinity(0))}; archive: {archive.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
