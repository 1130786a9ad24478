"""The use case at the heart of it: one pass over what is due.

    for each source, all at once:
        its channels in order of preference, until one yields     web.poll   → polls.judge   → filer.poll
        if none does: discovery on its home page                  web.discover
        the pages now wanted, newest first, up to the cap         web.page   → read_page → visits.judge → filer.visit
        then, if none is left, known stories' pages once more     the same, conditionally, within the pass's budget

What one source does never reaches another: its troubles are values, filed and counted like everything else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Protocol

from monitor import polls, visits
from monitor.cadence import overdue
from monitor.filer import Filer
from monitor.model import (
    Capture,
    Channel,
    ChannelMemory,
    Outcome,
    PageState,
    PageVisit,
    SiteRules,
    Source,
    Trouble,
    TroubleKind,
    WantedPage,
)
from monitor.ports import Ask, Clock, Press, Readers, Slot
from monitor.redact import struck, without_login
from monitor.tallies import YIELDING, ChannelPass, SourcePass

AT_ONCE = 128  # sources worked on at a time; the client decides what of it goes out
PAGES_AT_ONCE = 2  # per source
DISCOVER_EVERY = timedelta(days=1)  # a home page says nothing new each time its channels fail
HEALTHY = frozenset({"ok", "quiet", "new"})


class Budget:
    """How many pages of known stories may still be looked at again in this pass, all sources together."""

    def __init__(self, left: int) -> None:
        self._left = left

    @property
    def left(self) -> int:
        """How many are left."""
        return self._left

    def take(self, asked: int) -> int:
        """As many of ``asked`` as are left."""
        given = min(asked, self._left)
        self._left -= given
        return given


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a pass works with: the ports, and what it was told."""

    filer: Filer
    web: Press
    readers: Readers
    clock: Clock
    rules: Callable[[Source, str], tuple[SiteRules, ...]]
    auth: Callable[[Channel], str] = lambda _: ""
    pages_per_pass: int = 50
    rechecks: Budget = field(default_factory=lambda: Budget(0))
    rechecks_per_source: int = 0
    on_done: Callable[[SourcePass], None] = lambda _: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What there is to do for one source: its channels, due or not, and how many pages and known stories are due."""

    channels: Sequence[ChannelMemory] = ()
    wanted: int = 0
    rechecks: int = 0


class Agenda(Protocol):
    """What of the archive tells which sources have something due."""

    def schedule(self) -> Mapping[str, Sequence[Slot]]: ...

    def wanted_counts(self, now: datetime) -> Mapping[str, int]: ...

    def recheck_counts(self, now: datetime) -> Mapping[str, int]: ...

    def marked(self, name: str) -> datetime | None: ...


def due_sources(archive: Agenda, now: datetime) -> list[tuple[str, bool]]:
    """The sources a pass would have something to do for, those whose channels wait longest first.

    Each with whether it is known pages alone that are due.
    """
    wanted, rechecks = archive.wanted_counts(now), archive.recheck_counts(now)
    found: list[tuple[datetime, str, bool]] = []
    for source, slots in archive.schedule().items():
        due, served = look_through(slots, now)
        lost = not served and not any(slot.unreachable for slot in slots)
        if due or (lost and discovery_due(archive.marked(f"discovery:{source}"), now)):
            found.append((min((slot.next_poll_at or _EVER for slot in slots), default=_EVER), source, False))
        elif source in wanted or source in rechecks:
            found.append((now, source, source not in wanted))
    return [(source, known_alone) for _, source, known_alone in sorted(found)]


def look_through(slots: Iterable[Slot], now: datetime) -> tuple[bool, bool]:
    """Whether any channel of a source is to be looked at now, and whether one that is not due serves it.

    In their order of preference: what stands behind one that serves is not looked at, unless it is wanted as well.
    """
    served = False
    for also, state, next_poll_at, _ in slots:
        if served and not also:
            continue
        if overdue(next_poll_at, now):
            return True, served
        served = served or state in HEALTHY
    return False, served


_EVER = datetime.min.replace(tzinfo=UTC)


def discovery_due(last: datetime | None, now: datetime) -> bool:
    """Whether a home page is to be searched for channels again."""
    return last is None or not timedelta(0) <= now - last < DISCOVER_EVERY


async def collect(desk: Desk, sources: Sequence[Source], *, force: bool = False) -> list[SourcePass]:
    """One pass over what is due of ``sources``; ``force`` polls every channel now, due or not.

    Pages of known stories are not fetched again for ``force``: only their channel saying something new does that.
    """
    memories = await desk.filer.channels()
    wanted = await desk.filer.wanted_counts(desk.clock.now())
    rechecks = await desk.filer.recheck_counts(desk.clock.now())
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(source: Source) -> SourcePass:
        async with gate:
            work = Work(
                channels=memories.get(source.id, ()),
                wanted=wanted.get(source.id, 0),
                rechecks=rechecks.get(source.id, 0),
            )
            return await collect_source(desk, source, work, force=force)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(source)) for source in sources]
    return [task.result() for task in tasks]


async def collect_source(desk: Desk, source: Source, work: Work, *, force: bool = False) -> SourcePass:
    """One pass over one source: its channels, then its new pages, then known ones; ``desk.on_done`` hears of it."""
    result = SourcePass(source=source.id)
    try:
        await _collect_source(desk, source, work.channels, result, force, work.wanted)
        if not result.left and not result.unreachable and work.rechecks:
            await _look_again(desk, source, result, work.rechecks)
    except OSError as error:  # a local fault (disk, files) of this source's work; the archive's own go up
        result.error = f"{type(error).__name__}: {error}"
    desk.on_done(result)
    return result


async def _collect_source(
    desk: Desk, source: Source, memories: Sequence[ChannelMemory], result: SourcePass, force: bool, wanted: int
) -> None:
    pages = wanted
    served = False
    for memory in memories:
        if served and not memory.channel.also:
            continue  # channels are alternatives: the first that yields speaks for the source
        if not force and not overdue(memory.next_poll_at, desk.clock.now()):
            served = served or memory.state in HEALTHY
            continue
        outcome, announced = await _poll(desk, source, memory, result)
        pages += announced
        served = served or outcome in YIELDING
    away = not result.polled and any(memory.unreachable for memory in memories)
    lost = not served and not result.unreachable and not away
    if lost and (force or await _discovery_due(desk, source)):
        pages += await _discover(desk, source, memories, result)
    if pages:
        await _visit_wanted(desk, source, result)


async def _poll(desk: Desk, source: Source, memory: ChannelMemory, result: SourcePass) -> tuple[Outcome, int]:
    """Look at one channel and file what it said; gives the outcome and how many pages are now wanted."""
    started = desk.clock.now()
    login = desk.auth(memory.channel)
    polled = await desk.web.poll(memory, login)
    poll = polls.judge(memory, polled, source, started=started, finished=desk.clock.now())
    reason = without_login(poll.reason, login)
    poll = replace(struck(poll, login), reason=reason)
    poll = replace(poll, memory=replace(poll.memory, id=memory.id, channel=memory.channel, reason=reason))
    filing = await desk.filer.poll(poll)
    for one in filing.filings:
        result.count(one.change)
    channel = memory.channel
    result.channels.append(
        ChannelPass(kind=channel.kind.value, url=channel.url, outcome=poll.outcome, reason=poll.reason)
    )
    if isinstance(polled.answer, Trouble) and polled.answer.kind is TroubleKind.UNREACHABLE:
        result.unreachable += 1
    return poll.outcome, filing.wanted


async def _discovery_due(desk: Desk, source: Source) -> bool:
    return discovery_due(await desk.filer.marked(f"discovery:{source.id}"), desk.clock.now())


async def _discover(desk: Desk, source: Source, memories: Sequence[ChannelMemory], result: SourcePass) -> int:
    """The last resort: channels the source's home page or robots.txt names, polled until one yields."""
    found = await desk.web.discover(source)
    if not (isinstance(found, Trouble) and found.kind is TroubleKind.UNREACHABLE):
        await desk.filer.mark(f"discovery:{source.id}", desk.clock.now())
    if isinstance(found, Trouble):
        result.channels.append(
            ChannelPass(kind="discovery", url=source.home or source.domain, outcome=Outcome.BROKEN, reason=found.reason)
        )
        if found.kind is TroubleKind.UNREACHABLE:
            result.unreachable += 1
        return 0
    known = {memory.channel.url for memory in memories}
    fresh = [channel for channel in found if channel.url not in known]
    if not fresh:
        result.channels.append(
            ChannelPass(
                kind="discovery",
                url=source.home or source.domain,
                outcome=Outcome.EMPTY,
                reason="its home page and robots.txt name no other channel",
            )
        )
    pages = 0
    for channel in fresh:
        outcome, announced = await _poll(desk, source, await desk.filer.add_discovered(channel), result)
        pages += announced
        if outcome in YIELDING:
            break
    return pages


