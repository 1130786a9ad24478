"""Log lines: one an event, for people or as JSON, never with a secret or anything that moves a cursor."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import logs, redact
from monitor.model import Outcome
from monitor.redact import keep_secret, without_secrets
from monitor.tallies import ChannelPass, SourcePass


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("shiftwatch").setLevel(logging.NOTSET)
    redact._kept.clear()


def said(format: logs.Format, *, verbose: bool = True, debug: bool = False) -> io.StringIO:
    out = io.StringIO()
    logs.set_up(format=format, verbose=verbose, debug=debug, stream=out)
    return out


def done(**over: object) -> SourcePass:
    channels = [
        ChannelPass(kind="feed", url="https://x.org/f", outcome=Outcome.BROKEN, reason="404"),
        ChannelPass(kind="sitemap", url="https://x.org/s", outcome=Outcome.CHANGED, reason=""),
    ]
    return SourcePass(**{"source": "desk", "channels": channels, "new": 2, "pages": 3, **over})


def test_one_line_for_each_poll_and_one_for_the_pages():
    out = said("json")
    logs.source_done(done())
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(line["event"], line.get("kind"), line.get("outcome")) for line in lines] == [
        ("poll", "feed", "broken"), ("poll", "sitemap", "changed"), ("source", None, None),
    ]  # fmt: skip
    assert lines[0]["reason"] == "404"
    assert lines[2]["new"] == 2
    assert all(line["level"] == "info" and line["at"].endswith("Z") and line["source"] == "desk" for line in lines)


def test_a_poll_that_brought_nothing_is_one_line():
    out = said("human")
    logs.source_done(done(channels=done().channels[1:], new=0, pages=0))
    (line,) = out.getvalue().splitlines()
    assert line.split("  ")[1:] == ["poll", "desk", "sitemap", "changed", "url=https://x.org/s"]


def test_without_verbose_only_trouble_is_said():
    out = said("human", verbose=False)
    logs.source_done(done(error="disk failed"))
    (line,) = out.getvalue().splitlines()
    assert "error: failed  desk  reason=disk failed" in line


def test_what_is_no_terminal_gets_json():
    out = said("auto")
    logs.event("started", version="1")
    assert json.loads(out.getvalue())["event"] == "started"


def test_a_terminal_gets_words():
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    logs.set_up(verbose=True, stream=out)
    logs.event("started", version="1")
    assert out.getvalue().endswith("started  version=1\n")


@pytest.mark.parametrize("format", ["human", "json"])
def test_no_login_is_written_wherever_it_stands(format: logs.Format):
    keep_secret("reader:correct-horse")
    out = said(format, debug=True)
    logs.event("poll", reason="401 for reader:correct-horse", url="https://reader:correct-horse@x.org/f?token=abcdef")
    logging.getLogger("aiohttp").warning("sent Authorization: Bearer correct-horse to %s", "x")
    try:
        raise ValueError("login correct-horse refused")
    except ValueError:
        logging.getLogger("x").exception("failed")
    text = out.getvalue()
    assert "correct-horse" not in text
    assert "abcdef" not in text
    assert "***" in text
    assert "Traceback" in text


@pytest.mark.parametrize("format", ["human", "json"])
def test_one_event_is_one_line_whatever_is_in_it(format: logs.Format):
    out = said(format)
    logs.event("poll", reason="a\nb\r\x1b[31mred\x85c\u2028d")
    text = out.getvalue()
    assert text.count("\n") == 1
    assert not set(text) & set("\r\x1b\x85\u2028")


def test_a_library_with_a_wrong_format_costs_no_line():
    out = said("json")
    logging.getLogger("other").warning(template := "%s and %s", "one")
    assert json.loads(out.getvalue())["event"] == template


def test_setting_up_twice_says_things_once():
    first, second = said("json"), said("json")
    logs.event("started")
    assert first.getvalue() == ""
    assert len(second.getvalue().splitlines()) == 1


@given(st.text(alphabet="abcXYZ0189-_.~", min_size=8, max_size=30))
def test_a_password_never_survives_in_an_address(password: str):
    for words in (
        f"https://user:{password}@x.org/", f"see https://x.org/?api_key={password}&a=1",
        f"Authorization: Bearer {password}", f"authorization=Basic {password}", f"SMTP_PASSWORD={password}",
    ):  # fmt: skip
        assert password not in without_secrets(words), words


@given(st.text(max_size=200))
def test_leaving_secrets_out_twice_is_leaving_them_out_once(words: str):
    once = without_secrets(words)
    assert without_secrets(once) == once


@pytest.mark.parametrize("words", ["https://x.org/a@b?q=1", "basic training for bearers", "the key is there", "a=b"])
def test_ordinary_words_stay(words: str):
    assert without_secrets(words) == words
