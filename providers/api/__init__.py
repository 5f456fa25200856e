"""The catalogue over HTTP: what everybody may see, and what members manage under `/provider/`."""

from ninja import Router

from providers.api import (
    businesses,
    catalogue,
    invitations,
    outlets,
    pictures,
    public,
    schedule,
    staff,
    vetting,
)

router = Router()
for _module in (public, businesses, invitations, outlets, pictures, staff, catalogue, schedule, vetting):
    router.add_router("", _module.router)
