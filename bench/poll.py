"""What polling feeds costs: Shiftwatch and lemon24's reader over the same loopback feeds, in the same run.

    python -m bench.poll [--feeds 1000] [--hosts 200] [--no-peer] [--profile]

Feeds of 20 entries of about 60 words, spread over 127.0.0.x hosts. Cases, one after the other on the same archive:
all new; nothing due, which is the bare start of the command; unchanged, answered 304; unchanged, the same bytes with
200; one new entry each; and 304 over HTTPS with a new connection for each poll. Storing, robots.txt and delay
bookkeeping are included (the delay itself is set to 0); so is each command's start, but in the column "less start". CPU
seconds are those of the command and all its workers, not of the server. After each case both archives are asked
whether the work was done.

``collect`` goes on to match what it filed (copies, updates, releases drawn on) and to code it. The peer has nothing
like it, so this work has a column of its own and is not in the others. ``--profile`` adds where the CPU seconds
went.

The peer is optional: pip install reader.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import multiprocessing
import random
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.cost import Cost, measure, progress, table

ENTRIES = 20
NOUNS = """
    agent agency aircraft airport attorney barrier battalion boat bridge budget bus camera camp canine case checkpoint
    city clerk coast contract convoy county court crew crossing desert detainee deputy detective district document
    drone election embassy employee equipment facility family farm fence flight governor guard harbor hearing helicopter
    highway hospital hotel inspector interpreter island judge laboratory lane lawyer letter lieutenant marshal mayor
    mission mountain newspaper officer operation order passenger patrol permit pilot plan policy port prison program
    prosecutor radar ranch ranger record region report river road school scientist seaport sector senator ship shelter
    sheriff soldier station statement street supervisor surgeon teacher terminal tower trailer train truck tunnel
    unit vehicle vessel veteran village volunteer warehouse weapon witness worker
""".split()
VERBS = """
    accepted announced approved arrested assigned assisted blocked boarded briefed built called carried charged
    checked cleared closed collected counted crossed delayed delivered denied described detained doubled ended entered
    escorted examined extended filed financed followed found guarded halted helped hired informed inspected joined left
    loaded moved opened ordered paid planned questioned reached released repaired replaced reported rescued returned
    reviewed searched seized sent shared signed stopped supplied tested trained transferred visited warned watched
""".split()
ADJECTIVES = """
    annual armed broken busy civilian coastal cold daily distant early eastern empty experienced federal foreign former
    heavy joint large late local long military mobile narrow national new northern old open outer private public quiet
    remote retired rural second senior single small southern special steep temporary third upper urban vacant western
""".split()
PLACES = """
    Alaska Arizona Boston Buffalo Chicago Cleveland Dallas Delaware Denver Detroit Florida Fresno Georgia Houston Idaho
    Kansas Laredo Maine Memphis Miami Montana Nashville Nevada Nogales Ohio Oregon Phoenix Reno Seattle Spokane Tampa
    Texas Toledo Tucson Utah Vermont Wichita Wyoming Yuma
""".split()
START = datetime(2026, 5, 1, tzinfo=UTC)

PEER = """
import os, sys
from reader import make_reader
archive, feeds, scheduled = sys.argv[1:]
reader = make_reader(archive)
# Its session is handed prepared requests, for which requests ignores the environment.
reader._parser.get_retriever("https://").session.verify = os.environ["REQUESTS_CA_BUNDLE"]
for line in open(feeds):
    reader.add_feed(line.strip(), exist_ok=True)
results = reader.update_feeds_iter(scheduled=bool(scheduled))
print(sum(1 for result in results if not isinstance(result.value, Exception)))
"""

# The command line with a watch on each stage. Workers are asked through /proc, since they live on after a stage.
WATCHED = """
import json, os, sys, time
from pathlib import Path
from db.archive import Archive
from monitor import app, polls
from monitor.__main__ import main
from monitor.workers import WorkerPool
spent = {"file": 0.0, "judge": 0.0}
def watched(stage, function):
    def call(*args, **kwargs):
        began = time.thread_time()
        try:
            return function(*args, **kwargs)
        finally:
            spent[stage] += time.thread_time() - began
    return call
def workers():
    ticks, waiting = 0, [os.getpid()]
    while waiting:
        for task in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            for child in task.read_text().split():
                fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))
                waiting.append(child)
    return ticks / os.sysconf("SC_CLK_TCK")
