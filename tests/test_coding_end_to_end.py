"""Coding through the command line: the table of shifts, events, figures and reasons, on the made-up web."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from monitor.demo.web import DemoWeb
from tests.commands import configuration, served_in_thread, shiftwatch

RELEASE = "CBP Redeploys Agents to Assist ICE Interior Operations"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The made-up web, collected, revised and collected again."""
    folder = tmp_path_factory.mktemp("coding")
    web = DemoWeb(datetime.now(UTC), padding=20_000)
    with served_in_thread(web) as served:
        configuration(folder, served.sources, served.allow_private)
        assert shiftwatch("collect", cwd=folder).code == 0
        web.revise()
        assert shiftwatch("collect", "--force", cwd=folder).code == 0
        yield folder


def rows(room: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(room / "shiftwatch.db")) as connection:
        return connection.execute(sql, values).fetchall()


@pytest.fixture
def own(room: Path, tmp_path: Path) -> Path:
    """A copy of the room to be changed."""
    for name in ("shiftwatch.db", "shiftwatch.toml"):
        shutil.copy(room / name, tmp_path / name)
    return tmp_path


def test_the_release_is_in_the_table_with_its_slots_and_its_sentence(room: Path):
    found = shiftwatch("shifts", "actor:USBP", "OR", "actor:CBP", f'"{RELEASE}"', "--json", cwd=room).json
    assert found
    sent = next(row for row in found if row["quantity_low"] == 600 and row["title"] == RELEASE)
    assert sent["actor"] in ("CBP", "USBP")
    assert sent["beneficiary"] == "ICE"
    assert "Laredo" in sent["origin"]
    assert "cities" in sent["destination"]
    ((title, text),) = rows(room, "SELECT title, text FROM stories WHERE id = ?", sent["story"])
    place = title if sent["part"] == "title" else text
    assert place[sent["start"] : sent["end"]] == sent["sentence"]
    printed = shiftwatch("shifts", 'quantity:600 "redeploys agents"', cwd=room).out
    assert "600" in printed
    assert "from the Laredo" in printed


def test_the_table_is_csv_and_copies_are_told_once(room: Path):
    printed = shiftwatch("shifts", "--csv", "--limit", "0", cwd=room).out
    table = list(csv.DictReader(io.StringIO(printed)))
    assert {"id", "actor", "quantity_low", "sentence", "event", "url"} <= set(table[0])
    assert len(shiftwatch("shifts", "--copies", "--limit", "0", "--json", cwd=room).json) >= len(table)


def test_events_name_their_first_source_and_every_mention_with_its_reason(room: Path):
    listed = shiftwatch("shifts", "--events", "--limit", "0", "--json", cwd=room).json
    assert listed
    assert len({mention["id"] for event in listed for mention in event["mentions"]}) == sum(
        len(event["mentions"]) for event in listed
    ), "a mention is of one event"
    assert all(mention["event_reason"] for event in listed for mention in event["mentions"])
    several = next(event for event in listed if len(event["mentions"]) > 1)
    assert several["first_at"] <= several["last_at"]
    assert several["lifecycle"][-1][0] == several["state"]
    printed = shiftwatch("shifts", "--events", f"event:{several['id']}", cwd=room).out
    assert f"first in {several['first_source']}" in printed


def test_figures_of_one_measure_stand_side_by_side(room: Path):
    printed = shiftwatch("figures", "border", "encounters", cwd=room)
    assert printed.code == 0
    assert "6,840" in printed.out
    assert "58,010" in printed.out
    found = shiftwatch("figures", "border encounters", "source:cbp", "--json", cwd=room).json
    assert {row["measure"] for row in found} == {"border encounters"}
    assert {row["source"] for row in found} == {"cbp"}
    unknown = shiftwatch("figures", "unicorns", cwd=room)
    assert (unknown.code, "border encounters" in unknown.err) == (2, True)


def test_a_story_shows_what_was_found_in_it_and_why(room: Path):
    ((story,),) = rows(room, "SELECT id FROM stories WHERE title = ?", RELEASE)
    shown = shiftwatch("show", story, cwd=room).out
    assert re.search(r"^label +(primary|mention)  \(title", shown, re.MULTILINE)
    assert re.search(r"^shifts$.*^figures$.*^codes$", shown, re.MULTILINE | re.DOTALL)
    assert "resource-shift" in shown
    why = shiftwatch("show", story, "--why", cwd=room)
    assert why.code == 0
    assert re.search(r"send:send/active: shift \(\+\d", why.out)
    reasons = shiftwatch("show", story, "--why", "--json", cwd=room).json
    told = {one["sentence"] for one in reasons["sentences"] if one["verdict"] == "shift"}
    assert told == {sentence for (sentence,) in rows(room, "SELECT sentence FROM shifts WHERE story = ?", story)}


def test_the_query_grammar_knows_codes_and_labels(room: Path):
    tagged = {row["id"] for row in shiftwatch("stories", "tag:resource-shift", "--limit", "0", "--json", cwd=room).json}
    labelled = shiftwatch("stories", "label:primary OR label:mention", "--limit", "0", "--json", cwd=room).json
    assert tagged == {row["id"] for row in labelled}
    assert tagged
    wrong = shiftwatch("shifts", "status:soon", cwd=room)
    assert (wrong.code, "planned, proposed" in wrong.err) == (2, True)


