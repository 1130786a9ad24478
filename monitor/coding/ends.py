"""What may be told of a move's two ends: places, and tasks in the words of the text."""

from __future__ import annotations

from typing import Final, NamedTuple

from monitor.coding.marked import Place

HELPING: Final = frozenset("assist help support aid join back protect guard reinforce relieve".split())
PUT_DOWN: Final = frozenset(
    {
        ("tied", "up"),
        ("caught", "up"),
        ("previously", "assigned"),
        ("previously", "used"),
        ("previously", "doing"),
        ("busy", "with"),
        ("supposed", "to"),
        ("worry", "about"),
        ("meant", "for"),
        ("intended", "for"),
        ("earmarked", "for"),
        ("budgeted", "for"),
        ("appropriated", "for"),
        ("set", "aside"),
        ("setting", "aside"),
        ("put", "aside"),
        ("putting", "aside"),
        ("give", "up"),
        ("gave", "up"),
        ("giving", "up"),
        ("used", "to"),
        ("instead", "of"),
        ("rather", "than"),
        ("no", "longer"),
        ("normally", "watch"),
        ("usually", "watch"),
        ("would", "be"),
    }
)
LEFT_WORDS: Final = (
    frozenset(first for first, _ in PUT_DOWN)
    | {"been", "usually", "supposed"}
    | frozenset("drop dropped dropping leave left swap swapped trade traded abandon shelve shelved".split())
)
DROPPED: Final = frozenset(
    {
        "drop",
        "dropped",
        "dropping",
        "leave",
        "left",
        "swap",
        "swapped",
        "trade",
        "traded",
        "abandon",
        "shelve",
        "shelved",
    }
)


class Task(NamedTuple):
    """Words that say what is done: tokens ``first`` up to ``last`` and the kinds of work they name."""

    first: int
    last: int
    kinds: frozenset[str]


class Arguments(NamedTuple):
    """What the words around a frame say of its ends. ``here`` is an adverb such as "there" standing for a place."""

    destination: Place | None = None
    destination_task: Task | None = None
    origin: Place | None = None
    origin_task: Task | None = None
    here: int | None = None
    clause_end: int = 0


NO_ENDS: Final = Arguments()
