"""``shiftwatch demo``: a made-up web on loopback, collected three times through the real code, and what was found."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.app import Collected, collect_once
from monitor.app_parts import plainly, reading_archive
from monitor.config import Config, Network
from monitor.demo.server import Served, serve
from monitor.demo.web import DemoWeb
from monitor.errors import UsageError
from monitor.query import parse
from monitor.screen.passes import print_collected
from monitor.screen.stories import print_stories
from monitor.screen.tables import console

DELAY = timedelta(milliseconds=50)
QUERIES = ("helicopters OR redeploys kind:release", '"border agents" lakemont -source:cbp')


def run_demo(*, archive: Path | None, queries: tuple[str, ...] = QUERIES) -> list[Collected]:
    """Serve, collect, collect again, revise a few pages, collect once more; print each pass and two searches.

    The archive is made at ``archive``, which must not exist yet, or in a folder that is removed afterwards.
    """
    if archive is not None and archive.exists():
        raise UsageError(f"{archive} exists; the demo fills a fresh archive, so name another or move this one away")
    with tempfile.TemporaryDirectory(prefix="shiftwatch-demo-") as folder:
        path = (Path.cwd() / archive) if archive else Path(folder) / "demo.db"
        captures = path.with_name(f"{path.stem}-captures")
        passes = asyncio.run(plainly(_passes(path, captures)))
        _print_found(Config(archive=path, captures=None, backups=path.parent), queries)
        if archive:
            console().print(f"The archive stays in {path}; try: shiftwatch show 1 --archive {archive}", soft_wrap=True)
    return passes


async def _passes(path: Path, captures: Path) -> list[Collected]:
    out = console()
    web = DemoWeb(datetime.now(UTC))
    async with serve(web) as served:
        config = _config(served, path, captures)
        out.print("A made-up web of six sites is up on this machine; every story on it is invented.\n")
        out.print("First pass: everything is new.")
        first = await _pass(config, served)
        out.print("\nSecond pass: every channel asked again, no page fetched, nothing stored.")
        second = await _pass(config, served)
        revised = web.revise()
        out.print(f"\nThird pass, after {len(revised)} of the sites changed a story:")
        third = await _pass(config, served)
        out.print()
    return [first, second, third]


async def _pass(config: Config, served: Served) -> Collected:
    before = served.requests.total()
    collected = await collect_once(config, force=True)
    print_collected(collected, archive=config.archive.name, quiet=False)
    console().print(f"requests answered by the made-up web: {served.requests.total() - before}")
    return collected


def _config(served: Served, path: Path, captures: Path) -> Config:
    network = Network(contact="demo@example.org", delay=DELAY, allow_private=served.allow_private)
    sources = tuple(replace(source, delay=None) for source in served.sources)
    return Config(archive=path, captures=captures, backups=path.parent, network=network, sources=sources)


def _print_found(config: Config, queries: tuple[str, ...]) -> None:
    out = console()
    with reading_archive(config) as archive:
        for query in queries:
            parsed = parse(query)
            out.print(f"$ shiftwatch stories '{query}' --limit 5")
            print_stories(list(archive.stories(parsed, limit=5)), total=archive.count(parsed), limit=5)
            out.print()
