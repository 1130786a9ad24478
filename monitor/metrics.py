"""The archive's numbers as Prometheus reads them: text, format 0.0.4. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

_UP = "# HELP shiftwatch_up Whether the archive can be read.\n# TYPE shiftwatch_up gauge\n"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """The archive in numbers at the moment ``at``.

    ``channels`` counts enabled channels by (source, kind, state), ``polls`` those of the last 24 h by (source,
    outcome), ``stories`` by (source, kind). ``last_ok`` is when a source last answered well, None: never.
    ``queues`` is what waits, by name. Sizes are bytes.
    """

    at: datetime
    channels: Mapping[tuple[str, str, str], int]
    polls: Mapping[tuple[str, str], int]
    last_ok: Mapping[str, datetime | None]
    stories: Mapping[tuple[str, str], int]
    versions: int
    newest_story: datetime | None
    queues: Mapping[str, int]
    archive_bytes: int
    log_bytes: int


def render(measures: Measures) -> str:
    """The exposition text. Every metric is a gauge: pruning, and a restored backup, may make any of them smaller."""
    lines: list[str] = []
    for name, help_, samples in _families(measures):
        lines += [f"# HELP shiftwatch_{name} {help_}", f"# TYPE shiftwatch_{name} gauge"]
        lines += [f"shiftwatch_{name}{_labels(labels)} {_number(value)}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def unavailable(reason: str) -> str:
    """What is told when the archive cannot be asked: a scrape that works and says that there is nothing to count."""
    words = " ".join(reason.split())
    return f"# {words}\n{_UP}shiftwatch_up 0\n"


_Sample = tuple[dict[str, str], float]


def _families(m: Measures) -> Iterator[tuple[str, str, list[_Sample]]]:
    yield "up", "Whether the archive can be read.", [({}, 1)]
    yield (
        "channels",
        "Enabled channels by state.",
        [({"source": s, "kind": k, "state": t}, n) for (s, k, t), n in sorted(m.channels.items())],
    )
    yield (
        "polls_24h",
        "Polls of the last 24 hours by outcome.",
        [({"source": s, "outcome": o}, n) for (s, o), n in sorted(m.polls.items())],
    )
    yield (
        "source_last_ok_age_seconds",
        "Seconds since a channel of the source last answered well; absent when none ever has.",
        [({"source": s}, (m.at - at).total_seconds()) for s, at in sorted(m.last_ok.items()) if at],
    )
    yield (
        "source_ever_ok",
        "Whether a channel of the source has ever answered well.",
        [({"source": s}, float(at is not None)) for s, at in sorted(m.last_ok.items())],
    )
    yield (
        "stories",
        "Stories in the archive.",
        [({"source": s, "kind": k}, n) for (s, k), n in sorted(m.stories.items())],
    )
    yield "versions", "Versions of stories in the archive.", [({}, m.versions)]
    newest: list[_Sample] = [({}, (m.at - m.newest_story).total_seconds())] if m.newest_story else []
    yield "newest_story_age_seconds", "Seconds since a story was last seen for the first time.", newest
    yield "queue", "What waits now, by what it waits for.", [({"queue": q}, n) for q, n in sorted(m.queues.items())]
    yield "archive_bytes", "Size of the archive's file.", [({}, m.archive_bytes)]
    yield "log_bytes", "Size of the archive's write-ahead log.", [({}, m.log_bytes)]


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
