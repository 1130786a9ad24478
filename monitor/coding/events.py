"""Groups mentions of shifts into events: one per move as it happened in the world, each merge with its reason."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from monitor.model import Shift

WINDOW: Final = timedelta(days=45)  # mentions further apart than this, with none between, are different events
_LATEST: Final = datetime.max.replace(tzinfo=UTC)
_STEPS: Final = {
    "proposed": "announced",
    "planned": "announced",
    "ongoing": "under way",
    "done": "under way",
    "blocked": "blocked",
    "ended": "ended",
    "denied": "denied",
    "unclear": "under way",
}
_SMALL: Final = frozenset(
    "the of a an in to and at for on its their city area county metro state region downtown".split()
)
_SAME_PLACE: Final = {
    "l.a.": "los angeles",
    "la": "los angeles",
    "d.c.": "washington",
    "dc": "washington",
    "district columbia": "washington",
}
_MILITARY: Final = frozenset({"NATIONAL_GUARD", "MARINES", "ARMY", "DOD"})
_BORDER: Final = frozenset({"CBP", "USBP", "OFO", "AMO"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A shift as one story tells it. ``id`` is the caller's; ``at`` is when the story came out, aware UTC."""

    id: int
    shift: Shift
    at: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Why a mention joined an event; undoing a merge means leaving this mention out."""

    mention: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One move in the world: its slots as best told, its life so far, and every mention with the reason it is here."""

    actor: str
    resource: str
    direction: str
    destination: str
    quantity_low: int | None
    quantity_high: int | None
    state: str
    lifecycle: tuple[tuple[str, datetime | None], ...]
    first: int
    mentions: tuple[int, ...]
    merges: tuple[Merge, ...]


class _Group:
    """Mentions of one move as they gather, in time order, each with the reason it is here."""

    def __init__(self, first: Mention, reason: str) -> None:
        self.members = [(first, reason)]
        self.last = first.at
        self.told = [(first.shift.actor, first.shift.resource)]  # each pair once, to hold a further mention against

    def add(self, mention: Mention, reason: str) -> None:
        self.members.append((mention, reason))
        self.last = mention.at
        pair = (mention.shift.actor, mention.shift.resource)
        if pair not in self.told:
            self.told.append(pair)


def group(
    mentions: Iterable[Mention],
    *,
    alone: frozenset[int] = frozenset(),
    together: Iterable[tuple[int, int]] = (),
) -> list[Event]:
    """Groups mentions into events, in time order; ids break ties, so they should follow from what is said.

    Mentions of different ``event_key`` never meet, nor do those with more than ``WINDOW`` of silence between them, so
    that any such part may be grouped by itself. ``alone``: mentions that a person has taken out, which nothing joins;
    ``together``: pairs that a person has found to be one event.
    """
    ordered = sorted(mentions, key=_order)
    groups: list[_Group] = []
    by_key: dict[str, list[_Group]] = {}
    for mention in ordered:
        if mention.id in alone:
            groups.append(_Group(mention, "taken out by hand"))
            continue
        key = event_key(mention.shift)
        for candidate in reversed(by_key.get(key, ())):
            reason = _same(candidate, mention, place_key(mention.shift))
            if reason:
                candidate.add(mention, reason)
                break
        else:
            groups.append(_Group(mention, "first mention"))
            by_key.setdefault(key, []).append(groups[-1])
    return [_event(members) for members in _joined([one.members for one in groups], together)]


_Members = list[tuple[Mention, str]]


def _order(mention: Mention) -> tuple[datetime, int]:
    return mention.at or _LATEST, mention.id


def _joined(groups: list[_Members], together: Iterable[tuple[int, int]]) -> list[_Members]:
    """The groups with those made one that a person has found to be one."""
    of = {mention.id: number for number, members in enumerate(groups) for mention, _ in members}
    into = list(range(len(groups)))

    def root(number: int) -> int:
        while into[number] != number:
            number = into[number]
        return number

    for one, other in together:
        if one in of and other in of:
            first, second = sorted((root(of[one]), root(of[other])))
            into[second] = first
    joined: dict[int, _Members] = {}
    for number, members in enumerate(groups):
        if into[number] != number:
            mention, reason = members[0]
            members = [(mention, f"merged by hand; {reason}"), *members[1:]]
        joined.setdefault(root(number), []).extend(members)
    found = [sorted(members, key=lambda member: _order(member[0])) for members in joined.values()]
    return sorted(found, key=lambda members: _order(members[0][0]))


