"""What members of a business write down about its customers. The audit says that, never what."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from accounts.principals import Principal
from bookings.enums import NoteKind
from bookings.models import CustomerNote
from bookings.selectors.customers import Person
from common import audit, clock
from common.errors import InvalidInput, NotAllowed, NotFound
from providers.enums import Role
from providers.models import Membership
from providers.selectors.access import has_role

LONGEST = 1000
# Of one business about one customer.
MOST = 50


def may_change(membership: Membership, note: CustomerNote) -> bool:
    """Whoever wrote it, and managers."""
    return note.author_id == membership.user_id or has_role(membership.role, Role.MANAGER)


def require_change(membership: Membership, note: CustomerNote) -> None:
    """Raises NotAllowed for who may not change the note."""
    if not may_change(membership, note):
        raise NotAllowed


def add_note(*, principal: Principal, person: Person, kind: NoteKind, text: str) -> CustomerNote:
    """Write a note about a customer of the business, who may read it in the download of their data.

    Raises InvalidInput (empty, over LONGEST characters, more than MOST), NotFound (erased meanwhile).
    """
    text = _clean(text)
    provider = person.membership.provider
    with transaction.atomic():
        # An erasure that runs now comes before the note, or takes it along.
        customer = (
            Customer.objects.select_for_update(no_key=True)
            .filter(pk=person.customer.pk, erased_at__isnull=True)
            .first()
        )
        if customer is None:
            raise NotFound
        if CustomerNote.objects.filter(provider=provider, customer=customer).count() >= MOST:
            raise InvalidInput(_("Fifty notes are enough. Delete one first."), field="text")
        note = CustomerNote.objects.create(
            provider=provider, customer=customer, kind=kind, text=text, author=principal.user
        )
        _record(principal, note, "added")
        return note


def change_note(*, principal: Principal, membership: Membership, note: CustomerNote, text: str) -> None:
    """Write it anew. Raises NotAllowed, InvalidInput, NotFound (deleted meanwhile)."""
    require_change(membership, note)
    text = _clean(text)
    with transaction.atomic():
        if not CustomerNote.objects.filter(pk=note.pk).update(text=text, edited_at=clock.now()):
            raise NotFound
        _record(principal, note, "changed")


def remove_note(*, principal: Principal, membership: Membership, note: CustomerNote) -> None:
    """Delete it; again is no harm. Raises NotAllowed."""
    require_change(membership, note)
    with transaction.atomic():
        if CustomerNote.objects.filter(pk=note.pk).delete()[0]:
            _record(principal, note, "removed")


def _clean(text: str) -> str:
    text = "\n".join(line.rstrip() for line in text.replace("\x00", "").strip().splitlines())
    if not text:
        raise InvalidInput(_("Write something first."), field="text")
    if len(text) > LONGEST:
        raise InvalidInput(_("At most 1,000 characters."), field="text")
    return text


def _record(principal: Principal, note: CustomerNote, what: str) -> None:
    audit.record(
        actor=principal.actor,
        action=f"customer_note.{what}",
        object_type="customer_note",
        object_id=note.public_id,
        provider=note.provider.public_id,
        customer=note.customer.public_id,
        kind=note.kind,
    )