def note(moment):
    spent[moment] = [time.process_time(), workers(), time.perf_counter()]
Archive.file_polls = watched("file", Archive.file_polls)
polls.judge = watched("judge", polls.judge)
collect, close = app.collect, WorkerPool.close
async def watched_collect(*args, **kwargs):
    note("begun")
    try:
        return await collect(*args, **kwargs)
    finally:
        note("polled")
def watched_close(*args, **kwargs):
    note("ended")
    print("WATCHED", json.dumps(spent), file=sys.stderr)
    close(*args, **kwargs)
app.collect = watched_collect
WorkerPool.close = watched_close
main()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One round of polls: how the server answers (``mode``), and what must be in the archives afterwards."""

    name: str
    kind: str
    outcome: str
    entries: int
    mode: dict[str, object]
    shown: bool = True


CASES = (
    Case(name="all new", kind="plain", outcome="changed", entries=20, mode={"version": 1, "conditional": True}),
    Case(name="nothing due", kind="plain", outcome="", entries=20, mode={}),
    Case(name="304", kind="plain", outcome="unchanged", entries=20, mode={}),
    Case(name="200, same bytes", kind="plain", outcome="unchanged", entries=20, mode={"conditional": False}),
    Case(name="one new entry each", kind="plain", outcome="changed", entries=21, mode={"version": 2}),
    Case(name="all new over HTTPS", kind="secure", outcome="changed", entries=20, mode={}, shown=False),
    Case(name="304 over HTTPS, new connections", kind="secure", outcome="unchanged", entries=20, mode={}),
)


def sentences(number: int, entry: int) -> str:
    """Some sixty words of English, different for each entry as they are in real feeds."""
    any_ = random.Random(number * 1009 + entry).choice
    return " ".join(
        f"The {any_(ADJECTIVES)} {any_(NOUNS)} {any_(VERBS)} the {any_(NOUNS)} of {any_(PLACES)} and {any_(VERBS)} a"
        f" {any_(ADJECTIVES)} {any_(NOUNS)} that the {any_(NOUNS)} {any_(VERBS)} with its {any_(NOUNS)}."
        for _ in range(3)
    )


def feed(number: int, version: int) -> bytes:
    """Feed ``number`` with ``ENTRIES`` entries; a later version has one newer in front and one fewer at the end."""
    items = []
    for entry in range(version + ENTRIES - 1, version - 1, -1):
        when = (START + timedelta(minutes=entry)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        items.append(
            f"<item><title>Story {entry} of feed {number}</title><link>http://site{number}.example/{entry}</link>"
            f"<guid>http://site{number}.example/{entry}</guid><pubDate>{when}</pubDate>"
            f"<description>&lt;p&gt;{sentences(number, entry)}&lt;/p&gt;</description></item>"
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>Feed {number}</title><link>http://site{number}.example/</link><description>Made up</description>"
        f"{''.join(items)}</channel></rss>"
    ).encode()


def serve(port: int, tls: tuple[str, str] | None) -> None:
    """Serve the feeds until killed; POST /mode sets ``version`` and whether conditional requests are honoured."""
    from aiohttp import web

    mode = {"version": 1, "conditional": True, "close": tls is not None}
    bodies: dict[tuple[int, int], bytes] = {}

    async def get(request: web.Request) -> web.Response:
        number, version = int(request.match_info["number"]), int(mode["version"])
        etag = f'"{number}-{version}"'
        headers = {"ETag": etag, "Content-Type": "application/rss+xml; charset=utf-8"}
        if mode["close"]:
            headers["Connection"] = "close"
        if mode["conditional"] and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers=headers)
        body = bodies.get((number, version))
        if body is None:
            body = bodies[number, version] = feed(number, version)
        return web.Response(body=body, headers=headers)

    async def set_mode(request: web.Request) -> web.Response:
        mode.update(await request.json())
        return web.Response()

    app = web.Application()
    app.router.add_get("/feed/{number}", get)
    app.router.add_post("/mode", set_mode)
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
    web.run_app(app, host="0.0.0.0", port=port, ssl_context=context, print=lambda _: None, access_log=None)


def set_mode(port: int, **mode: object) -> None:
    """Tell the server how to answer from now on."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/mode", json.dumps(mode).encode(), method="POST")
    urllib.request.urlopen(request).close()


