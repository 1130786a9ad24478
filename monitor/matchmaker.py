"""The use case after filing: stories that wait are matched, edits named; what was filed is never held up by it.

    waiting ──► sign (workers) ──► index, candidates (writer) ──► compare (workers) ──► verdicts, groups (writer)

Filing only puts a story into a queue; an interrupted run leaves it there, and the next one goes on. Each batch is two
short transactions: one adds to the index and asks it, one files the verdicts and takes the stories off the queue. A
crash in between repeats the batch, which changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from monitor import edits, identity
from monitor.filer import Filer
from monitor.identity import Compared, MaybeRelease, Signature
from monitor.matching import changes
from monitor.matching.near_duplicates import compare
from monitor.matching.postings import Index
from monitor.matching.reuse import Passage
from monitor.model import StoryKind, Trouble
from monitor.ports import Clock, Readers
from monitor.verdicts import Drawn, MatchArchive, MatchTables, Pair, Told, VersionPair, Waiting

T = TypeVar("T")

BATCH = 64  # stories in one round: some 1 MB of text, two transactions of a few dozen milliseconds
SIGNED_AT_ONCE = 4  # stories in one call of a worker
PROPOSED_RELEASES = 12
OPEN_SPACES = 16  # months of coverage whose unsettled sketches are held in memory
KEPT_EDITS = 60  # of one version; whoever rewrites more has written another text
KEPT_WORDS = 400  # characters of a sentence kept with its edit; the texts themselves are in versions


@dataclass(slots=True, kw_only=True)
class MatchDesk:
    """What matching works with, and the index's memory of what is not in a segment yet."""

    filer: Filer
    archive: MatchArchive
    readers: Readers
    clock: Clock
    indexes: dict[int, Index] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Matched:
    """What a run came to."""

    stories: int = 0
    edits: int = 0


@dataclass(slots=True, kw_only=True)
class _Proposal:
    """A story with what it is to be compared with."""

    story: Told
    others: list[Told]
    releases: list[MaybeRelease]
    draws_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """The next stories to match, as they read now, and those whose versions are to be compared."""

    queued: list[Waiting]
    told: dict[int, Told]
    edited: list[Waiting]
    agencies: frozenset[str]
    left: int


async def match_waiting(
    desk: MatchDesk,
    *,
    progress: Callable[[int, int], None] = lambda done, left: None,
    stop: asyncio.Event | None = None,
    least: int = 1,
) -> Matched:
    """Match every story that waits and name every edit not named yet; ``progress`` hears how many are done and left.

    Fewer than ``least`` are left waiting, for a batch that is worth its transactions.
    """
    result = Matched()
    done = 0
    while stop is None or not stop.is_set():
        batch = await desk.filer.call(_next, desk, least)
        if batch is None:
            break
        progress(done, batch.left)
        if batch.edited:
            await _name_edits(desk, batch.edited, result)
        if batch.queued:
            await _match(desk, batch, result)
        done += len(batch.queued) + len(batch.edited)
    progress(done, 0)
    return result


async def match_alongside(
    desk: MatchDesk, filing: Awaitable[T], *, filed: asyncio.Event, stop: asyncio.Event | None = None
) -> T:
    """Await ``filing`` and match meanwhile what it has filed, batch by full batch; ``filed`` is set when there is more.

    So the workers go on reading while the writer asks the index, and go on comparing while it files. What does not
    fill a batch is left waiting, and so is everything when ``filing`` fails.
    """
    ended = False

    async def matching() -> None:
        while not ended:
            await filed.wait()
            filed.clear()
            await match_waiting(desk, stop=stop, least=BATCH)

    async with asyncio.TaskGroup() as group:
        group.create_task(matching())
        result = await filing
        ended = True
        filed.set()
    return result


def _next(desk: MatchDesk, least: int) -> _Batch | None:
    with desk.archive.matching() as tables:
        left = tables.waiting_count()
        if left < least:
            return None
        queued, edited = tables.waiting(BATCH), tables.edited(BATCH)
        told = tables.told(one.story for one in queued)
        return _Batch(queued=queued, told=told, edited=edited, agencies=tables.agency_domains(), left=left)


async def _match(desk: MatchDesk, batch: _Batch, result: Matched) -> None:
    stories = list(batch.told.values())
    signatures = await _signed(desk, stories, batch.agencies)
    draws_only = {one.story for one in batch.queued if one.draws_only}
    proposals, total = await desk.filer.call(_propose, desk, stories, signatures, draws_only)
    compared = await asyncio.gather(*(_compared(desk, one, total) for one in proposals))
    found = list(zip(proposals, compared, strict=True))
    await desk.filer.call(_file, desk, batch.queued, found, desk.clock.now())
    result.stories += len(stories)


async def _signed(desk: MatchDesk, stories: Sequence[Told], agencies: frozenset[str]) -> dict[int, Signature]:
    parts = [stories[at : at + SIGNED_AT_ONCE] for at in range(0, len(stories), SIGNED_AT_ONCE)]
    answers = await asyncio.gather(*(desk.readers.run(identity.sign, part, agencies) for part in parts))
    found: dict[int, Signature] = {}
    for part, answer in zip(parts, answers, strict=True):
        if isinstance(answer, Trouble):  # one text that cannot be read costs its neighbours nothing but time
            answer = [one for story in part for one in await _signed_alone(desk, story, agencies)]
        found.update({signature.story: signature for signature in answer})
    return found


