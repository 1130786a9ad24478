"""The one address a page is filed under: its own, or the canonical one it declares when that plausibly is this page."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from monitor.reading.declared import Declared
from monitor.reading.urls import canonical

_TAIL = re.compile(r"^/(?:page/)?(?:\d{1,4}|amp|print|full|all|view|index\.\w+|comments)/?$", re.IGNORECASE)


def find_address(url: str, declared: Declared) -> tuple[str, str, str]:
    """The canonical address, the signal that won, and another host's declared address (recorded, not believed).

    ``url`` is the address that answered. A declared address is believed on the same host only, and never when it is
    the home page or a folder above this page: sites that point every page at its front exist.
    """
    own = canonical(url)
    elsewhere = ""
    said = [(signal, value) for signal, values in _declarations(declared) for value in values[:3]]
    for signal, value in said:
        address = canonical(value, base=url)
        if not address:
            continue
        if _bare(address) != _bare(own):
            elsewhere = elsewhere or address
        elif _plausible(address, own):
            return address, signal, elsewhere
    return own or url, "url", elsewhere


def _declarations(declared: Declared) -> tuple[tuple[str, list[str]], ...]:
    return (
        ("rel=canonical", declared.links.get("canonical", [])),
        ("og:url", declared.metas.get("og:url", [])),
    )


def _bare(address: str) -> str:
    """Host and port: what answers on another port is another server."""
    return urlsplit(address).netloc.removeprefix("www.")


def _plausible(address: str, own: str) -> bool:
    here, there = urlsplit(own), urlsplit(address)
    if here.path.rstrip("/") == there.path.rstrip("/"):
        # the same page; what the site leaves out of the query does not matter to it
        return bool(there.path.strip("/")) or here.query == there.query
    if not there.path.strip("/") and not there.query:
        return False
    above = there.path.rstrip("/") + "/"
    if here.path.startswith(above):
        return bool(_TAIL.match(here.path[len(above) - 1 :]))
    return True
