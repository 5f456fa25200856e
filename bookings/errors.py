"""What bookings refuses, by name."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class SlotTaken(DomainError):
    """Someone else has this time. `alternatives` lists the three nearest starts that are free."""

    code = "slot_taken"
    status = 409
    title = _("This time has just been taken.")


class SlotNotOffered(DomainError):
    """The time is not one that can be booked: past, outside hours, off the grid, or too far ahead."""

    code = "slot_not_offered"
    title = _("This time cannot be booked. Choose another one.")


class NotOffered(DomainError):
    """The combination is not sold (yet): several items, seats, or a service this outlet does not have."""

    code = "not_offered"
    title = _("This is not offered here.")


class StaffNotAble(DomainError):
    """The person does not do this service, or does not work there."""

    code = "staff_not_able"
    title = _("This person does not do that here.")


class StepUnknown(DomainError):
    """A ticked step is none of the visit's service standard, which has `steps` of them."""

    code = "step_unknown"
    title = _("This visit has no such step.")


class OptionUnknown(DomainError):
    """An option does not belong to the service."""

    code = "option_unknown"
    title = _("One of the options is not sold with this service.")


class ProviderClosed(DomainError):
    """The business is not approved (any more), or is suspended: nothing of it can be held, paid or moved."""

    code = "provider_closed"
    status = 409
    title = _("This business takes no bookings at the moment.")


class AddressNeeded(DomainError):
    """A home visit needs an address."""

    code = "address_needed"
    title = _("Tell us where to come.")


class AddressOutsideArea(DomainError):
    """The address lies outside the outlet's service area."""

    code = "address_outside_area"
    title = _("They do not come to this address.")


class ContactNeeded(DomainError):
    """A payment needs a name and an e-mail; a walk-in a name or a phone."""

    code = "contact_needed"
    title = _("Tell us your name and e-mail first.")


class TooManyHolds(DomainError):
    """Two open holds per contact, and HOLDS_PER_ADDRESS per guest address."""

    code = "too_many_holds"
    status = 429
    title = _("You are already holding other times. Finish or release one of them first.")


class HoldEnded(DomainError):
    """The hold has expired."""

    code = "hold_ended"
    status = 409
    title = _("The time is no longer held for you.")


class AlreadyExtended(DomainError):
    """A hold is extended once."""

    code = "already_extended"
    status = 409
    title = _("A time can be held longer only once.")


class MoveRefused(DomainError):
    """The state table has no such move from the booking's status (`booking_status`) for this caller."""

    code = "move_refused"
    status = 409
    title = _("That is not possible at this point of the booking.")


class TooEarly(DomainError):
    """The action has its time, and it has not come."""

    code = "too_early"
    status = 409
    title = _("It is too early for that.")


class AnswerOverdue(DomainError):
    """The time to answer a request is over: it counts as declined."""

    code = "answer_overdue"
    status = 409
    title = _("The time to answer is over. The customer has been told no.")


class ObjectionOpen(DomainError):
    """Somebody objects to the visit: nothing that moves its money is done until that is decided or withdrawn."""

    code = "objection_open"
    status = 409
    title = _("There is an open case about this visit. It has to be decided first.")


class AlreadyObjected(DomainError):
    """This side has objected to the visit before, and taken it back."""

    code = "already_objected"
    status = 409
    title = _("You have taken your objection back. One cannot object twice.")


class ObjectionEnded(DomainError):
    """The objection was decided or withdrawn meanwhile, or there is none."""

    code = "objection_ended"
    status = 409
    title = _("This case is closed already.")


class PolicyChanged(DomainError):
    """The preview is stale: the booking or the amounts have changed since."""

    code = "policy_changed"
    status = 409
    title = _("The amounts have changed since you looked. Check them again.")


class WrongCode(DomainError):
    """The check-in code is not the booking's."""

    code = "wrong_code"
    title = _("This is not the code of this booking.")


class CodeLocked(DomainError):
    """Too many wrong codes: a manager may check in without one."""

    code = "code_locked"
    status = 429
    title = _("Too many wrong codes. Ask a manager of the shop.")


