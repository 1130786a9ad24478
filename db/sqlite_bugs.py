"""What is known to be wrong with the SQLite in use, as far as it concerns an archive."""

from __future__ import annotations

from dataclasses import dataclass

Version = tuple[int, int, int]

OLDEST: Version = (3, 37, 0)  # STRICT tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """One bug: from which version on, the versions of each branch that have it no more, and what it does."""

    since: Version
    fixed: tuple[Version, ...]
    what: str
    remedy: str

    def concerns(self, version: Version) -> bool:
        """Whether ``version`` has it: a later one of a mended branch has not, nor has anything after the last."""
        if version < self.since or version >= max(self.fixed):
            return False
        return not any(version[:2] == mended[:2] and version >= mended for mended in self.fixed)


BUGS = (
    # https://sqlite.org/wal.html#walresetbug
    Bug(
        since=(3, 7, 0),
        fixed=((3, 44, 6), (3, 50, 7), (3, 51, 3)),
        what=(
            "has the WAL-reset bug: two connections that write or checkpoint at the very same time can damage a file;"
            " Shiftwatch alone has one such connection"
        ),
        remedy=(
            "let no other program write to the archive while Shiftwatch runs (reading is safe), keep backups, and take"
            " SQLite 3.51.3 or newer (3.50.7, 3.44.6) when your system offers it"
        ),
    ),
    # Withdrawn a week after it was published; 3.51.3 took its place.
    Bug(
        since=(3, 52, 0),
        fixed=((3, 52, 1),),
        what="is a release that its makers withdrew",
        remedy="take SQLite 3.51.3, or 3.53 or newer",
    ),
)


def known_bugs(version: Version) -> list[Bug]:
    """The bugs ``version`` has, as far as its number tells: a distribution may have mended one and kept the number."""
    return [bug for bug in BUGS if bug.concerns(version)]
