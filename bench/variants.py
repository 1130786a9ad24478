"""Documented transformations that turn a real article into the ways articles come back: the made pairs of the bench."""

# ruff: noqa: E501  prose reads better unbroken
from __future__ import annotations

import random
import re
import textwrap

# Rewording without a language model: a hand-written thesaurus of news prose, both directions.
_SYNONYMS = [
    "said stated", "told informed", "officials authorities", "arrested detained", "people individuals", "also additionally",
    "began started", "killed slain", "shot fired", "about roughly", "after following", "before prior", "according per",
    "people persons", "help assist", "use utilize", "show demonstrate", "large sizable", "big major", "many numerous",
    "buy purchase", "get obtain", "home residence", "house dwelling", "children kids", "car vehicle", "officers agents",
    "protest demonstration", "protesters demonstrators", "lawsuit suit", "announced declared", "plan scheme", "city town",
    "week seven-day", "near close", "several various", "against versus", "because since", "federal national",
    "immigration migration", "government administration", "workers employees", "support backing", "group organization",
    "asked requested", "called termed", "made produced", "took seized", "found discovered", "ended concluded", "whole entire",
    "while whereas", "however though", "including among", "during amid", "more additional", "new fresh", "law statute",
    "court tribunal", "prison jail", "money funds", "quickly rapidly", "often frequently", "may might", "would could",
    "country nation", "area region", "attack assault", "death passing", "died perished", "left departed", "part portion",
    "response reply", "report account", "rule regulation", "right entitlement", "school academy", "security safety",
    "send dispatch", "service assistance", "stop halt", "street road", "student pupil", "time period", "want wish",
    "work labor", "year twelvemonth", "day date", "family relatives", "community neighborhood", "operation action",
    "enforcement policing", "policy approach", "decision ruling", "order directive", "leaders heads", "public open",
]  # fmt: skip
_SWAP = {a: b for pair in _SYNONYMS for a, b in [pair.split()]} | {
    b: a for pair in _SYNONYMS for a, b in [pair.split()]
}
_DROPPABLE = frozenset("very also just still then there that really already recently currently now even only".split())

_NAV = (
    "Skip to main content Menu Sections Home News Politics Business Sports Opinion Weather Video Podcasts Newsletters "
    "Subscribe Sign In My Account Contact Us About Advertise Careers"
)
_FOOT = (
    "Most Read Trending Now Recommended For You Sign up for our morning newsletter and get the stories that matter in your "
    "inbox By signing up you agree to our terms of use and privacy policy Share on Facebook Share on X Email Print Copy link "
    "Copyright All rights reserved This material may not be published broadcast rewritten or redistributed"
)
_HEADLINES = [
    "City council votes to delay budget hearing until spring", "Storm knocks out power to thousands along the coast",
    "Library reopens after two-year renovation", "Rival schools meet again in state semifinal",
    "Five things to do this weekend", "Bakery celebrates a century on Main Street", "How to winterize a garden in one afternoon",
    "Airport adds direct flights to three cities", "Review: a quiet film with a loud heart",
    "Marathon route changes announced", "Why egg prices are moving again", "Museum acquires rare map collection",
]  # fmt: skip
_LEDES = [
    "A development first made known late {day} drew swift reaction, and those who follow the matter closely were waiting for more.",
    "Here is what is known so far, and what is not, about a matter that has occupied people on several sides since {day}.",
    "The matter took another turn {day}, and readers across the region wrote in to ask what it meant for them.",
]
_CREDITS = ["(AP) —", "(Reuters) -", "(CNN) —", "(States Newsroom) —", "(Tribune News Service) —"]
_DAYS = "Monday Tuesday Wednesday Thursday Friday".split()


def paragraphs(text: str) -> list[str]:
    """The text's paragraphs; one-paragraph texts (some archives lose breaks) are cut every three sentences."""
    parts = [p.strip() for p in text.split("\n") if p.strip()]
    if len(parts) >= 4:
        return parts
    sentences = re.split(r"(?<=[.!?”\"])\s+(?=[A-Z“\"])", " ".join(parts))
    return [" ".join(sentences[i : i + 3]) for i in range(0, len(sentences), 3)]


def reflow(text: str, rng: random.Random) -> str:
    """Other line breaks, quotation marks, dashes and spaces; not a word changed."""
    flat = re.sub(r"[“”]", '"', text).replace("’", "'").replace("—", "--")
    width = rng.choice([60, 72, 100])
    return "\n\n".join(textwrap.fill(p, width) for p in paragraphs(flat))


