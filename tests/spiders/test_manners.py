"""Manners: names, pauses, lines, waiting and robots.txt."""

from __future__ import annotations

import asyncio
import itertools
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders import robots
from spiders.manners import MAX_WAIT, Line, Manners, capped, parse_retry_after

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("1.5", 1.5),
        ("-5", 0),
        ("+7", 7),
        ("9" * 300, 604_800),
        ("604801", 604_800),
        ("Tue, 24 Nov 2026 12:02:00 GMT", 120),
        ("Tuesday, 24-Nov-26 12:02:00 GMT", 120),
        ("Tue Nov 24 12:02:00 2026", 120),
        ("Tue, 24 Nov 2026 13:02:00 +0100", 120),
        ("Tue, 24 Nov 2020 12:00:00 GMT", 0),
        ("Tue, 24 Nov 2099 12:00:00 GMT", 604_800),
    ],
)
def test_retry_after_is_read_in_all_forms(value: str, wait: float) -> None:
    assert parse_retry_after(value, NOW) == timedelta(seconds=wait)


@pytest.mark.parametrize("value", ["", "soon", "12 minutes", "nan", "1e9", "0x10", "\u0661\u0662", "Tue, 99 Nov 2026"])
def test_retry_after_that_says_nothing_is_none(value: str) -> None:
    assert parse_retry_after(value, NOW) is None


@given(
    value=st.text(max_size=200)
    | st.integers().map(str)
    | st.floats().map(str)
    | st.datetimes(timezones=st.just(UTC)).map(lambda moment: format_datetime(moment, usegmt=True)),
    now=st.datetimes(timezones=st.just(UTC)),
)
def test_retry_after_is_total_and_within_seven_days(value: str, now: datetime) -> None:
    wait = parse_retry_after(value, now)
    assert wait is None or timedelta(0) <= wait <= MAX_WAIT


MOMENTS = st.datetimes(max_value=datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@given(until=st.none() | MOMENTS, now=MOMENTS)
def test_no_remembered_wait_reaches_beyond_seven_days(until: datetime | None, now: datetime) -> None:
    left = capped(until, now)
    assert left is None or now < left <= now + MAX_WAIT


@pytest.mark.parametrize(
    "wrong",
    [
        {"agent": "Mozilla/5.0"},
        {"agent": "Shiftwatch/1\r\nX: y"},
        {"agent": "Shiftwatch/1 \u00e4"},
        {"per_host": 3},
        {"per_host": 0},
        {"at_once": 0},
        {"delay": timedelta(seconds=-1)},
        {"delays": {"a": timedelta(-1)}},
    ],
)
def test_bad_manners_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must|cannot"):
        Manners(**wrong)  # type: ignore[arg-type]


def test_a_domain_may_have_a_pause_of_its_own() -> None:
    manners = Manners(delays={"pewresearch.org": timedelta(seconds=5)})
    assert manners.pause("www.pewresearch.org") == manners.pause("pewresearch.org") == 5
    assert manners.pause("notpewresearch.org") == manners.pause("org") == 2


async def test_starts_in_one_line_lie_a_pause_apart_and_lines_do_not_hold_each_other() -> None:
    room = asyncio.Semaphore(10)
    lines = [Line(1), Line(2)]
    starts: dict[int, list[float]] = {0: [], 1: []}

    async def go(number: int) -> None:
        async with lines[number].turn(room, 0.05, 0, counts=True):
            starts[number].append(lines[number].now())
            await asyncio.sleep(0.01)

    before = lines[0].now()
    await asyncio.gather(*(go(number) for number in (0, 1) for _ in range(4)))
    for each in starts.values():
        assert all(later - sooner >= 0.049 for sooner, later in itertools.pairwise(each))
    assert lines[0].now() - before < 0.3


async def test_no_more_than_the_places_are_inside() -> None:
    line, room = Line(2), asyncio.Semaphore(10)
    inside = most = 0

    async def go() -> None:
        nonlocal inside, most
        async with line.turn(room, 0, 0, counts=True):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1

    await asyncio.gather(*(go() for _ in range(6)))
    assert most == 2


async def test_whoever_gives_up_in_line_leaves_no_place_taken() -> None:
    line, room = Line(1), asyncio.Semaphore(1)
    async with line.turn(room, 0, 0, counts=True):
        pass
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02), line.turn(room, 9, 0, counts=True):
            pass
    async with asyncio.timeout(1), line.turn(room, 0, 0, counts=True):
        assert room.locked()
    assert not room.locked()


