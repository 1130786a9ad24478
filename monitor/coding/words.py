"""Small closed word classes of English that the readers of shifts share."""

from __future__ import annotations

from typing import Final

BE: Final = frozenset("is are was were be been being am 're 's get gets got getting".split())
HAVE: Final = frozenset(["has", "have", "had", "having", "'ve"])
MODALS: Final = frozenset("will would shall should can could may might must 'll won ca".split())
DO: Final = frozenset(["do", "does", "did"])
DETERMINERS: Final = frozenset(
    (
        "the a an this that these those his her its their our your my any some no each every all both another such 's"
    ).split()
)
PRONOUNS: Final = frozenset("he she it they we i you who which that them him us those these there".split())
PLACE_PREPOSITIONS: Final = frozenset(
    (
        "to into in at across along around near throughout through on onto toward towards inside outside "
        "within over between beyond"
    ).split()
)
ORIGIN_PREPOSITIONS: Final = frozenset(["from", "off"])
PREPOSITIONS: Final = (
    PLACE_PREPOSITIONS
    | ORIGIN_PREPOSITIONS
    | frozenset(
        (
            "of for by with without against under after before during amid despite about above below among "
            "via per upon until till since than as like out up down away alongside behind beside besides "
            "except following including ahead over"
        ).split()
    )
)
CONJUNCTIONS: Final = frozenset(
    "and or but nor yet while although though because whereas if when where unless so once".split()
)
CLAUSE_BREAKS: Final = frozenset(
    ("but while although though because whereas unless when after before despite amid following since as if").split()
)
RELATIVES: Final = frozenset(["who", "which", "whom", "whose", "where"])
ADVERBS: Final = frozenset(
    (
        "also still now already soon not never again then just only even later once currently recently "
        "reportedly quietly first immediately temporarily formally officially quickly overnight east west "
        "north south home back together there here further too instead otherwise far tomorrow today "
        "yesterday no longer abruptly openly"
    ).split()
)
PARTICLES: Final = frozenset("in over up out back down away off on along around home aside".split())
FUNCTION: Final = (
    BE
    | HAVE
    | MODALS
    | DO
    | DETERMINERS
    | PRONOUNS
    | PREPOSITIONS
    | CONJUNCTIONS
    | RELATIVES
    | ADVERBS
    | frozenset(["not", "to"])
)
MONTHS: Final = frozenset(
    (
        "january february march april may june july august september october november december monday "
        "tuesday wednesday thursday friday saturday sunday christmas new year"
    ).split()
)
# Said of a court: the move may not go on.
BLOCK: Final = frozenset(
    (
        "blocked blocks block barred bars bar halted halts halt enjoined enjoins enjoin stopped stops "
        "prevented prevents prohibited prohibits prohibit keeps kept restrained suspended suspends forbade "
        "forbidden blocking barring halting enjoining prohibiting preventing restraining suspending"
    ).split()
)


def adverb(low: str) -> bool:
    """Whether a word reads as an adverb."""
    return low in ADVERBS or (
        low.endswith("ly") and len(low) > 4 and low not in ("supply", "family", "july", "early", "italy")
    )


def filler(low: str) -> bool:
    """Whether a word can stand inside a noun phrase before its head."""
    return bool(low) and low[0].isalnum() and low not in FUNCTION
