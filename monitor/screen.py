"""What commands print: tables and pages for people, JSON and CSV for machines."""

from __future__ import annotations

import csv
import itertools
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from monitor.model import Source
from monitor.tallies import DomainTally, ImportTally, SourcePass

if TYPE_CHECKING:
    from monitor.app import ChannelStatus, Collected, Probe
    from monitor.registry import Proposal

PIPED_WIDTH = 160  # lines in a file or a mail are not folded at a terminal's 80
_STATE_STYLE = {"ok": "green", "new": "cyan", "quiet": "cyan", "changed": "green", "unchanged": "green"}


def console(*, error: bool = False) -> Console:
    """A console on standard output (or error): as wide as the terminal, wide and plain when piped."""
    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else PIPED_WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


Cell = str | Text


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Cell]], *, right: Sequence[str] = ()) -> None:
    """Rows under ``columns``, those in ``right`` aligned to the right.

    On a terminal cells are folded to its width; piped, each row is one line, which is what grep and cron mails want
    (and laying out thousands of rows for a terminal would take longer than the pass they report on).
    """
    out = console()
    if out.is_terminal:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in columns:
            table.add_column(name, justify="right" if name in right else "left", overflow="fold")
        for row in rows:
            table.add_row(*row)
        out.print(table)
        return
    lines = [list(columns), *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))]
    for line in lines:
        cells = [
            cell.rjust(width) if name in right else cell.ljust(width)
            for name, cell, width in zip(columns, line, widths, strict=True)
        ]
        out.file.write("  ".join(cells).rstrip() + "\n")


# --- collect -----------------------------------------------------------------------------------------------


@contextmanager
def pass_progress(total: int, *, show: bool) -> Iterator[Callable[[SourcePass], None]]:
    """A bar over the sources of a pass, on a terminal's standard error only."""
    screen = console(error=True)
    if not show or not screen.is_terminal:
        yield lambda _: None
        return
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=screen, transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("collecting", total=total)

        def on_done(done: SourcePass) -> None:
            bar.update(task, advance=1, description=f"collecting ({done.source} done)")

        yield on_done


def print_collected(collected: Collected, *, archive: Path | str, quiet: bool) -> None:
    """What a pass came to; with ``quiet`` only what failed."""
    out = console()
    looked = [one for one in collected.passes if one.polled or one.pages or one.error]
    shown = [one for one in looked if one.failed] if quiet else looked
    if shown:
        rows: list[list[Cell]] = []
        for one in shown:
            outcome, why = _outcome_and_why(one)
            colour = "red" if one.failed else "green"
            counts = [str(one.new), str(one.versions), str(one.pages), str(one.left)]
            rows.append([one.source, Text(outcome, style=colour), *counts, Text(why)])
        numbers = ("new", "changed", "pages", "left")
        print_table(["source", "outcome", *numbers, "why"], rows, right=numbers)
    if collected.offline:
        out.print("No source could be reached at all: is this machine offline?")
    if quiet:
        return
    resting = len(collected.passes) - len(looked)
    parts = [f"{sum(one.new for one in looked)} new, {sum(one.versions for one in looked)} changed"]
    if stood_in := sum(one.stood_in for one in looked):
        parts.append(f"{stood_in} without their page (tried again later)")
    if left := sum(one.left for one in looked):
        parts.append(f"{left} page(s) left for the next pass")
    if resting:
        parts.append(f"{resting} source(s) not due")
    if collected.stopped:
        parts.append("stopped before the end; what was filed is complete")
    out.print(f"{archive}: {'; '.join(parts)}")


def _outcome_and_why(one: SourcePass) -> tuple[str, str]:
    if one.error:
        return "failed", one.error
    served = [channel for channel in one.channels if channel.outcome in ("changed", "unchanged")]
    if served:
        failed = [f"not its {c.kind} {urlsplit(c.url).path}: {c.reason}" for c in one.channels if c.reason]
        pages = [f"{count} page(s): {reason}" for reason, count in _most(one.page_reasons)]
        return served[0].outcome.value, "; ".join(failed + pages)
    if not one.channels:
        return "pages", "; ".join(f"{count} page(s): {reason}" for reason, count in _most(one.page_reasons))
    last = one.channels[0]
    return last.outcome.value, "; ".join(dict.fromkeys(f"{c.reason}" for c in one.channels if c.reason))


