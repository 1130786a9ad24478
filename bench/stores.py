"""Stores for the benches: the index's bytes in memory, or in an SQLite file laid out as in the archive."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

SCHEMA = """
CREATE TABLE match_pending (text INTEGER PRIMARY KEY, sketch BLOB NOT NULL) STRICT;
CREATE TABLE match_rows (id INTEGER PRIMARY KEY, postings BLOB NOT NULL) STRICT; -- id: segment << 32 | row
CREATE TABLE match_texts (id INTEGER PRIMARY KEY, texts BLOB NOT NULL) STRICT;   -- id: segment << 32 | ordinal / 2048
"""
_PAGE = 2048


class SqliteStore:
    """The index in SQLite."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.execute("PRAGMA mmap_size=268435456")  # rows are read all over the file: a system call each else
        if not self.db.execute("SELECT 1 FROM sqlite_master").fetchone():
            self.db.executescript(SCHEMA)

    def pending(self) -> Iterable[tuple[int, bytes]]:
        return self.db.execute("SELECT text, sketch FROM match_pending ORDER BY rowid").fetchall()

    def add_pending(self, text: int, sketch: bytes) -> None:
        self.db.execute(
            "INSERT INTO match_pending VALUES (?, ?) ON CONFLICT DO UPDATE SET sketch = excluded.sketch", (text, sketch)
        )

    def clear_pending(self) -> None:
        self.db.execute("DELETE FROM match_pending")

    def segments(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for key, size in self.db.execute("SELECT id, length(texts) FROM match_texts"):
            found[key >> 32] = found.get(key >> 32, 0) + size // 4
        return found

    def texts(self, segment: int, ordinals: Sequence[int]) -> list[int]:
        pages = {o // _PAGE for o in ordinals}
        rows = self._get("match_texts", "texts", segment, sorted(pages))
        arrays = {n: np.frombuffer(b, dtype="<u4") for n, b in rows.items()}
        return [int(arrays[o // _PAGE][o % _PAGE]) for o in ordinals]

    def all_texts(self, segment: int) -> list[int]:
        rows = self.db.execute(
            "SELECT texts FROM match_texts WHERE id BETWEEN ? AND ? ORDER BY id",
            (segment << 32, (segment << 32) + 0xFFFFFFFF),
        )
        return np.concatenate([np.frombuffer(b, dtype="<u4") for (b,) in rows]).tolist()

    def add_texts(self, segment: int, texts: Sequence[int]) -> None:
        last = self.db.execute(
            "SELECT id, texts FROM match_texts WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1",
            (segment << 32, (segment << 32) + 0xFFFFFFFF),
        ).fetchone()
        number, data = (last[0] & 0xFFFFFFFF, last[1]) if last else (0, b"")
        data += np.array(texts, dtype="<u4").tobytes()
        pages = [data[i : i + 4 * _PAGE] for i in range(0, len(data), 4 * _PAGE)]
        self.db.executemany(
            "INSERT INTO match_texts VALUES (?, ?) ON CONFLICT DO UPDATE SET texts = excluded.texts",
            [(segment << 32 | number + i, page) for i, page in enumerate(pages)],
        )

    def _get(self, table: str, column: str, segment: int, numbers: Sequence[int]) -> dict[int, bytes]:
        marks = ",".join("?" * len(numbers))
        ids = [segment << 32 | n for n in numbers]
        rows = self.db.execute(f"SELECT id, {column} FROM {table} WHERE id IN ({marks})", ids)
        return {key & 0xFFFFFFFF: data for key, data in rows}

    def rows(self, segment: int, numbers: Sequence[int]) -> dict[int, bytes]:
        return self._get("match_rows", "postings", segment, numbers)

    def put_rows(self, segment: int, rows: Iterable[tuple[int, bytes]]) -> None:
        self.db.executemany(
            "INSERT INTO match_rows VALUES (?, ?) ON CONFLICT DO UPDATE SET postings = excluded.postings",
            [(segment << 32 | number, data) for number, data in rows],
        )

    def drop_segment(self, segment: int) -> None:
        for table in ("match_rows", "match_texts"):
            self.db.execute(
                f"DELETE FROM {table} WHERE id BETWEEN ? AND ?", (segment << 32, (segment << 32) + 0xFFFFFFFF)
            )

    def drop_rows(self, segment: int, numbers: Sequence[int]) -> None:
        self.db.executemany("DELETE FROM match_rows WHERE id = ?", [(segment << 32 | n,) for n in numbers])

    def rename_segment(self, segment: int, to: int) -> None:
        for table in ("match_rows", "match_texts"):
            self.db.execute(
                f"UPDATE {table} SET id = id + ? WHERE id BETWEEN ? AND ?",
                ((to - segment) << 32, segment << 32, (segment << 32) + 0xFFFFFFFF),
            )

    def row_numbers(self, segment: int, most: int) -> list[int]:
        rows = self.db.execute(
            "SELECT id FROM match_rows WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?",
            (segment << 32, (segment << 32) + 0xFFFFFFFF, most),
        )
        return [key & 0xFFFFFFFF for (key,) in rows]
