"""Pages by route name, and sockets: the rule each follows, and a valid request of it."""

from tests.permissions.table import Case

# A sent form that is not filled in shows that it may be sent: 422 with the page again.
_NOTHING = {"nothing": "1"}
_REVIEW = {"service": 5, "punctuality": 4, "value": 3, "text": "Good.", "key": "{uuid}"}
_SEEN, _EMPTY = Case("manager"), Case("manager", form=_NOTHING, outcome=422)
_DESK_FORM: dict[str, Case] = {"GET": _SEEN, "POST": _EMPTY}
_ASKED_FIRST: dict[str, Case] = {"GET": _SEEN, "POST": Case("manager", state="given_up")}
_SIGN_IN_FORM: dict[str, Case] = {"GET": Case("public"), "POST": Case("public")}
_OWN_SIGN_IN_FORM: dict[str, Case] = {"GET": Case("signed in"), "POST": Case("signed in")}
_OWN_FORM: dict[str, Case] = {
    "GET": Case("signed in"),
    "POST": Case("signed in", form=_NOTHING, outcome=422),
}
_ONE_OF_OWN: dict[str, Case] = {
    "GET": Case("own thing"),
    "POST": Case("own thing", form=_NOTHING, outcome=422),
}
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
    "picture_size": _PUBLIC,
    "payment_webhook": {"POST": Case("public", outcome=400)},
    # Who holds its address may pay: a friend, too.
    "sandbox_payee": {"GET": Case("public"), "POST": Case("public", form={"action": "later"})},
    "sandbox_pay": {"GET": Case("public"), "POST": Case("public", form={"action": "decline"})},
    # The demo's and development's; elsewhere nobody finds it (tests/notifications).
    "mailbox:list": _PUBLIC,
    "mailbox:mail": _PUBLIC,
    "frontend:design": _PUBLIC,
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
    "account": {"GET": Case("signed in")},
    "account_profile": _OWN_FORM,
    "account_tokens": _OWN_FORM,
    # What fills in the next booking.
    "account_people": _OWN_FORM,
    "account_people_change": _ONE_OF_OWN,
    "account_people_remove": {"POST": Case("own thing")},
    "account_people_restore": {"POST": Case("own thing")},
    "account_addresses": _OWN_FORM,
    "account_addresses_change": _ONE_OF_OWN,
    "account_addresses_remove": {"POST": Case("own thing")},
    "account_addresses_restore": {"POST": Case("own thing")},
    "account_vehicles": _OWN_FORM,
    "account_vehicles_change": _ONE_OF_OWN,
    "account_vehicles_remove": {"POST": Case("own thing")},
    "account_vehicles_restore": {"POST": Case("own thing")},
    "account_sessions": {"GET": Case("signed in")},
    "account_sessions_others": {"POST": Case("signed in")},
    "account_session_end": {"POST": Case("own thing")},
    "account_token_revoke": {"POST": Case("own thing")},
    # One's own data; who has not shown lately who they are does so first.
    "account_data": {"GET": Case("signed in")},
    "account_export": {"POST": Case("signed in")},
    "account_export_fetch": {"GET": Case("own thing")},
    "account_erase": {"GET": Case("signed in"), "POST": Case("signed in")},
    "account_erase_undo": {"POST": Case("signed in")},
    "account_notices": {
        "GET": Case("signed in"),
        "POST": Case("signed in", form={"starts": "22:00", "ends": "08:00"}),
    },
    "account_devices": {"POST": Case("signed in", form={"do": "stop", "endpoint": "https://push.example/1"})},
    "account_device_remove": {"POST": Case("own thing")},
    "account_calendar": {"GET": Case("signed in"), "POST": Case("signed in")},
    "account_calendar_revoke": {"POST": Case("own thing")},
    "account_cards": {"GET": Case("signed in")},
    "account_card_remove": {"POST": Case("own thing")},
    "account_wallet": {
        "GET": Case("signed in"),
        "POST": Case("signed in", form={"currency": "EUR", "amount": "100", "key": "{uuid}"}),
    },
    "account_wallet_out": {"GET": Case("signed in"), "POST": Case("signed in")},
    "account_start": {"GET": Case("signed in")},
    "account_change_phone": {"GET": Case("signed in"), "POST": Case("signed in", form={"phone": "12"})},
    "account_verify_phone": {"GET": Case("signed in"), "POST": Case("signed in")},
    "account_phone_remove": {"POST": Case("signed in")},
    "account_marketing": {"POST": Case("signed in", form={"marketing": "on"})},
    "account_terms": {"GET": Case("signed in"), "POST": Case("signed in")},
    "account_again": {"GET": Case("signed in"), "POST": Case("signed in")},
    # Its key is what counts: tests/privacy.
    "account_erasure_undo": {"GET": Case("link of a mail"), "POST": Case("link of a mail")},
    # What everybody sees
    "frontend:home": _PUBLIC,
    "frontend:search": {"GET": Case("public"), "POST": Case("public")},
    "frontend:forget_seen": {"POST": Case("public")},
    "frontend:search_counts": _PUBLIC,
    "frontend:search_pins": {"GET": Case("public", outcome=422)},
    "frontend:suggest": {"POST": Case("public", form={"near": "Kal"})},
    "frontend:outlet_reviews": _PUBLIC,
    "frontend:outlet_pictures": _PUBLIC,
    "frontend:outlet_preview": _PUBLIC,
    "frontend:category": _PUBLIC,
    "frontend:preview": _PUBLIC,
    # Its token is what counts: tests/frontend/test_calendar_feeds.py.
    "frontend:calendar_feed": {"GET": Case("public")},
    "frontend:robots": _PUBLIC,
    "frontend:sitemap": _PUBLIC,
    "frontend:sitemap_pages": _PUBLIC,
    "frontend:sitemap_outlets": _PUBLIC,
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
    "frontend:slots": {"GET": Case("public"), "POST": Case("public", form=_NOTHING, outcome=422)},
    "frontend:hold": {
        "GET": Case("public"),
        "POST": Case("public", form={"slot": "{outlet}:{service}:{later}", "nonce": "{uuid}"}),
    },
    "frontend:wait_join": {"GET": Case("public"), "POST": Case("public", form=_NOTHING, outcome=422)},
    "frontend:repeat": {"GET": Case("public"), "POST": Case("public")},
    "frontend:series": {"GET": Case("see series")},
    # Without a visit named there is nothing to do, for whoever may see it.
    "frontend:series_cancel": {
        "GET": Case("see series"),
        "POST": Case("see series", form=_NOTHING, outcome=422),
    },
    "frontend:series_move": {
        "GET": Case("see series"),
        "POST": Case("see series", form=_NOTHING, outcome=422),
    },
    "frontend:wait": {"GET": Case("own wait")},
    "frontend:wait_confirm": {"POST": Case("own wait")},
    "frontend:wait_leave": {"POST": Case("own wait")},
    "frontend:wait_take": {"POST": Case("own wait")},
    "frontend:wait_decline": {"POST": Case("own wait")},
    "frontend:bookings": _PUBLIC,
    "frontend:service_worker": _PUBLIC,
    "frontend:stop_letters": {
        "GET": Case("link of a mail"),
        "POST": Case("link of a mail"),
    },
    "frontend:manifest": _PUBLIC,
    "frontend:offline": _PUBLIC,
    # A visit
    "frontend:booking": {"GET": Case("see visit")},
    "frontend:checkout": {
        "GET": Case("fill in", state="held"),
        "POST": Case("fill in", state="held", form={"do": "update"}),
    },
    # For guests: the visit of this world belongs to a user.
    # Of none of these: only what came into an account by a number (tests/accounts/test_verified_phone.py).
    "frontend:not_mine": {"GET": Case("link of a mail"), "POST": Case("link of a mail")},
    "frontend:join": {"POST": Case("link of a mail")},
    "frontend:again": {
        "GET": Case("customer's part"),
        "POST": Case("customer's part", form={"slot": "{later}", "key": "{uuid}"}, outcome=200),
    },
    "frontend:booking_data": {
        "GET": Case("customer's part"),
        "POST": Case("customer's part", form={"do": "undo"}),
    },
    "frontend:booking_data_json": {"GET": Case("customer's part")},
    "frontend:booking_ics": {"GET": Case("customer's part")},
    "frontend:booking_qr": {"GET": Case("customer's part")},
    "frontend:answer_price": {
        "POST": Case("customer's part", state="price_asked", form={"key": "{uuid}"}),
    },
    "frontend:pay_rest": {
        "GET": Case("customer's part"),
        "POST": Case(
            "customer's part",
            state="to_pay",
            form={"amount": "5000", "method": "sandbox", "key": "{uuid}"},
        ),
    },
    "frontend:receipt": {"GET": Case("see visit")},
    "frontend:invoice_company": {
        "GET": Case("name the buyer"),
        "POST": Case("name the buyer", form={"company": "Helmi Oy", "tax_id": "", "address": ""}),
    },
    # Everybody sees their own visits there, if they have any.
    "frontend:here": _PUBLIC,
    "frontend:arrive": {"POST": Case("close", state="today", form={"key": "{uuid}"})},
    "frontend:not_come": {
        "GET": Case("close", state="missed"),
        "POST": Case("close", state="missed", form={"text": "I waited outside.", "key": "{uuid}"}),
    },
    "frontend:concede_objection": {"POST": Case("take back", state="not_come", form={"key": "{uuid}"})},
    "frontend:make_invoice": {"POST": Case("papers of visit", state="invoiced")},
    "frontend:invoice": {"GET": Case("papers of visit", state="invoiced")},
    "frontend:booking_message": {"POST": Case("close", form={"text": "On my way.", "key": "{uuid}"})},
    "frontend:report_message": {
        "GET": Case("move", state="written"),
        "POST": Case("move", state="written", form={"reason": "abuse", "text": "Look.", "key": "{uuid}"}),
    },
    "frontend:booking_device": {
        "POST": Case("close", form={"do": "stop", "endpoint": "https://push.example/1"})
    },
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
        "POST": Case(
            "close",
            state="completed",
            form=_REVIEW,
        ),
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
    "provider:outlet_square": {"GET": Case("member")},
    "provider:outlet_archive": _ASKED_FIRST,
    "provider:hours": {"GET": _SEEN, "POST": Case("manager", form=_NOTHING, state="given_up")},
    "provider:times": _DESK_FORM,
    "provider:seasons": _DESK_FORM,
    "provider:season_remove": {"POST": Case("manager", form={"rule": "0/09:00/2090-01-02"})},
    "provider:week_copy": _DESK_FORM,
    "provider:days": _DESK_FORM,
    "provider:date_clear": {"POST": _SEEN},
    "provider:closure_remove": {"POST": _SEEN},
    "provider:day": {"GET": Case("member")},
    "provider:board": {"GET": Case("member")},
    # Whoever may see the visits of a shop on its day's page may read them in their calendar.
    "provider:calendars": {"GET": Case("member"), "POST": Case("member", form={"outlet": "{outlet}"})},
    # Each ends their own alone: this one is the person's.
    "provider:busy": {
        "GET": Case("mark in words"),
        "POST": Case("mark in words", form=_NOTHING, outcome=422),
    },
    "provider:busy_read": {"POST": Case("mark in words")},
    "provider:busy_remove": {"POST": Case("mark in words")},
    "provider:calendar_revoke": {"POST": Case("own notice")},
    "provider:waitlist": {"GET": Case("member"), "POST": Case("member", form=_NOTHING, outcome=422)},
    "provider:wait_take_off": {"POST": Case("member")},
    "provider:queue": {"GET": Case("member"), "POST": Case("member", form=_NOTHING, outcome=422)},
    "provider:queue_link": {"GET": Case("member"), "POST": Case("member")},
    "provider:queue_do": {"POST": Case("mark at the desk", form={"key": "{uuid}"})},
    "frontend:queue_place": {"GET": Case("own place")},
    "frontend:queue_leave": {"POST": Case("own place", form={"key": "{uuid}"})},
    "provider:customers": {"GET": Case("member"), "POST": Case("member", form={"q": "Helmi"})},
    "provider:customer": {
        "GET": Case("see customer"),
        "POST": Case("see customer", form={"kind": "note", "text": "Likes it short.", "key": "{uuid}"}),
    },
    "provider:customer_note": {
        "GET": Case("change note"),
        "POST": Case("change note", form={"text": "Likes it shorter."}),
    },
    "provider:sessions": {"GET": Case("member")},
    "provider:session": {"GET": Case("member")},
    "provider:session_new": _DESK_FORM,
    "provider:session_seats": {"POST": Case("manager", form={"seats-capacity": "9"})},
    "provider:session_move": _DESK_FORM,
    "provider:session_cancel": {"GET": _SEEN, "POST": _SEEN},
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
    "provider:visit_price": {
        "POST": Case("mark at the desk", form={"name": "Beard oil", "amount": "8", "key": "{uuid}"})
    },
    "provider:visit_price_withdraw": {
        "POST": Case("mark at the desk", state="price_asked", form={"key": "{uuid}"})
    },
    "provider:visit_square": {"GET": Case("member"), "POST": Case("mark in words", state="to_pay")},
    "provider:visit_refund": {
        "GET": Case("manager", state="paid_online"),
        "POST": Case(
            "manager", state="paid_online", form={"what": "all", "reason": "It leaked.", "key": "{uuid}"}
        ),
    },
    "desk:refund": {
        "GET": Case("desk", state="paid_online"),
        "POST": Case(
            "desk", state="paid_online", form={"what": "all", "reason": "It leaked.", "key": "{uuid}"}
        ),
    },
    "desk:refunds": {"GET": Case("desk")},
    "desk:wallets": {"GET": Case("desk", state="wallet_out")},
    "desk:wallet_payout": {
        "POST": Case("desk", state="wallet_out", form={"do": "agree", "key": "{uuid}"}),
    },
    "desk:refund_limits": {"POST": Case("desk", form={"currency": "EUR", "amount": "100"})},
    "desk:refund_request": {
        "GET": Case("desk", state="refund_asked"),
        "POST": Case("desk", state="refund_asked", form={"do": "refuse", "key": "{uuid}"}),
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
    "provider:visit_drop": {
        "GET": Case("mark in words"),
        "POST": Case("mark in words", form={"start": "{later}", "version": "{version}", "key": "{uuid}"}),
    },
    "frontend:keep": {"POST": Case("cancel")},
    "provider:visit_keep": {"POST": Case("manager")},
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
    "provider:pictures": {"GET": _SEEN, "POST": Case("manager", form=_NOTHING)},
    "provider:picture": {"POST": Case("manager", form={"do": "remove"})},
    "provider:picture_file": {"GET": Case("member")},
    "provider:time_off": _DESK_FORM,
    "provider:time_off_remove": {"POST": _SEEN},
    "provider:table": {"GET": _SEEN, "POST": _EMPTY},
    "provider:table_csv": {"GET": _SEEN},
    "provider:services": {"GET": Case("member")},
    "provider:services_several": _DESK_FORM,
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
    "provider:terms": {"GET": Case("manager")},
    "provider:terms_edit": {"GET": Case("manager"), "POST": Case("manager", form=_NOTHING, outcome=422)},
    "provider:terms_remove": {"GET": Case("manager"), "POST": Case("manager")},
    "provider:money": {"GET": Case("manager")},
    "provider:payee": {"GET": Case("owner")},
    "provider:payee_go_on": {"POST": Case("owner")},
    "provider:payee_back": {"GET": Case("owner")},
    "provider:statement_pdf": {"GET": Case("manager")},
    "provider:statement_csv": {"GET": Case("manager")},
    "provider:numbers": {"GET": Case("manager")},
    "provider:numbers_csv": {"GET": Case("manager")},
    "provider:commission_pdf": {"GET": Case("manager")},
    "provider:invoices": {"GET": _SEEN},
    "provider:invoices_table": {"GET": _SEEN},
    "provider:seller": {"GET": Case("owner"), "POST": Case("owner", form=_NOTHING, outcome=422)},
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
    "desk:categories": {"GET": Case("desk"), "POST": Case("desk", form=_NOTHING, outcome=422)},
    "desk:category": _DESK,
    "desk:category_part": {"GET": Case("desk"), "POST": Case("desk", form=_NOTHING, outcome=422)},
    "desk:commission": {"GET": Case("desk"), "POST": Case("desk", form=_NOTHING, outcome=422)},
    "desk:commission_edit": {"GET": Case("desk"), "POST": Case("desk", form=_NOTHING, outcome=422)},
    "desk:money": _DESK,
    "desk:own_seller": {"GET": Case("desk"), "POST": Case("desk", form=_NOTHING, outcome=422)},
    "desk:money_csv": _DESK,
    "desk:payouts": {"GET": Case("desk"), "POST": Case("desk", form=_NOTHING, outcome=422)},
    "desk:payout_run": {"GET": Case("desk"), "POST": Case("desk", form={"do": "all_paid"})},
    "desk:payout_file": {"POST": Case("desk")},
    "desk:business_money": {"GET": Case("desk"), "POST": Case("desk", form=_NOTHING, outcome=422)},
    "desk:terms": _DESK,
    "desk:terms_edit": {"GET": Case("desk"), "POST": Case("desk", form=_NOTHING, outcome=422)},
    "desk:reviews": _DESK,
    "desk:review": {
        "GET": Case("desk"),
        "POST": Case("desk", form={"do": "hide", "reason": "spam", "note": "No.", "key": "{uuid}"}),
    },
    "desk:messages": _DESK,
    "desk:message": {
        "GET": Case("desk", state="written"),
        "POST": Case("desk", state="written", form={"do": "hide", "note": "An insult.", "key": "{uuid}"}),
    },
    "desk:disputes": _DESK,
    "desk:gateways": _DESK,
    "desk:difference_again": {"POST": Case("desk", form=_NOTHING)},
    "desk:difference_settle": {"POST": Case("desk", form={"note": "Given back.", "key": "{uuid}"})},
    "desk:objections": _DESK,
    "desk:objection": {
        "GET": Case("desk", state="objected"),
        "POST": Case("desk", state="objected", form={"reason": "Both were right.", "key": "{uuid}"}),
    },
}

SOCKETS: dict[str, Case] = {
    "ws/bookings/<str:ref>": Case("see visit", scope="bookings:read"),
    "ws/outlets/<str:outlet>/slots": Case("public"),
    "ws/queue/<str:place>": Case("own place"),
    "ws/board/<str:outlet>": Case("follow board", scope="bookings:read"),
}
