"""A codebook is checked with file and line, refuses what would match everything, and says what fired."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.coding.codebook import check_codebook, default_codebook, load_codebook, parse_codebook
from monitor.errors import ConfigError
from monitor.model import StoryKind

HEAD = '[codebook]\nname = "mine"\n'


def book(patterns: str, more: str = "") -> str:
    code = '[[code]]\nid = "buses"\nlabel = "Buses"\ndefinition = "Buses are told of."\n'
    return f"{HEAD}\n{code}{more}pattern = [{patterns}]\n"


def test_the_shipped_codebook_is_clean_and_fires_on_its_examples() -> None:
    text = (Path(__file__).parents[3] / "monitor/coding/codebook.toml").read_text(encoding="utf-8")
    assert check_codebook(text) == []


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
        (HEAD + "[[code]\n", 3, "not TOML"),
        (book('{ phrases = ["*"] }'), 4, "'*' alone"),
        (book('{ phrases = ["a*"] }'), 4, "at least 3 letters"),
        (book('{ phrase = ["bus"] }'), 4, "expected a table"),
        (book('{ near = [["a"], [], 3] }'), 4, "empty"),
        (book('{ bodies = ["NOBODY"] }'), 4, "no body has the code"),
        (book('{ resource = ["money"] }'), 4, "needs reader"),
        (book(""), 4, "can never fire"),
        (book('{ phrases = ["bus"] }', 'colour = "red"\n'), 4, "unknown key 'colour'"),
        (book('{ phrases = ["bus"] }', 'parent = "cars"\n'), 4, "does not exist"),
    ],
)
def test_errors_name_file_and_line(text: str, line: int, words: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_codebook(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert words in str(caught.value)


def test_codes_that_never_fire_and_heavy_patterns_are_warned_of() -> None:
    many = ", ".join(f'"word{number}x"' for number in range(21))
    found = check_codebook(book(f"{{ near = [[{many}], [{many}], 3] }}"), sample=["Nothing of the kind."])
    assert [finding.error for finding in found] == [False, False]
    assert (
        "441" not in found[0].message
        and "slow" in found[0].message + found[1].message
        and "never fires" in found[0].message + found[1].message
    )


def test_the_hash_changes_with_the_content() -> None:
    assert default_codebook().hash != parse_codebook(book('{ phrases = ["bus"] }'), "mine.toml").hash
