"""Filing one snapshot of a story: which story it is, whether it says something new, and which text is current.

A text differs from the one before it only where a reader would see it, and then becomes a version at its place on the
story's time line (db.timeline). The story shows the version that ranks highest: a page's text before a channel's
full text before what a lead says, and then the one seen last.
"""

from __future__ import annotations

import json
import sqlite3
from enum import StrEnum

from db.texts import domain_of, plain, text_hash
from db.timeline import Run, place
from db.times import iso
from monitor.model import Article, Change, Filing, Snapshot


class TextFrom(StrEnum):
    """Where a story's text was had: its page, a channel that carries the full text, or a lead that stands in."""

    PAGE = "page"
    CHANNEL = "channel"
    LEAD = "lead"


_RANK = {TextFrom.PAGE: 2, TextFrom.CHANNEL: 1, TextFrom.LEAD: 0}


def file_snapshot(
    db: sqlite3.Connection,
    snapshot: Snapshot,
    text_from: TextFrom,
    *,
    story: int | None = None,
    page_reason: str = "",
    capture: str = "",
    reread: bool = False,
) -> Filing:
    """File a snapshot into ``story``, else into the story of its address, else as a new one.

    ``page_reason`` says why the page could not be had; ``capture`` where the raw answer is kept. ``reread``: the very
    bytes filed last, read anew; what they are now taken to say is current, and the version says so. Call inside a
    transaction; filing the same again changes nothing.
    """
    article = snapshot.article
    if story is None:
        story = story_at(db, article.url)
        if story is None and snapshot.identity:
            story = _renamed(db, snapshot)
    if story is None:
        return _file_new(db, snapshot, text_from, page_reason, capture)
    if snapshot.identity:
        db.execute("UPDATE stories SET identity = ? WHERE id = ? AND identity = ''", (snapshot.identity, story))
    if reread and (filing := _read_anew(db, story, snapshot, text_from, capture)):
        return filing
    return _file_known(db, story, snapshot, text_from, page_reason, capture)


def story_at(db: sqlite3.Connection, url: str, identity: str = "") -> int | None:
    """The story whose canonical address is ``url``, else one of that ``identity``, if there is one."""
    found = db.execute("SELECT id FROM stories WHERE url = ?", (url,)).fetchone()
    if found is None and identity:
        found = db.execute(
            "SELECT id FROM stories WHERE identity = ? AND identity <> '' ORDER BY id LIMIT 1", (identity,)
        ).fetchone()
    return found[0] if found else None


def _renamed(db: sqlite3.Connection, snapshot: Snapshot) -> int | None:
    """The story a snapshot belongs to by its identity; its newest address is the story's."""
    story = story_at(db, "", snapshot.identity)
    if story is not None:
        (last,) = db.execute("SELECT last_seen_at FROM stories WHERE id = ?", (story,)).fetchone()
        if iso(snapshot.seen_at) >= last:
            adopt_url(db, story, snapshot.article.url)
    return story


def enter_new(db: sqlite3.Connection) -> None:
    """Enter the stories that are new into the full-text index and the queues of matching and coding, all at once.

    To be called before a transaction ends. One by one, the index alone would take 150 µs a story instead of 30.
    """
    (known,) = db.execute("SELECT coalesce(max(id), 0) FROM stories_fts_docsize").fetchone()
    for statement in _ENTER:
        db.execute(statement, (known,))


_ENTER = (
    "INSERT INTO match_queue (story, turn, part) SELECT id, kind <> 'release', 'all' FROM stories"
    " WHERE id > ? AND text_from <> 'lead' ON CONFLICT (story) DO NOTHING",
    "INSERT INTO code_queue (story) SELECT id FROM stories WHERE id > ? ON CONFLICT (story) DO NOTHING",
    "INSERT INTO stories_fts (rowid, title, text) SELECT id, title, text FROM stories WHERE id > ?",
)


