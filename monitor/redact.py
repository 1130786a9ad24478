"""Takes a login out of what came from outside: a server may say back what it was sent, in any place it likes."""

from __future__ import annotations

import base64
import re
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import quote

T = TypeVar("T")

SHORTEST = 4  # characters; a shorter password is found in too many words to be told from them
UNLIKE_WORDS = 6  # in stories a password counts from this length on if it mixes letters with other characters,
LONG = 12  # and from this on in any case: "border" and "200000" are words of the texts that are collected


def without_login(words: str, login: str) -> str:
    """``words`` with ``login`` (``user:password``), its password and their usual spellings replaced by ``***``."""
    for secret in _spellings(login, shortest=SHORTEST):
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


def struck(value: T, login: str) -> T:
    """``value`` with ``login`` replaced by ``***`` in every text and body in it, however deep in nouns and tuples.

    Its password alone only where it cannot be a word of a story. Without a login it costs nothing.
    """
    if not login:
        return value
    password = login.partition(":")[2]
    plain = password.isalpha() or password.isdigit()
    shortest = LONG if plain else UNLIKE_WORDS
    result: T = _struck(value, _spellings(login, shortest=shortest))
    return result


def _spellings(login: str, *, shortest: int) -> list[str]:
    if not login:
        return []
    password = login.partition(":")[2]
    whole = base64.b64encode(login.encode("utf-8", "replace")).decode("ascii")
    always = (whole, whole.rstrip("="), *((login, quote(login)) if password else ()))
    alone = (password, quote(password), quote(password, safe="")) if len(password) >= shortest else ()
    return [secret for secret in dict.fromkeys((*always, *alone)) if len(secret) >= SHORTEST]


def _struck(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, "***")
        return value
    if isinstance(value, bytes):
        for secret in secrets:
            value = value.replace(secret.encode("utf-8", "replace"), b"***")
        return value
    if type(value) is tuple:
        parts = tuple(_struck(part, secrets) for part in value)
        return value if parts == value else parts
    if is_dataclass(value) and not isinstance(value, type):
        held = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
        changed = {name: new for name, old in held.items() if (new := _struck(old, secrets)) != old}
        return replace(value, **changed) if changed else value
    return value
