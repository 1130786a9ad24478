"""Hands letters to a mail server: verified TLS, one time limit over all, and an end that is always one of six."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parseaddr
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

from monitor.digest.headers import clean, shortened
from monitor.digest.parcels import Handed, Receipt
from monitor.redact import without_login

STEP = 30.0  # seconds a single answer may take
WHOLE = 60.0  # seconds for connecting and logging in, and for each letter
_LOCAL = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A mail server and how to be let in. ``tls``: required, offered (when the server has it) or never."""

    host: str
    port: int
    implicit: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "required"
    step: float = STEP
    whole: float = WHOLE

    @property
    def name(self) -> str:
        """The server without anything secret."""
        return f"{self.host}:{self.port}"


def account(address: str, password: str, *, tls: str = "") -> Account:
    """The account of an address such as ``smtp://user@host:587`` or ``smtps://user@host``.

    Without ``tls`` it is required, except of a server on this machine, which need not have it.
    """
    parts = urlsplit(address)
    implicit = parts.scheme == "smtps"
    host = parts.hostname or ""
    return Account(
        host=host,
        port=parts.port or (465 if implicit else 587),
        implicit=implicit,
        user=unquote(parts.username or ""),
        password=password,
        tls=tls or ("offered" if host in _LOCAL else "required"),
    )


