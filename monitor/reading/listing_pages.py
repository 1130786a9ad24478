"""Whether a page is a list of stories (a front, an archive, a search) rather than one story."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from monitor.model import Link
from monitor.reading import jsonld
from monitor.reading import page_words as say
from monitor.reading.declared import Declared, words

_MANY = 8  # linked headlines or dates that one story's own page rarely has
_MOST_CARDS = 200
_LONGEST_CARD = 700  # a teaser, not a story
_CARD_LEVELS = 3


def why_listing(
    tree: HtmlElement,
    declared: Declared,
    url: str,
    text: str,
    links: Sequence[Link],
    *,
    template: str,
    claimed: bool,
) -> str:
    """Why the page is a list, in words, or ``""``.

    Clues are weighed: an address alone never decides, nor do the cards of other stories that articles end with. What
    tells most is where the text that was read stands: in cards under linked headlines, or in links. ``template`` is
    the body's classes; ``claimed`` whether the page declares itself an article, which only a page without one
    paragraph of a story's length can lose.
    """
    story = bool(say.STORY_TEMPLATE.search(template))
    weights: dict[str, int] = {}
    if _section_address(url):
        weights["its address is a section's"] = 1
    kinds = {name for node in declared.nodes[:40] for name in jsonld.types(node)}
    if kinds & (jsonld.LISTING_TYPES - {"itemlist"}) and not declared.article:
        weights["it declares a collection"] = 1
    if say.LISTING_TEMPLATE.search(template) and not story:
        weights["its template is a list's"] = 1
    if declared.meta("og:type").lower() in ("website", "blog") and not declared.article:
        weights["it declares a site"] = 1
    headlines = _linked_headlines(tree)
    if len(headlines) >= _MANY or len(declared.times) >= _MANY:
        weights[f"{max(len(headlines), len(declared.times))} headlines or dates"] = 1
    paragraphs = [paragraph for paragraph in text.split("\n\n") if paragraph]
    short = max(map(len, paragraphs), default=0) < 180
    if short:
        weights["no paragraph of a story's length"] = 1
    if not claimed and len(headlines) >= 5 and _share_in_cards(paragraphs, headlines) > 0.6:
        weights["its text is teasers of other stories"] = 2
    if len(text) > 200 and sum(len(link.text) for link in links) > 0.6 * len(text):
        weights["its text is links"] = 2
    enough = 4 if story or claimed else 3
    return "; ".join(weights) if sum(weights.values()) >= enough and (short or not (story or claimed)) else ""


def _section_address(url: str) -> bool:
    parts = urlsplit(url)
    if say.PAGE_NUMBER.search(parts.query):
        return True
    if not parts.path.strip("/"):
        return not say.POST_NUMBER.search(parts.query)
    return bool(say.LISTING_PATH.match(parts.path))


def _linked_headlines(tree: HtmlElement) -> list[HtmlElement]:
    """Headings whose words are a link to another page."""
    found = []
    for heading in tree.iter("h2", "h3", "h4"):
        link = next(heading.iter("a"), None)
        if link is None:
            link = next((above for above in heading.iterancestors("a")), None)
        elsewhere = link is not None and not (link.get("href") or "#").startswith("#")
        if link is not None and elsewhere and 2 * len(words(link, 300)) > len(words(heading, 300)) > 0:
            found.append(heading)
        if len(found) >= _MOST_CARDS:
            break
    return found


def _share_in_cards(paragraphs: Sequence[str], headlines: Sequence[HtmlElement]) -> float:
    """How much of the text stands in small boxes with a linked headline of their own."""
    cards = []
    known = set(headlines)
    for heading in headlines:
        card = heading
        for above in islice(heading.iterancestors(), _CARD_LEVELS):
            if sum(1 for inner in above.iter("h1", "h2", "h3", "h4") if inner in known or inner.tag == "h1") > 1:
                break
            card = above
        text = words(card, _LONGEST_CARD)
        if len(text) < _LONGEST_CARD:
            cards.append(text)
    boxed = " ".join(cards)
    return sum(len(text) for text in paragraphs if text[:100] in boxed) / max(1, sum(map(len, paragraphs)))
