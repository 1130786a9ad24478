"""Provenance: 300 synthetic releases, 3,000 articles that link to, quote, reprint, paraphrase or ignore them.

    python bench/provenance.py

Prints by kind how often the right release comes first and how often an article is tied to a release it does not draw on,
and the speed. Releases come from templates with shared boilerplate and stock quotations (bench/pressroom.py).
"""

# ruff: noqa: E501  prose reads better unbroken
from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

import pressroom
import variants
from stores import SqliteStore

from monitor.matching import reuse
from monitor.matching.postings import Index

# Quotations of a release's own: drawn so that a run of six words holds three or more words of 40 choices each.
_NOUNS = (
    "clerk ledger auditor neighbor warehouse invoice winter phone family harbor orchard bridge teacher driver notebook kitchen "
    "courthouse garden mechanic pharmacy deadline envelope signature ferry village tenant surgeon archive locksmith farmer cashier "
    "librarian carpenter orchestra railway captain stadium chapel foundry miner"
).split()
_VERBS = (
    "noticed carried questioned ignored repaired measured borrowed trusted copied followed protected doubted counted warned fooled "
    "rescued hid delivered guarded traced painted opened closed moved sold lent found kept lost named tested bought shared feared "
    "honored framed mailed locked cleaned studied"
).split()
_ADJECTIVES = (
    "quiet crooked patient hidden borrowed hollow honest bitter distant narrow brazen careful frozen gentle ragged stubborn sudden "
    "tired vivid weary ancient bright clumsy crowded faithful famous fragile golden humble idle jagged lonely modest noble pale "
    "rapid silent tidy urgent wooden"
).split()
_FILLER = [
    "Residents who spoke on the street said they had heard little about the matter before this week.",
    "A professor of public policy at a nearby college said such announcements tend to come in clusters before the budget season.",
    "Advocates have long argued that the numbers leave out what happens afterwards, and asked for an independent count.",
    "The county commission is expected to take up a related question at its next meeting, according to a draft agenda.",
    "Lawyers who practice in the courthouse said the docket had been crowded since the autumn.",
    "Similar efforts elsewhere have had mixed results, a review of public records by this newspaper found.",
    "Neighbors described a quiet block where little happens after dark.",
    "Messages left at a number listed for the business were not returned by evening.",
    "The local chamber of commerce declined to comment on the particulars.",
    "Those affected can ask for help at the legal clinic on Wednesdays, its director said in an interview.",
]


@dataclass(frozen=True)
class Article:
    text: str
    kind: str
    source: int | None  # the release it draws on
    links: bool = False


def quote(rng: random.Random) -> str:
    n, v, a = iter(rng.sample(_NOUNS, 6)), iter(rng.sample(_VERBS, 4)), iter(rng.sample(_ADJECTIVES, 3))
    return (
        f"Every {next(a)} {next(n)} {next(v)} the {next(a)} {next(n)} before any {next(n)} {next(v)} us, "
        f"and one {next(a)} {next(n)} {next(v)} what {next(n)} and {next(n)} {next(v)}"
    )


def releases(count: int) -> list[tuple[pressroom.Release, str, str]]:
    """(release, its text with a quotation of its own, that quotation)."""
    kinds = list(pressroom.TEMPLATES)
    found = []
    for n in range(count):
        made = pressroom.release(kinds[n % len(kinds)], 70_000 + n, office=n % 5)
        said = quote(random.Random(f"quote{n}"))
        parts = made.text.split("\n\n")
        parts.insert(-1, f"“{said},” added {made.case.agent}, who led the inquiry.")
        found.append((made, "\n\n".join(parts), said))
    return found


def retelling(made: pressroom.Release, rng: random.Random) -> list[str]:
    """The release's event in a reporter's words: no run of words kept, its names and numbers kept."""
    c = made.case
    ways = {
        "seizure": f"Inspectors at {c.port} turned up {c.pounds} pounds of suspected {c.drug} in a vehicle on {c.month} {c.day}. The haul is "
        f"worth about ${c.amount} million, by the government's estimate, and its driver, {c.age}, was held.",
        "round-up": f"{c.city} inspectors closed the week of {c.month} {c.day} with one catch that stood out: {c.pounds} pounds of {c.drug}. "
        f"A wanted person, {c.age} years old, was picked up too, said {c.official}, who runs the port.",
        "death notice": f"A man from {c.nation} held by immigration authorities has died in {c.city}. {c.person} was {c.age}; hospital staff "
        f"declared him dead {c.month} {c.day}. He had crossed near {c.port} years earlier.",
        "sentencing": f"{c.person} of {c.city} will spend {c.months} months behind bars. The {c.age}-year-old ran {c.firm}, which took a federal "
        f"health plan for ${c.amount} million with help from {c.other}, prosecutors proved, doctoring {c.count} charts.",
        "tax preparer": f"{c.person} may no longer do other people's taxes. A judge in {c.city} shut the {c.firm} practice on {c.month} "
        f"{c.day} after examiners looked at {c.count} returns and put the loss above ${c.amount} million.",
        "election monitors": f"Washington is sending watchers to {c.city}, {c.state}, for the vote of {c.month} {c.day}. They will sit in "
        "polling places and take notes, lawyers said.",
        "bank program": f"Another foreign lender has paid up. {c.surname} & {c.other.split()[1]} Privatbank handed over ${c.amount} million "
        f"for hiding {c.count} American accounts that once held ${c.pounds} million.",
        "settlement": f"{c.firm} of {c.city} is paying ${c.amount} million after {c.person}, who used to work there, told the government "
        f"about {c.count} orders that did not measure up.",
    }
    return [ways[made.kind]]


