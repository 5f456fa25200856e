"""What fills in the next booking: people, addresses, vehicles; and where one is signed in. For sessions only."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import AfterValidator, ConfigDict, Field

from accounts import selectors
from accounts.models import SavedAddress, SavedPerson, SavedVehicle, User
from accounts.principals import Principal
from accounts.services import saved, sessions
from common.api import ERRORS, idempotent, storable
from common.errors import NotAllowed, NotFound

router = Router(tags=["account"])

Text = Annotated[str, AfterValidator(storable)]


class _In(Schema):
    model_config = ConfigDict(extra="forbid")


class SavedPersonIn(_In):
    """`agreed`: the note, which may be about health, may be kept and shown to who serves; a note needs it."""

    name: Text = Field(min_length=1, max_length=120)
    phone: Text = Field("", max_length=40)
    note: Text = Field("", max_length=500)
    agreed: bool = False


class SavedPersonOut(Schema):
    id: str
    name: str
    phone: str
    note: str


class SavedPeopleOut(Schema):
    items: list[SavedPersonOut]


class SavedAddressIn(_In):
    """`line` is looked up. The first one kept is the default; another that is to be takes its place."""

    label: Text = Field("", max_length=40)
    line: Text = Field(min_length=1, max_length=200)
    note: Text = Field("", max_length=500)
    is_default: bool = False


class SavedAddressOut(Schema):
    id: str
    label: str
    line: str
    note: str
    lat: float
    lng: float
    is_default: bool


class SavedAddressesOut(Schema):
    items: list[SavedAddressOut]


class SavedVehicleIn(_In):
    plate: Text = Field(min_length=1, max_length=16)
    model: Text = Field("", max_length=80)
    note: Text = Field("", max_length=200)


class SavedVehicleOut(Schema):
    id: str
    plate: str
    model: str
    note: str


class SavedVehiclesOut(Schema):
    items: list[SavedVehicleOut]


class SignedInPlaceOut(Schema):
    """Where somebody is signed in; `here` is the one that asks."""

    id: str
    user_agent: str
    network_address: str
    signed_in_at: datetime
    last_seen_at: datetime
    here: bool


class SignedInPlacesOut(Schema):
    items: list[SignedInPlaceOut]


@router.get("/me/people", response={200: SavedPeopleOut, **ERRORS}, operation_id="list_people")
def list_people(request: HttpRequest) -> SavedPeopleOut:
    """Whom the caller books for, the newest first; at most 20."""
    return SavedPeopleOut(items=[_person(row) for row in selectors.people_of(_user(request))])


@router.post("/me/people", response={201: SavedPersonOut, **ERRORS}, operation_id="save_person")
@idempotent
def save_person(request: HttpRequest, body: SavedPersonIn) -> tuple[int, SavedPersonOut]:
    """Keep somebody. Of the same name there is one: it is written over."""
    return 201, _person(saved.save_person(user=_user(request), **body.dict()))


@router.put("/me/people/{id}", response={200: SavedPersonOut, **ERRORS}, operation_id="change_person")
def change_person(request: HttpRequest, id: str, body: SavedPersonIn) -> SavedPersonOut:
    return _person(saved.save_person(user=_user(request), id=_id(id), **body.dict()))


@router.delete("/me/people/{id}", response={204: None, **ERRORS}, operation_id="remove_person")
def remove_person(request: HttpRequest, id: str) -> HttpResponse:
    return _removed(request, SavedPerson, id)


@router.get("/me/addresses", response={200: SavedAddressesOut, **ERRORS}, operation_id="list_saved_addresses")
def list_addresses(request: HttpRequest) -> SavedAddressesOut:
    """Where the caller has home visits go, the default one first; at most 20."""
    return SavedAddressesOut(items=[_address(row) for row in selectors.addresses_of(_user(request))])


@router.post("/me/addresses", response={201: SavedAddressOut, **ERRORS}, operation_id="save_address")
@idempotent
def save_address(request: HttpRequest, body: SavedAddressIn) -> tuple[int, SavedAddressOut]:
    """Keep an address. The same line is there once: it is written over."""
    return 201, _address(saved.save_address(user=_user(request), **body.dict()))


@router.put(
    "/me/addresses/{id}", response={200: SavedAddressOut, **ERRORS}, operation_id="change_saved_address"
)
def change_address(request: HttpRequest, id: str, body: SavedAddressIn) -> SavedAddressOut:
    return _address(saved.save_address(user=_user(request), id=_id(id), **body.dict()))


@router.delete("/me/addresses/{id}", response={204: None, **ERRORS}, operation_id="remove_saved_address")
def remove_address(request: HttpRequest, id: str) -> HttpResponse:
    """Remove one; the newest that is left becomes the default, if this was it."""
    return _removed(request, SavedAddress, id)


@router.get("/me/vehicles", response={200: SavedVehiclesOut, **ERRORS}, operation_id="list_vehicles")
def list_vehicles(request: HttpRequest) -> SavedVehiclesOut:
    """The caller's vehicles, the newest first; at most 20."""
    return SavedVehiclesOut(items=[_vehicle(row) for row in selectors.vehicles_of(_user(request))])


