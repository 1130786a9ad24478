"""The codebook through the command line: copied, changed, checked, scored, used; and people's judgements of rows."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from db.archive import Archive
from db.lock import ArchiveLock
from tests.coded_file import coded_archive
from tests.commands import shiftwatch

BOOK = """[codebook]
name = "Fairs"

[[code]]
id = "fairs"
label = "Fairs"
definition = "Fairs are told of."
examples = ["The fair opened."]
counterexamples = ["It was only fair."]
pattern = [
  { phrases = ["fair", "fair opens"] },
]

[[code]]
id = "buses"
label = "Buses"
definition = "Buses are told of."
examples = ["The bus left."]
pattern = [{ phrases = ["bus"] }]
"""


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A folder with a coded archive."""
    coded_archive(tmp_path / "shiftwatch.db")
    return tmp_path


def judgements(room: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(room / "shiftwatch.db")) as db:
        return db.execute("SELECT shift, coder, verdict, reason, fixed FROM judgements ORDER BY id").fetchall()


def test_the_shipped_codebook_is_copied_named_and_checked(tmp_path: Path) -> None:
    made = shiftwatch("codebook", "init", "mine.toml", cwd=tmp_path)
    assert (made.code, made.err) == (0, "")
    again = shiftwatch("codebook", "init", "mine.toml", cwd=tmp_path)
    assert again.code == 2
    assert "--force overwrites" in again.err
    (tmp_path / "shiftwatch.toml").write_text('[coding]\ncodebook = "mine.toml"\n', "utf-8")
    checked = shiftwatch("codebook", "check", cwd=tmp_path)
    assert checked.code == 0
    assert checked.out.endswith("mine.toml: 32 codes, no errors, no warnings\n")
    shipped = shiftwatch("codebook", "check", "--json", cwd=tmp_path.parent).json
    assert shipped["hash"] == shiftwatch("codebook", "check", "--json", cwd=tmp_path).json["hash"]
    with (tmp_path / "mine.toml").open("a", encoding="utf-8") as file:
        file.write("# a note\n")
    assert shipped["hash"] != shiftwatch("codebook", "check", "--json", cwd=tmp_path).json["hash"]


def test_a_changed_codebook_is_warned_of_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "fairs.toml").write_text(BOOK, "utf-8")
    (tmp_path / "texts.jsonl").write_text('{"title": "Fair", "text": "The fair opens."}\n', "utf-8")
    ran = shiftwatch("codebook", "check", "fairs.toml", "--on", "texts.jsonl", cwd=tmp_path)
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "fairs.toml:9: warning: code 'fairs' fires on its counterexample 'It was only fair.'",
        "fairs.toml:11: warning: code 'fairs', pattern 1: 'fair opens' is never needed, 'fair' covers it (pattern 1)",
        "fairs.toml:14: warning: code 'buses' never fires on the texts of texts.jsonl (1)",
        "fairs.toml: 2 codes, no errors, 3 warnings",
    ]


def test_a_broken_codebook_is_exit_code_2_with_every_error_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(BOOK.replace('["bus"]', '["*"]').replace("label =", "lable =", 1), "utf-8")
    ran = shiftwatch("codebook", "check", "bad.toml", "--json", cwd=tmp_path)
    assert ran.code == 2
    assert [(one["line"], one["severity"]) for one in ran.json["findings"]] == [
        (4, "error"),
        (6, "error"),
        (19, "error"),
    ]
    assert ran.json["hash"] == ""
    used = shiftwatch("codebook", "show", "--codebook", "bad.toml", cwd=tmp_path)
    assert used.code == 2
    assert "bad.toml:6: code 'fairs': unknown key 'lable'" in used.err
    lost = shiftwatch("codebook", "check", "none.toml", cwd=tmp_path)
    assert lost.code == 2
    assert "no such codebook" in lost.err


def test_codes_that_never_fire_over_the_archive_are_told(room: Path) -> None:
    ran = shiftwatch("codebook", "check", "--archive", "shiftwatch.db", cwd=room)
    assert ran.code == 0
    assert "code 'detention' never fires on the stories of shiftwatch.db coded with this codebook (2)" in ran.out
    assert "'actor/ice'" not in ran.out
    (room / "fairs.toml").write_text(BOOK, "utf-8")
    other = shiftwatch("codebook", "check", "fairs.toml", "--archive", "shiftwatch.db", cwd=room).out
    assert "code 'buses' never fires on the stories of shiftwatch.db that came last (2)" in other
    assert "code 'fairs' never" not in other


