"""The catalogue over HTTP: what everybody may see, and what members manage under `/provider/`."""

from ninja import Router

from providers.api import businesses, catalogue, outlets, public, schedule, staff

router = Router()
for _module in (public, businesses, outlets, staff, catalogue, schedule):
    router.add_router("", _module.router)
