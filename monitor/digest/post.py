"""Hands over what waits in the outbox: each recipient alone, with growing pauses; a server rests for all."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ParamSpec, Protocol, TypeVar, cast

from monitor.digest.parcels import Handed, Receipt, ServerRest, Waiting
from monitor.digest.smtp import Line
from monitor.ports import Clock

P = ParamSpec("P")
T = TypeVar("T")

GIVE_UP = timedelta(days=5)  # as mail servers do
AT_ONCE = 100  # letters looked at in one go
_LETTER = (timedelta(minutes=5), timedelta(hours=4))  # first and longest pause
_SERVER = (timedelta(minutes=1), timedelta(hours=1))
_LOGIN = (timedelta(minutes=15), timedelta(hours=6))
_CERTAIN = 1  # a letter that may have been taken is repeated so often, and then no more


class Outbox(Protocol):
    """What sending asks of the outbox, inside a transaction."""

    def waiting(self, now: datetime, *, digests: Sequence[int] | None, limit: int) -> list[Waiting]: ...

    def hand(self, delivery: int, now: datetime) -> int: ...

    def sent(self, delivery: int, now: datetime) -> None: ...

    def failed(self, delivery: int, error: str, *, unsure: bool = False) -> None: ...

    def later(self, delivery: int, error: str, at: datetime, *, unsure: bool = False) -> None: ...

    def rest(self, server: str) -> ServerRest: ...

    def set_rest(self, server: str, rest: ServerRest) -> None: ...


class Archive(Protocol):
    """Who has an outbox."""

    def outbox(self) -> AbstractContextManager[Outbox]: ...


class Caller(Protocol):
    """Runs a call on the archive in the thread that owns it."""

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T: ...


class Notifier(Protocol):
    """Another way to tell people than mail: one attempt at one address."""

    async def __call__(self, target: str, letter: Waiting) -> Receipt: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """How one delivery stands after an attempt; ``next_at`` None: it is done with."""

    letter: Waiting
    receipt: Receipt
    next_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Posted:
    """What sending came to. ``resting`` says why mail was not tried, and until when."""

    done: list[Delivered] = field(default_factory=list)
    resting: ServerRest | None = None
    untried: int = 0

    @property
    def troubled(self) -> bool:
        """Whether anything that was to go out did not."""
        return self.resting is not None or any(one.receipt.outcome is not Handed.SENT for one in self.done)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostOffice:
    """Where letters go: ``line`` opens the mail server called ``server`` (None: none is configured)."""

    caller: Caller
    archive: Archive
    clock: Clock
    sender: str = ""
    server: str = ""
    line: Callable[[], Line] | None = None
    notifiers: Mapping[str, Notifier] = field(default_factory=dict)


async def post(office: PostOffice, *, digests: Sequence[int] | None = None, anyway: bool = False) -> Posted:
    """Try once everything that waits and is due, or all of these digests; ``anyway``: though the server rests."""
    posted = Posted()
    due = await office.caller.call(_waiting, office, digests)
    mail = [letter for letter in due if _scheme(letter) not in office.notifiers]
    for letter in due:
        if (notify := office.notifiers.get(_scheme(letter))) is not None:
            posted.done.append(await _notify(office, notify, letter))
    if mail:
        await _mail(office, mail, posted, anyway=anyway)
    return posted


def _scheme(letter: Waiting) -> str:
    head, colon, _ = letter.recipient.partition(":")
    return head if colon else ""


def _waiting(office: PostOffice, digests: Sequence[int] | None) -> list[Waiting]:
    with office.archive.outbox() as outbox:
        return outbox.waiting(office.clock.now(), digests=digests, limit=AT_ONCE)


async def _mail(office: PostOffice, letters: Sequence[Waiting], posted: Posted, *, anyway: bool) -> None:
    rest = await office.caller.call(_rest, office)
    if not anyway and rest.until is not None and rest.until > office.clock.now():
        posted.resting, posted.untried = rest, len(letters)
        return
    if office.line is None:
        posted.resting = ServerRest(error="no [mail] is configured, so nothing can be sent")
        posted.untried = len(letters)
        return
    line = office.line()
    try:
        for tried, letter in enumerate(letters):
            receipt = await _hand(office, line, letter)
            if receipt.outcome in (Handed.LOGIN, Handed.SERVER):
                # The same would be said to every letter: one pause for all of them, and none counts an attempt.
                posted.resting = await office.caller.call(_let_rest, office, rest, receipt)
                posted.untried = len(letters) - tried
                break
            if rest.failures and receipt.outcome is not Handed.LATER:
                rest = ServerRest()
                await office.caller.call(_set_rest, office, rest)
            posted.done.append(await office.caller.call(_settle, office, letter, receipt))
        await _apart(line.close)
    except asyncio.CancelledError:
        line.abort()
        raise


async def _hand(office: PostOffice, line: Line, letter: Waiting) -> Receipt:
    """One attempt; what a cancelled one has begun is broken off, so that nobody waits for a thread."""
    try:
        offered = await _apart(line.offer, office.sender, letter.recipient, letter.message)
        if offered is not None:
            return offered
        if await office.caller.call(_note_handed, office, letter) > _CERTAIN:
            line.abort()
            return _uncertain("the program ended twice")
        return await _apart(line.finish)
    except asyncio.CancelledError:
        line.abort()
        raise


async def _apart(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """A blocking call in a thread that nobody waits for once this is cancelled: connecting cannot be broken off."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: Exception | None) -> None:
        if future.cancelled():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(cast(T, result))

    def work() -> None:
        result, error = None, None
        try:
            result = function(*args, **kwargs)
        except Exception as raised:
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop is gone: so is whoever asked
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=work, name="mail", daemon=True).start()
    return await future


