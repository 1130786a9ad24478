"""The synthetic web on loopback: one port a site, with validators, one slow host and a count of requests."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime

from aiohttp import web

from monitor.demo.web import SHELVES, DemoWeb, Page
from monitor.model import Source

LOOPBACK = "127.0.0.1"
SLOW_SITE = "ahblicklive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A web that is being served: what to put into a configuration, and what has been asked for so far.

    ``requests`` counts by ``(site, path with query)``, ``agents`` by user agent, ``statuses`` by status.
    """

    web: DemoWeb
    sources: tuple[Source, ...]
    allow_private: tuple[str, ...]
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    agents: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)

    def asked(self, site: str) -> dict[str, int]:
        """How often each address of one site was asked for."""
        return {path: count for (asked, path), count in self.requests.items() if asked == site}


@asynccontextmanager
async def serve(demo: DemoWeb, *, ports: Mapping[str, int] | None = None, slow: float = 0.2) -> AsyncIterator[Served]:
    """Serve ``demo`` on loopback while the context is open; ``demo.origins`` is filled in.

    ``ports`` fixes a site's port (default: any free one); ``slow`` is how long the slow site takes to answer, seconds.
    """
    requests: Counter[tuple[str, str]] = Counter()
    agents: Counter[str] = Counter()
    statuses: Counter[int] = Counter()

    def handler_of(site: str) -> web.Application:
        async def answer(request: web.Request) -> web.Response:
            requests[site, request.path_qs] += 1
            agents[request.headers.get("User-Agent", "")] += 1
            if site == SLOW_SITE and slow:
                await asyncio.sleep(slow)
            response = _response(demo.page(site, request.path_qs), request)
            statuses[response.status] += 1
            return response

        app = web.Application()
        app.router.add_get("/{path:.*}", answer)
        return app

    async with AsyncExitStack() as stack:
        for site in SHELVES:
            runner = web.AppRunner(handler_of(site), access_log=None, shutdown_timeout=1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, LOOPBACK, (ports or {}).get(site, 0)).start()
            demo.origins[site] = f"http://{LOOPBACK}:{runner.addresses[0][1]}"
        yield Served(
            web=demo,
            sources=demo.sources(),
            allow_private=tuple(origin.removeprefix("http://") for origin in demo.origins.values()),
            requests=requests,
            agents=agents,
            statuses=statuses,
        )


def _response(page: Page, request: web.Request) -> web.Response:
    """The page, or 304 when the request's validators say that the client has it."""
    headers = {
        "ETag": page.etag,
        "Last-Modified": format_datetime(page.modified.astimezone(UTC), usegmt=True),
        "Server": "shiftwatch-demo",
    }
    if page.status == 200 and _unchanged(page, request):
        return web.Response(status=304, headers=headers)
    return web.Response(status=page.status, body=page.body, headers={**headers, "Content-Type": page.content_type})


def _unchanged(page: Page, request: web.Request) -> bool:
    """RFC 9110: If-None-Match decides when it is there, else If-Modified-Since, in whole seconds."""
    if tags := request.headers.get("If-None-Match", ""):
        return tags.strip() == "*" or page.etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
    try:
        since = parsedate_to_datetime(request.headers.get("If-Modified-Since", ""))
    except ValueError:
        return False
    return page.modified.replace(microsecond=0) <= since.replace(tzinfo=since.tzinfo or UTC)
