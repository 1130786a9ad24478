"""Builds the phrases that can move from the nouns of a sentence: amount, body's name, head and owner in one."""

from __future__ import annotations

from typing import Final

from monitor.coding.lexicon import Span
from monitor.coding.marked import RESOURCE_KINDS, Marked, Resource
from monitor.coding.quantities import Quantity, counts_other
from monitor.coding.words import DETERMINERS, MONTHS, filler

# A body's name overrides these defaults of a head word ("National Guard troops" are the Guard's, not the Pentagon's).
_NO_NOUN: Final = frozenset(
    (
        "meant intended earmarked "
        "due able prior ahead nationwide ready present available alone such pursuant owing next last early "
        "late sent said says drawn brought taken went came left nationally abroad overseas elsewhere "
        "everywhere within"
    ).split()
)
_ADJECTIVES_IN_ED: Final = frozenset(
    (
        "armed trained uniformed masked based led mounted specialized detailed deployed dedicated seasoned "
        "sworn experienced united needed limited increased"
    ).split()
)
# A body's name overrides these defaults of a head word ("National Guard troops" are the Guard's, not the Pentagon's).
_WEAK_CODES: Final = frozenset({"", "DOD", "UNSPECIFIED", "LOCAL_POLICE", "STATE_POLICE", "DHS", "DOJ", "BOP", "CBP"})
_ONE: Final = frozenset(
    "drone plane helicopter cutter boat ship vessel jet chopper aircraft blimp balloon aerostat hawk bus van".split()
)
_RUNS: Final = frozenset("runs run bought buys keeps kept flies flew has had owns uses got leases built".split())
_COLLECTIVES: Final = frozenset(
    (
        "team teams unit units squad squads crew crews members contingent group force forces people "
        "detachment number wave men women caravan convoy division"
    ).split()
)
_SINGULAR: Final = frozenset("agent officer soldier marine guardsman troop drone boat plane helicopter vehicle".split())
# Heads that do enforcement by themselves; the others ("staff", "team") need a body's name.
_ENFORCING: Final = frozenset(
    (
        "agents officers deputies detectives investigators inspectors prosecutors agent officer cops police special"
    ).split()
) | {
    "law enforcement",
    "special agents",
    "federal law enforcement",
    "quick reaction force",
    "reaction force",
    "boots on the ground",
    "special response teams",
    "strike teams",
    "tactical teams",
    "enforcers",
}


def resources(marked: Marked) -> list[Resource]:
    """Every resource phrase, in order; a body's name joins the head that follows it."""
    found: list[Resource] = []
    spans = marked.layer("noun")
    at = 0
    while at < len(spans):
        span = spans[at]
        kind = span.entry.kind
        if kind == "body":
            joined = _joined_head(marked, spans, at)
            if joined > at:
                while joined + 1 < len(spans) and _runs_on(marked, spans[joined], spans[joined + 1]):
                    joined += 1
                found.append(
                    _headed(
                        marked,
                        spans[joined],
                        span.first,
                        spans[joined - 1].entry.code if spans[joined - 1].entry.kind == "body" else span.entry.code,
                    )
                )
                at = joined + 1
                continue
            found.append(_body(marked, span))
        elif kind in RESOURCE_KINDS:
            if kind == "money" and found and found[-1].kind == "money" and found[-1].last >= span.first:
                at += 1
                continue
            found.append(_headed(marked, span, span.first, ""))
        at += 1
    found.extend(_sums(marked, found))
    found.extend(
        Resource(
            first=amount.first, last=amount.last + 2, head=amount.first, kind="personnel", quantity=amount, pronoun=True
        )
        for amount in marked.amounts
        if marked.low(amount.last) == "of"
        and marked.low(amount.last + 1) == "them"
        and marked.low(amount.first - 1) != ","
    )
    found.sort(key=lambda resource: resource.first)
    return _collected(marked, found)


