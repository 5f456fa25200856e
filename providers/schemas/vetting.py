"""Applications, documents, the thread."""

from datetime import date

from ninja import Schema
from pydantic import Field

from providers.schemas.base import Instant, PublicId, Ref, Strict, Text


class StepOut(Schema):
    """`points` are what operators asked to change there."""

    step: str
    done: bool
    points: list[str]


class ApplicationOut(Schema):
    """Where a business stands. `can_submit`: every step is done, and it is not with the operators already."""

    status: str
    steps: list[StepOut]
    can_submit: bool
    suspended_until: Instant | None
    reason: str = Field(description="why it is suspended")


class PointOut(Schema):
    step: str
    note: str


class EntryOut(Schema):
    """One line of the thread. `side` is provider, operator or system."""

    id: str
    at: Instant
    side: str
    kind: str
    message: str
    points: list[PointOut]
    until: Instant | None
    document: str | None
    staff: str | None
    can_appeal: bool


class ThreadOut(Schema):
    items: list[EntryOut]
    next: str | None


class MessageIn(Strict):
    message: Text


class AppealIn(Strict):
    text: Text


class AppealOut(Schema):
    id: str
    entry: str


class NoticeAppealOut(Schema):
    """An appeal against a notice: one's own (`mine`), or the business's. `outcome` is null while it waits."""

    mine: bool
    made_at: Instant
    outcome: str | None
    answer: str


class NoticeOut(Schema):
    """A decision that concerns the caller: a notice, or a call for retraining."""

    id: str
    at: Instant
    kind: str
    message: str
    appeals: list[NoticeAppealOut]
    can_appeal: bool


class NoticesOut(Schema):
    items: list[NoticeOut]


class DocumentIn(Strict):
    """Sent as a form beside the `file`. `staff` is whom it is about, for kinds that are about a person."""

    kind: PublicId = ""
    staff: PublicId = ""
    number: Text = ""
    valid_from: date | None = None
    valid_until: date | None = None


class DocumentOut(Schema):
    """A document. Its number is on the business's pages only; each opening of its file is written down."""

    id: str
    kind: str
    staff: str | None
    status: str
    valid_from: date | None
    valid_until: date | None
    note: str = Field(description="why it was not accepted")
    sent_at: Instant


class DocumentsOut(Schema):
    items: list[DocumentOut]
    next: str | None


class DocumentNeedOut(Schema):
    """A kind of document that the business, or one of its people, needs (`required`) or may send.

    `holds`: an accepted one is valid today. `document` is the newest that was sent.
    """

    kind: str
    name: str
    description: str
    staff: Ref | None
    required: bool
    holds: bool
    document: DocumentOut | None


class DocumentNeedsOut(Schema):
    items: list[DocumentNeedOut]
