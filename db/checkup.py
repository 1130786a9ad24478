"""Whether an archive is sound, asked without changing a byte of it and without getting in anybody's way.

Every question goes through a connection that can only read, so the archive's own check of its full-text index, which
is a statement that writes, is not available: the index is compared with one made anew in a temporary file instead.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db import schema
from db.connect import is_damage, open_reader, refusing
from db.times import moment

REBUILD_INDEX = "INSERT INTO stories_fts (stories_fts) VALUES ('rebuild')"
_MOST = 5  # findings of one kind; more of them say nothing new
# Moments that our own clock wrote, so none can be later than now.
_WRITTEN = {
    "polls": "max(finished_at)",
    "looks": "max(at)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingSource:
    """An enabled source none of whose channels yields; ``since`` is when one last did, None: never.

    ``answered``: whether its preferred channel's host answered at all when it was last polled.
    """

    source: str
    state: str
    reason: str
    since: datetime | None
    failures: int
    answered: bool


class Examination:
    """One archive under examination; a context manager. Opening raises ArchiveError when it is refused."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = open_reader(path)

    def __enter__(self) -> Examination:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def versions(self) -> tuple[int, int]:
        """The archive's schema version, and the one this program writes."""
        with refusing(self._path):
            return schema.version_of(self._db), schema.newest()

    def damage(self, *, quick: bool = False) -> list[str]:
        """What SQLite finds wrong with the file's pages and, unless ``quick``, its indexes; [] when it is sound."""
        with refusing(self._path):
            pragma = "quick_check" if quick else "integrity_check"
            try:
                said = [" ".join(str(row[0]).split()) for row in self._db.execute(f"PRAGMA {pragma}({_MOST})")]
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                said = [str(error)]
        return [] if said == ["ok"] else said

    def dangling(self) -> list[str]:
        """References to rows that are not there, by table, with how many; [] when there are none."""
        counts: dict[tuple[str, str], int] = {}
        with refusing(self._path):
            for table, _, parent, _ in self._db.execute("PRAGMA foreign_key_check"):
                counts[table, parent] = counts.get((table, parent), 0) + 1
        return [f"{count} row(s) of {table} refer to {parent} that are not there" for (table, parent), count in
                sorted(counts.items())]  # fmt: skip

    def index_out_of_step(self, *, quick: bool = False) -> str:
        """How the full-text index differs from the stories, in words; "" when it does not.

        ``quick`` compares which stories are in it; else every word's count of stories and places too.
        """
        with refusing(self._path):
            missing, extra = self._db.execute(
                "SELECT (SELECT count(*) FROM stories WHERE id NOT IN (SELECT id FROM stories_fts_docsize)),"
                " (SELECT count(*) FROM stories_fts_docsize WHERE id NOT IN (SELECT id FROM stories))"
            ).fetchone()
            if missing or extra:
                return f"{missing} story(s) are not in the index, {extra} in it are no stories"
            if quick:
                return ""
            wrong = self._wrong_words()
            return f"{wrong} word(s) are indexed otherwise than the stories have them" if wrong else ""

    def _wrong_words(self) -> int:
        declared = self._db.execute("SELECT sql FROM sqlite_schema WHERE name = 'stories_fts'").fetchone()[0]
        tokenize = re.search(r"tokenize\s*=\s*'[^']*'", declared)
        options = "content=''" + (f", {tokenize[0]}" if tokenize else "")
        db = self._db
        db.execute("PRAGMA query_only = OFF")  # for temporary tables; the file itself is open for reading alone
        try:
            db.execute("BEGIN")  # one moment of the archive, whoever files meanwhile
            db.execute(f"CREATE VIRTUAL TABLE temp.again USING fts5 (title, text, {options})")
            db.execute("INSERT INTO temp.again (rowid, title, text) SELECT id, title, text FROM main.stories")
            db.execute("CREATE VIRTUAL TABLE temp.words_kept USING fts5vocab (main, stories_fts, col)")
            db.execute("CREATE VIRTUAL TABLE temp.words_made USING fts5vocab (temp, again, col)")
            kept, made = (f"SELECT term, col, doc, cnt FROM temp.{words}" for words in ("words_kept", "words_made"))
            differing = f"SELECT * FROM ({kept} EXCEPT {made}) UNION ALL SELECT * FROM ({made} EXCEPT {kept})"
            sql = f"SELECT count(DISTINCT term) FROM ({differing})"
            return int(db.execute(sql).fetchone()[0])
        finally:
            db.execute("ROLLBACK")
            db.execute("PRAGMA query_only = ON")

    def newest_written(self) -> dict[str, datetime]:
        """The newest moment our own clock wrote into each of some tables."""
        found: dict[str, datetime] = {}
        with refusing(self._path):
            for table, newest in _WRITTEN.items():
                (text,) = self._db.execute(f"SELECT {newest} FROM {table}").fetchone()
                if text:
                    found[table] = moment(text)
        return found

    def failing_sources(self) -> list[FailingSource]:
        """Enabled sources that were looked at and of which no channel yields, with the best one's reason."""
        sql = (
            "SELECT c.source, c.state, c.reason, c.failures, max(c.last_ok_at) OVER (PARTITION BY c.source),"
            " max(c.state IN ('ok', 'quiet', 'new')) OVER (PARTITION BY c.source),"
            " (SELECT http_status FROM polls WHERE channel = c.id ORDER BY started_at DESC LIMIT 1)"
            " FROM channels c JOIN sources s ON s.id = c.source WHERE c.enabled AND s.enabled ORDER BY c.source, c.rank"
        )
        found: dict[str, FailingSource] = {}
        with refusing(self._path):
            for source, state, reason, failures, since, healthy, status in self._db.execute(sql):
                if not healthy and source not in found:
                    found[source] = FailingSource(
                        source=source,
                        state=state,
                        reason=reason,
                        since=moment(since),
                        failures=failures,
                        answered=status is not None,
                    )
        return list(found.values())

    def most_overdue(self) -> datetime | None:
        """The earliest moment at which a channel that has been polled was due; None when none has been."""
        sql = (
            "SELECT min(c.next_poll_at) FROM channels c JOIN sources s ON s.id = c.source"
            " WHERE c.enabled AND s.enabled AND c.rank = 0"
        )
        with refusing(self._path):
            text: str | None = self._db.execute(sql).fetchone()[0]
        return moment(text)
