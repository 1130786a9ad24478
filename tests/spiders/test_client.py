"""The polite client on servers that behave."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest

from monitor.model import Capture, Trouble, TroubleKind
from monitor.ports import Ask
from tests.spiders.servers import Names, Request, Script, Server, certificate, fetch, http, polite, redirect, serve


async def test_a_page_is_captured_with_clean_lower_case_headers_and_no_cookies() -> None:
    page = http(200, b"hello", ETag='"v1"', Set_Cookie="a=b", X_Odd="caf\u00e9\u202e!")
    async with serve({"/": page}) as server:
        got = await fetch(server.url("/#part"))
    assert isinstance(got, Capture)
    assert (got.status, got.body, got.final_url) == (200, b"hello", server.url("/"))
    assert got.header("etag") == '"v1"'
    assert got.header("x-odd") == "caf\u00e9 !"
    assert not got.header("set-cookie")
    assert got.redirects == () and got.permanent_to == ""


async def test_it_says_who_it_is_and_keeps_no_cookies() -> None:
    async with serve({"/": http(200, b"x", Set_Cookie="a=b")}) as server, polite() as client:
        await client.fetch(Ask(url=server.url("/")))
        await client.fetch(Ask(url=server.url("/"), accept="application/json"))
    first, second = server.asked("/")
    assert first.headers["user-agent"] == "Shiftwatch/0.1.0 (+desk@example.org)"
    assert second.headers["accept"] == "application/json"
    assert "cookie" not in second.headers
    assert {request.headers["user-agent"] for request in server.requests} == {first.headers["user-agent"]}


async def test_validators_are_sent_and_304_is_a_capture_without_body() -> None:
    async with serve({"/": http(304, ETag='"v1"')}) as server:
        got = await fetch(server.url("/"), etag='"v1"', last_modified="Tue, 24 Nov 2026 11:00:00 GMT")
    assert isinstance(got, Capture) and got.status == 304 and got.body == b"" and got.header("etag") == '"v1"'
    sent = server.asked("/")[0].headers
    assert sent["if-none-match"] == '"v1"' and sent["if-modified-since"] == "Tue, 24 Nov 2026 11:00:00 GMT"


async def test_304_without_having_asked_is_trouble() -> None:
    async with serve({"/": http(304)}) as server:
        got = await fetch(server.url("/"))
    assert isinstance(got, Trouble) and got.kind is TroubleKind.BROKEN


@pytest.mark.parametrize("etag", ['"a"\r\nEvil: yes', '"a\0"', '"\u20ac"', " "])
async def test_validators_that_are_no_header_value_are_not_sent(etag: str) -> None:
    async with serve({"/": http(200, b"x")}) as server:
        got = await fetch(server.url("/"), etag=etag)
    assert isinstance(got, Capture)
    assert "if-none-match" not in server.asked("/")[0].headers and "evil" not in server.asked("/")[0].headers


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (204, TroubleKind.BROKEN),
        (300, TroubleKind.BROKEN),
        (302, TroubleKind.BROKEN),
        (400, TroubleKind.BROKEN),
        (401, TroubleKind.BLOCKED),
        (403, TroubleKind.BLOCKED),
        (404, TroubleKind.GONE),
        (410, TroubleKind.GONE),
        (418, TroubleKind.BROKEN),
        (429, TroubleKind.WAIT),
        (451, TroubleKind.BLOCKED),
        (500, TroubleKind.BROKEN),
        (503, TroubleKind.WAIT),
        (999, TroubleKind.BROKEN),
    ],
)
async def test_each_status_has_its_trouble(status: int, kind: TroubleKind) -> None:
    async with serve({"/": http(status)}) as server:
        got = await fetch(server.url("/"))
    assert isinstance(got, Trouble)
    assert (got.kind, got.http_status) == (kind, status)
    assert server.host in got.reason


@pytest.mark.parametrize(
    ("status", "headers", "who"),
    [
        (403, {"Server": "cloudflare"}, "Cloudflare"),
        (503, {"cf_mitigated": "challenge"}, "Cloudflare"),
        (403, {"Server": "AkamaiGHost"}, "Akamai"),
        (202, {"x_amzn_waf_action": "challenge"}, "AWS WAF"),
        (403, {"X_DataDome": "protected"}, "DataDome"),
    ],
)
async def test_a_wall_is_named(status: int, headers: dict[str, str], who: str) -> None:
    async with serve({"/": http(status, b"<html>", None, **headers)}) as server:
        got = await fetch(server.url("/"))
    assert isinstance(got, Trouble) and got.kind is TroubleKind.BLOCKED and who in got.reason


async def test_redirects_are_followed_and_listed_and_permanence_is_told() -> None:
    answers = {"/a": redirect("b?x=1", 301), "/b": redirect("//127.0.0.1:{port}/c", 308), "/c": http(200, b"here")}
    async with serve({}) as server:
        server.answers = {
            path: answer.replace(b"{port}", str(server.port).encode()) for path, answer in answers.items()
        }
        got = await fetch(server.url("/a"))
    assert isinstance(got, Capture)
    assert got.redirects == (server.url("/b?x=1"), server.url("/c"))
    assert got.final_url == got.permanent_to == server.url("/c")


async def test_one_temporary_redirect_makes_the_move_temporary() -> None:
    async with serve({"/a": redirect("/b", 301), "/b": redirect("/c", 302), "/c": http(200, b"here")}) as server:
        got = await fetch(server.url("/a"))
    assert isinstance(got, Capture) and got.permanent_to == "" and len(got.redirects) == 2


async def test_ten_redirects_are_followed_and_the_eleventh_is_not() -> None:
    answers = {f"/{number}": redirect(f"/{number + 1}") for number in range(11)} | {"/11": http(200, b"x")}
    async with serve(answers) as server:
        assert isinstance(await fetch(server.url("/1")), Capture)
        too_far = await fetch(server.url("/0"))
    assert isinstance(too_far, Trouble) and "more than 10" in too_far.reason and too_far.kind is TroubleKind.BROKEN


async def test_a_circle_of_redirects_is_left_at_once() -> None:
    async with serve({"/a": redirect("/b"), "/b": redirect("/a")}) as server:
        got = await fetch(server.url("/a"))
    assert isinstance(got, Trouble) and "circle" in got.reason and len(server.asked("/a")) == 1


async def test_a_login_goes_to_its_own_origin_only_and_never_comes_back() -> None:
    async with serve({}) as here, serve({}) as there:
        here.answers = {
            "/a": redirect("/b"),
            "/b": redirect(there.url("/c")),
            "/d": http(200, b"x"),
        }
        there.answers = {"/c": redirect(here.url("/d"))}
        got = await fetch(here.url("/a"), auth="desk:secret")
    assert isinstance(got, Capture)
    assert all("authorization" in here.asked(path)[0].headers for path in ("/a", "/b"))
    assert "authorization" not in there.asked("/c")[0].headers
    assert "authorization" not in here.asked("/d")[0].headers
    assert "authorization" not in here.asked("/robots.txt")[0].headers


async def test_no_login_and_no_query_gets_into_a_reason() -> None:
    async with serve({"/a": http(401)}) as server:
        got = await fetch(server.url("/a?token=hidden"), auth="desk:secret")
    assert isinstance(got, Trouble)
    assert not {"desk", "secret", "hidden", "token"} & set(got.reason.replace("=", " ").split())


async def test_tls_is_verified_and_said_in_words(tmp_path: Path) -> None:
    context, authority = certificate(tmp_path)
    async with serve({"/": http(200, b"x")}, tls=context) as server:
        refused = await fetch(server.url("/"))
        trusted = await fetch(server.url("/"), tls=ssl.create_default_context(cafile=str(authority)))
    assert isinstance(refused, Trouble) and refused.kind is TroubleKind.UNREACHABLE
    assert "certificate" in refused.reason and "self" in refused.reason
    assert isinstance(trusted, Capture)


@pytest.mark.parametrize(
    ("name", "expired", "words"), [("x.example", False, "another host"), ("127.0.0.1", True, "expired")]
)
async def test_a_wrong_certificate_is_named(tmp_path: Path, name: str, expired: bool, words: str) -> None:
    context, authority = certificate(tmp_path, name=name, expired=expired)
    async with serve({"/": http(200, b"x")}, tls=context) as server:
        got = await fetch(server.url("/"), tls=ssl.create_default_context(cafile=str(authority)))
    assert isinstance(got, Trouble) and words in got.reason


async def test_every_request_goes_through_the_proxy(tmp_path: Path) -> None:
    async def proxy(request: Request, writer: object) -> None:
        writer.write(http(404 if request.path.endswith("robots.txt") else 200, b"by proxy"))  # type: ignore[attr-defined]

    names = Names(proxy_inside=["127.0.0.1"])
    async with serve(proxy) as server:
        address = f"http://user:password@proxy.inside:{server.port}"
        got = await fetch("http://news.example/a", proxy=address, allow_private=(), lookup=names)
        inside = [
            await fetch(url, proxy=address, allow_private=(), lookup=names)
            for url in ("http://10.0.0.1/", "http://localhost/", "http://intranet/", "http://a.internal/")
        ]
    assert isinstance(got, Capture) and got.body == b"by proxy"
    assert [request.path for request in server.requests] == ["http://news.example/robots.txt", "http://news.example/a"]
    assert all(request.headers["proxy-authorization"].startswith("Basic ") for request in server.requests)
    assert names.asked == ["proxy.inside"]
    assert all(isinstance(each, Trouble) and each.kind is TroubleKind.UNSAFE for each in inside)


def tunnel(to: Server, status: int = 200) -> Script:
    """A proxy that answers CONNECT, and joins the two ends when it says 200."""

    async def script(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status} Whatever\r\n\r\n".encode())
        if status != 200:
            writer.close()
            return
        reader, onward = await asyncio.open_connection(to.host, to.port)

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()

        back = asyncio.create_task(pump(reader, writer))
        try:
            await pump(writer.transport.get_protocol()._stream_reader, onward)  # type: ignore[attr-defined]
        finally:
            back.cancel()
            onward.close()

    return script


async def test_https_goes_through_the_proxys_tunnel_and_is_verified_to_the_end(tmp_path: Path) -> None:
    context, authority = certificate(tmp_path, name="news.example")
    trusted = ssl.create_default_context(cafile=str(authority))
    async with serve({"/a": http(200, b"page")}, tls=context) as server, serve(tunnel(server)) as proxy:
        asked = {"proxy": f"http://127.0.0.1:{proxy.port}", "allow_private": ()}
        got = await fetch("https://news.example/a", tls=trusted, **asked)
        untrusted = await fetch("https://news.example/a", **asked)
        other = await fetch("https://other.example/a", tls=trusted, **asked)
    assert isinstance(got, Capture) and got.body == b"page"
    assert {request.method for request in proxy.requests} == {"CONNECT"}
    assert isinstance(untrusted, Trouble) and "certificate of news.example" in untrusted.reason
    assert isinstance(other, Trouble) and "another host" in other.reason


async def test_a_proxy_that_refuses_is_said_to_refuse() -> None:
    async with serve({}) as server, serve(tunnel(server, 407)) as proxy:
        got = await fetch("https://news.example/a", proxy=f"http://u:secret@127.0.0.1:{proxy.port}")
    assert isinstance(got, Trouble) and got.kind is TroubleKind.UNREACHABLE
    assert "proxy" in got.reason and "407" in got.reason and "secret" not in got.reason


async def test_a_dead_proxy_is_said_to_be_that() -> None:
    got = await fetch("http://news.example/a", proxy="http://u:secret@127.0.0.1:9")
    assert isinstance(got, Trouble) and "proxy" in got.reason and "secret" not in got.reason


async def test_a_closed_client_gives_trouble_and_does_not_raise(caplog: pytest.LogCaptureFixture) -> None:
    client = polite()
    async with client:
        pass
    got = await client.fetch(Ask(url="http://127.0.0.1:9/"))
    assert isinstance(got, Trouble)
