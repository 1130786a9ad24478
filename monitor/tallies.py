"""What passes and imports came to, counted while they go on; the numbers every report is made from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from monitor.model import Change, Outcome
from monitor.reading.urls import host, site_domain

YIELDING = frozenset({Outcome.CHANGED, Outcome.UNCHANGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPass:
    """How one channel fared in this pass."""

    kind: str
    url: str
    outcome: Outcome
    reason: str


@dataclass(slots=True, kw_only=True)
class SourcePass:
    """How one source fared in this pass; grows while the pass goes on.

    ``new``, ``versions`` count stories; ``pages`` pages fetched; ``stood_in`` stories filed from what their channel
    said because the page could not be had; ``left`` pages wanted beyond the cap; ``unreachable`` channels that could
    not be reached at all; ``looks`` pages of known stories looked at again.
    """

    source: str
    channels: list[ChannelPass] = field(default_factory=list)
    new: int = 0
    versions: int = 0
    unchanged: int = 0
    pages: int = 0
    looks: int = 0
    stood_in: int = 0
    left: int = 0
    unreachable: int = 0
    page_reasons: dict[str, int] = field(default_factory=dict)
    error: str = ""

    @property
    def polled(self) -> bool:
        """Whether anything was due."""
        return bool(self.channels)

    @property
    def failed(self) -> bool:
        """Whether the source was looked at and nothing of it could be read."""
        return bool(self.error) or (self.polled and not any(channel.outcome in YIELDING for channel in self.channels))

    def count(self, change: Change) -> None:
        """Note what filing one story did."""
        if change is Change.NEW:
            self.new += 1
        elif change is Change.VERSION:
            self.versions += 1
        else:
            self.unchanged += 1


@dataclass(slots=True, kw_only=True)
class DomainTally:
    """What an import came to for one domain; ``skipped`` counts pages that are no stories, by reason."""

    domain: str
    pages: int = 0
    articles: int = 0
    new: int = 0
    versions: int = 0
    unchanged: int = 0
    with_title: int = 0
    with_date: int = 0
    with_body: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True, kw_only=True)
class ImportTally:
    """What an import came to; ``already`` lists files that had been read to their end before,
    ``resumed`` those an earlier import had begun; ``stopped`` when this one was ended by a signal."""

    domains: dict[str, DomainTally] = field(default_factory=dict)
    records: int = 0
    unusable: Counter[str] = field(default_factory=Counter)
    already: list[str] = field(default_factory=list)
    resumed: list[str] = field(default_factory=list)
    stopped: bool = False

    def domain(self, url: str) -> DomainTally:
        """The tally of the domain ``url`` is on."""
        name = site_domain(url) or host(url) or "(no address)"
        return self.domains.setdefault(name, DomainTally(domain=name))
