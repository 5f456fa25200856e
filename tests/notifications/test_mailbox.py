"""The development mailbox: keeps what would have been sent, shows it safely, and exists nowhere else."""

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.test import Client

from notifications import mailbox
from notifications.models import DevMail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_the_demo(settings) -> None:
    settings.EMAIL_BACKEND = "notifications.mailbox.MailboxBackend"
    settings.DEBUG, settings.DEMO = False, True


def _send(subject: str = "Hello", body: str = "1234-5678 is your code", html: str = "") -> DevMail:
    mail = EmailMultiAlternatives(subject, body, to=["aino@example.com"])
    if html:
        mail.attach_alternative(html, "text/html")
        mail.attach("visit.ics", b"BEGIN:VCALENDAR", "text/calendar; charset=utf-8; method=REQUEST")
    assert mail.send() == 1
    return DevMail.objects.latest("pk")


def test_mails_are_kept_as_they_would_have_gone_out() -> None:
    mail = _send("预约成功", "周三 14:30 为您保留", "<p>周三 <b>14:30</b></p>")

    opened = mailbox.opened(mail)

    assert (mail.subject, mail.recipients) == ("预约成功", "aino@example.com")
    assert opened.text.strip() == "周三 14:30 为您保留"
    assert opened.html.strip() == "<p>周三 <b>14:30</b></p>"
    (file,) = opened.attachments
    assert (file.name, file.type, file.content) == ("visit.ics", "text/calendar", b"BEGIN:VCALENDAR")


def test_the_code_can_be_read(client: Client) -> None:
    mail = _send("1234-5678 is your sign-in code")

    assert "1234-5678" in client.get("/mailbox/").content.decode()
    assert "1234-5678 is your code" in client.get(f"/mailbox/{mail.pk}/").content.decode()


def test_html_is_shown_alone_and_can_do_nothing(client: Client) -> None:
    mail = _send(html="<script>alert(1)</script><p style='color:red'>Hi</p>")

    page = client.get(f"/mailbox/{mail.pk}/")
    assert "<script>alert(1)" not in page.content.decode()
    shown = client.get(f"/mailbox/{mail.pk}/html/")
    assert "<p style='color:red'>Hi</p>" in shown.content.decode()
    assert shown["Content-Security-Policy"].startswith("sandbox; default-src 'none';")


def test_attachments_are_downloads(client: Client) -> None:
    mail = _send(html="<p>x</p>")

    response = client.get(f"/mailbox/{mail.pk}/files/0/")

    assert response.content == b"BEGIN:VCALENDAR"
    assert response["Content-Disposition"] == 'attachment; filename="1-visit.ics"'
    assert client.get(f"/mailbox/{mail.pk}/files/1/").status_code == 404


def test_the_newest_are_kept(monkeypatch) -> None:
    monkeypatch.setattr(mailbox, "KEPT", 3)
    for number in range(5):
        EmailMessage(f"mail {number}", "x", to=["aino@example.com"]).send()

    assert list(DevMail.objects.order_by("pk").values_list("subject", flat=True)) == [
        "mail 2",
        "mail 3",
        "mail 4",
    ]


def test_it_exists_only_in_the_demo_and_in_development(client: Client, settings) -> None:
    mail = _send(html="<p>x</p>")
    settings.DEMO = False

    for path in ("", f"{mail.pk}/", f"{mail.pk}/html/", f"{mail.pk}/files/0/"):
        assert client.get(f"/mailbox/{path}").status_code == 404

    settings.DEBUG = True
    assert client.get("/mailbox/").status_code == 200


def test_a_mail_that_is_not_there(client: Client) -> None:
    assert client.get("/mailbox/999999/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_whatever_its_length(
    client: Client, count: int, django_assert_num_queries
) -> None:
    for _ in range(count):
        _send()
    with django_assert_num_queries(2):
        client.get("/mailbox/")
