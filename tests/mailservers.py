"""Real mail servers on loopback: aiosmtpd that keeps what it took and fails on demand, and one that breaks off."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail the server answered for: who got it and its bytes."""

    to: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        """It, parsed."""
        return cast(EmailMessage, BytesParser(policy=default).parsebytes(self.content))

    @property
    def message_id(self) -> str:
        """Its Message-ID."""
        return str(self.mail["Message-ID"])

    @property
    def text(self) -> str:
        """Its text part."""
        part = self.mail.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    @property
    def html(self) -> str:
        """Its HTML part."""
        part = self.mail.get_body(("html",))
        assert part is not None
        return str(part.get_content())


@dataclass(slots=True)
class Postbox:
    """What a server took, and what it answers by recipient, to RCPT or to DATA; each used up when ``once``."""

    taken: list[Taken] = field(default_factory=list)
    rcpt: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    once: bool = False
    password: str = ""
    logins: int = 0
    refused: int = 0
    on_taken: Callable[[], None] = lambda: None
    port: int = 0

    def ids(self) -> Counter[tuple[str, str]]:
        """How often each (recipient, Message-ID) arrived."""
        return Counter((one.to, one.message_id) for one in self.taken)

    def _answer(self, answers: dict[str, str], to: str) -> str:
        answer = answers.get(to, "")
        if answer:
            self.refused += 1
            if self.once:
                del answers[to]
        return answer

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, _: list[str]) -> str:
        if answer := self._answer(self.rcpt, to):
            return answer
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        (to,) = envelope.rcpt_tos
        if answer := self._answer(self.data, to):
            return answer
        content = envelope.content
        assert isinstance(content, bytes)
        self.taken.append(Taken(to, content))
        self.on_taken()
        return "250 OK"

    def login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth: Any) -> AuthResult:
        self.logins += 1
        good = isinstance(auth, LoginPassword) and auth.password.decode() == self.password
        return AuthResult(success=good, handled=good)


@contextlib.contextmanager
def postbox(box: Postbox | None = None, *, tls: ssl.SSLContext | None = None, port: int = 0) -> Iterator[Postbox]:
    """A server on a free port of loopback; with a password it asks for a login, with ``tls`` it offers STARTTLS."""
    box = box or Postbox()
    port = port or free_port()
    login: dict[str, Any] = {"authenticator": box.login, "auth_require_tls": False} if box.password else {}
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        tls_context=tls,
        decode_data=False,
        **login,
    )
    controller.start()
    box.port = port
    try:
        yield box
    finally:
        controller.stop()


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Breaking:
    """A server that breaks off, or falls silent, at one point of the conversation, ``times`` times; then it is well.

    ``at``: greeting, rcpt, in-data, after-dot (took the mail, and never said so). ``silent``: it keeps the line open.
    """

    def __init__(self, at: str, *, times: int = 1, silent: bool = False) -> None:
        self.at = at
        self.left = times
        self.silent = silent
        self.taken: list[Taken] = []
        self.broken = 0
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Breaking:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)
        self._listener.close()

    def ids(self) -> Counter[tuple[str, str]]:
        """How often each (recipient, Message-ID) arrived."""
        return Counter((one.to, one.message_id) for one in self.taken)

    def _serve(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError, OSError):
                client, _ = self._listener.accept()
                client.settimeout(5)
                with client, contextlib.suppress(OSError, EOFError):
                    self._talk(client)

    def _breaks(self, at: str) -> bool:
        if at != self.at or self.left == 0:
            return False
        self.left -= 1
        self.broken += 1
        if self.silent:
            self._stop.wait(1.0)
        return True

    def _talk(self, client: socket.socket) -> None:
        if self._breaks("greeting"):
            return
        lines = client.makefile("rb")
        client.sendall(b"220 breaking\r\n")
        to = ""
        while line := lines.readline():
            verb = line[:4].upper()
            if verb == b"QUIT":
                client.sendall(b"221 bye\r\n")
                return
            if verb == b"RCPT":
                to = line.partition(b"<")[2].partition(b">")[0].decode()
                if self._breaks("rcpt"):
                    return
            if verb != b"DATA":
                client.sendall(b"250 OK\r\n")
                continue
            client.sendall(b"354 go on\r\n")
            if self.at == "in-data" and self.left:
                lines.readline()
                if self._breaks("in-data"):
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
                    return
            content = b""
            while (part := lines.readline()) != b".\r\n":
                if not part:
                    return
                content += part[1:] if part.startswith(b"..") else part
            self.taken.append(Taken(to, content))
            if self._breaks("after-dot"):
                return
            client.sendall(b"250 taken\r\n")
