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
