"""Puts `shiftwatch sources` together: how channels stand, and asking them without storing anything."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from typing import Any

from monitor.app_parts import RememberedHosts, SystemClock, open_web, plainly, reading_archive
from monitor.config import Config, secret
from monitor.errors import UsageError
from monitor.model import (
    ADOPT_AFTER,
    Channel,
    ChannelKind,
    ChannelMemory,
    Outcome,
    Source,
    Trouble,
    TroubleKind,
)
from monitor.polls import outcome_of
from monitor.ports import Polled
from monitor.redact import struck, without_login
from monitor.tallies import YIELDING
from monitor.workers import WorkerPool, usable_cores


def chosen(config: Config, ids: Sequence[str]) -> tuple[Source, ...]:
    """The sources a command is about: those named, or all enabled ones. Raises UsageError."""
    if not ids:
        return config.enabled()
    known = {source.id: source for source in config.sources}
    for id in ids:
        if id not in known:
            raise UsageError(f"no source {id!r}; {_near(id, sorted(known))}")
        if known[id].refused:
            raise UsageError(f"source {id!r} is never fetched: {known[id].refused}")
        if not known[id].enabled:
            raise UsageError(
                f"source {id!r} is not enabled; write [sources.{id}] with enabled = true into the configuration"
            )
    return tuple(known[id] for id in ids)


def _near(wrong: str, known: Sequence[str]) -> str:
    """What was perhaps meant; all there are when those are few."""
    close = get_close_matches(wrong, known, n=3)
    if close:
        return f"did you mean {' or '.join(close)}?"
    shown = ", ".join(known[:_SHOWN]) + (f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else "")
    return f"known are: {shown}; `shiftwatch sources` lists them"


_SHOWN = 20


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
            web = await open_web(stack, config, RememberedHosts({}), clock, readers)

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
