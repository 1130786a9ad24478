"""Digests through the command line: a web on loopback, collected, mailed through a real server to three recipients."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.app_parts import SystemClock
from monitor.app_service import DaemonRoom, chores
from monitor.books import book
from monitor.config import load
from monitor.demo.web import DemoWeb
from monitor.newsroom import Budget, collect
from tests.commands import configuration, served_in_thread, shiftwatch
from tests.mailservers import Postbox, postbox

THREE = ("desk@example.org", "gone@example.org", "night@example.org")


def mailed(folder: Path, port: int, **keys: object) -> None:
    """Add a mail server and a digest to the folder's configuration."""
    text = (folder / "shiftwatch.toml").read_text("utf-8")
    given = {"to": list(THREE), "title": "Enforcement shifts", "query": "", "maximum": 100, **keys}
    digest = "".join(f"{key} = {json.dumps(value)}\n" for key, value in given.items())
    mail = f'[mail]\nsmtp = "smtp://127.0.0.1:{port}"\nfrom = "Shiftwatch <alerts@example.org>"\n'
    (folder / "shiftwatch.toml").write_text(f"{text}\n{mail}\n[digests.daily]\n{digest}", "utf-8")


def rows(room: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(room / "shiftwatch.db")) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Postbox, list[Any]]]:
    """The story of the issue: collect, digest, digest again, an edit, collect, digest."""
    folder = tmp_path_factory.mktemp("digest")
    web = DemoWeb(datetime.now(UTC), padding=20_000)
    box = Postbox(rcpt={"gone@example.org": "550 5.1.1 no such user here"})
    with served_in_thread(web) as served, postbox(box):
        configuration(folder, served.sources, served.allow_private)
        mailed(folder, box.port)
        assert shiftwatch("collect", cwd=folder).code == 0
        ran = [shiftwatch("digest", "daily", cwd=folder)]
        ran.append(shiftwatch("digest", "daily", "--json", cwd=folder))
        web.revise()
        assert shiftwatch("collect", "--force", cwd=folder).code == 0
        ran.append(shiftwatch("digest", "daily", "--json", cwd=folder))
        ran.append(shiftwatch("digest", "daily", "--json", cwd=folder))
        yield folder, box, ran


def test_three_recipients_of_whom_one_is_refused(told: tuple[Path, Postbox, list[Any]]):
    room, box, ran = told
    assert ran[0].code == 1
    assert "gone@example.org: refused" in ran[0].out
    assert "550 5.1.1 no such user here" in ran[0].out
    first = [one.to for one in box.taken[:2]]
    assert first == ["desk@example.org", "night@example.org"]
    states = rows(room, "SELECT recipient, state FROM deliveries WHERE digest = 1 ORDER BY id")
    assert states == [("desk@example.org", "sent"), ("gone@example.org", "failed"), ("night@example.org", "sent")]
    mail = box.taken[0].mail
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "daily" in mail["List-Id"]
    assert mail["References"] == box.taken[-1].mail["References"], "a day's mails thread"
    assert box.taken[0].message_id != box.taken[1].message_id
    assert len(box.taken[0].content) < 100_000


def test_the_mail_tells_each_original_story_once_in_both_parts(told: tuple[Path, Postbox, list[Any]]):
    room, box, _ = told
    mail = box.taken[0]
    linked = {url for (url,) in rows(room, "SELECT url FROM stories") if url in mail.text.split()}
    assert len(linked) > 10
    for url in linked:
        assert url.replace("&", "&amp;") in mail.html
    shown = rows(room, "SELECT count(*) FROM digest_stories WHERE digest = 1 AND place <> 'counted'")[0][0]
    assert shown >= len(linked)
    assert "<script" not in mail.html


def test_a_second_run_tells_of_the_refusal_once_and_then_sends_nothing(told: tuple[Path, Postbox, list[Any]]):
    _, box, ran = told
    # the refused one is told to the others, with the address masked, and never again
    assert sum("did not reach g…@example.org" in one.text for one in box.taken) == 2
    assert not any("gone@example.org" in one.text for one in box.taken)
    assert ran[3].json["digests"][0]["reason"] == "nothing new"
    assert ran[3].json["deliveries"] == []
    assert ran[3].code == 0


def test_an_edit_that_changes_a_number_brings_one_update(told: tuple[Path, Postbox, list[Any]]):
    _, box, ran = told
    updates = [one for one in box.taken if "Edited: number changed" in one.text]
    assert {one.to for one in updates} == {"desk@example.org", "night@example.org"}
    assert len(updates) == 2
    assert "600 → 450" in updates[0].text
    assert "600 → 450" in updates[0].html
    assert ran[2].json["digests"][0]["id"] is not None


def test_every_message_arrived_once(told: tuple[Path, Postbox, list[Any]]):
    _, box, _ = told
    assert set(box.ids().values()) == {1}


