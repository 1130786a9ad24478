"""How a digest looks: HTML and text of equal content from the templates; what cannot be shown is a plain line."""

from __future__ import annotations

import logging
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from monitor.digest.headers import clean, shortened
from monitor.digest.model import Conflict, Digest, EventEntry, Folded, Ref

LARGEST = 100_000  # bytes of HTML: Gmail cuts a mail off at 102 kB
_WIDTH = 72
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A digest as its readers get it."""

    subject: str
    text: str
    html: str


def rendered(digest: Digest) -> Rendered:
    """The digest as subject, text and HTML; entries that cannot be rendered are plain lines naming their story."""
    text = _page("digest.txt", digest)
    html = _page("digest.html", digest)
    return Rendered(subject=subject(digest), text=_tidy(text), html=html)


def subject(digest: Digest) -> str:
    """The first shift in the subject, the rest counted: ``Daily: CBP → ICE · about 1,500 agents · announced (+2)``."""
    sample = "[sample] " if digest.sample else ""
    shifts = [*digest.events, *(entry for entry in digest.changed)]
    if shifts:
        first = shifts[0]
        more = f" (+{len(shifts) - 1})" if len(shifts) > 1 else ""
        return shortened(f"{sample}{digest.title}: {clean(first.line)}", 180) + more
    if digest.edits:
        told = f"{digest.edits[0].ref.source} {digest.edits[0].kind}"
        more = f" (+{len(digest.edits) - 1})" if len(digest.edits) > 1 else ""
        return f"{sample}{digest.title}: {clean(told)}{more}"
    if count := digest.stories + len(digest.continued) + digest.left:
        return f"{sample}{digest.title}: {count} stor{'y' if count == 1 else 'ies'}, no new shift"
    if any(one.new for one in digest.unseen):
        return f"{sample}{digest.title}: nothing new, and not everything could be seen"
    return f"{sample}{digest.title}: nothing new"


def summary(digest: Digest) -> str:
    """One line that says what is in it."""
    parts = [
        _counted(len(digest.events), "new shift"),
        _counted(len(digest.changed) + len(digest.edits), "change"),
        _counted(len(digest.continued), "shift told before", "shifts told before"),
        _counted(digest.stories, "other story", "other stories"),
        _counted(len(digest.unseen), "source not seen", "sources not seen"),
    ]
    told = [part for part in parts if part]
    if not digest.news:
        return " · ".join(["Nothing new in this time", *told])
    return " · ".join(told)


def _counted(count: int, one: str, many: str = "") -> str:
    return "" if not count else f"{count} {one if count == 1 else many or one + 's'}"


# ── templates ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _page(name: str, digest: Digest) -> str:
    kind = name.rpartition(".")[2]

    def entry(which: str, one: Any) -> str:
        return _entry(f"{which}.{kind}", one)

    return _environment().get_template(name).render(digest=digest, summary=summary(digest), entry=entry)


def _entry(name: str, one: Any) -> str:
    """One entry; a story that breaks the template costs its own place alone."""
    try:
        body = _environment().get_template(name).render(one=one)
        body.encode("utf-8")
    except Exception as error:
        url = clean(getattr(getattr(one, "ref", None), "url", "") or "")
        _log.warning("a story cannot be shown in a digest (%s): %s", type(error).__name__, url or "no address")
        body = _environment().get_template(f"plain.{name.rpartition('.')[2]}").render(url=url)
    return Markup(body) if name.endswith(".html") else body  # noqa: S704 - rendered by an autoescaping template


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("monitor.digest", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "wrapped": _wrapped,
        "also": also,
        "widths": _widths,
        "shown": _shown,
    }
    environment.filters.update(filters)
    return environment


def also(folded: Folded) -> str:
    """Who else tells it: ``also: CNN, RedState +3; release: cbp.gov, 4 h earlier``."""
    parts = []
    if folded.refs:
        names = ", ".join(ref.source for ref in folded.refs)
        parts.append(f"also: {names}{f' +{folded.more}' if folded.more else ''}")
    if folded.release is not None:
        parts.append(f"release: {folded.release.source}{f', {folded.earlier}' if folded.earlier else ''}")
    return "; ".join(parts)


def _widths(conflict: Conflict) -> Sequence[tuple[object, int]]:
    """Each claim with the length of its bar, percent of the longest; 0 when the numbers cannot be compared."""
    sizes = [_size(claim.value) for claim in conflict.claims]
    longest = max(sizes)
    if not longest or min(sizes) <= 0:
        return [(claim, 0) for claim in conflict.claims]
    return [(claim, max(4, round(100 * size / longest))) for claim, size in zip(conflict.claims, sizes, strict=True)]


def _size(value: str) -> float:
    """The number a claim begins with, 0 when there is none."""
    digits = "".join(char for char in value.split("–", maxsplit=1)[0].replace(",", "") if char.isdigit() or char == ".")
    try:
        return float(digits)
    except ValueError:
        return 0.0


def _shown(url: str) -> str:
    """An address for reading: without scheme, not longer than a line."""
    return shortened(url.partition("://")[2], 60)


def _wrapped(text: str, indent: int = 0, first: str = "") -> str:
    """Text in lines of 72 characters; an address is never broken."""
    pad = " " * indent
    return textwrap.fill(
        " ".join(text.split()),
        width=_WIDTH,
        initial_indent=first or pad,
        subsequent_indent=pad,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _tidy(text: str) -> str:
    """At most one empty line together, none at the ends."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip("\n") + "\n"


__all__ = ["EventEntry", "Ref", "Rendered", "also", "rendered", "subject", "summary"]
