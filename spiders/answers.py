"""What a status line and headers mean: the trouble they stand for, how long to wait, and what of them is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from multidict import CIMultiDictProxy

from monitor.model import Trouble, TroubleKind
from spiders.manners import UNSAID_WAIT, parse_retry_after
from spiders.wire import clean

MAX_HEADERS = 64
MAX_HEADER_VALUE = 4096

# The body is kept decoded and whole, so these would describe something else; cookies are not kept at all.
_DROPPED = frozenset(
    {"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive", "set-cookie", "set-cookie2"}
)

_VALIDATORS = frozenset({"etag", "last-modified"})

# Header, what its value contains (lower case), who stands behind it. In order: the surest signs first.
_WALLS = (
    ("cf-mitigated", "", "Cloudflare"),
    ("x-amzn-waf-action", "", "AWS WAF"),
    ("x-vercel-mitigated", "", "Vercel"),
    ("x-datadome", "", "DataDome"),
    ("server", "datadome", "DataDome"),
    ("x-sucuri-block", "", "Sucuri"),
    ("x-iinfo", "", "Imperva"),
    ("x-cdn", "imperva", "Imperva"),
    ("x-cdn", "incapsula", "Imperva"),
    ("server", "akamaighost", "Akamai"),
    ("server", "cloudflare", "Cloudflare"),
    ("server", "sucuri", "Sucuri"),
    ("server", "awselb", "AWS"),
    ("x-px-captcha-required", "", "HUMAN"),
)
# These say that this very answer is a challenge, whatever its status: AWS WAF sends them as 202, Cloudflare as 503.
_CHALLENGES = (
    ("cf-mitigated", "challenge"),
    ("x-amzn-waf-action", "challenge"),
    ("x-amzn-waf-action", "captcha"),
    ("x-vercel-mitigated", "challenge"),
)


def trouble(status: int, headers: Mapping[str, str], host: str, *, conditional: bool) -> Trouble | None:
    """The trouble an answer without further redirects stands for; None for one that can be read or is a proper 304."""
    if any(word in headers.get(name, "").lower() for name, word in _CHALLENGES):
        return _trouble(TroubleKind.BLOCKED, f"{host} asks for a challenge to be solved ({wall(headers)})", status)
    if status == 304:
        if conditional:
            return None
        return _trouble(TroubleKind.BROKEN, f"{host} says unchanged (304) without having been asked", status)
    if status in (204, 205):
        return _trouble(TroubleKind.BROKEN, f"{host} answered {status} with nothing in it", status)
    if 200 <= status < 300:
        return None
    if status in (401, 403, 407, 451):
        behind = wall(headers)
        by = f" ({behind})" if behind else ""
        words = {401: "asks for a login", 407: "asks for a proxy login", 451: "refuses for legal reasons"}
        return _trouble(TroubleKind.BLOCKED, f"{host} {words.get(status, 'refuses us')}: {status}{by}", status)
    if status == 404:
        return _trouble(TroubleKind.GONE, f"{host} has nothing at this address (404)", status)
    if status == 410:
        return _trouble(TroubleKind.GONE, f"{host} says this address is gone for good (410)", status)
    if status == 429:
        return _trouble(TroubleKind.WAIT, f"{host} asks us to slow down (429)", status)
    if status == 503:
        return _trouble(TroubleKind.WAIT, f"{host} is unavailable for now (503)", status)
    if status in (301, 302, 303, 307, 308):
        return _trouble(TroubleKind.BROKEN, f"{host} redirects ({status}) without saying where to", status)
    return _trouble(TroubleKind.BROKEN, f"{host} answered {status}", status)


def wait(status: int, headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long an answer asks the host to be left alone; None when it does not say.

    A 429 that says nothing, or nothing readable, or zero, still means the host: 10 minutes. A 503 that says nothing
    may be about one address alone, so the host is left in peace only when it asks for it.
    """
    said = parse_retry_after(headers.get("Retry-After", ""), now)
    if status == 429 and not said:
        return UNSAID_WAIT
    return said or None


def wall(headers: Mapping[str, str]) -> str:
    """Who stands behind a refusal, as far as headers tell; else ``""``."""
    return next((who for name, word, who in _WALLS if name in headers and word in headers[name].lower()), "")


def header_pairs(headers: CIMultiDictProxy[str]) -> tuple[tuple[str, str], ...]:
    """Header names in lower case with clean values, at most 64 of 4,096 characters."""
    kept: list[tuple[str, str]] = []
    for name, value in headers.items():
        lower = name.lower()
        if lower in _DROPPED:
            continue
        plain = value if value.isascii() and value.isprintable() else clean(value, MAX_HEADER_VALUE)
        if lower in _VALIDATORS and (plain != value or len(value) > MAX_HEADER_VALUE):
            continue  # one that cannot be sent back as it came would never match
        kept.append((lower, plain[:MAX_HEADER_VALUE]))
        if len(kept) == MAX_HEADERS:
            break
    return tuple(kept)


def _trouble(kind: TroubleKind, reason: str, status: int) -> Trouble:
    return Trouble(kind=kind, reason=reason, http_status=status)