def _joined_head(marked: Marked, spans: list[Span], at: int) -> int:
    """The index of the head noun that the body's name at ``at`` modifies, or ``at`` itself."""
    here = at
    while here + 1 < len(spans):
        following = spans[here + 1]
        gap = marked.words[spans[here].last : following.first]
        if len(gap) > 3 or any(not (filler(token.low) or token.low == "'s") for token in gap):
            break
        if any(token.low.endswith("ed") and token.low not in _ADJECTIVES_IN_ED for token in gap):
            break
        if any(spans[here].last <= amount.first < following.first for amount in marked.amounts):
            break
        if any(_finite_move(marked, spans[here].last + step) for step in range(len(gap))):
            break
        if following.entry.kind == "body":
            here += 1
            continue
        if following.entry.kind in RESOURCE_KINDS:
            return here + 1
        break
    return at


def _runs_on(marked: Marked, head: Span, following: Span) -> bool:
    """Whether a further head belongs to the same name: "79th Infantry | Brigade Combat | Team"."""
    gap = marked.words[head.last : following.first]
    return (
        following.entry.kind == "personnel"
        and len(gap) <= 1
        and all(token.text[:1].isupper() for token in gap)
        and marked.words[following.first].text[:1].isupper()
    )


def _finite_move(marked: Marked, at: int) -> bool:
    """Whether the token is a movement verb that ends a noun phrase rather than stands inside it."""
    return any(
        span.entry.form in ("s", "base", "ing", "ed") and span.entry.strength >= 1 for span in marked.moves_at(at)
    )


def _headed(marked: Marked, head: Span, first: int, body: str) -> Resource:
    entry = head.entry
    code = body if body and entry.code in _WEAK_CODES else entry.code
    if body == "NATIONAL_GUARD" and entry.code == "ARMY":
        code = body
    if body and entry.code == "CBP" and body in ("DHS", "UNSPECIFIED"):
        code = entry.code
    last = head.last
    if not body or body == "UNSPECIFIED":
        owner, owner_last = _owner_after(marked, head)
        if owner and (not code or code in _WEAK_CODES):
            code, last, body = owner, owner_last, owner
    if not body and not entry.code and entry.kind in ("equipment", "technology"):
        runner = _run_by(marked, last)
        if runner is not None:
            code, last, body = runner.entry.code, runner.last, runner.entry.code
    word = marked.low(head.first)
    quantity = _amount_before(marked, first) or _amount_after(marked, last)
    if quantity is None and last > head.last:
        quantity = next(
            (
                one
                for one in marked.amounts
                if head.last <= one.first and one.last < last and not counts_other(marked.words, one)
            ),
            None,
        )
    if quantity is None and entry.kind == "equipment" and marked.low(first - 1) in ("a", "an") and word in _ONE:
        quantity = Quantity(first=first - 1, last=first, low=1, high=1)
    near = {marked.low(step) for step in range(max(0, first - 3), head.last)}
    if "military" in near and code in ("", "UNSPECIFIED"):
        code = "DOD"
    if entry.kind == "unspecified" and not code and near & {"city", "county", "local", "municipal"}:
        code = "LOCAL_POLICE"
    if quantity is None and entry.kind == "money":
        quantity = next((one for one in marked.amounts if one.first <= head.first < one.last and one.money), None)
    following = marked.low(head.last)
    compound = following in ("'s", "'", "’") or (
        bool(following)
        and filler(following)
        and following.isalpha()
        and not marked.moves_at(head.last)
        and (not adverb_like(following) and marked.noun_at(head.last) is None)
    )
    if entry.kind == "facility" and compound and marked.words[head.last].text[:1].isupper():
        # "Naval Station Great Lakes": the rest of the name.
        last = head.last
        while last < len(marked.words) and marked.words[last].text[:1].isupper() and filler(marked.low(last)):
            last += 1
        compound = False
    return Resource(
        first=quantity.first if quantity and quantity.first < first else first,
        last=last,
        head=head.first,
        kind=entry.kind,
        code=code,
        quantity=quantity,
        singular=_is_single(marked, head, first, quantity),
        enforcing=bool(body or entry.code)
        or entry.word in _ENFORCING
        or word in _ENFORCING
        or bool(near & {"federal", "immigration", "border", "military", "customs"}),
        compound=compound,
        named=bool(body),
    )


