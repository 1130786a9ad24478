ALTER TABLE stories ADD COLUMN label TEXT NOT NULL DEFAULT '' CHECK (label IN ('', 'primary', 'mention', 'none'));
ALTER TABLE stories ADD COLUMN label_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE stories ADD COLUMN codebook TEXT NOT NULL DEFAULT '';

CREATE INDEX stories_label ON stories (label) WHERE label IN ('primary', 'mention');

CREATE TABLE codebooks (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    version TEXT NOT NULL DEFAULT '',
    content TEXT NOT NULL,
    program TEXT NOT NULL,
    first_used_at TEXT NOT NULL
) STRICT;

CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    story INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    code TEXT NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('title', 'lede', 'body')),
    sentence TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    rule TEXT NOT NULL,
    codebook TEXT NOT NULL REFERENCES codebooks (hash)
) STRICT;

CREATE INDEX tags_story ON tags (story);
CREATE INDEX tags_code ON tags (code, story);

CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    actor TEXT NOT NULL,
    resource TEXT NOT NULL,
    direction TEXT NOT NULL,
    destination TEXT NOT NULL DEFAULT '',
    quantity_low INTEGER,
    quantity_high INTEGER,
    state TEXT NOT NULL
        CHECK (state IN ('announced', 'under way', 'expanded', 'reduced', 'blocked', 'ended', 'denied')),
    lifecycle TEXT NOT NULL,
    first_story INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    first_source TEXT NOT NULL REFERENCES sources (id),
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL
) STRICT;

CREATE INDEX events_last_at ON events (last_at);
CREATE INDEX events_first_story ON events (first_story);

-- Ids are never used again, so that whoever noted one down never meets another shift under it.
CREATE TABLE shifts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    story INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    actor TEXT NOT NULL,
    beneficiary TEXT,
    resource TEXT NOT NULL,
    quantity_low INTEGER,
    quantity_high INTEGER,
    quantity_text TEXT,
    quantity_approx INTEGER NOT NULL DEFAULT 0 CHECK (quantity_approx IN (0, 1)),
    origin TEXT,
    destination TEXT,
    direction TEXT NOT NULL,
    status TEXT NOT NULL,
    attribution TEXT,
    part TEXT NOT NULL CHECK (part IN ('title', 'lede', 'body')),
    sentence TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    rule TEXT NOT NULL,
    score REAL NOT NULL,
    codebook TEXT NOT NULL REFERENCES codebooks (hash),
    key TEXT NOT NULL,
    place TEXT NOT NULL,
    told_at TEXT NOT NULL,
    event INTEGER REFERENCES events (id) ON DELETE SET NULL,
    event_reason TEXT NOT NULL DEFAULT '',
    UNIQUE (story, key)
) STRICT;

CREATE INDEX shifts_place ON shifts (place, told_at);
CREATE INDEX shifts_told_at ON shifts (told_at);
CREATE INDEX shifts_event ON shifts (event) WHERE event IS NOT NULL;
CREATE INDEX shifts_actor ON shifts (actor, beneficiary);

CREATE TABLE figures (
    id INTEGER PRIMARY KEY,
    story INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    measure TEXT NOT NULL,
    value_low REAL,
    value_high REAL,
    unit TEXT NOT NULL DEFAULT '',
    period TEXT NOT NULL DEFAULT '',
    scope TEXT NOT NULL DEFAULT '',
    hedge TEXT NOT NULL DEFAULT '',
    claimant TEXT NOT NULL DEFAULT '',
    part TEXT NOT NULL CHECK (part IN ('title', 'lede', 'body')),
    sentence TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    codebook TEXT NOT NULL REFERENCES codebooks (hash)
) STRICT;

CREATE INDEX figures_story ON figures (story);
CREATE INDEX figures_measure ON figures (measure, period);

-- A shift is known here by its story and key, which outlast coding anew; its id does not.
CREATE TABLE event_decisions (
    id INTEGER PRIMARY KEY,
    verdict TEXT NOT NULL CHECK (verdict IN ('alone', 'same')),
    story INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    other_story INTEGER REFERENCES stories (id) ON DELETE CASCADE,
    other_key TEXT,
    decided_at TEXT NOT NULL,
    UNIQUE (story, key, other_story, other_key)
) STRICT;

CREATE INDEX event_decisions_other ON event_decisions (other_story, other_key) WHERE other_story IS NOT NULL;

CREATE TABLE judgements (
    id INTEGER PRIMARY KEY,
    story INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    shift INTEGER NOT NULL,
    coder TEXT NOT NULL,
    at TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('accept', 'reject', 'fix')),
    reason TEXT NOT NULL DEFAULT '',
    fixed TEXT NOT NULL DEFAULT '{}',
    judged TEXT NOT NULL,
    codebook TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX judgements_shift ON judgements (story, key, id);

