"""What coding asks of the archive and files there: stories that wait, labels, tags, shifts, figures, codebooks.

All of it belongs to the transaction under way. A row that says the same after coding anew keeps its id.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from monitor.codings import Book, RowChange, ShiftRow, StoryCoding, ToCode, difference
from monitor.model import Figure, StoryKind, Tag

_STORY = (
    "SELECT s.id, {asked}, s.version, s.title, s.text, s.kind, s.language, coalesce(s.published_at, ''),"
    " s.first_seen_at, coalesce((SELECT captured_at FROM versions WHERE story = s.id AND number = s.version),"
    " s.first_seen_at) FROM stories s"
)
SLOTS = (
    "actor", "beneficiary", "resource", "quantity_low", "quantity_high", "quantity_text", "quantity_approx", "origin",
    "destination", "direction", "status", "attribution",
)  # fmt: skip
_MOST = 2**63 - 1  # the largest whole number the archive holds


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of coded rows: the columns that make a row what it is, and those that only say where it stands now."""

    name: str
    said: tuple[str, ...]
    where: tuple[str, ...]
    first: tuple[str, ...] = ()  # columns set when a row is new, and not touched again


_TAGS = _Table("tags", ("code", "part", "sentence", "rule"), ("version", "start", "end", "codebook"))
_SHIFTS = _Table(
    "shifts", ("key", *SLOTS),
    ("version", "part", "sentence", "start", "end", "rule", "score", "codebook", "told_at"), ("place", "event"),
)  # fmt: skip
_FIGURES = _Table(
    "figures",
    ("measure", "value_low", "value_high", "unit", "period", "scope", "hedge", "claimant", "part", "sentence"),
    ("version", "start", "end", "codebook"),
)


@dataclass(frozen=True, slots=True)
class _Row:
    said: tuple[Hashable, ...]
    where: tuple[object, ...]
    first: tuple[object, ...] = ()