def adopt_url(db: sqlite3.Connection, story: int, url: str) -> int:
    """Give ``story`` the canonical address its page now declares; gives the story to file into.

    Where another story already has that address, a story that only stands on a lead is folded into it (marked
    ``duplicate_of``); one with a text of its own keeps its address, since a broken template may declare one
    address on all its pages.
    """
    old, text_from = db.execute("SELECT url, text_from FROM stories WHERE id = ?", (story,)).fetchone()
    if old == url:
        return story
    other = story_at(db, url)
    if other is None:
        db.execute("UPDATE stories SET url = ?, domain = ? WHERE id = ?", (url, domain_of(url), story))
        return story
    if text_from == TextFrom.LEAD:
        db.execute("UPDATE stories SET duplicate_of = ? WHERE id = ?", (other, story))
        db.execute(
            "INSERT INTO duplicates SELECT id, duplicate_of, 'copy', 1.0, 'address', 'its page is the other story''s',"
            " 'machine', last_seen_at FROM stories WHERE id = ? ON CONFLICT (story, other) DO NOTHING",
            (story,),
        )
        return other
    return story


def seen_again(db: sqlite3.Connection, story: int, at: str) -> None:
    """Note that the current text was still there at ``at`` (a page that answered 304, or with the same bytes)."""
    db.execute(
        "UPDATE versions SET last_seen_at = ?2 WHERE story = ?1 AND last_seen_at < ?2"
        " AND number = (SELECT version FROM stories WHERE id = ?1)",
        (story, at),
    )
    db.execute("UPDATE stories SET last_seen_at = ?2 WHERE id = ?1 AND last_seen_at < ?2", (story, at))


_STORY_COLUMNS = (
    "kind", "published_at", "published_precision", "published_from", "modified_at", "language", "text_from",
    "page_reason", "paywalled", "word_count", "title", "byline", "dateline", "site_name", "declared_url",
    "cited_domains", "links", "extractor", "signals", "text",
)  # fmt: skip
_INSERT_STORY = (
    f"INSERT INTO stories (url, domain, source, identity, first_seen_at, last_seen_at, {', '.join(_STORY_COLUMNS)})"
    f" VALUES (?, ?, ?, ?, ?, ?, {', '.join('?' * len(_STORY_COLUMNS))})"
)
_SHOW_STORY = f"UPDATE stories SET version = ?, {', '.join(f'{name} = ?' for name in _STORY_COLUMNS)} WHERE id = ?"
_INSERT_VERSION = (
    "INSERT INTO versions"
    " (story, number, captured_at, last_seen_at, text_hash, text_from, extractor, change, capture, title, text)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_COPY_VERSION = (
    "INSERT INTO versions"
    " (story, number, captured_at, last_seen_at, text_hash, text_from, extractor, change, capture, title, text)"
    " SELECT story, ?, last_seen_at, last_seen_at, text_hash, text_from, extractor, ?, capture, title, text"
    " FROM versions WHERE story = ? AND number = ?"
)
_NEW = '{"kinds": ["new"]}'
_json = json.JSONEncoder(ensure_ascii=False).encode


def _file_new(
    db: sqlite3.Connection, snapshot: Snapshot, text_from: TextFrom, page_reason: str, capture: str
) -> Filing:
    article, at = snapshot.article, iso(snapshot.seen_at)
    values = _story_values(article, text_from, page_reason)
    story = db.execute(
        _INSERT_STORY, (article.url, domain_of(article.url), snapshot.source, snapshot.identity, at, at, *values)
    ).lastrowid
    assert story is not None
    digest = text_hash(article.title, article.text)
    db.execute(
        _INSERT_VERSION,
        (story, 1, at, at, digest, text_from, article.extractor, _NEW, capture, article.title, article.text),
    )
    return Filing(story=story, change=Change.NEW)


