"""What a shift is known by through versions of its story and through codings: its sentence and its frame."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from monitor.model import Part, Shift

_WORD: Final = re.compile(r"\w+")


def keyed(shifts: Iterable[Shift]) -> list[tuple[str, Shift]]:
    """Each shift of one story with its key, 16 hex digits; keys of one story differ.

    Blind to case, punctuation and white space, to whether a sentence stands in the lede or further down, and to the
    voice of the frame; several shifts of one frame in one sentence are told apart by their order.
    """
    met: Counter[str] = Counter()
    found = []
    for shift in shifts:
        words = " ".join(_WORD.findall(shift.sentence.casefold()))
        said = "\0".join(("title" if shift.part is Part.TITLE else "text", words, shift.rule.split("/")[0]))
        met[said] += 1
        whole = f"{said}\0{met[said]}".encode("utf-8", "replace")
        found.append((blake2b(whole, digest_size=8).hexdigest(), shift))
    return found
