"""People: who signs in (User), who is served (Customer), and the tokens of their apps."""

from typing import Any, ClassVar

import pgtrigger
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from accounts.enums import ConsentKind, ConsentSource, ErasureStatus, ExportStatus
from common.crypto import EncryptedBytesField
from common.public_ids import PublicIdField


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> "User":
        """A new user; `email` or `phone` (E.164) names them, and an empty one is stored as NULL."""
        user = self.model(email=self.clean_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_operator=True, is_superuser=True, **fields)

    @staticmethod
    def clean_email(email: str | None) -> str | None:
        """The address as it is stored: trimmed, lower case, NULL when empty."""
        return (email or "").strip().lower() or None

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=self.clean_email(username))


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who can sign in. An operator runs the marketplace; a provider's people are its members."""

    public_id = PublicIdField(prefix="usr")
    email = models.EmailField(_("e-mail"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=16, null=True, blank=True, help_text="E.164")
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(max_length=12, default="en")
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)
    date_joined = models.DateTimeField(db_default=Now())
    # The person asked to be forgotten: the row stays for what names it by id.
    erased_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_is_unique"),
            models.UniqueConstraint(fields=["phone"], name="user_phone_is_unique"),
            models.CheckConstraint(
                condition=models.Q(email__isnull=False)
                | models.Q(phone__isnull=False)
                | models.Q(erased_at__isnull=False),
                name="user_has_email_or_phone",
            ),
            # Two phone sign-ups would collide on an empty e-mail: a missing one is NULL.
            models.CheckConstraint(
                condition=~models.Q(email="") & ~models.Q(phone=""), name="user_contact_is_null_not_empty"
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True)
                | models.Q(email__isnull=True, phone__isnull=True, name="", is_active=False),
                name="erased_user_says_nothing",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.phone or self.public_id

    @property
    def is_staff(self) -> bool:
        """Django's word for who may enter the back office."""
        return self.is_operator

    def get_full_name(self) -> str:
        return str(self)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = UserManager.clean_email(self.email)
        self.phone = self.phone or None
        super().save(*args, **kwargs)


class Customer(models.Model):
    """Who is served: a guest, a walk-in or a user. Joined to a user only by a verified e-mail or phone.

    A guest's booking makes a Customer of its own, so that nobody reads another's history by typing their
    address; verifying the address later joins them all to the user.
    """

    public_id = PublicIdField(prefix="cus")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="customers")
    # The one that a signed-in user books as.
    is_main = models.BooleanField(default=False)
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(null=True, blank=True)
    phone = models.CharField(max_length=16, null=True, blank=True, help_text="E.164")
    language = models.CharField(max_length=12, default="en")
    created_at = models.DateTimeField(db_default=Now())
    joined_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(is_main=True), name="one_main_customer_per_user"
            ),
            models.CheckConstraint(
                condition=models.Q(is_main=False) | models.Q(user__isnull=False),
                name="main_customer_has_a_user",
            ),
            models.CheckConstraint(
                condition=~models.Q(email="") & ~models.Q(phone=""),
                name="customer_contact_is_null_not_empty",
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True)
                | models.Q(email__isnull=True, phone__isnull=True, name=""),
                name="erased_customer_says_nothing",
            ),
        ]
        indexes = [
            models.Index(Lower("email"), name="customer_by_email"),
            models.Index(fields=["phone"], name="customer_by_phone"),
        ]

    def __str__(self) -> str:
        return self.name or self.public_id


class ApiToken(models.Model):
    """A bearer token of one user's app. Only its hash is stored; it can be revoked at any time."""

    public_id = PublicIdField(prefix="tok")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        triggers = [
            pgtrigger.Protect(
                name="revoked_token_stays_revoked",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__revoked_at__isnull=False, new__revoked_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.public_id})"


class DataExport(models.Model):
    """All about a person, asked for by them: the worker makes a ZIP, which they may fetch for a week."""

    public_id = PublicIdField(prefix="exp")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="exports")
    status = models.CharField(max_length=9, choices=ExportStatus, default=ExportStatus.REQUESTED)
    requested_at = models.DateTimeField(db_default=Now())
    ready_at = models.DateTimeField(null=True, blank=True)
    # When it is deleted, fetched or not.
    expires_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    size = models.PositiveIntegerField(null=True, blank=True, help_text="bytes of the ZIP")
    content = EncryptedBytesField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(status=ExportStatus.REQUESTED),
                name="one_export_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status=ExportStatus.READY,
                    content__isnull=False,
                    ready_at__isnull=False,
                    expires_at__isnull=False,
                )
                | (~models.Q(status=ExportStatus.READY) & models.Q(content__isnull=True)),
                name="export_is_kept_only_while_ready",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.status}"


class ErasureRequest(models.Model):
    """A person asked to be forgotten: a user, or a guest by the customer of their booking.

    It waits some days, in which they may undo it; then the worker blanks their rows in one transaction.
    """

    public_id = PublicIdField(prefix="era")
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="erasure_requests"
    )
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="erasure_requests"
    )
    status = models.CharField(max_length=8, choices=ErasureStatus, default=ErasureStatus.WAITING)
    # The words of their reviews go, too.
    forget_reviews = models.BooleanField(default=False)
    requested_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="undone or done")
    told_at = models.DateTimeField(null=True, blank=True)
    # When the worker last looked whether it can be done: who was looked at goes behind who was not.
    tried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, customer__isnull=True)
                | models.Q(user__isnull=True, customer__isnull=False),
                name="erasure_is_of_a_user_or_a_guest",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(status=ErasureStatus.WAITING),
                name="one_erasure_waits_per_user",
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(status=ErasureStatus.WAITING),
                name="one_erasure_waits_per_guest",
            ),
            models.CheckConstraint(
                condition=models.Q(status=ErasureStatus.WAITING, ended_at__isnull=True)
                | (~models.Q(status=ErasureStatus.WAITING) & models.Q(ended_at__isnull=False)),
                name="erasure_that_ended_says_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(status=ErasureStatus.WAITING), name="erasures_to_do"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.status}"


class Consent(models.Model):
    """What somebody agreed to, in which words, and when; a withdrawal is a row of its own. Never changed after.

    The newest row of a customer and kind holds. Read by `accounts.selectors.consents`.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=9, choices=ConsentKind)
    # The date of the text that was agreed to.
    version = models.CharField(max_length=10)
    given = models.BooleanField(default=True)
    wording = models.CharField(max_length=300, help_text="the sentence they saw")
    source = models.CharField(max_length=8, choices=ConsentSource)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["customer", "kind", "-id"], name="consents_of_a_customer")]
        triggers = [
            pgtrigger.Protect(name="consent_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind} {self.version}"