def test_the_state_of_the_outbox_is_listed(told: tuple[Path, Postbox, list[Any]]):
    room, _, _ = told
    listed = shiftwatch("digest", "list", "--json", cwd=room).json
    assert listed["digests"][0]["name"] == "daily"
    assert {one["state"] for one in listed["deliveries"]} == {"sent", "failed"}
    printed = shiftwatch("digest", "list", cwd=room).out
    assert "gone@example.org: failed: 127.0.0.1:" in printed


def test_a_past_window_can_be_looked_at_and_changes_nothing(told: tuple[Path, Postbox, list[Any]]):
    room, box, _ = told
    before, count = rows(room, "SELECT count(*) FROM digests"), len(box.taken)
    printed = shiftwatch("digest", "daily", "--print", "--since", "7d", cwd=room)
    assert printed.code == 0
    assert "NEW SHIFTS" in printed.out
    seen = shiftwatch(
        "digest", "daily", "--since", "7d", "--html", "d.html", "--eml", "d.eml", "--dry-run", "--json", cwd=room
    )
    assert seen.json["stories"] > 0
    assert (room / "d.html").read_text().startswith("<!DOCTYPE html>")
    assert b"\r\nSubject: " in (room / "d.eml").read_bytes()
    assert rows(room, "SELECT count(*) FROM digests") == before
    assert len(box.taken) == count


def test_a_sample_goes_to_one_address_and_is_not_remembered(told: tuple[Path, Postbox, list[Any]]):
    room, box, _ = told
    before = rows(room, "SELECT count(*) FROM digests")
    ran = shiftwatch("digest", "test", "daily", "--to", "me@example.org", cwd=room)
    assert ran.code == 0
    assert box.taken[-1].to == "me@example.org"
    assert box.taken[-1].mail["Subject"].startswith("[sample] ")
    assert rows(room, "SELECT count(*) FROM digests") == before


@pytest.mark.parametrize("kind", ["atom", "rss", "json"])
def test_a_feed_of_a_query_is_written_whole_and_twice_the_same(told: tuple[Path, Postbox, list[Any]], kind: str):
    room, _, _ = told
    for name in ("one", "two"):
        ran = shiftwatch("feed", "source:cbp", "--format", kind, "--out", name, cwd=room)
        assert ran.code == 0, ran.err
    content = (room / "one").read_bytes()
    assert content == (room / "two").read_bytes()
    if kind == "json":
        assert len(json.loads(content)["items"]) > 3
    else:
        import feedparser

        read = feedparser.parse(content)
        assert not read.bozo
        assert len(read.entries) > 3
        assert all(one.link.startswith("http") for one in read.entries)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("digest",), "Compose and send digests"),
        (("digest", "dayly"), "no digest 'dayly'; there are daily"),
        (("digest", "daily", "--all"), "name one digest"),
        (("digest", "daily", "--since", "7d"), "are for looking"),
        (("digest", "daily", "--print", "--since", "soon"), "is no moment"),
        (("digest", "test", "daily", "--to", "nobody"), "write an e-mail address"),
    ],
)
def test_a_wrong_command_is_one_clear_line(
    told: tuple[Path, Postbox, list[Any]], arguments: tuple[str, ...], words: str
):
    ran = shiftwatch(*arguments, cwd=told[0])
    assert ran.code == 2
    assert words in ran.err


async def test_the_daemon_sends_what_is_due_by_itself(tmp_path: Path):
    web = DemoWeb(datetime.now(UTC), padding=20_000)
    with served_in_thread(web) as served, postbox() as box:
        configuration(tmp_path, served.sources, served.allow_private)
        mailed(tmp_path, box.port, schedule="now", to=["desk@example.org"])
        config = load(None, cwd=tmp_path, env={})
        async with AsyncExitStack() as stack:
            room = await DaemonRoom.open(stack, config, clock=SystemClock(), secrets={}, codebook=book(config.codebook))
            due = {chore.name: chore for chore in chores(room)}
            await due["digests"].run()
            assert not box.taken, "nothing is known yet"
            await collect(room.desk(rechecks=Budget(0)), list(room.sources().values()))
            await room.after_filing()
            await due["digests"].run()
            await due["digests"].run()
    assert [one.to for one in box.taken] == ["desk@example.org"]


def test_check_says_whether_the_mail_server_lets_us_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SHIFTWATCH_SMTP_PASSWORD", "wrong")
    with postbox(Postbox(password="right")) as box:
        (tmp_path / "shiftwatch.toml").write_text(
            f'[mail]\nsmtp = "smtp://me@127.0.0.1:{box.port}"\nfrom = "a@example.org"\n'
        )

        def mail() -> tuple[str, str]:
            found = shiftwatch("check", "--json", cwd=tmp_path).json["findings"]
            (one,) = [one for one in found if one["check"] == "mail"]
            return one["level"], one["what"]

        level, what = mail()
        assert level == "error"
        assert "wrong" not in what
        monkeypatch.setenv("SHIFTWATCH_SMTP_PASSWORD", "right")
        assert mail()[0] == "ok"
        assert not box.taken
