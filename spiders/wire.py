"""The last metre to the network: resolving, connecting and TLS under the guard, and each failure in words."""

from __future__ import annotations

import asyncio
import errno
import functools
import re
import socket
import threading
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, cast

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ConnectionKey

from monitor.model import Trouble, TroubleKind
from spiders.guard import Guard, UnsafeAddress
from spiders.manners import Limits, Manners

# What socket.getaddrinfo takes and gives; tests stand in with their own name server.
Lookup = Callable[..., Sequence[tuple[Any, Any, int, str, Any]]]

_AT_ONCE = 32  # lookups under way; a name server that hangs holds its threads, not ours
_DNS_TTL = 60
_KEEP_ALIVE = 15.0
_IDLE_HOSTS = 200
_TOO_MANY_INTERIM = "sends interim answers without end"
_TOO_MUCH = "sends much more than its body"


class GuardedResolver(AbstractResolver):
    """Resolves names in threads of its own and drops every address the guard does not admit.

    Daemon threads, because the interpreter waits for a pool's threads on exit, and a lookup that hangs can take half
    a minute. ``guard`` None admits everything: the addresses of the user's own proxy.
    """

    def __init__(self, guard: Guard | None, lookup: Lookup, limit: float) -> None:
        self._guard = guard
        self._lookup = lookup
        self._limit = limit
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        try:
            async with asyncio.timeout(self._limit):
                found = await self._in_thread(host, port, family)
        except TimeoutError:
            raise socket.gaierror(socket.EAI_AGAIN, "the name servers did not answer in time") from None
        except UnicodeError:
            raise socket.gaierror(socket.EAI_NONAME, "not a host name") from None
        answers = [
            ResolveResult(
                hostname=host,
                host=str(sockaddr[0]),
                port=port,
                family=int(found_family),
                proto=protocol,
                flags=int(socket.AI_NUMERICHOST | socket.AI_NUMERICSERV),
            )
            for found_family, _, protocol, _, sockaddr in found
            if self._guard is None or self._guard.admits(str(sockaddr[0]), port, name=host)
        ]
        if not answers:
            if not found:
                raise socket.gaierror(socket.EAI_NONAME, "no address")
            raise UnsafeAddress("its name leads to an address that is not on the public internet (see allow_private)")
        return answers

    async def _in_thread(self, host: str, port: int, family: int) -> Sequence[tuple[Any, Any, int, str, Any]]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()

        def settle(result: Any, error: BaseException | None) -> None:
            self._room.release()
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(result)

        def work() -> None:
            result: Any = None
            error: BaseException | None = None
            try:
                result = self._lookup(host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG)
            except Exception as caught:
                error = caught
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, result, error)

        await self._room.acquire()
        try:
            threading.Thread(target=work, name=f"lookup-{host}", daemon=True).start()
        except RuntimeError:
            self._room.release()
            raise socket.gaierror(socket.EAI_AGAIN, "no thread to look it up with") from None
        return cast(Sequence[tuple[Any, Any, int, str, Any]], await answer)

    async def close(self) -> None:
        """Nothing to close: threads still waiting end by themselves."""


