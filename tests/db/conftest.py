"""A real archive on the disk, with one source in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.archive import Archive
from tests import factories as make


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shiftwatch.db"


@pytest.fixture
def archive(path: Path) -> Iterator[Archive]:
    with Archive.open(path) as archive:
        archive.sync_sources([make.source()])
        yield archive
