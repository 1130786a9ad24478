"""What importing pages costs: Shiftwatch with one worker and two beside bare trafilatura, on the same pages.

    python -m bench.import FILE.warc.gz [--pages 1000] [--memory-pages 10000]

The pages of FILE are repeated under addresses of their own until there are ``--pages`` of them. Bare trafilatura is
``bare_extraction`` on each page's decoded text without storing anything, in one process and in two, which shows what
two cores of this machine can bring at best; Shiftwatch's figures are those of the whole command: WARC reading,
verdict, text with second opinions, dates, names, language, links, filing, search index, matching, coding. What is not
done in the workers bounds what more of them can bring. Every repeated page is a near copy of another, so matching
compares more than it would for pages as they come. ``--memory-pages`` runs a larger import with two workers and
prints resident memory along the way.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit

from bench.cost import children_of, measure, progress, table
from db.captures import CaptureWriter
from db.warc import read_captures
from monitor.model import Capture

DAY = datetime(2026, 11, 1, 12, tzinfo=UTC)
# The pages ``part``, ``part + of``, ... of a WARC file: several processes at once share them.
PEER = """
import json, sys, time
from pathlib import Path
from trafilatura import bare_extraction
from db.warc import read_captures
from monitor.reading.encoding import decode
part, of = int(sys.argv[2]), int(sys.argv[3])
seconds = cpu = pages = 0
for number, record in enumerate(read_captures(Path(sys.argv[1]))):
    if record.capture is not None and number % of == part:
        text = decode(record.capture.body, record.capture.header("content-type"), kind="html")
        began, began_cpu = time.perf_counter(), time.process_time()
        try:
            bare_extraction(text, url=record.capture.url, with_metadata=True)
        except Exception:  # what it cannot read counts as read: it has spent its time on it
            pass
        seconds += time.perf_counter() - began
        cpu += time.process_time() - began_cpu
        pages += 1
print(json.dumps({"seconds": seconds, "cpu": cpu, "pages": pages}))
"""

# The command line, which at its end tells what its own process used; the rest is its workers'.
OURS = """
import resource, sys
from monitor.__main__ import main
try:
    main()
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    print("OWN", used.ru_utime + used.ru_stime, file=sys.stderr)
"""


def html_captures(path: Path) -> list[Capture]:
    """The HTML answers of a WARC file."""
    records = (record.capture for record in read_captures(path))
    return [capture for capture in records if capture is not None and "html" in capture.header("content-type")]


def renamed(captures: list[Capture], count: int) -> Iterator[Capture]:
    """``count`` captures, the given ones over and over, each time under addresses of their own."""
    for number, capture in enumerate(islice(cycle(captures), count)):
        round_ = number // len(captures)
        if round_:
            parts = urlsplit(capture.final_url)
            address = parts._replace(path=f"{parts.path.rstrip('/')}-copy{round_}", query="").geturl()
            # The page must declare its new address too, or it would rightly be taken for the one it copies.
            body = re.sub(re.escape(parts.path.rstrip("/")).encode() + rb"(?=[/\"'?&#<])",
                          f"{parts.path.rstrip('/')}-copy{round_}".encode(), capture.body)  # fmt: skip
            capture = replace(capture, url=address, final_url=address, body=body)
        yield capture


def write_warc(folder: Path, captures: Iterator[Capture]) -> Path:
    """One WARC file of these captures, which are given one day: the writer begins a file each day."""
    writer = CaptureWriter(folder, max_bytes=1 << 40)
    for capture in captures:
        writer.write(replace(capture, fetched_at=DAY))
    writer.close()
    return next(iter(folder.glob("*.warc.gz")))


def resident(pid: int) -> float:
    """Resident MB of a process and its children."""
    total = 0.0
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        try:
            status = Path(f"/proc/{one}/status").read_text()
        except OSError:
            continue
        found = re.search(r"VmRSS:\s+(\d+)", status)
        total += int(found[1]) / 1024 if found else 0
        waiting += children_of(one)
    return total


def memory_run(warc: Path, folder: Path) -> list[float]:
    """Resident MB (command and workers) sampled every second during an import with two workers."""
    command = [sys.executable, "-m", "monitor", "import", str(warc), "--archive", str(folder / "memory.db"), "--json"]
    samples: list[float] = []
    process = subprocess.Popen([*command, "--workers", "2"], stdout=subprocess.DEVNULL)
    done = threading.Event()

    def watch() -> None:
        while not done.wait(1.0):
            samples.append(resident(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = process.wait()
    done.set()
    watcher.join()
    if code:
        raise RuntimeError(f"import ended with {code}")
    return samples


def bare(warc: Path, processes: int) -> tuple[float, float, float]:
    """Bare trafilatura in that many processes at once: pages a second, CPU seconds a page, peak MB of the largest."""
    with ThreadPoolExecutor(processes) as threads:
        costs = list(
            threads.map(
                lambda part: measure([sys.executable, "-c", PEER, str(warc), str(part), str(processes)]),
                range(processes),
            )
        )
    told = [json.loads(cost.output) for cost in costs]
    pages = sum(one["pages"] for one in told)
    slowest = max(one["seconds"] for one in told)
    return pages / slowest, sum(one["cpu"] for one in told) / pages, max(cost.peak for cost in costs)


def main() -> None:
    """Run the import both ways and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--memory-pages", type=int, default=0)
    options = parser.parse_args()
    captures = html_captures(options.file)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        progress(f"{len(captures)} HTML pages, repeated to {options.pages}")
        warc = write_warc(folder / "warc", renamed(captures, options.pages))
        rows: list[list[object]] = []
        bare_rate = 0.0
        for processes in (1, 2):
            rate, cpu, peak = bare(warc, processes)
            progress(f"bare trafilatura in {processes} process(es) done")
            bare_rate = bare_rate or rate
            rows.append(
                [f"bare trafilatura, {processes} process(es)", rate, 1000 * cpu, "-", peak,
                 f"{rate / bare_rate:.2f}x", f"{rate / bare_rate:.2f}x"]
            )  # fmt: skip
        one_rate = 0.0
        for workers in (1, 2):
            ours = measure(
                [sys.executable, "-c", OURS, "import", str(warc), "--archive", str(folder / f"{workers}.db"),
                 "--workers", str(workers), "--json"],
            )  # fmt: skip
            own = float(next(line for line in ours.errors.splitlines() if line.startswith("OWN ")).split()[1])
            progress(f"shiftwatch with {workers} worker(s) done in {ours.wall:.0f} s")
            rate = options.pages / ours.wall
            one_rate = one_rate or rate
            rows.append(
                [f"shiftwatch import, {workers} worker(s)", rate, 1000 * ours.cpu / options.pages,
                 1000 * own / options.pages, ours.peak, f"{rate / bare_rate:.2f}x", f"{rate / one_rate:.2f}x"]
            )  # fmt: skip
        headings = ["", "pages/s", "CPU ms/page", "not in workers", "peak MB", "of bare", "of 1"]
        print(f"{options.pages} pages ({len(captures)} different ones) on {multiprocessing.cpu_count()} cores")
        print(table(headings, rows))
        if options.memory_pages:
            large = write_warc(folder / "large", renamed(captures, options.memory_pages))
            samples = memory_run(large, folder)
            marks = [samples[min(len(samples) - 1, len(samples) * tenth // 10)] for tenth in range(1, 11)]
            print(
                f"{options.memory_pages} pages, resident MB at each tenth: {', '.join(f'{mark:.0f}' for mark in marks)}"
            )


if __name__ == "__main__":
    main()
