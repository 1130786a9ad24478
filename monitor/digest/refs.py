"""Stories as a digest refers to them: who, when, where to read it, and who else tells the same. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.digest import wording
from monitor.digest.headers import clean, shortened
from monitor.digest.material import Drawn, StoryRow
from monitor.digest.model import Folded, Ref
from monitor.reading.urls import is_http

NAMED = 3  # others that are named; the rest is counted
_LONGEST_NAME = 28
_LONGEST_TITLE = 160


class Refs:
    """The stories at hand, referred to in the words and the time zone of one digest."""

    def __init__(self, stories: Mapping[int, StoryRow], zone: ZoneInfo, now: datetime) -> None:
        self.stories = stories
        self._zone = zone
        self._now = now

    def ref(self, story: int) -> Ref:
        """A story to be linked; its address only when it is http or https and holds nothing that could break out."""
        row = self.stories[story]
        url = row.url if is_http(row.url) and row.url.isprintable() and not set(row.url) & set(' "<>\\') else ""
        title = shortened(clean(row.title), _LONGEST_TITLE) or row.domain
        return Ref(title=title, url=url, source=self.source(row), when=self.when(row.at))

    def source(self, row: StoryRow) -> str:
        """A source as people call it: an agency by its domain, an outlet by its name."""
        name = clean(row.source_name)
        return row.domain if row.kind == "release" or len(name) > _LONGEST_NAME or not name else name

    def when(self, text: str) -> str:
        """A moment in the digest's words."""
        return wording.when(text, self._zone, self._now)


def folded(lead: int, others: Iterable[int], refs: Refs, drawn: Sequence[Drawn]) -> Folded:
    """Who else tells what ``lead`` tells, one line per source, and the release they draw on."""
    stories = refs.stories
    rows = sorted((stories[one] for one in set(others) if one != lead), key=lambda row: (row.at, row.id))
    release, lag = _release(stories[lead], rows, stories, drawn)
    named: dict[str, StoryRow] = {}
    own = refs.source(stories[lead])
    for row in rows:
        if (release is None or row.root != release.root) and refs.source(row) != own:
            named.setdefault(refs.source(row), row)
    shown = list(named.values())[:NAMED]
    return Folded(
        refs=tuple(refs.ref(row.id) for row in shown),
        more=len(named) - len(shown),
        release=refs.ref(release.id) if release else None,
        earlier=_earlier(lag),
    )


def _release(
    lead: StoryRow, rows: Sequence[StoryRow], stories: Mapping[int, StoryRow], drawn: Sequence[Drawn]
) -> tuple[StoryRow | None, timedelta | None]:
    """The release behind a story: the one it draws on most, else the first among those that tell the same."""
    if lead.kind == "release":
        return None, None
    for story in (lead.id, *(row.id for row in rows)):
        for one in drawn:
            if one.story == story and one.release in stories:
                lag = timedelta(seconds=one.lag) if one.lag is not None and story == lead.id else None
                release = stories[one.release]
                return release, lag if lag is not None else _between(release, lead)
    first = next((row for row in rows if row.kind == "release"), None)
    return first, _between(first, lead) if first else None


def _between(release: StoryRow, story: StoryRow) -> timedelta | None:
    """From release to story, where both say the time of day."""
    first, last = (wording.moment(row.published_at or "") for row in (release, story))
    return last - first if first and last else None


def _earlier(lag: timedelta | None) -> str:
    if lag is None:
        return ""
    if lag < timedelta(0):
        return f"{wording.lasted(lag)} later"
    return f"{wording.lasted(lag)} earlier" if lag >= timedelta(minutes=5) else "at the same time"
