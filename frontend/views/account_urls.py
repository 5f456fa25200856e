"""The account page; django-allauth's own addresses stand before these under /account/."""

from django.urls import URLPattern, path

from frontend.views import (
    account,
    account_data,
    account_saved,
    account_sessions,
    calendar_feeds,
    cards,
    notices,
    phone,
    start,
    wallet,
)


def _kept(kind: str, one: str) -> list[URLPattern]:
    """The addresses of one list of what fills in the next booking; `one` names one of it in them."""
    more, route, here = {"kind": kind}, f"account_{kind}", f"account/{kind}/<str:saved_{one}>"
    return [
        path(f"account/{kind}/", account_saved.kept, more, name=route),
        path(f"{here}/", account_saved.change, more, name=f"{route}_change"),
        path(f"{here}/remove/", account_saved.remove, more, name=f"{route}_remove"),
        path(f"{here}/restore/", account_saved.restore, more, name=f"{route}_restore"),
    ]


urlpatterns = [
    path("account/", account.account, name="account"),
    path("account/start/", start.start, name="account_start"),
    path("account/profile/", account.profile, name="account_profile"),
    *_kept("people", "person"),
    *_kept("addresses", "address"),
    *_kept("vehicles", "vehicle"),
    path("account/sessions/", account_sessions.sessions, name="account_sessions"),
    path("account/sessions/others/", account_sessions.end_others, name="account_sessions_others"),
    path("account/sessions/<str:signed_in_id>/end/", account_sessions.end, name="account_session_end"),
    path("account/tokens/", account.tokens, name="account_tokens"),
    path("account/tokens/<str:token_id>/revoke/", account.revoke_token, name="account_token_revoke"),
    path("account/data/", account_data.data, name="account_data"),
    path("account/data/export/", account_data.ask_for_export, name="account_export"),
    path("account/data/export/<str:export_id>", account_data.fetch_export, name="account_export_fetch"),
    path("account/data/erase/", account_data.erase, name="account_erase"),
    path("account/data/erase/undo/", account_data.undo_erasure, name="account_erase_undo"),
    path("account/data/marketing/", account_data.marketing, name="account_marketing"),
    path("account/erasure/undo", account_data.undo_erasure_by_link, name="account_erasure_undo"),
    path("account/phone/", phone.phone, name="account_change_phone"),
    path("account/phone/code/", phone.verify, name="account_verify_phone"),
    path("account/phone/remove/", phone.remove, name="account_phone_remove"),
    path("account/notices/", notices.notices, name="account_notices"),
    path("account/devices/", notices.account_devices, name="account_devices"),
    path("account/devices/<str:device_id>/remove/", notices.remove_device, name="account_device_remove"),
    path("account/calendar/", calendar_feeds.own, name="account_calendar"),
    path("account/calendar/<str:feed_id>/revoke/", calendar_feeds.revoke, name="account_calendar_revoke"),
    path("account/wallet/", wallet.wallet, name="account_wallet"),
    path("account/cards/", cards.cards, name="account_cards"),
    path("account/cards/<str:card_id>/remove/", cards.remove, name="account_card_remove"),
    path("account/wallet/out/<str:currency>/", wallet.out, name="account_wallet_out"),
    path("account/terms/", account_data.terms, name="account_terms"),
    path("account/again/", account_data.sign_in_again, name="account_again"),
]
