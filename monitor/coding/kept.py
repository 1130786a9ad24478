"""Keeps what was made of short strings, since the words of a story are mostly those of the stories before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

Made = TypeVar("Made")
MOST: Final = 30_000  # strings kept; English news has about as many written forms that come again
SHORT: Final = 40  # characters; longer strings are addresses or unbroken pages and do not come again


class Kept(dict[str, Made], Generic[Made]):
    """``kept[text]`` is ``make(text)``, made once. ``make`` must be pure. Full, it forgets all and begins anew."""

    def __init__(self, make: Callable[[str], Made], most: int = MOST) -> None:
        super().__init__()
        self._make = make
        self._most = most

    def __missing__(self, text: str) -> Made:
        made = self._make(text)
        if len(text) <= SHORT:
            if len(self) >= self._most:
                self.clear()
            self[text] = made
        return made
