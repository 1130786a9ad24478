"""The address guard."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Trouble, TroubleKind
from spiders.guard import Guard, Target, UnsafeAddress, embedded, is_public

PRIVATE_4 = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
    "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
]  # fmt: skip
PRIVATE_6 = ["::/127", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "2001:db8::/32", "64:ff9b:1::/48", "100::/64"]


def inside_v4() -> st.SearchStrategy[ipaddress.IPv4Address]:
    return st.one_of([st.ip_addresses(v=4, network=network) for network in PRIVATE_4])  # type: ignore[misc]


def inside_v6() -> st.SearchStrategy[ipaddress.IPv6Address]:
    return st.one_of([st.ip_addresses(v=6, network=network) for network in PRIVATE_6])  # type: ignore[misc]


def fullwidth(text: str) -> str:
    return "".join(chr(ord(char) - 0x21 + 0xFF01) if "!" <= char <= "~" else char for char in text)


def spellings(ip: ipaddress.IPv4Address) -> list[str]:
    """Every way to write an IPv4 address that some parser understands."""
    number = int(ip)
    a, b, c, d = ip.packed
    mapped = [f"::ffff:{ip}", f"::ffff:{number >> 16:x}:{number & 0xFFFF:x}", f"::{ip}", f"64:ff9b::{ip}"]
    wrapped = [
        f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1",
        f"2001:0:1:2:3:4:{~number >> 16 & 0xFFFF:x}:{~number & 0xFFFF:x}",
    ]
    return [
        str(ip),
        f"{ip}.",
        str(number),
        hex(number),
        hex(number).upper(),
        f"0{number:o}",
        f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a:04}.{b:03}.{c:03}.{d:03}",
        f"{a}.{number & 0xFFFFFF}",
        f"{a}.{b}.{number & 0xFFFF}",
        f"0x{a:x}.{b}.0{c:o}.{d}",
        fullwidth(str(ip)),
        str(ip).replace(".", "\u3002"),
        str(ip).replace(".", "%2e"),
        "".join(f"%{ord(char):02x}" for char in str(ip)),
        *(f"[{each}]" for each in mapped + wrapped),
        f"[::ffff:{ip}%25lo]",
        f"[::ffff:{ip}%lo]",
    ]


@given(
    ip=inside_v4(), scheme=st.sampled_from(["http", "HTTP", "https"]), port=st.sampled_from(["", ":80", ":8080", ":"])
)
def test_no_spelling_of_an_inside_ipv4_address_is_admitted(ip: ipaddress.IPv4Address, scheme: str, port: str) -> None:
    guard = Guard()
    for spelled in spellings(ip):
        for url in (f"{scheme}://{spelled}{port}/a", f"{scheme}://{spelled}{port}?a", f" {scheme}://{spelled}{port}#a"):
            judged = guard.judge(url)
            assert isinstance(judged, Trouble) and judged.kind is TroubleKind.UNSAFE, url
            assert judged.reason.isprintable()


@given(ip=inside_v6())
def test_no_inside_ipv6_address_is_admitted(ip: ipaddress.IPv6Address) -> None:
    guard = Guard()
    for spelled in (str(ip), ip.exploded, ip.exploded.upper(), f"{ip}%eth0"):
        assert isinstance(guard.judge(f"http://[{spelled}]/"), Trouble)
        assert not guard.admits(spelled, 80)


@given(ip=inside_v4())
def test_no_inside_address_passes_at_the_socket(ip: ipaddress.IPv4Address) -> None:
    guard = Guard(["elsewhere.example", "10.0.0.1:81"])
    for address in (str(ip), f"::ffff:{ip}", f"64:ff9b::{ip}", "not an address", ""):
        with pytest.raises(UnsafeAddress):
            guard.check_socket(address, 80)


@given(ip=st.ip_addresses())
def test_what_is_admitted_is_global_through_every_wrapping(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_public(ip):
        assert ip.is_global and embedded(ip).is_global and not ip.is_multicast


@given(text=st.text(max_size=60))
def test_judging_is_total_and_what_passes_has_one_reading(text: str) -> None:
    for url in (text, f"http://{text}", f"http://news.example/{text}"):
        judged = Guard().judge(url)
        if isinstance(judged, Target):
            assert judged.url.raw_host == judged.host.strip("[]") and judged.url.port == judged.port
            assert judged.url.user is None and judged.url.password is None
            assert judged.text.isascii() and judged.text.isprintable() and " " not in judged.text
            assert str(judged.url) == judged.text
            again = Guard().judge(judged.text)
            assert isinstance(again, Target) and again.text == judged.text
        else:
            assert judged.reason.isprintable()


@pytest.mark.parametrize(
    "url",
    [
        "", "news.example", "//news.example/", "ftp://news.example/", "file:///etc/passwd", "gopher://news.example/",
        "javascript:alert(1)", "data:text/html,x", "http:/news.example/", "http:///news.example/", "http://", "http://:80/",
        "http://user@news.example/", "http://user:pw@news.example/", "http://news.example:80@10.0.0.1/",
        "http://10.0.0.1\\@news.example/", "http://news.example\\.evil.example/", "http://news.example:0/",
        "http://news.example:65536/", "http://news.example:8a/", "http://news.example:-1/", "http://news.example::80/",
        "http://news..example/", "http://.news.example/", "http://news.example../", "http://news_.exa mple/",
        "http://news.ex\tample/", "http://news.example/\r\nHost: evil", "http://news.example/\0", "http://[::1/", "http://::1/",
        "http://[news.example]/", "http://[1.2.3.4]/", "http://-news.example/", f"http://{'a' * 64}.example/",
        f"http://{'a.' * 130}example/", "http://news%2eexample/", "http://1.2.3/", "http://1.2.3.4.5/", "http://example.0x1/",
        f"http://news.example/{'a' * 9000}", "http://\u2488.example.\udcff/", "http://news.example\u2044@evil.example/",
    ],
)  # fmt: skip
def test_what_is_not_plainly_spelled_is_refused(url: str) -> None:
    judged = Guard().judge(url)
    assert isinstance(judged, Trouble) and judged.kind is TroubleKind.UNSAFE


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("http://News.Example", "http://news.example/"),
        ("https://news.example.:443/a?b=c#d", "https://news.example/a?b=c"),
        ("http://news.example:8080?q=1", "http://news.example:8080/?q=1"),
        ("http://b\u00fccher.example/\u00e4?\u00e4=\u20ac", "http://xn--bcher-kva.example/%C3%A4?%C3%A4=%E2%82%AC"),
        ("http://news.example/a b\\c%20d%zz", "http://news.example/a%20b%5Cc%20d%zz"),
        ("http://news.example/a/../b/./c/%2e%2e/d/..", "http://news.example/b/"),
        ("http://news.example/../../a", "http://news.example/a"),
        ("http://news.example/.well-known/a..b", "http://news.example/.well-known/a..b"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700:4700::1111]:8080/", "http://[2606:4700:4700::1111]:8080/"),
        ("http://a_b.example/", "http://a_b.example/"),
    ],
)
def test_honest_addresses_are_put_in_one_form(url: str, text: str) -> None:
    judged = Guard().judge(url)
    assert isinstance(judged, Target), judged
    assert judged.text == text


def test_origin_and_host_key_tell_apart_what_manners_tell_apart() -> None:
    plain, secure, odd = (
        Guard().judge(url) for url in ("http://a.example/", "https://a.example/x", "http://a.example:8080/robots.txt?x")
    )
    assert isinstance(plain, Target) and isinstance(secure, Target) and isinstance(odd, Target)
    assert (plain.origin, secure.origin, odd.origin) == (
        "http://a.example",
        "https://a.example",
        "http://a.example:8080",
    )
    assert plain.host_key == secure.host_key == "a.example" and odd.host_key == "a.example:8080"
    assert odd.robots and not plain.robots


@pytest.mark.parametrize(
    ("entry", "admitted", "refused"),
    [
        ("127.0.0.1:8080", [("127.0.0.1", 8080), ("::ffff:127.0.0.1", 8080)], [("127.0.0.1", 80), ("127.0.0.2", 8080)]),
        ("10.0.0.0/8", [("10.9.8.7", 1)], [("127.0.0.1", 1), ("172.16.0.1", 1)]),
        ("10.0.0.7", [("10.0.0.7", 5)], [("10.0.0.8", 5)]),
        ("::1", [("::1", 5)], [("127.0.0.1", 5)]),
        ("[::1]:8080", [("::1", 8080)], [("::1", 80)]),
        ("fd00::/8", [("fd00::1", 80)], [("fe80::1", 80)]),
    ],
)
def test_exceptions_admit_what_they_name_and_nothing_else(
    entry: str, admitted: list[tuple[str, int]], refused: list[tuple[str, int]]
) -> None:
    guard = Guard([entry])
    assert all(guard.admits(address, port) for address, port in admitted)
    assert not any(guard.admits(address, port) for address, port in refused)


def test_an_excepted_name_vouches_for_its_addresses_only_under_that_name() -> None:
    guard = Guard(["intranet.example:8080"])
    assert not guard.admits("10.0.0.5", 8080, name="evil.example")
    assert guard.admits("10.0.0.5", 8080, name="intranet.example")
    assert not guard.admits("10.0.0.5", 81, name="intranet.example")
    guard.check_socket("10.0.0.5", 8080)
    assert not guard.admits("10.0.0.5", 8080, name="evil.example")
    assert isinstance(guard.judge("http://10.0.0.5:8080/"), Trouble)


@pytest.mark.parametrize(
    "entry", ["", "10.0.0.0/99", "a b", "host:0", "host:99999", "http://10.0.0.1", "0x7f000001", "127.1:80"]
)
def test_an_exception_that_names_nothing_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="CIDR"):
        Guard([entry])
