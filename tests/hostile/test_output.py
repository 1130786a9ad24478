"""Nothing a feed says is run by whoever reads it, and no login comes back out."""

from __future__ import annotations

import base64
import csv
import io

import pytest

from monitor.ports import Polled
from monitor.reading.feed_leads import title_of
from monitor.redact import struck, without_login
from monitor.screen.tables import print_csv
from tests.factories import capture, lead, reading


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("<script>alert(1)</script>Agents sent to Ohio", "Agents sent to Ohio"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Agents", "Agents"),
        ("Agents <img src=x onerror=alert(1)> sent", "Agents sent"),
        ("<svg onload=alert(1)>Agents</svg> sent", "sent"),
        ("Agents<iframe src='//x.example/'> sent to Ohio", "Agents"),
        ("Agents <STYLE>*{display:none}</sTyLe > sent", "Agents sent"),
        ("Apples < pears > plums", "Apples < pears > plums"),
        ("Budget <$5m for <b>agents</b>", "Budget <$5m for agents"),
    ],
)
def test_a_headline_keeps_its_words_and_loses_what_acts(said: str, title: str):
    assert title_of(said) == title


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "\t=", "\n+", "\r=", "＝", "\u00a0@"])
def test_no_cell_is_a_formula(start: str, capsys: pytest.CaptureFixture[str]):
    print_csv([{"title": f"{start}cmd|' /C calc'!A0"}])
    (_, (cell,)) = csv.reader(io.StringIO(capsys.readouterr().out, newline=""))
    assert cell.startswith("'")


@pytest.mark.parametrize(
    "echo",
    [
        "Authorization: Basic " + base64.b64encode(b"desk:s3 cret/x").decode(),
        "you sent desk:s3 cret/x",
        "wrong password s3 cret/x",
        "http://desk:s3%20cret%2Fx@h/",
    ],
)
def test_a_login_that_a_server_says_back_is_struck_out(echo: str):
    told = without_login(f'an HTML page where a feed was due: "{echo}"', "desk:s3 cret/x")
    assert "***" in told
    for secret in ("s3 cret/x", "s3%20cret", base64.b64encode(b"desk:s3 cret/x").decode()):
        assert secret not in told


@pytest.mark.parametrize(("login", "words"), [("", "all is well"), ("a:b", "a bad answer"), ("a:", "a: b")])
def test_words_without_a_login_stay(login: str, words: str):
    assert without_login(words, login) == words


def test_a_login_is_struck_out_of_everything_a_channel_said_however_deep():
    login = "desk:s3 cret/x"
    echoed = lead(
        1, title="for desk:s3 cret/x only", text="it was s3 cret/x\n\n" + base64.b64encode(login.encode()).decode()
    )
    polled = Polled(answer=capture(b"s3 cret/x", headers=(("etag", "s3 cret/x"),)), reading=reading(echoed))
    there = struck(polled, login)
    assert "s3 cret" not in repr(there)
    assert there.reading.leads[0].title == "for *** only"
    assert there.answer.body == b"***"
    assert struck(polled, "") is polled
    assert struck(polled, "other:l0gin-of-another") == polled


@pytest.mark.parametrize("login", ["press:border", "press:200000", "press:", "p:a1", "desk:agents"])
def test_a_password_that_is_a_word_of_stories_is_not_struck_out_of_them(login: str):
    text = "Agents at the border: about 200000 a year, the press: said a1 agents"
    assert struck(lead(1, title=text), login).title == text
    assert struck(lead(1, title=f"you sent {login}x"), f"{login}x").title == "you sent ***"
