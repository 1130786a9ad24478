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
