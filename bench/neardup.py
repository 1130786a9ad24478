"""Near-duplicates: precision, recall and F1 by kind, beside datasketch MinHashLSH, rensa and SimHash in the same run.

    python bench/neardup.py --warc ../shared/web/pages-dev.warc.gz --documents ../shared/gold/dev_documents.jsonl

Pairs: the texts of the WARC against variants made of them (bench/variants.py), the WARC's own repeated captures, pairs
on one topic, real releases of one template (ICE death notices), releases written from templates (bench/pressroom.py)
and dockets of cases told at several stages (bench/docket.py).
Every system sees all texts at once and is asked about every labelled pair. Needs datasketch and rensa.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

import docket
import numpy as np
import pressroom
import trafilatura
import variants
from stores import SqliteStore
from warcio.archiveiterator import ArchiveIterator

from monitor.matching.fingerprint import pack, shingles, sketch
from monitor.matching.near_duplicates import TextView, judge
from monitor.matching.postings import Index
from monitor.matching.words import norms


@dataclass
class Pairs:
    """Texts, and labelled pairs of them: kind → [(i, j, one event)]."""

    texts: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    labelled: dict[str, list[tuple[int, int, bool]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, text: str, title: str = "") -> int:
        self.texts.append(text)
        self.titles.append(title)
        return len(self.texts) - 1


def real_texts(warc: Path, documents: Path) -> list[tuple[str, str, str]]:
    """(address, title, text) of every article in the WARC and the gold documents."""
    found: list[tuple[str, str, str]] = []
    with warc.open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type != "response" or "html" not in (record.http_headers.get_header("content-type") or ""):
                continue
            address = record.rec_headers.get_header("WARC-Target-URI")
            page = trafilatura.bare_extraction(record.content_stream().read(), url=address, with_metadata=True)
            if (
                page
                and page.text
                and len(page.text.split()) >= 150
                and not re.search(r"/(news|robots\.txt)?/?$", address)
            ):
                found.append((address, page.title or "", page.text))
    for line in documents.read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        if document.get("text") and len(document["text"].split()) >= 150:
            found.append((document["url"], document["title"], document["text"]))
    return found


def build(real: list[tuple[str, str, str]], seed: int) -> Pairs:
    """All labelled pairs."""
    pairs = Pairs()
    rng = random.Random(seed)
    first: dict[str, int] = {}
    bases: list[int] = []
    for address, title, text in real:
        if address in first:
            pairs.labelled["real: same page again"].append((first[address], pairs.add(text, title), True))
            continue
        first[address] = pairs.add(text, title)
        bases.append(first[address])
    _real_alike(pairs, first)
    stock = [p for b in bases for p in variants.paragraphs(pairs.texts[b]) if 30 <= len(p.split()) <= 120]
    for base in bases:
        text = pairs.texts[base]
        if len(text.split()) > 4000:
            continue  # lists and live blogs of a day: cut copies of them are other stories
        made = {
            "reflow": variants.reflow(text, rng),
            "wire relede": variants.relede(text, rng),
            "cut": variants.cut(text, rng),
            "brief": variants.brief(text, rng),
            "update": variants.update(text, rng, stock),
            "light rewording": variants.light(text, rng),
            "heavy rewording": variants.heavy(text, rng),
            "noisy chrome": variants.chrome(text, rng),
        }
        for kind, variant in made.items():
            pairs.labelled[f"made: {kind}"].append((base, pairs.add(variant), True))
        other = pairs.texts[rng.choice([b for b in bases if b != base])]
        host = " ".join(variants.paragraphs(other)[:40])
        if len(host.split()) > 1.2 * min(400, len(text.split())):
            quoting = pairs.add(variants.quotation(text, rng, other))
            pairs.labelled["made: quotation in another story (no)"].append((base, quoting, False))
    _same_topic(pairs, bases, rng)
    _templates(pairs)
    _dockets(pairs)
    return pairs


def _real_alike(pairs: Pairs, first: dict[str, int]) -> None:
    """Real releases of one template: ICE's death notices, each of another person."""
    notices = [i for a, i in first.items() if "ice.gov/news/releases" in a and re.search(r"passes|dies", a)]
    for n, i in enumerate(notices):
        for j in notices[:n]:
            pairs.labelled["real: death notices (no)"].append((i, j, False))


