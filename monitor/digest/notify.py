"""Other ways to tell people than mail, through Apprise: Slack, Teams, Matrix, ntfy, webhooks and a hundred more."""

from __future__ import annotations

import os
from typing import Any

from monitor.config import secret
from monitor.digest.headers import shortened
from monitor.digest.parcels import Handed, Receipt, Waiting
from monitor.errors import ConfigError

SCHEME = "apprise"
LONGEST = 3_500  # characters: what the narrowest of the widely used services bears


async def notify(target: str, letter: Waiting) -> Receipt:
    """Send a digest's text to the service whose address ``apprise:env:NAME`` names.

    Apprise tells whether it worked and nothing else; so a failure is tried again like a busy mail server.
    """
    try:
        import apprise
    except ImportError:
        return Receipt(outcome=Handed.LATER, error="Apprise is not installed; pip install 'shiftwatch[notify]'")
    try:
        address = secret(target.removeprefix(f"{SCHEME}:"), os.environ)
    except ConfigError as error:
        return Receipt(outcome=Handed.LATER, error=str(error))
    service: Any = apprise.Apprise()
    if not service.add(address):
        return Receipt(outcome=Handed.REFUSED, error=f"{target}: Apprise knows no such service")
    title, _, body = letter.message.decode("utf-8").partition("\n")
    sent = await service.async_notify(title=title, body=shortened_lines(body), body_format=apprise.NotifyFormat.TEXT)
    return Receipt(outcome=Handed.SENT) if sent else Receipt(outcome=Handed.LATER, error=f"{target}: was not taken")


def shortened_lines(text: str) -> str:
    """Whole lines up to the limit, and a word about the rest."""
    if len(text) <= LONGEST:
        return text
    kept = text[:LONGEST].rsplit("\n", 1)[0]
    return shortened(kept, LONGEST) + "\n… (shortened; the whole digest is in the archive)"