class CodeTables:
    """The tables of coding; every method belongs to the transaction under way."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def waiting(self, limit: int, *, without: frozenset[int] = frozenset()) -> list[ToCode]:
        """The next stories to be coded, new and changed ones first, those in ``without`` left out."""
        queued = self._db.execute("SELECT story FROM code_queue ORDER BY turn, story LIMIT ?", (limit + len(without),))
        wanted = [story for (story,) in queued if story not in without][:limit]
        sql = f"{_STORY.format(asked='q.asked')} JOIN code_queue q ON q.story = s.id WHERE s.id = ?"
        return [_to_code(self._db.execute(sql, (story,)).fetchone()) for story in wanted]

    def waiting_count(self) -> int:
        """How many stories wait to be coded."""
        return int(self._db.execute("SELECT count(*) FROM code_queue").fetchone()[0])

    def stories_from(self, after: int, limit: int) -> list[ToCode]:
        """The next stories by id, whether they wait or not."""
        sql = f"{_STORY.format(asked='0')} WHERE s.id > ? ORDER BY s.id LIMIT ?"
        return [_to_code(row) for row in self._db.execute(sql, (after, limit))]

    def ask_all(self, codebook: str) -> None:
        """Let every story be coded anew, and every mention grouped anew.

        Where such a run was interrupted, only what is left of it, and what it coded with another codebook.
        """
        goes_on = self._db.execute("SELECT EXISTS (SELECT 1 FROM code_queue WHERE turn = 1)").fetchone()[0]
        which, values = ("WHERE codebook <> ?", (codebook,)) if goes_on else ("WHERE 1", ())
        self._db.execute(
            f"INSERT INTO code_queue (story, turn) SELECT id, 1 FROM stories {which}"
            " ON CONFLICT (story) DO UPDATE SET asked = asked + 1",
            values,
        )
        self._db.execute(
            "INSERT INTO event_queue SELECT DISTINCT place, told_at FROM shifts WHERE 1 ON CONFLICT DO NOTHING"
        )

    def keep_codebook(self, book: Book, program: str, at: str) -> None:
        """Keep a codebook whole, once."""
        self._db.execute(
            "INSERT INTO codebooks VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING",
            (book.hash, book.name, book.version, book.content, program, at),
        )

    def coded(self, stories: Iterable[ToCode]) -> None:
        """These stories wait no longer, unless they were asked for anew since."""
        self._db.executemany(
            "DELETE FROM code_queue WHERE story = ? AND asked = ?", [(one.story, one.asked) for one in stories]
        )

    def save(self, coding: StoryCoding, codebook: str) -> tuple[int, int]:
        """Let the archive hold of a story what its coding says; gives how many rows it gained and lost."""
        story = coding.story.story
        self._db.execute(
            "UPDATE stories SET label = ?2, label_reason = ?3, codebook = ?4 WHERE id = ?1"
            " AND (label, label_reason, codebook) IS NOT (?2, ?3, ?4)",
            (story, coding.label, coding.reason, codebook),
        )
        gained = lost = 0
        for table, rows in _rows(coding, codebook):
            more, less = self._replace(table, story, rows)
            gained, lost = gained + more, lost + less
        return gained, lost

    def changes(self, coding: StoryCoding) -> list[RowChange]:
        """What ``save`` would change in what rows say; nothing is written."""
        story = coding.story.story
        found: list[RowChange] = []
        (before,) = self._db.execute("SELECT label FROM stories WHERE id = ?", (story,)).fetchone()
        if before != coding.label:
            labels = {"before": before, "after": coding.label}
            found.append(RowChange(story=story, table="stories", change="label", row=labels))
        for table, rows in _rows(coding, ""):
            old = self._known(table, story)
            differs = difference([(id_, said) for id_, said, _ in old], [row.said for row in rows])
            said = {id_: values for id_, values, _ in old}
            for change, values in (
                *(("lost", said[id_]) for id_ in differs.lost),
                *(("gained", rows[place].said) for place in differs.gained),
            ):
                row = dict(zip(table.said, values, strict=True))
                if table is _SHIFTS:
                    row["sentence"] = self._sentence(coding, row.pop("key"), story)
                found.append(RowChange(story=story, table=table.name, change=change, row=row))
        return found

    def _sentence(self, coding: StoryCoding, key: Hashable, story: int) -> str:
        for row in coding.shifts:
            if row.key == key:
                return row.shift.sentence
        found = self._db.execute("SELECT sentence FROM shifts WHERE story = ? AND key = ?", (story, key)).fetchone()
        return str(found[0])

    def look_sooner(self, story: int, at: str) -> None:
        """Let the pages of a story be looked at again ``at`` the latest, where they are looked at at all."""
        self._db.execute("UPDATE pages SET recheck_at = ?2 WHERE story = ?1 AND recheck_at > ?2", (story, at))

    def _known(self, table: _Table, story: int) -> list[tuple[int, tuple[Hashable, ...], tuple[object, ...]]]:
        columns = _columns((*table.said, *table.where))
        rows = self._db.execute(
            f"SELECT id, {columns} FROM {table.name} WHERE story = ? ORDER BY version, start, id", (story,)
        )
        split = 1 + len(table.said)
        return [(row[0], row[1:split], row[split:]) for row in rows]

    def _replace(self, table: _Table, story: int, rows: Sequence[_Row]) -> tuple[int, int]:
        """Delete what is lost before anything is added: a key may come back with other slots."""
        old = self._known(table, story)
        differs = difference([(id_, said) for id_, said, _ in old], [row.said for row in rows])
        events = self._events_of(differs.lost) if table is _SHIFTS else {}
        self._db.executemany(f"DELETE FROM {table.name} WHERE id = ?", [(id_,) for id_ in differs.lost])
        where = {id_: values for id_, _, values in old}
        moved = [(*rows[place].where, id_) for id_, place in differs.kept if rows[place].where != where[id_]]
        if moved:
            setting = ", ".join(f"{_quoted(name)} = ?" for name in table.where)
            self._db.executemany(f"UPDATE {table.name} SET {setting} WHERE id = ?", moved)
        names = ("story", *table.said, *table.where, *table.first)
        self._db.executemany(
            f"INSERT INTO {table.name} ({_columns(names)}) VALUES ({', '.join('?' * len(names))})",
            [
                (story, *rows[place].said, *rows[place].where, *_first(table, rows[place], events))
                for place in differs.gained
            ],
        )
        return len(differs.gained), len(differs.lost)

    def _events_of(self, shifts: Sequence[int]) -> dict[Hashable, int]:
        """The events of these shifts by key: a shift told otherwise than before is told of the same event."""
        found: dict[Hashable, int] = {}
        for id_ in shifts:
            key, event = self._db.execute("SELECT key, event FROM shifts WHERE id = ?", (id_,)).fetchone()
            if event is not None:
                found[key] = event
        return found


def _to_code(row: tuple[object, ...]) -> ToCode:
    story, asked, version, title, text, kind, language, published, first_seen, since = row
    return ToCode(
        story=int(str(story)), asked=int(str(asked)), version=int(str(version)), title=str(title), text=str(text),
        kind=StoryKind(str(kind)), language=str(language), published=str(published), first_seen=str(first_seen),
        since=str(since),
    )  # fmt: skip


def _rows(coding: StoryCoding, codebook: str) -> list[tuple[_Table, list[_Row]]]:
    version, told_at = coding.story.version, coding.story.told_at
    return [
        (_TAGS, [_tag(one, version, codebook) for one in coding.tags]),
        (_SHIFTS, [_shift(one, version, codebook, told_at) for one in coding.shifts]),
        (_FIGURES, [_figure(one, version, codebook) for one in coding.figures]),
    ]


def _tag(one: Tag, version: int, codebook: str) -> _Row:
    return _Row((one.code, one.part.value, one.sentence, one.rule), (version, one.start, one.end, codebook))


def _shift(row: ShiftRow, version: int, codebook: str, told_at: str) -> _Row:
    one = row.shift
    said = (
        row.key, one.actor, one.beneficiary, one.resource, _whole(one.quantity_low), _whole(one.quantity_high),
        one.quantity_text, int(one.quantity_approx), one.origin, one.destination, one.direction, one.status,
        one.attribution,
    )  # fmt: skip
    where = (
        version, one.part.value, one.sentence, one.start, one.end, one.rule, float(one.score), codebook, told_at,
    )  # fmt: skip
    return _Row(said, where, (row.place,))


def _figure(one: Figure, version: int, codebook: str) -> _Row:
    said = (
        one.measure, _real(one.value_low), _real(one.value_high), one.unit, one.period, one.scope, one.hedge,
        one.claimant, one.part.value, one.sentence,
    )  # fmt: skip
    return _Row(said, (version, one.start, one.end, codebook))


def _first(table: _Table, row: _Row, events: dict[Hashable, int]) -> tuple[object, ...]:
    return (*row.first, events.get(row.said[0])) if table is _SHIFTS else ()


def _whole(number: int | None) -> int | None:
    """A number too large to be kept, or to be true, is left open."""
    return None if number is None or abs(number) > _MOST else int(number)


def _real(number: float | None) -> float | None:
    try:
        return None if number is None else float(number)
    except OverflowError:
        return None


def _columns(names: Iterable[str]) -> str:
    return ", ".join(_quoted(name) for name in names)


def _quoted(name: str) -> str:
    return f'"{name}"' if name == "end" else name
