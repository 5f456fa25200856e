"""Who may do what: the one table. docs/permissions.md shows its first half; tests compare both with the site.

To add a route: find it in OPERATIONS (the API, by operation id), PAGES (by route name) or SOCKETS, give it the
rule that it follows, and what a valid request of it holds. A new rule is a new line of RULES and of the docs.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.permissions.world import CALLERS

# yes      may (what else may be wrong with the request is told)
# 401      must sign in first: `not_authenticated`, or the sign-in page
# 403      may see it, but not do this: `not_allowed`
# 404      is told that there is no such thing
# told     is sent back to the day's page with the reason in words; nothing has changed
_RULES = """
rule             | nobody stranger customer guest person colleague manager owner rival operator
public           | yes    yes      yes      yes   yes    yes       yes     yes   yes   yes
signed in        | 401    yes      yes      401   yes    yes       yes     yes   yes   yes
somebody         | 401    yes      yes      yes   yes    yes       yes     yes   yes   yes
signed in person | 401    403      403      401   403    403       403     403   403   403
own factor       | 401    403      403      401   403    403       403     403   403   yes
own thing        | 401    404      yes      401   404    404       404     404   404   404
link of a mail   | 404    404      404      404   404    404       404     404   404   404
see visit        | 404    404      yes      yes   yes    yes       yes     yes   404   yes
customer's part  | 404    404      yes      yes   404    404       404     404   404   404
fill in          | 404    404      yes      yes   yes    yes       yes     yes   404   403
cancel           | 404    404      yes      yes   403    403       yes     yes   404   403
move             | 404    404      yes      yes   yes    403       yes     yes   404   403
object           | 404    404      yes      yes   yes    403       yes     yes   404   403
mark             | 404    404      403      403   yes    403       yes     yes   404   403
take back        | 404    404      403      403   403    403       yes     yes   404   403
close            | 404    404      yes      yes   403    403       403     403   404   403
papers           | 401    404      404      401   404    404       yes     yes   404   yes
member           | 401    404      404      401   yes    yes       yes     yes   404   404
manager          | 401    404      404      401   403    403       yes     yes   404   404
owner            | 401    404      404      401   403    403       403     yes   404   404
book in          | 401    404      404      401   yes    403       yes     yes   404   404
mark at the desk | 401    404      404      401   yes    told      yes     yes   404   404
mark in words    | 401    404      404      401   yes    403       yes     yes   404   404
take a quiz      | 401    404      404      401   yes    yes       403     403   404   404
own notice       | 401    404      404      401   yes    404       404     404   404   404
follow board     | 404    404      404      404   yes    yes       yes     yes   404   yes
back office      | 401    401      401      401   401    401       401     401   401   yes
desk             | 401    404      404      401   404    404       404     404   404   yes
"""


def _read(text: str) -> dict[str, dict[str, str]]:
    head, *lines = (line.split("|") for line in text.strip().splitlines())
    callers = head[1].split()
    assert tuple(callers) == CALLERS
    return {line[0].strip(): dict(zip(callers, line[1].split(), strict=True)) for line in lines}


RULES = _read(_RULES)


@dataclass(frozen=True)
class Case:
    """A valid request and the rule it follows. `{names}` in its parts are filled from World.ids.

    `scope` is what an app's token must hold, `state` the visit's status, `outcome` what succeeding looks like
    besides 2xx and 3xx.
    """

    rule: str
    scope: str | None = None
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    form: dict[str, Any] = field(default_factory=dict)
    # The operation takes a file under this name.
    file: str = ""
    state: str = "confirmed"
    outcome: int = 200


def _see(rule: str = "member", **more: Any) -> Case:
    return Case(rule, scope="catalogue:read", **more)


def _change(rule: str = "manager", **more: Any) -> Case:
    return Case(rule, scope="catalogue:write", **more)


def _visit(rule: str, **more: Any) -> Case:
    return Case(rule, scope="bookings:write", **more)


_PERIOD = {"start": "{start}", "end": "{later}"}
_CONTACT = {"name": "Helmi", "email": "helmi@example.com", "phone": "+358401234567"}
_HOME = {"line": "Vaasankatu 3", "lat": 60.1841, "lng": 24.9525, "note": "2nd floor"}
_STARS = {"service": 5, "punctuality": 4, "value": 3}
_SPAN = {"from": "{start}", "to": "{later}"}

OPERATIONS: dict[str, Case | tuple[Case, ...]] = {
    # Everybody
    "search": Case("public", query={"lat": "60.18", "lng": "24.95"}),
    "list_categories": Case("public"),
    "get_outlet": Case("public"),
    "list_outlet_services": Case("public"),
    "list_slots": Case("public", query={"outlet": "{outlet}", **_SPAN}),
    "find_slots": Case(
        "public", body={"outlet": "{outlet}", "items": [{"service": "{home}"}], "address": _HOME, **_SPAN}
    ),
    "create_booking": (
        Case(
            "public",
            scope="bookings:write",
            body={
                "outlet": "{outlet}",
                "service": "{service}",
                "start": "{later}",
                "staff": "{staff}",
                "options": ["{option}"],
            },
        ),
        Case(
            "public",
            scope="bookings:write",
            body={
                "outlet": "{outlet}",
                "items": [{"service": "{home}", "options": [], "staff": "{staff}"}],
                "start": "{later}",
                "seats": 1,
                "address": _HOME,
                "customer": _CONTACT,
            },
        ),
    ),
    # The account
    "get_me": Case("signed in"),
    "list_tokens": Case("signed in person"),
    "revoke_token": Case("signed in person"),
    "list_consents": Case("signed in person"),
    "set_consents": Case("signed in person", body={"accept": True, "marketing": True}),
    "list_exports": Case("signed in person"),
    "ask_for_export": Case("signed in person"),
    "fetch_export": Case("signed in person"),
    "get_erasure": Case("signed in person"),
    "ask_to_be_erased": Case("signed in person", body={"reviews": True}),
    "undo_erasure": Case("signed in person"),
    # A visit
    "list_bookings": Case("signed in", scope="bookings:read"),
    "list_outlet_bookings": Case("member", scope="bookings:read", query={"day": "2030-01-01"}),
    "add_visit": _visit(
        "book in",
        body={
            "service": "{home}",
            "start": "{later}",
            "source": "phone",
            "customer": _CONTACT,
            "staff": "{staff}",
            "options": [],
            "address": _HOME,
        },
    ),
    "get_booking": Case("see visit", scope="bookings:read"),
    "list_booking_events": Case("see visit", scope="bookings:read", query={"after": "0"}),
    "preview_change": (
        Case("cancel", scope="bookings:read", query={"action": "cancel"}),
        Case("move", scope="bookings:read", query={"action": "reschedule", "start": "{later}"}),
    ),
    "fill_in_booking": _visit(
        "fill in",
        state="held",
        body={
            "customer": _CONTACT,
            "options": ["{option}"],
        },
    ),
    "pay_booking": (
        _visit("fill in", state="held", body={"method": "counter"}),
        _visit("fill in", state="held", body={"method": "sandbox"}),
    ),
    "extend_hold": _visit("fill in", state="held"),
    "cancel_booking": _visit("cancel", body={"version": "{version}"}),
    "reschedule_booking": _visit(
        "move", body={"start": "{later}", "staff": "{staff}", "version": "{version}"}
    ),
    "accept_booking": _visit("mark", state="requested"),
    "decline_booking": _visit("mark", state="requested", body={"reason": "Full."}),
    "check_in": _visit("mark", state="today", body={"code": "{code}"}),
    "on_the_way": _visit("mark", state="at_home"),
    "start_visit": _visit("mark", state="checked_in"),
    "tick_standard": _visit("mark", state="started", body={"done": [0]}),
    "complete_visit": _visit("mark", state="started"),
    "close_booking": _visit("close", state="completed"),
    "no_show": _visit("mark", state="missed"),
    "take_counter_payment": _visit(
        "mark", state="to_pay", body={"amount": 5000, "means": "cash", "note": "Receipt 7"}
    ),
    "reverse_counter_payment": _visit("take back", state="paid_there", body={"reason": "Typed twice"}),
    "send_message": _visit("mark", body={"text": "Come in by the yard, please."}),
    "object_to_booking": _visit("object", state="started", body={"reason": "It leaks."}),
    "withdraw_objection": _visit("close", state="objected"),
    "decide_objection": Case("desk", state="objected", body={"refund": 0, "reason": "Both were right."}),
    # Reviews
    "list_outlet_reviews": Case("public"),
    "write_review": _visit("close", state="completed", body={"stars": _STARS, "text": "Good."}),
    "change_review": _visit("close", state="reviewed", body={"stars": _STARS, "text": "Better."}),
    "get_review": Case("see visit", scope="bookings:read", state="reviewed"),
    "add_review_photo": _visit("close", state="reviewed", file="photo"),
    "remove_review_photo": _visit("close", state="reviewed"),
    "reply_to_review": _change(body={"text": "Thank you."}),
    "report_review": Case("somebody", scope="bookings:write", body={"reason": "spam", "text": "Look."}),
    # A business
    "list_my_businesses": Case("signed in", scope="catalogue:read"),
    "create_business": Case(
        "signed in", scope="catalogue:write", body={"name": "New", "email": "new@example.com"}
    ),
    "get_business": _see(),
    "update_business": _change(body={"name": "New", "phone": "+358401234567"}),
    "submit_business": _change("owner", outcome=409),
    "get_application": _see("manager"),
    "list_document_needs": _see("manager"),
    "list_documents": _see("manager"),
    # Without a file: tests/vetting sends some.
    "submit_document": _change(outcome=422),
    "get_document_file": _see("papers"),
    "list_vetting_entries": _see("manager"),
    "write_to_operators": _change(body={"message": "When do you look at it?"}),
    "appeal_decision": _change(body={"text": "It was snowing."}),
    "list_my_notices": _see(),
    "appeal_my_notice": _change("own notice", body={"text": "It was snowing."}),
    "list_members": _see("manager"),
    "list_invitations": _see("manager"),
    "invite_member": _change(
        "owner", body={"email": "new@example.com", "role": "staff", "staff": "{new_staff}"}
    ),
    "withdraw_invitation": _change("owner"),
    "list_my_invitations": Case("signed in", scope="catalogue:read"),
    "accept_invitation": Case("own thing", scope="catalogue:write"),
    "decline_invitation": Case("own thing", scope="catalogue:write"),
    # The last owner is told that they cannot.
    "leave_business": _change("member"),
    "close_business": _change("owner", outcome=409),
    "change_member": _change("owner", body={"role": "manager", "staff": "{new_staff}"}),
    "remove_member": _change("owner"),
    "list_my_outlets": _see(),
    "create_outlet": _change(
        body={
            "name": "New",
            "street_line": "Kalevankatu 1",
            "city": "Helsinki",
            "country": "FI",
            "timezone": "Europe/Helsinki",
            "currency": "EUR",
            "category": "{category}",
            "pin": {"lat": 60.17, "lng": 24.94},
            "slot_step_min": 15,
            "notice_min": 0,
            "window_days": 60,
            "service_radius_m": 1000,
        }
    ),
    "get_my_outlet": _see(),
    "update_outlet": _change(
        body={"name": "New", "pin": {"lat": 60.17, "lng": 24.94}, "window_days": 30, "service_radius_m": 900}
    ),
    # Its visit would be hit otherwise: tests/bookings/test_affected.py.
    "archive_outlet": _change(state="given_up"),
    "list_resource_kinds": _see(),
    "create_resource_kind": _change(body={"name": "Chair"}),
    "rename_resource_kind": _change(body={"name": "Chair"}),
    "archive_resource_kind": _change(),
    "list_resources": _see(),
    "create_resource": _change(body={"kind": "{kind}", "outlet": "{outlet}", "name": "Bay 2", "position": 2}),
    "update_resource": _change(body={"name": "Bay 9", "position": 9}),
    "archive_resource": _change(),
    "list_staff": _see(),
    "create_staff": _change(
        body={
            "name": "Eero",
            "title": "Barber",
            "resume": "Cuts.",
            "speaks": ["fi"],
            "working_since": 2010,
            "outlets": ["{outlet}"],
            "skills": [{"service": "{service}", "level": "skilled"}],
        }
    ),
    "get_staff": _see(),
    "update_staff": _change(
        body={
            "title": "Barber",
            "speaks": ["fi"],
            "outlets": ["{outlet}"],
            "skills": [{"service": "{service}"}],
        }
    ),
    "archive_staff": _change(state="given_up"),
    "set_staff_photo": _change(file="photo"),
    "remove_staff_photo": _change(),
    "list_my_services": _see(),
    "create_service": _change(
        body={
            "category": "{category}",
            "name": "Wash",
            "duration_min": 30,
            "price_amount": 2000,
            "currency": "EUR",
            "description": "Clean.",
            "buffer_before_min": 5,
            "buffer_after_min": 5,
            "tax_percent": "14",
            "needs_acceptance": True,
            "acceptance_hours": 12,
            "outlets": ["{outlet}"],
            "needs": [{"kind": "{kind}", "quantity": 1}],
        }
    ),
    "get_my_service": _see(),
    "update_service": _change(
        body={
            "name": "New",
            "duration_min": 45,
            "price_amount": 10,
            "needs": [{"kind": "{kind}"}],
            "needs_acceptance": True,
            "acceptance_hours": 12,
        }
    ),
    "archive_service": _change(state="given_up"),
    "offer_service": _change(body={"price_amount": 4000}),
    "withdraw_service": _change(state="given_up"),
    "create_option": _change(body={"name": "Wax", "extra_min": 10, "price_amount": 500, "position": 1}),
    "update_option": _change(body={"name": "Wax", "extra_min": 10, "price_amount": 500}),
    "archive_option": _change(),
    "get_hours": _see(query={"staff": "{staff}"}),
    "replace_hours": _change(
        state="given_up",
        body={
            "staff": "{staff}",
            "rules": [{"weekday": 0, "opens": "09:00", "closes": "17:00", "valid_from": "{on}"}],
        },
    ),
    "list_overrides": _see(query={"staff": "{staff}"}),
    "set_override": _change(body={"staff": "{staff}", "periods": [{"opens": "10:00", "closes": "12:00"}]}),
    "clear_override": _change(query={"staff": "{staff}"}),
    "list_closures": _see(),
    "add_closure": _change(state="given_up", body={**_PERIOD, "reason": "Holiday"}),
    "remove_closure": _change(),
    "list_time_off": _see(),
    "add_time_off": _change(state="given_up", body={**_PERIOD, "reason": "Holiday"}),
    "remove_time_off": _change(),
}


# A sent form that is not filled in shows that it may be sent: 422 with the page again.
_NOTHING = {"nothing": "1"}
_SEEN, _EMPTY = Case("manager"), Case("manager", form=_NOTHING, outcome=422)
_DESK_FORM: dict[str, Case] = {"GET": _SEEN, "POST": _EMPTY}
_ASKED_FIRST: dict[str, Case] = {"GET": _SEEN, "POST": Case("manager", state="given_up")}
_SIGN_IN_FORM: dict[str, Case] = {"GET": Case("public"), "POST": Case("public")}
_OWN_SIGN_IN_FORM: dict[str, Case] = {"GET": Case("signed in"), "POST": Case("signed in")}
_PUBLIC: dict[str, Case] = {"GET": Case("public")}
_DESK: dict[str, Case] = {"GET": Case("desk")}

# Route name -> method -> case. A method that is not here is refused for everybody with 405.
PAGES: dict[str, dict[str, Case]] = {
    "healthz": _PUBLIC,
    "readyz": _PUBLIC,
    "api:openapi-json": _PUBLIC,
    "api:openapi-view": _PUBLIC,
    "geo:tile": _PUBLIC,
    "picture": _PUBLIC,
    "payment_webhook": {"POST": Case("public", outcome=400)},
    # Who holds its address may pay: a friend, too.
    "sandbox_pay": {"GET": Case("public"), "POST": Case("public", form={"action": "decline"})},
    # The demo's and development's; elsewhere nobody finds it (tests/notifications).
    "mailbox:list": _PUBLIC,
    "mailbox:mail": _PUBLIC,
    "mailbox:html": _PUBLIC,
    "mailbox:file": _PUBLIC,
    # Signing in: django-allauth says itself what comes when.
    "account_login": _SIGN_IN_FORM,
    "account_logout": _SIGN_IN_FORM,
    "account_inactive": _PUBLIC,
    "account_signup": _SIGN_IN_FORM,
    # Nobody here has a password to give once more; the operator is led to the second factor.
    "account_reauthenticate": {"GET": Case("own factor"), "POST": Case("own factor")},
    "account_email": _OWN_SIGN_IN_FORM,
    "account_email_verification_sent": _SIGN_IN_FORM,
    "account_change_password": _OWN_SIGN_IN_FORM,
    "account_set_password": _OWN_SIGN_IN_FORM,
    "account_reset_password": _SIGN_IN_FORM,
    "account_confirm_login_code": _SIGN_IN_FORM,
    "account_confirm_password_reset_code": _SIGN_IN_FORM,
    "account_complete_password_reset": _SIGN_IN_FORM,
    "account_password_reset_completed": _PUBLIC,
    "account_request_login_code": _SIGN_IN_FORM,
    # The second factor: anybody may have one, operators must. In this world only the operator has.
    "mfa_index": {"GET": Case("signed in")},
    "mfa_authenticate": _SIGN_IN_FORM,
    "mfa_reauthenticate": {"GET": Case("own factor"), "POST": Case("own factor")},
    "mfa_activate_totp": _OWN_SIGN_IN_FORM,
    "mfa_deactivate_totp": {"GET": Case("desk"), "POST": Case("desk")},
    "mfa_view_recovery_codes": {"GET": Case("desk")},
    "mfa_generate_recovery_codes": _OWN_SIGN_IN_FORM,
    "mfa_download_recovery_codes": {"GET": Case("desk")},
    "mfa_list_webauthn": {"GET": Case("signed in")},
    "mfa_add_webauthn": _OWN_SIGN_IN_FORM,
    "mfa_reauthenticate_webauthn": {"GET": Case("own factor"), "POST": Case("own factor")},
    "mfa_remove_webauthn": {"GET": Case("desk"), "POST": Case("desk")},
    "mfa_edit_webauthn": {"GET": Case("desk"), "POST": Case("desk")},
    "account": {"GET": Case("signed in"), "POST": Case("signed in", form=_NOTHING, outcome=422)},
    "account_tokens": {"POST": Case("signed in", form=_NOTHING, outcome=422)},
    "account_token_revoke": {"POST": Case("own thing")},
    # One's own data; who has not shown lately who they are does so first.
    "account_data": {"GET": Case("signed in")},
    "account_export": {"POST": Case("signed in")},
    "account_export_fetch": {"GET": Case("own thing")},
    "account_erase": {"GET": Case("signed in"), "POST": Case("signed in")},
    "account_erase_undo": {"POST": Case("signed in")},
    "account_marketing": {"POST": Case("signed in", form={"marketing": "on"})},
    "account_terms": {"GET": Case("signed in"), "POST": Case("signed in")},
    "account_again": {"GET": Case("signed in"), "POST": Case("signed in")},
    # Its key is what counts: tests/privacy.
    "account_erasure_undo": {"GET": Case("link of a mail"), "POST": Case("link of a mail")},
    # What everybody sees
    "frontend:home": _PUBLIC,
    "frontend:search": {"GET": Case("public"), "POST": Case("public")},
    "frontend:suggest": {"POST": Case("public", form={"near": "Kal"})},
    "frontend:outlet_reviews": _PUBLIC,
    "frontend:report_review": {
        "GET": Case("somebody"),
        "POST": Case("somebody", form={"reason": "spam", "text": "Look.", "key": "{uuid}"}),
    },
    "frontend:outlet_short": _PUBLIC,
    "frontend:outlet": _PUBLIC,
    "frontend:for_providers": _PUBLIC,
    "frontend:how_we_rank": _PUBLIC,
    "frontend:help": _PUBLIC,
    "frontend:privacy": _PUBLIC,
    "frontend:terms": _PUBLIC,
    "frontend:preferences": {"POST": Case("public", form={"theme": "dark"})},
    "frontend:slots": _PUBLIC,
    "frontend:hold": {
        "GET": Case("public"),
        "POST": Case("public", form={"slot": "{outlet}:{service}:{later}", "nonce": "{uuid}"}),
    },
    "frontend:bookings": _PUBLIC,
    # A visit
    "frontend:booking": {"GET": Case("see visit")},
    "frontend:checkout": {
        "GET": Case("fill in", state="held"),
        "POST": Case("fill in", state="held", form={"do": "update"}),
    },
    "frontend:booking_data": {
        "GET": Case("customer's part"),
        "POST": Case("customer's part", form={"do": "undo"}),
    },
    "frontend:booking_data_json": {"GET": Case("customer's part")},
    "frontend:booking_ics": {"GET": Case("customer's part")},
    "frontend:booking_qr": {"GET": Case("customer's part")},
    "frontend:close_booking": {"POST": Case("close", state="completed", form={"key": "{uuid}"})},
    "frontend:object": {
        "GET": Case("object", state="started"),
        "POST": Case("object", state="started", form={"reason": "It leaks.", "key": "{uuid}"}),
    },
    "frontend:withdraw_objection": {"POST": Case("close", state="objected", form={"key": "{uuid}"})},
    "frontend:cancel": {
        "GET": Case("cancel"),
        "POST": Case("cancel", form={"version": "{version}", "key": "{uuid}"}),
    },
    "frontend:move": {
        "GET": Case("move"),
        "POST": Case("move", form={"start": "{later}", "version": "{version}", "nonce": "{uuid}"}),
    },
    "frontend:review": {
        "GET": Case("close", state="reviewed"),
        "POST": Case("close", state="completed", form={**_STARS, "text": "Good.", "key": "{uuid}"}),
    },
    "frontend:review_photo": {"GET": Case("see visit", state="reviewed")},
    # A business
    "provider:index": {"GET": Case("signed in")},
    "provider:create": {"GET": Case("signed in"), "POST": Case("signed in", form=_NOTHING, outcome=422)},
    # Its key is what counts: tests/providers/test_invitations.py.
    "provider:invitation": {"GET": Case("link of a mail"), "POST": Case("link of a mail")},
    "provider:invitation_accept": {"POST": Case("own thing")},
    "provider:invitation_decline": {"POST": Case("own thing")},
    "provider:overview": {"GET": Case("member")},
    "provider:edit": _DESK_FORM,
    "provider:submit": {"POST": Case("owner")},
    "provider:application": {"GET": _SEEN},
    "provider:vetting_write": {"POST": _EMPTY},
    "provider:appeal": _DESK_FORM,
    "provider:appeal_notice": {
        "GET": Case("own notice"),
        "POST": Case("own notice", form={"key": "{uuid}", "text": "It was snowing."}),
    },
    "provider:documents": {"GET": _SEEN},
    "provider:document_new": _DESK_FORM,
    "frontend:document_file": {"GET": Case("papers")},
    "provider:outlets": {"GET": Case("member")},
    "provider:outlet_new": _DESK_FORM,
    "provider:outlet": _DESK_FORM,
    "provider:outlet_archive": _ASKED_FIRST,
    "provider:hours": {"GET": _SEEN, "POST": Case("manager", form=_NOTHING, state="given_up")},
    "provider:times": _DESK_FORM,
    "provider:seasons": _DESK_FORM,
    "provider:season_remove": {"POST": Case("manager", form={"rule": "0/09:00/2090-01-02"})},
    "provider:days": _DESK_FORM,
    "provider:date_clear": {"POST": _SEEN},
    "provider:closure_remove": {"POST": _SEEN},
    "provider:day": {"GET": Case("member")},
    "provider:board": {"GET": Case("member")},
    "provider:scan": {
        "POST": Case("mark at the desk", form={"scan": "{ref}:{code}", "key": "{uuid}"}),
    },
    "provider:visit_new": {"GET": Case("member"), "POST": Case("member", form=_NOTHING, outcome=422)},
    "provider:visit": {"GET": Case("member")},
    "provider:visit_take": {
        "POST": Case(
            "mark at the desk", state="to_pay", form={"amount": "5000", "means": "cash", "key": "{uuid}"}
        )
    },
    "provider:visit_untake": {
        "POST": Case("manager", state="paid_there", form={"reason": "Typed twice", "key": "{uuid}"})
    },
    "provider:visit_message": {
        "POST": Case("mark in words", form={"text": "Come in by the yard, please.", "key": "{uuid}"})
    },
    "provider:visit_move": {
        "GET": Case("mark in words"),
        "POST": Case(
            "mark in words",
            form={"do": "move", "start": "{later}", "version": "{version}", "key": "{uuid}"},
        ),
    },
    "provider:visit_cancel": {
        "GET": _SEEN,
        "POST": Case("manager", form={"version": "{version}", "key": "{uuid}"}),
    },
    "provider:visit_mark": {
        "POST": Case("mark at the desk", state="today", form={"code": "{code}", "key": "{uuid}"})
    },
    "provider:visit_standard": {
        "POST": Case("mark at the desk", state="started", form={"done": "0", "key": "{uuid}"})
    },
    "provider:training": {"GET": Case("member")},
    "provider:quiz": {"GET": Case("member"), "POST": Case("take a quiz", form={"q0": "0", "key": "{uuid}"})},
    "provider:staff": {"GET": Case("member")},
    "provider:staff_new": _DESK_FORM,
    "provider:person": _DESK_FORM,
    "provider:staff_archive": _ASKED_FIRST,
    "provider:person_photo": {"POST": Case("manager", form={"remove": "1"})},
    "provider:time_off": _DESK_FORM,
    "provider:time_off_remove": {"POST": _SEEN},
    "provider:services": {"GET": Case("member")},
    "provider:service_new": _DESK_FORM,
    "provider:service": _DESK_FORM,
    "provider:offers": {"POST": Case("manager", state="given_up")},
    "provider:service_archive": _ASKED_FIRST,
    "provider:option_new": _DESK_FORM,
    "provider:option": _DESK_FORM,
    "provider:option_archive": _ASKED_FIRST,
    "provider:things": {"GET": Case("member")},
    "provider:kind_add": {"POST": _EMPTY},
    "provider:kind_archive": _ASKED_FIRST,
    "provider:unit_add": {"POST": _EMPTY},
    "provider:unit": _DESK_FORM,
    "provider:unit_archive": _ASKED_FIRST,
    "provider:reviews": {"GET": Case("member")},
    "provider:review": {
        "GET": Case("member"),
        "POST": Case("manager", form={"do": "reply", "text": "Thank you.", "key": "{uuid}"}),
    },
    "provider:members": {"GET": _SEEN},
    "provider:member_new": {"GET": Case("owner"), "POST": Case("owner", form=_NOTHING, outcome=422)},
    "provider:invitation_withdraw": {"POST": Case("owner")},
    "provider:close": {"GET": Case("owner"), "POST": Case("owner")},
    "provider:leave": {"GET": Case("member"), "POST": Case("member")},
    "provider:member": {"GET": Case("owner"), "POST": Case("owner", form=_NOTHING, outcome=422)},
    "provider:member_remove": {"GET": Case("owner"), "POST": Case("owner")},
    "provider:bank": {"GET": Case("owner")},
    "provider:bank_edit": {"GET": Case("owner"), "POST": Case("owner", form=_NOTHING, outcome=422)},
    "provider:bank_remove": {"GET": Case("owner"), "POST": Case("owner")},
    # The operators' desk
    "desk:overview": _DESK,
    "desk:applications": _DESK,
    "desk:application": _DESK,
    "desk:claim": {"POST": Case("desk", form={"key": "{uuid}"})},
    "desk:release": {"POST": Case("desk", form={"key": "{uuid}"})},
    "desk:write": {"POST": Case("desk", form={"key": "{uuid}", "message": "Hello."})},
    "desk:decide": {"POST": Case("desk", form=_NOTHING, outcome=422)},
    "desk:documents": _DESK,
    "desk:decide_document": {"POST": Case("desk", form={"key": "{uuid}", "accept": "1"})},
    "desk:appeals": _DESK,
    "desk:appeal_claim": {"POST": Case("desk", form={"key": "{uuid}"})},
    "desk:appeal_release": {"POST": Case("desk", form={"key": "{uuid}"})},
    "desk:appeal": {"GET": Case("desk"), "POST": Case("desk", form=_NOTHING, outcome=422)},
    "desk:find": {"GET": Case("desk"), "POST": Case("desk", form={"q": "Shop"})},
    "desk:provider": _DESK,
    "desk:bank": {"POST": Case("desk")},
    "desk:measure": {"POST": Case("desk", form=_NOTHING, outcome=422)},
    "desk:person": _DESK,
    "desk:booking": _DESK,
    "desk:record": _DESK,
    "desk:quality": _DESK,
    "desk:case": {
        "GET": Case("desk"),
        "POST": Case("desk", form={"outcome": "notice", "reason": "Look after it.", "key": "{uuid}"}),
    },
    "desk:reviews": _DESK,
    "desk:review": {
        "GET": Case("desk"),
        "POST": Case("desk", form={"do": "hide", "reason": "spam", "note": "No.", "key": "{uuid}"}),
    },
    "desk:objections": _DESK,
    "desk:objection": {
        "GET": Case("desk", state="objected"),
        "POST": Case("desk", state="objected", form={"reason": "Both were right.", "key": "{uuid}"}),
    },
}

SOCKETS: dict[str, Case] = {
    "ws/bookings/<str:ref>": Case("see visit", scope="bookings:read"),
    "ws/outlets/<str:outlet>/slots": Case("public"),
    "ws/board/<str:outlet>": Case("follow board", scope="bookings:read"),
}


def cases(found: Case | tuple[Case, ...]) -> tuple[Case, ...]:
    return found if isinstance(found, tuple) else (found,)
