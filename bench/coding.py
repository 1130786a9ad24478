"""How well and how fast texts are coded: against the gold, next to what a user would try first.

    python -m bench.coding GOLD_DIR [--held] [--errors] [--speed]

The open two thirds of the gold by default, the held third with --held (see bench.halves). The same table holds a
keyword rule and TF-IDF with logistic regression (needs scikit-learn; left out when it is not there).
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import halves
from monitor.coding.codebook import Codebook, default_codebook
from monitor.coding.cue_signals import Setting
from monitor.coding.documents import code_document
from monitor.coding.ends import Arguments
from monitor.coding.evaluation import Rates, Row, SentenceScores, score_documents, score_sentences
from monitor.coding.frame import Frame
from monitor.coding.marking import mark
from monitor.coding.predict import said_of, year_of
from monitor.coding.shifts import judge, judge_scenes, read_sentence
from monitor.coding.story import code_story

Item = dict[str, Any]
HERE = Path(__file__).parent
INVENTED = HERE.parent / "tests/monitor/coding"
LABELLED = HERE / "labelled"
KEYWORDS = re.compile(
    r"\b(deploy|redeploy|surg|reassign|dispatch|mobiliz|federaliz|divert|reallocat|withdr[ae]w|relocat|send|sent)\w*\b",
    re.I,
)


def load(path: Path) -> list[Item]:
    """The lines of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def open_and_held(sentences: Path) -> tuple[list[Item], list[Item]]:
    """The gold sentences split as bench.halves says (documents beside them tie events together)."""
    items = load(sentences)
    documents = sentences.parent / "dev_documents.jsonl"
    held = halves.held_back(items, load(documents) if documents.exists() else [])
    return halves.split(items, held)


def load_invented(path: Path) -> list[Item]:
    """The invented sentences of the tests in the gold's shape; slots marked ``?`` are left out."""
    items: list[Item] = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        heads = [line for line in lines if line.startswith(("+ ", "- "))]
        texts = [line for line in lines if not line.startswith(("+ ", "- ", "~ "))]
        if not heads or not texts:
            continue
        context = next((line[2:] for line in lines if line.startswith("~ ")), "")
        item: Item = {
            "id": f"i{len(items):03}",
            "text": texts[0],
            "context": context,
            "is_shift": heads[0][0] == "+",
            "shifts": [],
        }
        if item["is_shift"]:
            item["shifts"] = [_invented_shift(head) for head in heads]
        else:
            item["neg_type"] = heads[0][2:]
        items.append(item)
    return items


def _invented_shift(head: str) -> Item:
    cells = [cell.strip() for cell in head[2:].split("|")]
    value: Callable[[str], str | None] = lambda cell: None if cell == "-" else cell  # noqa: E731
    shift: Item = dict(zip(("actor", "beneficiary", "resource"), map(value, cells[:3]), strict=True))
    low, high = (None if end in ("?", "null") else int(end) for end in cells[3].split(","))
    if cells[3] != "?,?":
        shift |= {"quantity_low": low, "quantity_high": high}
    for name, cell in zip(("origin", "destination", "direction", "status"), cells[4:8], strict=True):
        if cell != "?":
            shift[name] = value(cell)
    return shift


def candidates(item: Item) -> list[tuple[Frame, Arguments, dict[str, float]]]:
    """Every frame of an item's sentence with its signals, as training wants them."""
    marked = mark(item["text"][:3000])
    setting = Setting(before=mark(item["context"]) if item.get("context") else None, year=year_of(item))
    judged = [*judge(marked, setting), *judge_scenes(marked, setting)]
    return [(one.frame, one.found, dict(one.signals)) for one in judged]


def measure(items: list[Item], *, errors: bool = False) -> SentenceScores:
    """The shift reader's scores over gold sentences."""
    pairs = []
    for item in items:
        judged = read_sentence(item["text"], item.get("context") or "", year=year_of(item))
        pairs.append((item, {**said_of(judged), "note": "; ".join(judged.why()[:2])}))
    scores = score_sentences(pairs)
    for mistake in scores.mistakes if errors else ():
        print(f"  {mistake.kind:11} {mistake.id} ours {mistake.ours!r} gold {mistake.gold!r} {mistake.text[:330]!r}")
        print("      ", mistake.note[:330])
    return scores


