"""A month unattended, in minutes: sources of every temper on loopback, the daemon's code, and a clock that is moved.

    python -m bench.soak [--days 30] [--sources 300] [--step 20]

The real part: ``monitor.service.Service`` over the open newsroom with its chores, HTTP over loopback (each source a
host of its own), workers, archive, captures, and retention of seven days. What is simulated is the time: the newsroom
asks a clock that stands still while anything is due or under way and is then moved on by ``--step`` minutes. So chores
are asked about after each step but run no more often than hourly (pruning: every six hours, as always), the budget of
looks at known pages is given anew every fifth of a second, the pause between requests to a host is 0, and lateness
below one step cannot be told from none. Publishing ends with the last day; the clock then goes on for two days, in
which every source is polled again, before stories published and stories filed are compared, address by address.

Memory is resident MB of the daemon's process, which here holds this script as well, and of its workers; the server runs
in a process of its own and is not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import multiprocessing
import os
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.cost import progress, table
from bench.poll import wait_for
from bench.service import OFF, family, host
from bench.soak_web import DAY, START, TEMPERS, address, published, serve, tempers
from monitor import service as service_module
from monitor.app_service import DaemonRoom, chores
from monitor.books import book
from monitor.config import Config, loads
from monitor.newsroom import Work, look_through
from monitor.service import Chore, Service

HOUR = timedelta(hours=1)
STUCK = 120.0  # real seconds in which what is due at a moment must be done
TICK = timedelta(milliseconds=20)
PAGE = os.sysconf("SC_PAGE_SIZE")


class MovedClock:
    """The simulated time, shared with the server's process."""

    def __init__(self) -> None:
        self.shared = multiprocessing.Value("d", START.timestamp())

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.shared.value, UTC)

    def move(self, by: timedelta) -> None:
        self.shared.value += by.total_seconds()


class WatchedRoom(DaemonRoom):
    """The daemon's newsroom, which notes when it was last asked what is due and how late sources were taken up."""

    asked: tuple[datetime, frozenset[str]] = (START - DAY, frozenset())

    async def due(self, now: datetime) -> list[tuple[str, bool]]:
        found = await super().due(now)
        self.asked = now, frozenset(source for source, known_alone in found if not known_alone)
        return found

    async def work_of(self, source: str, now: datetime) -> Work:
        work = await super().work_of(source, now)
        for memory in work.channels:
            if memory.next_poll_at is not None and memory.next_poll_at <= now:
                self.late[source] = max(self.late.get(source, timedelta(0)), now - memory.next_poll_at)
        return work

    late: dict[str, timedelta]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How the daemon stood at the end of a day. Sizes in bytes; ``log`` is the WAL's largest since the last sample."""

    day: float
    wall: float
    stories: int
    polls: int
    resident: int
    workers: int
    files: int
    archive: int
    log: int
    captures: int


@dataclass(slots=True, kw_only=True)
class Soaked:
    """What a run came to; by temper where it is counted so."""

    samples: list[Sample] = field(default_factory=list)
    sources: Counter[str] = field(default_factory=Counter)
    polls: Counter[str] = field(default_factory=Counter)
    published: Counter[str] = field(default_factory=Counter)
    filed: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    doubled: Counter[str] = field(default_factory=Counter)
    strangers: int = 0
    edits: int = 0
    edits_kept: int = 0
    late: dict[str, timedelta] = field(default_factory=dict)
    overdue: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    integrity: str = ""


def configuration(folder: Path, names: list[str], port: int) -> Config:
    """A configuration with these sources; no pause between requests to a host."""
    lines = [
        '[network]\nallow_private = ["127.0.0.0/8"]\ncontact = "bench@example.org"\ndelay = "0s"',
        '[retention]\ncaptures = "7d"\npolls = "7d"\nlooks = "7d"',
        OFF,
    ]
    for number, name in enumerate(names):
        temper = TEMPERS[name]
        site = f"http://{host(number)}:{port}"
        lines.append(
            f'[sources.s{number}]\nname = "Source {number}"\ndomain = "site{number}.example"\nkind = "outlet"\n'
            f'articles = "{temper.articles}"\nhome = "{site}/"\n'
            f'channels = [{{ kind = "feed", every = "{temper.every}", url = "{site}/feed/{number}" }}]'
        )
    return loads("\n".join(lines), name="soak.toml", folder=folder, env={})


