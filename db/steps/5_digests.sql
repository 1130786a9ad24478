CREATE TABLE digests (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    slot TEXT,
    window_start TEXT NOT NULL,
    window_end TEXT NOT NULL,
    composed_at TEXT NOT NULL,
    subject TEXT NOT NULL,
    counts TEXT NOT NULL DEFAULT '{}',
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    UNIQUE (name, slot)
) STRICT;

CREATE INDEX digests_name ON digests (name, window_end);

CREATE TABLE digest_stories (
    digest INTEGER NOT NULL REFERENCES digests (id) ON DELETE CASCADE,
    story INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    place TEXT NOT NULL CHECK (place IN ('event', 'changed', 'story', 'counted')),
    PRIMARY KEY (digest, story)
) STRICT, WITHOUT ROWID;

CREATE INDEX digest_stories_story ON digest_stories (story);

CREATE TABLE digest_events (
    digest INTEGER NOT NULL REFERENCES digests (id) ON DELETE CASCADE,
    event INTEGER NOT NULL,
    story INTEGER REFERENCES stories (id) ON DELETE SET NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (digest, event)
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    digest INTEGER NOT NULL REFERENCES digests (id) ON DELETE CASCADE,
    recipient TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'failed')),
    message_id TEXT NOT NULL,
    message BLOB,
    attempts INTEGER NOT NULL DEFAULT 0,
    unsure INTEGER NOT NULL DEFAULT 0,
    handed_at TEXT,
    next_at TEXT,
    error TEXT NOT NULL DEFAULT '',
    sent_at TEXT,
    told_in INTEGER REFERENCES digests (id) ON DELETE SET NULL,
    UNIQUE (digest, recipient)
) STRICT;

CREATE INDEX deliveries_pending ON deliveries (next_at) WHERE state = 'pending';
CREATE INDEX deliveries_recipient ON deliveries (recipient, id);

CREATE TABLE mail_servers (
    server TEXT PRIMARY KEY,
    failures INTEGER NOT NULL DEFAULT 0,
    wait_until TEXT,
    error TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID
;

-- What a window holds is asked by when stories were first seen, whatever they say of themselves.
CREATE INDEX stories_first_seen ON stories (first_seen_at)
