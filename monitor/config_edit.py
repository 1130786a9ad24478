"""Writing shiftwatch.toml: the commented file ``init`` starts with, and adding a source without touching the rest."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

from monitor.config import loads
from monitor.errors import ConfigError
from monitor.model import Articles, Channel, Source


def template(contact: str = "") -> str:
    """A commented shiftwatch.toml with ``contact`` filled in; every setting in it is the default."""
    text = files("monitor").joinpath("template.toml").read_text("utf-8")
    return text.replace('contact = ""', f"contact = {_quoted(contact)}", 1)


def add_source(text: str, source: Source, *, name: str = "shiftwatch.toml") -> str:
    """``text`` with a table for ``source`` at its end, all else byte for byte as it was.

    The result has been read back. Raises ConfigError when ``text`` is wrong already or has a table for the source,
    when the source is refused, or when it would not read back the same.
    """
    return add_sources(text, (source,), name=name)


def add_sources(text: str, sources: Sequence[Source], *, name: str = "shiftwatch.toml") -> str:
    """``add_source`` for several, all of them or none, read back once however many they are."""
    loads(text, name=name, folder=Path(), env={})
    pieces = [text]
    for source in sources:
        pieces.append("" if not pieces[-1] else "\n" if pieces[-1].endswith("\n") else "\n\n")
        pieces.append("\n".join(_table(source)) + "\n")
    longer = "".join(pieces)
    which = f"[sources.{sources[0].id}]" if len(sources) == 1 else f"these {len(sources)} sources"
    try:
        config = loads(longer, name=name, folder=Path(), env={})
    except ConfigError as error:
        raise ConfigError(f"{which} cannot be added: {error}") from None
    read = {one.id: one.channels for one in config.sources}
    for source in sources:
        if read.get(source.id) != tuple(replace(channel, discovered=False) for channel in source.channels):
            raise ConfigError(f"{name}: [sources.{source.id}] would not read back as it was written")
    return longer


def write_text(file: Path, text: str) -> None:
    """Replace ``file`` whole or not at all; its mode and a symbolic link to it stay. A new file is 0600."""
    target = file.resolve()
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        if target.exists():
            Path(draft).chmod(target.stat().st_mode & 0o777)
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def spelled(span: timedelta) -> str:
    """A duration as the configuration spells it: ``30m``, ``90s``, ``50ms``."""
    milliseconds = round(span.total_seconds() * 1000)
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if milliseconds and milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"


def _table(source: Source) -> Iterator[str]:
    """The lines of a source's table; what is the default is left out."""
    yield f"[sources.{source.id}]"
    yield f"name = {_quoted(source.name)}"
    yield f"domain = {_quoted(source.domain)}"
    yield f"kind = {_quoted(source.kind)}"
    if source.articles is not Articles.AUTO:
        yield f"articles = {_quoted(source.articles)}"
    if source.home:
        yield f"home = {_quoted(source.home)}"
    if source.delay is not None:
        yield f"delay = {_quoted(spelled(source.delay))}"
    if not source.enabled:
        yield "enabled = false"
    yield "channels = ["
    for channel in source.channels:
        yield f"  {{ {', '.join(f'{key} = {value}' for key, value in _pairs(channel))} }},"
    yield "]"


def _pairs(channel: Channel) -> Iterator[tuple[str, str]]:
    """A channel's keys and TOML values."""
    yield "kind", _quoted(channel.kind)
    yield "url", _quoted(channel.url)
    yield "every", _quoted(spelled(channel.every))
    if channel.also:
        yield "also", "true"
    if channel.auth:
        yield "auth", _quoted(channel.auth)
    for rules in (channel.listing, channel.api):
        for field in fields(rules) if rules else ():
            value = getattr(rules, field.name)
            if value != field.default:
                yield field.name, _quoted(value) if isinstance(value, str) else str(value)


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's, except for DEL, which TOML wants escaped."""
    return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "\\u007f")
