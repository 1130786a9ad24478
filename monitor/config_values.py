"""What a value in shiftwatch.toml may be: each check answers the value or a ValueError that says what was expected."""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from email.utils import parseaddr
from functools import cache
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from monitor.errors import QueryError
from monitor.query import parse as parse_query
from monitor.reading.urls import is_http

TRUSTED = "trusted"  # the validation context of tables that are ours
_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(ms|s|m|h|d)")
_UNIT = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_DOMAIN = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_HOST_PORT = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+)(?::(\d{1,5}))?")
_CRON = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
_CRON_NAMES = {
    3: ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    4: ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
}


def duration(text: object) -> timedelta:
    """``"2s"``, ``"30m"``, ``"1h"``, ``"1d"``, ``"50ms"`` as a timedelta; ValueError says what was expected."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if not match:
        raise ValueError('a duration such as "2s", "30m", "1h" or "1d"')
    return timedelta(seconds=float(match[1]) * _UNIT[match[2]])


def _between(low: str, high: str) -> AfterValidator:
    def check(value: timedelta) -> timedelta:
        if not duration(low) <= value <= duration(high):
            raise ValueError(f'a duration from "{low}" to "{high}"')
        return value

    return AfterValidator(check)


def _line(value: str) -> str:
    """One printable line: what ends in headers, mails and terminals must not carry control characters."""
    if not value.isprintable() or not value.strip() or len(value) > 1000:
        raise ValueError("one line of printable text")
    return value.strip()


def _url(value: str) -> str:
    if not is_http(value) or not value.isprintable() or " " in value or "\\" in value:
        raise ValueError('an http or https address such as "https://example.org/feed"')
    if "@" in urlsplit(value).netloc:
        raise ValueError('an address without user or password; give them as auth = "env:NAME"')
    return value


def _domain(value: str) -> str:
    if not _DOMAIN.fullmatch(value):
        raise ValueError('a bare domain in lower case such as "cbp.gov"')
    return value


def _reference(value: str) -> str:
    if value and not re.fullmatch(r"env:[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError('"env:NAME", the environment variable that holds user:password')
    return value


def _proxy(value: str) -> str:
    if not value or value.startswith("env:"):
        return _reference(value)
    try:
        return _url(value)
    except ValueError:
        raise ValueError('"http://host:port" without user or password, "env:NAME" (may hold both), or ""') from None


def _private(value: str) -> str:
    match = _HOST_PORT.fullmatch(value)
    if match and 0 < int(match[1] or 80) < 65536 and not re.fullmatch(r"[\d.]+", value):
        return value
    try:
        ipaddress.ip_network(value)
    except ValueError:
        raise ValueError('"host:port", a host, or a network such as "10.0.0.0/8"') from None
    return value


def _contact(value: str) -> str:
    if value and (not value.isascii() or not value.isprintable() or len(value) > 200 or set(value) & set(' ()<>"\\')):
        raise ValueError('an e-mail address or a web address such as "you@example.org"')
    if value and "@" not in value and not value.startswith(("http://", "https://")):
        raise ValueError('an e-mail address or a web address such as "you@example.org"')
    return value


def _mailbox(value: str) -> str:
    name, address = parseaddr(_line(value))
    local, at, host = address.rpartition("@")
    if not (local and at and host) or " " in address or not (name or value.strip(" <>") == address):
        raise ValueError('an e-mail address such as "desk@example.org" or "Desk <desk@example.org>"')
    return value.strip()


def _smtp(value: str) -> str:
    expected = '"smtp://user@host:587" or "smtps://…"; the password comes from SHIFTWATCH_SMTP_PASSWORD'
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0 and value.isprintable()
    except ValueError:
        good = False
    if not good or parts.password is not None or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(expected)
    return value


def _cron(value: str) -> str:
    fields = value.split()
    if len(fields) != len(_CRON):
        raise ValueError('five cron fields such as "0 7 * * *"')
    for place, (text, (name, low, high)) in enumerate(zip(fields, _CRON, strict=True)):
        if not all(_cron_part(part, low, high, _CRON_NAMES.get(place, ())) for part in text.lower().split(",")):
            raise ValueError(f'five cron fields such as "0 7 * * *"; the {name} must be {low}-{high}')
    return value


def _cron_part(part: str, low: int, high: int, names: tuple[str, ...]) -> bool:
    span, slash, step = part.partition("/")
    if slash and not (step.isdecimal() and int(step) > 0):
        return False
    if span == "*":
        return True
    ends = [str(low + names.index(end)) if end in names else end for end in span.split("-")]
    numbers = [int(end) for end in ends if end.isdecimal() and low <= int(end) <= high]
    return len(numbers) == len(ends) <= 2 and numbers == sorted(numbers)


def _schedule(value: str) -> str:
    """A cron line that names at least one moment, or ``now``."""
    if value == "now":
        return value
    from monitor.digest.window import never_comes

    try:
        _cron(value)
    except ValueError as error:
        raise ValueError(f'{error}, or "now"') from None
    if never_comes(value):
        raise ValueError('five cron fields that name a day there is, such as "0 7 * * *"')
    return value


def _query(value: str) -> str:
    try:
        parse_query(value)
    except QueryError as error:
        raise ValueError(f"a query: {error}") from None
    return value


def _recipient(value: str) -> str:
    """A mailbox, or ``apprise:env:NAME``: the address of another service, which is a secret, from the environment."""
    if value.startswith("apprise:"):
        if not re.fullmatch(r"apprise:env:[A-Za-z_][A-Za-z0-9_]*", value):
            raise ValueError('"apprise:env:NAME", the environment variable that holds the service\'s Apprise address')
        return value
    found = _mailbox(value)
    if not parseaddr(found)[1].isascii():
        raise ValueError('an e-mail address in plain ASCII such as "desk@example.org"')
    return found


def _unsubscribe(value: str) -> str:
    if value and not (
        re.fullmatch(r"mailto:[^\s<>\"]+@[^\s<>\"]+", value) or (is_http(value) and not re.search(r"[\s<>\"]", value))
    ):
        raise ValueError('"mailto:desk@example.org?subject=unsubscribe" or an https address')
    return value


def _quiet_hours(value: str) -> str:
    if value and not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError('hours of the digest\'s time zone such as "22:00-07:00"')
    return value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        raise ValueError('a time zone such as "America/New_York" or "UTC"') from None
    return value


def _selector(value: str, info: ValidationInfo) -> str:
    # The catalogue's own are checked by a test: what checks them takes a tenth of a second to import, at every start.
    return value if info.context == TRUSTED else _checked_selector(value)


@cache
def _checked_selector(value: str) -> str:
    # Only the translator, not parsel's Selector, which is heavier still.
    from cssselect import ExpressionError, SelectorError
    from parsel.csstranslator import HTMLTranslator

    try:
        if value:
            HTMLTranslator().css_to_xpath(value)
    except (SelectorError, ExpressionError) as error:
        raise ValueError(f'a CSS selector such as "h2 a::attr(href)" ({str(error).splitlines()[0]})') from None
    return value


def _dotted(value: str) -> str:
    if value and not re.fullmatch(r"[^\s.]+(?:\.[^\s.]+)*", value):
        raise ValueError('a dotted path such as "title.rendered"')
    return value


Duration = Annotated[timedelta, BeforeValidator(duration)]
Every = Annotated[timedelta, BeforeValidator(duration), _between("1s", "30d")]
Age = Annotated[timedelta, BeforeValidator(duration), _between("1d", "36500d")]
Pause = Annotated[timedelta, BeforeValidator(duration), _between("0s", "10m")]
Line = Annotated[str, AfterValidator(_line)]
Url = Annotated[str, AfterValidator(_url)]
Css = Annotated[str, AfterValidator(_selector)]
CssNeeded = Annotated[str, Field(min_length=1), AfterValidator(_selector)]
Dotted = Annotated[str, AfterValidator(_dotted)]
Auth = Annotated[str, AfterValidator(_reference)]
Contact = Annotated[str, AfterValidator(_contact)]
Domain = Annotated[str, AfterValidator(_domain)]
Proxy = Annotated[str, AfterValidator(_proxy)]
Private = Annotated[str, AfterValidator(_private)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
Smtp = Annotated[str, AfterValidator(_smtp)]
Schedule = Annotated[str, AfterValidator(_schedule)]
OptionalLine = Annotated[str, AfterValidator(lambda value: _line(value) if value else "")]
QueryText = Annotated[str, AfterValidator(_query)]
Recipient = Annotated[str, AfterValidator(_recipient)]
Unsubscribe = Annotated[str, AfterValidator(_unsubscribe)]
QuietHours = Annotated[str, AfterValidator(_quiet_hours)]
TimeZone = Annotated[str, AfterValidator(_timezone)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
