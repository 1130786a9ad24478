"""A folder with the demo's six sites, what is done to it, and the account of stories lost and doubled afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.demo.server import Served
from monitor.demo.web import DemoWeb
from tests.commands import Ran, configuration, served_in_thread, shiftwatch
from tests.db.filed import sound

ROOT = Path(__file__).parents[2]
SITES = ("cbp", "pewresearch", "redstate")  # those all of whose channels answer 304 when nothing is new
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Injected:
    """A fault, how often it was caused, and the stories it cost or doubled."""

    fault: str
    times: int
    lost: int = 0
    doubled: int = 0


@dataclass(frozen=True, slots=True)
class Folder:
    """Where one Shiftwatch works; ``path`` is its archive."""

    at: Path
    web: DemoWeb

    @property
    def path(self) -> Path:
        return self.at / "shiftwatch.db"

    def run(self, *arguments: str | Path, **env: str) -> Ran:
        return shiftwatch(*arguments, cwd=self.at, **env)

    def start(self, *arguments: str, **env: str) -> subprocess.Popen[str]:
        """``shiftwatch`` in a session of its own, not waited for; what it says goes to ``said``."""
        with (self.at / "said").open("w") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "monitor", *arguments],
                cwd=self.at, env={**ENV, **env}, stdout=said, stderr=said, text=True, start_new_session=True,
            )  # fmt: skip

    @property
    def said(self) -> str:
        return (self.at / "said").read_text("utf-8")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchall()

    def filed(self) -> int:
        """How many stories there are; 0 as long as there is no archive."""
        with contextlib.suppress(sqlite3.Error):
            return int(self.rows("SELECT count(*) FROM stories")[0][0])
        return 0

    def clean(self, *, versions: int = 1) -> tuple[int, int]:
        """Two passes after a fault: the first makes good, the second finds nothing to do. Gives (lost, doubled)."""
        first = self.run("collect", "--force")
        assert first.code == 0, first.err
        second = self.run("collect", "--force", "--json")
        assert second.code == 0, second.err
        assert [(one["new"], one["changed"], one["pages"]) for one in second.json["sources"]] == [(0, 0, 0)] * len(
            SITES
        )
        return self.account(versions=versions)

    def account(self, *, versions: int = 1) -> tuple[int, int]:
        """Stories lost and doubled, in an archive that is whole; a story without its page's text counts as lost."""
        sound(self.path)
        assert self.rows(f"SELECT count(*) FROM versions WHERE number > {versions}") == [(0,)], "nothing was changed"
        told = Counter(story.title for story in self.web.announced() if story.site in SITES)
        found = Counter(title for (title,) in self.rows("SELECT title FROM stories WHERE text_from <> 'lead'"))
        every = Counter(title for (title,) in self.rows("SELECT title FROM stories"))
        return (told - found).total(), (every - told).total()


@contextlib.contextmanager
def watched(web: DemoWeb | None = None) -> Iterator[tuple[DemoWeb, Served]]:
    """The demo's web, served."""
    web = web or DemoWeb(datetime.now(UTC), padding=2_000)
    with served_in_thread(web) as served:
        yield web, served


def folder(parent: Path, web: DemoWeb, served: Served) -> Folder:
    """A new folder below ``parent`` with a configuration and no archive yet."""
    at = Path(tempfile.mkdtemp(dir=parent))
    configuration(at, tuple(source for source in served.sources if source.id in SITES), served.allow_private)
    return Folder(at, web)


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def left(session: int) -> set[int]:
    """The processes of a session that live."""
    found = set()
    for one in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            fields = (one / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                found.add(int(one.name))
    return found


def kill(process: subprocess.Popen[str]) -> None:
    """SIGKILL, to it alone: its workers must find out by themselves."""
    process.send_signal(signal.SIGKILL)
    process.wait()


def one_line(ran: Ran, *words: str) -> None:
    """Assert that a command said one line, which holds ``words``."""
    assert ran.err.count("\n") == 1, ran.err
    for word in words:
        assert word in ran.err, ran.err
