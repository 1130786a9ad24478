"""An event as a digest sees it: the mention that tells it best, numbers that clash, what changed since. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.coding.disagreement import Claim as Claimed
from monitor.coding.disagreement import disagreements
from monitor.digest import wording
from monitor.digest.material import EventRow, Material, Mention, StoryRow, ToldBefore
from monitor.digest.model import Claim, Conflict
from monitor.digest.refs import Refs

_ABOUT = 0.05  # two numbers this close are the same number, told roundly
_SLOTS = ("beneficiary", "quantity_text", "origin", "destination")
_MOST = 3  # conflicts shown for one event


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStory:
    """An event with its mentions, oldest first. ``fresh_stories`` are those not told of before."""

    row: EventRow
    mentions: tuple[Mention, ...]
    lead: Mention
    merged: Mention
    stories: tuple[int, ...]
    fresh_stories: tuple[int, ...]
    outlets: int

    @staticmethod
    def of(
        row: EventRow, mentions: Sequence[Mention], fresh: Collection[int], stories: Mapping[int, StoryRow]
    ) -> EventStory:
        """The event of ``mentions``; ``fresh`` are all stories to be told of."""
        recent = [one for one in mentions if one.story in fresh]
        lead = max(recent or mentions, key=lambda one: _telling(one, row, stories[one.story]))
        return EventStory(
            row=row,
            mentions=tuple(mentions),
            lead=lead,
            merged=_merged(lead, recent, mentions),
            stories=tuple(dict.fromkeys(one.story for one in mentions)),
            fresh_stories=tuple(dict.fromkeys(one.story for one in recent)),
            outlets=len({stories[one.story].source for one in mentions}),
        )


def _telling(mention: Mention, row: EventRow, story: StoryRow) -> tuple[object, ...]:
    """How well a mention tells of the event as it stands.

    What became of it, if anything did; with most said; an outlet's before the release it comes from, which is named
    beside it; a sentence rather than a headline; the first of equals.
    """
    return (
        row.state in ("announced", "under way") or _in_state(mention, row.state),
        sum(getattr(mention, slot) is not None for slot in _SLOTS),
        story.kind != "release",
        mention.sentence != story.title,
        mention.score,
        -story.id,
    )


_STATUS = {
    "announced": ("planned", "proposed"),
    "under way": ("ongoing", "done", "unclear"),
    "expanded": ("ongoing", "done", "planned"),
    "reduced": ("done", "ended", "ongoing"),
    "blocked": ("blocked",),
    "ended": ("ended", "done"),
    "denied": ("denied",),
}


_MORE = re.compile(r"\b(?:additional|another|extra|further|more)\b(?! than)", re.IGNORECASE)  # on top of others
_UNDONE = ("blocked", "denied", "ended")  # numbers of what does not happen are no side in what does


def _in_state(mention: Mention, state: str) -> bool:
    return mention.status in _STATUS.get(state, ())


def _merged(lead: Mention, recent: Sequence[Mention], mentions: Sequence[Mention]) -> Mention:
    """The lead with the slots it leaves open taken from other mentions, new ones first."""
    merged = lead
    for other in (*reversed(recent), *reversed(mentions)):
        if other.resource != lead.resource:
            continue
        if merged.quantity_text is None and other.quantity_text is not None:
            merged = replace(
                merged,
                quantity_text=other.quantity_text,
                quantity_low=other.quantity_low,
                quantity_high=other.quantity_high,
                approx=other.approx,
            )
        if other.actor == lead.actor and merged.beneficiary is None:
            merged = replace(merged, beneficiary=other.beneficiary)
        if (merged.destination is None or wording.vague(merged.destination)) and other.direction == lead.direction:
            merged = replace(merged, destination=other.destination or merged.destination)
        if merged.origin is None and other.actor == lead.actor:
            merged = replace(merged, origin=other.origin)
    return merged


# ── numbers that clash ────────────────────────────────────────────────────────────────────────────────────────────


def conflicts(event: EventStory, refs: Refs, material: Material) -> tuple[Conflict, ...]:
    """Numbers about one event that cannot all be right: how many are moved, and figures its stories give."""
    found = [one for one in (_amounts(event, refs),) if one is not None]
    claimed = [
        Claimed(id=at, story=story, told_at=refs.stories[story].at, figure=figure)
        for at, (story, figure) in enumerate(material.figures)
        if story in event.stories and refs.stories[story].root == story
    ]
    for pair in disagreements(claimed):
        figure = pair.one.figure
        about = ", ".join(part for part in (figure.measure.replace("_", " "), figure.period, figure.scope) if part)
        claims = tuple(
            Claim(
                value=wording.span(side.figure.value_low, side.figure.value_high, side.figure.hedge),
                ref=refs.ref(side.story),
            )
            for side in (pair.one, pair.other)
        )
        found.append(Conflict(about=about, claims=claims))
    return tuple(found[:_MOST])


def _amounts(event: EventStory, refs: Refs) -> Conflict | None:
    """How many are moved, where outlets disagree about the state the event is in; growth is no disagreement."""
    grown = event.row.state in ("expanded", "reduced")
    since = event.row.lifecycle[-1][1] if grown and event.row.lifecycle else ""
    sides: list[tuple[Mention, StoryRow]] = []
    for mention in event.mentions:
        story = refs.stories[mention.story]
        if mention.quantity_text is None or mention.told_at < since:
            continue
        if mention.resource != event.lead.resource or mention.status in _UNDONE:
            continue
        if mention.actor != event.lead.actor or _MORE.search(mention.quantity_text):
            continue
        if any(row.root == story.root or _overlap(one, mention) for one, row in sides):
            continue
        sides.append((mention, story))
    if len({row.source for _, row in sides}) < 2:
        return None
    claims = tuple(Claim(value=wording.amount(one), ref=refs.ref(row.id)) for one, row in sides)
    return Conflict(about="how many", claims=claims)


def _overlap(one: Mention, other: Mention) -> bool:
    (low, high), (other_low, other_high) = _bounds(one), _bounds(other)
    return low <= other_high and other_low <= high


def _bounds(mention: Mention) -> tuple[float, float]:
    low = float(mention.quantity_low or 0)
    high = float(mention.quantity_high) if mention.quantity_high is not None else float("inf")
    return (low * (1 - _ABOUT), high * (1 + _ABOUT)) if mention.approx else (low, high)


# ── what was told before ──────────────────────────────────────────────────────────────────────────────────────────


def told_before(event: EventStory, told: Sequence[ToldBefore]) -> ToldBefore | None:
    """What was last told of an event; grouped anew it may have another number, so its first story knows it too."""
    known: ToldBefore | None = None
    for one in told:
        if one.event == event.row.id or (not one.there and one.story in event.stories):
            known = one
    return known


def fingerprint(event: EventStory, clashes: Sequence[Conflict]) -> dict[str, object]:
    """What is told of an event, to be compared next time."""
    return {
        "state": event.row.state,
        "low": event.row.quantity_low,
        "high": event.row.quantity_high,
        "amount": wording.amount(event.merged),
        "clashes": sorted({claim.value for clash in clashes for claim in clash.claims}),
    }


def differs(before: Mapping[str, object], now: Mapping[str, object]) -> str:
    """What is different in a way that matters, in words; "" when nothing is."""
    was = []
    if before.get("state") != now["state"]:
        was.append(str(before.get("state")))
    if _other_number(before, now):
        was.append(str(before.get("amount") or "no number"))
    if was:
        return f"was {', '.join(was)}"
    clashes, known = now["clashes"], before.get("clashes")
    if isinstance(clashes, list) and isinstance(known, list) and set(clashes) - set(known):
        return "numbers now differ"
    return ""


def _other_number(before: Mapping[str, object], now: Mapping[str, object]) -> bool:
    pairs = [(before.get(end), now.get(end)) for end in ("low", "high")]
    for old, new in pairs:
        if isinstance(old, int) and isinstance(new, int):
            if abs(old - new) > _ABOUT * max(abs(old), abs(new)):
                return True
        elif (old is None) != (new is None) and all(new_ is not None for _, new_ in pairs):
            return True
    return False