def _most(reasons: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:3]


def collected_json(collected: Collected) -> dict[str, Any]:
    """A pass as JSON-ready values."""
    return {
        "stopped": collected.stopped,
        "offline": collected.offline,
        "sources": [
            {
                "source": one.source,
                "failed": one.failed,
                "channels": [
                    {"kind": c.kind, "url": c.url, "outcome": c.outcome.value, "reason": c.reason} for c in one.channels
                ],
                "new": one.new,
                "changed": one.versions,
                "pages": one.pages,
                "without_page": one.stood_in,
                "left": one.left,
                "page_reasons": one.page_reasons,
                "error": one.error,
            }
            for one in collected.passes
        ],
    }


# --- import ------------------------------------------------------------------------------------------------


@contextmanager
def import_progress(*, show: bool) -> Iterator[Callable[[Path, int, int, ImportTally], None]]:
    """A bar over the bytes of the file being read, on a terminal's standard error only."""
    screen = console(error=True)
    if not show or not screen.is_terminal:
        yield lambda *_: None
        return
    with Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn(),
        console=screen, transient=True,
    ) as bar:  # fmt: skip
        tasks: dict[Path, Any] = {}

        def progress(path: Path, done: int, total: int, tally: ImportTally) -> None:
            if path not in tasks:
                tasks[path] = bar.add_task("", total=total)
            stories = sum(one.new for one in tally.domains.values())
            bar.update(tasks[path], completed=done, description=f"{path.name}: {tally.records} records, {stories} new")

        yield progress


def print_import(tally: ImportTally, *, archive: Path) -> None:
    """The table of an import: per domain pages, stories, what was skipped and why, share with each field."""
    out = console()
    for name in tally.resumed:
        out.print(f"{name}: goes on where an earlier import stopped")
    for name in tally.already:
        out.print(f"{name}: read to its end before, nothing stored; --again reads it anew")
    if not tally.records:
        return
    numbers = ("pages", "articles", "new", "changed", "title", "date", "body")
    tallies = sorted(tally.domains.values(), key=lambda one: (-one.pages, one.domain))
    total = _sum(tallies)
    rows: list[list[Cell]] = []
    for one in [*tallies, total]:
        counts = [str(one.pages), str(one.articles), str(one.new), str(one.versions)]
        shares = [_share(one.with_title, one), _share(one.with_date, one), _share(one.with_body, one)]
        skipped = "; ".join(f"{count} {reason}" for reason, count in one.skipped.most_common(3))
        rows.append([one.domain, *counts, *shares, Text(skipped)])
    print_table(["domain", *numbers, "skipped, and why"], rows, right=numbers)
    for reason, count in tally.unusable.most_common():
        out.print(f"{count} record(s) not read: {reason}")
    if tally.stopped:
        out.print("stopped before the end; the same command goes on from here")
    if total.new or total.versions:
        out.print(f"{archive}: {total.new} new, {total.versions} changed, {total.unchanged} unchanged")
    else:
        out.print(f"{archive}: nothing new; all {total.unchanged} article captures were known")


def _share(count: int, one: DomainTally) -> str:
    return f"{100 * count / one.articles:.0f}%" if one.articles else "-"


def _sum(rows: Iterable[DomainTally]) -> DomainTally:
    total = DomainTally(domain="all")
    for one in rows:
        for name in ("pages", "articles", "new", "versions", "unchanged", "with_title", "with_date", "with_body"):
            setattr(total, name, getattr(total, name) + getattr(one, name))
        total.skipped.update(one.skipped)
    return total


def import_json(tally: ImportTally) -> dict[str, Any]:
    """An import as JSON-ready values."""
    return {
        "records": tally.records,
        "not_read": dict(tally.unusable),
        "already_imported": tally.already,
        "resumed": tally.resumed,
        "domains": [
            {
                "domain": one.domain,
                "pages": one.pages,
                "articles": one.articles,
                "new": one.new,
                "changed": one.versions,
                "unchanged": one.unchanged,
                "with_title": one.with_title,
                "with_date": one.with_date,
                "with_body": one.with_body,
                "skipped": dict(one.skipped),
            }
            for one in sorted(tally.domains.values(), key=lambda one: one.domain)
        ],
    }


