"""Groups mentions of shifts into events: one per move as it happened in the world, each merge with its reason."""

from __future__ import annotations

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


def group(mentions: Iterable[Mention], apart: frozenset[tuple[int, int]] = frozenset()) -> list[Event]:
    """Groups mentions into events, in time order. ``apart``: pairs of mention ids that a person has taken apart."""
    ordered = sorted(mentions, key=lambda mention: (mention.at or _LATEST, mention.id))
    groups: list[list[tuple[Mention, str]]] = []
    by_key: dict[str, list[list[tuple[Mention, str]]]] = {}
    for mention in ordered:
        place = place_key(mention.shift)
        joined = None
        for candidate in reversed(by_key.get(place, [])):
            reason = _same(candidate, mention, place, apart)
            if reason:
                candidate.append((mention, reason))
                joined = candidate
                break
        if joined is None:
            fresh = [(mention, "first mention")]
            groups.append(fresh)
            by_key.setdefault(place, []).append(fresh)
    return [_event(one) for one in groups]


def place_key(shift: Shift) -> str:
    """The place or task a shift is about, in a normal form: where to, for a withdrawal where from."""
    told = (shift.origin if shift.direction == "withdrawal" else shift.destination) or ""
    first = told.split(";")[0].lower()
    words = [word for word in re.findall(r"[a-z][a-z.\-]+", first) if word not in _SMALL]
    key = " ".join(words[:2])
    return _SAME_PLACE.get(key, _SAME_PLACE.get(words[0] if words else "", key))


def _same(members: list[tuple[Mention, str]], mention: Mention, place: str, apart: frozenset[tuple[int, int]]) -> str:
    """Why a mention tells of the same event as these members, "" when it does not."""
    if any((min(one.id, mention.id), max(one.id, mention.id)) in apart for one, _ in members):
        return ""
    last = members[-1][0]
    if last.at is not None and mention.at is not None and mention.at - last.at > WINDOW:
        return ""
    for one, _ in members:
        if one.shift.resource != mention.shift.resource and "unspecified" not in (
            one.shift.resource,
            mention.shift.resource,
        ):
            continue
        actors = _kin(one.shift.actor, mention.shift.actor)
        if not actors:
            continue
        if place:
            return f"{actors}, {mention.shift.resource}, both about {place!r}, within {WINDOW.days} days"
        if _same_amount(one.shift, mention.shift):
            return f"{actors}, same amount {mention.shift.quantity_text}, no place said, within {WINDOW.days} days"
        if one.shift.sentence == mention.shift.sentence:
            return f"{actors}, the same sentence"
    return ""


def _kin(one: str, other: str) -> str:
    if one == other:
        return f"same actor {one}"
    for family, name in ((_MILITARY, "military"), (_BORDER, "border")):
        if {one, other} <= family and ("DOD" in (one, other) or "CBP" in (one, other)):
            return f"{one} and {other} are both {name}"
    return ""


def _same_amount(one: Shift, other: Shift) -> bool:
    return one.quantity_text is not None and (one.quantity_low, one.quantity_high) == (
        other.quantity_low,
        other.quantity_high,
    )


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
