"""A made-up week for looking at digests: two new shifts, one that grows, one that a court blocks, numbers that clash, a
silent edit, a copy, a dead source. Every story is invented.

    python -m bench.digest_week FOLDER          write the digest as text, HTML and mail, with dark and light screenshots
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

from db.archive import Archive
from monitor.afterwards import match_and_code
from monitor.app_digest import InThisThread, offices
from monitor.books import book
from monitor.config import Config, Digest, Mail
from monitor.digest.desk import compose_due, drafted, letter
from monitor.digest.window import Window
from monitor.filer import Filer
from monitor.model import (
    Article,
    Channel,
    ChannelKind,
    ChannelState,
    Dated,
    Link,
    Outcome,
    PageState,
    PageVisit,
    Poll,
    Precision,
    Snapshot,
    Source,
    SourceKind,
    StoryKind,
)
from monitor.workers import InProcess

P = ParamSpec("P")
T = TypeVar("T")

MONDAY = datetime(2026, 5, 11, 11, 0, tzinfo=UTC)  # 07:00 in New York
SOURCES = tuple(
    Source(
        id=id_,
        name=name,
        domain=domain,
        kind=kind,
        channels=(Channel(source=id_, kind=ChannelKind.FEED, url=f"https://{domain}/feed"),),
    )
    for id_, name, domain, kind in (
        ("cbp", "U.S. Customs and Border Protection", "cbp.gov", SourceKind.AGENCY),
        ("tribune", "Lakeside Tribune", "lakesidetribune.example", SourceKind.OUTLET),
        ("ledger", "The Ledger", "ledger.example", SourceKind.OUTLET),
        ("prairie", "Prairie Wire", "prairiewire.example", SourceKind.OUTLET),
        ("harbor", "Harbor News", "harbornews.example", SourceKind.OUTLET),
        ("borderpost", "Border Post", "borderpost.example", SourceKind.OUTLET),
    )
)
SPEC = Digest(
    name="daily",
    to=("desk@example.org",),
    title="Enforcement shifts",
    schedule="0 7 * * *",
    timezone="America/New_York",
    query="label:primary OR label:mention OR tag:detention OR tag:budget",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One made-up story: hours after MONDAY it came out, where, and what it says."""

    hours: float
    source: str
    slug: str
    title: str
    text: str
    kind: StoryKind = StoryKind.COVERAGE
    links: tuple[str, ...] = ()


_RELEASE = (
    "WASHINGTON — U.S. Customs and Border Protection will send about 1,500 Border Patrol agents from the southern"
    " border"
    " to Minneapolis to assist ICE, the agency announced Tuesday.\n\nThe agents come from the Del Rio, Laredo and"
    " Tucson"
    " sectors and will work alongside ICE teams for ninety days, the agency said in a statement.\n\n“This is the"
    " largest"
    " transfer of agents away from the line in the history of the agency,” said the deputy commissioner. “We will keep"
    " the border secure while we do it.”\n\nStations in the three sectors will run on longer shifts until the agents"
    " return."
)

BEFORE = (
    Told(
        hours=-21,
        source="tribune",
        slug="charlotte-agents",
        title="Border Patrol to send 200 agents to Charlotte",
        text="The Border Patrol will send 200 agents to Charlotte next week to assist ICE, officials said Sunday.\n\n"
        "The agents will be drawn from stations in Texas and will stay for a month, according to two officials who were"
        " briefed on the plan.\n\nCity leaders said they had not been told of the operation in advance.",
    ),
    Told(
        hours=-20,
        source="ledger",
        slug="guard-portland",
        title="Pentagon plans to deploy 300 National Guard troops to Portland",
        text="The Pentagon plans to deploy 300 National Guard troops to Portland, officials said on Sunday.\n\nThe"
        " troops"
        " would guard federal buildings in the city, the officials said. The governor said she would go to court.\n\n"
        "It would be the third such deployment this year.",
    ),
    Told(
        hours=-16,
        source="prairie",
        slug="fbi-reassigned",
        title="FBI reassigned 600 agents from fraud cases to immigration arrests",
        text="The FBI has reassigned 600 agents from fraud cases to immigration arrests since March, according to a"
        " memo"
        " seen by Prairie Wire.\n\nThe bureau will review the assignments in the summer, the memo says.\n\nFormer"
        " officials"
        " said the move had slowed work on bank fraud in at least nine field offices.",
    ),
)

