"""Coding is filed whole: rows that stay keep their ids, what people judged holds, and coding again changes nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.archive import Archive
from monitor.coder import begin_again, changes, code_waiting
from monitor.coding.batch import Text
from monitor.coding.codebook import parse_codebook
from monitor.codings import Book, RowChange
from monitor.model import Trouble, TroubleKind
from monitor.query import parse
from tests import factories as make
from tests.coded import SHIPPED, code, desk
from tests.db.filed import dump, hours, rows, sound, visit

SENT = "CBP sent 200 agents from the Laredo sector to Memphis to assist ICE, the agency said."
GUARD = "The president deployed 2,000 National Guard troops to Los Angeles."
COUNT = "Border Patrol recorded 6,840 encounters at the southwest border last month."
PLAIN = "The council met on Tuesday and adjourned without a vote."
CODED = ("codebooks", "tags", "shifts", "figures", "events")
OTHER = SHIPPED.content.replace('id = "border-encounters"', 'id = "encounters"')


@pytest.fixture
def stocked(archive: Archive) -> Archive:
    archive.file_imports(
        [
            visit(url="https://desk.example.org/1", title="Agents sent to Memphis", text=f"{SENT}\n\n{COUNT}"),
            visit(url="https://desk.example.org/2", title="Guard in Los Angeles", text=f"{GUARD}\n\n{PLAIN}"),
            visit(url="https://desk.example.org/3", title="Council meets", text=f"{PLAIN}\n\n{PLAIN}"),
        ]
    )
    return archive


def held(archive: Archive) -> dict[str, list[tuple[Any, ...]]]:
    return {table: rows(archive, f"SELECT * FROM {table} ORDER BY 1, 2") for table in CODED} | {
        "stories": rows(archive, "SELECT id, label, label_reason, codebook FROM stories ORDER BY id")
    }


def book_of(text: str) -> Book:
    parsed = parse_codebook(text, "test")
    return Book(hash=parsed.hash, name=parsed.name, version=parsed.version, content=text)


def test_what_waits_is_coded_and_waits_no_longer(stocked: Archive):
    assert rows(stocked, "SELECT story FROM code_queue") == [(1,), (2,), (3,)]
    assert code(stocked).stories == 3
    assert rows(stocked, "SELECT count(*) FROM code_queue") == [(0,)]
    assert rows(stocked, "SELECT count(*) FROM event_queue") == [(0,)]
    assert [label for (label,) in rows(stocked, "SELECT label FROM stories ORDER BY id")] == [
        "primary", "primary", "none",
    ]  # fmt: skip
    told = rows(stocked, "SELECT actor, beneficiary, quantity_low, destination FROM shifts WHERE story = 1")
    assert ("CBP", "ICE", 200, "Memphis") in [(a, b, q, (d or "").split(";")[0]) for a, b, q, d in told]
    assert rows(stocked, "SELECT DISTINCT measure FROM figures") == [("border encounters",)]
    assert rows(stocked, "SELECT hash, content FROM codebooks") == [(SHIPPED.hash, SHIPPED.content)]
    assert code(stocked).stories == 0
    sound(stocked._path)


def test_every_row_points_at_its_sentence(stocked: Archive):
    code(stocked)
    for table in ("tags", "shifts", "figures"):
        source = "CASE t.part WHEN 'title' THEN s.title ELSE s.text END"
        sql = f'SELECT t.sentence, t.start, t."end", {source} FROM {table} t JOIN stories s ON s.id = t.story'
        found = rows(stocked, sql)
        assert found, table
        assert all(text[start:end] == sentence for sentence, start, end, text in found), table


def test_coding_everything_anew_changes_nothing(stocked: Archive):
    code(stocked)
    before, filed = held(stocked), dump(stocked)
    for _ in range(2):
        done = code(stocked, again=True)
        assert (done.stories, done.gained, done.lost) == (3, 0, 0)
        assert held(stocked) == before
    assert dump(stocked) == filed


def test_a_new_version_keeps_the_rows_that_still_hold_and_never_reuses_an_id(stocked: Archive):
    code(stocked)
    first = dict(rows(stocked, "SELECT key, id FROM shifts WHERE story = 2"))
    more = visit(
        hours(1), url="https://desk.example.org/2", title="Guard in Los Angeles",
        text=f"{PLAIN}\n\n{GUARD}\n\nThe Pentagon sent 700 Marines to Los Angeles.",
    )  # fmt: skip
    stocked.file_imports([more])
    assert rows(stocked, "SELECT story, turn FROM code_queue") == [(2, 0)]
    code(stocked)
    second = dict(rows(stocked, "SELECT key, id FROM shifts WHERE story = 2"))
    assert first.items() <= second.items()
    assert len(second) > len(first)
    assert rows(stocked, "SELECT DISTINCT version FROM shifts WHERE story = 2") == [(2,)]
    gone = visit(hours(2), url="https://desk.example.org/2", title="Guard in Los Angeles", text=PLAIN)
    stocked.file_imports([gone])
    code(stocked)
    assert rows(stocked, "SELECT id FROM shifts WHERE story = 2 AND part <> 'title'") == []
    stocked.file_imports([visit(hours(3), url="https://desk.example.org/2", title="Guard back", text=GUARD)])
    code(stocked)
    back = {id_ for (id_,) in rows(stocked, "SELECT id FROM shifts WHERE story = 2")}
    assert back
    assert back.isdisjoint({*first.values(), *second.values()})
    assert rows(
        stocked, "SELECT count(*) FROM events e WHERE NOT EXISTS (SELECT 1 FROM shifts WHERE event = e.id)"
    ) == [(0,)]


class Killing:
    """Workers that are killed over one text, whatever stands beside it."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.calls = 0

    async def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        texts: list[Text] = args[0]
        if any(self.word in one.text for one in texts):
            return Trouble(kind=TroubleKind.KILLED, reason="reading it took more than 20 s")
        return function(*args, **kwargs)


