"""Cleaning strings and reading pieces of HTML."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.reading.text import (
    TEXT_LIMIT,
    TITLE_LIMIT,
    clean,
    clean_paragraphs,
    html_to_text,
    read_fragment,
    split_paragraphs,
    unescape,
)

_nasty = st.text(st.characters() | st.sampled_from("\u200c\u200d\u0301\ufeff\u202e\x00\ud800 eш\n"), max_size=30)


@pytest.mark.parametrize(
    ("dirty", "cleaned"),
    [
        ("  two \t words\n here ", "two words here"),
        ("a\x00b", "ab"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("terminal \x1b[31mred\x1b[0m", "terminal [31mred[0m"),
        ("\ufeffCNN\ufeff", "CNN"),
        ("zero\u200bwidth soft\xadhyphen", "zerowidth softhyphen"),
        ("gnp\u202egpj.exe", "gnpgpj.exe"),
        ("\u2066isolated\u2069", "isolated"),
        ("cafe\u0301", "café"),
        ("no\u00a0break\u2003space\u2028line", "no break space line"),
        ("a\u200db\u200cc", "abc"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("noncharacter \ufffe\uffff\U0001ffff", "noncharacter"),
        ("tags \U000e0041\U000e0042", "tags"),
    ],
)
def test_cleaning_removes_what_cannot_be_seen_and_folds_white_space(dirty: str, cleaned: str) -> None:
    assert clean(dirty) == cleaned


@given(_nasty, st.integers(0, 20))
def test_clean_is_idempotent_bounded_and_encodable(text: str, limit: int) -> None:
    once = clean(text, limit=limit)
    assert clean(once, limit=limit) == once
    assert len(once) <= limit
    once.encode()


def test_a_megabyte_is_cut_before_it_is_looked_at() -> None:
    assert len(clean("x" * 5_000_000)) == TITLE_LIMIT


def test_paragraphs_are_joined_by_one_blank_line_and_bounded_in_all() -> None:
    assert clean_paragraphs([" one ", "", "two\nlines"]) == "one\n\ntwo lines"
    assert len(clean_paragraphs(["word " * 1_000] * 100)) <= TEXT_LIMIT


def test_only_blank_lines_split_plain_text() -> None:
    assert split_paragraphs("a\nb\r\n\r\nc\n \n\nd") == ["a\nb", "c", "d"]


def test_unescape_survives_a_reference_of_ten_thousand_digits() -> None:
    assert unescape("&eacute;&amp;") == "é&"
    assert unescape("&#" + "1" * 10_000 + ";").startswith("&#1")


@pytest.mark.parametrize(
    ("markup", "paragraphs"),
    [
        ("plain &amp; simple", ("plain & simple",)),
        ("5 < 6 and 7 > 2", ("5 < 6 and 7 > 2",)),
        ("<p>one</p><p>two</p>", ("one", "two")),
        ("one<br>still one<br><br>two", ("one still one", "two")),
        ("<div>a <b>bold</b> word<ul><li>x<li>y</ul>end</div>", ("a bold word", "x", "y", "end")),
        ("<table><tr><td>1</td><td>2</td></tr></table>", ("1 2",)),
        ("a<script>alert(1)</script><style>p{}</style>b", ("ab",)),
        ("<p onclick='x()'>t</p><iframe src='//e'>no</iframe>", ("t",)),
        ("<p>bad <b>nesting</p></b> on", ("bad nesting", "on")),
        ("", ()),
        ("<!-- only -->", ()),
        ('<?xml version="1.0" encoding="utf-16"?><p>declared</p>', ("declared",)),
        ("<p>caf\u0065\u0301 \x00 NUL</p>", ("café NUL",)),
    ],
)
def test_blocks_and_doubled_breaks_make_paragraphs(markup: str, paragraphs: tuple[str, ...]) -> None:
    assert read_fragment(markup).paragraphs == paragraphs


def test_links_are_absolute_http_and_told_once() -> None:
    markup = (
        '<a href="/x">An <i>X</i></a><a href="https://other.example/y">Y</a><a href="/x">again</a>'
        '<a href="javascript:alert(1)">no</a><a href="mailto:a@b.c">no</a><a>no</a><a href="">no</a>'
    )
    links = read_fragment(markup, "https://site.example/page").links
    assert [(link.url, link.text) for link in links] == [
        ("https://site.example/x", "An X"),
        ("https://other.example/y", "Y"),
    ]


def test_nesting_by_the_hundred_thousand_neither_recurses_nor_loses_the_text() -> None:
    assert html_to_text("<div>" * 100_000 + "deep") in ("deep", "")
    assert html_to_text("<p>kept</p>" + "<i>" * 100_000).startswith("kept")


@settings(max_examples=200)
@given(st.text(st.characters() | st.sampled_from("<>/pbra&;=\"'"), max_size=80))
def test_no_string_makes_reading_a_fragment_raise(markup: str) -> None:
    fragment = read_fragment(markup, "http://x.example/")
    fragment.text.encode()
    assert all(link.url.startswith(("http://", "https://")) for link in fragment.links)
