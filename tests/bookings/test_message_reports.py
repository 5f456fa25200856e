"""Messages that should not stand: who reports them, and what an operator's decision does to the thread."""

import uuid

import pytest
from django.core import mail
from django.test import Client

from accounts.principals import Principal
from bookings.enums import MessageReason
from bookings.errors import MessageReported, ReportDecided
from bookings.models import MessageReport, VisitMessage
from bookings.selectors.access import Access, booking_for
from bookings.selectors.messages import open_reports
from bookings.services.access import new_token
from bookings.services.message_reports import decide, report
from bookings.services.messages import send_message
from common.errors import InvalidInput, NotAllowed, NotFound
from common.models import AuditEntry, Event
from notifications.handlers import on_booking
from providers.enums import Role
from providers.errors import OwnCause
from providers.models import Membership
from tests.bookings.test_messages import after_five_minutes, as_customer, visit
from tests.factories import make_member, make_user
from tests.signing_in import make_operator, sign_in

pytestmark = pytest.mark.django_db
INSULT = "You are a fool, and so is your dog."


@pytest.fixture
def own() -> Access:
    return visit(email="ville@example.com")


@pytest.fixture
def insult(own: Access) -> VisitMessage:
    return send_message(access=own, text=INSULT)


def made(own: Access, message: VisitMessage) -> MessageReport:
    return report(
        access=as_customer(own), message=message.public_id, reason=MessageReason.ABUSE, text="Rude."
    )


def guest(own: Access) -> tuple[Client, dict[str, str]]:
    """The customer's browser, and what their app sends."""
    token = new_token(own.booking, purpose="guest")
    client = Client()
    client.get(f"/b/{own.booking.ref}?key={token}")
    return client, {"authorization": f"Bearer {token}", "idempotency-key": str(uuid.uuid4())}


def test_each_side_reports_the_other_once_and_never_itself(own: Access, insult: VisitMessage) -> None:
    answer = send_message(access=as_customer(own), text="Buy my car.", side="customer")

    made(own, insult)
    report(access=own, message=answer.public_id, reason=MessageReason.SPAM)
    with pytest.raises(MessageReported):
        made(own, insult)
    with pytest.raises(InvalidInput):
        made(own, answer)
    with pytest.raises(InvalidInput):
        report(access=own, message=insult.public_id, reason=MessageReason.ABUSE)
    assert [each.message for each in open_reports()] == [insult, answer]


def test_who_neither_is_the_customer_nor_serves_reports_nothing(own: Access, insult: VisitMessage) -> None:
    colleague = Principal(user=make_member(own.booking.outlet.provider, Role.STAFF))
    with pytest.raises(NotAllowed):
        report(
            access=booking_for(colleague, own.booking.ref),
            message=insult.public_id,
            reason=MessageReason.ABUSE,
        )
    other = visit(email="onni@example.com")
    with pytest.raises(NotFound):
        made(other, insult)
    assert not MessageReport.objects.exists()


def test_the_other_side_does_not_learn_of_it(own: Access, insult: VisitMessage) -> None:
    found = made(own, insult)

    [event] = Event.objects.filter(type="message_report.made")
    assert (event.subject_type, event.subject_id) == ("message_report", found.public_id)
    assert "report" not in str(
        list(Event.objects.filter(subject_type="booking").values_list("type", "payload"))
    )
    assert AuditEntry.objects.get(action="message_report.made").object_id == found.public_id
    assert INSULT not in str(list(Event.objects.values_list("payload"))) + str(
        list(AuditEntry.objects.values_list("data"))
    )


