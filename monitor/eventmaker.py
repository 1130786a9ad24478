"""The use case after coding: mentions of shifts are grouped into events, and people's word on it is kept.

Coding only puts places, with moments, into a queue. Mentions of one place with no long silence between them, and
whatever a person or an earlier event ties to them, are grouped by themselves: the same as if all were grouped.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from monitor.coding.events import WINDOW, Event, Mention, event_key, group
from monitor.codings import CodeArchive, EventRow, EventTables, Told, moment
from monitor.filer import Caller

PLACES: Final = 32  # in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDesk:
    """What grouping works with."""

    filer: Caller
    archive: CodeArchive


async def group_waiting(
    desk: EventDesk,
    *,
    progress: Callable[[int, int], None] = lambda done, left: None,
    stop: asyncio.Event | None = None,
) -> int:
    """Group around every place that waits; gives how many there were."""
    done = 0
    while stop is None or not stop.is_set():
        places, left = await desk.filer.call(_group_some, desk.archive)
        if not places:
            break
        done += places
        progress(done, left)
    return done


def _group_some(archive: CodeArchive) -> tuple[int, int]:
    with archive.grouping() as tables:
        places = tables.waiting(PLACES)
        if not places:
            return 0, 0
        # Off the queue first: what grouping itself changes is put there again.
        tables.grouped(places)
        for place, moments in places:
            regroup(tables, component(tables, [(place, at) for at in moments]))
        tables.drop_empty()
        return len(places), tables.waiting_count()


def component(tables: EventTables, starts: Iterable[tuple[str, str]]) -> list[Told]:
    """Every mention that could be of one event with those at these places and moments, and what these are tied to."""
    found: dict[int, Told] = {}
    moments: dict[str, list[str]] = {}
    looked: dict[str, list[tuple[str, str]]] = {}
    events: set[int] = set()
    waiting = list(starts)
    while waiting:
        place, at = waiting.pop()
        if place not in moments:
            moments[place] = tables.moments(place)
        if any(low <= at <= high for low, high in looked.get(place, ())):
            continue
        span = _span(moments[place], at)
        looked.setdefault(place, []).append(span)
        new = [one for one in tables.mentions(place, *span) if one.id not in found]
        found.update((one.id, one) for one in new)
        for one in new:
            tied = tables.partners(one)
            if one.event is not None and one.event not in events:
                events.add(one.event)
                tied += tables.of_event(one.event)
            waiting += [(other.place, other.told_at) for other in tied if other.id not in found]
    return list(found.values())


def _span(moments: Sequence[str], at: str) -> tuple[str, str]:
    """The first and last moment that no silence longer than the window parts from ``at``."""
    low, high = bisect_left(moments, at), bisect_right(moments, at)
    first, last = at, at
    while low > 0 and moment(first) - moment(moments[low - 1]) <= WINDOW:
        low -= 1
        first = moments[low]
    while high < len(moments) and moment(moments[high]) - moment(last) <= WINDOW:
        last = moments[high]
        high += 1
    return first, last


def regroup(tables: EventTables, told: Sequence[Told]) -> None:
    """Let the events of these mentions be what grouping and people say; an event keeps its id while it can."""
    by_rank = sorted(told, key=lambda one: (moment(one.told_at), one.rank))
    for one in by_rank:
        if (place := event_key(one.shift)) != one.place:  # a person has said otherwise, or an older version did
            tables.move(one, place)
    mentions = [
        Mention(id=number, shift=one.shift, at=moment(one.told_at), source=one.source)
        for number, one in enumerate(by_rank)
    ]
    number_of = {one.id: number for number, one in enumerate(by_rank)}
    decided = tables.decisions(by_rank)
    events = group(
        mentions,
        alone=frozenset(number_of[id_] for id_ in decided.alone),
        together=sorted((number_of[one], number_of[other]) for one, other in decided.together),
    )
    ids = _ids(events, by_rank)
    rows = [_row(event, by_rank, id_) for event, id_ in zip(events, ids, strict=True)]
    before = {one.event for one in by_rank if one.event is not None}
    tables.save(rows, before - set(ids))


def _ids(events: Sequence[Event], told: Sequence[Told]) -> list[int | None]:
    """For each event the id that most of its mentions had, if no other event has a better claim to it."""
    claims = [
        (-count, id_, number)
        for number, event in enumerate(events)
        for id_, count in Counter(told[one].event for one in event.mentions).items()
        if id_ is not None
    ]
    found: list[int | None] = [None] * len(events)
    given: set[int] = set()
    for _, id_, number in sorted(claims):
        if found[number] is None and id_ not in given:
            found[number] = id_
            given.add(id_)
    return found


def _row(event: Event, told: Sequence[Told], id_: int | None) -> EventRow:
    members = [(told[merge.mention], merge.reason) for merge in event.merges]
    return EventRow(
        id=id_,
        actor=event.actor,
        resource=event.resource,
        direction=event.direction,
        destination=event.destination,
        quantity_low=event.quantity_low,
        quantity_high=event.quantity_high,
        state=event.state,
        lifecycle=[
            (state, at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else "")
            for state, at in event.lifecycle
        ],
        first=told[event.first],
        last_at=members[-1][0].told_at,
        mentions=members,
    )


# ── by hand ───────────────────────────────────────────────────────────────────────────────────────────────────────


def split(archive: CodeArchive, shift: int, now: datetime) -> list[int] | None:
    """Take a mention out of its event for good; gives the other mentions, None when there is no such shift."""
    at = now.isoformat(timespec="seconds").replace("+00:00", "Z")
    with archive.grouping() as tables:
        told = tables.mention(shift)
        if told is None:
            return None
        others = [one for one in tables.of_event(told.event) if one.id != shift] if told.event is not None else []
        for partner in tables.partners(told):
            tables.undecide(told, partner)
            if rest := next((one for one in others if one.id != partner.id), None):
                tables.decide("same", partner, rest, at)  # it was tied to the others through this one alone
        tables.decide("alone", told, None, at)
        _around(tables, [told, *others])
        return [one.id for one in others]


def merge(archive: CodeArchive, shift: int, other: int, now: datetime) -> bool:
    """Let two mentions tell of one event for good; False when they do already. Both must be there."""
    at = now.isoformat(timespec="seconds").replace("+00:00", "Z")
    with archive.grouping() as tables:
        one, two = tables.mention(shift), tables.mention(other)
        assert one is not None
        assert two is not None
        if one.event is not None and one.event == two.event:
            return False
        tables.decide("same", one, two, at)
        _around(tables, [one, two])
        return True


def _around(tables: EventTables, told: Sequence[Told]) -> None:
    found = component(tables, [(one.place, one.told_at) for one in told])
    regroup(tables, found)
    tables.drop_empty()
