"""The archive's schema as ordered migrations; each is all or nothing, and `user_version` counts them.

Later tables come as later migrations: never edit one that has been released. docs/schema.md documents every table and
column, and a test holds it to that.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from db.connect import open_fresh, refuse_stray_log, refusing
from monitor.errors import ArchiveError

if TYPE_CHECKING:
    from sqlite_utils import Database

Step = Callable[["Database"], None]
_steps: list[Step] = []


def step(function: Step) -> Step:
    """Register the next migration."""
    _steps.append(function)
    return function


def apply(connection: sqlite3.Connection) -> None:
    """Apply the steps an open archive lacks, in order, each with its version in one transaction."""
    # Imported here because it takes a third of a second, which every start of a command would pay.
    from sqlite_utils import Database, Migrations

    migrations = Migrations("shiftwatch")

    def register(function: Step, version: int) -> None:
        @migrations(name=function.__name__)
        def migrate(db: Database) -> None:
            function(db)
            db.execute(f"PRAGMA user_version = {version}")

    for number, function in enumerate(_steps, 1):
        register(function, number)
    migrations.apply(Database(connection))


_FIRST = """
CREATE TABLE sources (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    domain TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('agency', 'outlet', 'research')),
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    articles TEXT NOT NULL DEFAULT 'auto' CHECK (articles IN ('auto', 'page', 'feed')),
    home TEXT NOT NULL DEFAULT '',
    refused TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE channels (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL REFERENCES sources (id),
    kind TEXT NOT NULL CHECK (kind IN ('feed', 'sitemap', 'listing', 'api')),
    url TEXT NOT NULL,
    rank INTEGER NOT NULL DEFAULT 0,
    also INTEGER NOT NULL DEFAULT 0 CHECK (also IN (0, 1)),
    discovered INTEGER NOT NULL DEFAULT 0 CHECK (discovered IN (0, 1)),
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    every_seconds INTEGER NOT NULL DEFAULT 1800,
    state TEXT NOT NULL DEFAULT 'new'
        CHECK (state IN ('new', 'ok', 'quiet', 'empty', 'blocked', 'broken', 'gone', 'forbidden')),
    reason TEXT NOT NULL DEFAULT '',
    failures INTEGER NOT NULL DEFAULT 0,
    next_poll_at TEXT,
    last_ok_at TEXT,
    etag TEXT NOT NULL DEFAULT '',
    last_modified TEXT NOT NULL DEFAULT '',
    body_hash TEXT NOT NULL DEFAULT '',
    moved_to TEXT NOT NULL DEFAULT '',
    moved_times INTEGER NOT NULL DEFAULT 0,
    seen BLOB NOT NULL DEFAULT x'',
    UNIQUE (source, url)
) STRICT;

CREATE TABLE polls (
    id INTEGER PRIMARY KEY,
    channel INTEGER NOT NULL REFERENCES channels (id),
    started_at TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    outcome TEXT NOT NULL
        CHECK (outcome IN ('changed', 'unchanged', 'empty', 'blocked', 'broken', 'gone', 'forbidden')),
    http_status INTEGER,
    new_stories INTEGER NOT NULL DEFAULT 0,
    leads INTEGER NOT NULL DEFAULT 0,
    total INTEGER,
    wanted INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    UNIQUE (channel, started_at)
) STRICT;

CREATE TABLE stories (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    domain TEXT NOT NULL,
    source TEXT NOT NULL REFERENCES sources (id),
    kind TEXT NOT NULL CHECK (kind IN ('release', 'coverage', 'analysis')),
    published_at TEXT,
    published_precision TEXT CHECK (published_precision IN ('second', 'minute', 'day', 'month')),
    published_from TEXT,
    modified_at TEXT,
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    language TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1,
    duplicate_of INTEGER REFERENCES stories (id),
    text_from TEXT NOT NULL CHECK (text_from IN ('page', 'channel', 'lead')),
    page_reason TEXT NOT NULL DEFAULT '',
    paywalled INTEGER NOT NULL DEFAULT 0 CHECK (paywalled IN (0, 1)),
    word_count INTEGER NOT NULL DEFAULT 0,
    title TEXT NOT NULL,
    byline TEXT NOT NULL DEFAULT '',
    dateline TEXT NOT NULL DEFAULT '',
    site_name TEXT NOT NULL DEFAULT '',
    declared_url TEXT NOT NULL DEFAULT '',
    cited_domains TEXT NOT NULL DEFAULT '[]',
    links TEXT NOT NULL DEFAULT '[]',
    extractor TEXT NOT NULL DEFAULT '',
    signals TEXT NOT NULL DEFAULT '{}',
    text TEXT NOT NULL
) STRICT;

