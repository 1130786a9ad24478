"""The work put down for the new one: "set aside tax fraud", "used to chase smugglers", "its fraud squad"."""

from __future__ import annotations

from typing import Final

from monitor.coding.ends import DROPPED, LEFT_WORDS, PUT_DOWN, Task
from monitor.coding.frame import Frame
from monitor.coding.marked import Marked, task_kinds
from monitor.coding.tasks import task_at

_SQUADS: Final = frozenset(
    "squad squads group groups unit units desk desks section sections team teams bureau shop".split()
)


def left_behind(marked: Marked, frame: Frame, joined: Task | None) -> Task | None:
    """The work put down for the new one: "set aside tax fraud", "used to chase smugglers", "instead of audits"."""
    if LEFT_WORDS.isdisjoint(marked.lows):
        return _squad_work(marked, frame, joined)
    for at in range(len(marked.words)):
        pair = (marked.low(at), marked.low(at + 1))
        start = 0
        if pair in PUT_DOWN or (
            pair[0] in DROPPED
            and at > 0
            and marked.low(at - 1) in ("to", "will", "would", "and", "have", "has", "had", "must", ",")
        ):
            start = at + (2 if pair in PUT_DOWN else 1)
        if pair == ("would", "be") and not marked.low(at + 2).endswith("ing"):
            start = 0
        elif pair in (("been", "on"), ("usually", "on")):
            start = at + 2
        if start:
            task = task_at(marked, start, any_words=pair in PUT_DOWN)
            if task is not None and not (joined is not None and task.first == joined.first):
                return task
    return _squad_work(marked, frame, joined)


def _squad_work(marked: Marked, frame: Frame, joined: Task | None) -> Task | None:
    """ "a quarter of its fraud squad", "the trade fraud group lost eighty": what moves names its work itself."""
    if not frame.resources or frame.entry.word in ("set aside",) or frame.entry.kind in ("withdraw", "leave"):
        return None
    taken = frame.entry.kind in ("take", "give")
    if not taken and (joined is None or "immigration" not in joined.kinds):
        return None
    resource = frame.resources[0]
    own = [
        (kind, span)
        for kind, span in task_kinds(marked, resource.first, resource.head)
        if kind in ("law", "protection") and span.last <= resource.head
    ]
    loses = frame.voice == "active" and frame.entry.word == "lose"
    if not own and (loses or frame.voice in ("passive", "subject")):
        floor = max(0, frame.move.first - 8) if loses else resource.first
        stop = frame.move.first
        own = [
            (kind, span)
            for kind, span in task_kinds(marked, floor, stop)
            if kind == "law" and marked.low(span.last) in _SQUADS and span.last < stop
        ]
    if own and not (joined is not None and own[0][1].first == joined.first):
        kind, span = own[0]
        return Task(first=span.first, last=span.last, kinds=frozenset({kind}))
    return None
