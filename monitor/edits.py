"""What changed between two versions of a story, with the shifts each of them tells of; a pure function for workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from monitor.coding.documents import code_document
from monitor.matching.changes import Changes, Edit, compare_versions
from monitor.matching.edit_kinds import Kind

_TELLING = 20  # characters of a sentence from which on it is recognised inside a longer one


def compare(before: str, after: str, title_before: str = "", title_after: str = "", language: str = "") -> Changes:
    """Every edit between two versions; those that bring a sentence with a shift, or take one away, say so.

    Shifts are read from English alone. Of a headline nothing is said: what it leaves out, the text tells.
    """
    found = compare_versions(before, after, title_before, title_after)
    if language.lower().split("-")[0] not in ("en", "") or all(edit.kinds == (Kind.COSMETIC,) for edit in found.edits):
        return found
    old, new = _telling(title_before, before), _telling(title_after, after)
    if not old and not new:
        return found
    return Changes(edits=tuple(_named(edit, old, new) for edit in found.edits))


def _telling(title: str, text: str) -> list[str]:
    """The sentences that tell of a shift."""
    return list({_line(shift.sentence): None for shift in code_document(title, text).shifts})


def _named(edit: Edit, old: Sequence[str], new: Sequence[str]) -> Edit:
    before, after = _tells(edit.before, old), _tells(edit.after, new)
    if before == after or Kind.HEADLINE in edit.kinds:
        return edit
    return replace(edit, kinds=(*edit.kinds, Kind.SHIFT_ADDED if after else Kind.SHIFT_REMOVED))


def _tells(sentence: str, telling: Sequence[str]) -> bool:
    """Whether an edited sentence is one of these, though two ways of cutting a text may not cut it alike."""
    line = _line(sentence)
    return any(
        line == one or (min(len(line), len(one)) >= _TELLING and (line in one or one in line)) for one in telling
    )


def _line(sentence: str) -> str:
    return " ".join(sentence.split())
