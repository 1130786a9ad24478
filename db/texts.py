"""When two texts are the same to a reader, and the hash that says so."""

from __future__ import annotations

import unicodedata
from hashlib import blake2b
from urllib.parse import urlsplit

# Zero-width space, word joiner, byte order mark, soft hyphen: invisible, and sites add and drop them at will.
_INVISIBLE = dict.fromkeys((0x200B, 0x2060, 0xFEFF, 0x00AD))


def plain(text: str) -> str:
    """The text with every run of white space as one space and invisible characters dropped: cosmetics gone."""
    if text.isascii():
        return " ".join(text.split())
    return " ".join(unicodedata.normalize("NFC", text.translate(_INVISIBLE)).split())


def text_hash(title: str, text: str) -> str:
    """The hash of what a version says, ``1:`` (the hash's version) and 32 hex digits; blind to cosmetics."""
    return "1:" + blake2b(f"{plain(title)}\n{plain(text)}".encode(), digest_size=16).hexdigest()


def domain_of(url: str) -> str:
    """The address's host in lower case without ``www.``; ``""`` when it has none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")
