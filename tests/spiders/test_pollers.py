"""One look at a feed, sitemap or API: what is asked, what is read, what is left alone."""

from __future__ import annotations

from typing import Any

from monitor.model import ADOPT_AFTER, Capture, ChannelKind, ChannelReading, Trouble, TroubleKind
from monitor.ports import Ask
from monitor.workers import InProcess
from spiders.pollers import MAX_CHILDREN, ask_for, body_hash, poll
from tests.factories import FEED, capture, channel, memory

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Desk</title>
<item><title>Agents sent to Ohio</title><link>https://desk.example.org/a</link><guid>a</guid></item>
</channel></rss>"""
SITEMAP = "https://desk.example.org/sitemap.xml"


class Wire:
    """Answers by address and remembers what was asked; what it does not know is gone."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Capture | Trouble] = answers.pop("answers", {})
        self.asked: list[Ask] = []

    async def fetch(self, ask: Ask) -> Capture | Trouble:
        self.asked.append(ask)
        return self.answers.get(ask.url, Trouble(kind=TroubleKind.GONE, reason="404", http_status=404))


class Unread(InProcess):
    """Readers that must not be asked."""

    async def run(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        raise AssertionError("nothing had to be read")


def urlset(*names: str) -> bytes:
    urls = "".join(f"<url><loc>https://desk.example.org/{name}</loc></url>" for name in names)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


async def test_a_new_feed_is_read():
    wire = Wire(answers={FEED: capture(RSS)})
    polled = await poll(wire, InProcess(), memory())
    assert isinstance(polled.reading, ChannelReading)
    assert [lead.title for lead in polled.reading.leads] == ["Agents sent to Ohio"]
    assert polled.body_hash == body_hash(RSS)


async def test_validators_go_out_with_the_request():
    ask = ask_for(memory(etag='"v1"', last_modified="Fri, 01 May 2026 12:00:00 GMT"), "me:secret")
    assert (ask.etag, ask.last_modified, ask.auth) == ('"v1"', "Fri, 01 May 2026 12:00:00 GMT", "me:secret")


async def test_304_is_not_read():
    wire = Wire(answers={FEED: capture(b"", status=304)})
    polled = await poll(wire, Unread(), memory(body_hash="h"))
    assert (polled.reading, polled.body_hash) == (None, "h")


async def test_the_same_bytes_are_not_read_again():
    wire = Wire(answers={FEED: capture(RSS)})
    polled = await poll(wire, Unread(), memory(body_hash=body_hash(RSS)))
    assert polled.reading is None


async def test_what_was_seen_before_is_not_announced_again():
    wire = Wire(answers={FEED: capture(RSS)})
    first = await poll(wire, InProcess(), memory())
    assert isinstance(first.reading, ChannelReading)
    wire.answers[FEED] = capture(RSS.replace(b"Desk", b"The Desk"))
    second = await poll(wire, InProcess(), memory(seen=first.reading.seen))
    assert isinstance(second.reading, ChannelReading)
    assert (second.reading.leads, second.reading.total) == ((), 1)


async def test_a_proven_redirect_is_asked_directly():
    new = "https://new.example.org/feed"
    assert ask_for(memory(moved_to=new, moved_times=ADOPT_AFTER - 1)).url == FEED
    assert ask_for(memory(moved_to=new, moved_times=ADOPT_AFTER)).url == new


async def test_a_sitemap_index_is_read_through_to_its_newest_children():
    children = [f"https://desk.example.org/map-{n}.xml" for n in range(MAX_CHILDREN + 3)]
    index = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in children)
    body = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{index}</sitemapindex>'.encode()
    answers: dict[str, Capture | Trouble] = {
        url: capture(urlset(f"story-{n}"), url=url) for n, url in enumerate(children)
    }
    wire = Wire(answers={SITEMAP: capture(body, url=SITEMAP), **answers})
    polled = await poll(wire, InProcess(), memory(channel=channel(kind=ChannelKind.SITEMAP, url=SITEMAP)))
    assert isinstance(polled.reading, ChannelReading)
    assert len(polled.reading.leads) == MAX_CHILDREN
    assert len(wire.asked) == MAX_CHILDREN + 1
    # An index that has not changed says nothing of its children.
    assert polled.body_hash == ""


async def test_a_child_that_cannot_be_had_is_said_and_the_others_are_kept():
    body = (
        b'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        b"<sitemap><loc>https://desk.example.org/a.xml</loc></sitemap>"
        b"<sitemap><loc>https://desk.example.org/b.xml</loc></sitemap></sitemapindex>"
    )
    good = "https://desk.example.org/b.xml"
    wire = Wire(answers={SITEMAP: capture(body, url=SITEMAP), good: capture(urlset("story"), url=good)})
    polled = await poll(wire, InProcess(), memory(channel=channel(kind=ChannelKind.SITEMAP, url=SITEMAP)))
    assert isinstance(polled.reading, ChannelReading)
    assert [lead.url for lead in polled.reading.leads] == ["https://desk.example.org/story"]
    assert polled.partial == "404"
