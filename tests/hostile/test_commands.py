"""The command line under hostile input, odd numbers and outputs that take nothing: one clear line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.opml import import_opml
from monitor.registry import write_sources
from tests.commands import shiftwatch

ROOT = str(Path(__file__).parents[2])


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive of one story, from a WARC file written here."""
    folder = tmp_path_factory.mktemp("room")
    text = "The agency said on Tuesday that it would move four hundred officers to three cities. " * 4
    page = f"<html><head><title>Officers leave the border</title></head><body><article><p>{text}</p></article></body>"
    http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n\r\n{page}"
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://desk.example.org/officers-leave\r\n"
        "WARC-Date: 2026-01-02T10:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(http)}\r\n\r\n"
    )
    (folder / "one.warc").write_text(head + http + "\r\n\r\n", "utf-8", newline="")
    ran = shiftwatch("import", "one.warc", cwd=folder)
    assert (ran.code, "1 new" in ran.out) == (0, True), ran
    return folder


@pytest.mark.parametrize(
    "arguments",
    [["show", "99999999999999999999999"], ["show", "0"], ["stories", "--limit", "99999999999999999999"]],
)
def test_numbers_beyond_what_a_database_holds_are_usage_errors(room: Path, arguments: list[str]):
    ran = shiftwatch(*arguments, cwd=room)
    assert ran.code == 2
    assert "unexpected" not in ran.err


@pytest.mark.parametrize(
    ("arguments", "redirected", "code", "words"),
    [
        ("stories", ">&-", 2, "standard output is closed"),
        ("collect", ">&- 2>&-", 2, ""),
        ("stories", ">/dev/full", 1, "standard output: No space left"),
        ("sources", ">/dev/full", 1, "standard output: No space left"),
        ("stories --json", ">/dev/full", 1, "standard output: No space left"),
        ("check --quick", ">&-", 2, "standard output is closed"),
        ("check --quick", ">/dev/full", 1, "standard output: No space left"),
        ("check --quick --json", ">/dev/full", 1, "standard output: No space left"),
        ("backup", ">/dev/full", 1, "standard output: No space left"),
        ("prune --polls-older 30", ">/dev/full", 1, "standard output: No space left"),
        ("metrics", ">/dev/full", 1, "standard output: No space left"),
    ],
)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_output_that_takes_nothing_is_one_line_and_not_the_archives_fault(
    room: Path, arguments: str, redirected: str, code: int, words: str
):
    ran = subprocess.run(
        ["/bin/sh", "-c", f"'{sys.executable}' -m monitor {arguments} {redirected}"],
        cwd=room, env={**os.environ, "PYTHONPATH": ROOT}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == code
    assert words in ran.stderr
    assert len(ran.stderr.splitlines()) == bool(words)


@pytest.mark.parametrize(
    "arguments", ["stories", "stories --csv", "stories --json", "sources", "show 1", "check --quick", "metrics"]
)
def test_a_reader_that_has_had_enough_is_no_failure(room: Path, arguments: str):
    ran = subprocess.run(
        ["/bin/sh", "-c", f"{{ '{sys.executable}' -m monitor {arguments}; echo $? >&2; }} | true"],
        cwd=room, env={**os.environ, "PYTHONPATH": ROOT}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.stderr == "0\n"


def test_a_file_of_which_nothing_can_be_read_is_no_success(room: Path):
    (room / "junk.warc").write_bytes(b"\x00\xff" * 5_000)
    ran = shiftwatch("import", "junk.warc", cwd=room)
    assert ran.code == 1
    assert "not read" in ran.out


def test_an_error_never_moves_the_cursor(room: Path):
    ran = shiftwatch("sources", "add", "\x1b[31mhttp", cwd=room)
    assert ran.code == 2
    assert "\x1b" not in ran.err


def test_one_feed_with_a_login_does_not_cost_the_list(tmp_path: Path):
    feeds = [
        "http://u:secret@a.example/f",
        "http://b.example/f",
        "javascript:x",
        'http://c.example/&quot;"',
        "ftp://d/",
    ]
    outlines = "".join(f"<outline xmlUrl='{url}'/>" for url in feeds)
    sources = import_opml(f"<opml><body>{outlines}</body></opml>".encode())
    assert [source.domain for source in sources] == ["b.example"]
    write_sources(tmp_path / "shiftwatch.toml", sources)
    assert "secret" not in (tmp_path / "shiftwatch.toml").read_text("utf-8")


def test_a_list_of_2_000_feeds_is_written_in_one_go(tmp_path: Path):
    outlines = "".join(f'<outline xmlUrl="http://s{number}.example/f"/>' for number in range(2_000))
    sources = import_opml(f"<opml><body>{outlines}</body></opml>".encode())
    write_sources(tmp_path / "shiftwatch.toml", sources)
    assert (tmp_path / "shiftwatch.toml").read_text("utf-8").count("\n[sources.s") == 2_000
