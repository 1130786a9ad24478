"""A composed digest: everything it says, in order, as text and addresses; how it looks is the templates' business."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from monitor.digest.parcels import ToldEvent, ToldStory


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A story to be linked: ``source`` as people call it, ``when`` in the digest's time zone, ``url`` http(s) or ""."""

    title: str
    url: str
    source: str
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """Who else tells the same: a few by name, the rest counted, and the release it comes from, how much earlier."""

    refs: tuple[Ref, ...] = ()
    more: int = 0
    release: Ref | None = None
    earlier: str = ""

    def __bool__(self) -> bool:
        return bool(self.refs or self.release)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One side's number: the value in words and who says so."""

    value: str
    ref: Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Numbers that do not agree, side by side; ``about`` is what they count."""

    about: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEntry:
    """A shift as it happened in the world.

    ``what`` are the parts of its one line, ``state`` the last of them; ``news`` says what is different from last time
    ("was announced, about 1,000"), ``""`` when it is told for the first time.
    """

    what: tuple[str, ...]
    state: str
    sentence: str
    ref: Ref
    news: str = ""
    folded: Folded = Folded()
    conflicts: tuple[Conflict, ...] = ()

    @property
    def line(self) -> str:
        """The line that states the shift."""
        return " · ".join((*self.what, self.state))


@dataclass(frozen=True, slots=True, kw_only=True)
class EditEntry:
    """A story that reads differently: ``gist`` says how ("600 → 450"), the sentences what it said and says."""

    ref: Ref
    kind: str
    gist: str
    before: str
    after: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEntry:
    """A story that tells of no event, with the sentence that brought it here."""

    ref: Ref
    sentence: str = ""
    folded: Folded = Folded()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Stories under one heading; ``more`` were left out."""

    label: str
    stories: tuple[StoryEntry, ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A source that could not be seen: in which way, since when, why; ``new`` when that began in this window."""

    source: str
    state: str
    since: str
    reason: str
    new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """All of it. ``start`` and ``end`` are what it covers, told in ``period`` in the digest's own time zone.

    ``older`` counts stories that came in but are from long before, ``left`` those over the maximum. ``failures`` are
    lines about mails that did not arrive, ``notices`` lines about sources that came back or changed. ``bars`` are (day,
    events) of the last days for a small chart.
    """

    name: str
    title: str
    start: datetime
    end: datetime
    period: str
    late: str = ""
    events: tuple[EventEntry, ...] = ()
    changed: tuple[EventEntry, ...] = ()
    edits: tuple[EditEntry, ...] = ()
    continued: tuple[EventEntry, ...] = ()
    groups: tuple[Group, ...] = ()
    older: int = 0
    left: int = 0
    unseen: tuple[Unseen, ...] = ()
    sources: int = 0
    notices: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    sample: bool = False
    told_stories: tuple[ToldStory, ...] = ()
    told_events: tuple[ToldEvent, ...] = field(default=())

    @property
    def stories(self) -> int:
        """How many stories stand in a line of their own."""
        return sum(len(group.stories) for group in self.groups)

    @property
    def shifts(self) -> int:
        """How many events are new or have changed."""
        return len(self.events) + len(self.changed)

    @property
    def told(self) -> bool:
        """Whether there is anything in it that somebody wrote and was not told before."""
        return bool(self.shifts or self.edits or self.continued or self.stories or self.left or self.older)

    @property
    def news(self) -> bool:
        """Whether there is anything in it that was not known before."""
        return self.told or bool(self.failures or self.notices) or any(one.new for one in self.unseen)
