"""The API's operations, by operation id: the rule each follows, and a valid request of it."""

from typing import Any

from tests.permissions.table import Case


def _see(rule: str = "member", **more: Any) -> Case:
    return Case(rule, scope="catalogue:read", **more)


def _change(rule: str = "manager", **more: Any) -> Case:
    return Case(rule, scope="catalogue:write", **more)


def _money(rule: str = "manager", **more: Any) -> Case:
    return Case(rule, scope="money:read", **more)


def _operators(scope: str, **more: Any) -> Case:
    return Case("desk", scope=scope, **more)


def _visit(rule: str, **more: Any) -> Case:
    return Case(rule, scope="bookings:write", **more)


_PERIOD = {"start": "{start}", "end": "{later}"}
_CONTACT = {"name": "Helmi", "email": "helmi@example.com", "phone": "+358401234567"}
_HOME = {"line": "Vaasankatu 3", "lat": 60.1841, "lng": 24.9525, "note": "2nd floor"}
_STARS = {"service": 5, "punctuality": 4, "value": 3}
_FREE_FOR_AN_HOUR = {"until_min_before": 60, "keep_percent": 0}
_SPAN = {"from": "{start}", "to": "{later}"}

_OWN_CALENDARS = "mark in words"  # the person's own, and all for managers
_SERIES = {
    "outlet": "{outlet}",
    "service": "{service}",
    "rule": "FREQ=WEEKLY;COUNT=3",
    "first_day": "{today}",
    "at": "10:00",
}

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
    "list_cards": Case("signed in person"),
    "remove_card": Case("signed in person"),
    "get_wallet": Case("signed in person"),
    "list_wallet_movements": Case("signed in person"),
    "send_wallet_back": Case("signed in person", body={"currency": "EUR", "amount": 100}),
    "list_consents": Case("signed in person"),
    "set_consents": Case("signed in person", body={"accept": True, "marketing": True}),
    "list_exports": Case("signed in person"),
    "ask_for_export": Case("signed in person"),
    "fetch_export": Case("signed in person"),
    "get_erasure": Case("signed in person"),
    "ask_to_be_erased": Case("signed in person", body={"reviews": True}),
    "undo_erasure": Case("signed in person"),
    "list_people": Case("signed in person"),
    "save_person": Case("signed in person", body={"name": "Onni", "note": "nuts", "agreed": True}),
    "change_person": Case("signed in person", body={"name": "Onni"}),
    "remove_person": Case("signed in person"),
    "list_saved_addresses": Case("signed in person"),
    "save_address": Case("signed in person", body={"line": "Vaasankatu 3"}),
    "change_saved_address": Case("signed in person", body={"line": "Vaasankatu 3"}),
    "remove_saved_address": Case("signed in person"),
    "list_vehicles": Case("signed in person"),
    "save_vehicle": Case("signed in person", body={"plate": "ABC-123"}),
    "change_vehicle": Case("signed in person", body={"plate": "ABC-123"}),
    "remove_vehicle": Case("signed in person"),
    "list_my_sessions": Case("signed in person"),
    "end_my_session": Case("signed in person"),
    "get_notices": Case("signed in person"),
    "change_notices": Case("signed in person", body={"topics": [{"topic": "reminders", "mail": False}]}),
    "list_busy_calendars": _see(_OWN_CALENDARS),
    "subscribe_busy_calendar": _change(_OWN_CALENDARS, body={"url": "https://calendar.example/a.ics"}),
    "upload_busy_calendar": _change(_OWN_CALENDARS, file="file", outcome=422),
    "read_busy_calendar": _change(_OWN_CALENDARS),
    "remove_busy_calendar": _change(_OWN_CALENDARS),
    "list_calendar_feeds": Case("signed in person"),
    "make_calendar_feed": Case("signed in person", body={"outlet": "{outlet}"}),
    "revoke_calendar_feed": Case("signed in person"),
    "list_devices": Case("signed in person"),
    "remove_device": Case("signed in person"),
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
    # Group sessions
    "join_waitlist": _visit(
        "public",
        body={
            "outlet": "{outlet}",
            "service": "{service}",
            "staff": "{staff}",
            "first_day": "{today}",
            "last_day": "{today}",
            "customer": _CONTACT,
        },
    ),
    "list_waits": Case("signed in", scope="bookings:read"),
    "get_wait": Case("see wait", scope="bookings:read"),
    "leave_waitlist": _visit("see wait"),
    "list_outlet_waits": Case("member", scope="bookings:read"),
    "try_series": Case("public", body=_SERIES),
    "book_series": _visit(
        "signed in", body={**_SERIES, "dates": [{"day": "2030-01-01", "start": "{later}"}]}, outcome=422
    ),
    "list_series": Case("signed in", scope="bookings:read"),
    "get_series": Case("see series", scope="bookings:read"),
    "preview_series_cancel": Case("see series", scope="bookings:read"),
    "cancel_series": _visit("cancel series", body={"visits": [{"booking": "{ref}", "version": "{version}"}]}),
    "preview_series_move": Case("see series", scope="bookings:read", query={"day": "{today}", "at": "10:00"}),
    "move_series": _visit(
        "move series", body={"visits": [{"booking": "{ref}", "version": "{version}", "start": "{later}"}]}
    ),
    "list_sessions": Case("member", scope="bookings:read", query=_SPAN),
    "get_session": Case("member", scope="bookings:read"),
    "add_sessions": _visit(
        "manager", body={"service": "{group}", "start": "{later}", "dates": 2, "course": "C"}
    ),
    "change_session_seats": _visit("manager", body={"capacity": 9}),
    "move_session": _visit("manager", body={"start": "{later}"}),
    "cancel_session": _visit("manager"),
    # The walk-in queue: somebody waits there for `person`, and the guest has a link to that place.
    "get_queue": Case("member", scope="bookings:read"),
    "join_queue": _visit("member", body={"service": "{service}", "name": "Ville", "party": 1}),
    "call_next": _visit("member"),
    "call_from_queue": _visit("book in"),
    "queue_came": _visit("book in", state="called"),
    "queue_no_show": _visit("book in", state="called"),
    "put_back_in_queue": _visit("book in", state="called"),
    "remove_from_queue": _visit("book in"),
    "show_queue_link": _visit("member"),
    "end_queue_links": _visit("member"),
    "get_my_place": Case("own place", scope="bookings:read"),
    "leave_queue": Case("own place", scope="bookings:write"),
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
    "arrive_at_outlet": _visit("close", state="today"),
    "say_nobody_came": _visit("close", state="missed", body={"text": "I waited outside."}),
    "concede_nobody_came": _visit("take back", state="not_come"),
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
    "propose_price_change": (
        _visit("mark", body={"option": "{option}"}),
        _visit("mark", body={"name": "Beard oil", "amount": 800, "reason": "As asked"}),
    ),
    "approve_price_change": _visit("close", state="price_asked"),
    "decline_price_change": _visit("close", state="price_asked"),
    "withdraw_price_change": _visit("mark", state="price_asked"),
    "pay_booking_rest": _visit("customer's part", state="to_pay", body={"method": "sandbox", "amount": 5000}),
    "show_pay_link": _visit("mark", state="to_pay"),
    "preview_refund": Case("give back", scope="bookings:read", state="paid_online", query={"amount": "100"}),
    "refund_booking": _visit(
        "give back",
        state="paid_online",
        body={"amount": 100, "reason": "It leaked.", "version": "completed.5000.100.100.0"},
    ),
    "list_refunds": Case("desk"),
    "approve_refund": Case("desk", state="refund_asked"),
    "refuse_refund": Case("desk", state="refund_asked"),
    "send_message": _visit("move", body={"text": "Come in by the yard, please."}),
    "list_messages": Case("move", scope="bookings:read"),
    "read_messages": _visit("move"),
    "report_message": _visit("move", state="written", body={"reason": "abuse", "text": "Look."}),
    "object_to_booking": _visit("object", state="started", body={"reason": "It leaks."}),
    "withdraw_objection": _visit("close", state="objected"),
    "decide_objection": (
        Case("desk", state="objected", body={"refund": 0, "reason": "Both were right."}),
        Case("desk", state="not_come", body={"refund": 0, "reason": "Nobody was there.", "missed": True}),
    ),
    # Invoices
    "list_booking_invoices": Case("papers of visit", scope="bookings:read", state="invoiced"),
    "make_booking_invoices": _visit("papers of visit", state="invoiced"),
    "get_buyer": Case("papers of visit", scope="bookings:read"),
    "set_buyer": _visit("name the buyer", body={"company": "Helmi Oy", "tax_id": "FI20774740"}),
    "get_invoice_pdf": Case("papers of visit", scope="bookings:read", state="invoiced"),
    "list_invoices": _see("manager"),
    "get_seller": _see("manager"),
    "set_seller": _change(
        "owner",
        body={
            "name": "Shop Oy",
            "street_line": "Vaasankatu 3",
            "postcode": "00500",
            "city": "Helsinki",
            "country": "FI",
            "company_id": "2077474-0",
            "tax_id": "FI20774740",
        },
    ),
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
    "list_pictures": _see(),
    "add_picture": _change(file="picture"),
    "order_pictures": _change(body={"order": ["{picture}"]}),
    "describe_picture": _change(body={"alt": "Two chairs."}),
    "remove_picture": _change(),
    "restore_picture": _change(),
    "list_policies": _see("manager"),
    "get_balance": _money(),
    "get_statement": _money(),
    "get_numbers": _money(),
    "list_statement_lines": _money(),
    "list_payouts": _money(),
    "list_commission_invoices": _money(),
    "get_commission_invoice_pdf": _money(),
    # Operators' money: in their session, or by a token of theirs.
    "get_money": _operators("payouts:read"),
    "list_payout_runs": _operators("payouts:read"),
    "get_payout_run": _operators("payouts:read"),
    "start_payout_run": _operators("payouts:write"),
    "fetch_payout_file": _operators("payouts:write"),
    "list_all_payouts": _operators("payouts:read", query={"status": "planned"}),
    "mark_payout_paid": _operators("payouts:write"),
    "mark_payout_failed": _operators("payouts:write"),
    "list_payout_holds": _operators("payouts:read"),
    "hold_payouts": _operators("payouts:write", body={"reason": "Three cases are open."}),
    "free_payouts": _operators("payouts:write"),
    "list_differences": _operators("payouts:read"),
    "look_at_difference_again": _operators("payouts:write"),
    "settle_difference": _operators("payouts:write", body={"note": "Given back there."}),
    "set_policy": _change(body={"cancel": [_FREE_FOR_AN_HOUR], "change": [_FREE_FOR_AN_HOUR]}),
    "drop_policy": _change(),
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