@router.post("/me/vehicles", response={201: SavedVehicleOut, **ERRORS}, operation_id="save_vehicle")
@idempotent
def save_vehicle(request: HttpRequest, body: SavedVehicleIn) -> tuple[int, SavedVehicleOut]:
    """Keep a vehicle. The same plate is there once: it is written over."""
    return 201, _vehicle(saved.save_vehicle(user=_user(request), **body.dict()))


@router.put("/me/vehicles/{id}", response={200: SavedVehicleOut, **ERRORS}, operation_id="change_vehicle")
def change_vehicle(request: HttpRequest, id: str, body: SavedVehicleIn) -> SavedVehicleOut:
    return _vehicle(saved.save_vehicle(user=_user(request), id=_id(id), **body.dict()))


@router.delete("/me/vehicles/{id}", response={204: None, **ERRORS}, operation_id="remove_vehicle")
def remove_vehicle(request: HttpRequest, id: str) -> HttpResponse:
    return _removed(request, SavedVehicle, id)


@router.get("/me/sessions", response={200: SignedInPlacesOut, **ERRORS}, operation_id="list_my_sessions")
def list_sessions(request: HttpRequest) -> SignedInPlacesOut:
    """Where the caller is signed in, the one used last first."""
    here = request.session.session_key
    return SignedInPlacesOut(
        items=[
            SignedInPlaceOut(
                id=selectors.session_id(each.session_key),
                user_agent=each.user_agent,
                network_address=each.ip,
                signed_in_at=each.created_at,
                last_seen_at=each.last_seen_at,
                here=each.session_key == here,
            )
            for each in selectors.sessions_of(_user(request))
        ]
    )


@router.delete("/me/sessions/{id}", response={204: None, **ERRORS}, operation_id="end_my_session")
def end_session(request: HttpRequest, id: str) -> HttpResponse:
    """Sign out of one; `others` signs out everywhere but here."""
    user = _user(request)
    if id == "others":
        sessions.end_other_sessions(user=user, besides=request.session.session_key or "")
    else:
        sessions.end_session(user=user, id=id)
    return HttpResponse(status=204)


def _removed(request: HttpRequest, kind: Any, id: str) -> HttpResponse:
    saved.remove(user=_user(request), kind=kind, id=_id(id))
    return HttpResponse(status=204)


def _id(id: str) -> str:
    if "\x00" in id:  # text that PostgreSQL cannot hold names nothing
        raise NotFound
    return id


def _user(request: HttpRequest) -> User:
    """The user of a session: none of it is open to an app's token."""
    principal: Principal = request.principal  # type: ignore[attr-defined]  # set by the API's authentication
    user = principal.require_user()
    if principal.scopes is not None:
        raise NotAllowed
    return user


def _person(row: SavedPerson) -> SavedPersonOut:
    return SavedPersonOut(id=row.public_id, name=row.name, phone=row.phone, note=row.note)


def _address(row: SavedAddress) -> SavedAddressOut:
    return SavedAddressOut(
        id=row.public_id,
        label=row.label,
        line=row.line,
        note=row.note,
        lat=row.point.y,
        lng=row.point.x,
        is_default=row.is_default,
    )


def _vehicle(row: SavedVehicle) -> SavedVehicleOut:
    return SavedVehicleOut(id=row.public_id, plate=row.plate, model=row.model, note=row.note)
