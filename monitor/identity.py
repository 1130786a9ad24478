"""Which stories are one text, and which coverage draws on which release: the verdicts of monitor.matching.

Pure functions that run in the reading workers: ``sign`` what the index needs of a story, ``compare`` a story with its
candidates. ``groups`` and ``lag`` turn what they found into what the archive keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.matching import reuse
from monitor.matching.credits import read_credit
from monitor.matching.fingerprint import pack, sketch
from monitor.matching.near_duplicates import LEAST_WORDS, Match, TextView, judge
from monitor.matching.words import words_once
from monitor.model import StoryKind
from monitor.reading.urls import canonical, host
from monitor.verdicts import Told

TEXTS, RELEASES, FIRST_MONTH = 0, 1, 2  # spaces of the index
AHEAD = timedelta(days=2)  # coverage this long before its release: embargoes, dates without zones
BEHIND = timedelta(days=365)  # coverage this long after its release says so by a link
WINDOW = timedelta(days=60)  # how far back coverage is looked for when a release arrives after it
_OFFICIAL = (".gov", ".mil")
# A date without a time is of the publisher's zone, which for American publishers is UTC to UTC-12.
_DAY = timedelta(hours=36)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What the index and the archive keep of a story: its sketch and prints (empty: too short to match), the origin it
    is credited to with the words that say so, and the addresses of agencies it links to."""

    story: int
    sketch: bytes
    prints: bytes
    origin: str
    origin_from: str
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What comparing a story with its candidates found: near-duplicates by story, releases drawn on best first."""

    matches: tuple[tuple[int, Match], ...]
    draws: tuple[tuple[int, reuse.Draw], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaybeRelease:
    """A release a story may draw on: whether it is linked, and how many releases have each of its prints."""

    told: Told
    linked: bool
    holders: Mapping[int, int]


def sign(stories: Sequence[Told], agencies: frozenset[str]) -> list[Signature]:
    """The signatures of stories; ``agencies`` are the domains whose pages count as releases when linked to."""
    return [_sign(story, agencies) for story in stories]


def _sign(story: Told, agencies: frozenset[str]) -> Signature:
    words = [word.norm for word in words_once(story.text)]
    enough = len(words) >= LEAST_WORDS
    credit = read_credit(story.text, story.byline, outlet=story.outlet)
    return Signature(
        story=story.story,
        sketch=pack(sketch(words)) if enough else b"",
        prints=reuse.prints(reuse.read(story.text)) if enough else b"",
        origin=credit.origin if credit else "",
        origin_from=f"{credit.where}: {credit.words}" if credit else "",
        cites=() if story.kind is StoryKind.RELEASE else cited(story.links, agencies),
    )


def cited(links: Iterable[str], agencies: frozenset[str]) -> tuple[str, ...]:
    """The canonical addresses among ``links`` that lie on an agency's site."""
    found = {canonical(link): None for link in links if _official(link, agencies)}
    return tuple(address for address in found if address)


def _official(link: str, agencies: frozenset[str]) -> bool:
    name = host(link)
    return name.endswith(_OFFICIAL) or any(part in agencies for part in _and_above(name))


def _and_above(name: str) -> list[str]:
    """A host and every domain it lies in: ``news.x.org``, ``x.org``, ``org``."""
    parts = name.split(".")
    return [".".join(parts[at:]) for at in range(len(parts))]


def compare(story: Told, others: Sequence[Told], releases: Sequence[MaybeRelease], total_releases: int) -> Compared:
    """The verdicts on a story and its candidates: ``others`` may be the same text, ``releases`` what it draws on."""
    view = _view(story)
    matches = [(other.story, match) for other in others if (match := judge(view, _view(other)))]
    drawn: dict[int, reuse.Draw] = {}
    if story.kind is not StoryKind.RELEASE and releases:
        reading = reuse.read(story.text)
        for one in releases:
            if not one.linked and not _in_time(story, one.told):
                continue
            draw = reuse.draw(
                reading,
                reuse.read(one.told.text),
                linked=one.linked,
                holders=one.holders,
                releases=total_releases,
            )
            if draw is not None:
                drawn[one.told.story] = draw
    return Compared(matches=tuple(matches), draws=tuple(reuse.explain(drawn)))


