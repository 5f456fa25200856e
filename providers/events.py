"""The events that providers publishes; their subject is the business (`provider`, its public id).

`catalogue.changed` and `hours.changed` name the outlet whose boards and slot pickers should look again.
"""

PROVIDER_CREATED = "provider.created"
PROVIDER_CHANGED = "provider.changed"
PROVIDER_SUBMITTED = "provider.submitted"
PROVIDER_APPROVED = "provider.approved"
PROVIDER_REJECTED = "provider.rejected"
PROVIDER_SUSPENDED = "provider.suspended"
MEMBER_ADDED = "provider.member_added"
MEMBER_CHANGED = "provider.member_changed"
MEMBER_REMOVED = "provider.member_removed"
CATALOGUE_CHANGED = "catalogue.changed"
HOURS_CHANGED = "hours.changed"

ALL = frozenset(
    {
        PROVIDER_CREATED,
        PROVIDER_CHANGED,
        PROVIDER_SUBMITTED,
        PROVIDER_APPROVED,
        PROVIDER_REJECTED,
        PROVIDER_SUSPENDED,
        MEMBER_ADDED,
        MEMBER_CHANGED,
        MEMBER_REMOVED,
        CATALOGUE_CHANGED,
        HOURS_CHANGED,
    }
)
