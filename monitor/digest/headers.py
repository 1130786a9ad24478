"""The one place that builds mail: headers from cleaned text alone, so that no title can become a header."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, parseaddr
from hashlib import blake2b

LONGEST = 200  # characters of a subject; more is cut at a word
# Control characters, line and paragraph separators, bidi overrides and isolates, zero-width characters, tags.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]+"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
# What a mailer would decode: on some versions of Python even the one that builds the mail does, CRLF and all.
_ENCODED_WORD = re.compile(r"=\?")
_POLICY = policy.SMTP.clone(max_line_length=78, raise_on_defect=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a mail's headers are made from. ``thread`` names what a day's mails have in common, ``""``: nothing."""

    sender: str
    to: str
    subject: str
    at: datetime
    identity: str
    list_name: str = ""
    thread: str = ""
    unsubscribe: str = ""


class UnsafeHeader(ValueError):
    """A built mail has headers it was not meant to have; it is never sent."""


def clean(text: str) -> str:
    """One line without control or bidi characters and without encoded words: fit to become a header's text."""
    line = " ".join(_INVISIBLE.sub(" ", _SURROGATE.sub("\ufffd", text)).split())
    return _ENCODED_WORD.sub("= ?", line)


def shortened(text: str, limit: int = LONGEST) -> str:
    """``text`` cut at a word so that it has at most ``limit`` characters."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:·") + "…"


def message_id(identity: str, sender: str) -> str:
    """The Message-ID of a mail: the same ``identity`` and sender always give the same."""
    domain = parseaddr(sender)[1].rpartition("@")[2].lower() or "localhost"
    domain = re.sub(r"[^a-z0-9.-]", "", domain) or "localhost"
    return f"<shiftwatch.{_hash(identity)}@{domain}>"


def build(envelope: Envelope, *, text: str, html: str) -> bytes:
    """The mail as it goes over the wire, the same bytes for the same arguments.

    Raises UnsafeHeader when the result has any header but those put in.
    """
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _mailbox(envelope.sender)
    mail["To"] = _mailbox(envelope.to)
    mail["Subject"] = shortened(clean(envelope.subject)) or "Shiftwatch"
    mail["Date"] = format_datetime(envelope.at)
    mail["Message-ID"] = message_id(envelope.identity, envelope.sender)
    if envelope.thread:
        root = message_id(envelope.thread, envelope.sender)
        mail["In-Reply-To"] = root
        mail["References"] = root
    if envelope.list_name:
        name = re.sub(r"[^a-z0-9-]", "-", envelope.list_name.lower())
        host = message_id("", envelope.sender).rpartition("@")[2].rstrip(">")
        mail["List-Id"] = f"Shiftwatch {name} <{name}.shiftwatch.{host}>"
    if envelope.unsubscribe:
        mail["List-Unsubscribe"] = f"<{clean(envelope.unsubscribe)}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Precedence"] = "list"
    mail["MIME-Version"] = "1.0"
    expected = sorted(name.lower() for name in mail)
    mail.set_content(_body(text), subtype="plain", charset="utf-8", cte="quoted-printable")
    mail.add_alternative(_body(html), subtype="html", charset="utf-8", cte="quoted-printable")
    mail.set_boundary(f"=_shiftwatch_{_hash(envelope.identity)}")
    built = mail.as_bytes()
    _verify(built, expected)
    return built


def _verify(built: bytes, expected: list[str]) -> None:
    """Read the bytes as any mailer would: whatever slipped through as a header of its own shows."""
    found = sorted(name.lower() for name in BytesParser(policy=policy.compat32).parsebytes(built, headersonly=True))
    surplus = [name for name in found if name not in ("content-type", "mime-version")]
    if surplus != [name for name in expected if name != "mime-version"]:
        raise UnsafeHeader(f"the mail would have had the headers {', '.join(found)}")


def _mailbox(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(display_name=clean(name), addr_spec=clean(address))


def _body(text: str) -> str:
    """A body without what UTF-8 cannot hold or SMTP would take for its end; dots are stuffed by the client."""
    return _SURROGATE.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()
