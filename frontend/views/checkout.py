"""The checkout: who, what else, where, how to pay, what it costs and gives back, on one page."""

import contextlib
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods

from accounts.enums import ConsentSource
from accounts.errors import EmailInvalid, PhoneInvalid
from accounts.services import consents
from bookings.errors import (
    AddressOutsideArea,
    AlreadyExtended,
    ContactNeeded,
    HoldEnded,
    MoveRefused,
    OptionUnknown,
    PaymentNotPossible,
    PolicyChanged,
    PrepaymentNeeded,
    SlotTaken,
    TooManyHolds,
)
from bookings.models import BookingItem
from bookings.presenters import answer_by
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.services import holds, paying
from common import clock
from common.errors import DomainError, InvalidInput, NotAllowed
from common.money import Money
from frontend.booking_forms import (
    DEPOSIT,
    HOLD,
    ContactForm,
    PaymentForm,
    method_choices,
    method_hint,
)
from frontend.card_words import Card, cards_to_pay_with
from frontend.guests import access as find_access
from frontend.guests import private
from frontend.kept_forms import KeptForm, keep_typed, kept_forms
from frontend.lost_hold import lost_hold_page, remember_typed, typed_before
from frontend.once import new_key, once
from frontend.policy_words import Agreed, terms_words
from frontend.views import shops
from geo.errors import AddressUnknown
from payments import gateways
from payments.enums import PaymentHint, PaymentStatus
from payments.errors import (
    CardUnknown,
    GatewayRefused,
    GatewayUnavailable,
    PaymentClosed,
    PaymentMethodUnavailable,
)
from payments.rules.policy import HOLD_AHEAD, Prepayment
from payments.selectors import payments_of
from payments.selectors.wallets import wallet_balance
from providers.enums import Place

# Which field a refusal belongs to.
FIELD_OF: dict[type[DomainError], str] = {
    EmailInvalid: "email",
    PhoneInvalid: "phone",
    AddressUnknown: "address_line",
    AddressOutsideArea: "address_line",
    ContactNeeded: "email",
}
# Refusals that are said on the page, with everything that was typed.
REFUSED = (
    CardUnknown,
    GatewayRefused,
    GatewayUnavailable,
    OptionUnknown,
    PaymentClosed,
    PaymentMethodUnavailable,
    PaymentNotPossible,
    PolicyChanged,
    PrepaymentNeeded,
    TooManyHolds,
)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def checkout(request: HttpRequest, ref: str) -> HttpResponse:
    """Shows the held booking; POST with `do` = update, extend or pay. Errors keep everything that was typed."""
    access = find_access(request, ref)
    if not (access.is_customer or access.is_staff):
        raise NotAllowed
    if access.booking.status != states.HELD or _is_over(access):
        return _not_held(request, access)
    if request.method != "POST":
        return _page(request, access, _forms(request, access))
    try:
        return _post(request, access)
    except (HoldEnded, MoveRefused):
        return _not_held(request, find_access(request, ref))


def _is_over(access: Access) -> bool:
    """The hold has run out, though no worker has ended it yet; only a payment under way may still save it."""
    ends = access.booking.hold_expires_at
    return ends is not None and ends <= clock.now()


def _post(request: HttpRequest, access: Access) -> HttpResponse:
    do = request.POST.get("do", "update")
    forms = _forms(request, access, bound=True)
    try:
        if do == "pay":
            # Every form says what it lacks, not only the first.
            if not [name for name, form in forms.items() if not form.is_valid()]:
                return _pay(request, access, forms)
        elif do == "extend":
            with contextlib.suppress(AlreadyExtended):
                holds.extend(access=access)
            return _page(request, _again(request, access), _unbound(forms), said="extended")
        elif do == "update":
            # Only what changes the price is taken over; the rest stays typed until it is sent.
            holds.details(access=access, options=_options(request, access))
            return _page(request, _again(request, access), _unbound(forms))
        else:
            raise InvalidInput
    except SlotTaken as error:
        return _page(request, _again(request, access), _unbound(forms), status=409, longer_taken=error)
    except tuple(FIELD_OF) as error:
        name = FIELD_OF[type(error)]
        form = next((form for form in forms.values() if name in form.fields), None)
        if form is None:
            return _page(
                request, _again(request, access), _unbound(forms), status=error.status, refused=error
            )
        form.add_error(name, str(error))
    except REFUSED as error:
        return _page(request, _again(request, access), _unbound(forms), status=error.status, refused=error)
    return _page(request, _again(request, access), forms, status=422)


def _options(request: HttpRequest, access: Access) -> dict[str, list[str]]:
    """The ticked options of each service, by its item's id."""
    ids = [item.public_id for item in access.booking.items.all()]
    return {id: request.POST.getlist(f"options-{id}") for id in ids}


