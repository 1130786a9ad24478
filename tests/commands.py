"""Running the real command on a web that is served from a thread."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.config_edit import add_source
from monitor.demo.server import Served, serve
from monitor.demo.web import DemoWeb
from monitor.model import Source


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output read as JSON."""
        return json.loads(self.out)


def shiftwatch(*arguments: str | Path, cwd: Path, timeout: float = 120, **env: str) -> Ran:
    """Run ``shiftwatch`` with these arguments in ``cwd``."""
    root = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-m", "monitor", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": root, **env},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@contextlib.contextmanager
def served_in_thread(web: DemoWeb, *, slow: float = 0.0) -> Iterator[Served]:
    """Serve ``web`` on loopback from a thread of its own."""
    ready: list[Served] = []
    up, stop = threading.Event(), threading.Event()

    async def main() -> None:
        async with serve(web, slow=slow) as served:
            ready.append(served)
            up.set()
            while not stop.is_set():
                await asyncio.sleep(0.02)

    thread = threading.Thread(target=asyncio.run, args=(main(),), daemon=True)
    thread.start()
    assert up.wait(20)
    try:
        yield ready[0]
    finally:
        stop.set()
        thread.join(20)


def configuration(folder: Path, sources: tuple[Source, ...], allow_private: tuple[str, ...]) -> Path:
    """A shiftwatch.toml in ``folder`` that replaces the catalogue's sources by these."""
    text = f'[network]\ncontact = "test@example.org"\ndelay = "0s"\nallow_private = {json.dumps(list(allow_private))}\n'
    ids = {source.id for source in sources}
    text += "".join(
        f"[sources.{id}]\nenabled = false\n"
        for id in ("cbp", "cnn", "pewresearch", "migrationpolicy", "redstate", "ahblicklive")
        if id not in ids
    )
    for source in sources:
        text = add_source(text, source)
    path = folder / "shiftwatch.toml"
    path.write_text(text, "utf-8")
    return path
