"""What the daemon bears: thousands of channels due at once; and what it costs when nearly nothing is.

    python -m bench.service load [--channels 5000]   every channel due at once, each on its own host, default manners
    python -m bench.service idle [--minutes 5]       the six sites of the demo's web, long after the first pass

Hosts are addresses of 127.0.0.0/8, so each has its own robots.txt, line and pause of two seconds. ``load`` runs the
daemon twice on one archive: first everything is new (20 stories a feed), then everything is due again and answers 304.
Loop latency is how late the loop comes round to a task that sleeps 20 ms; memory is that of the daemon and its workers
together (proportional set size, sampled every half second). The server runs on the same machine and is not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bench.cost import progress, table
from bench.poll import feed, wait_for
from monitor.demo.server import serve
from monitor.demo.web import DemoWeb

WATCHED = """
import asyncio, json, sys
from monitor import app_service
from monitor.cli import main
late, kept, own, told, probing = [], [], app_service.chores, sys.argv.pop(), sys.argv.pop() == "probe"
async def probe():
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        await asyncio.sleep(0.02)
        late.append(loop.time() - began - 0.02)
def chores(room):
    if probing:
        kept.append(asyncio.get_running_loop().create_task(probe()))
    return own(room)
app_service.chores = chores
try:
    main()
finally:
    with open(told, "w") as file:
        json.dump(late, file)