async def _visit_wanted(desk: Desk, source: Source, result: SourcePass) -> None:
    wanted, result.left = await desk.filer.wanted_pages(source.id, now=desk.clock.now(), limit=desk.pages_per_pass)
    await _visit_all(desk, source, result, wanted, recheck=False)


async def _look_again(desk: Desk, source: Source, result: SourcePass, due: int) -> None:
    """Pages of known stories, after all new ones and no more than the budget, so that a backlog starves nothing."""
    limit = desk.rechecks.take(min(due, desk.rechecks_per_source))
    if limit:
        pages = await desk.filer.due_rechecks(source.id, now=desk.clock.now(), limit=limit)
        await _visit_all(desk, source, result, pages, recheck=True)


async def _visit_all(
    desk: Desk, source: Source, result: SourcePass, pages: Sequence[WantedPage], *, recheck: bool
) -> None:
    queue = list(reversed(pages))  # popped from the end: the first is the first

    async def visitor() -> None:
        while queue:
            page = queue.pop()
            visit = visits.looking_again(await visit_page(desk, source, page), page, recheck=recheck)
            result.pages += not recheck
            result.looks += recheck
            filing = await desk.filer.visit(visit)
            if visit.reason:
                result.page_reasons[visit.reason] = result.page_reasons.get(visit.reason, 0) + 1
            if filing is not None:
                result.count(filing.change)
                result.stood_in += visit.state is not PageState.FILED

    async with asyncio.TaskGroup() as group:
        for _ in range(min(PAGES_AT_ONCE, len(queue))):
            group.create_task(visitor())


