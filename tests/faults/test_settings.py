"""A configuration broken anywhere, found at a start or at a reload: told with its line before anything is touched."""

from __future__ import annotations

import random
import signal
from pathlib import Path

from tests.faults.newsroom import Injected, folder, until, watched

BREAKS = ('delay = "fast"', "[network", 'contatc = "x"', "= 3", "per_host = -1", '"')


def broken_settings(parent: Path, times: int) -> Injected:
    """A line that is wrong at a random place; every other time while a daemon runs that is told to read it."""
    chance = random.Random(3)
    lost = doubled = 0
    with watched() as (web, served):
        room = folder(parent, web, served)
        config = room.at / "shiftwatch.toml"
        sound = config.read_text("utf-8")
        assert room.run("collect").code == 0
        for number in range(times):
            lines = sound.splitlines()
            wrong = BREAKS[number % len(BREAKS)]
            lines.insert(1 if "network" not in wrong else chance.randrange(len(lines)), wrong)
            text = "\n".join(lines) + "\n"
            before = room.path.read_bytes()
            if number % 3:
                config.write_text(text, "utf-8")
                ran = room.run(("collect", "run")[number % 2])
                assert ran.code == 2, (wrong, ran)
                assert "shiftwatch.toml:" in ran.err, ran.err
                assert "Traceback" not in ran.err
                assert room.path.read_bytes() == before, "nothing was touched"
            else:
                config.write_text(sound, "utf-8")
                process = room.start("run")
                until(lambda: "watching" in room.said)
                config.write_text(text, "utf-8")
                process.send_signal(signal.SIGHUP)
                until(lambda: "the one in force stays" in room.said)
                assert "shiftwatch.toml:" in room.said
                process.send_signal(signal.SIGTERM)
                assert process.wait(10) == 0
            config.write_text(sound, "utf-8")
        more = room.clean()
        lost, doubled = lost + more[0], doubled + more[1]
    return Injected(fault="configuration broken, at a start or a reload", times=times, lost=lost, doubled=doubled)


def test_a_broken_configuration_is_told_with_its_line_and_changes_nothing(tmp_path: Path):
    assert broken_settings(tmp_path, 3) == Injected(fault="configuration broken, at a start or a reload", times=3)