"""
OFF = "".join(
    f"[sources.{id}]\nenabled = false\n"
    for id in ("cbp", "cnn", "pewresearch", "migrationpolicy", "redstate", "ahblicklive")
)
LATE = (50, 99, 100)  # percentiles
HERTZ = os.sysconf("SC_CLK_TCK")


def serve_feeds(port: int) -> None:
    """Answer every host of 127.0.0.0/8 with the feed of its number, or 304; no robots.txt."""
    from aiohttp import web

    async def get(request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        etag = f'"{number}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=feed(number, 1), headers={"ETag": etag, "Content-Type": "application/rss+xml"})

    app = web.Application()
    app.router.add_get("/feed/{number}", get)
    web.run_app(app, host="0.0.0.0", port=port, print=lambda _: None, access_log=None, backlog=4096)


def host(number: int) -> str:
    """The ``number``-th host: 127.1.0.1 and so on."""
    return f"127.{1 + number // 62_500}.{number // 250 % 250}.{1 + number % 250}"


def configuration(folder: Path, channels: int, port: int) -> Path:
    """A shiftwatch.toml with as many sources; everything else as it is by default."""
    lines = [
        '[archive]\ncaptures = ""',
        '[network]\nallow_private = ["127.0.0.0/8"]\ncontact = "bench@example.org"',
        OFF,
    ]
    lines += [
        f'[sources.f{number}]\nname = "Feed {number}"\ndomain = "site{number}.example"\nkind = "outlet"\n'
        f'articles = "feed"\nchannels = [{{ kind = "feed", url = "http://{host(number)}:{port}/feed/{number}" }}]'
        for number in range(channels)
    ]
    path = folder / "shiftwatch.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    found = [pid]
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child))
    return found


def megabytes(pid: int) -> float:
    """The proportional set size of a process and its descendants."""
    total = 0
    for one in family(pid):
        with contextlib.suppress(OSError):
            found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{one}/smaps_rollup").read_text(), re.MULTILINE)
            total += int(found[1]) if found else 0
    return total / 1024


def cpu_seconds(pid: int) -> float:
    """What a process and its living descendants have used, and what those that ended had."""
    total = 0
    for one in family(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15] if one == pid else fields[11:13]))
    return total / HERTZ


def ask(path: Path, sql: str, *values: object) -> int:
    """One number from the archive; 0 while there is none."""
    with contextlib.suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return int(db.execute(sql, values).fetchone()[0] or 0)
    return 0


class Daemon:
    """A daemon under watch."""

    def __init__(self, config: Path, *, probe: bool = True) -> None:
        self.late = config.with_name("late.json")
        self.peak = 0.0
        self.process = subprocess.Popen(
            [sys.executable, "-c", WATCHED, "run", "--config", str(config), "probe" if probe else "-", str(self.late)],
            stderr=(config.with_name("daemon.log")).open("w"),
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
        )
        self._over = threading.Event()
        threading.Thread(target=self._sample, daemon=True).start()

    def _sample(self) -> None:
        while not self._over.wait(0.5):
            self.peak = max(self.peak, megabytes(self.process.pid))

    def end(self) -> list[float]:
        """Stop it; gives how late the loop came round each time, sorted, in milliseconds."""
        self._over.set()
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        if code:
            raise RuntimeError(f"the daemon ended with {code}: {self.late.with_name('daemon.log').read_text()[-2000:]}")
        progress(f"ended within {time.monotonic() - began:.1f} s")
        return sorted(1000 * one for one in json.loads(self.late.read_text()))


def load(options: argparse.Namespace) -> None:
    """Everything due at once, twice."""
    rows = []
    for channels in options.channels:
        with tempfile.TemporaryDirectory() as name:
            config, archive = configuration(Path(name), channels, options.port), Path(name) / "shiftwatch.db"
            for what, outcome in (("all new", "changed"), ("304", "unchanged")):
                progress(f"{channels} channels: {what}")
                daemon = Daemon(config)
                began, done = time.monotonic(), 0
                while done < channels:
                    time.sleep(0.5)
                    done = ask(archive, "SELECT count(*) FROM polls WHERE outcome = ?", outcome)
                    if time.monotonic() - began > 1800 or daemon.process.poll() is not None:
                        raise RuntimeError(f"only {done} polled: {(Path(name) / 'daemon.log').read_text()[-2000:]}")
                wall, cpu = time.monotonic() - began, cpu_seconds(daemon.process.pid)
                late = daemon.end()
                rows.append(
                    [f"{channels:,}, {what}", f"{wall:.0f}", f"{cpu:.0f}", *(f"{q(late, at):.0f}" for at in LATE),
                     f"{daemon.peak:.0f}", ask(archive, "SELECT count(*) FROM stories")]
                )  # fmt: skip
                with closing(sqlite3.connect(archive)) as db, db:
                    db.execute("UPDATE channels SET next_poll_at = NULL")
    print("every channel due at once, each on its own host, default manners; the server shares both cores")
    print(table(["channels", "s", "CPU s", "late ms p50", "p99", "max", "MB", "stories"], rows))


def q(ordered: list[float], percent: float) -> float:
    """A percentile of sorted values."""
    return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)]


def idle(options: argparse.Namespace) -> None:
    """The six demo sites after their first pass."""
    from tests.commands import configuration as demo_configuration

    async def main() -> None:
        async with serve(DemoWeb(datetime.now(UTC)), slow=0) as served:
            with tempfile.TemporaryDirectory() as name:
                daemon = Daemon(demo_configuration(Path(name), served.sources, served.allow_private), probe=False)
                await asyncio.sleep(420)  # the first pass, matching, and until the workers are let go
                before = cpu_seconds(daemon.process.pid)
                await asyncio.sleep(60 * options.minutes)
                spent = cpu_seconds(daemon.process.pid) - before
                memory = megabytes(daemon.process.pid)
                polls = ask(Path(name) / "shiftwatch.db", "SELECT count(*) FROM polls")
                await asyncio.to_thread(daemon.end)
        hour = spent * 60 / options.minutes
        print(f"six sources, {options.minutes:g} min measured after seven ({polls} polls so far):")
        print(f"{spent:.2f} CPU s, so {hour:.1f} CPU s an hour ({hour / 36:.2f} % of a core); {memory:.0f} MB")

    asyncio.run(main())


def main() -> None:
    """Run one of the two."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["load", "idle"])
    parser.add_argument("--channels", type=int, nargs="+", default=[5000, 10_000])
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--port", type=int, default=18090)
    options = parser.parse_args()
    if options.what == "idle":
        idle(options)
        return
    server = multiprocessing.Process(target=serve_feeds, args=(options.port,), daemon=True)
    server.start()
    try:
        wait_for(options.port)
        load(options)
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
