"""Reads amounts as news writes them: "about 300", "a dozen", "up to 5,000", "a quarter of", "from 80 to 120"."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from monitor.coding.kept import Kept
from monitor.coding.tokens import Token

_UNITS: Final = {
    word: number
    for number, word in enumerate(
        (
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
            "sixteen seventeen eighteen nineteen"
        ).split()
    )
}
_TENS: Final = {
    word: 10 * number
    for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_SCALES: Final = {
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
    "trillion": 1_000_000_000_000,
    "m": 1_000_000,
    "bn": 1_000_000_000,
    "k": 1_000,
}
# The codebook's reading of round plurals (section 5).
_PLURALS: Final = {
    "dozens": (24, 99),
    "scores": (40, 99),
    "hundreds": (100, 999),
    "thousands": (1_000, 9_999),
    "millions": (1_000_000, 9_999_999),
    "billions": (1_000_000_000, 9_999_999_999),
}
# "Handed over 40 agents": not more than forty.
_HANDED: Final = frozenset("turned turn turning hand handed handing sign signed took take".split())
_ABOUT: Final = frozenset(
    {"about", "nearly", "some", "roughly", "approximately", "around", "almost", "estimated", "close", "virtually"}
)


def _by_last_word(phrases: str) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases.split("|"):
        words = tuple(phrase.split())
        found.setdefault(words[-1], []).append(words)
    return found


_AT_LEAST: Final = _by_last_word(
    "more than|at least|over|upwards of|no fewer than|above|in excess of|not less than|exceeding"
)
_AT_MOST: Final = _by_last_word(
    "up to|fewer than|less than|as many as|under|below|no more than|at most|as much as|a maximum of"
)
_FEW: Final = frozenset("one two three four five six seven eight nine".split())
_MORE: Final = frozenset({"further", "full", "good", "fresh"})
_UP_VERBS: Final = frozenset("woke wake wakes woken waking owned faced adds added measured opened".split())
_FRACTIONS: Final = frozenset(
    {"half", "third", "quarter", "thirds", "quarters", "fifth", "most", "majority", "fraction", "tenth", "fourth"}
)
_DIGITS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_RANGE_WORDS: Final = frozenset({"to", "and", "-", "–", "—", "or"})
_MAGNITUDE_CAP: Final = 10**15
_STARTS: Final = (
    frozenset(_UNITS)
    | frozenset(_TENS)
    | frozenset(_PLURALS)
    | _FRACTIONS
    | frozenset("a tens several half every all part much two-thirds three-quarters one-third one-quarter".split())
)
_AFTER_A: Final = _FRACTIONS | {"dozen", "couple", "hundred", "thousand", "million", "billion"}
_TENS_STARTS: Final = frozenset(word[:6] for word in _TENS) | {"forty-", "fifty-", "sixty-"}


class Quantity(NamedTuple):
    """An amount: tokens ``first`` up to (not including) ``last``; bounds as in the codebook, None where open.

    ``money`` is true for dollar amounts. Fractions and "every" carry text alone.
    """

    first: int
    last: int
    low: int | None
    high: int | None
    approximate: bool = False
    money: bool = False
    percent: bool = False


def quantities(tokens: list[Token]) -> list[Quantity]:
    """Every amount in ``tokens``, in order, hedges included. Years, footnote marks and dates are left out."""
    found: list[Quantity] = []
    floor = 0
    may_start = _MAY_START
    for at, (_, low) in enumerate(tokens):
        if not may_start[low] or at < floor:
            continue
        if tokens[at].low == "a" and (at + 1 >= len(tokens) or tokens[at + 1].low not in _AFTER_A | _MORE):
            continue
        quantity = _at(tokens, at)
        if quantity is not None:
            quantity = _joined(tokens, _hedged(tokens, quantity, floor))
            found.append(quantity)
            floor = quantity.last
    return found


def _can_start(low: str) -> bool:
    """Whether an amount may begin with the word."""
    return low in _STARTS or low[0].isdigit() or ("-" in low and low[:6] in _TENS_STARTS)


_MAY_START: Final = Kept(_can_start)


def _at(tokens: list[Token], at: int) -> Quantity | None:
    """The bare amount that starts at token ``at``."""
    low = tokens[at].low
    if low in _PLURALS:
        least, most = _PLURALS[low]
        first = at
        last = at + 1
        if at > 0 and tokens[at - 1].low in ("several", "many"):
            least, first = 2 * least if low != "dozens" else 36, at - 1
        if low in ("hundreds", "tens", "scores") and _lows(tokens, at + 1, 2) == ("of", "thousands"):
            least, most, last = 100_000, 999_999, at + 3
        money = _lows(tokens, last, 2) == ("of", "dollars") or low in ("billions",)
        return Quantity(first=first, last=last, low=least, high=most, approximate=True, money=money)
    if low == "tens" and _lows(tokens, at + 1, 2) == ("of", "thousands"):
        return Quantity(first=at, last=at + 3, low=10_000, high=99_999, approximate=True)
    if low == "several" and at + 1 < len(tokens) and tokens[at + 1].low in ("hundred", "thousand", "dozen"):
        scale = {"hundred": (200, 999), "thousand": (2_000, 9_999), "dozen": (24, 99)}[tokens[at + 1].low]
        return Quantity(first=at, last=at + 2, low=scale[0], high=scale[1], approximate=True)
    if low in ("a", "half", "two", "three", "four") and _dozen(tokens, at):
        return _dozen(tokens, at)
    if low == "a" and _lows(tokens, at + 1, 1) == ("couple",):
        return Quantity(first=at, last=at + 2, low=2, high=2, approximate=True)
    if (
        low == "a"
        and _lows(tokens, at + 1, 1)[:1]
        and tokens[at + 1].low in ("hundred", "thousand", "million", "billion")
    ):
        value, last = _scaled(tokens, 1.0, at + 1)
        money = last < len(tokens) and tokens[last].low in ("dollars", "dollar")
        return Quantity(first=at, last=last, low=round(value), high=round(value), money=money)
    if low == "a" and _lows(tokens, at + 1, 1) and tokens[at + 1].low in _MORE:
        value, last = _scaled(tokens, 1.0, at + 2)
        return Quantity(first=at, last=last, low=round(value), high=round(value)) if last > at + 2 else None
    return _fraction(tokens, at) or _number(tokens, at)


def _dozen(tokens: list[Token], at: int) -> Quantity | None:
    many = {"a": 12, "two": 24, "three": 36, "four": 48, "half": 6}.get(tokens[at].low, 0)
    words = _lows(tokens, at + 1, 2)
    if words[:1] == ("dozen",):
        return Quantity(first=at, last=at + 2, low=many, high=many)
    if tokens[at].low == "half" and words == ("a", "dozen"):
        return Quantity(first=at, last=at + 3, low=6, high=6)
    return None


def _fraction(tokens: list[Token], at: int) -> Quantity | None:
    low = tokens[at].low
    words = _lows(tokens, at, 4)
    if low in _FEW and len(words) > 2 and words[1] == "in" and words[2] in _UNITS:
        return Quantity(first=at, last=at + 3, low=None, high=None)  # "one in five agents"
    if low in _FEW and words[1:3] == ("of", "every") and len(words) > 3 and _words(words[3]) is not None:
        return Quantity(first=at, last=at + 4, low=None, high=None)
    if low in ("a", "one", "two", "three", "four") and len(words) > 2 and words[1] in _FRACTIONS and words[2] == "of":
        return Quantity(first=at, last=at + 2, low=None, high=None)
    if low in ("half", "most", "part", "much") and len(words) > 1 and words[1] in ("of", "its", "the"):
        return Quantity(first=at, last=at + 1, low=None, high=None)
    if low in ("two-thirds", "three-quarters", "one-third", "one-quarter"):
        return Quantity(first=at, last=at + 1, low=None, high=None)
    if low == "every" or (low == "all" and words[1:2] == ("of",)):
        other = 2 if words[1:2] == ("other",) else 1
        return Quantity(first=at, last=at + other, low=None, high=None)
    return None


def _number(tokens: list[Token], at: int) -> Quantity | None:
    """Digits or number words, with scales, and a dollar sign before or "dollars" after."""
    value, last = _value(tokens, at)
    if value is None:
        return None
    first = at
    money = False
    if at > 0 and tokens[at - 1].text in ("$", "€", "£"):
        money, first = True, at - 1
    percent = last < len(tokens) and tokens[last].low in ("%", "percent", "per")
    if percent and tokens[last].low != "per":
        last += 1
    if not money and last < len(tokens) and tokens[last].low in ("dollars", "dollar"):
        money = True
    whole = round(min(value, _MAGNITUDE_CAP))
    if not money and not percent and _is_no_amount(tokens, at, last, whole):
        return None
    return Quantity(first=first, last=last, low=whole, high=whole, money=money, percent=percent)


def _value(tokens: list[Token], at: int) -> tuple[float | None, int]:
    low = tokens[at].low
    if low[0].isdigit():
        head, _, tail = low.partition("-")
        if tail and not tail.isalpha() and not _DIGITS.fullmatch(tail):
            return None, at
        if _DIGITS.fullmatch(head) is None:
            return None, at
        value: float = float(head.replace(",", "")) if len(head) < 18 else float(_MAGNITUDE_CAP)
        if tail in _SCALES:
            value *= _SCALES[tail]
        at += 1
    else:
        total = _words(low)
        if total is None:
            return None, at
        value = total
        at += 1
        while at < len(tokens) and tokens[at].low != "hundred" and (more := _words(tokens[at].low)) is not None:
            if value % 100 or value == 0 or more >= 100:
                break
            value += more
            at += 1
    return _scaled(tokens, value, at)


def _scaled(tokens: list[Token], value: float, at: int) -> tuple[float, int]:
    while at < len(tokens) and tokens[at].low in _SCALES and tokens[at].low not in ("m", "k"):
        value *= _SCALES[tokens[at].low]
        at += 1
        if at < len(tokens) and tokens[at].low == "and" and value >= 100 and at + 1 < len(tokens):
            more = _words(tokens[at + 1].low)
            if more is not None and more < 100 and value % 100 == 0:
                value += more
                at += 2
        elif at < len(tokens) and (more := _words(tokens[at].low)) is not None and more < 100 and value < 10_000:
            value += more
            at += 1
    return value, at


def _words(low: str) -> int | None:
    if low in _UNITS:
        return _UNITS[low]
    if low in _TENS:
        return _TENS[low]
    tens, dash, unit = low.partition("-")
    if dash and tens in _TENS and unit in _UNITS:
        return _TENS[tens] + _UNITS[unit]
    return None


_MONTHS: Final = frozenset(
    (
        "january february march april may june july august september october november december jan feb mar "
        "apr jun jul aug sept sep oct nov dec"
    ).split()
)
_NOT_COUNTED: Final = frozenset(
    (
        "percent years year months month weeks week days day hours hour minutes miles mile th st nd rd am "
        "pm a.m. p.m. degrees feet foot inches pounds times"
    ).split()
)


def _is_no_amount(tokens: list[Token], at: int, last: int, value: int) -> bool:
    """Whether digits are a year, a day of the month, a footnote mark, a time, or count hours and miles."""
    before = tokens[at - 1].low if at else ""
    after = tokens[last].low if last < len(tokens) else ""
    text = tokens[at].text
    if before in (
        "[",
        "#",
        "title",
        "section",
        "sec",
        "no",
        "number",
        "highway",
        "route",
        "fy",
        "age",
        "aged",
        "task",
        "force",
        "page",
        "article",
        "operation",
        "interstate",
    ):
        return True
    if text.isdigit() and 1900 <= value <= 2100 and len(text) == 4:
        return True
    if before in _MONTHS or (before == "." and at > 1 and tokens[at - 2].low in _MONTHS) or after in _MONTHS:
        return True
    if before == ":" and at > 1 and tokens[at - 2].text.isdigit():
        return True
    if after in ("(", "(g)") and value == 287:
        return True
    return after == ":" and last + 1 < len(tokens) and tokens[last + 1].text.isdigit()


def counts_other(tokens: list[Token], quantity: Quantity) -> bool:
    """Whether the amount counts time or distance, so that it cannot be an amount of what moves."""
    return quantity.last < len(tokens) and tokens[quantity.last].low in _NOT_COUNTED


def _hedged(tokens: list[Token], bare: Quantity, floor: int) -> Quantity:
    """``bare`` with the hedge before it (not reaching below token ``floor``) taken in."""
    at = bare.first
    approximate = bare.approximate
    if at > floor and tokens[at - 1].low in ("an", "additional", "extra", "first", "initial", "last"):
        step = 2 if at - 1 > floor and tokens[at - 2].low in ("an", "the", "another") else 1
        if tokens[at - step].low != "the":
            at -= step
    before = tokens[at - 1].low if at > floor else ""
    for words in _AT_MOST.get(before, ()):
        if words == ("up", "to") and at > 2 and tokens[at - 3].low in _UP_VERBS:
            continue  # "woke up to sixty"
        if at - len(words) >= floor and _lows(tokens, at - len(words), len(words)) == words:
            return bare._replace(first=at - len(words), low=None, approximate=True)
    for words in _AT_LEAST.get(before, ()):
        if words == ("over",) and at > 1 and tokens[at - 2].low in _HANDED:
            continue
        if at - len(words) >= floor and _lows(tokens, at - len(words), len(words)) == words:
            most = None if bare.low == bare.high else bare.high
            return bare._replace(first=at - len(words), high=most, approximate=True)
    if at > floor and (
        tokens[at - 1].low in _ABOUT or (tokens[at - 1].low == "to" and _lows(tokens, at - 2, 1) == ("close",))
    ):
        at -= 1
        approximate = True
    return bare._replace(first=at, approximate=approximate)


def _joined(tokens: list[Token], first: Quantity) -> Quantity:
    """Takes in the other end of a range: "300 to 400", "between 5 and 9"; "from 80 to 120" moves up to 120."""
    at = first.last
    if first.low is None or first.low != first.high or at + 1 >= len(tokens) or tokens[at].low not in _RANGE_WORDS:
        return first
    before = tokens[first.first - 1].low if first.first else ""
    if tokens[at].low == "and" and before != "between":
        return first
    skip = at + 1 + (tokens[at + 1].text == "$")
    if skip >= len(tokens):
        return first
    other = _number(tokens, skip)
    if other is None or other.high is None:
        return first
    low = first.low
    # "$1 to $2 million": the scale is said once.
    if first.money and low < 1_000 and other.high >= 1_000_000:
        low *= 10 ** (3 * ((len(str(other.high)) - 1) // 3))
    if other.high < low:
        return first
    rose = before == "from"
    return Quantity(
        first=first.first - (1 if before in ("from", "between") else 0),
        last=other.last,
        low=other.high if rose else low,
        high=other.high,
        approximate=first.approximate,
        money=first.money or other.money,
        percent=other.percent,
    )


def _lows(tokens: list[Token], at: int, many: int) -> tuple[str, ...]:
    return tuple(token.low for token in tokens[at : at + many]) if at >= 0 else ()
