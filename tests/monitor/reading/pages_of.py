"""Builds the pages that the reading tests ask about."""

from __future__ import annotations

import json
from typing import Any

PROSE = (
    "The agency said on Tuesday that one hundred and fifty officers would move from the port to the interior of the "
    "state, where they are to support a task force of five other agencies until the end of the year.",
    "A spokesperson said that the officers had volunteered, that their posts would be filled by colleagues from the "
    "north, and that the cost of the move would be told to Congress before the summer.",
    "Mayors of the towns along the river said they had not been asked, and that two of the bridges would now close at "
    "night, which the agency did not deny when it was asked about it later in the week.",
)


def page(
    *,
    title: str = "Officers move inland | Example News",
    h1: str = "Officers move inland",
    head: str = "",
    ld: Any = None,
    above: str = "",
    prose: tuple[str, ...] = PROSE,
    below: str = "",
    lang: str = "en",
    body_class: str = "",
) -> bytes:
    script = f'<script type="application/ld+json">{json.dumps(ld)}</script>' if ld is not None else ""
    heading = f"<h1>{h1}</h1>" if h1 else ""
    paragraphs = "".join(f"<p>{text}</p>" for text in prose)
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{head}{script}</head>'
        f'<body class="{body_class}"><nav><a href="/">Home</a> <a href="/news">News</a></nav>'
        f"<main><article>{heading}{above}{paragraphs}</article></main>{below}"
        f"<footer>© 2026 Example News. All rights reserved.</footer></body></html>"
    ).encode()


def meta(**contents: str) -> str:
    """Meta elements; ``__`` in a key stands for ``:``."""
    return "".join(f'<meta property="{key.replace("__", ":")}" content="{value}">' for key, value in contents.items())
