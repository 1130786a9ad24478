"""What tells one event from another of its kind: the names, numbers and dates of a text, weighted.

Releases written from one template share most words and differ in exactly these, so they are read apart from the words.
Names of officials who announce many events, and the agencies' own names, weigh little or nothing.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitor.matching.words import Word, sentences, words_once

_MONTHS = {
    m: i + 1
    for i, group in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sept sep|"
        "october oct|november nov|december dec".split("|")
    )
    for m in group.split()
}
_UNITS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()
_SMALL = {word: float(i + 1) for i, word in enumerate(_UNITS)} | {
    "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "seventy": 70.0, "eighty": 80.0, "ninety": 90.0,
    "dozen": 12.0,
}  # fmt: skip
_SCALE = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}

# Words written with a capital in every federal release; they identify nobody.
_GENERIC = frozenset(
    """
    a about above act acting action additionally administration after afternoon against agencies agency agent
    agents al alien aliens all although am amendment america american americans americas among an and announced
    any apr april archived area army as assistant associate at atf attorney attorneys aug august authorities
    authority based because bill birth board border branch bureau but by cabinet cbp center centers central
    charge chief civil co code commission commissioner committee community complaint congress consistent
    constitution consumer control corp corporation counsel counterintelligence countries county court courts
    crime crimes criminal crt customs cyber database date dea dec december defendant defendants defense
    department deportation deputy detention dhs director district division dod doj dot dr drug during east
    eastern education employee employment enforcement environment environmental epa ero established et evidence
    executive exploitation external fact false families family fbi feb february federal fema field financial
    first follow following for force former founding fraud freedom friday from ftc fund further gao general
    government governor grand group guard gun he health her hhs his home homeland house how hsi hud human i ice
    id if ii iii immigration in inc indian indictment information initiative ins inspector intelligence internal
    international investigation investigations investigative investigators irs is it its jan january journalist
    jr judge judges judicial jul july jun june jury justice justices labor land last law laws legal let life llc
    llp local lp ltd main major management mar march marshal marshals may media medicaid medical medicare member
    members middle military mission monday more most mr mrs ms nation national nations natural navy new news
    newsroom no none north northern not notice nov november now nsd oct october of off office officer officers
    official officials ofo oig omb on once one online operation operations opr or order other our over part
    participation patrol people phone plan plea please pm police postal power president press prison program
    programs project prosecution prosecutor prosecutors protection public read record region regional release
    removal report republic resident residents resources response responsibility right rights rule safe safety
    saturday school sec secretary section sector security senate senior sentence sentenced sep sept september
    series service services session several shall she sheet sheriff short signed since social some south
    southern spa special specialist spokesman spokesperson spokeswoman squad sr st staff standard state
    statement states station street strike student sunday super supreme surge system task tax team the their
    then there these they this those through thursday title to today together trade transportation treasury
    trial tribal truth tsa tuesday under union unit united university unlike until up update us usa usbp usc
    uscis usda use usss va victim victims violent visit was washington we weapons wednesday week west western
    what when where while white who why will with within without witness women workers world would year yet york
    you young your
    """.split()
)
_ROLES = frozenset(
    """
    attorney attorneys general secretary director commissioner agent charge chief judge sheriff spokesman spokeswoman
    spokesperson inspector administrator prosecutor prosecutors counsel governor gov president sen rep senator
    representative mayor superintendent magistrate justice chairman chairwoman chair minister ambassador
    """.split()
)
_TITLE_AFTER = frozenset(
    "special acting assistant deputy director commissioner chief inspector attorney u us secretary".split()
)
_NOT_IN_OFFICE = frozenset("former ex onetime fake purported suspended convicted".split())
_OFFICIAL = 0.12  # what a name still weighs when it is an announcer's
_PLACE_WORDS = frozenset(
    """
    alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho
    illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi
    missouri montana nebraska nevada hampshire jersey mexico carolina dakota ohio oklahoma oregon pennsylvania
    rhode tennessee texas utah vermont virginia wisconsin wyoming columbia puerto rico guam
    """.split()
)


@dataclass(frozen=True, slots=True)
class Facts:
    """Weighted names, numbers and dates of one text.

    ``names`` are single normal words; ``numbers`` canonical values ("3.2 million" is "3200000"); ``dates`` "m-d".
    ``persons`` are the surnames of people the text is about and how often each is named; officials are not among them;
    ``forenames`` has the forename of each.
    """

    names: dict[str, float]
    numbers: dict[str, float]
    dates: dict[str, float]
    persons: dict[str, int]
    forenames: dict[str, str]


@lru_cache(maxsize=256)
def read_facts(text: str) -> Facts:
    """The facts of a text."""
    words = words_once(text)
    spoken_for, dates = _dates(words, text)
    names, persons, forenames = _names(text, words)
    return Facts(names, _numbers(text, words, spoken_for), dates, persons, forenames)


def _place_weight(at: int, total: int) -> float:
    """Lead paragraphs name the event; the tail of a long release is where the boilerplate sits."""
    if at < 90:
        return 1.6
    return 0.6 if total > 250 and at > 0.8 * total else 1.0


def _dates(words: Sequence[Word], text: str) -> tuple[set[int], dict[str, float]]:
    used: set[int] = set()
    found: dict[str, float] = {}
    for i, word in enumerate(words):
        month = _MONTHS.get(word.norm)
        if month is None or not text[word.start].isupper():
            continue
        for j in (i + 1, i - 1):
            if 0 <= j < len(words) and words[j].norm.isdigit() and 1 <= int(words[j].norm) <= 31:
                key = f"{month}-{int(words[j].norm)}"
                found[key] = max(found.get(key, 0.0), _place_weight(i, len(words)))
                used.add(j)
                break
    return used, found


def day_of_month(norms: Sequence[str], start: int, end: int) -> bool:
    """Whether a word in ``[start, end)`` is a month's name or the day beside one."""
    return any(
        norms[i] in _MONTHS or (norms[i].isdigit() and len(norms[i]) <= 2 and i > 0 and norms[i - 1] in _MONTHS)
        for i in range(start, end)
    )


