"""Questions find what they ask for, newest first; nothing in them reaches SQLite as anything but a value."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.archive import Archive
from db.queries import condition
from monitor.errors import QueryError
from monitor.model import Dated, Precision, StoryKind
from monitor.query import MAX_DEPTH, MAX_TERMS, parse
from tests import factories as make
from tests.db.filed import hours, visit

NOW = make.NOW


def on(text: str, precision: Precision = Precision.SECOND) -> Dated:
    return Dated(at=datetime.fromisoformat(text).replace(tzinfo=UTC), precision=precision, signal="x")


@pytest.fixture
def stocked(archive: Archive) -> Archive:
    archive.file_imports(
        [
            visit(source="cbp", url="https://www.cbp.gov/1", title="CBP redeploys agents", kind=StoryKind.RELEASE,
                  text="Border agents assist ICE interior operations.", language="en",
                  published=on("2026-02-27T10:00:00")),
            visit(source="cnn", url="https://edition.cnn.com/2", title="Agents moved", language="en-US",
                  text="ICE gets help. The border is quiet; the wall is not.",
                  published=on("2026-02-28", Precision.DAY)),
            visit(source="pew", url="https://pew.example/3", title="What the public says", kind=StoryKind.ANALYSIS,
                  text="La frontera y la migración.", language="es", published=on("2026-03-01", Precision.MONTH)),
            visit(hours(1), source="cnn", url="https://notcnn.com/4", title="Undated", text="Seen first in May.",
                  language="fr"),
        ]
    )  # fmt: skip
    return archive


def found(archive: Archive, query: str) -> list[int]:
    ids = [row["id"] for row in archive.stories(parse(query), now=NOW)]
    assert archive.count(parse(query), now=NOW) == len(ids)
    return ids


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", [4, 3, 2, 1]),
        ("agents", [2, 1]),
        ("AGENT", [2, 1]),
        ("border agents", [2, 1]),
        ('"border agents"', [1]),
        ('"agents border"', []),
        ("redeploying", [1]),
        ("redep*", [1]),
        ("redep", []),
        ("migracion", [3]),
        ("frontera OR ICE", [3, 2, 1]),
        ("ICE -wall", [1]),
        ("-ICE", [4, 3]),
        ("-(ICE OR frontera)", [4]),
        ("source:cnn", [4, 2]),
        ("-source:cnn", [3, 1]),
        ("source:cnn OR frontera", [4, 3, 2]),
        ("(source:cbp OR wall) ICE", [2, 1]),
        ("domain:cnn.com", [2]),
        ("domain:edition.cnn.com", [2]),
        ("domain:gov", [1]),
        ("domain:bp.gov", []),
        ("kind:release", [1]),
        ("lang:en", [2, 1]),
        ("lang:en-us", [2]),
        ("after:2026-02-28", [4, 3, 2]),
        ("after:2026-03", [4, 3]),
        ("before:2026-03", [2, 1]),
        ("before:2026-02-28", [1]),
        ("after:2026-02 before:2026-03", [2, 1]),
        ("after:2027", []),
        ("after:1d", [4]),
        ("before:3m", []),
        ("before:8w", [3, 2, 1]),
        ("after:99999y", [4, 3, 2, 1]),
        ('title OR "x" OR wall', [2]),
    ],
)
def test_questions_find_what_they_ask_for_newest_first(stocked: Archive, query: str, ids: list[int]):
    assert found(stocked, query) == ids


def test_rows_are_ready_for_json_and_say_where_the_match_is(stocked: Archive):
    (row,) = stocked.stories(parse('"assist ICE" source:cbp'))
    assert row["url"] == "https://www.cbp.gov/1"
    assert row["cited_domains"] == []
    assert row["paywalled"] is False
    assert row["snippet"] == [["Border agents ", False], ["assist ICE", True], [" interior operations.", False]]
    (row,) = stocked.stories(parse("kind:analysis"))
    assert row["snippet"] == [["La frontera y la migración.", False]]
    assert "snippet" not in next(stocked.stories(parse("border"), snippets=False))


def test_a_text_cannot_fake_a_hit(archive: Archive):
    archive.file_visits([visit(text="<b>border</b> \x1b[1m agents")])
    (row,) = archive.stories(parse("agents"))
    assert row["snippet"] == [["<b>border</b> \x1b[1m ", False], ["agents", True]]


def test_limits_are_kept(stocked: Archive):
    assert [row["id"] for row in stocked.stories(parse(""), limit=2)] == [4, 3]
    assert len(list(stocked.stories(parse(""), limit=None))) == 4


def test_the_newest_first_come_from_an_index(stocked: Archive):
    plan = stocked._db.execute(
        "EXPLAIN QUERY PLAN SELECT id FROM stories ORDER BY coalesce(published_at, first_seen_at) DESC, id DESC LIMIT 5"
    ).fetchall()
    assert [row[3] for row in plan] == ["SCAN stories USING INDEX stories_newest"]


@pytest.mark.parametrize(
    "query",
    [
        'x" OR rowid > 0 --', "'; DROP TABLE stories; --", "NEAR(a b, 2)", "title:x", "{title text} : a", "^border",
        "a + b", "a NOT b", 'a" b', "%", "_", "?1", ":x", "@x", "a\x00b", "\ue000border\ue001",
        "*", "a*b*", "((a)", "source:'or'1'='1", "domain:%", "domain:_bp.gov", "lang:%%", 'source:"x"" OR 1"',
    ],
)  # fmt: skip
def test_metacharacters_are_words_or_errors_and_never_more(stocked: Archive, query: str):
    try:
        ids = found(stocked, query)
    except QueryError:
        return
    assert len(ids) <= 2
    assert len(found(stocked, "")) == 4


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=30) | st.text(alphabet='ab"*^:{}()+-, \x00NEAROTD', max_size=30),
)
def test_whatever_parses_is_answered(stocked: Archive, text: str):
    try:
        query = parse(text)
    except QueryError:
        return
    list(stocked.stories(query, limit=3, now=NOW))
    list(stocked.shifts(query, limit=3, now=NOW))
    assert text.isspace() or not text or all(
        value not in condition(query, now=NOW).sql for value in condition(query, now=NOW).values
        if isinstance(value, str) and len(value) > 8
    )  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [
        " ".join(f"w{n}" for n in range(MAX_TERMS)),
        " OR ".join(f"w{n}" for n in range(MAX_TERMS)),
        " OR ".join(f"source:w{n}" for n in range(MAX_TERMS)),
        " OR ".join(f"actor:w{n}" for n in range(MAX_TERMS)),
        " ".join(f"-place:w{n}" for n in range(MAX_TERMS)),
        " ".join(f"actor:w{n} -quantity>{n}" for n in range(MAX_TERMS // 2)),
        "".join(f"(actor:w{n} {'OR' if n % 2 else 'w'} -" for n in range(MAX_DEPTH // 2))
        + "x"
        + ")" * (MAX_DEPTH // 2),
        " ".join(f"-source:w{n}" for n in range(MAX_TERMS)),
        " ".join(f"-w{n}" for n in range(MAX_TERMS)),
        "".join(f"(w{n} {'OR' if n % 2 else ''} " for n in range(MAX_DEPTH)) + "x" + ")" * MAX_DEPTH,
        "".join(f"(source:w{n} {'OR' if n % 2 else ''} -" for n in range(MAX_DEPTH // 2))
        + "x"
        + ")" * (MAX_DEPTH // 2),
        "".join(f"(actor:w{n} OR source:w{n} " for n in range(MAX_DEPTH)) + "x" + ")" * MAX_DEPTH,
        "".join(f"(w{n} OR source:w{n} " for n in range(MAX_DEPTH)) + "x" + ")" * MAX_DEPTH,
        "".join(f"a OR (source:w{n} " for n in range(MAX_DEPTH)) + "x" + ")" * MAX_DEPTH,
    ],
)
def test_the_largest_queries_allowed_are_answered(stocked: Archive, query: str):
    list(stocked.stories(parse(query), limit=5))
    list(stocked.shifts(parse(query), limit=5))


def test_one_story_is_told_whole(stocked: Archive):
    story = stocked.story(1)
    assert story is not None
    assert story["title"] == "CBP redeploys agents"
    assert [version["number"] for version in story["versions"]] == [1]
    assert story["sightings"] == []
    assert story["duplicates"] == []
    assert stocked.story(99) is None


def test_counts(stocked: Archive):
    assert stocked.counts() == {
        "sources": 4, "channels": 1, "polls": 0, "stories": 4, "versions": 4, "sightings": 0, "pages": 4,
    }  # fmt: skip


def test_the_index_stays_in_step_when_stories_are_changed_by_hand(stocked: Archive, path):
    connection = sqlite3.connect(path)
    connection.execute("UPDATE stories SET title = 'Zeppelins' WHERE id = 1")
    connection.execute("DELETE FROM stories WHERE id = 2")
    connection.commit()
    connection.execute("INSERT INTO stories_fts (stories_fts, rank) VALUES ('integrity-check', 1)")
    connection.close()
    assert found(stocked, "zeppelin") == [1]
    assert found(stocked, "wall") == []


def test_the_index_has_stories_that_are_new_and_changed_or_inserted_by_hand(stocked: Archive, path):
    connection = sqlite3.connect(path)
    connection.execute(
        "INSERT INTO stories (url, domain, source, kind, first_seen_at, last_seen_at, text_from, title, text)"
        " VALUES ('https://x.example/', 'x.example', 'cbp', 'release', '2026', '2026', 'page', 'Airships', '')"
    )
    connection.execute("DELETE FROM stories WHERE title = 'Airships'")
    connection.commit()
    again = [visit(hours(n), url="https://www.cbp.gov/9", title=f"Balloons {n}", source="cbp") for n in range(3)]
    stocked.file_imports(again)
    connection.execute("INSERT INTO stories_fts (stories_fts, rank) VALUES ('integrity-check', 1)")
    connection.close()
    assert found(stocked, "airships") == []
    assert len(found(stocked, '"balloons 2"')) == 1
    assert found(stocked, '"balloons 1"') == []
