"""Puts digests together: configuration, archive, outbox and mail server; beside ``app`` an importer of db."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from db.archive import Archive
from db.lock import ArchiveLock
from monitor.app_parts import SystemClock, plainly, until_signal
from monitor.config import Config, Digest, Mail, smtp_password
from monitor.digest.desk import Composed, DigestDesk, Draft, compose_due, compose_now, drafted, letter
from monitor.digest.feeds import Entry
from monitor.digest.notify import SCHEME, notify
from monitor.digest.parcels import Receipt, ServerRest, Waiting
from monitor.digest.post import Caller, Posted, PostOffice, post
from monitor.digest.smtp import Account, Line, account
from monitor.digest.window import NOW, Past, Window, first_start, last_told, slots_until
from monitor.errors import UsageError
from monitor.ports import Clock
from monitor.query import Query

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Digested:
    """What a run over digests came to."""

    composed: list[Composed] = field(default_factory=list)
    posted: Posted = field(default_factory=Posted)
    stopped: bool = False

    @property
    def troubled(self) -> bool:
        """Whether anything that was to go out did not."""
        return self.posted.troubled


class InThisThread:
    """Calls on an archive this thread has opened."""

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """``function(*args, **kwargs)``."""
        return function(*args, **kwargs)


def spec_of(config: Config, name: str) -> Digest:
    """The digest of that name. Raises UsageError."""
    for spec in config.digests:
        if spec.name == name:
            return spec
    known = ", ".join(spec.name for spec in config.digests)
    hint = f"there are {known}" if known else "write [digests.NAME] into the configuration"
    raise UsageError(f"no digest {name!r}; {hint}")


def send_digests(config: Config, name: str | None, *, retry: bool = False) -> Digested:
    """Compose and send the digest ``name``, or every one that is due, and try what waits in the outbox.

    ``retry``: although the mail server rests. Raises UsageError, ConfigError, ArchiveError, AlreadyRunning.
    """
    specs = [spec_of(config, name)] if name else list(config.digests)
    if not specs:
        raise UsageError("no digest is configured; write [digests.NAME] into the configuration")
    _check_mail(config, specs)
    done = Digested()

    async def main() -> None:
        with Archive.open(config.archive, create=False) as archive:
            desk, office = offices(config, archive, InThisThread(), SystemClock())
            if name:
                await _now(desk, office, specs[0], done, retry=retry)
            else:
                result = await digests_pass(desk, office, specs, retry=retry)
                done.composed, done.posted = result.composed, result.posted

    with ArchiveLock(config.archive):
        done.stopped = asyncio.run(plainly(until_signal(main())))
    return done


async def _now(desk: DigestDesk, office: PostOffice, spec: Digest, done: Digested, *, retry: bool) -> None:
    done.composed.append(await compose_now(desk, spec))
    done.posted = await post(office, anyway=retry)


async def digests_pass(
    desk: DigestDesk, office: PostOffice, specs: Sequence[Digest], *, retry: bool = False
) -> Digested:
    """What the clock calls: compose what is due, then try what waits and is due. Cancelling it loses nothing."""
    rest = await office.caller.call(_rest, office)
    resting = rest.until is not None and rest.until > office.clock.now() and not retry
    composed = await compose_due(desk, specs, resting=resting)
    return Digested(composed=composed, posted=await post(office, anyway=retry))


async def digests_due(config: Config, archive: Archive, caller: Caller, clock: Clock) -> Digested:
    """One round of the daemon: ``digests_pass`` over all digests configured; without any, nothing."""
    if not config.digests:
        return Digested()
    desk, office = offices(config, archive, caller, clock)
    return await digests_pass(desk, office, config.digests)


def _rest(office: PostOffice) -> ServerRest:
    with office.archive.outbox() as outbox:
        return outbox.rest(office.server)


def offices(config: Config, archive: Archive, caller: Caller, clock: Clock) -> tuple[DigestDesk, PostOffice]:
    """Where digests are composed and where they are sent from, as the configuration says."""
    mail = config.mail
    desk = DigestDesk(
        caller=caller,
        archive=archive,
        clock=clock,
        labels=lambda: code_labels(config),
        sender=mail.sender if mail else "Shiftwatch <shiftwatch@localhost>",
        unsubscribe=mail.unsubscribe if mail else "",
    )
    office = PostOffice(
        caller=caller,
        archive=archive,
        clock=clock,
        sender=mail.sender if mail else "",
        server=_server(mail),
        line=(lambda: Line(_account(mail))) if mail else None,
        notifiers={SCHEME: notify},
    )
    return desk, office


def mail_trouble(config: Config) -> str:
    """Why the mail server of the configuration does not let us in; "" when it does. Raises ConfigError."""
    assert config.mail is not None
    with Line(_account(config.mail)) as line:
        refused = line.reach()
    return refused.error if refused else ""


def _account(mail: Mail) -> Account:
    return account(mail.smtp, smtp_password(mail, os.environ), tls=mail.tls)


def _server(mail: Mail | None) -> str:
    """The name the server's rests are kept under: another user is let in or not for himself."""
    if mail is None:
        return ""
    found = account(mail.smtp, "")
    return f"{found.user}@{found.name}" if found.user else found.name


def _check_mail(config: Config, specs: Sequence[Digest]) -> None:
    """Complain before anything is touched."""
    mailed = [to for spec in specs for to in spec.to if not to.startswith(f"{SCHEME}:")]
    if mailed and config.mail is None:
        raise UsageError("there is no [mail] in the configuration, so nothing can be sent; --print shows a digest")
    if mailed and config.mail is not None:
        smtp_password(config.mail, os.environ)