def test_coding_anew_changes_nothing_not_even_the_groups(own: Path):
    def groups() -> list[tuple[Any, ...]]:
        return rows(own, "SELECT id, duplicate_of FROM stories ORDER BY id") + rows(
            own, "SELECT story, other, relation FROM duplicates ORDER BY 1, 2"
        )

    same, shifts = groups(), rows(own, "SELECT id, key, event FROM shifts ORDER BY id")
    assert any(first for _, first, *_ in same)
    told = shiftwatch("recode", "--diff", "--json", cwd=own)
    assert (told.code, told.json) == (0, [])
    done = shiftwatch("recode", "--json", cwd=own).json
    assert (done["gained"], done["lost"], done["stopped"]) == (0, 0, False)
    assert done["stories"] == len(rows(own, "SELECT id FROM stories"))
    assert shiftwatch("rematch", cwd=own).code == 0
    assert groups() == same
    assert rows(own, "SELECT id, key, event FROM shifts ORDER BY id") == shifts


def test_a_changed_codebook_tells_what_it_would_do_before_it_does_it(own: Path):
    shipped = (files("monitor.coding") / "codebook.toml").read_text("utf-8")
    (own / "mine.toml").write_text(shipped.replace('id = "border-encounters"', 'id = "encounters"'), "utf-8")
    text = (own / "shiftwatch.toml").read_text("utf-8")
    (own / "shiftwatch.toml").write_text(f'{text}\n[coding]\ncodebook = "mine.toml"\n', "utf-8")
    before = rows(own, "SELECT * FROM tags ORDER BY id")
    told = shiftwatch("recode", "--diff", cwd=own)
    assert told.code == 0, told.err
    assert re.search(r"^\+ story \d+, tags: encounters \(", told.out, re.MULTILINE)
    assert re.search(r"^- story \d+, tags: border-encounters \(", told.out, re.MULTILINE)
    assert "nothing written" in told.out
    assert rows(own, "SELECT * FROM tags ORDER BY id") == before
    assert shiftwatch("recode", cwd=own).code == 0
    assert rows(own, "SELECT count(*) FROM tags WHERE code = 'border-encounters'") == [(0,)]
    assert len(rows(own, "SELECT hash FROM codebooks")) == 2
    (own / "mine.toml").write_text('[codebook]\nname = "x"\n\n[[code]]\nid = 3\n', "utf-8")
    wrong = shiftwatch("recode", cwd=own)
    assert wrong.code == 2
    assert re.search(r"mine\.toml:\d+: ", wrong.err)
    (own / "mine.toml").unlink()
    assert "there is no such codebook" in shiftwatch("collect", cwd=own).err


def test_a_hand_takes_a_mention_out_of_its_event_and_puts_it_back(own: Path):
    sql = "SELECT event, min(id), max(id) FROM shifts GROUP BY event HAVING count(*) > 1 ORDER BY 1"
    event, first, last = rows(own, sql)[0]
    split = shiftwatch("shifts", "split", last, cwd=own)
    assert (split.code, "remembered" in split.out) == (0, True), split.err
    assert shiftwatch("recode", cwd=own).code == 0
    ((alone,),) = rows(own, "SELECT event FROM shifts WHERE id = ?", last)
    assert alone != event
    merged = shiftwatch("shifts", "merge", first, last, cwd=own)
    assert merged.code == 0, merged.err
    assert rows(own, "SELECT event FROM shifts WHERE id IN (?, ?)", first, last)[0] in ((event,), (alone,))
    assert len(rows(own, "SELECT DISTINCT event FROM shifts WHERE id IN (?, ?)", first, last)) == 1
    for arguments, words in (
        (("split", "999999"), "no shift 999999"),
        (("merge", first, first), "with itself"),
        (("merge", first), "two ids"),
    ):
        wrong = shiftwatch("shifts", *map(str, arguments), cwd=own)
        assert (wrong.code, words in wrong.err) == (2, True)


def test_a_recode_that_is_killed_loses_nothing_and_goes_on(own: Path):
    with closing(sqlite3.connect(own / "shiftwatch.db")) as connection, connection:
        text = "CBP sent 200 agents from the Laredo sector to Memphis to assist ICE. " * 40
        connection.executemany(
            "INSERT INTO stories (url, domain, source, kind, first_seen_at, last_seen_at, text_from, title, text)"
            " VALUES (?, 'x.example', 'cbp', 'release', '2026-05-01', '2026-05-01', 'page', 'Sent', ?)",
            [(f"https://x.example/{number}", f"{number}: {text}") for number in range(1_500)],
        )
    running = subprocess.Popen(
        [sys.executable, "-m", "monitor", "recode"],
        cwd=own,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while rows(own, "SELECT count(*) FROM stories WHERE url LIKE '%x.example%' AND label <> ''") == [(0,)]:
        assert running.poll() is None, "it ended by itself"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    left = rows(own, "SELECT count(*) FROM code_queue")[0][0]
    assert left
    done = shiftwatch("recode", "--json", cwd=own).json
    assert done["stories"] == left
    assert rows(own, "SELECT count(*) FROM stories WHERE label = ''") == [(0,)]
    assert rows(own, "SELECT count(*) FROM code_queue") == rows(own, "SELECT count(*) FROM event_queue") == [(0,)]
