"""The codebook in force: the user's file, or the one that ships with Shiftwatch."""

from __future__ import annotations

from pathlib import Path

from monitor.codings import Book


def book(path: Path | None) -> Book:
    """The codebook at ``path``, checked; None is the shipped one. Raises ConfigError with file and line."""
    from monitor.coding.codebook import default_text, parse_codebook, read_text

    text, name = (default_text(), "codebook.toml") if path is None else (read_text(path), str(path))
    parsed = parse_codebook(text, name)
    return Book(hash=parsed.hash, name=parsed.name, version=parsed.version, content=text)
