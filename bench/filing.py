"""What filing costs: microseconds of CPU a new story, a known one and an unchanged poll, and how that grows.

    python bench/filing.py [--stories 10000,100000]

Stories of about 150 words with a skewed vocabulary are filed in batches of 20 through ``Archive.file_visits``, in the
archive's own transactions, full-text index and triggers included; polls in batches of 64 through ``file_polls``.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from db.archive import Archive
from monitor.model import (
    Announced,
    Article,
    Channel,
    ChannelKind,
    Dated,
    Lead,
    Link,
    Outcome,
    PageState,
    PageVisit,
    Poll,
    Precision,
    Snapshot,
    Source,
    SourceKind,
    StoryKind,
)
from monitor.query import parse

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
WORDS = 150


class Prose:
    """Text whose words are as unevenly used as those of news: some 100 different ones in 150, as in real releases."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        letters = "etaoinshrdlucmfwypvbgk"
        self._words = ["".join(self._random.choices(letters, k=self._random.randint(2, 10))) for _ in range(20_000)]
        self._weights = [(rank + 1) ** -1.05 for rank in range(len(self._words))]

    def text(self, words: int) -> str:
        drawn = self._random.choices(self._words, self._weights, k=words)
        return "\n\n".join(" ".join(drawn[at : at + 50]) for at in range(0, words, 50))


def visit(prose: Prose, number: int, at: datetime) -> PageVisit:
    url = f"https://www.example.gov/newsroom/release/{number}-{prose.text(6).replace(' ', '-')}"
    published = Dated(at=at - timedelta(minutes=number), precision=Precision.SECOND, signal="json-ld:datePublished")
    article = Article(
        url=url,
        title=prose.text(10),
        text=prose.text(WORDS),
        byline="Public Affairs",
        published=published,
        language="en",
        kind=StoryKind.RELEASE,
        links=tuple(Link(url=f"https://www.example.org/{n}", text="a link") for n in range(3)),
        cited_domains=("example.org",),
        extractor="site:example",
        signals={"title": "h1", "published": "json-ld:datePublished"},
    )
    return PageVisit(
        address=url, visited_at=at, state=PageState.FILED, http_status=200, body_hash=f"{number:032x}",
        snapshot=Snapshot(source="s0", article=article, seen_at=at),
    )  # fmt: skip


def timed(work: Callable[[], object]) -> float:
    """CPU microseconds."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1e6


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--stories", default="1000,10000")
    sizes = [int(size) for size in arguments.parse_args().stories.split(",")]
    prose = Prose()
    sources = [
        Source(
            id=f"s{n}", name="", domain="example.gov", kind=SourceKind.AGENCY,
            channels=(Channel(source=f"s{n}", kind=ChannelKind.FEED, url=f"https://www.example.gov/{n}"),),
        )
        for n in range(64)
    ]  # fmt: skip
    names = ("stories", "new", "again", "changed", "lead", "poll", "search", "MB")
    print(" ".join(f"{name:>8}" for name in names), "  (microseconds of CPU each; search: one query, 20 shown)")
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder) / "bench.db") as archive:
        archive.sync_sources(sources)
        done = 0
        for size in sizes:
            cost = fill(archive, prose, done, size)
            done = size
            row = (done, cost, *measures(archive, prose, done), megabytes(Path(folder)))
            print(" ".join(f"{value:>8.0f}" for value in row), flush=True)


def fill(archive: Archive, prose: Prose, start: int, size: int) -> float:
    """File new stories up to ``size``; the mean cost of the last thousand."""
    costs: list[float] = []
    for at in range(start, size, 20):
        batch = [visit(prose, at + n, NOW) for n in range(20)]
        costs.append(timed(partial(archive.file_visits, batch)) / 20)
    last = costs[-50:]
    return sum(last) / len(last)


def measures(archive: Archive, prose: Prose, done: int) -> tuple[float, ...]:
    """The cost of a story seen again, of a changed one, of a new lead, of an unchanged poll, of a search."""
    again = [visit(prose, 10_000_000 + done + n, NOW) for n in range(200)]
    archive.file_visits(again)
    unchanged = timed(partial(archive.file_visits, [later(one, hours=1) for one in again])) / len(again)
    edited = [later(one, hours=2, text="An added paragraph.") for one in again]
    changed = timed(partial(archive.file_visits, edited)) / len(edited)

    memories = archive.channels()
    urls = [f"https://www.example.gov/lead/{done}/{n}" for n in range(200)]
    leads = tuple(
        Announced(lead=Lead(url=url, title=prose.text(10), position=n), address=url) for n, url in enumerate(urls)
    )
    at = NOW + timedelta(seconds=done)
    announcing = Poll(memory=memories[0], started_at=at, finished_at=at, outcome=Outcome.CHANGED, announced=leads)
    lead = timed(partial(archive.file_polls, [announcing])) / len(leads)

    costs = []
    for turn in range(20):
        at = NOW + timedelta(days=1, seconds=done + turn)
        polls = [
            Poll(memory=memory, started_at=at, finished_at=at, outcome=Outcome.UNCHANGED, http_status=304)
            for memory in memories
        ]
        costs.append(timed(partial(archive.file_polls, polls)) / len(polls))
    query = parse(f'"{prose.text(1)}" -"{prose.text(2)}" kind:release')
    search = timed(lambda: list(archive.stories(query, limit=20)))
    return unchanged, changed, lead, sorted(costs)[len(costs) // 2], search


def later(one: PageVisit, *, hours: int, text: str = "") -> PageVisit:
    """The same visit some hours on, with a paragraph added if there is one."""
    assert one.snapshot
    at = NOW + timedelta(hours=hours)
    article = one.snapshot.article
    if text:
        article = replace(article, text=f"{article.text}\n\n{text}")
    return replace(one, visited_at=at, snapshot=replace(one.snapshot, article=article, seen_at=at))


def megabytes(folder: Path) -> float:
    """What the archive takes on the disk."""
    return sum(path.stat().st_size for path in folder.iterdir()) / 1e6


if __name__ == "__main__":
    main()