def _view(story: Told) -> TextView:
    return TextView(text=story.text, title=story.title, language=story.language, at=moment(story))


def moment(story: Told) -> datetime:
    """When a story appeared, as early as its date allows."""
    return _span(story.published)[0] if story.published else _moment(story.first_seen)


def _in_time(story: Told, release: Told) -> bool:
    """Whether a story appeared when the release could be known and was still news, as far as the dates say."""
    low, high = lag(release, story)
    early = high is not None and timedelta(seconds=high) < -AHEAD
    late = low is not None and timedelta(seconds=low) > BEHIND
    return not early and not late


def lag(release: Told, story: Told) -> tuple[int | None, int | None]:
    """The least and the most seconds from release to story; None where it has no bound.

    A date without a time leaves a day and the zones open; an undated story appeared between the last look that did not
    list it and the first that did. Nothing was published after it was seen.
    """
    release_low, release_high = appeared(release)
    low, high = appeared(story)
    least = _seconds(low, release_high)
    most = _seconds(high, release_low)
    return least, most


def appeared(story: Told) -> tuple[datetime | None, datetime]:
    """The moments between which a story appeared: None when nothing says how early."""
    seen = _moment(story.first_seen)
    if not story.published:
        return (_moment(story.not_before) if story.not_before else None), seen
    low, high = _span(story.published)
    return low, max(low, min(high, seen))


def _seconds(later: datetime | None, earlier: datetime | None) -> int | None:
    return None if later is None or earlier is None else int((later - earlier).total_seconds())


def _span(published: str) -> tuple[datetime, datetime]:
    """The first and last moment an ISO date of any precision leaves open."""
    if len(published) == 7:
        first = datetime.fromisoformat(f"{published}-01").replace(tzinfo=UTC)
        following = (first + timedelta(days=32)).replace(day=1)
        return first, following + _DAY - timedelta(days=1)
    if len(published) == 10:
        first = datetime.fromisoformat(published).replace(tzinfo=UTC)
        return first, first + _DAY
    at = _moment(published)
    return at, at


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def month_space(at: datetime) -> int:
    """The index space of coverage that appeared in that month."""
    return FIRST_MONTH + max(0, min(at.year, 2700) - 1) * 12 + at.month - 1


def months_around(release: datetime) -> list[int]:
    """The spaces of coverage that may draw on a release of that moment."""
    first = month_space(release - AHEAD)
    return list(range(first, month_space(release + WINDOW) + 1))


def groups(
    copies: Iterable[tuple[int, int, float]],
    rank: Mapping[int, tuple[str, ...]],
    apart: Iterable[tuple[int, int]] = (),
    together: Iterable[tuple[int, int]] = (),
) -> dict[int, int]:
    """Each story → the story that stands for its group (the smallest ``rank``), the same for any order of the pairs.

    ``copies`` are pairs with their similarity. Pairs decided by hand come first: no group ever holds a pair of
    ``apart``, whatever chain of copies leads from one to the other; the more alike ones are joined before.
    """
    parent = {story: story for story in rank}
    foes: dict[int, set[int]] = {story: set() for story in rank}

    def root(x: int) -> int:
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    def join(x: int, y: int) -> None:
        x, y = root(x), root(y)
        if x == y or any(root(foe) == y for foe in foes[x]):
            return
        parent[x] = y
        foes[y] |= foes[x]

    for x, y in apart:
        if x in rank and y in rank:
            foes[x].add(y)
            foes[y].add(x)
    for x, y in sorted(together, key=lambda pair: sorted((rank[pair[0]], rank[pair[1]]))):
        join(x, y)
    ordered = sorted(copies, key=lambda pair: (-pair[2], *sorted((rank[pair[0]], rank[pair[1]]))))
    for x, y, _ in ordered:
        join(x, y)
    first: dict[int, int] = {}
    for story in rank:
        top = root(story)
        first[top] = min(first.get(top, story), story, key=lambda one: rank[one])
    return {story: first[root(story)] for story in rank}
