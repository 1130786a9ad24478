"""Takes a login out of words that came from outside: a server may say back what it was sent."""

from __future__ import annotations

import base64
import re
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


_USER_INFO = re.compile(r"(?<=://)[^\s/@?#]+@")
_AUTHORIZATION = re.compile(
    r"(?i)\b(authorization\s*[:=]\s*(?:(?:basic|bearer|digest)\s+)?)[^\s,;]+|\b((?:basic|bearer)\s+)[A-Za-z0-9+/=._~-]{16,}"
)
_NAMED = re.compile(
    r"(?i)\b((?:[a-z0-9_-]*(?:password|passwd|secret|token|api[_-]?key|signature))|key|auth|sig)(=)[^\s&;,'\"]+"
)


def without_secrets(words: str) -> str:
    """``words`` with what looks like a login replaced by ``***``, and every value told to ``keep_secret``.

    For whatever is written where others may read it: user-info in addresses, authorization headers, parameters named
    like passwords or keys.
    """
    for login in _kept:
        words = without_login(words, login)
    words = _USER_INFO.sub("***@", words)
    words = _AUTHORIZATION.sub(lambda found: (found[1] or found[2]) + "***", words)
    return _NAMED.sub(r"\1\2***", words)


_kept: set[str] = set()


def keep_secret(login: str) -> None:
    """Have ``without_secrets`` leave this value (``user:password``, or a password) out from now on."""
    if login:
        _kept.add(login if ":" in login else f":{login}")
