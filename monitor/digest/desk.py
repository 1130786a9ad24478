"""The use case: which digests are due, composed and kept in the outbox with their letters; sending is ``post``'s."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from monitor.config import Digest as Spec
from monitor.digest import wording
from monitor.digest.compose import compose, said_of
from monitor.digest.headers import Envelope, UnsafeHeader, build, clean, message_id
from monitor.digest.material import Material, Wanted
from monitor.digest.model import Digest
from monitor.digest.parcels import Letter, Parcel
from monitor.digest.post import Caller
from monitor.digest.post import Outbox as PostOutbox
from monitor.digest.render import LARGEST, Rendered, rendered
from monitor.digest.window import NOW, Past, Window, alert_at, due, first_start, last_told
from monitor.ports import Clock
from monitor.query import parse

LOOK_BACK = timedelta(days=3)  # a story may be coded, or come to match, some time after it was first seen
_log = logging.getLogger(__name__)
Row = dict[str, Any]


class Outbox(PostOutbox, Protocol):
    """What composing asks of the outbox besides, inside a transaction."""

    def past(self, name: str) -> list[Row]: ...

    def keep(self, parcel: Parcel) -> int: ...

    def untold_failures(self, name: str) -> list[Row]: ...


class Archive(Protocol):
    """What composing asks of the archive."""

    def outbox(self) -> AbstractContextManager[Outbox]: ...

    def digest_material(self, wanted: Wanted) -> Material: ...

    def mark(self, name: str, at: datetime) -> None: ...

    def marked(self, name: str) -> datetime | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestDesk:
    """What composing needs; ``sender`` and ``unsubscribe`` are those of [mail], ``labels`` the codes' names."""

    caller: Caller
    archive: Archive
    clock: Clock
    labels: Callable[[], Mapping[str, str]]
    sender: str = ""
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What became of one digest: its row when it was kept, and why when not. ``due``: it was its turn."""

    name: str
    id: int | None = None
    subject: str = ""
    reason: str = ""
    due: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A digest composed and rendered, not kept."""

    spec: Spec
    window: Window
    digest: Digest
    rendered: Rendered
    tells_of: tuple[int, ...] = ()
    replaces: tuple[int, ...] = ()


async def compose_due(desk: DigestDesk, specs: Sequence[Spec], *, resting: bool = False) -> list[Composed]:
    """Compose and keep every digest whose time has come; ``resting``: the mail server is not talked to just now."""
    return [await desk.caller.call(_compose_one, desk, spec, True, resting) for spec in specs]


async def compose_now(desk: DigestDesk, spec: Spec) -> Composed:
    """Compose and keep a digest of what there is since the last one, whatever its schedule says."""
    return await desk.caller.call(_compose_one, desk, spec, False, False)


def _compose_one(desk: DigestDesk, spec: Spec, by_schedule: bool, resting: bool) -> Composed:
    now = desk.clock.now().replace(microsecond=0)
    with desk.archive.outbox() as outbox:
        past = outbox.past(spec.name)
    window = _window(desk, spec, past, now, by_schedule)
    if isinstance(window, str):
        return Composed(name=spec.name, reason=window, due=False)
    if resting and spec.schedule == NOW and any(one["waiting"] and not one["told"] for one in past):
        return Composed(name=spec.name, reason="the last one still waits to be sent", due=False)
    draft = drafted(desk.archive, spec, window, past=past, labels=desk.labels(), now=now)
    if not worth_sending(draft.digest, spec):
        if window.slot is not None:  # its turn is over, or it would be sent as soon as anything comes in
            with desk.archive.outbox() as outbox:
                outbox.keep(_parcel(draft, now, letters=()))
        return Composed(name=spec.name, reason=_nothing(spec))
    letters = tuple(letter(desk, draft, to, now) for to in spec.to)
    with desk.archive.outbox() as outbox:
        id_ = outbox.keep(_parcel(draft, now, letters=letters))
    return Composed(name=spec.name, id=id_, subject=draft.rendered.subject)


def _window(desk: DigestDesk, spec: Spec, past: Sequence[Row], now: datetime, by_schedule: bool) -> Window | str:
    """What the next digest covers; in words, why there is none."""
    known = [Past(start=one["start"], end=one["end"], slot=one["slot"], told=one["told"]) for one in past]
    if not by_schedule:
        return Window(start=_start(spec, known, now), end=now)
    mark = f"digest:{spec.name}"
    since = desk.archive.marked(mark)
    if since is None or since > now:
        desk.archive.mark(mark, now)
    if spec.schedule == NOW:
        sent = [one["composed_at"] for one in past if one["told"] or one["waiting"]]
        at = alert_at(now, sent, per_hour=spec.per_hour, quiet=quiet_hours(spec), zone=spec.timezone)
        if at > now:
            return f"held until {wording.when(at.isoformat(), ZoneInfo(spec.timezone), now)}"
        return Window(start=last_told(known, now) or min(since or now, now), end=now)
    window = due(spec.schedule, spec.timezone, now=now, past=known, known_since=since)
    return window if window is not None else "not due"


def _start(spec: Spec, known: Sequence[Past], now: datetime) -> datetime:
    return last_told(known, now) or first_start(spec.schedule, spec.timezone, now)


def quiet_hours(spec: Spec) -> tuple[time, time] | None:
    """The hours of ``22:00-07:00``."""
    if not spec.quiet:
        return None
    begin, end = (time.fromisoformat(part) for part in spec.quiet.split("-"))
    return begin, end


