"""The operators' back office: look at everything, keep the category tree and what documents it needs."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from accounts.models import User
from common import audit
from common.actors import user_actor
from providers.enums import ProviderStatus
from providers.models import (
    Appeal,
    Application,
    Category,
    CategoryName,
    Closure,
    Document,
    DocumentKind,
    DocumentKindName,
    DocumentRequirement,
    HoursRule,
    Membership,
    Offering,
    Outlet,
    Provider,
    QuizChoice,
    QuizQuestion,
    Resource,
    Service,
    ServiceOption,
    Skill,
    StaffAssignment,
    StaffMember,
    StandardStep,
    Training,
    VettingEntry,
)
from providers.services.vetting.kinds import refresh_needing, restart_term


def _actor(request: HttpRequest) -> str:
    assert isinstance(request.user, User)  # the back office lets nobody else in
    return user_actor(request.user.public_id)


def _is_operator(request: HttpRequest) -> bool:
    return bool(request.principal.is_operator)  # type: ignore[attr-defined]  # the middleware's


class ReadOnly:
    """Operators look; changes go through services, as members' own do."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_operator(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_operator(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(ReadOnly, TabularInline):
    extra = 0


class MembershipInline(ReadOnlyInline):
    model = Membership
    fields = ["user", "role", "staff", "created_at"]


class OutletInline(ReadOnlyInline):
    model = Outlet
    fields = ["name", "street_line", "city", "archived_at"]
    show_change_link = True


@admin.register(Provider)
class ProviderAdmin(ReadOnly, ModelAdmin):
    list_display = ["name", "shown_status", "email", "phone", "created_at", "approved_at"]
    list_filter = ["status", "created_at"]
    search_fields = ["name", "email", "public_id"]
    ordering = ["-created_at"]
    inlines = [OutletInline, MembershipInline]

    @display(
        description=_("Status"),
        ordering="status",
        label={
            ProviderStatus.SUBMITTED: "warning",
            ProviderStatus.REVISION: "info",
            ProviderStatus.APPROVED: "success",
            ProviderStatus.REJECTED: "danger",
            ProviderStatus.SUSPENDED: "danger",
        },
    )
    def shown_status(self, provider: Provider) -> tuple[str, str]:
        """The status as a coloured label: what waits for an operator stands out."""
        return provider.status, provider.get_status_display()


class HoursInline(ReadOnlyInline):
    model = HoursRule
    fields = ["staff", "weekday", "opens", "closes", "valid_from", "valid_until"]


class OfferingInline(ReadOnlyInline):
    model = Offering
    fields = ["service", "outlet", "price_amount", "is_live"]


class ClosureInline(ReadOnlyInline):
    model = Closure
    fields = ["period", "reason"]


class ResourceInline(ReadOnlyInline):
    model = Resource
    fields = ["name", "kind", "archived_at"]


@admin.register(Outlet)
class OutletAdmin(ReadOnly, ModelAdmin):
    list_display = [
        "name",
        "provider",
        "street_line",
        "city",
        "timezone",
        "currency",
        "rating",
        "archived_at",
    ]
    list_filter = ["city", "provider__status", ("archived_at", admin.EmptyFieldListFilter)]
    list_select_related = ["provider"]
    search_fields = ["name", "street_line", "public_id", "provider__name"]
    # A map widget would fetch tiles from elsewhere: the columns say where it is.
    exclude = ["point", "service_area"]
    inlines = [OfferingInline, HoursInline, ClosureInline, ResourceInline]


class AssignmentInline(ReadOnlyInline):
    model = StaffAssignment
    fields = ["outlet"]


class SkillInline(ReadOnlyInline):
    model = Skill
    fields = ["service", "level"]


@admin.register(StaffMember)
class StaffMemberAdmin(ReadOnly, ModelAdmin):
    list_display = ["name", "title", "provider", "rating", "archived_at"]
    list_filter = [("archived_at", admin.EmptyFieldListFilter)]
    list_select_related = ["provider"]
    search_fields = ["name", "public_id", "provider__name"]
    inlines = [AssignmentInline, SkillInline]


class OptionInline(ReadOnlyInline):
    model = ServiceOption
    fields = ["name", "extra_min", "price_amount", "archived_at"]


@admin.register(Service)
class ServiceAdmin(ReadOnly, ModelAdmin):
    list_display = ["name", "provider", "category", "duration_min", "price_amount", "currency", "archived_at"]
    list_filter = ["category", "place", ("archived_at", admin.EmptyFieldListFilter)]
    list_select_related = ["provider", "category"]
    search_fields = ["name", "public_id", "provider__name"]
    inlines = [OptionInline, OfferingInline]


