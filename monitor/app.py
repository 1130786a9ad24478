"""The composition root: puts archive, web, workers and use cases together; the only importer of db and spiders."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from db.archive import Archive
from db.lock import ArchiveLock
from monitor import __version__
from monitor.books import book
from monitor.config import Config, secret
from monitor.errors import ShiftwatchError, UsageError
from monitor.filer import Filer
from monitor.health import Notice
from monitor.model import (
    ADOPT_AFTER,
    Channel,
    ChannelKind,
    ChannelMemory,
    Outcome,
    SiteRules,
    Source,
    SourceKind,
    Trouble,
    TroubleKind,
)
from monitor.newsroom import Budget, Desk, Work, collect, due_sources
from monitor.notices import ALIVE, checkup, note_absence
from monitor.polls import outcome_of
from monitor.ports import Clock, HostMemory, HostNote, Polled
from monitor.reading.urls import host, site_domain
from monitor.redact import keep_secret, struck, without_login
from monitor.tallies import YIELDING, ImportTally, SourcePass
from monitor.workers import WorkerPool, usable_cores
from spiders.manners import PRODUCT, Manners

if TYPE_CHECKING:
    from db.captures import CaptureWriter
    from monitor.afterwards import Watching
    from monitor.codings import Book
    from monitor.importing import Progress

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

    stopped = await _until_signal(work())
    order = {source.id: at for at, source in enumerate(sources)}
    return Collected(passes=sorted(passes, key=lambda one: order[one.source]), stopped=stopped)


def secrets_of(sources: Sequence[Source]) -> dict[str, str]:
    """What the channels' logins refer to. Raises ConfigError naming the variable that is not set."""
    asked = {channel.auth for source in sources for channel in source.channels if channel.auth}
    secrets = {name: secret(name, os.environ) for name in asked}
    for login in secrets.values():
        keep_secret(login)
    return secrets


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
        room._web = await _open_web(room._web_stack, config, hosts, clock, readers)
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
            self._web = await _open_web(self._web_stack, config, self.hosts, self.clock, self.readers)
            await ready()
            await stack.aclose()
        await self.filer.call(self.archive.sync_sources, config.sources)


def import_files(
    config: Config,
    paths: Sequence[Path],
    *,
    again: bool,
    progress: Progress,
    workers: int | None = None,
    watching: Watching | None = None,
) -> ImportTally:
    """Read captures from WARC files into the archive, in ``workers`` processes (None: one a core), match and code them.

    Raises UsageError, ConfigError, ArchiveError, AlreadyRunning.
    """
    from db.warc import read_captures
    from monitor.afterwards import UNWATCHED, match_and_code
    from monitor.importing import ImportDesk, import_captures
    from monitor.matchmaker import MatchDesk, match_alongside

    for path in paths:
        if not path.is_file():
            raise UsageError(f"{path}: there is no such file to import")
    codebook = book(config.codebook)

    async def main() -> ImportTally:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with AsyncExitStack() as stack:
            filer, archive = await open_filer(stack, config, config.sources, captures=False)
            cores = workers or usable_cores()
            readers = WorkerPool(cores)
            stack.push_async_callback(readers.end)
            filed = asyncio.Event()
            desk = ImportDesk(
                filer=filer,
                archive=archive,
                readers=readers,
                clock=SystemClock(),
                rules=rules_of,
                source_of=lambda url: source_of(config.sources, url),
                records=read_captures,
                in_flight=4 * cores,
                on_filed=filed.set,
            )
            matches = MatchDesk(filer=filer, archive=archive, readers=readers, clock=desk.clock)
            importing = import_captures(desk, paths, again=again, progress=progress, stop=stop)
            tally = await match_alongside(matches, importing, filed=filed, stop=stop)
            await match_and_code(
                filer=filer,
                archive=archive,
                readers=readers,
                clock=desk.clock,
                book=codebook,
                watching=watching or UNWATCHED,
                stop=stop,
            )
            return tally

    with ArchiveLock(config.archive):
        return asyncio.run(plainly(main()))