def certificate(folder: Path, hosts: int) -> tuple[str, str]:
    """A self-signed certificate for the loopback hosts."""
    key, cert = str(folder / "key.pem"), str(folder / "cert.pem")
    names = ",".join(f"IP:127.0.0.{host}" for host in range(1, hosts + 1))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
         "-subj", "/CN=bench", "-addext", f"subjectAltName={names}"],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


def bundle(folder: Path, cert: str) -> str:
    """A bundle of the usual length that trusts ``cert`` too: loading it is part of what TLS costs."""
    import certifi

    path = folder / "bundle.pem"
    path.write_text(Path(certifi.where()).read_text("ascii") + Path(cert).read_text("ascii"), "ascii")
    return str(path)


def configuration(folder: Path, urls: list[str], port: int) -> Path:
    """A shiftwatch.toml that has nothing but these feeds."""
    lines = [
        '[archive]\ncaptures = ""',
        '[network]\ndelay = "0s"\nper_host = 2\nallow_private = ["127.0.0.0/8"]\ncontact = "bench@example.org"',
    ]
    lines += [
        f"[sources.{id}]\nenabled = false"
        for id in ("cbp", "cnn", "pewresearch", "migrationpolicy", "redstate", "ahblicklive")
    ]
    for number, url in enumerate(urls):
        lines.append(
            f'[sources.f{number}]\nname = "Feed {number}"\ndomain = "site{number}.example"\nkind = "outlet"\n'
            f'articles = "feed"\nchannels = [{{ kind = "feed", url = "{url}" }}]'
        )
    path = folder / f"shiftwatch-{port}.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path


def wait_for(port: int) -> None:
    """Until the server listens."""

    async def connect() -> None:
        for _ in range(100):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return
        raise RuntimeError("the bench server did not start")

    asyncio.run(connect())


