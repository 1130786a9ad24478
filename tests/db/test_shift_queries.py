"""What is asked of a shift is answered by one shift; the examples of the documentation find what they promise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.archive import Archive
from monitor.query import FIELDS, SHIFT_FIELDS, parse
from tests import factories as make
from tests.coded import code
from tests.db.filed import rows, visit

ROOT = Path(__file__).parents[2]
TEXTS = {
    1: "CBP sent 200 agents from the Laredo sector to Memphis to assist ICE, the agency said.",
    2: "The president deployed 2,000 National Guard troops to Los Angeles.\n\nICE sent 40 officers to Chicago.",
    3: "A judge blocked the deployment of 500 National Guard troops to Portland.",
    4: "The council met on Tuesday and adjourned without a vote.",
    5: "The sheriff said the county will send up to 20 deputies to the border to help the Border Patrol.",
}


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = Archive.open(tmp_path_factory.mktemp("asked") / "shiftwatch.db")
    archive.sync_sources([make.source()])
    archive.file_imports(
        [
            visit(url=f"https://desk.example.org/{number}", title=f"Day {number}", text=text)
            for number, text in TEXTS.items()
        ]
    )
    code(archive)
    return archive


def stories(archive: Archive, query: str) -> list[int]:
    found = sorted(row["id"] for row in archive.stories(parse(query), now=make.NOW))
    assert archive.count(parse(query), now=make.NOW) == len(found)
    return found


def shifts(archive: Archive, query: str) -> list[tuple[int, str]]:
    found = sorted((row["story"], row["actor"]) for row in archive.shifts(parse(query), now=make.NOW))
    assert archive.count_shifts(parse(query), now=make.NOW) == len(found)
    return found


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("actor:CBP", [1]),
        ("actor:CBP beneficiary:ICE", [1]),
        ("actor:ICE", [2]),
        ("actor:ICE place:chicago", [2]),
        ("actor:NATIONAL_GUARD place:chicago", []),  # story 2 has both, but in two shifts
        ("actor:NATIONAL_GUARD OR place:chicago", [2, 3]),
        ("(actor:NATIONAL_GUARD OR actor:ICE) place:angeles", [2]),
        ("actor:NATIONAL_GUARD -place:angeles", [3]),
        ("-place:angeles actor:NATIONAL_GUARD", [3]),
        ("-actor:NATIONAL_GUARD", [1, 4, 5]),
        ("-(actor:NATIONAL_GUARD place:chicago)", [1, 2, 3, 4, 5]),
        ("actor:NATIONAL_GUARD officers", [2]),
        ("quantity>1000", [2]),
        ("quantity>=2000", [2]),
        ("quantity:200", [1]),
        ("quantity<50", [2, 5]),
        ("quantity<=20", [5]),
        ("quantity>1,000 -actor:CBP", [2]),
        ("status:blocked", [3]),
        ("state:blocked", [3]),
        ("resource:personnel", [1, 2, 3, 5]),
        ("place:laredo", [1]),
        ("label:none", [4]),
        ("label:primary OR label:mention", [1, 2, 3, 5]),
        ("tag:resource-shift", [1, 2, 3, 5]),
        ("tag:actor", [1, 2, 3, 5]),
        ("tag:resource", []),
        ("-tag:resource-shift", [4]),
    ],
)
def test_side_by_side_one_shift_has_it_all(coded: Archive, query: str, ids: list[int]):
    assert stories(coded, query) == ids


def test_the_table_of_shifts_lists_the_rows_that_match_and_not_their_neighbours(coded: Archive):
    assert shifts(coded, "actor:ICE") == [(2, "ICE")]
    assert shifts(coded, "chicago") == [(2, "ICE"), (2, "NATIONAL_GUARD")], "words are asked of the story"
    assert shifts(coded, "chicago -actor:ICE") == [(2, "NATIONAL_GUARD")]
    assert shifts(coded, "-beneficiary:ICE quantity>1000") == [(2, "NATIONAL_GUARD")]
    assert shifts(coded, "actor:CBP OR council") == [(1, "CBP")]
    ((event,),) = rows(coded, "SELECT event FROM shifts WHERE actor = 'CBP'")
    assert shifts(coded, f"event:{event}") == [(1, "CBP")]


def test_every_field_is_documented_and_every_example_of_the_documentation_is_answered(coded: Archive):
    document = (ROOT / "docs" / "searching.md").read_text(encoding="utf-8")
    examples = re.findall(r"^\| `([^`]+)` \|", document, re.MULTILINE)
    assert len(examples) > 15
    for example in examples:
        list(coded.stories(parse(example), now=make.NOW))
        list(coded.shifts(parse(example), now=make.NOW))
    named = {name for name in FIELDS if any(re.search(rf"\b{name}[:<>]", example) for example in examples)}
    assert named == set(FIELDS)


parts = st.sampled_from(
    [
        "actor:CBP", "actor:ICE", "actor:NATIONAL_GUARD", "beneficiary:ICE", "quantity>100", "quantity<=40",
        "place:angeles", "status:blocked", "state:blocked", "tag:resource-shift", "label:none", "troops",
        '"40 officers"',
    ]
)  # fmt: skip
queries = st.recursive(
    parts,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda some: "(" + " ".join(some) + ")"),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: "(" + " OR ".join(some) + ")"),
        inner.map(lambda one: f"-({one})"),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(queries)
def test_a_query_printed_from_its_parse_finds_the_same(coded: Archive, text: str):
    printed = str(parse(text))
    assert stories(coded, text) == stories(coded, printed)
    assert shifts(coded, text) == shifts(coded, printed)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(queries)
def test_of_shifts_what_is_left_out_is_the_rest(coded: Archive, text: str):
    assert sorted(shifts(coded, text) + shifts(coded, f"-({text})")) == shifts(coded, "")


def test_fields_of_a_shift_are_fields():
    assert set(SHIFT_FIELDS) < set(FIELDS)
