"""The events that reviews publishes; their subject is the review (`review`, its public id).

`review.invited` comes before there is a review: its subject is the visit's invitation.
"""

REVIEW_WRITTEN = "review.written"
REVIEW_CHANGED = "review.changed"
REVIEW_REPLIED = "review.replied"
REVIEW_REPORTED = "review.reported"
REVIEW_HIDDEN = "review.hidden"
REVIEW_KEPT = "review.kept"
REVIEW_RESTORED = "review.restored"
REVIEW_APPEALED = "review.appealed"
REVIEW_APPEAL_DECIDED = "review.appeal_decided"
REVIEW_ERASED = "review.erased"
REVIEW_INVITED = "review.invited"
# About one report; the subject is the report (`review_report`, its public id).
REVIEW_REPORT_DECIDED = "review.report_decided"

# About a quality case; the subject is the case (`quality_case`, its public id).
QUALITY_CASE_OPENED = "quality.case_opened"
QUALITY_CASE_CLOSED = "quality.case_closed"
