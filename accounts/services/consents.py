"""What people agree to, in rows that only grow. Terms and privacy notice by what they do; marketing by a tick."""

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import ConsentKind, ConsentSource
from accounts.models import Consent, Customer, User
from accounts.rules import terms
from accounts.selectors import holds_consent
from accounts.services.customers import main_customer

VERSIONS = {ConsentKind.TERMS: terms.TERMS, ConsentKind.PRIVACY: terms.PRIVACY}
# The sentence beside the button, by where it stands: shown on the page, and kept with the consent.
WORDS: dict[ConsentSource, Promise] = {
    ConsentSource.SIGNUP: _(
        "By making an account you agree to the terms, and have read how we treat your data."
    ),
    ConsentSource.CHECKOUT: _("By booking you agree to the terms, and have read how we treat your data."),
    ConsentSource.SIGN_IN: _("I agree to the terms, and have read how you treat my data."),
    # Apps are told to show it beside their button (`wording` of `/me/consents`).
    ConsentSource.API: _("I agree to the terms, and have read how you treat my data."),
}
MARKETING_WORDS = _("Write to me now and then about what is new. I can stop it at any time.")


@transaction.atomic
def accept_terms(*, customer: Customer, source: ConsentSource) -> None:
    """Note that the customer agreed to the terms and the privacy notice in force, once per version."""
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    for kind, version in VERSIONS.items():
        if not holds_consent(customer, kind, version=version):
            Consent.objects.create(
                customer=customer, kind=kind, version=version, wording=str(WORDS[source]), source=source
            )


@transaction.atomic
def set_marketing(*, user: User, given: bool, source: ConsentSource = ConsentSource.ACCOUNT) -> None:
    """Note that the user wants mails about what is new, or no longer; nothing is noted when that is so already."""
    customer = main_customer(user=user)
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    if holds_consent(customer, ConsentKind.MARKETING) != given:
        Consent.objects.create(
            customer=customer,
            kind=ConsentKind.MARKETING,
            version=terms.PRIVACY,
            given=given,
            wording=str(MARKETING_WORDS) if given else "",
            source=source,
        )