def _file_known(
    db: sqlite3.Connection, story: int, snapshot: Snapshot, text_from: TextFrom, page_reason: str, capture: str
) -> Filing:
    article, at = snapshot.article, iso(snapshot.seen_at)
    digest = text_hash(article.title, article.text)
    shown, had = db.execute("SELECT version, text_from FROM stories WHERE id = ?", (story,)).fetchone()
    shown_from = TextFrom(had)
    rank, shown_rank = _RANK[text_from], _RANK[shown_from]
    runs = _runs(db, story, text_from) if rank >= shown_rank else []
    found = place(runs, at, digest)
    if rank < shown_rank or found.same:
        if found.same:
            db.execute(
                "UPDATE versions SET captured_at = min(captured_at, ?3), last_seen_at = max(last_seen_at, ?3)"
                " WHERE story = ?1 AND number = ?2",
                (story, found.same.number, at),
            )
        if text_from is shown_from is TextFrom.LEAD:
            db.execute("UPDATE stories SET page_reason = ?2 WHERE id = ?1 AND page_reason <> ?2", (story, page_reason))
        _fill_blanks(db, story, article)
        _widen(db, story, at)
        return Filing(story=story, change=Change.UNCHANGED)

    number = _next_number(db, story)
    before = found.before.number if found.before else (None if runs else shown)
    change = _change(db, story, before, article, text_from)
    db.execute(
        _INSERT_VERSION,
        (story, number, at, at, digest, text_from, article.extractor, change, capture, article.title, article.text),
    )
    if found.split:
        _resume(db, story, found.split, number + 1, since=number, shown=shown)
    if all((run.last, run.hash) < (at, digest) for run in runs):
        values = _story_values(article, text_from, page_reason)
        db.execute(_SHOW_STORY, (number, *_keeping_known(db, story, values), story))
    else:
        _fill_blanks(db, story, article)
    _widen(db, story, at)
    return Filing(story=story, change=Change.VERSION)


def _read_anew(
    db: sqlite3.Connection, story: int, snapshot: Snapshot, text_from: TextFrom, capture: str
) -> Filing | None:
    """Show what the capture shown is now taken to say; None when it is not from that capture that the story stands."""
    article, at = snapshot.article, iso(snapshot.seen_at)
    shown, had, digest, last = db.execute(
        "SELECT v.number, v.text_from, v.text_hash, v.last_seen_at FROM versions v JOIN stories s"
        " ON s.id = v.story AND s.version = v.number WHERE s.id = ?",
        (story,),
    ).fetchone()
    if had != text_from or last != at:
        return None
    number, change = shown, Change.UNCHANGED
    if (new := text_hash(article.title, article.text)) != digest:
        number = _next_number(db, story)
        change = Change.VERSION
        kinds = _change(db, story, shown, article, text_from, "reread")
        db.execute(
            _INSERT_VERSION,
            (story, number, at, at, new, text_from, article.extractor, kinds, capture, article.title, article.text),
        )
    values = _keeping_known(db, story, _story_values(article, text_from, ""))
    if number == shown:
        values[_AT["title"]], values[_AT["text"]] = db.execute(
            "SELECT title, text FROM stories WHERE id = ?", (story,)
        ).fetchone()
    db.execute(_SHOW_STORY, (number, *values, story))
    return Filing(story=story, change=change)


def _next_number(db: sqlite3.Connection, story: int) -> int:
    return int(db.execute("SELECT max(number) + 1 FROM versions WHERE story = ?", (story,)).fetchone()[0])


def _runs(db: sqlite3.Connection, story: int, text_from: TextFrom) -> list[Run]:
    rows = db.execute(
        "SELECT number, text_hash, captured_at, last_seen_at FROM versions WHERE story = ? AND text_from = ?",
        (story, text_from),
    )
    return [Run(number=number, hash=digest, first=first, last=last) for number, digest, first, last in rows]


def _resume(db: sqlite3.Connection, story: int, run: Run, number: int, *, since: int, shown: int) -> None:
    """End ``run`` where it was first seen and begin it again where it was last: another text was seen in between."""
    db.execute(_COPY_VERSION, (number, json.dumps({"kinds": ["resumed"], "from": since}), story, run.number))
    db.execute("UPDATE versions SET last_seen_at = captured_at WHERE story = ? AND number = ?", (story, run.number))
    if run.number == shown:
        db.execute("UPDATE stories SET version = ? WHERE id = ?", (number, story))


