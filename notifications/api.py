"""What one is told of and how, over HTTP: topics by channel, quiet hours, devices. For sessions only."""

from datetime import datetime, time
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import AfterValidator, ConfigDict, Field

from accounts.principals import Principal
from common.api import ERRORS, storable
from common.errors import NotAllowed
from notifications import selectors
from notifications.enums import Channel
from notifications.rules.topics import Topic
from notifications.services import devices

router = Router(tags=["account"])


class _In(Schema):
    model_config = ConfigDict(extra="forbid")


def _on_the_wall(value: time) -> time:
    if value.tzinfo:
        raise ValueError("a time of day without an offset")
    return value


WallTime = Annotated[time, AfterValidator(_on_the_wall)]


class TopicIn(_In):
    """What is left out stays."""

    topic: Topic
    mail: bool | None = None
    push: bool | None = None


class TopicOut(Schema):
    topic: Topic
    mail: bool
    push: bool
    mail_fixed: bool = Field(description="its letters always come: they say what was agreed, or the law asks")


class QuietIn(_In):
    """What is left out stays. `timezone` is an IANA name; empty: each device's own."""

    on: bool | None = None
    starts: WallTime | None = None
    ends: WallTime | None = None
    timezone: Annotated[str, AfterValidator(storable)] | None = Field(None, max_length=64)


class QuietOut(Schema):
    """By the wall clock of `timezone`, over midnight when it ends before it starts. Empty: each device's own."""

    on: bool
    starts: time
    ends: time
    timezone: str


class NoticesIn(_In):
    topics: list[TopicIn] = Field([], max_length=20)
    quiet: QuietIn | None = None


class NoticesOut(Schema):
    topics: list[TopicOut]
    quiet: QuietOut


class DeviceOut(Schema):
    id: str
    label: str = Field(description="such as Firefox, Android")
    created_at: datetime
    told_at: datetime | None = Field(description="when it was told something last")


class DevicesOut(Schema):
    items: list[DeviceOut]


@router.get("/me/notices", response={200: NoticesOut, **ERRORS}, operation_id="get_notices")
def get_notices(request: HttpRequest) -> NoticesOut:
    """What the caller is told of, by letter and on their devices, and when those do not ring."""
    return _notices(_me(request))


@router.patch("/me/notices", response={200: NoticesOut, **ERRORS}, operation_id="change_notices")
def change_notices(request: HttpRequest, body: NoticesIn) -> NoticesOut:
    """Only what is said changes, all of it or nothing. Letters that are `mail_fixed` cannot be done without (422)."""
    principal = _me(request)
    said = {
        (each.topic, channel): wanted
        for each in body.topics
        for channel, wanted in ((Channel.MAIL, each.mail), (Channel.PUSH, each.push))
        if wanted is not None
    }
    devices.change_notices(
        principal=principal, said=said, quiet=body.quiet.dict(exclude_none=True) if body.quiet else {}
    )
    return _notices(principal)


@router.get("/me/devices", response={200: DevicesOut, **ERRORS}, operation_id="list_devices")
def list_devices(request: HttpRequest) -> DevicesOut:
    """The browsers that are told by web push, the newest first."""
    reader = _me(request).require_user().public_id
    return DevicesOut(
        items=[
            DeviceOut(id=each.public_id, label=each.label, created_at=each.created_at, told_at=each.told_at)
            for each in selectors.devices_of(reader)
        ]
    )


@router.delete("/me/devices/{device}", response={204: None, **ERRORS}, operation_id="remove_device")
def remove_device(
    request: HttpRequest, device: Annotated[str, Field(max_length=40), AfterValidator(storable)]
) -> HttpResponse:
    """Tell it no more."""
    devices.remove_device(readers=[_me(request).require_user().public_id], device=device)
    return HttpResponse(status=204)


def _notices(principal: Principal) -> NoticesOut:
    reader = principal.require_user().public_id
    quiet = selectors.quiet_hours_of(reader)
    return NoticesOut(
        topics=[
            TopicOut(topic=each.topic, mail=each.mail, push=each.push, mail_fixed=each.mail_fixed)
            for each in selectors.notices_of(reader)
        ],
        quiet=QuietOut(on=quiet.on, starts=quiet.starts, ends=quiet.ends, timezone=quiet.timezone),
    )


def _me(request: HttpRequest) -> Principal:
    """Who has a session: none of it is open to an app's token."""
    principal: Principal = request.principal  # type: ignore[attr-defined]  # set by the API's authentication
    principal.require_user()
    if principal.scopes is not None:
        raise NotAllowed
    return principal
