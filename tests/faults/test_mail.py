"""Every way a mail can go wrong, with counts: nothing lost, nothing doubled but one identical repeat, no storm."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.archive import Archive
from monitor.app_digest import InThisThread
from monitor.digest.headers import Envelope, build, message_id
from monitor.digest.parcels import Handed, Letter, Parcel
from monitor.digest.post import Posted, PostOffice, post
from monitor.digest.smtp import Line, account
from tests.db.filed import rows
from tests.factories import NOW, StoppedClock
from tests.mailservers import Breaking, Postbox, free_port, postbox

SENDER = "Shiftwatch <alerts@example.org>"
THREE = ("a@example.org", "b@example.org", "c@example.org")
ROOT = Path(__file__).parents[2]


@contextmanager
def office(archive: Archive, port: int, *, clock: StoppedClock | None = None, **kept: object) -> Iterator[PostOffice]:
    """Where letters go: to that port, with little patience."""
    given = {"step": 0.6, "whole": 1.5, **kept}
    user = str(given.pop("user", ""))
    password = str(given.pop("password", ""))
    known = account(f"smtp://{user}{'@' if user else ''}127.0.0.1:{port}", password)
    from dataclasses import replace

    known = replace(known, **given)  # type: ignore[arg-type]
    yield PostOffice(
        caller=InThisThread(),
        archive=archive,
        clock=clock or StoppedClock(),
        sender=SENDER,
        server=known.name,
        line=lambda: Line(known),
    )


def keep(archive: Archive, *recipients: str, name: str = "daily", at: datetime = NOW) -> int:
    """Put a digest with these recipients into the outbox."""
    letters = []
    for to in recipients:
        identity = f"{name}|{at.isoformat()}|{to}"
        envelope = Envelope(sender=SENDER, to=to, subject="Shifts", at=at, identity=identity)
        message = build(envelope, text=f"For {to}\n.\n..dots\n", html="<p>For you</p>")
        letters.append(Letter(recipient=to, message_id=message_id(identity, SENDER), message=message))
    with archive.outbox() as outbox:
        return outbox.keep(
            Parcel(
                name=name,
                slot=at,
                start=at - timedelta(days=1),
                end=at,
                composed_at=at,
                subject="Shifts",
                text="t",
                html="h",
                letters=tuple(letters),
            )
        )


def run(office_: PostOffice, *, anyway: bool = False) -> Posted:
    return asyncio.run(post(office_, anyway=anyway))


def states(archive: Archive) -> dict[str, str]:
    return dict(rows(archive, "SELECT recipient, state FROM deliveries ORDER BY id"))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "shiftwatch.db") as archive:
        yield archive


def test_all_is_well_and_a_second_run_sends_nothing(archive: Archive):
    keep(archive, *THREE)
    with postbox() as box, office(archive, box.port) as out:
        first, second = run(out), run(out)
    assert [one.receipt.outcome for one in first.done] == [Handed.SENT] * 3
    assert second.done == []
    assert {one.to for one in box.taken} == set(THREE)
    assert len(box.taken) == 3
    assert ".\r\n..dots" in box.taken[0].text
    assert rows(archive, "SELECT count(*) FROM deliveries WHERE message IS NOT NULL") == [(0,)]


def test_one_of_three_refused_for_good_costs_the_others_nothing(archive: Archive):
    keep(archive, *THREE)
    box = Postbox(rcpt={"b@example.org": "550 5.1.1 no such user"})
    with postbox(box), office(archive, box.port) as out:
        first, second = run(out), run(out)
    assert states(archive) == {"a@example.org": "sent", "b@example.org": "failed", "c@example.org": "sent"}
    assert [one.to for one in box.taken] == ["a@example.org", "c@example.org"]
    assert "550 5.1.1 no such user" in rows(archive, "SELECT error FROM deliveries WHERE state = 'failed'")[0][0]
    assert first.troubled
    assert (second.done, box.refused) == ([], 1), "a permanent refusal is not tried again"


@pytest.mark.parametrize("where", ["rcpt", "data"])
def test_a_busy_server_gets_it_later_and_once(archive: Archive, where: str):
    keep(archive, *THREE)
    busy = {"b@example.org": "451 4.3.0 try again later"}
    box = Postbox(once=True, **{where: busy})
    clock = StoppedClock()
    with postbox(box), office(archive, box.port, clock=clock) as out:
        run(out)
        assert len(box.taken) == 2
        assert run(out).done == [], "not before its pause is over"
        clock.move(timedelta(minutes=6))
        run(out)
    assert set(box.ids().values()) == {1}
    assert len(box.taken) == 3
    assert set(states(archive).values()) == {"sent"}


def test_a_refusal_of_the_content_is_final(archive: Archive):
    keep(archive, *THREE)
    box = Postbox(data={"b@example.org": "554 5.7.1 spam"})
    with postbox(box), office(archive, box.port) as out:
        run(out)
    assert states(archive)["b@example.org"] == "failed"
    assert len(box.taken) == 2


def test_a_bad_login_is_tried_once_and_all_wait_with_one_pause(archive: Archive):
    for day in range(5):
        keep(archive, *THREE, name=f"d{day}")
    box = Postbox(password="right horse")
    clock = StoppedClock()
    with postbox(box), office(archive, box.port, clock=clock, user="kim", password="wrong-horse-battery") as out:
        first = run(out)
        again = [run(out) for _ in range(20)]
        assert box.logins == 1, "twenty runs, one attempt"
        clock.move(timedelta(minutes=16))
        run(out)
        assert box.logins == 2
        clock.move(timedelta(minutes=16))
        run(out)
        assert box.logins == 2, "the second pause is longer"
    assert first.resting is not None and "535" in first.resting.error
    assert all(one.untried == 15 for one in [first, *again])
    told = repr(first) + repr(rows(archive, "SELECT error FROM mail_servers"))
    assert "wrong-horse" not in told
    assert set(states(archive).values()) == {"pending"}
    with postbox(Postbox(password="right horse"), port=box.port) as good:
        with office(archive, box.port, clock=clock, user="kim", password="right horse") as out:
            run(out, anyway=True)
        assert len(good.taken) == 15
    assert rows(archive, "SELECT * FROM mail_servers") == []


def test_a_password_said_back_by_the_server_is_not_repeated(archive: Archive):
    keep(archive, "a@example.org")
    box = Postbox(password="right")
    with postbox(box), office(archive, box.port, user="kim", password="s3cret-word") as out:
        found = Line(account(f"smtp://kim@127.0.0.1:{box.port}", "s3cret-word"))._said(
            Handed.LOGIN, 535, b"no: kim:s3cret-word"
        )
        run(out)
    assert "s3cret" not in found.error


def test_a_server_that_is_down_rests_and_then_gets_each_once(archive: Archive):
    keep(archive, *THREE)
    port = free_port()
    clock = StoppedClock()
    with office(archive, port, clock=clock) as out:
        tries = 0
        for _ in range(60):  # an hour, a look each minute
            posted = run(out)
            tries += posted.resting is not None and posted.resting.until == rest_of(archive, clock)
            clock.move(timedelta(minutes=1))
        failures = rows(archive, "SELECT failures FROM mail_servers")[0][0]
        assert 5 <= failures <= 7, f"60 looks, {failures} attempts: the pauses double"
        with postbox(port=port) as box:
            clock.move(timedelta(hours=1))
            run(out)
            assert len(box.taken) == 3
    assert set(states(archive).values()) == {"sent"}


def rest_of(archive: Archive, clock: StoppedClock) -> datetime | None:
    ((until,),) = rows(archive, "SELECT wait_until FROM mail_servers") or [(None,)]
    return None if until is None else datetime.fromisoformat(until)


@pytest.mark.parametrize("at", ["greeting", "rcpt", "in-data"])
def test_a_line_that_breaks_before_the_end_loses_and_doubles_nothing(archive: Archive, at: str):
    keep(archive, *THREE)
    clock = StoppedClock()
    with Breaking(at, times=2) as server, office(archive, server.port, clock=clock) as out:
        for _ in range(6):
            run(out)
            clock.move(timedelta(hours=2))
    assert server.broken == 2
    assert set(server.ids().values()) == {1}
    assert {one.to for one in server.taken} == set(THREE)
    assert set(states(archive).values()) == {"sent"}


def test_a_line_that_breaks_after_the_dot_repeats_once_and_identically(archive: Archive):
    keep(archive, *THREE)
    clock = StoppedClock()
    with Breaking("after-dot") as server, office(archive, server.port, clock=clock) as out:
        for _ in range(4):
            run(out)
            clock.move(timedelta(hours=2))
    assert server.broken == 1
    doubled = [key for key, count in server.ids().items() if count == 2]
    assert len(doubled) == 1
    assert len(server.taken) == 4
    first, second = (one.content for one in server.taken if one.to == doubled[0][0])
    assert first == second, "the same bytes, the same Message-ID"
    assert set(states(archive).values()) == {"sent"}


def test_a_server_that_never_confirms_is_tried_twice_and_told(archive: Archive):
    keep(archive, "a@example.org")
    clock = StoppedClock()
    with Breaking("after-dot", times=99) as server, office(archive, server.port, clock=clock) as out:
        for _ in range(10):
            run(out)
            clock.move(timedelta(hours=5))
    assert len(server.taken) == 2
    assert set(server.ids().values()) == {2}, "one Message-ID"
    ((state, error),) = rows(archive, "SELECT state, error FROM deliveries")
    assert state == "failed"
    assert "never confirmed" in error


@pytest.mark.parametrize("at", ["greeting", "rcpt", "after-dot"])
def test_a_server_that_never_answers_is_left_in_time(archive: Archive, at: str):
    keep(archive, "a@example.org")
    clock = StoppedClock()
    with Breaking(at, silent=True) as server, office(archive, server.port, clock=clock) as out:
        begun = time.monotonic()
        run(out)
        assert time.monotonic() - begun < 3.5
        for _ in range(3):
            clock.move(timedelta(hours=2))
            time.sleep(0.5)
            run(out)
    assert {one.to for one in server.taken} == {"a@example.org"}
    assert len(server.ids()) == 1


def test_a_server_that_drips_is_left_after_the_whole_time(archive: Archive):
    import socket
    import threading

    keep(archive, "a@example.org")
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        client, _ = listener.accept()
        with client:
            for _ in range(40):
                try:
                    client.sendall(b"2")
                except OSError:
                    return
                time.sleep(0.2)

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    with office(archive, listener.getsockname()[1]) as out:
        begun = time.monotonic()
        posted = run(out)
        assert time.monotonic() - begun < 3
    listener.close()
    thread.join(10)
    assert posted.resting is not None
    assert "no answer within" in posted.resting.error


def test_what_waits_for_days_is_given_up_and_told(archive: Archive):
    keep(archive, "a@example.org", "b@example.org")
    box = Postbox(rcpt={"b@example.org": "450 4.2.0 greylisted"})
    clock = StoppedClock()
    attempts = 0
    with postbox(box), office(archive, box.port, clock=clock) as out:
        for _ in range(6 * 24):
            attempts += len(run(out).done)
            clock.move(timedelta(hours=1))
    assert states(archive) == {"a@example.org": "sent", "b@example.org": "failed"}
    assert "given up after 5 days" in rows(archive, "SELECT error FROM deliveries WHERE state = 'failed'")[0][0]
    assert attempts < 45, "pauses of up to four hours"


def test_a_signal_in_the_middle_ends_it_soon_and_loses_nothing(tmp_path: Path):
    """The server accepts the connection and never says a word."""
    import socket

    with Archive.open(tmp_path / "shiftwatch.db") as archive:
        keep(archive, "a@example.org", at=datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1))
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        (tmp_path / "shiftwatch.toml").write_text(
            f'[mail]\nsmtp = "smtp://127.0.0.1:{deaf.getsockname()[1]}"\nfrom = "{SENDER}"\n'
            '[digests.other]\nto = ["a@example.org"]\nschedule = "0 0 1 1 *"\n'
        )
        command = [sys.executable, "-m", "monitor", "digest", "--all"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE) as process:
            deaf.settimeout(30)
            client, _ = deaf.accept()
            with client:
                time.sleep(0.2)
                begun = time.monotonic()
                process.send_signal(signal.SIGTERM)
                assert process.wait(10) == 0, process.stderr and process.stderr.read()
                assert time.monotonic() - begun < 5
    assert rows(tmp_path / "shiftwatch.db", "SELECT state, handed_at FROM deliveries") == [("pending", None)]


KILLED = """
import asyncio, sys
from dataclasses import replace
from db.archive import Archive
from monitor.app_parts import SystemClock
from monitor.app_digest import InThisThread
from monitor.digest.post import PostOffice, post
from monitor.digest.smtp import Line, account

