"""How far a shift has come, read from the verb's form and the words that govern it (codebook, section 5)."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from monitor.coding.frame import Frame
from monitor.coding.marked import Marked
from monitor.coding.scene_status import COURT, refused_whole, scene_status
from monitor.coding.times import ahead
from monitor.coding.words import BE, BLOCK, adverb

_DENY: Final = frozenset("denied denies deny refused refuses declined declines insisted rejected ruled".split())
_COURT: Final = COURT | frozenset("ruling panel restraining appeals circuit".split())
_CALLED_OFF: Final = frozenset({("called", "off"), ("calls", "off"), ("calling", "off"), ("call", "off")})
_DROPPED: Final = frozenset("shelved shelves shelving abandoned abandons nixed".split())
_END: Final = frozenset(
    ("ended ends end ending completed concluded stopped cancelled canceled dropped scrapped terminated paused").split()
)
_PROPOSE: Final = frozenset(
    (
        "consider considers considering considered weigh weighs weighing weighed mull mulling mulls mulled "
        "threaten threatens threatened threatening ask asks asked asking request requests requested "
        "requesting urge urged urges urging demand demands demanded want wants wanted propose proposes "
        "proposed proposing float floated floating suggest suggests suggested offer offered offers seek "
        "seeks sought seeking sue sues might could may should whether if unless propose eyeing thinking "
        "like needed proposal threat threats discussing discuss discussed idea petition petitioned pressing"
    ).split()
)
_PLAN: Final = frozenset(
    (
        "will 'll shall plan plans planned planning announce announces announced order orders ordered "
        "ordering direct directs directed authorize authorizes authorized authorised authorizing prepare "
        "prepares preparing prepared ready intends intend vow vows vowed promise promises promised "
        "committed agree agrees agreed approve approves approved set scheduled expected told tell calling "
        "going about soon must poised standby alert slated tapped bound sign can"
    ).split()
)
_WILL: Final = frozenset({"will", "'ll", "shall"})
_NOT_YET: Final = frozenset({"plan", "plans", "planned"})
_READY: Final = frozenset("ready prepare prepared prepares standby stand-by".split())
_LENT: Final = frozenset({"on loan", "on detail", "on temporary duty", "on hire"})
_ASKS: Final = frozenset("ask asks asked asking urge urges urged petitioned petition motion".split())
_ENDINGS: Final = frozenset("end ends halt stop block bar pause suspend undo reverse".split())
_DENIES: Final = frozenset({"denied", "denies", "deny", "denying"})
_SUIT: Final = frozenset("sue sues sued suing suit suits lawsuit lawsuits".split())
_USED: Final = frozenset("invoked invoking used relied".split())
_REPORTED: Final = frozenset("said announced conveyed told tweeted posted declared confirmed".split())
_DECISIONS: Final = frozenset("decision decisions plan plans intention intent".split())
_AGREED: Final = frozenset("approved approves approving agreed authorised authorized ordered".split())
_WISHES: Final = frozenset("wants want like likes needs".split())
_SAME_PAST: Final = frozenset({"put", "let", "set", "quit"})  # written alike in present and past
_MAYBE: Final = frozenset({"could", "might", "may", "should"})
_DIRECTED: Final = frozenset({"shall", "will", "may"})
_MOVERS: Final = frozenset("administration government president order trump pentagon department".split())
_FORETOLD: Final = frozenset({"announced", "conveyed", "declared", "promised"})
_DRAFTS: Final = frozenset("draft proposal bill memo drafted".split())
_ASKING: Final = frozenset(
    "told asked ordered directed tasked used needed supposed expected scheduled assigned".split()
)
_POSSIBLE: Final = frozenset("possible potential proposed threatened".split())


def status(marked: Marked, frame: Frame) -> str:
    """planned, proposed, ongoing, done, denied, blocked, ended or unclear."""
    told = _told(marked, frame)
    if told == "planned" and not _READY.isdisjoint(marked.lows) and _conditional(marked, frame.move.first):
        return "proposed"  # codebook, ruling 6
    return told


def _conditional(marked: Marked, at: int) -> bool:
    """Whether what follows says on what the move hangs: "if the president orders it", "in case"."""
    after = marked.lows[at : at + 20]
    return "if" in after or ("in", "case") in pairwise(after)


def _told(marked: Marked, frame: Frame) -> str:
    at = frame.move.first
    floor = _clause_start(marked, at)
    window = ["" if marked.words[step].text == "May" else marked.low(step) for step in range(floor, at)]
    near = window[-10:]
    lows = {token.low for token in marked.words}
    subject_floor = min([floor, *(resource.first for resource in frame.resources)])
    stop = next(
        (
            step
            for step in range(frame.last, len(marked.words))
            if marked.low(step) in ("but", "while", "although", "though", ";")
        ),
        len(marked.words),
    )
    around = {marked.low(step) for step in range(max(0, subject_floor - 12), min(stop, frame.last + 14))}
    if _denied(marked, frame, near) or refused_whole(marked, at):
        return "blocked" if _by_court(marked, frame) else "denied"
    if in_suit(marked, frame):
        return "planned" if not _NOT_YET.isdisjoint(marked.lows[max(0, at - 8) : at]) else "ongoing"
    if _court_declined(marked, at):
        return "blocked"
    if around & BLOCK and (lows & _COURT) and not ({"ordered", "ruled"} & around and frame.entry.kind == "withdraw"):
        return "blocked"
    if "prohibited" in around or "enjoined" in around or (lows & COURT and ("off", "limits") in pairwise(marked.lows)):
        return "blocked"
    if frame.entry.kind in ("withdraw", "leave"):
        return _by_form(marked, frame, near, window)
    if frame.voice == "scene":
        return scene_status(marked, frame)
    if frame.voice == "standing":
        return (
            "proposed"
            if any(low in _PROPOSE for low in near)
            else "planned"
            if any(low in _PLAN for low in near[-4:])
            else "ongoing"
        )
    if frame.voice == "nominal" or frame.entry.form == "noun":
        return _nominal(marked, frame, window)
    after = {marked.low(step) for step in range(frame.last, min(len(marked.words), frame.last + 18))}
    if after & {"ended", "dropped", "scrapped"} and after & {"were", "was", "ended", "dropped"} and "plans" in around:
        return "ended"
    if {"no", "more"} <= set(near) or "paused" in after:
        return "ended"
    return _by_form(marked, frame, near, window)


def _by_court(marked: Marked, frame: Frame) -> bool:
    """Whether a judge's word stands before the "not" that denies the move."""
    return not COURT.isdisjoint(marked.lows[max(0, frame.move.first - 14) : frame.move.first])


