"""Operators' tables of people. Mostly for reading: what people may change, they change themselves."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import BooleanField, DateTimeField, DecimalField, FloatField, IntegerField, Model
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from accounts.models import ApiToken, Customer, User
from accounts.second_factor import door
from common import audit


def _may_enter(request: HttpRequest) -> bool:
    return bool(request.principal.is_operator)  # type: ignore[attr-defined]  # the middleware's


def _enter(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """Operators sign in like everybody, with the same codes and limits on guessing, and give the second factor."""
    user = request.user
    if isinstance(user, User) and user.is_operator and not _may_enter(request):
        return door(request, user)
    return _sign_in(request, extra_context)


_sign_in = secure_admin_login(admin.site.login)
admin.site.has_permission = _may_enter  # type: ignore[method-assign]
admin.site.login = _enter  # type: ignore[method-assign]


# Columns whose values may stand in the audit trail.
TELLS_NOBODY = (BooleanField, DateTimeField, DecimalField, FloatField, IntegerField)


class ReadMostly(ModelAdmin):
    """Rows are looked at; only `editable` fields may be changed, none added or deleted."""

    editable: tuple[str, ...] = ()

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> list[str]:
        names = [field.name for field in self.model._meta.fields if field.name not in self.hidden]
        return [name for name in names if name not in self.editable]

    hidden: tuple[str, ...] = ()

    def get_fields(self, request: HttpRequest, obj: object = None) -> list[str]:
        return [field.name for field in self.model._meta.fields if field.name not in self.hidden]

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Which fields an operator changed stands in the audit trail; their new words do not."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            audit.record(
                actor=request.principal.actor,  # type: ignore[attr-defined]  # the middleware's
                action=f"{obj._meta.model_name}.edited",
                object_type=obj._meta.model_name or "",
                object_id=str(getattr(obj, "public_id", obj.pk)),
                fields=sorted(form.changed_data),
                set_to={
                    name: str(getattr(obj, name))
                    for name in form.changed_data
                    if isinstance(obj._meta.get_field(name), TELLS_NOBODY)
                },
            )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(ReadMostly):
    list_display = ("public_id", "name", "email", "phone", "is_active", "is_operator", "date_joined")
    list_filter = ("is_active", "is_operator", "language")
    search_fields = ("public_id", "name", "email", "phone")
    ordering = ("-id",)
    editable = ("name", "language", "is_active")
    hidden = ("password",)


@admin.register(Customer)
class CustomerAdmin(ReadMostly):
    list_display = ("public_id", "name", "email", "phone", "user", "created_at", "joined_at")
    search_fields = ("public_id", "name", "email", "phone")
    list_select_related = ("user",)
    ordering = ("-id",)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadMostly):
    list_display = ("public_id", "user", "name", "created_at", "last_used_at", "revoked_at")
    search_fields = ("public_id", "user__email")
    list_select_related = ("user",)
    ordering = ("-id",)
    editable = ("revoked_at",)
    hidden = ("token_hash",)

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> list[str]:
        """What has been revoked stays so."""
        names = super().get_readonly_fields(request, obj)
        return [*names, "revoked_at"] if isinstance(obj, ApiToken) and obj.revoked_at else names


# django-allauth's own tables would let an operator write another's factor, or give them an address of their own.
admin.site.unregister(Authenticator)
admin.site.unregister(EmailAddress)
# Where people are signed in is theirs alone to see and to end.
admin.site.unregister(UserSession)
# What operators may does not come from groups.
admin.site.unregister(Group)


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadMostly):
    list_display = ("email", "user", "verified", "primary")
    list_filter = ("verified", "primary")
    search_fields = ("email", "user__public_id")
    list_select_related = ("user",)
    ordering = ("-id",)


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadMostly):
    list_display = ("user", "type", "created_at", "last_used_at")
    search_fields = ("user__public_id", "user__email")
    list_select_related = ("user",)
    ordering = ("-id",)
    hidden = ("data",)
