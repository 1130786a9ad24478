"""Which edits of a known story matter to a reader, and how they are told. Pure."""

from __future__ import annotations

from monitor.digest.headers import clean, shortened
from monitor.digest.material import Revised
from monitor.digest.model import EditEntry
from monitor.digest.refs import Refs
from monitor.matching.changes import Edit, compare_versions
from monitor.matching.edit_kinds import Kind

# A changed number, agency, place or verb, who says so, and a note that owns up to it; the most telling first.
_TELLING = {
    Kind.NUMBER: "number changed",
    Kind.ENTITY: "agency or place changed",
    Kind.SOFTENED: "softened",
    Kind.HARDENED: "hardened",
    Kind.ATTRIBUTION: "attribution changed",
    Kind.CORRECTION: "correction added",
    Kind.CORRECTION_GONE: "correction removed",
}
_LONGEST = 360  # characters of a sentence


def matters(edit: Edit) -> bool:
    """Whether an edit says something else about the world than before."""
    return any(kind in _TELLING for kind in edit.kinds)


def edit_entry(revised: Revised, refs: Refs) -> EditEntry | None:
    """The most telling edit of a story, and how many more there are; None when nothing that matters changed."""
    changes = compare_versions(revised.old_text, revised.new_text, revised.old_title, revised.new_title)
    telling = sorted((edit for edit in changes.edits if matters(edit)), key=_weight)
    if not telling:
        return None
    first = telling[0]
    kinds = [_TELLING[kind] for kind in _TELLING if any(kind in edit.kinds for edit in telling)]
    return EditEntry(
        ref=refs.ref(revised.story),
        kind=", ".join(kinds),
        gist=shortened(clean(first.detail), 100) if first.before and first.after else "",
        before=shortened(clean(first.before), _LONGEST),
        after=shortened(clean(first.after), _LONGEST),
        when=refs.when(revised.changed_at),
    )


def _weight(edit: Edit) -> int:
    """A note tells of the change it corrects; the changed sentence itself says more."""
    order = list(_TELLING)
    return min(order.index(kind) for kind in edit.kinds if kind in _TELLING)
