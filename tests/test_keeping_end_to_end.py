"""check, backup, restore, prune and metrics through the command line, beside a running daemon and on a bad day."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from db.archive import Archive
from db.lock import ArchiveLock
from monitor.demo.web import DemoWeb
from monitor.model import ChannelState, Outcome
from tests import factories as make
from tests.commands import Ran, configuration, served_in_thread, shiftwatch
from tests.db.filed import dump, poll, sound, visit
from tests.db.released import released

ROOT = Path(__file__).parents[1]
COMMANDS = ("check", "backup", "restore x.backup", "prune --polls-older 30", "metrics", "stories", "sources")
SURROUNDINGS = ("no home", "locale C", "read-only", "gone")
# Only where it ends before it goes out.
ODD = [*((command, where) for command in COMMANDS for where in SURROUNDINGS), ("collect", "read-only")]


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A folder with an archive of the shape a pass leaves, and a configuration that watches one source."""
    (tmp_path / "shiftwatch.toml").write_text(
        '[network]\ncontact = "desk@example.org"\n'
        + "".join(f"[sources.{id}]\nenabled = false\n" for id in
                  ("cnn", "pewresearch", "migrationpolicy", "redstate", "ahblicklive"))
    )  # fmt: skip
    now = datetime.now(UTC)
    with Archive.open(tmp_path / "shiftwatch.db") as archive:
        archive.sync_sources([make.source(id="cbp", channels=(make.channel(source="cbp"),))])
        memory = archive.channels()[0]
        for days in (400, 399, 398, 1):
            at = now - timedelta(days=days)
            archive.file_polls([poll(memory, *([make.lead(days)] if days == 398 else []), at=at)])
        archive.file_visits([visit(now - timedelta(days=1), source="cbp")])
    return tmp_path


def findings(ran: Ran, level: str) -> list[dict[str, Any]]:
    return [one for one in ran.json["findings"] if one["level"] == level]


