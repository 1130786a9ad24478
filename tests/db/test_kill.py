"""Killed at any moment, the archive opens again with each story whole and no channel ahead of what was filed."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from db.archive import Archive
from tests.db.filed import rows, sound

ROOT = Path(__file__).parents[2]


def killed_after(path: Path, seconds: float, seed: int, *, checkpoints: bool = True) -> None:
    command = [sys.executable, "-m", "tests.db.filing_forever", str(path), str(seed), str(int(checkpoints))]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        assert process.stdout.readline() == b"open\n"
        time.sleep(seconds)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()


def whole(path: Path) -> int:
    """Assert that nothing is half filed; gives the turn the channel stands at."""
    with Archive.open(path) as archive:
        turn = int(archive.channels()[0].etag or "0")
    sound(path)
    (last,) = rows(path, "SELECT coalesce(max(rowid), 0) FROM polls")[0]
    assert last == turn, "the validators and the poll's row are one commit"
    assert rows(path, "SELECT id FROM stories WHERE id NOT IN (SELECT story FROM versions)") == []
    assert rows(path, "SELECT id FROM stories WHERE id NOT IN (SELECT story FROM pages WHERE story IS NOT NULL)") == []
    assert rows(path, "SELECT address FROM pages WHERE state = 'filed' AND story IS NULL") == []
    assert (
        rows(path, "SELECT page FROM sightings WHERE story IS NOT (SELECT story FROM pages WHERE address = page)") == []
    )
    return turn


def test_killed_while_filing_twenty_times_over(path: Path):
    chance = random.Random(20261124)
    turns = [0]
    for seed in range(20):
        killed_after(path, chance.uniform(0.0, 0.25), seed)
        turns.append(whole(path))
        assert turns[-1] >= turns[-2], "what was filed before stays"
    assert turns[-1] > 0


def test_a_copy_taken_while_filing_with_its_log_cut_anywhere_opens_whole(path: Path, tmp_path: Path):
    # A checkpoint moves on only what it has made sure of in the log, so a log that has lost that is no power cut.
    killed_after(path, 0.5, 7, checkpoints=False)
    log = path.with_name(path.name + "-wal")
    chance = random.Random(7)
    size = log.stat().st_size
    assert size > 0
    for n in range(5):
        copy = tmp_path / f"copy{n}" / "shiftwatch.db"
        copy.parent.mkdir()
        shutil.copy(path, copy)
        copied = copy.with_name(log.name)
        copied.write_bytes(log.read_bytes()[: chance.randrange(size)])
        whole(copy)
