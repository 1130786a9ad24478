-- What cadence remembers of a channel: the hours in which it publishes, and how lively it is just now.
ALTER TABLE channels ADD COLUMN rhythm BLOB NOT NULL DEFAULT x'';
ALTER TABLE channels ADD COLUMN rhythm_from TEXT;
ALTER TABLE channels ADD COLUMN rhythm_at TEXT;
ALTER TABLE channels ADD COLUMN heat REAL NOT NULL DEFAULT 0.0;
ALTER TABLE channels ADD COLUMN asked_seconds INTEGER NOT NULL DEFAULT 0;
ALTER TABLE channels ADD COLUMN pace_seconds INTEGER NOT NULL DEFAULT 0;
ALTER TABLE channels ADD COLUMN last_poll_at TEXT;
ALTER TABLE channels ADD COLUMN unreachable INTEGER NOT NULL DEFAULT 0 CHECK (unreachable IN (0, 1));

ALTER TABLE hosts ADD COLUMN crawl_delay REAL NOT NULL DEFAULT 0.0;
ALTER TABLE hosts ADD COLUMN asked_at TEXT;

CREATE TABLE coverage_hours (
    source TEXT NOT NULL REFERENCES sources (id),
    hour TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('changed', 'unchanged', 'empty', 'blocked', 'failed')),
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (source, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE notices (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (
        kind IN ('down', 'back', 'offline', 'online', 'quiet', 'heard', 'layout', 'layout-back', 'moved', 'missed')
    ),
    source TEXT REFERENCES sources (id),
    subject TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL,
    told TEXT
) STRICT;

CREATE INDEX notices_subject ON notices (source, subject, id);
CREATE INDEX notices_untold ON notices (at) WHERE told IS NULL;

-- From one hour in which a source could be read to the next, where there were failures or too long a silence of ours
-- in between. An adaptive pause is never longer than a day, unless the channel's own `every` is.
CREATE VIEW coverage_gaps AS
WITH marked AS (
    SELECT source, hour, outcome, reason, outcome IN ('changed', 'unchanged') AS well,
        sum(outcome IN ('changed', 'unchanged')) OVER (PARTITION BY source ORDER BY hour) AS island
    FROM coverage_hours
), failed AS (
    SELECT source, island, max(hour) AS hour, count(*) AS hours, min(hour) AS since
    FROM marked WHERE NOT well GROUP BY source, island
), last_failed AS (
    SELECT f.source, f.island, f.hours, f.since, m.outcome, m.reason
    FROM failed f JOIN marked m ON m.source = f.source AND m.hour = f.hour
), seen AS (
    SELECT source, hour, island, lead(hour) OVER (PARTITION BY source ORDER BY hour) AS again FROM marked WHERE well
)
SELECT s.source, s.hour AS seen_until, s.again AS seen_again, coalesce(f.outcome, 'not polled') AS cause,
    coalesce(f.reason, '') AS reason, coalesce(f.hours, 0) AS failed_hours,
    round((julianday(coalesce(s.again, 'now')) - julianday(s.hour)) * 24) AS hours
FROM seen s LEFT JOIN last_failed f ON f.source = s.source AND f.island = s.island
WHERE f.source IS NOT NULL OR julianday(coalesce(s.again, 'now')) - julianday(s.hour) > max(1.1, 1.2 / 86400 * coalesce(
    (SELECT max(every_seconds) FROM channels c WHERE c.source = s.source), 0))
UNION ALL
SELECT f.source, NULL, (SELECT min(hour) FROM marked m WHERE m.source = f.source AND m.well), f.outcome, f.reason,
    f.hours, round((julianday(coalesce((SELECT min(hour) FROM marked m WHERE m.source = f.source AND m.well), 'now'))
        - julianday(f.since)) * 24)
FROM last_failed f WHERE f.island = 0;

-- How completely each source's pages are read, day by day: what a changed layout shows in first.
CREATE VIEW completeness AS
SELECT source, substr(first_seen_at, 1, 10) AS day, count(*) AS stories,
    avg(title <> '') AS with_title, avg(published_at IS NOT NULL) AS with_date, avg(byline <> '') AS with_byline,
    avg(word_count >= 40) AS with_text, avg(extractor = 'site') AS by_site_reader
FROM stories WHERE text_from = 'page' GROUP BY source, day