def in_suit(marked: Marked, frame: Frame) -> bool:
    """Whether the move is what a suit is about: the suit's wish to end it is not yet its end (codebook, ruling 7)."""
    before = marked.lows[max(0, frame.move.first - 30) : frame.move.first]
    if _SUIT.isdisjoint(before):
        return _asks_a_court(before)
    return not any(low in _REPORTED for low in before[-4:])


def _asks_a_court(before: list[str]) -> bool:
    """ "is asking an appeals court to end": a motion is a suit."""
    asked = next((at for at, low in enumerate(before) if low in _ASKS), -1)
    if asked < 0:
        return False
    rest = before[asked:]
    bench = next((at for at, low in enumerate(rest) if low in COURT), -1)
    return 0 < bench < 8 and not _ENDINGS.isdisjoint(rest[bench:])


def _court_declined(marked: Marked, at: int) -> bool:
    """ "The court declined to let the administration deploy": what is not allowed is blocked."""
    before = marked.lows[max(0, at - 16) : at]
    for step in range(len(before) - 2):
        if (
            before[step] in ("declined", "refused", "refuses", "declines")
            and before[step + 1] == "to"
            and before[step + 2] in ("let", "allow", "permit", "lift", "clear")
        ):
            return not COURT.isdisjoint(before[:step]) or "justices" in marked.lows
    return False


