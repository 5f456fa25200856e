"""Quality watch: cases are opened by themselves, and closed by operators, with or without an act."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from bookings.models import Booking
from common import audit, clock
from common.actors import SYSTEM, user_actor
from common.errors import InvalidInput
from common.events import publish
from providers.models import Provider, StaffMember, VettingEntry
from providers.services import vetting
from providers.services.parties import refuse_if_party
from providers.services.record import lock_provider
from reviews import events
from reviews.enums import Outcome
from reviews.errors import NothingToDecide
from reviews.models import QualityCase
from reviews.rules import quality, words
from reviews.selectors import quality as selectors
from reviews.services.record import clean

log = logging.getLogger(__name__)


@transaction.atomic
def look(*, provider: Provider, staff: StaffMember | None = None) -> QualityCase | None:
    """Look at a business, or at one of its people: open a case when it falls under the threshold.

    However often it is called, one case is open; its evidence is brought up to date, also when it is over the
    threshold again (then without causes): an operator closes it. Answers the open case.
    """
    provider = lock_provider(provider.pk)
    threshold, back = selectors.threshold_of(staff)
    start = selectors.since(provider, staff, back)
    rows = list(
        selectors.reviews_since(provider, staff, start).values_list("public_id", "rating")[
            : threshold.last_reviews
        ]
    )
    objections = list(selectors.objections_since(provider, staff, start).values_list("public_id", flat=True))
    record = selectors.record_since(provider, staff, start, [stars for _, stars in rows], len(objections))
    causes = quality.causes(threshold, record)
    case = QualityCase.objects.filter(provider=provider, staff=staff, closed_at__isnull=True).first()
    if not causes and case is None:
        return None
    evidence = {
        "causes": causes,
        "since": clock.rfc3339(start),
        "reviews": [public_id for public_id, _ in rows],
        "mean": round(sum(record.stars) / len(record.stars), 2) if record.stars else None,
        "visits": record.visits,
        "declined": record.declined,
        "cancelled": record.cancelled,
        "no_shows": record.no_shows,
        "objections": objections,
    }
    if case is not None:
        QualityCase.objects.filter(pk=case.pk).update(evidence=evidence)
        return case
    case = QualityCase.objects.create(
        provider=provider, staff=staff, evidence=evidence, opened_at=clock.now()
    )
    _tell(case, events.QUALITY_CASE_OPENED, actor=SYSTEM, seq=1, causes=causes)
    return case


def look_by_the_clock() -> int:
    """Look at every business and person whom time may have brought under a threshold, or out of it: what fell out of
    the window, visits that were given up and whose time has come, what happened since a case was closed. Answers at
    how many. One that fails is noted, and keeps no other waiting."""
    pairs = selectors.to_look_at()
    for provider_pk, staff_pk in pairs:
        try:
            look(
                provider=Provider.objects.get(pk=provider_pk),
                staff=StaffMember.objects.get(pk=staff_pk) if staff_pk else None,
            )
        except Exception:
            log.exception("business %s, person %s could not be looked at", provider_pk, staff_pk)
    return len(pairs)


def look_after(*, booking_ref: str) -> None:
    """Something was written about a visit, or it went wrong: look at its business, then at who served it."""
    booking = Booking.objects.select_related("outlet__provider").get(ref=booking_ref)
    provider = booking.outlet.provider
    look(provider=provider)
    served = Q(booking_items__booking=booking) | Q(helped_items__booking=booking)
    for person in StaffMember.objects.filter(served).distinct().order_by("pk"):
        look(provider=provider, staff=person)


@transaction.atomic
def close(
    *,
    case: QualityCase,
    operator: User,
    outcome: Outcome,
    reason: str = "",
    until: datetime | None = None,
) -> QualityCase:
    """Close a case: with nothing, or with notice, retraining or (a business only) suspension.

    `reason` is told to the business in its thread, where it may appeal; with nothing to do it is kept as a note.
    `until` ends a suspension. Raises NothingToDecide, OwnCause, InvalidInput for the suspension of a person, and what
    vetting's `warn` and `suspend` raise.
    """
    provider = lock_provider(case.provider_id)
    refuse_if_party(operator=operator, provider=provider)
    found = QualityCase.objects.select_related("staff").get(pk=case.pk)
    if found.closed_at:
        raise NothingToDecide
    if outcome == Outcome.SUSPENSION and found.staff_id:
        raise InvalidInput(errors=[{"field": "outcome", "message": "a person is not suspended by itself"}])
    found.entry = _act(found, provider, operator, outcome, reason, until)
    found.note = clean(reason, field="reason", longest=words.LONGEST_NOTE)
    found.outcome, found.closed_at, found.closed_by = Outcome(outcome), clock.now(), operator
    found.save(update_fields=["entry", "note", "outcome", "closed_at", "closed_by"])
    _tell(
        found,
        events.QUALITY_CASE_CLOSED,
        actor=user_actor(operator.public_id),
        seq=2,
        outcome=str(found.outcome),
    )
    return found


def _act(
    case: QualityCase,
    provider: Provider,
    operator: User,
    outcome: Outcome,
    reason: str,
    until: datetime | None,
) -> VettingEntry | None:
    if outcome == Outcome.NOTHING:
        return None
    if outcome == Outcome.SUSPENSION:
        return vetting.suspend(provider=provider, operator=operator, reason=reason, until=until)
    return vetting.warn(
        provider=provider,
        operator=operator,
        reason=reason,
        staff=case.staff,
        retraining=outcome == Outcome.RETRAINING,
    )


def _tell(case: QualityCase, type: str, *, actor: str, seq: int, **data: object) -> None:
    named = {
        "provider": case.provider.public_id,
        "staff": case.staff.public_id if case.staff else None,
        **data,
    }
    publish(
        subject_type="quality_case",
        subject_id=case.public_id,
        seq=seq,
        type=type,
        actor=actor,
        payload=named,
    )
    audit.record(
        actor=actor,
        action=type,
        object_type="quality_case",
        object_id=case.public_id,
        chained=seq > 1,
        **named,
    )
