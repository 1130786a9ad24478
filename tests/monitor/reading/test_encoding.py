"""Bytes to text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.reading.encoding import Kind, decode

_RUSSIAN = "Привет мир, как дела сегодня? Хорошо, спасибо. А у тебя?"


@pytest.mark.parametrize(
    ("body", "content_type", "kind", "text"),
    [
        (codecs.BOM_UTF8 + "é".encode(), "text/html; charset=windows-1251", "html", "é"),
        (codecs.BOM_UTF16_LE + "é".encode("utf-16-le"), "", "xml", "é"),
        (codecs.BOM_UTF16_BE + "é".encode("utf-16-be"), "text/xml; charset=utf-8", "xml", "é"),
        (codecs.BOM_UTF32_LE + "é".encode("utf-32-le"), "", "text", "é"),
        (b"caf\xe9 \x93q\x94", "text/html; charset=ISO-8859-1", "html", "café “q”"),
        (b"caf\xe9", "text/html; charset=windows-1252", "html", "café"),
        ('<meta charset="utf-8">é'.encode("cp1252"), "text/html; charset=latin1", "html", '<meta charset="utf-8">é'),
        ("<meta charset=cp1251>Привет".encode("cp1251"), "text/html", "html", "<meta charset=cp1251>Привет"),
        ('<?xml version="1.0" encoding="koi8-r"?><a>Привет</a>'.encode("koi8-r"), "", "xml",
         '<?xml version="1.0" encoding="koi8-r"?><a>Привет</a>'),
        ("日本語".encode("shift_jis"), "text/html; charset=x-sjis", "html", "日本語"),
        ("中文".encode("gbk"), "text/html; charset=gb2312", "html", "中文"),
        ("é".encode(), "text/html; charset=iso-8859-1", "html", "é"),
        ("é".encode(), "text/html; charset=no-such-thing", "html", "é"),
        (b"+ADw-script+AD4-", "text/html; charset=utf-7", "html", "+ADw-script+AD4-"),
        ('{"a": "é"}'.encode("utf-16-le"), "application/json", "json", '{"a": "é"}'),
        ("caf\u00e9 \u00e9\u00e9 ".encode() + b"\x93stray\x94", "text/html; charset=utf-8", "html", "café éé “stray”"),
        (b"", "", "html", ""),
    ],
)  # fmt: skip
def test_the_mark_then_http_then_the_declaration_say_what_bytes_mean(
    body: bytes, content_type: str, kind: Kind, text: str
) -> None:
    assert decode(body, content_type, kind=kind) == text


def test_undeclared_bytes_are_detected() -> None:
    assert decode(_RUSSIAN.encode("cp1251"), "text/html") == _RUSSIAN
    assert decode(b"It\x92s a caf\xe9, na\xefve and d\xe9j\xe0 vu", "text/html") == "It’s a café, naïve and déjà vu"


@given(st.binary(), st.text(max_size=40), st.sampled_from(["html", "xml", "json", "text"]))
def test_no_bytes_make_decoding_raise(body: bytes, content_type: str, kind: Kind) -> None:
    text = decode(body, content_type, kind=kind)
    text.encode()


@given(st.text())
def test_utf_8_comes_back_as_it_was(text: str) -> None:
    plain = text.replace("\x00", "").removeprefix("\ufeff")
    assert (
        decode(plain.encode("utf-8", "replace"), "text/html; charset=utf-8")
        == plain.encode("utf-8", "replace").decode()
    )
