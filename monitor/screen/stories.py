"""Stories found, and one story whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from monitor.screen.tables import console


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