def test_hidden_it_is_read_by_nobody_and_both_read_why(own: Access, insult: VisitMessage) -> None:
    found = made(own, insult)
    decide(report=found, hide=True, note="We do not insult each other.", operator=make_operator())

    client, app = guest(own)
    staff = sign_in(Client(), own.principal.require_user())
    desk = f"/provider/{own.booking.outlet.provider.public_id}/visits/{own.booking.ref}/"
    for page in (client.get(f"/b/{own.booking.ref}"), staff.get(desk)):
        words = page.content.decode()
        assert INSULT not in words
        assert "We do not insult each other." in words
    [line] = Client().get(f"/api/v1/bookings/{own.booking.ref}/messages", headers=app).json()["items"]
    assert (line["text"], line["hidden"], line["notice"]) == ("", True, "We do not insult each other.")
    # What is hidden goes out in no letter, either, and is not reported anew.
    on_booking(Event.objects.get(type="booking.message_sent"))
    after_five_minutes()
    assert mail.outbox == []
    assert client.get(f"/b/{own.booking.ref}/messages/{insult.public_id}/report").status_code == 404
    assert Event.objects.filter(subject_id=own.booking.ref, type="booking.message_hidden").count() == 1


def test_kept_it_stands_and_who_reported_it_sees_that_it_was_looked_at(
    own: Access, insult: VisitMessage
) -> None:
    found = made(own, insult)
    operator = make_operator()
    decide(report=found, hide=False, operator=operator)

    with pytest.raises(ReportDecided):
        decide(report=found, hide=True, note="No.", operator=operator)
    client, _ = guest(own)
    words = client.get(f"/b/{own.booking.ref}").content.decode()
    assert INSULT in words and "You reported it: we looked, and it stays" in words
    assert not Event.objects.filter(type="booking.message_hidden").exists()
    assert AuditEntry.objects.get(action="message_report.decided").chained is True


def test_a_party_of_the_visit_does_not_decide(own: Access, insult: VisitMessage) -> None:
    partner = make_operator()
    Membership.objects.create(provider=own.booking.outlet.provider, user=partner, role=Role.MANAGER)
    with pytest.raises(OwnCause):
        decide(report=made(own, insult), hide=True, note="No.", operator=partner)


def test_a_guest_reports_on_the_page_and_an_operator_hides_it_at_the_desk(
    own: Access, insult: VisitMessage
) -> None:
    client, _ = guest(own)
    path = f"/b/{own.booking.ref}/messages/{insult.public_id}/report"
    assert f'href="{path}"' in client.get(f"/b/{own.booking.ref}").content.decode()
    assert INSULT in client.get(path).content.decode()
    assert client.post(path, {"key": str(uuid.uuid4())}).status_code == 422
    sent = {"reason": "abuse", "text": "He means me.", "key": str(uuid.uuid4())}
    assert client.post(path, sent).status_code == 302
    assert client.post(path, sent).status_code == 302  # the same form twice
    assert "Reported: we look at it" in client.get(f"/b/{own.booking.ref}").content.decode()

    found = MessageReport.objects.get()
    desk = sign_in(Client(), make_operator())
    assert found.public_id in desk.get("/desk/messages/").content.decode()
    words = desk.get(f"/desk/messages/{found.public_id}/").content.decode()
    assert INSULT in words and "He means me." in words
    without = {"do": "hide", "note": "", "key": str(uuid.uuid4())}
    assert desk.post(f"/desk/messages/{found.public_id}/", without).status_code == 422
    hide = {"do": "hide", "note": "An insult.", "key": str(uuid.uuid4())}
    assert desk.post(f"/desk/messages/{found.public_id}/", hide).status_code == 302
    found.refresh_from_db()
    assert (found.hidden, found.note) == (True, "An insult.")
    assert found.public_id not in desk.get("/desk/messages/").content.decode()


def test_an_app_reports_and_a_stranger_finds_nothing(own: Access, insult: VisitMessage) -> None:
    _, app = guest(own)
    path = f"/api/v1/bookings/{own.booking.ref}/messages/{insult.public_id}/report"
    body = {"reason": "abuse", "text": "Rude."}

    stranger = sign_in(Client(), make_user())
    assert stranger.get(f"/b/{own.booking.ref}/messages/{insult.public_id}/report").status_code == 404
    answer = Client().post(path, body, content_type="application/json", headers=app)
    assert (answer.status_code, answer.json()["message"]) == (201, insult.public_id)
    again = Client().post(
        path, body, content_type="application/json", headers=app | {"idempotency-key": str(uuid.uuid4())}
    )
    assert (again.status_code, again.json()["code"]) == (409, "message_reported")
    assert MessageReport.objects.get().text == "Rude."
