"""Loopback servers that answer with whatever bytes a test writes, and the client that is set on them."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from monitor.model import Capture, Trouble
from monitor.ports import Ask, HostNote
from spiders.client import PoliteClient
from spiders.manners import Limits, Manners

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
QUICK = Limits(connect=0.4, lookup=0.4, read=0.4, whole=1.2, robots=0.8, body=100_000)


@dataclass
class Request:
    """What a client sent, and when by the loop's clock."""

    method: str
    path: str
    headers: dict[str, str]
    at: float


Script = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]
Answer = bytes | Script


def http(status: int = 200, body: bytes = b"", length: int | None = None, **headers: str) -> bytes:
    """One whole answer; ``length`` lies about the body's. Header names are written with underscores."""
    lines = [f"HTTP/1.1 {status} Whatever"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if status not in (204, 304):
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body


def redirect(to: str, status: int = 302) -> bytes:
    return http(status, b"", Location=to)


class Server:
    """Answers each path with its script; ``/robots.txt`` with 404 unless given; anything else with 404."""

    def __init__(self, answers: Mapping[str, Answer] | Script, *, host: str = "127.0.0.1") -> None:
        self.answers = answers
        self.host = host
        self.port = 0
        self.requests: list[Request] = []
        self.connections = 0
        self.under_way = 0
        self.most_under_way = 0
        self.tls = False

    def url(self, path: str = "/", host: str = "") -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{host or self.host}:{self.port}{path}"

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                while not writer.is_closing():
                    await self.exchange(reader, writer)
            writer.close()
        finally:
            if not writer.is_closing():
                writer.transport.abort()

    async def exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        request = Request(method, path, headers, asyncio.get_running_loop().time())
        self.requests.append(request)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self.answer(request, writer)
            await writer.drain()
        finally:
            self.under_way -= 1

    async def answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if callable(self.answers):
            await self.answers(request, writer)
            return
        answer = self.answers.get(request.path.partition("?")[0], http(404))
        if isinstance(answer, bytes):
            writer.write(answer)
        else:
            await answer(request, writer)


@contextlib.asynccontextmanager
async def serve(
    answers: Mapping[str, Answer] | Script, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    server = Server(answers, host=host)
    server.tls = tls is not None
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(server.handle(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listener = await asyncio.start_server(connected, host, 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # aborted transports close on the next turn of the loop


@dataclass
class Memory:
    """A HostMemory in a dict."""

    notes: dict[str, HostNote] = field(default_factory=dict)

    def get(self, origin: str) -> HostNote | None:
        return self.notes.get(origin)

    def put(self, note: HostNote) -> None:
        self.notes[note.origin] = note


@dataclass
class Clock:
    """A clock a test turns."""

    at: dt.datetime = NOW

    def now(self) -> dt.datetime:
        return self.at


class Names:
    """A name server: each name's addresses, or an error to raise; anything else does not exist."""

    def __init__(self, **names: Any) -> None:
        self.names = names
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, **_: Any) -> list[tuple[Any, Any, int, str, Any]]:
        self.asked.append(host)
        answer = self.names.get(host.replace(".", "_").replace("-", "_"))
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            answer = answer()
        if not answer:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in answer
        ]


def polite(
    *,
    memory: Memory | None = None,
    clock: Clock | None = None,
    lookup: Any = None,
    limits: Limits = QUICK,
    delay: float = 0.0,
    allow_private: tuple[str, ...] = ("127.0.0.0/8",),
    **manners: Any,
) -> PoliteClient:
    """A client in a hurry that may talk to loopback."""
    return PoliteClient(
        Manners(
            agent="Shiftwatch/0.1.0 (+desk@example.org)",
            delay=dt.timedelta(seconds=delay),
            limits=limits,
            allow_private=allow_private,
            **manners,
        ),
        memory if memory is not None else Memory(),
        clock or Clock(),
        lookup=lookup or Names(localhost=["127.0.0.1"]),
    )


async def fetch(url: str, **options: Any) -> Capture | Trouble:
    """One fetch by a fresh client."""
    asking = {name: options.pop(name) for name in ("etag", "last_modified", "auth", "accept") if name in options}
    async with polite(**options) as client:
        return await client.fetch(Ask(url=url, **asking))


def certificate(folder: Path, *, name: str = "127.0.0.1", expired: bool = False) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context and the file with the authority that signed for it."""
    today = dt.datetime.now(dt.UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "throwaway")])
    alternative: x509.GeneralName
    try:
        alternative = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        alternative = x509.DNSName(name)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=30))
        .not_valid_after(today + dt.timedelta(days=-1 if expired else 30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert_file, key_file)
    return context, cert_file
