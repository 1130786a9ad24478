"""Reads numbers as claimed, with their measure, period, scope, hedge and claimant, and says which of them disagree.

"about 237,000 encounters in fiscal 2025", "fewer than 300 a day", "lowest in over 50 years".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from monitor.coding.attribution import attribution
from monitor.coding.cut import Cut, cut, cut_one
from monitor.coding.lexicon import Entry, Lexicon, Span, data
from monitor.coding.marked import Marked
from monitor.coding.marking import mark
from monitor.coding.quantities import Quantity
from monitor.model import Figure, Part

_SENTENCE: Final = 2_000
_AFTER: Final = 7  # words between an amount and the measure after it ("237,000 | illegal border | crossings")
_BEFORE: Final = 26  # words between a measure and its amount later in the sentence
_ABOUT: Final = 0.05  # how far "about" may be off before two figures disagree
_NUMBERY: Final = frozenset(
    (
        "hundred hundreds thousand thousands million millions billion dozen dozens lowest highest record "
        "fewest smallest largest"
    ).split()
)
_FISCAL: Final = re.compile(r"\b(?:fiscal(?: year)?|FY)\s?(?:'?)(20\d\d|\d\d)\b", re.I)
_MONTH: Final = re.compile(
    r"\b(?:in|of|during|for|through|since)\s+((?:January|February|March|April|May|June|July|August|September|October|November|December)(?:,?\s+20\d\d)?)\b"
)
_YEAR: Final = re.compile(r"\b(?:in|of|during|for|throughout)\s+(?:calendar year\s+)?(20\d\d|19\d\d)\b")
_RELATIVE: Final = re.compile(
    r"\b(last (?:month|week|year|fiscal year)|this (?:month|week|year|fiscal year)|"
    r"since (?:Jan(?:uary|\.)? 20|January|inauguration)|yesterday|"
    r"(?:the )?(?:previous|prior|past|earlier|preceding) years?)\b",
    re.I,
)
_FEWER: Final = frozenset({"fewer", "below", "under", "less"})
_MORE: Final = frozenset({"more", "over", "exceeding", "above", "least", "topping", "exceeded", "topped"})


@cache
def _lexicon() -> Lexicon:
    listed = data("measures.toml")
    phrases = [(word, False, Entry("measure", name)) for name, words in listed["measures"].items() for word in words]
    phrases += [(word, False, Entry("period", name)) for name, words in listed["periods"].items() for word in words]
    phrases += [(word, False, Entry("scope", name)) for name, words in listed["scopes"].items() for word in words]
    phrases += [
        (word, False, Entry("superlative", name)) for name, words in listed["superlatives"].items() for word in words
    ]
    return Lexicon(phrases)


@cache
def _measure_words() -> frozenset[str]:
    """The last words of measures: the cheap gate before a sentence is read."""
    return frozenset(phrase.split()[-1] for phrases in data("measures.toml")["measures"].values() for phrase in phrases)


def figures(
    text: str, title: str = "", pieces: list[Cut] | None = None, known: Mapping[int, Marked] | None = None
) -> tuple[Figure, ...]:
    """Every figure of a story, in order; those of the title come first with Part.TITLE and its own offsets.

    ``pieces`` is the text already cut, when the caller has it; ``known`` its sentences already marked, by their start.
    """
    found: list[Figure] = []
    if title:
        found.extend(replace(figure, part=Part.TITLE) for figure in sentence_figures(title[:1_000]))
    for piece in cut(text) if pieces is None else pieces:
        marked = known.get(piece.start) if known else None
        found.extend(replace(figure, start=piece.start, end=piece.end) for figure in _of(piece, marked))
    return tuple(found)


def sentence_figures(sentence: str) -> list[Figure]:
    """The figures of one sentence."""
    return _of(cut_one(sentence))


def _of(piece: Cut, known: Marked | None = None) -> list[Figure]:
    words = piece.words
    if _measure_words().isdisjoint(words) or (
        _NUMBERY.isdisjoint(words) and not any(word[0].isdigit() for word in words)
    ):
        return []
    marked = known if known is not None and len(piece.text) <= _SENTENCE else mark(piece.text[:_SENTENCE])
    spans = _lexicon().spans(marked.words)
    measures = spans.get("measure", [])
    if not measures:
        return []
    made = [*_amounts(marked, spans, measures), *_superlatives(marked, spans, measures)]
    claimant = (attribution(marked) or "") if made else ""
    return [replace(figure, claimant=claimant, sentence=piece.text, end=len(piece.text)) for figure in made]


def _amounts(marked: Marked, spans: dict[str, list[Span]], measures: list[Span]) -> Iterator[Figure]:
    superlatives = spans.get("superlative", [])
    for amount in marked.amounts:
        if amount.money or amount.percent or (amount.low is None and amount.high is None):
            continue
        if any(span.last <= amount.first <= span.last + 4 for span in superlatives) and _counts_years(marked, amount):
            continue
        if _counts_time(marked, amount):
            continue
        measure = _measure_of(marked, amount, measures)
        if measure is None:
            continue
        yield Figure(
            measure=measure.entry.kind,
            value_low=amount.low,
            value_high=amount.high,
            unit=marked.cut(measure.first, measure.last).lower(),
            period=_period(marked, spans, amount, measure),
            scope=_scope(spans, amount, measure),
            hedge=_hedge(marked, amount),
        )


def _measure_of(marked: Marked, amount: Quantity, measures: list[Span]) -> Span | None:
    """The measure an amount counts: right after it, else the nearest before it."""
    after = [
        span
        for span in measures
        if 0 <= span.first - amount.last <= _AFTER and _plain_gap(marked, amount.last, span.first)
    ]
    if after:
        return after[0]
    before = [span for span in measures if 0 <= amount.first - span.last <= _BEFORE]
    if before and not _counts_noun(marked, amount):
        return before[-1]
    return None


def _plain_gap(marked: Marked, first: int, last: int) -> bool:
    return all(
        marked.low(step)[0].isalnum()
        and marked.low(step)
        not in ("and", "to", "from", "in", "at", "by", "were", "was", "have", "had", "with", "who", "that", "for", "on")
        for step in range(first, last)
    )


def _counts_noun(marked: Marked, amount: Quantity) -> bool:
    """Whether the amount is followed by a noun of its own ("by 40 officers"), so that it is not the measure's."""
    following = marked.low(amount.last)
    return bool(following) and following.isalpha() and marked.noun_at(amount.last) is not None


