"""Laws of groups, intervals of lag, and what a signature keeps."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from monitor.identity import cited, compare, groups, lag, months_around, sign
from monitor.model import StoryKind
from monitor.verdicts import Told
from tests.monitor.matching.texts import STORY


def told(number: int = 1, **over: object) -> Told:
    given_ = {
        "story": number, "url": f"https://desk.example.org/{number}", "kind": StoryKind.COVERAGE, "title": "Agents",
        "text": STORY, "byline": "", "language": "en", "outlet": "The Desk", "links": (),
        "published": "2026-05-01T12:00:00Z", "first_seen": "2026-05-01T13:00:00Z",
    }  # fmt: skip
    return Told(**{**given_, **over})  # type: ignore[arg-type]


PAIRS = st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1]), max_size=20)
RANK = {number: (str(number),) for number in range(10)}


@given(PAIRS, PAIRS, st.randoms())
def test_groups_are_the_same_in_any_order_and_hold_no_pair_a_hand_took_apart(pairs, apart, rng):
    copies = [(one, other, (one * 7 + other) % 5 / 5) for one, other in pairs]
    first = groups(copies, RANK, apart)
    rng.shuffle(copies)
    turned = [(other, one, alike) for one, other, alike in copies]
    assert groups(turned, dict(reversed(RANK.items())), [(y, x) for x, y in apart]) == first
    assert all(first[one] != first[other] for one, other in apart)
    assert all(first[story] <= story and first[first[story]] == first[story] for story in RANK)


@given(PAIRS)
def test_without_a_hand_every_pair_is_in_one_group(pairs):
    first = groups([(*pair, 1.0) for pair in pairs], RANK)
    assert all(first[one] == first[other] for one, other in pairs)


def test_a_hand_joins_what_no_text_does_and_outweighs_the_likest_pair():
    assert groups([], RANK, (), [(3, 5)])[5] == 3
    first = groups([(1, 2, 1.0), (2, 3, 0.9)], RANK, [(1, 3)])
    assert (first[1], first[2], first[3]) == (1, 1, 3)


def test_the_lag_of_moments_is_exact():
    release = told(1, published="2026-05-01T10:00:00Z")
    assert lag(release, told(2)) == (7200, 7200)


def test_a_date_without_a_time_leaves_its_day_and_the_american_zones_open():
    release = told(1, published="2026-05-01", first_seen="2026-06-01T00:00:00Z")
    assert lag(release, told(2)) == (-24 * 3600, 12 * 3600)


def test_nothing_was_published_after_it_was_seen():
    release = told(1, published="2026-05-01", first_seen="2026-05-01T11:00:00Z")
    assert lag(release, told(2)) == (3600, 12 * 3600)


def test_an_undated_story_appeared_between_the_looks():
    release = told(1, published="2026-05-01T10:00:00Z")
    story = told(2, published="", not_before="2026-05-01T12:30:00Z")
    assert lag(release, story) == (9000, 10800)
    assert lag(release, told(2, published="")) == (None, 10800)


def test_coverage_is_looked_for_in_the_months_after_a_release():
    assert len(months_around(datetime(2026, 5, 1, tzinfo=UTC))) == 3
    assert len(months_around(datetime(2026, 12, 15, tzinfo=UTC))) == 3


def test_links_to_agencies_are_kept_in_canonical_form():
    links = ("https://www.cbp.gov/a/?utm_source=x", "https://news.example.org/b", "https://agency.example/c")
    assert cited(links, frozenset({"agency.example"})) == ("https://www.cbp.gov/a", "https://agency.example/c")


def test_a_short_text_keeps_no_fingerprint_and_its_credit_is_read_all_the_same():
    (signature,) = sign([told(text="CHICAGO (AP) — Agents left.", byline="")], frozenset())
    assert (signature.sketch, signature.prints, signature.origin) == (b"", b"", "Associated Press")


def test_comparing_is_symmetric_and_never_across_languages():
    one, other = told(1), told(2, text=STORY + "\n\nRead more on our site.", published="2026-05-02T12:00:00Z")
    (forth,), (back,) = compare(one, [other], [], 0).matches, compare(other, [one], [], 0).matches
    assert (forth[1], back[1]) == (back[1], forth[1])
    assert compare(one, [told(2, language="es")], [], 0).matches == ()
