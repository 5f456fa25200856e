"""Search over HTTP."""

from django.http import HttpRequest
from ninja import Query, Router

from common.api import errors
from discovery import schemas, selectors

router = Router(tags=["search"])


@router.get("/search", response={200: schemas.SearchOut, **errors(400, 401, 422, 429)}, operation_id="search")
def search(request: HttpRequest, asked: Query[schemas.SearchIn]) -> selectors.SearchPage:
    """Outlets that offer it, one item each with its cheapest matching service and its next free slots."""
    return selectors.search(**asked.model_dump())
