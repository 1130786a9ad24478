"""The values a shift's slots may take, as the codebook names them, and what to say of a value that is none."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

from monitor.coding.lexicon import duties

RESOURCES: Final = ("personnel", "money", "equipment", "facility", "technology", "unspecified")
DIRECTIONS: Final = (
    "withdrawal",
    "interior_to_border",
    "border_to_interior",
    "other_mission_to_immigration",
    "immigration_to_other_mission",
    "federal_to_local_area",
    "other",
)
STATUSES: Final = ("planned", "proposed", "ongoing", "done", "denied", "blocked", "ended", "unclear")
NUMBERS: Final = ("quantity_low", "quantity_high")
FREE: Final = ("quantity_text", "origin", "destination", "attribution")
# In the order of the gold files.
SLOTS: Final = (
    "actor",
    "beneficiary",
    "resource",
    "quantity_low",
    "quantity_high",
    "quantity_text",
    "quantity_approx",
    "origin",
    "destination",
    "direction",
    "status",
    "attribution",
)


def values_of(slot: str) -> tuple[str, ...]:
    """The values a slot may take; () when any text or number is welcome."""
    match slot:
        case "actor" | "beneficiary":
            return tuple(sorted(duties()))
        case "resource":
            return RESOURCES
        case "direction":
            return DIRECTIONS
        case "status":
            return STATUSES
    return ()


def wrong(slot: str, value: str) -> str:
    """What is wrong with a slot's value in words, "" when nothing is."""
    known = values_of(slot)
    if not known or value in known:
        return ""
    close = get_close_matches(value.replace("-", "_"), known, n=1) or get_close_matches(value.upper(), known, n=1)
    return f"{slot} {value!r}: expected one of {', '.join(known)}" + (f" (did you mean {close[0]!r}?)" if close else "")
