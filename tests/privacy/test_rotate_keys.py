"""After manage.py rotate_keys the old keys may be dropped: whatever is encrypted opens without them."""

import re
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import call_command

from accounts.models import DataExport
from accounts.services import exports
from bookings.models import Booking, QueueEntry
from common import clock
from marketplace.management.commands.rotate_keys import ENCRYPTED
from notifications.models import Device
from payments.enums import DifferenceKind
from payments.models import GatewayDifference, PayoutFile, PayoutHold, PayoutRun, WalletPayout
from providers.models import Offering, Provider
from tests.privacy.person import Traced
from tests.privacy.scan import rows, tables
from tests.signing_in import make_operator

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r"gAAAAA[\w-]{60,}={0,2}")


def tokens() -> dict[str, list[str]]:
    """Everything that a key ring encrypted: `table.column` → the tokens in it."""
    found: dict[str, list[str]] = {}
    for table in tables():
        for row in rows(table):
            for column, value in row.items():
                text = bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                found.setdefault(f"{table}.{column}", []).extend(TOKEN.findall(text))
    return {place: each for place, each in found.items() if each}


def _seal_what_is_about_businesses(provider: Provider) -> None:
    """The encrypted columns that no person leaves anything in."""
    run = PayoutRun.objects.create(key="day", actor="system")
    PayoutFile.objects.create(run=run, currency="EUR", message_id="1", body="<Document/>", made_by="system")
    PayoutHold.objects.create(provider=provider, reason="The papers are due.", placed_by="system")
    GatewayDifference.objects.create(
        gateway="sandbox",
        day=clock.now().date(),
        kind=DifferenceKind.TWICE,
        moved="capture",
        currency="EUR",
        booked=0,
        reported=1,
        found_at=clock.now(),
        note="Told them.",
    )
    # What somebody wants in their bank account stands there only until it is paid.
    WalletPayout.objects.create(
        user="usr_0",
        amount=1,
        currency="EUR",
        holder="Helmi Laine",
        iban="FI2112345600000785",
        shown_account="FI ···· 0785",
        needs_second=False,
    )
    # Who waits in a shop is forgotten when it closes.
    outlet = provider.outlets.get()
    QueueEntry.objects.create(
        outlet=outlet,
        service=Offering.objects.filter(outlet=outlet)[0].service,
        name="Ville",
        phone="+358401234567",
        email="ville@example.com",
        closes_at=clock.now(),
    )
    # Erased with its reader; what makes it ring is handed out to nobody.
    Device.objects.create(
        reader="usr_0",
        endpoint="https://push.example/1",
        p256dh="key",
        auth="secret",
        label="Firefox",
        language="en",
        timezone="UTC",
    )


def test_nothing_needs_an_old_key_any_more(traced: Traced, settings: Any) -> None:
    exports.ask_for_export(user=traced.user)
    exports.make_export(export_id=DataExport.objects.get().public_id)
    make_operator()
    _seal_what_is_about_businesses(traced.bookings[0].outlet.provider)
    before = tokens()
    encrypted = {
        f"{model._meta.db_table}.{column.column}"
        for model in apps.get_models()
        for column in model._meta.local_concrete_fields
        if isinstance(column, ENCRYPTED)
    }
    assert encrypted <= set(before), "something stands in every encrypted column"
    note = Booking.objects.get(pk=traced.bookings[1].pk).address_note
    new = Fernet.generate_key().decode()

    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    call_command("rotate_keys", stdout=StringIO())
    settings.FIELD_KEYS = [new]

    for place, each in tokens().items():
        for token in each:
            assert Fernet(new).decrypt(token.encode()), place
    assert Booking.objects.get(pk=traced.bookings[1].pk).address_note == note
