"""Words with offsets, and sentences."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from monitor.matching.words import norms, sentences, words


@given(st.text(max_size=300))
@example("\u1037")
def test_every_word_is_where_it_says_and_words_do_not_overlap(text: str) -> None:
    end = 0
    for word in words(text):
        assert end <= word.start < word.end <= len(text)
        assert word.norm
        end = word.end


@given(st.text(max_size=300))
def test_norms_are_the_words_norms(text: str) -> None:
    assert norms(text) == [word.norm for word in words(text)]


@given(st.text(max_size=300))
def test_sentences_cover_everything_but_white_space(text: str) -> None:
    spans = sentences(text)
    inside = "".join(text[a:b] for a, b in spans)
    assert "".join(inside.split()) == "".join(text.split())
    assert all(a < b for a, b in spans)


def test_case_punctuation_and_apostrophes_are_folded_and_numbers_kept() -> None:
    assert norms("The Department’s “U.S.” plan: 1,120 agents, 3.2 million") == norms(
        "the departments US plan 1120 agents 3.2 MILLION"
    )


def test_accents_are_folded() -> None:
    assert norms("José Domínguez") == norms("Jose Dominguez")


def test_scripts_without_spaces_give_a_word_a_character() -> None:
    assert norms("移民局") == ["移", "民", "局"]


def test_abbreviations_end_no_sentence() -> None:
    text = "U.S. Attorney Ann Roe spoke on Nov. 3 in St. Paul. Gov. Lee Poe listened.\nA line of its own"
    assert [text[a:b] for a, b in sentences(text)] == [
        "U.S. Attorney Ann Roe spoke on Nov. 3 in St. Paul.",
        "Gov. Lee Poe listened.",
        "A line of its own",
    ]