async def visit_page(desk: Desk, source: Source, wanted: WantedPage) -> PageVisit:
    """Fetch, keep and read one article page."""
    logins = {login for channel in source.channels if (login := desk.auth(channel))}
    had = wanted.state is PageState.FILED
    ask = Ask(
        url=wanted.lead.url or wanted.address,
        etag=wanted.etag if had else "",
        last_modified=wanted.last_modified if had else "",
        accept="text/html, application/xhtml+xml;q=0.9, */*;q=0.5",
    )
    answer = await desk.web.page(ask)
    for login in logins:  # pages are asked without it, but who was told it may write it anywhere
        answer = struck(answer, login)
    if isinstance(answer, Trouble):
        return visits.judge_trouble(wanted, source, answer, desk.clock.now())
    digest = blake2b(answer.body, digest_size=16).hexdigest()
    kept = "" if answer.status == 304 else await desk.filer.keep(answer)
    if visits.unchanged(wanted, answer, digest):
        return visits.same_again(wanted, answer, answer.fetched_at)
    from monitor.reading.articles import read_page

    readers = desk.readers.of(source.id)
    reading = await readers.run(read_page, *page_arguments(desk.rules, source, answer, wanted.lead.title))
    visit = visits.judge_reading(wanted, source, answer, reading, body_hash=digest)
    for login in logins:  # spelled otherwise in the body, as references, say
        visit = struck(visit, login)
    return replace(visit, address=wanted.address, capture=kept)


def page_arguments(
    rules: Callable[[Source, str], tuple[SiteRules, ...]], source: Source, answer: Capture, lead_title: str = ""
) -> tuple[bytes, str, str, datetime, tuple[SiteRules, ...], str]:
    """What ``read_page`` is handed for an answer of ``source``."""
    return (
        answer.body,
        answer.final_url,
        answer.header("content-type"),
        answer.fetched_at,
        rules(source, answer.final_url),
        lead_title,
    )
