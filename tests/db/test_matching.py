"""Matching what was filed: groups, coverage and kinds of edits, whatever the order of filing."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.archive import Archive
from monitor import matchmaker
from monitor.model import Dated, Link, PageVisit, Precision, SourceKind, StoryKind
from monitor.query import parse
from tests import factories as make
from tests.db.filed import hours, rows, visit
from tests.matched import match, match_while_filing
from tests.monitor.matching.texts import STORY, seizure

AT = {name: hours(number) for number, name in enumerate(("wire", "paper", "radio", "release", "story"))}


def filed(name: str, text: str, **over: object) -> PageVisit:
    return visit(AT[name], url=f"https://{name}.example.org/1", title=f"As {name} has it", text=text, **over)


def newsroom(path: Path, visits: Sequence[PageVisit]) -> Archive:
    archive = Archive.open(path)
    archive.sync_sources([make.source(), make.source(id="agency", domain="agency.example", kind=SourceKind.AGENCY)])
    for one in visits:
        archive.file_visits([one])
    return archive


COPIES = (
    filed("wire", STORY, byline="By ANN ROE, Associated Press"),
    filed("paper", STORY + "\n\nRead more on our site."),
    filed("radio", "Listen to this story.\n\n" + STORY),
)
RELEASE = filed(
    "release",
    seizure(),
    kind=StoryKind.RELEASE,
    published=Dated(at=AT["release"], precision=Precision.SECOND, signal="test"),
)
COVERAGE = filed(
    "story",
    "A quiet week at the river ended with a find, people who live there say.\n\n"
    "“Our officers continue to use their training, intuition and technology to keep these deadly drugs from reaching "
    "our communities,” said Port Director Marisol Quarles. "
    "Officers discovered packages containing 74 pounds of alleged "
    "cocaine concealed within the conveyance, and the 34-year-old driver was turned over for further processing.\n\n"
    "Merchants said that trade has been slow since the winter and that they expect little of the summer to come.",
)


@pytest.mark.parametrize("order", itertools.permutations(range(3)))
@pytest.mark.parametrize("at_once", [True, False])
def test_groups_are_the_same_in_any_order_of_filing(tmp_path: Path, order: tuple[int, ...], at_once: bool):
    with newsroom(tmp_path / "a.db", ()) as archive:
        for number in order:
            archive.file_visits([COPIES[number]])
            if not at_once:
                match(archive)
        match(archive)
        found = "SELECT s.url, f.url FROM stories s JOIN stories f ON f.id = s.duplicate_of ORDER BY 1"
        assert rows(archive, found) == [
            ("https://paper.example.org/1", "https://wire.example.org/1"),
            ("https://radio.example.org/1", "https://wire.example.org/1"),
        ]
        pairs = rows(archive, "SELECT relation, method, decided_by FROM duplicates")
        assert pairs == [("copy", "text", "machine")] * 3
        match(archive, again=True)
        assert len(rows(archive, found)) == 2
        assert rows(archive, "SELECT count(*) FROM duplicates") == [(3,)]
        assert rows(archive, "SELECT count(*) FROM match_queue") == [(0,)]


def test_matching_alongside_filing_takes_full_batches_and_comes_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(matchmaker, "BATCH", 2)
    grouped = "SELECT s.url, f.url FROM stories s LEFT JOIN stories f ON f.id = s.duplicate_of ORDER BY 1"
    with newsroom(tmp_path / "after.db", COPIES) as archive:
        match(archive)
        afterwards = rows(archive, grouped)
    with newsroom(tmp_path / "alongside.db", ()) as archive:
        match_while_filing(archive, COPIES)
        waiting = rows(archive, "SELECT count(*) FROM match_queue")
        match(archive)
        assert rows(archive, grouped) == afterwards
    assert waiting == [(1,)]


def test_filing_that_fails_ends_the_matching_beside_it(tmp_path: Path):
    def visits() -> Iterator[PageVisit]:
        yield COPIES[0]
        raise OSError("the file broke off")

    with newsroom(tmp_path / "x.db", ()) as archive:
        with pytest.raises(ExceptionGroup) as raised:
            match_while_filing(archive, visits())
        assert isinstance(raised.value.exceptions[0], OSError)
        assert rows(archive, "SELECT count(*) FROM match_queue") == [(1,)]


def test_the_archive_opens_without_what_only_matching_needs():
    asked = (
        "import sys, monitor.app, spiders.web; print(sorted({'numpy', 'scrapy', 'multiprocessing'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_filing_waits_for_no_matching_and_matching_twice_does_nothing(tmp_path: Path):
    with newsroom(tmp_path / "a.db", COPIES) as archive:
        assert rows(archive, "SELECT count(*) FROM match_queue") == [(3,)]
        assert match(archive).stories == 3
        assert match(archive).stories == 0
        archive.file_visits([replace(COPIES[0])])
        assert match(archive).stories == 0, "the same filed again asks for nothing"


def test_a_copy_that_is_rewritten_leaves_its_group(tmp_path: Path):
    with newsroom(tmp_path / "a.db", COPIES[:2]) as archive:
        match(archive)
        assert rows(archive, "SELECT count(duplicate_of) FROM stories") == [(1,)]
        other = seizure("Yuma", 12, "heroin")
        archive.file_visits([visit(hours(9), url="https://paper.example.org/1", text=other)])
        match(archive)
        assert rows(archive, "SELECT count(duplicate_of) FROM stories") == [(0,)]
        assert rows(archive, "SELECT count(*) FROM duplicates") == [(0,)]


def test_another_language_a_short_text_and_a_stand_in_match_nothing(tmp_path: Path):
    visits = [
        filed("wire", STORY, language="en"),
        filed("paper", STORY, language="es"),
        filed("radio", "The same dozen words in both, too few to tell a copy from a formula."),
        filed("story", "The same dozen words in both, too few to tell a copy from a formula."),
        filed("release", STORY, from_lead=True),
    ]
    with newsroom(tmp_path / "a.db", visits) as archive:
        assert match(archive).stories == 4
        assert rows(archive, "SELECT count(*) FROM duplicates") == [(0,)]


def test_what_a_hand_split_stays_split_and_what_it_merged_stays_merged(tmp_path: Path):
    with newsroom(tmp_path / "a.db", [*COPIES, RELEASE]) as archive:
        match(archive)
        assert matchmaker.split(archive, 2, hours(9)) == {1, 3}
        matchmaker.merge(archive, 1, 4, hours(9))
        expected = [(1, None), (2, None), (3, 1), (4, 1)]
        assert rows(archive, "SELECT id, duplicate_of FROM stories ORDER BY id") == expected
        match(archive, again=True)
        assert rows(archive, "SELECT id, duplicate_of FROM stories ORDER BY id") == expected
        assert rows(archive, "SELECT story, other, decided_by FROM duplicates WHERE method = 'hand'") == [
            (4, 1, "hand")
        ]
        matchmaker.merge(archive, 2, 1, hours(10))
        assert rows(archive, "SELECT duplicate_of FROM stories WHERE id = 2") == [(1,)]


def test_the_origin_of_wire_copy_is_known_from_one_copy(tmp_path: Path):
    with newsroom(tmp_path / "a.db", COPIES[:1]) as archive:
        match(archive)
        (found,) = archive.stories(parse('origin:"associated press" is:wire'))
        assert found["origin"] == "Associated Press"


@pytest.mark.parametrize("order", [(RELEASE, COVERAGE), (COVERAGE, RELEASE)], ids=["release first", "coverage first"])
@pytest.mark.parametrize("at_once", [True, False])
def test_coverage_finds_its_release_whichever_comes_first(tmp_path: Path, order: tuple[PageVisit, ...], at_once: bool):
    with newsroom(tmp_path / "a.db", ()) as archive:
        for one in order:
            archive.file_visits([one])
            if not at_once:
                match(archive)
        match(archive)
        ((methods, lag, low, high),) = rows(archive, "SELECT methods, lag_seconds, lag_low, lag_high FROM coverage")
        assert "quote" in methods
        assert "reuse" in methods
        assert (lag, low, high) == (3600, None, 3600), "undated, and no look before says how early"
        (story,) = archive.stories(parse("is:drawn"))
        whole = archive.story(story["id"])
        assert whole is not None
        (draw,) = whole["draws_on"]
        release = archive.story(draw["id"])
        assert release is not None
        for passage in draw["passages"]:
            (a, b), (c, d) = passage["release"], passage["story"]
            assert release["text"][a:b].split()[0].lower() == whole["text"][c:d].split()[0].lower()
        assert [one["id"] for one in release["picked_up_by"]] == [story["id"]]
        assert rows(archive, "SELECT count(*) FROM uncovered_releases") == [(0,)]
        assert rows(archive, "SELECT lag_hours FROM coverage_lag") == [(1.0,)]


@pytest.mark.parametrize("release_first", [True, False])
def test_a_link_alone_ties_a_story_to_its_release(tmp_path: Path, release_first: bool):
    url = "https://news.agency.example/roma"
    release = visit(hours(0), url=url, text=seizure(), kind=StoryKind.RELEASE)
    date = Dated(at=datetime(2028, 1, 1, tzinfo=UTC), precision=Precision.DAY, signal="x")
    link = (Link(url=url + "?utm_source=feed", text="says"),)
    story = visit(hours(1), url="https://desk.example.org/late", text=STORY, links=link, published=date)
    with newsroom(tmp_path / "a.db", ()) as archive:
        for one in (release, story) if release_first else (story, release):
            archive.file_visits([one])
            match(archive)
        assert rows(archive, "SELECT methods FROM coverage") == [('["link"]',)]


def test_edits_are_named_against_the_version_before_in_time(tmp_path: Path):
    url = "https://desk.example.org/1"
    texts = {1: STORY, 3: STORY.replace("200 agents", "300 agents"), 2: STORY.replace("will send", "may send")}
    with newsroom(tmp_path / "a.db", [visit(hours(at), url=url, text=texts[at]) for at in (1, 3, 2)]) as archive:
        assert match(archive).edits == 2
        (found,) = archive.stories(parse("changed:number"))
        assert [one["id"] for one in archive.stories(parse("changed:softened"))] == [found["id"]]
        assert list(archive.stories(parse("changed:headline"))) == []
        whole = archive.story(1)
        assert whole is not None
        told = [(one["number"], one["change"]["kinds"], one["change"].get("from")) for one in whole["versions"]]
        assert told == [(1, ["new"], None), (3, ["softened"], 1), (2, ["number", "hardened"], 3)]


def test_a_crash_while_filing_verdicts_leaves_the_stories_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with newsroom(tmp_path / "a.db", COPIES) as archive:
        with monkeypatch.context() as broken:
            broken.setattr(matchmaker, "_file", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                match(archive)
        assert rows(archive, "SELECT count(*) FROM match_queue") == [(3,)]
        assert match(archive).stories == 3
        assert rows(archive, "SELECT count(duplicate_of) FROM stories") == [(2,)]


def test_a_changed_slug_is_no_second_story(tmp_path: Path):
    old, new = (
        "https://redstate.com/ann/2026/05/01/agents-n219",
        "https://redstate.com/ann/2026/05/01/agents-leave-n219",
    )
    first = visit(hours(0), url=old, text=STORY)
    second = visit(hours(2), url=new, text=STORY + " They left.")
    visits = [
        replace(one, snapshot=replace(one.snapshot, identity="redstate.com:n219"))
        for one in (first, second)
        if one.snapshot
    ]
    with newsroom(tmp_path / "a.db", visits) as archive:
        assert rows(archive, "SELECT url, version FROM stories") == [(new, 2)]
        assert rows(archive, "SELECT address, story FROM pages ORDER BY 1") == [(new, 1), (old, 1)]


def test_near_finds_copies_and_what_draws_on_a_release_and_no_stranger(tmp_path: Path):
    stranger = visit(AT["paper"], url="https://else.example.org/9", title="Else", text="A fair opened in town. " * 20)
    with newsroom(tmp_path / "shiftwatch.db", [*COPIES, RELEASE, COVERAGE, stranger]) as archive:
        match(archive)
        ids = {str(row["url"]).split("//")[1].split(".")[0]: row["id"] for row in archive.stories(parse(""))}

        def near(name: str) -> set[str]:
            found = {row["id"] for row in archive.stories(parse(f"near:{ids[name]}"))}
            return {name for name, id_ in ids.items() if id_ in found}

        assert near("wire") == near("radio") == {"wire", "paper", "radio"}
        assert near("release") == near("story") == {"release", "story"}
        assert near("else") == {"else"}
