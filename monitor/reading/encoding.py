"""Bytes to text: byte order mark, then HTTP, then the document's own declaration, then detection."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

from monitor.reading.gzipped import MAGIC, unpacked

Kind = Literal["html", "xml", "json", "text"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What the WHATWG Encoding Standard lets a page declare, by Python's names. Python also knows "text" codecs that are no
# encodings of pages (utf-7, punycode, unicode_escape …); a declaration of one of those is as good as none.
_SINGLE_BYTE: Final = _words(
    "ascii cp866 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 "
    "iso8859-14 iso8859-15 iso8859-16 koi8-r koi8-u mac-roman mac-cyrillic cp874 cp1250 cp1251 cp1252 cp1253 cp1254 "
    "cp1255 cp1256 cp1257 cp1258"
)
_MULTI_BYTE: Final = _words(
    "utf-8 gb18030 big5 big5hkscs euc_jp iso2022_jp cp932 shift_jis euc_kr cp949 "
    "utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be"
)
_WIDE: Final = _words("utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be")
_KNOWN: Final = _SINGLE_BYTE | _MULTI_BYTE
_XML_DECLARATION: Final = re.compile(rb"\s{0,100}<\?xml\s[^<>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([\w.:-]{1,40})[\"']")
_ESCAPED: Final = re.compile("[\udc80-\udcff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SAMPLE: Final = 8_192
_ASCII: Final = bytes(range(128))


def decode(body: bytes, content_type: str = "", *, kind: Kind = "html") -> str:
    """``body`` as text; total, without a byte order mark at its head and without lone surrogates.

    ``content_type`` is the HTTP header as it came. Labels mean what browsers make of them (``iso-8859-1`` is
    windows-1252). One deviation from the plain order, because servers' defaults lie and bytes do not: a body that is
    valid UTF-8 is UTF-8 even when a single-byte encoding was declared. In nearly valid UTF-8 the stray bytes are read
    as windows-1252, one by one. A body that is a gzip file itself is unpacked first, as far as the limit allows.
    """
    if body.startswith(MAGIC):
        body = unpacked(body)
    mark, bom = read_bom(body)
    if mark is not None and bom is not None:
        return _presentable(body[len(bom) :].decode(mark, "replace"))
    utf8 = _strict(body, "utf-8")
    declared = tuple(_declared(body, content_type, kind))
    if utf8 is not None and (not declared or declared[0] in _SINGLE_BYTE or declared[0] == "utf-8"):
        return utf8
    for name in declared:
        text = _strict(body, name)
        if text is not None:
            return _presentable(text)
    return utf8 if utf8 is not None else _presentable(_guess(body, declared[0] if declared else ""))


def _declared(body: bytes, content_type: str, kind: Kind) -> Iterator[str]:
    """The encodings that the answer and then the document name; UTF-16 without a mark is known by its NULs."""
    names: list[str | None] = [http_content_type_encoding(content_type[:500])]
    if body[:4].count(0) >= 2:
        names.append("utf-16")
    elif kind == "html":
        names.append(html_body_declared_encoding(body[:4096]))
    elif kind == "xml" and (match := _XML_DECLARATION.match(body[:400])):
        names.append(resolve_encoding(match[1].decode("ascii", "replace")))
    for name in names:
        if name in _WIDE and 0 not in body[:_SAMPLE]:
            continue  # markup and JSON have ASCII in them, whose other half is NUL: this label is a lie
        if name == "utf-16":
            yield "utf-16-be" if body[:1] == b"\x00" else "utf-16-le"
        elif name in _KNOWN and name is not None:
            yield name


def _strict(body: bytes, name: str) -> str | None:
    """``body`` decoded without a single error, else None."""
    try:
        return body.decode(name)
    except (UnicodeError, LookupError):
        return None


def _guess(body: bytes, declared: str) -> str:
    """The best reading of bytes that are not what they claim: nearly UTF-8, else as declared, else as detected."""
    text = body.decode("utf-8", "surrogateescape")
    stray = len(_ESCAPED.findall(text))
    if declared == "utf-8" or stray * 3 <= len(body.translate(None, _ASCII)):
        return _ESCAPED.sub(lambda found: bytes((ord(found[0]) - 0xDC00,)).decode("cp1252", "replace"), text)
    return body.decode(declared or _detect(body), "replace")


def _detect(body: bytes) -> str:
    """The encoding charset-normalizer sees in a small sample around the first non-ASCII byte; a tie is windows-1252."""
    from charset_normalizer import from_bytes

    start = max(0, len(body) - len(body.lstrip(_ASCII)) - 200)
    matches = list(from_bytes(body[start : start + _SAMPLE], steps=3, chunk_size=512))
    if not matches or any(
        match.encoding == "cp1252" and match.chaos <= matches[0].chaos and match.coherence >= matches[0].coherence
        for match in matches
    ):
        return "cp1252"
    name = resolve_encoding(matches[0].encoding)
    return name if name is not None and name in _KNOWN and not name.startswith("utf") else "cp1252"


def _presentable(text: str) -> str:
    """Without lone surrogates, which some multi-byte decoders let through, and without a mark at the head."""
    return _SURROGATE.sub("\ufffd", text).removeprefix("\ufeff")
