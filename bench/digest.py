"""What composing a digest costs in a large archive: seconds and memory, for a day, a week and a month.

    python -m bench.digest [STORIES] [FOLDER]      default 100,000 stories over two years, in a folder that is removed

Stories are filed through the archive; tags, shifts and events are put in by hand, since reading them out of 100,000
texts would take an hour and changes nothing for composing.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bench.digest_week import END, SOURCES, SPEC
from db.archive import Archive
from monitor.digest.desk import drafted
from monitor.digest.window import Window
from monitor.model import Article, Dated, PageState, PageVisit, Precision, Snapshot

YEARS = timedelta(days=730)
WORDS = (
    "agents border agency officials said operation city county sheriff court ruling transfer station sector week month"
    " plan detention budget hearing senator report inspector general review policy statement spokesman record"
).split()


def fill(path: Path, count: int) -> None:
    """An archive of ``count`` stories, a tenth of which tell of a shift, three to an event."""
    chance = random.Random(7)
    with Archive.open(path) as archive:
        archive.sync_sources(SOURCES)
        batch = []
        for number in range(count):
            at = END - YEARS * (1 - (number + 1) / count)
            batch.append(_visit(number, at, chance))
            if len(batch) == 500:
                archive.file_visits(batch)
                batch = []
        archive.file_visits(batch)
        with archive._transaction() as db:
            db.execute("DELETE FROM match_queue")
            db.execute("DELETE FROM code_queue")
            db.execute(
                "INSERT INTO codebooks (hash, name, content, program, first_used_at) VALUES ('b', 'b', '', '', '')"
            )
            db.execute(
                'INSERT INTO tags (story, version, code, part, sentence, start, "end", rule, codebook)'
                " SELECT id, 1, CASE id % 3 WHEN 0 THEN 'detention' WHEN 1 THEN 'budget' ELSE 'actor/cbp' END, 'body',"
                " substr(text, 1, 120), 0, 120, 'r', 'b' FROM stories WHERE id % 2 = 0"
            )
            db.execute(
                "INSERT INTO events (id, actor, resource, direction, destination, quantity_low, quantity_high, state,"
                " lifecycle, first_story, first_source, first_at, last_at)"
                " SELECT id / 30 + 1, 'USBP', 'personnel', 'border_to_interior', 'Ohio', 40, 40, 'announced',"
                " json_array(json_array('announced', first_seen_at, id)), id, source, first_seen_at, first_seen_at"
                " FROM stories WHERE id % 30 = 0"
            )
            db.execute(
                "INSERT INTO shifts (story, version, actor, beneficiary, resource, quantity_low, quantity_high,"
                ' quantity_text, destination, direction, status, part, sentence, start, "end", rule, score, codebook,'
                " key, place, told_at, event)"
                " SELECT id, 1, 'USBP', 'ICE', 'personnel', 40, 40, '40', 'Ohio', 'border_to_interior', 'planned',"
                " 'body', substr(text, 1, 120), 0, 120, 'r', 1.0, 'b', id, 'ohio', first_seen_at, id / 30 + 1"
                " FROM stories WHERE id % 10 = 0 AND id / 30 + 1 IN (SELECT id FROM events)"
            )
            db.execute("UPDATE stories SET label = 'mention' WHERE id IN (SELECT story FROM shifts)")
            db.execute("DELETE FROM event_queue")


def _visit(number: int, at: datetime, chance: random.Random) -> PageVisit:
    source = SOURCES[number % len(SOURCES)]
    text = "\n\n".join(" ".join(chance.choices(WORDS, k=60)).capitalize() + "." for _ in range(6))
    article = Article(
        url=f"https://{source.domain}/{number}",
        title=" ".join(chance.choices(WORDS, k=9)).capitalize(),
        text=text,
        published=Dated(at=at, precision=Precision.MINUTE, signal="bench"),
        language="en",
    )
    snapshot = Snapshot(source=source.id, article=article, seen_at=at)
    return PageVisit(address=article.url, visited_at=at, state=PageState.FILED, snapshot=snapshot)


def compose(path: Path, days: int) -> dict[str, float]:
    """Compose and render the digest of the last ``days``, in this process."""
    base = _peak()
    with Archive.open_for_reading(path) as archive:

        class Looking:
            outbox = staticmethod(archive.reading_outbox)
            digest_material = staticmethod(archive.digest_material)

        spec = replace(SPEC, maximum=200)
        window = Window(start=END - timedelta(days=days), end=END)
        begun = time.perf_counter()
        draft = drafted(Looking, spec, window, past=[], labels={}, now=END)  # type: ignore[arg-type]
        seconds = time.perf_counter() - begun
    digest = draft.digest
    return {
        "seconds": seconds,
        "peak_mb": _peak(),
        "before_mb": base,
        "events": len(digest.events),
        "stories": digest.stories,
        "left": digest.left,
        "html_kb": len(draft.rendered.html.encode()) / 1000,
    }


def _peak() -> float:
    """The most memory this process has held, MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def main() -> None:
    """Fill and measure, each window in a process of its own."""
    if sys.argv[1:2] == ["--compose"]:
        print(json.dumps(compose(Path(sys.argv[2]), int(sys.argv[3]))))
        return
    count = int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(sys.argv[2] if len(sys.argv) > 2 else scratch) / "digest.db"
        begun = time.perf_counter()
        if not path.exists():
            fill(path, count)
            print(
                f"filed {count:,} stories in {time.perf_counter() - begun:.0f} s, {path.stat().st_size / 1e6:,.0f} MB"
            )
        print("  window  seconds  peak MB of it base  events  stories   left  html kB")
        for days in (1, 7, 30):
            command = [sys.executable, "-m", "bench.digest", "--compose", str(path), str(days)]
            one = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            print(
                f"{days:>6} d {one['seconds']:>8.2f} {one['peak_mb']:>8.0f} {one['before_mb']:>10.0f}"
                f" {one['events']:>7} {one['stories']:>8} {one['left']:>6} {one['html_kb']:>8.1f}"
            )


if __name__ == "__main__":
    main()
