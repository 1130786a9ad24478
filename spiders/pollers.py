"""Pollers: one look at a feed, sitemap or JSON API straight through the polite client; a 304 costs next to nothing."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from urllib.parse import urlsplit

from monitor.model import Capture, Channel, ChannelKind, ChannelMemory, ChannelReading, Trouble
from monitor.ports import Ask, Fetcher, Polled, Readers

MAX_CHILDREN = 5  # of a sitemap index, newest first: older children hold what was announced long ago
MAX_FETCHED = 2 * MAX_CHILDREN  # children and children's children

_ACCEPT = {
    ChannelKind.FEED: "application/atom+xml, application/rss+xml, application/feed+json, text/xml;q=0.9, */*;q=0.5",
    ChannelKind.SITEMAP: "application/xml, text/xml;q=0.9, */*;q=0.5",
    ChannelKind.API: "application/json, */*;q=0.5",
    ChannelKind.LISTING: "text/html, application/xhtml+xml;q=0.9, */*;q=0.5",
}


def body_hash(body: bytes) -> str:
    """A short, stable name of a body: blake2b, 16 bytes, hexadecimal."""
    return blake2b(body, digest_size=16).hexdigest()


def login_for(url: str, channel: Channel, auth: str) -> str:
    """``auth`` for an address at the channel's own origin, nothing for any other it moves to or leads on to."""
    there, own = urlsplit(url), urlsplit(channel.url)
    return auth if (there.scheme, there.netloc) == (own.scheme, own.netloc) else ""


def ask_for(memory: ChannelMemory, auth: str = "") -> Ask:
    """The conditional request for a channel; ``auth`` is ``user:password``, sent to that origin only."""
    return Ask(
        url=memory.address,
        etag=memory.etag,
        last_modified=memory.last_modified,
        auth=login_for(memory.address, memory.channel, auth),
        accept=_ACCEPT[memory.channel.kind],
    )


async def poll(fetcher: Fetcher, readers: Readers, memory: ChannelMemory, auth: str = "") -> Polled:
    """Look at a feed, sitemap or API once: 304, then the same bytes, then only what was not seen before."""
    answer = await fetcher.fetch(ask_for(memory, auth))
    if isinstance(answer, Trouble) or answer.status == 304:
        return Polled(answer=answer, body_hash=memory.body_hash)
    digest = body_hash(answer.body)
    if digest == memory.body_hash:
        return Polled(answer=answer, body_hash=digest)
    reading = await _read(readers, answer, memory, memory.seen)
    if isinstance(reading, ChannelReading) and memory.channel.kind is ChannelKind.SITEMAP and reading.next_urls:
        # A child may change while its index does not, so an index never earns the short cut of an equal body.
        whole, partial = await _children(fetcher, readers, memory, reading, auth)
        return Polled(answer=answer, reading=whole, partial=partial)
    return Polled(answer=answer, reading=reading, body_hash=digest)


async def _read(readers: Readers, answer: Capture, memory: ChannelMemory, seen: bytes) -> ChannelReading | Trouble:
    # Imported when there is something to read, since most polls of most runs end in 304.
    from monitor.reading.channels import read_channel

    return await readers.run(
        read_channel, answer.body, answer.final_url, answer.header("content-type"), memory.channel, seen
    )


async def _children(
    fetcher: Fetcher, readers: Readers, memory: ChannelMemory, index: ChannelReading, auth: str
) -> tuple[ChannelReading, str]:
    """The newest children of a sitemap index read as one sitemap, and why one of them could not be had, if so."""
    whole, partial = replace(index, next_urls=(), total=0), ""  # an index announces no stories itself
    queue = list(index.next_urls[:MAX_CHILDREN])
    been = {memory.address}
    while queue and len(been) <= MAX_FETCHED:
        url = queue.pop(0)
        if url in been:
            continue
        been.add(url)
        answer = await fetcher.fetch(
            Ask(url=url, auth=login_for(url, memory.channel, auth), accept=_ACCEPT[ChannelKind.SITEMAP])
        )
        if isinstance(answer, Trouble):
            partial = answer.reason
            continue
        reading = await _read(readers, answer, memory, whole.seen or memory.seen)
        if isinstance(reading, Trouble) or reading.problem:
            partial = reading.reason if isinstance(reading, Trouble) else reading.problem
            continue
        if reading.next_urls:  # an index within the index, against the protocol, but it happens
            queue += reading.next_urls[:MAX_CHILDREN]
            continue
        whole = replace(
            whole, leads=whole.leads + reading.leads, total=whole.total + reading.total, seen=reading.seen or whole.seen
        )
    if not whole.total and partial:
        whole = replace(whole, problem=partial)
    return whole, partial
