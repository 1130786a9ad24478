"""What each version of a story changed, word by word: the edit ledger as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from monitor.matching.changes import Piece, diff_words
from monitor.screen.tables import console

CONTEXT = 12  # words kept on either side of a change; what lies between two far ones is left out


def print_diff(story: Mapping[str, Any]) -> None:
    """A story's versions in the order of time, each with its kinds of edit and the words it changed."""
    out = console()
    versions = {version["number"]: version for version in story["versions"]}
    out.print(Text(story["title"], style="bold"), soft_wrap=True)
    out.print(Text(story["url"], style="dim"), soft_wrap=True)
    for at, version in enumerate(story["versions"]):
        out.print()
        out.print(_heading(version, story["versions"][: max(0, at - 1)]), soft_wrap=True)
        before = versions.get(version["change"].get("from"))
        if before is None:
            continue
        for edit in version["change"].get("edits", ()):
            if edit["kinds"] != ["headline"]:
                out.print(Text(f"  {_named(edit['kinds'])}: {edit['detail']}", style="dim"), soft_wrap=True)
        for name in ("title", "text"):
            for line in _changed_lines(before[name], version[name], coloured=out.is_terminal):
                out.print(Text("    ") + line, soft_wrap=not out.is_terminal)
    if looks := story.get("looks"):
        out.print()
        out.print(Text("looks", style="bold"))
        for look in looks:
            why = f"  {look['reason']}" if look["reason"] else ""
            out.print(Text(f"  {look['at']}  {look['outcome']}{why}"), soft_wrap=True)


def _named(kinds: Sequence[str]) -> str:
    """Kinds by the names they are searched by, with what a name does not say."""
    return ", ".join("entity (agency or place)" if kind == "entity" else kind for kind in kinds)


def _heading(version: Mapping[str, Any], before: Sequence[Mapping[str, Any]]) -> Text:
    """``before``: the versions before the one it is compared with, to one of which it may go back."""
    change = version["change"]
    line = Text(f"version {version['number']}", style="bold")
    seen = version["captured_at"]
    if version["last_seen_at"] != seen:
        seen += f" to {version['last_seen_at']}"
    line.append(f"  seen {seen}", style="not bold")
    since = f"since version {change['from']}: " if "from" in change else ""
    old = [one["number"] for one in before if (one["title"], one["text"]) == (version["title"], version["text"])]
    back = f"; back to version {old[-1]}" if old and since else ""
    line.append(f"  {since}{_named(change['kinds'])}{back}", style="not bold yellow")
    return line


def _changed_lines(before: str, after: str, *, coloured: bool) -> list[Text]:
    """The changed stretches, each as one line: on a terminal struck and underlined, piped as [-old-]{+new+}."""
    if before == after:
        return []
    lines: list[Text] = []
    current = Text()
    pieces = diff_words(before, after)
    for at, piece in enumerate(pieces):
        if piece.op != "=":
            _append(current, piece, coloured)
            continue
        head, tail = _ends(piece.text, first=at == 0, last=at == len(pieces) - 1)
        current.append(head)
        if tail is not None:
            lines.append(current)
            current = Text(tail)
    lines.append(current)
    return [line for line in lines if any(mark in line.plain for mark in ("[-", "{+")) or line.spans]


def _ends(kept: str, *, first: bool, last: bool) -> tuple[str, str | None]:
    """What of an unchanged stretch is shown after one change and before the next; None: it is short, they join."""
    flat = " ".join(kept.split())
    words = flat.split(" ")
    lead, trail = " " * kept[:1].isspace(), " " * kept[-1:].isspace()
    if first:
        return "", ("… " if len(words) > CONTEXT else "") + " ".join(words[-CONTEXT:]) + trail
    if last:
        return lead + " ".join(words[:CONTEXT]) + (" …" if len(words) > CONTEXT else ""), None
    if len(words) <= 2 * CONTEXT:
        return lead + flat + trail, None
    return lead + " ".join(words[:CONTEXT]) + " …", "… " + " ".join(words[-CONTEXT:]) + trail


def _append(line: Text, piece: Piece, coloured: bool) -> None:
    words = piece.text.rstrip()
    space = " " if words != piece.text else ""
    words = " ".join(words.split())
    if coloured:
        line.append(words, style="red strike" if piece.op == "-" else "green underline")
        line.append(space)
    else:
        line.append(f"[-{words}-]{space}" if piece.op == "-" else f"{{+{words}+}}{space}")
