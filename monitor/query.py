"""The one query grammar, for search, rules, alerts, feeds and export: parsed here once, compiled by db.queries.

    border agents               both words                    "border agents"      the phrase
    ice OR cbp                  either                        -wall                not that word
    (ice OR cbp) -"fact sheet"  parentheses group, - negates  redeploy*            words that begin so
    source:cbp  domain:cbp.gov  kind:release  lang:en         after:2026-05  before:2026-05-01  after:7d
    changed:number  is:copy  is:uncovered                     origin:"Associated Press"  near:12
    tag:resource-shift  label:primary                         actor:CBP beneficiary:ICE resource:personnel
    direction:border_to_interior  status:done  place:"los angeles"  quantity>100  state:blocked  event:12

``OR`` binds weaker than standing side by side; ``AND`` and ``NOT`` may be written out. ``after:`` is from the start of
that year, month or day on, ``before:`` up to its start, so ``after:2026-05 before:2026-06`` is May.
``changed:`` finds stories of which some version differs so from the one before. An ``after:`` or ``before:`` side by
side with it, neither negated nor one side of an ``OR``, is about that edit, the moment its version was first captured,
and not about the story's date.
``is:copy`` finds stories that count as one with an earlier one, ``is:uncovered`` releases no coverage draws on.
``near:`` finds a story, its copies and updates, the releases it draws on, the coverage of it, and every story that
tells of the same events.
``tag:`` finds stories with a code or one under it, ``label:`` those whose main news is a shift or that mention one. The
fields of a shift (SHIFT_FIELDS) ask for one that has them: those that stand side by side ask for one shift with all of
them, also with what a ``-`` among them leaves out; ``-actor:CBP`` alone asks for stories of which no shift has it.
``quantity>100`` asks for the most that is said, ``quantity<100`` for the least; ``place:`` for words of from where or
to where; ``state:`` and ``event:`` for the event a shift is a mention of.
A quote in quotes is doubled. ``str(query)`` is the canonical form, and parsing that gives an equal query.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from monitor.errors import QueryError
from monitor.matching.edit_kinds import Kind as EditKind
from monitor.model import StoryKind

MAX_LENGTH = 10_000
MAX_TERMS = 500
MAX_DEPTH = 12  # SQLite parses SQL and full-text expressions with stacks of 100; a level takes up to five


@dataclass(frozen=True, slots=True)
class Word:
    """A word the text must hold; with ``prefix`` any word that begins so."""

    text: str
    prefix: bool = False

    def __str__(self) -> str:
        return self.text + "*" * self.prefix


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must stand side by side."""

    text: str

    def __str__(self) -> str:
        return _quoted(self.text)


@dataclass(frozen=True, slots=True)
class Field:
    """A property the story must have; ``value`` is in the field's canonical form."""

    name: str
    value: str

    def __str__(self) -> str:
        if self.value[0] in "<>" and self.name in COMPARED:
            return f"{self.name}{self.value}"
        bare = _BARE.fullmatch(self.value)
        return f"{self.name}:{self.value if bare else _quoted(self.value)}"


@dataclass(frozen=True, slots=True)
class Not:
    """Anything but ``part``."""

    part: Node

    def __str__(self) -> str:
        return f"-{_inner(self.part)}"


@dataclass(frozen=True, slots=True)
class All:
    """Every one of two or more parts, none of them an All."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " ".join(_inner(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of two or more parts, none of them an AnyOf."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(str(part) for part in self.parts)


Node = Word | Phrase | Field | Not | All | AnyOf


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query; ``node`` None asks for everything."""

    node: Node | None = None

    def __str__(self) -> str:
        return "" if self.node is None else str(self.node)

    def terms(self) -> Iterator[Word | Phrase]:
        """The words and phrases asked for, those excluded left out: what is worth highlighting."""
        waiting = [] if self.node is None else [self.node]
        while waiting:
            node = waiting.pop()
            if isinstance(node, Word | Phrase):
                yield node
            elif isinstance(node, All | AnyOf):
                waiting.extend(reversed(node.parts))


