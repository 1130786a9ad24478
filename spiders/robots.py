"""What a robots.txt says to Shiftwatch: protego reads it, after everything said to others has been put aside."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from protego import Protego

from spiders.manners import MAX_CRAWL_DELAY, PRODUCT

MAX_BYTES = 500 * 1024  # RFC 9309: at least this much must be read; the rest is not
LARGE = 64 * 1024  # characters; reading more than this takes long enough to be done off the loop
MAX_SITEMAPS = 200
_REMEMBERED = 2_000

_AGENT_LINE = re.compile(r"\s*user(?:-|\s+)?agent(?:\s*:|\s)\s*([^#]*)", re.IGNORECASE)
_RULE_LINE = re.compile(r"\s*(?:dis+al+[ao]w|allow)\s*(?::|\s)", re.IGNORECASE)
_NEUTRAL_LINE = re.compile(r"\s*(?:#|sitemaps?\b|site-map\b|host\b)", re.IGNORECASE)  # these end no group
_OURS = frozenset({"*", PRODUCT})
_TOKEN = re.compile(r"[A-Za-z_-]+")


@dataclass(slots=True)
class Rules:
    """The rules of one origin. ``delay`` is its Crawl-delay in seconds (0: none), at most a day."""

    _parsed: Protego | None = None
    delay: float = 0.0
    sitemaps: tuple[str, ...] = ()
    _verdicts: dict[str, bool] = field(default_factory=dict)

    def allow(self, url: str) -> bool:
        """Whether Shiftwatch may ask for ``url`` (absolute, as it goes on the wire)."""
        if self._parsed is None:
            return True
        verdict = self._verdicts.get(url)
        if verdict is None:
            verdict = self._parsed.can_fetch(url, PRODUCT)
            if len(self._verdicts) >= _REMEMBERED:
                self._verdicts.clear()
            self._verdicts[url] = verdict
        return verdict


def decode(body: bytes) -> str:
    """The text of a robots.txt in whatever encoding: a byte order mark is believed, else UTF-8 with gaps."""
    body = body[:MAX_BYTES]
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    return body.decode("utf-8-sig", "replace").replace("\0", "")


def read(text: str) -> Rules:
    """Rules from the text of a robots.txt. Total: an HTML page in its place has no rules and so allows."""
    said, addressed = _said_to_us(text)
    parsed = Protego.parse(said)
    return Rules(
        # Without a group for us or for everybody there is nothing to match addresses against.
        _parsed=parsed if addressed else None,
        delay=min(parsed.crawl_delay(PRODUCT) or 0.0, MAX_CRAWL_DELAY),
        sitemaps=tuple(dict.fromkeys(parsed.sitemaps))[:MAX_SITEMAPS],
    )


def _said_to_us(text: str) -> tuple[str, bool]:
    """The text with every group's agents reduced to us, everybody (``*``) and others; whether it speaks to us at all.

    Protego copies each rule to each agent of its group: 15,000 agents over 25,000 rules, which fit the 500 KiB, would
    take hours and all memory. It also takes ``User-agent: shift`` for us, where RFC 9309 matches whole product tokens.
    Rules for others alone are left out; a line that is not surely one of these stays, for protego to make sense of.
    """
    lines: list[str] = []
    group: set[str] = set()
    agents: set[str] = set()
    ended = False
    for line in text.splitlines():
        match = _AGENT_LINE.match(line)
        if match is None:
            rule = _RULE_LINE.match(line) is not None
            ended = ended or rule or (":" in line and not _NEUTRAL_LINE.match(line))
            if not rule or group & _OURS:
                lines.append(line)
            continue
        if ended:
            group, ended = set(), False
        agent = _agent(match[1].strip())
        agents.add(agent)
        if agent not in group:
            group.add(agent)
            lines.append(f"User-agent: {agent}")
    return "\n".join(lines), bool(agents & _OURS)


def _agent(value: str) -> str:
    token = _TOKEN.match(value)
    if value.partition(" ")[0] == "*":
        return "*"
    return PRODUCT if token and token[0].lower() == PRODUCT.lower() else "others"
