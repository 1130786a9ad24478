"""Digests on the command line: compose and send, look at one without sending, the outbox, and feeds of any query."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli_options import configuration, shared_options

if TYPE_CHECKING:
    from monitor.app_digest import Digested, Preview

_AGE = re.compile(r"([1-9]\d{0,4})([hdwm])")
_HOURS = {"h": 1, "d": 24, "w": 168, "m": 720}


class Moment(click.ParamType[datetime]):
    """A moment: ``7d``, ``12h`` (before now), ``2026-05-01`` or ``2026-05-01T07:00`` (UTC unless it says otherwise)."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment, aware UTC."""
        if isinstance(value, datetime):
            return value
        if age := _AGE.fullmatch(value):
            return datetime.now(UTC).replace(microsecond=0) - timedelta(hours=int(age[1]) * _HOURS[age[2]])
        try:
            at = datetime.fromisoformat(value)
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no moment; write 7d, 12h, 2026-05-01 or 2026-05-01T07:00", param, ctx)


class DigestGroup(click.Group):
    """``shiftwatch digest NAME`` is ``shiftwatch digest send NAME``; a digest named like a command needs the latter."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``send`` first where no command is named."""
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = ["send", *args]
        return super().parse_args(ctx, args)


@click.group(cls=DigestGroup, invoke_without_command=False)
def digest() -> None:
    """Compose and send digests: NAME, or --all that are due.

    \b
    shiftwatch digest NAME              what is new since the last one, now
    shiftwatch digest --all             every digest whose time has come, and what waits in the outbox (for cron)
    shiftwatch digest NAME --print      look at it, sending nothing
    shiftwatch digest test NAME         send a sample of the last week to one address
    shiftwatch digest list              digests, deliveries, the mail server

    Exit code 1 when something that was to be sent was not.
    """


