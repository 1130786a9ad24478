"""Canonical addresses, one test a rule, and whose they are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Link
from monitor.reading.urls import (
    absolute,
    canonical,
    cited_domains,
    host,
    identity,
    is_http,
    is_made_address,
    is_redirector,
    made_address,
    same_site,
    site_domain,
)


@pytest.mark.parametrize(
    ("rule", "url", "expected"),
    [
        ("scheme and host case", "HTTPS://News.Example.ORG/Path", "https://news.example.org/Path"),
        ("default port", "https://example.org:443/a", "https://example.org/a"),
        ("default port of http", "http://example.org:80/a", "http://example.org/a"),
        ("another port stays", "http://127.0.0.1:8080/a", "http://127.0.0.1:8080/a"),
        ("fragment", "https://example.org/a#comments", "https://example.org/a"),
        ("credentials", "https://user:secret@example.org/a", "https://example.org/a"),
        ("the last at sign counts", "https://cbp.gov@evil.example/a", "https://evil.example/a"),
        ("trailing dot of the host", "https://example.org./a", "https://example.org/a"),
        ("international host", "https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("fullwidth host", "http://１２７.0.0.1/a", "http://127.0.0.1/a"),
        ("IPv6", "http://[0:0::1]:8080/a", "http://[::1]:8080/a"),
        ("backslashes", "https:\\\\example.org\\a\\b", "https://example.org/a/b"),
        ("line breaks inside", " https://exam\nple.org/\ta ", "https://example.org/a"),
        ("dot segments", "https://example.org/a/./b/../c", "https://example.org/a/c"),
        ("encoded dot segments", "https://example.org/a/%2e%2E/c", "https://example.org/c"),
        ("empty segments", "https://example.org//a///b", "https://example.org/a/b"),
        ("unreserved escapes", "https://example.org/%7Euser/%61", "https://example.org/~user/a"),
        ("reserved escapes stay, in upper case", "https://example.org/a%2fb", "https://example.org/a%2Fb"),
        ("unsafe characters", "https://example.org/a b\"é", "https://example.org/a%20b%22%C3%A9"),
        ("a stray percent sign", "https://example.org/100%", "https://example.org/100%25"),
        ("tracking prefix", "https://example.org/a?utm_source=x&UTM_Medium=y&id=3", "https://example.org/a?id=3"),
        ("tracking names", "https://example.org/a?fbclid=1&gclid=2&mc_cid=3&mc_eid=4&cmpid=5", "https://example.org/a"),
        ("remaining query sorted", "https://example.org/a?b=2&a=1", "https://example.org/a?a=1&b=2"),
        ("escaped ampersands", "https://example.org/a?b=2&amp;a=1", "https://example.org/a?a=1&b=2"),
        ("empty query", "https://example.org/a?", "https://example.org/a"),
        ("session", "https://example.org/a;jsessionid=1F?PHPSESSID=2", "https://example.org/a"),
        ("trailing slash", "https://example.org/a/", "https://example.org/a"),
        ("the root keeps its slash", "https://example.org", "https://example.org/"),
        ("directory index", "https://example.org/a/index.html", "https://example.org/a"),
        ("index with a query is a script", "https://example.org/index.php?id=5", "https://example.org/index.php?id=5"),
        ("AMP tail", "https://example.org/news/story/amp/", "https://example.org/news/story"),
        ("AMP suffix", "https://example.org/news/story.amp.html", "https://example.org/news/story"),
        ("AMP head", "https://example.org/amp/news/story", "https://example.org/news/story"),
        ("AMP parameter", "https://example.org/story?amp=1&outputType=amp", "https://example.org/story"),
        ("AMP host", "https://amp.example.org/story", "https://www.example.org/story"),
        ("mobile host", "https://m.example.org/story", "https://www.example.org/story"),
        ("AMP cache of Google", "https://www.google.com/amp/s/www.cnn.com/2026/a/b", "https://www.cnn.com/2026/a/b"),
        ("AMP project cache", "https://www-cnn-com.cdn.ampproject.org/c/s/www.cnn.com/a", "https://www.cnn.com/a"),
        ("archive", "https://web.archive.org/web/20260807150405/http://www.cbp.gov/a", "https://www.cbp.gov/a"),
        ("archive with flags", "http://web.archive.org/web/2026id_/https://www.cbp.gov/a?b=1", "https://www.cbp.gov/a?b=1"),
        ("archive.today", "https://archive.ph/20260807150405/https://www.cnn.com/a", "https://www.cnn.com/a"),
        ("search redirect", "https://www.google.com/url?sa=t&url=https%3A%2F%2Fwww.cbp.gov%2Fa&ved=x", "https://www.cbp.gov/a"),
        ("social redirect", "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.cbp.gov%2Fa&h=x", "https://www.cbp.gov/a"),
        ("mail filter", "https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.cbp.gov%2Fa", "https://www.cbp.gov/a"),
        ("mail filter of another kind", "https://urldefense.com/v3/__https://www.cbp.gov/a__;!!x$", "https://www.cbp.gov/a"),
        ("cbp.gov has one host", "http://cbp.gov/newsroom/a", "https://www.cbp.gov/newsroom/a"),
        ("cnn.com's editions", "https://edition.cnn.com/2026/08/07/us/a/index.html", "https://www.cnn.com/2026/08/07/us/a"),
        ("cnn.com's own parameters", "http://us.cnn.com/2026/08/07/us/a?hpt=hp_t1&eref=rss&iid=x", "https://www.cnn.com/2026/08/07/us/a"),
        ("cnn.com's other sites stay", "http://money.cnn.com/2016/a", "http://money.cnn.com/2016/a"),
        ("foxnews.com", "https://www.foxnews.com/us/a.amp?cmpid=x&intcmp=y", "https://www.foxnews.com/us/a"),
        ("redstate.com has no www", "https://www.redstate.com/a/2026/08/07/b-n2190000", "https://redstate.com/a/2026/08/07/b-n2190000"),
        ("pewresearch.org ends in a slash", "http://pewresearch.org/short-reads/2026/08/07/a", "https://www.pewresearch.org/short-reads/2026/08/07/a/"),
        ("migrationpolicy.org", "http://migrationpolicy.org/article/a", "https://www.migrationpolicy.org/article/a"),
        ("justice.gov's archive", "https://www.justice.gov/archives/opa/pr/a", "https://www.justice.gov/opa/pr/a"),
        ("dhs.gov's archive", "https://www.dhs.gov/archive/news/2021/a", "https://www.dhs.gov/news/2021/a"),
        ("www of an unknown site stays", "https://www.example.org/a", "https://www.example.org/a"),
        ("http of an unknown site stays", "http://example.org/a", "http://example.org/a"),
        ("nested wrappers", "https://web.archive.org/web/2026/https://www.google.com/url?q=https://www.cbp.gov/a", "https://www.cbp.gov/a"),
    ],
)  # fmt: skip
def test_each_rule_of_canonical_addresses(rule: str, url: str, expected: str) -> None:
    assert canonical(url) == expected, rule
    assert canonical(expected) == expected, rule


@pytest.mark.parametrize(
    "url",
    ["", "   ", "example.org/a", "/a", "ftp://example.org/a", "javascript:alert(1)", "mailto:a@example.org", "file:///etc/passwd",
     "http://", "http:///", "https://exa mple.org/", "https://example.org:99999/", "https://[::1/", "http://-a-.example-/",
     "data:text/html,x", "http://a..b/", "https://example.org/" + "a" * 5_000,
     "https://web.archive.org/web/2026/" * 20 + "https://a.example/"],
)  # fmt: skip
def test_what_is_no_web_address_is_nothing(url: str) -> None:
    assert canonical(url) == ""


def test_relative_addresses_need_a_base() -> None:
    assert canonical("../b?x=1", "https://example.org/a/c/d") == "https://example.org/a/b?x=1"
    assert canonical("//cdn.example/x", "https://example.org/") == "https://cdn.example/x"
    assert canonical("b", "not a base") == ""


_wild = st.text(st.characters() | st.sampled_from("/%.?&=#@:[]\\ah25eE;-n1"), max_size=40)
_heads = st.sampled_from(
    ["", "http://cnn.com/", "https://web.archive.org/web/2020/", "https://x.com", "https://www.pewresearch.org/a/", "http://justice.gov/archives/",
     "https://www.google.com/url?q=", "https://www.google.com/amp/s/", "https://urldefense.com/v3/__", "https://m.example.org/amp/"]
)  # fmt: skip


@settings(max_examples=500)
@given(_heads, _wild, _wild)
def test_canonical_is_total_and_idempotent(head: str, tail: str, base: str) -> None:
    once = canonical(head + tail)
    assert canonical(once) == once
    assert once == "" or once.startswith(("http://", "https://"))
    canonical(tail, base)
    assert identity(head + tail) == identity(once) or not once
    kept = absolute(head + tail, base)
    assert absolute(kept) == kept
    assert bool(kept) == is_http(kept)


def test_made_addresses_are_known_and_stay_apart() -> None:
    one, two = (made_address("https://example.org/feed/?b=1#x", key) for key in ("a b", "é/2"))
    assert is_made_address(one)
    assert not is_made_address("https://example.org/feed/#comments")
    assert canonical(one) == "https://example.org/feed?b=1#shiftwatch-entry=a%20b"
    assert canonical(canonical(two)) == canonical(two) != canonical(one)


def test_the_number_identifies_a_redstate_story_whatever_its_slug() -> None:
    first = "https://redstate.com/someone/2026/08/07/agents-move-n2190000"
    second = "https://www.redstate.com/someone/2026/08/08/agents-do-not-move-n2190000?utm_source=x"
    assert identity(first) == identity(second) == "redstate.com:n2190000"
    assert identity("https://www.cbp.gov/a/") == canonical("https://www.cbp.gov/a")


def test_domains_follow_the_public_suffix_list() -> None:
    assert site_domain("https://www.bbc.co.uk/news") == "bbc.co.uk"
    assert site_domain("edition.cnn.com") == "cnn.com"
    assert site_domain("http://127.0.0.1/") == site_domain("http://localhost/") == site_domain("") == ""
    assert host("https://User@WWW.CBP.gov:443/a") == "www.cbp.gov"
    assert same_site("https://www.cnn.com/a", "http://edition.cnn.com/b")
    assert same_site("http://127.0.0.1:1/a", "http://127.0.0.1:2/b")
    assert not same_site("https://cnn.com/", "https://cbp.gov/")
    assert not same_site("", "")


def test_cited_domains_are_told_once_without_own_and_share_links() -> None:
    links = [
        Link(url=url)
        for url in (
            "https://www.cbp.gov/a",
            "https://edition.cnn.com/b",
            "https://www.facebook.com/sharer/sharer.php?u=https://cnn.com",
            "https://twitter.com/intent/tweet?text=x",
            "https://www.google.com/url?q=https://www.ice.gov/c",
            "https://cbp.gov/d",
            "https://x.com/CBP/status/1",
        )
    ]
    assert cited_domains(links, "https://www.cnn.com/story") == ("cbp.gov", "ice.gov", "x.com")


def test_feedburner_addresses_are_known_for_what_they_are() -> None:
    assert is_redirector("http://rss.cnn.com/~r/rss/cnn_us/~3/abc/index.html")
    assert is_redirector("http://feedproxy.google.com/~r/x/~3/y/")
    assert not is_redirector("http://rss.cnn.com/rss/cnn_us.rss")
    assert not is_redirector("https://www.cnn.com/a")
