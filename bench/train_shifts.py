"""Trains the shift model on the gold, the invented and any further labelled sentences, around hand-set priors.

    shiftwatch import --archive pages.db ../shared/web/pages-dev.warc.gz
    python -m bench.train_shifts ../shared/gold/dev_sentences.jsonl --pages pages.db [--write | --folds]

Sentences of ordinary pages without any word of the keyword rule count a little as no shift for scenes and wording:
of the gold's sentences drawn at random from such text none is one. Sentences of these pages that an earlier reader took
for shifts were read by eye: labelled/pages.jsonl keeps the verdicts by hash. Texts come from the archive, none is
shipped.

Each sentence has several frames; it is a shift if its best frame is. So: pick every sentence's best frame by the
present weights, take logistic steps with a pull back to the priors, and pick again. Deterministic; no library.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import sqlite3
import tomllib
from pathlib import Path
from typing import Any

from bench.coding import KEYWORDS, candidates, load, load_invented
from bench.halves import event_key
from monitor.coding import wording
from monitor.coding.cut import cut
from monitor.coding.marking import mark

HERE = Path(__file__).parent
TESTS = HERE.parent / "tests/monitor/coding"
INVENTED = (
    TESTS / "invented.txt",
    TESTS / "invented_news.txt",
    TESTS / "invented_held.txt",
    TESTS / "invented_unusual.txt",
    HERE / "labelled/tuning.txt",
    HERE / "labelled/tuning_second.txt",
)
WEIGHTS = HERE.parent / "monitor/coding/weights.toml"
WORDING = HERE.parent / "monitor/coding/wording.toml"
WORDS_SAY = 0.35  # weight of the wording beside the frames; about the best of 0 to 0.5 in cross-validation
LEAST_SEEN, STEP, SHRINK, PASSES = 3, 0.3, 2.0, 60
PULL = 5.0
# What is told by a weak word of movement or by none must be likelier by this much than what is sent outright: of the
# pairs tried in cross-validation the one that keeps the recall on real text and loses least on invented sentences.
STRICTER = {"strength:1": 0.4, "scene": 0.5}
NO_SHIFT = 1.6
SCENE_OF_PAGE, WORDS_OF_PAGE = 0.25, 0.06  # weight of a sentence of an ordinary page
READ_PAGE = 0.5  # weight of a sentence of a page that was read by eye: picked where a reader erred, they crowd
PAGES = HERE / "labelled/pages.jsonl"
LEAST = 30  # characters of one
ROUNDS, STEPS = 8, 120

Bag = list[dict[str, float]]


def train(data: list[tuple[Bag, bool, float]], priors: dict[str, float], pull: float = PULL) -> dict[str, float]:
    """Weights for (frames' signals, is a shift, weight of the item)."""
    table = dict(priors)
    for _ in range(ROUNDS):
        picked = []
        for bag, truth, weight in data:
            if bag:
                best = max(
                    bag, key=lambda signals: sum(table.get(name, 0.0) * value for name, value in signals.items())
                )
                picked.append((best, truth, weight))
        # Step size from a bound on the curvature, per signal: steps never overshoot.
        reach: dict[str, float] = {}
        for signals, _, weight in picked:
            size = sum(map(abs, signals.values()))
            for name, value in signals.items():
                reach[name] = reach.get(name, 0.0) + 0.25 * weight * abs(value) * size
        for _ in range(STEPS):
            slope: dict[str, float] = {}
            for signals, truth, weight in picked:
                total = sum(table.get(name, 0.0) * value for name, value in signals.items())
                error = weight * ((1.0 if truth else 0.0) - 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total)))))
                for name, value in signals.items():
                    slope[name] = slope.get(name, 0.0) + error * value
            for name in sorted(set(slope) | set(table)):
                back = pull * (priors.get(name, 0.0) - table.get(name, 0.0))
                table[name] = table.get(name, 0.0) + (slope.get(name, 0.0) + back) / (reach.get(name, 0.0) + pull)
    return table


