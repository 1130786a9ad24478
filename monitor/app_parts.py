"""What every command is put together from: the archive behind its writer, the web, the clock, signals."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from db.archive import Archive
from monitor import __version__
from monitor.config import Config, secret
from monitor.errors import unwrapped
from monitor.filer import Filer
from monitor.model import (
    SiteRules,
    Source,
    SourceKind,
)
from monitor.ports import Clock, HostMemory, HostNote
from monitor.reading.urls import host, site_domain
from monitor.redact import keep_secret
from monitor.workers import WorkerPool
from spiders.manners import PRODUCT, Manners

if TYPE_CHECKING:
    from db.captures import CaptureWriter


T = TypeVar("T")


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class RememberedHosts:
    """HostMemory for a run: loaded from the archive, with what changed kept to be saved."""

    def __init__(self, notes: Mapping[str, HostNote]) -> None:
        self._notes = dict(notes)
        self.changed: dict[str, HostNote] = {}

    def get(self, origin: str) -> HostNote | None:
        return self._notes.get(origin)

    def put(self, note: HostNote) -> None:
        self._notes[note.origin] = self.changed[note.origin] = note

    def take(self) -> list[HostNote]:
        """What has changed since last asked."""
        changed, self.changed = list(self.changed.values()), {}
        return changed


@contextmanager
def reading_archive(config: Config) -> Iterator[Archive]:
    """The archive for queries alone, whoever holds the lock. Raises ArchiveError."""
    with Archive.open_for_reading(config.archive) as archive:
        yield archive


async def open_filer(
    stack: AsyncExitStack, config: Config, sources: Sequence[Source], *, captures: bool = True, create: bool = True
) -> tuple[Filer, Archive]:
    """The archive, opened in the one thread that will write it, with the configuration's sources in it."""
    thread = ThreadPoolExecutor(1, thread_name_prefix="filer")
    stack.callback(thread.shutdown)
    loop = asyncio.get_running_loop()
    archive = await loop.run_in_executor(thread, lambda: Archive.open(config.archive, create=create))
    writer = _capture_writer(config.captures) if captures and config.captures else None

    async def close() -> None:
        if writer is not None:
            await loop.run_in_executor(thread, writer.close)
        await loop.run_in_executor(thread, archive.close)

    stack.push_async_callback(close)
    await loop.run_in_executor(thread, archive.sync_sources, sources)
    return Filer(archive, thread, writer), archive


def _capture_writer(folder: Path) -> CaptureWriter:
    from db.captures import CaptureWriter

    return CaptureWriter(folder)


def manners_of(config: Config) -> Manners:
    """How the polite client behaves under ``config``: the honest agent name, delays, exceptions and proxy."""
    network = config.network
    return Manners(
        agent=f"{PRODUCT}/{__version__}" + (f" (+{network.contact})" if network.contact else ""),
        delay=network.delay,
        delays={source.domain: source.delay for source in config.sources if source.delay is not None},
        per_host=network.per_host,
        allow_private=network.allow_private,
        proxy=secret(network.proxy, os.environ),
    )


async def open_web(stack: AsyncExitStack, config: Config, hosts: HostMemory, clock: Clock, readers: WorkerPool) -> Any:
    """The web through one polite client that behaves as the configuration says."""
    from spiders.client import PoliteClient
    from spiders.web import Web

    client = await stack.enter_async_context(PoliteClient(manners_of(config), hosts, clock))
    web = Web(client, readers)
    stack.push_async_callback(web.close)
    return web


def secrets_of(sources: Sequence[Source]) -> dict[str, str]:
    """What the channels' logins refer to. Raises ConfigError naming the variable that is not set."""
    asked = {channel.auth for source in sources for channel in source.channels if channel.auth}
    secrets = {name: secret(name, os.environ) for name in asked}
    for login in secrets.values():
        keep_secret(login)
    return secrets


def rules_of(source: Source, url: str) -> tuple[SiteRules, ...]:
    """The site readers for a page: those of its address's domain, else its source's, wherever it is served from."""
    from spiders.sites import rules_for

    own = rules_for(site_domain(url))
    return own or tuple(replace(rules, domains=(host(url),)) for rules in rules_for(source.domain))


def source_of(sources: Sequence[Source], url: str) -> Source:
    """The source a page belongs to by its domain; for a site nobody configured, a source named after the domain."""
    domain = site_domain(url) or "unknown"
    for source in sources:
        if site_domain(f"https://{source.domain}/") == domain:
            return source
    official = domain.endswith((".gov", ".mil"))
    return Source(
        id=domain,
        name=domain,
        domain=domain,
        kind=SourceKind.AGENCY if official else SourceKind.OUTLET,
        enabled=False,
    )


def stop_by_signal() -> asyncio.Event:
    """An event that SIGINT and SIGTERM set from now on, for work that ends at a safe place. Needs a running loop."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def until_signal(work: Any) -> bool:
    """Await ``work``; SIGINT or SIGTERM cancels it. Gives whether it was stopped before its end."""
    task = asyncio.ensure_future(work)
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True
        task.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not stopped:
            raise
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
    return stopped


async def plainly(work: Coroutine[Any, Any, T]) -> T:
    """``work`` with the first real error taken out of a task group's wrapping, so that one line can be shown."""
    try:
        return await work
    except BaseExceptionGroup as group:
        raise unwrapped(group) from group
