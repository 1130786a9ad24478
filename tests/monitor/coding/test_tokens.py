"""Words kept from text to text: what is kept changes nothing, and every token is found again where it stands."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from monitor.coding.arguments import ENDINGS, LEADS, _Reader
from monitor.coding.cut import cut_one
from monitor.coding.frames import frames
from monitor.coding.kept import SHORT, Kept
from monitor.coding.marking import mark
from monitor.coding.tokens import starts, tokens

PIECES = st.sampled_from(
    "the ICE's don’t wouldn't U.S. 1,200 300-member 287(g) from to off Chicago, İstanbul A_B … “Guard” said. agents "
    "sent moved who that and , . there out of with Texas National border National's n't 's x".split()
)
TEXTS = st.lists(PIECES, max_size=40).map(" ".join) | st.text(alphabet="aAsStnN.'’-1,_ \n\x1cİßΣ(g)&", max_size=60)


@given(TEXTS)
@example("agents' n't")
@example("A_B__C")
def test_every_token_stands_where_it_is_said_to_start(text: str):
    words = tokens(text)
    found = starts(text, words)
    assert [text[at : at + len(word.text)] for at, word in zip(found, words, strict=True)] == [w.text for w in words]
    assert all(at + len(word.text) <= after for at, word, after in zip(found, words, found[1:], strict=False))


@given(TEXTS, TEXTS)
def test_what_stands_on_both_sides_of_white_space_is_cut_alone(one: str, other: str):
    assert tokens(f"{one} {other}") == [*tokens(one), *tokens(other)][:400]
    together = f"{one}\t{other}".lower()
    assert cut_one(together).words == [*cut_one(one.lower()).words, *cut_one(other.lower()).words]


def test_a_contraction_counts_as_one_where_the_rest_of_a_list_is_left_out():
    assert [word.text for word in tokens("Texas's don't a b c", most=3)] == ["Texas", "'s", "do", "n't", "a"]


@given(st.lists(st.text(max_size=SHORT + 2)), st.integers(1, 4))
def test_what_is_kept_is_what_would_be_made(texts: list[str], most: int):
    kept = Kept(str.upper, most)
    assert [kept[text] for text in texts] == [text.upper() for text in texts]
    assert len(kept) <= most


def test_a_string_that_is_long_is_not_kept():
    kept = Kept(len)
    assert (kept["a" * SHORT], kept["a" * (SHORT + 1)]) == (SHORT, SHORT + 1)
    assert len(kept) == 1


@given(TEXTS)
@example("The agency sent agents from El Paso and Laredo to Chicago, who, they said, work there with ICE; it ended.")
def test_a_word_that_is_passed_over_ends_no_clause_and_leads_nowhere(text: str):
    marked = mark(f"The Pentagon sent 300 agents {text}")
    for frame in frames(marked):
        for at, low in enumerate(marked.lows):
            reader = _Reader(marked, frame)
            assert low in ENDINGS or not reader._ends(at)
            assert low in LEADS or reader._step(at) == at + 1
