"""The web as the newsroom sees it: poll a channel, fetch a page, discover channels; Scrapy starts when first needed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from monitor.model import Capture, Channel, ChannelKind, ChannelMemory, Source, Trouble
from monitor.ports import Ask, Polled, Readers
from spiders import pollers
from spiders.client import PoliteClient

if TYPE_CHECKING:
    from scrapy.crawler import AsyncCrawlerRunner


class Web:
    """Everything the newsroom asks of the network, through one polite client on one loop.

    Feeds, sitemaps and APIs are polled directly; listings, article pages and discovery run as Scrapy spiders whose
    download handler is the same client. Scrapy is imported and started only when a page has to be followed.
    """

    def __init__(self, client: PoliteClient, readers: Readers) -> None:
        self._client = client
        self._readers = readers
        self._runner: AsyncCrawlerRunner | None = None
        self._asks: asyncio.Queue[tuple[Ask, asyncio.Future[Capture | Trouble]] | None] | None = None
        self._articles: asyncio.Task[None] | None = None

    async def poll(self, memory: ChannelMemory, auth: str = "") -> Polled:
        """One look at a channel of any kind."""
        readers = self._readers.of(memory.channel.source)
        if memory.channel.kind is not ChannelKind.LISTING:
            return await pollers.poll(self._client, readers, memory, auth)
        from spiders.crawl import ListingSpider

        spider = await self._crawl(
            ListingSpider,
            {
                "channel": memory.channel,
                "ask": pollers.ask_for(memory, auth),
                "seen": memory.seen,
                "readers": readers,
                "unchanged_hash": memory.body_hash,
            },
        )
        if spider.first is None:
            raise RuntimeError(f"the listing spider ended without an answer from {memory.channel.url}")
        digest = "" if isinstance(spider.first, Trouble) else spider.digest(spider.first)
        if isinstance(spider.first, Capture) and spider.first.status == 304:
            digest = memory.body_hash
        return Polled(answer=spider.first, reading=spider.reading, body_hash=digest, partial=spider.partial)

    async def page(self, ask: Ask) -> Capture | Trouble:
        """One article page."""
        if (
            self._asks is None or self._articles is None or self._articles.done()
        ):  # a daemon outlives its spider's fault
            from spiders.crawl import ArticleSpider

            self._asks = asyncio.Queue()
            self._articles = self._start(ArticleSpider, {"asks": self._asks})[1]
        future: asyncio.Future[Capture | Trouble] = asyncio.get_running_loop().create_future()
        self._asks.put_nowait((ask, future))
        # Were the spider to end for a fault of its own, nobody would ever answer: wait for whichever comes first.
        waiting: set[asyncio.Future[Any]] = {future, self._articles}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if not future.done():
            raise RuntimeError("the article spider ended before it answered")
        return future.result()

    async def discover(self, source: Source) -> tuple[Channel, ...] | Trouble:
        """Channels a source announces itself: links on its home page, and ``Sitemap:`` lines of its robots.txt."""
        from spiders.crawl import DiscoverySpider

        home = source.home or f"https://www.{source.domain}/"
        readers = self._readers.of(source.id)
        spider = await self._crawl(DiscoverySpider, {"source": source.id, "home": home, "readers": readers})
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(home))
        sitemaps = await self._client.sitemaps(origin)
        if spider.trouble is not None and not sitemaps:
            trouble: Trouble = spider.trouble
            return trouble
        known = {channel.url for channel in spider.found}
        return tuple(spider.found) + tuple(
            Channel(source=source.id, kind=ChannelKind.SITEMAP, url=url, discovered=True)
            for url in sitemaps
            if url not in known
        )

    def _start(self, spider_class: Any, arguments: Mapping[str, Any]) -> tuple[Any, asyncio.Task[None]]:
        if self._runner is None:
            from scrapy.crawler import AsyncCrawlerRunner
            from scrapy.settings import Settings

            settings = Settings()
            settings.setmodule("spiders.settings")
            self._runner = AsyncCrawlerRunner(settings)
        crawler = self._runner.create_crawler(spider_class)
        return crawler, self._runner.crawl(crawler, fetcher=self._client, **arguments)

    async def _crawl(self, spider_class: Any, arguments: Mapping[str, Any]) -> Any:
        crawler, task = self._start(spider_class, arguments)
        # A crawl swallows its own cancellation and would seem to have ended well; ``close`` stops it properly.
        await asyncio.shield(task)
        return crawler.spider

    async def close(self) -> None:
        """End the spiders; whatever they still wait for is dropped."""
        if self._asks is not None:
            self._asks.put_nowait(None)
        if self._runner is not None:
            await self._runner.stop()
            await self._runner.join()
        if self._articles is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._articles
