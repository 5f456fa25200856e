"""The walk-in queue of an outlet, and one's own place in it."""

from django.http import HttpRequest
from ninja import Router

from bookings import schemas
from bookings.api.given import caller
from bookings.models import QueueEntry
from bookings.schemas import queue as s
from bookings.selectors import queue as selectors
from bookings.services import queue as services
from common.api import ERRORS, idempotent, idempotent_together
from providers.selectors.access import access_outlet

router = Router(tags=["queue"])
READ, WRITE = "bookings:read", "bookings:write"


@router.get("/outlets/{outlet}/queue", response={200: s.QueueOut, **ERRORS}, operation_id="get_queue")
def get_queue(request: HttpRequest, outlet: schemas.PublicId) -> s.QueueOut:
    """Who waits today, in order, with estimated times from the same open time as bookings."""
    found = selectors.queue_of(access_outlet(caller(request, READ), outlet, scope=READ))
    return s.QueueOut(
        timezone=found.outlet.timezone,
        closes_at=found.closes_at,
        waiting=[
            s.QueuePlaceOut(
                entry=entry_out(place.entry),
                number=place.number,
                times=_times(place),
                free_now=sorted(place.free_now),
            )
            for place in found.waiting
        ],
        called=[entry_out(each) for each in found.called],
        gone=[entry_out(each) for each in found.gone],
    )


@router.post("/outlets/{outlet}/queue", response={201: s.QueueEntryOut, **ERRORS}, operation_id="join_queue")
@idempotent_together
def join_queue(
    request: HttpRequest, outlet: schemas.PublicId, body: s.QueueIn
) -> tuple[int, s.QueueEntryOut]:
    """Put somebody who stands there at the end of the queue."""
    entry = services.join(principal=caller(request, WRITE), outlet=outlet, **body.dict())
    return 201, _again(request, entry.public_id)


@router.post(
    "/outlets/{outlet}/queue/next", response={200: s.QueueEntryOut, **ERRORS}, operation_id="call_next"
)
@idempotent_together
def call_next(request: HttpRequest, outlet: schemas.PublicId) -> s.QueueEntryOut:
    """Call the first who can be served this minute (nobody: 409 `nobody_to_call`); their visit begins now."""
    entry = services.call_next(principal=caller(request, WRITE), outlet=outlet)
    return _again(request, entry.public_id)


@router.post("/queue/{place}/call", response={200: s.QueueEntryOut, **ERRORS}, operation_id="call_from_queue")
@idempotent
def call_from_queue(request: HttpRequest, place: schemas.PublicId) -> s.QueueEntryOut:
    """Call this one: their visit begins now, on time that is taken as any other's."""
    services.call(principal=caller(request, WRITE), entry=place)
    return _again(request, place)


@router.post("/queue/{place}/came", response={200: s.QueueEntryOut, **ERRORS}, operation_id="queue_came")
@idempotent
def queue_came(request: HttpRequest, place: schemas.PublicId) -> s.QueueEntryOut:
    """Whoever was called is there: their visit is checked in and begins."""
    services.came(principal=caller(request, WRITE), entry=place)
    return _again(request, place)


@router.post(
    "/queue/{place}/no-show", response={200: s.QueueEntryOut, **ERRORS}, operation_id="queue_no_show"
)
@idempotent
def queue_no_show(request: HttpRequest, place: schemas.PublicId) -> s.QueueEntryOut:
    """Whoever was called did not come: their time is free again."""
    services.no_show(principal=caller(request, WRITE), entry=place)
    return _again(request, place)


@router.post(
    "/queue/{place}/put-back", response={200: s.QueueEntryOut, **ERRORS}, operation_id="put_back_in_queue"
)
@idempotent
def put_back_in_queue(request: HttpRequest, place: schemas.PublicId) -> s.QueueEntryOut:
    """Back to the place that they had."""
    services.put_back(principal=caller(request, WRITE), entry=place)
    return _again(request, place)


@router.post(
    "/queue/{place}/remove", response={200: s.QueueEntryOut, **ERRORS}, operation_id="remove_from_queue"
)
@idempotent
def remove_from_queue(request: HttpRequest, place: schemas.PublicId) -> s.QueueEntryOut:
    """They do not wait any more, as they told the shop."""
    services.remove(principal=caller(request, WRITE), entry=place)
    return _again(request, place)


@router.post("/queue/{place}/links", response={201: s.QueueLinkOut, **ERRORS}, operation_id="show_queue_link")
@idempotent
def show_queue_link(request: HttpRequest, place: schemas.PublicId) -> tuple[int, s.QueueLinkOut]:
    """One more link by which whoever waits follows their place, to be shown or sent."""
    return 201, s.QueueLinkOut(url=services.show_link(principal=caller(request, WRITE), entry=place))


@router.delete("/queue/{place}/links", response={204: None, **ERRORS}, operation_id="end_queue_links")
@idempotent
def end_queue_links(request: HttpRequest, place: schemas.PublicId) -> tuple[int, None]:
    """No link to this place opens anything any more."""
    services.end_links(principal=caller(request, WRITE), entry=place)
    return 204, None


@router.get("/queue/{place}", response={200: s.MyPlaceOut, **ERRORS}, operation_id="get_my_place")
def get_my_place(request: HttpRequest, place: schemas.PublicId) -> s.MyPlaceOut:
    """One's own place, with the token of a link to it."""
    return _mine(selectors.entry_for(caller(request, READ), place))


@router.post("/queue/{place}/leave", response={200: s.MyPlaceOut, **ERRORS}, operation_id="leave_queue")
@idempotent
def leave_queue(request: HttpRequest, place: schemas.PublicId) -> s.MyPlaceOut:
    """Leave the queue, with the token of a link."""
    principal = caller(request, WRITE)
    services.leave(principal=principal, entry=place)
    return _mine(selectors.entry_for(principal, place))


def entry_out(entry: QueueEntry) -> s.QueueEntryOut:
    """A place in the queue as members see it: without how they are reached."""
    return s.QueueEntryOut(
        id=entry.public_id,
        state=entry.state,  # type: ignore[arg-type]  # one of QueueState
        name=entry.name,
        service=s.QueueNamedOut(id=entry.service.public_id, name=entry.service.name),
        staff=s.QueueNamedOut(id=entry.staff.public_id, name=entry.staff.name) if entry.staff else None,
        party=entry.party,
        joined_at=entry.joined_at,
        called_at=entry.called_at,
        out_of_turn=entry.out_of_turn,
        booking=entry.booking.ref if entry.booking else None,
    )


def _again(request: HttpRequest, entry: str) -> s.QueueEntryOut:
    return entry_out(selectors.entry_at(caller(request, WRITE), entry, scope=WRITE))


def _times(place: selectors.Place) -> s.QueueTimesOut:
    return s.QueueTimesOut(earliest=place.earliest, latest=place.latest)


def _mine(entry: QueueEntry) -> s.MyPlaceOut:
    place = selectors.estimate_of(entry)
    return s.MyPlaceOut(
        state=entry.state,  # type: ignore[arg-type]  # one of QueueState
        outlet=s.QueueNamedOut(id=entry.outlet.public_id, name=entry.outlet.name),
        service=entry.service.name,
        number=place.number if place else None,
        times=_times(place) if place else None,
    )
