"""What of a channel was read before: eight bytes an entry, so that an unchanged entry is never parsed again."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

SIZE: Final = 8
KEPT: Final = 2_000
"""How many entries are remembered beyond those that stand in the channel's present body."""

_MOST: Final = 50_000
_FEW: Final = 64
# The reading's version is hashed in. Raise it when entries already filed must be read again by better rules: every
# remembered hash is then unknown, each entry comes once more, and filing, being idempotent, sorts them out.
_VERSION: Final = b"shiftwatch-1"


def fingerprint(entry: bytes) -> bytes:
    """The hash by which an entry's bytes are remembered; stable across runs, machines and Python versions."""
    return blake2b(entry, digest_size=SIZE, person=_VERSION).digest()


def unseen(hashes: Sequence[bytes], seen: bytes) -> list[int]:
    """The positions whose hash is not remembered, in order; an entry that stands twice in a body counts once."""
    # Searching the string is quicker than cutting it up, as long as few ask.
    known = {seen[at : at + SIZE] for at in range(0, len(seen), SIZE)} if len(hashes) > _FEW else None
    fresh: list[int] = []
    met: set[bytes] = set()
    for position, entry in enumerate(hashes):
        if entry in met:
            continue
        met.add(entry)
        if not (entry in known if known is not None else _holds(seen, entry)):
            fresh.append(position)
    return fresh


def remember(seen: bytes, hashes: Sequence[bytes]) -> bytes:
    """``seen`` with these hashes as its newest, oldest first; the first of ``hashes`` ends up newest of all.

    Nothing is forgotten that stands in the present body, nor because it is missing from it: the union is kept, cut only
    by age. A body that brings nothing new leaves ``seen`` as it is, byte for byte.
    """
    if not hashes or not unseen(hashes, seen):
        return seen
    present = list(dict.fromkeys(hashes))[:_MOST]
    here = set(present)
    older = [seen[at : at + SIZE] for at in range(0, len(seen), SIZE)]
    kept = [entry for entry in older if len(entry) == SIZE and entry not in here][-KEPT:]
    return b"".join(kept) + b"".join(reversed(present))


def _holds(seen: bytes, entry: bytes) -> bool:
    """Whether ``entry`` stands in ``seen`` at a whole position."""
    at = seen.find(entry)
    while at >= 0 and at % SIZE:
        at = seen.find(entry, at + 1)
    return at >= 0
