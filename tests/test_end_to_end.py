"""The main job through the command line: a synthetic web, collected, read, filed and queried."""

from __future__ import annotations

import csv
import io
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from db.captures import CaptureWriter
from db.warc import read_captures
from monitor.demo.server import Served
from monitor.demo.web import DemoWeb
from tests.commands import configuration, served_in_thread, shiftwatch
from tests.factories import capture


@pytest.fixture
def web() -> DemoWeb:
    return DemoWeb(datetime.now(UTC), padding=20_000)


@pytest.fixture
def served(web: DemoWeb) -> Iterator[Served]:
    with served_in_thread(web) as served:
        yield served


@pytest.fixture
def room(tmp_path: Path, served: Served) -> Path:
    configuration(tmp_path, served.sources, served.allow_private)
    return tmp_path


@dataclass(frozen=True, slots=True)
class Collected:
    """A web after one pass over all of it; shared by the tests that only look."""

    room: Path
    web: DemoWeb
    served: Served


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collected]:
    web, room = DemoWeb(datetime.now(UTC), padding=20_000), tmp_path_factory.mktemp("collected")
    with served_in_thread(web) as served:
        configuration(room, served.sources, served.allow_private)
        ran = shiftwatch("collect", cwd=room)
        assert ran.code == 0, ran.err
        yield Collected(room, web, served)


def rows(room: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(room / "shiftwatch.db")) as connection:
        return connection.execute(sql).fetchall()


def test_the_first_pass_stores_all_the_second_nothing_and_an_edit_makes_one_version(
    room: Path, served: Served, web: DemoWeb
):
    first = shiftwatch("collect", "--json", cwd=room)
    assert first.code == 0, first.err
    told = {story.id for story in web.announced()}
    assert sum(one["new"] for one in first.json["sources"]) == len(told)
    assert rows(room, "SELECT count(*), sum(text_from = 'lead') FROM stories") == [(len(told), 0)]
    assert rows(room, "SELECT count(*) FROM stories WHERE published_at IS NULL OR language = ''") == [(0,)]

    before = served.requests.copy()
    second = shiftwatch("collect", "--force", "--json", cwd=room)
    assert second.code == 0
    assert [(one["new"], one["changed"], one["pages"]) for one in second.json["sources"]] == [(0, 0, 0)] * 6
    assert rows(room, "SELECT count(*) FROM versions") == [(len(told),)]
    asked = {path for (_, path), count in served.requests.items() if count > before[_, path]}
    assert not any(story.path in asked for story in web.stories.values())

    web.revise()
    third = shiftwatch("collect", "--force", "--json", cwd=room)
    assert sum(one["changed"] for one in third.json["sources"]) == 1
    assert sum(one["new"] for one in third.json["sources"]) == 0
    assert rows(room, "SELECT count(*), max(number) FROM versions") == [(len(told) + 1, 2)]


def test_every_site_is_read_as_it_was_written(collected: Collected):
    room, web = collected.room, collected.web
    found = dict(rows(room, "SELECT title, text FROM stories"))
    for story in web.announced():
        assert story.title in found, story.id
        for paragraph in story.plain:
            assert paragraph in found[story.title], (story.id, paragraph)
    assert {language for (language,) in rows(room, "SELECT language FROM stories WHERE source = 'ahblicklive'")} == {
        "yi"
    }
    kinds = dict(rows(room, "SELECT source, group_concat(DISTINCT kind) FROM stories GROUP BY source"))
    assert (kinds["cbp"], kinds["cnn"], kinds["pewresearch"]) == ("release", "coverage", "analysis")


def test_the_collector_is_honest_about_itself_and_obeys_robots(collected: Collected):
    served = collected.served
    (agent,) = served.agents
    assert agent.startswith("Shiftwatch/")
    assert "test@example.org" in agent
    robots = [count for (_, path), count in served.requests.items() if path == "/robots.txt"]
    assert robots
    assert max(robots) == 1


def test_raw_answers_are_kept_and_can_be_imported_into_another_archive(collected: Collected, tmp_path: Path):
    room = collected.room
    pages = rows(room, "SELECT count(*) FROM stories WHERE text_from = 'page'")[0][0]
    files = sorted((room / "captures").glob("*.warc.gz"))
    captured = {record.capture.final_url for file in files for record in read_captures(file) if record.capture}
    assert len(captured) == pages
    other = tmp_path / "other"
    other.mkdir()
    first = shiftwatch("import", "--json", *files, cwd=other)
    assert first.code == 0, first.err
    assert sum(one["new"] for one in first.json["domains"]) == pages
    again = shiftwatch("import", *files, cwd=other)
    assert "nothing stored" in again.out
    anew = shiftwatch("import", "--again", "--json", *files, cwd=other)
    assert sum(one["new"] + one["changed"] for one in anew.json["domains"]) == 0


