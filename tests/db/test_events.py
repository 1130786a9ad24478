"""Mentions become events piece by piece, the same as all at once; what a person decides outlasts coding anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.archive import Archive
from monitor.coding.events import WINDOW
from monitor.eventmaker import merge, split
from monitor.model import Dated, Precision
from monitor.query import parse
from tests import factories as make
from tests.coded import code
from tests.db.filed import rows, sound, visit

DAY = datetime(2026, 1, 10, tzinfo=UTC)
SENTENCES = (
    "The president deployed 2,000 National Guard troops to Los Angeles.",
    "The president deployed 4,000 National Guard troops to L.A. on Tuesday.",
    "The Pentagon withdrew the National Guard troops from Los Angeles.",
    "The Pentagon sent 700 Marines to Los Angeles.",
    "The president deployed 500 National Guard troops to Memphis.",
    "The agency deployed 300 Border Patrol agents.",
    "Customs and Border Protection sent 300 agents, an official said.",
)


def telling(sentence: int, days: float, number: int) -> Any:
    """A visit of a story that tells one of the sentences, so many days later."""
    at = Dated(at=DAY + timedelta(days=days), precision=Precision.SECOND, signal="x")
    return visit(
        url=f"https://desk.example.org/{number}", title=f"Day {number}", text=SENTENCES[sentence], published=at
    )


def events(archive: Archive) -> list[tuple[Any, ...]]:
    """Every event by what it says and which sentences of which stories it holds, whatever the ids."""
    found = []
    for row in archive.events(parse("")):
        told = sorted((one["url"], one["sentence"], one["event_reason"]) for one in row["mentions"])
        found.append(
            (
                row["first_at"], row["last_at"], row["actor"], row["resource"], row["direction"], row["destination"],
                row["quantity_low"], row["state"], tuple(map(tuple, row["lifecycle"])), tuple(told),
            )
        )  # fmt: skip
    return sorted(found, key=repr)


def ids(archive: Archive) -> dict[str, int]:
    return dict(
        rows(archive, "SELECT s.url || h.start, h.event FROM shifts h JOIN stories s ON s.id = h.story ORDER BY 1")
    )


stories = st.lists(
    st.tuples(st.integers(0, len(SENTENCES) - 1), st.sampled_from([0, 0.5, 20, 44, 46, 80, 100, 200])),
    min_size=1,
    max_size=9,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories=stories, order=st.randoms(use_true_random=False), pieces=st.integers(1, 4))
def test_any_order_of_filing_gives_the_events_of_all_at_once(
    tmp_path_factory: pytest.TempPathFactory, stories: list[tuple[int, float]], order: Any, pieces: int
):
    visits = [telling(sentence, days, number) for number, (sentence, days) in enumerate(stories)]
    found = []
    for shuffled in (False, True):
        path = tmp_path_factory.mktemp("events") / "shiftwatch.db"
        with Archive.open(path) as archive:
            archive.sync_sources([make.source()])
            if shuffled:
                order.shuffle(visits)
            for at in range(0, len(visits), pieces if shuffled else len(visits)):
                archive.file_imports(visits[at : at + (pieces if shuffled else len(visits))])
                code(archive)
            found.append(events(archive))
            before = ids(archive)
            code(archive, again=True)
            assert ids(archive) == before, "coding anew moves no mention and renames no event"
    assert found[0] == found[1]


@pytest.fixture
def told(archive: Archive) -> Archive:
    """Three mentions of the Guard in Los Angeles, one of the Marines, one of Memphis."""
    days = [(0, 0), (1, 3), (2, 30), (3, 4), (4, 5)]
    archive.file_imports([telling(sentence, day, number) for number, (sentence, day) in enumerate(days)])
    code(archive)
    return archive


def shift_of(archive: Archive, sentence: int) -> int:
    ((id_,),) = rows(archive, "SELECT id FROM shifts WHERE sentence = ?", SENTENCES[sentence])
    return int(id_)


def together(archive: Archive) -> set[frozenset[int]]:
    """The sentences of each event."""
    groups: dict[int, set[int]] = {}
    for sentence, event in rows(archive, "SELECT sentence, event FROM shifts"):
        groups.setdefault(event, set()).add(SENTENCES.index(sentence))
    return {frozenset(group) for group in groups.values()}


def test_an_event_has_a_life_a_first_source_and_a_reason_for_every_mention(told: Archive):
    (event,) = told.events(parse("actor:NATIONAL_GUARD place:angeles"))
    assert (event["actor"], event["quantity_low"], event["first_source"]) == ("NATIONAL_GUARD", 4000, "desk")
    assert event["lifecycle"] == [
        ["under way", "2026-01-10T00:00:00Z"], ["expanded", "2026-01-13T00:00:00Z"], ["ended", "2026-02-09T00:00:00Z"],
    ]  # fmt: skip
    assert [one["event_reason"].split(",")[0] for one in event["mentions"]] == [
        "first mention", "same actor NATIONAL_GUARD", "same actor NATIONAL_GUARD",
    ]  # fmt: skip
    assert told.count_events(parse("")) == 3
    assert [row["id"] for row in told.events(parse("state:ended"))] == [event["id"]]
    assert {row["event"] for row in told.shifts(parse("state:ended"))} == {event["id"]}


def test_a_mention_taken_out_stays_out_and_one_put_in_stays_in_whatever_is_coded_anew(told: Archive):
    more, home = shift_of(told, 1), shift_of(told, 2)
    assert split(told, more, make.NOW) == [shift_of(told, 0), home]
    assert together(told) == {frozenset({0, 2}), frozenset({1}), frozenset({3}), frozenset({4})}
    code(told, again=True)
    assert together(told) == {frozenset({0, 2}), frozenset({1}), frozenset({3}), frozenset({4})}
    assert merge(told, more, shift_of(told, 3), make.NOW)
    assert together(told) == {frozenset({0, 2}), frozenset({1, 3}), frozenset({4})}
    assert not merge(told, more, shift_of(told, 3), make.NOW), "they are already"
    told.file_imports([telling(0, 2, 9)])
    code(told, again=True)
    assert together(told) == {frozenset({0, 2}), frozenset({1, 3}), frozenset({4})}
    assert merge(told, more, home, make.NOW)
    assert together(told) == {frozenset({0, 1, 2, 3}), frozenset({4})}
    sound(told._path)


def test_a_decision_can_be_undone(told: Archive):
    before = together(told)
    memphis, marines = shift_of(told, 4), shift_of(told, 3)
    merge(told, memphis, marines, make.NOW)
    assert frozenset({3, 4}) in together(told)
    assert split(told, memphis, make.NOW) == [marines]
    assert together(told) == before
    assert split(told, memphis, make.NOW) == [], "it stands alone already"
    assert split(told, 999, make.NOW) is None


def test_taking_out_the_one_that_holds_two_together_leaves_the_other_where_it_was_put(told: Archive):
    first, more, marines = shift_of(told, 0), shift_of(told, 1), shift_of(told, 3)
    merge(told, marines, more, make.NOW)
    split(told, more, make.NOW)
    assert together(told) == {frozenset({0, 2, 3}), frozenset({1}), frozenset({4})}
    assert {first} < {id_ for (id_,) in rows(told, "SELECT id FROM shifts")}


def test_what_people_decided_of_a_sentence_holds_for_it_in_a_new_version(told: Archive):
    split(told, shift_of(told, 1), make.NOW)
    again = telling(1, 3, 1)
    text = f"{SENTENCES[1]}\n\nThe weather was fine."
    article = type(again.snapshot.article)
    values = {name: getattr(again.snapshot.article, name) for name in article.__dataclass_fields__}
    told.file_imports([visit(make.NOW + timedelta(days=1), **{**_given(values), "text": text})])
    code(told)
    assert rows(told, "SELECT version FROM stories WHERE url LIKE '%/1'") == [(2,)]
    assert frozenset({1}) in together(told)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in ("url", "title", "published")}


def test_a_long_silence_parts_what_the_window_would_not(archive: Archive, path: Path):
    step = WINDOW.days - 1
    archive.file_imports([telling(0, step * number, number) for number in range(4)])
    code(archive)
    assert len(events(archive)) == 1
    with archive._transaction() as db:  # the second mention goes, and nothing bridges the gap any more
        db.execute("DELETE FROM shifts WHERE story = 2")
    code(archive)
    assert [len(row[-1]) for row in events(archive)] == [1, 2]
    sound(path)
