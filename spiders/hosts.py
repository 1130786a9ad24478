"""What the client knows of each origin while it runs: its line, its robots rules, and how long it asked us to wait."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import Capture, Trouble, TroubleKind
from monitor.ports import Clock, HostMemory, HostNote
from spiders import robots
from spiders.guard import Target
from spiders.manners import MAX_WAIT, PATIENCE, Line, Manners, capped

ROBOTS_FRESH = timedelta(hours=24)  # RFC 9309, 2.4
ROBOTS_LAST_RESORT = timedelta(days=30)  # how long the last good rules stand in while robots.txt cannot be had
ROBOTS_AGAIN = 600.0  # seconds until a robots.txt that could not be had is asked for again
UNREACHABLE_AGAIN = 60.0  # the same when there was no connection at all, which costs the host nothing
MAX_SITES = 4096


class Site:
    """One origin; ``line`` is shared by its host's origins, ``lock`` is held while its robots.txt is on its way."""

    __slots__ = ("_again_at", "_trouble", "host", "line", "lock", "origin", "pause", "robots_at", "rules")

    def __init__(self, origin: str, line: Line, pause: float) -> None:
        self.origin = origin
        self.host = origin.partition("://")[2]
        self.line = line
        self.pause = pause
        self.lock = asyncio.Lock()
        self.rules = robots.Rules()
        self.robots_at: datetime | None = None
        self._trouble: Trouble | None = None
        self._again_at = 0.0

    def known(self, now: datetime) -> robots.Rules | Trouble | None:
        """The rules, or why they cannot be had; None when robots.txt must be asked for.

        A clock set back makes rules stale, not eternal.
        """
        if self.robots_at is not None and timedelta(0) <= now - self.robots_at < ROBOTS_FRESH:
            return self.rules
        if self._trouble is None or self.line.now() >= self._again_at:
            return None
        return self.rules if self.lends(now) else self._trouble

    def lends(self, now: datetime) -> bool:
        """Whether the last good rules stand in for a robots.txt that cannot be had."""
        return self.robots_at is not None and now - self.robots_at < ROBOTS_LAST_RESORT

    def told_to_wait(self, now: datetime) -> Trouble | None:
        """Trouble while the host wants to be left alone."""
        if self.line.wait_until is None:
            return None
        until = self.line.wait_until = capped(self.line.wait_until, now)
        if until is None:
            return None
        reason = f"{self.host} asked us to wait until {until:%Y-%m-%d %H:%M} UTC"
        return Trouble(kind=TroubleKind.WAIT, reason=reason, retry_at=until)

    def too_early(self, now: datetime, crawl_delay: float) -> Trouble | None:
        """Trouble when a Crawl-delay longer than anybody stands in line for is not over."""
        if crawl_delay <= PATIENCE or (left := self.line.until_next(0, crawl_delay)) <= 0:
            return None
        reason = f"robots.txt of {self.host} asks for {crawl_delay:g} s between two requests"
        return Trouble(kind=TroubleKind.WAIT, reason=reason, retry_at=now + timedelta(seconds=left))

    def robots_had(self, rules: robots.Rules, at: datetime) -> None:
        """New rules."""
        self.rules = rules
        self.robots_at = at
        self._trouble = None

    def robots_failed(self, trouble: Trouble, again: float) -> None:
        """No rules; asked again after ``again`` seconds."""
        self._trouble = trouble
        self._again_at = self.line.now() + again