def _clause_start(marked: Marked, at: int) -> int:
    step = at - 1
    while step >= 0 and at - step < 24:
        if marked.low(step) in (";", ":", "•") or (marked.low(step) == "." and marked.apart(step)):
            break
        step -= 1
    return step + 1


def _denied(marked: Marked, frame: Frame, near: list[str]) -> bool:
    if (
        any(low in ("not", "never", "won", "nor", "n't") for low in near[-4:])
        and "only" not in near
        and "unclear" not in near
    ):
        return True
    if any(low in _DENY for low in near[-4:]) and "ruled" not in near[-4:] and "insisted" not in near:
        return True
    for resource in frame.resources:
        if resource.last <= frame.move.first:
            before = [marked.low(step) for step in range(max(0, resource.first - 4), resource.first + 1)]
            if "no" in before or "none" in before:
                return "more" not in before and "longer" not in before
    before = marked.lows[max(0, frame.move.first - 18) : frame.move.first]
    if any(
        low in _DENIES and before[at + 1 : at + 2] in (["that"], ["any"], ["it"], ["they"], ["having"])
        for at, low in enumerate(before)
    ):
        return True
    return any(
        low in ("no", "not", "n't") and not _DECISIONS.isdisjoint(before[at + 1 : at + 6])
        for at, low in enumerate(before)
    )


def _nominal(marked: Marked, frame: Frame, window: list[str]) -> str:
    before = [marked.low(step) for step in range(max(0, frame.first - 8), frame.move.first)]
    after = [marked.low(step) for step in range(frame.last, min(len(marked.words), frame.last + 14))]
    if (
        any(low in _END or low in _DROPPED for low in before)
        or any(pair in _CALLED_OFF for pair in pairwise(before))
        or any(low in ("ended", "concluded", "completed") for low in after)
        or ("called", "off") in pairwise(after)
    ):
        return "ended"
    if ("approved", "of") in pairwise(before):
        return "done"
    if any(low in _POSSIBLE for low in before[-3:]):
        return "proposed"
    if any(
        low
        in (
            "authorized",
            "authorizes",
            "announced",
            "announces",
            "ordered",
            "orders",
            "approved",
            "plans",
            "plan",
            "planned",
            "planning",
            "imminent",
            "upcoming",
            "directed",
            "authorizing",
        )
        for low in before
    ):
        return "planned"
    if "announced" in after[:4]:
        return "planned"
    if any(low in _WILL for low in window) and "this" not in before[-4:]:
        return "planned"
    if any(low in _PROPOSE for low in before[-5:]):
        return "proposed"
    if any(
        low
        in (
            "this",
            "ongoing",
            "continuing",
            "continued",
            "current",
            "during",
            "challenges",
            "challenge",
            "challenging",
        )
        for low in before
    ) or any(low in ("continues", "continue", "would", "underway", "under") for low in after[:8]):
        return "ongoing"
    return "done"


