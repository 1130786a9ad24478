"""Values survive being stored: leads, moments, dates; and cosmetics are told from changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.leads import lead_json, lead_of, said_hash
from db.texts import domain_of, text_hash
from db.times import dated, iso, iso_millis, moment
from monitor.model import Dated, Lead, Link, Precision

text = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
moments = st.integers(-62_135_500_000, 253_402_200_000).map(  # from the year 1 to 9999
    lambda seconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@st.composite
def dates(draw) -> Dated:
    at, precision = draw(moments), draw(st.sampled_from(Precision))
    if precision in (Precision.DAY, Precision.MONTH):
        at = at.replace(hour=0, minute=0, second=0, day=1 if precision is Precision.MONTH else at.day)
    return Dated(at=at, precision=precision, signal=draw(text))


leads = st.builds(
    Lead, url=text, key=text, title=text, summary=text, text=text, byline=text, language=text,
    position=st.integers(0, 9),
    published=st.none() | dates(), updated=st.none() | dates(),
    links=st.lists(st.builds(Link, url=text, text=text), max_size=2).map(tuple),
)  # fmt: skip


@given(leads)
def test_a_lead_is_stored_whole(lead: Lead):
    assert lead_of(lead_json(lead), lead.url) == lead


@given(leads)
def test_a_lead_whose_story_is_filed_is_stored_without_its_text(lead: Lead):
    kept = lead_of(lead_json(lead, whole=False), lead.url)
    assert (kept.text, kept.links) == ("", ())
    assert (kept.title, kept.summary, kept.published) == (lead.title, lead.summary, lead.published)


@given(leads)
def test_a_channels_order_is_nothing_it_says(lead: Lead):
    moved = Lead(**{**{name: getattr(lead, name) for name in Lead.__slots__}, "position": lead.position + 1})
    assert said_hash(moved) == said_hash(lead)


@given(moments, moments)
def test_comparing_text_compares_moments(one: datetime, other: datetime):
    assert (iso(one) < iso(other)) == (one < other)
    assert moment(iso(one)) == one
    assert moment(iso_millis(one)) == one


def test_moments_of_other_zones_are_stored_in_utc():
    at = datetime(2026, 5, 1, 12, tzinfo=timezone(timedelta(hours=-4)))
    assert iso(at) == "2026-05-01T16:00:00Z"
    assert iso_millis(at) == "2026-05-01T16:00:00.000Z"


@given(dates())
def test_a_date_is_stored_as_exactly_as_it_is_known(date: Dated):
    assert dated(date.iso(), date.precision, date.signal) == date


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.cbp.gov/a", "cbp.gov"),
        ("http://edition.CNN.com:8080/a?b=//c", "edition.cnn.com"),
        ("https://user:pass@example.org#x", "example.org"),
        ("https://[::1]:80/a", "[::1]"),
        ("https://example.org?x=1", "example.org"),
        ("nothing", ""),
        ("", ""),
    ],
)
def test_a_storys_domain_is_its_host(url: str, domain: str):
    assert domain_of(url) == domain


@given(
    st.lists(st.text("abé\u0301", min_size=1, max_size=4), min_size=1, max_size=6), st.randoms(use_true_random=False)
)
def test_cosmetics_do_not_change_a_texts_hash_and_words_do(words, random):
    spaces = [" ", "  ", "\n\n", "\u00a0", "\u200b ", "\t"]
    dressed = "".join(word + random.choice(spaces) for word in words)
    assert text_hash("t", dressed) == text_hash("t ", " ".join(words))
    assert text_hash("t", dressed + "x") != text_hash("t", dressed)
    assert text_hash("t", "Caf\u00e9") == text_hash("t", "Cafe\u0301")
