"""What accounts holds about a person: the account, how they sign in, the customers they are, their apps' tokens."""

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, F, Model, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from accounts.enums import ExportStatus
from accounts.models import (
    ApiToken,
    Consent,
    Customer,
    DataExport,
    ErasureRequest,
    SavedAddress,
    SavedPerson,
    SavedVehicle,
    User,
)
from accounts.services.sessions import end_sessions
from common import audit, clock, privacy
from common.actors import SYSTEM
from common.clock import rfc3339
from common.privacy import Subject


@privacy.finder("accounts")
def _find(subject: Subject) -> None:
    if subject.user_pk:
        user = User.objects.get(pk=subject.user_pk)
        subject.user_id = user.public_id
        subject.emails |= {user.email} if user.email else set()
        subject.phones |= {user.phone} if user.phone else set()
        subject.emails |= {a.email.lower() for a in EmailAddress.objects.filter(user=user)}
        subject.customer_pks |= set(Customer.objects.filter(user=user).values_list("pk", flat=True))
    for customer in Customer.objects.filter(pk__in=subject.customer_pks):
        subject.customer_ids.add(customer.public_id)
        if customer.email:
            subject.emails.add(customer.email.lower())


def _export(subject: Subject) -> dict[str, Any]:
    user = User.objects.filter(pk=subject.user_pk).first()
    customers = Customer.objects.filter(pk__in=subject.customer_pks).order_by("pk")
    return {
        "user": _user(user) if user else None,
        "saved": _saved(user) if user else None,
        "customers": [
            {
                "id": customer.public_id,
                "name": customer.name,
                "email": customer.email,
                "phone": customer.phone,
                "language": customer.language,
                "created_at": rfc3339(customer.created_at),
                "joined_at": rfc3339(customer.joined_at) if customer.joined_at else None,
            }
            for customer in customers
        ],
        "consents": [
            {
                "customer": consent.customer.public_id,
                "to": consent.kind,
                "version": consent.version,
                "given": consent.given,
                "wording": consent.wording,
                "at": rfc3339(consent.at),
            }
            for consent in Consent.objects.filter(customer__in=customers)
            .select_related("customer")
            .order_by("pk")
        ],
        "asked_for": [
            *(
                {
                    "what": "export",
                    "id": each.public_id,
                    "status": each.status,
                    "at": rfc3339(each.requested_at),
                }
                for each in DataExport.objects.filter(user_id=subject.user_pk).defer("content").order_by("pk")
            ),
            *(
                {
                    "what": "erasure",
                    "id": each.public_id,
                    "status": each.status,
                    "at": rfc3339(each.requested_at),
                }
                for each in ErasureRequest.objects.filter(
                    Q(user_id=subject.user_pk) | Q(customer__in=customers)
                ).order_by("pk")
            ),
        ],
    }


def _user(user: User) -> dict[str, Any]:
    return {
        "id": user.public_id,
        "name": user.name,
        "email": user.email,
        "phone": user.phone,
        "language": user.language,
        "has_password": user.has_usable_password(),
        "signed_up_at": rfc3339(user.date_joined),
        "last_signed_in_at": rfc3339(user.last_login) if user.last_login else None,
        "addresses": [
            {"email": address.email, "verified": address.verified, "primary": address.primary}
            for address in EmailAddress.objects.filter(user=user).order_by("pk")
        ],
        "second_factors": [
            {
                "kind": factor.type,
                "created_at": rfc3339(factor.created_at),
                "last_used_at": rfc3339(factor.last_used_at) if factor.last_used_at else None,
            }
            for factor in Authenticator.objects.filter(user=user).order_by("pk")
        ],
        "sessions": [
            {
                "browser": each.user_agent,
                "network_address": each.ip,
                "signed_in_at": rfc3339(each.created_at),
                "last_seen_at": rfc3339(each.last_seen_at),
            }
            for each in UserSession.objects.filter(user=user).order_by("pk")
        ],
        "tokens": [
            {
                "id": token.public_id,
                "name": token.name,
                "scopes": token.scopes,
                "created_at": rfc3339(token.created_at),
                "last_used_at": rfc3339(token.last_used_at) if token.last_used_at else None,
                "revoked_at": rfc3339(token.revoked_at) if token.revoked_at else None,
            }
            for token in ApiToken.objects.filter(user=user).order_by("pk")
        ],
    }


