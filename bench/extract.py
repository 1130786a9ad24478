"""Body extraction against the extractors a user would pick instead: F1 on hand-labelled pages and CPU time, in one run.

    python -m bench.extract TRUTH_DIR CAPTURES.warc.gz [--worst N]

TRUTH_DIR holds one JSON file a page: ``{"id": 7, "url": "…", "paragraphs": ["…"]}``; ``id`` counts the WARC's responses
from 0. Two figures: the four-word shingle F1 of article-extraction-benchmark, and the F1 over whole paragraphs
(a paragraph counts as found when nine tenths of its words stand in one found paragraph, and the other way round).
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import lxml.html
from warcio.archiveiterator import ArchiveIterator

from monitor.reading import jsonld
from monitor.reading.bodies import extract_body
from monitor.reading.declared import gather

_WORD = re.compile(r"\w+")
Extractor = Callable[[bytes, str], str]


def shingles(text: str, size: int = 4) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    return Counter(tuple(words[i : i + size]) for i in range(max(1, len(words) - size + 1))) if words else Counter()


def shingle_score(true: str, found: str) -> tuple[float, float]:
    """Precision and recall over word shingles, as article-extraction-benchmark counts them."""
    wanted, got = shingles(true), shingles(found)
    hit = sum((wanted & got).values())
    return hit / max(1, sum(got.values())), hit / max(1, sum(wanted.values()))


def paragraph_score(true: list[str], found: list[str]) -> tuple[float, float]:
    """Precision and recall over paragraphs, each weighing the same."""

    def share(these: list[str], those: list[str]) -> float:
        bags = [Counter(_WORD.findall(text)) for text in those]
        exact = {text.strip() for text in those}
        hits = 0
        for text in these:
            bag = Counter(_WORD.findall(text))
            size = sum(bag.values())
            hits += text.strip() in exact or any(sum((bag & other).values()) >= 0.9 * size for other in bags)
        return hits / len(these) if these else 0.0

    true, found = [t for t in true if _WORD.search(t)], [t for t in found if _WORD.search(t)]
    return share(found, true), share(true, found)


def f1(scores: list[tuple[float, float]]) -> float:
    precision = sum(p for p, _ in scores) / len(scores)
    recall = sum(r for _, r in scores) / len(scores)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def ours(body: bytes, url: str) -> str:
    """The general reading, whatever rules there are for the site; declared data included, as pages are read."""
    tree = lxml.html.document_fromstring(body, parser=lxml.html.HTMLParser(encoding="utf-8"))
    return extract_body(tree, url=url, declared=jsonld.first(gather(tree).ld("articleBody"))).text


def peers() -> dict[str, Extractor]:
    from readability import Document
    from resiliparse.extract.html2text import extract_plain_text
    from trafilatura import bare_extraction

    def trafilatura(body: bytes, url: str) -> str:
        return getattr(bare_extraction(body.decode("utf-8", "replace"), url=url), "text", "") or ""

    def trafilatura_precision(body: bytes, url: str) -> str:
        html = body.decode("utf-8", "replace")
        return getattr(bare_extraction(html, url=url, favor_precision=True), "text", "") or ""

    def readability(body: bytes, url: str) -> str:
        summary = Document(body.decode("utf-8", "replace"), url=url).summary()
        blocks: Any = lxml.html.document_fromstring(summary).xpath(
            "//p|//li|//h1|//h2|//h3|//h4|//blockquote[not(.//p)]"
        )
        return "\n".join(" ".join(block.text_content().split()) for block in blocks)

    def resiliparse(body: bytes, url: str) -> str:
        return str(extract_plain_text(body.decode("utf-8", "replace"), main_content=True, alt_texts=False, links=False))

    return {
        "trafilatura": trafilatura,
        "trafilatura precision": trafilatura_precision,
        "readability-lxml": readability,
        "resiliparse": resiliparse,
        "shiftwatch": ours,
    }


def responses(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type == "response":
                yield record.content_stream().read()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path)
    parser.add_argument("warc", type=Path)
    parser.add_argument("--worst", type=int, default=0, help="print our N worst pages")
    parser.add_argument("--only", default="", help="run this extractor alone")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)

    truth = {
        page["id"]: page for page in (json.loads(p.read_text("utf-8")) for p in sorted(options.truth.glob("*.json")))
    }
    bodies = {number: body for number, body in enumerate(responses(options.warc)) if number in truth}
    rows: dict[str, tuple[float, float, float]] = {}
    print(f"{len(bodies)} pages")
    print(f"{'extractor':24}{'shingle F1':>11}{'P':>7}{'R':>7}{'paragraph F1':>14}{'CPU ms/page':>13}")
    for name, extract in peers().items():
        if options.only and name != options.only:
            continue
        extract(*next((body, truth[number]["url"]) for number, body in bodies.items()))  # imports and caches
        began = time.process_time()
        found = {number: extract(body, truth[number]["url"]) for number, body in bodies.items()}
        cost = (time.process_time() - began) * 1000 / len(bodies)
        words = {n: shingle_score("\n".join(truth[n]["paragraphs"]), text) for n, text in found.items()}
        whole = [paragraph_score(truth[n]["paragraphs"], text.split("\n")) for n, text in found.items()]
        pairs = list(words.values())
        precision, recall = (sum(pair[side] for pair in pairs) / len(pairs) for side in (0, 1))
        rows[name] = (f1(pairs), f1(whole), cost)
        print(f"{name:24}{rows[name][0]:11.4f}{precision:7.3f}{recall:7.3f}{rows[name][1]:14.4f}{cost:13.1f}")
        if name == "shiftwatch":
            for number in sorted(words, key=lambda n: min(words[n]))[: options.worst]:
                print(f"    {number:4} P {words[number][0]:.3f} R {words[number][1]:.3f} {truth[number]['url'][:90]}")
    if len(rows) > 1:
        print("shiftwatch / trafilatura, CPU: %.2f" % (rows["shiftwatch"][2] / rows["trafilatura"][2]))


if __name__ == "__main__":
    main()
