"""The exposition text is what Prometheus reads, and the site answers on loopback alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.archive import Archive
from db.measures import measure
from monitor.app_metrics import loopback, metrics_site
from monitor.errors import UsageError
from monitor.metrics import Measures, render, unavailable
from tests import factories as make
from tests.db.filed import hours, poll, visit

NOW = datetime(2026, 5, 1, tzinfo=UTC)
SAMPLE = re.compile(r'([a-z_0-9]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (-?[0-9.e+]+)')


def measures(**over: object) -> Measures:
    return Measures(
        **{
            "at": NOW, "channels": {("desk", "feed", "ok"): 2}, "polls": {("desk", "changed"): 5},
            "last_ok": {"desk": NOW - timedelta(seconds=90), "other": None}, "stories": {("desk", "release"): 7},
            "versions": 9, "newest_story": NOW - timedelta(hours=1), "queues": {"pages": 3}, "archive_bytes": 4096,
            "log_bytes": 0, **over,
        }
    )  # fmt: skip


def samples(text: str) -> Mapping[str, float]:
    """What a scraper reads; every line must be a comment or a sample, each family declared once before its samples."""
    found: dict[str, float] = {}
    declared: list[str] = []
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            declared.append(line.split()[2])
        elif not line.startswith("#"):
            match = SAMPLE.fullmatch(line)
            assert match, line
            assert match[1] == declared[-1]
            assert line.rpartition(" ")[0] not in found
            found[line.rpartition(" ")[0]] = float(match[3])
    assert len(set(declared)) == len(declared)
    return found


def test_every_number_is_there():
    assert samples(render(measures())) == {
        "shiftwatch_up": 1,
        'shiftwatch_channels{source="desk",kind="feed",state="ok"}': 2,
        'shiftwatch_polls_24h{source="desk",outcome="changed"}': 5,
        'shiftwatch_source_last_ok_age_seconds{source="desk"}': 90,
        'shiftwatch_source_ever_ok{source="desk"}': 1,
        'shiftwatch_source_ever_ok{source="other"}': 0,
        'shiftwatch_stories{source="desk",kind="release"}': 7,
        "shiftwatch_versions": 9,
        "shiftwatch_newest_story_age_seconds": 3600,
        'shiftwatch_queue{queue="pages"}': 3,
        "shiftwatch_archive_bytes": 4096,
        "shiftwatch_log_bytes": 0,
    }


@given(st.text(max_size=40))
def test_whatever_a_source_is_called_the_text_stays_readable(name: str):
    name = name.replace("\r", "").replace("\x0b", "").replace("\x0c", "")
    found = render(measures(stories={(name, "release"): 1}))
    (line,) = [line for line in found.split("\n") if line.startswith("shiftwatch_stories{")]
    assert SAMPLE.fullmatch(line)


def test_an_archive_that_cannot_be_asked_is_down_in_readable_text():
    assert samples(unavailable("it is\ndamaged")) == {"shiftwatch_up": 0}


def test_the_archive_is_measured_as_it_stands(tmp_path: Path):
    path = tmp_path / "shiftwatch.db"
    with Archive.open(path) as archive:
        archive.sync_sources([make.source()])
        memory = replace(archive.channels()[0], last_ok_at=hours(1))
        archive.file_polls([poll(memory, make.lead(), at=hours(1)), poll(memory, at=hours(-30))])
        archive.file_visits([visit(hours(1))])
        found = measure(path, hours(2))
    assert found.polls == {("desk", "changed"): 1}, "the other was more than a day ago"
    assert found.last_ok == {"desk": hours(1)}
    assert sum(found.stories.values()) == 1
    assert found.queues["matching"] == 1
    assert found.archive_bytes
    samples(render(found))


@pytest.mark.parametrize("address", ["127.0.0.1:9464", "[::1]:9464", "localhost:0", "127.9.9.9:1"])
def test_loopback_addresses_are_taken(address: str):
    assert loopback(address)[1] == int(address.rpartition(":")[2])


@pytest.mark.parametrize("address", ["0.0.0.0:9464", "[::]:1", "10.0.0.1:9464", "example.org:80", "127.0.0.1", ":1",
                                     "127.0.0.1:99999", "127.0.0.1:x", ""])  # fmt: skip
def test_any_other_address_is_refused(address: str):
    with pytest.raises(UsageError, match="expected a loopback address"):
        loopback(address)


async def test_the_site_answers_with_the_archive_as_it_is_then(tmp_path: Path):
    path = tmp_path / "shiftwatch.db"
    async with metrics_site(path, "127.0.0.1", 0) as port, aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{port}/metrics"
        async with session.get(url) as answer:
            assert samples(await answer.text()) == {"shiftwatch_up": 0}
        Archive.open(path).close()
        async with session.get(url) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            assert samples(await answer.text())["shiftwatch_up"] == 1
        async with session.get(f"http://127.0.0.1:{port}/") as answer:
            assert answer.status == 404


async def test_an_address_that_is_taken_is_one_clear_line(tmp_path: Path):
    async with metrics_site(tmp_path / "x.db", "127.0.0.1", 0) as port:
        with pytest.raises(UsageError, match=rf"127.0.0.1:{port}: .*choose another port"):
            async with metrics_site(tmp_path / "x.db", "127.0.0.1", port):
                pass
