"""A story's title: the wording most of the page's declarations agree on, without the site's name."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from monitor.reading import jsonld
from monitor.reading.declared import Declared, words
from monitor.reading.text import clean

_LONGEST = 1_000
_SEPARATOR = re.compile(r"\s+(?:[|·•»›«‹~⋆*]+|[-–—]{1,3}|::+|//)\s+|\s*(?:\|+|\s::\s)\s*")
_MASTHEAD = re.compile(
    r"site-?(?:title|name|branding|logo)|\blogo\b|masthead|blog-?(?:title|name)|\bbrand", re.IGNORECASE
)
_HOME = re.compile(r"(?:https?://[^/?#]+)?/?(?:index\.\w+)?$")
_DOMAIN = re.compile(r"(?:\w[\w-]*\.)+[a-z]{2,10}", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_META_KEYS = (
    "parsely-title",
    "sailthru.title",
    "citation_title",
    "dc.title",
    "dcterms.title",
    "fb_title",
    "headline",
    "hdl",
    "rbtitle",
    "title",
)
# Declared "titles" that are the page's furniture, never a story's.
_FURNITURE = frozenset(
    "home homepage news justice news press release press releases media release media releases newsroom article "
    "articles blog blog post untitled untitled document index search menu just a moment latest news story video".split(
        " "
    )
) | {
    "justice news",
    "press release",
    "press releases",
    "media release",
    "media releases",
    "news releases",
    "news release",
    "latest news",
    "blog post",
    "untitled document",
    "home page",
    "breaking news",
}


@dataclass(frozen=True, slots=True)
class _Candidate:
    text: str
    signal: str
    weight: float


def find_title(
    declared: Declared, *, strip: Sequence[str] = (), lead_title: str = "", site_names: Iterable[str] = ()
) -> tuple[str, str]:
    """The title and the signal that won, or ``("", "")``.

    Declarations vote: those that say the same once the site's name is off are one wording, and the weightiest wording
    wins. ``strip`` holds a site's regular expressions to cut; ``lead_title`` is what the channel called the story.
    """
    names = {_folded(name) for name in (*site_names, *_site_names(declared)) if name} | _mastheads(declared)
    candidates = [
        _Candidate(text, signal, weight)
        for raw, signal, weight in _declarations(declared, lead_title)
        if (text := _cut(tidy(raw), strip)) and _folded(text) not in names
    ]
    if not candidates:
        return "", ""
    bare = [_Candidate(_without_site(c.text, candidates, names), c.signal, c.weight) for c in candidates]
    bare = [c for c in bare if _folded(c.text) and _folded(c.text) not in _FURNITURE] or bare
    best: _Candidate | None = None
    best_score = 0.0
    for index, candidate in enumerate(bare):
        score = candidate.weight
        for other_index, other in enumerate(bare):
            if other_index != index:
                score += other.weight * _agreement(candidate.text, other.text)
        if score > best_score + 1e-9:
            best, best_score = candidate, score
    if best is None:
        return "", ""
    best = _as_shown(best, bare)
    same = [c for c in bare if _folded(c.text) == _folded(best.text)]
    # The same wording, as the reader sees it: the heading keeps the typography that meta elements lose.
    shown = next((c for c in same if c.signal in ("h1", "json-ld:headline")), best)
    return shown.text, "+".join(dict.fromkeys(c.signal for c in (shown, *same)))


def _as_shown(best: _Candidate, candidates: Sequence[_Candidate]) -> _Candidate:
    """The page's one heading where it words the same title a little differently: it is what readers see and cite."""
    headings = [c for c in candidates if c.signal == "h1" and _agreement(c.text, best.text) >= 0.5]
    if best.signal == "h1" or len({_folded(c.text) for c in headings}) != 1:
        return best
    heading = headings[0]
    return heading if 0.7 <= len(heading.text) / len(best.text) <= 1.5 else best


def tidy(raw: str) -> str:
    """A title in one clean line: entities decoded (twice encoded ones too), tags gone, blanks collapsed."""
    text = html.unescape(raw[: 4 * _LONGEST])
    if "&" in text and ";" in text:
        text = html.unescape(text)
    if "<" in text:
        text = re.sub(r"</?[a-zA-Z][^<>]{0,200}>", "", text)
    return " ".join(clean(text).split())[:_LONGEST]


