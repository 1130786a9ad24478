"""What servers do to a channel, through the command line: they move it for good, say a login back, send it gzipped."""

from __future__ import annotations

import contextlib
import gzip
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.commands import shiftwatch

Answer = tuple[int, dict[str, str], bytes]
PROSE = "<p>Agents from two sectors were sent to the city on Monday, the agency said in a statement.</p>" * 12


@contextlib.contextmanager
def answering(answer: Callable[[str, str], Answer]) -> Iterator[str]:
    """A server on loopback that answers by path and ``Authorization``; gives its origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answer(self.path, self.headers.get("authorization", ""))
            self.send_response(status)
            for name, value in {"content-length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def configured(room: Path, origin: str, channel: str) -> None:
    off = ("cbp", "cnn", "pewresearch", "migrationpolicy", "redstate", "ahblicklive")
    room.joinpath("shiftwatch.toml").write_text(
        f'[network]\ncontact = "test@example.org"\ndelay = "0s"\nallow_private = ["{origin.partition("//")[2]}"]\n'
        + "".join(f"[sources.{name}]\nenabled = false\n" for name in off)
        + f'[sources.desk]\nname = "Desk"\ndomain = "127.0.0.1"\nkind = "outlet"\nchannels = [{channel}]\n'
    )


def feed(origin: str, *titles: str, text: str = "") -> bytes:
    items = "".join(
        f"<item><title>{title}</title><link>{origin}/story-{at}</link><description>{text}</description></item>"
        for at, title in enumerate(titles)
    )
    return f'<rss version="2.0"><channel><title>Desk</title>{items}</channel></rss>'.encode()


def article(title: str, words: str = "") -> bytes:
    head = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>"
    return f"{head}{PROSE}<p>{words}</p></article></body></html>".encode()


def test_an_adopted_redirect_is_told_by_collect_by_sources_and_in_the_polls(tmp_path: Path):
    def answer(path: str, _: str) -> Answer:
        if path == "/old":
            return 301, {"location": f"{origin}/new"}, b""
        if path == "/new":
            return 200, {"content-type": "application/rss+xml"}, feed(origin, "Agents sent to Ohio")
        return (
            (200, {"content-type": "text/html"}, article("Agents sent to Ohio")) if "story" in path else (404, {}, b"")
        )

    with answering(answer) as origin:
        configured(tmp_path, origin, f'{{ kind = "feed", url = "{origin}/old" }}')
        told = [shiftwatch("collect", "--force", "--json", cwd=tmp_path).json for _ in range(4)]
        words = f"moved for good, and asked at {origin}/new from now on"
        assert [words in one["sources"][0]["channels"][0]["reason"] for one in told] == [False, False, True, True]
        printed = shiftwatch("collect", "--force", cwd=tmp_path, COLUMNS="240").out
        assert f"its feed /old: {words}" in printed
        (state,) = (one for one in shiftwatch("sources", "--json", cwd=tmp_path).json if one["source"] == "desk")
        assert (state["state"], state["reason"], state["moved_to"]) == ("ok", words, f"{origin}/new")
    with closing(sqlite3.connect(tmp_path / "shiftwatch.db")) as db:
        reasons = [reason for (reason,) in db.execute("SELECT reason FROM polls ORDER BY id")]
    assert reasons == ["", "", words, words, words]


@pytest.mark.parametrize("login", ["desk:s3cret-w0rd", "desk:opensesame"])
def test_a_login_said_back_is_neither_stored_nor_printed(tmp_path: Path, login: str):
    password = login.partition(":")[2]

    def answer(path: str, sent: str) -> Answer:
        if path == "/feed":
            assert sent
            echo = f"{login} and {sent}"
            title = f"Agents sent to Ohio for {login}"
            return 200, {"etag": f'"{login}"', "content-type": "text/xml"}, feed(origin, title, "Second", text=echo)
        if "story" in path:
            spelled = "".join(f"&#{ord(char)};" for char in login)
            return 200, {"content-type": "text/html"}, article("Agents sent to Ohio", f"Sent with {login}, {spelled}.")
        return 404, {}, b""

    with answering(answer) as origin:
        configured(tmp_path, origin, f'{{ kind = "feed", url = "{origin}/feed", auth = "env:LOGIN" }}')
        checked = shiftwatch("sources", "check", cwd=tmp_path, LOGIN=login)
        ran = shiftwatch("collect", cwd=tmp_path, LOGIN=login)
    assert ran.code == 0, ran.err
    listed = shiftwatch("stories", "--json", cwd=tmp_path)
    assert len(listed.json) == 2
    assert "***" in json.dumps([shiftwatch("show", str(one["id"]), "--json", cwd=tmp_path).json for one in listed.json])
    for printed in (checked, ran, listed):
        assert password not in printed.out + printed.err
    for path in tmp_path.rglob("*"):
        if path.is_file():
            body = path.read_bytes()
            held = gzip.decompress(body) if path.suffix == ".gz" else body
            assert password.encode() not in held, path


def test_a_feed_served_as_a_gzip_file_is_collected(tmp_path: Path):
    def answer(path: str, _: str) -> Answer:
        if path == "/feed.xml.gz":
            return 200, {"content-type": "application/gzip"}, gzip.compress(feed(origin, "Agents sent to Ohio"))
        return (
            (200, {"content-type": "text/html"}, article("Agents sent to Ohio")) if "story" in path else (404, {}, b"")
        )

    with answering(answer) as origin:
        configured(tmp_path, origin, f'{{ kind = "feed", url = "{origin}/feed.xml.gz" }}')
        assert shiftwatch("collect", cwd=tmp_path).code == 0
    (story,) = shiftwatch("stories", "--json", cwd=tmp_path).json
    assert story["title"] == "Agents sent to Ohio"
