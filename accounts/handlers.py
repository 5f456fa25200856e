"""What accounts does when django-allauth reports something, and when people ask for their data."""

import time
from typing import Any
from urllib.parse import urlencode

from allauth.account import signals
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.mfa import signals as factor_signals
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import check_for_language

from accounts.cookies import remember_language
from accounts.models import User
from accounts.second_factor import forget_second_factor
from accounts.selectors import has_accepted_terms, has_second_factor
from accounts.services import join_customers, set_language
from accounts.services.erasures import tell_of_erasure
from accounts.services.exports import make_export, tell_of_export
from accounts.services.people import follow_email
from accounts.services.sessions import SEEN_AT
from common.events import after_commit
from common.models import Event


@receiver(signals.email_confirmed)
def on_email_confirmed(request: HttpRequest, email_address: EmailAddress, **kwargs: Any) -> None:
    """The address is the user's: what was booked with it as a guest joins their account."""
    join_customers(user=email_address.user, emails=[email_address.email])


@receiver(signals.email_changed)
def on_email_changed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    user.refresh_from_db(fields=["email"])
    follow_email(user=user)


@receiver(signals.authentication_step_completed)
def on_authenticated(
    request: HttpRequest, user: User, method: str, email: str | None = None, **kwargs: Any
) -> None:
    """A code that was mailed to `email` came back, so the address is theirs."""
    if method not in ("code", "password_reset") or not email:
        return
    address, created = EmailAddress.objects.get_or_create(user=user, email=email.lower())
    if not address.verified and not created and method == "code":
        # Somebody signed up with this address and never verified it; the one who reads its mail is another
        # person, perhaps. The password that was chosen then must not open the account from now on.
        user.set_unusable_password()
        user.save(update_fields=["password"])
    if address.verified:
        # It was proved again: what they booked as a guest since then is theirs, too.
        join_customers(user=user, emails=[address.email])
    elif address.set_verified():
        address.set_as_primary(conditional=True)
        signals.email_confirmed.send(sender=EmailAddress, request=request, email_address=address)


@receiver(signals.user_logged_in)
def on_signed_in(
    request: HttpRequest, user: User, response: HttpResponse | None = None, **kwargs: Any
) -> None:
    """A language chosen on this device is remembered for the user; a new device learns the user's."""
    request.session[SEEN_AT] = int(time.time())
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen in dict(settings.LANGUAGES) and check_for_language(chosen):
        if chosen != user.language:
            set_language(user=user, language=chosen)
    elif response is not None:
        remember_language(response, user.language)
    if response is not None and "Location" in response and not has_accepted_terms(user):
        # The terms have changed since, or somebody else made the account for them.
        way_on = urlencode({"next": response["Location"]})
        response["Location"] = f"{reverse('account_terms')}?{way_on}"


@receiver(user_logged_out)
def on_signed_out(request: HttpRequest | None, **kwargs: Any) -> None:
    """The answer tells the browser to forget what it kept (accounts.middleware)."""
    if request is not None:
        request.signed_out = True  # type: ignore[attr-defined]


@receiver(factor_signals.authenticator_added)
def on_factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Whoever sets up a factor has just used it: they are not asked for it once more.

    That there is one more (or one less) the database writes into the audit trail, in the same transaction.
    """
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(
            request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True
        )


@receiver(factor_signals.authenticator_removed)
def on_factor_removed(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    if not has_second_factor(user):
        forget_second_factor(request)


@after_commit("export.requested")
def on_export_requested(event: Event) -> None:
    make_export(export_id=event.subject_id)


@after_commit("export.ready")
def on_export_ready(event: Event) -> None:
    tell_of_export(export_id=event.subject_id)


@after_commit("erasure.requested")
def on_erasure_requested(event: Event) -> None:
    tell_of_erasure(erasure_id=event.subject_id)