async def test_a_crawl_delay_is_not_used_up_by_asking_for_robots_txt() -> None:
    line, room = Line(1), asyncio.Semaphore(1)
    async with line.turn(room, 0, 0, counts=False):
        pass
    assert line.until_next(0, 3600) <= 0
    async with line.turn(room, 0, 3600, counts=True):
        pass
    assert 3599 < line.until_next(0, 3600) <= 3600


HOME = "https://news.example/"


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: Shiftwatch\nDisallow: /", False),
        ("user-agent:SHIFTWATCH/9.9 (bot)\ndisallow: /", False),
        ("User-agent: shift\nDisallow: /", True),
        ("User-agent: Shiftwatch-News\nDisallow: /", True),
        ("User-agent: Scrapy\nDisallow: /\n\nUser-agent: *\nAllow: /", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Shiftwatch\nAllow: /", True),
        ("User-agent: a\nUser-agent: Shiftwatch\nUser-agent: b\nDisallow: /", False),
        ("User-agent: a\nDisallow: /\nUser-agent: b\n", True),
        ("User-agent:\nDisallow: /", True),
        ("User-agent: *\nSitemap: /x\nUser-agent: a\nDisallow: /", False),
        ("User-agent: a\nDissallow: /\nUser-agent: *\n\n# so\nDissallow /", False),
        ("User-agent: *\nfoo: bar\nUser-agent: a\nDisallow: /", True),
        ("\ufeffUser-agent: *\r\nDisallow: /", False),
        ("User-agent: *\rDisallow: /", False),
        ("User-agent: * # all\nDisallow: / # everything", False),
        ("User-agent: *\nDisallow: /\nAllow: /news", True),
        ("User-agent: *\nDisallow: /*.html$", False),
        ("<!doctype html><html><body>User-agent: no<br>Disallow: / </body></html>", True),
    ],
)  # fmt: skip
def test_robots_txt_is_read_as_rfc_9309_has_it(text: str, allowed: bool) -> None:
    assert robots.read(robots.decode(text.encode())).allow(f"{HOME}news/a.html") is allowed


def test_crawl_delay_and_sitemaps_are_read() -> None:
    text = (
        "Sitemap: https://a.example/1.xml\nUser-agent: *\nCrawl-delay: 4.5\nDisallow:\nSitemap: /2.xml\nSitemap: /2.xml"
    )
    rules = robots.read(text)
    assert rules.delay == 4.5 and rules.sitemaps == ("https://a.example/1.xml", "/2.xml")
    assert robots.read("User-agent: *\nCrawl-delay: 1e300").delay == 86_400
    assert robots.read("User-agent: *\nCrawl-delay: -1").delay == 0
    assert robots.read("User-agent: Googlebot\nCrawl-delay: 9").delay == 0


@pytest.mark.parametrize(
    "body", [b"\xff\xfeU\x00", b"\xff\xff\xfe", b"\0\0\0", "User-agent: *\nDisallow: /".encode("utf-16")]
)
def test_robots_txt_in_any_encoding_is_read(body: bytes) -> None:
    robots.read(robots.decode(body)).allow(HOME)
    assert not robots.read(robots.decode("User-agent: *\nDisallow: /".encode("utf-16"))).allow(HOME)


LINES = [
    "User-agent: *",
    "User-agent: Shiftwatch",
    "Disallow: /",
    "Disallow: /*a*$",
    "Allow:",
    "Crawl-delay: x",
    ":",
    "\0",
]


@given(text=st.text(max_size=300) | st.lists(st.sampled_from(LINES)).map("\n".join), path=st.text(max_size=30))
def test_reading_robots_txt_is_total(text: str, path: str) -> None:
    rules = robots.read(robots.decode(text.encode("utf-8", "surrogatepass")))
    rules.allow(HOME + path.encode("utf-8", "replace").hex())
    assert rules.delay >= 0


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"User-agent: a{number}\n" for number in range(15_000)) + "Disallow: /a\n" * 20_000,
        "".join(f"User-agent: a{number % 9000}\n" for number in range(28_000)),
        "User-agent: *\n" + "Disallow: /" + "*a" * 200_000 + "$\n",
        "User-agent: *\n" + "".join(f"Disallow: /*{number}*b$\n" for number in range(8_000)),
        "User-agent: *" * 40_000,
        "u" * 500_000,
    ],
)
def test_a_hostile_robots_txt_costs_little(text: str) -> None:
    started = time.process_time()
    rules = robots.read(robots.decode(text.encode()))
    rules.allow(HOME + "a" * 4000)
    assert time.process_time() - started < 10
