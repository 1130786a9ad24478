"""JSON lines from any file or pipe, one bad line being that line's trouble alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from monitor.errors import UsageError

LONGEST = 16_000_000  # bytes of a line; one without an end must not fill the memory
Line = tuple[int, bytes | None]


@contextmanager
def opened(path: str) -> Iterator[IO[bytes]]:
    """The file, or standard input for ``-``. Raises UsageError when it cannot be opened."""
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(path).open("rb")  # noqa: SIM115 (closed below; only the opening is guarded)
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such file") from None
    except (OSError, ValueError) as trouble:
        raise UsageError(f"{path}: cannot be read: {getattr(trouble, 'strerror', None) or trouble}") from None
    with stream:
        yield stream


def lines_of(stream: IO[bytes]) -> Iterator[Line]:
    """(number, bytes) of each line that is not blank, as soon as it has come; None for one that is too long."""
    number = 0
    while line := stream.readline(LONGEST):
        number += 1
        whole: bytes | None = line
        while line and not line.endswith(b"\n") and len(line) == LONGEST:
            whole, line = None, stream.readline(LONGEST)
        if whole is None or whole.strip():
            yield number, whole


def item_of(line: bytes | None) -> dict[str, Any]:
    """The object on a line. Raises ValueError with the reason in words."""
    if line is None:
        raise ValueError(f"longer than {LONGEST:,} bytes")
    try:
        item = json.loads(line.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError as trouble:
        raise ValueError(f"not UTF-8 text (byte {trouble.start})") from None
    except json.JSONDecodeError as trouble:
        raise ValueError(f"not JSON: {trouble.msg} at character {trouble.pos + 1}") from None
    except RecursionError:
        raise ValueError("not JSON: nested too deeply") from None
    except ValueError as trouble:  # a number of thousands of digits
        raise ValueError(f"not JSON: {str(trouble).split(';', maxsplit=1)[0]}") from None
    if not isinstance(item, dict):
        raise ValueError(f"expected an object in braces, found {type(item).__name__}")
    return item


def _no_number(name: str) -> None:
    """``NaN`` and its like are no JSON, and no other reader would take the answer that repeats them."""
    raise ValueError(f"{name} is no number")


def read_items(path: str) -> list[dict[str, Any]]:
    """Every object of a file. Raises UsageError naming file and line of the first bad one, or when there is none."""
    items = []
    with opened(path) as stream:
        for number, line in lines_of(stream):
            try:
                items.append(item_of(line))
            except ValueError as trouble:
                raise UsageError(f"{path}:{number}: {trouble}") from None
    if not items:
        raise UsageError(f"{path}: holds no line")
    return items
