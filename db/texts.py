"""When two texts are the same to a reader, and the hash that says so."""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b

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
    """The host of an http(s) address in lower case, without ``www.``, user and port; ``""`` when it has none."""
    # Plain cutting, since urlsplit costs ten times as much and this is done for every story.
    rest = url.partition("://")[2]
    host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2].lower()
    host = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
    return host.removeprefix("www.")