class Line:
    """A connection to the mail server, opened by the first letter and again after it broke. For one thread."""

    def __init__(self, account: Account, context: ssl.SSLContext | None = None) -> None:
        self._account = account
        self._context = context
        self._smtp: smtplib.SMTP | None = None
        self._late = False

    def __enter__(self) -> Line:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def reach(self) -> Receipt | None:
        """Connect, secure and log in, and send nothing; None: all is well. Never raises for what the server does."""
        with self._limited():
            return self._open()

    def offer(self, sender: str, recipient: str, message: bytes) -> Receipt | None:
        """Give the server a letter up to, but without, the byte that ends it: so far it cannot have been taken.

        None: all is well, ``finish`` is to follow. Never raises for what the network or the server does.
        """
        try:
            with self._limited():
                if (trouble := self._open()) is not None:
                    return trouble
                return self._offer(parseaddr(sender)[1], parseaddr(recipient)[1], message)
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            self._drop()
            return self._receipt(Handed.LATER, error)

    def finish(self) -> Receipt:
        """End the letter that was offered: from here on only the server's answer tells whether it was taken."""
        assert self._smtp is not None
        try:
            with self._limited():
                self._smtp.send(b".\r\n")
                code, said = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return self._receipt(Handed.UNSURE, error)
        if code // 100 == 2:
            return Receipt(outcome=Handed.SENT)
        self._reset()
        return self._said(Handed.REFUSED if code // 100 == 5 else Handed.LATER, code, said)

    def close(self) -> None:
        """Say goodbye, if there is anybody."""
        if self._smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException), self._limited(5.0):
                self._smtp.quit()
            self._drop()

    def abort(self) -> None:
        """Break the connection off, from any thread: what is under way ends at once."""
        smtp = self._smtp
        if smtp is not None and smtp.sock is not None:
            with contextlib.suppress(OSError):
                smtp.sock.shutdown(socket.SHUT_RDWR)

    # ── the conversation ──────────────────────────────────────────────────────────────────────────────────────────

    def _open(self) -> Receipt | None:
        """Connect, secure and log in, unless that is done; what went wrong is everybody's trouble."""
        if self._smtp is not None:
            return None
        account = self._account
        try:
            # Made first and connected then, so that `abort` reaches it while a greeting drips in. smtplib takes the
            # name a certificate is checked against from `_host`, which it sets only when it connects at once.
            self._smtp = (
                smtplib.SMTP_SSL(timeout=account.step, context=self._tls())
                if account.implicit
                else smtplib.SMTP(timeout=account.step)
            )
            self._smtp._host = account.host  # type: ignore[attr-defined]
            code, said = self._smtp.connect(account.host, account.port)
            if code != 220:
                self._drop()
                return self._said(Handed.SERVER, code, said)
            self._smtp.ehlo_or_helo_if_needed()
            if not account.implicit and account.tls != "never" and (trouble := self._secure()) is not None:
                self._drop()
                return trouble
            if account.user:
                secured = isinstance(self._smtp.sock, ssl.SSLSocket)
                if not secured and account.host not in _LOCAL:
                    self._drop()
                    return Receipt(
                        outcome=Handed.LOGIN,
                        error=f"{account.name}: the password is not sent over a connection without TLS",
                    )
                self._login(self._smtp)
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as error:
            self._drop()
            return self._receipt(Handed.LOGIN, error)
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            self._drop()
            return self._receipt(Handed.SERVER, error)
        return None

    def _login(self, smtp: smtplib.SMTP) -> None:
        """One attempt in the first way the server knows; smtplib's own tries a wrong password in every one of them."""
        offered = smtp.esmtp_features.get("auth", "").upper().split()
        ways: dict[str, Any] = {"PLAIN": smtp.auth_plain, "LOGIN": smtp.auth_login, "CRAM-MD5": smtp.auth_cram_md5}
        name = next((way for way in ways if way in offered), None)
        if name is None:
            raise smtplib.SMTPNotSupportedError("it offers no way to log in that is known here")
        smtp.user, smtp.password = self._account.user, self._account.password
        smtp.auth(name, ways[name])

    def _secure(self) -> Receipt | None:
        assert self._smtp is not None
        if self._smtp.has_extn("starttls"):
            code, said = self._smtp.starttls(context=self._tls())
            if code != 220:
                return self._said(Handed.SERVER, code, said)
            self._smtp.ehlo_or_helo_if_needed()
        elif self._account.tls == "required":
            hint = 'smtps://, or tls = "never" for a relay you trust'
            return Receipt(outcome=Handed.SERVER, error=f"{self._account.name} offers no STARTTLS; use {hint}")
        return None

    def _offer(self, sender: str, recipient: str, message: bytes) -> Receipt | None:
        smtp = self._smtp
        assert smtp is not None
        code, said = smtp.docmd(f"MAIL FROM:<{sender}>")
        if code != 250:  # no letter would fare better
            self._reset()
            return self._said(Handed.SERVER, code, said)
        for command, good in ((f"RCPT TO:<{recipient}>", (250, 251)), ("DATA", (354,))):
            code, said = smtp.docmd(command)
            if code not in good:
                self._reset()
                return self._said(Handed.REFUSED if code // 100 == 5 else Handed.LATER, code, said)
        smtp.send(_stuffed(message))
        if self._broken_off():
            self._drop()
            return Receipt(outcome=Handed.LATER, error=self._plain("the connection broke within the letter"))
        return None

    def _broken_off(self) -> bool:
        """Whether the server is seen to have hung up while it was sent the letter."""
        sock = self._smtp.sock if self._smtp else None
        if sock is None or isinstance(sock, ssl.SSLSocket):  # TLS cannot be looked ahead into
            return False
        sock.setblocking(False)
        try:
            return sock.recv(1, socket.MSG_PEEK) == b""
        except (BlockingIOError, InterruptedError):
            return False
        finally:
            sock.settimeout(self._account.step)

    def _reset(self) -> None:
        """Make the connection ready for the next letter, or give it up."""
        smtp = self._smtp
        try:
            if smtp is None or smtp.rset()[0] != 250:
                self._drop()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _tls(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()

    # ── limits and words ──────────────────────────────────────────────────────────────────────────────────────────

    @contextlib.contextmanager
    def _limited(self, seconds: float | None = None) -> Iterator[None]:
        """Break the connection off after ``seconds``: a server that drips one byte a second is no server."""
        self._late = False

        def end() -> None:
            self._late = True
            self.abort()

        watch = threading.Timer(self._account.whole if seconds is None else seconds, end)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def _receipt(self, outcome: Handed, error: Exception) -> Receipt:
        account = self._account
        if isinstance(error, smtplib.SMTPResponseException):
            return self._said(outcome, error.smtp_code, error.smtp_error)
        if self._late or isinstance(error, TimeoutError):
            words = f"no answer within {account.whole if self._late else account.step:.0f} s"
        elif isinstance(error, ssl.SSLCertVerificationError):
            words = f"its certificate is not valid for it ({error.verify_message})"
        elif isinstance(error, OSError) and error.strerror:
            words = error.strerror
        else:
            words = str(error) or type(error).__name__
        return Receipt(outcome=outcome, error=self._plain(words))

    def _said(self, outcome: Handed, code: int, said: bytes | str) -> Receipt:
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        if self._late:  # what had come by then is no answer
            return Receipt(outcome=outcome, error=self._plain(f"no answer within {self._account.whole:.0f} s"))
        return Receipt(outcome=outcome, error=self._plain(f"{code} {words}"))

    def _plain(self, words: str) -> str:
        """One line that names the server and holds no password, whatever was said back."""
        account = self._account
        told = without_login(words, f"{account.user}:{account.password}" if account.password else "")
        return shortened(f"{account.name}: {clean(told)}", 300)


def _stuffed(message: bytes) -> bytes:
    """The letter as DATA wants it: CRLF at the end, a dot that begins a line doubled."""
    stuffed = (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:]
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
