"""What providers refuses, by name."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class LastOwner(DomainError):
    """A business always has an owner: the last one can neither leave nor step down."""

    code = "last_owner"
    status = 409
    title = _("A business needs an owner. Make someone else owner first.")


class QuizLimit(DomainError):
    """The quiz may be taken three times within 24 hours."""

    code = "quiz_limit"
    status = 429
    title = _("You have tried three times. Read the note again and come back tomorrow.")


class QuizPassed(DomainError):
    """The person has passed this quiz before."""

    code = "quiz_passed"
    status = 409
    title = _("You have passed this quiz already.")


class AlreadyMember(DomainError):
    """The person already belongs to the business."""

    code = "already_member"
    status = 409
    title = _("This person is already a member.")


class AlreadyInvited(DomainError):
    """The business has an open invitation to this address."""

    code = "already_invited"
    status = 409
    title = _("This address has been invited already, and has not answered yet.")


class InvitationLimit(DomainError):
    """A business invites at most 20 addresses within 24 hours. `max` tells the number."""

    code = "invitation_limit"
    status = 429
    title = _("That is enough for one day. Invite more people tomorrow.")


class InvitationEnded(DomainError):
    """The invitation was answered or withdrawn, or its days are over."""

    code = "invitation_ended"
    status = 409
    title = _("This invitation has ended. Ask the business for a new one.")


class StatusRefused(DomainError):
    """The business cannot be submitted, decided on, suspended or reinstated in its present status."""

    code = "provider_status_refused"
    status = 409
    title = _("That is not possible in the present state of the business.")


class BusinessInUse(DomainError):
    """A business closes once no visit is open and no money is owed. `obstacles` lists both by code and id."""

    code = "business_in_use"
    status = 409
    title = _("Visits are still open, or money is owed. Settle that first.")


class NotReady(DomainError):
    """A business is submitted for approval with a name, an outlet, its hours, a service sold there, and its papers.

    `missing` lists what is not there yet: business, outlet, service, hours, staff, documents.
    """

    code = "provider_not_ready"
    status = 409
    title = _("Some things are missing before this business can be approved.")


class IsArchived(DomainError):
    """An archived row cannot be changed or used any more."""

    code = "archived"
    status = 409
    title = _("This has been archived and can no longer be changed.")


class TextInvalid(DomainError):
    """A name or text is empty where it is needed, or too long. `field` names it."""

    code = "text_invalid"
    title = _("This text is missing or too long.")


class NumberInvalid(DomainError):
    """A number is out of its range. `field` names it, `min` and `max` tell the range."""

    code = "number_invalid"
    title = _("This number is too small or too large.")


class PhasesInvalid(DomainError):
    """The phases of a service are not together as long as it, or nobody is ever at it. `why` names what is wrong."""

    code = "phases_invalid"
    title = _("The parts of the service do not add up to its length.")


class GroupHasOneLeader(DomainError):
    """Of a service with seats, one person holds each session: it is not done by several together."""

    code = "group_has_one_leader"
    title = _("A service with seats is held by one person. Set either seats or people.")


class ZoneUnknown(DomainError):
    """The time zone is not an IANA name such as Europe/Helsinki."""

    code = "timezone_unknown"
    title = _("We do not know this time zone. Use a name such as Europe/Helsinki.")


class CurrencyUnknown(DomainError):
    """The currency is not an ISO 4217 code in use."""

    code = "currency_unknown"
    title = _("We do not know this currency. Use a code such as EUR.")


class CurrencyMismatch(DomainError):
    """A service is sold only at outlets of its own currency."""

    code = "currency_mismatch"
    title = _("The service and the shop must use the same currency.")


class CurrencyInUse(DomainError):
    """Services are sold at this outlet: its currency stays."""

    code = "currency_in_use"
    status = 409
    title = _("Services are sold here in the present currency. It can no longer be changed.")


class CountryUnknown(DomainError):
    """The country is not an ISO 3166-1 alpha-2 code."""

    code = "country_unknown"
    title = _("We do not know this country. Use two letters such as FI.")


class TextLanguageUnknown(DomainError):
    """A text's language is not a BCP 47 tag of a known language."""

    code = "text_language_unknown"
    title = _("We do not know this language.")


class CategoryUnknown(DomainError):
    """There is no such category, or it is no longer used."""

    code = "category_unknown"
    title = _("Choose a category from the list.")


class AreaNeeded(DomainError):
    """A service at the customer's needs an outlet that says how far it goes out."""

    code = "service_area_needed"
    title = _("Say first how far this shop goes out: set its service radius.")


class AreaInvalid(DomainError):
    """A drawn service area crosses itself, lies too far from its outlet, or comes along with a radius."""

    code = "service_area_invalid"
    title = _("Draw an area whose edges do not cross, at most 100 kilometres away, or give a radius.")


class NotOfThisBusiness(DomainError):
    """The things named do not belong to the same business."""

    code = "not_of_this_business"
    title = _("This does not belong to the business.")


class HoursOverlap(DomainError):
    """Two opening times of the same week or date overlap. `weekday` (0 is Monday) or `date` says where."""

    code = "hours_overlap"
    title = _("Two of the opening times overlap.")


