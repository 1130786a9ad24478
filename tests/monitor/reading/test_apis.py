"""Reading JSON APIs by dotted paths."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import ApiRules
from monitor.reading.apis import read_api

URL = "https://www.agency.example/api/v1/press_releases.json?pagesize=2"

JUSTICE = ApiRules(
    items="results",
    link="url",
    title="title",
    date="date",
    updated="changed",
    summary="teaser",
    body="body",
    byline="component.0.name",
)
JUSTICE_ANSWER = {
    "metadata": {"responseInfo": {"status": 200}},
    "results": [
        {
            "uuid": "aaaa-1",
            "title": "Two Men Sentenced &amp; Fined",
            "url": "https://www.agency.example/opa/pr/two-men-sentenced",
            "date": "1786115045",
            "changed": 1786120000,
            "teaser": None,
            "body": "<p>WASHINGTON &ndash; Two men.</p>\n<p>See <a href='/opa/x'>the indictment</a>.</p>",
            "component": [{"name": "Office of Public Affairs"}],
        },
        {"uuid": "aaaa-2", "title": "No address here", "date": "soon"},
        {"uuid": "aaaa-3"},
        "not an item",
    ],
}  # fmt: skip
WORDPRESS = ApiRules(
    link="link",
    title="title.rendered",
    date="date_gmt",
    updated="modified_gmt",
    summary="excerpt.rendered",
    body="content.rendered",
)
WORDPRESS_ANSWER = [
    {
        "id": 7,
        "link": "https://research.example/short-reads/2026/08/07/what-we-know/",
        "date_gmt": "2026-08-07T15:04:05",
        "modified_gmt": "2026-08-08T00:00:00",
        "title": {"rendered": "What we know about <em>border</em> staff &#8211; 2026"},
        "excerpt": {"rendered": "<p>An excerpt.</p>\n", "protected": False},
        "content": {"rendered": "<p>One.</p><p>Two.</p>"},
    }
]  # fmt: skip


def body(answer: Any) -> bytes:
    return json.dumps(answer).encode()


def test_the_shape_of_the_justice_department() -> None:
    reading = read_api(body(JUSTICE_ANSWER), URL, "application/json", JUSTICE)
    release, bare = reading.leads
    assert (release.url, release.key) == ("https://www.agency.example/opa/pr/two-men-sentenced", "aaaa-1")
    assert (release.title, release.byline) == ("Two Men Sentenced & Fined", "Office of Public Affairs")
    assert release.text == "WASHINGTON – Two men.\n\nSee the indictment."
    assert [link.url for link in release.links] == ["https://www.agency.example/opa/x"]
    assert release.published is not None
    assert release.updated is not None
    assert (release.published.iso(), release.published.signal) == ("2026-08-07T15:04:05Z", "api:date")
    assert release.updated.iso() == "2026-08-07T16:26:40Z"
    assert (bare.url, bare.title, bare.published) == (f"{URL}#shiftwatch-entry=aaaa-2", "No address here", None)
    assert (reading.total, reading.problem) == (3, "")


def test_the_shape_of_wordpress() -> None:
    (lead,) = read_api(body(WORDPRESS_ANSWER), URL, "application/json", WORDPRESS).leads
    assert lead.title == "What we know about border staff – 2026"
    assert (lead.summary, lead.text, lead.key) == ("An excerpt.", "One.\n\nTwo.", "7")
    assert lead.published is not None
    assert lead.published.iso() == "2026-08-07T15:04:05Z"


def test_only_new_or_changed_items_are_leads() -> None:
    first = read_api(body(JUSTICE_ANSWER), URL, "", JUSTICE)
    assert read_api(body(JUSTICE_ANSWER), URL, "", JUSTICE, first.seen).leads == ()
    edited = json.loads(body(JUSTICE_ANSWER))
    edited["results"][0]["title"] = "Three Men"
    assert [lead.title for lead in read_api(body(edited), URL, "", JUSTICE, first.seen).leads] == ["Three Men"]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"", "broken JSON: Expecting value: line 1 column 1 (char 0)"),
        (b'{"error": {"code": 3}}', "no array at 'results'; the answer is an object of error"),
        (b"[]", "no array at 'results'; the answer is list"),
        (b'{"results": {}}', "no array at 'results'; the answer is an object of results"),
        (b"<!doctype html><title>Sign in</title>", 'an HTML page where JSON was due: "Sign in"'),
        (b'{"results":' + b"[" * 100_000, "JSON that is nested too deeply"),
        (b'{"results": [{"headline": "renamed"}]}', "none of 1 items has anything at 'url' or 'title'"),
    ],
)
def test_what_cannot_be_used_is_said_in_words(answer: bytes, problem: str) -> None:
    reading = read_api(answer, URL, "", JUSTICE, b"12345678")
    assert (reading.problem, reading.leads, reading.seen) == (problem, (), b"12345678")


def test_an_empty_array_is_no_problem() -> None:
    assert read_api(b'{"results": []}', URL, "", JUSTICE).problem == ""


def test_giant_numbers_are_no_trouble() -> None:
    answer = b'{"results": [{"title": "t", "url": "/a", "date": ' + b"9" * 50_000 + b', "changed": NaN}]}'
    (lead,) = read_api(answer, URL, "", JUSTICE).leads
    assert (lead.url, lead.published, lead.updated) == ("https://www.agency.example/a", None, None)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["results", "url", "title", "date", "body"]), inner, max_size=4)
    ),
)


@given(_json | st.fixed_dictionaries({"results": st.lists(_json, max_size=3)}))
def test_no_json_makes_it_raise(answer: Any) -> None:
    read_api(json.dumps(answer).encode(), URL, "", JUSTICE)
    read_api(json.dumps(answer).encode(), URL, "", WORDPRESS)


@given(st.binary(max_size=100))
def test_no_bytes_make_it_raise(answer: bytes) -> None:
    read_api(answer, URL, "", JUSTICE)
