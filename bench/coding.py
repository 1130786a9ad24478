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
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench import halves
from monitor.coding.codebook import default_codebook
from monitor.coding.documents import code_document
from monitor.coding.ends import Arguments
from monitor.coding.frame import Frame
from monitor.coding.marking import mark
from monitor.coding.shifts import judge, read_sentence
from monitor.coding.signals import Setting
from monitor.coding.story import code_story

Item = dict[str, Any]
HERE = Path(__file__).parent
INVENTED = HERE.parent / "tests/monitor/coding"
SLOTS = ("actor", "beneficiary", "resource", "quantity", "origin", "destination", "direction", "status")
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


def year_of(item: Item) -> int:
    """Year of publication in an item's date, 0 when there is none."""
    found = re.search(r"20\d\d", item.get("date") or "")
    return int(found.group()) if found else 0


def candidates(item: Item) -> list[tuple[Frame, Arguments, dict[str, float]]]:
    """Every frame of an item's sentence with its signals, as training wants them."""
    marked = mark(item["text"][:3000])
    setting = Setting(before=mark(item["context"]) if item.get("context") else None, year=year_of(item))
    return [(one.frame, one.found, dict(one.signals)) for one in judge(marked, setting)]


def words(text: str | None) -> set[str]:
    """Content words of a slot, for lenient comparison."""
    small = {"the", "of", "a", "an", "in", "to", "and", "at", "for", "on", "their", "its", "with"}
    return {
        word.rstrip("s")
        for word in re.findall(r"\w+", (text or "").lower().replace("l.a.", "la").replace("d.c.", "dc"))
    } - small


def same_end(ours: str | None, gold: str | None) -> bool:
    """Whether two origins or destinations say the same: both unsaid, or half of the shorter one's words shared."""
    if not ours or not gold:
        return (ours or None) == (gold or None)
    forms = [gold, *re.findall(r"\(([^)]*)\)", gold), re.sub(r"\([^)]*\)", "", gold)]
    mine = words(ours)
    return any(
        form_words and len(mine & form_words) >= 0.5 * min(len(mine), len(form_words))
        for form_words in map(words, forms)
    )


def pair_slots(ours: Sequence[Any], gold: Sequence[Item]) -> list[tuple[Any, Item]]:
    """Pairs records greedily by the slots they share."""
    pairs: list[tuple[Any, Item]] = []
    free = list(ours)
    for record in gold:
        if not free:
            break
        best = max(free, key=lambda shift: _alike(shift, record))
        free.remove(best)
        pairs.append((best, record))
    return pairs


def _alike(shift: Any, record: Item) -> int:
    same = (
        shift.actor == record.get("actor"),
        shift.actor == record.get("actor"),
        shift.quantity_low == record.get("quantity_low"),
        shift.quantity_high == record.get("quantity_high"),
        shift.resource == record.get("resource"),
        same_end(shift.destination, record.get("destination")),
        shift.status == record.get("status"),
    )
    return sum(same)


def slot_hits(shift: Any, record: Item) -> dict[str, bool]:
    """Slot -> whether it agrees, for the slots the gold gives."""
    hits: dict[str, bool] = {}
    for name in SLOTS:
        if name == "quantity":
            if "quantity_low" in record:
                hits[name] = (shift.quantity_low, shift.quantity_high) == (
                    record["quantity_low"],
                    record["quantity_high"],
                )
        elif name in record:
            mine = getattr(shift, name)
            hits[name] = same_end(mine, record[name]) if name in ("origin", "destination") else mine == record[name]
    return hits


def measure(items: list[Item], *, errors: bool = False) -> dict[str, Any]:
    """Counts and slot accuracy of the shift reader over gold sentences."""
    said = [(item, read_sentence(item["text"], item.get("context") or "", year=year_of(item))) for item in items]
    slots: dict[str, list[bool]] = {name: [] for name in SLOTS}
    for item, judged in said:
        if item["is_shift"] and judged.shifts:
            for shift, record in pair_slots(judged.shifts, item["shifts"]):
                for name, hit in slot_hits(shift, record).items():
                    slots[name].append(hit)
                    if errors and not hit:
                        gold = (record["quantity_low"], record["quantity_high"]) if name == "quantity" else record[name]
                        mine = (shift.quantity_low, shift.quantity_high) if name == "quantity" else getattr(shift, name)
                        print(
                            f"  {name:11} {item['id']} ours {mine!r} gold {gold!r} "
                            f"[{shift.rule}] {item['text'][:330]!r}"
                        )
        if errors and bool(judged.shifts) != item["is_shift"]:
            kind = "false" if judged.shifts else "missed"
            print(
                f"{kind} {item['id']} {item.get('neg_type', '')} "
                f"{'B ' if item.get('borderline') else ''}{item['text'][:300]!r}"
            )
            for line in judged.why()[:2]:
                print("      ", line[:330])
    return {"rows": [(item, bool(judged.shifts)) for item, judged in said], "slots": slots}