# --- stories -----------------------------------------------------------------------------------------------


def print_json_array(rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows as one JSON array, written as they come."""
    sys.stdout.write("[")
    for number, row in enumerate(rows):
        sys.stdout.write(("," if number else "") + "\n" + json.dumps(row, ensure_ascii=False))
    sys.stdout.write("\n]\n")


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def print_csv(rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows as CSV; a cell a spreadsheet would run as a formula is made text with a leading apostrophe."""
    iterator = iter(rows)
    first = next(iterator, None)
    if first is None:
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(first.keys())
    for row in itertools.chain([first], iterator):
        writer.writerow([_cell(value) for value in row.values()])


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def print_stories(rows: Sequence[Mapping[str, Any]], *, total: int, limit: int) -> None:
    """A list of stories with what matched highlighted."""
    out = console()
    for row in rows:
        head = Text()
        head.append(f"{row['id']:>6}  ", style="dim")
        head.append(f"{(row['published_at'] or row['first_seen_at'])[:10]}  ", style="cyan")
        head.append(f"{row['source']}  ", style="magenta")
        head.append(row["title"], style="bold")
        out.print(head, soft_wrap=True)
        if row.get("snippet"):
            snippet = Text("        ")
            for part, hit in _marked(row["snippet"]):
                snippet.append(part, style="bold yellow" if hit else "dim")
            out.print(snippet, soft_wrap=True)
    if not rows:
        out.print("no story matches")
    elif limit and total > len(rows):
        out.print(f"{len(rows)} of {total} stories; --limit 0 shows all")
    else:
        out.print(f"{total} stories" if total != 1 else "1 story")


def _marked(snippet: Any) -> list[tuple[str, bool]]:
    """The snippet's runs, each with whether it is a hit."""
    return [(str(text), bool(hit)) for text, hit in snippet]


def print_story(story: Mapping[str, Any]) -> None:
    """One story, whole: its fields with the signal each came from, text, versions, sightings."""
    out = console()
    out.print(Text(story["title"], style="bold"), soft_wrap=True)
    signals = story.get("signals") or {}
    for label, value, signal in [
        ("address", story["url"], signals.get("url", "")),
        ("declares", story.get("declared_url"), "another host's canonical link: recorded, not believed"),
        ("source", f"{story['source']} ({story['kind']})", ""),
        ("published", story["published_at"] or "unknown", story.get("published_from")),
        ("modified", story.get("modified_at"), ""),
        ("byline", story.get("byline"), signals.get("byline", "")),
        ("dateline", story.get("dateline"), ""),
        ("language", story.get("language"), ""),
        ("first seen", story["first_seen_at"], ""),
        ("last seen", story.get("last_seen_at"), ""),
        ("text from", story.get("text_from"), story.get("extractor")),
        ("page", story.get("page_reason"), ""),
        ("cites", ", ".join(story.get("cited_domains") or ()), ""),
    ]:
        if value:
            line = Text(f"{label:<11}", style="dim")
            line.append(str(value), style="none")
            if signal:
                line.append(f"  ({signal})", style="dim")
            out.print(line, soft_wrap=True)
    out.print()
    out.print(Text(story["text"]), soft_wrap=not out.is_terminal)
    for heading, rows in (("versions", story.get("versions")), ("sightings", story.get("sightings"))):
        if rows:
            out.print()
            out.print(Text(heading, style="bold"))
            for row in rows:
                out.print(Text("  " + _one_line(heading, row)), soft_wrap=True)


def _one_line(heading: str, row: Mapping[str, Any]) -> str:
    if heading == "versions":
        change = row["change"]
        kinds = ", ".join(change.get("kinds", ())) if isinstance(change, Mapping) else str(change)
        return f"{row['number']}  {row['captured_at']}  {kinds}  {row['title']}"
    return f"{row['seen_at']}  {row.get('channel_url') or row['channel']}  {row['title'] or row['url']}"


# --- sources -----------------------------------------------------------------------------------------------


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