async def _signed_alone(desk: MatchDesk, story: Told, agencies: frozenset[str]) -> list[Signature]:
    answer = await desk.readers.run(identity.sign, [story], agencies)
    return [] if isinstance(answer, Trouble) else answer


def _propose(
    desk: MatchDesk, stories: Sequence[Told], signatures: dict[int, Signature], draws_only: set[int]
) -> tuple[list[_Proposal], int]:
    """Add a batch to the index and ask it, also how many releases there are; in the writer's thread."""
    try:
        with desk.archive.matching() as tables:
            return _Proposing(desk, tables, signatures).propose(stories, draws_only), tables.release_count()
    except BaseException:
        desk.indexes.clear()  # what was undone in the archive is undone in memory as well
        raise


class _Proposing:
    """One transaction that adds stories to the index and asks it for their candidates."""

    def __init__(self, desk: MatchDesk, tables: MatchTables, signatures: dict[int, Signature]) -> None:
        self._desk = desk
        self._tables = tables
        self._signatures = signatures
        self._told: dict[int, Told] = {}
        self._holders: dict[int, dict[int, int]] = {}

    def propose(self, stories: Sequence[Told], draws_only: set[int]) -> list[_Proposal]:
        known = [story for story in stories if story.story in self._signatures]
        self._told.update({story.story: story for story in known})
        for story in known:
            if story.story not in draws_only:
                self._add(story, self._signatures[story.story])
        return [self._proposal(story, story.story in draws_only) for story in known]

    def _index(self, space: int) -> Index:
        indexes = self._desk.indexes
        if space not in indexes:
            if len(indexes) >= OPEN_SPACES:
                oldest = next(number for number in indexes if number not in (identity.TEXTS, identity.RELEASES))
                del indexes[oldest]
            indexes[space] = Index(self._tables.fingerprints(space))
        return indexes[space]

    def _add(self, story: Told, signature: Signature) -> None:
        tables = self._tables
        tables.save_signature(
            story.story, origin=signature.origin, origin_from=signature.origin_from, cites=signature.cites
        )
        if not signature.sketch:
            return
        self._index(identity.TEXTS).add(story.story, signature.sketch)
        if story.kind is StoryKind.RELEASE:
            if tables.release_prints(story.story) != signature.prints:
                self._index(identity.RELEASES).add(story.story, signature.prints)
                tables.save_release_prints(story.story, signature.prints)
            tables.ask_draws(self._earlier_coverage(story, signature))
        else:
            self._index(identity.month_space(identity.moment(story))).add(story.story, signature.prints)

    def _earlier_coverage(self, release: Told, signature: Signature) -> set[int]:
        """Stories matched before the release came that may draw on it."""
        found: set[int] = set(self._tables.citing(release.story))
        for space in identity.months_around(identity.moment(release)):
            found.update(
                one.text for one in self._index(space).candidates(signature.prints, least=1, most=2 * PROPOSED_RELEASES)
            )
        return found

    def _proposal(self, story: Told, draws_only: bool) -> _Proposal:
        tables, signature = self._tables, self._signatures[story.story]
        others: set[int] = set()
        if signature.sketch and not draws_only:
            found = self._index(identity.TEXTS).candidates(signature.sketch, excluding=story.story)
            others = {one.text for one in found} | tables.partners(story.story)
        return _Proposal(
            story=story,
            others=self._texts(others),
            releases=self._releases(story, signature),
            draws_only=draws_only,
        )

    def _releases(self, story: Told, signature: Signature) -> list[MaybeRelease]:
        if story.kind is StoryKind.RELEASE or not signature.prints:
            return []
        linked = set(self._tables.releases_at(signature.cites))
        found = self._index(identity.RELEASES).candidates(signature.prints, least=1, most=PROPOSED_RELEASES)
        wanted = linked | {one.text for one in found} | self._tables.drawn_releases(story.story)
        return [
            MaybeRelease(told=release, linked=release.story in linked, holders=self._held(release.story))
            for release in self._texts(wanted)
            if release.kind is StoryKind.RELEASE
        ]

    def _held(self, release: int) -> dict[int, int]:
        if release not in self._holders:
            prints = self._tables.release_prints(release)
            self._holders[release] = self._index(identity.RELEASES).counts(prints)
        return self._holders[release]

    def _texts(self, stories: Iterable[int]) -> list[Told]:
        wanted = sorted(stories)
        self._told.update(self._tables.told(story for story in wanted if story not in self._told))
        return [self._told[story] for story in wanted if story in self._told]


async def _compared(desk: MatchDesk, one: _Proposal, total: int) -> Compared | Trouble:
    if not one.others and not one.releases:
        return Compared(matches=(), draws=())
    return await desk.readers.run(identity.compare, one.story, one.others, one.releases, total)


