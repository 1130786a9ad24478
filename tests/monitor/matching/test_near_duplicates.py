"""Copies and updates are linked; events told with the same template are not."""

# ruff: noqa: E501  prose reads better unbroken
from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.matching.near_duplicates import LEAST_WORDS, Relation, TextView, groups, judge
from tests.monitor.matching.texts import STORY, TAIL, charging, seizure, sentencing

WIRE_LEDE = "CHICAGO (AP) — Federal reinforcements are on their way north, people with knowledge of the move say.\n\n"


def relation(a: str, b: str) -> Relation | None:
    found = judge(TextView(text=a), TextView(text=b))
    return found.relation if found else None


def parts(text: str) -> list[str]:
    return text.split("\n\n")


def test_the_same_words_are_a_copy_however_they_are_set() -> None:
    flat = STORY.replace("“", '"').replace("”", '"').replace("\n\n", " ").upper()
    assert relation(STORY, flat) is Relation.COPY


def test_a_cut_version_is_linked() -> None:
    assert relation(STORY, "\n\n".join(parts(STORY)[:3])) is not None


def test_a_text_cut_later_is_a_copy_and_a_longer_one_later_an_update() -> None:
    short = "\n\n".join(parts(STORY)[:3])
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    cut = judge(TextView(text=STORY, at=early), TextView(text=short, at=late))
    longer = judge(TextView(text=short, at=early), TextView(text=STORY, at=late))
    assert cut is not None and cut.relation is Relation.COPY
    assert longer is not None and longer.relation is Relation.UPDATE


def test_a_wire_copy_with_another_lede_is_linked() -> None:
    assert relation(STORY, WIRE_LEDE + "\n\n".join(parts(STORY)[1:])) is not None


def test_a_story_told_further_is_an_update() -> None:
    more = (
        "A federal judge in Springfield set a hearing for Thursday on a motion by the city to stop the move.\n\n"
        "The city's lawyers argue that the memo was never published and that its author had no power to sign it.\n\n"
        "The department answered late on Tuesday that the agents would arrive as planned and stay through August."
    )
    assert relation(STORY, STORY + "\n\n" + more) is Relation.UPDATE


def test_the_charge_and_the_sentence_of_one_man_are_linked_as_an_update() -> None:
    assert relation(charging(), sentencing()) is Relation.UPDATE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (seizure(), seizure(port="Pembina", pounds=311, drug="methamphetamine", day="May 19", age=27)),
        (seizure(), seizure(pounds=118, day="March 29", age=51)),
        (sentencing(), sentencing("Priya Wojcik", "Toledo", "Ohio", 77, "8.8", "Cobalt Medical Supply", 39)),
        (sentencing(), charging("Priya Wojcik", "Toledo", "Ohio", "8.8", "Cobalt Medical Supply", 39)),
    ],
)
def test_two_events_told_with_one_template_are_not_linked(one: str, other: str) -> None:
    assert relation(one, other) is None


def test_two_stories_over_the_same_background_are_not_linked() -> None:
    background = "\n\n".join(parts(STORY)[3:])
    other = (
        "A bakery on Eighteenth Street closed early on Friday after its owner, Lucille Farrokh, received a call from a friend.\n\n"
        "The friend had seen two men photographing licence plates outside a laundry. They turned out to be insurance adjusters, "
        "the police district said, but by then most shops on the block had drawn their shutters, and the street stayed empty.\n\n"
        "Farrokh reopened on Saturday with a sign that read: all are welcome, bring exact change. By noon the bread was gone."
    )
    mine = "\n\n".join(parts(STORY)[:3])
    assert relation(mine + "\n\n" + background, other + "\n\n" + background) is None


def test_two_cases_under_one_long_update_are_not_linked_and_one_case_told_anew_is() -> None:
    ordinals = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
    court = "U.S. District Judge Ann Roe heard the {} motion of the press groups on a {} day of the term in Broadview, Illinois."
    update = "Raven Gilroy and Steve Haldane are among the plaintiffs of one suit.\n\n" + "\n\n".join(
        court.format(word, ordinals[-1 - at]) for at, word in enumerate(ordinals)
    )

    one = (
        f"{update}\n\n"
        + " ".join(
            f"Gilroy said pepper balls struck {what} as she filmed the {where} in the cold, minute after minute."
            for what, where in zip(
                "gates lamps tripods cameras helmets shoulders vests bags".split(), ordinals, strict=False
            )
        )
        + " Raven Gilroy was treated at a hospital."
    )
    other = (
        f"{update}\n\n"
        + " ".join(
            f"Two masked men pulled Haldane down by his {what}, and {where} of all asked for whom he wrote, Haldane recalled."
            for what, where in zip("belt strap jacket collar backpack sleeve hood arm".split(), ordinals, strict=False)
        )
        + " Steve Haldane was let go without charges that night."
    )
    one_title, other_title = "Photographer shot at gate", "Reporter tackled and held"
    assert judge(TextView(text=one, title=one_title), TextView(text=other, title=other_title)) is None
    told_anew = judge(TextView(text=one, title=one_title), TextView(text=one + "\n\n" + TAIL, title=other_title))
    assert told_anew is not None


def test_boilerplate_alone_links_nothing() -> None:
    assert relation(STORY + "\n\n" + TAIL, seizure()) is None


def test_very_short_texts_never_match_even_when_equal() -> None:
    short = " ".join(STORY.split()[: LEAST_WORDS - 1])
    assert relation(short, short) is None


def test_languages_never_match_each_other() -> None:
    assert judge(TextView(text=STORY, language="en"), TextView(text=STORY, language="es")) is None
    assert judge(TextView(text=STORY, language="en"), TextView(text=STORY, language="en-US")) is not None


PIECES = [
    *parts(STORY),
    *parts(seizure()),
    *parts(sentencing()),
    *parts(charging()),
    *parts(seizure(port="Pembina", pounds=9)),
]
texts = st.lists(st.sampled_from(PIECES), max_size=7).map("\n\n".join)
moments = st.none() | st.integers(1_600_000_000, 1_800_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))
views = st.builds(TextView, text=texts, language=st.sampled_from(["", "en", "es"]), at=moments)


@settings(deadline=None)
@given(views, views)
def test_the_verdict_is_symmetric(a: TextView, b: TextView) -> None:
    assert judge(a, b) == judge(b, a)


@settings(deadline=None)
@given(views)
def test_a_long_enough_text_is_a_copy_of_itself(a: TextView) -> None:
    found = judge(a, a)
    assert (found is not None and found.relation is Relation.COPY) == (len(a.text.split()) >= LEAST_WORDS + 5) or found


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=20), st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_the_order_of_pairs(pairs: list[tuple[int, int]], random: Random) -> None:
    rank = {i: ((i * 7) % 5, i) for i in range(13)}
    shuffled = [(b, a) if random.random() < 0.5 else (a, b) for a, b in random.sample(pairs, len(pairs))]
    found = groups(pairs, rank)
    assert found == groups(shuffled, rank)
    assert all(found[a] == found[b] for a, b in pairs)
    assert all(found[best] == best for best in found.values())
