"""What everybody may see: categories, and the outlets of approved businesses."""

from django.http import HttpRequest
from django.utils.translation import get_language_from_request
from ninja import Router

from common.api import errors
from providers import presenters, schemas
from providers.selectors.categories import by_pk, category_tree
from providers.selectors.public import find_public_outlet, live_offerings, public_outlet

router = Router(tags=["catalogue"])

PUBLIC_ERRORS = errors(400, 401, 404, 422, 429)


@router.get(
    "/categories",
    response={200: schemas.CategoriesOut, **errors(400, 401, 429)},
    operation_id="list_categories",
)
def list_categories(request: HttpRequest) -> schemas.CategoriesOut:
    """The category tree in the language of Accept-Language."""
    tree = category_tree(get_language_from_request(request))
    return schemas.CategoriesOut(items=[presenters.category(node) for node in tree])


@router.get(
    "/outlets/{outlet}",
    response={200: schemas.PublicOutletOut, **PUBLIC_ERRORS},
    operation_id="get_outlet",
)
def get_outlet(request: HttpRequest, outlet: schemas.PublicId) -> schemas.PublicOutletOut:
    """An outlet with what is sold there, who works there, and when it is open."""
    page = public_outlet(outlet, language=get_language_from_request(request))
    return presenters.public_outlet(page)


@router.get(
    "/outlets/{outlet}/services",
    response={200: schemas.PublicServicesOut, **PUBLIC_ERRORS},
    operation_id="list_outlet_services",
)
def list_outlet_services(request: HttpRequest, outlet: schemas.PublicId) -> schemas.PublicServicesOut:
    """What an outlet sells, at its prices."""
    found = find_public_outlet(outlet)
    categories = by_pk(get_language_from_request(request))
    return schemas.PublicServicesOut(
        items=[
            presenters.public_service(sold, found.currency, categories[sold.category_id].slug)
            for sold in live_offerings(found)
            if sold.category_id in categories
        ]
    )