def parse(text: str) -> Query:
    """The query that ``text`` says. Raises QueryError, whose message and position point at the trouble."""
    if len(text) > MAX_LENGTH:
        raise QueryError(
            f"the query is too long: {len(text):,} characters, at most {MAX_LENGTH:,}",
            query=text[:MAX_LENGTH],
            position=MAX_LENGTH,
        )
    return Query(_Parser(text).parse())


def point_at(error: QueryError, width: int = 72) -> str:
    """The query with a caret under the place the error is about, as two lines; a long query is cut around it."""
    start = max(0, error.position - width // 2)
    shown = "".join(c if c.isprintable() else " " for c in error.query[start : start + width])
    lead = "…" if start else ""
    return f"{lead}{shown}\n{' ' * (len(lead) + error.position - start)}^"


# ── fields ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _lower(value: str) -> str:
    return value.lower()


def _host(value: str) -> str:
    host = re.sub(r"^[a-z]+://", "", value.lower()).split("/")[0].removeprefix("www.").strip(".")
    if not re.fullmatch(r"[^\s/?#@:%]+", host):
        raise ValueError("expected a domain such as cbp.gov")
    return host


def _kind(value: str) -> str:
    kind = value.lower()
    if kind not in tuple(StoryKind):
        raise ValueError(f"expected one of {', '.join(StoryKind)}")
    return kind


EDITS = (*EditKind, "any")
_EDIT_WORDS = {"place": EditKind.ENTITY.value, "agency": EditKind.ENTITY.value, "title": EditKind.HEADLINE.value}


def _changed(value: str) -> str:
    kind = _EDIT_WORDS.get(value.lower(), value.lower())
    if kind not in EDITS:
        raise ValueError(f"expected a kind of edit: {', '.join(EDITS)}")
    return kind


STATES = ("copy", "original", "update", "wire", "covered", "uncovered", "drawn")


def _is(value: str) -> str:
    state = value.lower()
    if state not in STATES:
        raise ValueError(f"expected one of {', '.join(STATES)}")
    return state


def _language(value: str) -> str:
    language = value.lower().replace("_", "-")
    if not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", language):
        raise ValueError("expected a language such as en or es")
    return language


def _when(value: str) -> str:
    when = value.lower()
    if re.fullmatch(r"[1-9][0-9]{0,4}[dwmy]", when):
        return when
    found = re.fullmatch(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?", when)
    try:
        if not found:
            raise ValueError
        year, month, day = found.groups()
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise ValueError(
            "expected a date such as 2026, 2026-05 or 2026-05-01, or an age such as 7d, 2w, 3m, 1y"
        ) from None
    return "-".join((year, *(f"{int(part):02}" for part in (month, day) if part)))


def _one_of(known: tuple[str, ...]) -> Callable[[str], str]:
    def check(value: str) -> str:
        name = re.sub(r"[\s_-]+", "_", value.lower())
        found = next((one for one in known if one.replace(" ", "_") == name), None)
        if found is None:
            raise ValueError(f"expected one of {', '.join(one.replace(' ', '-') for one in known)}")
        return found

    return check


def _body(value: str) -> str:
    return re.sub(r"[\s_]+", "_", value.upper())


def _direction(value: str) -> str:
    return re.sub(r"[\s_-]+", "_", value.lower())


def _place(value: str) -> str:
    return " ".join(value.lower().split())


def _quantity(value: str) -> str:
    found = re.fullmatch(r"([<>]=?|)(\d{1,3}(?:,\d{3})+|\d{1,18})", value, re.ASCII)
    if not found:
        raise ValueError("expected a whole number, as in quantity:300, quantity>100 or quantity<=1,000")
    return found[1] + str(int(found[2].replace(",", "")))


def _event(value: str) -> str:
    if not re.fullmatch(r"\d{1,18}", value, re.ASCII):
        raise ValueError("expected the id of an event, as `shiftwatch shifts --events` lists them")
    return str(int(value))


def _near(value: str) -> str:
    if not re.fullmatch(r"\d{1,18}", value, re.ASCII):
        raise ValueError("expected the id of a story, as `shiftwatch stories` lists them")
    return str(int(value))


LABELS = ("primary", "mention", "none")
RESOURCES = ("personnel", "money", "equipment", "facility", "technology", "unspecified")
STATUSES = ("planned", "proposed", "ongoing", "done", "denied", "blocked", "ended", "unclear")
EVENT_STATES = ("announced", "under way", "expanded", "reduced", "blocked", "ended", "denied")
COMPARED = frozenset({"quantity"})  # fields that < and > may stand after

# What is asked of one shift; all else is asked of its story.
SHIFT_FIELDS: dict[str, Callable[[str], str]] = {
    "actor": _body,
    "beneficiary": _body,
    "resource": _one_of(RESOURCES),
    "direction": _direction,
    "status": _one_of(STATUSES),
    "place": _place,
    "quantity": _quantity,
    "state": _one_of(EVENT_STATES),
    "event": _event,
}

# Each field's check gives the value's canonical form or raises ValueError saying what it expected.
FIELDS: dict[str, Callable[[str], str]] = {
    "changed": _changed,
    "is": _is,
    "origin": _lower,
    "source": _lower,
    "domain": _host,
    "kind": _kind,
    "lang": _language,
    "after": _when,
    "before": _when,
    "tag": _lower,
    "label": _one_of(LABELS),
    "near": _near,
    **SHIFT_FIELDS,
}

# ── parsing ───────────────────────────────────────────────────────────────────────────────────────────────────────

_BLANK = re.compile(r"[\s\x00-\x1f\x7f]+")
_QUOTES = '"“”„«»'
_STOP = rf"\s\x00-\x1f\x7f(){_QUOTES}"
_WORD = re.compile(rf"[^{_STOP}]+")
_FIELD = re.compile(r"([A-Za-z]+):")
_COMPARISON = re.compile(rf"({'|'.join(sorted(COMPARED))})(?=[<>])", re.IGNORECASE)
_BARE = re.compile(rf"[^{_STOP}]+")
_OPERATORS = frozenset({"OR", "AND", "NOT"})


class _Parser:
    """Recursive descent, its depth bounded by MAX_DEPTH; every failure carries the place it happened at."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._terms = 0
        self._depth = 0

    def parse(self) -> Node | None:
        self._skip_blank()
        if self._at == len(self._text):
            return None
        node = self._any_of()
        if self._at < len(self._text):
            raise self._error("this closing parenthesis has no opening one")
        return node

    def _any_of(self) -> Node:
        parts = [self._all()]
        while self._takes("OR"):
            parts.append(self._all())
        return _flat(AnyOf, parts)

    def _all(self) -> Node:
        parts = [self._one()]
        while self._takes("AND") or self._goes_on():
            parts.append(self._one())
        return _flat(All, parts)

    def _goes_on(self) -> bool:
        """Whether something stands side by side with what was just read."""
        return self._at < len(self._text) and self._text[self._at] != ")" and not self._looks_at("OR")

    def _one(self) -> Node:
        if self._at == len(self._text):
            raise self._error("something is missing at the end", back=True)
        for operator in ("OR", "AND"):
            if self._looks_at(operator):
                raise self._error(f'{operator} needs something on both sides; for the word itself write "{operator}"')
        char = self._text[self._at]
        if char == "-" or self._looks_at("NOT"):
            return self._not(len("-") if char == "-" else len("NOT"))
        if char == "(":
            return self._group()
        if char == ")":
            raise self._error("something is missing before this parenthesis")
        return self._term()

    def _not(self, length: int) -> Node:
        start = self._at
        self._at += length
        if length > 1:
            self._skip_blank()
        if self._at == len(self._text) or _BLANK.match(self._text, self._at) or self._text[self._at] in "-)":
            self._at = start
            which = "NOT must stand before" if length > 1 else "a minus must stand right before"
            raise self._error(f"{which} what is to be left out; to search for it put it in quotes")
        self._enter(start)
        part = self._one()
        self._depth -= 1
        return part.part if isinstance(part, Not) else Not(part)

    def _group(self) -> Node:
        start = self._at
        self._enter(start)
        self._at += 1
        self._skip_blank()
        if self._at < len(self._text) and self._text[self._at] == ")":
            raise self._error("there is nothing in these parentheses")
        node = self._any_of()
        if self._at == len(self._text):
            self._at = start
            raise self._error("this parenthesis is never closed")
        self._at += 1
        self._skip_blank()
        self._depth -= 1
        return node

    def _enter(self, start: int) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._at = start
            raise self._error(f"more than {MAX_DEPTH} parentheses or minuses inside each other")

    def _term(self) -> Node:
        start = self._at
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise self._error(f"more than {MAX_TERMS} words, phrases and fields")
        if self._text[start] in _QUOTES:
            node: Node = Phrase(self._searchable(self._quoted(), start))
        elif field := _FIELD.match(self._text, start) or _COMPARISON.match(self._text, start):
            node = self._field(field[1].lower(), field.end())
        else:
            node = self._word()
        self._skip_blank()
        return node

    def _word(self) -> Node:
        start = self._at
        found = _WORD.match(self._text, start)
        assert found, "blanks, quotes and parentheses were looked at before"
        self._at = found.end()
        text = found[0].rstrip("*")
        return Word(self._searchable(text, start), prefix=text != found[0])

    def _field(self, name: str, end: int) -> Node:
        start = self._at
        if name not in FIELDS:
            raise self._error(
                f"there is no field {name}: (there are {', '.join(FIELDS)}); "
                "to search for the text itself put it in quotes"
            )
        self._at = end
        if end < len(self._text) and self._text[end] in _QUOTES:
            value = self._quoted()
        elif found := _WORD.match(self._text, end):
            value = found[0]
            self._at = found.end()
        else:
            value = ""
        if not value:
            self._at = start
            raise self._error(f"{name}: needs a value right after the colon")
        try:
            return Field(name, FIELDS[name](value))
        except ValueError as error:
            self._at = end
            raise self._error(f"{name}: {error}") from None

    def _quoted(self) -> str:
        """What stands in the quotes at this place, blanks made single; a doubled quote is one."""
        start = self._at
        parts: list[str] = []
        self._at += 1
        while True:
            end = self._at
            while end < len(self._text) and self._text[end] not in _QUOTES:
                end += 1
            parts.append(self._text[self._at : end])
            if end == len(self._text):
                self._at = start
                raise self._error("this quote is never closed")
            self._at = end + 1
            if self._text[end : end + 2] != '""':
                return _BLANK.sub(" ", "".join(parts)).strip()
            parts.append('"')
            self._at += 1

    def _searchable(self, text: str, start: int) -> str:
        if any(char.isalnum() for char in text):
            return text
        self._at = start
        raise self._error("there is no letter or digit here to search for")

    def _looks_at(self, operator: str) -> bool:
        found = _WORD.match(self._text, self._at)
        return found is not None and found[0] == operator

    def _takes(self, operator: str) -> bool:
        if not self._looks_at(operator):
            return False
        self._at += len(operator)
        self._skip_blank()
        return True

    def _skip_blank(self) -> None:
        if found := _BLANK.match(self._text, self._at):
            self._at = found.end()

    def _error(self, message: str, *, back: bool = False) -> QueryError:
        position = max(0, len(self._text.rstrip()) - 1) if back else self._at
        return QueryError(f"{message} (at character {position + 1})", query=self._text, position=position)


def _flat(kind: type[All] | type[AnyOf], parts: list[Node]) -> Node:
    """One part as itself, several as one level."""
    if len(parts) == 1:
        return parts[0]
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    return kind(tuple(flat))


def _inner(node: Node) -> str:
    return f"({node})" if isinstance(node, All | AnyOf) else str(node)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
