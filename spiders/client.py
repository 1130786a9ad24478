"""The polite client: the only way out to the network, for everybody; one choke point for every request and redirect."""

from __future__ import annotations

import asyncio
import base64
import logging
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import aiohttp
from yarl import URL

from monitor.model import Capture, Trouble, TroubleKind
from monitor.ports import Ask, Clock, HostMemory
from spiders import answers, robots
from spiders.decode import ACCEPT_ENCODING, Decoder, TooLarge, Undecodable
from spiders.guard import Guard, Target
from spiders.hosts import Hosts, Site
from spiders.manners import PATIENCE, Manners
from spiders.wire import GuardedConnector, Lookup, explain

log = logging.getLogger(__name__)

_ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/html;q=0.9, */*;q=0.8"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_NO_CONNECTION = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)
_FIELD = re.compile(r"[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?")
ROBOTS_REDIRECTS = 5  # RFC 9309, 2.3.1.2


@dataclass(slots=True)
class _Errand:
    """What one fetch carries from hop to hop; ``budget`` is what is left of ``whole``, its seconds on the wire."""

    headers: dict[str, str]
    whole: float
    budget: float
    redirects: int
    body: int
    cut: bool = False  # a body over the limit is cut there instead of being trouble
    robots: bool = False  # this is a robots.txt on its way: it is not itself subject to one
    login_dropped: bool = False
    connected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """One hop's answer."""

    status: int
    headers: Mapping[str, str]
    pairs: tuple[tuple[str, str], ...]
    body: bytes
    at: datetime


class PoliteClient:
    """Fetches addresses under ``manners``; robots files and waits are remembered in ``memory``.

    An async context manager. ``lookup`` stands in for socket.getaddrinfo in tests.
    """

    def __init__(
        self, manners: Manners, memory: HostMemory, clock: Clock, *, lookup: Lookup = socket.getaddrinfo
    ) -> None:
        self._manners = manners
        self._limits = manners.limits
        self._clock = clock
        self._lookup = lookup
        self._guard = Guard(manners.allow_private, proxied=bool(manners.proxy))
        self._hosts = Hosts(memory, manners, clock)
        self._proxy = _proxy(manners.proxy)
        self._session: aiohttp.ClientSession | None = None
        self._room = asyncio.Semaphore(manners.at_once)

    async def __aenter__(self) -> Self:
        limits = self._limits
        self._session = aiohttp.ClientSession(
            connector=GuardedConnector(self._guard, self._manners, self._lookup),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._manners.agent, "Accept-Encoding": ACCEPT_ENCODING},
            timeout=aiohttp.ClientTimeout(
                total=None,
                # A name with many dead addresses is not tried 5 s each.
                connect=limits.lookup + 2 * limits.connect,
                sock_connect=limits.connect,
                sock_read=limits.read,
            ),
            auto_decompress=False,
            trust_env=False,
            max_line_size=limits.header_field,
            max_field_size=limits.header_field,
            max_headers=limits.header_fields,
        )
        # aiohttp asks once more at once when a connection breaks; ours goes through the line and its pause.
        self._session._retry_connection = False
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections; fetches still under way end in trouble."""
        if self._session is not None:
            await self._session.close()

    async def fetch(self, ask: Ask) -> Capture | Trouble:
        """Ask for one address and follow its redirects. Never raises for what network or server do."""
        headers = {"Accept": _field(ask.accept) or _ACCEPT}
        if etag := _field(ask.etag):
            headers["If-None-Match"] = etag
        if last_modified := _field(ask.last_modified):
            headers["If-Modified-Since"] = last_modified
        if ask.auth:
            headers["Authorization"] = "Basic " + base64.b64encode(ask.auth.encode("utf-8", "replace")).decode("ascii")
        limits = self._limits
        errand = _Errand(
            headers=headers, whole=limits.whole, budget=limits.whole, redirects=limits.redirects, body=limits.body
        )
        try:
            return await self._follow(ask.url, errand)
        except Exception as error:
            # Whatever a hostile server made a library do, the asker gets a value; the log gets the fault.
            log.exception("a fetch failed in a way that was not foreseen")
            return Trouble(kind=TroubleKind.BROKEN, reason=f"the fetch failed unexpectedly: {type(error).__name__}")

    async def sitemaps(self, origin: str) -> tuple[str, ...]:
        """The ``Sitemap:`` lines of an origin's robots.txt, as written there; none when it cannot be had."""
        target = self._guard.judge(origin)
        if isinstance(target, Trouble):
            return ()
        site = self._hosts.site(target)
        try:
            rules = site.known(self._clock.now()) or await self._robots(site)
        except Exception:
            log.exception("a robots.txt failed in a way that was not foreseen")
            return ()
        return () if isinstance(rules, Trouble) else rules.sitemaps

    async def _follow(self, url: str, errand: _Errand) -> Capture | Trouble:
        hops: list[str] = []
        been: set[str] = set()
        permanent = True
        here = url
        home = ""
        while True:
            target = self._guard.judge(here)
            if isinstance(target, Trouble):
                return _after_redirect(target) if been else target
            if been:
                hops.append(target.text)
            if home and target.origin != home and errand.headers.pop("Authorization", ""):
                # Once it has left its origin a login does not come back to it either: the way there is not ours.
                errand.login_dropped = True
            home = target.origin
            answer = await self._hop(target, errand, first=not been)
            if isinstance(answer, Trouble):
                return answer
            location = answer.headers.get("Location", "") if answer.status in _REDIRECTS else ""
            if not location:
                return self._conclude(url, target, answer, hops, permanent, errand)
            been.add(target.text)
            permanent = permanent and answer.status in _PERMANENT
            try:
                here = urljoin(target.text, location.strip())
            except ValueError:
                return _astray(target, answer, "to something that is no address")
            if len(been) > errand.redirects:
                return _astray(target, answer, f"more than {errand.redirects} times")
            if here in been:
                return _astray(target, answer, "in a circle; it may insist on cookies")

    def _conclude(
        self, url: str, target: Target, answer: _Answer, hops: list[str], permanent: bool, errand: _Errand
    ) -> Capture | Trouble:
        """The last hop's answer as what the asker gets."""
        status = answer.status
        conditional = "If-None-Match" in errand.headers or "If-Modified-Since" in errand.headers
        trouble = answers.trouble(status, answer.headers, target.host, conditional=conditional)
        if trouble is None:
            return Capture(
                url=url,
                final_url=target.text,
                status=status,
                headers=answer.pairs,
                body=answer.body,
                fetched_at=answer.at,
                redirects=tuple(hops),
                permanent_to=target.text if hops and permanent else "",
            )
        if errand.login_dropped and status in (401, 403):
            trouble = replace(trouble, reason=f"{trouble.reason}; the login was not sent on to another origin")
        if trouble.kind is TroubleKind.WAIT:
            wait = answers.wait(status, answer.headers, answer.at)
            if wait is not None:
                until = self._hosts.told_to_wait(target, wait)
                return replace(trouble, retry_at=until)
        return trouble

    async def _hop(self, target: Target, errand: _Errand, *, first: bool) -> _Answer | Trouble:
        """One request, when robots.txt, the host and its line allow it; once more when the connection breaks."""
        site = self._hosts.site(target)
        crawl_delay = 0.0
        counts = not errand.robots and not target.robots
        if counts:
            rules = site.known(self._clock.now()) or await self._robots(site, errand)
            if isinstance(rules, Trouble):
                return rules
            if not rules.allow(target.text):
                return Trouble(kind=TroubleKind.FORBIDDEN, reason=f"robots.txt of {target.host} forbids this address")
            # A redirect on the same host stands in line even where a first request would be sent away: else an
            # address that redirects could never be had from a host that asks for long delays.
            crawl_delay = rules.delay if first else min(rules.delay, PATIENCE)
        answer: _Answer | Trouble | None = None
        for _ in range(self._limits.resets + 1):
            refused = site.told_to_wait(self._clock.now()) or site.too_early(self._clock.now(), crawl_delay)
            if refused is not None:
                return refused
            async with site.line.turn(self._room, site.pause, crawl_delay, counts=counts):
                # Those who stood in line when the host told the one in front to wait do not go out any more.
                refused = site.told_to_wait(self._clock.now())
                if refused is None and crawl_delay > 0:
                    self._hosts.asking(target, crawl_delay)
                answer = refused if refused is not None else await self._exchange(target, errand)
            if answer is not None:
                return answer
        reason = f"{target.host} broke the connection off without an answer"
        return Trouble(kind=TroubleKind.UNREACHABLE, reason=reason)

    async def _exchange(self, target: Target, errand: _Errand) -> _Answer | Trouble | None:
        """One request on the wire. None: the connection broke before an answer came, which may be tried again."""
        if self._session is None or self._session.closed:
            return Trouble(kind=TroubleKind.UNREACHABLE, reason=f"{target.host} was not asked: the client is closed")
        loop = asyncio.get_running_loop()
        started = loop.time()
        response: aiohttp.ClientResponse | None = None
        try:
            async with asyncio.timeout(max(errand.budget, 0)):
                response = await self._session.request(
                    "GET", target.url, headers=errand.headers, proxy=self._proxy, allow_redirects=False
                )
                errand.connected = True
                status = response.status
                body = await self._body(response, target, errand) if 200 <= status < 300 else b""
                if isinstance(body, Trouble):
                    return body
                return _Answer(
                    status=status,
                    headers=response.headers,
                    pairs=answers.header_pairs(response.headers) if status < 400 else (),
                    body=body,
                    at=self._clock.now(),
                )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if not isinstance(error, _NO_CONNECTION):
                errand.connected = True
                broke_off = isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError | ConnectionError)
                if broke_off and response is None:
                    return None
            trouble = explain(error, target.host, self._limits, errand.whole)
            if response is None:
                return trouble
            # It did answer, so the host is there: what is wrong is the answer.
            return replace(trouble, kind=TroubleKind.BROKEN, http_status=response.status)
        finally:
            errand.budget -= loop.time() - started
            if response is not None:
                response.release()  # closes the connection when the body was not read to its end

    async def _body(self, response: aiohttp.ClientResponse, target: Target, errand: _Errand) -> bytes | Trouble:
        """The decoded body, within the limit at every step."""
        limit = errand.body
        content = response.content
        pieces: list[bytes] = []
        size = 0
        arrived = 0
        try:
            if (response.content_length or 0) > limit and not errand.cut:
                raise TooLarge
            decoder = Decoder(", ".join(response.headers.getall("Content-Encoding", ())), limit)
            while chunk := await content.readany():
                arrived += len(chunk)
                if arrived > limit and not errand.cut:
                    raise TooLarge
                for piece in (chunk,) if decoder.idle else decoder.feed(chunk):
                    pieces.append(piece)
                    size += len(piece)
                    if size > limit:
                        raise TooLarge
            if not decoder.idle:
                for piece in decoder.finish():
                    pieces.append(piece)
                    size += len(piece)
                    if size > limit:
                        raise TooLarge
        except TooLarge:
            if errand.cut:
                return b"".join(pieces)[:limit]
            reason = f"{target.host} sends more than {limit / 1024 / 1024:g} MB"
            return Trouble(kind=TroubleKind.BROKEN, reason=reason, http_status=response.status)
        except Undecodable as error:
            reason = f"{target.host}: {error}"
            return Trouble(kind=TroubleKind.BROKEN, reason=reason, http_status=response.status)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def _robots(self, site: Site, errand: _Errand | None = None) -> robots.Rules | Trouble:
        """The origin's robots rules: one request for all who need them at once, and each of them is judged."""
        async with site.lock:
            known = site.known(self._clock.now())
            if known is not None:
                return known
            whole = self._limits.robots
            own = _Errand(
                headers={"Accept": "text/plain, */*;q=0.1"},
                whole=whole,
                budget=whole,
                redirects=ROBOTS_REDIRECTS,
                body=robots.MAX_BYTES,
                cut=True,
                robots=True,
            )
            answer = await self._follow(f"{site.origin}/robots.txt", own)
            if errand is not None:
                errand.budget -= whole - own.budget
            text = robots.decode(answer.body) if isinstance(answer, Capture) else ""
            # A hostile 500 KiB keep protego busy for a second, which everybody else on the loop would wait.
            rules = robots.read(text) if len(text) < robots.LARGE else await asyncio.to_thread(robots.read, text)
            return self._hosts.robots_answered(site, answer, text, rules, connected=own.connected)


def _proxy(address: str) -> URL | None:
    if not address:
        return None
    if not re.fullmatch(r"https?://[^\s/?#]+/?", address, re.IGNORECASE):
        raise ValueError("the proxy must be given as http://host:port")
    return URL(address)


def _field(value: str) -> str:
    """A header value if it may be sent as it is, else nothing: validators come from outside and are never repaired."""
    return value if value and _FIELD.fullmatch(value) else ""


def _after_redirect(trouble: Trouble) -> Trouble:
    return replace(trouble, reason=f"{trouble.reason}, after a redirect")


def _astray(target: Target, answer: _Answer, where: str) -> Trouble:
    reason = f"{target.host} redirects {where}"
    return Trouble(kind=TroubleKind.BROKEN, reason=reason, http_status=answer.status)