def _saved(user: User) -> dict[str, Any]:
    """What they keep for the next booking; what they removed today can still be brought back, so it is theirs, too."""

    def when(row: SavedPerson | SavedAddress | SavedVehicle) -> dict[str, Any]:
        return {
            "id": row.public_id,
            "created_at": rfc3339(row.created_at),
            "removed_at": rfc3339(row.removed_at) if row.removed_at else None,
        }

    return {
        "people": [
            {**when(row), "name": row.name, "phone": row.phone, "note": row.note}
            for row in SavedPerson.objects.filter(user=user).order_by("pk")
        ],
        "addresses": [
            {
                **when(row),
                "label": row.label,
                "line": row.line,
                "note": row.note,
                "point": {"lat": row.point.y, "lng": row.point.x},
                "is_default": row.is_default,
            }
            for row in SavedAddress.objects.filter(user=user).order_by("pk")
        ],
        "vehicles": [
            {**when(row), "plate": row.plate, "model": row.model, "note": row.note}
            for row in SavedVehicle.objects.filter(user=user).order_by("pk")
        ],
    }


def _erase(subject: Subject) -> None:
    _forget_in_the_back_office(subject)
    Customer.objects.filter(pk__in=subject.customer_pks, erased_at__isnull=True).update(
        name="", email=None, phone=None, language="en", erased_at=clock.now()
    )
    user = User.objects.filter(pk=subject.user_pk).first()
    if user is not None:
        _erase_user(user)


def _erase_user(user: User) -> None:
    """Nobody signs in as them again: no address, no password, no session, no token."""
    # Confirmations of an address go with it.
    EmailAddress.objects.filter(user=user).delete()
    audit.name_actor(SYSTEM)
    Authenticator.objects.filter(user=user).delete()
    ApiToken.objects.filter(user=user).update(name="", token_hash=_unfindable(), revoked_at=clock.now())
    user.set_unusable_password()
    User.objects.filter(pk=user.pk).update(
        name="",
        email=None,
        phone=None,
        language="en",
        password=user.password,
        is_active=False,
        last_login=None,
        erased_at=clock.now(),
    )
    for kept in (SavedPerson, SavedAddress, SavedVehicle):
        kept._default_manager.filter(user=user).delete()
    DataExport.objects.filter(user=user).update(status=ExportStatus.GONE, content=None)
    end_sessions(user)


def _unfindable() -> Any:
    """No secret has this hash, and it differs from row to row."""
    return Concat(Value("erased:"), F("public_id"), output_field=CharField())


def _forget_in_the_back_office(subject: Subject) -> None:
    """Operators' history of edits shows names of what was edited. While their rows are still there to be found."""
    own: list[tuple[type[Model], Iterable[int]]] = [
        (User, {subject.user_pk} - {0}),
        (Customer, subject.customer_pks),
        *(
            (model, model._default_manager.filter(user_id=subject.user_pk).values_list("pk", flat=True))
            for model in (EmailAddress, ApiToken, Authenticator)
        ),
    ]
    theirs = Q(pk__in=[])
    for model, pks in own:
        of_model = ContentType.objects.get_for_model(model)
        theirs |= Q(content_type=of_model, object_id__in=[str(pk) for pk in pks])
    for email in subject.emails:
        # Of an address that they no longer have.
        theirs |= Q(object_repr__icontains=email)
    LogEntry.objects.filter(theirs).update(object_repr="", change_message="")


privacy.area("account", app="accounts", title=_("Account"), export=_export, erase=_erase)
privacy.personal(
    "accounts.User",
    area="account",
    blanked="name email phone language password",
    reason="blanked; nobody can sign in any more",
)
privacy.personal("accounts.Customer", area="account", blanked="name email phone language")
privacy.personal(
    "accounts.ApiToken", area="account", blanked="name token_hash", reason="blanked; the token is revoked"
)
privacy.impersonal("accounts.ApiToken", {"fixed words": "scopes"})
privacy.personal("account.EmailAddress", area="account", blanked="email", reason="the row is deleted")
privacy.personal("account.EmailConfirmation", area="account", blanked="key", reason="the row is deleted")
privacy.personal(
    "sessions.Session", area="account", blanked="session_key session_data", reason="the row is deleted"
)
privacy.personal(
    "usersessions.UserSession",
    area="account",
    blanked="ip user_agent session_key data",
    reason="the row is deleted",
)
for _model, _words in (
    ("SavedPerson", "name phone note"),
    ("SavedAddress", "label line note point"),
    ("SavedVehicle", "plate model note"),
):
    privacy.personal(f"accounts.{_model}", area="account", blanked=_words, reason="the row is deleted")
privacy.personal("mfa.Authenticator", area="account", blanked="data", reason="the row is deleted")
privacy.personal("admin.LogEntry", area="account", blanked="object_repr change_message")
privacy.impersonal("admin.LogEntry", {"an id": "object_id"})
privacy.personal("accounts.DataExport", area="account", blanked="content")
privacy.personal(
    "accounts.Consent",
    area="account",
    kept={"proves what was agreed to, and names nobody": "version wording"},
)