WEEK = (
    Told(
        hours=23,
        source="cbp",
        slug="cbp-sends-agents-minneapolis",
        title="CBP Sends Agents to Minneapolis to Assist ICE",
        text=_RELEASE,
        kind=StoryKind.RELEASE,
    ),
    Told(
        hours=27,
        source="tribune",
        slug="minneapolis-agents",
        title="Border agents headed to Minneapolis in record transfer",
        text="CBP will send about 1,500 Border Patrol agents from the southern border to Minneapolis to assist ICE, the"
        " agency announced Tuesday.\n\nThe agents come from the Del Rio, Laredo and Tucson sectors and will work"
        " alongside"
        " ICE teams for ninety days, the agency said in a statement.\n\n“This is the largest transfer of agents away"
        " from"
        " the line in the history of the agency,” said the deputy commissioner.\n\nThe mayor called it an occupation"
        " and"
        " said the city would not cooperate. Hotels near the airport said they had been asked to hold 900 rooms.",
        links=("https://cbp.gov/newsroom/cbp-sends-agents-minneapolis",),
    ),
    Told(
        hours=29,
        source="ledger",
        slug="agents-to-minneapolis",
        title="2,000 agents to Minneapolis, more than CBP says",
        text="CBP will send 2,000 Border Patrol agents to Minneapolis to assist ICE, according to an internal planning"
        " document obtained by The Ledger.\n\nThe agency has spoken of about 1,500. The document lists additional teams"
        " from El Centro and Yuma.\n\nA spokesman declined to discuss the document. The city said it was told nothing.",
    ),
    Told(
        hours=30,
        source="prairie",
        slug="minneapolis-transfer",
        title="Border agents headed to Minneapolis in record transfer",
        text="CBP will send about 1,500 Border Patrol agents from the southern border to Minneapolis to assist ICE, the"
        " agency announced Tuesday.\n\nThe agents come from the Del Rio, Laredo and Tucson sectors and will work"
        " alongside"
        " ICE teams for ninety days, the agency said in a statement.\n\n“This is the largest transfer of agents away"
        " from"
        " the line in the history of the agency,” said the deputy commissioner.\n\nThe mayor called it an occupation"
        " and"
        " said the city would not cooperate. Hotels near the airport said they had been asked to hold 900 rooms.",
    ),
    Told(
        hours=33,
        source="harbor",
        slug="mayor-minneapolis",
        title="Mayor vows to resist as agents arrive",
        text="The mayor of Minneapolis vowed on Wednesday to resist a federal operation.\n\nBorder Patrol agents"
        " from the"
        " southern border are being sent to Minneapolis to assist ICE, the agency said this week.\n\nChurches said they"
        " would open their doors.",
    ),
    Told(
        hours=47,
        source="ledger",
        slug="cutters-detention",
        title="Homeland Security moves $90 million from cutters to detention beds",
        text="The Department of Homeland Security reprogrammed $90 million from Coast Guard cutters to detention beds,"
        " according to a notice sent to Congress on Wednesday.\n\nThe money was meant for repairs of two cutters in"
        " Alaska."
        " It will now pay for 2,400 detention beds in Texas.\n\nMembers of both parties asked for an explanation.",
    ),
    Told(
        hours=50,
        source="tribune",
        slug="charlotte-expanded",
        title="Charlotte operation grows to 500 agents",
        text="The Border Patrol has sent 500 agents to Charlotte to assist ICE, more than twice the 200 first"
        " announced,"
        " officials said Wednesday.\n\nThe additional agents arrived overnight from Texas.\n\nThe sheriff said his"
        " deputies"
        " would not take part in arrests.",
    ),
    Told(
        hours=54,
        source="harbor",
        slug="judge-blocks-guard",
        title="Judge blocks National Guard deployment to Portland",
        text="A federal judge on Wednesday blocked the deployment of 300 National Guard troops to Portland.\n\nThe"
        " judge"
        " said the government had not shown that the city was unable to enforce the law.\n\nThe Justice Department"
        " said it"
        " would appeal.",
    ),
    Told(
        hours=55,
        source="ledger",
        slug="guard-blocked",
        title="Court halts Guard deployment in Portland",
        text="A federal judge has blocked the deployment of 300 National Guard troops to Portland, the court said"
        " late on"
        " Wednesday.\n\nThe troops had been waiting at a base outside the city.\n\nThe governor welcomed the ruling.",
    ),
    Told(
        hours=58,
        source="borderpost",
        slug="detention-count",
        title="Detention population passes 66,000",
        text="More than 66,000 people were held in immigration detention in May, according to figures published on"
        " Wednesday.\n\nThat is the most since the agency began to publish them. Most were held in Texas, Louisiana and"
        " Georgia.\n\nNew detention centers are planned in four states.",
    ),
    Told(
        hours=60,
        source="harbor",
        slug="budget-hearing",
        title="Senators question border budget request",
        text="Senators questioned a budget request of $4 billion for border technology at a hearing on Thursday.\n\n"
        "The appropriations committee will vote in June.\n\nOfficials said the towers were due to be replaced.",
    ),
)
EDIT = ("fbi-reassigned", 52.0, "reassigned 600 agents", "reassigned 450 agents")
END = MONDAY + timedelta(hours=72)


class _Here:
    """A filer whose thread is this one."""

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)


@dataclass(slots=True)
class Clock:
    """A clock that stands until it is set."""

    at: datetime

    def now(self) -> datetime:
        """The moment it is set to."""
        return self.at