def _pay(request: HttpRequest, access: Access, forms: dict[str, Any]) -> HttpResponse:
    said = {name: forms[name].value() for name in ("served", "address", "vehicle") if name in forms}

    def run() -> dict[str, str]:
        booking = holds.details(
            access=access,
            contact=_contact(access, forms),
            options=_options(request, access),
            **said,
            language=translation.get_language() or "en",
        )
        # Without script an option may be ticked and paid in one go: nobody pays what they have not seen.
        if request.POST.get("total") != str(booking.total_amount):
            raise PolicyChanged
        keep_typed(request, access.principal.user, forms)
        shown = reverse("frontend:booking", args=[booking.ref])
        method, _colon, part = forms["payment"].cleaned_data["method"].partition(":")
        card = _chosen_card(request, access) if method != "counter" else None
        paid = paying.pay(
            access=_again(request, access),
            # A kept card is paid with where it is kept.
            method=card.method if card else method,
            whole=part not in (DEPOSIT, HOLD),
            wallet="wallet" in request.POST,
            card=request.POST.get("card", "") if method != "counter" else "",
            keep_card="keep" in request.POST and not card,
            # Beside the button stood what booking agrees to.
            agreed=ConsentSource.CHECKOUT,
            # Back to where the customer is, whatever name they reach the site by: their cookie is there.
            return_url=request.build_absolute_uri(shown),
        )
        return {"next": (paid.redirect_url or shown).removeprefix(settings.SITE_URL)}

    return HttpResponseRedirect(once(request, request.POST.get("key", ""), run)["next"])


def _cards(access: Access) -> list[Card]:
    """The reader's own kept cards that could pay for it."""
    user = access.principal.user
    if user is None or not access.is_customer:
        return []
    return cards_to_pay_with(user, set(gateways.methods()))


def _chosen_card(request: HttpRequest, access: Access) -> Card | None:
    """None for another card, and for one that is kept no longer: the service refuses that one."""
    wanted = request.POST.get("card", "")
    return next((card for card in _cards(access) if card.id == wanted), None) if wanted else None


def _may_keep(access: Access) -> bool:
    """Whether the reader may have the card that they pay with kept."""
    if access.principal.user is None or not access.is_customer:
        return False
    return any(gateways.get(name).keeps_cards for name in gateways.methods())


def _contact(access: Access, forms: dict[str, Any]) -> holds.Contact | None:
    """Who it is for, when that is still to be written down."""
    if "contact" in forms:
        return holds.Contact(**forms["contact"].cleaned_data)
    if access.booking.customer is None and (user := access.principal.user):
        return holds.Contact(user.name, user.email)
    return None


def _again(request: HttpRequest, access: Access) -> Access:
    return find_access(request, access.booking.ref)


def _is_for_reader(access: Access) -> bool:
    """Whether the signed-in reader is whom it is for: held by them, or as a guest before they signed in."""
    customer, user = access.booking.customer, access.principal.user
    if user is None or access.is_staff:
        return False
    return customer is None or customer.user_id in (None, user.pk)


def _forms(request: HttpRequest, access: Access, *, bound: bool = False) -> dict[str, Any]:
    booking = access.booking
    data = request.POST if bound else None
    customer = booking.customer
    forms: dict[str, Any] = {}
    typed = {} if bound else typed_before(request)
    if not _is_for_reader(access) and not (customer and customer.user_id):
        known = {"name": customer.name, "email": customer.email, "phone": customer.phone} if customer else {}
        known |= {name: value for name, value in typed.items() if name in ContactForm.base_fields}
        forms["contact"] = ContactForm(data, initial=known)
    reader = access.principal.user if _is_for_reader(access) else None
    forms |= kept_forms(booking, reader, at_home=booking.place == Place.CUSTOMER, data=data, typed=typed)
    methods = method_choices(booking, by_customer=access.is_customer)
    forms["payment"] = PaymentForm(data, methods=methods, initial={"method": methods[0][0]})
    return forms


def _unbound(forms: dict[str, Any]) -> dict[str, Any]:
    """The same forms with what was typed, before anybody has judged it."""
    for name, form in forms.items():
        if isinstance(form, KeptForm):
            forms[name] = form.again()
            continue
        typed = {field: form.data.get(field, "") for field in form.fields}
        more = {"methods": form.fields["method"].choices} if name == "payment" else {}
        forms[name] = type(form)(initial=typed, **more)
    return forms