def stricter(table: dict[str, float]) -> dict[str, float]:
    """The weights with the handicap of frames that have no strong word of movement."""
    return {name: value - STRICTER.get(name, 0.0) for name, value in table.items()}


def train_words(data: list[tuple[list[str], bool, float]]) -> dict[str, float]:
    """Weights of word features by adaptive gradient steps over (features, is a shift, weight), in their order."""
    seen: dict[str, int] = {}
    for found, _, _ in data:
        for name in found:
            seen[name] = seen.get(name, 0) + 1
    known = [[name for name in found if seen[name] >= LEAST_SEEN] for found, _, _ in data]
    table: dict[str, float] = {wording.BIAS: 0.0}
    grown: dict[str, float] = {}
    for _ in range(PASSES):
        for names, (_, truth, weight) in zip(known, data, strict=True):
            scale = 1.0 / math.sqrt(len(names) + 1)
            log_odds = table[wording.BIAS] + scale * sum(table.get(name, 0.0) for name in names)
            error = weight * (float(truth) - 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds)))))
            for name in (wording.BIAS, *names):
                own = table.get(name, 0.0)
                slope = error if name == wording.BIAS else error * scale - SHRINK * own / len(data)
                grown[name] = grown.get(name, 1e-8) + slope * slope
                table[name] = own + STEP * slope / math.sqrt(grown[name])
    return table


def worded(item: dict[str, Any]) -> list[str]:
    """An item's word features."""
    return wording.features(mark(item["text"][:3000]))


def item_weight(item: dict[str, object]) -> float:
    """Borderline items count half; what is no shift counts more, since a wrong row costs more than a missed one."""
    sure = 0.5 if item.get("borderline") else 1.0
    read = READ_PAGE if "story" in item else 1.0
    return sure * read * (1.0 if item["is_shift"] else NO_SHIFT)