def _same_topic(pairs: Pairs, bases: list[int], rng: random.Random) -> None:
    """For each text its nearest other text by weighted words that shares less than 12 % of its 5-word runs with it."""
    counts = [Counter(norms(pairs.texts[b])) for b in bases]
    df = Counter(w for c in counts for w in c)
    vectors = [{w: n * np.log(len(bases) / df[w]) for w, n in c.items()} for c in counts]
    size = [np.sqrt(sum(v * v for v in vec.values())) or 1.0 for vec in vectors]
    hashes = [np.unique(shingles(norms(pairs.texts[b]))) for b in bases]
    chosen: set[tuple[int, int]] = set()
    for i, vec in enumerate(vectors):
        near = sorted(
            (
                (sum(v * vectors[j].get(w, 0.0) for w, v in vec.items()) / size[i] / size[j], j)
                for j in range(len(bases))
                if j != i
            ),
            reverse=True,
        )
        for _, j in near[:3]:
            shared = len(np.intersect1d(hashes[i], hashes[j])) / max(1, min(len(hashes[i]), len(hashes[j])))
            if shared < 0.12 and (min(i, j), max(i, j)) not in chosen:
                chosen.add((min(i, j), max(i, j)))
                pairs.labelled["real: same topic (no)"].append((bases[i], bases[j], False))
                _same_background(pairs, bases[i], bases[j], rng)


def _same_background(pairs: Pairs, i: int, j: int, rng: random.Random) -> None:
    """Two stories on one topic that both end in paragraphs of background from a third, as one outlet's stories do."""
    one, other = variants.paragraphs(pairs.texts[i]), variants.paragraphs(pairs.texts[j])
    third = variants.paragraphs(pairs.texts[rng.choice([k for k in range(min(i, j) + 3) if k not in (i, j)])])
    background = third[4 : 4 + rng.randint(2, 4)]
    parts = [p for p in (one, other) if not any("|" in paragraph for paragraph in p)]
    own = [_of_words(p, 180) for p in parts]
    size = sum(len(p.split()) for p in background)
    if len(third) < 8 or len(own) < 2 or min(len(o.split()) for o in own) < max(180, size):
        return
    a, b = (pairs.add("\n\n".join([o, *background])) for o in own)
    pairs.labelled["made: same background (no)"].append((a, b, False))


def _of_words(parts: list[str], least: int) -> str:
    kept: list[str] = []
    for part in parts:
        kept.append(part)
        if sum(len(p.split()) for p in kept) >= least:
            break
    return "\n\n".join(kept)


def _templates(pairs: Pairs) -> None:
    for k, kind in enumerate(pressroom.TEMPLATES):
        releases = [pressroom.release(kind, 1000 * k + n, office=n % 4) for n in range(24)]
        at = [pairs.add(r.text, r.title) for r in releases]
        for n, i in enumerate(at):
            # the four releases of one office in a row, and neighbours of another
            pairs.labelled[f"template: {kind} (no)"] += [(at[m], i, False) for m in range(max(0, n - 4), n)]
    for n in range(60):
        sentenced = pressroom.release("sentencing", 5000 + n, office=n % 4)
        told = pairs.add(sentenced.text, sentenced.title)
        for kind in pressroom.FOLLOWS:
            other = pressroom.release(kind, 5000 + n, office=n % 4)
            pairs.labelled[f"case: {kind}"].append((told, pairs.add(other.text, other.title), True))


def _dockets(pairs: Pairs) -> None:
    """Releases of one case at its stages and from two offices, against other cases of the same family."""
    for family in docket.FAMILIES:
        told = [
            docket.tell(family, n, stage, telling)
            for n in range(14)
            for stage in docket.stages(family)
            for telling in ((0, 1) if n % 2 == 0 else (0,))
        ]
        at = [pairs.add(t.text, t.title) for t in told]
        rng = random.Random(family)
        for i, j in itertools.combinations(range(len(told)), 2):
            if told[i].case == told[j].case:
                pairs.labelled[f"docket: {family}"].append((at[i], at[j], True))
            elif rng.random() < 0.15:
                pairs.labelled[f"docket: {family}, another case (no)"].append((at[i], at[j], False))


def shiftwatch(pairs: Pairs) -> Callable[[int, int], bool]:
    with tempfile.TemporaryDirectory() as folder:
        index = Index(SqliteStore(Path(folder) / "index.db"))
        packed = [pack(sketch(norms(text))) for text in pairs.texts]
        proposed: set[tuple[int, int]] = set()
        for i, each in enumerate(packed):
            proposed.update((c.text, i) for c in index.candidates(each, most=48))
            index.add(i, each)

    def linked(i: int, j: int) -> bool:
        if (min(i, j), max(i, j)) not in proposed:
            return False
        return judge(TextView(text=pairs.texts[i]), TextView(text=pairs.texts[j])) is not None

    return linked


def _shingle_sets(pairs: Pairs) -> list[set[int]]:
    return [set(shingles(norms(text)).tolist()) for text in pairs.texts]


