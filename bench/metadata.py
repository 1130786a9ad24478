"""Titles, dates and authors against hand-labelled pages: ours, htmldate, declared data alone, trafilatura.

    python -m bench.metadata PAGES.warc.gz LABELS.json [--half dev|held-out|all] [--wrong]

LABELS.json is a list of {url, seen_at, title, date (day or null), authors, held_out}; a null date is not scored. The
parse of a page is shared and not counted; CPU time is this process's own.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from htmldate import find_date
from lxml.html import HtmlElement, tostring
from trafilatura.metadata import extract_metadata
from warcio.archiveiterator import ArchiveIterator

from monitor.reading import jsonld
from monitor.reading.addresses import find_address
from monitor.reading.articles import parse, read_page
from monitor.reading.bylines import find_byline
from monitor.reading.declared import gather
from monitor.reading.encoding import decode
from monitor.reading.published import find_times
from monitor.reading.sites import applicable, read_site
from monitor.reading.titles import find_title
from spiders.sites import RULES


@dataclass
class Page:
    url: str
    tree: HtmlElement
    body: bytes
    truth: dict[str, Any]

    @property
    def seen_at(self) -> datetime:
        return datetime.fromisoformat(self.truth["seen_at"])


@dataclass
class Said:
    title: str = ""
    date: str = ""
    authors: list[str] = field(default_factory=list)


@dataclass
class Score:
    title: int = 0
    day: int = 0
    day_wrong: int = 0
    authors: int = 0
    milliseconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


def ours(page: Page) -> Said:
    """What Shiftwatch reads, the body aside."""
    declared = gather(page.tree)
    rules = applicable(RULES, page.url)
    site = read_site(page.tree, page.url, rules)
    title, _ = find_title(declared, strip=site.rules.strip_title if site else ())
    byline, _ = find_byline(declared, selected=site.bylines if site else ())
    times = find_times(
        page.tree,
        declared,
        url=find_address(page.url, declared)[0],
        seen_at=page.seen_at,
        selected=site.dates if site else (),
        formats=site.rules.date_formats if site else (),
        zone=site.rules.timezone if site else "",
    )
    return Said(
        site.title if site and site.title else title,
        times.published.iso()[:10] if times.published else "",
        _names(byline),
    )


def whole(page: Page) -> Said:
    """The same through ``read_page``, body and all."""
    article = read_page(page.body, page.url, "text/html", page.seen_at, RULES).article
    if article is None:
        return Said()
    return Said(article.title, article.published.iso()[:10] if article.published else "", _names(article.byline))


def declared_only(page: Page) -> Said:
    """JSON-LD, then meta elements: what most readers stop at."""
    declared = gather(page.tree)
    date = jsonld.first(declared.ld("datePublished")) or declared.meta("article:published_time", "date", "dc.date")
    title = declared.meta("og:title") or jsonld.first(declared.ld("headline")) or declared.title
    authors = jsonld.texts(declared.ld("author")) or [declared.meta("author")]
    return Said(title, date[:10], _names("; ".join(authors)))


def htmldate_only(page: Page) -> Said:
    limit = page.seen_at.replace(tzinfo=None, year=page.seen_at.year + 1)
    found = find_date(deepcopy(page.tree), original_date=True, extensive_search=True, url=page.url, max_date=limit)
    return Said(date=found or "")


def trafilatura_only(page: Page) -> Said:
    found = extract_metadata(page.tree, default_url=page.url)
    return Said(found.title or "", found.date or "", _names(found.author or ""))


CONTENDERS: dict[str, Callable[[Page], Said]] = {
    "shiftwatch (metadata)": ours,
    "shiftwatch (whole reading)": whole,
    "htmldate, extensive": htmldate_only,
    "declared data alone": declared_only,
    "trafilatura metadata": trafilatura_only,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warc", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--half", choices=("dev", "held-out", "all"), default="all")
    parser.add_argument(
        "--bare", action="store_true", help="take meta elements, JSON-LD and datetime attributes away first"
    )
    parser.add_argument("--wrong", action="store_true", help="list what ours got wrong")
    options = parser.parse_args()
    labels = json.loads(options.labels.read_text("utf-8"))
    wanted = {
        label["url"]: label
        for label in labels
        if options.half == "all" or label["held_out"] == (options.half == "held-out")
    }
    pages = list(_pages(options.warc, wanted))
    if options.bare:
        for page in pages:
            _strip(page)
    dated = sum(1 for page in pages if page.truth["date"])
    print(f"{len(pages)} pages, {dated} with a date")
    print(f"{'':38}{'title':>8}{'day':>8}{'wrong':>7}{'F1':>7}{'authors':>9}{'CPU ms':>9}")
    for name, contender in CONTENDERS.items():
        for page in pages[:3]:
            contender(page)  # models and caches are loaded once per process, so not counted
        score = _score(pages, contender)
        found = score.day + score.day_wrong
        f1 = 2 * score.day / (found + dated)
        print(
            f"{name:38}{score.title / len(pages):8.3f}{score.day / dated:8.3f}{score.day_wrong:7d}{f1:7.3f}"
            f"{score.authors / len(pages):9.3f}{score.milliseconds:9.2f}"
        )
        if options.wrong and contender is ours:
            print("\n".join(score.wrong))


def _pages(warc: Path, wanted: dict[str, dict[str, Any]]) -> Any:
    left = dict(wanted)
    with warc.open("rb") as stream:
        for record in ArchiveIterator(stream):
            url = record.rec_headers.get_header("WARC-Target-URI")
            if record.rec_type != "response" or url not in left:
                continue
            body = record.content_stream().read()
            tree = parse(decode(body, record.http_headers.get_header("content-type") or ""))
            if tree is not None:
                yield Page(url=url, tree=tree, body=body, truth=left.pop(url))


def _strip(page: Page) -> None:
    """Leave what a page of 2005 has: no declarations, no dated address."""
    for element in list(page.tree.iter("meta", "script", "link")):
        element.drop_tree()
    for element in page.tree.iter("*"):
        for name in ("datetime", "data-timestamp", "itemprop", "content"):
            element.attrib.pop(name, None)
    page.body = tostring(page.tree)
    page.url = "https://example.org/story"


def _score(pages: list[Page], contender: Callable[[Page], Said]) -> Score:
    score = Score()
    for page in pages:
        start = time.process_time()
        said = contender(page)
        score.milliseconds += (time.process_time() - start) * 1_000 / len(pages)
        truth = page.truth
        title = _folded(said.title) == _folded(truth["title"])
        authors = {_folded(name) for name in said.authors} == {_folded(name) for name in truth["authors"]}
        score.title += title
        score.authors += authors
        day = True
        if truth["date"]:
            day = said.date == truth["date"]
            score.day += day
            score.day_wrong += bool(said.date) and not day
        if not title:
            score.wrong.append(f"  title   {page.url[:60]}\n          {said.title}\n          {truth['title']}")
        if not day:
            score.wrong.append(f"  day     {page.url[:90]} {said.date} {truth['date']}")
        if not authors:
            score.wrong.append(f"  authors {page.url[:90]} {said.authors} {truth['authors']}")
    return score


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(";") if name.strip()]


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold().removeprefix("the ")))


if __name__ == "__main__":
    main()