class PriceChangeRefused(DomainError):
    """The price of the visit cannot change now: it is not under way any more, or was paid at the counter."""

    code = "price_change_refused"
    status = 409
    title = _("The price of this visit cannot be changed now.")


class PriceChangeOpen(DomainError):
    """Another price change waits for the customer."""

    code = "price_change_open"
    status = 409
    title = _("The customer has still to answer the last change.")


class PriceChangeEnded(DomainError):
    """The price change was answered, withdrawn, or expired meanwhile."""

    code = "price_change_ended"
    status = 409
    title = _("This change is no longer open.")


class PriceTooLow(DomainError):
    """The service would cost less than nothing, or the visit less than what was kept of it already."""

    code = "price_too_low"
    title = _("The price cannot be lowered that far.")


class NoTimeForIt(DomainError):
    """What is to be added takes time that is not free after the visit: `free_min` minutes are, and `soonest` is when so
    much is free again that day (null: not any more). It may be added without extra time."""

    code = "no_time_for_it"
    status = 409
    title = _("There is not that much time after this visit.")


class RefundRefused(DomainError):
    """Nothing of the visit can be given back: it is not over yet, or nothing was paid online."""

    code = "refund_refused"
    status = 409
    title = _("Nothing of this visit can be given back now.")


class RefundWaits(DomainError):
    """Another refund of the visit waits for a second person."""

    code = "refund_waits"
    status = 409
    title = _("Another refund of this visit is waiting for a second person.")


class RefundEnded(DomainError):
    """The refund was agreed to or refused meanwhile."""

    code = "refund_ended"
    status = 409
    title = _("This refund has been decided already.")


class SecondPersonNeeded(DomainError):
    """Who asked for a large refund does not agree to it as well."""

    code = "second_person_needed"
    status = 403
    title = _("Somebody else has to agree to this refund.")


class PaymentNotPossible(DomainError):
    """The booking cannot be paid this way or at this point."""

    code = "payment_not_possible"
    status = 409
    title = _("This booking cannot be paid now.")


class PrepaymentNeeded(DomainError):
    """The agreed policy asks for money before the booking counts: `amount` (minor units of `currency`) online."""

    code = "prepayment_needed"
    status = 409
    title = _("This has to be paid online, at least in part, when it is booked.")


class CancelPending(DomainError):
    """The booking is being cancelled; whoever asked may take that back for some seconds more."""

    code = "cancel_pending"
    status = 409
    title = _("This booking is being cancelled.")


class CancelDone(DomainError):
    """The cancellation can no longer be taken back."""

    code = "cancel_done"
    status = 409
    title = _("It is cancelled already.")


class NoWallet(DomainError):
    """What comes back was to go into a wallet, which only the customer with an account has."""

    code = "no_wallet"
    status = 409
    title = _("Only who is signed in as the customer has a wallet here.")


class BookingsAffected(DomainError):
    """The change would hit visits ahead: `bookings` lists them with what would be wrong (`why`). Sent again with
    `version` as `acknowledge`, it is done, if the list is still that."""

    code = "bookings_affected"
    status = 409
    title = _("Visits that are booked already would be hit.")


class CannotBeReached(DomainError):
    """The customer left no e-mail: a message would go nowhere."""

    code = "cannot_be_reached"
    status = 409
    title = _("They left no e-mail.")


class TooManyMessages(DomainError):
    """Thirty messages a day about one visit, from each side."""

    code = "too_many_messages"
    status = 429
    title = _("That is enough for today: call them instead.")


class MessageReported(DomainError):
    """A message is put before the operators once."""

    code = "message_reported"
    status = 409
    title = _("It is reported already.")


class ReportDecided(DomainError):
    """An operator has decided about the report."""

    code = "report_decided"
    status = 409
    title = _("It is decided already.")


class SpanTooLong(DomainError):
    """Instants at most 62 days apart, the first before the second."""

    code = "span_too_long"
    title = _("Ask for at most 62 days at a time.")


class SpanOfNumbers(DomainError):
    """Days whose numbers can be told: they have begun, and are a year of weeks at most."""

    code = "span_of_numbers"
    title = _("Ask for 1 to 371 days that have begun, with the first of them.")


