"""The kinds of edits, by the names that queries and the archive use."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """Kinds of edits; one change of a sentence may be several. COSMETIC stands alone: nothing was said differently."""

    NUMBER = "number"
    ENTITY = "entity"  # another agency or place
    SOFTENED = "softened"  # "will" → "may"
    HARDENED = "hardened"  # "may" → "will"
    ATTRIBUTION = "attribution"  # who says so
    ADDED = "sentence-added"
    REMOVED = "sentence-removed"
    SHIFT_ADDED = "shift-added"  # a sentence tells of a shift that did not; see monitor.edits
    SHIFT_REMOVED = "shift-removed"
    REWORDED = "reworded"
    HEADLINE = "headline"
    CORRECTION = "correction-note"  # a note appeared
    CORRECTION_GONE = "correction-note-removed"
    COSMETIC = "cosmetic"
