"""Where from, where to and what for: the places and tasks that the words around a frame give it."""

from __future__ import annotations

from typing import Final

from monitor.coding.ends import HELPING, Arguments, Task
from monitor.coding.frame import Frame
from monitor.coding.left_behind import left_behind
from monitor.coding.marked import Marked, Place, task_kinds
from monitor.coding.places import OF_PLACES, place_from
from monitor.coding.tasks import helping_task, task_at
from monitor.coding.unmoved import receiver
from monitor.coding.words import (
    BE,
    CLAUSE_BREAKS,
    DETERMINERS,
    HAVE,
    MODALS,
    PLACE_PREPOSITIONS,
    RELATIVES,
    adverb,
    filler,
)

_REACH: Final = 45
_MILITARY: Final = frozenset({"NATIONAL_GUARD", "MARINES", "ARMY", "DOD"})
_VAGUE: Final = frozenset(
    {
        "the river",
        "the line",
        "the streets",
        "city streets",
        "the field",
        "duty",
        "the area",
        "downtown",
        "the frontline",
    }
)
_GIVING: Final = frozenset("lend loan send give promise spare offer".split())
_EXCHANGED: Final = frozenset({"swap", "trade"})
_TASK_PREPOSITIONS: Final = frozenset(
    {"to", "for", "on", "onto", "into", "with", "against", "toward", "towards", "in", "at"}
)
# The only words at which a clause may end, and those that may lead to a place or task; any other is passed over.
ENDINGS: Final = CLAUSE_BREAKS | RELATIVES | frozenset("; • | : . ! ? that when amid , and said says".split())
_PREPOSITIONS: Final = PLACE_PREPOSITIONS | {"for", "with", "against", "under", "as"}
LEADS: Final = _PREPOSITIONS | {"from", "off", "out", "away", "there"}


def arguments(marked: Marked, frame: Frame) -> Arguments:
    """Reads the places and tasks of ``frame``: after it, between its subject and verb, and before the clause."""
    reader = _Reader(marked, frame)
    reader.read_after()
    reader.read_between()
    if reader.destination is None:
        reader.read_front()
    if reader.destination is None:
        reader.read_anywhere()
    if reader.origin is None and reader.origin_task is None:
        reader.origin_task = left_behind(marked, frame, reader.destination_task)
    return reader.result()


