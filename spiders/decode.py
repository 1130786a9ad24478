"""Undoes content encodings piece by piece, never a piece more than the limit: bombs do not go off."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from typing import Any, Protocol

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPT_ENCODING = "gzip, deflate, br, zstd"

PIECE = 256 * 1024  # the most one step may put out; what a bomb can cost beyond the limit
MAX_LAYERS = 3
MAX_MEMBERS = 64  # gzip members or zstd frames in one body; honest ones have one, a 20-byte member costs a new decoder
_ZSTD_WINDOW_LOG = 23  # 8 MB, the most RFC 9659 lets a server ask a client to set aside

# Seen in the wild where a charset or a transfer encoding was put into the wrong header: the bytes are as they are.
_IDENTITY = {"", "identity", "none", "utf-8", "utf8", "8bit", "7bit", "binary"}


class Undecodable(Exception):
    """The body is not what its Content-Encoding says, or ends too early; ``str()`` says which, in words."""


class TooLarge(Exception):
    """The body decodes to more than the limit."""


class _Layer(Protocol):
    def pieces(self, data: bytes) -> Iterator[bytes]: ...

    def finish(self) -> bytes: ...


class _Inflating:
    """gzip, and both things servers call deflate: with a zlib wrapper and without."""

    def __init__(self, *, gzipped: bool) -> None:
        self._gzipped = gzipped
        self._inflater: Any = None
        self._members = 0
        self._begin = b""
        self._plain = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        if self._inflater is None and not self._plain and not self._members:
            data = self._begin + data
            if len(data) < 2:
                self._begin = data
                return
            self._begin = b""
            self._open(data)
        if self._plain:
            yield data
            return
        while True:
            if self._inflater is None and not self._reopen(data):
                return
            try:
                piece = self._inflater.decompress(data, PIECE)
            except zlib.error:
                raise Undecodable("the compressed body is damaged") from None
            if self._inflater.eof:
                data = self._inflater.unused_data
                self._inflater = None
            else:
                data = self._inflater.unconsumed_tail
            if piece:
                yield piece
            # A full piece may have left output behind in the inflater even when all input is taken.
            if self._inflater is not None and not data and len(piece) < PIECE:
                return

    def _open(self, data: bytes) -> None:
        if self._gzipped:
            if not data.startswith(b"\x1f\x8b"):
                self._plain = _looks_plain(data)
                if not self._plain:
                    raise Undecodable("the body is said to be gzip and is not")
                return
            wbits = 31
        else:
            wrapped = data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
            wbits = 15 if wrapped else -15
            if not wrapped and _looks_plain(data) and _fails(data):
                self._plain = True
                return
        self._members = 1
        self._inflater = zlib.decompressobj(wbits)

    def _reopen(self, data: bytes) -> bool:
        """Another gzip member may follow the one that ended; padding and rubbish after it are left alone."""
        if not self._gzipped or not data.startswith(b"\x1f\x8b"):
            return False
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise Undecodable("the gzip body has too many members")
        self._inflater = zlib.decompressobj(31)
        return True

    def finish(self) -> bytes:
        if self._begin and _looks_plain(self._begin):
            return self._begin
        if self._begin or self._inflater is not None:
            raise Undecodable("the compressed body ends too early")
        return b""


class _Brotli:
    def __init__(self) -> None:
        self._decompressor: Any = brotli.Decompressor()
        self._started = False
        self._plain = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        if self._plain:
            yield data
            return
        first = not self._started
        self._started = True
        feed = data
        while True:
            if self._decompressor.is_finished():
                return
            try:
                piece = self._decompressor.process(feed, output_buffer_limit=PIECE)
            except brotli.error:
                if first and feed is data and _looks_plain(data):
                    self._plain = True
                    yield data
                    return
                raise Undecodable("the compressed body is damaged") from None
            if piece:
                yield piece
            feed = b""
            # With all input taken the decoder may still hold output back, and says so only by giving it.
            if not piece and self._decompressor.can_accept_more_data():
                return

    def finish(self) -> bytes:
        if self._started and not self._plain and not self._decompressor.is_finished():
            raise Undecodable("the compressed body ends too early")
        return b""


class _Zstd:
    def __init__(self) -> None:
        self._decompressor: Any = None
        self._frames = 0
        self._begin = b""
        self._plain = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        if not self._frames and not self._plain:
            data = self._begin + data
            if len(data) < 4:
                self._begin = data
                return
            self._begin = b""
            if not _is_zstd(data):
                if not _looks_plain(data):
                    raise Undecodable("the body is said to be zstd and is not")
                self._plain = True
        if self._plain:
            yield data
            return
        while data or (self._decompressor is not None and not self._decompressor.needs_input):
            if self._decompressor is None:
                if self._frames and not _is_zstd(data):
                    return
                self._frames += 1
                if self._frames > MAX_MEMBERS:
                    raise Undecodable("the zstd body has too many frames")
                self._decompressor = zstd.ZstdDecompressor(
                    options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
                )
            try:
                piece = self._decompressor.decompress(data, PIECE)
            except zstd.ZstdError:
                raise Undecodable("the compressed body is damaged") from None
            data = b""
            if self._decompressor.eof:
                data = self._decompressor.unused_data
                self._decompressor = None
            if piece:
                yield piece

    def finish(self) -> bytes:
        if self._begin and _looks_plain(self._begin):
            return self._begin
        if self._begin or self._decompressor is not None:
            raise Undecodable("the compressed body ends too early")
        return b""


def _looks_plain(data: bytes) -> bool:
    """Whether bytes begin as markup or JSON does: an encoding was declared and not applied."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"<", b"{", b"[")


def _fails(data: bytes) -> bool:
    try:
        zlib.decompressobj(-15).decompress(data, PIECE)
    except zlib.error:
        return True
    return False


def _is_zstd(data: bytes) -> bool:
    skippable = data[1:4] == b"\x2a\x4d\x18" and data[0] & 0xF0 == 0x50
    return skippable or data.startswith(b"\x28\xb5\x2f\xfd")


class Decoder:
    """Decodes one body fed in chunks; ``content_encoding`` is the header as it came, several encodings allowed.

    Raises Undecodable at once for an encoding nobody asked for, and from ``feed``/``finish`` for a body that is
    damaged or cut short; TooLarge as soon as any layer has put out more than ``limit`` bytes.
    """

    def __init__(self, content_encoding: str, limit: int) -> None:
        names = [name.strip().lower() for name in content_encoding.split(",")]
        names = [name for name in names if name not in _IDENTITY]
        if len(names) > MAX_LAYERS:
            raise Undecodable("the body is encoded too many times over")
        self._limit = limit
        self._layers: list[_Layer] = [_layer(name) for name in reversed(names)]
        self._sizes = [0] * len(self._layers)

    @property
    def idle(self) -> bool:
        """True when there is nothing to undo."""
        return not self._layers

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The decoded pieces that ``data`` completes, each at most 256 KiB; ``data`` itself when nothing is undone."""
        return self._through(data, 0)

    def finish(self) -> Iterator[bytes]:
        """What is left at the end of the body."""
        for number, layer in enumerate(self._layers):
            rest = layer.finish()
            if rest:
                yield from self._through(rest, number + 1)

    def _through(self, data: bytes, start: int) -> Iterator[bytes]:
        stream: Iterator[bytes] = iter((data,))
        for number in range(start, len(self._layers)):
            stream = self._run(number, stream)
        return stream

    def _run(self, number: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
        layer = self._layers[number]
        for chunk in chunks:
            for piece in layer.pieces(chunk):
                self._sizes[number] += len(piece)
                if self._sizes[number] > self._limit:
                    raise TooLarge
                yield piece


def _layer(name: str) -> _Layer:
    if name in ("gzip", "x-gzip"):
        return _Inflating(gzipped=True)
    if name == "deflate":
        return _Inflating(gzipped=False)
    if name == "br":
        return _Brotli()
    if name == "zstd":
        return _Zstd()
    raise Undecodable("the body is in an encoding that was not asked for")