def minhash_lsh(pairs: Pairs) -> Callable[[int, int], bool]:
    """datasketch MinHashLSH, 128 permutations, threshold 0.5, verified by exact 5-word Jaccard >= 0.5."""
    from datasketch import MinHash, MinHashLSH

    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    sets = _shingle_sets(pairs)
    proposed: set[tuple[int, int]] = set()
    for i, each in enumerate(sets):
        m = MinHash(num_perm=128)
        m.update_batch([h.to_bytes(8, "little") for h in each])
        proposed.update((j, i) for j in lsh.query(m))
        lsh.insert(i, m)
    return lambda i, j: (min(i, j), max(i, j)) in proposed and _jaccard(sets[i], sets[j]) >= 0.5


def rensa(pairs: Pairs) -> Callable[[int, int], bool]:
    """rensa RMinHashLSH with the same settings and the same verification."""
    from rensa import RMinHash, RMinHashLSH

    lsh = RMinHashLSH(threshold=0.5, num_perm=128, num_bands=32)
    sets = _shingle_sets(pairs)
    proposed: set[tuple[int, int]] = set()
    for i, each in enumerate(sets):
        m = RMinHash(num_perm=128, seed=42)
        m.update([str(h) for h in each])
        proposed.update((j, i) for j in lsh.query(m))
        lsh.insert(i, m)
    return lambda i, j: (min(i, j), max(i, j)) in proposed and _jaccard(sets[i], sets[j]) >= 0.5


def simhash(pairs: Pairs) -> Callable[[int, int], bool]:
    """SimHash (Charikar 2002) over 5-word runs, 64 bits, at most 3 differing."""
    prints: list[int] = []
    for text in pairs.texts:
        bits = np.unpackbits(shingles(norms(text)).view(np.uint8).reshape(-1, 8), axis=1).astype(np.int32) * 2 - 1
        prints.append(int("".join("1" if s > 0 else "0" for s in bits.sum(axis=0)), 2))
    return lambda i, j: (prints[i] ^ prints[j]).bit_count() <= 3


def _jaccard(a: set[int], b: set[int]) -> float:
    return len(a & b) / len(a | b) if a or b else 0.0


def report(pairs: Pairs, systems: dict[str, Callable[[Pairs], Callable[[int, int], bool]]], show: bool) -> None:
    results: dict[str, dict[str, tuple[int, int]]] = {}
    for name, system in systems.items():
        started = time.perf_counter()
        linked = system(pairs)
        results[name] = {
            kind: (sum(linked(i, j) for i, j, _ in each), len(each)) for kind, each in pairs.labelled.items()
        }
        print(f"{name}: {len(pairs.texts)} texts in {time.perf_counter() - started:.1f} s")
        if show and name == "shiftwatch":
            for kind, each in pairs.labelled.items():
                wrong = [(i, j) for i, j, one in each if linked(i, j) != one]
                for i, j in wrong[:6]:
                    print("   wrong", kind, i, j, pairs.titles[i][:60], "|", pairs.titles[j][:60])
    print(f"\n{'linked of pairs, by kind':44}" + "".join(f"{name:>18}" for name in systems))
    for kind in pairs.labelled:
        row = [f"{n}/{total} {n / total:.0%}" for n, total in (results[s][kind] for s in systems)]
        print(f"{kind:44}" + "".join(f"{cell:>18}" for cell in row))
    for label, chosen in {
        "made variants (against all hard negatives)": [
            k for k in pairs.labelled if k.startswith("made") or k.endswith("(no)")
        ],
        "real pairs and cases": [k for k in pairs.labelled if not k.startswith("made")],
        "everything": list(pairs.labelled),
    }.items():
        print(f"\n{label}")
        for name in systems:
            true = sum(results[name][k][0] for k in chosen if not k.endswith("(no)"))
            false = sum(results[name][k][0] for k in chosen if k.endswith("(no)"))
            there = sum(results[name][k][1] for k in chosen if not k.endswith("(no)"))
            precision, recall = true / max(1, true + false), true / there
            f1 = 2 * precision * recall / max(1e-9, precision + recall)
            print(f"  {name:14} P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}")
    merged = [
        results["shiftwatch"][k]
        for k in pairs.labelled
        if "(no)" in k and k.startswith(("template", "docket", "real: death"))
    ]
    print(f"\ntemplate pairs merged: {sum(n for n, _ in merged)} of {sum(t for _, t in merged)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--warc", type=Path, required=True)
    parser.add_argument("--documents", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", default="", help="run this system alone")
    parser.add_argument("--show", action="store_true", help="list what Shiftwatch got wrong")
    options = parser.parse_args()
    pairs = build(real_texts(options.warc, options.documents), options.seed)
    systems = {"shiftwatch": shiftwatch, "MinHashLSH": minhash_lsh, "rensa": rensa, "SimHash": simhash}
    report(pairs, {options.only: systems[options.only]} if options.only else systems, options.show)


if __name__ == "__main__":
    main()