def spread(chore: Chore, clock: MovedClock) -> Chore:
    """The chore, asked about often in real time and run when its time has come in simulated time."""
    last = [START - DAY]

    async def run() -> None:
        if clock.now() - last[0] >= max(chore.every, HOUR):
            last[0] = clock.now()
            await chore.run()

    return Chore(name=chore.name, every=timedelta(milliseconds=100), run=run)


class Errors(logging.Handler):
    """Keeps what is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class Watch:
    """Takes samples of this process, its workers and the archive."""

    def __init__(self, config: Config, server: int) -> None:
        self._config = config
        self._server = server
        self._began = time.monotonic()
        self._log = 0
        self.log_file = config.archive.with_name(config.archive.name + "-wal")

    def look(self) -> None:
        """Note how large the log is now."""
        if self.log_file.exists():
            self._log = max(self._log, self.log_file.stat().st_size)

    def sample(self, day: float) -> Sample:
        """How things stand now."""
        self.look()
        own = os.getpid()
        gc.collect()
        with closing(sqlite3.connect(f"file:{self._config.archive}?mode=ro", uri=True)) as db:
            stories = db.execute("SELECT count(*) FROM stories").fetchone()[0]
            polls = db.execute("SELECT max(id) FROM polls").fetchone()[0]
        folder = self._config.captures
        found = Sample(
            day=day,
            wall=time.monotonic() - self._began,
            stories=stories,
            polls=polls or 0,
            resident=_resident(own),
            workers=sum(map(_resident, set(family(own)) - {own, self._server})),
            files=sum(1 for _ in Path("/proc/self/fd").iterdir()),
            archive=self._config.archive.stat().st_size,
            log=self._log,
            captures=sum(one.stat().st_size for one in folder.iterdir()) if folder and folder.exists() else 0,
        )
        self._log = 0
        return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0


async def settle(room: WatchedRoom, service: Service, clock: MovedClock) -> None:
    """Until nothing is due or under way at this moment. Raises RuntimeError naming the sources if it never is."""
    began = time.monotonic()
    while room.asked[0] != clock.now() or room.asked[1] or service.busy:
        await asyncio.sleep(0.005)
        if time.monotonic() - began > STUCK:
            raise RuntimeError(f"at {clock.now()}: {service.busy} under way, due {sorted(room.asked[1])}")


async def live(config: Config, clock: MovedClock, days: float, step: timedelta, watch: Watch, soaked: Soaked) -> None:
    """Run the daemon through the days and two more."""
    service_module.RECHECKS_EVERY = timedelta(seconds=0.2)
    async with AsyncExitStack() as stack:
        room = await WatchedRoom.open(stack, config, clock=clock, secrets={}, codebook=book(config.codebook))
        room.late = {}
        room.load = lambda: config
        service = Service(room, [spread(chore, clock) for chore in chores(room)], tick=TICK)
        running = asyncio.create_task(service.run())
        every = DAY * max(days / 10, 0.25)
        following = START + every
        try:
            while not running.done():
                await settle(room, service, clock)
                watch.look()
                day = (clock.now() - START) / DAY
                if clock.now() >= following and day <= days + 0.01:
                    following += every
                    soaked.samples.append(watch.sample(day))
                    progress(f"day {day:.1f}: {soaked.samples[-1].stories} stories, {soaked.samples[-1].wall:.0f} s")
                if day >= days + 2:
                    break
                clock.move(step)
            while await room.filer.call(room.archive.unfinished):
                await asyncio.sleep(0.05)
            # Long enough ago that a whole step has gone by since: starved, since nothing else is due.
            for source, slots in (await room.filer.call(room.archive.schedule)).items():
                if look_through(slots, clock.now() - step)[0]:
                    soaked.overdue.append(source)
        finally:
            service.stop()
            await running
        soaked.late = room.late


def compare(config: Config, names: list[str], port: int, days: float, soaked: Soaked) -> None:
    """What was published against what is in the archive."""
    with closing(sqlite3.connect(config.archive)) as db:
        rows = db.execute("SELECT url, source, title, version FROM stories").fetchall()
        asked = dict(db.execute("SELECT c.source, max(c.last_poll_at) FROM channels c GROUP BY c.source").fetchall())
        soaked.integrity = db.execute("PRAGMA integrity_check").fetchone()[0]
    by_address: dict[str, Any] = {row[0]: row for row in rows}
    titles = Counter((source, title) for _, source, title, _ in rows)
    expected = 0
    for number, name in enumerate(names):
        items = published(number, name, days)
        listed = [one for one in items if one.at <= START][-TEMPERS[name].listed :]
        items = listed + [one for one in items if one.at > START]
        soaked.sources[name] += 1
        soaked.published[name] += len(items)
        for one in items:
            row = by_address.get(address(number, port, one.number))
            expected += row is not None
            soaked.filed[name] += row is not None
            soaked.lost[name] += row is None
            soaked.doubled[name] += titles[f"s{number}", f"Report {one.number} of source {number}"] > 1
            if one.edited is not None and one.edited > START and row is not None:
                soaked.edits += one.at > START
                soaked.edits_kept += one.at > START and row[3] == 2
        if not asked.get(f"s{number}"):
            soaked.overdue.append(f"s{number}")
    soaked.strangers = len(rows) - expected


def soak(folder: Path, *, days: float, sources: int, step: timedelta, port: int) -> Soaked:
    """Run it all in ``folder``."""
    names = tempers(sources)
    clock, soaked, errors = MovedClock(), Soaked(), Errors()
    config = configuration(folder, names, port)
    server = multiprocessing.get_context("fork").Process(
        target=serve, args=(port, sources, days, clock.now), daemon=True
    )
    server.start()
    logging.getLogger("shiftwatch").addHandler(errors)
    usual = service_module.RECHECKS_EVERY
    try:
        wait_for(port)
        assert server.pid is not None
        asyncio.run(live(config, clock, days, step, Watch(config, server.pid), soaked))
    finally:
        service_module.RECHECKS_EVERY = usual
        logging.getLogger("shiftwatch").removeHandler(errors)
        server.terminate()
        server.join()
    soaked.errors = errors.lines
    compare(config, names, port, days, soaked)
    return soaked


def report(soaked: Soaked, step: timedelta, names: list[str]) -> None:
    """Print the tables."""
    mega = 1024 * 1024
    rows: list[list[object]] = [
        [f"{one.day:.1f}", f"{one.wall:.0f}", one.polls, one.stories, f"{one.resident / mega:.0f}",
         f"{one.workers / mega:.0f}", one.files, f"{one.archive / mega:.1f}",
         f"{one.archive / max(one.stories, 1) / 1024:.1f}", f"{one.log / mega:.1f}", f"{one.captures / mega:.2f}"]
        for one in soaked.samples
    ]  # fmt: skip
    heads = ["day", "s", "polls", "stories", "MB", "workers", "files", "archive", "KB/story", "WAL", "captures"]
    print(table(heads, rows))
    print()
    by_temper: dict[str, timedelta] = {}
    for source, late in soaked.late.items():
        name = names[int(source[1:])]
        by_temper[name] = max(by_temper.get(name, timedelta(0)), late)
    print(table(
        ["temper", "sources", "late min", "published", "filed", "lost", "doubled"],
        [[name, soaked.sources[name], f"{by_temper.get(name, timedelta(0)) / timedelta(minutes=1):.0f}",
          soaked.published[name], soaked.filed[name], soaked.lost[name], soaked.doubled[name]]
         for name in TEMPERS if soaked.sources[name]],
    ))  # fmt: skip
    print()
    print(f"clock moved {step / timedelta(minutes=1):g} min at a time; overdue at the end: {len(soaked.overdue)}")
    print(f"edits made {soaked.edits}, kept as a second version {soaked.edits_kept}; strangers {soaked.strangers}")
    warm = soaked.samples[len(soaked.samples) // 3 :]
    if len(warm) > 1:
        resident = [one.resident for one in warm]
        files = [one.files for one in warm]
        print(
            f"after warm-up (day {warm[0].day:.1f}): memory {100 * (max(resident) / resident[0] - 1):+.1f} % at most, "
            f"{100 * (resident[-1] / resident[0] - 1):+.1f} % at the end; open files {min(files)} to {max(files)}"
        )
    print(f"integrity_check: {soaked.integrity}; errors logged: {len(soaked.errors)}")
    for line in soaked.errors[:5]:
        print(f"    {line}")


def main() -> None:
    """Run it and print what it came to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--sources", type=int, default=300)
    parser.add_argument("--step", type=float, default=20, help="simulated minutes the clock is moved at a time")
    parser.add_argument("--port", type=int, default=18093)
    options = parser.parse_args()
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    step = timedelta(minutes=options.step)
    with tempfile.TemporaryDirectory() as name:
        soaked = soak(Path(name), days=options.days, sources=options.sources, step=step, port=options.port)
    report(soaked, step, tempers(options.sources))


if __name__ == "__main__":
    main()