def _file(
    desk: MatchDesk,
    queued: Sequence[Waiting],
    compared: Sequence[tuple[_Proposal, Compared | Trouble]],
    now: datetime,
) -> None:
    """File a batch's verdicts; in the writer's thread."""
    at = now.isoformat(timespec="seconds").replace("+00:00", "Z")
    with desk.archive.matching() as tables:
        touched: set[int] = set()
        for proposal, found in compared:
            if isinstance(found, Trouble):  # cannot be compared within the limits: it stays a story of its own
                continue
            story = proposal.story
            told = {other.story: other for other in proposal.others}
            releases = {one.told.story: one.told for one in proposal.releases}
            if not proposal.draws_only:
                pairs = []
                for other, match in found.matches:
                    later, earlier = _later_first(story, told[other])
                    pairs.append(
                        Pair(
                            story=later.story, other=earlier.story, relation=match.relation.value,
                            similarity=match.similarity, reason=match.reason,
                        )
                    )  # fmt: skip
                touched |= tables.save_pairs(story.story, pairs, at)
            drawn = [
                Drawn(
                    release=release, methods=draw.methods, overlap=draw.overlap, density=draw.density,
                    longest_run=draw.longest_run, score=draw.score, reason=draw.reason,
                    passages=[_passage(one) for one in draw.passages], lag=identity.lag(releases[release], story),
                )
                for release, draw in found.draws
            ]  # fmt: skip
            tables.save_draws(story.story, drawn)
        regroup(tables, touched)
        tables.matched(queued)


def regroup(tables: MatchTables, stories: Iterable[int]) -> None:
    """Let the groups of these stories, and of whatever they are connected with, be what pairs and hands say."""
    part = tables.component(stories)
    tables.save_groups(identity.groups(part.copies, part.rank, part.apart, part.together))


def _later_first(one: Told, other: Told) -> tuple[Told, Told]:
    def rank(story: Told) -> tuple[str, str, str]:
        return story.published or story.first_seen, story.first_seen, story.url

    return (one, other) if rank(one) > rank(other) else (other, one)


def _passage(one: Passage) -> dict[str, object]:
    return {
        "release": [one.release_start, one.release_end], "story": [one.story_start, one.story_end],
        "words": one.words, "own": one.own, "quoted": one.quoted,
    }  # fmt: skip


# ── edits ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _name_edits(desk: MatchDesk, stories: Sequence[Waiting], result: Matched) -> None:
    pairs = await desk.filer.call(_pairs, desk, stories)
    found = await asyncio.gather(
        *(desk.readers.run(edits.compare, *pair.texts, *pair.titles, pair.language) for pair in pairs)
    )

    def save() -> None:
        with desk.archive.matching() as tables:
            for pair, change in zip(pairs, found, strict=True):
                if isinstance(change, Trouble):
                    continue  # keeps what filing said of it: title, text
                kept = [_edit(edit) for edit in change.edits[:KEPT_EDITS]]
                tables.save_change(pair, [kind.value for kind in change.kinds], kept)
                result.edits += 1
            tables.compared(stories)

    await desk.filer.call(save)


def _pairs(desk: MatchDesk, stories: Sequence[Waiting]) -> list[VersionPair]:
    with desk.archive.matching() as tables:
        return [pair for story in stories for pair in tables.version_pairs(story.story)]


def _edit(edit: changes.Edit) -> dict[str, object]:
    kept: dict[str, object] = {
        "kinds": [kind.value for kind in edit.kinds],
        "detail": changes.cut(edit.detail, KEPT_WORDS),
    }
    if edit.before:
        kept["before"] = changes.cut(edit.before, KEPT_WORDS)
    if edit.after:
        kept["after"] = changes.cut(edit.after, KEPT_WORDS)
    return kept


def begin_again(archive: MatchArchive) -> None:
    """Let everything be matched anew: the index is emptied, every story and every edit waits."""
    with archive.matching() as tables:
        tables.forget_fingerprints()
        tables.ask_all()


# ── by hand ───────────────────────────────────────────────────────────────────────────────────────────────────────


def split(archive: MatchArchive, story: int, now: datetime) -> set[int]:
    """Take a story out of its group for good; gives the others of it, empty when it stood alone."""
    at = now.isoformat(timespec="seconds").replace("+00:00", "Z")
    with archive.matching() as tables:
        others: set[int] = tables.group_of(story) - {story}
        for other in others:
            tables.decide(story, other, "different", at, 0.0)
        regroup(tables, others | {story})
        return others


def merge(archive: MatchArchive, story: int, other: int, now: datetime) -> None:
    """Let two stories count as one for good, whatever their texts say."""
    at = now.isoformat(timespec="seconds").replace("+00:00", "Z")
    with archive.matching() as tables:
        told = tables.told((story, other))
        alike = 0.0
        if len(told) == 2:
            alike = compare(told[story].text, told[other].text).containment
        for one in tables.group_of(story):
            for two in tables.group_of(other):
                if one != two and {one, two} != {story, other}:
                    tables.undecide(one, two)
        tables.decide(story, other, "same", at, round(alike, 4))
        regroup(tables, (story, other))
