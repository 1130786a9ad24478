"""What a look at a channel means: its outcome in words, and the memory to keep. Pure: moments come in as values."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.cadence import LONGEST, next_poll, pace
from monitor.model import (
    Announced,
    Articles,
    Capture,
    ChannelMemory,
    ChannelReading,
    ChannelState,
    Lead,
    Outcome,
    Poll,
    Precision,
    Source,
    Trouble,
    TroubleKind,
)
from monitor.ports import Polled
from monitor.reading.leads import looks_complete, story_of_lead
from monitor.reading.plausible import plausible
from monitor.reading.urls import canonical, is_made_address, story_key
from monitor.rhythm import learned
from monitor.tallies import YIELDING

_OUTCOME = {
    TroubleKind.UNREACHABLE: Outcome.BROKEN,
    TroubleKind.UNSAFE: Outcome.FORBIDDEN,
    TroubleKind.FORBIDDEN: Outcome.FORBIDDEN,
    TroubleKind.WAIT: Outcome.BROKEN,
    TroubleKind.BLOCKED: Outcome.BLOCKED,
    TroubleKind.BROKEN: Outcome.BROKEN,
    TroubleKind.KILLED: Outcome.BROKEN,
}
_STATE = {
    Outcome.CHANGED: ChannelState.OK,
    Outcome.UNCHANGED: ChannelState.OK,
    Outcome.EMPTY: ChannelState.EMPTY,
    Outcome.BLOCKED: ChannelState.BLOCKED,
    Outcome.BROKEN: ChannelState.BROKEN,
    Outcome.GONE: ChannelState.GONE,
    Outcome.FORBIDDEN: ChannelState.FORBIDDEN,
}


def outcome_of(polled: Polled) -> tuple[Outcome, str]:
    """The outcome of a look, and the cause in words when it is anything but well."""
    answer, reading = polled.answer, polled.reading
    if isinstance(answer, Trouble):
        return _outcome_of_trouble(answer)
    if isinstance(reading, Trouble):
        return Outcome.BROKEN, reading.reason
    if reading is None:
        return Outcome.UNCHANGED, ""
    if reading.blocked:
        return Outcome.BLOCKED, reading.problem or "a bot wall answers instead of the channel"
    if reading.leads:
        return Outcome.CHANGED, reading.problem or (f"read in part: {polled.partial}" if polled.partial else "")
    if reading.problem:
        return Outcome.BROKEN, reading.problem
    if reading.total == 0:
        return Outcome.EMPTY, "it answers, but announces nothing: has the page's layout or the feed's address changed?"
    return Outcome.UNCHANGED, f"read in part: {polled.partial}" if polled.partial else ""


def _outcome_of_trouble(trouble: Trouble) -> tuple[Outcome, str]:
    if trouble.kind is TroubleKind.GONE:
        if trouble.http_status == 410:
            return Outcome.GONE, f"{trouble.reason}; look for its new address with: shiftwatch sources add URL"
        return Outcome.BROKEN, f"{trouble.reason}; if this lasts, look for its new address"
    if trouble.http_status == 429:
        return Outcome.BLOCKED, trouble.reason
    return _OUTCOME[trouble.kind], trouble.reason


def judge(memory: ChannelMemory, polled: Polled, source: Source, *, started: datetime, finished: datetime) -> Poll:
    """The poll to file: outcome, everything announced, and what to remember of the channel.

    Validators and the body's hash are kept only when all that was announced is in this poll, so that an answer that
    was empty, partly read or no channel at all is read again next time instead of being "unchanged".
    """
    outcome, reason = outcome_of(polled)
    answer = polled.answer
    reading = polled.reading if isinstance(polled.reading, ChannelReading) else None
    well = outcome in YIELDING
    failures = 0 if well else memory.failures + 1
    rhythm = learned(memory.rhythm, _arrivals(memory, reading, finished), finished) if well else memory.rhythm
    paced = pace(rhythm, now=finished, every=memory.channel.every) if well else memory.pace
    asked = memory.asked_pause if reading is None else min(reading.ttl or timedelta(0), LONGEST)
    silent = outcome is Outcome.UNCHANGED and memory.state is ChannelState.QUIET
    kept = replace(
        memory,
        # Silence is judged by monitor.health, from more than one look: only something new ends it.
        state=ChannelState.QUIET if silent else _STATE[outcome],
        reason=reason or memory.reason if silent else reason,
        failures=failures,
        last_ok_at=finished if well else memory.last_ok_at,
        rhythm=rhythm,
        asked_pause=asked,
        pace=paced,
        last_poll_at=finished,
        unreachable=isinstance(answer, Trouble) and answer.kind in _NOT_REACHED,
        next_poll_at=next_poll(
            memory.channel.url,
            now=finished,
            every=memory.channel.every,
            paced=paced,
            outcome=outcome,
            failures=failures,
            asked_pause=max(asked, _fresh_for(answer)),
            retry_at=answer.retry_at if isinstance(answer, Trouble) else None,
        ),
    )
    if isinstance(answer, Capture) and well:
        kept = _with_answer(kept, answer, polled, reading)
        if kept.moved:
            reason = "; ".join(filter(None, (reason, f"moved for good, and asked at {kept.moved_to} from now on")))
            kept = replace(kept, reason=reason)
    elif memory.moved_times:
        kept = replace(kept, moved_to="", moved_times=0)  # a redirect is believed only while it serves well
    return Poll(
        memory=kept,
        started_at=started,
        finished_at=finished,
        outcome=outcome,
        http_status=answer.status if isinstance(answer, Capture) else answer.http_status,
        reason=reason,
        announced=_announced(reading.leads if reading else (), source, finished),
        total=reading.total if reading else None,
    )


_NOT_REACHED = frozenset({TroubleKind.UNREACHABLE, TroubleKind.UNSAFE})  # a captive portal's names lead inside
_LATE = timedelta(hours=6)  # by which an entry may be older than the last look and still be new


def _arrivals(memory: ChannelMemory, reading: ChannelReading | None, now: datetime) -> list[datetime]:
    """When the stories that are new in a channel were published, as far as it says.

    Known entries that were edited are no arrivals. What has no date came just now, if there was a look before this one.
    """
    last = memory.last_ok_at
    found: list[datetime] = []
    for lead in reading.leads if reading else ():
        said = lead.published
        if said is None or said.precision in (Precision.DAY, Precision.MONTH) or not plausible(said, now):
            if last is not None:
                found.append(now)
        elif last is None or said.at > last - _LATE:
            found.append(min(said.at, now))
    return found


def _fresh_for(answer: Capture | Trouble) -> timedelta:
    """How long the server says that asking again is no use: Cache-Control's max-age less the answer's age."""
    if isinstance(answer, Trouble):
        return timedelta(0)
    control = answer.header("cache-control").lower()
    found = _MAX_AGE.search(control)
    if not found or "no-cache" in control or "no-store" in control:
        return timedelta(0)
    age = answer.header("age").strip()
    seconds = int(found[1]) - (int(age) if age.isdecimal() and len(age) < 10 else 0)
    return timedelta(seconds=min(max(seconds, 0), LONGEST.total_seconds()))


_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]{1,10})")


def _with_answer(kept: ChannelMemory, answer: Capture, polled: Polled, reading: ChannelReading | None) -> ChannelMemory:
    """The memory after an answer that served a valid channel."""
    # A body without a hash (a sitemap index, say) may stay the same while what it leads to does not.
    whole = bool(polled.body_hash) and not polled.partial and not (reading and reading.problem)
    if answer.permanent_to:
        times = kept.moved_times + 1 if kept.moved_to == answer.permanent_to else 1
        kept = replace(kept, moved_to=answer.permanent_to, moved_times=times)
    elif answer.final_url != kept.moved_to:
        kept = replace(kept, moved_to="", moved_times=0)
    if answer.status == 304:
        return replace(
            kept,
            etag=answer.header("etag") or kept.etag,
            last_modified=answer.header("last-modified") or kept.last_modified,
        )
    return replace(
        kept,
        etag=answer.header("etag") if whole else "",
        last_modified=answer.header("last-modified") if whole else "",
        body_hash=polled.body_hash if whole else "",
        seen=reading.seen if reading and reading.seen else kept.seen,
    )


def _announced(leads: tuple[Lead, ...], source: Source, now: datetime) -> tuple[Announced, ...]:
    announced = []
    for lead in leads:
        address = canonical(lead.url)
        if not address:
            continue
        enough = (
            source.articles is Articles.FEED
            or (source.articles is Articles.AUTO and looks_complete(lead))
            or is_made_address(lead.url)  # there is no page behind it
        )
        snapshot = story_of_lead(lead, address, source, now) if enough else None
        announced.append(Announced(lead=lead, address=address, snapshot=snapshot, identity=story_key(address)))
    return tuple(announced)
