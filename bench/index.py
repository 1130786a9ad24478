"""The index of candidates at growing size: cost of a story, bytes on disk, memory; beside datasketch MinHashLSH.

    python bench/index.py --sizes 10000,100000            (add 1000000 on a quiet machine: about ten minutes)

Stories are 300 to 900 words drawn from a Zipf vocabulary; one in twenty is a copy with a tenth of its words changed,
and each carries one of 400 outlets' boilerplate paragraphs. To reach a size quickly, most stories enter as sketches
drawn at random with the same number of hashes; the last 2,000 go the whole way from text and are timed: fingerprint,
query. Inserting is timed over all the others, so that the moving of segments is paid for.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from stores import SqliteStore

from monitor.matching.fingerprint import HASH_BITS, pack, shingles, sketch
from monitor.matching.postings import Index
from monitor.matching.words import norms

TIMED = 2000
BATCH = 50  # stories filed in one transaction


class Newsroom:
    """Makes stories."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        weights = 1.0 / np.arange(1, 40_001)
        self._cumulative = np.cumsum(weights / weights.sum())
        self._outlets = [self._words(60) for _ in range(400)]
        self.made: list[list[str]] = []

    def _words(self, count: int) -> list[str]:
        return [f"w{i}" for i in np.searchsorted(self._cumulative, self._rng.random(count)).tolist()]

    def story(self) -> str:
        if self.made and self._rng.random() < 0.05:
            words = list(self.made[int(self._rng.integers(len(self.made)))])
            for i in self._rng.integers(len(words), size=len(words) // 10).tolist():
                words[i] = f"x{self._rng.integers(10**6)}"
        else:
            words = self._words(int(self._rng.integers(240, 840)))
        self.made.append(words)
        return " ".join(words + self._outlets[int(self._rng.integers(400))])


def filler(rng: np.random.Generator, boilerplate: np.ndarray) -> bytes:
    """A sketch such as a story has, without the story."""
    own = rng.integers(1 << HASH_BITS, size=int(rng.integers(36, 46)), dtype=np.uint32)
    return pack(np.unique(np.concatenate((own, boilerplate[rng.integers(len(boilerplate))]))))


def ours(size: int) -> None:
    rng = np.random.default_rng(size)
    room = Newsroom(5)
    boilerplate = rng.integers(1 << HASH_BITS, size=(400, 4), dtype=np.uint32)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.db"
        store = SqliteStore(path)
        index = Index(store)
        filling = filling_cpu = 0.0
        slowest = 0.0
        for first in range(0, size - TIMED, BATCH):
            sketches = [filler(rng, boilerplate) for _ in range(min(BATCH, size - TIMED - first))]
            started, started_cpu = time.perf_counter(), time.process_time()
            store.db.execute("BEGIN IMMEDIATE")
            for i, each in enumerate(sketches):
                index.add(first + i, each)
            store.db.execute("COMMIT")
            took = time.perf_counter() - started
            filling += took
            filling_cpu += time.process_time() - started_cpu
            slowest = max(slowest, took)
        texts = [room.story() for _ in range(TIMED)]
        spent = np.zeros(3)
        found, asking_cpu = 0, 0.0
        for first in range(0, TIMED, BATCH):
            store.db.execute("BEGIN IMMEDIATE")
            for i in range(first, min(first + BATCH, TIMED)):
                t0, c0 = time.perf_counter(), time.process_time()
                packed = pack(sketch(norms(texts[i])))
                t1 = time.perf_counter()
                found += bool(index.candidates(packed))
                t2 = time.perf_counter()
                asking_cpu += time.process_time() - c0
                index.add(size - TIMED + i, packed)
                spent += (t1 - t0, t2 - t1, time.perf_counter() - t2)
            store.db.execute("COMMIT")
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        disk = path.stat().st_size
        free = (
            store.db.execute("PRAGMA freelist_count").fetchone()[0] * store.db.execute("PRAGMA page_size").fetchone()[0]
        )
    fingerprint, query, _ = spent / TIMED * 1e3
    insert = filling / max(1, size - TIMED) * 1e3
    cpu = asking_cpu / TIMED * 1e3 + filling_cpu / max(1, size - TIMED) * 1e3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"shiftwatch  {size:>9,}  fingerprint {fingerprint:.2f}  query {query:.2f}  insert {insert:.2f}"
        f"  all {fingerprint + query + insert:.2f} ms ({cpu:.2f} of CPU)\n"
        f"    {disk / size:.0f} bytes a story on disk ({(disk - free) / size:.0f} without free pages),"
        f" peak memory {peak:.0f} MB, slowest transaction {slowest * 1e3:.0f} ms,"
        f" {found} of {TIMED} had candidates",
        flush=True,
    )


def theirs(size: int) -> None:
    """datasketch MinHashLSH in memory: 128 permutations, threshold 0.5; the last 2,000 are timed."""
    from datasketch import MinHash, MinHashLSH

    room = Newsroom(5)
    rng = random.Random(1)
    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    values = np.random.default_rng(3)
    scheme = MinHash(num_perm=128).scheme
    for i in range(size - TIMED):
        m = MinHash(num_perm=128, hashvalues=values.integers(1 << 32, size=128, dtype=np.uint64), scheme=scheme)
        lsh.insert(i, m, check_duplication=False)
    texts = [room.story() for _ in range(TIMED)]
    rng.shuffle(texts)
    spent = np.zeros(3)
    started_cpu = time.process_time()
    for i, text in enumerate(texts):
        t0 = time.perf_counter()
        m = MinHash(num_perm=128)
        m.update_batch([h.to_bytes(8, "little") for h in set(shingles(norms(text)).tolist())])
        t1 = time.perf_counter()
        lsh.query(m)
        t2 = time.perf_counter()
        lsh.insert(size + i, m)
        spent += (t1 - t0, t2 - t1, time.perf_counter() - t2)
    cpu = (time.process_time() - started_cpu) / TIMED * 1e3
    fingerprint, query, insert = spent / TIMED * 1e3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"MinHashLSH  {size:>9,}  fingerprint {fingerprint:.2f}  query {query:.2f}  insert {insert:.2f}"
        f"  all {fingerprint + query + insert:.2f} ms ({cpu:.2f} of CPU)\n"
        f"    nothing on disk, peak memory {peak:.0f} MB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--theirs", default="10000", help="sizes for datasketch; empty for none")
    options = parser.parse_args()
    print("milliseconds a story")
    for size in options.sizes.split(","):
        ours(int(size))
    for size in filter(None, options.theirs.split(",")):
        theirs(int(size))


if __name__ == "__main__":
    main()