def _counts_time(marked: Marked, amount: Quantity) -> bool:
    return marked.low(amount.last) in (
        "year",
        "years",
        "month",
        "months",
        "day",
        "days",
        "hour",
        "hours",
        "week",
        "weeks",
        "miles",
        "mile",
        "percent",
        "minutes",
    )


def _counts_years(marked: Marked, amount: Quantity) -> bool:
    return marked.low(amount.last) in ("years", "year", "decades", "months")


def _hedge(marked: Marked, amount: Quantity) -> str:
    words = {marked.low(step) for step in range(max(0, amount.first - 3), amount.last)}
    if amount.low is None or words & _FEWER:
        return "up to" if "up" in words else "fewer than"
    if amount.high is None or words & _MORE:
        return "at least" if "least" in words else "more than"
    if amount.low != amount.high:
        return "range"
    return "about" if amount.approximate or "reportedly" in words else ""


def _period(marked: Marked, spans: dict[str, list[Span]], amount: Quantity, measure: Span) -> str:
    """The period: a rate by the amount or measure, else a fiscal year, month, year or "last month" in the sentence."""
    rate = ""
    for span in spans.get("period", []):
        if (
            0 <= span.first - amount.last <= 3
            or 0 <= measure.first - span.last <= 1
            or 0 <= span.first - measure.last <= 1
        ):
            rate = span.entry.kind
    when = _when(marked, amount)
    return ", ".join(filter(None, (rate, when)))


