"""A login goes to the origin it was given for and to no other, whichever way a channel leads there."""

from __future__ import annotations

from typing import Any, cast

from monitor.model import ADOPT_AFTER, Capture, ChannelKind, ListingRules, Trouble, TroubleKind
from monitor.ports import Ask
from monitor.workers import InProcess
from spiders.client import PoliteClient
from spiders.pollers import ask_for, poll
from spiders.web import Web
from tests.factories import FEED, capture, channel, memory

LOGIN = "desk:secret"
HOME = "https://desk.example.org"


class Wire:
    """A client that answers by address and remembers with which login it was asked."""

    def __init__(self, **bodies: str) -> None:
        self.bodies = bodies.pop("bodies", {})
        self.logins: dict[str, str] = {}

    async def fetch(self, ask: Ask) -> Capture | Trouble:
        self.logins[ask.url] = ask.auth
        if ask.url in self.bodies:
            return capture(self.bodies[ask.url].encode(), url=ask.url, headers=(("content-type", "text/html"),))
        return Trouble(kind=TroubleKind.GONE, reason="404", http_status=404)


def wire(bodies: Any) -> Wire:
    return Wire(bodies=bodies)


def test_an_adopted_redirect_to_another_origin_does_not_get_the_login():
    own = memory(moved_to=f"{FEED}?new", moved_times=ADOPT_AFTER)
    other = memory(moved_to="https://new.example.org/feed", moved_times=ADOPT_AFTER)
    assert ask_for(own, LOGIN).auth == LOGIN
    assert ask_for(other, LOGIN).auth == ""


async def test_a_sitemap_index_does_not_pass_the_login_on_to_another_origin():
    children = [f"{HOME}/a.xml", f"{HOME}:8443/b.xml", "http://desk.example.org/c.xml", "https://x.example.org/d.xml"]
    index = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in children)
    web = wire({f"{HOME}/map.xml": f"<sitemapindex>{index}</sitemapindex>"})
    await poll(web, InProcess(), memory(channel=channel(kind=ChannelKind.SITEMAP, url=f"{HOME}/map.xml")), LOGIN)
    assert [url for url, login in web.logins.items() if login] == [f"{HOME}/map.xml", f"{HOME}/a.xml"]
    assert set(children) <= set(web.logins)


async def test_a_listing_does_not_pass_the_login_on_to_another_origin():
    rules = ListingRules(item="article", link="a::attr(href)", next="a.next::attr(href)", pages=4)
    following = [f"{HOME}/2", "https://more.example.org/3"]
    pages = [f"{HOME}/news", *following]
    bodies = {
        page: f"<article><a href=/s>Agents are sent to Ohio</a></article><a class=next href='{leads_to}'>more</a>"
        for page, leads_to in zip(pages, [*following, f"{HOME}/news"], strict=True)
    }
    served = wire(bodies)
    web = Web(cast(PoliteClient, served), InProcess())
    try:
        await web.poll(memory(channel=channel(kind=ChannelKind.LISTING, url=pages[0], listing=rules)), LOGIN)
    finally:
        await web.close()
    assert served.logins == {pages[0]: LOGIN, pages[1]: LOGIN, pages[2]: ""}