def print_row(name: str, rows: list[Row]) -> None:
    """One line of the table: all items, without borderline ones, and weighted to the live stream."""
    print_scores(name, score_sentences([(item, {"is_shift": said, "shifts": []}) for item, said in rows]))


def print_scores(name: str, scores: SentenceScores) -> None:
    """The same of what is scored already."""
    (p, r, f), (cp, cr, cf) = (shown(one) for one in (scores.all, scores.clear))
    live = scores.live.precision if scores.live else None
    print(
        f"{name:34} {scores.items:4}  P {p} R {r} F1 {f}   clear P {cp} R {cr} F1 {cf}   "
        f"live P {'  - ' if live is None else f'{live:.2f}'}"
    )


def shown(one: Rates) -> tuple[str, str, str]:
    """Precision, recall and F1 to three places; of nothing: a dash."""
    p, r, f = ("  -  " if rate is None else f"{rate:.3f}" for rate in (one.precision, one.recall, one.f1))
    return p, r, f


def baseline_keywords(items: list[Item]) -> list[Row]:
    """A shift wherever a trigger word stands."""
    return [(item, bool(KEYWORDS.search(item["text"]))) for item in items]


def baseline_tfidf(train: list[Item], items: list[Item]) -> list[Row] | None:
    """TF-IDF of word pairs with logistic regression, trained on the same open items; None without scikit-learn."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
    except ImportError:
        return None
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        LogisticRegression(C=10, class_weight="balanced", max_iter=1000),
    )
    model.fit([item["text"] for item in train], [item["is_shift"] for item in train])
    return list(zip(items, map(bool, model.predict([item["text"] for item in items])), strict=True))


def report(name: str, items: list[Item], train: list[Item], *, errors: bool) -> None:
    """The table for one set: ours, the baselines, the strata, the slots."""
    measured = measure(items, errors=errors)
    print_scores(f"{name}: shiftwatch", measured)
    print_row(f"{name}: keywords", baseline_keywords(items))
    tfidf = baseline_tfidf(train, items)
    if tfidf is not None:
        print_row(f"{name}: tf-idf + logistic", tfidf)
    for stratum, (many, found) in measured.strata.items():
        p, r, f = shown(found)
        print(f"   {stratum:31} {many:4}  P {p} R {r} F1 {f}")
    cells = [f"{slot} {right / of:.3f} ({of})" for slot, (right, of) in measured.slots.items()]
    print("   slots: " + "  ".join(cells))


def stream(enforcement: int, sentences_each: int = 26, many: int = 200) -> list[tuple[str, str]]:
    """Invented stories (title, text) of about 3,000 characters; one in ``enforcement`` is on enforcement (0: none)."""
    items = [*load_invented(INVENTED / "invented.txt"), *load_invented(INVENTED / "invented_news.txt")]
    told = [item["text"] for item in items]
    plain = PLAIN.split("\n")
    stories = []
    for number in range(many):
        pool = told if enforcement and number % enforcement == 0 else plain
        picked = [pool[(number * 7 + step * 3) % len(pool)] for step in range(sentences_each)]
        stories.append((picked[0][:90], "\n\n".join(" ".join(picked[at : at + 3]) for at in range(0, len(picked), 3))))
    return stories


PLAIN = """The city council voted on Tuesday to close two libraries on weekends to save about 400,000 dollars a year.
Nurses at the county hospital said they would walk out next month unless the two sides agree on a contract.
The company said its profit rose 12 percent in the third quarter, helped by strong sales of trucks and tires.
Heavy rain is expected along the coast through Thursday, and forecasters warned of flooding in low places.
The team won its fifth straight game on Sunday after a late goal by a player who joined the club in the spring.
Prices for eggs and milk fell in October, the agriculture department reported, while rents kept rising.
A jury found the former treasurer guilty of taking money from the school fund over a period of six years.
The museum will show forty paintings from private collections that have not been seen in public since 1931.
Teachers and parents packed the gym to hear the superintendent explain the plan for the new bus routes.
Scientists said the telescope had picked up light from a star that exploded more than ten billion years ago.
The mayor told reporters that the bridge would open again in March, two years later than first planned.
Police said the driver was not hurt and that the road was clear again by the evening rush hour."""


# What 200,000 characters may be made of, each repeated to that length.
NASTY = (
    "agents ", "a", "7", "the agency ", "sent troops to ", "sent moved deployed surged ", "$1 ", "A.", "\n", "1,234 ",
    "1,234 encounters a day, ", "ICE agents sent 200 officers from El Paso to Chicago. ", "Guard. ", "the Guard, ",
    "200 of them who used to chase gangs off the border now answer to ICE ", "no longer instead of who once ",
    "ICE agents sent 200 officers from El Paso to Chicago and ", "“", "' ", "Chicago, ", "(((", "287(g) ", "said ",
)  # fmt: skip


PASSES = 5  # the best of so many counts, since other work on the machine only ever adds


def report_speed() -> None:
    """Stories a second in CPU time for streams with more and less enforcement news, and the slowest long input."""
    book = default_codebook()
    kinds = (("no story on enforcement", 0), ("one in ten", 10), ("one in two", 2), ("all on enforcement", 1))
    for name, share in kinds:
        stories = stream(share)
        spent = min(_seconds(stories, book) for _ in range(PASSES))
        size = sum(len(text) for _, text in stories)
        rate, each = len(stories) / spent, size // len(stories)
        print(f"{name:34} {rate:7.0f} stories/s  {size / spent / 1e6:5.2f} MB/s  {each} characters each")
    spent_on: dict[str, float] = {}
    for unit in NASTY:
        text = (unit * (200_000 // len(unit) + 1))[:200_000]
        begun = time.process_time()
        code_story(text[:1_000], text, book)
        spent_on[unit] = time.process_time() - begun
    worst = max(spent_on, key=lambda unit: spent_on[unit])
    print(f"slowest of {len(NASTY)} texts of 200,000 characters: {spent_on[worst]:.2f} s ({worst!r} repeated)")


def _seconds(stories: list[tuple[str, str]], book: Codebook) -> float:
    """CPU seconds that coding the stories takes."""
    begun = time.process_time()
    for title, text in stories:
        code_story(title, text, book)
    return time.process_time() - begun


def report_documents(gold: Path, *, held: bool) -> None:
    """Labels of the gold documents whose text is released: precision and recall of each label."""
    documents = load(gold / "dev_documents.jsonl")
    kept_back = halves.held_back(load(gold / "dev_sentences.jsonl"), documents)
    scores = score_documents(
        [
            (item, {"label": code_document(item.get("title") or "", item.get("text") or "", year=year_of(item)).label})
            for item in documents
            if (item["id"] in kept_back) == held
        ]
    )
    for label, found in scores.labels.items():
        p, r, _ = shown(found)
        print(f"documents {label:8} {found.hit + found.missed:3} of {scores.items}   P {p} R {r}")


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("gold", type=Path)
    parser.add_argument("--held", action="store_true")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--speed", action="store_true")
    given = parser.parse_args()
    if given.speed:
        report_speed()
        return
    shown, held = open_and_held(given.gold / "dev_sentences.jsonl")
    invented = load_invented(INVENTED / "invented.txt")
    begun = time.perf_counter()
    sets = [
        ("gold open", shown),
        ("invented", invented),
        ("invented, second set", load_invented(INVENTED / "invented_held.txt")),
        ("fresh, as news", load_invented(INVENTED / "fresh_news.txt")),
        ("fresh, unusual", load_invented(INVENTED / "fresh_unusual.txt")),
        ("labelled, tuning", load_invented(LABELLED / "tuning.txt")),
        ("labelled, second tuning", load_invented(LABELLED / "tuning_second.txt")),
    ]
    if given.held:
        sets = [
            ("gold held", held),
            ("labelled, held", load_invented(LABELLED / "held.txt")),
            ("labelled, held second", load_invented(LABELLED / "held_second.txt")),
            ("labelled, held second, as news", load_invented(LABELLED / "held_second_news.txt")),
        ]
    for name, items in sets:
        if given.only in name:
            report(name, items, shown, errors=given.errors)
    report_documents(given.gold, held=given.held)
    print(f"{time.perf_counter() - begun:.1f} s")


if __name__ == "__main__":
    main()