def _when(marked: Marked, amount: Quantity) -> str:
    """The dated period nearest to the amount, in normal form (FY2025, March 2025, 2024, last month)."""
    at = marked.start(amount.first)
    best: tuple[int, str] | None = None
    for pattern in (_FISCAL, _MONTH, _YEAR, _RELATIVE):
        for match in pattern.finditer(marked.text):
            value = match.group(1)
            if pattern is _FISCAL:
                value = "FY" + (value if len(value) == 4 else "20" + value)
            distance = abs(match.start() - at)
            if best is None or distance < best[0]:
                best = (distance, value.replace(",", "").lower() if pattern is _RELATIVE else value.replace(",", ""))
    return best[1] if best else ""


def _scope(spans: dict[str, list[Span]], amount: Quantity, measure: Span) -> str:
    scopes = spans.get("scope", [])
    if not scopes:
        return ""
    middle = (amount.first + measure.first) // 2
    return min(scopes, key=lambda span: abs(span.first - middle)).entry.kind


def _superlatives(marked: Marked, spans: dict[str, list[Span]], measures: list[Span]) -> Iterator[Figure]:
    """ "lowest levels in over 50 years": the number of years, with hedge "record low"."""
    for span in spans.get("superlative", []):
        years = next(
            (
                amount
                for amount in marked.amounts
                if 0 <= amount.first - span.last <= 5 and _counts_years(marked, amount)
            ),
            None,
        )
        record = "record" in marked.cut(span.first, span.last).lower()
        if years is None and not record:
            continue
        measure = min(measures, key=lambda one: abs(one.first - span.first))
        if abs(measure.first - span.first) > _BEFORE:
            continue
        if years is None and any(0 <= amount.first - span.last <= 4 for amount in marked.amounts):
            continue  # "record highs exceeding 2.2 million" is told as the amount
        yield Figure(
            measure=measure.entry.kind,
            value_low=years.low if years else None,
            value_high=years.high if years else None,
            unit="years" if years else "",
            scope=_scope(spans, years, measure)
            if years
            else (spans["scope"][0].entry.kind if spans.get("scope") else ""),
            hedge=f"record {span.entry.kind}",
        )


def conflicts(found: Iterable[Figure]) -> list[tuple[Figure, Figure, str]]:
    """Pairs of one measure, period, scope and kind of claim that disagree beyond their hedges, each with the reason.

    Figures without a period are never compared: they may speak of different times.
    """
    groups: dict[tuple[str, str, str, str], list[Figure]] = {}
    for figure in found:
        if not figure.period or (figure.value_low is None and figure.value_high is None):
            continue
        kind = figure.hedge if figure.hedge.startswith("record") else ""
        groups.setdefault((figure.measure, figure.period, figure.scope, kind), []).append(figure)
    pairs = []
    for key, group in groups.items():
        for at, one in enumerate(group):
            for other in group[at + 1 :]:
                mine, theirs = _span(one), _span(other)
                if mine[1] < theirs[0] or theirs[1] < mine[0]:
                    told = f"{key[0]}, {key[1]}{', ' + key[2] if key[2] else ''}: {_told(one)} against {_told(other)}"
                    pairs.append((one, other, told))
    return pairs


def _span(figure: Figure) -> tuple[float, float]:
    """The least and most a figure allows, its hedge taken in."""
    low = figure.value_low if figure.value_low is not None else 0.0
    high = figure.value_high if figure.value_high is not None else float("inf")
    if figure.hedge == "about":
        return low * (1 - _ABOUT), high * (1 + _ABOUT)
    return low, high


def _told(figure: Figure) -> str:
    low, high = figure.value_low, figure.value_high
    value = (
        f"{low:,.0f}"
        if low is not None and low == high
        else f"{'' if low is None else format(low, ',.0f')}–{'' if high is None else format(high, ',.0f')}"
    )
    return f"{figure.hedge + ' ' if figure.hedge else ''}{value}"
