"""How far a WARC file has been read is stored with what was read from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db.archive import Archive
from monitor.errors import ArchiveError
from monitor.model import ImportProgress
from tests.db.filed import hours, rows, visit


def progress(**over) -> ImportProgress:
    given = {"file": "/x/a.warc.gz", "fingerprint": "9:ab", "size": 9, "position": 4, "started_at": hours(0)}
    return ImportProgress(**{**given, **over})


def test_progress_is_kept_with_what_was_imported(archive: Archive):
    assert archive.import_progress("/x/a.warc.gz") is None
    archive.file_imports([visit()], progress())
    assert archive.import_progress("/x/a.warc.gz") == progress()
    done = progress(position=9, finished_at=hours(1), counts={"example.org": {"pages": 2, "new": 1}})
    archive.file_imports([], done)
    assert archive.import_progress("/x/a.warc.gz") == done
    assert rows(archive, "SELECT count(*) FROM imports") == [(1,)]


def test_an_import_that_fails_stands_where_it_stood(archive: Archive):
    archive.file_imports([visit()], progress())
    (pages,) = rows(archive, "PRAGMA page_count")[0]
    archive._db.execute(f"PRAGMA max_page_count = {pages}")
    many = [visit(url=f"https://desk.example.org/{n}", text="word " * 900) for n in range(50)]
    with pytest.raises(ArchiveError, match="full"):
        archive.file_imports(many, progress(position=8))
    assert archive.import_progress("/x/a.warc.gz") == progress()
    assert rows(archive, "SELECT count(*) FROM stories") == [(1,)]


def test_a_page_that_cannot_be_stored_does_not_stop_an_import(archive: Archive):
    bad = replace(visit(url="https://desk.example.org/2"), reason="\ud800")
    assert [one is None for one in archive.file_imports([visit(), bad], progress())] == [False, True]
    assert archive.import_progress("/x/a.warc.gz") == progress()