-- Newest first, an undated story at the moment it was first seen: the order of every list.
CREATE INDEX stories_newest ON stories (coalesce(published_at, first_seen_at) DESC, id DESC);
CREATE INDEX stories_source ON stories (source, published_at);
CREATE INDEX stories_domain ON stories (domain);
CREATE INDEX stories_duplicate_of ON stories (duplicate_of) WHERE duplicate_of IS NOT NULL;

CREATE TABLE versions (
    story INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    captured_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    text_from TEXT NOT NULL CHECK (text_from IN ('page', 'channel', 'lead')),
    extractor TEXT NOT NULL DEFAULT '',
    change TEXT NOT NULL,
    capture TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (story, number)
) STRICT;

CREATE TABLE pages (
    address TEXT PRIMARY KEY,
    source TEXT NOT NULL REFERENCES sources (id),
    channel INTEGER REFERENCES channels (id),
    poll INTEGER REFERENCES polls (id) ON DELETE SET NULL,
    story INTEGER REFERENCES stories (id) ON DELETE SET NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'filed', 'failed', 'given-up')),
    reason TEXT NOT NULL DEFAULT '',
    http_status INTEGER,
    published TEXT,
    position INTEGER NOT NULL DEFAULT 0,
    announced_at TEXT NOT NULL,
    visited_at TEXT,
    next_at TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    etag TEXT NOT NULL DEFAULT '',
    last_modified TEXT NOT NULL DEFAULT '',
    body_hash TEXT NOT NULL DEFAULT '',
    lead TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE INDEX pages_due ON pages (source, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX pages_story ON pages (story) WHERE story IS NOT NULL;

CREATE TABLE sightings (
    id INTEGER PRIMARY KEY,
    story INTEGER REFERENCES stories (id) ON DELETE CASCADE,
    channel INTEGER NOT NULL REFERENCES channels (id),
    seen_at TEXT NOT NULL,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    position INTEGER NOT NULL DEFAULT 0,
    page TEXT NOT NULL REFERENCES pages (address),
    said TEXT NOT NULL,
    UNIQUE (page, channel, said)
) STRICT;

CREATE INDEX sightings_story ON sightings (story) WHERE story IS NOT NULL;

CREATE TABLE hosts (
    origin TEXT PRIMARY KEY,
    robots TEXT NOT NULL DEFAULT '',
    robots_status INTEGER NOT NULL DEFAULT 0,
    robots_at TEXT,
    wait_until TEXT
) STRICT;

CREATE TABLE imports (
    file TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    size INTEGER NOT NULL,
    position INTEGER NOT NULL DEFAULT 0,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    counts TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE TABLE marks (
    name TEXT PRIMARY KEY,
    at TEXT NOT NULL
) STRICT;

CREATE VIRTUAL TABLE stories_fts USING fts5 (
    title, text, content='stories', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
);

-- New stories are indexed by db.filing.index_new at the end of a transaction. With a trigger each of them would be a
-- statement that SQLite must be able to undo alone, and before each of those FTS5 writes out all it has gathered.
-- So a story may not be in the index yet when it is changed or deleted.
CREATE TRIGGER stories_fts_delete AFTER DELETE ON stories
WHEN EXISTS (SELECT 1 FROM stories_fts_docsize WHERE id = old.id) BEGIN
    INSERT INTO stories_fts (stories_fts, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
END;

CREATE TRIGGER stories_fts_update AFTER UPDATE OF id, title, text ON stories
WHEN (old.id IS NOT new.id OR old.title IS NOT new.title OR old.text IS NOT new.text)
AND EXISTS (SELECT 1 FROM stories_fts_docsize WHERE id = old.id) BEGIN
    INSERT INTO stories_fts (stories_fts, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
    INSERT INTO stories_fts (rowid, title, text) VALUES (new.id, new.title, new.text);
END
"""


@step
def collect_read_file_query(db: Database) -> None:
    """Sources, channels, polls, stories with versions and sightings, pages, hosts, imports, full text, marks."""
    for statement in statements(_FIRST):
        db.execute(statement)
    # Fewer, larger merges: measured 160 µs a story against 200 with the default of 4, at no cost to searching.
    db.execute("INSERT INTO stories_fts (stories_fts, rank) VALUES ('automerge', 16)")


_SECOND = """
ALTER TABLE stories ADD COLUMN identity TEXT NOT NULL DEFAULT '';
ALTER TABLE stories ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE stories ADD COLUMN origin_from TEXT NOT NULL DEFAULT '';

CREATE INDEX stories_identity ON stories (identity) WHERE identity <> '';
CREATE INDEX stories_origin ON stories (origin) WHERE origin <> '';
-- Versions that say how they differ from another one: few, so that `changed:number` need not look at all.
CREATE INDEX versions_changed ON versions (story) WHERE change <> '{"kinds": ["new"]}';

ALTER TABLE pages ADD COLUMN recheck_at TEXT;
CREATE INDEX pages_recheck ON pages (source, recheck_at) WHERE recheck_at IS NOT NULL;

CREATE TABLE looks (
    id INTEGER PRIMARY KEY,
    story INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    address TEXT NOT NULL REFERENCES pages (address),
    at TEXT NOT NULL,
    outcome TEXT NOT NULL
        CHECK (outcome IN ('unchanged', 'changed', 'blocked', 'broken', 'gone', 'forbidden', 'unreachable')),
    http_status INTEGER,
    reason TEXT NOT NULL DEFAULT '',
    UNIQUE (address, at)
) STRICT;

CREATE INDEX looks_story ON looks (story, at);

CREATE TABLE duplicates (
    story INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    other INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    relation TEXT NOT NULL CHECK (relation IN ('copy', 'update')),
    similarity REAL NOT NULL,
    method TEXT NOT NULL CHECK (method IN ('text', 'address', 'hand')),
    reason TEXT NOT NULL DEFAULT '',
    decided_by TEXT NOT NULL CHECK (decided_by IN ('machine', 'hand')),
    decided_at TEXT NOT NULL,
    PRIMARY KEY (story, other),
    CHECK (story <> other)
) STRICT;

CREATE INDEX duplicates_other ON duplicates (other);

CREATE TABLE decisions (
    story INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    other INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    verdict TEXT NOT NULL CHECK (verdict IN ('same', 'different')),
    decided_at TEXT NOT NULL,
    PRIMARY KEY (story, other),
    CHECK (story < other)
) STRICT;

CREATE INDEX decisions_other ON decisions (other);

CREATE TABLE coverage (
    release INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    story INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    methods TEXT NOT NULL,
    overlap REAL NOT NULL,
    density REAL NOT NULL,
    longest_run INTEGER NOT NULL,
    score REAL NOT NULL,
    lag_seconds INTEGER,
    lag_low INTEGER,
    lag_high INTEGER,
    passages TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (release, story)
) STRICT;

CREATE INDEX coverage_story ON coverage (story, score DESC);

CREATE TABLE citations (
    address TEXT NOT NULL,
    story INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    PRIMARY KEY (address, story)
) STRICT, WITHOUT ROWID;

CREATE INDEX citations_story ON citations (story);

CREATE TABLE match_queue (
    story INTEGER PRIMARY KEY REFERENCES stories (id) ON DELETE CASCADE,
    turn INTEGER NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('all', 'draws')),
    asked INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE INDEX match_queue_turn ON match_queue (turn, story);

CREATE TABLE change_queue (
    story INTEGER PRIMARY KEY REFERENCES stories (id) ON DELETE CASCADE,
    asked INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE match_pending (
    id INTEGER PRIMARY KEY,
    space INTEGER NOT NULL,
    text INTEGER NOT NULL,
    sketch BLOB NOT NULL,
    UNIQUE (space, text)
) STRICT;
CREATE TABLE match_rows (id INTEGER PRIMARY KEY, postings BLOB NOT NULL) STRICT;
CREATE TABLE match_texts (id INTEGER PRIMARY KEY, texts BLOB NOT NULL) STRICT;
CREATE TABLE release_prints (
    release INTEGER PRIMARY KEY REFERENCES stories (id) ON DELETE CASCADE,
    prints BLOB NOT NULL
) STRICT;

-- Whatever files a story, matching hears of it: what it rests on is text, language, dates, kind and credit.
CREATE TRIGGER match_new AFTER INSERT ON stories WHEN new.text_from <> 'lead' BEGIN
    INSERT INTO match_queue (story, turn, part) VALUES (new.id, new.kind <> 'release', 'all')
    ON CONFLICT (story) DO UPDATE SET turn = excluded.turn, part = 'all', asked = asked + 1;
END;

CREATE TRIGGER match_again
AFTER UPDATE OF text, title, byline, language, kind, published_at, first_seen_at, text_from ON stories
WHEN new.text_from <> 'lead' AND (
    old.text IS NOT new.text OR old.text_from = 'lead' OR old.language IS NOT new.language OR old.kind IS NOT new.kind
    OR old.byline IS NOT new.byline OR old.title IS NOT new.title
    OR coalesce(old.published_at, old.first_seen_at) IS NOT coalesce(new.published_at, new.first_seen_at)
) BEGIN
    INSERT INTO match_queue (story, turn, part) VALUES (new.id, new.kind <> 'release', 'all')
    ON CONFLICT (story) DO UPDATE SET turn = excluded.turn, part = 'all', asked = asked + 1;
END;

CREATE TRIGGER change_new AFTER INSERT ON versions WHEN new.number > 1 BEGIN
    INSERT INTO change_queue (story) VALUES (new.story) ON CONFLICT (story) DO UPDATE SET asked = asked + 1;
END;

CREATE VIEW coverage_lag AS
SELECT
    c.release, r.source AS agency, r.title AS release_title, coalesce(r.published_at, r.first_seen_at) AS release_at,
    c.story, s.source AS outlet, s.title AS story_title, coalesce(s.published_at, s.first_seen_at) AS story_at,
    s.duplicate_of, c.methods, c.overlap, c.longest_run,
    c.lag_seconds / 3600.0 AS lag_hours, c.lag_low / 3600.0 AS lag_hours_low, c.lag_high / 3600.0 AS lag_hours_high
FROM coverage c JOIN stories r ON r.id = c.release JOIN stories s ON s.id = c.story;

CREATE VIEW uncovered_releases AS
SELECT r.id AS release, r.source AS agency, r.title, r.url, coalesce(r.published_at, r.first_seen_at) AS release_at
FROM stories r
WHERE r.kind = 'release' AND r.text_from <> 'lead' AND r.duplicate_of IS NULL
AND NOT EXISTS (SELECT 1 FROM coverage c WHERE c.release = r.id)
AND NOT EXISTS (SELECT 1 FROM coverage c JOIN stories d ON d.id = c.release WHERE d.duplicate_of = r.id);

CREATE VIEW coverage_by_outlet AS
WITH told AS (
    SELECT source AS outlet, count(*) AS stories, sum(duplicate_of IS NOT NULL) AS copies
    FROM stories WHERE kind <> 'release' GROUP BY source
), drawn AS (
    SELECT s.source AS outlet, count(DISTINCT c.story) AS drawing, count(DISTINCT c.release) AS releases,
        avg(c.overlap) AS mean_overlap
    FROM coverage c JOIN stories s ON s.id = c.story GROUP BY s.source
), ranked AS (
    SELECT s.source AS outlet, c.lag_seconds, row_number() OVER (PARTITION BY s.source ORDER BY c.lag_seconds) AS place,
        count(*) OVER (PARTITION BY s.source) AS places
    FROM coverage c JOIN stories s ON s.id = c.story WHERE c.lag_seconds IS NOT NULL
), median AS (
    SELECT outlet, avg(lag_seconds) / 3600.0 AS lag FROM ranked
    WHERE place IN ((places + 1) / 2, (places + 2) / 2) GROUP BY outlet
)
SELECT
    t.outlet, t.stories, t.copies, coalesce(d.drawing, 0) AS stories_drawing, coalesce(d.releases, 0) AS releases,
    1.0 * coalesce(d.drawing, 0) / t.stories AS share_drawing, d.mean_overlap, m.lag AS median_lag_hours
FROM told t LEFT JOIN drawn d ON d.outlet = t.outlet LEFT JOIN median m ON m.outlet = t.outlet
"""


@step
def tell_one_text_from_another(db: Database) -> None:
    """Near-duplicates, coverage, kinds of edits, looks at known pages, and the queues and index they are made with."""
    for statement in statements(_SECOND):
        db.execute(statement)
    # Stand-ins that were folded into the story of their page, so far known from `duplicate_of` alone.
    db.execute(
        "INSERT INTO duplicates SELECT id, duplicate_of, 'copy', 1.0, 'address', 'its page is the other story''s',"
        " 'machine', last_seen_at FROM stories WHERE duplicate_of IS NOT NULL AND duplicate_of <> id"
    )
    db.execute(
        "INSERT INTO match_queue (story, turn, part) SELECT id, kind <> 'release', 'all' FROM stories"
        " WHERE text_from <> 'lead'"
    )
    db.execute("INSERT INTO change_queue (story) SELECT DISTINCT story FROM versions WHERE number > 1")


def statements(script: str) -> list[str]:
    """The script's statements one by one: `executescript` would commit the migration's transaction."""
    found, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            found.append(current.strip())
            current = ""
    if current.strip():
        found.append(current.strip())
    return found


def newest() -> int:
    """The schema version this program writes."""
    return len(_steps)


def version_of(connection: sqlite3.Connection) -> int:
    """The schema version of an open archive."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    """Raise ArchiveError when a later Shiftwatch has written the archive."""
    found = version_of(connection)
    if found > newest():
        raise ArchiveError(
            f"{path}: was written by a newer Shiftwatch (its schema is version {found}, this one knows {newest()}); "
            "upgrade Shiftwatch"
        )


def refuse_older(connection: sqlite3.Connection, path: Path) -> None:
    """Raise ArchiveError when the archive must be migrated first, which a reader does not do."""
    found = version_of(connection)
    if found < newest():
        raise ArchiveError(
            f"{path}: its schema is version {found}, this Shiftwatch reads version {newest()}; "
            "run `shiftwatch collect` once to bring it up to date"
        )


def create(path: Path) -> None:
    """Make a new archive at ``path``, whole or not at all; nothing may be there. Raises ArchiveError.

    It is built beside and then put in place, so a kill in between never leaves half an archive to be refused.
    """
    refuse_stray_log(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with refusing(path):
            draft.unlink(missing_ok=True)
            connection = open_fresh(draft)
            try:
                apply(connection)
            finally:
                connection.close()
            _put_in_place(draft, path)
    finally:
        for leftover in (draft, *(draft.with_name(draft.name + end) for end in ("-wal", "-shm"))):
            leftover.unlink(missing_ok=True)


def _put_in_place(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)  # fails if somebody was quicker, where rename would overwrite
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        if not path.exists():
            draft.rename(path)


def migrate(connection: sqlite3.Connection, path: Path) -> Path | None:
    """Bring an open archive up to date; gives the backup made before, or None if there was nothing to do.

    Raises ArchiveError when it is newer than this program or a step fails; a failed step leaves no trace.
    """
    refuse_newer(connection, path)
    if version_of(connection) == newest():
        return None
    backup = path.with_name(f"{path.name}.v{version_of(connection)}.backup")
    with refusing(path):
        _copy(connection, backup)
        try:
            apply(connection)
        except sqlite3.Error as error:
            raise ArchiveError(
                f"{path}: could not be brought to schema version {newest()} ({error}); "
                f"it is as it was, and a copy is in {backup.name}"
            ) from error
    return backup


def _copy(connection: sqlite3.Connection, to: Path) -> None:
    """A consistent copy, put in place only when complete."""
    draft = to.with_name(to.name + ".new")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    target = sqlite3.connect(draft)
    try:
        connection.backup(target)
    finally:
        target.close()
    draft.replace(to)
