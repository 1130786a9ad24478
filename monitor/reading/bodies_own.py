"""Our own reading of a body: where the running prose stands, by the page's structure alone."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.reading.bodies_blocks import HEADINGS, Block, Box, Page, weight
from monitor.reading.bodies_names import READERS, Says

# A name that says furniture is not believed of a box that holds this share of the page's prose.
_EXEMPT_SHARE = 0.6
_EXEMPT_READERS_SHARE = 0.85
_EXEMPT_NAME_SHARE = 0.4
# A weak name is believed of a box with no more prose than this.
_WEAK_LIMIT = 300
# The body is the innermost box that still holds this share of the prose around it.
_DOMINANT_SHARE = 0.7
_TEXT_TAGS = frozenset({"p", "li", "blockquote", "tr", "dt", "dd", "pre"})


def settle_furniture(page: Page) -> None:
    """Add up the prose in every box, then take furniture names back from boxes that hold most of it.

    A name is taken back from all its boxes when together they hold much of the prose: a site whose every paragraph
    is called ``share-text`` means nothing by it.
    """
    total = 0
    by_name: dict[str, int] = {}
    for block in page.blocks:
        if block.prose:
            size = weight(block.text)
            total += size
            box: Box | None = block.furniture
            if box is not None and box is block.box:
                by_name[box.words] = by_name.get(box.words, 0) + size
            while box is not None:
                box.held += size
                box = box.enclosing
    for block in page.blocks:
        box = block.furniture
        while box is not None and _exempt(box, total, by_name):
            box = box.enclosing
        block.furniture = box


def _exempt(box: Box, total: int, by_name: dict[str, int]) -> bool:
    """Whether a box's furniture name is not to be believed."""
    if box.name is Says.WEAK and box.held > _WEAK_LIMIT:
        return True
    readers = READERS.search(box.words)
    if not readers and by_name.get(box.words, 0) >= _EXEMPT_NAME_SHARE * total > 0:
        return True
    return box.held >= (_EXEMPT_READERS_SHARE if readers else _EXEMPT_SHARE) * total > 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What reads as the article, by position in ``page.blocks``.

    ``accepted`` are its paragraphs; ``inside`` all blocks in the same box; ``first`` and ``last`` bound its prose;
    ``homes`` are the boxes (by id) whose children are its paragraphs.
    """

    accepted: set[int]
    inside: set[int]
    first: int
    last: int
    homes: set[int]
    size: int  # weight of the accepted paragraphs

    def near(self, n: int, block: Block) -> bool:
        """Whether a block this reading left out stands among the prose, or beside it in the same box."""
        if n not in self.inside or block.tag == "h1":
            return False
        return self.first <= n <= self.last or id(block.box.parent) in self.homes


def own_reading(page: Page) -> Reading:
    """Read the article off the page's structure."""
    settle_furniture(page)
    teasers = _teasers(page)
    running = {n for n, block in enumerate(page.blocks) if block.prose and block.furniture is None} - teasers
    for n in running:
        page.blocks[n].box.prose += weight(page.blocks[n].text)
    # Boxes are in document order, so walking them backwards meets every box after all it holds.
    for box in reversed(page.boxes):
        if box.parent is not None:
            box.parent.prose += box.prose
    inside = _inside(page, _body_box(page))
    prose = [n for n in inside if n in running]
    if not prose:
        return Reading(set(), set(inside), 0, -1, set(), 0)
    first, last = prose[0], prose[-1]
    homes = {id(page.blocks[n].box.parent) for n in prose}
    accepted = set(prose)
    for n in inside:
        block = page.blocks[n]
        if first <= n <= last and n not in teasers and block.furniture is None and _belongs(block, homes):
            accepted.add(n)
    _drop_idle_headings(page, accepted)
    size = sum(weight(page.blocks[n].text) for n in accepted)
    return Reading(accepted, set(inside), first, last, homes, size)


def _teasers(page: Page) -> set[int]:
    """Other stories' cards: a linked headline and a sentence or two in a box of their own.

    Where they are half of the prose they are the story: a live page links each entry's headline to itself.
    """
    cards: dict[int, list[int]] = {}
    for block in page.blocks:
        if block.tag in HEADINGS and block.link_chars * 5 > len(block.text) * 4 and block.box.parent is not None:
            cards[id(block.box.parent)] = []
    total = 0
    for n, block in enumerate(page.blocks):
        if block.prose and block.furniture is None:
            total += weight(block.text)
            if (card := cards.get(id(block.box.parent))) is not None:
                card.append(n)
    found = {n for card in cards.values() if len(card) <= 2 for n in card}
    return found if sum(weight(page.blocks[n].text) for n in found) * 2 < total else set()


def _belongs(block: Block, homes: set[int]) -> bool:
    """Whether a short text between the article's first and last prose is of it."""
    if block.link_chars * 2 > len(block.text):
        return False
    if block.tag in HEADINGS:
        return True
    if block.tag not in _TEXT_TAGS and not block.nested:
        return False
    return id(block.box.parent) in homes or block.nested


def _body_box(page: Page) -> Box:
    """The innermost box that keeps most of the prose around it, going down from the root."""
    children: dict[int, list[Box]] = {}
    for box in page.boxes[1:]:
        if box.prose:
            children.setdefault(id(box.parent), []).append(box)
    body = page.boxes[0]
    while True:
        inner = max(children.get(id(body), []), key=lambda box: box.prose, default=None)
        if inner is None or inner.prose < _DOMINANT_SHARE * body.prose or inner.element.tag in ("p", "li"):
            return body
        body = inner


def _inside(page: Page, outer: Box) -> list[int]:
    """The positions of the blocks inside a box."""
    inside: dict[int, bool] = {id(outer): True}
    for box in page.boxes:
        if box is not outer:
            inside[id(box)] = inside.get(id(box.parent), False)
    return [n for n, block in enumerate(page.blocks) if inside[id(block.box)]]


def _drop_idle_headings(page: Page, accepted: set[int]) -> None:
    """Take out headings with nothing of the article under them."""
    under = False
    for n in range(len(page.blocks) - 1, -1, -1):
        if n not in accepted:
            continue
        if page.blocks[n].tag in HEADINGS:
            if not under:
                accepted.discard(n)
        else:
            under = True
