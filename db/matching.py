"""What matching asks of the archive and files there: stories that wait, verdicts, groups, coverage, kinds of edits.

All of it belongs to the transaction under way.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from db.fingerprints import Fingerprints, clear
from db.texts import domain_of
from monitor.model import StoryKind
from monitor.verdicts import Component, Drawn, Pair, Told, VersionPair, Waiting

_TOLD = (
    "SELECT s.id, s.url, s.kind, s.title, s.text, s.byline, s.language, o.name, s.links, s.published_at,"
    " s.first_seen_at"
    " FROM stories s JOIN sources o ON o.id = s.source"
)
# The look before the one that first listed a story, of the channel that did.
_NOT_BEFORE = (
    "SELECT p.finished_at FROM sightings g JOIN polls p ON p.channel = g.channel AND p.finished_at < g.seen_at"
    " AND p.outcome IN ('changed', 'unchanged') WHERE g.story = ? ORDER BY g.seen_at, p.started_at DESC LIMIT 1"
)
# How a text came; these say themselves which version they follow.
_HOW = frozenset({"page-obtained", "text-obtained", "resumed", "reread"})


class MatchTables:
    """The tables of matching; every method belongs to the transaction under way."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def fingerprints(self, space: int) -> Fingerprints:
        """The store of one space of the index."""
        return Fingerprints(self._db, space)

    def forget_fingerprints(self) -> None:
        """Empty the index, to be made anew."""
        clear(self._db)

    def waiting(self, limit: int) -> list[Waiting]:
        """The next stories to be matched, releases first."""
        rows = self._db.execute("SELECT story, part, asked FROM match_queue ORDER BY turn, story LIMIT ?", (limit,))
        return [Waiting(story=story, draws_only=part == "draws", asked=asked) for story, part, asked in rows]

    def waiting_count(self) -> int:
        """How many stories wait to be matched, or to have their versions compared."""
        return int(
            self._db.execute(
                "SELECT (SELECT count(*) FROM match_queue) + (SELECT count(*) FROM change_queue)"
            ).fetchone()[0]
        )

    def told(self, stories: Iterable[int]) -> dict[int, Told]:
        """The stories as matching sees them, by id; those that stand on a lead alone are left out."""
        found: dict[int, Told] = {}
        for number in stories:
            row = self._db.execute(f"{_TOLD} WHERE s.id = ? AND s.text_from <> 'lead'", (number,)).fetchone()
            if row is None:
                continue
            id_, url, kind, title, text, byline, language, outlet, links, published, first_seen = row
            gap = None if published else self._db.execute(_NOT_BEFORE, (number,)).fetchone()
            found[id_] = Told(
                story=id_,
                url=url,
                kind=StoryKind(kind),
                title=title,
                text=text,
                byline=byline,
                language=language,
                outlet=outlet,
                links=tuple(link[0] for link in json.loads(links)),
                published=published or "",
                first_seen=first_seen,
                not_before=gap[0] if gap else "",
            )
        return found

    def agency_domains(self) -> frozenset[str]:
        """The domains of all agencies known, and the hosts their channels are on."""
        found = {domain for (domain,) in self._db.execute("SELECT domain FROM sources WHERE kind = 'agency'")}
        channels = "SELECT c.url FROM channels c JOIN sources s ON s.id = c.source WHERE s.kind = 'agency'"
        return frozenset(found | {domain_of(url) for (url,) in self._db.execute(channels)})

    def partners(self, story: int) -> set[int]:
        """The stories it was found to be alike by its text."""
        rows = self._db.execute(
            "SELECT other FROM duplicates WHERE story = ?1 AND method = 'text'"
            " UNION SELECT story FROM duplicates WHERE other = ?1 AND method = 'text'",
            (story,),
        )
        return {other for (other,) in rows}

    def drawn_releases(self, story: int) -> set[int]:
        """The releases it was found to draw on."""
        return {release for (release,) in self._db.execute("SELECT release FROM coverage WHERE story = ?", (story,))}

    def releases_at(self, addresses: Iterable[str]) -> set[int]:
        """The releases that stand, or stood, at these addresses."""
        found: set[int] = set()
        for address in addresses:
            rows = self._db.execute(
                "SELECT id FROM stories WHERE url = ?1 AND kind = 'release' UNION SELECT s.id FROM pages p"
                " JOIN stories s ON s.id = p.story WHERE p.address = ?1 AND s.kind = 'release'",
                (address,),
            )
            found.update(release for (release,) in rows)
        return found

    def citing(self, release: int) -> set[int]:
        """The stories whose text links to the release."""
        rows = self._db.execute(
            "SELECT c.story FROM citations c WHERE c.address IN"
            " (SELECT url FROM stories WHERE id = ?1 UNION SELECT address FROM pages WHERE story = ?1)",
            (release,),
        )
        return {story for (story,) in rows}

    def release_count(self) -> int:
        """How many releases have prints."""
        return int(self._db.execute("SELECT count(*) FROM release_prints").fetchone()[0])

    def release_prints(self, release: int) -> bytes:
        """The prints of a release, ``b""`` when it has none."""
        row = self._db.execute("SELECT prints FROM release_prints WHERE release = ?", (release,)).fetchone()
        return bytes(row[0]) if row else b""

    def save_release_prints(self, release: int, prints: bytes) -> None:
        """Keep the prints of a release."""
        self._db.execute(
            "INSERT INTO release_prints VALUES (?, ?) ON CONFLICT (release) DO UPDATE SET prints = excluded.prints",
            (release, prints),
        )

    def save_signature(self, story: int, *, origin: str, origin_from: str, cites: Iterable[str]) -> None:
        """Keep what a story is credited to and which agency pages it links to."""
        self._db.execute(
            "UPDATE stories SET origin = ?2, origin_from = ?3 WHERE id = ?1 AND (origin, origin_from) IS NOT (?2, ?3)",
            (story, origin, origin_from),
        )
        self._db.execute("DELETE FROM citations WHERE story = ?", (story,))
        self._db.executemany(
            "INSERT INTO citations VALUES (?, ?) ON CONFLICT DO NOTHING", [(address, story) for address in cites]
        )

    def ask_draws(self, stories: Iterable[int]) -> None:
        """Let these stories be asked once more what they draw on: a release has arrived that they may."""
        self._db.executemany(
            "INSERT INTO match_queue (story, turn, part) SELECT id, 1, 'draws' FROM stories WHERE id = ?"
            " AND kind <> 'release' AND text_from <> 'lead' ON CONFLICT (story) DO NOTHING",
            [(story,) for story in stories],
        )

    def ask_all(self) -> None:
        """Let every story be matched anew, and every version compared anew."""
        self._db.execute(
            "INSERT INTO match_queue (story, turn, part) SELECT id, kind <> 'release', 'all' FROM stories"
            " WHERE text_from <> 'lead'"
            " ON CONFLICT (story) DO UPDATE SET part = 'all', asked = asked + 1"
        )
        self._db.execute(
            "INSERT INTO change_queue (story) SELECT DISTINCT story FROM versions WHERE number > 1"
            " ON CONFLICT (story) DO NOTHING"
        )

    def matched(self, stories: Iterable[Waiting]) -> None:
        """These stories wait no longer, unless they were asked for anew since."""
        self._db.executemany(
            "DELETE FROM match_queue WHERE story = ? AND asked = ?", [(one.story, one.asked) for one in stories]
        )

    def save_pairs(self, story: int, pairs: Iterable[Pair], at: str) -> set[int]:
        """Replace what a story's text was found alike to; gives every story whose group may be another now."""
        touched = self.partners(story) | {story}
        decided = {
            (one, other) for one, other in self._db.execute(
                "SELECT story, other FROM decisions WHERE story = ?1 OR other = ?1", (story,)
            )
        }  # fmt: skip
        old = {
            tuple(sorted(row[:2])): row
            for row in self._db.execute(
                "SELECT story, other, relation, similarity, reason FROM duplicates"
                " WHERE (story = ?1 OR other = ?1) AND method = 'text'",
                (story,),
            )
        }
        for pair in pairs:
            key = tuple(sorted((pair.story, pair.other)))
            if key in decided:
                continue  # a hand has spoken
            touched.update(key)
            row = (pair.story, pair.other, pair.relation, pair.similarity, pair.reason)
            if old.pop(key, None) == row:
                continue
            self._db.execute(
                "DELETE FROM duplicates WHERE story = ? AND other = ? AND method = 'text'", (pair.other, pair.story)
            )
            self._db.execute(
                "INSERT INTO duplicates VALUES (?, ?, ?, ?, 'text', ?, 'machine', ?)"
                " ON CONFLICT (story, other) DO UPDATE SET relation = excluded.relation,"
                " similarity = excluded.similarity, reason = excluded.reason, decided_at = excluded.decided_at"
                " WHERE method = 'text'",
                (*row, at),
            )
        self._db.executemany(
            "DELETE FROM duplicates WHERE story = ? AND other = ? AND method = 'text'",
            [(one, other) for one, other, *_ in old.values()],
        )
        return touched

    def save_draws(self, story: int, draws: Sequence[Drawn]) -> None:
        """Replace the releases a story draws on."""
        gone = self.drawn_releases(story) - {one.release for one in draws}
        self._db.executemany(
            "DELETE FROM coverage WHERE release = ? AND story = ?", [(release, story) for release in gone]
        )
        for one in draws:
            known = [bound for bound in one.lag if bound is not None]
            self._db.execute(
                "INSERT INTO coverage (release, story, methods, overlap, density, longest_run, score, lag_seconds,"
                " lag_low, lag_high, passages, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (release, story)"
                " DO UPDATE SET methods = excluded.methods, overlap = excluded.overlap, density = excluded.density,"
                " longest_run = excluded.longest_run, score = excluded.score, lag_seconds = excluded.lag_seconds,"
                " lag_low = excluded.lag_low, lag_high = excluded.lag_high, passages = excluded.passages,"
                " reason = excluded.reason",
                (
                    one.release, story, json.dumps(list(one.methods)), one.overlap, one.density, one.longest_run,
                    one.score,
                    sum(known) // len(known) if known else None, *one.lag, json.dumps(list(one.passages)), one.reason,
                ),
            )  # fmt: skip

    # ── groups ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def component(self, stories: Iterable[int]) -> Component:
        """Everything connected with ``stories`` by copies, by groups as they were, or by hand."""
        rank: dict[int, tuple[str, ...]] = {}
        copies: dict[tuple[int, int], float] = {}
        together: set[tuple[int, int]] = set()
        waiting = list(stories)
        while waiting:
            story = waiting.pop()
            if story in rank:
                continue
            row = self._db.execute(
                "SELECT coalesce(published_at, first_seen_at), first_seen_at, url, duplicate_of FROM stories"
                " WHERE id = ?",
                (story,),
            ).fetchone()
            if row is None:
                continue
            rank[story] = row[:3]
            for one, other, similarity, method in self._db.execute(
                "SELECT story, other, similarity, method FROM duplicates"
                " WHERE (story = ?1 OR other = ?1) AND relation = 'copy'",
                (story,),
            ):
                pair = (min(one, other), max(one, other))
                if method == "text":
                    copies[pair] = similarity
                else:
                    together.add(pair)
                waiting += (one, other)
            waiting += [
                other for (other,) in self._db.execute("SELECT id FROM stories WHERE duplicate_of = ?", (story,))
            ]
            if row[3] is not None:
                waiting.append(row[3])
        apart = [
            (one, other)
            for story in rank
            for one, other in self._db.execute(
                "SELECT story, other FROM decisions WHERE story = ? AND verdict = 'different'", (story,)
            )
        ]
        return Component(
            rank=rank,
            copies=[(*pair, similarity) for pair, similarity in copies.items()],
            apart=apart,
            together=sorted(together),
        )

    def save_groups(self, first: Mapping[int, int]) -> None:
        """Let each story be the duplicate of the one that stands for its group, and of none when that is itself."""
        self._db.executemany(
            "UPDATE stories SET duplicate_of = ?2 WHERE id = ?1 AND duplicate_of IS NOT ?2",
            [(story, None if story == of else of) for story, of in first.items()],
        )

    def decide(self, story: int, other: int, verdict: str, at: str, similarity: float) -> None:
        """Remember that a hand has found two stories ``same`` or ``different``; it outlasts every later matching."""
        pair = (min(story, other), max(story, other))
        self._db.execute(
            "INSERT INTO decisions VALUES (?, ?, ?, ?) ON CONFLICT (story, other)"
            " DO UPDATE SET verdict = excluded.verdict, decided_at = excluded.decided_at",
            (*pair, verdict, at),
        )
        self._db.execute(
            "DELETE FROM duplicates WHERE (story = ?1 AND other = ?2) OR (story = ?2 AND other = ?1)", pair
        )
        if verdict == "same":
            later, earlier = sorted(pair, key=self.component_rank, reverse=True)
            self._db.execute(
                "INSERT INTO duplicates VALUES (?, ?, 'copy', ?, 'hand', 'merged by hand', 'hand', ?)",
                (later, earlier, similarity, at),
            )

    def component_rank(self, story: int) -> tuple[str, ...]:
        """What orders the stories of a group: the smallest stands for it."""
        row = self._db.execute(
            "SELECT coalesce(published_at, first_seen_at), first_seen_at, url FROM stories WHERE id = ?", (story,)
        ).fetchone()
        return (str(row[0]), str(row[1]), str(row[2]))

    def undecide(self, story: int, other: int) -> None:
        """Forget that a hand has found two stories different."""
        self._db.execute(
            "DELETE FROM decisions WHERE story = ? AND other = ? AND verdict = 'different'",
            (min(story, other), max(story, other)),
        )

    def group_of(self, story: int) -> set[int]:
        """The stories that count as one with ``story``, itself included; empty when there is no such story."""
        row = self._db.execute("SELECT coalesce(duplicate_of, id) FROM stories WHERE id = ?", (story,)).fetchone()
        if row is None:
            return set()
        rows = self._db.execute("SELECT id FROM stories WHERE duplicate_of = ?1 OR id = ?1", (row[0],))
        return {id_ for (id_,) in rows}

    # ── edits ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def edited(self, limit: int) -> list[Waiting]:
        """The next stories whose versions are to be compared."""
        rows = self._db.execute("SELECT story, asked FROM change_queue ORDER BY story LIMIT ?", (limit,))
        return [Waiting(story=story, draws_only=False, asked=asked) for story, asked in rows]

    def version_pairs(self, story: int) -> list[VersionPair]:
        """Each version of a story with the one it follows on the time line, whatever the order they were filed in."""
        rows = self._db.execute(
            "SELECT v.number, v.text_from, v.change, v.title, v.text, s.language FROM versions v"
            " JOIN stories s ON s.id = v.story WHERE v.story = ? ORDER BY v.captured_at, v.text_hash",
            (story,),
        ).fetchall()
        by_number = {row[0]: row for row in rows}
        last: dict[str, int] = {}
        pairs: list[VersionPair] = []
        for number, text_from, change, title, text, language in rows:
            said = json.loads(change)
            how = tuple(kind for kind in said["kinds"] if kind in _HOW)
            before: int | None = said.get("from") if how else last.get(text_from)
            last[text_from] = number
            if before is not None and before in by_number:
                pairs.append(
                    VersionPair(
                        story=story, number=number, before=before, how=how,
                        titles=(by_number[before][3], title), texts=(by_number[before][4], text), language=language,
                    )
                )  # fmt: skip
        return pairs

    def save_change(self, pair: VersionPair, kinds: Sequence[str], edits: Sequence[object]) -> None:
        """Keep what kind of edit a version is."""
        change: dict[str, object] = {"kinds": [*pair.how, *kinds], "from": pair.before}
        if edits:
            change["edits"] = edits
        self._db.execute(
            "UPDATE versions SET change = ? WHERE story = ? AND number = ?",
            (json.dumps(change, ensure_ascii=False), pair.story, pair.number),
        )

    def compared(self, stories: Iterable[Waiting]) -> None:
        """The versions of these stories are compared, unless there are new ones since."""
        self._db.executemany(
            "DELETE FROM change_queue WHERE story = ? AND asked = ?", [(one.story, one.asked) for one in stories]
        )
