"""The account page; django-allauth's own addresses stand before these under /account/."""

from django.urls import path

from frontend.views import account, account_data, cards, wallet

urlpatterns = [
    path("account/", account.account, name="account"),
    path("account/tokens/", account.create_token, name="account_tokens"),
    path("account/tokens/<str:token_id>/revoke/", account.revoke_token, name="account_token_revoke"),
    path("account/data/", account_data.data, name="account_data"),
    path("account/data/export/", account_data.ask_for_export, name="account_export"),
    path("account/data/export/<str:export_id>", account_data.fetch_export, name="account_export_fetch"),
    path("account/data/erase/", account_data.erase, name="account_erase"),
    path("account/data/erase/undo/", account_data.undo_erasure, name="account_erase_undo"),
    path("account/data/marketing/", account_data.marketing, name="account_marketing"),
    path("account/erasure/undo", account_data.undo_erasure_by_link, name="account_erasure_undo"),
    path("account/wallet/", wallet.wallet, name="account_wallet"),
    path("account/cards/", cards.cards, name="account_cards"),
    path("account/cards/<str:card_id>/remove/", cards.remove, name="account_card_remove"),
    path("account/wallet/out/<str:currency>/", wallet.out, name="account_wallet_out"),
    path("account/terms/", account_data.terms, name="account_terms"),
    path("account/again/", account_data.sign_in_again, name="account_again"),
]
