"""The events that providers publishes; their subject is the business (`provider`, its public id).

`category.changed` has the category (`category`, its slug) instead.

`catalogue.changed` and `hours.changed` name the outlet whose boards and slot pickers should look again.
"""

PROVIDER_CREATED = "provider.created"
PROVIDER_CHANGED = "provider.changed"
PROVIDER_SUBMITTED = "provider.submitted"
PROVIDER_APPROVED = "provider.approved"
PROVIDER_REJECTED = "provider.rejected"
PROVIDER_SUSPENDED = "provider.suspended"
PROVIDER_REVISION_ASKED = "provider.revision_asked"
PROVIDER_REINSTATED = "provider.reinstated"
PROVIDER_REOPENED = "provider.reopened"
PROVIDER_CLOSED = "provider.closed"
PROVIDER_WARNED = "provider.warned"
PROVIDER_WRITTEN = "provider.written"
PROVIDER_APPEALED = "provider.appealed"
PROVIDER_APPEAL_DECIDED = "provider.appeal_decided"
DOCUMENT_SUBMITTED = "document.submitted"
DOCUMENT_ACCEPTED = "document.accepted"
DOCUMENT_REFUSED = "document.refused"
DOCUMENT_EXPIRING = "document.expiring"
DOCUMENT_EXPIRED = "document.expired"
DOCUMENT_ASKED = "document.asked"
MEMBER_INVITED = "provider.member_invited"
INVITATION_ENDED = "provider.invitation_ended"
MEMBER_ADDED = "provider.member_added"
MEMBER_CHANGED = "provider.member_changed"
MEMBER_REMOVED = "provider.member_removed"
CATEGORY_CHANGED = "category.changed"
CATALOGUE_CHANGED = "catalogue.changed"
HOURS_CHANGED = "hours.changed"
PICTURES_CHANGED = "pictures.changed"
QUIZ_TAKEN = "provider.quiz_taken"
BANK_CHANGED = "provider.bank_changed"
BANK_REMOVED = "provider.bank_removed"

ALL = frozenset(
    {
        PROVIDER_CREATED,
        PROVIDER_CHANGED,
        PROVIDER_SUBMITTED,
        PROVIDER_APPROVED,
        PROVIDER_REJECTED,
        PROVIDER_SUSPENDED,
        PROVIDER_REVISION_ASKED,
        PROVIDER_REINSTATED,
        PROVIDER_REOPENED,
        PROVIDER_CLOSED,
        PROVIDER_WARNED,
        PROVIDER_WRITTEN,
        PROVIDER_APPEALED,
        PROVIDER_APPEAL_DECIDED,
        DOCUMENT_SUBMITTED,
        DOCUMENT_ACCEPTED,
        DOCUMENT_REFUSED,
        DOCUMENT_EXPIRING,
        DOCUMENT_EXPIRED,
        DOCUMENT_ASKED,
        MEMBER_INVITED,
        INVITATION_ENDED,
        MEMBER_ADDED,
        MEMBER_CHANGED,
        MEMBER_REMOVED,
        CATEGORY_CHANGED,
        CATALOGUE_CHANGED,
        HOURS_CHANGED,
        PICTURES_CHANGED,
        QUIZ_TAKEN,
        BANK_CHANGED,
        BANK_REMOVED,
    }
)
