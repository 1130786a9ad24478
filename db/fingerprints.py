"""Where the index of candidates keeps its bytes in the archive: spaces of segments, rows and texts.

    space    0 all texts' sketches, 1 the prints of releases, from FIRST_MONTH on the prints of one month's coverage
    id       space << 48 | segment << 32 | row number, or number of a page of texts

Every call belongs to the transaction under way, so the index is never ahead of what was filed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import numpy as np

_PAGE = 2048  # texts in a page: 8 KB, read whole for any of them
_LOW = 0xFFFFFFFF


class Fingerprints:
    """The store of one space (see monitor.matching.postings.Store)."""

    def __init__(self, db: sqlite3.Connection, space: int) -> None:
        self._db = db
        self._space = space
        self._base = space << 48

    def pending(self) -> Iterable[tuple[int, bytes]]:
        """Texts not yet in a segment with their packed sketches, in the order they were added."""
        return self._db.execute(
            "SELECT text, sketch FROM match_pending WHERE space = ? ORDER BY id", (self._space,)
        ).fetchall()

    def add_pending(self, text: int, sketch: bytes) -> None:
        """Keep a text's sketch until its segment takes it; added again it is replaced."""
        self._db.execute(
            "INSERT INTO match_pending (space, text, sketch) VALUES (?, ?, ?)"
            " ON CONFLICT (space, text) DO UPDATE SET sketch = excluded.sketch",
            (self._space, text, sketch),
        )

    def clear_pending(self) -> None:
        """Forget what a segment has taken."""
        self._db.execute("DELETE FROM match_pending WHERE space = ?", (self._space,))

    def segments(self) -> dict[int, int]:
        """Segment number → how many texts it holds."""
        found: dict[int, int] = {}
        rows = self._db.execute(
            "SELECT id, length(texts) FROM match_texts WHERE id BETWEEN ? AND ?",
            (self._base, self._base | 0xFFFFFFFFFFFF),
        )
        for key, size in rows:
            segment = (key - self._base) >> 32
            found[segment] = found.get(segment, 0) + size // 4
        return found

    def texts(self, segment: int, ordinals: Sequence[int]) -> list[int]:
        """The texts behind ordinals of a segment."""
        rows = self._get("match_texts", "texts", segment, sorted({o // _PAGE for o in ordinals}))
        pages = {number: np.frombuffer(data, dtype="<u4") for number, data in rows.items()}
        return [int(pages[o // _PAGE][o % _PAGE]) for o in ordinals]

    def all_texts(self, segment: int) -> list[int]:
        """All texts of a segment, in order."""
        low, high = self._span(segment)
        rows = self._db.execute("SELECT texts FROM match_texts WHERE id BETWEEN ? AND ? ORDER BY id", (low, high))
        return [text for (data,) in rows for text in np.frombuffer(data, dtype="<u4").tolist()]

    def add_texts(self, segment: int, texts: Sequence[int]) -> None:
        """Append texts to a segment's ordinals."""
        low, high = self._span(segment)
        last = self._db.execute(
            "SELECT id, texts FROM match_texts WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1", (low, high)
        ).fetchone()
        number, data = (last[0] & _LOW, last[1]) if last else (0, b"")
        data += np.array(texts, dtype="<u4").tobytes()
        pages = [data[i : i + 4 * _PAGE] for i in range(0, len(data), 4 * _PAGE)]
        self._db.executemany(
            "INSERT INTO match_texts VALUES (?, ?) ON CONFLICT DO UPDATE SET texts = excluded.texts",
            [(low | (number + i), page) for i, page in enumerate(pages)],
        )

    def rows(self, segment: int, numbers: Sequence[int]) -> dict[int, bytes]:
        """The rows of a segment that exist among those asked for."""
        return self._get("match_rows", "postings", segment, numbers)

    def put_rows(self, segment: int, rows: Iterable[tuple[int, bytes]]) -> None:
        """Write rows, replacing those there."""
        low, _ = self._span(segment)
        self._db.executemany(
            "INSERT INTO match_rows VALUES (?, ?) ON CONFLICT DO UPDATE SET postings = excluded.postings",
            [(low | number, data) for number, data in rows],
        )

    def drop_rows(self, segment: int, numbers: Sequence[int]) -> None:
        """Delete rows."""
        low, _ = self._span(segment)
        self._db.executemany("DELETE FROM match_rows WHERE id = ?", [(low | number,) for number in numbers])

    def drop_segment(self, segment: int) -> None:
        """Delete a segment with all it has."""
        for table in ("match_rows", "match_texts"):
            self._db.execute(f"DELETE FROM {table} WHERE id BETWEEN ? AND ?", self._span(segment))

    def rename_segment(self, segment: int, to: int) -> None:
        """Give a segment another, free number."""
        for table in ("match_rows", "match_texts"):
            self._db.execute(
                f"UPDATE {table} SET id = id + ? WHERE id BETWEEN ? AND ?", ((to - segment) << 32, *self._span(segment))
            )

    def row_numbers(self, segment: int, most: int) -> list[int]:
        """The lowest row numbers a segment has, at most so many."""
        rows = self._db.execute(
            "SELECT id FROM match_rows WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?", (*self._span(segment), most)
        )
        return [key & _LOW for (key,) in rows]

    def _span(self, segment: int) -> tuple[int, int]:
        low = self._base | segment << 32
        return low, low | _LOW

    def _get(self, table: str, column: str, segment: int, numbers: Sequence[int]) -> dict[int, bytes]:
        low, _ = self._span(segment)
        marks = ",".join("?" * len(numbers))
        rows = self._db.execute(
            f"SELECT id, {column} FROM {table} WHERE id IN ({marks})", [low | number for number in numbers]
        )
        return {key & _LOW: data for key, data in rows}


def clear(db: sqlite3.Connection) -> None:
    """Forget every fingerprint of every space, to be made anew."""
    for table in ("match_pending", "match_rows", "match_texts", "release_prints", "citations"):
        db.execute(f"DELETE FROM {table}")