def relede(text: str, rng: random.Random) -> str:
    """The same text from another paper's desk: dateline credit, a lede of its own for the first paragraph, a tail line."""
    parts = paragraphs(text)
    lede = rng.choice(_LEDES).format(day=rng.choice(_DAYS))
    return "\n\n".join(
        [
            "SPRINGFIELD " + rng.choice(_CREDITS) + " " + lede,
            *parts[1:],
            "The Associated Press contributed to this report.",
        ]
    )


def cut(text: str, rng: random.Random) -> str:
    """The first n paragraphs: 30 to 60 % of the text, at least 90 words."""
    return _first(text, max(90, int(len(text.split()) * rng.uniform(0.3, 0.6))))


def brief(text: str, rng: random.Random) -> str:
    """The opening, 60 words or the first two paragraphs, as a news brief prints it, under another headline."""
    return rng.choice(["In brief", "News in brief", "Around the state"]) + "\n\n" + _first(text, 60)


def _first(text: str, least: int) -> str:
    kept: list[str] = []
    for part in paragraphs(text):
        kept.append(part)
        if sum(len(p.split()) for p in kept) >= least:
            break
    return "\n\n".join(kept)


def update(text: str, rng: random.Random, stock: list[str]) -> str:
    """A later write-through: a new first sentence, and two to five paragraphs from elsewhere inserted anywhere."""
    parts = paragraphs(text)
    for _ in range(rng.randint(2, 5)):
        parts.insert(rng.randint(1, len(parts)), rng.choice(stock))
    return "\n\n".join([f"Updated {rng.choice(_DAYS)} with more details.", *parts])


def light(text: str, rng: random.Random) -> str:
    """A light edit: a tenth of the replaceable words exchanged, a few adverbs and one sentence in twelve dropped."""
    return _reword(text, rng, swap=0.35, drop_word=0.3, drop_sentence=0.08, turn=0.0)


def heavy(text: str, rng: random.Random) -> str:
    """A rewrite: every replaceable word exchanged, clauses turned round, one sentence in seven dropped."""
    return _reword(text, rng, swap=0.95, drop_word=0.8, drop_sentence=0.14, turn=0.4)


def _reword(text: str, rng: random.Random, *, swap: float, drop_word: float, drop_sentence: float, turn: float) -> str:
    out: list[str] = []
    for part in paragraphs(text):
        kept: list[str] = []
        for sentence in re.split(r"(?<=[.!?])\s+", part):
            if rng.random() < drop_sentence and len(sentence.split()) > 4:
                continue
            kept.append(_reword_sentence(sentence, rng, swap, drop_word, turn))
        if kept:
            out.append(" ".join(kept))
    return "\n\n".join(out)


def _reword_sentence(sentence: str, rng: random.Random, swap: float, drop_word: float, turn: float) -> str:
    clauses = sentence.rstrip(".").split(", ")
    if len(clauses) in (2, 3) and rng.random() < turn:
        sentence = ", ".join(clauses[1:] + clauses[:1]) + "."
    words: list[str] = []
    for word in sentence.split(" "):
        bare = word.strip('.,;:"“”()').lower()
        if bare in _DROPPABLE and rng.random() < drop_word:
            continue
        if bare in _SWAP and word.islower() and rng.random() < swap:  # names keep their words
            words.append(word.replace(bare, _SWAP[bare], 1))
        else:
            words.append(word)
    return " ".join(words)


def chrome(text: str, rng: random.Random) -> str:
    """The text as a careless extractor gives it: menu before it, headlines amid it, recommendations and legal lines after."""
    parts = paragraphs(text)
    parts.insert(len(parts) // 2, "Read more: " + rng.choice(_HEADLINES))
    return "\n\n".join([_NAV, *parts, _FOOT, *rng.sample(_HEADLINES, 8)])


def quotation(text: str, rng: random.Random, host: str) -> str:
    """A passage of the text quoted inside a longer article about something else: reuse, not the same text."""
    parts = paragraphs(text)
    passage = rng.choice([p for p in parts if 25 <= len(p.split()) <= 90] or parts)
    inside = paragraphs(host)
    inside.insert(len(inside) // 2, f"“{passage}” the statement said.")
    return "\n\n".join(inside)
