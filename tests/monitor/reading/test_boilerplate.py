"""The wording of what stands around stories: known where it stands, and never taken for the story's own words."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.reading.boilerplate import is_caption, is_head, is_interjection, is_tail, trimmed

TAILS = [
    "Copyright 2026 Example Broadcasting. All rights reserved.",
    "© 2026 Example Media Group",
    "This material may not be published, broadcast, rewritten or redistributed.",
    "Sign up for our daily newsletter and get the top headlines.",
    "Follow us on Facebook and Instagram.",
    "Follow Jane Roe on X.",
    "Jane Roe is a staff writer for the Example Courier. Reach her at jroe@example.com.",
    "Jane Roe covers immigration and the courts for the Courier.",
    "The author is a fellow at the Example Institute and writes about borders.",
    "Read more:",
    "More from the Courier",
    "Related stories",
    "Most read",
    "Tags: border, staffing",
    "Filed under: Politics",
    "Posted in News, Politics",
    "Support independent journalism with a gift today.",
    "Readers like you make this work possible.",
    "Download the free Courier app for live news and weather alerts.",
    "The views expressed in this column are the author's own.",
    "Report a correction or typo",
    "Was this article helpful?",
    "* * *",
    "###",
    "Lesen Sie auch: Noch eine Geschichte",
    "À lire aussi",
]

STORY_ENDS = [
    "Copyright law does not protect the forms, the court said.",
    "Support for the transfers has fallen, according to a poll published on Friday.",
    "Follow-up inspections are planned for May.",
    "Tags on the vehicles showed that they came from the northern border.",
    "Recommended changes include hiring 200 agents, the report said.",
    "More agents will follow in the spring.",
    "Related charges against the company were dropped last year.",
    "Get-togethers of this kind have been banned since March.",
    "Associated Press writer Jane Roe in Washington contributed to this report.",
    "Correction: An earlier version of this story misstated the number of agents.",
    "“We will donate the money,” she said.",
    "Jane Roe is a mother of three who crossed the border in 2019.",
    "Topics at the hearing will include overtime, the chairman said.",
    "The agency did not respond to a request for comment.",
    "Join forces with the state, the sheriff urged the mayor.",
    "Local journalists were barred from the building.",
    "Your neighbors are afraid, she told the board.",
    "Subscribers to the plan lost their coverage in June.",
]

HEADS = [
    "By Jane Roe",
    "By Jane Roe and John Q. Public | Example Courier",
    "Published: Sep. 18, 2025 at 8:13 PM EDT",
    "Published September 18, 2025 | Updated September 19, 2025",
    "September 18, 2025",
    "18 September 2025",
    "5 min read",
    "Share this article",
    "Facebook Twitter Email",
    "Advertisement",
    "Getting your Harmony Audio player ready...",
    "Photo: Example Agency",
    "Por Juan Pérez",
    "Von Anna Beispiel",
    "Read this story in Spanish",
]

STORY_STARTS = [
    "By the time the agents arrived, the building was empty.",
    "By law, the agency must give notice of any transfer.",
    "WASHINGTON — The agency moved 40 agents on Monday.",
    "September was the busiest month on record, the agency said.",
    "Updated guidance issued on Monday tells agents to wait.",
    "Share prices of detention companies rose on Monday.",
    "The transfers were first reported by Reuters.",
    "Published reports put the number at 200, but officials would not confirm it.",
    "“Photo by photo, they built the case,” he said.",
    "*Updated guidance was sent to all stations.",
]


@pytest.mark.parametrize("text", TAILS)
def test_what_follows_a_story_is_known(text: str) -> None:
    assert is_tail(text)


@pytest.mark.parametrize("text", STORY_ENDS)
def test_a_storys_last_words_are_kept(text: str) -> None:
    assert not is_tail(text)


@pytest.mark.parametrize("text", HEADS)
def test_what_precedes_a_story_is_known(text: str) -> None:
    assert is_head(text)


@pytest.mark.parametrize("text", STORY_STARTS)
def test_a_storys_first_words_are_kept(text: str) -> None:
    assert not is_head(text)


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("ADVERTISEMENT", 0.0),
        ("Article continues below this ad", 0.0),
        ("RELATED: Another story about the border", 0.8),
        ("Read more: Another story about the border", 0.8),
        ("Lee también: Otra historia de la frontera", 0.9),
        ("MAYOR THANKS GOVERNOR FOR SENDING TROOPERS", 1.0),
        ("CLICK HERE TO GET THE EXAMPLE NEWS APP", 1.0),
        ("By signing up, you agree to our terms and privacy policy.", 0.3),
        ("Agents wait outside the building on Monday. (Photo by Jane Roe/Example Images)", 0.0),
        ("Agents wait outside the building on Monday. (Jane Roe for the Associated Press)", 0.0),
    ],
)
def test_interjections_are_known(text: str, linked: float) -> None:
    assert is_interjection(text, linked=linked)


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("Related: the agency also moved its aircraft to the south, where they remain.", 0.0),
        ("Watch for changes in the schedule, she said: they come without notice.", 0.1),
        ("THE AGENCY DENIED IT.", 0.0),
        ("Read the court order here and the opinion here.", 0.7),
        ("By submitting the form, he admitted that he had known of the transfers.", 0.0),
        ("She said the photo showed agents waiting outside the building.", 0.0),
        ("Click here for more information about all three centers.", 0.5),
    ],
)
def test_sentences_of_the_story_are_no_interjections(text: str, linked: float) -> None:
    assert not is_interjection(text, linked=linked)


def test_a_sentence_that_mentions_a_photo_agency_is_no_caption() -> None:
    assert not is_caption("The transfers were confirmed by three officials who spoke to Reuters.")


def test_both_ends_are_trimmed_and_nothing_between_them() -> None:
    story = ["The agency moved 40 agents.", "Share prices fell.", "By Jane Roe", "It declined to comment."]
    paragraphs = ["By Jane Roe", "5 min read", *story, "Read more:", "© 2026 Example"]

    assert trimmed(paragraphs) == range(2, 6)


def test_a_name_under_about_the_author_goes_with_it() -> None:
    paragraphs = ["The agency moved 40 agents.", "It declined to comment.", "Tags: border", "Jane Roe"]

    assert trimmed(paragraphs) == range(2)


def test_headings_with_nothing_under_them_are_trimmed() -> None:
    assert trimmed(["The agency moved 40 agents.", "What is next"], {1}) == range(1)


def test_a_section_of_other_stories_is_cut_off_with_its_links() -> None:
    story = ["The agency moved 40 agents from the northern border to the city on Monday, officials said."] * 4
    others = [
        "MORE NEWS FROM EXAMPLE CITY",
        "A cold case closes",
        "A canyon claims a hiker",
        "To be had as a podcast, too.",
    ]

    assert trimmed([*story, *others], linked={5, 6}) == range(4)


def test_a_section_that_is_most_of_the_text_is_left_alone() -> None:
    long = ["The agency moved 40 agents from the northern border to the city on Monday, officials said."] * 8

    assert trimmed(["It said so.", "More", *long]) == range(10)


@given(st.lists(st.sampled_from(TAILS + HEADS + STORY_ENDS), max_size=30))
def test_trimming_never_leaves_nothing(paragraphs: list[str]) -> None:
    kept = trimmed(paragraphs)

    assert bool(kept) == bool(paragraphs)
    assert 0 <= kept.start <= kept.stop <= len(paragraphs)


@pytest.mark.parametrize(
    "text",
    [
        "Published " + "1:00 " * 90 + "x",
        "updated " * 60 + "x",
        "(est)" * 90 + "x",
        "Jan 1 2025, " * 40 + "x",
        "share x | " * 50 + "!",
        "A " * 240 + "is",
        "make a " + "good-" * 90,
        "(" * 400,
        "photo by " * 50,
    ],
)
def test_no_pattern_explodes(text: str) -> None:
    began = time.process_time()

    is_head(text[:500])
    is_tail(text[:500])
    is_interjection(text[:300], linked=1.0)

    assert time.process_time() - began < 0.2
