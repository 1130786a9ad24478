"""docs/schema.md documents every table and column that is there and none that is not, and its queries run."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.archive import Archive
from db.connect import APPLICATION_ID
from monitor.model import StoryKind
from tests import factories as make
from tests.coded import code
from tests.db.filed import hours, poll, rows, visit
from tests.matched import match
from tests.monitor.matching.texts import STORY, seizure

DOCUMENT = (Path(__file__).parents[2] / "docs" / "schema.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.fixture
def filled(path: Path) -> Path:
    with Archive.open(path) as archive:
        archive.sync_sources([make.source()])
        copies = [visit(url=f"https://desk.example.org/copy-{n}", text=STORY) for n in (1, 2)]
        release = visit(url="https://desk.example.org/release", text=seizure(), kind=StoryKind.RELEASE)
        drawn = visit(url="https://desk.example.org/drawn", text=STORY + "\n\n" + seizure().split("\n\n")[1])
        archive.file_visits([*copies, release, drawn])
        archive.file_polls([poll(archive.channels()[0], make.lead())])
        archive.file_visits([visit(url="https://desk.example.org/sent", text="CBP sent 200 agents to Memphis.")])
        text = "The agency redeployed forty agents."
        archive.file_visits(
            [
                visit(kind=StoryKind.RELEASE, text=text),
                visit(hours(1), kind=StoryKind.RELEASE, text=f"{text} Not fifty."),
            ]
        )
        match(archive)
        code(archive)
    return path


def test_every_table_and_column_is_documented_and_no_other(filled: Path):
    documented = {
        name: set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
        for name, section in re.findall(r"^### (\w+)\n(.*?)(?=^##)", DOCUMENT, re.MULTILINE | re.DOTALL)
        if name not in ("pandas", "R")
    }
    tables = [name for (name,) in rows(filled, "SELECT name FROM sqlite_schema WHERE type = 'table'")]
    ours = [name for name in tables if not name.startswith(("stories_fts_", "_sqlite_", "sqlite_"))]
    ours += [name for (name,) in rows(filled, "SELECT name FROM sqlite_schema WHERE type = 'view'")]
    assert documented == {name: {row[1] for row in rows(filled, f"PRAGMA table_info({name})")} for name in ours}


def test_every_value_a_column_may_hold_is_documented(filled: Path):
    for (sql,) in rows(filled, "SELECT sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL"):
        for values in re.findall(r"IN \(([^)]*)\)", sql):
            for value in re.findall(r"'([\w-]+)'", values):
                assert f"`{value}`" in DOCUMENT, value


def test_the_application_id_is_the_one_told():
    assert f"`PRAGMA application_id` is {APPLICATION_ID} " in DOCUMENT


def test_there_are_questions_in_each_language():
    assert [len(blocks(language)) for language in ("sql", "python", "r")] == [8, 3, 3]


@pytest.mark.parametrize("number", range(8))
def test_the_sql_runs_and_finds_something(filled: Path, number: int):
    assert rows(filled, blocks("sql")[number])


@pytest.fixture
def in_its_folder(filled: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(filled.parent)
    yield


def test_the_pandas_runs_and_finds_something(in_its_folder: None):
    pytest.importorskip("pandas")
    names: dict[str, object] = {}
    try:
        exec("\n".join(blocks("python")), names)
        assert all(len(names[name]) for name in ("releases", "by_month", "edited"))  # type: ignore[arg-type]
    finally:
        if isinstance(archive := names.get("archive"), sqlite3.Connection):
            archive.close()
