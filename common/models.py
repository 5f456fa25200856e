"""What happened, who did it, what is still to be told, and the files that people sent."""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from common.locks import PURPOSES
from common.public_ids import PublicIdField


class Event(models.Model):
    """One thing that happened to one subject.

    `seq` is gapless per subject: whoever publishes holds the subject's row lock and passes the next number.
    People are named by public id only; personal data lives in rows that can be blanked.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject_type = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=40)
    seq = models.PositiveIntegerField()
    type = models.CharField(max_length=64)
    version = models.PositiveSmallIntegerField(default=1)
    actor = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())
    # The outlet whose board and slot pickers should look again, by public id; empty when none.
    outlet_id = models.CharField(max_length=24, blank=True)
    payload = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_id", "seq"], name="event_seq_is_unique"),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="event_seq_starts_at_one"),
        ]
        indexes = [
            # When an outlet was last changed, for the maps of the site; visits' events are not in it.
            models.Index(
                fields=["outlet_id", "at"],
                condition=models.Q(subject_type="provider") & ~models.Q(outlet_id=""),
                name="business_changes_by_outlet",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="event_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type}:{self.subject_id}#{self.seq} {self.type}"


class OutboxMessage(models.Model):
    """An event that one handler has still to be given, after commit.

    The worker's relay moves it into the job queue (deleting the row in the same transaction), so a message is
    queued exactly once; the job may run more than once, and handlers deduplicate.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    handler = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "handler"], name="outbox_once_per_handler"),
        ]

    def __str__(self) -> str:
        return f"{self.handler} <- {self.event_id}"


# An audit entry as the text that its link hashes: jsonb writes keys in one order, whatever order they came in.
CANONICAL_ENTRY = (
    "jsonb_build_array({row}.id, to_char({row}.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), "
    "{row}.actor, {row}.action, {row}.object_type, {row}.object_id, {row}.data)::text"
)


class AuditEntry(models.Model):
    """Who did what to which object: written in the same transaction as the change, never changed after.

    A chained one (an operator's act, a decision) gets its link when its transaction commits: then the chain's lock
    is the last one taken, so it closes no circle with rows that are locked, and links stand in the order of commits.
    """

    at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=64)
    action = models.CharField(max_length=64)
    object_type = models.CharField(max_length=32)
    object_id = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    chained = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="audit_of_an_object"),
            # The desk's page of the trail: by who, and all that is chained.
            models.Index(fields=["actor", "id"], name="audit_of_an_actor"),
            models.Index(fields=["id"], condition=models.Q(chained=True), name="audit_chained"),
        ]
        triggers = [
            pgtrigger.Protect(name="audit_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="audit_links_the_chain",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__chained=True),
                declare=[("last", "record")],
                func=f"""
                    PERFORM pg_advisory_xact_lock({PURPOSES["audit-chain"]}, 0);
                    SELECT seq, hash INTO last FROM common_auditlink ORDER BY seq DESC LIMIT 1;
                    INSERT INTO common_auditlink (seq, entry_id, previous, hash)
                    SELECT coalesce(last.seq, 0) + 1, NEW.id, p.hash,
                        encode(sha256(convert_to(p.hash || {CANONICAL_ENTRY.format(row="NEW")}, 'UTF8')), 'hex')
                    FROM (SELECT coalesce(last.hash, repeat('0', 64)) AS hash) p;
                    RETURN NULL;
                """,  # noqa: S608  # no text from outside
            ),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.object_type}:{self.object_id}"


class AuditLink(models.Model):
    """One link of the chain over operators' acts and decisions: written by the database at commit, never changed.

    `hash` is SHA-256 over the hash before and the entry's text (CANONICAL_ENTRY). `manage.py check_audit` reads it.
    """

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, on_delete=models.DO_NOTHING, related_name="link")
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        triggers = [
            pgtrigger.Protect(name="link_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash[:12]}"


class IdempotencyRecord(models.Model):
    """A request that must not be done twice, and its answer once there is one (kept for 24 hours)."""

    scope = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=500)
    body_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    # While the request runs; a process that died leaves it behind, and after this instant a retry may run.
    leased_until = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    # Encrypted with the key ring: an answer may hold a guest's token.
    response = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "key", "method", "path"], name="idempotency_key_is_unique_in_its_scope"
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status or 'running'}"


class StoredFile(models.Model):
    """A file that somebody sent, as the clean copy that was made of it (common.uploads).

    `size`, `sha256`, `width`, `height` (pixels) and `pages` are of that copy, before it is encrypted. Refer to it by
    foreign keys only: a row that none points at is removed after a day.
    """

    class Kind(models.TextChoices):
        PICTURE = "picture"
        DOCUMENT = "document"

    public_id = PublicIdField(prefix="fil")
    # Of the bytes below MEDIA_ROOT: random, and never shown.
    name = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=8, choices=Kind)
    mime = models.CharField(max_length=32)
    size = models.PositiveIntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    pages = models.PositiveSmallIntegerField(null=True)
    is_private = models.BooleanField()
    # Of a public picture: the widths (pixels) it also exists in, as AVIF and WebP; none until the worker has looked.
    widths = ArrayField(models.PositiveSmallIntegerField(), null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(widths__isnull=True, kind="picture", is_private=False),
                name="pictures_without_sizes",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(widths__isnull=True) | models.Q(kind="picture", is_private=False),
                name="only_public_pictures_have_sizes",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="picture") | models.Q(kind="document", is_private=True),
                name="stored_file_is_a_picture_or_a_private_document",
            ),
            models.CheckConstraint(
                condition=models.Q(mime="image/jpeg", width__gte=1, height__gte=1, pages__isnull=True)
                | models.Q(mime="application/pdf", kind="document", width__isnull=True, pages__gte=1),
                name="stored_file_has_its_measures",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class UploadAttempt(models.Model):
    """Somebody sent a file, taken or refused. Counted for a day (common.uploads.rationing), then deleted."""

    # The actor, such as user:usr_…
    who = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["who", "at"], name="uploads_of_somebody")]

    def __str__(self) -> str:
        return f"{self.who} {self.at:%Y-%m-%d %H:%M}"
