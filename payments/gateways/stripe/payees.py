"""Connect: the accounts that Stripe keeps for providers, set up on its own pages and paid by transfers.

Stripe gathers and checks what it must know of a provider, who sees a small dashboard of Stripe's; the marketplace
pays Stripe's fees and bears what an account owes.
"""

from payments.enums import PayeeNeed, PayeeStatus
from payments.gateways.base import PayeeOrder, PayeeState
from payments.gateways.stripe.wire import Wire, asked, instant, v1

# By how Stripe's name of what it needs begins; the first that fits counts.
_NEEDS = (
    ("external_account", PayeeNeed.BANK),
    ("tos_acceptance", PayeeNeed.TERMS),
    ("company.tax_id", PayeeNeed.TAX_ID),
    ("company.vat_id", PayeeNeed.TAX_ID),
    ("company.registration_number", PayeeNeed.TAX_ID),
    ("company.owners", PayeeNeed.OWNERS),
    ("company.directors", PayeeNeed.OWNERS),
    ("company.executives", PayeeNeed.OWNERS),
    ("company.", PayeeNeed.BUSINESS),
    ("business_", PayeeNeed.BUSINESS),
    ("individual.", PayeeNeed.PERSON),
    ("representative.", PayeeNeed.PERSON),
    ("person_", PayeeNeed.PERSON),
    ("owners.", PayeeNeed.OWNERS),
    ("directors.", PayeeNeed.OWNERS),
    ("executives.", PayeeNeed.OWNERS),
)


def open_payee(order: PayeeOrder) -> PayeeState:
    """Open an account, once for a key. What it needs is given on Stripe's pages."""
    return _state(
        asked(
            lambda: v1().accounts.create(
                {
                    "country": order.country,
                    "controller": {
                        "stripe_dashboard": {"type": "express"},
                        "fees": {"payer": "application"},
                        "losses": {"payments": "application"},
                    },
                    "capabilities": {"transfers": {"requested": True}},
                    "metadata": {"provider": order.provider},
                },
                {"idempotency_key": order.idempotency_key},
            )
        )
    )


def payee(account: str) -> PayeeState:
    """The account as it is now."""
    return _state(asked(lambda: v1().accounts.retrieve(account)))


def payee_page(account: str, return_url: str, expired_url: str) -> str:
    """Where the provider goes on; the address opens once, and for some minutes."""
    link = asked(
        lambda: v1().account_links.create(
            {
                "account": account,
                "type": "account_onboarding",
                "return_url": return_url,
                "refresh_url": expired_url,
                "collection_options": {"fields": "eventually_due"},
            }
        )
    )
    return str(link["url"])


def _state(account: Wire) -> PayeeState:
    wanted: Wire = account.get("requirements") or {}
    open_ = [*(wanted.get("past_due") or ()), *(wanted.get("currently_due") or ())]
    return PayeeState(
        account=account["id"],
        status=_status(account, wanted, bool(open_)),
        needs=tuple(dict.fromkeys(map(_need, open_))),
        due_by=instant(wanted.get("current_deadline")),
    )


def _status(account: Wire, wanted: Wire, is_open: bool) -> PayeeStatus:
    if str(wanted.get("disabled_reason") or "").startswith("rejected"):
        return PayeeStatus.REJECTED
    transfers = (account.get("capabilities") or {}).get("transfers")
    if account["payouts_enabled"] and transfers == "active":
        return PayeeStatus.ENABLED
    # Nothing is wanted, or nothing was given yet: whose turn it is.
    return PayeeStatus.MISSING if is_open or not account["details_submitted"] else PayeeStatus.REVIEW


def _need(name: str) -> PayeeNeed:
    if "document" in name:
        return PayeeNeed.DOCUMENT
    return next((need for start, need in _NEEDS if name.startswith(start)), PayeeNeed.OTHER)