async def _notify(office: PostOffice, notify: Notifier, letter: Waiting) -> Delivered:
    if await office.caller.call(_note_handed, office, letter) > _CERTAIN:
        receipt = _uncertain("the program ended twice")
    else:
        receipt = await notify(letter.recipient, letter)
    return await office.caller.call(_settle, office, letter, receipt)


def _uncertain(why: str) -> Receipt:
    return Receipt(outcome=Handed.UNSURE, error=why)


def _note_handed(office: PostOffice, letter: Waiting) -> int:
    with office.archive.outbox() as outbox:
        return outbox.hand(letter.id, office.clock.now())


def _settle(office: PostOffice, letter: Waiting, receipt: Receipt) -> Delivered:
    """Write down how it ended, and when to try again."""
    now = office.clock.now()
    with office.archive.outbox() as outbox:
        if receipt.outcome is Handed.SENT:
            outbox.sent(letter.id, now)
            return Delivered(letter=letter, receipt=receipt)
        unsure = receipt.outcome is Handed.UNSURE
        if receipt.outcome is Handed.REFUSED:
            error = receipt.error
        elif unsure and letter.unsure >= _CERTAIN:
            error = f"handed over twice and never confirmed, so perhaps delivered ({receipt.error})"
        elif now - letter.composed_at > GIVE_UP:
            error = f"given up after {GIVE_UP.days} days: {receipt.error}"
        else:
            at = now + _pause(_LETTER, letter.attempts)
            outbox.later(letter.id, receipt.error, at, unsure=unsure)
            return Delivered(letter=letter, receipt=receipt, next_at=at)
        outbox.failed(letter.id, error, unsure=unsure)
        return Delivered(letter=letter, receipt=Receipt(outcome=receipt.outcome, error=error))


def _rest(office: PostOffice) -> ServerRest:
    with office.archive.outbox() as outbox:
        return outbox.rest(office.server)


def _set_rest(office: PostOffice, rest: ServerRest) -> None:
    with office.archive.outbox() as outbox:
        outbox.set_rest(office.server, rest)


def _let_rest(office: PostOffice, before: ServerRest, receipt: Receipt) -> ServerRest:
    bounds = _LOGIN if receipt.outcome is Handed.LOGIN else _SERVER
    rest = ServerRest(
        failures=before.failures + 1,
        until=office.clock.now() + _pause(bounds, before.failures),
        error=receipt.error,
    )
    _set_rest(office, rest)
    return rest


def _pause(bounds: tuple[timedelta, timedelta], before: int) -> timedelta:
    """Twice as long each time."""
    first, longest = bounds
    return min(first * (1 << min(before, 20)), longest)
