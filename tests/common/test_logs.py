"""What an error says stays out of the log: it repeats addresses and rows."""

import logging
import logging.config
from collections.abc import Iterator
from io import StringIO
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from allauth.core.context import request_context
from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from procrastinate.jobs import Job

from accounts.adapter import AccountAdapter
from accounts.errors import MailNotSent
from accounts.models import Customer
from bookings.services import expiry
from common.tasks import Backoff
from tests.factories import make_customer

CANARY = "canary@example.com"


@pytest.fixture
def written() -> StringIO:
    """What the handler of the settings writes to the log, as the site's programs have it."""
    return StringIO()


@pytest.fixture(autouse=True)
def logged(written: StringIO) -> Iterator[None]:
    given = settings.LOGGING["formatters"]["line"]
    maker = logging.config.DictConfigurator({"version": 1})
    handler = logging.StreamHandler(written)
    handler.setFormatter(maker.configure_formatter(dict(given)))
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)


class Refusing(BaseEmailBackend):
    def send_messages(self, messages: object) -> int:
        raise SMTPRecipientsRefused({CANARY: (550, b"no such user")})


def test_a_mail_server_that_refuses_an_address_is_logged_without_it(written: StringIO, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.common.test_logs.Refusing"

    with request_context(RequestFactory().get("/")), pytest.raises(MailNotSent):
        AccountAdapter().send_mail("account/email/login_code", CANARY, {"code": "1234-5678"})

    assert "smtplib.SMTPRecipientsRefused" in written.getvalue()
    assert "accounts/adapter.py" in written.getvalue()
    assert CANARY not in written.getvalue()


@pytest.mark.django_db
def test_a_row_that_the_database_refuses_is_logged_without_its_values(written: StringIO) -> None:
    make_customer(email=CANARY)

    def step(_: str) -> None:
        with transaction.atomic():
            Customer.objects.filter(email=CANARY).update(created_at=None)

    assert expiry._done(step, "HA-00000-00000") is False

    assert "django.db.utils.IntegrityError" in written.getvalue()
    assert "psycopg.errors.NotNullViolation" in written.getvalue(), "what led to it, first"
    assert CANARY not in written.getvalue()


def test_a_job_that_fails_says_what_kind_of_error_it_was(written: StringIO) -> None:
    job = Job(
        id=1,
        queue="default",
        lock=None,
        queueing_lock=None,
        task_name="common.deliver",
        task_kwargs={"event_id": 7},
    )

    Backoff().get_retry_decision(exception=IntegrityError(f"Failing row contains ({CANARY})"), job=job)

    assert "common.deliver {'event_id': 7} failed, again in 5 s: IntegrityError" in written.getvalue()
    assert CANARY not in written.getvalue()
