"""Composes a digest: material in, everything it says out, each story and each shift once. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.config import Digest as Spec
from monitor.digest import wording
from monitor.digest.edits import edit_entry
from monitor.digest.events import EventStory, conflicts, differs, fingerprint, told_before
from monitor.digest.headers import clean, shortened
from monitor.digest.material import Material, StoryRow
from monitor.digest.model import Digest, EditEntry, EventEntry, Group, StoryEntry
from monitor.digest.parcels import Place, ToldEvent, ToldStory
from monitor.digest.refs import Refs, folded
from monitor.digest.unseen import noticed, unseen
from monitor.digest.window import Window
from monitor.query import SHIFT_FIELDS, All, AnyOf, Field, Node, Query

OLD = timedelta(days=7)  # a story from longer before the window was found late: it is counted, not told
OTHER = "Other stories"
LONGEST_SENTENCE = 360


def compose(
    material: Material,
    spec: Spec,
    window: Window,
    *,
    labels: Mapping[str, str],
    query: Query,
    failures: Sequence[str] = (),
    late: str = "",
) -> Digest:
    """The digest of ``spec`` for ``window``; ``labels`` are the codes' names in the codebook's order."""
    return _Composer(material, spec, window, labels, query).digest(failures, late)


@dataclass(slots=True)
class _Room:
    """How many more entries there is room for."""

    left: int

    def take(self) -> bool:
        """Whether one more fits."""
        self.left -= 1
        return self.left >= 0


class _Composer:
    """One digest in the making."""

    def __init__(self, material: Material, spec: Spec, window: Window, labels: Mapping[str, str], query: Query) -> None:
        self.material = material
        self.spec = spec
        self.window = window
        self.labels = labels
        self.zone = ZoneInfo(spec.timezone)
        self.refs = Refs(material.stories, self.zone, window.end)
        self.about_shifts = about_shifts(query)
        self.room = _Room(spec.maximum)
        self.places: dict[int, Place] = {}
        self.told_events: list[ToldEvent] = []
        self.shown: list[EventStory] = []
        self.older: set[int] = set()
        self.left = 0
        self.cutoff = window.start - OLD

    def digest(self, failures: Sequence[str], late: str) -> Digest:
        """Events first, for what they tell need not be told again."""
        news, changed, continued = self._events()
        edits = self._edits()
        groups = self._groups()
        for story in self.material.new:
            self.places.setdefault(story, Place.COUNTED)
        rows = self.material.stories
        channels, sources = unseen(self.material.channels, self.window, self.zone)
        return Digest(
            name=self.spec.name,
            title=self.spec.title or self.spec.name,
            start=self.window.start,
            end=self.window.end,
            period=wording.period(self.window.start, self.window.end, self.zone),
            late=late,
            events=tuple(news),
            changed=tuple(changed),
            continued=tuple(continued),
            edits=tuple(edits),
            groups=tuple(groups),
            older=len(self.older),
            left=self.left,
            unseen=channels,
            sources=sources,
            notices=noticed(self.material.notices),
            failures=tuple(failures),
            told_stories=tuple(
                ToldStory(story=story, version=rows[story].version, place=place)
                for story, place in sorted(self.places.items())
            ),
            told_events=tuple(self.told_events),
        )

    # ── events ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _events(self) -> tuple[list[EventEntry], list[EventEntry], list[EventEntry]]:
        """Events told for the first time, those that changed, and those there is only more coverage of."""
        news: list[EventEntry] = []
        changed: list[EventEntry] = []
        continued: list[EventEntry] = []
        for event in self._touched():
            fresh = event.fresh_stories
            if not any(story in self.material.new for story in fresh):
                self._update(event)
                continue
            if all(self._is_old(self.material.stories[story]) for story in fresh):
                self.older.update(fresh)
                continue
            before = told_before(event, self.material.told)
            clashes = conflicts(event, self.refs, self.material)
            print_ = fingerprint(event, clashes)
            difference = differs(before.told, print_) if before else ""
            if self._is_detail(event):
                self._note(event, print_)
                continue
            if not self.room.take():
                self.left += 1
                self._mark(fresh, Place.COUNTED)
                continue
            self.shown.append(event)
            entry = EventEntry(
                what=wording.shift_parts(event.merged),
                state=event.row.state,
                sentence=shortened(clean(event.lead.sentence), LONGEST_SENTENCE),
                ref=self.refs.ref(event.lead.story),
                news=difference,
                folded=folded(event.lead.story, fresh, self.refs, self.material.drawn),
                conflicts=clashes,
            )
            self._mark(fresh, Place.EVENT)
            if before is None or difference:
                (changed if before else news).append(entry)
                self._note(event, print_)
            else:
                continued.append(entry)
        return news, changed, continued

    def _touched(self) -> list[EventStory]:
        """Events with something fresh, those most widely told and largest first."""
        fresh = self.material.new | {one.story for one in self.material.revised}
        by_event: dict[int, list[int]] = {}
        for at, mention in enumerate(self.material.mentions):
            by_event.setdefault(mention.event, []).append(at)
        events = [
            EventStory.of(row, [self.material.mentions[at] for at in by_event[row.id]], fresh, self.material.stories)
            for row in self.material.events.values()
            if row.id in by_event
        ]
        return sorted(
            (one for one in events if one.fresh_stories),
            key=lambda one: (-one.outlets, -(one.row.quantity_high or one.row.quantity_low or 0), one.row.id),
        )

    def _is_detail(self, event: EventStory) -> bool:
        """Whether an event is only a vaguer sentence of stories that tell of one shown already."""
        return any(
            set(event.fresh_stories) <= set(other.stories)
            and event.lead.actor in (other.lead.actor, "UNSPECIFIED")
            and (
                event.lead.quantity_text in (None, other.merged.quantity_text)
                or (event.lead.actor == "UNSPECIFIED" and event.lead.sentence == other.lead.sentence)
            )
            for other in self.shown
        )

    def _note(self, event: EventStory, told: Mapping[str, object]) -> None:
        self.told_events.append(ToldEvent(event=event.row.id, story=event.row.first_story, told=told))

    def _update(self, event: EventStory) -> None:
        """An event that reads differently only because a known story was edited: the edit is told, and noted here."""
        if (before := told_before(event, self.material.told)) is not None:
            print_ = fingerprint(event, conflicts(event, self.refs, self.material))
            if differs(before.told, print_):
                self._note(event, print_)

    # ── edits ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _edits(self) -> list[EditEntry]:
        """Known stories that now say something else; of copies that were all edited, one."""
        entries: list[EditEntry] = []
        seen: set[tuple[str, str]] = set()
        for one in self.material.revised:
            entry = edit_entry(one, self.refs)
            if entry is None:
                continue
            self.places[one.story] = Place.CHANGED
            if (entry.before, entry.after) in seen:
                continue
            seen.add((entry.before, entry.after))
            if self.room.take():
                entries.append(entry)
            else:
                self.left += 1
        return entries

    # ── other stories ─────────────────────────────────────────────────────────────────────────────────────────────

    def _groups(self) -> list[Group]:
        """What tells of no event, each text once, coverage under its release, by heading."""
        headed: dict[str, list[StoryEntry]] = {}
        more: dict[str, int] = {}
        for members in self._clusters():
            lead = members[0]
            label, sentence = self._heading(lead)
            if not self.room.take():
                self.left += 1
                more[label] = more.get(label, 0) + 1
                continue
            self._mark((row.id for row in members), Place.STORY)
            headed.setdefault(label, []).append(
                StoryEntry(
                    ref=self.refs.ref(lead.id),
                    sentence=sentence,
                    folded=folded(lead.id, [row.id for row in members], self.refs, self.material.drawn),
                )
            )
        order = {label: at for at, label in enumerate(self.labels.values())}
        return [
            Group(label=label, stories=tuple(entries), more=more.get(label, 0))
            for label, entries in sorted(
                headed.items(), key=lambda item: (item[0] == OTHER, order.get(item[0], len(order)), item[0])
            )
        ]

    def _clusters(self) -> list[list[StoryRow]]:
        """New stories no event tells of, those of one text or one release together, newest first."""
        told = {self.material.stories[story].root for story in self.places}
        told |= {row.root for row in self.material.stories.values() if row.id in self.material.told_stories}
        drawn: dict[int, int] = {}
        for one in self.material.drawn:  # the best match first
            drawn.setdefault(one.story, self._root(one.release))
        clusters: dict[int, list[StoryRow]] = {}
        for id_ in self.material.new:
            row = self.material.stories[id_]
            if row.root in told or row.root in self.material.told_stories or id_ in self.places:
                continue
            if row.rejected and self.about_shifts:
                continue
            if self._is_old(row):
                self.older.add(id_)
                continue
            release = drawn.get(id_, drawn.get(row.root, row.root))
            clusters.setdefault(release, []).append(row)
        for members in clusters.values():
            members.sort(key=lambda row: (row.kind != "release", row.at, row.id))
        return sorted(clusters.values(), key=lambda members: (members[-1].at, members[-1].id), reverse=True)

    def _root(self, story: int) -> int:
        row = self.material.stories.get(story)
        return row.root if row else story

    def _heading(self, row: StoryRow) -> tuple[str, str]:
        """The heading a story stands under, and the sentence that put it there."""
        code, sentence = self._best_tag(row)
        sentence = shortened(clean(sentence or row.lede), LONGEST_SENTENCE)
        sentence = "" if sentence == self.refs.ref(row.id).title else sentence
        match self.spec.group:
            case "source":
                return self.refs.source(row), sentence
            case "day":
                return wording.when(row.at[:10], self.zone, self.window.end), sentence
            case "none":
                return "Stories", sentence
        return (self.labels.get(code, code) if code else OTHER), sentence

    def _best_tag(self, row: StoryRow) -> tuple[str, str]:
        """The code that says most: one about a shift, else about a subject, else about an agency."""
        if not row.tags:
            return "", ""
        order = {code: at for at, code in enumerate(self.labels)}
        return min(row.tags, key=lambda tag: (_weight(tag[0]), order.get(tag[0], len(order))))

    # ── bookkeeping ───────────────────────────────────────────────────────────────────────────────────────────────

    def _mark(self, stories: Iterable[int], place: Place) -> None:
        for story in stories:
            if story in self.material.new:
                self.places[story] = place

    def _is_old(self, row: StoryRow) -> bool:
        return row.at[:10] < self.cutoff.date().isoformat()


def _weight(code: str) -> int:
    return 2 if code.startswith("actor/") else 0 if code.startswith(("resource-shift", "direction/")) else 1


def about_shifts(query: Query) -> bool:
    """Whether a query asks for shifts: stories whose only shift was rejected are then nothing to it."""
    waiting: list[Node] = [] if query.node is None else [query.node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, All | AnyOf):
            waiting.extend(node.parts)
        elif isinstance(node, Field) and (
            node.name in SHIFT_FIELDS or node.name == "label" or (node.name == "tag" and _weight(node.value) == 0)
        ):
            return True
    return False


def said_of(window: Window, spec: Spec, now: datetime) -> str:
    """What to say of a digest that comes late, ``""`` when it is on time."""
    if window.slot is None:
        return ""
    zone = ZoneInfo(spec.timezone)
    late = now - window.slot
    parts = []
    if window.missed:
        parts.append(f"{window.missed} earlier digest{'s' if window.missed > 1 else ''} could not be made")
    if late > timedelta(minutes=30):
        due = wording.when(window.slot.isoformat(), zone, now)
        parts.append(f"this one was due {due} and comes {wording.lasted(late)} late")
    return "; ".join(parts)
