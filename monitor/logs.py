"""What Shiftwatch says while it works: one line an event, for people on a terminal, as JSON for machines.

The standard library's logging underneath; this is the one place that knows how a line looks and what may not be in it.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any, Literal

from monitor.redact import without_secrets

if TYPE_CHECKING:  # every command sets logging up, few have anything of these to say
    from monitor.tallies import ChannelPass, SourcePass

Format = Literal["auto", "human", "json"]

_log = logging.getLogger("shiftwatch")
_NOISY = ("scrapy", "twisted", "asyncio", "trafilatura", "htmldate", "readability", "charset_normalizer", "aiohttp")


def set_up(
    *, format: Format = "auto", verbose: bool = False, debug: bool = False, stream: IO[str] | None = None
) -> None:
    """Have everything said from now on written to ``stream`` (None: standard error).

    ``auto``: for people where ``stream`` is a terminal, else JSON lines. Without ``verbose`` only warnings and errors
    are said, with ``debug`` all that libraries say too. May be called again; the last call counts.
    """
    out = stream or sys.stderr
    plain = format == "human" or (format == "auto" and out.isatty())
    handler = logging.StreamHandler(out)
    handler.setFormatter(_Human() if plain else _Json())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if debug else logging.WARNING)
    _log.setLevel(logging.DEBUG if debug else logging.INFO if verbose else logging.WARNING)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.DEBUG if debug else logging.CRITICAL)


def event(name: str, /, level: int = logging.INFO, **fields: Any) -> None:
    """Say that ``name`` happened; ``fields`` are short values, ready for JSON. Those that are None are left out."""
    if _log.isEnabledFor(level):
        _log.log(level, name, extra={"fields": {key: value for key, value in fields.items() if value is not None}})


def polled(source: str, channel: ChannelPass) -> None:
    """One line for one poll."""
    event(
        "poll",
        source=source,
        kind=channel.kind,
        outcome=channel.outcome.value,
        url=channel.url,
        reason=channel.reason or None,
    )


def source_done(done: SourcePass) -> None:
    """The lines of a source in this pass: one a poll, and one for its pages where there were any."""
    for channel in done.channels:
        polled(done.source, channel)
    if done.pages or done.looks or done.new or done.versions:
        event(
            "source",
            source=done.source,
            new=done.new,
            changed=done.versions,
            pages=done.pages,
            looks=done.looks,
            left=done.left,
            reasons=done.page_reasons or None,
        )
    if done.error:
        event("failed", logging.ERROR, source=done.source, reason=done.error)


class _Human(logging.Formatter):
    """``2026-11-24T08:10:05Z  poll  cbp  feed  changed …``; a level only where it is no mere information."""

    def format(self, record: logging.LogRecord) -> str:
        fields = _fields(record)
        level = f"{record.levelname.lower()}: " if record.levelno >= logging.WARNING else ""
        words = [_moment(record), level + _message(record), *(_word(key, value) for key, value in fields.items())]
        line = _clean("  ".join(words))
        return f"{line}\n{_clean(record.exc_text, lines=True)}" if _with_trace(self, record) else line


class _Json(logging.Formatter):
    """One JSON object a line: ``at``, ``level``, ``event``, then the event's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "at": _moment(record),
            "level": record.levelname.lower(),
            "event": _message(record),
            "logger": None if record.name == _log.name else record.name,
            **_fields(record),
            "trace": record.exc_text if _with_trace(self, record) else None,
        }
        said = {key: _hidden(value) for key, value in said.items() if value is not None}
        return json.dumps(said, default=str)


def _with_trace(formatter: logging.Formatter, record: logging.LogRecord) -> bool:
    if record.exc_info and not record.exc_text:
        record.exc_text = formatter.formatException(record.exc_info)
    return bool(record.exc_text)


def _moment(record: logging.LogRecord) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # a library's own mistake in its format
        return str(record.msg)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return dict(getattr(record, "fields", {}))


_BARE = frozenset({"source", "kind", "outcome"})  # what they are is plain from where they stand


def _word(key: str, value: Any) -> str:
    if isinstance(value, Mapping):
        value = "; ".join(f"{count} {words}" for words, count in value.items())
    return str(value) if key in _BARE else f"{key}={value}"


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, Mapping):
        return {_hidden(str(key)): _hidden(one) for key, one in value.items()}
    return value


def _clean(text: str | None, *, lines: bool = False) -> str:
    """Without secrets, and nothing in it that moves a cursor: some of it came from outside."""
    kept = "\n" if lines else ""
    return "".join(char if char.isprintable() or char in kept else " " for char in without_secrets(text or ""))
