"""What providers refuses, by name."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class LastOwner(DomainError):
    """A business always has an owner: the last one can neither leave nor step down."""

    code = "last_owner"
    status = 409
    title = _("A business needs an owner. Make someone else owner first.")


class AlreadyMember(DomainError):
    """The person already belongs to the business."""

    code = "already_member"
    status = 409
    title = _("This person is already a member.")


class StatusRefused(DomainError):
    """The business cannot be submitted, approved or suspended in its present status."""

    code = "provider_status_refused"
    status = 409
    title = _("That is not possible in the present state of the business.")


class NotReady(DomainError):
    """A business is submitted for approval with at least an outlet, its hours, and a service sold there.

    `missing` lists what is not there yet: outlet, service, staff, hours.
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


class PeriodInvalid(DomainError):
    """A closure or time off ends after it starts and takes at most two years."""

    code = "period_invalid"
    title = _("The end must come after the start, at most two years later.")


class PeriodOverlap(DomainError):
    """The closure or time off overlaps one that is already there."""

    code = "period_overlap"
    status = 409
    title = _("This overlaps a period that is already there.")