known = account(f"smtp://127.0.0.1:{sys.argv[2]}", "")
with Archive.open(sys.argv[1]) as archive:
    office = PostOffice(caller=InThisThread(), archive=archive, clock=SystemClock(), server=known.name,
                        sender="Shiftwatch <alerts@example.org>", line=lambda: Line(known))
    print("open", flush=True)
    asyncio.run(post(office))
"""


def test_killed_between_250_and_the_mark_twenty_times(tmp_path: Path):
    """Killed at the moment the server has taken a mail, and some time around it, then run to the end."""
    chance = random.Random(20261124)
    lost = doubled = injected = identical = 0
    for turn in range(20):
        path = tmp_path / f"{turn}.db"
        with Archive.open(path) as archive:
            keep(archive, *THREE, at=datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1))
        box = Postbox()
        victim: list[int] = []
        which = turn % 3 + 1
        delay = 0.0 if turn < 14 else chance.uniform(0, 0.004)

        def strike(box: Postbox = box, which: int = which, delay: float = delay, victim: list[int] = victim) -> None:
            if len(box.taken) == which and victim:
                time.sleep(delay)
                os.kill(victim.pop(), signal.SIGKILL)

        box.on_taken = strike
        with postbox(box):
            command = [sys.executable, "-c", KILLED, str(path), str(box.port)]
            with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
                victim.append(process.pid)
                injected += process.wait(30) == -signal.SIGKILL
            victim.clear()
            done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=30)
            assert done.stdout == b"open\n"
        counts = box.ids()
        lost += len(set(THREE) - {to for to, _ in counts})
        assert len(counts) == 3, "one Message-ID each"
        assert max(counts.values()) <= 2
        again = [key for key, count in counts.items() if count == 2]
        doubled += len(again)
        identical += sum(
            len({one.content for one in box.taken if (one.to, one.message_id) == key}) == 1 for key in again
        )
        assert rows(path, "SELECT DISTINCT state FROM deliveries") == [("sent",)]
    print(f"killed {injected} times of 60 mails: lost {lost}, doubled {doubled}, of those identical {identical}")
    assert injected == 20
    assert lost == 0
    assert doubled == identical <= 20