def test_a_code_is_shown_with_all_that_is_said_of_it(tmp_path: Path) -> None:
    shown = shiftwatch("codebook", "show", "detention", cwd=tmp_path).out
    for words in ("Holding people", "exclude", "within 6 words of", "pattern 2"):
        assert words in shown
    assert "resource-shift/money" in shiftwatch("codebook", "show", cwd=tmp_path).out
    listed = shiftwatch("codebook", "show", "--json", cwd=tmp_path).json
    assert len(listed["codes"]) == 32
    wrong = shiftwatch("codebook", "show", "detentoin", cwd=tmp_path)
    assert wrong.code == 2
    assert "did you mean 'detention'" in wrong.err


GOLD = [
    {
        "id": 1,
        "text": "ICE sent 200 agents to Chicago.",
        "context": "",
        "is_shift": True,
        "shifts": [{"actor": "ICE", "status": "planned"}],
        "codes": ["resource-shift", "budget"],
        "weight": 2,
        "stratum": "news",
    },
    {"id": 2, "text": "The fair opens on Monday.", "context": "", "is_shift": False, "shifts": [], "codes": []},
    {"id": 3, "title": "Fair opens", "text": "The fair opens on Monday.", "label": "none"},
]


def write(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def test_the_machine_is_scored_against_gold_files(tmp_path: Path) -> None:
    write(tmp_path / "gold.jsonl", GOLD)
    found = shiftwatch("codebook", "eval", "gold.jsonl", "--json", "--errors", cwd=tmp_path).json
    assert found["sentences"]["all"] == {
        "precision": 1.0, "recall": 1.0, "f1": 1.0, "hits": 1, "false": 0, "missed": 0,
    }  # fmt: skip
    assert found["sentences"]["slots"]["status"] == {"right": 0, "of": 1, "accuracy": 0.0}
    assert found["sentences"]["codes"]["resource-shift"]["f1"] == 1.0
    assert found["sentences"]["codes"]["budget"]["recall"] == 0.0
    assert found["documents"]["labels"]["none"]["f1"] == 1.0
    assert ("status", "done", "planned") in [(one["kind"], one["ours"], one["gold"]) for one in found["errors"]]
    printed = shiftwatch("codebook", "eval", "gold.jsonl", "--errors", cwd=tmp_path).out
    assert "weighted to the live stream" in printed
    assert "stratum news" in printed
    assert "status 1  ours 'done', gold 'planned'" in printed


def test_two_coders_are_compared(tmp_path: Path) -> None:
    write(tmp_path / "kim.jsonl", GOLD)
    write(tmp_path / "lee.jsonl", [{**GOLD[0], "codes": ["budget"]}, {**GOLD[1], "is_shift": True}, GOLD[2]])
    found = shiftwatch("codebook", "eval", "kim.jsonl", "--against", "lee.jsonl", "--json", cwd=tmp_path).json
    assert found["is_shift"]["coders"] == ["kim", "lee"]
    assert (found["is_shift"]["agreed"], found["is_shift"]["kappa"]) == (0.5, 0.0)
    assert found["code budget"]["kappa"] == found["code budget"]["alpha"] == 1.0
    assert "kappa" in shiftwatch("codebook", "eval", "kim.jsonl", "--against", "lee.jsonl", cwd=tmp_path).out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"text": "x"}', "item 1 (without id): is_shift: expected true or false"),
        ('{"id": 4, "title": "x", "label": "main"}', "item 1 (4): label 'main': expected one of primary"),
        ("nothing", "gold.jsonl:1: not JSON"),
        ("", "holds no line"),
    ],
)
def test_a_file_that_is_no_gold_is_refused(tmp_path: Path, line: str, words: str) -> None:
    (tmp_path / "gold.jsonl").write_text(line + "\n", "utf-8")
    ran = shiftwatch("codebook", "eval", "gold.jsonl", cwd=tmp_path)
    assert ran.code == 2
    assert words in ran.err


def test_texts_outside_the_archive_are_coded_line_by_line(tmp_path: Path) -> None:
    lines = [GOLD[0], GOLD[2]]
    path = write(tmp_path / "in.jsonl", lines)
    with path.open("a", encoding="utf-8") as file:
        file.write('{"id": \n{"id": 7, "title": "ICE sends 200 agents to Chicago", "text": ""}\n')
    ran = shiftwatch("codebook", "predict", "in.jsonl", cwd=tmp_path)
    assert ran.code == 1
    assert ran.err.startswith("shiftwatch: in.jsonl:3: not JSON: Expecting value at character")
    assert ran.err.count("\n") == 1
    first, second, third = map(json.loads, ran.out.splitlines())
    assert first["shifts"][0]["actor"] == "ICE"
    assert (first["id"], second["id"], third["id"]) == (1, 3, 7)
    assert (second["label"], third["label"]) == ("none", "primary")
    again = shiftwatch("codebook", "predict", "in.jsonl", "--jobs", "2", "--codes", cwd=tmp_path)
    assert json.loads(again.out.splitlines()[0])["codes"][0] == "resource-shift"
    assert again.code == 1