def rates(rows: list[tuple[Item, bool]], weighted: bool = False) -> tuple[float, float, float, int]:
    """(precision, recall, F1, true positives); weighted by the sampling weight for the live stream."""
    weight = (lambda item: float(item.get("weight") or 0.0)) if weighted else (lambda item: 1.0)
    hit = sum(weight(item) for item, said in rows if said and item["is_shift"])
    false = sum(weight(item) for item, said in rows if said and not item["is_shift"])
    missed = sum(weight(item) for item, said in rows if not said and item["is_shift"])
    precision, recall = hit / (hit + false) if hit + false else 0.0, hit / (hit + missed) if hit + missed else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0, round(hit)


def print_row(name: str, rows: list[tuple[Item, bool]]) -> None:
    """One line of the table: all items, without borderline ones, and weighted to the live stream."""
    clear = [row for row in rows if not row[0].get("borderline")]
    p, r, f, _ = rates(rows)
    cp, cr, cf, _ = rates(clear)
    random = [row for row in rows if row[0].get("weight")]
    wp = f"{rates(random, weighted=True)[0]:.2f}" if random else "  - "
    print(
        f"{name:34} {len(rows):4}  P {p:.3f} R {r:.3f} F1 {f:.3f}   "
        f"clear P {cp:.3f} R {cr:.3f} F1 {cf:.3f}   live P {wp}"
    )


def baseline_keywords(items: list[Item]) -> list[tuple[Item, bool]]:
    """A shift wherever a trigger word stands."""
    return [(item, bool(KEYWORDS.search(item["text"]))) for item in items]


def baseline_tfidf(train: list[Item], items: list[Item]) -> list[tuple[Item, bool]] | None:
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
    print_row(f"{name}: shiftwatch", measured["rows"])
    print_row(f"{name}: keywords", baseline_keywords(items))
    tfidf = baseline_tfidf(train, items)
    if tfidf is not None:
        print_row(f"{name}: tf-idf + logistic", tfidf)
    strata = sorted({item.get("stratum", "") for item in items} - {""})
    for stratum in strata:
        print_row(f"   {stratum}", [row for row in measured["rows"] if row[0].get("stratum") == stratum])
    cells = [f"{slot} {sum(hits) / len(hits):.3f} ({len(hits)})" for slot, hits in measured["slots"].items() if hits]
    print("   slots: " + "  ".join(cells))


def stream(enforcement: int, sentences_each: int = 26, many: int = 200) -> list[tuple[str, str]]:
    """Invented stories (title, text) of about 3,000 characters; one in ``enforcement`` is on enforcement throughout."""
    items = [*load_invented(INVENTED / "invented.txt"), *load_invented(INVENTED / "invented_news.txt")]
    told = [item["text"] for item in items]
    plain = PLAIN.split("\n")
    stories = []
    for number in range(many):
        pool = told if number % enforcement == 0 else plain
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


def report_speed() -> None:
    """Stories a second in CPU time for streams with more and less enforcement news, and the slowest long input."""
    book = default_codebook()
    for name, share in (("one story in ten on enforcement", 10), ("one in two", 2), ("all on enforcement", 1)):
        stories = stream(share)
        code_story(*stories[0], book)
        begun = time.process_time()
        for title, text in stories:
            code_story(title, text, book)
        spent = time.process_time() - begun
        size = sum(len(text) for _, text in stories)
        rate, each = len(stories) / spent, size // len(stories)
        print(f"{name:34} {rate:7.0f} stories/s  {size / spent / 1e6:5.2f} MB/s  {each} characters each")
    slowest = 0.0
    for unit in (
        "agents ",
        "a",
        "sent troops to ",
        "$1 ",
        "A.",
        "ICE agents sent 200 officers from El Paso to Chicago. ",
        "\n",
    ):
        text = (unit * (200_000 // len(unit) + 1))[:200_000]
        begun = time.process_time()
        code_story(text[:1_000], text, book)
        slowest = max(slowest, time.process_time() - begun)
    print(f"slowest text of 200,000 characters {slowest:.2f} s")


def report_documents(gold: Path, *, held: bool) -> None:
    """Labels of the gold documents whose text is released: precision and recall of each label."""
    documents = load(gold / "dev_documents.jsonl")
    kept_back = halves.held_back(load(gold / "dev_sentences.jsonl"), documents)
    rows = []
    for item in documents:
        if (item["id"] in kept_back) == held and item.get("text"):
            coded = code_document(item.get("title") or "", item["text"], year=year_of(item))
            rows.append((item["label"], coded.label))
    for label in ("primary", "mention", "none"):
        hit = sum(gold_label == said == label for gold_label, said in rows)
        claimed, true = sum(said == label for _, said in rows), sum(gold_label == label for gold_label, _ in rows)
        print(f"documents {label:8} {true:3} of {len(rows)}   P {hit / max(1, claimed):.3f} R {hit / max(1, true):.3f}")


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
    ]
    if given.held:
        sets = [("gold held", held)]
    for name, items in sets:
        if given.only in name:
            report(name, items, shown, errors=given.errors)
    report_documents(given.gold, held=given.held)
    print(f"{time.perf_counter() - begun:.1f} s")


if __name__ == "__main__":
    main()
