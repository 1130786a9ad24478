"""Says in words what a body is that is not the channel it should be, and knows a bot wall from a plain mistake."""

from __future__ import annotations

import re
from typing import Final

from monitor.reading.text import clean, unescape

_LOOKED_AT: Final = 60_000
_HTML: Final = re.compile(
    r"\s*(?:<\?xml[^<>]*>\s*)?(?:<!--(?:[^-]|-(?!->))*+-->\s*+)*+<(?:!doctype\s+html|html|head|body|meta|title)\b",
    re.IGNORECASE,
)
_TITLE: Final = re.compile(r"<title[^<>]*>([^<]{0,300})", re.IGNORECASE)
_ROOT: Final = re.compile(r"<([A-Za-z_][\w.:-]{0,60})")
# What the walls of Cloudflare, Akamai, Imperva, DataDome, PerimeterX, AWS, Sucuri and DDoS-Guard have in their pages.
_WALL: Final = re.compile(
    r"cf-chl|cf_chl_opt|challenge-platform|cdn-cgi/challenge|<title>just a moment|attention required! \| cloudflare"
    r"|errors\.edgesuite\.net|access denied.{0,200}reference&#32;#|reference #\d+\.[0-9a-f]+\.\d+"
    r"|_incapsula_resource|incapsula incident|captcha-delivery\.com|datadome|px-captcha|perimeterx|human verification"
    r"|awswafcookiedomainlist|aws-waf-token|sucuri website firewall|ddos-guard|g-recaptcha|h-captcha|cf-turnstile"
    r"|enable javascript and cookies to continue|please verify you are a human|are you a robot|checking your browser"
    r"|unusual traffic from your",
    re.IGNORECASE | re.DOTALL,
)


def is_html(body: str) -> bool:
    """Whether the text starts as an HTML page does."""
    return _HTML.match(body[:4_000]) is not None


def is_wall(body: str) -> bool:
    """Whether the text bears the marks of a bot wall."""
    return _WALL.search(body[:_LOOKED_AT]) is not None


def explain(body: str, due: str) -> tuple[str, bool]:
    """One line on what stands where ``due`` (such as "a feed") was expected, and whether it is a bot wall."""
    if not body.strip():
        return f"the answer is empty where {due} was due", False
    if is_html(body):
        wall = is_wall(body)
        found = _TITLE.search(body[:_LOOKED_AT])
        named = clean(unescape(found[1]), limit=100) if found else ""
        what = "a bot wall" if wall else "an HTML page"
        return f"{what} where {due} was due" + (f': "{named}"' if named else ""), wall
    if body.lstrip()[:1] in "{[":
        return f"JSON where {due} was due", False
    root = _ROOT.search(body[:_LOOKED_AT])
    if root and body.lstrip().startswith("<"):
        return f"an XML document <{root[1]}> where {due} was due", False
    return f'text where {due} was due: "{clean(body, limit=60)}"', False
