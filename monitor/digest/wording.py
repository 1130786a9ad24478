"""How a digest puts things into words: the one line of a shift, names of agencies, moments, spans, numbers. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.digest.headers import clean
from monitor.digest.material import Mention

_NAMES = {
    "USBP": "Border Patrol",
    "OFO": "CBP field officers",
    "AMO": "CBP Air and Marine",
    "USCG": "Coast Guard",
    "DOD": "Pentagon",
    "DOJ": "Justice Department",
    "STATE": "State Department",
    "BOP": "Bureau of Prisons",
    "DSS": "Diplomatic Security",
    "EOIR": "immigration courts",
    "IRS-CI": "IRS investigators",
    "USMS": "U.S. Marshals",
    "USPIS": "Postal Inspection",
    "USSS": "Secret Service",
    "NATIONAL_GUARD": "National Guard",
    "MARINES": "Marines",
    "ARMY": "Army",
    "LOCAL_POLICE": "local police",
    "STATE_POLICE": "state police",
    "OTHER": "another agency",
    "UNSPECIFIED": "unnamed agency",
}
_TROOPS = frozenset({"NATIONAL_GUARD", "ARMY", "MARINES", "DOD"})
_OFFICERS = frozenset({"LOCAL_POLICE", "STATE_POLICE", "OFO", "ERO", "TSA", "BOP"})
_THINGS = {"equipment": "equipment", "facility": "a site", "technology": "technology", "money": "money"}
_HELPING = re.compile(r"(?:to )?(?:assist|help|support|aid|back|bolster|reinforce|join|augment)\b", re.IGNORECASE)
_LONGEST_PLACE = 60
_VAGUE = frozenset(
    """
    city area region state field country streets scene town county site base location place there here district
    protests operation operations effort efforts mission
    """.split()
)
_NUMBER_WORDS = frozenset(
    """
    about around approximately roughly nearly almost some more than over at least up to as many fewer less under a an
    hundred hundreds thousand thousands million millions billion billions dozen dozens scores several few another
    additional extra between and of one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    """.split()
)


def agency(code: str) -> str:
    """A body's code as people say it."""
    return _NAMES.get(code) or clean(code)


def shift_parts(mention: Mention) -> tuple[str, ...]:
    """The parts of a shift's line without its state: who to whom, how much of what, from where to where."""
    who = agency(mention.actor)
    who = who[:1].upper() + who[1:]
    if mention.beneficiary and mention.beneficiary != mention.actor:
        who += f" → {agency(mention.beneficiary)}"
    route = _route(mention)
    return tuple(part for part in (who, amount(mention), route) if part)


def amount(mention: Mention) -> str:
    """How much of what: ``about 1,500 agents``, ``$90 million``, ``equipment``."""
    noun = _noun(mention)
    words = clean(mention.quantity_text or "")
    if not words:
        return noun
    if words.split()[0].lower() in _NUMBER_WORDS:
        words = words[0].lower() + words[1:]
    if mention.resource == "money" or len(re.findall(r"[^\W\d_]{3,}", _bare(words))) > 0:
        return words
    of = "of " if re.search(r"(?:hundreds|thousands|dozens|scores)$", words, re.IGNORECASE) else ""
    return f"{words} {of}{noun}" if noun else words


def vague(place: str | None) -> bool:
    """Whether a place is named by a word that only its text makes clear: the city, the field."""
    return " ".join((place or "").lower().split()).removeprefix("the ") in _VAGUE


def _bare(words: str) -> str:
    """The words of an amount without those that belong to the number."""
    return " ".join(word for word in re.findall(r"[^\W\d_]+", words.lower()) if word not in _NUMBER_WORDS)


def _noun(mention: Mention) -> str:
    if mention.resource == "personnel":
        return "troops" if mention.actor in _TROOPS else "officers" if mention.actor in _OFFICERS else "agents"
    return _THINGS.get(mention.resource, "")


def _route(mention: Mention) -> str:
    origin, destination = _place(mention.origin), _place(mention.destination)
    if destination and _HELPING.match(destination):
        told = destination if destination.lower().startswith("to ") else f"to {destination}"
        return f"from {origin} {told}" if origin else told
    if origin and destination:
        return f"{origin} to {destination}"
    return f"to {destination}" if destination else f"from {origin}" if origin else ""


def _place(text: str | None) -> str:
    words = clean(re.sub('["“”«»]', "", text or ""))
    if vague(words):
        return ""
    words = re.sub(r"^(?:the|its|their)\s+", "", words, flags=re.IGNORECASE)
    words = re.sub(r"\s*;\s*", ", ", words)
    if len(words) <= _LONGEST_PLACE:
        return words
    return words[:_LONGEST_PLACE].rsplit(" ", 1)[0].rstrip(" ,;") + "…"


def span(low: float | None, high: float | None, hedge: str = "") -> str:
    """A number as claimed: ``about 1,500``, ``1,000–1,500``, ``at least 300``."""
    if low is not None and low == high:
        words = f"{low:,.0f}"
    elif low is not None and high is not None:
        words = f"{low:,.0f}–{high:,.0f}"
    elif low is not None:
        words = f"{low:,.0f}" if hedge else f"at least {low:,.0f}"
    elif high is not None:
        words = f"{high:,.0f}" if hedge else f"up to {high:,.0f}"
    else:
        return hedge
    return f"{hedge} {words}" if hedge and hedge != "range" else words


def moment(text: str) -> datetime | None:
    """The moment of an ISO text with a time of day; None where only a day or month is known."""
    return datetime.fromisoformat(text).astimezone(UTC) if len(text) > 10 else None


def when(text: str, zone: ZoneInfo, now: datetime) -> str:
    """A moment as the digest says it: ``Mon 18 May, 14:05``; a day alone without a time; other years with the year."""
    if not text:
        return ""
    if len(text) == 7:
        return date.fromisoformat(f"{text}-01").strftime("%B %Y")
    exact = moment(text)
    day = exact.astimezone(zone) if exact else datetime.fromisoformat(text)
    year = f" {day.year}" if day.year != now.astimezone(zone).year else ""
    told = f"{day:%a} {day.day} {day:%b}{year}"
    return f"{told}, {day:%H:%M}" if exact else told


def period(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """What a digest covers: ``Mon 18 May, 07:00 – Tue 19 May, 07:00 EDT``."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    year = f" {first.year}" if first.year != last.year else ""
    begin = f"{first:%a} {first.day} {first:%b}{year}, {first:%H:%M}"
    if first.tzname() != last.tzname():
        begin += f" {first.tzname()}"
    finish = (
        f"{last:%H:%M}" if first.date() == last.date() else f"{last:%a} {last.day} {last:%b} {last.year}, {last:%H:%M}"
    )
    return f"{begin} – {finish} {last.tzname()}"


def lasted(span_: timedelta) -> str:
    """A span in one unit: ``4 h``, ``3 days``."""
    seconds = abs(span_.total_seconds())
    if seconds < 5400:
        return f"{max(1, round(seconds / 60))} min"
    if seconds < 2 * 86400:
        return f"{round(seconds / 3600)} h"
    return f"{round(seconds / 86400)} days"


def listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
