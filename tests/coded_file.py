"""An archive file with two coded stories, for commands to work on."""

from __future__ import annotations

from pathlib import Path

from db.archive import Archive
from monitor.books import book
from tests import factories as make
from tests.coded import code
from tests.db.filed import visit

STORIES = (
    (
        "CBP sends agents to assist ICE in Ohio",
        "The agency said so on Friday. About 200 Border Patrol agents were sent from El Paso to Cleveland to assist "
        "ICE with arrests.\n\nThe county fair opens on Monday. A judge blocked the deployment of the Ohio National "
        "Guard to Cleveland.",
    ),
    ("County fair opens", "The fair opens on Monday with rides and music. Parking is free."),
)


def coded_archive(path: Path, codebook: Path | None = None) -> Path:
    """An archive at ``path`` with STORIES, coded with ``codebook`` (None: the shipped one)."""
    with Archive.open(path) as archive:
        archive.sync_sources([make.source()])
        archive.file_visits(
            [
                visit(url=f"https://desk.example.org/story-{number}", title=title, text=text)
                for number, (title, text) in enumerate(STORIES, start=1)
            ]
        )
        code(archive, codebook=book(codebook))
    return path