def _year(norm: str) -> bool:
    return len(norm) == 4 and norm.isdigit() and 1900 <= int(norm) <= 2100


def _numbers(text: str, words: Sequence[Word], spoken_for: set[int]) -> dict[str, float]:
    found: dict[str, float] = {}
    for i, word in enumerate(words):
        if not (word.norm[0].isdigit() or word.norm in _SMALL) or i in spoken_for:
            continue
        value, weight = _value(text, words, i)
        if value:
            weight *= _place_weight(i, len(words))
            found[value] = max(found.get(value, 0.0), weight)
    return found


def _value(text: str, words: Sequence[Word], i: int) -> tuple[str, float]:
    """The canonical number at word ``i`` and how much it tells; ("", 0) for no number."""
    norm = words[i].norm
    if norm[0].isdigit() and ":" in (text[words[i].start - 1 : words[i].start], text[words[i].end : words[i].end + 1]):
        return "", 0.0  # a time of day
    after = words[i + 1].norm if i + 1 < len(words) else ""
    if norm in _SMALL:
        number = _SMALL[norm] * _SCALE.get(after, 1.0)
        return f"{number:g}", 0.5 if norm != "one" else 0.0
    if not norm[0].isdigit():
        return "", 0.0
    if not re.fullmatch(r"\d+(?:\.\d+)?", norm) or len(norm) > 15:
        return (norm, 0.5) if len(norm) > 3 else ("", 0.0)  # "17cr00123": case and flight numbers
    if _year(norm):
        return norm, 0.25
    if after in ("usc", "cfr", "u") or (
        i and words[i - 1].norm in ("section", "sections", "title", "usc", "cfr", "fy")
    ):
        return "", 0.0  # a statute
    number = float(norm) * _SCALE.get(after, 1.0)
    money = words[i].start > 0 and text[words[i].start - 1] in "$€£"
    weight = 1.5 if money or number >= 1000 else 1.0 if number >= 10 else 0.5
    return f"{number:.12g}", weight


def _names(text: str, words: Sequence[Word]) -> tuple[dict[str, float], dict[str, int], dict[str, str]]:
    starts = _sentence_starts(text, words)
    capital = [text[w.start].isupper() for w in words]
    lower = {w.norm for w, c in zip(words, capital, strict=True) if not c}
    inside = {w.norm for i, w in enumerate(words) if capital[i] and i not in starts}
    named = [
        capital[i]
        and (i not in starts or w.norm in inside or (w.norm not in lower and i + 1 < len(words) and capital[i + 1]))
        for i, w in enumerate(words)
    ]
    officials = _officials(text, words, capital)
    times: Counter[str] = Counter()
    place: dict[str, float] = {}
    for i, word in enumerate(words):
        norm = word.norm
        if norm.endswith("s") and (norm[:-1] in inside or norm[:-1] in _GENERIC):
            norm = norm[:-1]  # a possessive whose apostrophe is gone
        if not named[i] or norm in _GENERIC or len(norm) < 2 or norm[0].isdigit():
            continue
        times[norm] += 1
        place[norm] = max(place.get(norm, 0.0), _place_weight(i, len(words)))
    weighted = {
        norm: (_OFFICIAL if norm in officials else 0.7 if norm in _PLACE_WORDS else 1.0)
        * (0.5 if norm in lower else 1.0)
        * place[norm]
        * (1.0 + math.log(n))
        for norm, n in times.items()
    }
    return weighted, *_persons(text, words, named, officials)