class _Reader:
    """Walks the words around one frame and keeps the first thing found for each end."""

    def __init__(self, marked: Marked, frame: Frame) -> None:
        self.marked = marked
        self.frame = frame
        self.destination: Place | None = None
        self.destination_task: Task | None = None
        self.origin: Place | None = None
        self.origin_task: Task | None = None
        self.here: int | None = None
        self.clause_end = len(marked.words)
        self.leaves = frame.entry.kind in ("withdraw", "leave") or frame.back

    def result(self) -> Arguments:
        """What was found; for a withdrawal, the only place named is where from."""
        destination, origin = self.destination, self.origin
        if self.frame.entry.kind == "give" and self.frame.voice == "active" and origin is None:
            origin = self._giver()
        if self.leaves and origin is None and destination is not None and self._leaves_from(destination):
            origin, destination = destination, None
        return Arguments(
            destination=destination,
            destination_task=self.destination_task,
            origin=origin,
            origin_task=self.origin_task,
            here=self.here,
            clause_end=self.clause_end,
        )

    def _city_of_the_joined(self) -> Place | None:
        """ "join the Memphis task force": the city in the name of what is joined."""
        at = self.frame.move.last
        for step in range(at, at + 3):
            span = self.marked.place_at(step)
            if span is not None and span.entry.kind == "city":
                return Place(first=span.first, last=span.last, level="city")
        return None

    def _giver(self) -> Place | None:
        """ "Ohio and Indiana | parted with": the states or cities that give."""
        at = self.frame.move.first - 1
        while at > 0 and (self.marked.low(at) in HAVE or self.marked.low(at) in MODALS or adverb(self.marked.low(at))):
            at -= 1
        spans = [
            one for one in self.marked.layer("place") if one.last == at + 1 and one.entry.kind in ("city", "state")
        ]
        if not spans:
            return None
        first = spans[0].first
        if self.marked.low(first - 1) == "and":
            first = next((one.first for one in self.marked.layer("place") if one.last == first - 1), first)
        starts = self.marked.low(first - 1) in ("", ",", ".", ":", ";", "and", "that", "said")
        return Place(first=first, last=at + 1, level=spans[0].entry.kind) if starts else None

    def _leaves_from(self, place: Place) -> bool:
        before = self.marked.low(place.first - 1)
        return before not in ("to", "into", "onto", "toward", "for")

    def read_after(self) -> None:
        """From the movement word, its resources included, to the end of the clause."""
        marked = self.marked
        resources = self.frame.resources
        start = self.frame.move.last
        if resources and resources[-1].last > start:
            self._within_move(start, resources[0].first)
            start = resources[-1].last
        if self.frame.entry.code == "phrase":
            self._phrase_place()
        if self.frame.entry.class_of_motion and marked.place_at(start) is not None:
            place = place_from(marked, start, 2)
            if place is not None and (self.frame.entry.kind == "leave" or self.frame.entry.word in _EXCHANGED):
                self.origin = place
            elif place is not None:
                self.destination = place
        if self.frame.entry.word in _EXCHANGED and self.origin is None and "for" in marked.lows[start : start + 6]:
            self.origin_task = task_at(self.marked, start, any_words=True)
        if (
            self.frame.entry.kind == "leave"
            and self.origin is None
            and marked.low(start) in ("the", "his", "their", "its", "a", "an")
        ):
            self.origin = place_from(marked, start, 4)
            if self.origin is None:
                self.origin_task = task_at(self.marked, start)
        if (
            self.frame.entry.word in ("walk", "patrol", "guard", "work", "reach", "enter", "circle")
            and self.destination is None
        ):
            self.destination = place_from(marked, start, 4)
        promised = self.frame.entry.kind == "give" and self.frame.entry.form == "ed" and self.frame.voice == "active"
        if (self.frame.entry.kind == "receive" or promised) and (
            come_to := receiver(marked, self.frame.move)
        ) is not None:
            self.destination = Place(first=come_to.first, last=come_to.last, level=come_to.entry.kind)
        if self.frame.entry.kind in ("carry", "pay", "house"):
            after = self.frame.move.last + (marked.low(self.frame.move.last) in ("for", "to"))
            self.destination_task = task_at(
                self.marked, self.frame.move.first if self.frame.entry.kind == "carry" else after
            )
        if self.frame.entry.word == "join" and self.destination_task is None:
            self.destination_task = task_at(self.marked, self.frame.move.last)
            self.destination = self._city_of_the_joined()
        if self.frame.entry.kind == "stay" and self.frame.entry.code == "verb" and self.frame.voice == "subject":
            self.destination_task = task_at(self.marked, self.frame.move.first)
        at = start
        end = min(len(marked.words), start + _REACH)
        while at < end:
            low = marked.lows[at]
            if low in ENDINGS and self._ends(at):
                self.clause_end = at
                break
            at = self._step(at) if low in LEADS else at + 1

    def _within_move(self, start: int, stop: int) -> None:
        """ "flood Springfield with officers", "give ICE the use of": a place between verb and resource."""
        if self.frame.voice == "into":
            self.destination = place_from(self.marked, start, max(1, stop - start))
            return
        given = self.marked.place_at(start)
        if (
            given is not None
            and self.frame.entry.word in _GIVING
            and given.last <= stop
            and given.entry.kind in ("city", "state")
        ):
            self.destination = Place(first=given.first, last=given.last, level=given.entry.kind)
            before = self.marked.low(start - 1) and [
                span
                for span in self.marked.layer("place")
                if span.last <= self.frame.move.first and span.entry.kind in ("city", "state")
            ]
            if before and self.frame.move.first - before[-1].last <= 2:
                self.origin = Place(first=before[-1].first, last=before[-1].last, level=before[-1].entry.kind)
            return
        for at in range(start, stop):
            if self.marked.low(at) in ("into", "to", "in") and self.destination is None:
                place = place_from(self.marked, at + 1, 4)
                self.destination = place if place is not None and place.level != "body" else None

    def _phrase_place(self) -> None:
        """A set phrase that ends in a preposition leads to a place itself."""
        if self.frame.voice == "standing":
            self.destination = place_from(self.marked, self.frame.move.last, 4)
            return
        last = self.marked.low(self.frame.move.last - 1)
        if self.marked.low(self.frame.move.last).endswith("ing"):
            self.destination_task = task_at(self.marked, self.frame.move.last)
        if last in PLACE_PREPOSITIONS or last in ("for", "of", "on"):
            place = place_from(self.marked, self.frame.move.last)
            if place is None:
                task = task_at(self.marked, self.frame.move.last)
                if task is not None:
                    self.destination_task = task
            elif last == "of" and "out of" in self.frame.entry.word and not self.frame.entry.word.startswith("work"):
                self.origin = place
            else:
                self.destination = place

    def _ends(self, at: int) -> bool:
        marked = self.marked
        low = marked.low(at)
        if low in (";", "•", "|", ":"):
            return True
        if (
            low in (".", "!", "?")
            and (at + 1 >= len(marked.words) or marked.apart(at))
            and (len(marked.low(at - 1)) > 4 or at + 1 >= len(marked.words))
        ):
            return True
        if low in CLAUSE_BREAKS and low not in ("as", "following", "when", "amid"):
            return True
        if (
            low == "that"
            and at > 0
            and filler(marked.low(at - 1))
            and (self.destination is not None or self.destination_task is not None)
        ):
            return True
        if low in ("when", "amid") or low in RELATIVES:
            return self.destination is not None or low in RELATIVES
        if low in (",", "and") and self._finite_follows(at + 1):
            return True
        return low in ("said", "says")

    def _finite_follows(self, at: int) -> bool:
        """A new subject with its verb: the clause is over."""
        low = self.marked.low(at)
        if low in ("he", "she", "they", "it", "we"):
            return True
        return any(
            self.marked.low(step) in BE or self.marked.low(step) in HAVE or self.marked.low(step) in MODALS
            for step in range(at + 1, min(at + 4, len(self.marked.words)))
        ) and low not in ("to", "from", "and")

    def _step(self, at: int) -> int:
        """Reads what stands at ``at``; answers where to go on."""
        marked = self.marked
        low = marked.low(at)
        before = marked.low(at - 1)
        if low == "from" and (
            before in ("miles", "far", "different", "away") or (before.endswith("ed") and at - 1 > self.frame.last)
        ):
            return at + 1
        if low in ("from", "off") or (low in ("out", "away") and marked.low(at + 1) in ("of", "from")):
            return self._read_origin(at + 1 + (low in ("out", "away")))
        if low == "there" and self.here is None and self.destination is None:
            self.here = at
        if low in _PREPOSITIONS:
            if low == "to" and self._infinitive(at + 1):
                if self.destination_task is None:
                    self.destination_task = helping_task(self.marked, at + 1) or task_at(
                        self.marked, at + 1, any_words=self.leaves
                    )
                if marked.low(at + 1) in HELPING and self.destination is None:
                    helped = place_from(marked, at + 2, 5)
                    self.destination = (
                        helped if helped is not None and helped.level in ("city", "state", "described") else None
                    )
                return at + 1
            leads = low in PLACE_PREPOSITIONS or (low == "for" and self.frame.entry.kind in ("go", "leave"))
            place = place_from(marked, at + 1, 5 if low != "for" else 2) if leads else None
            if place is not None and place.level == "body" and (low in ("at", "with") or self._own(place)):
                place = None
            if place is not None and place.level == "site" and task_kinds(marked, place.first, place.last):
                place = None  # "the immigration drive"
            if low == "in" and marked.low(at + 1) == "case":
                return at + 2
            if place is not None:
                if (
                    self.destination is None
                    or self._vague(self.destination)
                    or (
                        self.destination.level in ("body", "name", "foreign")
                        and place.level not in ("site", "body", "name")
                        and low in ("in", "to", "into")
                    )
                ):
                    self.destination = place
                return place.last
            if (
                low in ("into", "inside", "outside")
                and self.destination is None
                and marked.low(at + 1) in DETERMINERS
                and self._people()
                and not task_kinds(marked, at + 1, at + 5)
            ):
                # A lower-case thing one goes into is a house or a shop, whatever city stands after it.
                self.destination = Place(first=at + 1, last=min(at + 3, len(marked.words)), level="site")
                return at + 2
            if (low in _TASK_PREPOSITIONS or low == "as") and self.destination_task is None:
                task = task_at(
                    self.marked, at + 1, any_words=self.leaves and low == "to" and filler(marked.low(at + 1))
                )
                if task is not None:
                    self.destination_task = task
                    return at + 1 if low == "to" else max(at + 1, task.first)
        return at + 1

    def _read_origin(self, at: int) -> int:
        marked = self.marked
        if any(span.entry.form == "ing" and span.entry.code == "verb" for span in marked.moves_at(at)) and marked.low(
            at
        ) not in ("processing", "patrolling", "guarding", "chasing"):
            return at
        place = place_from(marked, at)
        task = task_at(self.marked, at)
        if (
            place is not None
            and place.level != "site"
            and not (task is not None and task.kinds and place.level == "name" and task.first <= place.first)
        ):
            place = self._with_its_state(place)
            self.origin = self.origin or place
            return place.last
        if place is not None and place.level == "site" and task is None and self.frame.entry.kind in ("go", "leave"):
            self.origin = self.origin or place  # out of a building: an incident, and it should count as one
            return place.last
        if task is None and self._any_work():
            task = task_at(self.marked, at, any_words=True)
        if task is not None:
            self.origin_task = self.origin_task or task
            return task.last
        return at

    def _with_its_state(self, place: Place) -> Place:
        """ "From the Laredo Sector in Texas": what it lies in belongs to it, and is not where they go."""
        at = place.last
        while self.marked.low(at) in OF_PLACES:
            at += 1
        if self.marked.low(at) in ("in", ",", "of"):
            around = self.marked.place_at(at + 1)
            if around is not None and around.entry.kind == "state":
                return Place(first=place.first, last=around.last, level=place.level)
        return place

    def _people(self) -> bool:
        return any(one.kind == "personnel" for one in self.frame.resources)

    def _infinitive(self, at: int) -> bool:
        """Whether the word after "to" is a verb, so that work follows and no place."""
        if self.marked.low(at) in HELPING or self.marked.low(at) in (
            "find",
            "locate",
            "fight",
            "combat",
            "quell",
            "restore",
            "stop",
            "clear",
            "keep",
            "carry",
            "enforce",
            "arrest",
            "secure",
            "process",
            "expand",
            "prevent",
            "begin",
        ):
            return True
        return (
            self.marked.words[at : at + 1] != []
            and self.marked.words[at].text.islower()
            and any(
                span.entry.form == "base" and self.marked.noun_at(at) is None and self.marked.place_at(at) is None
                for span in self.marked.moves_at(at)
            )
        )

    def _own(self, place: Place) -> bool:
        """Whether a "place" is the very body that moves, or a military one: nobody is sent into the Marines."""
        noun = self.marked.noun_at(place.first)
        code = noun.entry.code if noun is not None else ""
        return code in _MILITARY or (code != "" and any(one.code == code for one in self.frame.resources))

    def _vague(self, place: Place) -> bool:
        """ "duty on the river at Brownsville", "the streets of Washington": a name further on says it better."""
        return self.marked.cut(place.first, place.last).lower() in _VAGUE

    def _any_work(self) -> bool:
        """Money, and what is taken rather than sent, has an origin in any words."""
        return self.frame.entry.kind == "take" or any(one.kind == "money" for one in self.frame.resources)

    def read_between(self) -> None:
        """Between a subject and its verb: "agents based at the border traveled", "Marines at the base got …"."""
        if not self.frame.resources or self.frame.voice not in ("subject", "passive", "active"):
            return
        marked = self.marked
        if self.frame.voice == "active":
            return
        resource = self.frame.resources[-1]
        stop = self.frame.move.first
        at = resource.last
        # The owner read into the phrase may hold the origin: "troops from California".
        for step in range(resource.head + 1, resource.last):
            if marked.low(step) == "from" and self.origin is None:
                place = place_from(marked, step + 1, 4)
                self.origin = place if place is not None and place.level != "body" else None
        while at < stop:
            low = marked.low(at)
            if low in ("from", "off") or (
                low in ("in", "at", "out") and marked.low(at - 1) in ("based", "stationed", "assigned", "serving")
            ):
                at = self._read_origin(at + 1)
                continue
            if low in ("in", "at") and at == resource.last:
                place = place_from(marked, at + 1, 4)
                if place is not None and place.level != "site":
                    if self.leaves or self.destination is not None or low == "at":
                        self.origin = self.origin or place
                    else:
                        self.destination = place
            if low in ("on", "doing", "working", "chase", "tied") and self.origin_task is None and self.leaves:
                self.origin_task = task_at(self.marked, at + 1)
            at += 1

    def read_front(self) -> None:
        """A place set before the clause: "In Los Angeles, …"."""
        marked = self.marked
        stop = min(self.frame.first, 12)
        for at in range(stop):
            if marked.low(at) in ("in", "across", "at") and (at == 0 or marked.low(at - 1) in (",", ".", ":", "—")):
                place = place_from(marked, at + 1, 4)
                if place is not None and place.level not in ("site", "body", "name"):
                    self.destination = place
                    return

    def read_anywhere(self) -> None:
        """The only city or state a sentence names, when a body is sent and nothing nearer says where to."""
        least = 2 if self.frame.voice == "nominal" else 3
        if self.leaves or self.here is not None or self.frame.entry.strength < least or self.origin is not None:
            return
        spans = [
            span
            for span in self.marked.layer("place")
            if span.entry.kind in ("city", "state")
            and not self._names_resource(span.first)
            and not (span.entry.kind == "state" and self._names_owner(span.last))
        ]
        if any(span.entry.kind == "city" for span in spans):
            spans = [span for span in spans if span.entry.kind == "city"]
        names = {self.marked.cut(span.first, span.last) for span in spans}
        if len(names) == 1:
            self.destination = Place(first=spans[0].first, last=spans[0].last, level=spans[0].entry.kind)

    def _names_owner(self, at: int) -> bool:
        """ "California's Guard", "California Governor Gavin Newsom": whose somebody is, not where they go."""
        low = self.marked.low(at)
        return low in ("'s", "'") or (
            filler(low) and low.isalpha() and not adverb(low) and low[-2:] not in ("ed", "ly")
        )

    def _names_resource(self, at: int) -> bool:
        return any(one.first <= at < one.last or at == one.first - 1 for one in self.marked.resources)
