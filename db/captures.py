"""Raw answers kept as WARC files: evidence, and the means to read them again with better rules.

Files are named by day and number, ``shiftwatch-2026-11-24-0001.warc.gz``. Each record is a gzip member of its own,
compressed in memory and written at once, so a kill leaves whole records; what a power cut tears is at the very end of
a file, and the next run begins another.
"""

from __future__ import annotations

import fcntl
import io
import os
import re
import zlib
from collections import OrderedDict
from datetime import UTC, date, datetime
from hashlib import sha1
from http import HTTPStatus
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from db.connect import refusing
from db.times import iso
from db.warc import REDIRECTS, REQUESTED, read_captures
from monitor import __version__
from monitor.model import Capture

__all__ = ["CaptureWriter", "read_captures"]

MAX_BYTES = 100 * 1000 * 1000
_REMEMBERED = 20_000  # bodies known of this file; a body forgotten is merely written once more
_TAIL = 4 * 1024 * 1024
# The body is kept decoded, so these no longer describe it; under the archives' usual prefix they are still told.
_HOP_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"})


class CaptureWriter:
    """Writes captures into ``folder``, made when missing; a new file each day (UTC) and every ``max_bytes``.

    Files stand alone, so that an old one can be let go: what a file refers to is in it. Raises ArchiveError.
    """

    def __init__(self, folder: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._file = -1
        self._day = date.min
        self._path = folder
        self._size = 0
        self._known: OrderedDict[tuple[str, str], str] = OrderedDict()

    def write(self, capture: Capture) -> str:
        """Keep one answer; gives where it is, ``file:offset``.

        A body that this address has already given in the same file is a revisit record, which names the moment.
        """
        with refusing(self._folder):
            day = capture.fetched_at.astimezone(UTC)
            if self._file < 0 or self._size >= self._max_bytes or day.date() > self._day:
                self._close()
                self._open(day)
                self._day = day.date()
                self._known.clear()
            at = self._size
            self._append(self._record(capture))
            return f"{self._path.name}:{at}"

    def close(self) -> None:
        """Make sure that all is on the disk, and close."""
        with refusing(self._folder):
            self._close()

    def _record(self, capture: Capture) -> bytes:
        moment = iso(capture.fetched_at)
        digest = sha1(capture.body, usedforsecurity=False).hexdigest()
        key = (capture.final_url, digest)
        before = self._known.get(key)
        out = io.BytesIO()
        writer = WARCWriter(out, gzip=False)
        fields = {"WARC-Date": moment}
        if capture.url != capture.final_url:
            fields[REQUESTED] = _one_line(capture.url)
        if capture.redirects:
            fields[REDIRECTS] = " ".join(_one_line(hop) for hop in capture.redirects)
        http = _http_headers(capture)
        address = _one_line(capture.final_url)
        if before is None:
            record = writer.create_warc_record(
                address,
                "response",
                payload=io.BytesIO(capture.body),
                length=len(capture.body),
                http_headers=http,
                warc_headers_dict=fields,
            )
            self._known[key] = moment
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        else:
            whole = writer.create_warc_record(
                address, "response", payload=io.BytesIO(capture.body), length=len(capture.body), http_headers=http
            )
            record = writer.create_revisit_record(
                address,
                whole.rec_headers.get_header("WARC-Payload-Digest"),
                address,
                before,
                http_headers=http,
                warc_headers_dict=fields,
            )
        writer.write_record(record)
        return _gzipped(out.getvalue())

    def _append(self, member: bytes) -> None:
        """Write a whole record or none: what a full disk cuts short is taken back."""
        rest = memoryview(member)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError:
            os.ftruncate(self._file, self._size)
            raise
        self._size += len(member)

    def _open(self, day: datetime) -> None:
        """Go on with the day's last file while it has room and ends well, or begin the next."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        numbers = [
            int(found[1])
            for path in self._folder.glob(f"shiftwatch-{day:%Y-%m-%d}-*.warc.gz")
            if (found := re.fullmatch(r".*-(\d+)\.warc\.gz", path.name))
        ]
        last = max(numbers, default=0)
        if last and self._opened(self._folder / _name(day, last), fresh=False):
            return
        while not self._opened(self._folder / _name(day, last + 1), fresh=True):
            last += 1

    def _opened(self, path: Path, *, fresh: bool) -> bool:
        flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | ((os.O_CREAT | os.O_EXCL) if fresh else 0)
        try:
            file = os.open(path, flags, 0o600)
        except FileExistsError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # another archive may keep its captures here too
            size = os.fstat(file).st_size
            usable = fresh or (size < self._max_bytes and _ends_well(file, size))
        except BlockingIOError:
            usable = False
        if not usable:
            os.close(file)
            return False
        self._file, self._path, self._size = file, path, size
        if fresh:
            self._append(_head_record(path.name))
        return True

    def _close(self) -> None:
        if self._file >= 0:
            file, self._file = self._file, -1
            try:
                os.fsync(file)
            finally:
                os.close(file)


def _name(day: datetime, number: int) -> str:
    return f"shiftwatch-{day:%Y-%m-%d}-{number:04}.warc.gz"


def _head_record(name: str) -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=False)
    info = {
        "software": f"Shiftwatch/{__version__}",
        "format": "WARC File Format 1.0",
        "description": "Bodies are stored decoded; encoding headers as received are under X-Archive-Orig-",
    }
    writer.write_record(writer.create_warcinfo_record(name, info))
    return _gzipped(out.getvalue())


def _http_headers(capture: Capture) -> StatusAndHeaders:
    headers = [
        (f"X-Archive-Orig-{name}" if name in _HOP_HEADERS else name, _one_line(value))
        for name, value in capture.headers
        if re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name)
    ]
    headers.append(("Content-Length", str(len(capture.body))))
    reason = next((known.phrase for known in HTTPStatus if known == capture.status), "Unknown")
    return StatusAndHeaders(f"{capture.status} {reason}", headers, protocol="HTTP/1.1")


def _ends_well(file: int, size: int) -> bool:
    """Whether the file's last gzip member is whole; its tail alone is looked at, whatever the file's size."""
    tail = os.pread(file, min(size, _TAIL), max(0, size - _TAIL))
    at = len(tail)
    while (at := tail.rfind(b"\x1f\x8b\x08", 0, at)) >= 0:
        inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            begin = inflater.decompress(tail[at:], 8)
            if begin.startswith(b"WARC/"):
                while inflater.unconsumed_tail:
                    inflater.decompress(inflater.unconsumed_tail, 1024 * 1024)
                return inflater.eof and not inflater.unused_data
        except zlib.error:
            continue
    return False


def _gzipped(record: bytes) -> bytes:
    compressor = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return compressor.compress(record) + compressor.flush()


def _one_line(text: str) -> str:
    """A header's value cannot begin another header."""
    return " ".join(text.encode("utf-8", "replace").decode().split())
