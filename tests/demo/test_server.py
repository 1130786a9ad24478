"""The synthetic web on the wire."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import aiohttp
import pytest

from monitor.catalogue import catalogue
from monitor.demo import DemoWeb, Served, serve

NOW = datetime(2026, 3, 4, 12, 0, 0, 250_000, tzinfo=UTC)


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with serve(DemoWeb(NOW, padding=0), slow=0) as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_each_site_has_its_own_loopback_port_and_no_real_address_is_left(served: Served) -> None:
    assert len(set(served.allow_private)) == 6
    for source in served.sources:
        known = catalogue()[source.id]
        assert source.domain == known.domain and source.name == f"{known.name} (demo)"
        assert source.delay is not None and source.delay < timedelta(seconds=1)
        assert len(source.channels) == len(known.channels)
        for url in [source.home, *(channel.url for channel in source.channels)]:
            assert urlsplit(url).netloc in served.allow_private
        for channel, real in zip(source.channels, known.channels, strict=True):
            assert (channel.listing, channel.api) == (real.listing, real.api)


async def test_validators_are_honoured(served: Served, client: aiohttp.ClientSession) -> None:
    url = served.web.origins["redstate"] + "/feed"
    async with client.get(url) as first:
        etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    for headers in ({"If-None-Match": etag}, {"If-None-Match": f'"x", W/{etag}'}, {"If-Modified-Since": modified}):
        async with client.get(url, headers=headers) as again:
            assert again.status == 304 and await again.read() == b"" and again.headers["ETag"] == etag
    for headers in ({"If-None-Match": '"x"', "If-Modified-Since": modified}, {"If-Modified-Since": "nonsense"}):
        async with client.get(url, headers=headers) as again:
            assert again.status == 200
    served.web.edit("redeploy-redstate", title="Another Title")
    async with client.get(url, headers={"If-None-Match": etag, "If-Modified-Since": modified}) as changed:
        assert changed.status == 200 and "Another Title" in await changed.text()


async def test_requests_are_counted_by_site_and_address(served: Served, client: aiohttp.ClientSession) -> None:
    for path, status in (("/feed/", 404), ("/feed/", 404), ("/", 200)):
        async with client.get(served.web.origins["ahblicklive"] + path, headers={"User-Agent": "Test"}) as answer:
            assert answer.status == status
    assert served.asked("ahblicklive") == {"/feed/": 2, "/": 1} and served.asked("cnn") == {}
    assert served.agents == {"Test": 3} and served.statuses == {404: 2, 200: 1}


async def test_one_site_is_slow_and_does_not_hold_up_the_others(client: aiohttp.ClientSession) -> None:
    async with serve(DemoWeb(NOW, padding=0), slow=0.3) as served:
        began = time.monotonic()
        async with client.get(served.web.origins["redstate"] + "/feed"):
            assert time.monotonic() - began < 0.25
        async with client.get(served.web.origins["ahblicklive"] + "/"):
            assert time.monotonic() - began >= 0.3


async def test_a_port_can_be_fixed_and_is_free_afterwards(served: Served, client: aiohttp.ClientSession) -> None:
    async with serve(DemoWeb(NOW, padding=0), slow=0) as first:
        port = urlsplit(first.web.origins["cnn"]).port
    assert port is not None
    async with serve(DemoWeb(NOW, padding=0), slow=0, ports={"cnn": port}) as second:
        assert urlsplit(second.web.origins["cnn"]).port == port
        async with client.get(second.web.origins["cnn"] + "/robots.txt") as answer:
            assert answer.status == 200