class Hosts:
    """All sites, read from the memory when first met and written back when something is learned."""

    def __init__(self, memory: HostMemory, manners: Manners, clock: Clock) -> None:
        self._memory = memory
        self._manners = manners
        self._clock = clock
        self._sites: dict[str, Site] = {}
        self._lines: dict[str, Line] = {}
        self._most = MAX_SITES

    def site(self, target: Target) -> Site:
        """The site a target belongs to."""
        site = self._sites.get(target.origin)
        return site if site is not None else self._meet(target)

    def _meet(self, target: Target) -> Site:
        if len(self._sites) >= self._most:
            self._forget()
        line = self._lines.get(target.host_key)
        if line is None:
            line = self._lines[target.host_key] = Line(self._manners.per_host)
        site = self._sites[target.origin] = Site(target.origin, line, self._manners.pause(target.host))
        note = self._memory.get(target.origin)
        if note is not None:
            now = self._clock.now()
            waiting = capped(note.wait_until, now)
            if waiting is not None and (line.wait_until is None or line.wait_until < waiting):
                line.wait_until = waiting
            if waiting is not None and waiting != note.wait_until:
                self._memory.put(replace(note, wait_until=waiting))
            if note.robots_at is not None and note.robots_status:
                site.robots_had(robots.read(note.robots), note.robots_at)
            if note.asked_at is not None and note.crawl_delay > 0:
                line.asked(max(now - note.asked_at, timedelta(0)).total_seconds())
        return site

    def asking(self, target: Target, crawl_delay: float) -> None:
        """Remember that a host which asks for a pause is being asked: the next run keeps it too."""
        note = self._memory.get(target.origin) or HostNote(origin=target.origin)
        self._memory.put(replace(note, crawl_delay=crawl_delay, asked_at=self._clock.now()))

    def _forget(self) -> None:
        """Make room: sites nobody is busy with are read from the memory again when they are next met."""
        idle = [origin for origin, site in self._sites.items() if site.line.idle and not site.lock.locked()]
        for origin in idle:
            del self._sites[origin]
        lines = {id(site.line) for site in self._sites.values()}
        self._lines = {key: line for key, line in self._lines.items() if id(line) in lines}
        # When most are busy there is little to forget, and looking for it at every new one would be all we do.
        self._most = max(MAX_SITES, len(self._sites) + MAX_SITES // 4)

    def told_to_wait(self, target: Target, wait: timedelta) -> datetime:
        """Remember that a host asked to be left alone for ``wait``; gives the moment it ends."""
        now = self._clock.now()
        until = now + min(wait, MAX_WAIT)
        line = self.site(target).line
        if line.wait_until is None or line.wait_until < until:
            line.wait_until = until
        note = self._memory.get(target.origin) or HostNote(origin=target.origin)
        self._memory.put(replace(note, wait_until=line.wait_until))
        return line.wait_until

    def robots_answered(
        self, site: Site, answer: Capture | Trouble, text: str, rules: robots.Rules, *, connected: bool
    ) -> robots.Rules | Trouble:
        """File what the answer to a robots.txt request means (RFC 9309, 2.3.1).

        2xx: these rules. 3xx that lead nowhere and 4xx: everything is allowed. Anything else: the last good rules for
        up to 30 days, and without them trouble, so that nothing is asked of a host whose wishes are unknown.
        ``text`` and ``rules`` are what a Capture says, else empty; ``connected``: there was a connection at all.
        """
        now = self._clock.now()
        status = answer.status if isinstance(answer, Capture) else answer.http_status or 0
        if isinstance(answer, Capture) or status in (204, 205) or (300 <= status < 500 and status != 429):
            site.robots_had(rules, now)
            note = self._memory.get(site.origin) or HostNote(origin=site.origin)
            self._memory.put(replace(note, robots=text, robots_status=status, robots_at=now, crawl_delay=rules.delay))
            return site.rules
        again = ROBOTS_AGAIN if connected else UNREACHABLE_AGAIN
        if answer.retry_at is not None:
            again = min(again, max((answer.retry_at - now).total_seconds(), 0.0))
        if connected and answer.kind is TroubleKind.UNSAFE:
            answer = replace(answer, reason=f"robots.txt of {site.host} cannot be had: {answer.reason}")
        elif connected:
            answer = Trouble(
                kind=TroubleKind.WAIT,
                reason=f"nothing is asked of {site.host} while its robots.txt cannot be had: {answer.reason}",
                http_status=answer.http_status,
                retry_at=answer.retry_at or now + timedelta(seconds=again),
            )
        site.robots_failed(answer, again)
        return site.rules if site.lends(now) else answer