def page_sentences(archive: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Sentences of an archive's stories, each once: those read by eye, and those no keyword marks, as no shift."""
    verdicts = {item["sentence"]: bool(item["is_shift"]) for item in load(PAGES)}
    with sqlite3.connect(f"file:{archive}?mode=ro", uri=True) as connection:
        texts = connection.execute("SELECT id, text FROM stories ORDER BY url").fetchall()
    read: dict[str, dict[str, Any]] = {}
    found: dict[str, dict[str, Any]] = {}
    for story, text in texts:
        before = ""
        for piece in cut(text or ""):
            verdict = verdicts.get(hashlib.sha256(piece.text.encode()).hexdigest()[:16])
            if verdict is not None:
                item = {"text": piece.text, "context": before, "is_shift": verdict, "story": story}
                read.setdefault(piece.text, item)
            elif len(piece.text) >= LEAST and not KEYWORDS.search(piece.text):
                found.setdefault(piece.text, {"text": piece.text, "is_shift": False, "story": story})
            before = piece.text
    return list(read.values()), list(found.values())


def scenes_of(item: dict[str, Any]) -> Bag:
    """The scenes of an item's sentence alone."""
    return [signals for _, _, signals in candidates(item) if "scene" in signals]


def group_of(item: dict[str, Any]) -> str:
    """What must not stand on both sides of a fold: an event, a page, or an invented sentence."""
    if "dataset" in item:
        return event_key(item)
    return str(item.get("story", item["text"]))


def kind_of(item: dict[str, Any]) -> str:
    """Where an item comes from."""
    return "gold" if "dataset" in item else "pages read" if "story" in item else "invented"


def fold_of(item: dict[str, Any]) -> int:
    """The fold an item is in, 0 to 4."""
    return int(hashlib.md5(group_of(item).encode()).hexdigest(), 16) % 5


def cross_validate(items: list[dict[str, Any]], pages: list[dict[str, Any]], priors: dict[str, float]) -> None:
    """Five folds by event (invented ones by sentence, pages by story): precision and recall by threshold."""
    rows = [
        (fold_of(item), [signals for _, _, signals in candidates(item)], worded(item), bool(item["is_shift"]), item)
        for item in items
    ]
    shown = [(fold_of(item), scenes_of(item), worded(item)) for item in pages]
    scored = []
    for fold in range(5):
        words = train_words(
            [(said, truth, item_weight(item)) for at, _, said, truth, item in rows if at != fold]
            + [(said, False, WORDS_OF_PAGE) for at, bag, said in shown if at != fold and bag]
        )
        table = train(
            [(bag, truth, item_weight(item)) for at, bag, _, truth, item in rows if at != fold]
            + [(bag, False, SCENE_OF_PAGE) for at, bag, _ in shown if at != fold],
            priors,
        )
        table = stricter(table)
        told = [(bag, said, truth, kind_of(item)) for at, bag, said, truth, item in rows if at == fold]
        told += [(bag, said, False, "scenes of pages") for at, bag, said in shown if at == fold and bag]
        for bag, said, truth, kind in told:
            more = WORDS_SAY * wording.total(said, words)
            sums = [more + sum(table.get(name, 0.0) * value for name, value in signals.items()) for signals in bag]
            scored.append((max(sums, default=-9.0), truth, kind))
    for kind in sorted({of for _, _, of in scored}):
        for threshold in (-0.6, -0.4, -0.3, -0.2, 0.0, 0.2, 0.4):
            said_so = [(total > threshold, truth) for total, truth, of in scored if of == kind]
            hit, claimed = sum(one and truth for one, truth in said_so), sum(one for one, _ in said_so)
            true = sum(truth for _, truth in said_so)
            told_of = f"precision {hit / max(1, claimed):.3f}  recall {hit / true:.3f}" if true else f"{claimed} false"
            print(f"threshold {threshold:+.1f}  {kind:15} {len(said_so):5}  {told_of}")


def main() -> None:
    """Trains, prints the weights that moved most and, with --write, stores them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("gold", type=Path)
    parser.add_argument("--pages", type=Path, help="archive of ordinary pages", required=True)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--folds", action="store_true", help="cross-validate by event instead")
    given = parser.parse_args()
    priors = {str(k): float(v) for k, v in tomllib.loads((HERE / "priors.toml").read_text())["weights"].items()}
    items = load(given.gold)
    for path in INVENTED:
        items += load_invented(path)
    read, pages = page_sentences(given.pages)
    items += read
    if given.folds:
        cross_validate(items, pages, priors)
        return
    data = [
        ([signals for _, _, signals in candidates(item)], bool(item["is_shift"]), item_weight(item)) for item in items
    ]
    shown = [(bag, item) for item in pages if (bag := scenes_of(item))]
    data += [(bag, False, SCENE_OF_PAGE) for bag, _ in shown]
    table = stricter(train(data, priors))
    for name in sorted(table, key=lambda name: -abs(table[name] - priors.get(name, 0.0)))[:25]:
        print(f"{name:32} {priors.get(name, 0.0):6.2f} -> {table[name]:6.2f}")
    table["wording"] = WORDS_SAY
    if given.write:
        words = train_words(
            [(worded(item), bool(item["is_shift"]), item_weight(item)) for item in items]
            + [(worded(item), False, WORDS_OF_PAGE) for _, item in shown]
        )
        kept = sorted(name for name, value in words.items() if abs(value) >= 0.4)
        heads = ["# Weights of the wording of sentences. Written by bench/train_shifts.py.", "[weights]"]
        WORDING.write_text("\n".join([*heads, *(f'"{name}" = {words[name]:.2f}' for name in kept)]) + "\n")
        lines = [
            "# Weights of the shift model: log-odds a signal adds. Written by bench/train_shifts.py; priors "
            "in bench/priors.toml.",
            "[weights]",
        ]
        lines += [f'"{name}" = {table[name]:.3f}' for name in sorted(table)]
        WEIGHTS.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
