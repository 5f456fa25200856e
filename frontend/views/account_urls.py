"""The account page; django-allauth's own addresses stand before these under /account/."""

from django.urls import path

from frontend.views import account

urlpatterns = [
    path("account/", account.account, name="account"),
    path("account/tokens/", account.create_token, name="account_tokens"),
    path("account/tokens/<str:token_id>/revoke/", account.revoke_token, name="account_token_revoke"),
]
