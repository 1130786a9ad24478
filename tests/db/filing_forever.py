"""A process that files without end, to be killed: ``python -m tests.db.filing_forever ARCHIVE SEED CHECKPOINTS``."""

from __future__ import annotations

import random
import sys
from dataclasses import replace

from db.archive import Archive
from tests import factories as make
from tests.db.filed import full, hours, poll, visit


def main(path: str, seed: int, checkpoints: bool) -> None:
    chance = random.Random(seed)
    with Archive.open(path) as archive:
        if not checkpoints:
            archive._db.execute("PRAGMA wal_autocheckpoint = 0")
        archive.sync_sources([make.source()])
        memory = archive.channels()[0]
        turn = int(memory.etag or "0")
        print("open", flush=True)
        while True:
            turn += 1
            numbers = [chance.randrange(400) for _ in range(chance.randint(1, 10))]
            at = hours(turn)
            leads = [
                full(make.lead(n), at, text=f"told {turn} " * 300) if n % 3 else make.lead(n, summary=f"At {turn}.")
                for n in numbers
            ]
            archive.file_polls([poll(replace(memory, etag=str(turn)), *leads, at=at)])
            urls = [make.lead(n).url for n in numbers]
            archive.file_visits([visit(at, url=url, text=f"page {turn} " * 300) for url in urls])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), bool(int(sys.argv[3])))
