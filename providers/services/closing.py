"""Closing a business for good: what its owner may do once nothing is promised and nothing is owed any more.

Providers knows neither visits nor money: bookings registers what keeps a business open.
"""

from collections.abc import Callable

from django.db import transaction
from django.db.models import QuerySet

from common import clock, uploads
from common.privacy import Obstacle
from providers.enums import DocumentStatus, EntryKind, InvitationStatus, Side
from providers.errors import BusinessInUse
from providers.models import (
    Document,
    Invitation,
    Membership,
    Outlet,
    Provider,
    Service,
    StaffMember,
)
from providers.rules.vetting import Who, find_move
from providers.services.bank import remove_bank_account
from providers.services.catalogue import archive_service
from providers.services.invitations import withdraw_invitation
from providers.services.members import end_membership
from providers.services.outlets import archive_outlet
from providers.services.record import lock_provider
from providers.services.staff import archive_staff
from providers.services.vetting.record import move, require_move, write_entry

# What of a business is not over: visits and money, by code and public id. It locks the business's people first.
Keepers = Callable[[Provider], list[Obstacle]]

_keepers: Keepers | None = None


def register_keepers(keepers: Keepers | None) -> None:
    """Have `keepers` asked before a business is closed."""
    global _keepers
    _keepers = keepers


@transaction.atomic
def what_keeps_open(*, provider: Provider) -> list[Obstacle]:
    """The visits and the money in the way of closing the business; none when it can be closed."""
    return _keepers(provider) if _keepers else []


@transaction.atomic
def close_business(*, provider: Provider, actor: str, who: Who = "owner") -> None:
    """Close a business for good: nothing of it is public, nobody belongs to it.

    Its contacts, documents and bank account are gone. Its name and what was done stay for customers' bookings and the
    books. The caller has checked that its owner asks, or that its last owner is being erased (`who` system). Raises
    StatusRefused, BusinessInUse.
    """
    provider = lock_provider(provider.pk)
    require_move(provider, action="close", who=who)
    in_the_way = what_keeps_open(provider=provider)
    if in_the_way:
        raise BusinessInUse(obstacles=[{"code": each.code, "about": each.about} for each in in_the_way])
    for invitation in Invitation.objects.filter(provider=provider, status=InvitationStatus.OPEN):
        withdraw_invitation(invitation=invitation, actor=actor)
    for service in Service.objects.filter(provider=provider, archived_at__isnull=True).order_by("pk"):
        archive_service(service=service, actor=actor)
    for person in StaffMember.objects.filter(provider=provider, archived_at__isnull=True).order_by("pk"):
        archive_staff(staff=person, actor=actor)
    for outlet in Outlet.objects.filter(provider=provider, archived_at__isnull=True).order_by("pk"):
        archive_outlet(outlet=outlet, actor=actor)
    Outlet.objects.filter(provider=provider).update(phone="", description="")
    drop_papers(Document.objects.filter(provider=provider))
    remove_bank_account(provider=provider, actor=actor)
    # Those before have each numbered an event.
    provider.refresh_from_db()
    for membership in Membership.objects.filter(provider=provider).select_related("user").order_by("pk"):
        end_membership(membership, provider, actor, "member.remove")
    entry = write_entry(provider, kind=EntryKind.CLOSED, side=Side.SYSTEM, user=None)
    move(
        provider,
        action="close",
        who=who,
        actor=actor,
        entry=entry,
        fields={"email": "", "phone": "", "description": ""},
    )


def drop_papers(papers: QuerySet[Document]) -> None:
    """Delete the files of documents, and what was written about them; the rows stay."""
    for paper in papers.filter(file__isnull=False).select_related("file").order_by("pk"):
        file = paper.file
        papers.filter(pk=paper.pk).update(status=DocumentStatus.REPLACED, replaced_at=clock.now(), file=None)
        if file is not None:
            uploads.delete(file)
    papers.update(number="", note="")


def may_be_closed(provider: Provider, who: Who) -> bool:
    """Whether the business can be closed now, as it stands and by what keeps it open."""
    return find_move(action="close", source=provider.status, who=who) is not None and not what_keeps_open(
        provider=provider
    )
