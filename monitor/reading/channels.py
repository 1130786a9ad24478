"""One door for reading channels of every kind; this is what the workers run.

Each kind's reader is imported when it is needed: the process that hands out the work knows this module too, and a
pass over feeds has no use for what listings are read with.
"""

from __future__ import annotations

from dataclasses import replace

from monitor.model import Channel, ChannelKind, ChannelReading, Lead


def read_channel(body: bytes, url: str, content_type: str, channel: Channel, seen: bytes = b"") -> ChannelReading:
    """What ``body``, as it came from ``url``, announces, read as the kind that ``channel`` is. Pure and total.

    ``seen`` is the channel's memory (see ChannelReading); a body that is no such channel leaves it as it was.
    """
    reading = _read(body, url, content_type, channel, seen)
    return replace(reading, leads=_in_their_language(reading.leads)) if reading.leads else reading


def _in_their_language(leads: tuple[Lead, ...]) -> tuple[Lead, ...]:
    """The leads with the language they are written in, told once from the texts of all of them together.

    Feeds inherit a template's ``en-US``, and a single summary is too short to tell; a channel whose leads declare
    different languages is believed.
    """
    from monitor.reading.language import find_language

    declared = {lead.language for lead in leads}
    if len(declared - {""}) > 1:
        return leads
    said = next(iter(declared))
    share = max(1, _SAMPLE // len(leads))
    sample = " ".join(f"{lead.title} {lead.text or lead.summary}"[:share] for lead in leads)
    language, _ = find_language(sample, said)
    return tuple(replace(lead, language=language) for lead in leads) if language != said else leads


_SAMPLE = 2_000


def _read(body: bytes, url: str, content_type: str, channel: Channel, seen: bytes) -> ChannelReading:
    match channel.kind:
        case ChannelKind.FEED:
            from monitor.reading.feeds import read_feed

            return read_feed(body, url, content_type, seen)
        case ChannelKind.SITEMAP:
            from monitor.reading.sitemaps import read_sitemap

            return read_sitemap(body, url, content_type, seen)
        case ChannelKind.LISTING:
            from monitor.reading.listings import read_listing

            if channel.listing is None:
                return ChannelReading(problem="this listing has no selectors configured", seen=seen)
            return read_listing(body, url, content_type, channel.listing, seen)
        case ChannelKind.API:
            from monitor.reading.apis import read_api

            if channel.api is None:
                return ChannelReading(problem="this API has no paths configured", seen=seen)
            return read_api(body, url, content_type, channel.api, seen)