def rematch_all(config: Config, *, progress: Callable[[int, int], None]) -> Rematched:
    """Match every story anew and name every edit anew; what was decided by hand stays decided.

    May be interrupted: until it is through, groups are as they were or as they will be. Raises ArchiveError,
    AlreadyRunning.
    """
    from monitor.matchmaker import MatchDesk, begin_again, match_waiting

    async def main() -> Rematched:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with AsyncExitStack() as stack:
            filer, archive = await open_filer(stack, config, config.sources, captures=False, create=False)
            readers = WorkerPool(usable_cores())
            stack.push_async_callback(readers.end)
            desk = MatchDesk(filer=filer, archive=archive, readers=readers, clock=SystemClock())
            await filer.call(begin_again, archive)
            result = await match_waiting(desk, progress=progress, stop=stop)
            return Rematched(stopped=stop.is_set(), stories=result.stories, **await filer.call(archive.match_counts))

    with ArchiveLock(config.archive):
        return asyncio.run(plainly(main()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rematched:
    """What the archive holds of matches after all were made anew."""

    stories: int
    groups: int
    copies: int
    updates: int
    coverage: int
    stopped: bool = False


def split_story(config: Config, story: int) -> set[int]:
    """Take a story out of its group for good; gives the stories it counted as one with. Raises UsageError."""
    from monitor.matchmaker import split

    with ArchiveLock(config.archive), Archive.open(config.archive, create=False) as archive:
        _known(archive, config, story)
        others = split(archive, story, datetime.now(UTC))
    if not others:
        raise UsageError(f"story {story} counts as one with no other; there is nothing to split")
    return others


def merge_stories(config: Config, story: int, other: int) -> None:
    """Let two stories count as one for good. Raises UsageError."""
    if story == other:
        raise UsageError(f"story {story} is one with itself already")
    from monitor.matchmaker import merge

    with ArchiveLock(config.archive), Archive.open(config.archive, create=False) as archive:
        _known(archive, config, story)
        _known(archive, config, other)
        merge(archive, story, other, datetime.now(UTC))


def _known(archive: Archive, config: Config, story: int) -> None:
    if archive.story(story) is None:
        raise UsageError(f"no story {story} in {config.archive}; `shiftwatch stories` lists their ids")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What asking a channel once, without storing anything, came to."""

    channel: Channel
    outcome: Outcome
    reason: str
    title: str
    total: int
    leads: tuple[str, ...]
    http_status: int | None
    unreachable: bool = False

    @property
    def yields(self) -> bool:
        """Whether the channel can be read and announces something."""
        return self.outcome in YIELDING and self.total > 0


def probe(
    config: Config, sources: Sequence[Source], *, discover: bool, on_done: Callable[[Probe], None] = lambda _: None
) -> list[Probe]:
    """Ask every channel of ``sources`` once and read it, storing nothing; ``discover`` looks for more on home pages."""
    clock = SystemClock()

    async def main() -> list[Probe]:
        async with AsyncExitStack() as stack:
            readers = WorkerPool(usable_cores())
            stack.push_async_callback(readers.end)
            web = await _open_web(stack, config, RememberedHosts({}), clock, readers)

            async def one(channel: Channel) -> Probe:
                memory = ChannelMemory(id=0, channel=channel)
                login = secret(channel.auth, os.environ)
                found = _probe_of(channel, await web.poll(memory, login))
                found = replace(struck(found, login), channel=channel, reason=without_login(found.reason, login))
                on_done(found)
                return found

            async def of(source: Source) -> list[Probe]:
                probes = [await one(channel) for channel in source.channels]
                if discover or not source.channels:
                    found = await web.discover(source)
                    if isinstance(found, Trouble):
                        lost = Channel(source=source.id, kind=ChannelKind.LISTING, url=source.home)
                        probes.append(_probe_of(lost, Polled(answer=found)))
                        on_done(probes[-1])
                    else:
                        known = {channel.url for channel in source.channels}
                        probes += [await one(channel) for channel in found if channel.url not in known]
                return probes

            results = await asyncio.gather(*(of(source) for source in sources))
            return [found for result in results for found in result]

    return asyncio.run(plainly(main()))


def _probe_of(channel: Channel, polled: Polled) -> Probe:
    outcome, reason = outcome_of(polled)
    reading = None if isinstance(polled.reading, Trouble) else polled.reading
    answer = polled.answer
    return Probe(
        channel=channel,
        outcome=outcome,
        reason=reason,
        title=reading.title if reading else "",
        total=reading.total if reading else 0,
        leads=tuple(lead.title or lead.url for lead in reading.leads[:3]) if reading else (),
        http_status=answer.http_status if isinstance(answer, Trouble) else answer.status,
        unreachable=isinstance(answer, Trouble) and answer.kind is TroubleKind.UNREACHABLE,
    )


def chosen(config: Config, ids: Sequence[str]) -> tuple[Source, ...]:
    """The sources a command is about: those named, or all enabled ones. Raises UsageError."""
    if not ids:
        return config.enabled()
    known = {source.id: source for source in config.sources}
    for id in ids:
        if id not in known:
            raise UsageError(f"no source {id!r}; known are: {', '.join(sorted(known))}")
        if known[id].refused:
            raise UsageError(f"source {id!r} is never fetched: {known[id].refused}")
        if not known[id].enabled:
            raise UsageError(
                f"source {id!r} is not enabled; write [sources.{id}] with enabled = true into the configuration"
            )
    return tuple(known[id] for id in ids)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelStatus:
    """How a channel stands, for ``shiftwatch sources``; a source without channels has one with an empty address."""

    source: str
    name: str
    kind: str
    url: str
    state: str
    reason: str = ""
    stories: int | None = None
    discovered: bool = False
    last_ok_at: str | None = None
    next_poll_at: str | None = None
    moved_to: str = ""

    def as_json(self) -> dict[str, Any]:
        """JSON-ready values."""
        return asdict(self)


def source_states(config: Config) -> list[ChannelStatus]:
    """Every source's channels in order of preference, enabled or not, with what the archive knows of them."""
    known: dict[tuple[str, str], Mapping[str, Any]] = {}
    if config.archive.exists():
        with reading_archive(config) as archive:
            known = {(row["source"], row["url"]): row for row in archive.source_states()}
    states: list[ChannelStatus] = []
    for source in config.sources:
        off = f"refused: {source.refused}" if source.refused else "" if source.enabled else "not enabled"
        channels = [(channel.kind.value, channel.url) for channel in source.channels]
        configured = {url for _, url in channels}
        channels += [
            (row["kind"], url)
            for (id, url), row in known.items()
            if id == source.id and row["discovered"] and url not in configured
        ]
        for kind, url in channels or [("", "")]:
            row = known.get((source.id, url), {})
            states.append(
                ChannelStatus(
                    source=source.id,
                    name=source.name,
                    kind=kind,
                    url=url,
                    state=("refused" if source.refused else "off") if off else row.get("state", "new"),
                    reason=off or row.get("reason", "") or ("" if url else "no channel known; found on its home page"),
                    stories=row.get("stories"),
                    discovered=bool(row.get("discovered")),
                    last_ok_at=row.get("last_ok_at"),
                    next_poll_at=row.get("next_poll_at"),
                    moved_to=row["moved_to"] if row and row["moved_times"] >= ADOPT_AFTER else "",
                )
            )
    return states


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


async def _open_web(stack: AsyncExitStack, config: Config, hosts: HostMemory, clock: Clock, readers: WorkerPool) -> Any:
    """The web through one polite client that behaves as the configuration says."""
    from spiders.client import PoliteClient
    from spiders.web import Web

    client = await stack.enter_async_context(PoliteClient(manners_of(config), hosts, clock))
    web = Web(client, readers)
    stack.push_async_callback(web.close)
    return web


async def _until_signal(work: Any) -> bool:
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
        raise _first(group) from group


def _first(error: BaseException) -> BaseException:
    """The error a person should see: one of ours if there is any, else the first."""
    flat: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(one.exceptions)
        else:
            flat.append(one)
    return next((one for one in flat if isinstance(one, ShiftwatchError)), flat[0])
