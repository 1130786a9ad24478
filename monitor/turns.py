"""Whose reading is next: sources take turns, and one whose readings are slow holds up nobody but itself."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass

SLOW = 2.0  # seconds after which a reading is slow; nearly all take milliseconds
SPARE = 2  # readings that may run beside the usual ones while some of those are slow


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """One reading under way since ``began`` for ``source`` ("" is nobody's: it is never held back)."""

    source: str
    began: float
    spare: bool


class Turns:
    """Hands out turns to ``places`` readings at a time, and to ``spare`` more while as many are slow.

    Sources take turns. A source with a slow reading under way gets no second one before it ends. Sources of which a
    reading was killed for its time share ``spare`` places among them: however many they are, the others have theirs.
    """

    def __init__(self, places: int, *, spare: int = SPARE, slow: float = SLOW) -> None:
        self._places = places
        self._spare = spare
        self._slow = slow
        self._waiting: OrderedDict[str, deque[asyncio.Future[Turn]]] = OrderedDict()  # the first source is next
        self._under_way: list[Turn] = []  # in the order they began
        self._suspects: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def take(self, source: str) -> Turn:
        """Wait for a turn; give it back with ``end``."""
        future: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(source, deque()).append(future)
        self._hand_out()
        try:
            return await future
        except asyncio.CancelledError:
            if future.cancelled():
                self._leave(source, future)
            else:
                self.end(future.result())  # it had just been given
            raise

    def end(self, turn: Turn, *, killed: bool = False) -> None:
        """Give a turn back; ``killed`` when its reading ran over its time."""
        self._under_way.remove(turn)
        if killed and turn.source:
            self._suspects.add(turn.source)
        self._hand_out()

    def _hand_out(self) -> None:
        now = asyncio.get_running_loop().time()
        while self._waiting:
            slow = [turn.source for turn in self._under_way if now - turn.began >= self._slow]
            if len(self._under_way) - len(slow) >= self._places:
                break
            usual = sum(not turn.spare for turn in self._under_way)
            if usual >= self._places and len(self._under_way) - usual >= self._spare:
                break
            if (found := self._next(slow)) is None:
                break
            source, future = found
            if not future.done():  # else whoever waited has gone
                turn = Turn(source, began=now, spare=usual >= self._places)
                self._under_way.append(turn)
                future.set_result(turn)
        self._watch(now)

    def _next(self, slow: list[str]) -> tuple[str, asyncio.Future[Turn]] | None:
        """Who is next; sources whose readings were killed come after all others."""
        suspects = sum(turn.source in self._suspects for turn in self._under_way)
        for suspected in (False, True) if suspects < self._spare else (False,):
            for source in self._waiting:
                held = bool(source) and source in slow
                if not held and (source in self._suspects) is suspected:
                    return source, self._pop(source)
        return None

    def _pop(self, source: str) -> asyncio.Future[Turn]:
        line = self._waiting[source]
        future = line.popleft()
        if line:
            self._waiting.move_to_end(source)
        else:
            del self._waiting[source]
        return future

    def _leave(self, source: str, future: asyncio.Future[Turn]) -> None:
        line = self._waiting.get(source, deque())
        if future in line:
            line.remove(future)
        if not line:
            self._waiting.pop(source, None)

    def _watch(self, now: float) -> None:
        """Look again when the next reading becomes slow, if somebody waits for it; looking too early costs nothing."""
        if self._waiting and self._timer is None:
            due = [turn.began + self._slow for turn in self._under_way if now - turn.began < self._slow]
            if due:
                self._timer = asyncio.get_running_loop().call_at(min(due) + 0.001, self._look_again)

    def _look_again(self) -> None:
        self._timer = None
        self._hand_out()
