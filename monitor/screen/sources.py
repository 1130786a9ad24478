"""Sources, how their channels fare, and what asking them came to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.text import Text

from monitor.model import Source
from monitor.screen.tables import console, print_table

if TYPE_CHECKING:
    from monitor.app_sources import ChannelStatus, Probe
    from monitor.registry import Proposal
    from monitor.screen.tables import Cell

_STATE_STYLE = {"ok": "green", "new": "cyan", "quiet": "cyan"}


def print_sources(states: Sequence[ChannelStatus]) -> None:
    """Each source's channels with state and reason."""
    rows: list[list[Cell]] = []
    previous = ""
    for one in states:
        colour = _STATE_STYLE.get(one.state, "dim" if one.state in ("off", "refused") else "red")
        rows.append(
            [
                "" if one.source == previous else one.source,
                Text(f"{one.kind} {one.url}".strip()),
                Text(one.state, style=colour),
                "" if one.stories is None else str(one.stories),
                _minute(one.last_ok_at),
                _minute(one.next_poll_at),
                Text(one.reason),
            ]
        )
        previous = one.source
    columns = ("source", "channel", "state", "stories", "last ok", "next poll", "why")
    print_table(columns, rows, right=("stories",))


def _minute(moment: str | None) -> str:
    return (moment or "")[:16].replace("T", " ")


@contextmanager
def probe_progress(*, show: bool) -> Iterator[Callable[[Probe], None]]:
    """A counter of the channels asked, on a terminal's standard error only."""
    screen = console(error=True)
    if not show or not screen.is_terminal:
        yield lambda _: None
        return
    with screen.status("asking…") as status:
        yield lambda done: status.update(f"asking… {done.channel.url} answered")


def print_probes(probes: Sequence[Probe]) -> None:
    """What each channel answered."""
    rows: list[list[Cell]] = [
        [
            one.channel.source,
            Text(f"{one.channel.kind} {one.channel.url}" + (" (found)" if one.channel.discovered else "")),
            Text(one.outcome if not one.yields else "yields", style="green" if one.yields else "red"),
            str(one.total),
            Text(one.reason or (one.leads[0] if one.leads else "")),
        ]
        for one in probes
    ]
    print_table(["source", "channel", "answer", "entries", "newest, or why not"], rows, right=("entries",))


def probe_json(one: Probe) -> dict[str, Any]:
    """A probe as JSON-ready values."""
    return {
        "source": one.channel.source,
        "kind": one.channel.kind.value,
        "url": one.channel.url,
        "discovered": one.channel.discovered,
        "outcome": one.outcome.value,
        "yields": one.yields,
        "http_status": one.http_status,
        "reason": one.reason,
        "title": one.title,
        "entries": one.total,
        "newest": list(one.leads),
    }


def print_proposal(proposal: Proposal) -> None:
    """What was found for an address, before anything is written."""
    print_probes(proposal.probes)
    out = console()
    source = proposal.source
    if not source.channels:
        out.print(f"No channel of {source.domain} yields anything; nothing to write.")
        out.print("A listing page can be described by CSS selectors instead: see docs/configuration.md.")
        return
    out.print(f"[sources.{source.id}]  {source.name} ({source.kind}, {source.domain})")
    for number, channel in enumerate(source.channels, 1):
        out.print(f"  {number}. {channel.kind} {channel.url}")


def print_opml(found: Sequence[Source], known: Sequence[Source]) -> None:
    """What an OPML file holds."""
    out = console()
    for source in found:
        out.print(f"[sources.{source.id}]  {source.name}  {source.channels[0].url}", soft_wrap=True)
    out.print(f"{len(found)} new, {len(known)} already configured")
