"""Vetting: which papers a category needs, the papers, applications, the thread, appeals."""

from datetime import date, timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from common import clock
from common.crypto import EncryptedTextField
from common.public_ids import PublicIdField
from providers.enums import AppealOutcome, Decision, DocumentStatus, EntryKind, PaperSubject, Side
from providers.rules.vetting import DOCUMENT_MOVES, TERM_DAYS

# Decisions that a business may appeal, each once.
APPEALABLE = (EntryKind.REJECTED, EntryKind.WARNED, EntryKind.RETRAINING, EntryKind.SUSPENDED)


class DocumentKind(models.Model):
    """A kind of paper, such as a business licence. Operators keep the list; it is archived, never deleted."""

    slug = models.SlugField(max_length=60, unique=True)
    subject = models.CharField(max_length=8, choices=PaperSubject, default=PaperSubject.BUSINESS)
    asks_number = models.BooleanField(default=False, help_text="it has a number that is kept, encrypted")
    asks_until = models.BooleanField(default=False, help_text="it runs out: its last day must be given")
    is_badge = models.BooleanField(
        default=False, help_text="of people: everybody sees on their card that one holds, never the document"
    )
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_badge=False) | Q(subject=PaperSubject.PERSON),
                name="document_kind_that_is_a_badge_is_about_people",
            ),
            models.CheckConstraint(
                condition=Q(subject__in=PaperSubject.values), name="document_kind_subject_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class DocumentKindName(models.Model):
    """A kind's name and what exactly should be sent, in one language; English is always there."""

    kind = models.ForeignKey(DocumentKind, on_delete=models.CASCADE, related_name="names")
    language = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "language"], name="one_document_kind_name_per_language"),
        ]

    def __str__(self) -> str:
        return self.name


def first_binding_day() -> date:
    """From when on what is asked for today binds businesses that are listed already (a UTC day)."""
    return clock.now().date() + timedelta(days=TERM_DAYS)


class DocumentRequirement(models.Model):
    """What a category and all below it needs. One that is not required is welcome, and shown as such.

    Of a required one: who applies needs it at once, who is listed from `binds_from` on.
    """

    category = models.ForeignKey("Category", on_delete=models.CASCADE, related_name="document_requirements")
    kind = models.ForeignKey(DocumentKind, on_delete=models.CASCADE, related_name="requirements")
    is_required = models.BooleanField(default=True)
    binds_from = models.DateField(default=first_binding_day)
    # The worker's: the primary key of the listed business that was told last, none once all have been; and whether
    # what lacks it is held back by now.
    told_to = models.BigIntegerField(null=True, default=0)
    is_bound = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["category", "kind"], name="one_requirement_per_category_and_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} needs {self.kind_id}"


class Document(models.Model):
    """One paper of a business, or of one of its people; a newer one replaces it once that is accepted.

    Valid from the start of `valid_from` to the end of `valid_until` (UTC days); without an end it does not run
    out.
    """

    public_id = PublicIdField(prefix="doc")
    provider = models.ForeignKey("Provider", on_delete=models.PROTECT, related_name="documents")
    staff = models.ForeignKey(
        "StaffMember", null=True, blank=True, on_delete=models.PROTECT, related_name="documents"
    )
    kind = models.ForeignKey(DocumentKind, on_delete=models.PROTECT, related_name="documents")
    # Gone once the person it is about is erased.
    file = models.ForeignKey("common.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    number = EncryptedTextField(blank=True, default="")
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=DocumentStatus, default=DocumentStatus.SUBMITTED)
    # Why it was refused.
    note = models.TextField(blank=True)
    submitted_by = models.CharField(max_length=64, help_text="the actor")
    created_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    replaced_at = models.DateTimeField(null=True, blank=True)
    # Which of the reminders before its last day went out last, in days.
    reminded_days = models.PositiveSmallIntegerField(null=True, blank=True)
    # Of an expired one: the last day on which it is put up with. None once that has passed and was acted on.
    grace_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=DocumentStatus.values), name="document_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="document_dates_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[DocumentStatus.ACCEPTED, DocumentStatus.REFUSED])
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="document_decision_says_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(status=DocumentStatus.REPLACED) | Q(replaced_at__isnull=False),
                name="document_replaced_says_when",
            ),
            models.CheckConstraint(
                condition=Q(file__isnull=False) | Q(status=DocumentStatus.REPLACED),
                name="document_in_use_has_its_file",
            ),
            # One that is being checked and one that holds, of a kind, of a business or person.
            models.UniqueConstraint(
                fields=["provider", "staff", "kind"],
                condition=Q(status=DocumentStatus.SUBMITTED),
                nulls_distinct=False,
                name="one_document_being_checked",
            ),
            models.UniqueConstraint(
                fields=["provider", "staff", "kind"],
                condition=Q(status=DocumentStatus.ACCEPTED),
                nulls_distinct=False,
                name="one_document_that_holds",
            ),
        ]
        indexes = [
            models.Index(
                fields=["valid_until"],
                condition=Q(status__in=["accepted", "expired"], valid_until__isnull=False),
                name="documents_by_last_day",
            ),
            models.Index(
                fields=["grace_until"],
                condition=Q(status="expired", grace_until__isnull=False),
                name="documents_in_grace",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="document_status_moves", field="status", transitions=list(DOCUMENT_MOVES)),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.status}"