def code_labels(config: Config) -> Mapping[str, str]:
    """The codes' names, in the codebook's order. Raises ConfigError when the codebook cannot be used."""
    from monitor.books import book
    from monitor.coding.codebook import parse_codebook

    return {code.id: code.label for code in parse_codebook(book(config.codebook).content, "codebook").codes}


# ── looking without sending ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A digest that was not kept, and the mail its first recipient would get."""

    draft: Draft
    message: bytes


def preview(config: Config, name: str, *, since: datetime | None = None, until: datetime | None = None) -> Preview:
    """What would be sent now, or a digest of any past window as if nothing had been told before.

    Needs no lock and changes nothing. Raises UsageError, ArchiveError.
    """
    spec = spec_of(config, name)
    now = datetime.now(UTC).replace(microsecond=0)
    with _reading(config) as archive:
        return _preview(archive, config, spec, now, since, until)


def _preview(
    archive: Archive, config: Config, spec: Digest, now: datetime, since: datetime | None, until: datetime | None
) -> Preview:
    desk, _ = offices(config, archive, InThisThread(), SystemClock())
    with archive.reading_outbox() as outbox:
        past = outbox.past(spec.name)
    known = [Past(start=one["start"], end=one["end"], slot=one["slot"], told=one["told"]) for one in past]
    end = until or now
    start = since or last_told(known, end) or first_start(spec.schedule, spec.timezone, end)
    if start >= end:
        raise UsageError(f"--since must lie before --until ({start:%Y-%m-%d %H:%M} and {end:%Y-%m-%d %H:%M} UTC)")
    window = Window(start=start, end=end)
    forget = since is not None or until is not None
    draft = drafted(_Looking(archive), spec, window, past=past, labels=desk.labels(), now=now, forget=forget)
    to = next((one for one in spec.to if not one.startswith(f"{SCHEME}:")), "nobody@localhost")
    return Preview(draft=draft, message=letter(desk, draft, to, now).message)


class _Looking:
    """An archive that is only read: composing asks its outbox questions alone."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.outbox = archive.reading_outbox
        self.digest_material = archive.digest_material
        self.mark = archive.mark
        self.marked = archive.marked


@contextmanager
def _reading(config: Config) -> Iterator[Archive]:
    with Archive.open_for_reading(config.archive) as archive:
        yield archive


def send_sample(config: Config, name: str, to: str | None) -> tuple[str, Receipt]:
    """Send a sample of the last week to one address; nothing is kept. Raises UsageError, ConfigError, ArchiveError."""
    spec = spec_of(config, name)
    target = to or spec.to[0]
    _check_mail(config, [replace(spec, to=(target,))])
    now = datetime.now(UTC).replace(microsecond=0)
    with _reading(config) as archive:
        desk, _ = offices(config, archive, InThisThread(), SystemClock())
        window = Window(start=now - timedelta(days=7), end=now)
        draft = drafted(
            _Looking(archive), spec, window, past=[], labels=desk.labels(), now=now, forget=True, sample=True
        )
    sheet = letter(desk, draft, target, now)
    if target.startswith(f"{SCHEME}:"):
        waiting = Waiting(
            id=0,
            digest=0,
            name=name,
            subject=draft.rendered.subject,
            recipient=target,
            message_id=sheet.message_id,
            message=sheet.message,
            attempts=0,
            composed_at=now,
        )
        return target, asyncio.run(notify(target, waiting))
    assert config.mail is not None
    with Line(_account(config.mail)) as line:
        receipt = line.offer(config.mail.sender, target, sheet.message)
        return target, receipt if receipt is not None else line.finish()


# ── the state of things ───────────────────────────────────────────────────────────────────────────────────────────


def digest_states(config: Config, name: str | None, limit: int) -> dict[str, Any]:
    """Every digest configured with its next turn, the deliveries of late, and the mail server: JSON-ready."""
    if name:
        spec_of(config, name)
    deliveries: list[dict[str, Any]] = []
    server = ServerRest()
    if config.archive.exists():
        with _reading(config) as archive, archive.reading_outbox() as outbox:
            deliveries = outbox.listed(name, limit)
            server = outbox.rest(_server(config.mail))
    now = datetime.now(UTC)
    return {
        "digests": [
            {
                "name": spec.name,
                "schedule": spec.schedule,
                "timezone": spec.timezone,
                "query": spec.query,
                "to": list(spec.to),
                "last_turn": _last_turn(spec, now),
            }
            for spec in config.digests
            if name in (None, spec.name)
        ],
        "server": {
            "name": _server(config.mail),
            "failures": server.failures,
            "wait_until": server.until.isoformat() if server.until else None,
            "error": server.error,
        },
        "deliveries": deliveries,
    }


def _last_turn(spec: Digest, now: datetime) -> str | None:
    if spec.schedule == NOW:
        return None
    at = next(slots_until(spec.schedule, spec.timezone, now), None)
    return at.isoformat() if at else None


# ── feeds ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def feed_entries(config: Config, query: Query, limit: int) -> list[Entry]:
    """The newest stories that match, for a feed; copies once. Raises ArchiveError."""
    entries: list[Entry] = []
    with _reading(config) as archive:
        seen: set[int] = set()
        for row in archive.stories(query, limit=None):
            root = row["duplicate_of"] or row["id"]
            if root in seen:
                continue
            seen.add(root)
            words = "".join(text for text, _ in row["snippet"])
            entries.append(
                Entry(
                    id=row["id"],
                    url=row["url"],
                    title=row["title"],
                    source=row["domain"],
                    byline=row["byline"],
                    published=row["published_at"] or row["first_seen_at"],
                    seen=row["first_seen_at"],
                    summary=words,
                    language=row["language"],
                )
            )
            if len(entries) == limit:
                break
    return entries


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that readers see the old one or the new one, never half of either."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
