"""The benchmarks, one after the other: started by deploy/bench.py, which tells where the site is.

BASE_URL is the site's address, RUN_DIR the folder of the database's socket, RESULTS the JSON file to write.
Slow figures are no failure: the exit status is 1 only when something could not be measured.
"""

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path

import django


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…")
    parser.add_argument("--seconds", type=float, default=2, help="how long to ask for each figure")
    parser.add_argument(
        "--sizes", default="120,1000,10000", help="outlets of the town that search is measured in"
    )
    parser.add_argument(
        "--only",
        choices=["reads", "pages", "slots", "holds", "ledger", "live", "city"],
        help="one part of them",
    )
    parser.add_argument(
        "--city", default="20000x14", help="outlets x days of the metropolis; 100000x30 takes some minutes"
    )
    parser.add_argument(
        "--larger", metavar="NxD", help="and of another to compare with, in a database of its own: 1000000x7"
    )
    parser.add_argument("--past", type=int, default=200_000, help="bookings of past years beside a slot list")
    parser.add_argument(
        "--entries", type=int, default=1_000_000, help="of the account whose balance is asked for"
    )
    return parser.parse_args()


async def measure(asked: argparse.Namespace) -> None:
    from benchmarks import city, holds, ledger, live, pages, reads, rivals, slots, worker
    from benchmarks.client import Site
    from benchmarks.figures import Figures
    from benchmarks.targets import number_apart

    site, figures = Site(os.environ["BASE_URL"]), Figures()
    results = Path(os.environ["RESULTS"])
    started = time.monotonic()
    sizes = sorted(int(size) for size in asked.sizes.split(","))
    number_apart()
    try:
        if asked.only in ("slots", "holds", "live"):
            reads.grow_town(sizes[-1])
        if asked.only in (None, "reads"):
            await reads.demo_city(site, figures, seconds=asked.seconds)
            await reads.growing_town(site, figures, sizes, seconds=asked.seconds)
        if asked.only in (None, "pages"):
            await pages.pages(site, figures, seconds=asked.seconds)
        if asked.only in (None, "slots"):
            await slots.slots(site, figures, seconds=asked.seconds)
        if asked.only in (None, "holds"):
            await holds.holds(site, figures, script=results.with_name("hold.sql"), seconds=asked.seconds)
            await rivals.contention(site, figures)
            await rivals.conflict(site, figures, seconds=asked.seconds)
        if asked.only in (None, "ledger"):
            await ledger.ledger(
                figures,
                script=results.with_name("posting.sql"),
                seconds=asked.seconds,
                entries=asked.entries,
            )
        if asked.only in (None, "live"):
            await live.commit_to_socket(site, figures)
        if asked.only in (None, "city"):
            outlets, days = map(int, asked.city.split("x"))
            larger = asked.larger and tuple(map(int, asked.larger.split("x")))
            with worker.resting():
                await city.city(
                    site,
                    figures,
                    outlets=outlets,
                    days=days,
                    larger=larger,
                    past=asked.past,
                    seconds=asked.seconds,
                )
    finally:
        # What was measured before a failure is worth having.
        if figures.rows:
            print(figures.table())
            figures.write(results)
    print(f"\nMeasured in {time.monotonic() - started:.0f} s; as JSON: {results}")


def main() -> None:
    asked = parse()
    # The figures are taken by one event loop, in which Django's look-ups may block: nothing else runs meanwhile.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    django.setup()
    from benchmarks.client import BenchError

    try:
        asyncio.run(measure(asked))
    except BenchError as error:
        print(f"make bench: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