def adverb_like(low: str) -> bool:
    """Words that follow a noun phrase without belonging to it."""
    return low.endswith(("ly", "ing", "ed")) or low in MONTHS or low in _NO_NOUN


def _is_single(marked: Marked, head: Span, first: int, quantity: Quantity | None) -> bool:
    if quantity is not None:
        return quantity.high == 1
    word = marked.low(head.first)
    if head.entry.kind == "personnel" and head.last - head.first > 1:
        word = marked.low(head.last - 1)
    return word in _SINGULAR or (word in ("attorney", "prosecutor", "deputy", "trooper", "investigator"))


def _owner_after(marked: Marked, head: Span) -> tuple[str, int]:
    """The body named after a head: "soldiers of the Ohio Guard", "attorneys from the Justice Department"."""
    at, steps = head.last, 0
    while steps < 8:
        low = marked.low(at)
        if low not in ("of", "from", "with", "within", "for", "at") or (low == "for" and steps):
            return "", head.last
        at += 1
        while at < len(marked.words) and (marked.low(at) in DETERMINERS or filler(marked.low(at))):
            noun = marked.noun_at(at)
            if noun is not None and noun.entry.kind == "body":
                following = marked.low(noun.last)
                if (
                    low in ("from", "at")
                    and following
                    and filler(following)
                    and marked.noun_at(noun.last) is None
                    and not marked.moves_at(noun.last)
                ):
                    return "", head.last
                after = marked.noun_at(noun.last)
                joined = after is not None and after.entry.kind == "personnel"
                return noun.entry.code, after.last if joined and after is not None else noun.last
            if noun is not None and noun.entry.code and noun.entry.kind == "personnel":
                return noun.entry.code, noun.last
            if marked.place_at(at) is not None and low == "from":
                span = marked.place_at(at)
                assert span is not None
                following_noun = marked.noun_at(span.last)
                if following_noun is None or following_noun.entry.kind != "body":
                    return "", head.last
            if _finite_move(marked, at):
                return "", head.last
            at += 1
            steps += 1
            if steps > 7:
                return "", head.last
    return "", head.last


def _run_by(marked: Marked, at: int) -> Span | None:
    """ "boats | the Border Patrol | runs", "scanners | CBP | bought": the body of a clause right after a thing."""
    at += marked.low(at) == "that"
    at += marked.low(at) == "the"
    noun = marked.noun_at(at)
    if noun is None or noun.entry.kind != "body":
        return None
    following = marked.low(noun.last)
    return noun if following.endswith("ed") or following in _RUNS else None


def _amount_before(marked: Marked, first: int) -> Quantity | None:
    """The amount that belongs to a phrase starting at ``first``: only words of a noun phrase stand between."""
    for quantity in reversed(marked.amounts):
        if quantity.last > first + 1 or quantity.percent:
            continue
        if quantity.last > first:
            continue
        gap = marked.words[quantity.last : first]
        if len(gap) > 6 or counts_other(marked.words, quantity):
            return None
        for step, token in enumerate(gap):
            inside = (
                filler(token.low)
                or any(span.first <= quantity.last + step < span.last for span in marked.layer("place"))
                or token.low
                in (
                    "of",
                    "the",
                    "its",
                    "their",
                    "his",
                    "our",
                    "my",
                    "'s",
                    "more",
                    "other",
                    "additional",
                    "new",
                    "those",
                )
                or (token.text in '"“')
            )
            if not inside or _finite_non_adjective(marked, quantity.last + step):
                return None
        if quantity.money:
            return None
        return quantity
    return None


