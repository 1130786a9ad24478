"""Other services through Apprise: a real webhook on loopback gets the text; what is missing is said, not raised."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from monitor.digest.notify import LONGEST, notify, shortened_lines
from monitor.digest.parcels import Handed, Waiting

pytest.importorskip("apprise", reason="the extra `notify` is not installed")


@pytest.fixture
def hook() -> Iterator[tuple[int, list[Any]]]:
    got: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if self.path.endswith("/bad") else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1], got
    server.shutdown()
    server.server_close()
    thread.join(10)


def letter(text: str = "Título — zwei\nline one\nline two") -> Waiting:
    return Waiting(
        id=1,
        digest=1,
        name="daily",
        subject="s",
        recipient="apprise:env:HOOK",
        message_id="<x>",
        message=text.encode(),
        attempts=0,
        composed_at=datetime.now(UTC),
    )


async def test_a_webhook_gets_title_and_text(hook: tuple[int, list[Any]], monkeypatch: pytest.MonkeyPatch):
    port, got = hook
    monkeypatch.setenv("HOOK", f"json://127.0.0.1:{port}/x")
    assert (await notify("apprise:env:HOOK", letter())).outcome is Handed.SENT
    assert (got[0]["title"], got[0]["message"]) == ("Título — zwei", "line one\nline two")


async def test_what_is_not_taken_is_tried_later_and_keeps_the_address_secret(
    hook: tuple[int, list[Any]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOOK", f"json://kim:s3cret-token@127.0.0.1:{hook[0]}/bad")
    receipt = await notify("apprise:env:HOOK", letter())
    assert receipt.outcome is Handed.LATER
    assert "s3cret" not in receipt.error


async def test_a_service_nobody_knows_is_refused_and_an_unset_variable_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOOK", "nonsense")
    assert (await notify("apprise:env:HOOK", letter())).outcome is Handed.REFUSED
    monkeypatch.delenv("HOOK")
    assert "HOOK is not set" in (await notify("apprise:env:HOOK", letter())).error


def test_a_long_text_is_cut_at_a_line():
    cut = shortened_lines("a line of text\n" * 1000)
    assert len(cut) < LONGEST + 100
    assert cut.endswith("(shortened; the whole digest is in the archive)")