def test_stories_are_found_shown_and_exported(collected: Collected):
    room = collected.room
    listed = shiftwatch("stories", "lakemont", "kind:coverage", "-source:redstate", cwd=room)
    assert listed.code == 0
    assert "Judge blocks border agents' deployment in Lakemont" in listed.out
    found = shiftwatch("stories", "--json", "--limit", "0", "source:cbp", "agents", cwd=room).json
    assert found
    assert {one["source"] for one in found} == {"cbp"}
    dates = [one["published_at"] for one in found]
    assert dates == sorted(dates, reverse=True)
    table = list(csv.DictReader(io.StringIO(shiftwatch("stories", "--csv", "source:cbp", cwd=room).out)))
    assert {row["source"] for row in table} == {"cbp"}
    shown = shiftwatch("show", str(found[0]["id"]), cwd=room)
    assert found[0]["title"] in shown.out
    assert "versions" in shown.out
    assert shiftwatch("show", str(found[0]["id"]), "--json", cwd=room).json["text"]


def test_sources_show_their_state_and_reason(collected: Collected):
    room = collected.room
    states = {(one["source"], one["kind"]): one for one in shiftwatch("sources", "--json", cwd=room).json}
    assert states["cbp", "listing"]["state"] == "ok"
    assert states["migrationpolicy", "feed"]["state"] == "broken"
    assert "HTML page" in states["migrationpolicy", "feed"]["reason"]
    assert states["reuters", ""]["state"] == "refused"
    assert "ok" in shiftwatch("sources", cwd=room).out


def test_a_web_that_is_away_is_told_source_by_source_and_ends_with_1(tmp_path: Path):
    with served_in_thread(DemoWeb(datetime.now(UTC))) as served:
        sources, private = served.sources, served.allow_private
    configuration(tmp_path, sources, private)
    away = shiftwatch("collect", cwd=tmp_path)
    assert away.code == 1
    for source in sources:
        assert source.id in away.out
    assert "refused the connection" in away.out
    assert "is this machine offline?" in away.out
    assert rows(tmp_path, "PRAGMA integrity_check") == [("ok",)]


def test_a_pass_that_is_stopped_ends_at_once_with_0_and_the_next_one_finishes_it(room: Path, web: DemoWeb):
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "collect"],
        cwd=room,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        stdout=subprocess.DEVNULL,
    )
    database = room / "shiftwatch.db"
    for _ in range(600):
        if database.exists() and database.stat().st_size:
            break
        time.sleep(0.05)
    time.sleep(1.0)
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    process.wait(timeout=30)
    assert time.monotonic() - began < 10
    assert process.returncode == 0
    assert rows(room, "PRAGMA integrity_check") == [("ok",)]
    assert shiftwatch("collect", "--force", cwd=room).code == 0
    titles = [title for (title,) in rows(room, "SELECT title FROM stories")]
    assert sorted(titles) == sorted(story.title for story in web.announced())


def test_two_at_once_the_second_says_who_is_at_work(collected: Collected):
    room = collected.room
    holder = subprocess.Popen(
        [sys.executable, "-c", "import sys, time\nfrom pathlib import Path\nfrom db.lock import ArchiveLock\n"
         "with ArchiveLock(Path('shiftwatch.db')):\n    print('held', flush=True); time.sleep(60)"],
        cwd=room, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "held"
        second = shiftwatch("collect", cwd=room)
        assert second.code == 4
        assert str(holder.pid) in second.err
        assert shiftwatch("stories", cwd=room).code == 0
    finally:
        holder.kill()
        holder.communicate()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["stories", "source:cbp AND ("], 2, "("),
        (["show", "1"], 3, "shiftwatch collect"),
        (["collect", "nobody"], 2, "no source 'nobody'"),
        (["collect", "reuters"], 2, "never fetched"),
        (["import", "no-such-file.warc"], 2, "no-such-file.warc"),
        (["collect", "--config", "absent.toml"], 2, "absent.toml"),
        (["nonsense"], 2, "No such command"),
    ],
)
def test_errors_are_one_line_a_person_can_act_on(tmp_path: Path, arguments: list[str], code: int, words: str):
    ran = shiftwatch(*arguments, cwd=tmp_path)
    assert ran.code == code, ran.err
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_a_damaged_archive_is_refused_and_left_as_it_is(tmp_path: Path):
    (tmp_path / "shiftwatch.db").write_text("this is no archive", "utf-8")
    ran = shiftwatch("collect", cwd=tmp_path)
    assert ran.code == 3
    assert "shiftwatch.db" in ran.err
    assert (tmp_path / "shiftwatch.db").read_text("utf-8") == "this is no archive"