def _declarations(declared: Declared, lead_title: str) -> Iterable[tuple[str, str, float]]:
    """Every declaration that may be the title, with its weight, the most trusted first."""
    for value in declared.metas.get("og:title", ())[:1]:
        yield value, "og:title", 3.0
    headline = jsonld.first(declared.ld("headline")) or jsonld.first(declared.ld("name"))
    if headline:
        yield headline, "json-ld:headline", 3.0
    said = " ".join(_folded(text) for text in (declared.meta("og:title"), headline, declared.title) if text)
    mastheads = _mastheads(declared)
    headings = [text for element in declared.h1[:6] if (text := words(element)) and len(text) > 2]
    headings = [text for text in headings if _folded(text) not in _FURNITURE | mastheads]
    for text in headings:
        # one heading is the story's when the page calls itself so too; of several, only agreement tells which
        yield text, "h1", (3.0 if _folded(text)[:40] in said else 2.5) if len(headings) == 1 else 1.5
    if not headings:
        seconds = [text for element in declared.h2[:20] if len(text := words(element)) > 8]
        for text in [text for text in seconds if _folded(text) in said] or (seconds[:1] if not said else []):
            yield text, "h2", 2.0
    for value in declared.metas.get("twitter:title", ())[:1]:
        yield value, "twitter:title", 1.5
    for key in _META_KEYS:
        for value in declared.metas.get(key, ())[:1]:
            yield value, f"meta:{key}", 1.0
    if declared.title:
        yield declared.title, "title", 2.0
    if lead_title:
        yield lead_title, "lead", 1.0


def _mastheads(declared: Declared) -> set[str]:
    """First headings that are the site's name: in its masthead, leading home, or the shorter half of the page's title
    whose longer half is a second heading (as old blogs have it). What is declared as the title never is."""
    said = _folded(f"{declared.meta('og:title')} {jsonld.first(declared.ld('headline'))}")
    halves = {_folded(part) for part in _SEPARATOR.split(declared.title) if part}
    seconds = {_folded(words(element)) for element in declared.h2[:10]} if len(halves) > 1 else set()
    found = set()
    for element in declared.h1[:6]:
        text = _folded(words(element))
        if not text or text in said:
            continue
        alone = len(declared.h1) == 1 and text in halves
        blog = alone and any(half in seconds and len(half) > len(text) for half in halves)
        if blog or (len(text.split()) <= 6 and _in_masthead(element)):
            found.add(text)
    return found


def _in_masthead(element: HtmlElement) -> bool:
    above = (element, *itertools.islice(element.iterancestors(), 2))
    if any(_MASTHEAD.search(f"{e.get('class') or ''} {e.get('id') or ''}") for e in above):
        return True
    link = next(element.iter("a"), None)
    return link is not None and bool(_HOME.match((link.get("href") or "").strip()))


def _site_names(declared: Declared) -> Iterable[str]:
    yield declared.meta("og:site_name")
    yield declared.meta("application-name")
    yield jsonld.first(declared.ld("publisher"))


def _cut(text: str, patterns: Sequence[str]) -> str:
    for pattern in patterns:
        text = re.sub(pattern, "", text).strip()
    return text


def _without_site(text: str, candidates: Sequence[_Candidate], names: set[str]) -> str:
    """``text`` without the site's or section's name at its end (or start).

    A part is cut off when it is a name the page declares, or when what remains is another declaration word for word:
    a headline's own dash is nobody's name, so it stays.
    """
    pieces = list(_SEPARATOR.finditer(text))
    if not pieces:
        return text
    others = {_folded(c.text) for c in candidates if c.text != text}
    for piece in pieces:
        head = text[: piece.start()].strip()
        if head and _folded(head) in others and _folded(text) != _folded(head):
            return head
    for piece in reversed(pieces):
        tail = text[piece.end() :].strip()
        if tail and _folded(tail) in others and len(tail) > len(text) // 3:
            return tail
    kept = text
    for piece in reversed(pieces):
        if not kept[: piece.start()].strip() or not _is_site(_folded(kept[piece.end() :]), names):
            break
        kept = kept[: piece.start()].strip()
    first = pieces[0]
    if kept == text and _folded(text[: first.start()]) in names and text[first.end() :].strip():
        kept = text[first.end() :].strip()
    return _without_unknown_site(kept)


def _is_site(part: str, names: set[str]) -> bool:
    return any(part == name or part.startswith(f"{name} ") or part.endswith(f" {name}") for name in names if name)


def _without_unknown_site(text: str) -> str:
    """Cut last parts that can only be a site's or section's name: short and after a bar, or looking like a domain."""
    for piece in reversed(list(_SEPARATOR.finditer(text))):
        head, tail = text[: piece.start()].strip(), text[piece.end() :].strip()
        bar = any(mark in piece[0] for mark in "|»·•")
        if not (bar or _DOMAIN.fullmatch(tail)) or len(_WORD.findall(tail)) > 5 or len(_WORD.findall(head)) < 2:
            break
        text = head
    return text


def _agreement(one: str, other: str) -> float:
    """How far two wordings are the same: 1 same, 0.8 one cut short, 0.5 mostly the same words, 0 else."""
    a, b = _folded(one), _folded(other)
    if a == b:
        return 1.0
    if len(a) > 20 and len(b) > 20 and (a.startswith(b) or b.startswith(a)):
        return 0.8 if len(a) >= len(b) or one.endswith(("…", "...")) else 0.6
    left, right = set(a.split()), set(b.split())
    shared = len(left & right) / max(1, len(left | right))
    return 0.5 if shared >= 0.6 else 0.0


def _folded(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
