"""What polling feeds costs: Shiftwatch and lemon24's reader over the same loopback feeds, in the same run.

    python -m bench.poll [--feeds 1000] [--hosts 200] [--peer/--no-peer]

Feeds of 20 entries of about 60 words, spread over 127.0.0.x hosts. Cases, one after the other on the same archive:
all new; unchanged, answered 304; unchanged, the same bytes with 200; one new entry each; and 304 over HTTPS with a
new connection for each poll. Storing, robots.txt and delay bookkeeping are included (the delay itself is set to 0);
so is each command's start. CPU seconds are those of the command and all its workers, not of the server.

The peer is optional: pip install reader.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import multiprocessing
import ssl
import subprocess
import sys
import tempfile
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.cost import measure, progress, table

ENTRIES = 20
WORDS = (
    "agents money aircraft border interior operation sector station office release officials said moved sent from the"
).split()
START = datetime(2026, 5, 1, tzinfo=UTC)

PEER = """
import sys
from reader import make_reader
reader = make_reader(sys.argv[1])
for line in open(sys.argv[2]):
    reader.add_feed(line.strip(), exist_ok=True)
print(sum(1 for result in reader.update_feeds_iter(scheduled=False) if not isinstance(result.value, Exception)))
"""


def feed(number: int, version: int) -> bytes:
    """Feed ``number`` with ``ENTRIES`` entries; a later version has one newer in front and one fewer at the end."""
    items = []
    for entry in range(version + ENTRIES - 1, version - 1, -1):
        words = " ".join(WORDS[(number + entry * 7 + at * at) % len(WORDS)] for at in range(60))
        when = (START + timedelta(minutes=entry)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        items.append(
            f"<item><title>Story {entry} of feed {number}</title><link>http://site{number}.example/{entry}</link>"
            f"<guid>http://site{number}.example/{entry}</guid><pubDate>{when}</pubDate>"
            f"<description>&lt;p&gt;{words}&lt;/p&gt;</description></item>"
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
        rows = run_cases(options.feeds, options.hosts, options.port, folder, tls[0], peer=peer)
        for server in servers:
            server.terminate()
    print(f"{options.feeds} feeds of {ENTRIES} entries on {options.hosts} hosts; per 1,000 feeds")
    headings = ["case", "shiftwatch CPU s", "feeds/s", "peak MB", "reader CPU s", "feeds/s", "CPU ratio"]
    print(table(headings, rows))


def run_cases(feeds: int, hosts: int, port: int, folder: Path, cert: str, *, peer: bool) -> list[list[object]]:
    """All cases for both tools; one row a case."""
    plain = [f"http://127.0.0.{1 + n % hosts}:{port}/feed/{n}" for n in range(feeds)]
    secure = [f"https://127.0.0.{1 + n % hosts}:{port + 1}/feed/{n}" for n in range(feeds)]
    (folder / "plain.txt").write_text("\n".join(plain), "utf-8")
    (folder / "secure.txt").write_text("\n".join(secure), "utf-8")
    config = {"plain": configuration(folder, plain, port), "secure": configuration(folder, secure, port + 1)}
    cases = [
        ("all new", "plain", {"version": 1, "conditional": True}),
        ("304", "plain", {"version": 1, "conditional": True}),
        ("200, same bytes", "plain", {"version": 1, "conditional": False}),
        ("one new entry each", "plain", {"version": 2, "conditional": True}),
        ("(all new over HTTPS)", "secure", {}),
        ("304 over HTTPS, new connections", "secure", {}),
    ]
    rows: list[list[object]] = []
    for case, kind, mode in cases:
        if mode:
            set_mode(port, **mode)
        progress(f"shiftwatch: {case}")
        ours = measure(
            [sys.executable, "-m", "monitor", "collect", "--force", "--quiet", "--config", str(config[kind]),
             "--archive", str(folder / f"{kind}.db")],
            env={"SSL_CERT_FILE": cert},
        )  # fmt: skip
        row: list[object] = [case, ours.cpu * 1000 / feeds, round(feeds / ours.wall), round(ours.peak), "-", "-", "-"]
        if peer:
            progress(f"reader: {case}")
            theirs = measure(
                [sys.executable, "-c", PEER, str(folder / f"reader-{kind}.db"), str(folder / f"{kind}.txt")],
                env={"SSL_CERT_FILE": cert, "REQUESTS_CA_BUNDLE": cert},
            )
            if int(theirs.output) != feeds:
                progress(f"reader updated only {theirs.output.strip()} of {feeds} feeds: its figure is too low")
            row[4:] = [theirs.cpu * 1000 / feeds, round(feeds / theirs.wall), f"{theirs.cpu / ours.cpu:.1f}x"]
        if not case.startswith("("):
            rows.append(row)
    return rows


if __name__ == "__main__":
    main()
