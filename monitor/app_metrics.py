"""The archive's numbers for Prometheus: printed once, or served on a loopback address; composes db and metrics."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from db.measures import measure
from monitor.errors import ShiftwatchError, UsageError
from monitor.metrics import CONTENT_TYPE, render, unavailable


def metrics_text(archive: Path) -> str:
    """The numbers now. Raises ArchiveError."""
    return render(measure(archive, datetime.now(UTC)))


def loopback(address: str) -> tuple[str, int]:
    """``127.0.0.1:9464`` as host and port. Raises UsageError for anything but a loopback address with its port.

    The numbers are for a collector on this machine; to reach them from another, put a proxy with a login in front.
    """
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    name = "127.0.0.1" if host == "localhost" else host
    try:
        good = ipaddress.ip_address(name).is_loopback and port.isascii() and port.isdigit() and int(port) < 65536
    except ValueError:
        good = False
    if not good:
        raise UsageError(f"{address!r}: expected a loopback address with its port, such as 127.0.0.1:9464")
    return name, int(port)


@asynccontextmanager
async def metrics_site(archive: Path, host: str, port: int) -> AsyncIterator[int]:
    """Serve ``/metrics`` on ``host:port`` while inside; gives the port (a free one for 0).

    Each scrape asks the archive anew, in a thread, through a connection of its own. Raises UsageError when the
    address is no loopback one or cannot be had.
    """
    from aiohttp import web

    name, port = loopback(f"{host}:{port}")

    async def answer(_: web.Request) -> web.Response:
        try:
            text = await asyncio.to_thread(metrics_text, archive)
        except ShiftwatchError as refused:
            text = unavailable(str(refused))
        return web.Response(text=text, headers={"Content-Type": CONTENT_TYPE})

    app = web.Application()
    app.router.add_get("/metrics", answer)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=2.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, name, port)
        try:
            await site.start()
        except OSError as failed:
            raise UsageError(f"{name}:{port}: {failed.strerror or failed}; choose another port for --metrics") from None
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