def _page(
    request: HttpRequest, access: Access, forms: dict[str, Any], *, status: int = 200, **more: Any
) -> HttpResponse:
    booking = access.booking
    items = list(booking.items.all())
    now = clock.now()
    whole = Agreed.of(booking, now=now)
    deposit = replace(whole, paid=booking.asked_beforehand)
    holds_card = access.is_customer and booking.asked_beforehand > 0 and booking.is_held_on_card
    last = list(payments_of(booking.ref))[-1:]
    cards = _cards(access)
    wallet = _wallet(access)
    context = {
        "booking": booking,
        "item": items[0],
        "rows": [_row(item) for item in items],
        "outlet": booking.outlet,
        "times_url": shops.times_of(booking),
        "zone": booking.timezone,
        "now": now,
        "hold_seconds": settings.HOLD_MINUTES * 60 * (2 if booking.hold_extended else 1),
        "hold_minutes": settings.HOLD_MINUTES,
        "total": Money(booking.total_amount, booking.currency),
        "whole_terms": terms_words(whole),
        "deposit_terms": terms_words(deposit) if 0 < deposit.paid < whole.total else None,
        "hold_terms": terms_words(replace(whole, on_card=True)) if holds_card else None,
        "hold_too_far": access.is_customer
        and booking.terms.prepayment == Prepayment.HOLD
        and not booking.is_held_on_card,
        "hold_days": HOLD_AHEAD.days,
        "methods": [
            (
                choice,
                method_hint(
                    choice.data["value"],
                    deposit=Money(deposit.paid, booking.currency),
                    rest=Money(booking.total_amount - deposit.paid, booking.currency),
                    total=Money(booking.total_amount, booking.currency),
                    at_home=booking.place == Place.CUSTOMER,
                ),
            )
            for choice in forms["payment"]["method"]
        ],
        "deposit": Money(deposit.paid, booking.currency),
        "rest": Money(booking.total_amount - deposit.paid, booking.currency),
        "wallet": wallet,
        "wallet_splits": _wallet_splits(wallet, whole=whole.total, deposit=deposit.paid),
        "use_wallet": "wallet" in request.POST,
        "cards": cards,
        "card": request.POST.get("card", cards[0].id if cards else ""),
        "may_keep": _may_keep(access),
        "keep": "keep" in request.POST,
        "at_home": booking.place == Place.CUSTOMER,
        "answer_by": answer_by(booking),
        "is_for_reader": _is_for_reader(access),
        "declined": bool(last) and last[0].status == PaymentStatus.FAILED,
        "card_expired": bool(last) and last[0].hint == PaymentHint.EXPIRED_CARD,
        "key": new_key(),
        "agree_words": consents.WORDS[ConsentSource.CHECKOUT] if access.is_customer else "",
        **{f"{name}_form": form for name, form in forms.items()},
        "bad_forms": [form for form in forms.values() if form.is_bound and form.errors],
        **more,
    }
    return render(request, "checkout.html", context, status=status)


def _wallet(access: Access) -> Money:
    """What of the reader's wallet could pay for it."""
    booking, user = access.booking, access.principal.user
    if user is None or not access.is_customer:
        return Money(0, booking.currency)
    return Money(
        min(wallet_balance(user.public_id, booking.currency), booking.total_amount), booking.currency
    )


def _wallet_splits(wallet: Money, *, whole: int, deposit: int) -> list[tuple[str, Money, Money]]:
    """What of the whole price, and of a deposit, the wallet would pay and what is left; each with the class that shows
    it for that way to pay. Amounts in minor units."""
    asked = {"when-whole": whole, "when-deposit": deposit if deposit < whole else 0}
    return [
        (css, part, Money(amount - part.amount, wallet.currency))
        for css, amount in asked.items()
        if amount and (part := Money(min(wallet.amount, amount), wallet.currency)).amount
    ]


def _row(item: BookingItem) -> dict[str, Any]:
    """One service of the visit: its price lines, and the options that may be added to it."""
    chosen = {line["option"] for line in item.lines if line["option"]}
    return {
        "item": item,
        "lines": [(line, Money(line["amount"], item.currency)) for line in item.lines],
        "options": [
            {
                "option": option,
                "chosen": option.public_id in chosen,
                "price": Money(item.seats * option.price_amount, item.currency),
            }
            for option in item.service.options.filter(archived_at__isnull=True).order_by("position", "pk")
            # A session lasts as long as it does, and of a course the first date carries the price.
            if not item.session_id or not (option.extra_min or item.position)
        ],
    }


def _not_held(request: HttpRequest, access: Access) -> HttpResponse:
    """The hold has ended: say so and show the way on. Anything later than a hold has its own page."""
    booking = access.booking
    if booking.status not in (states.EXPIRED, states.HELD):
        return redirect("frontend:booking", ref=booking.ref)
    if request.method == "POST":
        remember_typed(request)
    return lost_hold_page(request, access)