def _persons(
    text: str, words: Sequence[Word], named: Sequence[bool], officials: set[str]
) -> tuple[dict[str, int], dict[str, str]]:
    """Surnames: the last word of a name of two to four, which later stands alone or is followed by an age."""
    full: dict[str, int] = {}
    forename: dict[str, str] = {}
    alone: Counter[str] = Counter()
    i = 0
    while i < len(words):
        end = i
        while end < len(words) and named[end] and (end == i or _close(text, words, end)):
            end += 1
        if end - i == 1:
            alone[_singular(words[i].norm, full)] += 1
        last = words[end - 1].norm if end > i else ""
        if 2 <= end - i <= 4 and words[end - 1].norm in ("jr", "sr", "ii", "iii") and end - i > 2:
            last = words[end - 2].norm
        if 2 <= end - i <= 4 and len(last) > 2 and not any(w.norm in _GENERIC for w in words[i : end - 1]):
            full[last] = full.get(last, 0) + 1
            forename.setdefault(last, words[i].norm)
            if end < len(words) and words[end].norm.isdigit() and text[words[end - 1].end : words[end].start] == ", ":
                alone[last] += 1
        i = max(end, i + 1)
    persons = {
        name: n + alone[name]
        for name, n in full.items()
        if alone[name] and name not in officials and name not in _GENERIC and name not in _PLACE_WORDS
    }
    return persons, {name: forename[name] for name in persons}


def _singular(norm: str, known: dict[str, int]) -> str:
    return norm[:-1] if norm.endswith("s") and norm[:-1] in known else norm


def _sentence_starts(text: str, words: Sequence[Word]) -> set[int]:
    starts: set[int] = set()
    i = 0
    for start, _ in sentences(text):
        while i < len(words) and words[i].start < start:
            i += 1
        starts.add(i)
    # the first word of a quotation is written with a capital as well
    for i in range(1, len(words)):
        if text[words[i].start - 1] in '"“‘(':
            starts.add(i)
    return starts


def _officials(text: str, words: Sequence[Word], capital: Sequence[bool]) -> set[str]:
    """Surnames and forenames that a title in office stands before ("U.S. Attorney Ann Roe") or after."""
    found: set[str] = set()
    carried = False  # "Trial Attorneys Ann Roe and Lee Poe": the second name is an official's as well
    i = 0
    while i < len(words):
        if not capital[i]:
            i += 1
            continue
        end = i
        while end < len(words) and capital[end] and (end == i or _close(text, words, end)):
            end += 1
        run = range(i, end)
        role = max((k for k in run if words[k].norm in _ROLES), default=-1)
        before = words[i - 1].norm if i else ""
        joined = carried and before == "and"
        persons = [k for k in run if k > role and words[k].norm not in _GENERIC]
        in_office = role >= 0 and before not in _NOT_IN_OFFICE and words[i].norm not in _NOT_IN_OFFICE
        titled_after = (
            end < len(words) and words[end].norm in _TITLE_AFTER and capital[end] and _after_comma(text, words, end)
        )
        if persons and (in_office or joined or titled_after) and len(persons) <= 4:
            found.update(words[k].norm for k in persons)
            carried = True
        else:
            carried = False
        i = end
    return found


def _close(text: str, words: Sequence[Word], k: int) -> bool:
    """Whether word ``k`` follows the one before it with nothing but a space or the dot of an initial between."""
    return text[words[k - 1].end : words[k].start].strip() in ("", ".")


def _after_comma(text: str, words: Sequence[Word], k: int) -> bool:
    return text[words[k - 1].end : words[k].start].strip() == ","


def full_names(text: str) -> frozenset[str]:
    """Adjacent words of a name, "ann roe": rarer, so more telling, than either word."""
    words = words_once(text)
    return frozenset(
        f"{words[i].norm} {words[i + 1].norm}"
        for i in range(len(words) - 1)
        if text[words[i].start].isupper()
        and text[words[i + 1].start].isupper()
        and words[i].norm not in _GENERIC
        and words[i + 1].norm not in _GENERIC
        and _close(text, words, i + 1)
    )


def main_persons(facts: Facts) -> list[str]:
    """The people a text mostly speaks of: named twice at least, and half as often as the one named most."""
    most = max(facts.persons.values(), default=0)
    return [p for p, n in facts.persons.items() if n >= 2 and 2 * n >= most]


def contradiction(
    a: Mapping[str, float],
    b: Mapping[str, float],
    in_a: Callable[[str], bool],
    in_b: Callable[[str], bool],
    prior: float,
) -> float:
    """How far two sets of facts exclude each other: 0 when one side's are all in the other, towards 1 when disjoint.

    ``in_a``/``in_b`` look into everything the texts hold, so that a fact one reading missed still counts as shared.
    The smaller of the two one-sided weights counts, because a cut or longer version lacks facts on one side only.
    """
    only_a = sum(w for key, w in a.items() if not in_b(key))
    only_b = sum(w for key, w in b.items() if not in_a(key))
    both = sum(min(w, b.get(key, w)) for key, w in a.items() if in_b(key))
    both_b = sum(min(w, a.get(key, w)) for key, w in b.items() if in_a(key))
    less = min(only_a, only_b)
    total = less + max(both, both_b) + prior
    return less / total if total else 0.0
