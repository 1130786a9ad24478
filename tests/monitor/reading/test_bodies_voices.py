"""The second opinions speak, and are compared with a page's paragraphs in any script."""

from __future__ import annotations

from lxml import etree, html

from monitor.reading.bodies_voices import Voice, readability_voice, slim_copy, trafilatura_voice
from monitor.reading.bodies_walk import segment

STORY = [
    "The agency moved 40 agents from the northern border to the city on Monday, two officials said.",
    "“We have never seen a shift of this size,” one of them said in an interview with the paper.",
    "The transfers began in March and will last for at least ninety days, according to a memo.",
    "Union leaders said the moves left smaller stations short of staff during the summer season.",
]
PAGE = (
    "<html><body><nav><a href=/a>News</a></nav><article class=story><h1>Agents moved</h1>"
    + "".join(f"<p>{sentence} {sentence}</p>" for sentence in STORY)
    + "</article></body></html>"
)


def tree() -> html.HtmlElement:
    return html.document_fromstring(PAGE.encode(), parser=html.HTMLParser(encoding="utf-8"))


def test_the_libraries_asked_for_second_opinions_still_answer() -> None:
    for text in (trafilatura_voice(slim_copy(tree())), readability_voice(tree())):
        assert all(sentence in text for sentence in STORY)


def test_a_slim_copy_leaves_the_page_alone() -> None:
    page = tree()
    before = etree.tostring(page)

    slim_copy(page)

    assert etree.tostring(page) == before


def test_a_voice_that_fails_is_silent() -> None:
    empty = html.Element("html")

    assert trafilatura_voice(empty) == ""
    assert readability_voice(html.Element("html")).strip() == ""


def test_paragraphs_are_recognised_in_another_rendering() -> None:
    blocks = segment(tree()).blocks
    voice = Voice("\n".join(f"- {sentence.upper().title()}" for sentence in STORY[:1]) + "\n" + "\n".join(
        f"{sentence}  {sentence}".replace("“", '"').replace("”", '"') for sentence in STORY[1:3]))  # fmt: skip

    assert voice.covers(blocks) == [False, False, True, True, False]


def test_a_long_paragraph_is_recognised_although_words_are_missing() -> None:
    block = segment(html.fromstring(f"<div><p>{' '.join(STORY)}</p></div>")).blocks[0]
    spoken = " ".join(STORY).replace("according to", "")

    assert Voice(spoken).covers([block]) == [True]


def test_a_word_is_not_recognised_inside_other_sentences() -> None:
    blocks = segment(html.fromstring("<div><p>Monday</p><p>Sponsored</p></div>")).blocks

    assert Voice("\n".join(STORY)).covers(blocks) == [False, False]
    assert Voice("\n".join([*STORY, "Monday"])).covers(blocks) == [True, False]


def test_scripts_without_spaces_are_compared_too() -> None:
    blocks = segment(html.fromstring("<div><p>異動は三月に始まり、少なくとも九十日間続くという。</p></div>")).blocks

    assert Voice("記事です。\n異動は三月に始まり 少なくとも九十日間続くという").covers(blocks) == [True]


def test_an_empty_voice_covers_nothing() -> None:
    voice = Voice("  ")

    assert not voice
    assert voice.covers(segment(tree()).blocks) == [False] * 5
    assert voice.found([], []) == 0.0