def test_a_story_that_cannot_be_coded_says_so_harms_no_other_and_is_not_tried_for_ever(stocked: Archive):
    readers = Killing("Los Angeles")
    done = code(stocked, readers=readers)
    assert (done.stories, done.failed) == (3, 1)
    assert rows(stocked, "SELECT label, label_reason FROM stories WHERE id = 2") == [
        ("", "could not be coded: reading it took more than 20 s")
    ]
    assert rows(stocked, "SELECT label FROM stories WHERE id = 1") == [("primary",)]
    calls = readers.calls
    code(stocked, readers=readers)
    assert readers.calls == calls, "it waits no longer"
    assert code(stocked, again=True).failed == 0
    assert rows(stocked, "SELECT label FROM stories WHERE id = 2") == [("primary",)]


def test_coding_that_is_interrupted_goes_on_where_it_was(stocked: Archive):
    code(stocked)

    async def interrupted() -> None:
        stop = asyncio.Event()
        stop.set()
        begin_again(stocked, SHIPPED)
        await code_waiting(desk(stocked), stop=stop)

    asyncio.run(interrupted())
    with stocked.coding() as tables:
        tables.coded(tables.waiting(1))
    assert rows(stocked, "SELECT count(*) FROM code_queue") == [(2,)]
    assert code(stocked, again=True).stories == 2, "what is left, not all again"
    assert code(stocked, again=True).stories == 3


def test_a_changed_codebook_is_told_before_anything_is_written(stocked: Archive):
    code(stocked)
    before = held(stocked)
    other = book_of(OTHER)

    async def told() -> list[RowChange]:
        return [one async for one in changes(desk(stocked, codebook=other))]

    found = asyncio.run(told())
    assert held(stocked) == before
    assert {(one.table, one.change, one.row["code"]) for one in found} == {
        ("tags", "gained", "encounters"), ("tags", "lost", "border-encounters"),
    }  # fmt: skip
    kept = dict(rows(stocked, "SELECT key, id FROM shifts"))
    done = code(stocked, again=True, codebook=other)
    assert (done.gained, done.lost) == (sum(one.change == "gained" for one in found), len(found) - done.gained)
    assert dict(rows(stocked, "SELECT key, id FROM shifts")) == kept
    assert rows(stocked, "SELECT DISTINCT codebook FROM tags UNION SELECT codebook FROM stories") == [(other.hash,)]
    assert len(rows(stocked, "SELECT hash FROM codebooks")) == 2, "the rows of before can still be defended"
    assert asyncio.run(told()) == []


def judge(archive: Archive, verdict: str, **fixed: Any) -> int:
    """Judge the shift to Memphis as the command does; gives its id."""
    columns = "actor, beneficiary, resource, quantity_low, quantity_high, quantity_text, quantity_approx, origin,"
    columns += " destination, direction, status, attribution"
    sql = f"SELECT id, key, {columns} FROM shifts WHERE story = 1 AND part <> 'title'"
    ((id_, key, *slots),) = rows(archive, sql)
    judged = json.dumps(dict(zip(columns.replace(",", " ").split(), slots, strict=True)))
    with archive._transaction() as db:
        db.execute(
            "INSERT INTO judgements (story, key, shift, coder, at, verdict, fixed, judged) VALUES (1, ?, ?, 'ann', ?,"
            " ?, ?, ?)",
            (key, id_, "2026-05-01T12:00:00Z", verdict, json.dumps(fixed), judged),
        )
    return int(id_)


