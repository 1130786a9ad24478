"""Stories found, and one story whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from monitor.screen.shifts import found_sections
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
        if row.get("duplicate_of"):
            head.append(f"  copy of {row['duplicate_of']}", style="yellow")
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
        ("wire copy", story.get("origin"), story.get("origin_from")),
        ("copy of", story.get("duplicate_of"), ""),
        ("label", story.get("label"), story.get("label_reason")),
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
    for heading, rows in _sections(story):
        if rows:
            out.print()
            out.print(Text(heading, style="bold"))
            for row in rows:
                out.print(Text("  " + row), soft_wrap=True)


def _sections(story: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """What is known beside the text, each heading with its lines."""
    kin = story.get("duplicates") or ()
    looks = story.get("looks") or ()
    return [
        *found_sections(story),
        ("counts as one with", [_head(row) for row in story.get("group") or ()]),
        ("copies and updates", [_kin(row) for row in kin]),
        ("draws on", [_draw(row, story["text"], "story") for row in story.get("draws_on") or ()]),
        ("picked up by", [_draw(row, story["text"], "release") for row in story.get("picked_up_by") or ()]),
        ("versions", [_version(row) for row in story.get("versions") or ()]),
        ("sightings", [_sighting(row) for row in story.get("sightings") or ()]),
        ("looks at its page", [f"{row['at']}  {row['outcome']}  {row['reason']}".rstrip() for row in looks]),
    ]


def _head(row: Mapping[str, Any]) -> str:
    return f"{row['id']}  {row['at'][:10]}  {row['source']}  {row['title']}"


def _kin(row: Mapping[str, Any]) -> str:
    what = {
        ("copy", "earlier"): "a copy of",
        ("copy", "later"): "copied by",
        ("update", "earlier"): "an update of",
        ("update", "later"): "updated by",
    }[row["relation"], row["side"]]
    return f"{what} {_head(row)}\n      {row['reason']}" + (" (by hand)" if row["decided_by"] == "hand" else "")


def _draw(row: Mapping[str, Any], text: str, side: str) -> str:
    lines = [f"{_head(row)}", f"      {', '.join(row['methods'])}: {row['reason']}; {_lag(row)}"]
    for passage in sorted(row["passages"], key=lambda one: -int(one["words"]))[:3]:
        start, end = passage[side]
        said = " ".join(text[start:end].split()).strip('“”"')
        lines.append(f"      “{said if len(said) <= 160 else said[:159] + '…'}”")
    return "\n".join(lines)


def _lag(row: Mapping[str, Any]) -> str:
    low, high = row["lag_low"], row["lag_high"]
    if low is None or high is None:
        return f"at most {_after(high)}" if high is not None else "how long after is not known"
    return _after(low) if high - low < 3600 else f"{_after(low)} to {_after(high)}"


def _after(seconds: int) -> str:
    hours = abs(seconds) / 3600
    span = f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"
    return f"{span} before" if seconds < 0 else f"{span} after"


def _version(row: Mapping[str, Any]) -> str:
    change = row["change"]
    after = f" (against {change['from']})" if "from" in change else ""
    line = f"{row['number']}  {row['captured_at']}  {', '.join(change['kinds'])}{after}  {row['title']}"
    if not row["capture"]:
        return line
    pruned = f" (pruned {row['capture_pruned_at'][:10]})" if row.get("capture_pruned_at") else ""
    return f"{line}\n      raw answer in {row['capture']}{pruned}"


def _sighting(row: Mapping[str, Any]) -> str:
    return f"{row['seen_at']}  {row['channel_url']}  no. {row['position'] + 1}  {row['title'] or row['url']}"
