"""What the small common tables hold about people: nothing but ids, save for answers kept for repeated requests."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import crypto, privacy
from common.models import IdempotencyRecord
from common.privacy import Subject

IDS = "people are named by id"


def _erase(subject: Subject) -> None:
    """Answers to their requests: those they sent as a user, and those about their bookings."""
    theirs = Q(pk__in=[])
    if subject.user_id:
        theirs |= Q(scope=subject.user_id)
    for ref in subject.booking_refs:
        theirs |= Q(path__contains=ref)
    IdempotencyRecord.objects.filter(theirs).delete()
    # A hold made anonymously has no reference in its path yet: the answer names it.
    for record in IdempotencyRecord.objects.filter(scope="anonymous", status__isnull=False).iterator():
        if any(ref in crypto.decrypt(bytes(record.response or b"")) for ref in subject.booking_refs):
            record.delete()


privacy.area("requests", app="common", title=_("Requests that were repeated"), erase=_erase)
privacy.personal(
    "common.IdempotencyRecord",
    area="requests",
    blanked="scope key path response",
    reason="the row is deleted, after 24 hours at the latest",
)
privacy.impersonal("common.IdempotencyRecord", {"says nothing by itself": "method body_hash"})
privacy.impersonal(
    "common.Event", {IDS: "subject_type subject_id actor payload", "fixed words and ids": "type outlet_id"}
)
privacy.impersonal("common.OutboxMessage", {"a name in the code": "handler"})
privacy.impersonal(
    "common.AuditEntry",
    {IDS: "actor action object_type object_id", "ids, and what operators wrote about categories": "data"},
)
privacy.impersonal("common.AuditLink", {"hashes over entries that hold ids": "previous hash"})
privacy.impersonal(
    "common.StoredFile",
    {"a random name and measures: whose it is, the row that refers to it says": "name mime sha256 widths"},
)
privacy.impersonal("common.UploadAttempt", {IDS: "who"})

# What Django brings.
privacy.impersonal("auth.Group", {"a word of the back office": "name"})
privacy.impersonal("auth.Permission", {"a name in the code": "name codename"})
privacy.impersonal("contenttypes.ContentType", {"a name in the code": "app_label model"})