def _by_form(marked: Marked, frame: Frame, near: list[str], window: list[str]) -> str:
    form = frame.entry.form
    governed = near[-6:]
    at = frame.move.first
    if any(low.startswith("continu") for low in governed) or (form == "ing" and governed[-1:] == ["keep"]):
        return "ongoing"
    if form in ("ed", "phrase") and frame.voice in ("adjective", "subject") and marked.low(frame.last) in _DIRECTED:
        return "planned"
    if form == "base" and governed[-1:] == ["to"] and _USED & set(window):
        return "done"
    if form == "base" and {"need", "needs"} & set(governed[-3:]):
        return "proposed"
    if form == "base" and "would" in near and any(_drafted(marked, step) for step in range(len(marked.words))):
        return "proposed"
    if form == "ing" and governed[-1:] == ["be"] and {"would", "will", "'ll"} & set(governed[-3:]):
        return "planned"
    if form == "ing" and governed[-2:] in (["ended", "up"], ["wound", "up"]):
        return "done"
    if form == "ing" and governed[-1:] and governed[-1] in _AGREED:
        return "planned"
    if form in ("ing", "s", "be") and frame.entry.kind != "withdraw" and ahead(marked):
        return "planned"
    if form == "ing" and governed[-1:] and governed[-1] in BE and _announces(marked, frame):
        return "planned"
    if form == "base" and governed[-1:] == ["to"] and _in_order_to(marked, frame):
        return "done"
    if form == "ing" and governed[-1:] in (["was"], ["were"]) and _FORETOLD & set(near):
        return "planned"
    if form == "ing" and governed[-1:] == ["and"] and any(low in BE for low in near):
        return "ongoing"
    if form == "ing" and governed[-1:] and governed[-1] in _MOVERS:
        return "ongoing"
    after = [marked.low(step) for step in range(frame.last, min(len(marked.words), frame.last + 10))]
    if (
        form == "ing"
        and governed[-1:]
        and governed[-1] in BE
        and not ("next" in after or "soon" in near or "tomorrow" in after)
    ):
        return "ongoing"
    if form == "ing" and ("next" in after or "soon" in near) and any(low in BE for low in governed):
        return "planned"
    if form == "base" and any(
        low in ("prompted", "led", "forced", "caused", "driven", "prompting", "leading") for low in governed
    ):
        return "done"
    if form == "ing" and "process" in governed:
        return "ongoing"
    if (
        form == "ing"
        and governed[-1:]
        and governed[-1] in ("of", "for", "by", "after", "including")
        and not any(low in _PROPOSE or low in _PLAN for low in near)
    ):
        return "done"
    if form == "be":
        if _MAYBE & set(governed[-3:]):
            return "proposed"
        if marked.low(frame.move.last) == "to" or any(low in _WILL for low in near):
            return "planned"
        return "ongoing" if marked.low(at) in ("is", "are") else "done"
    word = frame.entry.word
    if form == "phrase" and any(low in _PROPOSE for low in near):
        return "proposed"
    if (
        form == "base"
        and any(
            low in ("asked", "urged", "demanded", "wants", "considering", "weighing", "floated", "mulled", "thinking")
            for low in near
        )
        and "will" not in near
    ):
        return "proposed"
    if form == "base" and governed[-1:] and governed[-1] in ("could", "can") and "so" in near[-9:]:
        return "done"
    if any(low in _PROPOSE for low in governed) and form in ("base", "ing", "ed", "phrase"):
        last_propose = max(step for step, low in enumerate(governed) if low in _PROPOSE)
        if not any(low in ("has", "have", "had", "was", "were") for low in governed[last_propose + 1 :]) and (
            form != "ed" or governed[last_propose] in ("could", "might", "may", "should", "whether", "if")
        ):
            return "proposed"
    if (
        word in ("request", "seek", "offer", "want")
        or (word == "ask" and frame.voice == "active")
        or (frame.entry.kind == "order" and frame.entry.code == "phrase")
    ):
        return "proposed"
    if form == "base" and word in _SAME_PAST and not ({"to", "can", "let"} | _WILL | _DIRECTED) & set(governed[-3:]):
        return "proposed" if any(low in _PROPOSE for low in governed) else "done"
    if form == "base":
        if any(low in ("had", "did") for low in governed[-2:]):
            return "done"
        if any(low in _PLAN for low in near) or "to" in governed[-2:] or at == 0 or marked.low(at - 1) in ('"', "“"):
            return "planned"
        return "planned" if any(low in _WILL or low == "would" for low in window) else "ongoing"
    if form == "ing" and governed[-1:] == ["in"]:
        return "ongoing"
    if form == "ing":
        if any(
            low in ("will", "plan", "plans", "authorized", "ordered", "announced", "prepare", "planning")
            for low in governed
        ):
            return "planned"
        # "is sending" goes on, and so does "Marines deploying"; "criticised for sending" is done.
        going = any(
            low in BE or low in ("keep", "keeps", "continue", "continues", "begun", "started") for low in governed[-3:]
        )
        headline = frame.voice == "subject" or (frame.voice == "passive" and not going)
        return "ongoing" if going or headline or at == 0 else "done"
    if form == "phrase":
        return _phrase(marked, frame, governed)
    if form == "s":
        return "planned" if word in ("order", "direct", "authorize") else "done"
    if form == "ed":
        return _past(marked, frame, governed)
    return "done"


