"""An edit ledger: one page edited twelve times, a bot wall in between, as looks find it and `show --diff` prints it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from db.archive import Archive
from monitor.filer import Filer
from monitor.model import Capture, SourceKind, Trouble, TroubleKind
from monitor.newsroom import Budget, Desk, collect
from monitor.ports import Polled
from monitor.query import parse
from monitor.tallies import SourcePass
from monitor.workers import InProcess
from tests.commands import shiftwatch
from tests.factories import FEED, StoppedClock, capture, lead, reading, source
from tests.matched import match
from tests.monitor.matching.texts import STORY
from tests.monitor.test_newsroom import MadeUpWeb

URL = "https://desk.example.org/story-1"
TITLE = "Agents to be sent from Laredo to Chicago"
WALL = Trouble(kind=TroubleKind.BLOCKED, reason="a bot wall", http_status=403)
NOTE = "Correction: An earlier version of this story misstated where the agents would stay."
NEW = "The mayor has called the council to a special session on Thursday."
CONTACT = "Contact the desk at 312-555-0147."

# What an editor does, and the kinds a reader would name it by; each edit stands on the one before.
EDITS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("send 200 agents", "send 300 agents", ("number",)),
    ("to Chicago, three", "to Detroit, three", ("entity",)),
    ("The agency will send", "The agency may send", ("softened",)),
    ("The agency may send", "The agency will send", ("hardened",)),
    ("said Beatriz Cudahy, who", "said Simeon Delahunt, who", ("attribution",)),
    ("summer.”\n\n", f"summer.”\n\n{NEW}\n\n", ("sentence-added",)),
    (" A similar move in 2018 lasted four months and cost $9 million.", "", ("sentence-removed",)),
    (TITLE, "Agents leave Laredo for the north", ("headline",)),
    ("The agency will send", f"{NOTE}\n\nThe agency will send", ("correction-note",)),
    ("were seen there in May.", f"were seen there in May.\n\n{CONTACT}", ("cosmetic",)),
    ("shifts of twelve hours", "shifts of ten hours", ("number",)),
    ("shifts of ten hours", "shifts of twelve hours", ("number",)),
)


def page(text: str) -> Capture:
    title, *paragraphs = text.split("\n\n")
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    html = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}</article></body></html>"
    return capture(html.encode(), url=URL, headers=(("content-type", "text/html; charset=utf-8"),))


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[SourcePass]]:
    """The archive after the edits, and what each pass came to."""
    path = tmp_path_factory.mktemp("ledger") / "shiftwatch.db"
    clock, web, passes = StoppedClock(), MadeUpWeb(), list[SourcePass]()
    with ThreadPoolExecutor(1) as thread:
        archive = thread.submit(Archive.open, path).result()
        told = source(kind=SourceKind.OUTLET)
        thread.submit(archive.sync_sources, [told]).result()

        def one_pass(answer: Capture | Trouble) -> None:
            if isinstance(answer, Capture):
                answer = capture(answer.body, url=URL, headers=answer.headers, fetched_at=clock.now())
            web.pages = {URL: answer}
            desk = Desk(
                filer=Filer(archive, thread), web=web, readers=InProcess(), clock=clock, rules=lambda *_: (),
                rechecks=Budget(9), rechecks_per_source=9,
            )  # fmt: skip
            passes.extend(asyncio.run(collect(desk, [told])))
            clock.move(timedelta(hours=4))

        text = f"{TITLE}\n\n{STORY}"
        web.channels = {FEED: Polled(answer=capture(), reading=reading(lead()))}
        one_pass(page(text))
        web.channels = {FEED: Polled(answer=capture(status=304))}
        for number, (old, new, _) in enumerate(EDITS):
            assert old in text
            text = text.replace(old, new, 1)
            if number == 10:
                one_pass(WALL)
                clock.move(timedelta(hours=9))
            one_pass(page(text))
        one_pass(page(text))
        thread.submit(match, archive).result()
        thread.submit(archive.close).result()
    return path, passes


def test_each_look_finds_its_edit_and_the_wall_is_a_look_alone(ledger: tuple[Path, list[SourcePass]]):
    path, passes = ledger
    assert [(one.new, one.versions, one.pages, one.looks) for one in passes[:2]] == [(1, 0, 1, 0), (0, 1, 0, 1)]
    with Archive.open_for_reading(path) as archive:
        story = archive.story(1)
    assert story is not None
    kinds = [tuple(version["change"]["kinds"]) for version in story["versions"]]
    assert kinds == [("new",), *(expected for _, _, expected in EDITS)]
    looks = [look["outcome"] for look in story["looks"]]
    assert looks == [*["changed"] * 10, "blocked", "changed", "changed", "unchanged"]


def test_going_back_is_a_version_of_its_own_with_the_text_of_old(ledger: tuple[Path, list[SourcePass]]):
    with Archive.open_for_reading(ledger[0]) as archive:
        story = archive.story(1)
    assert story is not None
    before, changed, back = story["versions"][-3:]
    assert before["text_hash"] == back["text_hash"] != changed["text_hash"]


def test_the_ledger_is_printed_as_a_reader_would_read_it(ledger: tuple[Path, list[SourcePass]]):
    path, _ = ledger
    printed = shiftwatch("show", "1", "--diff", "--archive", path, cwd=path.parent)
    assert printed.code == 0, printed.err
    for line in (
        "version 2  seen 2026-05-01T16:00:00Z  since version 1: number\n  number: 200 → 300\n",
        "  entity (agency or place): Chicago → Detroit\n",
        "  attribution: Beatriz Cudahy → Simeon Delahunt\n",
        "  since version 12: number; back to version 11\n",
        "[-200-] {+300+} agents from the Laredo sector",
        "[-Chicago,-] {+Detroit,+}",
        "[-will-] {+may+} send",
        f"{{+{NEW}+}}",
        "[-A similar move in 2018 lasted four months and cost $9 million.-]",
        f"{{+{NOTE}+}}",
        f"{{+{CONTACT}+}}",
        "blocked  a bot wall",
    ):
        assert line in printed.out, f"{line}\n{printed.out}"
    assert "\x1b" not in printed.out


def test_edits_are_found_by_kind(ledger: tuple[Path, list[SourcePass]]):
    path, _ = ledger
    found = shiftwatch("stories", "changed:number", "after:2026-01", "--json", "--archive", path, cwd=path.parent)
    assert [story["id"] for story in found.json] == [1]
    none = shiftwatch("stories", "changed:correction-note-removed", "--json", "--archive", path, cwd=path.parent)
    assert none.json == []
    wrong = shiftwatch("stories", "changed:everything", "--archive", path, cwd=path.parent)
    assert wrong.code == 2
    assert "kind of edit" in wrong.err


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("changed:softened after:2026-05-02", True),  # the story itself is of the first of May
        ("changed:softened before:2026-05-02", False),
        ("changed:entity before:2026-05-02", True),
        ("changed:entity after:2026-05-02", False),
        ("changed:softened (before:2026-05-02 agents)", False),
        ("changed:softened (before:2026-05-02 OR zebra)", True),  # the story's date
        ("-changed:headline after:2026-05-01", False),
        ("-changed:correction-note-removed before:2026-05-02", True),
        ("changed:softened changed:hardened after:2026-05-02 agents", True),
        ("changed:softened changed:entity after:2026-05-02", False),
        ("changed:entity OR after:2026-05-02", True),
        ("changed:any after:2026-05-02 before:2026-05-03", True),
        ("changed:any before:2026-05-01", False),
    ],
)
def test_beside_an_edit_the_time_asked_for_is_the_edits(ledger: tuple[Path, list[SourcePass]], query: str, found: bool):
    with Archive.open_for_reading(ledger[0]) as archive:
        assert [story["id"] for story in archive.stories(parse(query))] == ([1] if found else [])


def test_the_ledger_in_the_documentation_is_the_one_that_is_printed(ledger: tuple[Path, list[SourcePass]]):
    printed = shiftwatch("show", "1", "--diff", "--archive", ledger[0], cwd=ledger[0].parent)
    page = (Path(__file__).parents[2] / "docs" / "identity.md").read_text("utf-8")
    assert f"```text\n{printed.out.rstrip()}\n```" in page
