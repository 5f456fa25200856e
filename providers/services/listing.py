"""What search may find: keeps the copied columns of offerings in step with what they repeat."""

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from providers.enums import ProviderStatus
from providers.models import Offering, Outlet, Service


def refresh_listing(offerings: QuerySet[Offering]) -> int:
    """Set `category`, `place`, `point` and `is_live` of the offerings anew; answers how many there were.

    Live: the business is approved, and neither outlet, service nor category is archived. One statement.
    """
    service = Service.objects.filter(pk=OuterRef("service_id"))
    outlet = Outlet.objects.filter(pk=OuterRef("outlet_id"))
    return offerings.update(
        category_id=Subquery(service.values("category_id")[:1]),
        place=Subquery(service.values("place")[:1]),
        point=Subquery(outlet.values("point")[:1]),
        is_live=Exists(
            outlet.filter(archived_at__isnull=True, provider__status=ProviderStatus.APPROVED).values("pk")
        )
        & Exists(service.filter(archived_at__isnull=True, category__archived_at__isnull=True).values("pk")),
    )


def refresh_provider(provider_id: int) -> int:
    """refresh_listing for all that a business sells."""
    return refresh_listing(Offering.objects.filter(outlet__provider_id=provider_id))


def refresh_outlet(outlet_id: int) -> int:
    """refresh_listing for all that an outlet sells."""
    return refresh_listing(Offering.objects.filter(outlet_id=outlet_id))


def refresh_service(service_id: int) -> int:
    """refresh_listing for a service wherever it is sold."""
    return refresh_listing(Offering.objects.filter(service_id=service_id))