@digest.command()
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Every digest that is due, and what waits to be sent.")
@click.option("--print", "to_print", is_flag=True, help="Print the text part; send nothing.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write the HTML part; send nothing.")
@click.option("--eml", type=click.Path(path_type=Path), metavar="FILE", help="Write the whole mail; send nothing.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent; send nothing.")
@click.option("--since", type=Moment(), metavar="WHEN", help="A window of your own, from here (7d, 2026-05-01).")
@click.option("--until", type=Moment(), metavar="WHEN", help="… up to here.")
@click.option("--retry", is_flag=True, help="Try the mail server though it was unwell a short while ago.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@shared_options
def send(
    name: str | None,
    every: bool,
    to_print: bool,
    html: Path | None,
    eml: Path | None,
    dry_run: bool,
    since: datetime | None,
    until: datetime | None,
    retry: bool,
    as_json: bool,
) -> int:
    """Compose the digest NAME of what is new since the last one, and send it; --all: those that are due."""
    if bool(name) == every:
        raise click.UsageError("name one digest, or give --all")
    looking = to_print or html is not None or eml is not None or dry_run
    if every and looking:
        raise click.UsageError("--all sends; to look at a digest name it")
    if (since or until) and not looking:
        raise click.UsageError("--since and --until are for looking: add --print, --html FILE, --eml FILE or --dry-run")
    if looking:
        assert name is not None
        return _look(name, to_print=to_print, html=html, eml=eml, since=since, until=until, as_json=as_json)
    from monitor.app_digest import send_digests

    done = send_digests(configuration(), name, retry=retry)
    if as_json:
        click.echo(json.dumps(_done_json(done), indent=2))
    else:
        for line in _done_lines(done):
            click.echo(line)
    return 1 if done.troubled else 0


def _look(
    name: str,
    *,
    to_print: bool,
    html: Path | None,
    eml: Path | None,
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
) -> int:
    from monitor.app_digest import preview, write_whole

    seen = preview(configuration(), name, since=since, until=until)
    if html is not None:
        write_whole(html, seen.draft.rendered.html.encode("utf-8"))
    if eml is not None:
        write_whole(eml, seen.message)
    if as_json:
        click.echo(json.dumps(_preview_json(seen), indent=2, ensure_ascii=False))
    elif to_print:
        click.echo(seen.draft.rendered.text, nl=False)
    else:
        from monitor.digest.desk import worth_sending
        from monitor.digest.render import summary

        spec = seen.draft.spec
        told = "would be sent" if worth_sending(seen.draft.digest, spec) else f"would not be sent (when = {spec.when})"
        click.echo(f"{seen.draft.rendered.subject}\n{seen.draft.digest.period}\n{summary(seen.draft.digest)}")
        click.echo(f"{told} to {', '.join(spec.to)}")
    return 0


def _preview_json(seen: Preview) -> dict[str, Any]:
    composed = seen.draft.digest
    return {
        "name": composed.name,
        "subject": seen.draft.rendered.subject,
        "start": composed.start.isoformat(),
        "end": composed.end.isoformat(),
        "events": [one.line for one in composed.events],
        "changed": [f"{one.line}; {one.news}" for one in composed.changed],
        "edits": [f"{one.ref.source}: {one.kind} {one.gist}".strip() for one in composed.edits],
        "continued": [one.line for one in composed.continued],
        "stories": composed.stories,
        "unseen": [f"{one.source}: {one.state}" for one in composed.unseen],
        "left": composed.left,
        "older": composed.older,
        "html_bytes": len(seen.draft.rendered.html.encode("utf-8")),
    }


@digest.command()
@click.argument("name")
@click.option("--to", metavar="ADDRESS", help="Send it here instead of to the digest's first recipient.")
@shared_options
def test(name: str, to: str | None) -> int:
    """Send a sample of the last week to one address; nothing is remembered."""
    from email.utils import parseaddr

    from monitor.app_digest import send_sample
    from monitor.digest.parcels import Handed

    if (
        to is not None
        and not (parseaddr(to)[1].isascii() and "@" in parseaddr(to)[1])
        and not to.startswith("apprise:env:")
    ):
        raise click.UsageError(f'--to {to!r}: write an e-mail address such as "you@example.org"')
    target, receipt = send_sample(configuration(), name, to)
    if receipt.outcome is Handed.SENT:
        click.echo(f"a sample of {name} was sent to {target}")
        return 0
    click.echo(f"the sample of {name} was not sent to {target}: {receipt.error}", err=True)
    return 1


@digest.command("list")
@click.argument("name", required=False)
@click.option("--limit", "-n", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Deliveries shown.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@shared_options
def list_(name: str | None, limit: int, as_json: bool) -> int:
    """The digests configured, their latest deliveries, and how the mail server fares."""
    from monitor.app_digest import digest_states

    state = digest_states(configuration(), name, limit)
    if as_json:
        click.echo(json.dumps(state, indent=2, ensure_ascii=False))
    else:
        for line in _state_lines(state):
            click.echo(line)
    return 0


def _state_lines(state: dict[str, Any]) -> list[str]:
    lines = []
    for one in state["digests"]:
        turn = f"; last turn {_short(one['last_turn'])}" if one["last_turn"] else ""
        lines.append(f"{one['name']}: {one['schedule']} ({one['timezone']}) to {', '.join(one['to'])}{turn}")
    server = state["server"]
    if server["failures"]:
        lines.append(
            f"mail server {server['name']} rests until {_short(server['wait_until'])} UTC after {server['failures']}"
            f" failure{'s' if server['failures'] > 1 else ''}: {server['error']}"
        )
    for one in state["deliveries"]:
        tail = ""
        if one["state"] == "sent":
            tail = f" {_short(one['sent_at'])}"
        elif one["error"]:
            tail = f": {one['error']}"
        if one["state"] == "pending" and one["attempts"]:
            tail += f"; next try {_short(one['next_at'])} UTC"
        lines.append(f"{one['name']} {_short(one['window_end'])} → {one['recipient']}: {one['state']}{tail}")
    return lines or ["no digest is configured"]


def _short(text: str) -> str:
    return text[:16].replace("T", " ")


def _done_lines(done: Digested) -> list[str]:
    lines = []
    for one in done.composed:
        if one.id is not None:
            lines.append(f"{one.name}: {one.subject}")
        elif one.reason != "not due":
            lines.append(f"{one.name}: not sent, {one.reason}")
    for delivered in done.posted.done:
        letter, receipt = delivered.letter, delivered.receipt
        if receipt.outcome.value == "sent":
            lines.append(f"{letter.name} → {letter.recipient}: sent")
        else:
            next_at = f"; next try {delivered.next_at:%Y-%m-%d %H:%M} UTC" if delivered.next_at else "; given up"
            lines.append(f"{letter.name} → {letter.recipient}: {receipt.outcome.value}, {receipt.error}{next_at}")
    if (rest := done.posted.resting) is not None:
        until = f" (next try {rest.until:%Y-%m-%d %H:%M} UTC, or --retry)" if rest.until else ""
        lines.append(f"{done.posted.untried} mail{'s' if done.posted.untried != 1 else ''} wait: {rest.error}{until}")
    return lines


def _done_json(done: Digested) -> dict[str, Any]:
    return {
        "digests": [
            {"name": one.name, "id": one.id, "subject": one.subject, "reason": one.reason} for one in done.composed
        ],
        "deliveries": [
            {
                "digest": one.letter.digest,
                "name": one.letter.name,
                "recipient": one.letter.recipient,
                "message_id": one.letter.message_id,
                "outcome": one.receipt.outcome.value,
                "error": one.receipt.error,
                "next_at": one.next_at.isoformat() if one.next_at else None,
            }
            for one in done.posted.done
        ],
        "waiting": done.posted.untried,
        "error": done.posted.resting.error if done.posted.resting else "",
        "stopped": done.stopped,
    }


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
)
@click.argument("query", nargs=-1)
@click.option("--format", "kind", type=click.Choice(["atom", "rss", "json"]), default="atom", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it here, whole or not at all.")
@click.option("--title", help="The feed's title (default: the query).")
@click.option("--url", default="", help="Where the feed will be served.")
@click.option("--limit", "-n", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many.")
@shared_options
def feed(query: Sequence[str], kind: str, out: Path | None, title: str | None, url: str, limit: int) -> int:
    """Write the newest stories of a QUERY (see `shiftwatch stories --help`) as Atom, RSS or JSON Feed.

    For people who prefer a feed reader to mail: put it into cron beside `shiftwatch collect` and let any web server
    serve the file. The same stories give the same bytes.
    """
    from hashlib import blake2b

    from monitor.app_digest import feed_entries, write_whole
    from monitor.digest.feeds import Feed, written
    from monitor.query import parse

    parsed = parse(" ".join(query))
    words = str(parsed)
    identity = f"urn:shiftwatch:{blake2b(words.encode(), digest_size=12).hexdigest()}"
    entries = feed_entries(configuration(), parsed, limit)
    made = Feed(title=title or f"Shiftwatch: {words or 'all stories'}", identity=identity, entries=entries, url=url)
    content = written(made, kind)
    if out is None:
        click.echo(content.decode("utf-8"), nl=False)
    else:
        write_whole(out, content)
        click.echo(f"{out}: {len(entries)} stor{'y' if len(entries) == 1 else 'ies'}")
    return 0
