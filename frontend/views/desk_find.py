"""The desk's search, and a page of each thing that it finds.

What is searched for may be a name or a phone: it is sent in the form's body and the answer is the page itself, so that
no address, and no log of addresses, holds it.
"""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.find import customer_named, user_named, wanted
from accounts.models import Customer
from bookings.models import Booking
from bookings.selectors.access import booking_for
from bookings.selectors.bookings import events_after
from bookings.services.refunds import may_refund
from common import audit
from common.errors import NotFound
from frontend.desk_search import MOST, search
from frontend.once import new_key
from frontend.views.desk import OperatorsDesk, at_operators_desk
from frontend.views.desk_vetting import decided, thread_of
from frontend.views.desk_vetting_forms import MeasureForm
from payments.models import LedgerEntry, LedgerTransaction
from payments.selectors import payments_of
from providers.models import Membership, Outlet, Provider, StaffMember
from providers.selectors import vetting as read
from providers.selectors.bank import bank_account
from providers.services import vetting
from providers.services.bank import open_bank_account

SHOWN = 20


@at_operators_desk(methods=("GET", "HEAD", "POST"))
def find(desk: OperatorsDesk) -> HttpResponse:
    """The box, and what fits what was typed."""
    asked = wanted(desk.request.POST.get("q", ""))
    found = search(asked)
    if asked.text:
        # Who searched, when, and how much that showed: never for what, which may be a name.
        with transaction.atomic():
            audit.record(
                actor=desk.actor, action="desk.find", object_type="desk", object_id="find", found=found.counts
            )
    return desk.render("find", nav="find", text=asked.text, found=found, most=MOST)


@at_operators_desk()
def provider(desk: OperatorsDesk, provider_id: str) -> HttpResponse:
    """A business: shops, people, documents, the thread, its newest bookings, and measures."""
    return _provider_page(desk, _provider(provider_id))


def _provider(provider_id: str) -> Provider:
    found = Provider.objects.filter(public_id=provider_id).first()
    if found is None:
        raise NotFound
    return found


def _provider_page(
    desk: OperatorsDesk, found: Provider, *, form: MeasureForm | None = None, opened: str = ""
) -> HttpResponse:
    names = read.kind_names(get_language() or "en")
    bookings = Booking.objects.filter(outlet__provider=found).select_related("customer", "outlet")
    return desk.render(
        "provider",
        nav="find",
        status=422 if form else 200,
        provider=found,
        outlets=list(Outlet.objects.filter(provider=found).order_by("pk")[:SHOWN]),
        members=list(Membership.objects.filter(provider=found).select_related("user").order_by("pk")[:SHOWN]),
        staff=list(StaffMember.objects.filter(provider=found).order_by("pk")[:SHOWN]),
        documents=[(row, names.get(row.kind_id)) for row in read.documents(found)[:SHOWN]],
        application=read.open_application(found),
        account=bank_account(found),
        bookings=list(bookings.order_by("-starts_at", "-pk")[:SHOWN]),
        thread=thread_of(desk, found),
        forms={
            name: form if form and name == opened else MeasureForm(kind=name)
            for name in ("warn", "retrain", "suspend", "reinstate")
        },
        opened=opened,
        form=form,
    )


@at_operators_desk(methods=("POST",))
def measure(desk: OperatorsDesk, provider_id: str, measure: str) -> HttpResponse:
    """Warn, ask for retraining, suspend or reinstate a business."""
    found = _provider(provider_id)
    if measure not in ("warn", "retrain", "suspend", "reinstate"):
        raise NotFound
    form = MeasureForm(desk.request.POST, kind=measure)

    def do() -> str:
        words = form.words(found.language)
        if measure == "suspend":
            entry = vetting.suspend(
                provider=found, operator=desk.user, reason=words, until=form.cleaned_data["until"]
            )
        elif measure == "reinstate":
            entry = vetting.reinstate(
                provider=found,
                operator=desk.user,
                message=words,
                papers_until=form.cleaned_data["papers_until"],
            )
        else:
            entry = vetting.warn(
                provider=found, operator=desk.user, reason=words, retraining=measure == "retrain"
            )
        return entry.public_id

    if decided(desk, form, do):
        messages.success(desk.request, _("Done. They are told."))
        return redirect("desk:provider", provider_id)
    return _provider_page(desk, _provider(provider_id), form=form, opened=measure)


@at_operators_desk(methods=("POST",))
def bank(desk: OperatorsDesk, provider_id: str) -> HttpResponse:
    """A business's bank account, whole: each opening stands in the record."""
    found = _provider(provider_id)
    account = open_bank_account(provider=found, operator=desk.user)
    return desk.render("bank", nav="find", provider=found, account=account)


@at_operators_desk()
def person(desk: OperatorsDesk, person_id: str) -> HttpResponse:
    """A user, a customer or somebody who serves: each opening stands in the record."""
    user, customers, staff = None, [], None
    if person_id.startswith("usr_"):
        user = user_named(person_id)
        customers = list(Customer.objects.filter(user=user).order_by("pk")[:SHOWN])
    elif person_id.startswith("cus_"):
        customer = customer_named(person_id)
        user, customers = customer.user, [customer]
    else:
        staff = StaffMember.objects.filter(public_id=person_id).select_related("provider").first()
        if staff is None:
            raise NotFound
        membership = Membership.objects.filter(staff=staff).select_related("user").first()
        user = membership.user if membership else None
    with transaction.atomic():
        audit.record(actor=desk.actor, action="person.open", object_type="person", object_id=person_id)
    visits: Any = Q(customer__in=customers)
    if staff:
        visits = Q(items__staff=staff) | Q(items__helpers=staff)
    bookings = Booking.objects.filter(visits).select_related("customer", "outlet").distinct()
    return desk.render(
        "person",
        nav="find",
        person_id=person_id,
        user_row=user,
        customers=customers,
        staff=staff,
        memberships=list(Membership.objects.filter(user=user).select_related("provider")[:SHOWN])
        if user
        else [],
        bookings=list(bookings.order_by("-starts_at", "-pk")[:SHOWN]),
    )


@at_operators_desk()
def booking(desk: OperatorsDesk, ref: str) -> HttpResponse:
    """A visit: what happened, what was paid, and the ledger's lines."""
    access = booking_for(desk.principal, ref)
    found = access.booking
    lines = LedgerEntry.objects.select_related("account").order_by("pk")
    return desk.render(
        "booking",
        nav="find",
        booking=found,
        items=list(found.items.all()),
        events=list(events_after(found.ref, 0)),
        payments=list(payments_of(found.ref)),
        refund_requests=list(found.refund_requests.all()),
        may_refund=may_refund(access),
        ledger=list(
            LedgerTransaction.objects.filter(booking_ref=found.ref)
            .prefetch_related(Prefetch("entries", queryset=lines))
            .order_by("pk")
        ),
        zone=found.timezone,
        key=new_key(),
    )
