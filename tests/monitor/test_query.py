"""One grammar: what is said is what is meant, errors point at their place, and printing a query gives it back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import QueryError
from monitor.query import MAX_DEPTH, MAX_TERMS, All, AnyOf, Field, Not, Phrase, Query, Word, parse, point_at

A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("", None),
        ("  \t\n ", None),
        ("a", A),
        ("a b c", All((A, B, C))),
        ("a AND b", All((A, B))),
        ("a OR b", AnyOf((A, B))),
        ("a b OR c", AnyOf((All((A, B)), C))),
        ("a (b OR c)", All((A, AnyOf((B, C))))),
        ("((a) (b (c)))", All((A, B, C))),
        ("(a OR b) OR c", AnyOf((A, B, C))),
        ("-a", Not(A)),
        ("NOT a", Not(A)),
        ("b -(a OR c)", All((B, Not(AnyOf((A, C)))))),
        ("-(-a)", A),
        ('"a b"', Phrase("a b")),
        ('"a  \n b "', Phrase("a b")),
        ("“a b”", Phrase("a b")),
        ('"say ""a"" now"', Phrase('say "a" now')),
        ('"OR"', Phrase("OR")),
        ("or and not", All((Word("or"), Word("and"), Word("not")))),
        ("redeploy*", Word("redeploy", prefix=True)),
        ("U.S.-Mexico", Word("U.S.-Mexico")),
        ("10:30", Word("10:30")),
        ("a\x00b", All((A, B))),
        ('a"b"', All((A, Phrase("b")))),
        ("source:CBP", Field("source", "cbp")),
        ("Kind:Release", Field("kind", "release")),
        ("domain:https://www.CBP.gov/newsroom", Field("domain", "cbp.gov")),
        ('source:"cbp"', Field("source", "cbp")),
        ('source:"two words"', Field("source", "two words")),
        ("lang:EN_us", Field("lang", "en-us")),
        ("after:2026", Field("after", "2026")),
        ("before:2026-5", Field("before", "2026-05")),
        ("after:2024-2-29", Field("after", "2024-02-29")),
        ("after:7D", Field("after", "7d")),
        ("-source:cbp", Not(Field("source", "cbp"))),
        ("tag:Resource-Shift", Field("tag", "resource-shift")),
        ("label:PRIMARY", Field("label", "primary")),
        ("actor:cbp beneficiary:ICE", All((Field("actor", "CBP"), Field("beneficiary", "ICE")))),
        ('actor:"national guard"', Field("actor", "NATIONAL_GUARD")),
        ("actor:irs-ci", Field("actor", "IRS-CI")),
        ("direction:border-to-interior", Field("direction", "border_to_interior")),
        ('state:"under way"', Field("state", "under way")),
        ("state:under-way", Field("state", "under way")),
        ('place:"Los  Angeles"', Field("place", "los angeles")),
        ("quantity>100", Field("quantity", ">100")),
        ("-quantity<=1,000", Not(Field("quantity", "<=1000"))),
        ("quantity:0300", Field("quantity", "300")),
        ("Quantity>=5", Field("quantity", ">=5")),
        ("quantity", Word("quantity")),
        ("event:012", Field("event", "12")),
        ("国境 警備隊", All((Word("国境"), Word("警備隊")))),
    ],
)
def test_what_is_said_is_what_is_meant(text, node):
    assert parse(text) == Query(node)
    assert parse(str(parse(text))) == Query(node)


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("agents (border", 7, "never closed"),
        ("agents) border", 6, "no opening one"),
        ("agents ()", 8, "nothing in these parentheses"),
        ("(a OR )", 6, "missing before"),
        ('say "border', 4, "never closed"),
        ("kind:lease", 5, "release, coverage, analysis"),
        ("foo:bar", 0, "no field foo:"),
        ("https://cbp.gov", 0, "put it in quotes"),
        ("a source:", 2, "needs a value"),
        ("source: cbp", 0, "right after the colon"),
        ("after:2026-13", 6, "2026-05-01"),
        ("after:2026-02-30", 6, "2026-05-01"),
        ("before:tomorrow", 7, "7d"),
        ("lang:english!", 5, "en"),
        ("domain:///", 7, "cbp.gov"),
        ("label:main", 6, "primary, mention, none"),
        ("status:soon", 7, "planned"),
        ("state:over", 6, "under-way"),
        ("resource:people", 9, "personnel"),
        ("agents quantity>many", 15, "whole number"),
        ("quantity>", 8, "whole number"),
        ("quantity:-3", 9, "whole number"),
        ("event:x", 6, "--events"),
        ("near:x", 5, "id of a story"),
        ("a OR", 3, "missing at the end"),
        ("a AND ", 4, "missing at the end"),
        ("OR a", 0, "both sides"),
        ("a OR OR b", 5, "both sides"),
        ("a - b", 2, "right before"),
        ("a --b", 2, "right before"),
        ("a NOT", 2, "NOT must stand before"),
        ("a ---", 2, "right before"),
        ("a 🚨", 2, "no letter or digit"),
        ('a "--"', 2, "no letter or digit"),
        ('""', 0, "no letter or digit"),
        ("***", 0, "no letter or digit"),
    ],
)
def test_errors_point_at_their_place(text: str, position: int, says: str):
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert says in str(caught.value)
    assert caught.value.position == position
    assert caught.value.query == text
    shown, caret = point_at(caught.value).split("\n")
    assert caret == " " * position + "^"
    assert shown == text


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "(" * 10_000 + "a" + ")" * 10_000,
        "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1),
        "-(" * 5_000,
        "(" * 9_999,
        ")" * 10_000,
        "-" * 10_000,
        '"' * 9_999,
        "a " * (MAX_TERMS + 1),
        "a OR " * 3_000,
    ],
)
def test_hostile_queries_are_one_error(text: str):
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert len(point_at(caught.value)) < 300
    assert len(str(caught.value)) < 300


def test_as_much_as_is_allowed_is_understood():
    deep = "(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH
    assert parse(deep) == Query(A)
    nested = "".join(f"(a {'OR' if n % 2 else 'AND'} " for n in range(MAX_DEPTH)) + "b" + ")" * MAX_DEPTH
    assert parse(str(parse(nested))) == parse(nested)
    assert len(list(parse("a " * MAX_TERMS).terms())) == MAX_TERMS


def test_terms_are_what_is_asked_for_in_order_and_not_what_is_left_out():
    query = parse('b (c OR "a b") -x source:cbp after:2026 d*')
    assert [str(term) for term in query.terms()] == ["b", "c", '"a b"', "d*"]


@given(st.text(max_size=60))
def test_any_text_is_a_query_or_an_error_that_points_into_it(text: str):
    try:
        query = parse(text)
    except QueryError as error:
        assert 0 <= error.position <= len(text)
        point_at(error)
    else:
        assert parse(str(query)) == query
        assert str(parse(str(query))) == str(query)


pieces = st.sampled_from(
    [
        "a", "b-c", '"', "“", "(", ")", " ", " OR ", " AND ", "NOT ", "-", "source:", "after:7d", "kind:release", "*",
        "é", "actor:", "CBP", "quantity>", "quantity<=", "7", "status:done", "state:under-way", "place:",
    ]
)  # fmt: skip


@given(st.lists(pieces, max_size=25).map("".join))
def test_any_jumble_of_the_grammars_pieces_prints_as_itself(text: str):
    try:
        query = parse(text)
    except QueryError as error:
        assert 0 <= error.position <= len(text)
    else:
        assert parse(str(query)) == query
