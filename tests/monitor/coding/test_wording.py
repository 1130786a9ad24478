"""What the wording of a sentence may and may not do."""

from hypothesis import given
from hypothesis import strategies as st

from bench.coding import INVENTED, load_invented, measure
from monitor.coding.marking import mark
from monitor.coding.wording import MOST, features, total, wording


@given(st.text(max_size=300))
def test_wording_never_says_more_than_its_bound(text: str) -> None:
    assert -MOST <= wording(mark(text)) <= MOST


def test_names_of_bodies_and_places_stand_as_their_kind() -> None:
    told = features(mark("The FBI sent agents to Boston."))
    assert told == features(mark("The FBI sent agents to Denver."))
    assert "boston" not in told
    assert "<noun:FBI>" in told


def test_features_unknown_to_the_table_say_nothing() -> None:
    assert total(["never seen"], {}) == 0.0


def test_sentences_kept_out_of_training_are_read_with_few_false_rows() -> None:
    for name, least in (("fresh_news.txt", 0.9), ("fresh_unusual.txt", 0.5)):
        found = measure(load_invented(INVENTED / name)).all
        assert (found.precision or 0) >= 0.9
        assert (found.recall or 0) >= least
