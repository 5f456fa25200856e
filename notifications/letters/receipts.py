"""The receipt that goes out when a visit is done: what was sold, the VAT in it, and how it was paid."""

from django.utils.translation import gettext as _

from bookings.models import Booking
from bookings.selectors.price_lines import price_lines, tax_lines
from bookings.services.access import mail_link
from notifications.letters.letter import Letter
from notifications.letters.words import amount, long_time
from notifications.models import Message
from payments.selectors import counter_payments_of


def receipt(booking: Booking, message: Message, email: str) -> Letter | None:
    """None for what cost nothing."""
    if not booking.total_amount:
        return None
    facts = [(line.name, amount(line.amount.amount, booking.currency)) for line in price_lines(booking)]
    facts.append((_("Total"), amount(booking.total_amount, booking.currency)))
    facts += [
        (
            _("VAT %(percent)s%% in it") % {"percent": f"{tax.percent:f}"},
            amount(tax.amount.amount, booking.currency),
        )
        for tax in tax_lines(booking)
    ]
    if booking.prepaid_amount:
        facts.append((_("Paid online"), amount(booking.prepaid_amount, booking.currency)))
    if taken := counter_payments_of([booking.ref]).get(booking.ref):
        facts.append((_("Paid at the counter"), amount(taken.amount, taken.currency)))
    if booking.due_at_counter:
        facts.append((_("Still to pay"), amount(booking.due_at_counter, booking.currency)))
    return Letter(
        subject=_("Receipt: %(outlet)s, %(amount)s")
        % {"outlet": booking.outlet.name, "amount": amount(booking.total_amount, booking.currency)},
        heading=_("Your receipt"),
        paragraphs=[
            _("%(seller)s, %(when)s.")
            % {
                "seller": booking.outlet.provider.name,
                "when": long_time(booking.starts_at, booking.zone),
            }
        ],
        facts=[*facts, (_("Booking"), booking.ref)],
        link=mail_link(booking, "/receipt"),
        link_text=_("To print it"),
    )