class OperatorsInline(TabularInline):
    """Rows that operators keep with the row they belong to."""

    extra = 1

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_operator(request)

    has_change_permission = has_view_permission = has_delete_permission = has_add_permission


class CategoryNameInline(ReadOnlyInline):
    model = CategoryName


class RequirementInline(ReadOnlyInline):
    model = DocumentRequirement
    fields = ["category", "kind", "is_required", "binds_from"]


class StandardInline(ReadOnlyInline):
    model = StandardStep
    fields = ["position", "words"]


@admin.register(Category)
class CategoryAdmin(ReadOnly, ModelAdmin):
    """The tree is changed at the desk, where whom a change touches is seen first."""

    list_display = ["slug", "parent", "position", "archived_at"]
    list_filter = [("archived_at", admin.EmptyFieldListFilter)]
    list_select_related = ["parent"]
    search_fields = ["slug", "names__name"]
    inlines = [CategoryNameInline, RequirementInline, StandardInline]


class DocumentKindNameInline(OperatorsInline):
    model = DocumentKindName


@admin.register(DocumentKind)
class DocumentKindAdmin(ModelAdmin):
    """What papers there are: the operators' own, archived rather than deleted. Categories say which they need."""

    list_display = ["slug", "subject", "asks_number", "asks_until", "is_badge", "position", "archived_at"]
    list_filter = ["subject", ("archived_at", admin.EmptyFieldListFilter)]
    search_fields = ["slug", "names__name"]
    inlines = [DocumentKindNameInline, RequirementInline]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_operator(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_operator(request)

    has_add_permission = has_change_permission = has_view_permission

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: DocumentKind | None = None) -> list[str]:
        # Papers of the kind exist: whom it is about stays.
        return ["slug", "subject"] if obj else []

    def save_model(self, request: HttpRequest, obj: DocumentKind, form: Any, change: bool) -> None:
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            audit.record(
                actor=_actor(request),
                action="document_kind.set",
                object_type="document_kind",
                object_id=obj.slug,
            )
            if "archived_at" in form.changed_data:
                needing = list(obj.requirements.all())
                for row in needing:
                    restart_term(row)
                refresh_needing({row.category_id for row in needing})


@admin.register(Application)
class ApplicationAdmin(ReadOnly, ModelAdmin):
    list_display = ["public_id", "provider", "round", "submitted_at", "claimed_by", "decision", "decided_at"]
    list_filter = ["decision"]
    list_select_related = ["provider", "claimed_by"]
    search_fields = ["public_id", "provider__name"]
    ordering = ["submitted_at"]


@admin.register(Document)
class DocumentAdmin(ReadOnly, ModelAdmin):
    """Where each paper stands. Its file and number are for the vetting desk, which writes down who opens them."""

    list_display = ["public_id", "provider", "kind", "staff", "status", "valid_until"]
    list_filter = ["status", "kind"]
    list_select_related = ["provider", "kind", "staff"]
    search_fields = ["public_id", "provider__name"]
    exclude = ["file", "number"]


@admin.register(VettingEntry)
class VettingEntryAdmin(ReadOnly, ModelAdmin):
    list_display = ["at", "provider", "kind", "side", "user"]
    list_filter = ["kind", "side"]
    list_select_related = ["provider", "user"]
    search_fields = ["provider__name", "public_id"]
    ordering = ["-pk"]


@admin.register(Appeal)
class AppealAdmin(ReadOnly, ModelAdmin):
    list_display = ["public_id", "provider", "entry", "made_at", "outcome", "decided_by"]
    list_filter = ["outcome"]
    list_select_related = ["provider", "entry", "decided_by"]
    search_fields = ["public_id", "provider__name"]


class QuestionInline(ReadOnlyInline):
    model = QuizQuestion
    fields = ["position", "words"]
    show_change_link = True


@admin.register(Training)
class TrainingAdmin(ReadOnly, ModelAdmin):
    list_display = ["category", "is_required", "pass_percent"]
    list_select_related = ["category"]
    inlines = [QuestionInline]


class ChoiceInline(ReadOnlyInline):
    model = QuizChoice
    fields = ["words", "is_right"]


@admin.register(QuizQuestion)
class QuizQuestionAdmin(ReadOnly, ModelAdmin):
    list_display = ["__str__", "training", "position"]
    list_select_related = ["training__category"]
    list_filter = ["training__category"]
    inlines = [ChoiceInline]
