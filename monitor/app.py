"""The composition root of a pass: puts archive, web, workers and use cases together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from db.archive import Archive
from db.lock import ArchiveLock
from monitor.app_parts import (
    RememberedHosts,
    SystemClock,
    manners_of,
    open_filer,
    open_web,
    plainly,
    rules_of,
    secrets_of,
    until_signal,
)
from monitor.app_sources import chosen
from monitor.books import book
from monitor.config import Config
from monitor.filer import Filer
from monitor.health import Notice
from monitor.model import (
    Source,
)
from monitor.newsroom import Budget, Desk, Work, collect, due_sources
from monitor.notices import ALIVE, checkup, note_absence
from monitor.ports import Clock
from monitor.tallies import SourcePass
from monitor.workers import WorkerPool, usable_cores

if TYPE_CHECKING:
    from monitor.codings import Book


@dataclass(slots=True, kw_only=True)
class Collected:
    """What a pass came to; ``stopped`` when it was ended by a signal before it was through."""

    passes: list[SourcePass]
    stopped: bool = False

    @property
    def offline(self) -> bool:
        """Whether every source that was looked at could not be reached: one cause, not one per source."""
        looked = [one for one in self.passes if one.polled]
        return len(looked) > 1 and all(one.failed and one.unreachable for one in looked)


def collect_now(
    config: Config,
    ids: Sequence[str] = (),
    *,
    force: bool = False,
    on_done: Callable[[SourcePass], None] = lambda _: None,
) -> Collected:
    """One pass over what is due, for all enabled sources or those named.

    Raises UsageError for an unknown source, ConfigError for a secret that is not set, ArchiveError, AlreadyRunning;
    nothing is touched before these are ruled out.
    """
    collected = asyncio.run(plainly(collect_once(config, ids, force=force, on_done=on_done)))
    if collected.stopped:  # helpers would end by themselves, a moment after us
        from monitor.watchdog import end_children

        end_children()
    return collected


async def collect_once(
    config: Config,
    ids: Sequence[str] = (),
    *,
    force: bool = False,
    on_done: Callable[[SourcePass], None] = lambda _: None,
    clock: Clock | None = None,
) -> Collected:
    """``collect_now`` on a loop that runs already."""
    sources = chosen(config, ids)
    codebook = book(config.codebook)
    secrets = secrets_of(sources)
    passes: list[SourcePass] = []

    def note(done: SourcePass) -> None:
        passes.append(done)
        on_done(done)

    async def work() -> None:
        async with AsyncExitStack() as stack:
            room = await Newsroom.open(stack, config, clock=clock or SystemClock(), secrets=secrets, codebook=codebook)
            desk = room.desk(rechecks=Budget(config.network.rechecks_per_pass), on_done=note)
            await collect(desk, sources, force=force)
            await room.after_filing()
            await room.checkup()

    stopped = await until_signal(work())
    order = {source.id: at for at, source in enumerate(sources)}
    return Collected(passes=sorted(passes, key=lambda one: order[one.source]), stopped=stopped)


class Newsroom:
    """Everything passes work with, open under the archive's lock: for one ``collect``, or for a daemon's months.

    ``config`` is the one in force; it changes when the daemon reloads. See ``monitor.service.Room`` for the part that
    the clock asks for.
    """

    def __init__(
        self,
        config: Config,
        *,
        filer: Filer,
        archive: Archive,
        readers: WorkerPool,
        clock: Clock,
        hosts: RememberedHosts,
        codebook: Book,
    ) -> None:
        self.config = config
        self.filer = filer
        self.archive = archive
        self.readers = readers
        self.clock = clock
        self.hosts = hosts
        self._codebook = codebook
        self._secrets: Mapping[str, str] = {}
        self._web: Any = None
        self._web_stack = AsyncExitStack()

    @classmethod
    async def open(
        cls, stack: AsyncExitStack, config: Config, *, clock: Clock, secrets: Mapping[str, str], codebook: Book
    ) -> Self:
        """Open all of it; ``stack`` closes it. Raises ArchiveError, AlreadyRunning."""
        stack.enter_context(ArchiveLock(config.archive))
        filer, archive = await open_filer(stack, config, config.sources)
        await filer.call(archive.pull_back, clock.now())
        await filer.call(note_absence, archive, clock.now())
        hosts = RememberedHosts({note.origin: note for note in await filer.call(archive.load_hosts)})
        readers = WorkerPool(usable_cores())
        room = cls(config, filer=filer, archive=archive, readers=readers, clock=clock, hosts=hosts, codebook=codebook)
        stack.push_async_callback(room.save_hosts)
        stack.push_async_callback(readers.end)
        room._secrets = secrets
        room._web = await open_web(room._web_stack, config, hosts, clock, readers)
        stack.push_async_callback(room._close_web)
        return room

    async def _close_web(self) -> None:
        await self._web_stack.aclose()  # the one in use by then

    def sources(self) -> Mapping[str, Source]:
        """The enabled sources by id."""
        return {source.id: source for source in self.config.enabled()}

    @property
    def rechecks_per_pass(self) -> int:
        """How many known pages may be looked at again with one budget."""
        return self.config.network.rechecks_per_pass

    def desk(self, *, rechecks: Budget, on_done: Callable[[SourcePass], None] = lambda _: None) -> Desk:
        """What passes are handed, as configured now."""
        secrets = self._secrets
        return Desk(
            filer=self.filer,
            web=self._web,
            readers=self.readers,
            clock=self.clock,
            rules=rules_of,
            auth=lambda channel: secrets.get(channel.auth, ""),
            pages_per_pass=self.config.network.articles_per_poll,
            rechecks=rechecks,
            rechecks_per_source=self.config.network.rechecks_per_source,
            on_done=on_done,
        )

    async def after_filing(self) -> None:
        """What follows filing: stories that wait are matched and coded."""
        if await self.filer.call(self.archive.unfinished):
            # Imported when it has work, like everything that a pass answered by 304 does without.
            from monitor.afterwards import match_and_code

            await match_and_code(
                filer=self.filer, archive=self.archive, readers=self.readers, clock=self.clock, book=self._codebook
            )

    async def checkup(self) -> list[Notice]:
        """Judge how the sources fare and give the notices that are new."""
        return await self.filer.call(checkup, self.archive, self.clock.now())

    async def save_hosts(self) -> None:
        """Keep what was learned of hosts."""
        if changed := self.hosts.take():
            await self.filer.call(self.archive.save_hosts, changed)

    async def due(self, now: datetime) -> list[tuple[str, bool]]:
        """The sources with something due, the longest overdue first, and whether that is known pages alone."""
        return await self.filer.call(due_sources, self.archive, now)

    async def work_of(self, source: str, now: datetime) -> Work:
        """What is to be done for one source."""

        def ask() -> Work:
            wanted, rechecks = self.archive.due_counts(source, now)
            return Work(channels=self.archive.channels(source), wanted=wanted, rechecks=rechecks)

        return await self.filer.call(ask)

    async def alive(self, now: datetime) -> None:
        """Note in the archive that somebody is at work."""
        await self.filer.call(self.archive.mark, ALIVE, now)

    async def take_up(self, config: Config, ready: Callable[[], Awaitable[None]]) -> None:
        """Work by another configuration from now on; ``ready`` is awaited before the client in use is closed.

        Raises ConfigError for a secret that is not set or a codebook that is wrong; nothing is changed then.
        """
        secrets, codebook = secrets_of(config.enabled()), book(config.codebook)
        self._secrets, self._codebook = secrets, codebook
        former, self.config = self.config, config
        if manners_of(config) != manners_of(former):
            stack, self._web_stack = self._web_stack, AsyncExitStack()
            self._web = await open_web(self._web_stack, config, self.hosts, self.clock, self.readers)
            await ready()
            await stack.aclose()
        await self.filer.call(self.archive.sync_sources, config.sources)
