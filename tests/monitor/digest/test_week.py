"""The made-up week as a digest: each shift stated in one line, told once, and again only when it has changed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bench.digest_week import END, MONDAY, SPEC, Clock, build, config
from db.archive import Archive
from monitor.app_digest import InThisThread, offices
from monitor.config import Digest as Spec
from monitor.digest.desk import Draft, compose_now, drafted
from monitor.digest.model import Digest
from monitor.digest.render import rendered
from monitor.digest.window import Window


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with build(tmp_path_factory.mktemp("week") / "week.db") as archive:
        yield archive


def draft_of(archive: Archive, spec: Spec = SPEC, *, forget: bool = False) -> Draft:
    desk, _ = offices(config(archive._path), archive, InThisThread(), Clock(END))
    with archive.outbox() as outbox:
        past = outbox.past(spec.name)
    window = Window(start=MONDAY, end=END)
    return drafted(archive, spec, window, past=past, labels=desk.labels(), now=END, forget=forget)


@pytest.fixture(scope="module")
def digest(archive: Archive) -> Digest:
    return draft_of(archive).digest


def test_a_shift_is_one_line(digest: Digest):
    assert digest.events[0].line.startswith(
        "Border Patrol → ICE · about 1,500 agents · southern border to Minneapolis · "
    )
    assert digest.events[1].what == ("DHS", "$90 million", "Coast Guard to detention beds")


def test_its_sentence_its_outlets_and_its_release_stand_under_it(digest: Digest):
    first = digest.events[0]
    assert "about 1,500 Border Patrol agents" in first.sentence
    assert first.ref.url == "https://lakesidetribune.example/minneapolis-agents"
    assert {ref.source for ref in first.folded.refs} == {"The Ledger", "Prairie Wire", "Harbor News"}
    assert first.folded.release is not None
    assert (first.folded.release.source, first.folded.earlier) == ("cbp.gov", "4 h earlier")


def test_numbers_that_disagree_stand_side_by_side(digest: Digest):
    (clash,) = digest.events[0].conflicts
    assert [(one.value, one.ref.source) for one in clash.claims] == [
        ("about 1,500 agents", "cbp.gov"),
        ("2,000 agents", "The Ledger"),
    ]


def test_what_a_court_blocked_and_what_grew_is_told_as_changed(digest: Digest):
    changed = {entry.state: (entry.line, entry.news) for entry in digest.changed}
    assert changed == {
        "blocked": ("National Guard · 300 troops · to Portland · blocked", "was announced"),
        "expanded": ("Border Patrol → ICE · 500 agents · to Charlotte · expanded", "was announced, 200 agents"),
    }


def test_a_silent_edit_of_a_number_is_told(digest: Digest):
    (edit,) = digest.edits
    assert (edit.kind, edit.gist) == ("number changed", "600 → 450")
    assert "600 agents" in edit.before and "450 agents" in edit.after


def test_other_stories_stand_under_their_codes(digest: Digest):
    assert [(group.label, len(group.stories)) for group in digest.groups] == [("Detention", 1), ("Budget", 1)]


def test_a_dead_source_is_told_with_since_when_and_why(digest: Digest):
    (one,) = digest.unseen
    assert (one.source, one.state, one.since, one.new) == ("Border Post", "down", "Wed 13 May, 22:00", True)
    assert "503" in one.reason


def test_a_copy_is_told_once(digest: Digest):
    linked = [entry.ref.url for group in digest.groups for entry in group.stories]
    linked += [entry.ref.url for entry in (*digest.events, *digest.changed)]
    assert len(linked) == len(set(linked))
    assert not any("prairiewire" in url for url in linked), "the copy is folded under the first"


def test_text_and_html_say_the_same_and_link_to_the_same(archive: Archive):
    shown = draft_of(archive).rendered
    bare = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown.html.partition("<body")[2]))
    for words in ("about 1,500 agents", "300 troops", "600 → 450", "passes 66,000", "503 Service Unavailable"):
        assert words in bare
        assert words in re.sub(r"\s+", " ", shown.text)
    in_html = set(re.findall(r'href="([^"]+)"', shown.html))
    assert in_html == set(re.findall(r"https://\S+", shown.text))
    assert len(shown.html.encode()) < 100_000
    assert not re.search(r"<(?:img|script|link|iframe|form)\b", shown.html)


def test_once_told_nothing_is_told_again(archive: Archive, tmp_path: Path):
    with build(tmp_path / "again.db") as again:
        clock = Clock(END)
        desk, _ = offices(config(tmp_path / "again.db"), again, InThisThread(), clock)
        first = asyncio.run(compose_now(desk, SPEC))
        assert first.id is not None
        with again.outbox() as outbox:
            for waiting in outbox.waiting(END, digests=None, limit=10):
                outbox.sent(waiting.id, END)
        clock.at = END + timedelta(hours=1)
        second = asyncio.run(compose_now(desk, SPEC))
        assert (second.id, second.reason) == (None, "nothing new")


def test_what_a_person_rejected_never_appears(archive: Archive, tmp_path: Path):
    with build(tmp_path / "judged.db") as judged:
        with judged._transaction() as db:
            db.execute(
                "INSERT INTO judgements (story, key, shift, coder, at, verdict, judged)"
                " SELECT s.story, s.key, s.id, 'kim', '2026-05-14T00:00:00Z', 'reject', '{}' FROM shifts s"
                " JOIN stories t ON t.id = s.story WHERE t.url LIKE '%cutters-detention'"
            )
        spec = Spec(name="daily", to=("a@b.org",), query="label:primary OR label:mention", timezone="America/New_York")
        shown = draft_of(judged, spec).rendered
        assert "$90 million" not in shown.text
        assert "1,500 agents" in shown.text


def test_a_maximum_counts_what_it_leaves_out(archive: Archive):
    small = Spec(name="small", to=("a@b.org",), query=SPEC.query, timezone="UTC", maximum=2)
    digest = draft_of(archive, small, forget=True).digest
    assert digest.shifts + len(digest.edits) + digest.stories == 2
    assert digest.left > 0
    assert f"{digest.left} more than fit" in rendered(digest).text


@pytest.mark.parametrize("group", ["source", "day", "none"])
def test_stories_may_be_grouped_otherwise(archive: Archive, group: str):
    spec = Spec(name="g", to=("a@b.org",), query="tag:detention OR tag:budget", timezone="UTC", group=group)
    labels = [one.label for one in draft_of(archive, spec, forget=True).digest.groups]
    expected = {"source": ["Border Post", "Harbor News"], "day": ["Wed 13 May"], "none": ["Stories"]}[group]
    assert labels == expected
