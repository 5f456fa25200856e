"""Many after the same time: fifty at one slot, and thirty-two of whom nine in ten want what others want, too."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from benchmarks.client import BenchError, Request, Sample, Site, all_at_once, closed_loop
from benchmarks.figures import MS, Figures
from benchmarks.holds import give_back, hold_request
from benchmarks.targets import Target, find_targets

RIVALS = 50
CLIENTS = 32
TURNS = 3
# Nine of ten requests are for one of so many slots, which are others after so many requests.
WANTED, AFTER = 4, 60


async def contention(site: Site, figures: Figures) -> None:
    """Fifty clients want the same person at the same time, again and again: one gets it each time."""
    start, targets = find_targets(days_ahead=9)
    ours, limit = Sample(), Sample()
    for target in targets[:10]:
        rivals = [
            hold_request(site, target, start, staff=target.staff_id, expected=(201, 409))
            for _ in range(RIVALS)
        ]
        answers = await all_at_once(site, rivals)
        won = [answer for answer in answers if answer.status == 201]
        refused = [answer for answer in answers if answer.status == 409]
        if len(won) != 1 or any(answer.json()["code"] != "slot_taken" for answer in refused):
            raise BenchError(f"{len(won)} of {RIVALS} clients got the same slot")
        ours.seconds += [answer.seconds for answer in answers]
        asked = [site.get("/bench/select-1") for _ in range(RIVALS)]
        limit.seconds += [answer.seconds for answer in await all_at_once(site, asked)]
    give_back(start)
    group = f"{RIVALS} clients at once after one slot, 10 times: one 201 and {RIVALS - 1} times 409 each time"
    figures.group(group, limit=f"{RIVALS} requests at once that do SELECT 1")
    for share in (0.5, 0.99):
        figures.add(
            group,
            f"answered, p{share * 100:.0f}",
            ours.quantile(share) * MS,
            limit.quantile(share) * MS,
            "ms",
            "lower",
        )


async def conflict(site: Site, figures: Figures, *, seconds: float) -> None:
    """Holds by many clients, each for a slot of its own; in turns with holds of which nine in ten want the same few.

    Nothing but a hold (201) and `slot_taken` (409) may be answered.
    """
    start, targets = find_targets(days_ahead=10)
    free, wanted = Sample(), Sample()
    told: Counter[int] = Counter()
    for turn in range(TURNS + 1):
        span = seconds / TURNS if turn else 0.5
        own = (hold_request(site, target, start) for target in targets)
        alone, _ = await closed_loop(site, own, clients=CLIENTS, seconds=span)
        give_back(start)
        rivals, answers = await closed_loop(
            site, wanting(site, targets, start), clients=CLIENTS, seconds=span
        )
        give_back(start)
        for answer in answers:
            if answer.status == 409 and answer.json()["code"] != "slot_taken":
                raise BenchError(f"a hold was refused otherwise: {answer.body.decode()}")
        if turn:  # the first turn warms up
            free.add(alone)
            wanted.add(rivals)
            told.update(answer.status for answer in answers)
    group = f"Holds by {CLIENTS} clients, nine of ten for the same {WANTED} slots at a time"
    figures.group(group, limit=f"{CLIENTS} clients, each its own slots, in turns with it")
    for share in (0.5, 0.99):
        name = f"answered, p{share * 100:.0f}"
        figures.add(group, name, wanted.quantile(share) * MS, free.quantile(share) * MS, "ms", "lower")
    figures.add(group, "answered", wanted.rate, free.rate, "/s", "higher")
    figures.notes.append(f"conflict: {told[201]} were held, {told[409]} were taken, none failed")


def wanting(site: Site, targets: list[Target], start: datetime) -> Iterator[Request]:
    """Requests without end: the same few slots of named people, and now and then one of another outlet."""
    chance = random.Random(11)
    left = list(targets)
    chance.shuffle(left)
    hot: list[Target] = []
    number = 0
    while len(left) > WANTED:
        if number % AFTER == 0:
            hot = [left.pop() for _ in range(WANTED)]
        number += 1
        target = chance.choice(hot) if chance.random() < 0.9 else left.pop()
        yield hold_request(site, target, start, staff=target.staff_id, expected=(201, 409))
