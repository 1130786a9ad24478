"""Codes JSON lines as they come, in order, in this process or in several; a bad line harms no other."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from monitor.coding.codebook import Codebook, parse_codebook
from monitor.coding.evaluation import is_document
from monitor.coding.predict import LineError, predict_line, year_of
from monitor.errors import ShiftwatchError
from monitor.jsonlines import Line, item_of

BATCH = 16  # lines handed to another process at a time: milliseconds of work against a tenth of handing over
AHEAD = 3  # batches under way for each process


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """What came of input line ``number``: a JSON text, or the problem in words."""

    number: int
    json: str = ""
    problem: str = ""


def code_lines(lines: Iterable[Line], *, jobs: int = 1, codebook: tuple[str, str] | None = None) -> Iterator[Coded]:
    """One ``Coded`` for each line, in order and, with one job, at once. ``codebook`` (text, name) adds ``codes``."""
    if jobs == 1:
        book = parse_codebook(*codebook) if codebook else None
        for line in lines:
            yield _code(line, book)
        return
    yield from _shared_out(lines, jobs, codebook)


def _shared_out(lines: Iterable[Line], jobs: int, codebook: tuple[str, str] | None) -> Iterator[Coded]:
    import multiprocessing
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    # A forked copy of a process that holds half-read input and open files is asking for trouble.
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(codebook,)) as pool:
        waiting: deque[Future[list[Coded]]] = deque()
        batches = iter(lines)
        try:
            while batch := list(islice(batches, BATCH)):
                waiting.append(pool.submit(_code_batch, batch))
                if len(waiting) >= AHEAD * jobs:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        except BrokenProcessPool:
            raise ShiftwatchError("a coding process was killed, perhaps for want of memory; try fewer --jobs") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_books: list[Codebook | None] = [None]


def _begin(codebook: tuple[str, str] | None) -> None:
    _books[0] = parse_codebook(*codebook) if codebook else None


def _code_batch(lines: list[Line]) -> list[Coded]:
    return [_code(line, _books[0]) for line in lines]


def _code(line: Line, book: Codebook | None) -> Coded:
    number, raw = line
    try:
        return Coded(number=number, json=json.dumps(_predicted(item_of(raw), book)))
    except (ValueError, LineError) as trouble:
        return Coded(number=number, problem=str(trouble))
    except Exception as trouble:
        # Whatever one text brings the coder to, the others are coded.
        return Coded(number=number, problem=f"could not be coded: {type(trouble).__name__}: {trouble}")


def _predicted(item: dict[str, Any], book: Codebook | None) -> dict[str, Any]:
    made = predict_line(item)
    if book is None:
        return made
    return {**made, "codes": codes_given(item, book)}


def codes_given(item: dict[str, Any], book: Codebook) -> list[str]:
    """The codes of a document, or of a sentence in its context, in the codebook's order."""
    from monitor.coding.checking import codes_of
    from monitor.coding.story import code_story

    text, title = str(item.get("text") or ""), str(item.get("title") or "")
    if is_document(item):
        given = {tag.code for tag in code_story(title, text, book, year=year_of(item)).tags}
    else:
        given = set(codes_of(book, text, str(item.get("context") or "")))
    return [code.id for code in book.codes if code.id in given]
