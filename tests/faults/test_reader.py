"""A feed that makes its reader spin, balloon or crash: that source's trouble, the others' stories are there in time."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from monitor.demo.web import DemoWeb, Page
from tests.commands import Ran
from tests.faults.newsroom import ENV, Injected, folder, watched

DOES = {"spin": "6 s", "balloon": "512 MB", "crash": "crash"}


class Crafted(DemoWeb):
    """RedState's feed says what it does to its reader."""

    does = ""

    def page(self, site: str, address: str) -> Page:
        found = super().page(site, address)
        if site == "redstate" and address == "/feed" and self.does:
            return replace(found, body=found.body + f"<!-- {self.does} -->".encode())
        return found


def reader_fails(parent: Path, times: int) -> Injected:
    lost = doubled = 0
    with watched(Crafted(datetime.now(UTC), padding=2_000)) as (web, served):
        assert isinstance(web, Crafted)
        for number in range(times):
            room = folder(parent, web, served)
            web.does = list(DOES)[number % len(DOES)]
            began = time.monotonic()
            done = subprocess.run(
                [sys.executable, "-m", "tests.faults.readers", "collect", "--json"],
                cwd=room.at, env=ENV, capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
            assert time.monotonic() - began < 60
            ran = Ran(done.returncode, done.stdout, done.stderr)
            assert "Traceback" not in ran.err
            why = {one["source"]: one for one in ran.json["sources"]}
            assert DOES[web.does] in str(why["redstate"]), why["redstate"]
            told = sum(story.site in {"cbp", "pewresearch"} for story in web.announced())
            assert room.rows("SELECT count(*) FROM stories WHERE source <> 'redstate'") == [(told,)]
            web.does = ""
            more = room.clean()
            lost, doubled = lost + more[0], doubled + more[1]
    return Injected(fault="a feed that spins, balloons or crashes its reader", times=times, lost=lost, doubled=doubled)


def test_a_feed_that_ruins_its_reader_costs_nobody_a_story(tmp_path: Path):
    assert reader_fails(tmp_path, 3) == Injected(fault="a feed that spins, balloons or crashes its reader", times=3)