class _Handler(ResponseHandler):
    """aiohttp's own, with an end put to what it would read for ever: 1xx answers, and bytes that are no body.

    Chunk extensions and trailers never reach whoever counts the body, so everything that comes in is counted here.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, limits: Limits) -> None:
        super().__init__(loop)
        self._interim = 0
        self._taken = 0
        self._most_interim = limits.interim
        self._most_taken = 2 * limits.body + limits.header_field * limits.header_fields

    def set_response_params(self, **params: Any) -> None:
        self._interim = self._taken = 0
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        self._taken += len(data)
        if self._taken > self._most_taken:
            self._give_up(_TOO_MUCH)
        else:
            super().data_received(data)

    def feed_data(self, data: Any, size: int = 0) -> None:
        if 100 <= data[0].code < 200:
            self._interim += 1
            if self._interim > self._most_interim:
                self._give_up(_TOO_MANY_INTERIM)
                return
        super().feed_data(data, size)

    def _give_up(self, why: str) -> None:
        error = aiohttp.ClientPayloadError(why)
        self.set_exception(error)
        if self._payload is not None:
            self._payload.set_exception(error)
        if self.transport is not None:
            self.transport.abort()


class GuardedConnector(aiohttp.TCPConnector):
    """A connector through which no socket is opened to an address the guard has not admitted."""

    def __init__(self, guard: Guard, manners: Manners, lookup: Lookup) -> None:
        limits = manners.limits
        # Behind a proxy every connection is to the proxy, which is the user's own choice and often inside.
        direct = not manners.proxy

        def open_socket(info: tuple[Any, ...]) -> socket.socket:
            family, kind, protocol, _, sockaddr = info
            if direct:
                guard.check_socket(str(sockaddr[0]), int(sockaddr[1]))
            return socket.socket(family=family, type=kind, proto=protocol)

        super().__init__(
            resolver=GuardedResolver(guard if direct else None, lookup, limits.lookup),
            ttl_dns_cache=_DNS_TTL,
            limit=0,  # the client holds its own room and lines
            keepalive_timeout=_KEEP_ALIVE,
            # True: the one context aiohttp has made anyway. It verifies against the system's store, or against
            # SSL_CERT_FILE / SSL_CERT_DIR; loading that store once more would take 60 ms at every start.
            ssl=manners.tls if manners.tls is not None else True,
            socket_factory=open_socket,
        )
        self._factory = functools.partial(_Handler, self._loop, limits)  # type: ignore[assignment]  # partial is invariant

    def _release(self, key: ConnectionKey, protocol: ResponseHandler, *, should_close: bool = False) -> None:
        # aiohttp bounds connections in use, not idle ones: thousands of hosts polled within the keep-alive time
        # would otherwise run the process out of files.
        super()._release(key, protocol, should_close=should_close or len(self._conns) >= _IDLE_HOSTS)


def clean(text: str, limit: int = 300) -> str:
    """Foreign words made fit for one line of a report: no control, format or surrogate characters, cut to size."""
    kept = "".join(char if unicodedata.category(char)[0] not in "CZ" else " " for char in text[:limit])
    return " ".join(kept.split())


def explain(error: BaseException, host: str, limits: Limits, whole: float) -> Trouble:
    """A failure on the wire in words; ``whole`` is the time it had, in seconds.

    Never quotes an exception, which may carry an address with secrets in it.
    """
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ClientConnectorCertificateError):
        return _no_connection(error, host)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return _unreachable(f"the proxy does not let us through to {host}: it answered {error.status}")
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return _unreachable(f"{host} did not accept a connection within {limits.connect:g} s")
    if isinstance(error, aiohttp.ServerTimeoutError):
        return _unreachable(f"{host} sent nothing for {limits.read:g} s")
    if isinstance(error, TimeoutError):
        return _unreachable(f"{host} was not done after {whole:g} s")
    if isinstance(error, aiohttp.ClientPayloadError):
        why = str(error)
        return _broken(f"{host} {why if why in (_TOO_MANY_INTERIM, _TOO_MUCH) else 'cut its answer short'}")
    if isinstance(error, aiohttp.ClientResponseError):
        return _broken(_not_http(error.message, host))
    if isinstance(error, OSError):
        return _unreachable(f"{host} broke the connection off")
    return _broken(f"{host} could not be fetched: {type(error).__name__}")


def _no_connection(error: aiohttp.ClientConnectorError | aiohttp.ClientConnectorCertificateError, host: str) -> Trouble:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return _unreachable(f"the certificate of {host} cannot be trusted: {_certificate(error.certificate_error)}")
    if isinstance(error, aiohttp.ClientProxyConnectionError) or error.host != host.strip("[]"):
        return _unreachable("the proxy cannot be reached")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return _no_address(error.os_error, host)
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return _unreachable(f"{host} does not manage a TLS handshake")
    return _not_connected(error.os_error, host)


def _no_address(error: OSError, host: str) -> Trouble:
    if isinstance(error, UnsafeAddress):
        return Trouble(kind=TroubleKind.UNSAFE, reason=f"refused: {host}: {error}")
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        return _unreachable(f"no name server answers for {host}: is there a network at all?")
    return _unreachable(f"there is no host named {host}")


def _not_connected(error: OSError, host: str) -> Trouble:
    if isinstance(error, UnsafeAddress):
        return Trouble(kind=TroubleKind.UNSAFE, reason=f"refused: {host}: {error}")
    if error.errno == errno.ECONNREFUSED:
        return _unreachable(f"{host} refused the connection")
    if error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL):
        return _unreachable(f"there is no route to {host}")
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return _unreachable(f"{host} was not asked: this machine has too many files open")
    return _unreachable(f"{host} does not accept a connection")


def _certificate(error: Exception) -> str:
    message = getattr(error, "verify_message", "")
    if "Hostname mismatch" in message or "IP address mismatch" in message:
        return "it is for another host"
    return clean(re.sub(r"[^\w .,'-]", " ", message)) or "it could not be verified"


def _not_http(message: str, host: str) -> str:
    if "Got more than" in message or "Too many" in message:
        return f"{host} sends headers over the limits"
    return f"{host} answered something that is not HTTP"


def _unreachable(reason: str) -> Trouble:
    return Trouble(kind=TroubleKind.UNREACHABLE, reason=reason)


def _broken(reason: str) -> Trouble:
    return Trouble(kind=TroubleKind.BROKEN, reason=reason)
