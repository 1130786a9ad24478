"""No text of a feed becomes a header, and the same digest always gives the same bytes."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import compat32, default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.digest.headers import Envelope, build, clean, message_id, shortened

HEADERS = {
    "from", "to", "subject", "date", "message-id", "in-reply-to", "references", "list-id", "list-unsubscribe",
    "auto-submitted", "precedence", "mime-version", "content-type",
}  # fmt: skip
POISON = (
    "=?utf-8?Q?x=0D=0ABcc:evil@example.org?=",
    "=?utf-8?B?eA0KQmNjOiBldmlsQGV4YW1wbGUub3Jn?=",
    "News\r\nBcc: evil@example.org\r\n\r\nbody",
    "News\nX-Evil: 1",
    "News\x0bX: 1\x0c\x85Y: 2 Z: 3",
    "\u202egnp.exe\u2066",
    "<script>alert(1)</script>",
    "a" * 5000,
    "=?" * 400,
    "Überraschung — „Grenze“ 國境 🚓 " * 20,
    "\ud800 lone",
    "",
)


def envelope(subject: str) -> Envelope:
    return Envelope(
        sender="Shiftwatch <alerts@example.org>",
        to="Désk <desk@example.org>",
        subject=subject,
        at=datetime(2026, 5, 1, 12, tzinfo=UTC),
        identity="daily|2026",
        list_name="daily",
        thread="daily|2026-05-01",
        unsubscribe="mailto:desk@example.org?subject=unsubscribe",
    )


def assert_safe(built: bytes) -> None:
    for policy in (compat32, default):
        mail = BytesParser(policy=policy).parsebytes(built)
        assert {name.lower() for name in mail} == HEADERS
        assert [str(to) for to in mail.get_all("To", [])] and len(mail.get_all("To", [])) == 1
        assert not mail.get_all("Bcc")
    subject = BytesParser(policy=default).parsebytes(built)["Subject"]
    assert not {unicodedata.category(char) for char in str(subject)} & {"Cc", "Zl", "Zp", "Cs"}
    head = built.partition(b"\r\n\r\n")[0]
    assert all(len(line) < 998 for line in head.split(b"\r\n"))


@pytest.mark.parametrize("title", POISON)
def test_a_poisoned_title_stays_a_subject(title: str):
    assert_safe(build(envelope(title), text=f"{title}\n", html=f"<p>{len(title)}</p>"))


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_title_stays_a_subject(title: str):
    assert_safe(build(envelope(title), text="t", html="h"))


@settings(deadline=None)
@given(st.text())
def test_cleaning_twice_changes_nothing_and_leaves_one_line(text: str):
    once = clean(text)
    assert clean(once) == once
    assert "=?" not in once
    assert not set(once) & set("\r\n\x00\u202e\u2066\u2028")


def test_the_same_digest_is_the_same_bytes():
    first = build(envelope("Shifts — two"), text="Größe\n", html="<p>Größe</p>")
    assert first == build(envelope("Shifts — two"), text="Größe\n", html="<p>Größe</p>")


def test_the_message_id_tells_digest_window_and_recipient_and_hides_the_recipient():
    ids = {
        message_id(identity, "Shiftwatch <alerts@example.org>")
        for identity in ("a|1|x@y.org", "a|2|x@y.org", "a|1|z@y.org")
    }
    assert len(ids) == 3
    assert all(one.endswith("@example.org>") and "x@y" not in one for one in ids)


def test_a_long_subject_is_cut_at_a_word():
    assert shortened("one two three four", 12) == "one two…"
    assert shortened("short", 12) == "short"
