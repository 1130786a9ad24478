"""The polite client and addresses inside: no spelling, redirect or name server leads there."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from monitor.model import Capture, Trouble, TroubleKind
from monitor.ports import Ask
from tests.spiders.servers import Names, Request, Server, fetch, http, polite, redirect, serve

PAGE = http(200, b"inside")


def refused(got: Capture | Trouble) -> bool:
    return isinstance(got, Trouble) and got.kind is TroubleKind.UNSAFE and got.reason.isprintable()


def untouched(server: Server) -> bool:
    return server.connections == 0


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.0.0.1", "127.000.000.001", "0", "0.0.0.0",
        "127.0.0.1.", "localhost", "LOCALHOST.", "inside.example", "mixed6.example",
        "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
        "[::127.0.0.1]", "[::1%25lo]", "[::1%lo]",
        "\uff11\uff12\uff17.\uff10.\uff10.\uff11", "\u2460\u2461\u2466.0.0.1", "127\u30020\u30020\u30021",
        "news.example@127.0.0.1", "127.0.0.1\\@news.example", "news.example\\@127.0.0.1", "news.example#@127.0.0.1",
        "127.0.0.1%2f@news.example", "127.0.0.1%00.news.example", "%31%32%37.0.0.1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", ["asked", "redirected", "robots"])
async def test_no_spelling_leads_inside(host: str, way: str) -> None:
    names = Names(
        localhost=["::1", "127.0.0.1"],
        inside_example=["127.0.0.1", "10.0.0.1"],
        mixed6_example=["::ffff:127.0.0.1", "fe80::1"],
    )
    async with serve({"/a": PAGE}) as inside, serve({}) as outside:
        # The first server stands for the public web: it alone is excepted.
        allowed = (f"127.0.0.1:{outside.port}",)
        address = f"http://{host}:{inside.port}/a"
        outside.answers = {
            "/a": redirect(address.encode().decode("latin-1")),
            "/robots.txt": redirect(address.encode().decode("latin-1")) if way == "robots" else http(404),
        }
        url = address if way == "asked" else outside.url("/a")
        got = await fetch(url, allow_private=allowed, lookup=names)
    assert isinstance(got, Trouble)
    if "#" not in host:  # that one honestly is news.example, which nobody here answers for
        assert refused(got), got
    assert untouched(inside)


async def test_a_second_redirect_inside_is_refused_as_well() -> None:
    async with serve({"/a": PAGE}) as inside, serve({}) as outside:
        outside.answers = {"/a": redirect("/b"), "/b": redirect(inside.url("/a"))}
        got = await fetch(outside.url("/a"), allow_private=(f"127.0.0.1:{outside.port}",))
    assert refused(got) and isinstance(got, Trouble) and "redirect" in got.reason and untouched(inside)


async def test_a_name_that_changes_its_mind_is_judged_each_time() -> None:
    async def once(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(http(200, b"public", Connection="close"))
        writer.close()

    answers = iter([["127.0.0.2"], ["127.0.0.1"]])
    names = Names(rebound_example=lambda: next(answers))
    client = polite(allow_private=("127.0.0.2",), lookup=names)
    async with serve(once, host="127.0.0.2") as public, serve({"/a": PAGE}) as inside, client:
        first = await client.fetch(Ask(url=f"http://rebound.example:{public.port}/a"))
        assert client._session is not None and isinstance(client._session.connector, aiohttp.TCPConnector)
        client._session.connector.clear_dns_cache()
        second = await client.fetch(Ask(url=f"http://rebound.example:{public.port}/a"))
    assert isinstance(first, Capture) and refused(second) and untouched(inside)


async def test_the_connected_address_is_judged_even_when_the_resolver_was_talked_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = Names(rebound_example=["127.0.0.1"])
    async with serve({"/a": PAGE}) as inside, polite(allow_private=(), lookup=names) as client:
        monkeypatch.setattr(client._guard, "admits", lambda *_, name="", **__: bool(name))
        got = await client.fetch(Ask(url=f"http://rebound.example:{inside.port}/a"))
    assert refused(got) and untouched(inside)


async def test_of_mixed_addresses_only_the_admitted_are_tried() -> None:
    names = Names(mixed_example=["10.0.0.1", "127.0.0.1", "169.254.169.254"])
    async with serve({"/a": PAGE}) as server:
        got = await fetch(
            f"http://mixed.example:{server.port}/a", allow_private=(f"127.0.0.1:{server.port}",), lookup=names
        )
    assert isinstance(got, Capture)


@pytest.mark.parametrize(
    "entry", ["127.0.0.1:{port}", "127.0.0.0/8", "127.0.0.1", "intranet.example", "intranet.example:{port}"]
)
async def test_an_exception_opens_exactly_what_it_names(entry: str) -> None:
    names = Names(intranet_example=["127.0.0.1"], other_example=["127.0.0.1"])
    async with serve({"/a": PAGE}) as server:
        allowed = (entry.format(port=server.port),)
        named = await fetch(f"http://intranet.example:{server.port}/a", allow_private=allowed, lookup=names)
        other = await fetch(f"http://other.example:{server.port}/a", allow_private=allowed, lookup=names)
    assert isinstance(named, Capture)
    assert refused(other) is entry.startswith("intranet")


async def test_user_names_in_addresses_are_refused_without_being_repeated() -> None:
    async with serve({}) as server:
        server.answers = {"/a": redirect(f"http://desk:secret@127.0.0.1:{server.port}/b"), "/b": PAGE}
        got = [await fetch(server.url("/a")), await fetch(f"http://desk:secret@127.0.0.1:{server.port}/b")]
    for each in got:
        assert isinstance(each, Trouble) and refused(each) and "secret" not in each.reason
    assert not server.asked("/b")