def build(path: Path, *, before: bool = True) -> Archive:
    """An archive of the week at ``path``, the first digest (of what came before) told; the caller closes it."""
    archive = Archive.open(path)
    archive.sync_sources(SOURCES)
    clock = Clock(MONDAY)
    if before:
        _file(archive, BEFORE)
        _poll_all(archive, MONDAY)
        _code(archive, clock)
        desk, _ = offices(config(path), archive, InThisThread(), clock)
        asyncio.run(compose_due(desk, [SPEC]))
        with archive.outbox() as outbox:
            for waiting in outbox.waiting(MONDAY, digests=None, limit=10):
                outbox.sent(waiting.id, MONDAY)
    _file(archive, WEEK)
    slug, hours, old, new = EDIT
    edited = next(one for one in BEFORE if one.slug == slug)
    at = MONDAY + timedelta(hours=hours)
    text = edited.text.replace(old, new)
    archive.file_visits([_visit(edited, at, title=edited.title.replace(old, new), text=text)])
    clock.at = END
    _poll_all(archive, END, dead="borderpost")
    _code(archive, clock)
    return archive


def config(path: Path) -> Config:
    """The configuration of the week's desk."""
    mail = Mail(smtp="smtp://127.0.0.1:2525", sender="Shiftwatch <alerts@example.org>")
    return Config(archive=path, captures=None, backups=path.parent, sources=SOURCES, mail=mail, digests=(SPEC,))


def _file(archive: Archive, stories: tuple[Told, ...]) -> None:
    archive.file_visits([_visit(one, MONDAY + timedelta(hours=one.hours + 0.4)) for one in stories])


def _visit(one: Told, seen: datetime, *, title: str = "", text: str = "") -> PageVisit:
    domain = next(source.domain for source in SOURCES if source.id == one.source)
    url = f"https://{domain}/{'newsroom/' if one.source == 'cbp' else ''}{one.slug}"
    published = Dated(
        at=MONDAY + timedelta(hours=one.hours), precision=Precision.MINUTE, signal="json-ld:datePublished"
    )
    article = Article(
        url=url,
        title=title or one.title,
        text=text or one.text,
        published=published,
        language="en",
        kind=one.kind,
        links=tuple(Link(url=link) for link in one.links),
        cited_domains=("cbp.gov",) if one.links else (),
    )
    return PageVisit(
        address=url,
        visited_at=seen,
        state=PageState.FILED,
        snapshot=Snapshot(source=one.source, article=article, seen_at=seen),
    )


def _poll_all(archive: Archive, at: datetime, *, dead: str = "") -> None:
    polls = []
    for memory in archive.channels():
        down = memory.channel.source == dead
        started = at - timedelta(hours=9 if down else 0.1)
        state = ChannelState.BROKEN if down else ChannelState.OK
        reason = "borderpost.example answers 503 Service Unavailable" if down else ""
        kept = replace(memory, state=state, reason=reason, last_ok_at=memory.last_ok_at if down else started)
        polls.append(
            Poll(
                memory=kept,
                started_at=started,
                finished_at=started,
                outcome=Outcome.BROKEN if down else Outcome.UNCHANGED,
                http_status=503 if down else 304,
                reason=reason,
            )
        )
    archive.file_polls(polls)


def _code(archive: Archive, clock: Clock) -> None:
    asyncio.run(
        match_and_code(filer=cast(Filer, _Here()), archive=archive, readers=InProcess(), clock=clock, book=book(None))
    )


def main() -> None:
    """Write what the folder is to hold."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, build(Path(scratch) / "week.db") as archive:
        desk, _ = offices(config(Path(scratch) / "week.db"), archive, InThisThread(), Clock(END))
        with archive.outbox() as outbox:
            past = outbox.past(SPEC.name)
        window = Window(start=MONDAY, end=END)
        draft = drafted(archive, SPEC, window, past=past, labels=desk.labels(), now=END)
        (folder / "week.txt").write_text(draft.rendered.text)
        (folder / "week.html").write_text(draft.rendered.html)
        (folder / "week.eml").write_bytes(letter(desk, draft, SPEC.to[0], END).message)
        print(draft.rendered.subject)
        print(f"html {len(draft.rendered.html.encode()):,} bytes")
    pictures(folder / "week.html", folder, "week")


def pictures(page: Path, folder: Path, name: str, heights: tuple[int, int] = (1500, 1910)) -> None:
    """Screenshots of a page at a desktop's and a phone's width, light and dark, with headless Chromium."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("no Chromium here, so no pictures")
        return
    for width, height, device in ((760, heights[0], "desktop"), (390, heights[1], "phone")):
        for dark in (False, True):
            picture = f"{name}-{device}{'-dark' if dark else ''}.png"
            with tempfile.TemporaryDirectory() as profile:
                flags = [
                    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    "--hide-scrollbars", f"--user-data-dir={profile}", f"--window-size={width},{height}",
                    f"--screenshot={folder / picture}",
                    f"--blink-settings=preferredColorScheme={0 if dark else 1}",
                ]  # fmt: skip
                subprocess.run(
                    [chromium, *flags, page.resolve().as_uri()], check=False, capture_output=True, timeout=90
                )


if __name__ == "__main__":
    main()