def test_a_pipe_has_each_answer_before_the_next_line_is_sent(tmp_path: Path) -> None:
    root = Path(__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-m", "monitor", "codebook", "predict", "-"],
        cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as running:  # fmt: skip
        assert running.stdin is not None
        assert running.stdout is not None
        for number in range(3):
            running.stdin.write(json.dumps({**GOLD[0], "id": number}) + "\n")
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["id"] == number
        running.stdin.close()
        assert running.wait(20) == 0


def test_a_shift_is_judged_beside_the_machine_and_counted(room: Path) -> None:
    first = shiftwatch("judge", "1", "accept", "--coder", "kim", cwd=room)
    assert (first.code, first.out) == (0, "shift 1 accepted by kim\n")
    fixed = shiftwatch(
        "judge", "2", "fix", "--slot", "status=ongoing", "--slot", "origin=", "--reason", "still there", cwd=room,
        SHIFTWATCH_CODER="lee",
    )  # fmt: skip
    assert fixed.code == 0, fixed.err
    shiftwatch("judge", "3", "reject", "--coder", "kim", cwd=room)
    assert judgements(room) == [
        (1, "kim", "accept", "", "{}"),
        (2, "lee", "fix", "still there", '{"status": "ongoing", "origin": null}'),
        (3, "kim", "reject", "", "{}"),
    ]
    with closing(sqlite3.connect(room / "shiftwatch.db")) as db:
        seen = db.execute("SELECT id, status, origin, verdict, judged_by FROM judged_shifts ORDER BY id").fetchall()
    assert seen == [(1, "done", None, "accept", "kim"), (2, "ongoing", None, "fix", "lee")]
    listed = shiftwatch("judge", "--list", "--json", cwd=room).json
    assert [(one["shift"], one["verdict"], one["coder"]) for one in listed] == [
        (1, "accept", "kim"), (2, "fix", "lee"), (3, "reject", "kim"),
    ]  # fmt: skip
    assert "still there" in shiftwatch("judge", "2", "--list", cwd=room).out
    found = shiftwatch("codebook", "agreement", "--json", cwd=room).json
    assert [(one["coder"], one["precision"]) for one in found["coders"]] == [("kim", 0.5), ("lee", 1.0)]
    assert "3 shifts judged" in shiftwatch("codebook", "agreement", cwd=room).out


def test_judged_sentences_become_a_gold_file_the_machine_is_scored_with(room: Path) -> None:
    shiftwatch("judge", "2", "fix", "--slot", "status=ongoing", "--coder", "kim", cwd=room)
    shiftwatch("judge", "3", "reject", "--coder", "kim", cwd=room)
    (room / "gold.jsonl").write_text(shiftwatch("judge", "--list", "--gold", cwd=room).out, "utf-8")
    found = shiftwatch("codebook", "eval", "gold.jsonl", "--json", cwd=room).json["sentences"]
    assert (found["all"]["hits"], found["all"]["false"]) == (1, 1)
    assert found["slots"]["status"] == {"right": 0, "of": 1, "accuracy": 0.0}


def test_a_person_may_judge_while_the_archive_is_being_written(room: Path) -> None:
    with ArchiveLock(room / "shiftwatch.db"), Archive.open(room / "shiftwatch.db"):
        assert shiftwatch("judge", "1", "accept", cwd=room, SHIFTWATCH_CODER="kim").code == 0
    assert len(judgements(room)) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("99", "accept"), "no shift 99"),
        (("1", "fix"), "at least one --slot"),
        (("1", "accept", "--slot", "status=done"), "--slot goes with fix"),
        (("1", "fix", "--slot", "statu=done"), "did you mean 'status'"),
        (("1", "fix", "--slot", "status=done"), "read so already"),
        (("1",), "expected the id of a shift and one of"),
        (("1", "maybe"), "maybe"),
    ],
)
def test_a_wrong_judgement_is_one_clear_line_and_nothing_is_kept(
    room: Path, arguments: tuple[str, ...], words: str
) -> None:
    ran = shiftwatch("judge", *arguments, cwd=room, SHIFTWATCH_CODER="kim")
    assert ran.code == 2
    assert words in ran.err
    assert "Traceback" not in ran.err
    assert judgements(room) == []


def test_without_an_archive_judging_says_so(tmp_path: Path) -> None:
    ran = shiftwatch("judge", "1", "accept", "--coder", "kim", cwd=tmp_path)
    assert ran.code == 3
    assert "there is no archive yet" in ran.err
