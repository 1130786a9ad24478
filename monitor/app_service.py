"""Puts the daemon together: the open newsroom under the clock, with its chores, a watchdog and reloading."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

from monitor import logs
from monitor.app import Newsroom
from monitor.app_keeping import prune_open
from monitor.app_metrics import loopback, metrics_site
from monitor.app_parts import SystemClock, plainly, secrets_of
from monitor.books import book
from monitor.config import Config
from monitor.service import Chore, Service
from monitor.watchdog import Systemd, Watchdog, end_children

log = logging.getLogger("shiftwatch.service")


def chores(room: Newsroom) -> list[Chore]:
    """Everything that comes due beside the sources. More of it goes here, such as digests.

    A chore reads ``room.config`` when it runs, since a reload replaces it.
    """

    async def health() -> None:
        await room.checkup()

    async def rest() -> None:
        await room.readers.rest()

    async def prune() -> None:
        now = room.clock.now()
        await room.filer.call(lambda: prune_open(room.archive, room.config, room.config.retention, now=now))

    async def digests() -> None:
        if room.config.digests:
            # Imported when there are any: templates and mail are nothing to a daemon that sends none.
            from monitor.app_digest import digests_due

            await digests_due(room.config, room.archive, room.filer, room.clock)

    return [
        Chore(name="digests", every=timedelta(minutes=1), run=digests),
        Chore(name="health", every=timedelta(minutes=1), run=health),
        Chore(name="rest", every=timedelta(minutes=1), run=rest),
        Chore(name="hosts", every=timedelta(minutes=5), run=room.save_hosts),
        Chore(name="prune", every=timedelta(hours=6), run=prune),
    ]


class DaemonRoom(Newsroom):
    """The newsroom of a daemon, which can be told to read its configuration again."""

    load: Callable[[], Config]

    async def reload(self, ready: Callable[[], Awaitable[None]]) -> None:
        """Take up the configuration as it is now. Raises ConfigError and changes nothing when it is broken."""
        config = self.load()
        if (config.archive, config.captures) != (self.config.archive, self.config.captures):
            log.warning("another archive or folder of captures is taken up at the next start, not by reloading")
            config = replace(config, archive=self.config.archive, captures=self.config.captures)
        await self.take_up(config, ready)


def run_service(load: Callable[[], Config], *, metrics: str = "") -> None:
    """Run until SIGTERM or SIGINT; ``load`` reads the configuration, now and at each SIGHUP.

    ``metrics`` (``HOST:PORT`` on loopback) serves the figures of the archive meanwhile. Raises ConfigError, UsageError,
    ArchiveError, AlreadyRunning before anything is touched.
    """
    config = load()
    secrets, codebook = secrets_of(config.enabled()), book(config.codebook)
    asked = loopback(metrics) if metrics else None

    async def main() -> None:
        loop = asyncio.get_running_loop()
        early = asyncio.Event()  # a signal that comes before all is open
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, early.set)
        loop.add_signal_handler(signal.SIGHUP, lambda: None)
        systemd = Systemd(os.environ)
        watchdog = Watchdog()
        async with AsyncExitStack() as stack:
            room = await DaemonRoom.open(stack, config, clock=SystemClock(), secrets=secrets, codebook=codebook)
            room.load = load
            if asked:
                port = await stack.enter_async_context(metrics_site(config.archive, *asked))
                log.info("figures are served at http://%s:%d/metrics", asked[0], port)
            service = Service(room, chores(room), watchdog=watchdog, systemd=systemd, on_done=logs.source_done)
            if early.is_set():
                return
            stack.enter_context(watchdog)  # not before: bringing a large archive up to date may take its time
            await service.run()

    try:
        asyncio.run(plainly(main()))
    finally:
        end_children()
