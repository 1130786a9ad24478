"""What the visit of an article page means."""

from dataclasses import replace

import pytest

from monitor.model import Article, Dated, PageReading, PageState, Precision, Trouble, TroubleKind, Verdict
from monitor.visits import judge_reading, judge_trouble, same_again, unchanged
from tests.factories import NOW, capture, lead, source, wanted

PAGE = capture(b"<html>", url="https://desk.example.org/story-1", headers=(("etag", '"p1"'),))
ARTICLE = Article(url="https://desk.example.org/story-1", title="Agents sent to Ohio", text="They went on Monday.")


def test_an_article_is_filed_with_its_validators():
    visit = judge_reading(
        wanted(), source(), PAGE, PageReading(verdict=Verdict.ARTICLE, article=ARTICLE), body_hash="h"
    )
    assert visit.state is PageState.FILED
    assert visit.snapshot is not None
    assert not visit.snapshot.from_lead
    assert (visit.etag, visit.body_hash) == ('"p1"', "h")


@pytest.mark.parametrize("verdict", [Verdict.BLOCK, Verdict.CONSENT, Verdict.PAYWALL, Verdict.MISSING])
def test_a_page_that_is_no_article_today_is_stood_in_for_and_tried_again(verdict: Verdict):
    visit = judge_reading(wanted(), source(), PAGE, PageReading(verdict=verdict, reason="a wall"), body_hash="h")
    assert visit.state is PageState.FAILED
    assert visit.next_at is not None
    assert visit.snapshot is not None
    assert visit.snapshot.from_lead
    assert visit.snapshot.article.text == "In short."
    assert (visit.etag, visit.body_hash) == ("", "")
    assert visit.reason == "a wall"


@pytest.mark.parametrize("verdict", [Verdict.LISTING, Verdict.OTHER])
def test_a_page_that_never_will_be_an_article_is_not_fetched_again_but_its_lead_is_kept(verdict: Verdict):
    visit = judge_reading(wanted(), source(), PAGE, PageReading(verdict=verdict), body_hash="h")
    assert visit.state is PageState.GIVEN_UP
    assert visit.next_at is None
    assert visit.snapshot is not None


@pytest.mark.parametrize("kind", [kind for kind in TroubleKind if kind is not TroubleKind.UNSAFE])
def test_no_lead_is_lost_whatever_its_page_does(kind: TroubleKind):
    visit = judge_trouble(wanted(), source(), Trouble(kind=kind, reason="why"), NOW)
    assert visit.snapshot is not None
    assert visit.snapshot.from_lead
    assert visit.next_at is not None


def test_a_page_that_was_had_keeps_its_text_when_it_fails_later():
    had = wanted(state=PageState.FILED, etag='"p1"', body_hash="h")
    visit = judge_trouble(had, source(), Trouble(kind=TroubleKind.BLOCKED, reason="a wall", http_status=403), NOW)
    assert visit.state is PageState.FILED
    assert visit.snapshot is None
    assert (visit.etag, visit.body_hash) == ('"p1"', "h")


def test_a_lead_without_a_title_takes_the_words_of_its_address():
    bare = wanted(lead=lead(title="", url="https://desk.example.org/2026/agents-sent-to-ohio.html"),
                  address="https://desk.example.org/2026/agents-sent-to-ohio.html")  # fmt: skip
    visit = judge_trouble(bare, source(), Trouble(kind=TroubleKind.BROKEN, reason="why"), NOW)
    assert visit.snapshot is not None
    assert visit.snapshot.article.title == "agents sent to ohio"


def test_the_same_bytes_are_not_read_again():
    had = wanted(state=PageState.FILED, etag='"p1"', body_hash="h")
    assert unchanged(had, PAGE, "h")
    assert unchanged(had, capture(b"", status=304), "x")
    assert not unchanged(wanted(body_hash="h"), PAGE, "h")
    assert same_again(had, capture(b"", status=304), NOW).body_hash == "h"


def test_a_page_without_a_date_takes_the_one_its_channel_gave():
    said = Dated(at=NOW, precision=Precision.MINUTE, signal="pubDate")
    dated = wanted(lead=lead(published=said))
    visit = judge_reading(dated, source(), PAGE, PageReading(verdict=Verdict.ARTICLE, article=ARTICLE), body_hash="h")
    assert visit.snapshot is not None
    assert visit.snapshot.article.published == replace(said, signal="channel:pubDate")
