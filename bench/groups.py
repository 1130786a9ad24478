"""Every capture of a WARC filed in several orders, then matched: are the groups the same, what does a story cost?

    python bench/groups.py ../shared/web/pages-dev.warc.gz

The captures are read once, filed in the order of the file, backwards, and shuffled with a match after each sixteen; the
first archive is also matched anew. Prints groups, pairs, coverage and edits of each, whether they are equal, and the
seconds of matching a story on one core.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).parent.parent))

from db.archive import Archive
from db.warc import read_captures
from monitor.app_parts import SystemClock, rules_of, source_of
from monitor.catalogue import catalogue
from monitor.filer import Filer
from monitor.matchmaker import MatchDesk, begin_again, match_waiting
from monitor.model import PageState, PageVisit, Snapshot, Verdict
from monitor.newsroom import page_arguments
from monitor.reading.articles import read_page
from monitor.reading.urls import canonical, story_key
from monitor.workers import InProcess

ASKED = {
    "groups": "SELECT s.url, f.url FROM stories s JOIN stories f ON f.id = s.duplicate_of",
    "pairs": "SELECT s.url, o.url, relation, similarity FROM duplicates d JOIN stories s ON s.id = d.story"
    " JOIN stories o ON o.id = d.other",
    "coverage": "SELECT r.url, s.url, methods, overlap, longest_run, lag_low, lag_high FROM coverage c"
    " JOIN stories r ON r.id = c.release JOIN stories s ON s.id = c.story",
    "edits": "SELECT s.url, json_extract(v.change, '$.kinds'), v.text_hash FROM versions v"
    " JOIN stories s ON s.id = v.story WHERE json_extract(v.change, '$.from') IS NOT NULL",
}  # fmt: skip


class Here:
    """A filer whose thread is this one."""

    async def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)


def visits(warc: Path) -> list[PageVisit]:
    """The articles of a WARC file as an import files them."""
    sources = tuple(catalogue().values())
    found: list[PageVisit] = []
    for record in read_captures(warc, 0):
        if record.capture is None:
            continue
        capture = record.capture
        source = source_of(sources, capture.final_url)
        reading = read_page(*page_arguments(rules_of, source, capture))
        if reading.verdict is Verdict.ARTICLE and reading.article is not None:
            article = reading.article
            shot = Snapshot(
                source=source.id, article=article, seen_at=capture.fetched_at, identity=story_key(article.url)
            )
            address = canonical(capture.final_url) or capture.final_url
            found.append(
                PageVisit(address=address, visited_at=capture.fetched_at, state=PageState.FILED, snapshot=shot)
            )
    return found


def match(archive: Archive) -> tuple[int, float]:
    """Match what waits; stories and CPU seconds."""
    desk = MatchDesk(filer=cast(Filer, Here()), archive=archive, readers=InProcess(), clock=SystemClock())
    started = time.process_time()
    matched = asyncio.run(match_waiting(desk))
    return matched.stories, time.process_time() - started


def found(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What matching came to, by address and sorted."""
    connection = sqlite3.connect(path)
    try:
        return {name: sorted(connection.execute(sql).fetchall()) for name, sql in ASKED.items()}
    finally:
        connection.close()


def filed(path: Path, order: Sequence[PageVisit], *, batch: int) -> dict[str, list[tuple[Any, ...]]]:
    """File in that order, matching after every ``batch``."""
    stories, seconds = 0, 0.0
    with Archive.open(path) as archive:
        for at in range(0, len(order), batch):
            archive.file_imports(order[at : at + batch])
            more, took = match(archive)
            stories, seconds = stories + more, seconds + took
    result = found(path)
    counts = ", ".join(f"{len(rows)} {name}" for name, rows in result.items())
    print(f"{path.stem:22} {counts}; {seconds / max(1, stories) * 1000:.0f} ms of CPU a story", flush=True)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warc", type=Path)
    options = parser.parse_args()
    order = visits(options.warc)
    shuffled = random.Random(7).sample(order, len(order))
    with tempfile.TemporaryDirectory() as folder:
        first = filed(Path(folder) / "in order.db", order, batch=len(order))
        others = {
            "backwards": filed(Path(folder) / "backwards.db", order[::-1], batch=len(order)),
            "shuffled": filed(Path(folder) / "shuffled, by sixteen.db", shuffled, batch=16),
        }
        with Archive.open(Path(folder) / "in order.db") as archive:
            begin_again(archive)
            match(archive)
        others["matched anew"] = found(Path(folder) / "in order.db")
    for name, other in others.items():
        differing = {key: sorted(set(first[key]) ^ set(other[key])) for key in ASKED if first[key] != other[key]}
        print(f"{name}: {'the same' if not differing else 'differs in ' + ', '.join(differing)}")
        for key, rows in differing.items():
            for row in rows[:4]:
                print(f"    {key}: {row}")


if __name__ == "__main__":
    main()