def seen(archive: Archive) -> list[tuple[Any, ...]]:
    slots = "actor, beneficiary, quantity_low, status, verdict"
    return rows(archive, f"SELECT {slots} FROM judged_shifts WHERE story = 1 AND part <> 'title'")


def test_what_is_judged_holds_through_new_versions_and_codings(stocked: Archive):
    code(stocked)
    (machine,) = seen(stocked)
    assert machine[-1] == ""
    judge(stocked, "fix", beneficiary=None, quantity_low=250)
    assert seen(stocked) == [(machine[0], None, 250, machine[3], "fix")]
    longer = visit(hours(1), url="https://desk.example.org/1", title="Agents sent", text=f"{PLAIN}\n\n{SENT}")
    stocked.file_imports([longer])
    code(stocked)
    code(stocked, again=True, codebook=book_of(OTHER))
    assert seen(stocked) == [(machine[0], None, 250, machine[3], "fix")]
    with stocked._transaction() as db:  # the machine reads it otherwise one day
        db.execute("UPDATE shifts SET status = 'planned' WHERE story = 1")
    assert seen(stocked) == [(machine[0], None, 250, machine[3], "fix")]
    judge(stocked, "reject")
    assert seen(stocked) == []
    judge(stocked, "accept")
    assert seen(stocked)[0][-1] == "accept"


def test_a_rejected_shift_is_a_mention_of_no_event_and_a_fixed_one_of_that_it_tells_of(stocked: Archive):
    code(stocked)
    id_ = judge(stocked, "reject")
    code(stocked)
    assert rows(stocked, "SELECT event FROM shifts WHERE id = ?", id_) == [(None,)]
    judge(stocked, "fix", destination="Los Angeles", actor="NATIONAL_GUARD")
    code(stocked)
    assert rows(stocked, "SELECT count(DISTINCT event) FROM shifts WHERE id = ? OR story = 2", id_) == [(1,)]


def test_sentences_that_copies_share_are_told_once(stocked: Archive):
    stocked.file_imports([visit(hours(1), url="https://desk.example.org/4", title="Copy", text=f"{SENT}\n\n{COUNT}")])
    with stocked._transaction() as db:
        db.execute("UPDATE stories SET duplicate_of = 1 WHERE id = 4")
    code(stocked)
    query = parse("actor:CBP beneficiary:ICE")
    assert [(row["story"], row["copies"]) for row in stocked.shifts(query)] == [(1, 1)]
    assert stocked.count_shifts(query) == 1
    assert [row["story"] for row in stocked.shifts(query, copies=True)] == [4, 1]
    assert stocked.count_shifts(query, copies=True) == 2
    assert len(list(stocked.figures(parse("")))) == 1
    assert len(list(stocked.figures(parse(""), copies=True))) == 2


def test_the_page_of_a_story_that_tells_of_a_shift_is_looked_at_sooner(archive: Archive):
    def had(url: str, title: str, text: str) -> None:
        due = make.NOW.replace(hour=23)
        made = visit(url=url, title=title, text=text)
        archive.file_visits([type(made)(**{**_fields(made), "recheck_at": due, "recheck_if_changed_at": due})])

    had("https://desk.example.org/1", "Agents sent to Memphis", SENT)
    had("https://desk.example.org/3", "Council meets", PLAIN)
    code(archive)
    assert rows(archive, "SELECT story, recheck_at FROM pages ORDER BY story") == [
        (1, "2026-05-01T12:30:00Z"), (2, "2026-05-01T23:00:00Z"),
    ]  # fmt: skip
    first, second = archive.due_rechecks("desk", now=hours(24), limit=9)
    assert (first.watched, second.watched) == (True, False)


def _fields(visit: Any) -> dict[str, Any]:
    return {name: getattr(visit, name) for name in visit.__dataclass_fields__}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([SENT, GUARD, COUNT, PLAIN]), min_size=1, max_size=5))
def test_whatever_a_story_says_coding_it_twice_changes_nothing(stocked: Archive, sentences: list[str]):
    text = "\n\n".join(sentences)
    stocked.file_imports(
        [visit(hours(1), url=f"https://desk.example.org/{crc32(text.encode())}", title="A day", text=text)]
    )
    code(stocked)
    before = held(stocked)
    code(stocked, again=True)
    assert held(stocked) == before