def _change(
    db: sqlite3.Connection, story: int, before: int | None, article: Article, text_from: TextFrom, *also: str
) -> str:
    """The JSON that says what kind of edit a version is, against version ``before``."""
    if before is None:
        return json.dumps({"kinds": ["earlier"]})
    title, text, had = db.execute(
        "SELECT title, text, text_from FROM versions WHERE story = ? AND number = ?", (story, before)
    ).fetchone()
    kinds = [*also]
    if had != text_from:
        kinds.append("page-obtained" if text_from is TextFrom.PAGE else "text-obtained")
    if plain(title) != plain(article.title):
        kinds.append("title")
    if plain(text) != plain(article.text):
        kinds.append("text")
    return json.dumps({"kinds": kinds, "from": before})


def _story_values(article: Article, text_from: TextFrom, page_reason: str) -> tuple[object, ...]:
    """In the order of _STORY_COLUMNS."""
    published = article.published
    return (
        article.kind,
        published.iso() if published else None,
        published.precision if published else None,
        published.signal if published else None,
        article.modified.iso() if article.modified else None,
        article.language,
        text_from,
        page_reason,
        article.paywalled,
        len(article.text.split()),
        article.title,
        article.byline,
        article.dateline,
        article.site_name,
        article.declared_url,
        _json(list(article.cited_domains)) if article.cited_domains else "[]",
        _json([[link.url, link.text] for link in article.links]) if article.links else "[]",
        article.extractor,
        _json(dict(article.signals)) if article.signals else "{}",
        article.text,
    )


# What may become known later, or be missing from a later reading, without the text being another.
_KNOWN_ONCE = (
    "published_at", "published_precision", "published_from", "modified_at", "language", "byline", "dateline",
    "site_name", "declared_url",
)  # fmt: skip
_AT = {name: index for index, name in enumerate(_STORY_COLUMNS)}
_SELECT_KNOWN = f"SELECT {', '.join(_KNOWN_ONCE)} FROM stories WHERE id = ?"
_DATE = slice(0, 3)


def _keeping_known(db: sqlite3.Connection, story: int, values: tuple[object, ...]) -> list[object]:
    """The values to show, with what they lack taken from what was known before."""
    kept = list(values)
    old = db.execute(_SELECT_KNOWN, (story,)).fetchone()
    for name, known in zip(_KNOWN_ONCE[3:], old[3:], strict=True):
        if not kept[_AT[name]]:
            kept[_AT[name]] = known
    date = kept[_AT["published_at"]]
    if not date or _sharpens(old[0], date):
        kept[_AT["published_at"] : _AT["published_at"] + 3] = old[_DATE]
    return kept


def _fill_blanks(db: sqlite3.Connection, story: int, article: Article) -> None:
    """Take what was not known of a story so far from another reading of it; nothing known is changed."""
    old = db.execute(_SELECT_KNOWN, (story,)).fetchone()
    date = article.published
    new: dict[str, object] = {}
    if date and (not old[0] or _sharpens(date.iso(), old[0])):
        new.update(published_at=date.iso(), published_precision=date.precision, published_from=date.signal)
    offered = (
        article.modified.iso() if article.modified else None,
        article.language,
        article.byline,
        article.dateline,
        article.site_name,
        article.declared_url,
    )
    for name, known, value in zip(_KNOWN_ONCE[3:], old[3:], offered, strict=True):
        if value and not known:
            new[name] = value
    if new:
        names = ", ".join(f"{name} = ?" for name in new)
        db.execute(f"UPDATE stories SET {names} WHERE id = ?", (*new.values(), story))


def _sharpens(finer: object, coarser: object) -> bool:
    """Whether one ISO date says the same as the other, only more exactly."""
    return isinstance(finer, str) and isinstance(coarser, str) and finer != coarser and finer.startswith(coarser)


def _widen(db: sqlite3.Connection, story: int, at: str) -> None:
    """Let the story's first and last sight include ``at``."""
    db.execute(
        "UPDATE stories SET first_seen_at = min(first_seen_at, ?2), last_seen_at = max(last_seen_at, ?2)"
        " WHERE id = ?1 AND (first_seen_at > ?2 OR last_seen_at < ?2)",
        (story, at),
    )
