"""What a user keeps for the next booking: people, addresses, vehicles. Each verb is one transaction."""

import re
from typing import Any, TypeVar

from django.contrib.gis.geos import Point
from django.db import transaction

from accounts.errors import AddressMissing, NameMissing, NoteNotAgreed, PlateMissing, SavedFull
from accounts.models import Saved, SavedAddress, SavedPerson, SavedVehicle, User
from accounts.services.contacts import clean_phone
from common import audit, clock
from common.actors import user_actor
from common.errors import NotFound
from geo.selectors import require_address

MOST = 20
S = TypeVar("S", SavedPerson, SavedAddress, SavedVehicle)


def save_person(
    *,
    user: User,
    id: str | None = None,
    name: str,
    phone: str = "",
    note: str = "",
    agreed: bool = False,
    region: str | None = None,
) -> SavedPerson:
    """Keep somebody whom `user` books for, or change the one with this public id.

    `agreed`: the user allows that the note, which may be about health, is kept and shown to who serves. `region` is
    where a number without a country code is dialled. Raises NameMissing, PhoneInvalid, NoteNotAgreed, SavedFull,
    NotFound.
    """
    name, note = name.strip()[:120], note.strip()[:500]
    if not name:
        raise NameMissing(field="name")
    number = clean_phone(phone, region=region) or ""
    if note and not agreed:
        raise NoteNotAgreed(field="agreed")
    values = {"name": name, "phone": number, "note": note, "note_agreed_at": clock.now() if note else None}
    return _save(SavedPerson, user, id, values, same=lambda each: each.name.casefold() == name.casefold())


def save_address(
    *, user: User, id: str | None = None, label: str = "", line: str, note: str = "", is_default: bool = False
) -> SavedAddress:
    """Keep an address for home visits, or change the one with this public id; the first is the default one.

    Raises AddressMissing, AddressUnknown, SavedFull, NotFound.
    """
    line, label, note = line.strip()[:200], label.strip()[:40], note.strip()[:500]
    if not line:
        raise AddressMissing(field="line")
    found = require_address(line)
    with transaction.atomic():
        _lock(user)
        kept = list(SavedAddress.objects.filter(user=user, removed_at__isnull=True))
        same = next((row for row in kept if row.line.casefold() == line.casefold()), None)
        own = id or (same.public_id if same else "")
        others = SavedAddress.objects.filter(pk__in=[row.pk for row in kept if row.public_id != own])
        is_default = is_default or not others.filter(is_default=True).exists()
        if is_default:
            others.update(is_default=False)
        values = {
            "label": label or line.split(",")[0],
            "line": line,
            "note": note,
            "point": Point(found.lng, found.lat, srid=4326),
            "is_default": is_default,
        }
        return _save(
            SavedAddress, user, id, values, same=lambda each: each.line.casefold() == line.casefold()
        )


def save_vehicle(
    *, user: User, id: str | None = None, plate: str, model: str = "", note: str = ""
) -> SavedVehicle:
    """Keep a vehicle, or change the one with this public id. Raises PlateMissing, SavedFull, NotFound."""
    plate = clean_plate(plate)
    if not plate:
        raise PlateMissing(field="plate")
    values = {"plate": plate, "model": model.strip()[:80], "note": note.strip()[:200]}
    return _save(SavedVehicle, user, id, values, same=lambda each: each.plate == plate)


def clean_plate(text: str) -> str:
    """A number plate as it is shown: capitals, one space or hyphen at most between its parts."""
    return re.sub(r"\s+", " ", text).strip().upper()[:16]


def remove(*, user: User, kind: type[S], id: str) -> S:
    """Remove one of the user's (public id); for a day it can be brought back. Raises NotFound.

    Of several addresses, the newest left is the default one then.
    """
    with transaction.atomic():
        _lock(user)
        row = _own(kind, user, id)
        row.removed_at = clock.now()
        if isinstance(row, SavedAddress):
            was_default, row.is_default = row.is_default, False
            row.save(update_fields=["removed_at", "is_default"])
            left = SavedAddress.objects.filter(user=user, removed_at__isnull=True).order_by("-pk").first()
            if was_default and left:
                left.is_default = True
                left.save(update_fields=["is_default"])
        else:
            row.save(update_fields=["removed_at"])
        _note(user, row, "removed")
        return row


def restore(*, user: User, kind: type[S], id: str) -> S:
    """Bring back what was removed (public id); bringing it back again changes nothing. Raises NotFound, SavedFull."""
    with transaction.atomic():
        _lock(user)
        row = kind._default_manager.filter(user=user, public_id=id).first()
        if row is None:
            raise NotFound
        if row.removed_at is None:
            return row
        kept = kind._default_manager.filter(user=user, removed_at__isnull=True)
        if kept.count() >= MOST:
            raise SavedFull
        row.removed_at = None
        if isinstance(row, SavedAddress):
            row.is_default = not kept.filter(is_default=True).exists()
            row.save(update_fields=["removed_at", "is_default"])
        else:
            row.save(update_fields=["removed_at"])
        _note(user, row, "restored")
        return row


def _save(kind: type[S], user: User, id: str | None, values: dict[str, Any], same: Any) -> S:
    """Write a new row, or over one. What is there already in the same words is that one, and not a second."""
    with transaction.atomic():
        _lock(user)
        kept = kind._default_manager.filter(user=user, removed_at__isnull=True)
        if id is not None:
            row = _own(kind, user, id)
        else:
            rows = list(kept)
            row = next((each for each in rows if same(each)), None) or kind(user=user)
            if row.pk is None and len(rows) >= MOST:
                raise SavedFull
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        _note(user, row, "saved")
        return row


def _own(kind: type[S], user: User, id: str) -> S:
    row = kind._default_manager.filter(user=user, public_id=id, removed_at__isnull=True).first()
    if row is None:
        raise NotFound
    return row


def _lock(user: User) -> None:
    """Two at once would each count one too few, or each make a default."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _note(user: User, row: Saved, what: str) -> None:
    kind = {SavedPerson: "person", SavedAddress: "address", SavedVehicle: "vehicle"}[type(row)]
    audit.record(
        actor=user_actor(user.public_id),
        action=f"{kind}.{what}",
        object_type=f"saved_{kind}",
        object_id=row.public_id,  # type: ignore[attr-defined]  # each kind has its own prefix
    )
