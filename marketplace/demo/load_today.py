"""What goes on today: visits as far as the clock has come, who waits in two shops or for another day. By the services.

Made each time the demo is started, since it is of today: what was made on another day has ended by itself.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from random import Random

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from accounts.principals import Principal
from bookings.enums import QueueState, Source
from bookings.errors import NobodyToCall
from bookings.models import Booking, QueueEntry, WaitEntry
from bookings.models.waitlist import OPEN
from bookings.rules import states
from bookings.selectors.access import Access, booking_for
from bookings.selectors.queue import is_awaited, may_wait_for, queue_of
from bookings.selectors.working import WorkingHours
from bookings.services import queue, visits, waitlist
from bookings.services.holders import Contact
from common import clock
from common.errors import DomainError
from common.locks import lock_named
from common.models import OutboxMessage
from common.spans import Span
from marketplace.demo import people, signins
from marketplace.demo.load_calendars import BUSY
from marketplace.demo.seeds import FICTIONAL_PHONES, chance
from marketplace.demo.terms import SALON, WORKSHOP
from providers.enums import Role
from providers.models import Membership, Outlet, StaffMember

# So many minutes ago they came in; the first is being served, the second was just called.
CAME = (41, 27, 19, 12, 4)
SERVED, CALLED, TO_COME = timedelta(minutes=16), timedelta(minutes=2), timedelta(minutes=2)
ENOUGH = 3  # who wait
# Who waited longer than this has gone; who was called longer ago has come.
PATIENCE, ON_THEIR_FEET = timedelta(minutes=75), timedelta(minutes=10)
# So long before a shop closes nobody comes in any more.
LAST = timedelta(minutes=45)
# A visit is marked so long after it should have begun, or ended.
MARKED = timedelta(minutes=4)
UNMARKED = (states.CONFIRMED, states.CHECKED_IN, states.STARTED)
# When nothing can become free with her (her own calendar), and when it can with anyone, by the outlet's clock.
WEDNESDAY, WITH_HER, WITH_ANYONE = 2, (time(13), time(15, 30)), (time(15), time(16))


def load_today(seed: int) -> None:
    """Bring the demo's day up to now, in one transaction. Again a moment later: nothing to do."""
    now = clock.now()
    with transaction.atomic():
        lock_named("demo-city", "today")
        for name in (SALON, WORKSHOP):
            owners = Membership.objects.filter(provider__name=name, role=Role.OWNER).select_related("user")
            # A city that was thinned out for tests may lack it.
            if owner := owners.first():
                outlet = Outlet.objects.select_related("provider").get(provider=owner.provider_id)
                shop = _Shop(seed, outlet, Principal(user=owner.user), now)
                shop.end_old_places()
                shop.mark()
                shop.line_up()
                if name == SALON:
                    shop.wait_for_another_day()


