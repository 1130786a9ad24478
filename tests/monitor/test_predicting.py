"""Lines are coded in order, whatever stands on them and however many processes do it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import jsonlines
from monitor.coding.codebook import default_text
from monitor.errors import UsageError
from monitor.jsonlines import item_of, lines_of, read_items
from monitor.predicting import BATCH, Coded, code_lines

SENT = {"id": "a", "text": "ICE sent 200 agents to Chicago.", "context": ""}


def coded(*lines: bytes | dict[str, Any], **over: Any) -> list[Coded]:
    raw = b"".join(one if isinstance(one, bytes) else json.dumps(one).encode() + b"\n" for one in lines)
    return list(code_lines(lines_of(io.BytesIO(raw)), **over))


def test_each_line_has_its_answer_in_order() -> None:
    first, second = coded(SENT, {"id": 2, "title": "Fair opens", "text": "The fair opens."})
    assert json.loads(first.json)["shifts"][0]["quantity_low"] == 200
    assert json.loads(second.json) == {"id": 2, "label": "none", "is_shift": False, "shifts": []}


def test_codes_are_given_when_a_codebook_is() -> None:
    (one,) = coded(SENT, codebook=(default_text(), "codebook.toml"))
    assert {"resource-shift", "resource-shift/personnel", "actor/ice"} <= set(json.loads(one.json)["codes"])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{bad\n", "not JSON: Expecting property name"),
        (b"[1]\n", "expected an object in braces, found list"),
        (b'{"id":1,"text":"\xff"}\n', "not UTF-8"),
        (b"[" * 200_000 + b"\n", "nested too deeply"),
        (b'{"id":' + b"9" * 5_000 + b"}\n", "not JSON: Exceeds the limit"),
        (b'{"id":NaN,"text":"x"}\n', "NaN is no number"),
        (b'{"id":1}\n', "text is missing"),
    ],
)
def test_a_bad_line_is_told_by_its_number_and_harms_no_other(line: bytes, words: str) -> None:
    first, bad, last = coded(SENT, b"\n", line, SENT)
    assert first.json == last.json != ""
    assert bad.number == 3
    assert words in bad.problem


def test_a_line_without_an_end_is_read_no_further_than_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonlines, "LONGEST", 100)
    lines = list(lines_of(io.BytesIO(b"x" * 950 + b"\n" + b"y" * 99 + b"\n" + b"z" * 99)))
    assert lines == [(1, None), (2, b"y" * 99 + b"\n"), (3, b"z" * 99)]
    with pytest.raises(ValueError, match="longer than"):
        item_of(None)


def test_several_processes_say_what_one_says() -> None:
    many: list[bytes | dict[str, Any]] = [{**SENT, "id": number} for number in range(3 * BATCH + 1)]
    many[5] = b"{\n"
    assert coded(*many, jobs=2) == coded(*many)


@given(st.binary(max_size=200))
def test_reading_a_line_is_total(raw: bytes) -> None:
    for one in coded(raw.replace(b"\n", b" ") + b"\n", SENT):
        assert bool(one.json) != bool(one.problem)


@given(
    st.fixed_dictionaries(
        {},
        optional={"id": st.integers(), "text": st.text(), "context": st.text(), "title": st.text(), "date": st.text()},
    )
)
def test_any_object_of_texts_is_coded_or_told(item: dict[str, Any]) -> None:
    (one,) = coded(item)
    if one.problem:
        assert one.problem == "text is missing"
        assert "text" not in item
    else:
        assert json.loads(one.json)["id"] == item.get("id")


def test_a_file_is_refused_at_its_first_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"id": 1}\n{"id"\n', "utf-8")
    with pytest.raises(UsageError, match=r"x\.jsonl:2: not JSON"):
        read_items(str(path))
    with pytest.raises(UsageError, match="no such file"):
        read_items(str(tmp_path / "y.jsonl"))
