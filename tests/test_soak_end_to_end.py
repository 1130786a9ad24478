"""Two simulated days of the daemon's own code over hosts of every temper, on a clock that is moved (bench.soak)."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path

import pytest

from bench.soak import Soaked, soak
from bench.soak_web import SERVING, TEMPERS

STEP = timedelta(minutes=30)


@pytest.fixture(scope="module")
def soaked(tmp_path_factory: pytest.TempPathFactory) -> Soaked:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder: Path = tmp_path_factory.mktemp("soak")
    return soak(folder, days=2, sources=len(TEMPERS), step=STEP, port=port)


def test_every_story_published_in_two_days_is_filed_once(soaked: Soaked) -> None:
    assert all(soaked.published[name] > 0 for name in SERVING)
    assert soaked.filed == soaked.published
    assert not soaked.lost.total()
    assert not soaked.doubled.total()
    assert soaked.strangers == 0
    assert soaked.integrity == "ok"
    assert soaked.errors == []


def test_no_source_is_left_waiting_whatever_the_others_do(soaked: Soaked) -> None:
    assert soaked.overdue == []
    assert soaked.late
    assert max(soaked.late.values()) <= STEP


def test_open_files_stay_as_they_were(soaked: Soaked) -> None:
    files = [one.files for one in soaked.samples]
    assert len(files) >= 6
    assert max(files[2:]) - min(files[2:]) <= 12  # connections kept alive come and go
    assert soaked.samples[-1].polls > soaked.samples[2].polls


def test_the_log_of_the_archive_stays_small(soaked: Soaked) -> None:
    assert all(one.log < 32 * 1024 * 1024 for one in soaked.samples)
