"""Where each key of a TOML text stands: the line a complaint about it should name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

# Lax on purpose: the text has already been accepted by a parser, so only the shape of tokens matters here.
_PIECE = re.compile(
    r"""
    (?P<comment>\#[^\n]*)
  | (?P<string>\"\"\"(?:\\.|[^\\])*?\"{3,5}|'''.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
  | (?P<newline>\n)
  | (?P<mark>[\[\]{}=,.])
  | (?P<bare>[^\s\[\]{}=,."'\#]+)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(slots=True)
class _Open:
    """An array or inline table that is being read; ``index`` is the array element's, None for a table."""

    path: Path
    index: int | None
    awaiting: bool = True  # a key (table) or an element (array) may begin with the next piece


@dataclass(slots=True)
class _Scan:
    """The state between two tokens: the header in force, the key being spelled, and what is open."""

    lines: dict[Path, int] = field(default_factory=dict)
    arrays: dict[Path, int] = field(default_factory=dict)  # [[arrays of tables]] → index of the last element
    header: Path = ()
    key: list[str] = field(default_factory=list)
    value: Path | None = None  # path of the value being read; None while a key or header is spelled
    heading: int = 0  # 1 in [header], 2 in [[header]]
    open: list[_Open] = field(default_factory=list)

    def note(self, base: Path, parts: list[str], line: int) -> Path:
        """Record a dotted key under ``base``; answer its full path."""
        path = base
        for part in parts:
            path = (*path, part)
            self.lines.setdefault(path, line)
        return path

    def head(self, line: int) -> None:
        """Record a finished [header], following arrays of tables to their last element."""
        path: Path = ()
        for place, part in enumerate(self.key):
            path = (*path, part)
            last = place == len(self.key) - 1
            if last and self.heading == 2:
                self.arrays[path] = self.arrays.get(path, -1) + 1
            self.lines.setdefault(path, line)
            if path in self.arrays:
                path = (*path, self.arrays[path])
                self.lines.setdefault(path, line)
        self.header = path


def lines_of(text: str) -> dict[Path, int]:
    """Path of every key and array element → the line it begins on, counted from 1. ``text`` must be valid TOML."""
    scan = _Scan()
    for kind, piece, line in _tokens(text):
        if scan.value is None and not scan.open:
            _at_statement(scan, kind, piece, line)
        else:
            _in_value(scan, kind, piece, line)
    return scan.lines


def line_near(lines: Mapping[Path, int], path: Path) -> int:
    """The line of the key, or of the nearest table around it; 0 when the file has neither."""
    return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 0)


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    line, place = 1, 0
    for match in _PIECE.finditer(text):
        line += text.count("\n", place, match.start())
        place = match.start()
        kind = match.lastgroup or ""
        if kind != "comment":
            yield kind, match.group(), line


def _at_statement(scan: _Scan, kind: str, piece: str, line: int) -> None:
    """Between values: a header or a key up to its equals sign."""
    if kind in ("string", "bare"):
        scan.key.append(_bare(piece))
    elif piece == "[":
        scan.heading += 1
    elif piece == "]":
        if scan.key:
            scan.head(line)
        scan.key.clear()
    elif piece == "=":
        scan.value = scan.note(scan.header, scan.key, line)
        scan.key.clear()
    elif kind == "newline":
        scan.heading = 0


def _in_value(scan: _Scan, kind: str, piece: str, line: int) -> None:
    """Inside a value: keep the stack of arrays and inline tables, and note what begins."""
    if not scan.open and kind == "newline":
        scan.value = None
        return
    inner = scan.open[-1] if scan.open else None
    if kind == "newline" or (inner and _close_or_next(scan, inner, piece)):
        return
    if inner and inner.index is None and inner.awaiting:
        if piece == "=":
            scan.value = scan.note(inner.path, scan.key, line)
            scan.key.clear()
            inner.awaiting = False
        elif piece != ".":
            scan.key.append(_bare(piece))
        return
    if inner and inner.index is not None and inner.awaiting:
        scan.value = (*inner.path, inner.index)
        scan.lines.setdefault(scan.value, line)
        inner.awaiting = False
    if piece in "[{" and scan.value is not None:
        scan.open.append(_Open(scan.value, 0 if piece == "[" else None))


def _close_or_next(scan: _Scan, inner: _Open, piece: str) -> bool:
    """Handle the end of the innermost array or table, or the comma inside it."""
    if piece in ("]", "}"):
        scan.open.pop()
        scan.value = inner.path
    elif piece == ",":
        inner.awaiting = True
        if inner.index is not None:
            inner.index += 1
    else:
        return False
    return True


def _bare(piece: str) -> str:
    """A key as its reader means it; escapes in quoted keys are left alone, nobody needs a line for those."""
    return piece[1:-1] if piece[0] in "\"'" else piece
