"""A business with all that an application asks for, one required paper, and two operators."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from common import clock
from common.models import StoredFile
from providers.enums import PaperSubject, ProviderStatus, Role
from providers.models import (
    Application,
    Category,
    Document,
    DocumentKind,
    DocumentRequirement,
    Outlet,
    Provider,
    StaffMember,
)
from providers.selectors import vetting as read
from providers.services import vetting
from tests.factories import (
    make_category,
    make_member,
    make_outlet,
    make_provider,
    make_service,
    make_staff,
    make_user,
)


def today() -> date:
    return read.today()


def make_kind(
    slug: str = "licence", *categories: Category, required: bool = True, **fields: Any
) -> DocumentKind:
    """A kind of paper that the categories need."""
    return vetting.set_document_kind(
        slug=slug,
        names={"en": (slug.title(), ""), "zh-hans": ("证件", "")},
        actor="system",
        needed_by=dict.fromkeys(categories, required),
        **fields,
    )


def stored_file() -> StoredFile:
    """The row of a private document, without bytes: for what does not read it."""
    return StoredFile.objects.create(
        name=f"documents/{StoredFile.objects.count()}",
        kind="document",
        mime="application/pdf",
        size=1,
        sha256="0" * 64,
        pages=1,
        is_private=True,
    )


def make_document(provider: Provider, kind: DocumentKind, **fields: Any) -> Document:
    """A paper of the business as it waits to be checked."""
    fields.setdefault("file", stored_file())
    return Document.objects.create(provider=provider, kind=kind, submitted_by="system", **fields)


def scan(name: str = "scan.png") -> SimpleUploadedFile:
    """A small picture, as a phone would send it."""
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


@dataclass
class Vetting:
    """A business at some status with its people, and the operators around it."""

    provider: Provider
    outlet: Outlet
    person: StaffMember
    category: Category
    kind: DocumentKind
    owner: User
    manager: User
    staff: User
    stranger: User
    operator: User
    other: User

    def again(self) -> Provider:
        """The business as it is now."""
        return Provider.objects.get(pk=self.provider.pk)

    def send(self, **fields: Any) -> Document:
        """The required paper, sent."""
        fields.setdefault("valid_until", today() + timedelta(days=200))
        return make_document(self.provider, self.kind, **fields)

    def accepted(self, **fields: Any) -> Document:
        """The required paper, accepted."""
        return vetting.accept_document(document=self.send(**fields), operator=self.operator)

    def apply(self) -> Application:
        """The business, sent for approval with its paper."""
        if not any(need.is_sent for need in read.needs(self.provider)):
            self.send()
        return vetting.submit(provider=self.provider, user=self.owner)

    def approve(self) -> Provider:
        """The business, approved."""
        application = self.apply()
        for document in Document.objects.filter(provider=self.provider, status="submitted"):
            vetting.accept_document(document=document, operator=self.operator)
        vetting.approve(application=application, operator=self.operator)
        return self.again()


def world(status: ProviderStatus = ProviderStatus.DRAFT, *, category: str = "hair") -> Vetting:
    """A business in `category`, which needs a licence from then on: of all that is sold there."""
    approved_at = clock.now() if status == ProviderStatus.APPROVED else None
    provider = make_provider(status=status, approved_at=approved_at)
    outlet = make_outlet(provider)
    person = make_staff(outlet)
    needing = make_category(category)
    make_service(outlet, staff=[person], category=needing)
    kind = make_kind("licence", needing, subject=PaperSubject.BUSINESS, asks_until=True)
    # It has been asked for long enough to bind.
    DocumentRequirement.objects.filter(kind=kind).update(binds_from=today(), told_to=None, is_bound=True)
    return Vetting(
        provider=provider,
        outlet=outlet,
        person=person,
        category=needing,
        kind=kind,
        owner=make_member(provider, Role.OWNER),
        manager=make_member(provider, Role.MANAGER),
        staff=make_member(provider, Role.STAFF),
        stranger=make_user(),
        operator=make_user(is_operator=True),
        other=make_user(is_operator=True),
    )


@pytest.fixture
def case(db: None) -> Vetting:
    return world()
