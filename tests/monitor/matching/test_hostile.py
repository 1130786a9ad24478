"""Texts made to be slow: at the length limit, each reading still ends in seconds."""

from __future__ import annotations

import time

import pytest

from monitor.matching.changes import compare_versions, diff_texts
from monitor.matching.credits import read_credit
from monitor.matching.fingerprint import pack, sketch
from monitor.matching.near_duplicates import TextView, judge
from monitor.matching.reuse import draw, prints, read
from monitor.matching.words import norms, sentences

SIZE = 60_000  # characters; what is quadratic takes minutes at this size already

HOSTILE = {
    "one word": "a" * SIZE,
    "one letter again and again": "a " * (SIZE // 2),
    "two words by turns": "border patrol " * (SIZE // 14),
    "capitals": "Ann Roe " * (SIZE // 8),
    "dots": "." * SIZE,
    "dots and words": "a." * (SIZE // 2),
    "digits": "1" * SIZE,
    "figures": "1,111 " * (SIZE // 6),
    "brackets": "(" * SIZE,
    "quotation marks": "“" * SIZE,
    "straight quotation marks": '" ' * (SIZE // 2),
    "line breaks": "\n" * SIZE,
    "lines": "agents left\n" * (SIZE // 12),
    "mail addresses without at": "a.b-c+" * (SIZE // 6),
    "apostrophes": "a'" * (SIZE // 2),
    "combining marks": "e\u0301" * (SIZE // 2),
    "a credit that never ends": "(AP, " * (SIZE // 5),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_read_in_seconds(name: str) -> None:
    text = HOSTILE[name]
    other = text[: SIZE // 2] + " and something else " + text[SIZE // 2 :]
    started = time.process_time()
    sentences(text)
    pack(sketch(norms(text)))
    read_credit(text, text[:1000])
    judge(TextView(text=text), TextView(text=other))
    prints(read(text))
    draw(read(text), read(other))
    compare_versions(text, other)
    diff_texts(text, other)
    assert time.process_time() - started < 15
