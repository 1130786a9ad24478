"""The work put down for the new one: "set aside tax fraud", "used to chase smugglers", "its fraud squad"."""

from __future__ import annotations

from monitor.coding.ends import DROPPED, LEFT_WORDS, PUT_DOWN, Task
from monitor.coding.frame import Frame
from monitor.coding.marked import Marked, task_kinds
from monitor.coding.tasks import task_at


def left_behind(marked: Marked, frame: Frame, joined: Task | None) -> Task | None:
    """The work put down for the new one: "set aside tax fraud", "used to chase smugglers", "instead of audits"."""
    if LEFT_WORDS.isdisjoint(marked.lows):
        return _squad_work(marked, frame)
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
    return _squad_work(marked, frame)


def _squad_work(marked: Marked, frame: Frame) -> Task | None:
    """ "a quarter of its fraud squad": what was taken or given names its work itself."""
    if frame.entry.kind not in ("take", "give") or not frame.resources or frame.entry.word in ("set aside",):
        return None
    resource = frame.resources[0]
    kinds = {
        kind
        for kind, span in task_kinds(marked, resource.first, resource.head)
        if kind in ("law", "protection") and span.last <= resource.head
    }
    if kinds:
        span = next(span for kind, span in task_kinds(marked, resource.first, resource.head) if kind in kinds)
        return Task(first=span.first, last=span.last, kinds=frozenset(kinds))
    return None