class HoursInvalid(DomainError):
    """An opening time is not one: unknown weekday, start equal to end, or dates in the wrong order."""

    code = "hours_invalid"
    title = _("These opening times cannot be read.")


class NotAtOutlet(DomainError):
    """The person does not work at this outlet."""

    code = "staff_not_at_outlet"
    title = _("This person does not work at this shop.")


class HolidaysUnknown(DomainError):
    """The public holidays of the outlet's country, or of the region that was named, are not known."""

    code = "holidays_unknown"
    title = _("We do not know the holidays of this country or region.")


class PeriodInvalid(DomainError):
    """A closure or time off ends after it starts and takes at most two years."""

    code = "period_invalid"
    title = _("The end must come after the start, at most two years later.")


class PeriodOverlap(DomainError):
    """The closure or time off overlaps one that is already there."""

    code = "period_overlap"
    status = 409
    title = _("This overlaps a period that is already there.")


class ApplicationClaimed(DomainError):
    """Another operator has the application in hand."""

    code = "application_claimed"
    status = 409
    title = _("Somebody else is working on this one.")


class AppealClaimed(DomainError):
    """Another operator has the appeal in hand."""

    code = "appeal_claimed"
    status = 409
    title = _("Somebody else is working on this one.")


class AlreadyDecided(DomainError):
    """It was decided in the meantime: an application, a document or an appeal is decided once."""

    code = "already_decided"
    status = 409
    title = _("This has been decided already.")


class DocumentsUndecided(DomainError):
    """A business is approved once each required document is accepted. `kinds` names those that are not."""

    code = "documents_undecided"
    status = 409
    title = _("Required documents have not been accepted yet.")


class ReasonMissing(DomainError):
    """A decision against a business says why. `field` names what is empty."""

    code = "reason_missing"
    title = _("Say why: the business reads it.")


class PointsInvalid(DomainError):
    """A revision names at least one step with a note; `step` is one of the application's steps."""

    code = "points_invalid"
    title = _("Name at least one point: a step, and what should change there.")


class EndInvalid(DomainError):
    """A suspension ends in the future, at most two years from now, or has no end."""

    code = "end_invalid"
    title = _("The end must lie in the future, at most two years from now.")


class SameOperator(DomainError):
    """An appeal is decided by another operator than the one who took the decision."""

    code = "same_operator"
    status = 403
    title = _("Another operator has to decide this: you took the decision.")


class OwnCause(DomainError):
    """Operators do not decide about a business that they belong to, nor about a visit or review of their own."""

    code = "own_cause"
    status = 409
    title = _("Somebody else has to decide this: you are a party to it.")


class NotAppealable(DomainError):
    """Only a rejection, a warning, a retraining or a suspension can be appealed, and each once."""

    code = "not_appealable"
    status = 409
    title = _("This cannot be appealed, or has been already.")


class DocumentKindUnknown(DomainError):
    """There is no such kind of document, or it is about the other subject (business or person)."""

    code = "document_kind_unknown"
    title = _("Choose a kind of document from the list.")


class DocumentIncomplete(DomainError):
    """The kind of document needs what `field` names: its number, or its last day; or the dates are not in order."""

    code = "document_incomplete"
    title = _("This kind of document needs its number, or a last day that lies ahead.")


class IbanInvalid(DomainError):
    """The IBAN is not one: its length, its check digits, or its country does not fit."""

    code = "iban_invalid"
    title = _("This is not an IBAN. Check it digit by digit.")


class IbanNeeded(DomainError):
    """Accounts of this country have an IBAN: it is needed, not the account's number."""

    code = "iban_needed"
    title = _("Accounts in this country have an IBAN. Give that.")


class AccountInvalid(DomainError):
    """The bank's code is not 3 to 20 letters and digits, or the account's number not 6 to 34. `field` says which."""

    code = "account_invalid"
    title = _("Check it: letters and digits only, as your bank writes it.")


class PicturesTooMany(DomainError):
    """An outlet shows at most twelve pictures (`max`)."""

    code = "pictures_too_many"
    title = _("A shop shows at most twelve pictures. Remove one first.")


class PictureOrderStale(DomainError):
    """The order does not name every picture that the outlet shows, each once."""

    code = "picture_order_stale"
    status = 409
    title = _("The pictures have changed meanwhile. Look at them again.")


class CategoryStale(DomainError):
    """Another operator has changed the category meanwhile."""

    code = "category_stale"
    status = 409
    title = _("This category has been changed meanwhile. Look at it again.")


class CategoryOrder(DomainError):
    """A category is archived after all that is below it, and brought back before it."""

    code = "category_order"
    status = 409
    title = _("Archive what is below it first, and bring back what is above it first.")


class QuizInvalid(DomainError):
    """A question has two to six answers, some right and some wrong. `question` is its number, from 1."""

    code = "quiz_invalid"
    title = _("Each question needs two to six answers, at least one right and one wrong.")


class SlugTaken(DomainError):
    """There is a category of this slug."""

    code = "slug_taken"
    status = 409
    title = _("There is a category of this name already.")
