"""Who may do what with which review: one guarded look-up per reader."""

from django.db.models import F, QuerySet

from accounts.models import User
from accounts.principals import Principal
from bookings.models import Booking
from bookings.selectors.access import Access
from common.errors import NotAllowed, NotFound, NotSignedIn
from providers.enums import Role
from providers.selectors.access import READ, has_role
from providers.selectors.public import public_outlets
from reviews.models import Review
from reviews.selectors.public import WITH_PHOTOS, shown


def review_of(access: Access) -> Review:
    """The review of a visit, for those who may see the visit. Raises NotFound when there is none."""
    found = _with_visit().filter(booking=access.booking, erased_at__isnull=True).first()
    if found is None:
        raise NotFound
    return found


def find_shown(review_id: str) -> Review:
    """A review that everybody may read: of a public outlet. Raises NotFound for all others alike."""
    found = (
        shown()
        .select_related("outlet__provider", "booking")
        .filter(public_id=_named(review_id), outlet__in=public_outlets())
        .first()
    )
    if found is None:
        raise NotFound
    return found


def access_review(
    principal: Principal, review_id: str, *, role: Role = Role.STAFF, scope: str = READ
) -> Review:
    """A review of the caller's business, hidden ones too.

    Raises NotSignedIn, NotFound, and NotAllowed for a member whose role is below `role`.
    """
    user = principal.require_user()
    principal.require_scope(scope)
    found = (
        _with_visit()
        .filter(public_id=_named(review_id), erased_at__isnull=True, outlet__provider__memberships__user=user)
        .annotate(my_role=F("outlet__provider__memberships__role"))
        .first()
    )
    if found is None:
        raise NotFound
    if not has_role(found.my_role, role):
        raise NotAllowed(role=role)
    return found


def reporter(principal: Principal) -> User | Booking:
    """As whom the caller reports: their user, or for a guest the visit whose live token they carry.

    Raises NotSignedIn for anybody else.
    """
    if principal.user:
        return principal.user
    visit = (
        Booking.objects.filter(
            accesses__token_hash__in=principal.capabilities, accesses__revoked_at__isnull=True
        )
        .order_by("pk")
        .first()
    )
    if visit is None:
        raise NotSignedIn
    return visit


def _with_visit() -> QuerySet[Review]:
    return Review.objects.select_related("outlet__provider", "booking", "staff").prefetch_related(
        "booking__items", WITH_PHOTOS
    )


def _named(review_id: str) -> str:
    """Text that PostgreSQL cannot hold names nothing."""
    if "\x00" in review_id:
        raise NotFound
    return review_id
