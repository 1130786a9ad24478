"""A codebook is checked with file and line, refuses what would match everything, and says what fired."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.coding.checking import Fired, check_codebook, fired_on
from monitor.coding.codebook import default_codebook, default_text, load_codebook, parse_codebook
from monitor.errors import ConfigError
from monitor.model import StoryKind

HEAD = '[codebook]\nname = "mine"\n'


def book(patterns: str, more: str = "") -> str:
    code = '[[code]]\nid = "buses"\nlabel = "Buses"\ndefinition = "Buses are told of."\n'
    return f"{HEAD}\n{code}{more}pattern = [{patterns}]\n"


def test_the_shipped_codebook_is_clean_and_fires_on_its_examples() -> None:
    assert check_codebook(default_text()) == []


def test_phrases_stems_and_nearness_fire() -> None:
    coded = parse_codebook(
        book('{ phrases = ["chartered bus*"] }, { near = [["depot"], ["detain*"], 4] }'), "mine.toml"
    )
    assert [tag.rule for tag in coded.tags("They chartered buses.\nA depot held the detained men.")] == [
        "buses#1:chartered bus*",
        "buses#2:depot",
    ]
    assert coded.tags("The depot is far away from where the men were detained.") == ()


def test_not_keeps_a_pattern_from_firing() -> None:
    coded = parse_codebook(book('{ phrases = ["bus"], not = ["school"] }'), "mine.toml")
    assert coded.tags("The bus left.") and not coded.tags("The school bus left.")


def test_kinds_and_languages_limit_a_code() -> None:
    coded = parse_codebook(book('{ phrases = ["bus"] }', 'kinds = ["release"]\nlanguages = ["en"]\n'), "mine.toml")
    assert coded.tags("The bus left.", kind=StoryKind.RELEASE)
    assert not coded.tags("The bus left.", kind=StoryKind.COVERAGE)
    assert not coded.tags("The bus left.", kind=StoryKind.RELEASE, language="es")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD + "[[code]\n", 3, "not valid TOML"),
        (book('{ phrases = ["*"] }'), 8, "'*' alone"),
        (book('{ phrases = ["a*"] }'), 8, "at least 3 letters"),
        (book('{ phrase = ["bus"] }'), 8, "expected a table"),
        (book('{ near = [["a"], [], 3] }'), 8, "empty"),
        (book('{ bodies = ["NOBODY"] }'), 8, "no body has the code"),
        (book('{ resource = ["money"] }'), 8, "needs reader"),
        (book(""), 8, "can never fire"),
        (book('{ phrases = ["bus"] }', 'colour = "red"\n'), 8, "unknown key 'colour'"),
        (book('{ phrases = ["bus"] }', 'parent = "cars"\n'), 8, "does not exist"),
        (book('{ phrases = ["bus"] }', 'parent = "buses"\n'), 8, "its own parent"),
        (book('{ phrases = ["bus"] }', 'languages = ["english"]\n'), 8, "a short code"),
        (book('{ phrases = ["bus"] }', 'kinds = ["releases"]\n'), 8, "did you mean 'release'"),
        (book('{ phrases = ["bus"] }', "include = 3\n"), 8, "expected text in quotes"),
        (book('{ phrases = ["bus"] },\n{ reader = "shifts", status = ["don"] }'), 9, "did you mean 'done'"),
        (book('{ phrases = ["bus"] }') + "[code.more]\n", 9, "unknown key 'more'"),
        ('[codebok]\nname = "x"\n', 1, "did you mean 'codebook'"),
        (HEAD + "[[code]]\nid = 3\n", 4, "id 3"),
        (HEAD + "code = 3\n", 3, "unknown key 'code'"),
        (book('{ phrases = ["dep*rt"] }'), 8, "may only end a word"),
    ],
)
def test_errors_name_file_and_line(text: str, line: int, words: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_codebook(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert words in str(caught.value)


def said(text: str, fired: tuple[Fired, ...] = ()) -> list[tuple[int, str]]:
    """Line and words of every warning; nothing here may be an error."""
    found = check_codebook(text, fired)
    assert not any(finding.error for finding in found)
    return [(finding.line, finding.message) for finding in found]


EXAMPLE = 'examples = ["The bus left."]\n'


def test_heavy_patterns_and_codes_that_never_fire_are_warned_of() -> None:
    many = ", ".join(f'"word{number}x"' for number in range(21))
    text = book(f'{{ near = [[{many}], [{many}], 3] }}, {{ phrases = ["bus"] }}', EXAMPLE)
    fired = fired_on(parse_codebook(text, "mine.toml"), [("", "Nothing of the kind.")], "the texts")
    (never, heavy) = said(text, (fired,))
    assert never == (4, "code 'buses' never fires on the texts")
    assert heavy[0] == 9
    assert "21 times 21 combinations are slow" in heavy[1]
    assert said(text, (fired_on(parse_codebook(text, "mine.toml"), [("", "A bus.")], "the texts"),)) == [heavy]


def test_a_code_that_fires_on_most_sentences_is_warned_of() -> None:
    text = book('{ phrases = ["bus"] }', EXAMPLE)
    assert "61 of 100 sentences of x" in said(text, (Fired(codes={"buses": 61}, sentences=100, where="x"),))[0][1]
    assert said(text, (Fired(codes={"buses": 9}, sentences=10, where="x"),)) == []


@pytest.mark.parametrize(
    ("pattern", "more", "words"),
    [
        ('{ phrases = ["bus"] }', 'examples = ["A tram left."]\n', "does not fire on its example 'A tram left.'"),
        ('{ phrases = ["bus"] }', EXAMPLE + 'counterexamples = ["A bus."]\n', "fires on its counterexample 'A bus.'"),
        ('{ phrases = ["bus"] }', "", "has no examples"),
        ('{ phrases = ["bus", "the"] }', EXAMPLE, "'the' stands in nearly every text"),
        ('{ phrases = ["bus", "bus"] }', EXAMPLE, "'bus' is written twice"),
        ('{ phrases = ["bus"] }, { phrases = ["bus"] }', EXAMPLE, "'bus' is written twice"),
        ('{ phrases = ["bus", "school bus"] }', EXAMPLE, "'school bus' is never needed, 'bus' covers it"),
        ('{ phrases = ["school bus", "bus"] }', EXAMPLE, "'school bus' is never needed, 'bus' covers it (pattern 1)"),
        ('{ phrases = ["bus", "=Bus"] }', EXAMPLE, "'=Bus' is never needed, 'bus' covers it"),
        ('{ phrases = ["bus", "border patrol agents"], bodies = ["USBP"] }', EXAMPLE, "'border patrol' covers it"),
        ('{ phrases = ["bus", "tram", "trams*"], not = ["tram*"] }', EXAMPLE, "not = 'tram*' forbids it"),
        ('{ phrases = ["bus", "It stopped. The bus"] }', EXAMPLE, "a sentence ends within it"),
        ('{ phrases = ["bus", "=BUS*"] }', EXAMPLE, "after '=' a star is no joker"),
        ('{ phrases = ["bus"] }, { near = [["of"], ["depot"], 3] }', EXAMPLE, "so the other word alone decides"),
    ],
)
def test_patterns_and_examples_that_do_not_do_their_work_are_warned_of(pattern: str, more: str, words: str) -> None:
    assert any(words in message for _, message in said(book(pattern, more)))


def test_a_narrower_pattern_makes_none_needless() -> None:
    assert said(book('{ phrases = ["bus"], not = ["school"] }, { phrases = ["bus stop", "tram"] }', EXAMPLE)) == []


def test_a_list_of_thousands_of_phrases_is_checked_in_a_moment() -> None:
    many = ", ".join(f'"word{number}x other{number}x"' for number in range(5_000))
    begun = time.process_time()
    assert said(book(f'{{ phrases = ["bus", {many}] }}', EXAMPLE)) == []
    assert time.process_time() - begun < 5


def test_a_warning_stands_at_its_own_line() -> None:
    text = book('\n  { phrases = ["bus"] },\n  { phrases = ["of"] },\n', EXAMPLE)
    assert said(text) == [(11, "code 'buses', pattern 2: 'of' stands in nearly every text")]


@pytest.mark.parametrize("phrase", ["the sheriff's deputies", "U.S. troops", "287(g)", "=ICE", "got-aways", "AT&T"])
def test_a_phrase_is_cut_as_the_text_is(phrase: str) -> None:
    coded = parse_codebook(book(f'{{ phrases = ["{phrase}"] }}'), "mine.toml")
    assert coded.tags(f"It was {phrase.removeprefix('=')} that came.")


@given(st.lists(st.sampled_from(["aaa", "bbb", "x"]), max_size=30), st.integers(1, 5))
def test_words_near_each_other_are_found_as_by_trying_all_pairs(words: list[str], distance: int) -> None:
    coded = parse_codebook(book(f'{{ near = [["aaa"], ["bbb"], {distance}] }}'), "mine.toml")
    places = [(one, other) for one, a in enumerate(words) for other, b in enumerate(words) if (a, b) == ("aaa", "bbb")]
    assert bool(coded.tags(" ".join(words))) == any(abs(one - other) <= distance for one, other in places)


@given(st.text(max_size=60), st.sampled_from(["phrases", "not", "bodies", "reader", "near", "label"]))
def test_checking_is_total_over_what_a_user_may_write(text: str, key: str) -> None:
    for finding in check_codebook(book(f'{{ phrases = ["bus"], {key} = {json.dumps([text, [text], 3])} }}')):
        assert finding.line >= 0
    check_codebook(text)


def test_a_sentence_of_200_000_characters_with_near_words_far_apart_takes_less_than_a_second() -> None:
    text = ("asylum " * 14_000 + "filler " * 60 + "rule " * 20_000)[:200_000]
    default_codebook().tags("warm up")
    begun = time.process_time()
    default_codebook().tags(text)
    assert time.process_time() - begun < 1


def test_the_hash_changes_with_the_content() -> None:
    assert default_codebook().hash != parse_codebook(book('{ phrases = ["bus"] }'), "mine.toml").hash
