"""Reading WARC files, Shiftwatch's own and anybody's: streamed, resumable, and past whatever is broken in them."""

from __future__ import annotations

import contextlib
import io
import re
import zlib
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from db.decoding import Unusable, dechunked, decoded
from monitor.model import Capture, WarcRecord

MAX_BODY = 16 * 1024 * 1024
_MAX_RAW = 24 * 1024 * 1024
_MAX_HEAD = 512 * 1024
_BLOCK = 64 * 1024
_PIECE = 1024 * 1024  # the most that is unpacked at a time
_SILENT = frozenset({"warcinfo", "request", "metadata"})  # there by design beside every response
_STATUS = re.compile(r"HTTP/[0-9.]+\s+([0-9]{3})")

# Headers of Shiftwatch's own captures, for what the WARC format has no field for.
REQUESTED = "Shiftwatch-Requested-URI"
REDIRECTS = "Shiftwatch-Redirects"


class _Broken(Exception):
    """The file's bytes are no WARC record from here on."""


def read_captures(path: Path, start_offset: int = 0) -> Iterator[WarcRecord]:
    """The responses of a WARC file from ``start_offset`` (0, or the ``end`` of a record read before) on.

    Reads whole records one at a time, gzipped each or not at all; records that are no usable response come with the
    reason. A record cut off at the end of the file keeps its start as ``end``, so that a later read finds it whole
    if the file was still being written.
    """
    with path.open("rb") as file:
        at: int | None = start_offset
        while at is not None:
            at = yield from _from(file, at)


def _from(file: BinaryIO, start: int) -> Generator[WarcRecord, None, int | None]:
    """Records from ``start`` until the end (returns None) or a broken one (returns where the next sound one begins)."""
    file.seek(start)
    records = _Records(file)
    at = start
    try:
        for record in records:
            usable = _usable(record)
            records.read_to_end()
            if records.offset <= at:
                raise _Broken  # damage had the reader count backwards; going on would lead round for ever
            at = records.offset  # of the next record now
            if usable is not None:
                yield WarcRecord(end=at, capture=usable[0], skipped=usable[1])
        file.seek(at)
        if not file.read(_BLOCK).strip():
            return None
    except (_Broken, ArchiveLoadFailed, EOFError, ValueError):
        pass
    found = _next_record(file, at + 1)
    reason = "a broken record" if found is not None else "a record cut off at the end of the file"
    yield WarcRecord(end=at if found is None else found, capture=None, skipped=reason)
    return found


class _Reader(DecompressingBufferedReader):  # type: ignore[misc]
    """warcio's reader, which prints damage to stderr and reads on, where it is an error here; and unpacks a block of
    file in one go, which may be a thousand blocks of memory, where it is done a piece at a time here."""

    decompressor: Any
    stream: BinaryIO
    buff: io.BytesIO | None
    starting_data: bytes | None
    lines_left = _MAX_HEAD  # bytes of lines, for the head of a record and what stands between two
    _pending = False  # the decompressor holds output back

    def readline(self, length: int | None = None) -> bytes:
        line = bytes(super().readline(min(length or self.lines_left, self.lines_left)))
        self.lines_left -= len(line)
        if self.lines_left <= 0:
            raise _Broken
        return line

    def rem_length(self) -> int:
        inflater = self.decompressor
        return int(super().rem_length()) + (len(inflater.unconsumed_tail) if inflater and not inflater.eof else 0)

    def skip_member(self) -> None:
        """Unpack the rest of a gzip member and keep none of it."""
        self.buff = None
        while self.decompressor and not self.decompressor.eof:
            self._fillbuff()
            if self.empty():
                return  # the file ends within it
            self.buff = None

    def _fillbuff(self, block_size: int | None = None) -> None:
        if not self.empty() or (self.decompressor and self.decompressor.unused_data):
            return  # never past the end of a member
        while True:
            data = self._next_block()
            if not data and not self._pending:
                self.buff = None
                return
            piece = self._decompress(data)
            self.buff_size = len(piece)
            self.num_read += self.buff_size
            self.num_block_read += self.buff_size
            self.buff = io.BytesIO(piece)
            if piece or not self.decompressor or self.decompressor.unused_data:
                return

    def _next_block(self) -> bytes:
        if self.decompressor and self.decompressor.unconsumed_tail:
            return bytes(self.decompressor.unconsumed_tail)
        if self._pending:
            return b""
        if self.starting_data:
            data, self.starting_data = bytes(self.starting_data), None
            return data
        return self.stream.read(self.block_size)

    def _decompress(self, data: bytes) -> bytes:
        if not self.decompressor:
            return data
        try:
            piece = bytes(self.decompressor.decompress(data, _PIECE))
        except zlib.error as error:
            if self.num_read or data[:2] == b"\x1f\x8b":
                raise _Broken from error
            self.decompressor = None  # not compressed at all
            return data
        self._pending = len(piece) == _PIECE and not self.decompressor.eof
        return piece


