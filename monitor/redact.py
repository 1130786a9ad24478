"""Takes a login out of words that came from outside: a server may say back what it was sent."""

from __future__ import annotations

import base64
from urllib.parse import quote

SHORTEST = 4  # characters; a shorter password is found in too many words to be told from them


def without_login(words: str, login: str) -> str:
    """``words`` with ``login`` (``user:password``), its password and their usual spellings replaced by ``***``."""
    if not login:
        return words
    password = login.partition(":")[2]
    spelled = base64.b64encode(login.encode("utf-8", "replace")).decode("ascii")
    for secret in (
        spelled,
        spelled.rstrip("="),
        login,
        quote(login),
        password,
        quote(password),
        quote(password, safe=""),
    ):
        if len(secret) >= SHORTEST:
            words = words.replace(secret, "***")
    return words
