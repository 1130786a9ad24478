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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b

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
from monitor.ports import Ask, Clock, Press, Readers
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
            result = SourcePass(source=source.id)
            try:
                await _collect_source(desk, source, memories.get(source.id, ()), result, force, wanted)
                if not result.left and not result.unreachable and (due := rechecks.get(source.id, 0)):
                    await _look_again(desk, source, result, due)
            except OSError as error:  # a local fault (disk, files) of this source's work; the archive's own go up
                result.error = f"{type(error).__name__}: {error}"
            desk.on_done(result)
            return result

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(source)) for source in sources]
    return [task.result() for task in tasks]


async def _collect_source(
    desk: Desk,
    source: Source,
    memories: Sequence[ChannelMemory],
    result: SourcePass,
    force: bool,
    wanted: Mapping[str, int],
) -> None:
    pages = wanted.get(source.id, 0)
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
    lost = not served and not result.unreachable and (result.polled or not memories)
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
    last = await desk.filer.marked(f"discovery:{source.id}")
    return last is None or not timedelta(0) <= desk.clock.now() - last < DISCOVER_EVERY


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