CREATE TABLE code_queue (
    story INTEGER PRIMARY KEY REFERENCES stories (id) ON DELETE CASCADE,
    turn INTEGER NOT NULL DEFAULT 0,
    asked INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE INDEX code_queue_turn ON code_queue (turn, story);

CREATE TABLE event_queue (
    place TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (place, at)
) STRICT, WITHOUT ROWID;

-- Whatever files a story, coding hears of it: what it rests on is text, title, language, kind and date.
CREATE TRIGGER code_new AFTER INSERT ON stories BEGIN
    INSERT INTO code_queue (story) VALUES (new.id) ON CONFLICT (story) DO UPDATE SET turn = 0, asked = asked + 1;
END;

CREATE TRIGGER code_again
AFTER UPDATE OF text, title, language, kind, published_at, first_seen_at, version ON stories
WHEN old.text IS NOT new.text OR old.title IS NOT new.title OR old.language IS NOT new.language
OR old.kind IS NOT new.kind OR old.version IS NOT new.version
OR coalesce(old.published_at, old.first_seen_at) IS NOT coalesce(new.published_at, new.first_seen_at) BEGIN
    INSERT INTO code_queue (story) VALUES (new.id) ON CONFLICT (story) DO UPDATE SET turn = 0, asked = asked + 1;
END;

-- And whatever files a shift, the grouping into events: of its place, around that time.
CREATE TRIGGER event_new AFTER INSERT ON shifts BEGIN
    INSERT INTO event_queue VALUES (new.place, new.told_at) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER event_gone AFTER DELETE ON shifts BEGIN
    INSERT INTO event_queue VALUES (old.place, old.told_at) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER event_again AFTER UPDATE OF place, told_at ON shifts
WHEN old.place IS NOT new.place OR old.told_at IS NOT new.told_at BEGIN
    INSERT INTO event_queue VALUES (old.place, old.told_at), (new.place, new.told_at) ON CONFLICT DO NOTHING;
END;

-- A judgement changes which event a mention belongs to, or that it belongs to one at all.
CREATE TRIGGER event_judged AFTER INSERT ON judgements BEGIN
    INSERT INTO event_queue SELECT place, told_at FROM shifts WHERE story = new.story AND key = new.key
    ON CONFLICT DO NOTHING;
END;

CREATE VIEW judged_shifts AS
SELECT
    s.id, s.story, s.version,
    CASE WHEN j.id IS NULL THEN s.actor ELSE json_extract(json_patch(j.judged, j.fixed), '$.actor') END AS actor,
    CASE WHEN j.id IS NULL THEN s.beneficiary ELSE json_extract(json_patch(j.judged, j.fixed), '$.beneficiary') END AS beneficiary,
    CASE WHEN j.id IS NULL THEN s.resource ELSE json_extract(json_patch(j.judged, j.fixed), '$.resource') END AS resource,
    CASE WHEN j.id IS NULL THEN s.quantity_low ELSE json_extract(json_patch(j.judged, j.fixed), '$.quantity_low') END AS quantity_low,
    CASE WHEN j.id IS NULL THEN s.quantity_high ELSE json_extract(json_patch(j.judged, j.fixed), '$.quantity_high') END AS quantity_high,
    CASE WHEN j.id IS NULL THEN s.quantity_text ELSE json_extract(json_patch(j.judged, j.fixed), '$.quantity_text') END AS quantity_text,
    CASE WHEN j.id IS NULL THEN s.quantity_approx
        ELSE coalesce(json_extract(json_patch(j.judged, j.fixed), '$.quantity_approx'), 0) END AS quantity_approx,
    CASE WHEN j.id IS NULL THEN s.origin ELSE json_extract(json_patch(j.judged, j.fixed), '$.origin') END AS origin,
    CASE WHEN j.id IS NULL THEN s.destination ELSE json_extract(json_patch(j.judged, j.fixed), '$.destination') END AS destination,
    CASE WHEN j.id IS NULL THEN s.direction ELSE json_extract(json_patch(j.judged, j.fixed), '$.direction') END AS direction,
    CASE WHEN j.id IS NULL THEN s.status ELSE json_extract(json_patch(j.judged, j.fixed), '$.status') END AS status,
    CASE WHEN j.id IS NULL THEN s.attribution ELSE json_extract(json_patch(j.judged, j.fixed), '$.attribution') END AS attribution,
    s.part, s.sentence, s.start, s."end", s.rule, s.score, s.codebook, s.key, s.place, s.told_at, s.event,
    s.event_reason,
    coalesce(j.verdict, '') AS verdict, coalesce(j.coder, '') AS judged_by, j.at AS judged_at,
    coalesce(j.reason, '') AS judge_reason
FROM shifts s LEFT JOIN judgements j
ON j.id = (SELECT max(id) FROM judgements WHERE story = s.story AND key = s.key)
WHERE coalesce(j.verdict, '') <> 'reject'