class _Records(ArchiveIterator):  # type: ignore[misc]
    """warcio's iterator on that reader, leaving HTTP to us, where its size is bounded."""

    reader: _Reader
    offset: int
    next_line: bytes | None
    member_info: tuple[int, int] | None

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file, no_record_parse=True)
        self.reader = _Reader(file, block_size=_BLOCK)

    def _next_record(self, next_line: bytes | None) -> ArcWarcRecord:
        self.reader.lines_left = _MAX_HEAD
        return super()._next_record(next_line)

    def read_to_end(self, record: ArcWarcRecord | None = None) -> None:
        if self.reader.decompressor and self.record and not self.member_info and (self.record.length or 0) > _MAX_RAW:
            start = self.offset
            self.reader.skip_member()
            self.next_line, self.offset = None, self.fh.tell() - self.reader.rem_length()
            self.member_info = (start, self.offset - start)
        else:
            super().read_to_end(record)

    def _consume_blanklines(self) -> tuple[bytes | None, int]:
        self.reader.lines_left = _MAX_HEAD
        line, size = b"", 0
        while True:
            line = self.reader.readline(_BLOCK)
            if not line:
                return None, size
            if line.strip():
                if size == 0:
                    raise _Broken
                return line, size
            size += len(line)


def _usable(record: ArcWarcRecord) -> tuple[Capture | None, str] | None:
    """The record's capture, or None and why it has none; None for records that are beside the point."""
    if record.length is None:
        raise _Broken  # the one field no record may lack: its head is cut off
    kind = record.rec_type
    if kind in _SILENT:
        return None
    if kind != "response":
        return None, f"a {kind} record"
    if not (record.rec_headers.get_header("WARC-Target-URI") or "").startswith(("http://", "https://")):
        return None
    raw = _read(record)
    if len(raw) < (record.length or 0) and len(raw) <= _MAX_RAW:
        raise _Broken
    try:
        return _capture(record, raw), ""
    except Unusable as error:
        return None, str(error)


def _read(record: ArcWarcRecord) -> bytes:
    parts: list[bytes] = []
    size = 0
    while size <= _MAX_RAW and (part := record.raw_stream.read(_BLOCK)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _capture(record: ArcWarcRecord, raw: bytes) -> Capture:
    if len(raw) > _MAX_RAW:
        raise Unusable("the body is over the limit")
    head, _, body = raw.partition(b"\r\n\r\n")
    if len(head) > _MAX_HEAD:
        raise Unusable("the HTTP headers are over the limit")
    status_line, *lines = head.decode("utf-8", "replace").split("\r\n")
    found = _STATUS.match(status_line)
    if not found:
        raise Unusable("no HTTP response inside")
    status = int(found[1])
    if not 200 <= status < 300:
        raise Unusable(f"HTTP status {status}")
    headers = _headers(lines)
    names = dict(reversed(headers))
    if "chunked" in names.get("transfer-encoding", "").lower():
        body = dechunked(body, MAX_BODY)
    body = decoded(body, names.get("content-encoding", ""), MAX_BODY)
    if len(body) > MAX_BODY:
        raise Unusable("the body is over the limit")
    fields = record.rec_headers
    target = fields.get_header("WARC-Target-URI")
    return Capture(
        url=fields.get_header(REQUESTED) or target,
        final_url=target,
        status=status,
        headers=tuple(
            (name, value) for name, value in headers if name not in ("content-encoding", "transfer-encoding")
        ),
        body=body,
        fetched_at=_moment(fields.get_header("WARC-Date") or ""),
        redirects=tuple((fields.get_header(REDIRECTS) or "").split()),
    )


def _headers(lines: list[str]) -> list[tuple[str, str]]:
    headers: list[tuple[str, str]] = []
    for line in lines:
        if line[:1] in (" ", "\t") and headers:  # a folded line continues the one before
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {line.strip()}")
            continue
        name, colon, value = line.partition(":")
        if colon:
            headers.append((name.strip().lower(), value.strip()))
    return headers


def _moment(text: str) -> datetime:
    with contextlib.suppress(ValueError):
        at = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    raise Unusable("no usable WARC-Date")


def _next_record(file: BinaryIO, start: int) -> int | None:
    """Where the next record begins at or after ``start``; None when there is none."""
    for at in _finds(file, start, (b"\x1f\x8b\x08", b"WARC/")):
        file.seek(at)
        begin = file.read(_BLOCK)
        if begin.startswith(b"\x1f\x8b"):
            try:
                begin = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(begin, 64)
            except zlib.error:
                continue
        if re.match(rb"WARC/[01]\.\d+\r?\n", begin):
            return at
    return None


def _finds(file: BinaryIO, start: int, marks: tuple[bytes, ...]) -> Iterator[int]:
    """The offsets from ``start`` on at which one of the marks stands, in order; the file may be moved in between."""
    longest = max(map(len, marks))
    pattern = re.compile(b"|".join(map(re.escape, marks)))
    at = start
    while True:
        file.seek(at)
        block = file.read(1024 * 1024)
        for found in pattern.finditer(block):
            if found.start() <= len(block) - longest or len(block) < 1024 * 1024:
                yield at + found.start()
        if len(block) < 1024 * 1024:
            return
        at += len(block) - longest + 1