def articles(made: list[tuple[pressroom.Release, str, str]], count: int, seed: int) -> list[Article]:
    rng = random.Random(seed)
    kinds = ["link", "quote", "reprint", "paraphrase", "ignore"]
    found: list[Article] = []
    for n in range(count):
        kind = kinds[n % len(kinds)]
        i = rng.randrange(len(made))
        release, text, said = made[i]
        filler = rng.sample(_FILLER, rng.randint(3, 6))
        other = pressroom.release(release.kind, 900_000 + n, office=n % 5)  # an event no release here tells of
        if kind == "link":
            body = [
                f"The department announced another case in {release.case.city} this week, its statement says.",
                *filler,
            ]
        elif kind == "quote":
            kept = said if rng.random() < 0.6 else " ".join(said.split()[: rng.randint(9, 12)])
            body = [*filler[:2], f"“{kept},” an official said in a statement.", *filler[2:]]
        elif kind == "reprint":
            parts = [p for p in text.split("\n\n")[:-1] if len(p.split()) > 15]
            body = [variants.light(p, rng) for p in parts[: rng.randint(2, 3)]] + filler[:3]
        elif kind == "paraphrase":
            body = [*retelling(release, rng), *filler]
        else:
            body = [*retelling(other, rng), *filler]
            if rng.random() < 0.3:  # boilerplate alone is no sign of origin
                body.insert(1, release.text.split("\n\n")[-1])
        found.append(Article("\n\n".join(body), kind, None if kind == "ignore" else i, links=kind == "link"))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--releases", type=int, default=300)
    parser.add_argument("--articles", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    made = releases(options.releases)
    told = articles(made, options.articles, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        index = Index(SqliteStore(Path(folder) / "releases.db"))
        started = time.perf_counter()
        for i, (_, text, _) in enumerate(made):
            index.add(i, reuse.prints(reuse.read(text)))
        print(f"{len(made)} releases indexed, {len(made) / (time.perf_counter() - started):.0f} a second")
        right: Counter[str] = Counter()
        false: Counter[str] = Counter()
        total: Counter[str] = Counter(a.kind for a in told)
        methods: dict[str, Counter[str]] = defaultdict(Counter)
        started = time.perf_counter()
        for article in told:
            ranked = draws(index, made, article)
            if ranked:
                methods[article.kind]["+".join(ranked[0][1].methods)] += 1
            hit = bool(ranked) and ranked[0][0] == article.source
            right[article.kind] += hit
            false[article.kind] += any(i != article.source for i, _ in ranked)
            if options.show and (not hit if article.source is not None else bool(ranked)):
                print(
                    "  ",
                    article.kind,
                    article.source,
                    [(i, d.reason) for i, d in ranked[:2]],
                    article.text[:160].replace("\n", " "),
                )
        seconds = time.perf_counter() - started
    print(f"\n{'kind':12}{'articles':>9}{'right first':>13}{'false links':>13}   methods of the first")
    for kind, n in total.items():
        print(
            f"{kind:12}{n:>9}{right[kind] / n:>12.1%} {false[kind] / n:>12.1%}    {dict(methods[kind].most_common(4))}"
        )
    drawing = sum(n for k, n in total.items() if k != "ignore")
    print(
        f"\nright release first: {sum(right.values()) / drawing:.2%} of {drawing}; false links: {sum(false.values()) / len(told):.2%} of articles"
    )
    print(f"{len(told) / seconds:.0f} stories a second")


_known_holders: dict[int, dict[int, int]] = {}


def _holders(index: Index, i: int, text: str) -> dict[int, int]:
    """Counted once a release, as the archive does when nothing was filed in between."""
    if i not in _known_holders:
        _known_holders[i] = index.counts(reuse.prints(reuse.read(text)))
    return _known_holders[i]


def draws(
    index: Index, made: list[tuple[pressroom.Release, str, str]], article: Article
) -> list[tuple[int, reuse.Draw]]:
    story = reuse.read(article.text)
    proposed = {c.text for c in index.candidates(reuse.prints(story), least=1, most=12)}
    if article.links and article.source is not None:
        proposed.add(article.source)  # the archive finds a linked release by its address
    drawn: dict[int, reuse.Draw] = {}
    for i in sorted(proposed):
        release = reuse.read(made[i][1])
        holders = _holders(index, i, made[i][1])
        one = reuse.draw(
            story, release, linked=article.links and i == article.source, holders=holders, releases=len(made)
        )
        if one is not None:
            drawn[i] = one
    return reuse.explain(drawn)


if __name__ == "__main__":
    main()
