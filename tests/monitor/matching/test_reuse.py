"""What a story draws on: links, quotations, reused passages and retold facts, but never boilerplate."""

# ruff: noqa: E501  prose reads better unbroken
from __future__ import annotations

from monitor.matching.postings import Index
from monitor.matching.reuse import Draw, draw, explain, prints, read
from tests.monitor.matching.test_postings import MemoryStore
from tests.monitor.matching.texts import STORY, TAIL, seizure, sentencing

QUOTE = "“Laredo has taught its people patience and we are lending that patience to a city that asked for it,” said Ann Roe."
RELEASE = seizure() + "\n\n" + QUOTE


def holders(*releases: str) -> dict[str, dict[int, int]]:
    index = Index(MemoryStore())
    for i, text in enumerate(releases):
        index.add(i, prints(read(text)))
    return {text: index.counts(prints(read(text))) for text in releases}


def drawn(story: str, release: str = RELEASE, **more: object) -> Draw | None:
    return draw(read(story), read(release), **more)  # type: ignore[arg-type]


def test_a_quotation_is_found_with_its_place_on_both_sides() -> None:
    story = STORY + "\n\n“Laredo has taught its people patience and we are lending that patience,” the agency wrote."
    found = drawn(story)
    assert found is not None and found.methods == ("quote",)
    (passage,) = found.passages
    assert passage.quoted and passage.words == found.longest_run == 12
    assert story[passage.story_start : passage.story_end].startswith("Laredo has taught")
    assert RELEASE[passage.release_start : passage.release_end].endswith("that patience")


def test_a_quotation_with_a_word_changed_is_one_passage() -> None:
    story = (
        STORY + "\n\n“Laredo has taught its people great patience and we are lending that patience to a city,” it said."
    )
    found = drawn(story)
    assert found is not None and len(found.passages) == 1


def test_a_reprinted_paragraph_is_reuse() -> None:
    story = STORY + "\n\n" + RELEASE.split("\n\n")[1]
    found = drawn(story)
    assert found is not None and "reuse" in found.methods
    assert 0.2 < found.overlap < 0.7
    assert found.density < 0.5


def test_an_unrelated_story_draws_on_nothing() -> None:
    assert drawn(STORY) is None


def test_a_link_is_enough() -> None:
    found = drawn(STORY, linked=True)
    assert found is not None and found.methods == ("link",)


def test_boilerplate_of_many_releases_carries_no_weight() -> None:
    releases = [
        seizure(port, pounds)
        for port, pounds in [
            ("Roma", 74),
            ("Pembina", 12),
            ("Champlain", 190),
            ("Nogales", 33),
            ("Calexico", 58),
            ("Presidio", 41),
        ]
    ]
    known = holders(*releases)
    story = STORY + "\n\n" + TAIL
    assert drawn(story, releases[0]) is not None
    assert drawn(story, releases[0], holders=known[releases[0]], releases=6) is None


def test_a_retelling_is_known_by_its_names_and_numbers() -> None:
    people = ["Priya Wojcik", "Hector Golubev", "Noor Tillotson", "Owen Esparza", "Femi Jurado", "Lamar Pellerin"]
    cities = [
        ("Toledo", "Ohio"),
        ("Tulsa", "Oklahoma"),
        ("Duluth", "Minnesota"),
        ("Ocala", "Florida"),
        ("Camden", "Jersey"),
    ]
    others = [
        sentencing(p, *cities[i % 5], 20 + 7 * i + k, f"{2 + i}.{k}", f"Firm {p.split()[1]}", 30 + i + k)
        for k in range(8)
        for i, p in enumerate(people)
    ]
    release = sentencing()
    known = holders(release, *others)
    story = (
        "Darnell Oyelaran of Mobile goes to prison for 41 months. The businessman, 52, ran Larkspur Home Health, a firm that "
        "cheated a federal plan out of $3.4 million. Neighbors said they had seen little of him since the spring."
    )
    found = drawn(story, release, holders=known[release], releases=len(known))
    assert found is not None and found.methods == ("facts",)
    assert drawn(story, others[0], holders=known[others[0]], releases=len(known)) is None


def test_a_release_of_the_same_template_is_explained_away() -> None:
    one, other = seizure(), seizure(pounds=12, drug="heroin", day="May 9")
    story = read("An item from the wire.\n\n" + "\n\n".join(one.split("\n\n")[:2]))
    draws = {i: d for i, text in enumerate((one, other)) if (d := draw(story, read(text))) is not None}
    assert set(draws) == {0, 1}
    assert [key for key, _ in explain(draws)] == [0]


def test_a_few_releases_do_not_tell_how_rare_a_place_or_a_number_is() -> None:
    release = seizure()
    facts = read(release).facts
    numbers = ", ".join(sorted(facts.numbers))
    places = " ".join(name.title() for name in sorted(facts.names))
    story = (
        f"{places} were much in the news. The figures that were read out are {numbers}, and there were more of them."
    )
    assert not facts.persons
    assert drawn(story, release, releases=5) is None
    assert drawn(story, release, releases=5_000) is not None


def test_a_retelling_names_somebody_with_forename_and_surname() -> None:
    release = sentencing()
    story = (
        "{} of Mobile goes to prison for 41 months. The businessman, 52, ran Larkspur Home Health, a firm that "
        "cheated a federal plan out of $3.4 million. Neighbors said they had seen little of Oyelaran since the spring."
    )
    told = drawn(story.format("Darnell Oyelaran"), release, releases=49)
    assert told is not None and told.methods == ("facts",)
    assert drawn(story.format("Gbenga Oyelaran"), release, releases=49) is None
    assert drawn(story.format("Darnell J. Oyelaran"), release, releases=49) is not None
    apart = story.format("Gbenga Oyelaran") + " Darnell, a town in the north, was not concerned."
    assert drawn(apart, release, releases=49) is None