def test_init_writes_a_configuration_that_works(tmp_path: Path):
    assert shiftwatch("init", "--contact", "desk@example.org", cwd=tmp_path).code == 0
    assert 'contact = "desk@example.org"' in (tmp_path / "shiftwatch.toml").read_text("utf-8")
    assert shiftwatch("sources", cwd=tmp_path).code == 0
    again = shiftwatch("init", "--contact", "x@example.org", cwd=tmp_path)
    assert again.code == 2
    assert "--force" in again.err


def test_the_demo_tells_its_three_passes(tmp_path: Path):
    ran = shiftwatch("demo", "--archive", "demo.db", cwd=tmp_path)
    assert ran.code == 0, ran.err
    assert "First pass" in ran.out
    assert "0 new, 0 changed" in ran.out
    assert "0 new, 1 changed" in ran.out
    assert (tmp_path / "demo.db").exists()
    assert shiftwatch("demo", "--archive", "demo.db", cwd=tmp_path).code == 2


def test_a_source_is_added_from_its_address(room: Path, served: Served):
    origin = next(source.home for source in served.sources if source.id == "pewresearch").rstrip("/")
    ran = shiftwatch("sources", "add", f"{origin}/feed/", "--id", "desk", "--yes", cwd=room)
    assert ran.code == 0, ran.err
    assert "yields" in ran.out
    assert "[sources.desk]" in (room / "shiftwatch.toml").read_text("utf-8")
    assert shiftwatch("collect", "desk", cwd=room).code == 0


def test_sources_travel_as_opml(room: Path, tmp_path: Path):
    assert shiftwatch("sources", "export", "out.opml", cwd=room).code == 0
    other = tmp_path / "other"
    other.mkdir()
    (other / "shiftwatch.toml").write_text("", "utf-8")
    (other / "in.opml").write_bytes((room / "out.opml").read_bytes().replace(b"127.0.0.1", b"127.0.0.2"))
    ran = shiftwatch("sources", "import", "in.opml", "--yes", cwd=other)
    assert ran.code == 0, ran.err
    assert "127.0.0.2" in (other / "shiftwatch.toml").read_text("utf-8")


def test_sources_are_checked_without_storing(room: Path):
    ran = shiftwatch("sources", "check", "cbp", "migrationpolicy", "--json", cwd=room)
    assert ran.code == 0, ran.err
    yields = {(one["source"], one["kind"]): one["yields"] for one in ran.json}
    assert yields["cbp", "listing"]
    assert not yields["migrationpolicy", "feed"]
    assert not (room / "shiftwatch.db").exists()


def test_a_limit_on_file_sizes_is_told_as_that_and_costs_nothing_that_was_stored(room: Path):
    assert shiftwatch("collect", "cbp", cwd=room).code == 0
    before = shiftwatch("stories", "--json", cwd=room).json
    for blocks in (0, 1, 200):
        limited = subprocess.run(
            ["bash", "-c", f'ulimit -f {blocks}; exec "$0" -m monitor collect --force', sys.executable],
            cwd=room,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert limited.returncode == 3, limited.stderr
        assert limited.stderr.count("\n") == 1, limited.stderr
        assert "ulimit -f" in limited.stderr
    after = shiftwatch("stories", "--json", cwd=room).json
    assert all(story in after for story in before)
    assert shiftwatch("collect", "--force", cwd=room).code == 0


def test_pages_imported_from_captures_of_the_last_month_are_looked_at_again(tmp_path: Path):
    now = datetime.now(UTC)
    writer = CaptureWriter(tmp_path / "warc")
    for number, days in enumerate((1, 29, 31, 400)):
        url = f"https://desk.example.org/2026/story-{number}"
        prose = (
            f"<p>Agents from sector {number} were sent to the city on Monday, the agency said in a statement.</p>" * 9
        )
        body = f"<html><head><title>Agents sent {number}</title></head><article><h1>Agents sent {number}</h1>{prose}"
        headers = (("content-type", "text/html"),)
        writer.write(capture(body.encode(), url=url, headers=headers, fetched_at=now - timedelta(days=days)))
    writer.close()
    (file,) = (tmp_path / "warc").iterdir()
    assert shiftwatch("import", file, cwd=tmp_path).code == 0
    with closing(sqlite3.connect(tmp_path / "shiftwatch.db")) as db:
        due = dict(db.execute("SELECT address, recheck_at FROM pages"))
    assert [bool(due[f"https://desk.example.org/2026/story-{n}"]) for n in range(4)] == [True, True, False, False]
    assert min(filter(None, due.values())) > now.strftime("%Y-%m-%dT%H:%M")
