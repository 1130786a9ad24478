"""The dateline a news text opens with (``EL PASO, Texas —``, ``WASHINGTON (AP) –``): recognised, left in the text."""

from __future__ import annotations

import re

# A place in capitals, perhaps with a state, an agency in brackets, a date; then a dash. Bounded, so it cannot explode.
_PLACE = r"[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ.'’\-]{1,24}(?:[ /][A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ.'’\-]{0,24}){0,4}"
_REGION = r"(?:,\s(?:[A-Z][\w.'’\-]{0,20})(?:\s[A-Z][\w.'’\-]{0,20}){0,3}){0,2}"
_AGENCY = r"\s?\([A-Z][\w .,&/'’\-]{1,40}\)"
_DATE = r"(?:,?\s(?:[A-Z][a-z]{2,8}\.?\s\d{1,2}(?:,\s\d{4})?))?"
_DASH = r"\s?(?:—|–|―|--|-(?=\s))"
_DATELINE = re.compile(rf"^\s*({_PLACE}{_REGION}(?:{_AGENCY})?{_DATE}){_DASH}")
# Towns written small need an agency or a state beside them: "Phoenix (AP) —", "Edinburg, Texas –".
_TOWN = r"[A-Z][\w.'’\-]{1,24}(?:\s[A-Z][\w.'’\-]{1,24}){0,3}"
_STATE = r",\s[A-Z][\w.'’\-]{1,20}(?:\s[A-Z][\w.'’\-]{1,20}){0,2}"
_SMALL = re.compile(rf"^\s*({_TOWN}(?:{_STATE})?{_AGENCY}|{_TOWN}{_STATE}){_DASH}")
_NO_PLACE = re.compile(
    r"(?:BREAKING|UPDATED?|EXCLUSIVE|WATCH|VIDEOS?|RELATED|MORE|NOTE|READ|NEW|CORRECTION|OPINION|ANALYSIS|EDITORIAL)\b"
    r"|(?:EDITOR['’]?S|FOR IMMEDIATE RELEASE|CONTACT|PHOTOS?|LIVE|Q&A|FAQ|MEDIA|PRESS|STORY|FILE|ARCHIVED?|CLICK)\b",
    re.IGNORECASE,
)


def find_dateline(text: str) -> str:
    """The dateline of a text's opening paragraphs without its dash, or ``""``."""
    for paragraph in text[:4_000].split("\n\n")[:3]:
        for pattern in (_DATELINE, _SMALL):
            found = pattern.match(paragraph[:200])
            if found and not _NO_PLACE.match(found[1]):
                return " ".join(found[1].split()).strip(" ,")
    return ""
