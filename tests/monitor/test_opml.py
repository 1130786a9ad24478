"""Feed lists from and for other readers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.catalogue import catalogue
from monitor.errors import UsageError
from monitor.model import Channel, ChannelKind, Source, SourceKind
from monitor.opml import MAX_BYTES, export_opml, import_opml


def outline(url: str, title: str = "T", inner: str = "") -> str:
    return f'<outline text="{title}" type="rss" xmlUrl="{url}">{inner}</outline>'


def opml(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><opml version="2.0"><body>{body}</body></opml>'.encode()


def feeds(source: Source) -> list[str]:
    return [channel.url for channel in source.channels if channel.kind is ChannelKind.FEED]


def test_nested_groups_are_walked() -> None:
    (source,) = import_opml(
        opml(f"<outline text='g'><outline text='h'>{outline('https://a.org/f')}</outline></outline>")
    )
    assert (source.id, source.name, source.domain, feeds(source)) == ("a-org", "T", "a.org", ["https://a.org/f"])
    assert source.enabled and source.kind is SourceKind.OUTLET


def test_ids_are_unique_and_a_domains_further_feeds_are_polled_in_addition() -> None:
    sources = import_opml(
        opml(
            outline("https://www.a.org/1")
            + outline("http://b.org/1")
            + outline("https://a.org/2")
            + outline("https://a.org/2")
        )
    )
    assert [source.id for source in sources] == ["a-org", "b-org"]
    assert [channel.also for channel in sources[0].channels] == [False, True]


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "file:///etc/passwd", "ftp://a.org/f", "http:///f", "x"])
def test_what_is_no_web_address_of_a_domain_is_left_out(url: str) -> None:
    assert import_opml(opml(outline(url))) == ()


def test_feeds_that_are_configured_already_are_left_out() -> None:
    known = tuple(catalogue().values())
    assert import_opml(export_opml(known).encode(), known) == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not xml",
        b"<html/>",
        b"\xff\xfe<",
        b"<opml><body>",
        b'<?xml version="1.0" encoding="no-such"?><opml/>',
        b'<!DOCTYPE opml SYSTEM "http://x.org/x.dtd"><opml/>',
        b'<!DOCTYPE o [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><opml><body><outline text="&b;"/></body></opml>',
        '<!DOCTYPE o [<!ENTITY a "x">]><opml/>'.encode("utf-16"),
        b"<opml>" + b" " * MAX_BYTES + b"</opml>",
    ],
)
def test_what_is_no_honest_opml_is_one_line(data: bytes) -> None:
    with pytest.raises(UsageError, match=r"^[^\n]+$"):
        import_opml(data)


def test_deep_nesting_is_survived() -> None:
    depth = 50_000
    (source,) = import_opml(opml("<outline>" * depth + outline("https://a.org/f") + "</outline>" * depth))
    assert source.id == "a-org"


def test_control_characters_do_not_reach_a_name() -> None:
    (source,) = import_opml(opml(outline("https://a.org/f", "a&#x202e;b&#10;c")))
    assert source.name == "a b c"


def test_a_source_without_a_feed_is_exported_as_a_link() -> None:
    assert '<outline type="link" text="CNN" url="https://www.cnn.com/" />' in export_opml([catalogue()["cnn"]])


@given(
    st.lists(
        st.tuples(st.from_regex(r"[a-z]{1,8}\.(org|com)", fullmatch=True), st.text(max_size=20), st.text(max_size=20)),
        max_size=5,
        unique_by=lambda one: one[0],
    )
)
def test_feeds_survive_export_and_import(made: list[tuple[str, str, str]]) -> None:
    sources = [
        Source(
            id=domain,
            name=name,
            domain=domain,
            kind=SourceKind.OUTLET,
            home=f"https://{domain}/",
            channels=(Channel(source=domain, kind=ChannelKind.FEED, url=f"https://{domain}/{len(path)}?a=1&b=%3C"),),
        )
        for domain, name, path in made
    ]
    assert [feeds(one) for one in import_opml(export_opml(sources).encode())] == [feeds(one) for one in sources]