@contextmanager
def another_holds(archive: Path) -> Iterator[int]:
    """A process that holds the archive's lock, as a daemon does."""
    code = (
        "import sys, time; from pathlib import Path; from db.lock import ArchiveLock\n"
        "with ArchiveLock(Path(sys.argv[1])): print('held', flush=True); time.sleep(120)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(archive)], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"held\n"
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_sound_installation_has_no_warning_and_nothing_is_changed(room: Path):
    before = dump(room / "shiftwatch.db")
    ran = shiftwatch("check", "--json", cwd=room)
    assert ran.code == 0, ran
    assert ran.json["exit_code"] == 0
    assert findings(ran, "warning") == findings(ran, "error") == []
    checks = {one["check"] for one in ran.json["findings"]}
    assert checks == {
        "configuration", "sqlite", "archive", "lock", "log", "disk", "folders", "clock", "permissions", "backups",
        "workers", "sources",
    }  # fmt: skip
    assert dump(room / "shiftwatch.db") == before
    text = shiftwatch("check", "--quick", cwd=room)
    assert text.code == 0
    assert re.search(r"^ok +archive +.*schema \d+; not looked through$", text.out, re.MULTILINE)


def test_every_finding_that_is_not_well_says_what_to_do(room: Path):
    (room / "shiftwatch.db").chmod(0o644)
    with closing(sqlite3.connect(room / "shiftwatch.db")) as theirs:
        theirs.execute(
            "UPDATE channels SET state = 'blocked', reason = 'a bot wall', last_ok_at = '2026-01-02T03:04:05Z'"
        )
        theirs.execute("UPDATE channels SET next_poll_at = '2026-01-03T00:00:00Z'")
        theirs.execute("DELETE FROM stories_fts_docsize WHERE id = 1")
        theirs.execute("UPDATE polls SET finished_at = '2126-01-01T00:00:00.000Z' WHERE id = 4")
        theirs.commit()
    ran = shiftwatch("check", "--json", cwd=room)
    assert ran.code == 1
    told = {one["check"]: one for one in findings(ran, "warning")}
    assert set(told) >= {"archive", "sources", "clock", "polling"}
    assert "search index" in told["archive"]["what"]
    assert "2126-01-01" in told["clock"]["what"]
    assert told["sources"]["what"].startswith("cbp: blocked, last well at 2026-01-02 03:04 UTC")
    assert "a bot wall" in told["sources"]["what"]
    assert "due since 2026-01-03" in told["polling"]["what"]
    assert any("0644" in one["what"] and "chmod 600" in one["remedy"] for one in findings(ran, "note"))
    assert all(one["remedy"] for one in ran.json["findings"] if one["level"] != "ok" and one["check"] != "lock")


def test_it_says_who_is_at_work(room: Path):
    with another_holds(room / "shiftwatch.db") as pid:
        ran = shiftwatch("check", "--quick", "--json", cwd=room)
    (lock,) = [one for one in ran.json["findings"] if one["check"] == "lock"]
    assert lock["level"] == "ok"
    assert f"held by process {pid} since" in lock["what"]
    killed = shiftwatch("check", "--quick", "--json", cwd=room)
    (lock,) = [one for one in killed.json["findings"] if one["check"] == "lock"]
    assert f"process {pid} was killed" in lock["what"]


def test_a_wrong_configuration_is_a_finding_and_code_2(room: Path):
    (room / "shiftwatch.toml").write_text('[network]\ndelay = "fast"\n[backup]\nkeep = 0\n')
    ran = shiftwatch("check", "--json", cwd=room)
    assert ran.code == 2
    assert [one["what"].split(": ")[1] for one in findings(ran, "error")] == ["network.delay", "backup.keep"]


def test_a_secret_that_is_not_set_is_an_error_of_the_configuration(room: Path):
    with (room / "shiftwatch.toml").open("a") as file:
        file.write('[sources.mine]\ndomain = "x.org"\n'
                   'channels = [{ kind = "feed", url = "https://x.org/f", auth = "env:MINE_AUTH" }]\n')  # fmt: skip
    ran = shiftwatch("check", "--quick", "--json", cwd=room)
    assert ran.code == 2
    assert "MINE_AUTH" in findings(ran, "error")[0]["what"]


@pytest.mark.parametrize("harm", ["empty", "text", "damaged", "newer"])
def test_a_refused_archive_is_code_3_and_the_remedy_names_the_newest_backup_wherever_it_is(room: Path, harm: str):
    with (room / "shiftwatch.toml").open("a") as file:
        file.write('[backup]\nfolder = "elsewhere/kept"\n')
    made = shiftwatch("backup", "--json", cwd=room).json["path"]
    archive = room / "shiftwatch.db"
    if harm == "empty":
        os.truncate(archive, 0)
    elif harm == "text":
        archive.write_text("Dear colleagues,\n" * 100)
    elif harm == "newer":
        with closing(sqlite3.connect(archive)) as theirs:
            theirs.execute("PRAGMA user_version = 99")
    else:
        with closing(sqlite3.connect(archive)) as theirs:
            (root,) = theirs.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'versions'").fetchone()
        with archive.open("r+b") as file:
            file.seek((root - 1) * 4096)
            file.write(b"\xee" * 4096)
    ran = shiftwatch("check", "--json", cwd=room)
    assert ran.code == 3
    (refused,) = findings(ran, "error")
    assert refused["check"] == "archive"
    assert "upgrade" in refused["remedy"] if harm == "newer" else made in refused["remedy"]
    collected = shiftwatch("collect", cwd=room)
    assert collected.code == 3
    assert len(collected.err.splitlines()) == 1
    if harm != "newer":
        command = re.search(r"`shiftwatch (restore [^`]+)`", collected.err)
        assert command, collected.err
        restored = shiftwatch(*command[1].split(), cwd=room)
        assert restored.code == 0, "the command told is the one that helps"
        sound(archive)


def test_an_older_schema_is_a_warning_and_collect_the_remedy(tmp_path: Path):
    released(tmp_path / "shiftwatch.db", 1)
    ran = shiftwatch("check", "--quick", "--json", cwd=tmp_path)
    assert ran.code == 1
    assert "shiftwatch collect" in findings(ran, "warning")[0]["remedy"]


def test_no_archive_yet_is_no_fault_but_a_log_without_one_is(tmp_path: Path):
    assert shiftwatch("check", "--quick", cwd=tmp_path).code == 0
    (tmp_path / "shiftwatch.db-wal").write_bytes(b"x" * 100)
    assert shiftwatch("check", "--quick", cwd=tmp_path).code == 3


def test_backups_beside_a_daemon_are_rotated_and_one_comes_back_only_after_it_ended(room: Path):
    archive = room / "shiftwatch.db"
    with another_holds(archive) as pid:
        first = shiftwatch("backup", "--json", cwd=room).json
        time.sleep(1.1)
        second = shiftwatch("backup", "--keep", "1", "--json", cwd=room).json
        assert second["removed"] == [first["path"]]
        refused = shiftwatch("restore", second["path"], cwd=room)
        assert refused.code == 4
        assert f"process {pid}" in refused.err
    then = dump(archive)
    with Archive.open(archive) as open_archive:
        open_archive.file_visits([visit(url="https://desk.example.org/later", source="cbp")])
    ran = shiftwatch("restore", second["path"], cwd=room)
    assert ran.code == 0
    assert "the one before is shiftwatch.db.replaced-" in ran.out
    assert dump(archive) == then
    assert shiftwatch("backup", "mine.db", cwd=room).code == 0
    again = shiftwatch("backup", "mine.db", cwd=room)
    assert (again.code, "exists" in again.err) == (2, True)
    sound(room / "mine.db")


def test_pruning_counts_first_then_lets_go_and_the_story_says_what_is_gone(room: Path):
    name = "shiftwatch-2025-01-01-0001.warc.gz"
    captures = room / "captures"
    captures.mkdir()
    (captures / name).write_bytes(b"x" * 1000)
    os.utime(captures / name, (1735776000, 1735776000))
    (captures / "shiftwatch-2026-11-24-0001.warc.gz").write_bytes(b"y")
    with closing(sqlite3.connect(room / "shiftwatch.db")) as theirs:
        theirs.execute("UPDATE versions SET capture = ?", (f"{name}:77",))
        theirs.commit()
    asked = ("prune", "--captures-older", "30", "--polls-older", "30", "--looks-older", "30", "--json")
    with another_holds(room / "shiftwatch.db"):
        dry = shiftwatch(*asked, "--dry-run", cwd=room)
        assert shiftwatch(*asked, cwd=room).code == 4
    assert (captures / name).exists()
    done = shiftwatch(*asked, "--vacuum", cwd=room)
    expected = {"captures": 1, "capture_bytes": 1000, "versions": 1, "polls": 1, "looks": 0}
    assert {key: dry.json[key] for key in expected} == {key: done.json[key] for key in expected} == expected
    assert [path.name for path in captures.iterdir()] == ["shiftwatch-2026-11-24-0001.warc.gz"]
    assert f"raw answer in {name}:77 (pruned " in shiftwatch("show", "1", cwd=room).out
    sound(room / "shiftwatch.db")


def test_pruning_takes_what_the_configuration_says_and_nothing_without_it(room: Path):
    nothing = shiftwatch("prune", cwd=room)
    assert (nothing.code, "[retention]" in nothing.err) == (2, True)
    with (room / "shiftwatch.toml").open("a") as file:
        file.write('[retention]\npolls = "30d"\n')
    ran = shiftwatch("prune", cwd=room)
    assert ran.code == 0
    assert "polls: 1 gone" in ran.out


def test_metrics_are_printed_while_another_is_at_work(room: Path):
    with another_holds(room / "shiftwatch.db"):
        ran = shiftwatch("metrics", cwd=room)
    assert ran.code == 0
    assert 'shiftwatch_stories{source="cbp",kind="coverage"} 1' in ran.out


def test_collect_says_one_line_a_poll_when_asked_and_none_when_not(tmp_path: Path):
    web = DemoWeb(datetime.now(UTC), padding=20_000)
    with served_in_thread(web) as served:
        configuration(tmp_path, served.sources, served.allow_private)
        ran = shiftwatch("collect", "--quiet", "-v", cwd=tmp_path)
        lines = [json.loads(line) for line in ran.err.splitlines()]
        with closing(sqlite3.connect(tmp_path / "shiftwatch.db")) as archive:
            (polls,) = archive.execute("SELECT count(*) FROM polls").fetchone()
        assert sum(line["event"] == "poll" for line in lines) == polls
        assert all(line["source"] and line["outcome"] for line in lines if line["event"] == "poll")
        plain = shiftwatch("collect", "--force", "--quiet", "-v", "--log-format", "human", cwd=tmp_path)
        assert re.search(r"Z  poll  cbp  \w+  unchanged  url=", plain.err)
        silent = shiftwatch("collect", "--force", "--quiet", cwd=tmp_path)
        assert silent.err == ""


@pytest.mark.parametrize(("command", "surroundings"), ODD)
def test_in_odd_surroundings_each_command_works_or_says_one_clear_line(room: Path, command: str, surroundings: str):
    """No traceback, and where it cannot be done one line and another exit code."""
    shiftwatch("backup", "x.backup", cwd=room)
    prefix = "unset HOME;" if surroundings == "no home" else ""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    if surroundings == "locale C":
        env |= {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    if surroundings == "gone":
        for path in room.glob("shiftwatch.db*"):
            path.unlink()
    command_line = f"{prefix} exec '{sys.executable}' -m monitor {command}"
    arguments = ["/bin/sh", "-c", command_line]
    if surroundings == "read-only":
        room.chmod(0o555)
        if os.geteuid() == 0:  # whom permissions do not stop; a mount does
            mounted = f"mount --bind '{room}' '{room}' && mount -o remount,ro,bind '{room}' && cd '{room}' && "
            arguments = ["unshare", "-m", "/bin/sh", "-c", mounted + command_line]
            if subprocess.run(["unshare", "-m", "true"], check=False).returncode:
                pytest.skip("may not mount anything here")
    try:
        ran = subprocess.run(
            arguments, cwd=room, env=env, capture_output=True, text=True, errors="replace", check=False, timeout=120
        )
    finally:
        room.chmod(0o755)
    assert "Traceback" not in ran.stderr
    assert "unexpected" not in ran.stderr
    reads = command in ("metrics", "stories", "sources")
    fails = surroundings == "read-only" and not reads
    fails = fails or (
        surroundings == "gone" and command.split(maxsplit=1)[0] in ("backup", "prune", "metrics", "stories")
    )
    assert bool(ran.returncode) == fails, ran
    if fails and command != "check":
        assert len(ran.stderr.splitlines()) == 1, ran.stderr
        assert ran.stderr.startswith("shiftwatch: ")


def test_the_lock_of_this_process_is_not_disturbed_by_looking_at_it(room: Path):
    with ArchiveLock(room / "shiftwatch.db"):
        for _ in range(3):
            assert shiftwatch("check", "--quick", cwd=room).code == 0


def test_no_network_at_all_is_one_warning_and_not_one_a_source(tmp_path: Path):
    now = datetime.now(UTC)
    with Archive.open(tmp_path / "shiftwatch.db") as archive:
        archive.sync_sources(
            [make.source(id=id, channels=(make.channel(source=id, url=f"https://{id}/f"),)) for id in ("a", "b")]
        )
        (tmp_path / "shiftwatch.toml").write_text(
            "".join(f'[sources.{id}]\ndomain = "{id}.org"\n' for id in ("a", "b"))
            + "".join(f"[sources.{id}]\nenabled = false\n" for id in
                      ("cbp", "cnn", "pewresearch", "migrationpolicy", "redstate", "ahblicklive"))
        )  # fmt: skip
        for memory, status in zip(archive.channels(), (None, 503), strict=True):
            failed = replace(memory, state=ChannelState.BROKEN, reason="there is no host", failures=1)
            archive.file_polls([poll(failed, at=now, outcome=Outcome.BROKEN, reason="no host", http_status=status)])
    told = [one["what"] for one in findings(shiftwatch("check", "--json", cwd=tmp_path), "warning")]
    assert [what.split(":")[0] for what in told] == ["a", "b"], "one of them answered"
    with closing(sqlite3.connect(tmp_path / "shiftwatch.db")) as theirs:
        theirs.execute("UPDATE polls SET http_status = NULL")
        theirs.commit()
    told = [one["what"] for one in findings(shiftwatch("check", "--json", cwd=tmp_path), "warning")]
    assert told == ["no source could be reached at all so far: there is no host"]