def drafted(
    archive: Archive,
    spec: Spec,
    window: Window,
    *,
    past: Sequence[Row],
    labels: Mapping[str, str],
    now: datetime,
    forget: bool = False,
    sample: bool = False,
) -> Draft:
    """The digest for a window, composed and rendered, small enough for every mailer.

    ``forget`` leaves out of account what was told before; nothing is stored in any case.
    """
    begun = min((one["start"] for one in past if one["start"] <= window.end), default=window.start)
    floor = window.start if forget else min(window.start, max(begun, window.start - LOOK_BACK))
    query = parse(spec.query)
    material = archive.digest_material(
        Wanted(name=spec.name, query=query, start=window.start, end=window.end, floor=floor, forget=forget)
    )
    if window.end < now - timedelta(hours=1):
        material = replace(material, channels=())  # how they stand today says nothing of a window long past
    with archive.outbox() as outbox:
        failures = [] if forget else outbox.untold_failures(spec.name)
    digest, shown = _fitting(
        material,
        spec,
        lambda fitting: replace(
            compose(
                material,
                fitting,
                window,
                labels=labels,
                query=query,
                failures=_failure_lines(failures, spec, now),
                late="" if forget else said_of(window, spec, now),
            ),
            sample=sample,
        ),
    )
    return Draft(
        spec=spec,
        window=window,
        digest=digest,
        rendered=shown,
        tells_of=tuple(one["id"] for one in failures),
        replaces=tuple(one["id"] for one in past if one["waiting"] and not one["told"]),
    )


def _fitting(material: Material, spec: Spec, made: Callable[[Spec], Digest]) -> tuple[Digest, Rendered]:
    """With as many entries as fit into a mail that no mailer cuts off."""
    maximum = spec.maximum
    while True:
        digest = made(replace(spec, maximum=maximum))
        shown = rendered(digest)
        size = len(shown.html.encode("utf-8"))
        if size < LARGEST or maximum <= 1:
            return digest, shown
        maximum = max(1, min(maximum - 1, maximum * LARGEST // size))


def _failure_lines(failures: Sequence[Row], spec: Spec, now: datetime) -> list[str]:
    """A refused recipient, told once to the others, without the whole address."""
    zone = ZoneInfo(spec.timezone)
    return [
        f"The digest of {wording.when(one['at'], zone, now)} did not reach {masked(one['recipient'])}: {one['error']}"
        for one in failures
        if not one["known"]
    ]


def masked(recipient: str) -> str:
    """A recipient as others may see him: ``d…@example.org``."""
    if recipient.startswith("apprise:"):
        return recipient
    local, at, domain = recipient.rpartition("<")[2].rstrip(">").rpartition("@")
    return f"{local[:1]}…{at}{domain}"


def worth_sending(digest: Digest, spec: Spec) -> bool:
    """Whether ``when`` is met."""
    if spec.schedule == NOW and not digest.told:
        return False  # a source that is down wakes nobody up; the next mail tells of it
    if spec.when == "always":
        return True
    return digest.shifts > 0 if spec.when == "shifts" else digest.news


def _nothing(spec: Spec) -> str:
    return "no new shift" if spec.when == "shifts" else "nothing new"


# ── letters ───────────────────────────────────────────────────────────────────────────────────────────────────────


def letter(desk: DigestDesk, draft: Draft, to: str, now: datetime) -> Letter:
    """One recipient's copy; the same digest, window and recipient always give the same Message-ID."""
    window, spec = draft.window, draft.spec
    identity = f"{spec.name}|{window.start.isoformat()}|{window.end.isoformat()}|{to}"
    if to.startswith("apprise:"):
        text = f"{clean(draft.rendered.subject)}\n{draft.rendered.text}"
        return Letter(
            recipient=to, message_id=message_id(identity, desk.sender), message=text.encode("utf-8", "replace")
        )
    day = window.end.astimezone(ZoneInfo(spec.timezone)).date()
    envelope = Envelope(
        sender=desk.sender,
        to=to,
        subject=draft.rendered.subject,
        at=now,
        identity=identity,
        list_name=spec.name,
        thread=f"{spec.name}|{day.isoformat()}",
        unsubscribe=spec.unsubscribe or desk.unsubscribe,
    )
    try:
        message = build(envelope, text=draft.rendered.text, html=draft.rendered.html)
    except UnsafeHeader as error:
        _log.warning("the subject of digest %s was replaced: %s", spec.name, error)
        plain = replace(envelope, subject=f"Shiftwatch {spec.name}")
        message = build(plain, text=draft.rendered.text, html=draft.rendered.html)
    return Letter(recipient=to, message_id=message_id(identity, desk.sender), message=message)


def _parcel(draft: Draft, now: datetime, *, letters: tuple[Letter, ...]) -> Parcel:
    digest = draft.digest
    return Parcel(
        name=draft.spec.name,
        slot=draft.window.slot,
        start=draft.window.start,
        end=draft.window.end,
        composed_at=now,
        subject=draft.rendered.subject,
        text=draft.rendered.text if letters else "",
        html=draft.rendered.html if letters else "",
        counts={
            "events": len(digest.events),
            "changed": len(digest.changed),
            "edits": len(digest.edits),
            "continued": len(digest.continued),
            "stories": digest.stories,
            "left": digest.left,
            "older": digest.older,
            "unseen": len(digest.unseen),
        },
        stories=digest.told_stories if letters else (),
        events=digest.told_events if letters else (),
        letters=letters,
        replaces=draft.replaces if letters else (),
        tells_of=draft.tells_of if letters else (),
    )
