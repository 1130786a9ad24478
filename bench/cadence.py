"""What adaptive pauses are worth: simulated weeks of channels of different rhythms, against fixed intervals.

    python -m bench.cadence [--channels 20] [--weeks 1] [--seed 7]

Each channel has published for four weeks when it is first looked at, and its feed then lists its last 20 stories, which
is all that is known of it. From then on it is looked at with the pauses of ``monitor/cadence.py`` at ``every = "30m"``,
or every 15, 30 or 60 minutes (both jittered). The delay runs from a story's publication to the look that finds it.
Rhythms:

    bursty        three to six bursts a day, mostly by day, of three to twelve stories within about an hour
    hourly        one story an hour around the clock, at random (a Poisson process)
    daily         one story a day at about the same time
    press office  two or three a day from Monday to Friday between nine and six in New York, none else
    dead          has not published for a year and does not
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import median

from bench.cost import table
from monitor.cadence import next_poll, pace
from monitor.model import Outcome
from monitor.rhythm import Rhythm, learned

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
BEFORE = timedelta(weeks=4)
LISTED = 20
HOUR = timedelta(hours=1)
EVERY = timedelta(minutes=30)


def days(weeks: float) -> Iterator[datetime]:
    """Each day's beginning, the weeks before the first look included."""
    for number in range(int((BEFORE + timedelta(weeks=weeks)) / timedelta(days=1))):
        yield START - BEFORE + timedelta(days=number)


def bursty(dice: random.Random, weeks: float) -> list[datetime]:
    found = []
    for day in days(weeks):
        for _ in range(dice.randint(3, 6)):
            begin = day + HOUR * dice.triangular(6, 28, 17)
            found += [begin + HOUR * dice.expovariate(2.5) for _ in range(dice.randint(3, 12))]
    return found


def hourly(dice: random.Random, weeks: float) -> list[datetime]:
    at, found = START - BEFORE, []
    while at < START + timedelta(weeks=weeks):
        at += HOUR * dice.expovariate(1.0)
        found.append(at)
    return found


def daily(dice: random.Random, weeks: float) -> list[datetime]:
    hour = dice.uniform(0, 24)
    return [day + HOUR * (hour + dice.gauss(0, 0.5)) for day in days(weeks)]


def press_office(dice: random.Random, weeks: float) -> list[datetime]:
    return [
        day + HOUR * (5 + dice.triangular(9, 18, 11))
        for day in days(weeks)
        if day.weekday() < 5
        for _ in range(dice.randint(2, 3))
    ]


def dead(dice: random.Random, weeks: float) -> list[datetime]:
    return [START - timedelta(days=365 + number) for number in range(LISTED)]


RHYTHMS: dict[str, Callable[[random.Random, float], list[datetime]]] = {
    "bursty": bursty, "hourly": hourly, "daily": daily, "press office": press_office, "dead": dead,
}  # fmt: skip


def watch(name: str, stories: list[datetime], weeks: float, fixed: timedelta | None) -> tuple[list[float], int]:
    """The delay of each story in minutes, and how many looks it took; ``fixed`` None: adaptive pauses."""
    end = START + timedelta(weeks=weeks)
    stories = sorted(stories)
    listed = [at for at in stories if at <= START][-LISTED:]
    rhythm = learned(Rhythm(), listed, START)
    place = sum(at <= START for at in stories)
    delays: list[float] = []
    looks, now = 1, START
    while True:
        paced = pace(rhythm, now=now, every=EVERY) if fixed is None else fixed
        now = next_poll(name, now=now, every=fixed or EVERY, paced=paced, outcome=Outcome.UNCHANGED, failures=0)
        if now > end:
            return delays, looks
        looks += 1
        found = []
        while place < len(stories) and stories[place] <= now:
            found.append(stories[place])
            place += 1
        delays += [(now - at) / timedelta(minutes=1) for at in found]
        rhythm = learned(rhythm, found, now)


def main() -> None:
    """Simulate and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--channels", type=int, default=20, help="of each rhythm")
    parser.add_argument("--weeks", type=float, default=1)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    ways: dict[str, timedelta | None] = {f"{m} min": timedelta(minutes=m) for m in (15, 30, 60)} | {"adaptive": None}
    rows: list[list[object]] = []
    whole: dict[str, tuple[list[float], int]] = {way: ([], 0) for way in ways}
    for rhythm, make in RHYTHMS.items():
        told = 0
        cells: list[object] = []
        for way, fixed in ways.items():
            delays: list[float] = []
            looks = 0
            for number in range(options.channels):
                dice = random.Random(f"{options.seed} {rhythm} {number}")
                waited, spent = watch(f"{rhythm} {number}", make(dice, options.weeks), options.weeks, fixed)
                delays += waited
                looks += spent
            told = len(delays)
            cells += [f"{median(delays):.1f}" if delays else "-", round(looks / options.channels / options.weeks)]
            whole[way] = (whole[way][0] + delays, whole[way][1] + looks)
        rows.append([rhythm, round(told / options.channels / options.weeks, 1), *cells])
    total: list[object] = []
    for delays, looks in whole.values():
        total += [f"{median(delays):.1f}", round(looks / options.channels / options.weeks / len(RHYTHMS))]
    rows.append(["all", "", *total])
    print(f"{options.channels} channels of each rhythm, {options.weeks:g} week(s) from the first look on")
    print("median delay in minutes, and looks a channel and week, for each way of looking")
    print(table(["rhythm", "stories a week", *(part for way in ways for part in (way, "looks"))], rows))


if __name__ == "__main__":
    main()