@dataclass(frozen=True)
class _Shop:
    """One of the shops, as its owner, at an instant (aware)."""

    seed: int
    outlet: Outlet
    owner: Principal
    now: datetime

    @cached_property
    def day(self) -> date:
        """The outlet's today."""
        return self.now.astimezone(self.outlet.zone).date()

    @cached_property
    def names(self) -> list[str]:
        """Who walks in today, in this order."""
        every = (self._chance("walks in", self.day, n) for n in range(20))
        return list(dict.fromkeys(people.person_name(r)[0] for r in every))

    def in_queue(self) -> list[QueueEntry]:
        """The demo's own places of today, not those that somebody made by hand. Names are kept encrypted."""
        rows = QueueEntry.objects.filter(outlet=self.outlet, closes_at__gt=self.now).select_related("booking")
        return [row for row in rows.order_by("joined_at", "pk") if row.name in self.names]

    def end_old_places(self) -> None:
        """Who waited too long has gone, who was called has come."""
        for entry in self.in_queue():
            if entry.state == QueueState.WAITING and entry.joined_at < self.now - PATIENCE:
                queue.remove(principal=self.owner, entry=entry.public_id)
            elif is_awaited(entry) and entry.called_at and entry.called_at < self.now - ON_THEIR_FEET:
                with clock.at(entry.called_at + TO_COME):
                    queue.came(principal=self.owner, entry=entry.public_id)

    def mark(self) -> None:
        """Today's visits of the demo are where the clock has come. Nobody is told by mail."""
        midnight = datetime.combine(self.day, time(0), tzinfo=self.outlet.zone)
        called = [entry.booking_id for entry in self.in_queue() if entry.booking_id]
        due = Booking.objects.filter(
            Q(source=Source.DEMO) | Q(pk__in=called),
            outlet=self.outlet,
            status__in=UNMARKED,
            starts_at__range=(midnight, self.now - MARKED),
        )
        refs = list(due.order_by("starts_at", "ref").values_list("ref", flat=True))
        for ref in refs:
            # One that somebody objected to, or is about to give up, stays where it is.
            with suppress(DomainError), transaction.atomic():
                self._bring_forward(booking_for(self.owner, ref))
        OutboxMessage.objects.filter(event__subject_type="booking", event__subject_id__in=refs).delete()

    def _bring_forward(self, access: Access) -> None:
        visit = access.booking
        if visit.status == states.CONFIRMED:
            with clock.at(visit.starts_at - TO_COME):
                visits.check_in(access=access, code=visit.check_in_code)
        if visit.status != states.STARTED:
            with clock.at(visit.starts_at):
                visits.start(access=access)
        if visit.ends_at + MARKED <= self.now:
            with clock.at(visit.ends_at + TO_COME):
                visits.complete(access=access)

    def line_up(self) -> None:
        """Some walk in, where the shop is open and few wait: one is served, one is called, the others wait.

        A queue into which somebody was put by hand is theirs.
        """
        around = Span(self.now - timedelta(days=1), self.now + timedelta(days=1))
        spans = WorkingHours(self.outlet.provider_id, [self.outlet], around).opens(self.outlet)
        opened = next((each.start for each in spans if each.start <= self.now < each.end - LAST), None)
        rows = QueueEntry.objects.filter(outlet=self.outlet, closes_at__gt=self.now, state=QueueState.WAITING)
        waiting = [entry.name for entry in rows]
        if opened is None or len(waiting) >= ENOUGH or not set(waiting) <= set(self.names):
            return
        known = {entry.name for entry in self.in_queue()}
        new = [name for name in self.names if name not in known]
        for n, (name, minutes) in enumerate(zip(new, CAME, strict=False)):
            self._join(n, name, at=max(opened, self.now - timedelta(minutes=minutes)))
        self._call(max(opened, self.now - SERVED), comes=True)
        self._call(max(opened, self.now - CALLED), comes=False)

    def _join(self, n: int, name: str, *, at: datetime) -> None:
        """The first want what is quick; one wants the owner. For whom nobody has time takes the quickest, or goes."""
        r = self._chance("waits for", self.day, name)
        sold = sorted(may_wait_for(self.outlet), key=lambda each: each.service.duration_min)
        wish = (sold[:2] if n < 2 else sold)[r.randrange(2 if n < 2 else len(sold))]
        phone = r.choice(FICTIONAL_PHONES) if n % 2 else None
        owner = StaffMember.objects.get(membership__user=self.owner.user) if n == 3 else None
        for service, staff in ((wish.service, owner), (sold[0].service, None)):
            with transaction.atomic():
                with clock.at(at):
                    entry = queue.join(
                        principal=self.owner,
                        outlet=self.outlet.public_id,
                        service=service.public_id,
                        name=name,
                        staff=staff.public_id if staff else None,
                        phone=phone,
                    )
                place = next(each for each in queue_of(self.outlet).waiting if each.entry.pk == entry.pk)
                if place.earliest:
                    return
                transaction.set_rollback(True)

    def _call(self, at: datetime, *, comes: bool) -> None:
        # Nobody may be free for them.
        with suppress(NobodyToCall):
            with clock.at(at):
                entry = queue.call_next(principal=self.owner, outlet=self.outlet.public_id)
            if comes:
                with clock.at(min(at + TO_COME, self.now)):
                    queue.came(principal=self.owner, entry=entry.public_id)

    def wait_for_another_day(self) -> None:
        """Two wait for somebody whose own calendar takes the time; the demo's customer for what the worker offers."""
        taken = self.day + timedelta(days=(WEDNESDAY - self.day.weekday()) % 7 or 7)
        her = StaffMember.objects.get(membership__user__email=BUSY)
        skills = her.skills.filter(held_back=False, service__capacity=1).order_by(
            "service__duration_min", "service__public_id"
        )
        services = [skill.service for skill in skills.select_related("service")]
        for n, phone in enumerate(FICTIONAL_PHONES[:2]):
            if not self._has_waited(Q(customer__phone=phone)):
                waitlist.join(
                    principal=self.owner,
                    outlet=self.outlet.public_id,
                    service=services[n % len(services)].public_id,
                    staff=her.public_id,
                    first_day=taken,
                    last_day=taken,
                    from_time=WITH_HER[0],
                    until_time=WITH_HER[1],
                    contact=Contact(people.person_name(self._chance("waits", n))[0], phone=phone),
                    for_caller=True,
                )
        helmi = User.objects.get(email=signins.CUSTOMER)
        if not self._has_waited(Q(customer__user=helmi)):
            waitlist.join(
                principal=Principal(user=helmi),
                outlet=self.outlet.public_id,
                service=services[-1].public_id,
                first_day=self.day + timedelta(days=2),
                last_day=self.day + timedelta(days=6),
                from_time=WITH_ANYONE[0],
                until_time=WITH_ANYONE[1],
            )

    def _has_waited(self, who: Q) -> bool:
        """Whether they wait here, or did today: what was answered is not asked again at once."""
        midnight = datetime.combine(self.day, time(0), tzinfo=self.outlet.zone)
        lately = Q(state__in=OPEN) | Q(created_at__gte=midnight)
        return WaitEntry.objects.filter(who, lately, outlet=self.outlet).exists()

    def _chance(self, *name: object) -> Random:
        return chance(self.seed, self.outlet.public_id, *name)
