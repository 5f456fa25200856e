"""What a booking's page says: how things stand, and where the money is."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bookings.enums import ObjectionState, PaymentState
from bookings.models import Booking
from bookings.rules import states
from bookings.services.changes import Preview
from common.models import Event
from frontend import formats
from payments.enums import PaymentStatus
from payments.selectors import held_amount, payments_of
from payments.selectors.wallets import went_to_wallets
from providers.enums import Place

NOT_DONE = states.LIVE - {states.COMPLETED, states.CLOSED}


@dataclass(frozen=True, slots=True)
class MoneyFacts:
    """Where a booking's money is, in minor units: paid online, asked back of it, and still in escrow.

    `counter` is what the shop took itself, and of that `back_at_shop` is what it hands back since the visit was
    given up. `in_wallet` is what of `back` went into the customer's wallet. `on_card` is held on the card (of an ended
    visit: what is being taken of it), and `let_go` was, and is free again.
    """

    paid: int
    back: int
    held: int
    counter: int = 0
    back_at_shop: int = 0
    on_card: int = 0
    let_go: int = 0
    in_wallet: int = 0


def money_facts(booking: Booking) -> MoneyFacts:
    """Two queries, one more for a visit that was given up, and one more when something went back."""
    every = list(payments_of(booking.ref))
    captured = [each for each in every if each.status == PaymentStatus.CAPTURED]
    held = [each for each in every if each.authorised_amount is not None]
    on_card = sum(
        each.capture_amount or each.authorised_amount or 0
        for each in held
        if each.status == PaymentStatus.AUTHORISED
    )
    taken = sum(each.amount for each in held if each.status == PaymentStatus.CAPTURED)
    paid = [payment for payment in captured if payment.method != "counter"]
    standing = sum(each.amount for each in captured if each.method == "counter" and not each.reversed_at)
    back_at_shop = handed_back(booking) if booking.status in (states.CANCELLED, states.NO_SHOW) else 0
    return MoneyFacts(
        paid=sum(payment.amount for payment in paid),
        back=sum(payment.refunded for payment in paid),
        held=held_amount(booking.ref),
        counter=standing + back_at_shop,
        back_at_shop=back_at_shop,
        on_card=on_card,
        in_wallet=went_to_wallets(booking.ref) if any(payment.refunded for payment in paid) else 0,
        let_go=sum(each.authorised_amount or 0 for each in held) - on_card - taken,
    )


def handed_back(booking: Booking) -> int:
    """What the shop hands back at the counter, as the event says that ended the visit; in minor units."""
    ended = Event.objects.filter(
        subject_type="booking",
        subject_id=booking.ref,
        type__in=["booking.cancelled", "booking.no_show"],
    ).last()
    return int(ended.payload.get("back_at_shop", 0)) if ended else 0


def status_line(booking: Booking, facts: MoneyFacts, *, too_late: bool = False, waiting: bool = False) -> str:
    """How it stands, in a sentence for the customer.

    `too_late`: it was paid after the hold ended; `waiting`: the gateway has not said whether it is paid.
    """
    at_home = booking.place == Place.CUSTOMER
    people = len({person.pk for item in booking.items.all() for person in item.people})
    words = {
        "who": booking.staff_names,
        "where": booking.outlet.name,
        "time": formats.clock_time(booking.starts_at, booking.timezone),
        "end": formats.clock_time(booking.ends_at, booking.timezone),
        "back": formats.money(facts.back, booking.currency),
        "paid": formats.money(facts.paid, booking.currency),
        "counter": formats.money(facts.counter, booking.currency),
        "back_at_shop": formats.money(facts.back_at_shop, booking.currency),
        "on_card": formats.money(facts.on_card or facts.paid, booking.currency),
        "let_go": formats.money(facts.let_go, booking.currency),
        "answer_by": formats.when(booking.accept_by, booking.timezone) if booking.accept_by else "",
    }
    if booking.status == states.HELD:
        return _("We wait for the bank. The time stays yours meanwhile.") if waiting else _("Held for you.")
    if booking.status == states.EXPIRED and too_late:
        return _(
            "Your payment came after the hold had ended, and the time was gone. All of it goes back to you."
        )
    if booking.status == states.CANCELLED:
        return _cancelled(booking, facts, words)
    if booking.status == states.DECLINED:
        if booking.cancelled_by == "system":
            return _("%(where)s did not answer in time.") % words + _back(facts, words)
        return _("%(where)s cannot take this visit.") % words + _back(facts, words)
    if booking.status == states.NO_SHOW:
        return _("%(where)s noted that nobody came.") % words + _back(facts, words)
    lines = {
        states.REQUESTED: _("%(where)s answers by %(answer_by)s. You hear from us as soon as they do.")
        % words,
        states.CONFIRMED: ngettext(
            "%(who)s comes to you at %(time)s.", "%(who)s come to you at %(time)s.", people
        )
        % words
        if at_home
        else ngettext("%(who)s expects you at %(where)s.", "%(who)s expect you at %(where)s.", people)
        % words,
        states.ON_THE_WAY: ngettext("%(who)s is on the way to you.", "%(who)s are on the way to you.", people)
        % words,
        states.CHECKED_IN: ngettext(
            "%(who)s is with you. It begins in a moment.",
            "%(who)s are with you. It begins in a moment.",
            people,
        )
        % words
        if at_home
        else _("You are checked in. %(who)s will be with you in a moment.") % words,
        states.STARTED: _("Under way until about %(end)s.") % words,
        states.COMPLETED: ngettext(
            "%(who)s is done. Was it good? If you say nothing, it counts as good a day later.",
            "%(who)s are done. Was it good? If you say nothing, it counts as good a day later.",
            people,
        )
        % words,
        states.CLOSED: _("Thank you. Come again.") % words,
        states.EXPIRED: _("The time is no longer held. Nothing was paid."),
    }
    return lines[booking.status]


def _cancelled(booking: Booking, facts: MoneyFacts, words: dict[str, str]) -> str:
    by_them = booking.cancelled_by == "staff"
    if not booking.was_agreed:
        paid = facts.paid or facts.let_go
        return _("You let this time go. Nothing was paid.") if not paid else _back(facts, words).strip()
    if by_them and any(each.state == ObjectionState.MISSED for each in booking.objections.all()):
        who = (
            _("%(where)s did not come.") if booking.place == Place.CUSTOMER else _("%(where)s was not there.")
        ) % words
    else:
        who = _("%(where)s cancelled this visit.") % words if by_them else _("You cancelled this visit.")
    return who + _back(facts, words)


def _back(facts: MoneyFacts, words: dict[str, str]) -> str:
    if facts.let_go and facts.on_card + facts.paid:
        return " " + _("%(on_card)s is taken from your card, and the other %(let_go)s is free again.") % words
    if facts.let_go:
        return " " + _("Nothing was taken: the %(let_go)s that was held on your card is free again.") % words
    if facts.on_card:
        return " " + _("%(on_card)s is taken from your card.") % words
    if facts.back_at_shop:
        return " " + _("You paid %(counter)s at the counter and get %(back_at_shop)s back there.") % words
    if facts.counter:
        return " " + _("Nothing of the %(counter)s comes back.") % words
    if not facts.paid:
        return " " + _("Nothing was paid, and nothing is kept.")
    if not facts.back:
        return " " + _("Nothing of the %(paid)s comes back.") % words
    if facts.in_wallet >= facts.back:
        return " " + _("%(back)s of %(paid)s are in your wallet here.") % words
    return " " + _("%(back)s of %(paid)s are on their way back to you.") % words


def cancel_words(booking: Booking, cancel: Preview, facts: MoneyFacts) -> str:
    """What cancelling gives back or takes now, in exact amounts, for the customer."""
    if booking.status == states.REQUESTED:
        return _("As long as they have not accepted, cancelling costs nothing.")
    amounts = {
        "fee": formats.money(cancel.fee, booking.currency),
        "back": formats.money(cancel.refund, booking.currency),
        "paid": formats.money(facts.paid, booking.currency),
    }
    if facts.on_card:
        if cancel.fee:
            return _("If you cancel now, %(fee)s is taken from your card.") % amounts
        return _("If you cancel now, nothing is taken from your card.")
    if facts.paid:
        return _("Cancelling now gives back %(back)s of %(paid)s.") % amounts
    if facts.counter:
        amounts["back"] = formats.money(cancel.at_shop, booking.currency)
        amounts["paid"] = formats.money(facts.counter, booking.currency)
        return _("If you cancel now, the shop gives you %(back)s of %(paid)s back.") % amounts
    return _("Cancelling costs nothing: you have paid nothing.")


def money_lines(booking: Booking, facts: MoneyFacts) -> list[tuple[str | Promise, str]]:
    """Label and words of each fact about the money."""
    total = formats.money(booking.total_amount, booking.currency)
    lines: list[tuple[str | Promise, str]] = []
    if facts.paid:
        lines.append((_("Paid"), formats.money(facts.paid, booking.currency)))
        if facts.held:
            held = {"amount": formats.money(facts.held, booking.currency)}
            lines.append((pgettext("money", "Held"), _("%(amount)s, until you say it was good") % held))
        if facts.back:
            lines.append((_("Back to you"), formats.money(facts.back, booking.currency)))
    if facts.on_card:
        on_card = {"amount": formats.money(facts.on_card, booking.currency)}
        words = (
            _("%(amount)s held, nothing taken until it is done")
            if booking.payment_state == PaymentState.ON_CARD and booking.status in NOT_DONE
            else _("%(amount)s, being taken")
        )
        lines.append((_("On your card"), words % on_card))
    if booking.due_at_counter and booking.status in states.LIVE:
        where = _("to who comes") if booking.place == Place.CUSTOMER else _("at the shop")
        lines.append((_("To pay"), f"{formats.money(booking.due_at_counter, booking.currency)} {where}"))
    elif facts.paid or facts.on_card:
        pass
    elif facts.back_at_shop:
        lines.append((_("Paid"), formats.money(facts.counter, booking.currency)))
        lines.append((_("Back at the shop"), formats.money(facts.back_at_shop, booking.currency)))
    elif booking.payment_state == PaymentState.PAID:
        lines.append((_("Paid"), total))
    elif booking.status in states.LIVE:
        lines.append((_("Price"), total))
    if booking.fee_amount and (facts.paid or facts.counter):
        lines.append((_("Kept"), formats.money(booking.fee_amount, booking.currency)))
    return lines