def event_key(shift: Shift) -> str:
    """What two mentions must share to be of one event: the place; where none is said the amount, else the sentence."""
    if place := place_key(shift):
        return place
    if shift.quantity_text is not None:
        return f"={shift.quantity_low}-{shift.quantity_high}"
    words = " ".join(shift.sentence.split())
    return f"~{hashlib.blake2b(words.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"


def place_key(shift: Shift) -> str:
    """The place or task a shift is about, in a normal form: where to, for a withdrawal where from."""
    told = (shift.origin if shift.direction == "withdrawal" else shift.destination) or ""
    first = told.split(";")[0].lower()
    words = [word for word in re.findall(r"[a-z][a-z.\-]+", first) if word not in _SMALL]
    key = " ".join(words[:2])
    return _SAME_PLACE.get(key, _SAME_PLACE.get(words[0] if words else "", key))


def _same(members: _Group, mention: Mention, place: str) -> str:
    """Why a mention tells of the same event as these members of its key, "" when it does not."""
    if members.last is not None and mention.at is not None and mention.at - members.last > WINDOW:
        return ""
    for actor, resource in members.told:
        if resource != mention.shift.resource and "unspecified" not in (resource, mention.shift.resource):
            continue
        actors = _kin(actor, mention.shift.actor)
        if not actors:
            continue
        if place:
            return f"{actors}, {mention.shift.resource}, both about {place!r}, within {WINDOW.days} days"
        if mention.shift.quantity_text is not None:
            return f"{actors}, same amount {mention.shift.quantity_text}, no place said, within {WINDOW.days} days"
        return f"{actors}, the same sentence"
    return ""


def _kin(one: str, other: str) -> str:
    if one == other:
        return f"same actor {one}"
    for family, name in ((_MILITARY, "military"), (_BORDER, "border")):
        if {one, other} <= family and ("DOD" in (one, other) or "CBP" in (one, other)):
            return f"{one} and {other} are both {name}"
    return ""


def _event(members: list[tuple[Mention, str]]) -> Event:
    first = members[0][0]
    lifecycle: list[tuple[str, datetime | None]] = []
    most = 0
    for mention, _ in members:
        step = _step(mention.shift, most)
        most = max(most, mention.shift.quantity_low or 0)
        if not lifecycle or (
            step != lifecycle[-1][0] and not (step == "announced" and lifecycle[-1][0] != "announced")
        ):
            lifecycle.append((step, mention.at))
    told = [mention.shift for mention, _ in members]
    amounts = [shift for shift in told if shift.quantity_low or shift.quantity_high]
    best = max(amounts, key=lambda shift: shift.quantity_low or shift.quantity_high or 0) if amounts else None
    specific = [shift for shift in told if shift.direction != "other"] or told
    return Event(
        actor=min((shift.actor for shift in told), key=lambda code: code in ("DOD", "CBP", "UNSPECIFIED", "DHS")),
        resource=told[0].resource,
        direction=specific[0].direction,
        destination=next((shift.destination for shift in told if shift.destination), "") or "",
        quantity_low=best.quantity_low if best else None,
        quantity_high=best.quantity_high if best else None,
        state=lifecycle[-1][0],
        lifecycle=tuple(lifecycle),
        first=first.id,
        mentions=tuple(mention.id for mention, _ in members),
        merges=tuple(Merge(mention=mention.id, reason=reason) for mention, reason in members),
    )


def _step(shift: Shift, most: int) -> str:
    """The stage of an event's life a mention tells of."""
    if shift.direction == "withdrawal":
        return "ended" if shift.status in ("done", "ended") and shift.quantity_low is None else "reduced"
    step = _STEPS[shift.status]
    if step == "under way" and most and (shift.quantity_low or 0) > most:
        return "expanded"
    return step
