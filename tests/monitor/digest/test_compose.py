"""What goes where in a digest, from made-up rows: old finds are counted, more of the same is a line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.config import Digest as Spec
from monitor.digest import render
from monitor.digest.compose import compose, said_of
from monitor.digest.material import ChannelRow, Drawn, EventRow, Material, Mention, NoticeRow, StoryRow, ToldBefore
from monitor.digest.model import Digest, Ref, StoryEntry
from monitor.digest.parcels import Place
from monitor.digest.render import rendered
from monitor.digest.unseen import noticed, unseen
from monitor.digest.window import Window
from monitor.query import parse

END = datetime(2026, 5, 12, 11, tzinfo=UTC)
WINDOW = Window(start=END - timedelta(days=1), end=END)
SPEC = Spec(name="daily", to=("a@example.org",), title="Shifts")


def story(id_: int, **over: Any) -> StoryRow:
    given: dict[str, Any] = {
        "id": id_,
        "root": id_,
        "source": f"s{id_}",
        "source_name": f"Paper {id_}",
        "domain": f"paper{id_}.example",
        "url": f"https://paper{id_}.example/story",
        "title": f"Title {id_}",
        "kind": "coverage",
        "published_at": "2026-05-12T08:00:00Z",
        "first_seen_at": "2026-05-12T08:10:00Z",
        "version": 1,
    }
    return StoryRow(**{**given, **over})


def mention(event: int, story_id: int, **over: Any) -> Mention:
    given: dict[str, Any] = {
        "event": event,
        "story": story_id,
        "actor": "USBP",
        "beneficiary": "ICE",
        "resource": "personnel",
        "quantity_low": 40,
        "quantity_high": 40,
        "quantity_text": "40",
        "approx": False,
        "origin": "Texas",
        "destination": "Ohio",
        "direction": "border_to_interior",
        "status": "planned",
        "sentence": f"Sentence of {story_id}.",
        "score": 1.0,
        "told_at": "2026-05-12T08:00:00Z",
    }
    return Mention(**{**given, **over})


def event(id_: int, **over: Any) -> EventRow:
    given: dict[str, Any] = {
        "id": id_,
        "state": "announced",
        "lifecycle": (("announced", "2026-05-12T08:00:00Z"),),
        "quantity_low": 40,
        "quantity_high": 40,
        "first_story": 1,
    }
    return EventRow(**{**given, **over})


def made(*rows: StoryRow, query: str = "", new: set[int] | None = None, spec: Spec = SPEC, **over: Any) -> Digest:
    material = Material(
        stories={row.id: row for row in rows},
        new=frozenset(new if new is not None else {row.id for row in rows}),
        **over,
    )
    labels = {"resource-shift": "Shift", "detention": "Detention", "actor/cbp": "CBP"}
    return compose(material, spec, WINDOW, labels=labels, query=parse(query))


def told(state: str = "announced", low: int = 40, **over: Any) -> ToldBefore:
    print_ = {"state": state, "low": low, "high": low, "amount": f"{low} agents", "clashes": []}
    return ToldBefore(**{"event": 1, "there": True, "story": 1, "told": print_, **over})


def test_a_story_from_long_before_is_counted_and_not_told():
    digest = made(story(1, published_at="2026-03-01"), story(2))
    assert [entry.ref.title for group in digest.groups for entry in group.stories] == ["Title 2"]
    assert digest.older == 1
    assert {one.story: one.place for one in digest.told_stories} == {1: Place.COUNTED, 2: Place.STORY}


def test_more_coverage_of_a_known_event_is_a_line_and_no_news():
    digest = made(
        story(1), story(2), new={2}, events={1: event(1)}, mentions=(mention(1, 1), mention(1, 2)), told=(told(),)
    )
    assert (digest.events, digest.changed) == ((), ())
    (line,) = digest.continued
    assert line.line == "Border Patrol → ICE · 40 agents · Texas to Ohio · announced"
    assert line.ref.title == "Title 2"
    assert digest.shifts == 0


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        ({"state": "blocked"}, told(), "was announced"),
        ({"quantity_low": 90, "quantity_high": 90, "state": "expanded"}, told(), "was announced, 40 agents"),
        ({"quantity_low": 90, "quantity_high": 90}, told(), "was 40 agents"),
        ({"quantity_low": 41, "quantity_high": 41}, told(), ""),
        ({}, told(event=9, there=False), ""),
    ],
)
def test_an_event_returns_only_when_it_changed_in_a_way_that_matters(
    now: dict[str, Any], before: ToldBefore, words: str
):
    digest = made(
        story(1),
        story(2),
        new={2},
        events={1: event(1, **now)},
        mentions=(mention(1, 1), mention(1, 2)),
        told=(before,),
    )
    assert [entry.news for entry in digest.changed] == ([words] if words else [])
    assert len(digest.continued) == (0 if words else 1)
    assert digest.events == ()


def test_an_event_under_another_number_of_a_story_told_of_another_is_new():
    digest = made(story(1), events={1: event(1)}, mentions=(mention(1, 1),), told=(told(event=9),))
    assert len(digest.events) == 1


def test_coverage_stands_under_its_release_with_how_much_later_it_came():
    release = story(1, kind="release", domain="cbp.gov", published_at="2026-05-12T04:00:00Z")
    digest = made(
        release, story(2), story(3), drawn=(Drawn(release=1, story=2, lag=None), Drawn(release=1, story=3, lag=7200))
    )
    (entry,) = digest.groups[0].stories
    assert entry.ref.source == "cbp.gov"
    assert [ref.source for ref in entry.folded.refs] == ["Paper 2", "Paper 3"]
    alone = made(release, story(2), new={2}, drawn=(Drawn(release=1, story=2, lag=None),))
    assert render.also(alone.groups[0].stories[0].folded) == "release: cbp.gov, 4 h earlier"


def test_copies_are_one_entry_and_a_copy_of_something_told_is_none():
    digest = made(story(1), story(2, root=1), story(3, root=1), story(4), story(5), story(6))
    assert len(digest.groups[0].stories) == 4
    assert render.also(digest.groups[0].stories[-1].folded) == "also: Paper 2, Paper 3"
    late = made(story(1), story(2, root=1), new={2}, told_stories=frozenset({1}))
    assert late.groups == ()
    assert late.told_stories[0].place is Place.COUNTED


def test_many_others_are_counted():
    rows = [story(1), *(story(number, root=1) for number in range(2, 9))]
    assert render.also(made(*rows).groups[0].stories[0].folded) == "also: Paper 2, Paper 3, Paper 4 +4"


def test_the_code_that_says_most_heads_a_story():
    tags = (("actor/cbp", "CBP said."), ("detention", "Beds."), ("unknown-code", "x"))
    digest = made(story(1, tags=tags), story(2, tags=(("actor/cbp", "CBP said."),)), story(3))
    assert [group.label for group in digest.groups] == ["Detention", "CBP", "Other stories"]
    assert digest.groups[0].stories[0].sentence == "Beds."


def test_a_rejected_story_is_dropped_where_shifts_are_asked_for_and_only_there():
    assert made(story(1, rejected=True), query="actor:CBP").groups == ()
    assert made(story(1, rejected=True), query="tag:resource-shift OR tag:detention").groups == ()
    assert len(made(story(1, rejected=True), query="tag:detention").groups) == 1


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", 'https://a.example/"><script>', "https://a.example/ b", ""]
)
def test_an_address_that_is_no_web_address_is_not_linked(url: str):
    shown = rendered(made(story(1, url=url)))
    assert "Title 1" in shown.html
    assert "href" not in shown.html
    assert "<script" not in shown.html


POISON = "<script>alert(1)</script> {{ 7*7 }} {% raw %} \u202eevil =?utf-8?Q?=0D=0ABcc:x?= \r\nBcc: y \ud800"


def test_poison_is_shown_as_text():
    row = story(1, title=POISON, source_name=POISON, lede=POISON)
    shown = rendered(
        made(row, story(2), events={1: event(1)}, mentions=(mention(1, 2, sentence=POISON, destination=POISON),))
    )
    assert "<script>" not in shown.html
    assert "&lt;script&gt;" in shown.html
    assert "{{ 7*7 }}" in shown.html and "49" not in shown.html.partition("<body")[2]
    for part in (shown.html, shown.text, shown.subject):
        assert "\u202e" not in part and "=?" not in part
        part.encode("utf-8")
    assert "\n" not in shown.subject and "\r" not in shown.subject


class Bomb(str):
    """A title that no template survives."""

    def __html__(self) -> str:
        raise RuntimeError("boom")

    def __str__(self) -> str:
        raise RuntimeError("boom")

    def __format__(self, spec: str) -> str:
        raise RuntimeError("boom")


def test_a_story_that_cannot_be_shown_is_a_plain_line_and_the_other_49_stand(caplog: pytest.LogCaptureFixture):
    digest = made(*(story(number) for number in range(1, 51)))
    (group,) = digest.groups
    ref = Ref(title=Bomb("x"), url="https://bad.example/story", source="Bad")
    entries = (*group.stories[:20], StoryEntry(ref=ref), *group.stories[21:])
    shown = rendered(replace(digest, groups=(replace(group, stories=entries),)))
    for part in (shown.html, shown.text):
        assert part.count("could not be shown here: https://bad.example/story") == 1
        assert sum(f"https://paper{number}.example/story" in part for number in range(1, 51)) == 49
    assert "bad.example" in caplog.text


def test_nothing_new_says_so_in_one_line():
    digest = made()
    assert not digest.news
    shown = rendered(digest)
    assert shown.subject == "Shifts: nothing new"
    assert "Nothing new in this time" in shown.text


def test_a_late_digest_says_how_late_and_what_it_stands_for():
    window = replace(WINDOW, slot=END - timedelta(hours=3), missed=4)
    assert said_of(window, SPEC, END) == (
        "4 earlier digests could not be made; this one was due Tue 12 May, 08:00 and comes 3 h late"
    )
    assert said_of(replace(WINDOW, slot=END), SPEC, END) == ""


def channel(**over: Any) -> ChannelRow:
    given: dict[str, Any] = {
        "source": "desk",
        "source_name": "Desk",
        "state": "ok",
        "reason": "",
        "rank": 0,
        "also": False,
        "last_ok_at": "2026-05-12T10:00:00Z",
        "since": None,
        "last_poll_at": "2026-05-12T10:00:00Z",
        "last_new_at": None,
    }
    return ChannelRow(**{**given, **over})


def test_a_source_is_unseen_only_when_none_of_its_channels_is_well():
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("UTC")
    down = channel(state="broken", reason="503", last_ok_at="2026-05-01T00:00:00Z", since="2026-05-01T01:00:00Z")
    assert unseen([down, channel(rank=1)], WINDOW, zone)[0] == ()
    (one,), count = unseen([down], WINDOW, zone)
    assert (one.state, one.since, one.new, count) == ("down", "Fri 1 May, 01:00", False, 1)
    (one,), _ = unseen([replace(down, since="2026-05-12T01:00:00Z")], WINDOW, zone)
    assert one.new
    (one,), _ = unseen([channel(last_poll_at="2026-05-10T01:00:00Z")], WINDOW, zone)
    assert (one.source, one.state) == ("All sources", "not collected")


def test_a_source_that_is_back_is_one_line_and_names_itself():
    rows = (
        NoticeRow(at="2026-05-12T08:00:00Z", source_name="Paper", text="can be read again, after 3 hours"),
        NoticeRow(at="2026-05-12T09:00:00Z", source_name="", text="sources can be reached again\r\nBcc: x"),
    )
    assert noticed(rows) == ("Paper: can be read again, after 3 hours", "sources can be reached again Bcc: x")
