"""The polite client on servers that do not behave: each ends in one clean line, within the limits."""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
import time
import tracemalloc
from dataclasses import replace

import brotli
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model import Capture, Trouble, TroubleKind
from monitor.ports import Ask
from tests.spiders.servers import QUICK, Names, Request, Script, fetch, http, polite, redirect, serve

OK = b"HTTP/1.1 200 OK\r\n"


def page(answer: bytes | Script) -> Script:
    """A server that has no robots.txt and gives ``answer`` to everything else."""

    async def script(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.path == "/robots.txt":
            writer.write(http(404))
        elif isinstance(answer, bytes):
            writer.write(answer)
        else:
            await answer(request, writer)

    return script


def and_close(data: bytes) -> Script:
    async def script(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return script


def and_reset(data: bytes) -> Script:
    async def script(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        await asyncio.sleep(0.01)
        writer.transport.abort()

    return script


def endless(begin: bytes, piece: bytes, pause: float = 0.0) -> Script:
    async def script(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(begin)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return script


async def silent(request: Request, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


BROKEN, UNREACHABLE = TroubleKind.BROKEN, TroubleKind.UNREACHABLE


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        pytest.param(silent, UNREACHABLE, "sent nothing for 0.4 s", id="never answers"),
        pytest.param(and_close(b""), UNREACHABLE, "without an answer", id="closes at once"),
        pytest.param(and_reset(b""), UNREACHABLE, "without an answer", id="resets at once"),
        pytest.param(endless(b"HTTP/1.1 2", b"", 0.1), UNREACHABLE, "sent nothing", id="stops in the status line"),
        pytest.param(endless(OK, b"A: b\r\n", 0.05), UNREACHABLE, "not done after 1.2 s", id="drips headers"),
        pytest.param(endless(OK, b"X-A: " + b"a" * 1000 + b"\r\n"), BROKEN, "headers", id="endless headers"),
        pytest.param(endless(OK + b"X: ", b"a" * 65536), BROKEN, "headers", id="one endless header"),
        pytest.param(OK + b"X: " + b"a" * 50_000 + b"\r\n\r\n", BROKEN, "headers", id="one long header"),
        pytest.param(endless(b"HTTP/1.1 200 ", b"a" * 65536), BROKEN, "headers", id="endless reason"),
        pytest.param(endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), BROKEN, "interim", id="1xx flood"),
        pytest.param(
            endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 0.01), BROKEN, "interim", id="1xx drip"
        ),
        pytest.param(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nx", BROKEN, "101", id="101"),
        pytest.param(and_close(b"<html>HTTP/0.9</html>"), BROKEN, "not HTTP", id="HTTP/0.9"),
        pytest.param(and_close(b"SSH-2.0-OpenSSH_9.6\r\n"), BROKEN, "not HTTP", id="SSH"),
        pytest.param(and_close(b"\x16\x03\x01\0\0"), BROKEN, "not HTTP", id="TLS on a plain port"),
        pytest.param(and_close(b"\0" * 5000), BROKEN, "not HTTP", id="zeroes"),
        pytest.param(b"HTTP/1.1 2000 OK\r\n\r\n", BROKEN, "not HTTP", id="impossible status"),
        pytest.param(b"HTTP/1.1 099 OK\r\n\r\n", BROKEN, "", id="status below 100"),
        pytest.param(OK + b"Content-Length: -5\r\n\r\n", BROKEN, "not HTTP", id="negative length"),
        pytest.param(OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", BROKEN, "", id="two lengths"),
        pytest.param(OK + b"A\0B: c\r\nContent-Length: 1\r\n\r\nx", BROKEN, "not HTTP", id="NUL in a header"),
        pytest.param(and_close(http(200, b"short", 500)), BROKEN, "cut", id="shorter than its length"),
        pytest.param(http(200, b"more than said", 4), BROKEN, "not HTTP", id="longer than its length"),
        pytest.param(and_reset(http(200, b"short", 500)), BROKEN, "cut|broke", id="reset in the body"),
        pytest.param(http(200, b"short", 500), BROKEN, "sent nothing", id="stops in the body"),
        pytest.param(http(200, b"", 10**18), BROKEN, "MB", id="promises an exabyte"),
        pytest.param(endless(OK + b"\r\n", b"a" * 65536), BROKEN, "MB", id="endless body"),
        pytest.param(endless(OK + b"\r\n", b"a", 0.05), BROKEN, "not done after 1.2 s", id="dripping body"),
        pytest.param(and_close(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc"), BROKEN, "cut", id="cut chunk"),
        pytest.param(
            and_close(OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), BROKEN, "cut", id="no last chunk"
        ),
        pytest.param(and_close(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc"), BROKEN, "", id="chunk garbage"),
        pytest.param(and_close(OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nabc"), BROKEN, "", id="negative chunk"),
        pytest.param(
            endless(OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * 65536),
            BROKEN,
            "much more than its body",
            id="endless chunk extension",
        ),
        pytest.param(
            endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n" * 1000),
            BROKEN,
            "MB|not done after",  # whichever limit it comes to first on this machine
            id="endless chunks",
        ),
        pytest.param(
            endless(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"T: x\r\n" * 1000),
            BROKEN,
            "",
            id="endless trailers",
        ),
        pytest.param(http(200, gzip.compress(bytes(10**8)), Content_Encoding="gzip"), BROKEN, "MB", id="gzip bomb"),
        pytest.param(http(200, brotli.compress(bytes(10**8)), Content_Encoding="br"), BROKEN, "MB", id="brotli bomb"),
        pytest.param(http(200, gzip.compress(b"a" * 99)[:-9], Content_Encoding="gzip"), BROKEN, "early", id="cut gzip"),
        pytest.param(http(200, b"\x00\x01nonsense", Content_Encoding="gzip"), BROKEN, "is not", id="no gzip at all"),
        pytest.param(http(200, b"x", Content_Encoding="lzma"), BROKEN, "not asked for", id="unknown encoding"),
        pytest.param(http(302, Location="ftp://news.example/"), TroubleKind.UNSAFE, "http and https", id="to ftp"),
        pytest.param(http(302, Location="http://[::1"), BROKEN, "no address", id="to nonsense"),
    ],
)
async def test_hostile_answers_end_in_one_line(answer: bytes | Script, kind: TroubleKind, words: str) -> None:
    async with serve(page(answer)) as server:
        started = time.monotonic()
        got = await fetch(server.url("/a?secret=1"))
        took = time.monotonic() - started
    assert isinstance(got, Trouble)
    assert got.kind is kind, got
    assert re.search(words, got.reason), got
    assert got.reason.isprintable() and "secret" not in got.reason
    assert server.host in got.reason or kind is TroubleKind.UNSAFE
    assert took < 4


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        pytest.param(and_close(OK + b"\r\nall of it"), b"all of it", id="ends with the connection"),
        pytest.param(and_close(b"HTTP/1.0 200 OK\r\n\r\nold"), b"old", id="HTTP/1.0"),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: x\r\n\r\n", b"abc", id="chunks"),
        pytest.param(b"HTTP/1.1 103 Early\r\n\r\n" + http(200, b"hinted"), b"hinted", id="early hints"),
        pytest.param(http(200, gzip.compress(b"packed"), Content_Encoding="gzip"), b"packed", id="gzip"),
        pytest.param(http(200, b"<rss/>", Content_Encoding="gzip"), b"<rss/>", id="gzip declared, not applied"),
        pytest.param(http(200, b"", Content_Encoding="br"), b"", id="empty brotli"),
        pytest.param(b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", b"ok", id="no reason phrase"),
        pytest.param(
            OK + b"X: " + b"a" * 20_000 + b"\r\nContent-Length: 2\r\n\r\nok", b"ok", id="long but honest header"
        ),
    ],
)
async def test_odd_but_whole_answers_are_had(answer: bytes | Script, body: bytes) -> None:
    async with serve(page(answer)) as server:
        got = await fetch(server.url("/"))
    assert isinstance(got, Capture), got
    assert got.body == body


async def test_a_bomb_does_not_go_off_in_memory() -> None:
    bomb = gzip.compress(gzip.compress(bytes(16 * 1024 * 1024)))
    assert len(bomb) < 2000
    async with serve(page(http(200, bomb, Content_Encoding="gzip, gzip"))) as server, polite() as client:
        await client.fetch(Ask(url=server.url("/warm-up")))
        tracemalloc.start()
        got = await client.fetch(Ask(url=server.url("/")))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert isinstance(got, Trouble) and got.kind is BROKEN
    assert peak < 4 * 1024 * 1024


async def test_a_body_of_exactly_the_limit_is_had_and_one_byte_more_is_not() -> None:
    limits = replace(QUICK, body=5000)
    async with serve({"/a": http(200, b"a" * 5000), "/b": http(200, b"a" * 5001)}) as server:
        assert isinstance(await fetch(server.url("/a"), limits=limits), Capture)
        assert isinstance(await fetch(server.url("/b"), limits=limits), Trouble)


async def test_a_reset_is_tried_once_more_and_not_twice() -> None:
    count = 0

    async def flaky(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        if count == 1:
            writer.transport.abort()
        else:
            writer.write(http(200, b"second time"))

    async with serve(page(flaky)) as server:
        got = await fetch(server.url("/"))
    assert isinstance(got, Capture) and count == 2
    async with serve(page(and_reset(b""))) as server:
        await fetch(server.url("/"))
    assert len(server.asked("/")) == 2


async def test_the_time_limit_spans_all_redirects() -> None:
    async def slow(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        writer.write(redirect(f"/{len(request.path)}{request.path}"))

    async with serve(page(slow)) as server:
        started = time.monotonic()
        got = await fetch(server.url("/"))
    assert isinstance(got, Trouble) and got.kind is UNREACHABLE and "not done after 1.2 s" in got.reason
    assert time.monotonic() - started < 4


async def test_a_hostile_host_does_not_hold_up_the_others() -> None:
    flood = endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500)
    page_only = {"/": http(200, b"x")}
    async with serve(page(flood)) as bad, serve(page(silent)) as dead, serve(page_only) as good, polite() as client:
        others = [asyncio.create_task(client.fetch(Ask(url=each.url("/")))) for each in (bad, dead) for _ in range(3)]
        await asyncio.sleep(0.05)
        started = time.monotonic()
        got = await client.fetch(Ask(url=good.url("/")))
        took = time.monotonic() - started
        await asyncio.gather(*others)
    assert isinstance(got, Capture) and took < 0.8


async def test_a_connection_nobody_takes_ends_after_the_connect_limit() -> None:
    # A listening socket whose backlog is full takes no connection and refuses none.
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
            fillers.append(filler)
        started = time.monotonic()
        got = await fetch(f"http://127.0.0.1:{port}/")
        for filler in fillers:
            filler.close()
    assert (
        isinstance(got, Trouble)
        and got.kind is UNREACHABLE
        and "did not accept a connection within 0.4 s" in got.reason
    )
    assert time.monotonic() - started < 3


async def test_a_tls_handshake_that_never_ends_is_the_connect_limit() -> None:
    async with serve(silent) as server:
        got = await fetch(server.url("/").replace("http:", "https:"))
    assert isinstance(got, Trouble) and got.kind is UNREACHABLE


@pytest.mark.parametrize(
    ("lookup", "words"),
    [
        (Names(), "there is no host named news.example"),
        (Names(news_example=socket.gaierror(-3, "x")), "no name server answers"),
        (Names(news_example=lambda: time.sleep(0.6)), "no name server answers"),
    ],
)
async def test_names_that_do_not_resolve_are_told_apart_from_no_network(lookup: Names, words: str) -> None:
    got = await fetch("http://news.example/", lookup=lookup)
    assert isinstance(got, Trouble) and got.kind is UNREACHABLE and words in got.reason


async def test_a_refused_connection_is_said_to_be_refused() -> None:
    got = await fetch("http://127.0.0.1:9/")
    assert isinstance(got, Trouble) and got.kind is UNREACHABLE and "refused the connection" in got.reason


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    answer=st.binary(max_size=200).map(lambda data: OK + data)
    | st.lists(
        st.sampled_from(
            [
                *(
                    b"HTTP/1.1 200 OK",
                    b"HTTP/1.1 302 Found",
                    b"HTTP/1.1 100 ",
                    b"HTTP/1.0 304",
                    b"HTTP/2 204 ",
                    b"\r\n",
                    b"\r\n\r\n",
                ),
                *(
                    b"\r\nContent-Length: 3",
                    b"\r\nTransfer-Encoding: chunked",
                    b"\r\nLocation: /",
                    b"\r\nLocation: //\xff\\",
                    b"\n",
                ),
                *(
                    b"\r\nContent-Encoding: br",
                    b"\r\nContent-Encoding: gzip",
                    b"\r\nRetry-After: x",
                    b"3\r\nabc\r\n",
                    b"0\r\n\r\n",
                ),
                *(b"\x1f\x8b\x08", b"\0", b"\xff" * 9, b": ", b"\r\nConnection: close", b"\r\nKeep-Alive: timeout=0"),
            ]
        ),
        max_size=14,
    ).map(b"".join)
)
async def test_whatever_bytes_come_back_the_client_answers_with_a_value(answer: bytes) -> None:
    async with serve(page(and_close(answer))) as server:
        got = await fetch(server.url("/a"))
    assert isinstance(got, Capture) or (got.reason.isprintable() and "unexpected" not in got.reason), got


async def test_fetches_under_way_when_the_client_closes_end_in_trouble() -> None:
    async with serve(page(silent)) as server, polite() as client:
        going = [asyncio.create_task(client.fetch(Ask(url=server.url(f"/{number}")))) for number in range(3)]
        await asyncio.sleep(0.1)
        await client.close()
        got = await asyncio.gather(*going)
    assert all(isinstance(each, Trouble) and each.kind is UNREACHABLE for each in got)