class Application(models.Model):
    """A business as it was sent for approval once: claimed by an operator for a while, decided once."""

    public_id = PublicIdField(prefix="app")
    provider = models.ForeignKey("Provider", on_delete=models.PROTECT, related_name="applications")
    round = models.PositiveSmallIntegerField()
    submitted_at = models.DateTimeField(db_default=Now())
    submitted_by = models.CharField(max_length=64, help_text="the actor")
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=8, choices=Decision, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "round"], name="application_round_is_unique"),
            models.UniqueConstraint(
                fields=["provider"], condition=Q(decision=""), name="one_open_application_per_business"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True, decided_by__isnull=True)
                | Q(decision__in=Decision.values, decided_at__isnull=False, decided_by__isnull=False),
                name="application_decision_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by__isnull=True, claimed_until__isnull=True)
                | Q(claimed_by__isnull=False, claimed_until__isnull=False),
                name="application_claim_has_its_end",
            ),
        ]
        indexes = [
            models.Index(fields=["submitted_at"], condition=Q(decision=""), name="applications_that_wait"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.decision or 'open'}"


class VettingEntry(models.Model):
    """One line of a business's thread with the operators. Its members read all of it; nothing is ever changed.

    `points` are those of a revision: {step, note}. `until` is a suspension's end. `staff` is whom it concerns,
    when it is one person.
    """

    public_id = PublicIdField(prefix="vet")
    provider = models.ForeignKey("Provider", on_delete=models.PROTECT, related_name="thread")
    application = models.ForeignKey(
        Application, null=True, blank=True, on_delete=models.PROTECT, related_name="entries"
    )
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="entries"
    )
    staff = models.ForeignKey(
        "StaffMember", null=True, blank=True, on_delete=models.PROTECT, related_name="vetting_entries"
    )
    kind = models.CharField(max_length=16, choices=EntryKind)
    side = models.CharField(max_length=8, choices=Side)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    message = models.TextField(blank=True)
    points = models.JSONField(default=list, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "vetting entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=EntryKind.values), name="vetting_entry_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(side=Side.SYSTEM, user__isnull=True)
                | Q(side__in=[Side.PROVIDER, Side.OPERATOR], user__isnull=False),
                name="vetting_entry_says_who",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[*APPEALABLE, EntryKind.REVISION_ASKED, EntryKind.MESSAGE])
                | ~Q(message=""),
                name="vetting_entry_says_why",
            ),
        ]
        indexes = [models.Index(fields=["provider", "id"], name="thread_of_a_business")]
        triggers = [
            pgtrigger.Protect(name="thread_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.kind}"


class Appeal(models.Model):
    """A business, or the person whom it concerns (`by_person`), asks another operator to look at a decision again:
    each once per decision.

    `against` is who took it (none when the worker did), so that the database can refuse the same one. Claimed by
    an operator for a while, decided once.
    """

    public_id = PublicIdField(prefix="apl")
    entry = models.ForeignKey(VettingEntry, on_delete=models.PROTECT, related_name="appeals")
    by_person = models.BooleanField(default=False, help_text="by the person whom the decision concerns")
    provider = models.ForeignKey("Provider", on_delete=models.PROTECT, related_name="appeals")
    against = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    text = models.TextField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=9, choices=AppealOutcome, blank=True)
    answer = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "by_person"], name="one_appeal_of_a_decision_by_each"),
            models.CheckConstraint(
                condition=Q(claimed_by__isnull=True, claimed_until__isnull=True)
                | Q(claimed_by__isnull=False, claimed_until__isnull=False, outcome=""),
                name="appeal_claim_has_its_end",
            ),
            models.CheckConstraint(
                condition=Q(against__isnull=True) | Q(claimed_by__isnull=True) | ~Q(claimed_by=F("against")),
                name="appeal_is_claimed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(against__isnull=True) | Q(decided_by__isnull=True) | ~Q(decided_by=F("against")),
                name="appeal_is_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_at__isnull=True, decided_by__isnull=True)
                | Q(outcome__in=AppealOutcome.values, decided_at__isnull=False, decided_by__isnull=False),
                name="appeal_decision_says_by_whom",
            ),
        ]
        indexes = [models.Index(fields=["made_at"], condition=Q(outcome=""), name="appeals_that_wait")]

    def __str__(self) -> str:
        return f"{self.public_id} {self.outcome or 'open'}"