class SessionBegun(DomainError):
    """The group session has begun: it is neither moved nor cancelled any more."""

    code = "session_begun"
    status = 409
    title = _("This session has begun already.")


class SessionCancelled(DomainError):
    """The group session was cancelled."""

    code = "session_cancelled"
    status = 409
    title = _("This session was cancelled.")


class SeatsSold(DomainError):
    """More seats are taken (`seats_taken`) than the session would have."""

    code = "seats_sold"
    status = 409
    title = _("More seats are taken than that.")


class CourseStays(DomainError):
    """A booked course stays on its dates: it can be cancelled, not moved."""

    code = "course_stays"
    status = 409
    title = _("A course cannot be moved to other dates. You can cancel it.")


class NotAGroup(DomainError):
    """The service has one seat, or is done at the customer's: no sessions of it are put on the calendar."""

    code = "not_a_group"
    title = _("Only a service with several seats, done at the shop, has group sessions.")


class HoldDoesNotReach(DomainError):
    """What is held on the card can be taken once, and until then only: the visit cannot be moved so."""

    code = "hold_does_not_reach"
    status = 409
    title = _(
        "What is held on the card does not reach that far. Cancel this visit and book the other time anew."
    )


class SeriesNotPossible(DomainError):
    """No series: a rule that is not known or has fewer than 2 or more than 26 dates, days that are not the rule's, a
    group's service, or no visit at all."""

    code = "series_not_possible"
    title = _("This cannot be booked as a series.")


class SeriesNotFree(DomainError):
    """Some dates are not free, so nothing was done: `dates` (local days) of a new series, `bookings` of one that
    moves."""

    code = "series_not_free"
    status = 409
    title = _("Some of these times have just been taken. Nothing was booked or moved.")


class WaitNotPossible(DomainError):
    """Nobody waits for this: a home visit, more seats than there are, days that are over or too far ahead."""

    code = "wait_not_possible"
    title = _("You cannot wait for this. Choose other days, or another service.")


class WaitEnded(DomainError):
    """The entry of the waitlist is no more: booked, taken off, or its days are over."""

    code = "wait_ended"
    status = 409
    title = _("This is no longer on the waitlist.")


class TooManyWaits(DomainError):
    """Ten open entries per contact."""

    code = "too_many_waits"
    status = 429
    title = _("You wait for ten things already. Take something off first.")


class CalendarAddressInvalid(DomainError):
    """What is to be subscribed is no address of a calendar: http, https or webcal, without user and password."""

    code = "calendar_address_invalid"
    title = _(
        "This is no address of a calendar. Copy the one in iCal format: it begins with https:// or webcal://."
    )


class CalendarUnreadable(DomainError):
    """A file is no calendar (RFC 5545), or has too much in it."""

    code = "calendar_unreadable"
    title = _("This file is no calendar that we can read. Export it again as .ics.")


class CalendarTooLarge(DomainError):
    """A calendar file of more than 5 MB."""

    code = "calendar_too_large"
    title = _("A calendar may have 5 MB. Export the coming year alone, or give its address.")


class CalendarsTooMany(DomainError):
    """A person has ten calendars of other programs already."""

    code = "too_many_calendars"
    status = 409
    title = _("Ten calendars are enough. Remove one first.")


class QueueClosed(DomainError):
    """The outlet is not open any more today: nobody can be put in its queue, or back into it."""

    code = "queue_closed"
    status = 409
    title = _("Nobody can wait here now: the shop is closed for today.")


class QueueFull(DomainError):
    """As many wait as a queue holds."""

    code = "queue_full"
    status = 409
    title = _("The queue is full.")


class QueueMoved(DomainError):
    """Meanwhile somebody else has called, removed or put back whoever waits; `state` is where they stand."""

    code = "queue_moved"
    status = 409
    title = _("Somebody else was faster: look at the queue again.")


class NobodyToCall(DomainError):
    """Nobody who waits can be served this minute by whoever asks."""

    code = "nobody_to_call"
    status = 409
    title = _("Nobody who waits can be served right now.")
