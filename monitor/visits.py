"""What the visit of an article page means: the story to file, or why there is none and when to try again. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.cadence import next_look, next_visit
from monitor.model import (
    Article,
    Capture,
    PageReading,
    PageState,
    PageVisit,
    Snapshot,
    Source,
    Trouble,
    TroubleKind,
    Verdict,
    WantedPage,
)
from monitor.reading.leads import story_of_lead
from monitor.reading.plausible import plausible
from monitor.reading.urls import story_key

# What a page that is no article is treated as, so that one rule decides whether it is tried again.
_AS_TROUBLE = {
    Verdict.BLOCK: TroubleKind.BLOCKED,
    Verdict.CONSENT: TroubleKind.BLOCKED,
    Verdict.PAYWALL: TroubleKind.BLOCKED,
    Verdict.MISSING: TroubleKind.GONE,
}


def unchanged(wanted: WantedPage, answer: Capture, body_hash: str) -> bool:
    """Whether a page already filed answered with what it said last time."""
    return wanted.state is PageState.FILED and (answer.status == 304 or body_hash == wanted.body_hash)


def same_again(wanted: WantedPage, answer: Capture, now: datetime) -> PageVisit:
    """The visit of a page that has not changed since it was filed."""
    return PageVisit(
        address=wanted.address,
        visited_at=now,
        state=PageState.FILED,
        http_status=answer.status,
        etag=answer.header("etag") or wanted.etag,
        last_modified=answer.header("last-modified") or wanted.last_modified,
        body_hash=wanted.body_hash,
    )


def judge_reading(
    wanted: WantedPage, source: Source, answer: Capture, reading: PageReading | Trouble, *, body_hash: str
) -> PageVisit:
    """The visit of a page that answered: its story, or what stands in for it while the page is no article."""
    now = answer.fetched_at
    if isinstance(reading, Trouble):
        return judge_trouble(wanted, source, reading, now)
    if reading.verdict is not Verdict.ARTICLE or reading.article is None:
        kind = _AS_TROUBLE.get(reading.verdict)
        if kind is None and wanted.state is PageState.FILED:
            kind = TroubleKind.BROKEN  # it was an article once; what it shows today takes nothing back
        reason = reading.reason or f"the page is no article ({reading.verdict})"
        if kind is None:  # a section front, a video, a PDF: looking again would not make it an article
            return _stand_in(wanted, source, now, PageState.GIVEN_UP, reason, status=answer.status, next_at=None)
        return judge_trouble(wanted, source, Trouble(kind=kind, reason=reason, http_status=answer.status), now)
    return PageVisit(
        address=wanted.address,
        visited_at=now,
        state=PageState.FILED,
        snapshot=Snapshot(
            source=source.id,
            article=_dated(reading.article, wanted, now),
            seen_at=now,
            identity=story_key(reading.article.url),
        ),
        http_status=answer.status,
        etag=answer.header("etag"),
        last_modified=answer.header("last-modified"),
        body_hash=body_hash,
    )


def _dated(article: Article, wanted: WantedPage, now: datetime) -> Article:
    """The article with the channel's date where the page itself has none."""
    said = wanted.lead.published
    if article.published is not None or said is None or not plausible(said, now):
        return article
    return replace(article, published=replace(said, signal=f"channel:{said.signal}"))


def judge_trouble(wanted: WantedPage, source: Source, trouble: Trouble, now: datetime) -> PageVisit:
    """The visit of a page that could not be had.

    A page that was had before keeps its text, whatever it answers now. Any other is filed from what its channel
    said, marked so, and tried again at growing intervals until it is gone for good or was tried often enough.
    """
    next_at = next_visit(wanted.attempts + 1, now=now, kind=trouble.kind, retry_at=trouble.retry_at)
    if wanted.state is PageState.FILED:
        return PageVisit(
            address=wanted.address,
            visited_at=now,
            state=PageState.FILED,
            http_status=trouble.http_status,
            reason=trouble.reason,
            trouble=trouble.kind,
            etag=wanted.etag,
            last_modified=wanted.last_modified,
            body_hash=wanted.body_hash,
            next_at=next_at,
        )
    state = PageState.FAILED if next_at is not None else PageState.GIVEN_UP
    return _stand_in(wanted, source, now, state, trouble.reason, status=trouble.http_status, next_at=next_at)


def _stand_in(
    wanted: WantedPage,
    source: Source,
    now: datetime,
    state: PageState,
    reason: str,
    *,
    status: int | None,
    next_at: datetime | None,
) -> PageVisit:
    return PageVisit(
        address=wanted.address,
        visited_at=now,
        state=state,
        snapshot=story_of_lead(wanted.lead, wanted.address, source, now, page_trouble=True),
        http_status=status,
        reason=reason,
        next_at=next_at,
    )


def looking_again(visit: PageVisit, wanted: WantedPage, *, recheck: bool) -> PageVisit:
    """The visit with when its page, if it was had, is looked at again; a ``recheck`` is not tried again before that."""
    if visit.state is not PageState.FILED:
        return visit
    now = visit.visited_at
    return replace(
        visit,
        look=wanted.state is PageState.FILED,
        next_at=None if recheck else visit.next_at,
        recheck_at=next_look(wanted.since or now, now=now, watched=wanted.watched),
        recheck_if_changed_at=next_look(now, now=now, watched=wanted.watched),
    )
