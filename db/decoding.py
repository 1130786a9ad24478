"""Undoes the transfer and content encodings of a body kept in a WARC file, and never puts out more than a limit."""

from __future__ import annotations

import re
import sys
import zlib

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_LAYERS = 3
_PLAIN = frozenset({"", "identity", "none", "utf-8", "utf8"})


class Unusable(Exception):
    """The body cannot be had from the bytes kept; ``str()`` says why in a few words."""


def decoded(body: bytes, encodings: str, limit: int) -> bytes:
    """The body with the encodings of its Content-Encoding header undone, at most ``limit`` bytes.

    Some crawlers keep the header and store the body already decoded: one that is not what the header says is taken
    as it is. Raises Unusable.
    """
    names = [name for name in (part.strip().lower() for part in encodings.split(",")) if name not in _PLAIN]
    if len(names) > MAX_LAYERS:
        raise Unusable("the body is encoded too many times over")
    for name in reversed(names):
        undo = _UNDO.get(name)
        if undo is None:
            raise Unusable("the body is in an unknown encoding")
        if (undone := undo(body, limit)) is None:
            return body
        body = undone
    return body


def dechunked(body: bytes, limit: int) -> bytes:
    """The body with HTTP chunks put together; one that is not chunked after all, or cut short, as far as it goes."""
    parts: list[bytes] = []
    at = size = 0
    while found := _CHUNK.match(body, at):
        length = int(found[1], 16)
        if length == 0:
            return b"".join(parts)
        part = body[found.end() : found.end() + length]
        size += len(part)
        if size > limit:
            raise Unusable("the body is over the limit")
        parts.append(part)
        at = found.end() + length + 2
    return b"".join(parts) if parts else body


_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r\n")


def _inflated(body: bytes, limit: int) -> bytes | None:
    """gzip of one or many members, and zlib."""
    out = b""
    while body:
        inflater = zlib.decompressobj(32 + zlib.MAX_WBITS)
        try:
            out += inflater.decompress(body, limit + 1 - len(out))
        except zlib.error:
            return out or None
        if len(out) > limit:
            raise Unusable("the body is over the limit")
        body = inflater.unused_data
    return out


def _deflated(body: bytes, limit: int) -> bytes | None:
    """What servers call deflate: zlib, or bare."""
    out = _inflated(body, limit)
    if out is None:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            out = inflater.decompress(body, limit + 1)
        except zlib.error:
            return None
        if len(out) > limit:
            raise Unusable("the body is over the limit")
    return out


def _unbrotlied(body: bytes, limit: int) -> bytes | None:
    decompressor = brotli.Decompressor()
    parts: list[bytes] = []
    size = 0
    try:
        while True:
            part = decompressor.process(body, output_buffer_limit=65_536)
            parts.append(part)
            size += len(part)
            if size > limit:
                raise Unusable("the body is over the limit")
            if decompressor.is_finished() or decompressor.can_accept_more_data():
                return b"".join(parts)
            body = b""
    except brotli.error:
        return None


def _unzstd(body: bytes, limit: int) -> bytes | None:
    try:
        out = zstd.ZstdDecompressor().decompress(body, limit + 1)
    except zstd.ZstdError:
        return None
    if len(out) > limit:
        raise Unusable("the body is over the limit")
    return out


_UNDO = {"gzip": _inflated, "x-gzip": _inflated, "deflate": _deflated, "br": _unbrotlied, "zstd": _unzstd}