def _drafted(marked: Marked, at: int) -> bool:
    """Whether the token is a draft or bill, not a man called Bill."""
    return marked.low(at) in _DRAFTS and not (marked.words[at].text == "Bill" and at > 0)


def _announces(marked: Marked, frame: Frame) -> bool:
    """ "is lending", "is coming", "are going to do": a plan told in the progressive, by verbs of a moment's act."""
    word = frame.entry.word
    return (
        frame.entry.kind == "give"
        or word in ("lend", "loan", "spare", "come", "pack")
        or (word == "go" and marked.low(frame.move.last) == "to")
    )


def _in_order_to(marked: Marked, frame: Frame) -> bool:
    """ "gave up on payroll cheats to look up addresses": an infinitive of purpose after a finished act."""
    floor = frame.resources[-1].last if frame.resources and frame.resources[-1].last < frame.move.first else 0
    words = marked.lows[floor : frame.move.first - 1]
    past = any(
        span.entry.form == "ed" and floor <= span.first < frame.move.first - 1 and span.entry.strength
        for span in marked.layer("move")
    )
    return past and not (set(words) & (_PLAN | _PROPOSE | _ASKING | BE | {"will", "would"}))


def _past(marked: Marked, frame: Frame, governed: list[str]) -> str:
    tail = [low for low in governed if not adverb(low)]
    if not _WISHES.isdisjoint(governed) and not {"has", "have", "had", "was", "were", "been"} & set(governed):
        return "proposed"
    if tail[-1:] == ["be"] or tail[-2:] == ["be", "being"]:
        if any(low in _PLAN for low in governed):
            return "planned"
        return "planned" if any(low in ("to", "would") for low in governed) else "proposed"
    if tail[-1:] == ["being"] or (tail[-1:] and tail[-1] in ("are", "is", "'re")):
        return "planned" if ahead(marked) and "were" not in tail else "ongoing"
    if frame.entry.word in (
        "order",
        "direct",
        "authorize",
        "instruct",
        "call",
        "pledge",
        "promise",
        "tell",
    ) and frame.voice in ("active", "passive"):
        return "planned"
    if frame.voice == "adjective":
        return "ongoing"
    return "done"


def _phrase(marked: Marked, frame: Frame, governed: list[str]) -> str:
    phrase = frame.entry.word
    tail = [low for low in governed if not adverb(low)]
    if any(pair[0] in BE and pair[1] in ("giving", "lending", "loaning") for pair in pairwise(tail)):
        return "planned"
    if tail[-1:] == ["be"] and {"would", "will", "'ll", "to"} & set(tail[-3:]):
        return "planned"
    if (tail[-1:] in (["is"], ["are"], ["'re"]) and phrase.startswith("on ")) and not phrase.startswith("on the way"):
        return "ongoing"
    if phrase in _LENT:
        between = marked.lows[frame.resources[-1].last if frame.resources else 0 : frame.move.first]
        if not {"is", "are"}.isdisjoint(between) and not {"was", "were", "had"} & set(between):
            return "ongoing"
    if any(low in _PLAN for low in governed[-4:]) or phrase.startswith(
        (
            "bound",
            "headed",
            "heading",
            "en route",
            "on the",
            "on their",
            "on its",
            "are on",
            "is on",
            "prepar",
            "ready",
            "put on",
            "have orders",
            "has orders",
        )
    ):
        return "planned"
    first = phrase.split()[0]
    if ahead(marked) and not {"has", "have", "had", "was", "were"} & set(tail) and not first.endswith("ed"):
        return "planned"
    if first.endswith("ing") and first != "preparing":
        return "ongoing"
    if "to" in governed[-1:] or first in ("be",):
        return "planned"
    return "done"
