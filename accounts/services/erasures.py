"""Being forgotten: asked for, undone within some days, or done by the worker, each person in one transaction."""

import logging
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F, Q

from accounts import mails
from accounts.enums import ErasureStatus
from accounts.errors import ErasureBlocked, ErasureUnderWay
from accounts.models import Customer, ErasureRequest, User
from common import audit, clock, privacy
from common.actors import GUEST, SYSTEM, user_actor
from common.errors import NotFound
from common.events import publish
from common.logs import kind
from common.privacy import Obstacle, Subject

log = logging.getLogger(__name__)

_SALT = "accounts.erasure"
BATCH = 20


def obstacles_of(*, user: User | None = None, customer: Customer | None = None) -> list[Obstacle]:
    """What stands in the way of erasing a user, or a guest by their customer."""
    return privacy.obstacles(privacy.find(_subject(user=user, customer=customer)))


@transaction.atomic
def ask_to_be_erased(
    *, user: User | None = None, customer: Customer | None = None, forget_reviews: bool = False
) -> ErasureRequest:
    """Have a user, or a guest by their customer, erased in ERASURE_DAYS; a mail says how to undo it.

    Raises ErasureUnderWay, ErasureBlocked (what stands in the way is in its data, by code and id).
    """
    waiting = ErasureRequest.objects.filter(status=ErasureStatus.WAITING)
    if user is not None:
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        waiting = waiting.filter(user=user)
    elif customer is not None:
        Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        waiting = waiting.filter(customer=customer)
    if waiting.exists():
        raise ErasureUnderWay
    found = obstacles_of(user=user, customer=customer)
    if found:
        raise ErasureBlocked(obstacles=[{"code": each.code, "about": each.about} for each in found])
    now = clock.now()
    request = ErasureRequest.objects.create(
        user=user,
        customer=customer,
        forget_reviews=forget_reviews,
        requested_at=now,
        due_at=now + timedelta(days=settings.ERASURE_DAYS),
    )
    _tell(request, seq=1, event="erasure.requested", actor=owner_of(request))
    return request


def owner_of(request: ErasureRequest) -> str:
    """How events and audit name whose request it is."""
    return user_actor(request.user.public_id) if request.user else GUEST


def undo_link(request: ErasureRequest) -> str:
    """A link for the mail: it undoes this request and opens nothing else. It is useless once that has ended."""
    key = signing.Signer(salt=_SALT).sign(request.public_id)
    return f"{settings.SITE_URL}/account/erasure/undo?key={key}"


def erasure_of_key(key: str) -> ErasureRequest:
    """The waiting request behind a link's key. Raises NotFound."""
    try:
        public_id = signing.Signer(salt=_SALT).unsign(key)
    except signing.BadSignature:
        raise NotFound from None
    found = ErasureRequest.objects.filter(public_id=public_id, status=ErasureStatus.WAITING).first()
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def undo_erasure(*, erasure_id: str, actor: str) -> None:
    """Take back a waiting request (public id), which the caller has shown to be theirs. Raises NotFound."""
    request = (
        ErasureRequest.objects.select_for_update()
        .filter(public_id=erasure_id, status=ErasureStatus.WAITING)
        .first()
    )
    if request is None:
        raise NotFound
    request.status, request.ended_at = ErasureStatus.UNDONE, clock.now()
    request.save(update_fields=["status", "ended_at"])
    _tell(request, seq=2, event="erasure.undone", actor=actor)


def tell_of_erasure(*, erasure_id: str) -> None:
    """Mail that the request waits, with the link that undoes it; once."""
    request = ErasureRequest.objects.select_related("user", "customer").get(public_id=erasure_id)
    email, language = _address(request)
    if request.told_at or request.status != ErasureStatus.WAITING or not email:
        return
    mails.send("erasure_waits", to=email, language=language, due=request.due_at, link=undo_link(request))
    ErasureRequest.objects.filter(pk=request.pk).update(told_at=clock.now())


def erase_due() -> int:
    """Erase everybody whose days are over and in whose way nothing stands; answers how many.

    Any number of workers may run this, and any may die: a person is erased in one transaction, or not at all.
    """
    due = ErasureRequest.objects.filter(status=ErasureStatus.WAITING, due_at__lte=clock.now())
    longest_ago = F("tried_at").asc(nulls_first=True)
    done = 0
    for pk in due.order_by(longest_ago, "due_at", "pk").values_list("pk", flat=True)[:BATCH]:
        # Before it is tried, so that one that fails or has to wait keeps nobody else from their turn.
        ErasureRequest.objects.filter(pk=pk).update(tried_at=clock.now())
        try:
            done += _erase(pk)
        except Exception as error:
            # Without its text: a refusal of the database repeats the row.
            log.error("erasure %s could not be done: %s", pk, kind(error))
    return done


def _erase(pk: int) -> bool:
    with transaction.atomic():
        request = (
            ErasureRequest.objects.select_for_update(skip_locked=True)
            .filter(pk=pk, status=ErasureStatus.WAITING)
            .first()
        )
        if request is None:
            return False
        # Not a key lock: nothing new may come to point at who is going.
        User.objects.select_for_update().filter(pk=request.user_id or 0).first()
        own = Q(user_id=request.user_id) if request.user_id else Q(pk=request.customer_id)
        customers = list(Customer.objects.select_for_update().filter(own).order_by("pk"))
        if request.customer_id and any(customer.user_id for customer in customers):
            # The guest has an account by now: that is where they are asked again.
            request.status, request.ended_at = ErasureStatus.UNDONE, clock.now()
            request.save(update_fields=["status", "ended_at"])
            _tell(request, seq=2, event="erasure.undone", actor=SYSTEM)
            return False
        subject = privacy.find(_subject(user=request.user, customer=request.customer))
        subject.asked_to_forget = frozenset({"reviews"} if request.forget_reviews else ())
        if privacy.obstacles(subject):
            # Something came in between: it waits until that is settled.
            return False
        email, language = _address(request)
        privacy.erase(subject)
        request.status, request.ended_at = ErasureStatus.DONE, clock.now()
        request.save(update_fields=["status", "ended_at"])
        _tell(request, seq=2, event="erasure.done", actor=SYSTEM)
    if email:
        _say_goodbye(email, language)
    return True


def _say_goodbye(email: str, language: str) -> None:
    """The last mail. The address is gone from every table by now, so that nothing can send it again."""
    try:
        mails.send("erasure_done", to=email, language=language)
    except Exception as error:
        log.warning("the last mail of an erasure was not sent: %s", kind(error))


def _address(request: ErasureRequest) -> tuple[str, str]:
    owner = request.user or request.customer
    return (owner.email or "", owner.language) if owner else ("", "en")


def _subject(*, user: User | None, customer: Customer | None) -> Subject:
    return Subject(user_pk=user.pk if user else 0, customer_pks={customer.pk} if customer else set())


def _tell(request: ErasureRequest, *, seq: int, event: str, actor: str) -> None:
    publish(subject_type="erasure", subject_id=request.public_id, seq=seq, type=event, actor=actor)
    owner = request.user or request.customer
    audit.record(
        actor=actor,
        action=event,
        object_type="erasure",
        object_id=request.public_id,
        of=owner.public_id if owner else "",
    )
