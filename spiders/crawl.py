"""Scrapy on top of the polite client: article pages, paginated listings and autodiscovery as ordinary spiders."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import HtmlResponse, Response

from monitor.model import Capture, Channel, ChannelReading, ListingRules, Trouble
from monitor.ports import Ask, Fetcher, Readers
from monitor.reading.channels import read_channel
from monitor.reading.discovery import discover
from monitor.reading.urls import same_site
from spiders.pollers import body_hash, login_for

if TYPE_CHECKING:
    from twisted.python.failure import Failure

MAX_LISTING_PAGES = 50


class NotHad(Exception):
    """Carries a Trouble through Scrapy's engine to the spider's errback."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.reason)
        self.trouble = trouble


class PoliteDownloadHandler(BaseDownloadHandler):
    """Answers every Scrapy request through the polite client its spider was given.

    The request's ``meta["ask"]`` is what is asked; the capture comes back as ``response.meta["capture"]``.
    """

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # Not a setting: Scrapy copies settings deeply, and a client cannot be copied.
        fetcher: Fetcher | None = getattr(crawler.spider, "fetcher", None)
        if fetcher is None:
            raise NotConfigured("these spiders are run by `shiftwatch collect`, which hands them its polite client")
        self._fetcher = fetcher

    async def download_request(self, request: Request) -> Response:
        ask = request.meta.get("ask") or Ask(url=request.url)
        answer = await self._fetcher.fetch(ask)
        if isinstance(answer, Trouble):
            raise NotHad(answer)
        request.meta["capture"] = answer
        return HtmlResponse(answer.final_url, status=answer.status, body=answer.body, request=request)


def _request(spider_callback: Any, errback: Any, ask: Ask, **kwargs: Any) -> Request:
    return Request(
        ask.url,
        callback=spider_callback,
        errback=errback,
        dont_filter=True,
        meta={"ask": ask},
        cb_kwargs=kwargs,
    )


def _trouble_of(failure: Failure) -> Trouble:
    if isinstance(failure.value, NotHad):
        return failure.value.trouble
    failure.raiseException()
    raise AssertionError  # pragma: no cover - raiseException never returns


class PoliteSpider(Spider):
    """A spider that goes out through ``fetcher`` alone."""

    fetcher: Fetcher


class ArticleSpider(PoliteSpider):
    """Fetches article pages as they are asked for; stays open until ``None`` is put into ``asks``.

    ``asks`` is a queue of ``(Ask, Future[Capture | Trouble])``; a page's future is set as soon as it has been had.
    """

    name = "article"
    asks: asyncio.Queue[tuple[Ask, asyncio.Future[Capture | Trouble]] | None]

    async def start(self) -> AsyncIterator[Request]:
        while (item := await self.asks.get()) is not None:
            ask, future = item
            yield _request(self.parse, self.failed, ask, future=future)

    def parse(self, response: Response, future: asyncio.Future[Capture | Trouble]) -> None:
        if not future.done():
            future.set_result(response.meta["capture"])

    def failed(self, failure: Failure) -> None:
        future: asyncio.Future[Capture | Trouble] = failure.request.cb_kwargs["future"]  # type: ignore[attr-defined]
        if future.done():
            return
        try:
            future.set_result(_trouble_of(failure))
        except Exception as error:  # a fault of ours must reach the caller that waits, not Scrapy's log
            future.set_exception(error)


class ListingSpider(PoliteSpider):
    """Reads a listing page by page, following its next link on the same site, up to the channel's page count.

    After the crawl ``first`` holds the first page's answer and ``reading`` all leads; ``partial`` says why a later
    page could not be had, so that the caller knows not to keep the first page's validators.
    """

    name = "listing"
    channel: Channel
    ask: Ask
    seen: bytes
    readers: Readers
    first: Capture | Trouble | None = None
    reading: ChannelReading | Trouble | None = None
    partial: str = ""
    unchanged_hash: str = ""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._been: set[str] = set()  # a next link may lead round in a circle

    async def start(self) -> AsyncIterator[Request]:
        yield _request(self.parse, self.failed, self.ask, number=1)

    async def parse(self, response: Response, number: int) -> AsyncIterator[Request]:
        capture: Capture = response.meta["capture"]
        if number == 1:
            self.first = capture
            if capture.status == 304 or self.digest(capture) == self.unchanged_hash:
                return
        reading = await self.readers.run(
            read_channel,
            capture.body,
            capture.final_url,
            capture.header("content-type"),
            self.channel,
            self.seen,
        )
        if isinstance(reading, ChannelReading) and reading.seen:
            self.seen = reading.seen  # one memory for all pages of the listing
        self._add(reading, number)
        self._been |= {self.ask.url, capture.url, capture.final_url}
        following = self._next(reading, number)
        if following:
            auth = login_for(following, self.channel, self.ask.auth)
            yield _request(self.parse, self.failed, Ask(url=following, auth=auth), number=number + 1)

    def failed(self, failure: Failure) -> None:
        trouble = _trouble_of(failure)
        if self.first is None:
            self.first = trouble
        else:
            self.partial = trouble.reason

    def _add(self, reading: ChannelReading | Trouble, number: int) -> None:
        if number == 1 or not isinstance(self.reading, ChannelReading):
            self.reading = reading
        elif isinstance(reading, Trouble) or reading.problem:
            self.partial = reading.reason if isinstance(reading, Trouble) else reading.problem
        else:
            count = len(self.reading.leads)
            moved = tuple(replace(lead, position=count + at) for at, lead in enumerate(reading.leads))
            self.reading = replace(
                self.reading,
                leads=self.reading.leads + moved,
                total=self.reading.total + reading.total,
                seen=reading.seen or self.reading.seen,
            )

    def _next(self, reading: ChannelReading | Trouble, number: int) -> str:
        rules = self.channel.listing or ListingRules(item="", link="")
        if isinstance(reading, Trouble) or number >= min(rules.pages, MAX_LISTING_PAGES):
            return ""
        # A listing that sends us to another site is not ours to follow.
        fresh = (url for url in reading.next_urls if url not in self._been)
        return next((url for url in fresh if same_site(url, self.channel.url)), "")

    @staticmethod
    def digest(capture: Capture) -> str:
        """The hash a later poll compares the first page's body with."""
        return body_hash(capture.body)


class DiscoverySpider(PoliteSpider):
    """Looks for a source's channels on its home page; ``found`` holds them, ``trouble`` why the page was not had."""

    name = "discovery"
    source: str
    home: str
    readers: Readers
    found: tuple[Channel, ...] = ()
    trouble: Trouble | None = None

    async def start(self) -> AsyncIterator[Request]:
        yield _request(self.parse, self.failed, Ask(url=self.home))

    async def parse(self, response: Response) -> None:
        capture: Capture = response.meta["capture"]
        found = await self.readers.run(discover, capture.body, capture.final_url, capture.header("content-type"))
        if isinstance(found, Trouble):
            self.trouble = found
        else:
            self.found = tuple(replace(channel, source=self.source, discovered=True) for channel in found)

    def failed(self, failure: Failure) -> None:
        self.trouble = _trouble_of(failure)
