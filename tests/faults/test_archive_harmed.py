"""An archive cut, emptied, overwritten or damaged is refused by every writer; the command it names brings it back."""

from __future__ import annotations

import random
import shlex
from collections.abc import Callable
from pathlib import Path

from tests.faults.newsroom import Folder, Injected, folder, one_line, watched


def cut(path: Path, chance: random.Random) -> None:
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[: chance.randrange(size // 4, 3 * size // 4)])


def emptied(path: Path, _: random.Random) -> None:
    path.write_bytes(b"")


def overwritten(path: Path, _: random.Random) -> None:
    path.write_text("These are my notes of the meeting.\n" * 400, "utf-8")


def damaged(path: Path, chance: random.Random) -> None:
    """Every third page is noise."""
    found = bytearray(path.read_bytes())
    for start in range(8192, len(found), 3 * 4096):
        found[start : start + 4096] = chance.randbytes(4096)
    path.write_bytes(found[: path.stat().st_size])


HARMS: tuple[Callable[[Path, random.Random], None], ...] = (cut, emptied, overwritten, damaged)
DIGEST = """
[mail]
from = "Shiftwatch <alerts@example.org>"
smtp = "smtp://127.0.0.1:9"

[digests.daily]
to = ["a@example.org"]
schedule = "0 7 * * *"
"""
COMMANDS = ("collect", "run", "digest --all")


def refused_and_restored(room: Folder, harm: Callable[[Path, random.Random], None], command: str, seed: int) -> None:
    log = room.path.with_name(room.path.name + "-wal")
    assert not log.exists() or log.stat().st_size == 0
    harm(room.path, random.Random(seed))
    before = room.path.read_bytes()
    ran = room.run(*command.split())
    assert ran.code == 3, ran.err
    (backup,) = (room.at / "backups").glob("*.backup")
    one_line(ran, str(room.path), backup.name, "shiftwatch restore ")
    assert room.path.read_bytes() == before, "not touched"
    told = shlex.split(ran.err.split("`")[1])
    assert told[0] == "shiftwatch"
    restored = room.run(*told[1:])
    assert restored.code == 0, restored.err
    for kept in room.at.glob("shiftwatch.db.*replaced*"):
        kept.unlink()


def harmed(parent: Path, times: int) -> Injected:
    lost = doubled = 0
    with watched() as (web, served):
        room = folder(parent, web, served)
        assert room.run("collect").code == 0
        assert room.run("backup").code == 0
        config = room.at / "shiftwatch.toml"
        config.write_text(config.read_text("utf-8") + DIGEST, "utf-8")
        for number in range(times):
            refused_and_restored(room, HARMS[number % len(HARMS)], COMMANDS[number % len(COMMANDS)], number)
            more = room.account()
            lost, doubled = lost + more[0], doubled + more[1]
        more = room.clean()
    return Injected(
        fault="archive cut, emptied, overwritten, damaged", times=times, lost=lost + more[0], doubled=doubled + more[1]
    )


def test_a_harmed_archive_is_refused_untouched_and_comes_back_with_the_command_that_is_told(tmp_path: Path):
    assert harmed(tmp_path, 4) == Injected(fault="archive cut, emptied, overwritten, damaged", times=4)
