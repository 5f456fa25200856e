"""What search may find: keeps the copied columns of offerings in step with what they repeat."""

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from providers.enums import ProviderStatus
from providers.models import Offering, Outlet, Service, Skill
from providers.selectors.papers import lacked_by_business
from providers.services.training import refresh_held_back


def refresh_listing(offerings: QuerySet[Offering]) -> int:
    """Set `category`, `place`, `point` and `is_live` of the offerings anew; answers how many there were.

    Live: the business is approved, neither outlet, service nor category is archived, and no paper about the business
    that the category needs is missing. One statement.
    """
    service = Service.objects.filter(pk=OuterRef("service_id"))
    outlet = Outlet.objects.filter(pk=OuterRef("outlet_id"))
    live = Exists(
        outlet.filter(archived_at__isnull=True, provider__status=ProviderStatus.APPROVED).values("pk")
    ) & Exists(service.filter(archived_at__isnull=True, category__archived_at__isnull=True).values("pk"))
    for lacked in lacked_by_business():
        live &= ~lacked
    return offerings.update(
        category_id=Subquery(service.values("category_id")[:1]),
        place=Subquery(service.values("place")[:1]),
        point=Subquery(outlet.values("point")[:1]),
        is_live=live,
    )


def refresh_provider(provider_id: int) -> int:
    """refresh_listing for all that a business sells, and refresh_held_back for all who do it."""
    refresh_held_back(Skill.objects.filter(staff__provider_id=provider_id))
    return refresh_listing(Offering.objects.filter(outlet__provider_id=provider_id))


def refresh_outlet(outlet_id: int) -> int:
    """refresh_listing for all that an outlet sells."""
    return refresh_listing(Offering.objects.filter(outlet_id=outlet_id))


def refresh_service(service_id: int) -> int:
    """refresh_listing for a service wherever it is sold."""
    return refresh_listing(Offering.objects.filter(service_id=service_id))