def _finite_non_adjective(marked: Marked, at: int) -> bool:
    return any(
        span.entry.form in ("s", "ing")
        or (
            span.entry.form == "base"
            and span.entry.strength >= 2
            and marked.noun_at(at) is None
            and not marked.words[at].text[:1].isupper()
        )
        for span in marked.moves_at(at)
    )


def _amount_after(marked: Marked, last: int) -> Quantity | None:
    """The amount told after its noun: "officers, two hundred of them, …"."""
    for quantity in marked.amounts:
        if (
            last < quantity.first <= last + 9
            and marked.low(quantity.first - 1) == ","
            and marked.low(quantity.last) == "of"
            and marked.low(quantity.last + 1) == "them"
            and not any(
                last <= noun.first < quantity.first and noun.entry.kind == "personnel" for noun in marked.layer("noun")
            )
        ):
            return quantity
    return None


def _body(marked: Marked, span: Span) -> Resource:
    """A body's name by itself; ``bare`` when it is not the modifier of some other noun."""
    following = marked.low(span.last)
    verb = any(move.entry.form != "base" for move in marked.moves_at(span.last)) or (
        bool(marked.moves_at(span.last))
        and marked.low(span.first - 1) not in DETERMINERS
        and not marked.low(span.first - 1).endswith("al")
    )
    bare = not following or not filler(following) or verb or adverb_like(following)
    if following == "'s":
        bare = False
    quantity = _amount_before(marked, span.first)
    return Resource(
        first=quantity.first if quantity else span.first,
        last=span.last,
        head=span.last - 1,
        kind="personnel",
        code=span.entry.code,
        quantity=quantity,
        bare=bare,
        enforcing=True,
        compound=not bare,
        named=True,
    )


def _sums(marked: Marked, found: list[Resource]) -> list[Resource]:
    """Dollar amounts, which are money by themselves: "$90 million from cutters"."""
    taken = {resource.first for resource in found if resource.kind == "money"}
    sums: list[Resource] = []
    for quantity in marked.amounts:
        if not quantity.money or quantity.first in taken:
            continue
        last = quantity.last
        if marked.low(last) == "of" and marked.low(last + 1) == "dollars":
            last += 2
        if marked.low(last) in ("dollars", "in", "of") and marked.low(last) == "dollars":
            last += 1
        found[:] = [
            resource
            for resource in found
            if not (resource.kind == "money" and quantity.first <= resource.first <= last + 1)
        ]
        if marked.low(last) in ("fund", "funds", "money"):
            last += 1
        if last < len(marked.words) and marked.words[last].low.startswith(("-", "worth")):
            continue
        sums.append(Resource(first=quantity.first, last=last, head=quantity.last - 1, kind="money", quantity=quantity))
    return sums


def _collected(marked: Marked, found: list[Resource]) -> list[Resource]:
    """Joins a collective with what it is made of: "a team of attorneys", "units of the California National Guard"."""
    joined: list[Resource] = []
    for resource in found:
        if joined:
            before = joined[-1]
            gap = [token.low for token in marked.words[before.last : resource.first]]
            if (
                before.kind == resource.kind == "personnel"
                and marked.low(before.head) in _COLLECTIVES
                and gap[:1] == ["of"]
                and len(gap) <= 4
                and all(low in ("of", "the", "its", "his", "their", "our") or filler(low) for low in gap)
            ):
                joined[-1] = Resource(
                    first=before.first,
                    last=resource.last,
                    head=resource.head,
                    kind="personnel",
                    code=resource.code or before.code,
                    quantity=before.quantity or resource.quantity,
                    enforcing=before.enforcing or resource.enforcing,
                    compound=resource.compound,
                    named=resource.named or before.named,
                )
                continue
            if before.last > resource.first and before.kind == resource.kind:
                continue
        joined.append(resource)
    return joined