def main() -> None:
    """Run the cases and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--port", type=int, default=18080)
    parser.add_argument("--no-peer", action="store_true", help="leave reader out")
    parser.add_argument("--profile", action="store_true", help="add where Shiftwatch's CPU seconds went")
    options = parser.parse_args()
    peer = not options.no_peer and importlib.util.find_spec("reader") is not None
    if not peer and not options.no_peer:
        progress("reader is not installed (pip install reader): measuring Shiftwatch alone")

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tls = certificate(folder, options.hosts)
        servers = [
            multiprocessing.Process(target=serve, args=(port, pair), daemon=True)
            for port, pair in ((options.port, None), (options.port + 1, tls))
        ]
        for server in servers:
            server.start()
        wait_for(options.port)
        wait_for(options.port + 1)
        environment = dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), bundle(folder, tls[0]))
        bench = Bench(options.feeds, options.hosts, options.port, folder, environment)
        rows, stages = [], []
        for case in CASES:
            row, spent = bench.run(case, peer=peer)
            rows += [row] * case.shown
            stages += [[case.name, *spent]] * case.shown
        for server in servers:
            server.terminate()
    print(f"{options.feeds} feeds of {ENTRIES} entries on {options.hosts} hosts; per 1,000 feeds")
    headings = ["case", "shiftwatch CPU s", "feeds/s", "peak MB", "reader CPU s", "feeds/s", "CPU ratio", "less start",
                "match, code"]  # fmt: skip
    less_start(rows)
    print(table(headings, rows))
    if options.profile:
        print(f"\nwhere the {options.feeds} feeds' CPU seconds went")
        print(table(["case", *STAGES], stages))


def less_start(rows: list[list[object]]) -> None:
    """Add the ratio of what both need beyond the bare start of their commands, which "nothing due" measures."""
    bare = next(row for row in rows if row[0] == "nothing due")
    for row in rows:
        ours, theirs, bare_ours, bare_theirs = (cell for each in (row, bare) for cell in (each[1], each[4]))
        known = row is not bare and all(isinstance(cell, float) for cell in (ours, theirs))
        row.insert(7, f"{(theirs - bare_theirs) / (ours - bare_ours):.1f}x" if known else "-")  # type: ignore[operator]


STAGES = ("start", "fetch", "read (workers)", "judge", "file", "match, code", "end")


class Bench:
    """Both tools, each with an archive for the feeds over HTTP and one for those over HTTPS."""

    def __init__(self, feeds: int, hosts: int, port: int, folder: Path, environment: dict[str, str]) -> None:
        self._feeds = feeds
        self._port = port
        self._folder = folder
        self._environment = environment
        self._config: dict[str, Path] = {}
        for kind, scheme, at in (("plain", "http", port), ("secure", "https", port + 1)):
            urls = [f"{scheme}://127.0.0.{1 + n % hosts}:{at}/feed/{n}" for n in range(feeds)]
            (folder / f"{kind}.txt").write_text("\n".join(urls), "utf-8")
            self._config[kind] = configuration(folder, urls, at)

    def run(self, case: Case, *, peer: bool) -> tuple[list[object], list[float]]:
        """One case for both tools: its row, and Shiftwatch's CPU seconds by stage."""
        if case.mode:
            set_mode(self._port, **case.mode)
        ours, matching, stages = self._ours(case)
        row: list[object] = [case.name, *self._per_thousand(ours), round(ours.peak), "-", "-", "-"]
        if peer:
            theirs = self._theirs(case)
            row[4:] = [*self._per_thousand(theirs), f"{theirs.cpu / ours.cpu:.1f}x"]
        return [*row, matching * 1000 / self._feeds], stages

    def _per_thousand(self, cost: Cost) -> list[object]:
        return [cost.cpu * 1000 / self._feeds, round(self._feeds / cost.wall)]

    def _ours(self, case: Case) -> tuple[Cost, float, list[float]]:
        """What polling cost, CPU seconds of the matching and coding after it, and of each stage."""
        progress(f"shiftwatch: {case.name}")
        path = self._folder / f"{case.kind}.db"
        before = outcomes(path)
        cost = measure(
            [sys.executable, "-c", WATCHED, "collect", "--quiet", "--config", str(self._config[case.kind]),
             "--archive", str(path), *(["--force"] if case.outcome else [])],
            env=self._environment,
        )  # fmt: skip
        done = {name: count for name in OUTCOMES if (count := outcomes(path)[name] - before[name])}
        expect("Shiftwatch's polls", done, {case.outcome: self._feeds} if case.outcome else {})
        expect("Shiftwatch's stories", ask(path, "SELECT count(*) FROM stories"), self._feeds * case.entries)
        expect("Shiftwatch's stories still to match", ask(path, "SELECT count(*) FROM match_queue"), 0)
        return self._split(cost)

    def _split(self, cost: Cost) -> tuple[Cost, float, list[float]]:
        line = next(line for line in cost.errors.splitlines() if line.startswith("WATCHED "))
        spent = json.loads(line.removeprefix("WATCHED "))
        (start, _, _), (own, read, at), (own_end, read_end, end) = spent["begun"], spent["polled"], spent["ended"]
        matching = own_end - own + read_end - read
        fetch = own - start - spent["judge"] - spent["file"]
        polling = replace(cost, cpu=cost.cpu - matching, wall=cost.wall - (end - at))
        rest = cost.cpu - own_end - read_end
        return polling, matching, [start, fetch, read, spent["judge"], spent["file"], matching, rest]

    def _theirs(self, case: Case) -> Cost:
        progress(f"reader: {case.name}")
        path = self._folder / f"reader-{case.kind}.db"
        cost = measure(
            [
                sys.executable,
                "-c",
                PEER,
                str(path),
                str(self._folder / f"{case.kind}.txt"),
                "" if case.outcome else "1",
            ],
            env=self._environment,
        )
        expect("reader's updates", int(cost.output), self._feeds if case.outcome else 0)
        expect("reader's entries", ask(path, "SELECT count(*) FROM entries"), self._feeds * case.entries)
        return cost


OUTCOMES = ("changed", "unchanged", "empty", "blocked", "broken", "gone", "forbidden")


def outcomes(archive: Path) -> dict[str, int]:
    """How many polls there are of each outcome."""
    return {
        name: ask(archive, "SELECT count(*) FROM polls WHERE outcome = ?", name) if archive.exists() else 0
        for name in OUTCOMES
    }


def ask(archive: Path, sql: str, *values: str) -> int:
    """One number from an archive."""
    with closing(sqlite3.connect(archive)) as db:
        return int(db.execute(sql, values).fetchone()[0])


def expect(what: str, found: object, due: object) -> None:
    """Stop when a tool has not done what it is measured for."""
    if found != due:
        raise RuntimeError(f"{what}: {found} instead of {due}; the figures would be worth nothing")


if __name__ == "__main__":
    main()
