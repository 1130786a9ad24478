"""Unpacks bodies that are gzip files themselves (``feed.xml.gz``), known by their first bytes, up to a limit."""

from __future__ import annotations

import zlib
from typing import Final

MAGIC: Final = b"\x1f\x8b"
MOST: Final = 16 * 1024 * 1024
"""Bytes: as many as the polite client lets an answer have."""

_MEMBERS: Final = 64  # files put end to end; honest ones are one, and each costs a new decoder


def unpacked(body: bytes) -> bytes:
    """The file inside ``body``, cut at MOST bytes; of a damaged one what can be had; any other body as it is. Total."""
    pieces: list[bytes] = []
    room = MOST
    rest = body
    while rest[:2] == MAGIC and room > 0 and len(pieces) < _MEMBERS:
        stream = zlib.decompressobj(wbits=31)
        try:
            pieces.append(stream.decompress(rest, room))
        except zlib.error:
            break
        room -= len(pieces[-1])
        rest = stream.unused_data
    return b"".join(pieces) if pieces else body
