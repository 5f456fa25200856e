"""What reviews refuses, by name."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class ReviewConflict(DomainError):
    """Whoever belongs to a business does not review it, also not as its customer."""

    code = "review_conflict"
    status = 409
    title = _("You belong to this business, so you cannot review it.")


class ReviewNotOpen(DomainError):
    """Only a visit that took place (done or completed) is reviewed. `booking_status` says where it stands."""

    code = "review_not_open"
    status = 409
    title = _("A visit can be reviewed once it is done.")


class ReviewTooLate(DomainError):
    """A visit is reviewed within 60 days of its end, and a review changed within 7 days. `until` says which."""

    code = "review_too_late"
    status = 409
    title = _("The time for this is over.")


class AlreadyReviewed(DomainError):
    """A visit is reviewed once; what was written can be changed for a while."""

    code = "already_reviewed"
    status = 409
    title = _("You have reviewed this visit already.")


class AlreadyReplied(DomainError):
    """A business replies to a review once."""

    code = "already_replied"
    status = 409
    title = _("The business has replied already.")


class AlreadyReported(DomainError):
    """Somebody reports a review once."""

    code = "already_reported"
    status = 409
    title = _("You have reported this review already.")


class ReviewHidden(DomainError):
    """A hidden review is not changed, replied to or hidden again."""

    code = "review_hidden"
    status = 409
    title = _("This review is hidden.")


class NothingToDecide(DomainError):
    """No report, hidden state or appeal is open any more: another operator has decided."""

    code = "nothing_to_decide"
    status = 409
    title = _("This has been decided already.")


class AppealNotOpen(DomainError):
    """Each side appeals once, and only against a decision that went against it."""

    code = "appeal_not_open"
    status = 409
    title = _("There is nothing that you could appeal against, or you have done so already.")


class AppealWaits(DomainError):
    """While an appeal waits, the review is decided by deciding the appeal."""

    code = "appeal_waits"
    status = 409
    title = _("An appeal waits. Decide it first.")


class AnotherOperator(DomainError):
    """An appeal is decided by another operator than the decision that it is against."""

    code = "another_operator"
    status = 409
    title = _("You made the decision: another operator decides about the appeal.")


class ReviewPhotosTooMany(DomainError):
    """A review has at most four photos (`max`)."""

    code = "review_photos_too_many"
    title = _("A review has at most four photos.")


class ReviewTextInvalid(DomainError):
    """A text is empty where it is needed, or longer than it may be. `field` and `max` tell."""

    code = "review_text_invalid"
    title = _("This text is missing or too long.")
