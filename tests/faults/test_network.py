"""No network at all, and a network that answers everything with its own log-in page."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.demo.web import HTML, DemoWeb, Page
from tests.commands import Ran
from tests.faults.newsroom import ENV, SITES, Folder, Injected, folder, watched

MAY_UNSHARE = subprocess.run(["unshare", "-rn", "true"], check=False, capture_output=True).returncode == 0


def offline(room: Folder, *arguments: str) -> Ran:
    """The command in a network of its own, in which nothing can be reached."""
    done = subprocess.run(
        ["unshare", "-rn", sys.executable, "-m", "monitor", *arguments],
        cwd=room.at, env=ENV, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


def no_network(parent: Path, times: int) -> Injected:
    lost = doubled = 0
    with watched() as (web, served):
        for number in range(times):
            room = folder(parent, web, served)
            if number % 2:
                assert room.run("collect", "cbp").code == 0
            for _ in range(3):
                away = offline(room, "collect", "--force")
                assert away.code == 1, away
                assert "is this machine offline?" in away.out + away.err
                assert "Traceback" not in away.err
            assert room.rows("SELECT kind, source FROM notices") == [("offline", None)], "one, and none for a source"
            more = room.clean()
            assert room.rows("SELECT kind, source FROM notices ORDER BY id") == [("offline", None), ("online", None)]
            lost, doubled = lost + more[0], doubled + more[1]
    return Injected(fault="no network in three passes (unshare -n)", times=3 * times, lost=lost, doubled=doubled)


PORTAL = b"""<!doctype html><html lang="en"><head><title>Welcome to Guest Wi-Fi</title></head><body><main>
<h1>Welcome to Guest Wi-Fi</h1><p>Please sign in with your room number to use the network of this house. By going on
you accept the terms of use, which tell what may be done with it and what may not, and how long we keep what you do.</p>
<p>Guests of the house use the network free of charge for as long as they stay. Ask at the desk if you need help.</p>
<form action="/login">
<input name="room"><input type="password" name="code"><button>Sign in</button></form></main></body>
</html>"""


class Portal(DemoWeb):
    """Every address answers with the log-in page when the network is ``captive``; ``pages``: articles alone."""

    captive = ""

    def page(self, site: str, address: str) -> Page:
        found = super().page(site, address)
        article = any(story.path == address for story in self.stories.values())
        if self.captive == "all" or (self.captive and article):
            if self.captive == "busy":
                return replace(found, status=503, body=b"", content_type=HTML)
            return replace(found, status=200, body=PORTAL, content_type=HTML)
        return found


def portal(parent: Path, times: int) -> Injected:
    """Before anything is known, and when stories are known and their pages still wanted."""
    lost = doubled = 0
    with watched(Portal(datetime.now(UTC), padding=2_000)) as (web, served):
        assert isinstance(web, Portal)
        for number in range(times):
            room = folder(parent, web, served)
            if number % 2:
                web.captive = "pages"
                room.run("collect")
            web.captive = "all"
            for _ in range(2):
                ran = room.run("collect", "--force", "--json")
                assert "Traceback" not in ran.err
                assert {one["source"] for one in ran.json["sources"]} == set(SITES)
            assert room.rows("SELECT count(*) FROM stories WHERE title LIKE '%Wi-Fi%' OR text LIKE '%Wi-Fi%'") == [(0,)]
            web.captive = ""
            # What failed is asked again after a pause; here at once.
            with closing(sqlite3.connect(room.path)) as theirs, theirs:
                theirs.execute("UPDATE pages SET next_at = '2000-01-01T00:00:00Z' WHERE next_at IS NOT NULL")
            more = room.clean(versions=2)  # as announced, then as its page tells it
            lost, doubled = lost + more[0], doubled + more[1]
    return Injected(fault="captive portal", times=2 * times, lost=lost, doubled=doubled)


@pytest.mark.skipif(not MAY_UNSHARE, reason="may not have a network of its own here")
def test_no_network_at_all_is_one_notice_and_costs_no_story(tmp_path: Path):
    assert no_network(tmp_path, 1) == Injected(fault="no network in three passes (unshare -n)", times=3)


def test_a_log_in_page_in_place_of_everything_is_no_story(tmp_path: Path):
    assert portal(tmp_path, 2) == Injected(fault="captive portal", times=4)
