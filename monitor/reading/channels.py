"""One door for reading channels of every kind; this is what the workers run."""

from __future__ import annotations

from monitor.model import Channel, ChannelKind, ChannelReading
from monitor.reading.apis import read_api
from monitor.reading.feeds import read_feed
from monitor.reading.listings import read_listing
from monitor.reading.sitemaps import read_sitemap


def read_channel(body: bytes, url: str, content_type: str, channel: Channel, seen: bytes = b"") -> ChannelReading:
    """What ``body``, as it came from ``url``, announces, read as the kind that ``channel`` is. Pure and total.

    ``seen`` is the channel's memory (see ChannelReading); a body that is no such channel leaves it as it was.
    """
    match channel.kind:
        case ChannelKind.FEED:
            return read_feed(body, url, content_type, seen)
        case ChannelKind.SITEMAP:
            return read_sitemap(body, url, content_type, seen)
        case ChannelKind.LISTING:
            if channel.listing is None:
                return ChannelReading(problem="this listing has no selectors configured", seen=seen)
            return read_listing(body, url, content_type, channel.listing, seen)
        case ChannelKind.API:
            if channel.api is None:
                return ChannelReading(problem="this API has no paths configured", seen=seen)
            return read_api(body, url, content_type, channel.api, seen)
