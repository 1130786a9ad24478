"""The polite client's manners: robots.txt, pauses and waiting, for every request and every redirect."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

import pytest

from monitor.model import Capture, Trouble, TroubleKind
from monitor.ports import Ask, HostNote
from tests.spiders.servers import NOW, Answer, Clock, Memory, Request, fetch, http, polite, redirect, serve

FORBID = http(200, b"User-agent: *\nDisallow: /private\n")
PAGE = http(200, b"page")


async def silent(request: Request, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def reset(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def test_robots_txt_is_asked_once_and_obeyed_by_all_who_ask_at_once() -> None:
    async def slow_robots(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        writer.write(FORBID)

    async with serve({"/robots.txt": slow_robots, "/a": PAGE, "/private": PAGE}) as server, polite() as client:
        got = await asyncio.gather(
            *(client.fetch(Ask(url=server.url(path))) for _ in range(20) for path in ("/a", "/private/x", "/private"))
        )
    assert len(server.asked("/robots.txt")) == 1
    assert not [request for request in server.requests if request.path.startswith("/private")]
    kinds = [each.kind if isinstance(each, Trouble) else None for each in got]
    assert kinds == [None, TroubleKind.FORBIDDEN, TroubleKind.FORBIDDEN] * 20


async def test_a_redirect_into_the_forbidden_is_not_followed() -> None:
    answers = {"/robots.txt": FORBID, "/private": PAGE, "/a": redirect("/private")}
    async with serve(answers) as there, serve(answers) as here:
        here.answers = {**answers, "/b": redirect(there.url("/private"))}
        got = [await fetch(here.url(path)) for path in ("/a", "/b")]
    assert all(isinstance(each, Trouble) and each.kind is TroubleKind.FORBIDDEN for each in got)
    assert not here.asked("/private") and not there.asked("/private")


async def test_dot_segments_do_not_get_around_robots_txt() -> None:
    async with serve({"/robots.txt": FORBID, "/private": PAGE}) as server:
        for path in ("/a/../private", "/./private", "/a/%2e%2e/private", "/%70rivate", "//../private"):
            got = await fetch(server.url(path))
            assert isinstance(got, Trouble) and got.kind is TroubleKind.FORBIDDEN, path
    assert {request.path for request in server.requests} == {"/robots.txt"}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
async def test_robots_txt_answering_4xx_means_allowed(status: int) -> None:
    async with serve({"/robots.txt": http(status), "/a": PAGE}) as server:
        assert isinstance(await fetch(server.url("/a")), Capture)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(http(500), id="500"),
        pytest.param(http(503), id="503"),
        pytest.param(http(429, Retry_After="60"), id="429"),
        pytest.param(silent, id="hangs"),
        pytest.param(reset, id="resets"),
        pytest.param(http(200, b"User-agent: *\nAll", 900), id="cut short"),
        pytest.param(http(200, b"\0", Content_Encoding="gzip"), id="undecodable"),
        pytest.param(b"garbage\r\n\r\n", id="not HTTP"),
    ],
)
async def test_robots_txt_that_cannot_be_had_means_wait_and_nothing_else_is_asked(answer: Answer) -> None:
    memory = Memory()
    async with serve({"/robots.txt": answer, "/a": PAGE}) as server, polite(memory=memory) as client:
        got = await asyncio.gather(*(client.fetch(Ask(url=server.url("/a"))) for _ in range(4)))
        later = await client.fetch(Ask(url=server.url("/a")))
    for each in (*got, later):
        assert isinstance(each, Trouble) and each.kind is TroubleKind.WAIT
        assert each.retry_at is not None and NOW < each.retry_at <= NOW + timedelta(minutes=10)
    assert not server.asked("/a")
    assert len(server.asked("/robots.txt")) == (2 if answer is reset else 1)


async def test_a_host_that_is_not_there_is_unreachable_and_not_merely_waiting() -> None:
    got = await fetch("http://127.0.0.1:9/")
    assert isinstance(got, Trouble) and got.kind is TroubleKind.UNREACHABLE


async def test_the_last_good_rules_stand_in_for_thirty_days() -> None:
    async with serve({"/robots.txt": http(500), "/a": PAGE, "/private": PAGE}) as server:
        origin = server.url("")
        for age, kinds in ((25, [None, TroubleKind.FORBIDDEN]), (31 * 24, [TroubleKind.WAIT] * 2)):
            old = HostNote(
                origin=origin,
                robots="User-agent: *\nDisallow: /private",
                robots_status=200,
                robots_at=NOW - timedelta(hours=age),
            )
            async with polite(memory=Memory({origin: old})) as client:
                got = [await client.fetch(Ask(url=server.url(path))) for path in ("/a", "/private")]
            assert [each.kind if isinstance(each, Trouble) else None for each in got] == kinds


async def test_rules_are_remembered_for_a_day_across_runs_and_asked_for_again_after() -> None:
    memory, clock = Memory(), Clock()
    async with serve({"/robots.txt": FORBID, "/a": PAGE, "/private": PAGE}) as server:
        for hours, asked in ((0, 1), (23, 1), (25, 2), (-24, 3)):
            clock.at = NOW + timedelta(hours=hours)
            async with polite(memory=memory, clock=clock) as client:
                assert isinstance(await client.fetch(Ask(url=server.url("/a"))), Capture)
                assert isinstance(await client.fetch(Ask(url=server.url("/private"))), Trouble)
            assert len(server.asked("/robots.txt")) == asked, hours
    note = memory.notes[server.url("")]
    assert note.robots_status == 200 and "Disallow: /private" in note.robots


async def test_robots_txt_is_followed_through_five_redirects_and_not_six() -> None:
    hops: dict[str, Answer] = {f"/{number}": redirect(f"/{number + 1}") for number in range(1, 6)}
    hops |= {"/6": FORBID, "/private": PAGE}
    async with (
        serve({**hops, "/robots.txt": redirect("/2")}) as five,
        serve({**hops, "/robots.txt": redirect("/1")}) as six,
    ):
        forbidden = await fetch(five.url("/private"))
        allowed = await fetch(six.url("/private"))
    assert isinstance(forbidden, Trouble) and forbidden.kind is TroubleKind.FORBIDDEN
    assert isinstance(allowed, Capture)


async def test_no_more_than_500_kib_of_robots_txt_are_taken_in_and_the_rest_is_left() -> None:
    body = FORBID.partition(b"\r\n\r\n")[2] + b"# " + b"x" * 2_000_000
    async with serve({"/robots.txt": http(200, body), "/a": PAGE, "/private": PAGE}) as server:
        assert isinstance(await fetch(server.url("/a")), Capture)
        assert isinstance(await fetch(server.url("/private")), Trouble)


@pytest.mark.parametrize(
    "body", [b"<!doctype html><title>Home</title>" * 100, b"\xff\xfe\xfa\x00" * 50, b"", b"\0" * 99]
)
async def test_something_else_in_place_of_robots_txt_allows(body: bytes) -> None:
    async with serve({"/robots.txt": http(200, body), "/a": PAGE}) as server:
        assert isinstance(await fetch(server.url("/a")), Capture)


async def test_sitemaps_of_robots_txt_are_told() -> None:
    body = b"Sitemap: https://a.example/1.xml\nUser-agent: *\nDisallow: /\nsitemap: https://a.example/2.xml\n"
    async with serve({"/robots.txt": http(200, body)}) as server, polite() as client:
        assert await client.sitemaps(server.url("")) == ("https://a.example/1.xml", "https://a.example/2.xml")
        assert await client.sitemaps(server.url("/a/page")) == ("https://a.example/1.xml", "https://a.example/2.xml")
        assert await client.sitemaps("http://10.0.0.1") == ()
        assert await client.sitemaps("nonsense") == ()
    assert len(server.requests) == 1


async def test_requests_to_one_host_keep_the_pause_while_other_hosts_go_ahead() -> None:
    async with (
        serve({"/a": PAGE}) as one,
        serve({"/a": redirect("/b"), "/b": PAGE}) as two,
        polite(delay=0.1) as client,
    ):
        await asyncio.gather(*(client.fetch(Ask(url=server.url("/a"))) for server in (one, two) for _ in range(3)))
    for server in (one, two):
        starts = [request.at for request in server.requests]
        assert all(later - sooner > 0.08 for sooner, later in itertools.pairwise(starts))
    assert (len(one.requests), len(two.requests)) == (4, 7)
    assert two.requests[0].at < one.requests[1].at and one.requests[-1].at < two.requests[-1].at


@pytest.mark.parametrize("per_host", [1, 2])
async def test_no_more_requests_are_under_way_to_a_host_than_allowed(per_host: int) -> None:
    async def slow(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.03)
        writer.write(PAGE)

    async with serve({"/a": slow}) as server, polite(per_host=per_host) as client:
        await asyncio.gather(*(client.fetch(Ask(url=server.url("/a"))) for _ in range(8)))
    assert server.most_under_way == per_host


async def test_a_crawl_delay_lengthens_the_pause() -> None:
    robots = http(200, b"User-agent: *\nCrawl-delay: 0.15\n")
    async with serve({"/robots.txt": robots, "/a": PAGE}) as server, polite(delay=0.01) as client:
        await asyncio.gather(*(client.fetch(Ask(url=server.url("/a"))) for _ in range(3)))
    first, second, third = (request.at for request in server.asked("/a"))
    assert second - first > 0.13 and third - second > 0.13


async def test_nobody_stands_in_line_for_a_crawl_delay_of_an_hour() -> None:
    robots = http(200, b"User-agent: *\nCrawl-delay: 3600\n")
    async with serve({"/robots.txt": robots, "/a": PAGE}) as server, polite() as client:
        first = await client.fetch(Ask(url=server.url("/a")))
        second = await client.fetch(Ask(url=server.url("/a")))
    assert isinstance(first, Capture)
    assert isinstance(second, Trouble) and second.kind is TroubleKind.WAIT and "3600 s" in second.reason
    assert second.retry_at is not None and timedelta(0) < second.retry_at - NOW <= timedelta(hours=1)
    assert len(server.asked("/a")) == 1


async def test_a_crawl_delay_outlasts_the_run_that_learned_of_it() -> None:
    memory, clock = Memory(), Clock()
    robots = http(200, b"User-agent: *\nCrawl-delay: 3600\n")
    async with serve({"/robots.txt": robots, "/a": PAGE}) as server:
        async with polite(memory=memory, clock=clock) as client:
            assert isinstance(await client.fetch(Ask(url=server.url("/a"))), Capture)
        clock.at += timedelta(minutes=10)
        async with polite(memory=memory, clock=clock) as later:
            refused = await later.fetch(Ask(url=server.url("/a")))
        assert isinstance(refused, Trouble) and "3600 s" in refused.reason
        assert refused.retry_at is not None
        assert timedelta(minutes=49) < refused.retry_at - clock.now() <= timedelta(minutes=50)
        clock.at += timedelta(minutes=51)
        async with polite(memory=memory, clock=clock) as much_later:
            assert isinstance(await much_later.fetch(Ask(url=server.url("/a"))), Capture)
    assert len(server.asked("/robots.txt")) == 1


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (http(429, Retry_After="120"), 120),
        (http(503, Retry_After="Tue, 24 Nov 2026 13:00:00 GMT"), 3600),
        (http(429, Retry_After="99999999"), 604_800),
        (http(429), 600),
        (http(429, Retry_After="soon"), 600),
        (http(429, Retry_After="0"), 600),
        (http(503), None),
        (http(503, Retry_After="-1"), None),
    ],
)
async def test_a_host_that_asks_for_time_gets_it_across_addresses_and_runs(answer: bytes, wait: int | None) -> None:
    memory, clock = Memory(), Clock()
    async with serve({"/busy": answer, "/a": PAGE}) as server:
        async with polite(memory=memory, clock=clock) as client:
            told = await client.fetch(Ask(url=server.url("/busy")))
            again = await client.fetch(Ask(url=server.url("/a")))
        async with polite(memory=memory, clock=clock) as client:
            next_run = await client.fetch(Ask(url=server.url("/a")))
        clock.at = NOW + timedelta(days=8)
        async with polite(memory=memory, clock=clock) as client:
            after = await client.fetch(Ask(url=server.url("/a")))
    assert isinstance(told, Trouble) and told.kind is TroubleKind.WAIT
    assert isinstance(after, Capture)
    if wait is None:
        assert told.retry_at is None and isinstance(again, Capture) and isinstance(next_run, Capture)
        return
    until = NOW + timedelta(seconds=wait)
    assert told.retry_at == until
    for each in (again, next_run):
        assert isinstance(each, Trouble) and each.kind is TroubleKind.WAIT and each.retry_at == until
        assert each.http_status is None
    assert len(server.asked("/a")) == 1


async def test_those_in_line_do_not_go_out_once_the_host_asks_for_time() -> None:
    async with serve({"/busy": http(429, Retry_After="60"), "/a": PAGE}) as server, polite(delay=0.05) as client:
        got = await asyncio.gather(*(client.fetch(Ask(url=server.url(path))) for path in ("/busy", "/a", "/a", "/a")))
    assert all(isinstance(each, Trouble) and each.kind is TroubleKind.WAIT for each in got)
    assert not server.asked("/a")


async def test_a_jump_of_the_clock_locks_no_host_for_years() -> None:
    memory, clock = Memory(), Clock(NOW + timedelta(days=3650))
    async with serve({"/busy": http(429, Retry_After="3600"), "/a": PAGE}) as server:
        async with polite(memory=memory, clock=clock) as client:
            await client.fetch(Ask(url=server.url("/busy")))
            clock.at = NOW
            here = await client.fetch(Ask(url=server.url("/a")))
            clock.at = NOW + timedelta(days=7, seconds=1)
            assert isinstance(await client.fetch(Ask(url=server.url("/a"))), Capture)
            clock.at = NOW
        async with polite(memory=memory, clock=clock) as client:
            again = await client.fetch(Ask(url=server.url("/a")))
        clock.at = NOW + timedelta(days=7, seconds=1)
        async with polite(memory=memory, clock=clock) as client:
            after = await client.fetch(Ask(url=server.url("/a")))
    for each in (here, again):
        assert isinstance(each, Trouble) and each.retry_at == NOW + timedelta(days=7)
    assert isinstance(after, Capture)


async def test_a_login_is_no_way_around_robots_txt_and_robots_txt_itself_may_be_asked_for() -> None:
    async with serve({"/robots.txt": http(200, b"User-agent: Shiftwatch\nDisallow: /\n"), "/a": PAGE}) as server:
        refused = await fetch(server.url("/a"), auth="desk:secret")
        itself = await fetch(server.url("/robots.txt"))
    assert isinstance(refused, Trouble) and refused.kind is TroubleKind.FORBIDDEN
    assert isinstance(itself, Capture)


async def test_whoever_gives_up_while_robots_txt_is_on_its_way_does_not_spoil_it_for_the_rest() -> None:
    async def slow(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.15)
        writer.write(http(404))

    async with serve({"/robots.txt": slow, "/a": PAGE}) as server, polite() as client:
        first, second = (asyncio.create_task(client.fetch(Ask(url=server.url("/a")))) for _ in range(2))
        await asyncio.sleep(0.05)
        first.cancel()
        assert isinstance(await second, Capture)
        assert first.cancelled()
