"""A story keeps one text with all its versions; what a page said is never given up for what a channel said."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.archive import Archive
from monitor.model import Change, Dated, Link, PageState, PageVisit, Precision
from monitor.query import parse
from tests import factories as make
from tests.db.filed import dump, hours, poll, rows, sound, visit


def kinds(archive: Archive) -> list[list[str]]:
    return [json.loads(change)["kinds"] for (change,) in rows(archive, "SELECT change FROM versions ORDER BY number")]


def current(archive: Archive) -> tuple[str, int, str]:
    return rows(archive, "SELECT text, version, text_from FROM stories")[0]


def test_a_story_is_whole_after_filing(archive: Archive):
    published = Dated(at=datetime(2025, 2, 27, tzinfo=UTC), precision=Precision.DAY, signal="site:date")
    one = visit(
        published=published, byline="A. Reporter", dateline="EL PASO, Texas", language="en", site_name="The Desk",
        cited_domains=("cbp.gov",), links=(Link(url="https://www.cbp.gov/x", text="said"),), extractor="site:desk",
        signals={"title": "h1"}, declared_url="https://other.example/x",
    )  # fmt: skip
    (filing,) = archive.file_visits([one])
    assert filing and filing.change is Change.NEW
    story = archive.story(filing.story)
    assert story is not None
    assert story["published_at"] == "2025-02-27"
    assert (story["published_precision"], story["published_from"]) == ("day", "site:date")
    assert story["cited_domains"] == ["cbp.gov"]
    assert story["links"] == [["https://www.cbp.gov/x", "said"]]
    assert story["signals"] == {"title": "h1"}
    assert (story["domain"], story["text_from"], story["word_count"]) == ("desk.example.org", "page", 5)
    assert [version["text"] for version in story["versions"]] == [story["text"]]
    assert story["versions"][0]["change"] == {"kinds": ["new"]}
    assert [page["state"] for page in story["pages"]] == ["filed"]


def test_filing_the_same_again_changes_nothing(archive: Archive):
    archive.file_visits([visit()])
    before = dump(archive)
    assert [filing.change for filing in archive.file_visits([visit(), visit()]) if filing] == [Change.UNCHANGED] * 2
    assert dump(archive) == before


def test_another_text_and_back_are_three_versions(archive: Archive):
    archive.file_visits([visit(hours(n), text=text) for n, text in enumerate(("one", "two", "one"))])
    assert current(archive) == ("one", 3, "page")
    assert kinds(archive) == [["new"], ["text"], ["text"]]
    assert archive.count(parse("two")) == 0
    assert archive.count(parse("one")) == 1


@pytest.mark.parametrize("text", ["Agents  were sent.\n\n\nTo Ohio. ", "Agents\u00a0were sent. To\u200b Ohio.\ufeff"])
def test_white_space_and_invisible_characters_are_no_change(archive: Archive, text: str):
    filings = archive.file_visits([visit(), visit(hours(1), text=text)])
    assert filings[1] and filings[1].change is Change.UNCHANGED
    assert rows(archive, "SELECT last_seen_at FROM versions") == [("2026-05-01T13:00:00Z",)]


def test_a_new_headline_is_a_version_of_the_same_story(archive: Archive):
    archive.file_visits([visit(), visit(hours(1), title="Agents moved to Ohio")])
    assert kinds(archive) == [["new"], ["title"]]
    assert rows(archive, "SELECT title, version FROM stories") == [("Agents moved to Ohio", 2)]


def test_what_becomes_known_later_fills_blanks_without_a_version(archive: Archive):
    day = Dated(at=datetime(2026, 4, 30, tzinfo=UTC), precision=Precision.DAY, signal="visible")
    exact = Dated(at=datetime(2026, 4, 30, 9, 30, tzinfo=UTC), precision=Precision.SECOND, signal="json-ld")
    archive.file_visits([visit(), visit(hours(1), byline="B. Writer", published=day)])
    assert rows(archive, "SELECT byline, published_at, version FROM stories") == [("B. Writer", "2026-04-30", 1)]
    archive.file_visits([visit(hours(2), byline="C. Other", published=exact)])
    assert rows(archive, "SELECT byline, published_at, published_from FROM stories") == [
        ("B. Writer", "2026-04-30T09:30:00Z", "json-ld")
    ]


def test_a_version_that_lost_its_date_keeps_the_one_known(archive: Archive):
    exact = Dated(at=datetime(2026, 4, 30, 9, 30, tzinfo=UTC), precision=Precision.SECOND, signal="json-ld")
    day = Dated(at=datetime(2026, 4, 30, tzinfo=UTC), precision=Precision.DAY, signal="visible")
    archive.file_visits([visit(published=exact), visit(hours(1), text="two"), visit(hours(2), text="3", published=day)])
    assert rows(archive, "SELECT version, published_at, published_precision FROM stories") == [
        (3, "2026-04-30T09:30:00Z", "second")
    ]


def test_a_pages_text_replaces_a_leads_and_never_the_other_way_round(archive: Archive):
    archive.file_visits([visit(from_lead=True, text="In short.")])
    assert current(archive) == ("In short.", 1, "lead")
    assert rows(archive, "SELECT page_reason FROM stories") == [("timed out",)]
    archive.file_visits([visit(hours(1))])
    assert kinds(archive) == [["new"], ["page-obtained", "text"]]
    assert rows(archive, "SELECT text_from, page_reason FROM stories") == [("page", "")]
    archive.file_visits([visit(hours(2), from_lead=True, text="In short.")])
    assert current(archive) == ("Agents were sent.\n\nTo Ohio.", 2, "page")


def test_a_page_obtained_counts_even_when_it_was_captured_before_the_lead(archive: Archive):
    archive.file_imports([visit(hours(5), from_lead=True, text="In short."), visit(hours(1))])
    assert current(archive)[2] == "page"


def test_an_unchanged_page_is_seen_again(archive: Archive):
    archive.file_visits([visit()])
    again = PageVisit(address=visit().address, visited_at=hours(3), state=PageState.FILED, http_status=304)
    assert archive.file_visits([again]) == [None]
    assert rows(archive, "SELECT last_seen_at FROM stories") == [("2026-05-01T15:00:00Z",)]
    assert rows(archive, "SELECT last_seen_at FROM versions") == [("2026-05-01T15:00:00Z",)]


def test_trouble_with_a_filed_page_is_noted_and_is_no_sight_of_its_text(archive: Archive):
    archive.file_visits([visit()])
    lost = PageVisit(
        address=visit().address, visited_at=hours(3), state=PageState.FILED, reason="timed out", next_at=hours(4)
    )
    archive.file_visits([lost])
    assert rows(archive, "SELECT last_seen_at FROM stories") == [("2026-05-01T12:00:00Z",)]
    assert rows(archive, "SELECT state, reason, attempts FROM pages") == [("filed", "timed out", 1)]


# ── identity ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_addresses_of_one_canonical_page_are_one_story(archive: Archive):
    first, second = archive.file_visits([visit(), visit(hours(1), address="https://m.example.org/story-1")])
    assert first and second and first.story == second.story
    assert second.change is Change.UNCHANGED
    assert len(rows(archive, "SELECT * FROM pages")) == 2


def test_a_new_canonical_address_is_taken_over_by_the_story(archive: Archive):
    address = "https://desk.example.org/story-1?ref=feed"
    archive.file_visits([visit(address=address, url=address), visit(hours(1), address=address)])
    assert rows(archive, "SELECT url, version FROM stories") == [("https://desk.example.org/story-1", 1)]


def test_a_stand_in_whose_page_turns_out_to_be_a_known_story_is_folded_into_it(archive: Archive):
    archive.sync_sources([make.source()])
    memory = archive.channels()[0]
    short = make.lead(url="https://desk.example.org/s/1")
    archive.file_visits([visit()])
    archive.file_polls([poll(memory, short)])
    archive.file_visits([visit(address=short.url, url=short.url, from_lead=True, text="In short.")])
    (filing,) = archive.file_visits([visit(hours(2), address=short.url)])
    assert filing and (filing.story, filing.change) == (1, Change.UNCHANGED)
    assert rows(archive, "SELECT id, duplicate_of FROM stories ORDER BY id") == [(1, None), (2, 1)]
    assert rows(archive, "SELECT story FROM sightings") == [(1,)]
    assert rows(archive, "SELECT story FROM pages WHERE address = ?", short.url) == [(1,)]


def test_a_template_that_declares_one_address_on_every_page_swallows_no_story(archive: Archive):
    pages = [visit(url=f"https://desk.example.org/{n}", text=f"Story {n}.") for n in range(3)]
    archive.file_visits(pages)
    home = "https://desk.example.org/0"
    archive.file_visits(
        [visit(hours(1), address=page.address, url=home, text=f"Edited {page.address}.") for page in pages]
    )
    assert rows(archive, "SELECT count(*), count(duplicate_of) FROM stories") == [(3, 0)]
    assert rows(archive, "SELECT text FROM stories ORDER BY id") == [(f"Edited {page.address}.",) for page in pages]


# ── imported captures ─────────────────────────────────────────────────────────────────────────────────────────────

captured = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from(["one", "two", "three"]), st.booleans()), min_size=1, max_size=8
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seen=captured, random=st.randoms(use_true_random=False))
def test_captures_in_any_order_give_the_same_current_text(tmp_path_factory, seen, random):
    def filed(order):
        path = tmp_path_factory.mktemp("a") / "shiftwatch.db"
        with Archive.open(path) as archive:
            archive.file_imports([visit(hours(at), text=text, from_lead=lead) for at, text, lead in order])
        sound(path)
        return rows(path, "SELECT text, text_from, first_seen_at, last_seen_at FROM stories")

    shuffled = seen[:]
    random.shuffle(shuffled)
    assert filed(seen) == filed(shuffled)


def test_an_older_capture_joins_the_history_and_the_current_text_stays(archive: Archive):
    archive.file_imports([visit(hours(5), text="new text"), visit(hours(1), text="old text")])
    assert current(archive) == ("new text", 1, "page")
    assert rows(archive, "SELECT number, captured_at, text FROM versions ORDER BY captured_at") == [
        (2, "2026-05-01T13:00:00Z", "old text"),
        (1, "2026-05-01T17:00:00Z", "new text"),
    ]
    assert kinds(archive)[1] == ["earlier"]
    assert rows(archive, "SELECT first_seen_at FROM stories") == [("2026-05-01T13:00:00Z",)]
    assert archive.count(parse("old")) == 0


def test_importing_the_same_twice_stores_nothing(archive: Archive):
    batch = [visit(hours(n % 3), text=f"text {n % 3}") for n in range(3)]
    archive.file_imports(batch)
    before = dump(archive)
    archive.file_imports(batch[::-1])
    assert dump(archive) == before


@pytest.mark.parametrize("texts", [("one", "two"), ("two", "one")])
def test_a_capture_read_anew_shows_what_it_is_now_taken_to_say(archive: Archive, texts: tuple[str, str]):
    first, anew = (replace(visit(text=text, byline=f"By {text}"), body_hash="same bytes") for text in texts)
    for again in (first, anew, anew):
        archive.file_imports([again])
    assert current(archive) == (texts[1], 2, "page")
    assert kinds(archive) == [["new"], ["reread", "text"]]
    assert rows(archive, "SELECT byline FROM stories") == [(f"By {texts[1]}",)]
    before = dump(archive)
    archive.file_imports([anew])
    assert dump(archive) == before


def test_a_capture_read_anew_corrects_what_else_was_read_of_it_without_a_version(archive: Archive):
    archive.file_imports([replace(visit(byline="Wrong"), body_hash="b"), replace(visit(byline="Right"), body_hash="b")])
    assert rows(archive, "SELECT byline, version FROM stories") == [("Right", 1)]
    archive.file_imports([replace(visit(hours(1), byline="Other"), body_hash="c")])
    assert rows(archive, "SELECT byline, version FROM stories") == [("Right", 1)]


def test_an_old_capture_read_anew_leaves_a_newer_text_alone(archive: Archive):
    old = replace(visit(address="https://m.example.org/1", text="old"), body_hash="b")
    archive.file_imports([old, visit(hours(2), text="new")])
    archive.file_imports([replace(old, snapshot=visit(text="old, read better").snapshot)])
    assert current(archive)[0] == "new"


def test_a_source_nobody_configured_gets_a_disabled_row(archive: Archive):
    archive.file_imports([visit(source="elsewhere.example", url="https://www.elsewhere.example/1")])
    assert rows(archive, "SELECT name, domain, kind, enabled FROM sources WHERE id = 'elsewhere.example'") == [
        ("elsewhere.example", "elsewhere.example", "outlet", 0)
    ]


def test_an_import_leaves_the_state_of_a_page_visited_since_alone(archive: Archive):
    archive.file_visits([replace(visit(hours(5)), etag='"5"')])
    archive.file_imports([replace(visit(hours(1)), etag='"1"')])
    assert rows(archive, "SELECT etag, visited_at FROM pages") == [('"5"', "2026-05-01T17:00:00Z")]


# ── what cannot be filed ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_story_that_cannot_be_stored_harms_no_other(archive: Archive):
    batch = [visit(url="https://desk.example.org/1"), visit(url="https://desk.example.org/2", title="\ud800"),
             visit(url="https://desk.example.org/3")]  # fmt: skip
    filings = archive.file_visits(batch)
    assert [filing and filing.change for filing in filings] == [Change.NEW, None, Change.NEW]
    assert rows(archive, "SELECT url FROM stories") == [(batch[0].address,), (batch[2].address,)]


def test_a_page_that_cannot_be_filed_says_why_and_is_tried_again(archive: Archive):
    one = make.lead()
    archive.file_polls([poll(archive.channels()[0], one)])
    assert archive.file_visits([visit(address=one.url, byline="\udfff")]) == [None]
    ((state, reason, next_at),) = rows(archive, "SELECT state, reason, next_at FROM pages")
    assert state == "failed"
    assert reason.startswith("could not be filed: UnicodeEncodeError")
    assert next_at == "2026-05-02T12:00:00Z"
